"""Take rows of a wide frame, and only the columns that have a value in them.

A frame of :func:`suricata_eve.read_eve` has a thousand columns, a chunk or a few per event type
in each, and nothing but missing values in the chunks of types that lack the column. Looking at
the chunks first tells for most columns that there is nothing to take, and a run of rows inside
one chunk is a slice, which copies nothing. Rows in another order than the frame's cost as much
as the values in them: see :mod:`suricata_eve.analysis.spread`.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.spread import Ranges, Spread
from suricata_eve.schema.fields import CORE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["SIDES", "take_column", "take_rows"]

SIDES = ("client_ip", "client_port", "server_ip", "server_port", "orientation")
"""The columns that ``orient`` adds: who is client and who server, and what told it."""

_ARRAY_LIMIT = 2**31  # bytes that the offsets of one array reach


class _Run(NamedTuple):
    """The chosen rows of one chunk."""

    start: int  # among the chosen rows in ascending order
    stop: int
    first: int  # in the chunk
    places: pa.Array | None  # in the chunk; None for neighbours

    def of(self, chunk: pa.Array) -> pa.Array:
        if self.places is None:
            return chunk.slice(self.first, self.stop - self.start)
        return chunk.take(self.places)


_Filled: TypeAlias = "list[tuple[_Run, pa.Array]]"
"""Chunks that have a value, with the rows chosen of them."""


class _Chosen:
    """Chosen rows, and where they are in columns that are cut into chunks."""

    def __init__(self, positions: NDArray[np.int64]) -> None:
        self._positions = positions
        self._in_order = bool((np.diff(positions) > 0).all())
        self._order = positions
        self._ascending = positions
        if not self._in_order:
            self._order = np.argsort(positions, kind="stable")
            self._ascending = positions[self._order]
        self._runs: dict[tuple[int, ...], list[_Run | None]] = {}
        self._run_of: dict[tuple[int, int], _Run | None] = {}
        self._nulls: dict[tuple[pa.DataType, int], pa.Array] = {}

    def take(self, columns: Mapping[int, pa.ChunkedArray]) -> dict[int, pa.ChunkedArray]:
        """Return the rows of columns, without those that have no value in them."""
        taken: dict[int, pa.ChunkedArray] = {}
        alike: dict[Ranges, dict[int, _Filled]] = defaultdict(dict)
        for name, data in columns.items():
            chunks = data.chunks if data.null_count < len(data) else []
            filled = [
                (run, chunk)
                for run, chunk in zip(self._runs_of(chunks), chunks, strict=True)
                if run is not None and chunk.null_count < len(chunk)
            ]
            if filled and self._in_order:
                taken[name] = self._joined(filled)
            elif filled:
                alike[_ranges(filled)][name] = filled
        if alike:
            spread = Spread(self._order, alike)
            for ranges, group in alike.items():
                spread.start(ranges)
                for name, filled in group.items():
                    taken[name] = self._spread(spread, filled, columns[name])
        return {name: data for name, data in taken.items() if data.null_count < len(data)}

    def _runs_of(self, chunks: Sequence[pa.Array]) -> list[_Run | None]:
        """Return the chosen rows of each chunk, None where there are none."""
        lengths = tuple(map(len, chunks))
        runs = self._runs.get(lengths)
        if runs is None:
            ends = np.cumsum([0, *lengths])
            cuts = np.searchsorted(self._ascending, ends).tolist()
            runs = [
                self._run(*bounds) for bounds in zip(cuts, cuts[1:], ends.tolist(), strict=False)
            ]
            self._runs[lengths] = runs
        return runs

    def _run(self, start: int, stop: int, before: int) -> _Run | None:
        if start == stop:
            return None
        run = self._run_of.get((start, before))
        if run is None or run.stop != stop:
            places = self._ascending[start:stop] - before
            neighbours = bool((np.diff(places) == 1).all())
            run = _Run(start, stop, int(places[0]), None if neighbours else pa.array(places))
            self._run_of[start, before] = run
        return run

    def _joined(self, filled: _Filled) -> pa.ChunkedArray:
        """Return rows that are wanted as they come."""
        kind = filled[0][1].type
        pieces, end = [], 0
        for run, chunk in filled:
            if end < run.start:
                pieces.append(self._no_value(kind, run.start - end))
            pieces.append(run.of(chunk))
            end = run.stop
        if end < len(self._positions):
            pieces.append(self._no_value(kind, len(self._positions) - end))
        return pa.chunked_array(pieces, type=kind)

    def _no_value(self, kind: pa.DataType, length: int) -> pa.Array:
        """Return so many nulls, the same array each time: a wide frame wants many."""
        made = self._nulls.get((kind, length))
        if made is None:
            made = self._nulls[kind, length] = pa.nulls(length, kind)
        return made

    def _spread(self, spread: Spread, filled: _Filled, data: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return rows that are wanted in another order."""
        pieces = [run.of(chunk) for run, chunk in filled]
        if len(pieces) > 1 and sum(piece.nbytes for piece in pieces) >= _ARRAY_LIMIT:
            return self._halves(data)
        values = pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces)
        if values.null_count == len(values):
            return pa.chunked_array([], data.type)
        return pa.chunked_array([spread.column(values)])

    def _halves(self, data: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return rows of more text than one array holds."""
        chunks: list[pa.Array] = []
        for part in np.array_split(self._positions, 2):
            taken = _Chosen(part).take({0: data}).get(0)
            chunks += [pa.nulls(len(part), data.type)] if taken is None else taken.chunks
        return pa.chunked_array(chunks, type=data.type)


def _ranges(filled: _Filled) -> Ranges:
    """Return where chosen rows have a value, however these are cut into chunks."""
    starts = [run.start for run, _ in filled]
    stops = [run.stop for run, _ in filled]
    cuts = [n for n in range(1, len(filled)) if starts[n] != stops[n - 1]]
    return tuple(
        (starts[a], stops[b - 1]) for a, b in zip([0, *cuts], [*cuts, len(filled)], strict=True)
    )


def _can_slice(kind: pa.DataType) -> bool:
    # Chunks of a dictionary may number their values differently; unions have no null count.
    return not (
        pa.types.is_dictionary(kind)
        or pa.types.is_union(kind)
        or isinstance(kind, pa.BaseExtensionType)
    )


def _arrow_data(column: pd.Series) -> pa.ChunkedArray | None:
    """Return the data of a column, None if it has to be taken by pandas."""
    if not (isinstance(column.dtype, pd.ArrowDtype) and _can_slice(column.dtype.pyarrow_dtype)):
        return None
    data = pa.array(column.array)
    return data if isinstance(data, pa.ChunkedArray) else pa.chunked_array([data])


def _series(data: pa.ChunkedArray, index: pd.Index, name: object = None) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(data), index=index, name=name)


def take_rows(frame: pd.DataFrame, positions: NDArray[np.int64]) -> pd.DataFrame:
    """Take rows by position, without the columns that are empty in them.

    Index labels, dtypes, the order of the columns and ``attrs`` stay. Without any rows,
    the core columns of EVE stay, and those of ``orient``, so that the result still looks like
    events, and code that goes on with it finds nothing rather than no column.

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
        kept = np.flatnonzero(frame.columns.isin((*CORE, *SIDES)))
        return frame.iloc[:0, kept].copy()
    index = frame.index.take(positions)
    taken: dict[int, pd.Series] = {}
    columns: dict[int, pa.ChunkedArray] = {}
    for place, (_, column) in enumerate(frame.items()):
        data = _arrow_data(column)
        if data is not None:
            columns[place] = data
            continue
        values = column.array.take(positions)
        if not bool(np.all(pd.isna(values))):
            # The dtype is named since pandas would read a column of objects as text.
            taken[place] = pd.Series(values, index=index, dtype=column.dtype)
    for place, data in _Chosen(positions).take(columns).items():
        taken[place] = _series(data, index)
    places = sorted(taken)
    result = pd.DataFrame({place: taken[place] for place in places}, index=index)
    result.columns = frame.columns.take(places)
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
    data = _arrow_data(column) if len(positions) else None
    taken = {} if data is None else _Chosen(np.asarray(positions, np.int64)).take({0: data})
    if not taken:
        return column.take(positions)
    return _series(taken[0], column.index.take(positions), column.name)
