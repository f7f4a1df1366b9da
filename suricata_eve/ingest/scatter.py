"""Rows of a column in another order, at the cost of its values rather than of its rows.

A column of a wide table has values in few rows. Those are put in order by themselves, then
written where they belong into memory that is zero, of which the system gives only the pages
that are written to.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

__all__ = ["Runs", "Scatter", "can_scatter"]

Runs = tuple[tuple[int, int], ...]
"""First row and end of each run of rows, ascending."""

# From here on numpy asks for memory in pages of 2 MB, which a single value fills with zeros.
_HUGE = 1 << 22


def can_scatter(kind: pa.DataType) -> bool:
    """Tell whether :class:`Scatter` knows how columns of a type are laid out.

    Parameters
    ----------
    kind : pyarrow.DataType
        The type.

    Returns
    -------
    bool
        Whether it does.
    """
    return pt.is_null(kind) or _offsets(kind) is not None or _is_fixed(kind)


def _is_fixed(kind: pa.DataType) -> bool:
    return bool(pt.is_primitive(kind)) and kind.bit_width in (1, 8, 16, 32, 64)


def _offsets(kind: pa.DataType) -> type[np.signedinteger[Any]] | None:
    """Return the type of a type's offsets, None if it has none."""
    if pt.is_string(kind) or pt.is_binary(kind) or pt.is_list(kind):
        return np.int32
    if pt.is_large_string(kind) or pt.is_large_binary(kind) or pt.is_large_list(kind):
        return np.int64
    return None


class Scatter:
    """Puts columns that have values in the same rows in another order.

    Parameters
    ----------
    runs : Runs
        The rows that may have a value.
    order : numpy.ndarray of int64
        Where each row of the result is.
    """

    def __init__(self, runs: Runs, order: np.ndarray) -> None:
        # Where each row is among those of the runs, one run after the other.
        among = np.full(int(order.max()) + 1 if len(order) else 0, -1, np.int64)
        rows = 0
        for start, stop in runs:
            part = among[start:stop]
            part[:] = np.arange(rows, rows + len(part))
            rows += stop - start
        among = among.take(order)
        self._inside = among >= 0
        self._places = np.flatnonzero(self._inside)
        self._length = len(order)
        chosen = among[self._places]
        same = len(chosen) == rows and bool((chosen == np.arange(rows)).all())
        self._chosen = None if same else pa.array(chosen)

    @cached_property
    def _bitmap(self) -> pa.Buffer:
        return _packed(self._inside)

    @cached_property
    def _before(self) -> np.ndarray:
        """How many of the runs' rows there are before each row of the result, and in all."""
        before = np.zeros(self._length + 1, np.int64)
        np.cumsum(self._inside, out=before[1:])
        return before

    def column(self, kind: pa.DataType, arrays: Sequence[pa.Array]) -> pa.Array:
        """Return a column in its order.

        Parameters
        ----------
        kind : pyarrow.DataType
            The column's type, one that :func:`can_scatter`.
        arrays : sequence of pyarrow.Array
            Its values in the runs, in as many arrays as there are.

        Returns
        -------
        pyarrow.Array
            As long as the order.

        Raises
        ------
        pyarrow.ArrowInvalid
            If one array cannot hold the values.
        """
        if pt.is_null(kind) or not arrays or not len(self._places):
            return pa.nulls(self._length, kind)
        values = arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)
        if self._chosen is not None:
            values = values.take(self._chosen)
        if len(self._places) == self._length:
            return values
        offsets = _offsets(kind)
        return self._fixed(values) if offsets is None else self._varying(values, offsets)

    def _fixed(self, values: pa.Array) -> pa.Array:
        places, bitmap = self._places, self._bitmap
        if values.null_count:
            places, bitmap = self._valid(values)
            values = values.drop_null()
        kind = values.type
        if pt.is_boolean(kind):
            data = _packed(self._rows(bool, places, values.to_numpy(zero_copy_only=False)))
        else:
            plain = values.view(f"uint{kind.bit_width}").to_numpy()
            data = pa.py_buffer(self._rows(plain.dtype, places, plain))
        return self._array(kind, [bitmap, data], places)

    def _varying(self, values: pa.Array, offsets: type[np.signedinteger[Any]]) -> pa.Array:
        places, bitmap = self._valid(values) if values.null_count else (self._places, self._bitmap)
        buffers = values.buffers()
        all_ends = np.frombuffer(buffers[1], offsets)[values.offset :]
        ends = pa.py_buffer(all_ends.take(self._before))
        kind = values.type
        if pt.is_list(kind) or pt.is_large_list(kind):
            return self._array(kind, [bitmap, ends], places, [values.values])
        return self._array(kind, [bitmap, ends, buffers[2]], places)

    def _array(
        self,
        kind: pa.DataType,
        buffers: list[pa.Buffer | None],
        places: np.ndarray,
        children: list[pa.Array] | None = None,
    ) -> pa.Array:
        nulls = self._length - len(places)
        return pa.Array.from_buffers(kind, self._length, buffers, nulls, 0, children)

    def _valid(self, values: pa.Array) -> tuple[np.ndarray, pa.Buffer]:
        """Return where those of the values go that are not null, and a bitmap of that."""
        places = self._places[values.is_valid().to_numpy(zero_copy_only=False)]
        return places, _packed(self._rows(bool, places, True))  # noqa: FBT003 - a value

    def _rows(self, kind: Any, places: np.ndarray, values: Any) -> np.ndarray:
        """Return an array that holds some values at some places, and else zeros."""
        rows = _zeros(self._length, np.dtype(kind))
        rows[places] = values
        return rows


def _packed(flags: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _zeros(length: int, kind: np.dtype[Any]) -> np.ndarray:
    size = length * kind.itemsize
    private = getattr(mmap, "MAP_PRIVATE", None)  # not on Windows, where pages are small
    if size < _HUGE or private is None:
        return np.zeros(length, kind)
    return np.frombuffer(mmap.mmap(-1, size, flags=private), kind)
