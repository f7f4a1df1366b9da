"""Sources to Arrow tables: the whole way, put together."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TypeAlias

import numpy as np

from suricata_eve.errors import EveParseError
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.report import Mender, Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.segments import BlockRead, Segmenter
from suricata_eve.ingest.selection import EVERYTHING, Selection
from suricata_eve.ingest.sources import Source, blocks, names, sources_of, total_bytes
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.event_types import EVENT_TYPES
from suricata_eve.schema.fields import fields, is_known

__all__ = [
    "BLOCK_BYTES",
    "Progress",
    "Reading",
    "count_types",
    "read_batches",
    "read_runs",
    "read_table",
    "strange_names",
]

Progress: TypeAlias = (
    "Callable[[int | None], AbstractContextManager[Callable[[int], object] | None]]"
)

BLOCK_BYTES = 96 << 20
"""How much of a source is parsed together; about two times as much is in memory at a time."""

_STEP_BYTES = 8 << 20  # of a source; the threads find the lines of so many bytes each

_FEWEST_BYTES, _BYTES_PER_EVENT = 1 << 18, 2048  # to find the first events of a large file


@dataclass(frozen=True)
class Reading:
    """What to read, and how.

    Attributes
    ----------
    source : str, path, bytes, binary file object, or a sequence of these
        What to read.
    selection : Selection
        Which events.
    wanted : Wanted or None
        Which columns; None for all.
    nrows : int or None
        How many events at most, the first ones of those that are asked for.
    stop_at_bad_line : bool
        Raise for the first line that is no event, instead of counting it.
    mender : callable or None
        Asked for each line that is no event; what it returns is read in its place.
    progress : callable or None
        Given how many bytes the sources have (None if unknown), gives a context manager
        that gives a callable, which is told of each number of bytes that have been read.
    block_bytes, threads, fast
        How much to parse together; how many threads parse (one for each core by default);
        whether Arrow's parser is used. The outcome does not depend on them.
    """

    source: Source | Sequence[Source]
    selection: Selection = EVERYTHING
    wanted: Wanted | None = None
    nrows: int | None = None
    stop_at_bad_line: bool = False
    mender: Mender | None = None
    progress: Progress | None = None
    block_bytes: int = BLOCK_BYTES
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    fast: bool = True


def read_table(reading: Reading) -> tuple[Assembled, Report]:
    """Read sources to one Arrow table.

    Parameters
    ----------
    reading : Reading
        What to read, and how.

    Returns
    -------
    Assembled
        The events.
    Report
        What was read, left out and changed.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    EveTypeError
        If a source is none.
    EveParseError
        If a line is no event, and that is to stop the read.
    """
    report = Report()
    assembled = _assembled(_blocks(reading, report), report, reading)
    report.notes += strange_names(reading.selection, reading.wanted, assembled)
    return assembled, report


def read_batches(reading: Reading, *, events: int) -> Iterator[tuple[Assembled, Report]]:
    """Read sources to Arrow tables of so many events each, in the order of their lines.

    Parameters
    ----------
    reading : Reading
        What to read, and how.
    events : int
        How many events a table holds; the last may hold fewer.

    Yields
    ------
    Assembled
        The next events; one table without any if there are none at all.
    Report
        What was read, left out and changed on the way to them.

    Raises
    ------
    FileNotFoundError, EveTypeError, EveParseError
        As :func:`read_table`.
    """
    total = Report()
    held: list[BlockRead] = []
    for block in _blocks(reading, total, divisible=True):
        if held:
            held[-1].reread = None  # all of it is in the next table
        held.append(block)
        # One more event must be there, so that the last table is told of all lines behind it.
        while _count(held) > events:
            batch, held = _divided(held, events)
            report = Report(sources=total.sources)
            assembled = _assembled(batch, report, reading)
            del batch  # and the bytes that it was read from
            yield assembled, report
            del assembled
    report = Report(sources=total.sources, notes=total.notes)
    yield _assembled(held, report, reading), report


def read_runs(reading: Reading) -> Iterator[tuple[Assembled, Report]]:
    """Read sources to Arrow tables as they come, of about as many bytes as are parsed together.

    Parameters
    ----------
    reading : Reading
        What to read, and how.

    Yields
    ------
    Assembled
        The next events; the last table has none.
    Report
        What was read, left out and changed on the way to them.

    Raises
    ------
    FileNotFoundError, EveTypeError, EveParseError
        As :func:`read_table`.
    """
    total = Report()
    for block in _blocks(reading, total):
        report = Report(sources=total.sources)
        assembled = _assembled([block], report, reading)
        del block
        yield assembled, report
        del assembled
    report = Report(sources=total.sources, notes=total.notes)
    yield _assembled([], report, reading), report


def segmenter_of(
    reading: Reading, *, counting: bool = False, divisible: bool = False, line: int = 0
) -> Segmenter:
    """Return what turns blocks into segments, as a reading asks for.

    Parameters
    ----------
    reading : Reading
        How to read, and what of it.
    counting, divisible, line
        As :class:`~suricata_eve.ingest.segments.Segmenter` takes them.

    Returns
    -------
    Segmenter
        For any number of sources, one after the other.
    """
    selection = reading.selection
    return Segmenter(
        threads=reading.threads,
        fast=reading.fast,
        selection=selection,
        wanted=reading.wanted,
        mender=reading.mender,
        counting=counting and not selection.by_time and selection.flow_ids is None,
        together=reading.block_bytes,
        divisible=divisible or reading.nrows is not None,
        line=line,
    )


def count_types(reading: Reading) -> tuple[Counter[str | None], Report]:
    """Count the events of each type; most lines are not parsed for it.

    Parameters
    ----------
    reading : Reading
        What to read, and how; its `wanted` does not matter.

    Returns
    -------
    Counter of str or None
        Events by type, types in no order.
    Report
        What was read and left out. A line that starts and ends as an object does, and has
        a plain event type, counts as an event.

    Raises
    ------
    FileNotFoundError, EveTypeError, EveParseError
        As :func:`read_table`.
    """
    report = Report()
    counts: Counter[str | None] = Counter()
    needed = dict.fromkeys([*reading.selection.paths, "event_type"])
    reading = replace(reading, wanted=Wanted(needed=tuple(needed)))
    for block in _blocks(reading, report, counting=reading.nrows is None):
        report.lines += block.lines
        report.add(block.found)
        counts.update(block.counted)
        for segment in block.segments:
            counts[segment.event_type] += len(segment.lines)
    report.events = counts.total()
    return +counts, report


def _blocks(
    reading: Reading, report: Report, *, counting: bool = False, divisible: bool = False
) -> Iterator[BlockRead]:
    """Read all blocks, up to the last event that is asked for; tell the report of the sources."""
    sources = sources_of(reading.source)
    report.sources = names(sources)
    segmenter = segmenter_of(reading, counting=counting, divisible=divisible)
    progress = reading.progress or (lambda _: nullcontext())
    with progress(total_bytes(sources)) as advance:
        missing = reading.nrows
        for source, name in zip(sources, report.sources, strict=True):
            stream = blocks(
                source,
                block_bytes=_block_bytes(reading, missing),
                note=lambda text, name=name: report.notes.append(f"{name}: {text}"),  # type: ignore[misc]
                advance=advance,
            )
            with closing(stream):  # also when an exception is kept, and with it this frame
                for block in _up_to(segmenter.read(stream, source=name), missing):
                    if not divisible:
                        block.reread = None  # which would keep its lines in memory
                    if reading.stop_at_bad_line:
                        stop_at(block)
                    yield block
                    if missing is not None:
                        missing -= _count([block])
            if missing == 0:
                return


def _block_bytes(reading: Reading, missing: int | None) -> int:
    step = min(reading.block_bytes, _STEP_BYTES)
    if missing is None:
        return step
    return min(step, max(_FEWEST_BYTES, missing * _BYTES_PER_EVENT))


def _up_to(stream: Iterator[BlockRead], missing: int | None) -> Iterator[BlockRead]:
    """Pass blocks on, up to the last of so many events."""
    for block in stream:
        if missing is None:
            yield block
            continue
        here = _count([block])
        if here >= missing:
            yield _divided([block], missing)[0][0]
            return
        missing -= here
        yield block


def _count(held: Iterable[BlockRead]) -> int:
    return sum(len(segment.lines) for block in held for segment in block.segments)


def _divided(held: list[BlockRead], events: int) -> tuple[list[BlockRead], list[BlockRead]]:
    """Divide blocks after so many events."""
    *before, last = held
    place = events - _count(before)
    first = last.first_line
    if place:
        lines = np.concatenate([segment.lines for segment in last.segments])
        first = int(np.partition(lines, place - 1)[place - 1]) + 1
    head, tail = last.split(first)
    return [*before, head], [tail]


def _assembled(held: Iterable[BlockRead], report: Report, reading: Reading) -> Assembled:
    segments: list[Segment] = []
    for block in held:
        report.lines += block.lines
        report.add(block.found)
        segments += block.segments
    report.events = sum(len(segment.lines) for segment in segments)
    return assemble(segments, report, reading.wanted)


def strange_names(selection: Selection, wanted: Wanted | None, assembled: Assembled) -> list[str]:
    """Tell of names that were asked for, and that neither EVE nor the sources know.

    Parameters
    ----------
    selection : Selection
        Which events were asked for.
    wanted : Wanted or None
        Which columns.
    assembled : Assembled
        What was found.

    Returns
    -------
    list of str
        A note for each such event type and column.
    """
    asked = selection.event_types or ()
    found = {event_type for event_type, _, _ in assembled.groups}
    types = sorted(set(asked) - found - set(EVENT_TYPES))
    columns = [
        name
        for name in (wanted.names if wanted is not None else ())
        if not is_known(name) and assembled.table.column(name).null_count == len(assembled.lines)
    ]
    return [
        *(f"no event is of type {name!r}{_hint(name, EVENT_TYPES)}" for name in types),
        *(f"no event has {name!r}{_hint(name, fields())}" for name in columns),
    ]


def _hint(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def stop_at(block: BlockRead) -> None:
    """Raise for the first line of a block that is no event.

    Parameters
    ----------
    block : BlockRead
        The block.

    Raises
    ------
    EveParseError
        If there is one.
    """
    first = next((found.mishap for found in block.found if found.left_out and found.mishap), None)
    if first is None:
        return
    msg = (
        f"{first.source}, line {first.line}, byte {first.offset}: {first.reason}; "
        "on_bad_lines='warn' reads the others"
    )
    raise EveParseError(
        msg, source=first.source, line=first.line, offset=first.offset, reason=first.reason
    )
