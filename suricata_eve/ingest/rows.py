"""Rows in another order, also where the text of a column takes more than an array can hold.

An array of text or lists holds two gigabytes (its offsets are 32 bits wide); a column of
many chunks holds any number.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.scatter import Runs, Scatter, can_scatter

__all__ = ["joined", "reordered", "taken"]

_ROWS = 1 << 20  # of a joined array
_BYTES = 1 << 29
_COLUMNS = 32  # that one task of a thread puts in order


def joined(pieces: Iterable[pa.Array | int]) -> Iterator[pa.Array | int]:
    """Join arrays that follow one another into longer ones.

    Parameters
    ----------
    pieces : iterable of pyarrow.Array or int
        Arrays of one type; an int stands for so many nulls, and is passed on.

    Yields
    ------
    pyarrow.Array or int
        The same rows in the same order.
    """
    run: list[pa.Array] = []
    rows = size = 0
    for piece in pieces:
        whole = not isinstance(piece, int)
        if run and not (whole and rows < _ROWS and size + piece.nbytes <= _BYTES):  # type: ignore[union-attr]
            yield pa.concat_arrays(run)
            run, rows, size = [], 0, 0
        if whole:
            run.append(piece)
            rows += len(piece)  # type: ignore[arg-type]
            size += piece.nbytes  # type: ignore[union-attr]
        else:
            yield piece
    if run:
        yield pa.concat_arrays(run)


def taken(arrays: Sequence[pa.Array], order: np.ndarray) -> Iterator[pa.Array]:
    """Take rows of arrays that follow one another.

    Parameters
    ----------
    arrays : sequence of pyarrow.Array
        At least one; all of one type.
    order : numpy.ndarray of int64
        Which rows, counted over all arrays.

    Yields
    ------
    pyarrow.Array
        The rows in their order: one array, or several if one cannot hold them.
    """
    try:
        whole = pa.concat_arrays(arrays).take(pa.array(order))
    except pa.ArrowInvalid:  # offsets would overflow
        if sum(map(len, arrays)) < 2:
            raise
    else:
        yield whole
        return
    half = len(order) // 2
    for part in (order[:half], order[half:]):
        if len(part):
            yield from taken(*_touched(arrays, part))


def _touched(arrays: Sequence[pa.Array], order: np.ndarray) -> tuple[list[pa.Array], np.ndarray]:
    """Cut arrays down to the rows between the first and the last that are taken of each."""
    kept: list[pa.Array] = []
    indices = np.empty(len(order), np.int64)
    start = rows = 0
    for array in arrays:
        inside = np.flatnonzero((order >= start) & (order < start + len(array)))
        if len(inside):
            chosen = order[inside]
            first, stop = int(chosen.min()), int(chosen.max()) + 1
            kept.append(array.slice(first - start, stop - first))
            indices[inside] = chosen - first + rows
            rows += stop - first
        start += len(array)
    return kept, indices


def reordered(table: pa.Table, order: np.ndarray) -> pa.Table:
    """Return rows of a table in another order.

    Parameters
    ----------
    table : pyarrow.Table
        The rows.
    order : numpy.ndarray of int64
        Where each row of the result is in `table`.

    Returns
    -------
    pyarrow.Table
        Of the same schema. Every column is one array, unless one cannot hold it.
    """
    columns: dict[int, pa.Array | pa.ChunkedArray] = {}
    # Where the values of columns are costs as much to find as one of the columns does.
    holders: dict[Runs, list[int]] = {}
    for n, column in enumerate(table.columns):
        if not can_scatter(column.type):
            columns[n] = _taken(column, order)
            continue
        runs = _runs(column)
        if runs or len(column) != len(order):
            holders.setdefault(runs, []).append(n)
        else:
            columns[n] = column
    tasks = [
        (runs, numbers[first : first + _COLUMNS])
        for runs, numbers in holders.items()
        for first in range(0, len(numbers), _COLUMNS)
    ]

    def work(task: tuple[Runs, list[int]]) -> None:
        runs, numbers = task
        scatter = Scatter(runs, order)
        for n in numbers:
            columns[n] = _scattered(table.column(n), scatter, order)

    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="suricata_eve") as pool:
        for _ in pool.map(work, tasks):
            pass
    if not columns:
        return table.take(pa.array(order))  # rows without columns
    return pa.table([columns[n] for n in range(len(columns))], schema=table.schema)


def _scattered(
    column: pa.ChunkedArray, scatter: Scatter, order: np.ndarray
) -> pa.Array | pa.ChunkedArray:
    try:
        return scatter.column(column.type, [chunk for chunk in column.chunks if _has_values(chunk)])
    except pa.ArrowInvalid:  # offsets would overflow
        return pa.chunked_array(list(taken(column.chunks, order)), column.type)


def _taken(column: pa.ChunkedArray, order: np.ndarray) -> pa.ChunkedArray:
    try:
        return column.take(pa.array(order))
    except pa.ArrowInvalid:
        return pa.chunked_array(list(taken(column.chunks, order)), column.type)


def _has_values(chunk: pa.Array) -> bool:
    return bool(chunk.null_count < len(chunk))


def _runs(column: pa.ChunkedArray) -> Runs:
    """Return the rows of the chunks that have a value."""
    runs: list[tuple[int, int]] = []
    stop = 0
    for chunk in column.chunks:
        start, stop = stop, stop + len(chunk)
        if not _has_values(chunk):
            continue
        if runs and runs[-1][1] == start:
            start = runs.pop()[0]
        runs.append((start, stop))
    return tuple(runs)
