"""Warnings that point at the user's own line."""

from __future__ import annotations

import inspect
import warnings

from suricata_eve.errors import EveWarning
from suricata_eve.printable import plain

__all__ = ["warn"]


def warn(message: str | None) -> None:
    """Warn, as seen from the first caller outside this package.

    Parameters
    ----------
    message : str or None
        What to tell; None for nothing.

    Warns
    -----
    EveWarning
        With the message, made safe for a terminal: names of fields and files are in it, and
        some are chosen by those who send traffic.
    """
    if message is None:
        return
    frame = inspect.currentframe()
    level = 1
    while frame is not None and _is_own(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
        level += 1
    warnings.warn(plain(message), EveWarning, stacklevel=level)


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == "suricata_eve"
