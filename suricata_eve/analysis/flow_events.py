"""All events of some flows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import integer_column, require_columns
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.rows import take_column, take_rows
from suricata_eve.errors import EveTypeError, EveValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Flows", "by_flow"]

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
    require_columns(frame, ["flow_id", "timestamp"], method="by_flow")
    ids = integer_column(frame["flow_id"])
    chosen = pc.is_valid(ids) if flows is None else _is_in(ids, _wanted(frame, flows))
    positions = np.flatnonzero(np.asarray(chosen, bool)).astype(np.int64)
    if len(positions) == 0:
        return take_rows(frame, positions)
    numbers = np.asarray(ids.filter(chosen))
    return take_rows(frame, time_order(frame, positions, first=numbers))


def _is_in(ids: pa.ChunkedArray, wanted: pa.ChunkedArray) -> pa.ChunkedArray:
    """Compare integers of 64 bits, signed or not, without floats."""
    wanted = wanted.drop_null()
    if wanted.type != ids.type:
        top = 2**63 - 1
        possible = pc.less_equal(wanted, pa.scalar(top, wanted.type))
        if wanted.type == pa.int64():
            possible = pc.greater_equal(wanted, 0)
        wanted = wanted.filter(possible).cast(ids.type)
    return pc.is_in(ids, value_set=pc.unique(wanted))


def _wanted(frame: pd.DataFrame, flows: Flows) -> pa.ChunkedArray:
    if isinstance(flows, pd.DataFrame):
        require_columns(flows, ["flow_id"], method="by_flow")
        return integer_column(flows["flow_id"])
    values = _series(flows)
    if _is_mask(values):
        mask = _mask(frame, values, aligned=isinstance(flows, pd.Series))
        return integer_column(take_column(frame["flow_id"], np.flatnonzero(mask)))
    try:
        return integer_column(values.rename("flows"))
    except EveTypeError as error:
        msg = f"flows are integers, a boolean mask or a frame with 'flow_id'; {_what(values)}"
        raise EveTypeError(msg) from error


def _what(values: pd.Series) -> str:
    first = values.dropna()
    example = f", the first is {first.iloc[0]!r}" if len(first) else ""
    return f"these are {values.dtype}{example}"


def _series(flows: Flows) -> pd.Series:
    """Bring what tells flows into one shape; only a Series keeps its index."""
    if isinstance(flows, pd.Series):
        return flows
    if isinstance(flows, str | bytes | dict):
        msg = (
            f"flows are integers, a boolean mask or a frame, not {type(flows).__name__}: {flows!r}"
        )
        raise EveTypeError(msg)
    if isinstance(flows, pd.Index):
        if isinstance(flows, pd.MultiIndex):
            msg = "flows cannot be a MultiIndex; take the level with the IDs"
            raise EveTypeError(msg)
        return pd.Series(flows.array)
    if isinstance(flows, np.ndarray | pd.api.extensions.ExtensionArray):
        if flows.ndim != 1:
            msg = f"flows have one dimension, not {flows.ndim}"
            raise EveTypeError(msg)
        return pd.Series(flows)
    if isinstance(flows, pa.Array | pa.ChunkedArray):
        return pd.Series(pd.arrays.ArrowExtensionArray(flows))
    if isinstance(flows, Iterable):
        items = list(flows)
        return pd.Series(items, dtype=object)
    if isinstance(flows, bool | np.bool_):
        msg = "flows cannot be one boolean; a mask has one for each event"
        raise EveTypeError(msg)
    return pd.Series([flows], dtype=object)


def _is_mask(values: pd.Series) -> bool:
    if pd.api.types.is_bool_dtype(values.dtype):
        return True
    if values.dtype != object:
        return False
    kind = pd.api.types.infer_dtype(values, skipna=True)
    return kind == "boolean"


def _mask(frame: pd.DataFrame, values: pd.Series, *, aligned: bool) -> NDArray[np.bool_]:
    given = np.asarray(values.array.isna(), bool)
    chosen = np.zeros(len(values), bool)
    chosen[~given] = np.asarray(values[~given].to_numpy(), bool)
    if not aligned or values.index.equals(frame.index):
        if len(chosen) != len(frame):
            msg = f"the mask has {len(chosen)} values and the frame {len(frame)} events"
            raise EveValueError(msg)
        return chosen
    labels = values.index[chosen]
    if not frame.index.is_unique:
        msg = (
            "the mask has another index than the frame, whose labels are not unique, so that it "
            "cannot be aligned; use a mask made of this frame, or its flow IDs"
        )
        raise EveValueError(msg)
    places = frame.index.get_indexer(labels)
    lost = int((places < 0).sum())
    if lost:
        msg = (
            f"{lost} of the mask's {len(labels)} chosen events are not in the frame (first: "
            f"{labels[places < 0][0]}); use a mask of this frame's events, or their flow IDs"
        )
        raise EveValueError(msg)
    mask = np.zeros(len(frame), bool)
    mask[places] = True
    return mask
