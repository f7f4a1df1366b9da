"""Blocks of lines to segments: columns of events of one type, with the place of each.

Lines go by event type, side by side, to :mod:`suricata_eve.ingest.parse`, on several
threads; what it refuses goes line by line to :mod:`suricata_eve.ingest.salvage`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.joint import Joint
from suricata_eve.ingest.lining import Kind, Lined, line_up
from suricata_eve.ingest.parse import Declared, Parsed, parse, seed
from suricata_eve.ingest.pool import deep_pool
from suricata_eve.ingest.report import REPLACED, Found, Mender, Mishap
from suricata_eve.ingest.salvage import columns_of, salvage
from suricata_eve.ingest.segment import Segment, by_true_type, narrow_runs, narrowed
from suricata_eve.ingest.selection import EVERYTHING, Selection, selected
from suricata_eve.ingest.sources import Block
from suricata_eve.ingest.values import text_of
from suricata_eve.ingest.wanted import Wanted

__all__ = ["BlockRead", "Segmenter"]

_Events: TypeAlias = "dict[int, dict[str, Any]]"
"""Flat events by position."""


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
    stop : int
        Byte offset of its end in its source.
    reread : callable or None
        Gives the events from one line on, up to another, as segments of their own.
    """

    first_line: int
    lines: int
    segments: list[Segment] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    stop: int = 0
    reread: Callable[[int, int], list[Segment]] | None = None

    def split(self, line: int) -> tuple[BlockRead, BlockRead]:
        """Divide the block before the line of a number over all sources.

        Each half is as if the lines of the other were not there, the types of its columns
        included, for which its lines are parsed again.

        Parameters
        ----------
        line : int
            The first line of the second half.

        Returns
        -------
        tuple of BlockRead
            Both halves.
        """
        end = self.first_line + self.lines
        head = BlockRead(self.first_line, line - self.first_line, reread=self.reread)
        tail = BlockRead(line, end - line, stop=self.stop, reread=self.reread)
        if all(segment.lines[-1] < line for segment in self.segments):
            head.segments = self.segments
        elif self.reread is None:
            msg = "the lines of this block were given away, so it cannot be divided"
            raise RuntimeError(msg)
        else:
            head.segments = self.reread(self.first_line, line)
            tail.segments = self.reread(line, end)
        head.found = [found for found in self.found if found.line < line]
        tail.found = self.found[len(head.found) :]
        return head, tail


