"""Methods of ``ddf.eve`` that choose and summarize events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dask.dataframe as dd

__all__ = ["EventMethods"]


class EventMethods:
    """Methods of :class:`suricata_eve.dask.accessor.EveDaskAccessor`, which inherits them."""

    _frame: dd.DataFrame
