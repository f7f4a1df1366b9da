"""Events of one type, partition by partition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dask
import dask.dataframe as dd
import pandas as pd

from suricata_eve.analysis.columns import require_columns
from suricata_eve.analysis.events import check_types, events_at, types_in, types_of
from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.collecting import merged
from suricata_eve.dask.packing import conformed
from suricata_eve.dask.parcels import delayed_of
from suricata_eve.dask.pushdown import of_types
from suricata_eve.schema.event_types import EVENT_TYPES

__all__ = ["events"]


def events(frame: dd.DataFrame, event_type: str | Iterable[str]) -> dd.DataFrame:
    """Return the events of a type.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    event_type : str or iterable of str
        One type, such as ``"http"``, or several.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.events` gives them, with all columns of the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.events : The same as a method, with examples.
    """
    meta = frame._meta  # noqa: SLF001
    require_columns(meta, ["event_type"], method="events")
    types = types_of(event_type)
    checked = None
    if not set(types) <= set(EVENT_TYPES):
        told = dask.delayed(types_in, pure=False)
        parts = [told(part) for part in delayed_of(frame[["event_type"]])]
        checked = dask.delayed(check_types, pure=False)(types, merged(parts, _all_types))
    frame = of_types(frame, types)
    # Enforced, every task would bring along all columns of meta.
    return frame.map_partitions(_events, types, checked, meta=meta, enforce_metadata=False)


def _all_types(parts: Sequence[set[str]]) -> set[str]:
    return set().union(*parts)


def _events(rows: pd.DataFrame, types: list[str], checked: None) -> pd.DataFrame:  # noqa: ARG001
    return conformed(take_rows(rows, events_at(rows, types)), rows)
