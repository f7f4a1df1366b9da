"""Methods of ``ddf.eve`` that look at flows, texts and features of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dask.dataframe as dd

__all__ = ["FlowMethods"]


class FlowMethods:
    """Methods of :class:`suricata_eve.dask.accessor.EveDaskAccessor`, which inherits them."""

    _frame: dd.DataFrame
