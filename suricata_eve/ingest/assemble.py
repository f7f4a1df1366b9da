"""Segments to one table: grouped by event type, one type a column, absent values at no cost."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.nulls import Nulls
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.rows import joined, taken
from suricata_eve.ingest.scatter import Scatter, can_scatter
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.settle import settle
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.fields import CORE, arrow_type, sort_key

__all__ = ["Assembled", "assemble"]

_MANY = 256  # segments of one type: from here on they are joined into longer chunks


@dataclass(frozen=True)
class Assembled:
    """All events of a read.

    Attributes
    ----------
    table : pyarrow.Table
        One column a path, rows grouped by event type in order of first appearance.
    lines : numpy.ndarray of int64
        Number of each row's line over all sources, from 0.
    groups : tuple
        Event type, first row and end of each group of rows.
    """

    table: pa.Table
    lines: np.ndarray
    groups: tuple[tuple[str | None, int, int], ...]


@dataclass
class _Group:
    """The segments of one event type, and the order that their rows must be put in.

    Attributes
    ----------
    segments : list of Segment
        By their first line.
    lines : numpy.ndarray of int64
        Line of each row, ascending.
    starts : numpy.ndarray of int64
        First row of each segment, and the end.
    order : numpy.ndarray or None
        Where the rows of the segments, one after the other, go; None where they go in order.
    scatters : dict
        What puts columns in that order, by the segments that have them.
    """

    segments: list[Segment]
    lines: np.ndarray
    starts: np.ndarray
    order: np.ndarray | None
    scatters: dict[tuple[int, ...], tuple[int, Scatter, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, segments: list[Segment]) -> _Group:
        """Make a group of the segments of one type."""
        segments = sorted(segments, key=lambda segment: int(segment.lines[0]))
        lines = np.concatenate([segment.lines for segment in segments])
        starts = np.cumsum([0, *(len(segment.lines) for segment in segments)])
        order = None
        if (np.diff(lines) < 0).any():
            order = np.argsort(lines, kind="stable")
            lines = lines[order]
        return cls(segments, lines, starts, order)

    def scatter(self, numbers: list[int]) -> tuple[int, Scatter, int]:
        """Return what puts columns in order that only some of the segments have.

        Before and after it: how many rows there are before the first that has a value, and
        after the last.
        """
        key = tuple(numbers)
        if key not in self.scatters:
            order = self.order if self.order is not None else np.arange(len(self.lines))
            runs = tuple((int(self.starts[n]), int(self.starts[n + 1])) for n in numbers)
            places = [np.searchsorted(self.lines, self.segments[n].lines[[0, -1]]) for n in numbers]
            first = int(min(place[0] for place in places))
            stop = int(max(place[1] for place in places)) + 1
            scatter = Scatter(runs, order[first:stop])
            self.scatters[key] = first, scatter, len(order) - stop
        return self.scatters[key]

    def pieces(self, parts: list[tuple[int, pa.Array]]) -> Iterator[pa.Array | int]:
        """Yield a column's arrays in this group; an int stands for so many nulls."""
        row = 0
        for position, array in parts:
            start = int(self.starts[position])
            if start > row:
                yield start - row
            yield array
            row = start + len(array)
        if row < len(self.lines):
            yield len(self.lines) - row


