"""Segments to one table: grouped by event type, one type a column, absent values at no cost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.ingest.report import Report
from suricata_eve.ingest.segments import Segment
from suricata_eve.ingest.times import UTC_MICROSECONDS, parse_instants
from suricata_eve.ingest.unify import Part, fit, unify
from suricata_eve.schema.fields import CORE, arrow_type, sort_key

__all__ = ["Assembled", "assemble", "settle"]

_MANY = 16  # segments of one type: from here on they are joined into longer chunks
_ROWS = 1 << 20  # rows of a joined chunk


@dataclass(frozen=True)
class Assembled:
    """All events of a read.

    Attributes
    ----------
    table : pyarrow.Table
        One column a path, rows grouped by event type in order of first appearance.
    lines : numpy.ndarray of int64
        Number of each row's line over all sources, from 0.
    """

    table: pa.Table
    lines: np.ndarray


@dataclass
class _Group:
    """The segments of one event type, and the order that their rows must be put in."""

    segments: list[Segment]
    order: np.ndarray | None = None
    lines: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    starts: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        self.segments.sort(key=lambda segment: int(segment.lines[0]))
        self.starts = np.cumsum([0, *(len(segment.lines) for segment in self.segments)])
        lines = np.concatenate([segment.lines for segment in self.segments])
        if (np.diff(lines) < 0).any():
            self.order = np.argsort(lines, kind="stable")
            lines = lines[self.order]
        self.lines = lines

    def chunks(self, parts: dict[int, pa.Array], kind: pa.DataType) -> Iterator[pa.Array | int]:
        """Yield a column's chunks in this group; an int stands for so many nulls."""
        pieces = list(self._pieces(parts))
        if self.order is not None and parts:
            filled = [_nulls(piece, kind) if isinstance(piece, int) else piece for piece in pieces]
            yield pa.concat_arrays(filled).take(pa.array(self.order))
        elif len(parts) < _MANY:
            yield from pieces
        else:
            yield from _joined(pieces)

    def _pieces(self, parts: dict[int, pa.Array]) -> Iterator[pa.Array | int]:
        row = 0
        for position in sorted(parts):
            start = int(self.starts[position])
            if start > row:
                yield start - row
            yield parts[position]
            row = start + len(parts[position])
        if row < len(self.lines):
            yield len(self.lines) - row


def _joined(pieces: list[pa.Array | int]) -> Iterator[pa.Array | int]:
    """Join arrays that follow one another into longer ones."""
    run: list[pa.Array] = []
    for piece in [*pieces, 0]:
        if run and (isinstance(piece, int) or sum(map(len, run)) >= _ROWS):
            yield pa.concat_arrays(run)
            run = []
        if isinstance(piece, int):
            yield piece
        else:
            run.append(piece)


class _Nulls:
    """Null arrays of any type and length whose buffers are slices of one buffer of zeros."""

    def __init__(self) -> None:
        self._zeros = pa.py_buffer(b"")

    def __call__(self, length: int, kind: pa.DataType) -> pa.Array:
        size = 8 * (length + 1)  # no buffer of these types needs more
        if self._zeros.size < size:
            self._zeros = pa.py_buffer(np.zeros(size, np.uint8))
        if pt.is_list(kind):
            buffers, children = [self._zeros, self._zeros], [pa.array([], kind.value_type)]
            return pa.Array.from_buffers(kind, length, buffers, length, 0, children)
        if pt.is_string(kind):
            buffers = [self._zeros, self._zeros, self._zeros]
        else:
            buffers = [self._zeros, self._zeros]
        return pa.Array.from_buffers(kind, length, buffers, length)


_nulls = _Nulls()


