"""Threads of the package: that none is left is a promise of whatever reads or writes."""

from __future__ import annotations

import threading
import time

__all__ = ["left", "names"]

_SECONDS = 10


def names() -> list[str]:
    """Return the names of the threads that are there now."""
    return [one.name for one in threading.enumerate() if one.name.startswith("suricata_eve")]


def left() -> list[str]:
    """Return the names of those that do not end.

    A reader that is given up tells its threads to end, and does not wait for that: the garbage
    collector may be the one who gives it up.
    """
    end = time.monotonic() + _SECONDS
    while names() and time.monotonic() < end:
        time.sleep(0.001)
    return names()
