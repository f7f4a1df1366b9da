"""Blocks of lines to segments: columns of events of one type, with the place of each.

Lines go by event type, side by side, to :mod:`suricata_eve.ingest.parse`, on several
threads; what it refuses goes line by line to :mod:`suricata_eve.ingest.salvage`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.lines import Lines, event_types, find_lines, is_plain
from suricata_eve.ingest.parse import Declared, Parsed, parse, seed
from suricata_eve.ingest.pool import deep_pool
from suricata_eve.ingest.prefilter import candidates, certain_types
from suricata_eve.ingest.report import Found, Mender, Mishap
from suricata_eve.ingest.salvage import columns_of, salvage
from suricata_eve.ingest.segment import Segment, by_true_type, narrow_runs, narrowed
from suricata_eve.ingest.selection import EVERYTHING, Selection, selected
from suricata_eve.ingest.sources import Block
from suricata_eve.ingest.values import text_of
from suricata_eve.ingest.wanted import Wanted

__all__ = ["BlockRead", "Segmenter"]

_PIECE_BYTES = 4 << 20
_PIECE_LINES = 8192
_MAX_TYPES = 256  # a block has a few dozen; beyond this the rare ones are parsed together


@dataclass
class BlockRead:
    """What one block of a source held.

    Attributes
    ----------
    first_line : int
        Number of its first line over all sources, from 0.
    lines : int
        How many lines it has.
    segments : list of Segment
        Its events, as far as they are asked for.
    found : list of Found
        What is to be told of single lines, in their order.
    counted : Counter of str
        Events of each type that were only counted, and are in no segment.
    """

    first_line: int
    lines: int
    segments: list[Segment] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def split(self, line: int) -> tuple[BlockRead, BlockRead]:
        """Divide the block before the line of a number over all sources."""
        head = BlockRead(self.first_line, line - self.first_line)
        tail = BlockRead(line, self.lines - head.lines)
        for segment in self.segments:
            row = int(np.searchsorted(segment.lines, line))
            head.segments += [segment.slice(0, row)] if row else []
            tail.segments += [segment.slice(row, None)] if row < len(segment.lines) else []
        head.found = [found for found in self.found if found.line < line]
        tail.found = self.found[len(head.found) :]
        return head, tail


@dataclass
class _Lined:
    """A block, its lines, and which of them go where."""

    lines: Lines
    array: pa.Array
    odd: np.ndarray
    pieces: list[tuple[str | None, np.ndarray]]
    counted: Counter[str]


@dataclass
class _Place:
    """Where a block starts: its source, line numbers over all sources, byte offset."""

    source: str
    source_line: int
    line: int
    offset: int


@dataclass
class _Parsing:
    """A block whose lines are on their way through the parser."""

    lined: _Lined
    place: _Place
    jobs: list[tuple[str | None, np.ndarray, Future[list[Parsed]]]]

    def segment(self, event_type: str | None, positions: np.ndarray, columns: Any) -> Segment:
        return Segment(
            event_type,
            self.place.source,
            self.place.source_line,
            positions.astype(np.int64) + self.place.line,
            self.lined.lines.offsets[positions] + self.place.offset,
            columns,
        )


class Segmenter:
    """Turn blocks into segments, one source after the other.

    Parameters
    ----------
    threads : int
        How many threads parse.
    fast : bool, default True
        False parses every line with ``json``: slower, with the same outcome.
    selection : Selection, optional
        Which events to give; all by default.
    wanted : Wanted, optional
        Which columns to read; all by default.
    mender : callable, optional
        Asked for each line that is no event; what it returns is read in its place.
    counting : bool, default False
        Count the lines whose type is plain to see, without parsing them.
    """

    def __init__(
        self,
        *,
        threads: int,
        fast: bool = True,
        selection: Selection = EVERYTHING,
        wanted: Wanted | None = None,
        mender: Mender | None = None,
        counting: bool = False,
    ) -> None:
        self._threads = threads
        self._fast = fast
        self._selection = selection
        self._wanted = wanted
        self._mender = mender
        self._counting = counting
        self._declared: dict[str | None, Declared] = {}
        self._line = 0

    def read(self, blocks: Iterable[Block], *, source: str) -> Iterator[BlockRead]:
        """Read the blocks of one source.

        Parameters
        ----------
        blocks : iterable of bytes or memoryview
            Its blocks, each of whole lines. Two are worked on while a third is asked for.
        source : str
            Its name.

        Yields
        ------
        BlockRead
            Every block, in order.
        """
        place = _Place(source, self._line, self._line, 0)
        with deep_pool(self._threads) as pool:
            lining: deque[Future[_Lined]] = deque()
            parsing: deque[_Parsing] = deque()
            for block in blocks:
                lining.append(pool.submit(self._line_up, block))
                del block  # whose memory is used again when nobody holds it
                # While the lines of this block are found, the one before is parsed.
                if len(lining) > 1:
                    parsing.append(self._start(pool, lining.popleft().result(), place))
                if len(parsing) > 1:
                    yield self._collect(parsing.popleft())
            parsing += [self._start(pool, lined.result(), place) for lined in lining]
            while parsing:
                yield self._collect(parsing.popleft())

    def _line_up(self, block: Block) -> _Lined:
        """Find the lines of a block, and divide them by event type."""
        lines = find_lines(block)
        array = lines.as_arrow()
        chosen = np.ones(len(lines), bool)
        if self._selection is not EVERYTHING and len(lines):
            chosen = candidates(lines, array, self._selection)
        plain = is_plain(lines) if self._fast else np.zeros(len(lines), bool)
        odd = np.flatnonzero(chosen & ~plain)
        plain &= chosen
        counted: Counter[str] = Counter()
        if self._counting:
            counted, plain = _counted(lines, array, plain, self._selection)
        pieces = list(_pieces(lines, array, np.flatnonzero(plain))) if plain.any() else []
        return _Lined(lines, array, odd, pieces, counted)

    def _start(self, pool: ThreadPoolExecutor, lined: _Lined, place: _Place) -> _Parsing:
        """Hand the pieces of a block to the parser."""
        parsing = _Parsing(lined, replace(place), [])
        place.line += len(lined.lines)
        place.offset += len(lined.lines.data)
        self._line = place.line
        for event_type, positions in lined.pieces:
            declared = self._declared.setdefault(event_type, seed())
            job = pool.submit(_parse_lines, lined.array, positions, declared, self._wanted)
            parsing.jobs.append((event_type, positions, job))
        return parsing

    def _collect(self, parsing: _Parsing) -> BlockRead:
        lined = parsing.lined
        result = BlockRead(parsing.place.line, len(lined.lines), counted=lined.counted)
        refused = [lined.odd]
        for event_type, positions, job in parsing.jobs:
            for parsed in job.result():
                chosen = positions[parsed.positions]
                if parsed.columns is None:
                    refused.append(chosen)
                    continue
                segment = parsing.segment(event_type, chosen, dict(parsed.columns))
                for narrow in narrowed(segment):
                    self._add(result, by_true_type(narrow))
        events = self._salvage(parsing, np.sort(np.concatenate(refused)), result.found)
        self._add(result, events)
        return result

    def _add(self, result: BlockRead, segments: Iterable[Segment]) -> None:
        for segment in segments:
            chosen = selected(segment, self._selection)
            if chosen is not None:
                result.segments.append(chosen)

    def _salvage(
        self, parsing: _Parsing, positions: np.ndarray, found: list[Found]
    ) -> Iterator[Segment]:
        """Parse lines one by one, and put those of one type together again."""
        groups: dict[str | None, tuple[list[int], list[dict[str, Any]]]] = {}
        for position in positions.tolist():
            event = self._salvage_line(parsing, position, found)
            if event is None:
                continue
            value = event.get("event_type")
            numbers, events = groups.setdefault(None if value is None else text_of(value), ([], []))
            numbers.append(position)
            if self._wanted is not None:
                event = {path: value for path, value in event.items() if self._wanted.reads(path)}
            events.append(event)
        for event_type, (numbers, events) in groups.items():
            for start, stop in narrow_runs(events):
                columns = columns_of(events[start:stop])
                yield parsing.segment(event_type, np.array(numbers[start:stop]), columns)

    def _salvage_line(
        self, parsing: _Parsing, position: int, found: list[Found]
    ) -> dict[str, Any] | None:
        line = parsing.lined.lines.line(position)
        event, reason, nul_bytes = salvage(line)
        if reason is None and not nul_bytes:
            return event
        mishap = None
        if reason is not None:
            mishap = parsing.segment(None, np.array([position]), {}).mishap(0, reason)
            if event is None and self._mender is not None:
                event, mishap = _mended(self._mender, mishap, line)
        found.append(Found(parsing.place.line + position, nul_bytes, mishap, event is None))
        return event


def _mended(mender: Mender, mishap: Mishap, line: bytes) -> tuple[dict[str, Any] | None, Mishap]:
    """Ask for a line to read in the place of one that is no event."""
    other = mender(mishap, line)
    if other is None:
        return None, mishap
    event, reason, _ = salvage(other)
    if event is None:
        return None, mishap._replace(reason=f"{mishap.reason}; replaced: {reason or 'blank'}")
    return event, mishap._replace(reason="a line was replaced by on_bad_lines")


def _parse_lines(
    array: pa.Array, positions: np.ndarray, declared: Declared, wanted: Wanted | None
) -> list[Parsed]:
    """Put some of a block's lines side by side, and parse them."""
    return list(parse(array.take(pa.array(positions)), declared, wanted))


def _counted(
    lines: Lines, array: pa.Array, plain: np.ndarray, selection: Selection
) -> tuple[Counter[str], np.ndarray]:
    """Count the lines whose type is plain to see; return which others must be parsed."""
    types = certain_types(lines, array)
    names = types.dictionary.to_pylist()
    known = plain & np.asarray(types.is_valid())
    codes = np.asarray(types.indices.fill_null(0))[known]
    numbers = np.bincount(codes, minlength=len(names)).tolist()
    counts = {name: n for name, n in zip(names, numbers, strict=True) if selection.has_type(name)}
    return Counter(counts), plain & ~known


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