def assemble(segments: Sequence[Segment], report: Report) -> Assembled:
    """Put segments together; their columns are taken out of them.

    Parameters
    ----------
    segments : sequence of Segment
        All segments of a read.
    report : Report
        Told what had to change: times that are none, values of several kinds.

    Returns
    -------
    Assembled
        The table; with the core columns alone if there is no event.
    """
    groups = _grouped(segments)
    if not groups:
        core = [(name, arrow_type(name)) for name in CORE]
        return Assembled(pa.schema(core).empty_table(), np.empty(0, np.int64))
    ordered = [segment for group in groups for segment in group.segments]
    holders: dict[str, list[int]] = {}
    for n, segment in enumerate(ordered):
        for path in segment.columns:
            holders.setdefault(path, []).append(n)
    columns: dict[str, pa.ChunkedArray] = {}
    for path in sorted(holders, key=sort_key):
        present = holders[path]
        parts = [ordered[n].columns.pop(path) for n in present]
        arrays = settle(path, parts, report, [ordered[n] for n in present])
        column = _column(groups, present, arrays, arrays[0].type)
        if column is not None:
            columns[path] = column
    lines = np.concatenate([group.lines for group in groups])
    return Assembled(pa.table(columns) if columns else _no_columns(len(lines)), lines)


def _no_columns(rows: int) -> pa.Table:
    """Make a table of rows without values, as a file of ``{}`` alone gives."""
    return pa.table({"event_type": pa.nulls(rows, pa.string())})


def _grouped(segments: Sequence[Segment]) -> list[_Group]:
    by_type: dict[str | None, list[Segment]] = {}
    for segment in segments:
        if len(segment.lines):
            by_type.setdefault(segment.event_type, []).append(segment)
    groups = [_Group(group) for group in by_type.values()]
    return sorted(groups, key=lambda group: int(group.lines[0]))


def _column(
    groups: list[_Group], numbers: list[int], arrays: list[pa.Array], kind: pa.DataType
) -> pa.ChunkedArray | None:
    """Lay a column's arrays out over all groups, with a null chunk wherever it is absent."""
    chunks: list[pa.Array] = []
    absent = first = 0
    for group in groups:
        last = first + len(group.segments)
        present = range(bisect_left(numbers, first), bisect_left(numbers, last))
        parts = {numbers[n] - first: arrays[n] for n in present}
        first = last
        for piece in group.chunks(parts, kind):
            if isinstance(piece, int):
                absent += piece
                continue
            if absent:
                chunks.append(_nulls(absent, kind))
                absent = 0
            chunks.append(piece)
    if absent:
        chunks.append(_nulls(absent, kind))
    column = pa.chunked_array(chunks, kind)
    return column if column.null_count < len(column) or pt.is_timestamp(kind) else None


def settle(
    path: str, parts: Sequence[Part], report: Report, segments: Sequence[Segment] | None = None
) -> list[pa.Array]:
    """Bring a column's parts to one type: its schema's, where every value fits.

    Parameters
    ----------
    path : str
        The column.
    parts : sequence of pyarrow.Array or list
        Its parts.
    report : Report
        Told what had to change.
    segments : sequence of Segment, optional
        Where each part comes from, to place times that are none.

    Returns
    -------
    list of pyarrow.Array
        One for each part, all of one type.
    """
    target = arrow_type(path)
    instant = target == UTC_MICROSECONDS
    arrays, mixed = unify(parts, pa.string() if instant else target)
    if instant:
        return _instants(path, arrays, report, segments)
    if mixed:
        report.texts.add(path)
    if target is None or arrays[0].type == target:
        return arrays
    fitting = fit(arrays, target)
    if fitting is None:
        report.misfits[path] = str(arrays[0].type)
        return arrays
    return fitting


def _instants(
    path: str, arrays: Sequence[pa.Array], report: Report, segments: Sequence[Segment] | None
) -> list[pa.Array]:
    parsed = [parse_instants(array) for array in arrays]
    for position, instants in enumerate(parsed):
        report.cut_times += instants.cut
        if segments is not None:
            segment = segments[position]
            report.add_values(
                segment.mishap(row, f"{path} is not a time") for row in instants.bad.tolist()
            )
    return [instants.values for instants in parsed]
