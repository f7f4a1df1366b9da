"""Segments: columns of events of one type, with the place of each; and how they are cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.ingest.report import Mishap
from suricata_eve.ingest.unify import Part
from suricata_eve.ingest.values import pruned, text_of

__all__ = ["Segment", "by_true_type", "narrow_runs", "narrowed"]

_WIDE = 2048  # columns: beyond this, nearly all of a segment's cells are empty


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

    def slice(self, start: int, stop: int | None) -> Segment:
        """Return a segment of events that follow one another."""
        columns = {path: part[start:stop] for path, part in self.columns.items()}
        return Segment(
            self.event_type,
            self.source,
            self.first_line,
            self.lines[start:stop],
            self.offsets[start:stop],
            {path: part for path, part in columns.items() if _has_value(part)},
        )


def _has_value(part: Part) -> bool:
    if isinstance(part, list):
        return any(value is not None for value in part)
    return bool(part.null_count < len(part))


def narrowed(segment: Segment) -> Iterator[Segment]:
    """Halve a segment of very many columns, until each half has few or is short.

    Names of fields can come from the traffic (MQTT user properties do). When each event
    brings its own, a column as long as the segment for each would grow with the square of
    the events.

    Parameters
    ----------
    segment : Segment
        Of any number of columns.

    Yields
    ------
    Segment
        Its events, in order, in one segment or several.
    """
    rows = len(segment.lines)
    if len(segment.columns) <= _WIDE or rows <= 1:
        yield segment
        return
    for start, stop in ((0, rows // 2), (rows // 2, rows)):
        half = segment.slice(start, stop)
        half.columns = {path: _copied(part) for path, part in half.columns.items()}
        yield from narrowed(half)


def _copied(part: Part) -> Part:
    """Copy a slice, so that the memory of the array that it is a part of is freed."""
    return part if isinstance(part, list) else part.take(pa.array(np.arange(len(part))))


def narrow_runs(events: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Cut events into runs that have few columns together, for the same reason.

    Parameters
    ----------
    events : list of dict
        Flat events.

    Yields
    ------
    tuple of int
        First event and end of each run.
    """
    paths: set[str] = set()
    start = 0
    for position, event in enumerate(events):
        paths.update(event)
        if len(paths) > _WIDE and position > start:
            yield start, position
            paths, start = set(event), position
    yield start, len(events)


def by_true_type(segment: Segment) -> Iterator[Segment]:
    """Split a segment where the parser found other event types than the text suggested.

    Parameters
    ----------
    segment : Segment
        With the type that the text of its lines suggested.

    Yields
    ------
    Segment
        Events of one type each, in file order.
    """
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
