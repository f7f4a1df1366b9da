"""All events of some flows, over all partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.chosen import as_series, is_mask, mask_of
from suricata_eve.analysis.columns import integer_column, joined, require_columns, require_once
from suricata_eve.analysis.connections import TELLING
from suricata_eve.analysis.flow_events import Flows, flow_positions
from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.collecting import merged
from suricata_eve.dask.exchange import Held, Parts, by_range, held, sent_by_range
from suricata_eve.dask.flow_ids import among, ids_in, union
from suricata_eve.dask.parcels import arrived, delayed_of, parts_of, rows_at
from suricata_eve.dask.pushdown import parts_of_flows
from suricata_eve.errors import EveTypeError, EveValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dask.delayed import Delayed
    from numpy.typing import NDArray

__all__ = ["LazyFlows", "by_flow"]

LazyFlows: TypeAlias = "Flows | dd.DataFrame | dd.Series | dd.Index"
"""What tells flows, of pandas or Dask."""

_MEANT = "eve meant"


def by_flow(frame: dd.DataFrame, flows: LazyFlows = None) -> dd.DataFrame:
    """Return all events of some flows, flow by flow in time order.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    flows : int, iterable of int, Series, Index, array, boolean mask or DataFrame, optional
        Flow IDs, a mask of events whose flows are meant, or a frame with the column
        ``flow_id``, each of pandas or Dask. A mask of Dask has the partitions of the frame.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.by_flow` gives them, in the order of flows over all
        partitions; with all columns of the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.by_flow : The same as a method, with examples.

    Notes
    -----
    Two passes: the IDs of the flows meant are collected, one set for all tasks; events of
    others stay behind when the rest is sent to the order of IDs. A task holds a partition and
    that set, or the events of the flows that share a partition.
    """
    meta = frame._meta  # noqa: SLF001
    require_columns(meta, ["flow_id", "timestamp"], method="by_flow")
    require_once(meta, TELLING, method="by_flow")
    if flows is None:
        return _sorted(parts_of(frame, _with_id), meta)
    if isinstance(flows, pd.DataFrame | dd.DataFrame):
        return _of_given(frame, flows)
    if isinstance(flows, dd.Series | dd.Index):
        kind = flows._meta.dtype  # noqa: SLF001
        if isinstance(flows, dd.Series) and pd.api.types.is_bool_dtype(kind):
            return _of_mask(frame, flows)
        told = dask.delayed(_ids_of_any, pure=False)
        return _of_ids(frame, merged([told(part) for part in delayed_of(flows)], union))
    if dask.is_dask_collection(flows):
        msg = f"flows of Dask are a DataFrame, a Series or an Index, not {type(flows).__name__}"
        raise EveTypeError(msg)
    values = as_series(flows)
    if is_mask(values):
        return _of_mask(frame, _fitted(frame, values, aligned=isinstance(flows, pd.Series)))
    return _of_ids(frame, ids_in(values))


def _with_id(rows: pd.DataFrame) -> Held:
    positions = np.flatnonzero(rows["flow_id"].notna())
    return held(rows_at(rows, positions, TELLING), _by_id, TELLING)


def _ids_of_any(values: pd.Series | pd.Index) -> pa.Array:
    return ids_in(values if isinstance(values, pd.Series) else as_series(values))


def _by_id(rows: pd.DataFrame) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    return _key(joined(integer_column(rows["flow_id"])))


def _key(ids: pa.Array) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    missing = np.asarray(ids.is_null())
    # One type for all partitions. Negative ones may share a place, as this is only for sending.
    numbers = np.asarray(ids.fill_null(0))
    return np.maximum(numbers, numbers.dtype.type(0)).astype(np.uint64), missing


def _sorted(parts: Sequence[Delayed], meta: pd.DataFrame) -> dd.DataFrame:
    return by_range(Parts(parts, meta, TELLING), _by_id, _flow_by_flow)


def _flow_by_flow(rows: pd.DataFrame) -> pd.DataFrame:
    return take_rows(rows, flow_positions(rows, method="by_flow"))


def _of_ids(frame: dd.DataFrame, ids: pa.Array | Delayed) -> dd.DataFrame:
    return _sorted(parts_of_flows(frame, _wanted, ids), frame._meta)  # noqa: SLF001


def _wanted(rows: pd.DataFrame, ids: pa.Array) -> Held:
    positions = np.flatnonzero(among(rows["flow_id"], ids))
    return held(rows_at(rows, positions, TELLING), _by_id, TELLING)


# A mask means the flows of its events.


def _of_mask(frame: dd.DataFrame, mask: dd.Series) -> dd.DataFrame:
    if mask.npartitions != frame.npartitions:
        msg = (
            f"the mask has {mask.npartitions} partitions and the frame {frame.npartitions}; use "
            f"a mask made of this frame, or its flow IDs"
        )
        raise EveValueError(msg)
    meta = frame._meta  # noqa: SLF001
    if mask.divisions != frame.divisions:  # by which Dask would cut both anew
        mask = mask.clear_divisions()
    # One graph for both, so that what makes them is read once; and the mask is made once.
    told = parts_of(frame[["flow_id"]], _ids_meant, more=[mask])
    ids = merged([part[0] for part in told], union)
    meant = dd.from_delayed(
        [part[1] for part in told],
        meta=pd.Series([], dtype=bool, index=meta.index),
        verify_meta=False,
    )
    marked = meta.assign(**{_MEANT: pd.Series([], dtype=pd.ArrowDtype(pa.bool_()))})
    rows = Parts(parts_of(frame, _marked, more=[meant, ids]), marked, (*TELLING, _MEANT))
    return by_range(rows, _by_id, _flows_meant, meta=meta)


def _ids_meant(rows: pd.DataFrame, mask: pd.Series) -> tuple[pa.Array, pd.Series]:
    meant = mask_of(rows, mask, aligned=True)
    return ids_in(rows["flow_id"][meant]), pd.Series(meant, index=rows.index)


def _marked(rows: pd.DataFrame, meant: pd.Series, ids: pa.Array) -> Held:
    positions = np.flatnonzero(among(rows["flow_id"], ids))
    result = rows_at(rows, positions, TELLING).copy(deep=False)
    chosen = meant.to_numpy(bool)[positions]
    result[_MEANT] = pd.arrays.ArrowExtensionArray(pa.array(chosen))
    return held(result, _by_id, (*TELLING, _MEANT))


def _flows_meant(rows: pd.DataFrame) -> pd.DataFrame:
    mask = rows[_MEANT].to_numpy(bool)
    rows = rows.drop(columns=_MEANT)
    return take_rows(rows, flow_positions(rows, mask, method="by_flow"))


def _fitted(frame: dd.DataFrame, values: pd.Series, *, aligned: bool) -> dd.Series:
    """Cut a mask that is in memory as the frame is cut, which takes the labels of the frame."""
    labels = dask.delayed(_labels, pure=False)
    indexes = [labels(part) for part in delayed_of(frame[["flow_id"]])]
    masks = dask.delayed(_cut, pure=False)(indexes, values, aligned)
    parts = [masks[number] for number in range(frame.npartitions)]
    meta = pd.Series([], dtype=bool, index=frame._meta.index)  # noqa: SLF001
    return dd.from_delayed(parts, meta=meta, verify_meta=False)


def _labels(rows: pd.DataFrame) -> pd.Index:
    return rows.index


def _cut(indexes: list[pd.Index], values: pd.Series, aligned: bool) -> list[pd.Series]:  # noqa: FBT001
    index = indexes[0].append(indexes[1:]) if len(indexes) > 1 else indexes[0]
    mask = mask_of(pd.DataFrame(index=index), values, aligned=aligned)
    ends = np.cumsum([len(one) for one in indexes])[:-1]
    return [
        pd.Series(part, index=one) for part, one in zip(np.split(mask, ends), indexes, strict=True)
    ]


# A frame means the flows of its events, which travel along.


def _of_given(frame: dd.DataFrame, flows: pd.DataFrame | dd.DataFrame) -> dd.DataFrame:
    meta = frame._meta  # noqa: SLF001
    told: bool | Delayed | None = None
    if isinstance(flows, pd.DataFrame):
        told = "host" in flows.columns
        require_columns(flows, ["flow_id"], method="by_flow")
        require_once(flows, TELLING, method="by_flow")
        integer_column(flows["flow_id"])  # raises what is wrong with them
        flows = flows.loc[:, flows.columns.isin(TELLING)].reset_index(drop=True)
        with dask.config.set({"dataframe.convert-string": False}):
            flows = dd.from_pandas(flows, npartitions=1, sort=False)
    require_columns(flows._meta, ["flow_id"], method="by_flow")  # noqa: SLF001
    require_once(flows._meta, TELLING, method="by_flow")  # noqa: SLF001
    flows = flows[[name for name in flows.columns if name in TELLING]]
    # Read once for all that is asked of it.
    parts = parts_of(flows, _given)
    if told is None:
        told = "host" in flows.columns and merged([part[2] for part in parts], any)
    ids = merged([part[1] for part in parts], union)
    given = Parts([part[0] for part in parts], flows._meta, TELLING)  # noqa: SLF001
    rows = Parts(parts_of_flows(frame, _wanted, ids), meta, TELLING)
    return arrived(sent_by_range([rows, given], _by_id), _flows_given, meta=meta, more=[told])


def _given(rows: pd.DataFrame) -> tuple[Held, pa.Array, bool]:
    tells_hosts = "host" in rows.columns and bool(rows["host"].notna().any())
    return held(rows, _by_id, TELLING), ids_in(rows["flow_id"]), tells_hosts


def _flows_given(rows: pd.DataFrame, flows: pd.DataFrame, told: bool) -> pd.DataFrame:  # noqa: FBT001
    positions = flow_positions(rows, flows, method="by_flow", told=told)
    return take_rows(rows, positions)
