"""The rest of a source, of which lines were read before, to segments."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from suricata_eve.ingest.read import Reading, stop_at
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.segments import Segmenter
from suricata_eve.ingest.sources import Block

__all__ = ["Run", "read_rest"]


@dataclass(frozen=True)
class Run:
    """Events of one source that follow one another.

    Attributes
    ----------
    segments : list of Segment
        The events; no type's columns depend on what others hold.
    report : Report
        What was read, and left out.
    stop : int
        Byte offset of their end in the source.
    """

    segments: list[Segment]
    report: Report
    stop: int


def read_rest(
    reading: Reading,
    blocks: Iterable[Block],
    segmenter: Segmenter,
    *,
    name: str,
    lines: int = 0,
    offset: int = 0,
) -> Generator[Run, None, None]:
    """Read what follows in a source, of which lines were read before.

    Parameters
    ----------
    reading : Reading
        How to read, and what of it; not from where.
    blocks : iterable of bytes or memoryview
        Blocks of whole lines.
    segmenter : Segmenter
        Of `segmenter_of`; it counts the lines over all sources.
    name : str
        Name of the source.
    lines, offset : int, default 0
        How many lines and bytes of it were read before.

    Yields
    ------
    Run
        The next events, of about as many bytes as are parsed together.

    Raises
    ------
    EveParseError
        If a line is no event, and that is to stop the read.
    """
    for block in segmenter.read(blocks, source=name, lines=lines, offset=offset):
        if reading.stop_at_bad_line:
            stop_at(block)
        report = Report(sources=[name], lines=block.lines)
        report.add(block.found)
        report.events = sum(len(segment.lines) for segment in block.segments)
        run = Run(block.segments, report, block.stop)
        del block
        yield run
        del run
