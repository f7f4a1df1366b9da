"""Columns of a frame, from which rows are taken a block at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.arrays import to_arrow
from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.salvage import flatten
from suricata_eve.output.texts import has_text

__all__ = ["Column", "Values", "flat_columns"]

Values: TypeAlias = "pa.Array | list[Any]"
"""An array, or values as ``json`` gives them where no array holds them."""

_JSON_KINDS = {str, int, float, bool, list, dict}


class Column:
    """A column, from which rows are taken a block at a time.

    Attributes
    ----------
    name : str
        Its name.
    first, stop : int
        Outside of these rows, all values are missing.
    types : numpy.ndarray of bool
        Which event types have values.
    """

    def __init__(self, name: str, column: pd.Series[Any], types: np.ndarray) -> None:
        self.name = name
        self.first = self.stop = 0
        self.types = np.zeros(int(types.max(initial=0)) + 1, bool)
        self._series: pd.Series[Any] | None = None
        self._starts: list[int] = []
        self._chunks: list[pa.Array] = []
        if isinstance(column.dtype, pd.ArrowDtype):
            self._type = column.dtype.pyarrow_dtype
            if pt.is_dictionary(self._type):
                self._type = self._type.value_type
            self._check(self._type)
            self._split(column, types)
            return
        self._series = column
        if column.dtype != object:
            kind = to_arrow(column.iloc[:0])
            self._check(kind.type if isinstance(kind, pa.Array) else None)
        self._note(0, column.notna().to_numpy(), types)

    def _split(self, column: pd.Series[Any], types: np.ndarray) -> None:
        data = pa.array(column.array)
        start = 0
        for chunk in data.chunks if isinstance(data, pa.ChunkedArray) else [data]:
            if chunk.null_count < len(chunk):
                self._starts.append(start)
                self._chunks.append(chunk)
                self._note(start, np.asarray(chunk.is_valid()), types)
            start += len(chunk)

    def _note(self, start: int, valid: np.ndarray, types: np.ndarray) -> None:
        """Note which of the rows from `start` on have a value."""
        there = np.flatnonzero(valid) + start
        if len(there):
            self.first = self.first if self.stop else int(there[0])
            self.stop = int(there[-1]) + 1
            self.types[types[there]] = True

    def _check(self, kind: pa.DataType | None) -> None:
        if kind is None or not has_text(kind):
            self._refuse(str(kind) if self._series is None else str(self._series.dtype))

    def _refuse(self, what: str) -> None:
        msg = (
            f"column {self.name!r} holds {what}, for which JSON has no text; "
            f"convert it, for example to text with astype(str), or drop it"
        )
        raise EveTypeError(msg)

    def take(self, rows: np.ndarray) -> Values | None:
        """Return the values in some rows, ascending; None where all are missing."""
        return self._taken(rows) if self._series is None else self._converted(self._series, rows)

    def _taken(self, rows: np.ndarray) -> pa.Array | None:
        pieces: list[pa.Array] = []
        done = 0
        for place in range(max(bisect_right(self._starts, rows[0]) - 1, 0), len(self._starts)):
            start, chunk = self._starts[place], self._chunks[place]
            if start > rows[-1]:
                break
            low, high = np.searchsorted(rows, (start, start + len(chunk))).tolist()
            if low == high:
                continue
            local = rows[low:high] - start
            whole = local[-1] - local[0] == high - low - 1
            piece = chunk.slice(int(local[0]), high - low) if whole else chunk.take(pa.array(local))
            if pt.is_dictionary(piece.type):
                piece = piece.dictionary_decode()
            if piece.null_count < len(piece):
                if low > done:
                    pieces.append(pa.nulls(low - done, self._type))
                pieces.append(piece)
                done = high
        if not pieces:
            return None
        if done < len(rows):
            pieces.append(pa.nulls(len(rows) - done, self._type))
        return pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces)

    def _converted(self, series: pd.Series[Any], rows: np.ndarray) -> Values | None:
        part = series.iloc[rows]
        if not part.notna().any():
            return None
        try:
            values = to_arrow(part)
        except UnicodeEncodeError:  # lone surrogates, which Arrow does not take
            return [value if isinstance(value, str) else None for value in part]
        if values is None:
            kinds = dict.fromkeys(map(type, part[part.notna().to_numpy()]))
            strange = [kind.__name__ for kind in kinds if kind not in _JSON_KINDS]
            self._refuse(f"values of type {', '.join(strange or ['list'])}")
        elif isinstance(values, pa.Array):
            self._check(values.type)
        return values


def flat_columns(path: str, values: Values) -> Iterator[tuple[str, Values]]:
    """Yield the columns that a column becomes: several, if it holds objects.

    Parameters
    ----------
    path : str
        Its name.
    values : pyarrow.Array or list
        Its values.

    Yields
    ------
    tuple of str and (pyarrow.Array or list)
        Columns without objects but those in lists; none without a value.
    """
    if isinstance(values, list):
        if not any(isinstance(value, dict) for value in values):
            yield path, values
            return
        events = [flatten({path: value}) for value in values]
        for one in dict.fromkeys(one for event in events for one in event):
            yield one, [event.get(one) for event in events]
    elif pt.is_struct(values.type):
        for part, child in zip(values.type, values.flatten(), strict=True):
            yield from flat_columns(f"{path}.{part.name}", child)
    elif values.null_count < len(values):
        yield path, values
