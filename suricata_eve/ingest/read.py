"""Sources to one Arrow table: the whole way, put together."""

from __future__ import annotations

import os
from collections.abc import Sequence

from suricata_eve.errors import EveParseError
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.segments import Segment, Segmenter
from suricata_eve.ingest.sources import Source, blocks, names, sources_of

__all__ = ["BLOCK_BYTES", "read_table"]

BLOCK_BYTES = 32 << 20
"""How much of a source is worked on at once; two blocks are in memory at a time."""


def read_table(
    source: Source | Sequence[Source],
    *,
    stop_at_bad_line: bool = False,
    block_bytes: int = BLOCK_BYTES,
    threads: int | None = None,
    fast: bool = True,
) -> tuple[Assembled, Report]:
    """Read sources to one Arrow table.

    Parameters
    ----------
    source : str, path, binary file object, or a sequence of these
        What to read.
    stop_at_bad_line : bool, default False
        Raise for the first line that is no event, instead of counting it.
    block_bytes : int
        How much to work on at once.
    threads : int, optional
        How many threads parse; one for each core by default.
    fast : bool, default True
        False parses every line with ``json``.

    Returns
    -------
    Assembled
        The events. It does not depend on `block_bytes`, `threads` or `fast`.
    Report
        What was read, left out and changed.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    EveTypeError
        If a source is neither a path nor a binary file object.
    EveParseError
        If `stop_at_bad_line` and a line is no event.
    """
    sources = sources_of(source)
    report = Report(sources=names(sources))
    segmenter = Segmenter(report, threads=threads or os.cpu_count() or 1, fast=fast)
    segments: list[Segment] = []
    for one, name in zip(sources, report.sources, strict=True):
        stream = blocks(
            one,
            block_bytes=block_bytes,
            note=lambda text, name=name: report.notes.append(f"{name}: {text}"),  # type: ignore[misc]
        )
        for segment in segmenter.segments(stream, source=name):
            segments.append(segment)
            if stop_at_bad_line:
                _stop(report)
        if stop_at_bad_line:
            _stop(report)
    assembled = assemble(segments, report)
    return assembled, report


def _stop(report: Report) -> None:
    if not report.bad_lines:
        return
    first = min(report.examples, key=lambda mishap: mishap.line)
    msg = (
        f"{first.source}, line {first.line}, byte {first.offset}: {first.reason}; "
        "on_bad_lines='warn' reads the others"
    )
    raise EveParseError(
        msg, source=first.source, line=first.line, offset=first.offset, reason=first.reason
    )
