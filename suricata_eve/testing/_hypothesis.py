"""The one import of hypothesis, which is an optional extra."""

from __future__ import annotations

from suricata_eve.errors import MissingDependencyError

try:
    from hypothesis import strategies as st
except ImportError as exc:
    msg = (
        "suricata_eve.testing.strategies needs hypothesis, which cannot be imported; "
        "install it with `pip install suricata_eve[testing]`"
    )
    raise MissingDependencyError(msg, name="hypothesis") from exc

__all__ = ["st"]