class _Parsing(NamedTuple):
    """Lines that are on their way through the parser."""

    joint: Joint
    jobs: list[tuple[str | None, np.ndarray, Future[list[Parsed]]]]


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
    together : int, default 0
        Blocks are parsed together until they have so many bytes.
    divisible : bool, default False
        Keep what it takes to divide a result.
    line : int, default 0
        Number of the first line.
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
        together: int = 0,
        divisible: bool = False,
        line: int = 0,
    ) -> None:
        self._threads = threads
        self._fast = fast
        self._selection = selection
        self._wanted = wanted
        self._mender = mender
        self._counting = counting
        self._together = together
        self._divisible = divisible
        self._declared: dict[Kind, Declared] = {}
        self._line = line

    def read(
        self, blocks: Iterable[Block], *, source: str, lines: int = 0, offset: int = 0
    ) -> Generator[BlockRead, None, None]:
        """Read the blocks of one source.

        Parameters
        ----------
        blocks : iterable of bytes or memoryview
            Its blocks, each of whole lines.
        source : str
            Its name.
        lines, offset : int, default 0
            How many lines and bytes of it come before the first block.

        Yields
        ------
        BlockRead
            All blocks, in order, those together that are parsed together.
        """
        with deep_pool(self._threads) as pool:
            parsing: deque[_Parsing] = deque()
            for joint in self._joints(pool, blocks, source, lines, offset):
                parsing.append(self._start(pool, joint))
                # While these are parsed, the lines of the next blocks are found.
                if len(parsing) > 1:
                    yield self._collect(parsing.popleft())
            while parsing:
                yield self._collect(parsing.popleft())

    def _joints(
        self,
        pool: ThreadPoolExecutor,
        blocks: Iterable[Block],
        source: str,
        lines: int,
        offset: int,
    ) -> Iterator[Joint]:
        """Find the lines of blocks, and join blocks that are parsed together."""
        source_line = self._line - lines
        lining: deque[Future[Lined]] = deque()
        held: list[Lined] = []

        def joint() -> Joint:
            nonlocal offset, held
            result = Joint(
                held, source=source, source_line=source_line, first_line=self._line, offset=offset
            )
            self._line += result.total_lines
            offset = result.stop
            held = []
            return result

        for block in blocks:
            lining.append(pool.submit(self._line_up, block))
            del block  # whose memory is used again when nobody holds it
            if len(lining) > self._threads:
                held.append(lining.popleft().result())
            if held and _size(held) >= self._together:
                yield joint()
        held += [lined.result() for lined in lining]
        if held:
            yield joint()

    def _line_up(self, block: Block) -> Lined:
        return line_up(
            block,
            selection=self._selection,
            fast=self._fast,
            counting=self._counting,
            by_kind=self._wanted is None or self._wanted.schema is None,
        )

    def _start(
        self, pool: ThreadPoolExecutor, joint: Joint, positions: np.ndarray | None = None
    ) -> _Parsing:
        """Hand lines to the parser, piece by piece."""
        jobs = []
        pieces = joint.pieces(positions)
        if self._selection is EVERYTHING and not self._divisible:
            joint.release_after(len(pieces))  # nothing is parsed again
        for kind, piece in pieces:
            declared = self._declared.setdefault(kind, seed(kind.event_type))
            job = pool.submit(_parse_lines, joint, piece, declared, self._wanted)
            jobs.append((kind.event_type, piece, job))
        return _Parsing(joint, jobs)

    def _collect(self, parsing: _Parsing) -> BlockRead:
        joint = parsing.joint
        result = BlockRead(joint.first_line, joint.total_lines, stop=joint.stop)
        for block in joint.blocks:
            result.counted += block.counted
        segments, refused = self._parsed(parsing)
        refused = np.sort(np.concatenate([joint.odd(), refused]))
        events = self._salvaged(joint, refused, result.found)
        result.segments = [*self._chosen(joint, segments, events), *self._built(joint, events)]
        lines = [segment.lines for segment in result.segments]
        kept = np.concatenate([np.empty(0, np.int64), *lines])
        if self._selection is not EVERYTHING and result.found:
            given = set(kept.tolist())
            result.found = [one for one in result.found if one.left_out or one.line in given]
        if self._divisible:
            result.reread = partial(self._reread, joint, np.sort(joint.positions(kept)), events)
        return result

    def _reread(
        self, joint: Joint, kept: np.ndarray, events: _Events, start: int, stop: int
    ) -> list[Segment]:
        """Return the events of some lines, as if there were no others."""
        first, end = joint.position(start), joint.position(stop)
        events = {n: event for n, event in events.items() if first <= n < end}
        inside = kept[(kept >= first) & (kept < end)]
        plain = inside[~np.isin(inside, np.array(list(events), np.int64))]
        return [*self._parsed_again(joint, plain, events), *self._built(joint, events)]

    def _parsed(self, parsing: _Parsing) -> tuple[list[Segment], np.ndarray]:
        """Return what the parser made of lines, and where those are that it refused."""
        segments: list[Segment] = []
        refused = [np.empty(0, np.int64)]
        for event_type, positions, job in parsing.jobs:
            for parsed in job.result():
                chosen = positions[parsed.positions]
                if parsed.columns is None:
                    refused.append(chosen)
                    continue
                segment = parsing.joint.segment(event_type, chosen, dict(parsed.columns))
                for narrow in narrowed(segment):
                    segments += by_true_type(narrow)
        return segments, np.concatenate(refused)

    def _chosen(self, joint: Joint, segments: list[Segment], events: _Events) -> list[Segment]:
        """Return the events of segments that are asked for."""
        kept = self._kept(joint, segments)
        # Parsed again, since the types of the columns may come from events that go.
        return segments if kept is None else self._parsed_again(joint, kept, events)

    def _kept(self, joint: Joint, segments: list[Segment]) -> np.ndarray | None:
        """Return the positions of the events that are asked for; None if all of them are."""
        if self._selection is EVERYTHING:
            return None
        masks = [selected(segment, self._selection) for segment in segments]
        if all(mask.all() for mask in masks):
            return None
        lines = [segment.lines[mask] for segment, mask in zip(segments, masks, strict=True)]
        return np.sort(joint.positions(np.concatenate(lines)))

    def _parsed_again(self, joint: Joint, positions: np.ndarray, events: _Events) -> list[Segment]:
        """Parse lines that are known to be events; what is refused now is added to `events`."""
        with deep_pool(self._threads) as pool:
            segments, refused = self._parsed(self._start(pool, joint, positions))
        events.update(self._salvaged(joint, np.sort(refused), []))
        return segments

    def _salvaged(self, joint: Joint, positions: np.ndarray, found: list[Found]) -> _Events:
        """Parse lines one by one."""
        events: _Events = {}
        for position in positions.tolist():
            event = self._salvaged_line(joint, position, found)
            if event is not None:
                events[position] = event
        return events

    def _salvaged_line(
        self, joint: Joint, position: int, found: list[Found]
    ) -> dict[str, Any] | None:
        line = joint.line(position)
        event, reason, nul_bytes = salvage(line)
        if reason is None and not nul_bytes:
            return event
        mishap = None
        if reason is not None:
            mishap = joint.segment(None, np.array([position]), {}).mishap(0, reason)
            if event is None and self._mender is not None:
                event, mishap = _mended(self._mender, mishap, line)
        left_out = event is None and mishap is not None
        found.append(Found(joint.number(position), nul_bytes, mishap, left_out))
        return event

    def _built(self, joint: Joint, events: _Events) -> list[Segment]:
        """Put events that were parsed one by one together again, those of one type."""
        segments = _segments_of(joint, events, self._wanted)
        kept = self._kept(joint, segments)
        if kept is None:
            return segments
        events = {position: events[position] for position in kept.tolist()}
        return _segments_of(joint, events, self._wanted)