class _Layout:
    """Lays columns out over all groups, with null chunks that share one buffer of zeros."""

    def __init__(self, groups: list[_Group]) -> None:
        self._groups = groups
        self._firsts = np.cumsum([0, *(len(group.segments) for group in groups)]).tolist()
        self._rows = np.cumsum([0, *(len(group.lines) for group in groups)]).tolist()
        self._nulls = Nulls(self._rows[-1])

    def nulls(self, kind: pa.DataType) -> pa.ChunkedArray:
        """Return a column without any value."""
        rows = self._rows[-1]
        return pa.chunked_array([self._nulls.of(kind, rows)] if rows else [], kind)

    def column(self, numbers: list[int], arrays: list[pa.Array]) -> pa.ChunkedArray:
        """Return the column whose part in segment ``numbers[i]`` is ``arrays[i]``."""
        kind = arrays[0].type
        chunks: list[pa.Array] = []
        absent = 0
        for piece in self._pieces(numbers, arrays):
            if isinstance(piece, int):
                absent += piece
                continue
            if absent:
                chunks.append(self._nulls.of(kind, absent))
                absent = 0
            chunks.append(piece)
        if absent:
            chunks.append(self._nulls.of(kind, absent))
        return pa.chunked_array(chunks, kind)

    def _pieces(self, numbers: list[int], arrays: list[pa.Array]) -> Iterator[pa.Array | int]:
        row = start = 0
        while start < len(numbers):
            which = bisect_right(self._firsts, numbers[start]) - 1
            stop = bisect_left(numbers, self._firsts[which + 1])
            yield self._rows[which] - row
            first = self._firsts[which]
            parts = [(numbers[n] - first, arrays[n]) for n in range(start, stop)]
            yield from self._chunks(self._groups[which], parts)
            row, start = self._rows[which + 1], stop
        yield self._rows[-1] - row

    def _chunks(self, group: _Group, parts: list[tuple[int, pa.Array]]) -> Iterator[pa.Array | int]:
        if group.order is not None:
            yield from self._in_order(group, parts)
        elif len(parts) < _MANY:
            yield from group.pieces(parts)
        else:
            yield from joined(group.pieces(parts))

    def _in_order(
        self, group: _Group, parts: list[tuple[int, pa.Array]]
    ) -> Iterator[pa.Array | int]:
        kind = parts[0][1].type
        if can_scatter(kind):
            before, scatter, after = group.scatter([n for n, _ in parts])
            try:
                inside = scatter.column(kind, [part for _, part in parts])
            except pa.ArrowInvalid:  # more than one array can hold
                pass
            else:
                yield before
                yield inside
                yield after
                return
        pieces = group.pieces(parts)
        filled = [self._nulls.of(kind, one) if isinstance(one, int) else one for one in pieces]
        yield from taken(filled, group.order)  # type: ignore[arg-type]


def assemble(
    segments: Sequence[Segment], report: Report, wanted: Wanted | None = None
) -> Assembled:
    """Put segments together; their columns are taken out of them.

    Parameters
    ----------
    segments : sequence of Segment
        All segments of a read.
    report : Report
        Told what had to change: times that are none, values of several kinds.
    wanted : Wanted, optional
        The columns to give; all that have a value by default.

    Returns
    -------
    Assembled
        The table; with the core columns alone if there is no event.
    """
    groups = _grouped(segments)
    ordered = [segment for group in groups for segment in group.segments]
    holders: dict[str, list[int]] = {}
    for n, segment in enumerate(ordered):
        for path in segment.columns:
            holders.setdefault(path, []).append(n)
    layout = _Layout(groups)
    columns: dict[str, pa.ChunkedArray] = {}
    if wanted is not None:
        paths = wanted.ordered(holders)
    else:
        paths = sorted(holders, key=sort_key) if groups else list(CORE)
    for path in paths:
        present = holders.get(path)
        if present is None:
            columns[path] = layout.nulls(arrow_type(path) or pa.null())
            continue
        parts = [ordered[n].columns.pop(path) for n in present]
        arrays = settle(path, parts, report, [ordered[n] for n in present])
        # Kept even where it has no value left, since it had some, and that was reported.
        columns[path] = layout.column(present, arrays)
    lines = np.concatenate([np.empty(0, np.int64), *(group.lines for group in groups)])
    # Without a column, a table of values would have no rows.
    table = pa.table(columns) if columns or wanted is not None else _no_columns(len(lines))
    ends = np.cumsum([0, *(len(group.lines) for group in groups)]).tolist()
    types = [group.segments[0].event_type for group in groups]
    return Assembled(table, lines, tuple(zip(types, ends[:-1], ends[1:], strict=True)))


def _no_columns(rows: int) -> pa.Table:
    """Make a table of rows without values, as a file of ``{}`` alone gives."""
    return pa.table({"event_type": pa.nulls(rows, pa.string())})


def _grouped(segments: Sequence[Segment]) -> list[_Group]:
    by_type: dict[str | None, list[Segment]] = {}
    for segment in segments:
        if len(segment.lines):
            by_type.setdefault(segment.event_type, []).append(segment)
    groups = [_Group.of(group) for group in by_type.values()]
    return sorted(groups, key=lambda group: int(group.lines[0]))
