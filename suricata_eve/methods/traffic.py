"""Methods of ``df.eve`` that tell of flows, of counters, and of what happened in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Traffic"]


class Traffic:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame
