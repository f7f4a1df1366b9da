"""Blocks of lines to segments: columns of events of one type, with the place of each.

Lines go by event type, side by side, to :mod:`suricata_eve.ingest.parse`, on several
threads; what it refuses goes line by line to :mod:`suricata_eve.ingest.salvage`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.ingest.lines import Lines, event_types, find_lines, is_plain
from suricata_eve.ingest.parse import Declared, Parsed, parse, seed
from suricata_eve.ingest.report import Mishap, Report
from suricata_eve.ingest.salvage import columns_of, salvage
from suricata_eve.ingest.sources import Block
from suricata_eve.ingest.unify import Part
from suricata_eve.ingest.values import pruned, text_of

__all__ = ["Segment", "Segmenter"]

_PIECE_BYTES = 4 << 20
_PIECE_LINES = 8192
_WIDE = 2048  # columns: beyond this, nearly all of a segment's cells are empty
_STACK_BYTES = 64 << 20  # see lines._MAX_OPENERS
_MAX_TYPES = 256  # a block has a few dozen; beyond this the rare ones are parsed together


@dataclass
class Segment:
    """Events of one type, in file order.

    Attributes
    ----------
    event_type : str or None
        Their type.
    source : str
        Where they come from.
    first_line : int
        Number of the source's first line over all sources, from 0.
    lines : numpy.ndarray of int64
        Number of each event's line over all sources, from 0.
    offsets : numpy.ndarray of int64
        Byte offset of each event's line in its source.
    columns : dict
        Paths to columns.
    """

    event_type: str | None
    source: str
    first_line: int
    lines: np.ndarray
    offsets: np.ndarray
    columns: dict[str, Part]

    def mishap(self, row: int, reason: str) -> Mishap:
        """Return what went wrong in one event, with its place."""
        line = int(self.lines[row]) - self.first_line + 1
        return Mishap(self.source, line, int(self.offsets[row]), reason)


@dataclass
class _Prepared:
    """A block whose lines are on their way through the parser."""

    lines: Lines
    source: str
    source_line: int
    line: int
    offset: int
    odd: np.ndarray
    jobs: list[tuple[str | None, np.ndarray, Future[list[Parsed]]]]

    def segment(
        self, event_type: str | None, positions: np.ndarray, columns: dict[str, Part]
    ) -> Segment:
        return Segment(
            event_type,
            self.source,
            self.source_line,
            positions.astype(np.int64) + self.line,
            self.lines.offsets[positions] + self.offset,
            columns,
        )


class Segmenter:
    """Turn blocks into segments, one source after the other.

    Parameters
    ----------
    report : Report
        Counts and mishaps are added to it.
    threads : int
        How many threads parse.
    fast : bool
        False parses every line with ``json``: slower, with the same outcome.
    """

    def __init__(self, report: Report, *, threads: int, fast: bool) -> None:
        self._report = report
        self._threads = threads
        self._fast = fast
        self._declared: dict[str | None, Declared] = {}

    def segments(self, blocks: Iterable[Block], *, source: str) -> Iterator[Segment]:
        """Read the blocks of one source.

        Parameters
        ----------
        blocks : iterable of bytes or memoryview
            Its blocks, each of whole lines.
        source : str
            Its name.

        Yields
        ------
        Segment
            Every event of the source, once.
        """
        with _deep_pool(self._threads) as pool:
            waiting: deque[_Prepared] = deque()
            source_line, offset = self._report.lines, 0
            for block in blocks:
                lines = find_lines(block)
                waiting.append(self._prepare(pool, lines, source, source_line, offset))
                self._report.lines += len(lines)
                offset += len(lines.data)
                # The next block is prepared while this one is parsed.
                if len(waiting) > 1:
                    yield from self._collect(waiting.popleft())
            for prepared in waiting:
                yield from self._collect(prepared)

    def _prepare(
        self, pool: ThreadPoolExecutor, lines: Lines, source: str, source_line: int, offset: int
    ) -> _Prepared:
        plain = is_plain(lines) if self._fast else np.zeros(len(lines), bool)
        prepared = _Prepared(
            lines, source, source_line, self._report.lines, offset, np.flatnonzero(~plain), []
        )
        if plain.any():
            array = lines.as_arrow()
            for event_type, positions in _pieces(lines, array, np.flatnonzero(plain)):
                declared = self._declared.setdefault(event_type, seed())
                job = pool.submit(_parse_lines, array, positions, declared)
                prepared.jobs.append((event_type, positions, job))
        return prepared

    def _collect(self, prepared: _Prepared) -> Iterator[Segment]:
        refused = [prepared.odd]
        for event_type, positions, job in prepared.jobs:
            for parsed in job.result():
                chosen = positions[parsed.positions]
                if parsed.columns is None:
                    refused.append(chosen)
                    continue
                segment = prepared.segment(event_type, chosen, dict(parsed.columns))
                self._report.events += len(chosen)
                for narrow in _narrowed(segment):
                    yield from _by_true_type(narrow)
        yield from self._salvage(prepared, np.sort(np.concatenate(refused)))

    def _salvage(self, prepared: _Prepared, positions: np.ndarray) -> Iterator[Segment]:
        """Parse lines one by one, and put those of one type together again."""
        groups: dict[str | None, tuple[list[int], list[dict[str, Any]]]] = {}
        for position in positions.tolist():
            event, reason, nul_bytes = salvage(prepared.lines.line(position))
            self._report.nul_bytes += nul_bytes
            if reason is not None:
                place = prepared.segment(None, np.array([position]), {}).mishap(0, reason)
                add = self._report.add_lines if event is None else self._report.add_values
                add([place])
            if event is None:
                continue
            value = event.get("event_type")
            numbers, events = groups.setdefault(None if value is None else text_of(value), ([], []))
            numbers.append(position)
            events.append(event)
        for event_type, (numbers, events) in groups.items():
            self._report.events += len(events)
            for start, stop in _narrow_runs(events):
                columns = columns_of(events[start:stop])
                yield prepared.segment(event_type, np.array(numbers[start:stop]), columns)


@contextmanager
def _deep_pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Make a thread pool whose stacks are large enough for deeply nested lines."""
    usual = threading.stack_size(_STACK_BYTES)
    try:
        pool = ThreadPoolExecutor(threads, thread_name_prefix="suricata_eve")
        # The pool starts a thread for each of its first tasks, if none is idle.
        started = threading.Barrier(threads + 1)
        try:
            for _ in range(threads):
                pool.submit(started.wait)
            started.wait()
        except RuntimeError:
            # No memory for another thread: those that wait would keep the process from ending.
            started.abort()
            pool.shutdown(wait=False)
            raise
    finally:
        threading.stack_size(usual)
    with pool:
        yield pool


def _parse_lines(array: pa.Array, positions: np.ndarray, declared: Declared) -> list[Parsed]:
    """Put some of a block's lines side by side, and parse them."""
    return list(parse(array.take(pa.array(positions)), declared))


def _pieces(
    lines: Lines, array: pa.Array, plain: np.ndarray
) -> Iterator[tuple[str | None, np.ndarray]]:
    """Divide the lines of each event type into pieces for the parser."""
    types = event_types(array)
    codes = np.asarray(types.indices.fill_null(len(types.dictionary)))[plain]
    names: list[str | None] = [_name(value) for value in types.dictionary] + [None]
    counts = np.bincount(codes, minlength=len(names))
    if np.count_nonzero(counts) > _MAX_TYPES:
        rare = np.argsort(-counts, kind="stable")[_MAX_TYPES - 1 :]
        codes = np.where(np.isin(codes, rare), len(names) - 1, codes)
        counts = np.bincount(codes, minlength=len(names))
    # Stable, and fast for few types: numpy sorts small integers by radix.
    narrow = codes.astype(np.uint16 if len(names) < 2**16 else np.uint32)
    order = plain[np.argsort(narrow, kind="stable")]
    sizes = np.concatenate([[0], np.cumsum((lines.offsets[1:] - lines.offsets[:-1])[order])])
    stops = np.cumsum(counts)
    for code in np.flatnonzero(counts):
        start, stop = int(stops[code] - counts[code]), int(stops[code])
        parts = max(1, round(int(sizes[stop] - sizes[start]) / _PIECE_BYTES))
        # So many lines at most, since each could bring a column of its own.
        step = min(-(-(stop - start) // parts), _PIECE_LINES)
        for first in range(start, stop, step):
            yield names[code], order[first : min(first + step, stop)]


def _name(value: pa.Scalar) -> str | None:
    try:
        name: str = value.as_py().decode()
    except UnicodeDecodeError:
        return None
    return name


def _narrowed(segment: Segment) -> Iterator[Segment]:
    """Halve a segment of very many columns, until each half has few or is short.

    Names of fields can come from the traffic (MQTT user properties do). When each event
    brings its own, a column as long as the segment for each would grow with the square of
    the events.
    """
    rows = len(segment.lines)
    if len(segment.columns) <= _WIDE or rows <= 1:
        yield segment
        return
    for start, stop in ((0, rows // 2), (rows // 2, rows)):
        slices = {path: part[start:stop] for path, part in segment.columns.items()}
        kept = {
            path: _copied(part)
            for path, part in slices.items()
            if part.null_count < len(part)  # type: ignore[union-attr]
        }
        yield from _narrowed(
            Segment(
                segment.event_type,
                segment.source,
                segment.first_line,
                segment.lines[start:stop],
                segment.offsets[start:stop],
                kept,
            )
        )


def _copied(part: pa.Array) -> pa.Array:
    """Copy a slice, so that the memory of the array that it is a part of is freed."""
    return part.take(pa.array(np.arange(len(part))))


def _narrow_runs(events: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Cut events into runs that have few columns together, for the same reason."""
    paths: set[str] = set()
    start = 0
    for position, event in enumerate(events):
        paths.update(event)
        if len(paths) > _WIDE and position > start:
            yield start, position
            paths, start = set(event), position
    yield start, len(events)


def _by_true_type(segment: Segment) -> Iterator[Segment]:
    """Split a segment where the parser found other event types than the text suggested."""
    column = segment.columns.get("event_type")
    if column is None:
        segment.event_type = None
        yield segment
        return
    if not pt.is_string(column.type):  # type: ignore[union-attr]
        texts = [None if value is None else text_of(pruned(value)) for value in column.to_pylist()]  # type: ignore[union-attr]
        column = pa.array(texts, pa.string())
    codes = column.dictionary_encode()  # type: ignore[union-attr]
    if len(codes.dictionary) == 1 and codes.null_count == 0:
        segment.event_type = codes.dictionary[0].as_py()
        yield segment
        return
    names = [*codes.dictionary.to_pylist(), None]
    indices = np.asarray(codes.indices.fill_null(len(names) - 1))
    order = np.argsort(indices, kind="stable")
    columns = {path: part.take(pa.array(order)) for path, part in segment.columns.items()}  # type: ignore[union-attr]
    counts = np.bincount(indices, minlength=len(names))
    stops = np.cumsum(counts)
    for code in np.flatnonzero(counts):
        start, length = int(stops[code] - counts[code]), int(counts[code])
        slices = {path: part.slice(start, length) for path, part in columns.items()}
        rows = order[start : start + length]
        yield Segment(
            names[code],
            segment.source,
            segment.first_line,
            segment.lines[rows],
            segment.offsets[rows],
            {path: part for path, part in slices.items() if part.null_count < length},
        )
