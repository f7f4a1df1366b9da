"""Methods of ``df.eve`` that tell what is in a frame, and what is rare or new in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Uniqueness"]


class Uniqueness:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame
