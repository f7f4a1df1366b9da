"""Take rows of a wide frame, and only the columns that have a value in them.

A frame of :func:`suricata_eve.read_eve` has a thousand columns, one chunk per event
type in each, and nothing but missing values in the chunks of types that lack the
column. Looking at the chunks first tells for most columns that there is nothing to
take, and a run of rows inside one chunk is a slice, which copies nothing.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.schema.fields import CORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["take_column", "take_rows"]


class _Run(NamedTuple):
    """The chosen rows of one chunk."""

    chunk: int
    places: NDArray[np.int64]  # in the chunk
    slots: slice | NDArray[np.int64]  # in the result
    whole: bool  # neighbours in ascending order: a slice does


class _Plan:
    """Chosen rows, sorted into the chunks of columns that are cut alike."""

    def __init__(self, positions: NDArray[np.int64], lengths: Sequence[int]) -> None:
        ends = np.cumsum(np.asarray(lengths, dtype=np.int64))
        chunk = np.searchsorted(ends, positions, side="right")
        self.length = len(positions)
        self.in_order = bool((chunk[1:] >= chunk[:-1]).all())
        order = None if self.in_order else np.argsort(chunk, kind="stable")
        grouped = positions if order is None else positions[order]
        self.runs: list[_Run] = []
        counts = np.bincount(chunk, minlength=len(lengths))
        stop = 0
        for number in np.flatnonzero(counts).tolist():
            start, stop = stop, stop + int(counts[number])
            places = grouped[start:stop] - (ends[number] - lengths[number])
            slots = slice(start, stop) if order is None else order[start:stop]
            whole = bool((places[1:] - places[:-1] == 1).all())
            self.runs.append(_Run(number, places, slots, whole))
        self._nulls: dict[tuple[pa.DataType, int], pa.Array] = {}
        self._spread: dict[tuple[int, ...], pa.Array] = {}

    def nulls(self, kind: pa.DataType, length: int) -> pa.Array:
        """Return so many nulls, the same array each time: a wide frame wants many."""
        made = self._nulls.get((kind, length))
        if made is None:
            made = self._nulls[kind, length] = pa.nulls(length, kind)
        return made

    def spread(self, runs: tuple[int, ...]) -> pa.Array:
        """Tell where each row of the result is among the rows of some runs, null if in none.

        Of a single run, it tells where in the chunk, so that nothing is taken twice.
        """
        made = self._spread.get(runs)
        if made is None:
            target = np.zeros(self.length, np.int64)
            outside = np.ones(self.length, bool)
            offset = 0
            for number in runs:
                run = self.runs[number]
                local = np.arange(len(run.places)) if len(runs) > 1 else run.places
                target[run.slots] = local + offset
                outside[run.slots] = False
                offset += len(run.places)
            made = self._spread[runs] = pa.array(target, mask=outside)
        return made


def _take_chunked(data: pa.ChunkedArray, plan: _Plan) -> pa.ChunkedArray | None:
    sources = [data.chunk(run.chunk) for run in plan.runs]
    filled = [n for n, source in enumerate(sources) if source.null_count < len(source)]
    if not filled:
        return None
    if not plan.in_order and len(filled) == 1:
        taken = sources[filled[0]].take(plan.spread((filled[0],)))
        return None if taken.null_count == len(taken) else pa.chunked_array([taken])
    pieces = {}
    for number, run in enumerate(plan.runs):
        if run.whole:
            pieces[number] = sources[number].slice(int(run.places[0]), len(run.places))
        elif number in filled:
            pieces[number] = sources[number].take(pa.array(run.places))
        else:
            pieces[number] = plan.nulls(data.type, len(run.places))
    if all(pieces[number].null_count == len(pieces[number]) for number in filled):
        return None
    if plan.in_order:
        return pa.chunked_array(pieces.values(), type=data.type)
    together = pa.chunked_array([pieces[number] for number in filled], type=data.type)
    return together.take(plan.spread(tuple(filled)))


def _can_slice(kind: pa.DataType) -> bool:
    # Chunks of a dictionary may number their values differently; unions have no null count.
    return not (
        pa.types.is_dictionary(kind)
        or pa.types.is_union(kind)
        or isinstance(kind, pa.BaseExtensionType)
    )


class _Picker:
    """Takes the same rows of one column after another."""

    def __init__(self, positions: NDArray[np.int64], index: pd.Index) -> None:
        self.positions = positions
        self.index = index
        self._plans: dict[tuple[int, ...], _Plan] = {}

    def pick(self, column: pd.Series) -> pd.Series | None:
        """Return the rows of a column, None where no row has a value."""
        dtype = column.dtype
        if isinstance(dtype, pd.ArrowDtype) and _can_slice(dtype.pyarrow_dtype):
            data = pa.array(column.array)
            if isinstance(data, pa.Array):
                data = pa.chunked_array([data])
            if data.null_count == len(data):
                return None
            lengths = tuple(len(chunk) for chunk in data.chunks)
            plan = self._plans.get(lengths)
            if plan is None:
                plan = self._plans[lengths] = _Plan(self.positions, lengths)
            taken = _take_chunked(data, plan)
            if taken is None:
                return None
            return pd.Series(pd.arrays.ArrowExtensionArray(taken), index=self.index)
        values = column.array.take(self.positions)
        if bool(np.all(pd.isna(values))):
            return None
        # The dtype is named since pandas would read a column of objects as text.
        return pd.Series(values, index=self.index, dtype=dtype)


def take_rows(frame: pd.DataFrame, positions: NDArray[np.int64]) -> pd.DataFrame:
    """Take rows by position, without the columns that are empty in them.

    Index labels, dtypes, the order of the columns and ``attrs`` stay. Without any rows,
    the core columns of EVE stay, so that the result still looks like events.

    Parameters
    ----------
    frame : DataFrame
        Any frame; it is not changed, and may share memory with the result.
    positions : ndarray of int64
        Positions of rows, in the order wanted.

    Returns
    -------
    DataFrame
        The rows.
    """
    positions = np.asarray(positions, dtype=np.int64)
    if len(positions) == 0:
        kept = np.flatnonzero(frame.columns.isin(CORE))
        return frame.iloc[:0, kept].copy()
    index = frame.index.take(positions)
    picker = _Picker(positions, index)
    taken: dict[int, pd.Series] = {}
    for place, (_, column) in enumerate(frame.items()):
        values = picker.pick(column)
        if values is not None:
            taken[place] = values
    result = pd.DataFrame(taken, index=index)
    result.columns = frame.columns.take(list(taken))
    result.attrs = copy.deepcopy(frame.attrs)
    return result


def take_column(column: pd.Series, positions: NDArray[np.int64]) -> pd.Series:
    """Take rows of one column, cheaply where they lie in few of its chunks.

    Parameters
    ----------
    column : Series
        Any column; it is not changed.
    positions : ndarray of int64
        Positions of rows, in the order wanted.

    Returns
    -------
    Series
        The values at these positions, with their index labels.
    """
    if len(positions) == 0:
        return column.iloc[:0]
    taken = _Picker(positions, column.index.take(positions)).pick(column)
    if taken is None:
        return column.take(positions)
    taken.name = column.name
    return taken
