"""Which events a read is to give: what was asked for, and the exact answer for parsed events.

:mod:`suricata_eve.ingest.prefilter` leaves out, before anything is parsed, lines that cannot
be among them; what it lets through is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.coerce import coerce
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.times import parse_instants
from suricata_eve.ingest.unify import Part, unify

__all__ = ["EVERYTHING", "Selection", "selected"]


@dataclass(frozen=True)
class Selection:
    """Conditions that an event must meet, all of them.

    Attributes
    ----------
    event_types : frozenset of str or None
        Its ``event_type`` is one of these.
    exclude_event_types : frozenset of str
        Its ``event_type`` is none of these; an event without one stays.
    flow_ids : frozenset of int or None
        Its ``flow_id`` is one of these.
    since, until : int or None
        Its ``timestamp``, in microseconds since 1970, is not before `since`, and before
        `until`; an event without one goes.
    contains : tuple of bytes or None
        Its line holds one of these, as bytes.
    """

    event_types: frozenset[str] | None = None
    exclude_event_types: frozenset[str] = frozenset()
    flow_ids: frozenset[int] | None = None
    since: int | None = None
    until: int | None = None
    contains: tuple[bytes, ...] | None = None

    @property
    def by_type(self) -> bool:
        """Whether the event type decides."""
        return self.event_types is not None or bool(self.exclude_event_types)

    @property
    def by_time(self) -> bool:
        """Whether the time decides."""
        return self.since is not None or self.until is not None

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields that decide."""
        return (
            *(("timestamp",) if self.by_time else ()),
            *(("flow_id",) if self.flow_ids is not None else ()),
            *(("event_type",) if self.by_type else ()),
        )

    def has_type(self, event_type: str | None) -> bool:
        """Tell whether events of a type are asked for.

        Parameters
        ----------
        event_type : str or None
            The type.

        Returns
        -------
        bool
            Whether they are, as far as the type goes.
        """
        if self.event_types is not None and event_type not in self.event_types:
            return False
        return event_type not in self.exclude_event_types

    def in_time(self, instants: pa.Array) -> np.ndarray:
        """Tell which points in time are asked for; null is not.

        Parameters
        ----------
        instants : pyarrow.TimestampArray
            Microseconds, in UTC.

        Returns
        -------
        numpy.ndarray of bool
            One for each.
        """
        numbers = np.asarray(instants.cast(pa.int64()).fill_null(0))
        inside: np.ndarray = np.asarray(instants.is_valid())
        if self.since is not None:
            inside = inside & (numbers >= self.since)
        if self.until is not None:
            inside = inside & (numbers < self.until)
        return inside

    def in_flows(self, flow_ids: pa.Array) -> np.ndarray:
        """Tell which flow IDs are asked for; null is not.

        Parameters
        ----------
        flow_ids : pyarrow.Int64Array or pyarrow.UInt64Array
            The IDs.

        Returns
        -------
        numpy.ndarray of bool
            One for each.
        """
        asked = self._unsigned if flow_ids.type == pa.uint64() else self._signed
        if not len(asked):
            return np.zeros(len(flow_ids), bool)
        numbers = np.asarray(flow_ids.fill_null(0))
        places = np.minimum(np.searchsorted(asked, numbers), len(asked) - 1)
        found: np.ndarray = (asked[places] == numbers) & np.asarray(flow_ids.is_valid())
        return found

    # Sorted once: there may be many IDs, and many small arrays to look for them in, for each of
    # which Arrow would put all of them into a table.

    @cached_property
    def _signed(self) -> np.ndarray:
        return _fitting(self.flow_ids, np.dtype(np.int64))

    @cached_property
    def _unsigned(self) -> np.ndarray:
        return _fitting(self.flow_ids, np.dtype(np.uint64))


def _fitting(numbers: frozenset[int] | None, kind: np.dtype[Any]) -> np.ndarray:
    """Return the numbers that are within the limits of a type, ascending."""
    asked, limits = list(numbers or ()), np.iinfo(kind)
    if min(asked, default=0) < limits.min or max(asked, default=0) > limits.max:
        asked = [number for number in asked if limits.min <= number <= limits.max]
    return np.sort(np.array(asked, kind))


EVERYTHING = Selection()
"""No condition."""


def selected(segment: Segment, selection: Selection) -> np.ndarray:
    """Tell which events of a segment are asked for.

    Parameters
    ----------
    segment : Segment
        Events of one type; only the conditions on their fields are looked at.
    selection : Selection
        The conditions.

    Returns
    -------
    numpy.ndarray of bool
        One for each event.
    """
    rows = len(segment.lines)
    if not selection.has_type(segment.event_type):
        return np.zeros(rows, bool)
    chosen = np.ones(rows, bool)
    if selection.by_time:
        chosen &= selection.in_time(_instants(segment))
    if selection.flow_ids is not None:
        chosen &= selection.in_flows(_integers(segment))
    return chosen


def _instants(segment: Segment) -> pa.Array:
    (texts,), _ = unify([_part(segment, "timestamp")], pa.string())
    return parse_instants(texts.cast(pa.string())).values


def _integers(segment: Segment) -> pa.Array:
    (array,), _ = unify([_part(segment, "flow_id")], pa.int64())
    return coerce(array, pa.int64()).array


def _part(segment: Segment, path: str) -> Part:
    return segment.columns.get(path, pa.nulls(len(segment.lines)))
