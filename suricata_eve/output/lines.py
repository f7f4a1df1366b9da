"""Rows of a frame to lines: in a block by event type, since types have their own columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from suricata_eve.errors import EveValueError
from suricata_eve.ingest.values import Conflict, build
from suricata_eve.output.columns import Column, Values, flat_columns
from suricata_eve.output.objects import TEXT, Node, Text, around, joined, object_text
from suricata_eve.output.texts import NonFinite, depth, spelled, value_text
from suricata_eve.schema.fields import INSTANTS

__all__ = ["Lines"]

# What is worked on at once; a block of more rows is halved.
_BYTES = 1 << 26
_CELLS = 1 << 23  # rows times columns
_PARTS = 32  # objects within each other that a dotted name becomes; the rest stays dotted
_DEEP = 100  # lists within each other, from which on a name stays dotted as a whole

# Suricata writes the times of certificates without zone and fraction.
_CERTIFICATES = frozenset(path for path in INSTANTS if path.startswith("tls."))


class Lines:
    """Makes lines of rows."""

    def __init__(self, columns: list[Column], types: np.ndarray, non_finite: NonFinite) -> None:
        self._columns = columns
        self._first = np.array([column.first for column in columns], np.int64)
        self._stop = np.array([column.stop for column in columns], np.int64)
        self._has = np.array([column.types for column in columns], bool)
        self._types = types
        self._non_finite = non_finite

    def of(self, rows: np.ndarray) -> Iterator[memoryview]:
        """Return the lines of rows, in their order, as one buffer after the other."""
        by_type = np.lexsort((rows, self._types[rows]))
        placed = rows[by_type]
        cuts = np.flatnonzero(np.diff(self._types[placed])) + 1
        taken = self._taken(np.split(placed, cuts))
        if taken is None:
            for half in np.array_split(rows, 2):
                yield from self.of(half)
            return
        lines = pa.concat_arrays([self._text(count, part) for count, part in taken])
        if (by_type[1:] < by_type[:-1]).any():
            place = np.empty_like(by_type)
            place[by_type] = np.arange(len(by_type))
            lines = lines.take(pa.array(place))
        ends = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset :]
        yield memoryview(lines.buffers()[2])[int(ends[0]) : int(ends[len(lines)])]

    def _taken(self, parts: list[np.ndarray]) -> list[tuple[int, dict[str, Values]]] | None:
        """Return the columns that have a value in each part; None if all of that is too much."""
        near = [self._near(rows) for rows in parts]
        divisible = sum(map(len, parts)) > 1
        cells = sum(len(rows) * len(columns) for rows, columns in zip(parts, near, strict=True))
        if divisible and cells > _CELLS:
            return None
        try:
            taken = [
                (len(rows), {c.name: v for c in columns if (v := c.take(rows)) is not None})
                for rows, columns in zip(parts, near, strict=True)
            ]
        except pa.ArrowInvalid:  # more than an array of text holds
            if divisible:
                return None
            raise
        values = (one for _, columns in taken for one in columns.values())
        size = sum(one.nbytes for one in values if isinstance(one, pa.Array))
        return None if divisible and size > _BYTES else taken

    def _near(self, rows: np.ndarray) -> list[Column]:
        """Return the columns that may have a value in some rows of one type, ascending."""
        if not self._columns:
            return []
        has = self._has[:, self._types[rows[0]]]
        near = np.flatnonzero(has & (self._first <= rows[-1]) & (self._stop > rows[0]))
        return [self._columns[place] for place in near.tolist()]

    def _text(self, count: int, columns: dict[str, Values]) -> pa.Array:
        """Return lines of columns, all of them so long."""
        root = Node()
        for name, values in columns.items():
            for path, flat in flat_columns(name, values):
                text, levels = self._value(path, flat)
                root.at(_parts(path, levels), path).own = text
        members = root.members()
        if not members:
            return pa.array(["{}\n"] * count, TEXT)
        text = object_text(members)
        return joined(Text([*text.pieces, "\n"], full=text.full)).fill_null("{}\n")

    def _value(self, path: str, values: Values) -> tuple[Text, int]:
        """Return the texts of a column, and how deep its lists are."""
        if isinstance(values, list):
            try:
                values = build(values, lenient=False)
            except (Conflict, UnicodeEncodeError):
                return self._spelled(path, values), _depth(values)
        whole_seconds = path in _CERTIFICATES
        text = value_text(values, self._non_finite, whole_seconds=whole_seconds)
        return text, depth(values.type)

    def _spelled(self, path: str, values: list[Any]) -> Text:
        try:
            texts = [spelled(value, self._non_finite) for value in values]
        except ValueError as error:  # Python writes no integers of thousands of digits
            msg = f"column {path!r} holds a number that cannot be written: {error}"
            raise EveValueError(msg) from error
        return around("", pa.array(texts, TEXT), "")


def _depth(values: list[Any]) -> int:
    """Count how many lists and dicts are within each other; `to_arrow` has seen to an end."""
    level, count = values, 0
    while level := [value for value in level if isinstance(value, list | dict)]:
        count += 1
        level = [v for one in level for v in (one.values() if isinstance(one, dict) else one)]
    return count


def _parts(path: str, levels: int) -> Sequence[str]:
    """Split a path into the keys of objects within each other."""
    return [path] if levels > _DEEP else path.split(".", _PARTS - 1)
