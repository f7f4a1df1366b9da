"""One partition: the lines of a part to events, and what is to be told of them to the user."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.dask.announced import Announced, OnNewFields, witnesses
from suricata_eve.dask.parts import PLACES, Part, lines_of
from suricata_eve.dask.pushdown import Narrowable
from suricata_eve.errors import EveWarning
from suricata_eve.frame import to_frame
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.read import Reading, segmenter_of, stop_at
from suricata_eve.ingest.report import Mishap, Report
from suricata_eve.ingest.rows import reordered
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.selection import Selection
from suricata_eve.ingest.sources import Block
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.options import BadLine, mender_of, wanted_of
from suricata_eve.printable import plain
from suricata_eve.scan import Order
from suricata_eve.warn import warn

__all__ = [
    "OnBadLines",
    "Options",
    "message_of",
    "read_part",
    "tell",
    "together",
    "typed",
    "wanted_columns",
    "witnesses_of",
]

OnBadLines: TypeAlias = (
    "Literal['warn', 'error', 'skip'] | Callable[[BadLine], dict[str, Any] | str | bytes | None]"
)


@dataclass(frozen=True)
class Options(Narrowable):
    """How to read a part.

    Attributes
    ----------
    columns : tuple of str, callable or None
        Which columns, as the user asked for them; None for all.
    announced : Announced
        The columns of the frame, before any of them is left out.
    on_bad_lines : {"warn", "error", "skip"} or callable
        What to do about lines that are no event.
    on_new_fields : {"error", "warn", "skip"}
        What to do about fields that were not announced.
    order : {"grouped", "file"}
        The order of rows in a part.
    """

    columns: tuple[str, ...] | Callable[[str], bool] | None
    announced: Announced
    on_bad_lines: OnBadLines
    on_new_fields: OnNewFields
    order: Order

    @property
    def looks_at_all(self) -> bool:
        """Whether a bad line is an error, or given to a function, wherever it is."""
        return self.on_bad_lines not in ("warn", "skip")

    @property
    def wanted(self) -> Wanted | None:
        """What the columns are to the parser; a function is asked on one thread at a time."""
        return wanted_of(self.columns, self.selection)


def read_part(part: Part, options: Options, columns: list[str]) -> pd.DataFrame:
    """Read a part.

    Parameters
    ----------
    part : Part
        What to read.
    options : Options
        How.
    columns : list of str
        Of the announced ones, those to read.

    Returns
    -------
    pandas.DataFrame
        Its events; the index is the place of each.
    """
    announced, wanted = options.announced, options.wanted
    if columns != list(announced.types):
        types = {name: announced.types[name] for name in columns}
        announced = Announced(types, fix=announced.fix)
        wanted = wanted_columns(columns, options.selection)
    assembled, places, report = _read(part, options, wanted, announced.witness())
    table, left_out = announced.of(
        assembled.table, len(places), name=part.name, on_new_fields=options.on_new_fields
    )
    if options.order == "file":
        order = np.argsort(places, kind="stable")
        table, places = reordered(table, order), places[order]
    if options.on_bad_lines != "skip":
        message = message_of(report, with_lines=not callable(options.on_bad_lines))
        tell(message and f"{part.name}: {message}")
    tell(left_out)
    return to_frame(table, pd.Index(places), dtype_backend="pyarrow")


def message_of(report: Report, *, with_lines: bool = True) -> str | None:
    """Return what a report tells, without a word on ``attrs``, which Dask does not keep.

    Parameters
    ----------
    report : Report
        The report.
    with_lines : bool, default True
        Whether to tell of lines that were left out or replaced.

    Returns
    -------
    str or None
        The sentence; None if all went well.
    """
    message = report.message(with_lines=with_lines)
    return message and message.removesuffix('; details in df.attrs["eve"]')


def witnesses_of(part: Part, options: Options) -> pa.Table:
    """Read a part, and return few values that need the types of its columns.

    Parameters
    ----------
    part : Part
        What to read.
    options : Options
        How; nothing is told.

    Returns
    -------
    pyarrow.Table
        A column for each that has a value; none if there is no event.
    """
    assembled, places, _ = _read(part, options, options.wanted, None)
    return witnesses(assembled.table) if len(places) else pa.table({})


def together(found: list[pa.Table]) -> pa.Table:
    """Return few values that need the types that the columns of several parts have together.

    Parameters
    ----------
    found : list of pyarrow.Table
        What :func:`witnesses_of` returned for the parts.

    Returns
    -------
    pyarrow.Table
        The same for all of them.
    """
    return witnesses(typed(found, None))


def typed(found: list[pa.Table], wanted: Wanted | None) -> pa.Table:
    """Put what parts hold together, as one read of all of them does.

    Parameters
    ----------
    found : list of pyarrow.Table
        What :func:`witnesses_of` returned for the parts.
    wanted : Wanted or None
        The columns to give; None for all.

    Returns
    -------
    pyarrow.Table
        Columns in the order of a frame, each with the type that it has in all parts.
    """
    segments = []
    first = 0
    for table in found:
        if table.num_columns:
            lines = np.arange(first, first + table.num_rows)
            parts = {
                path: pa.concat_arrays(column.chunks)
                for path, column in zip(table.column_names, table.columns, strict=True)
                # Events without any field have it in place of one, as rows need a column.
                if path != "event_type" or column.null_count < len(column)
            }
            segments.append(Segment(None, "", 0, lines, lines, parts))
            first += table.num_rows
    return assemble(segments, Report(), wanted).table


def tell(message: str | None) -> None:
    """Warn where the user sees it.

    Parameters
    ----------
    message : str or None
        What to tell; None for nothing.

    Warns
    -----
    EveWarning
        With the message; on a worker of a cluster, also in the processes of its clients.
    """
    if message is None:
        return
    # Loaded in any case on a worker, and then only there of use.
    distributed = sys.modules.get("distributed")
    if distributed is None:
        warn(message)
    else:
        distributed.warn(plain(message), EveWarning)


def wanted_columns(columns: list[str], selection: Selection) -> Wanted:
    """Return what a computation needs of a frame.

    Parameters
    ----------
    columns : list of str
        Names of columns, as they are.
    selection : Selection
        Which events.

    Returns
    -------
    Wanted
        Just these columns.
    """
    needed = tuple(dict.fromkeys([*selection.paths, "event_type"]))
    if any(name.endswith(".*") for name in columns):  # a field's own name, not a pattern
        return Wanted(chooser=frozenset(columns).__contains__, needed=needed)
    return Wanted(patterns=tuple(columns), needed=needed)


def _read(
    part: Part, options: Options, wanted: Wanted | None, witness: Segment | None
) -> tuple[Assembled, np.ndarray, Report]:
    """Read the events of a part, typed as if those of the witness were among them."""
    report = Report(sources=[part.name])
    base = 0

    def lines() -> Generator[Block, None, None]:
        nonlocal base
        for number, (start, block) in enumerate(lines_of(part, note=report.notes.append)):
            base = base if number else start
            yield block
            del block

    def moved(mishap: Mishap) -> Mishap:
        return mishap._replace(offset=mishap.offset + base)

    mender = None
    if callable(options.on_bad_lines):
        mend = mender_of(options.on_bad_lines)

        def mender(mishap: Mishap, line: bytes) -> bytes | None:
            return mend(moved(mishap), line)

    # One thread: what is done side by side is the scheduler's to say.
    reading = Reading(
        b"",
        selection=options.selection,
        wanted=wanted,
        mender=mender,
        threads=1,
    )
    segments: list[Segment] = []
    with closing(lines()) as blocks:
        for block in segmenter_of(reading).read(blocks, source=part.name):
            block.reread = None  # which would keep its lines in memory
            block.found = [
                one if one.mishap is None else one._replace(mishap=moved(one.mishap))
                for one in block.found
            ]
            if options.on_bad_lines == "error":
                stop_at(block)
            report.lines += block.lines
            report.add(block.found)
            for segment in block.segments:
                segment.offsets = segment.offsets + base
            segments += block.segments
    report.events = sum(len(segment.lines) for segment in segments)
    places = _places(part, segments)
    assembled = assemble(segments if witness is None else [*segments, witness], report, wanted)
    rows = len(places[0])
    lines_read = assembled.lines[:rows]
    found = places[1][np.searchsorted(places[0], lines_read)]
    assembled = Assembled(assembled.table.slice(0, rows), lines_read, assembled.groups)
    return assembled, found, report


def _places(part: Part, segments: list[Segment]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of events, ascending, and the place of each."""
    none = np.empty(0, np.int64)
    lines = np.concatenate([none, *(segment.lines for segment in segments)])
    offsets = np.concatenate([none, *(segment.offsets for segment in segments)])
    order = np.argsort(lines, kind="stable")
    number = 0 if part.file is None else part.file.number
    return lines[order], number * PLACES + offsets[order]