def _segments_of(joint: Joint, events: _Events, wanted: Wanted | None) -> list[Segment]:
    groups: dict[str | None, list[int]] = {}
    for position in sorted(events):
        value = events[position].get("event_type")
        groups.setdefault(None if value is None else text_of(value), []).append(position)
    segments = []
    for event_type, positions in groups.items():
        flat = [events[position] for position in positions]
        if wanted is not None:
            flat = [{path: v for path, v in one.items() if wanted.reads(path)} for one in flat]
        for start, stop in narrow_runs(flat):
            columns = columns_of(flat[start:stop])
            segments.append(joint.segment(event_type, np.array(positions[start:stop]), columns))
    return segments


def _mended(mender: Mender, mishap: Mishap, line: bytes) -> tuple[dict[str, Any] | None, Mishap]:
    """Ask for a line to read in the place of one that is no event."""
    other = mender(mishap, line)
    if other is None:
        return None, mishap
    event, reason, _ = salvage(other)
    if event is None:
        return None, mishap._replace(reason=f"{mishap.reason}; replaced: {reason or 'blank'}")
    return event, mishap._replace(reason=REPLACED)


def _parse_lines(
    joint: Joint, positions: np.ndarray, declared: Declared, wanted: Wanted | None
) -> list[Parsed]:
    """Put some of the lines side by side, and parse them."""
    lines = joint.gathered(positions)
    found = list(parse(lines, declared, wanted))
    for parsed in found:
        if parsed.columns is None and joint.lets_go:
            joint.keep(positions[parsed.positions], lines.take(pa.array(parsed.positions)))
    return found


def _size(blocks: list[Lined]) -> int:
    return sum(block.total_bytes for block in blocks)
