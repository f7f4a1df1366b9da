"""Alerts in the order of time over all partitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.alerts import Filters, alerts_at, check_view, concise, filters_of
from suricata_eve.analysis.columns import require_columns
from suricata_eve.analysis.order import time_order, times_at
from suricata_eve.analysis.orientation import has_ends
from suricata_eve.analysis.orientation import orientation as told_of
from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.collecting import merged
from suricata_eve.dask.exchange import Held, Parts, by_range, held
from suricata_eve.dask.flow_ids import among, ids_in, union
from suricata_eve.dask.flows import PLACE, by_flow_id, place_of, with_place
from suricata_eve.dask.orientation import evidence
from suricata_eve.dask.packing import conformed
from suricata_eve.dask.parcels import delayed_of, parts_of, rows_at
from suricata_eve.dask.pushdown import of_types

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["alerts"]

_SHOWN = ("timestamp", "flow_id", "alert.signature", "alert.category", "src_ip", "dest_ip")
_KEPT = ("timestamp",)
_CHOSEN = "eve chosen"


def alerts(
    frame: dd.DataFrame,
    *,
    signature: str | Iterable[str] | None = None,
    category: str | Iterable[str] | None = None,
    severity: int | Iterable[int] | None = None,
    sid: int | Iterable[int] | None = None,
    decoder_events: bool = True,
    view: Literal["all", "concise"] = "all",
) -> dd.DataFrame:
    """Return the alerts in time order.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    signature : str or iterable of str, optional
        Regular expressions (RE2) of which one is found in ``alert.signature``.
    category : str or iterable of str, optional
        Values of ``alert.category``.
    severity : int or iterable of int, optional
        Values of ``alert.severity``; 1 is the most severe.
    sid : int or iterable of int, optional
        Values of ``alert.signature_id``; a ``range`` does.
    decoder_events : bool, default True
        Whether to keep the category "Generic Protocol Command Decode".
    view : {"all", "concise"}, default "all"
        Every column, or six that tell who did what to whom.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.alerts` gives them, in the order of time over all
        partitions; with all columns of the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.alerts : The same as a method, with examples.

    Notes
    -----
    A task holds a partition, or alerts of some range of time. For the concise view it holds
    the alerts that share a partition by their flow, and all events of those flows whose
    client no alert tells itself, without the columns that do not tell it either.
    """
    check_view(view)
    filters = filters_of(
        signature=signature,
        category=category,
        severity=severity,
        sid=sid,
        decoder_events=decoder_events,
    )
    meta = frame._meta  # noqa: SLF001
    needed = ["event_type", "timestamp"]
    # A log without alerts does not have the columns of alerts.
    if any(str(name).startswith("alert.") for name in meta.columns):
        needed += [*filters.columns(), *(_SHOWN if view == "concise" else ())]
    require_columns(meta, dict.fromkeys(needed), method="alerts")
    if view == "concise":
        return _concise(frame, filters)
    chosen = Parts(parts_of(of_types(frame, ["alert"]), _chosen, more=[filters]), meta, _KEPT)
    return by_range(chosen, _by_time, _in_order)


def _chosen(rows: pd.DataFrame, filters: Filters) -> Held:
    return held(rows_at(rows, alerts_at(rows, filters), _KEPT), _by_time, _KEPT)


def _by_time(rows: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    times = times_at(rows, np.arange(len(rows)))
    return times.moment, times.no_time


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return take_rows(rows, time_order(rows, np.arange(len(rows))))


def _concise(frame: dd.DataFrame, filters: Filters) -> dd.DataFrame:
    meta = frame._meta  # noqa: SLF001
    wanted = {*_SHOWN, *filters.columns(), *evidence(meta)}
    narrow = frame[[name for name in meta.columns if name in wanted]]
    ids = None
    if "flow_id" in meta.columns and has_ends(meta):
        ask = dask.delayed(_asking, pure=False)
        of_alerts = delayed_of(of_types(narrow, ["alert"]))
        ids = merged([ask(part, filters) for part in of_alerts], union)
    # Apart from what is asked first, so that no partition waits in memory for the answer.
    rows = narrow.map_partitions(_witnesses, filters, ids, meta=_witnesses(narrow._meta, filters))  # noqa: SLF001
    like = _told(rows._meta)  # noqa: SLF001
    like["flow_id"] = like["flow_id"].astype(_kind_of_ids(meta))
    told = by_flow_id(rows).map_partitions(_told, like=like, meta=like)
    meta = like.drop(columns=list(PLACE))
    return by_range(told, _by_time, _in_order_of_places, meta=meta)


def _kind_of_ids(meta: pd.DataFrame) -> pd.ArrowDtype:
    unsigned = "flow_id" in meta.columns and meta["flow_id"].dtype.kind == "u"
    return pd.ArrowDtype(pa.uint64() if unsigned else pa.int64())


def _asking(rows: pd.DataFrame, filters: Filters) -> pa.Array:
    """Return the flows of alerts that do not tell by themselves who is the client."""
    positions = alerts_at(rows, filters)
    if not len(positions):
        return ids_in(rows["flow_id"].iloc[:0])
    alone = take_rows(rows, positions)
    silent = ~told_of(conformed(alone, rows))["orientation"].isin(["flow", "direction"])
    return ids_in(rows["flow_id"].take(positions)[silent.to_numpy(bool)])


def _witnesses(
    rows: pd.DataFrame,
    filters: Filters,
    ids: pa.Array | None = None,
    partition_info: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the wanted alerts, and the events of those flows that are asked."""
    chosen = np.zeros(len(rows), bool)
    chosen[alerts_at(rows, filters)] = True
    wanted = chosen if ids is None else chosen | among(rows["flow_id"], ids)
    positions = np.flatnonzero(wanted)
    kept = conformed(take_rows(rows, positions), rows)
    result = with_place(kept, partition_info["number"] if partition_info else 0, positions)
    result[_CHOSEN] = pd.arrays.ArrowExtensionArray(pa.array(chosen[positions]))
    return result


def _told(rows: pd.DataFrame, like: pd.DataFrame | None = None) -> pd.DataFrame:
    positions = np.flatnonzero(rows[_CHOSEN].to_numpy(bool))
    result = concise(rows.drop(columns=[*PLACE, _CHOSEN]), positions)
    for name in PLACE:
        result[name] = rows[name].take(positions).array
    return result if like is None else conformed(result, like)


def _in_order_of_places(rows: pd.DataFrame) -> pd.DataFrame:
    places = np.lexsort(place_of(rows)[::-1])
    rows = rows.drop(columns=list(PLACE)).take(places)
    return rows.take(time_order(rows, np.arange(len(rows))))
