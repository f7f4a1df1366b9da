"""All events of some flows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.chosen import as_series, is_mask, mask_of, what
from suricata_eve.analysis.columns import integer_column, joined, require_columns
from suricata_eve.analysis.connections import NO_TIME, TELLING, Connections, together
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.rows import take_rows
from suricata_eve.errors import EveTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Flows", "by_flow", "flow_positions", "ids_of", "is_in"]

Flows: TypeAlias = (
    "int | Iterable[int] | pd.DataFrame | pd.Series | pd.Index | NDArray[np.generic] | None"
)
"""What tells flows: an ID, IDs, a boolean mask of events, or a frame with ``flow_id``."""


def by_flow(frame: pd.DataFrame, flows: Flows = None) -> pd.DataFrame:
    """Return all events of some flows, flow by flow in time order.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    flows : int, iterable of int, Series, Index, array, boolean mask or DataFrame, optional
        Flow IDs, a mask of events whose flows are meant (a Series is aligned by its
        index), or a frame with the column ``flow_id``. Without it, every flow.

    Returns
    -------
    DataFrame
        The events, without the columns that are empty in them, sorted by flow, time and
        place.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.by_flow : The same as a method, with examples.
    """
    return take_rows(frame, flow_positions(frame, flows, method="by_flow"))


def flow_positions(
    frame: pd.DataFrame, flows: Flows = None, *, method: str, told: bool | None = None
) -> NDArray[np.int64]:
    """Return the positions of all events of some flows, flow by flow in time order.

    Parameters
    ----------
    frame : DataFrame
        Events with ``flow_id`` and ``timestamp``.
    flows : int, iterable of int, Series, Index, array, boolean mask or DataFrame, optional
        What tells flows, as in :func:`by_flow`.
    method : str
        Who asks, for messages.
    told : bool, optional
        Whether a frame tells the hosts of its flows; by default, if it has the column.

    Returns
    -------
    ndarray of int64
        Positions.
    """
    require_columns(frame, ["flow_id", "timestamp"], method=method)
    ids = joined(integer_column(frame["flow_id"]))
    if isinstance(flows, pd.DataFrame):
        require_columns(flows, ["flow_id"], method=method)
        found, chosen = _of_flows(frame, ids, flows, told=told)
    else:
        found = together([frame])[0]
        chosen = _chosen(frame, ids, found.number, flows)
    positions = np.flatnonzero(chosen).astype(np.int64)
    numbers = np.asarray(ids.filter(pa.array(chosen)))
    first = [found.start[positions], found.host[positions], numbers]
    return time_order(frame, positions, first=first)


def _chosen(
    frame: pd.DataFrame, ids: pa.Array, number: NDArray[np.int64], flows: Flows
) -> NDArray[np.bool_]:
    if flows is None:
        return number >= 0
    values = as_series(flows)
    if is_mask(values):
        mask = mask_of(frame, values, aligned=isinstance(flows, pd.Series))
        return _among(number, number[mask])
    return is_in(ids, ids_of(values))


def ids_of(values: pd.Series) -> pa.ChunkedArray:
    """Return values as flow IDs.

    Parameters
    ----------
    values : Series
        Of any dtype.

    Returns
    -------
    pyarrow.ChunkedArray
        Of type int64 or uint64.

    Raises
    ------
    EveTypeError
        If they are not integers.
    """
    try:
        return integer_column(values.rename("flows"))
    except EveTypeError as error:
        msg = f"flows are integers, a boolean mask or a frame with 'flow_id'; {what(values)}"
        raise EveTypeError(msg) from error


def _among(number: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    size = int(max(number.max(initial=-1), wanted.max(initial=-1))) + 2
    table = np.zeros(size, bool)
    table[wanted] = True
    table[-1] = False  # what -1 points at: no flow
    return table[number]


def _of_flows(
    frame: pd.DataFrame, ids: pa.Array, flows: pd.DataFrame, *, told: bool | None
) -> tuple[Connections, NDArray[np.bool_]]:
    """Tell the flows of all events, and which of them those of some others are.

    Others that do not tell their time are taken by their ID alone, and if they tell no host,
    so are those whose ID is one of a host: what events of other IDs tell makes no difference.
    """
    found, others = together([frame, flows.loc[:, flows.columns.isin(TELLING)]])
    vague = others.start == NO_TIME
    own = joined(integer_column(flows["flow_id"]))
    if not ("host" in flows.columns if told is None else told):
        vague |= is_in(own, ids.filter(pa.array(found.host >= 0)))
    chosen = _among(found.number, others.number[~vague])
    if vague.any():
        chosen |= is_in(ids, own.filter(pa.array(vague)))
    return found, chosen


def is_in(ids: pa.Array, wanted: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    """Compare integers of 64 bits, signed or not, without floats.

    Parameters
    ----------
    ids : pyarrow.Array
        Of type int64 or uint64.
    wanted : pyarrow.Array or pyarrow.ChunkedArray
        Of one of these as well.

    Returns
    -------
    ndarray of bool
        Whether each of `ids` is one of `wanted`.
    """
    wanted = wanted.drop_null()
    if wanted.type != ids.type:
        top = 2**63 - 1
        possible = pc.less_equal(wanted, pa.scalar(top, wanted.type))
        if wanted.type == pa.int64():
            possible = pc.greater_equal(wanted, 0)
        wanted = wanted.filter(possible).cast(ids.type)
    return np.asarray(pc.is_in(ids, value_set=pc.unique(wanted)), bool)
