"""What pictures show, counted: events by value and by time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import require_columns, text_column
from suricata_eve.analysis.fieldvalues import Sides, occurrences
from suricata_eve.analysis.ranks import value_order
from suricata_eve.ingest.report import many
from suricata_eve.plot.labels import shown, texts_of
from suricata_eve.plot.times import Binned, Step, binned, instants
from suricata_eve.schema.fields import is_known

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["OWN_CLOCK", "Counted", "count_by_time", "is_absent", "leading", "number_of", "traffic"]

OWN_CLOCK = ("stats", "engine")
"""Types of events about Suricata itself, which carry the time of its machine, also when it
reads a capture of years ago (Suricata's ``output-json-stats.c`` and ``util-debug.c``)."""


def number_of(number: int, noun: str) -> str:
    """Return a number and what it counts as pictures show them, such as "1,200 events".

    Parameters
    ----------
    number : int
        How many.
    noun : str
        Of what, in the singular.

    Returns
    -------
    str
        Both.
    """
    return many(number, noun, separator=",")


def leading(counts: NDArray[np.int64], values: pa.Array, top: int) -> NDArray[np.int64]:
    """Return the numbers of the most frequent values, the most frequent first.

    Parameters
    ----------
    counts : ndarray of int64
        How often each value is there.
    values : pyarrow.Array
        The values; of those that are equally frequent, smaller ones come first.
    top : int
        How many at most.

    Returns
    -------
    ndarray of int64
        Places in `values`. What is never there is left out.
    """
    places = np.flatnonzero(counts)
    if len(places) > top:
        least = np.partition(counts[places], len(places) - top)[len(places) - top]
        places = np.flatnonzero(counts >= least)
    places = places[value_order(values.take(pa.array(places)))]
    return places[np.argsort(-counts[places], kind="stable")][:top].astype(np.int64)


def traffic(frame: pd.DataFrame) -> tuple[NDArray[np.bool_], str]:
    """Tell which events are of the traffic, and which are of Suricata itself.

    Parameters
    ----------
    frame : DataFrame
        Events.

    Returns
    -------
    tuple of ndarray of bool and str
        A mask, and how many events of which types are not in it, as text; where there is no
        traffic at all, everything is in it.
    """
    everything = np.ones(len(frame), bool)
    if "event_type" not in frame.columns:
        return everything, ""
    kinds = text_column(frame["event_type"])
    own = np.asarray(pc.is_in(kinds, value_set=pa.array(OWN_CLOCK)), bool)
    numbers = [pc.sum(pc.equal(kinds, kind)).as_py() or 0 for kind in OWN_CLOCK]
    if sum(numbers) == len(frame):
        return everything, ""
    named = zip(numbers, OWN_CLOCK, strict=True)
    return ~own, " and ".join(number_of(n, f"{kind} event") for n, kind in named if n)


def is_absent(frame: pd.DataFrame, field: object) -> bool:
    """Tell whether no event has a field that events may have, which then makes no column.

    Parameters
    ----------
    frame : DataFrame
        Events.
    field : object
        The name of a field, or what was passed for one.

    Returns
    -------
    bool
        False for a field that EVE does not have.
    """
    return isinstance(field, str) and field not in frame.columns and is_known(field)


class Counted(NamedTuple):
    """Events by value and by time."""

    names: list[str]
    """The most frequent values as text, the most frequent first."""

    counts: NDArray[np.int64]
    """A row for each of these and, if there are others, one for them; a column per bin."""

    others: int
    """How many values the last row is of; 0 if there is none."""

    binned: Binned
    """The bins."""

    notes: list[str]
    """What is not counted, in phrases."""


def count_by_time(
    frame: pd.DataFrame, by: str, *, top: int, step: Step | None, most: int, method: str
) -> Counted:
    """Count the events of a frame by the values of a field and by time.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    by : str
        A field. An event with a list of values counts for each of them.
    top : int
        How many values to count on their own.
    step : Step or None
        How wide a bin is; None to choose.
    most : int
        How many bins there may be, if it is to be chosen.
    method : str
        The method that asks, for messages.

    Returns
    -------
    Counted
        The numbers. Events of Suricata itself are left out, unless there are no others.

    Raises
    ------
    MissingColumnError
        If there is no ``timestamp``, or no field of that name in EVE or in the frame.
    """
    require_columns(frame, ["timestamp"], method=method)
    absent = is_absent(frame, by)
    found = occurrences(frame, by, method=method, sides=Sides(frame), optional=absent)
    mask, own = traffic(frame)
    kept = mask[found.events]
    events, codes = found.events[kept], found.codes[kept]
    have = np.zeros(len(frame), bool)
    have[events] = True
    # Time is laid out by events, each once, whatever the number of its values.
    chosen = np.flatnonzero(have)
    layout = binned(instants(frame)[chosen], step=step, most=most)
    bins = layout.bins[np.searchsorted(chosen, events)]
    codes, bins = codes[bins >= 0], bins[bins >= 0]

    totals = np.bincount(codes, minlength=len(found.distinct)).astype(np.int64)
    first = leading(totals, found.distinct, top)
    others = int(np.count_nonzero(totals)) - len(first)
    rows = np.full(len(totals), len(first), np.int64)
    rows[first] = np.arange(len(first))
    height = len(first) + (others > 0)
    flat = np.bincount(rows[codes] * layout.size + bins, minlength=height * layout.size)
    counts = flat.reshape(height, layout.size).astype(np.int64)
    notes = []
    if own:
        notes.append(f"{own} (the sensor's own clock)")
    if missing := int(np.count_nonzero(mask)) - len(chosen):
        notes.append(f"{number_of(missing, 'event')} without {shown(by, 40)}")
    notes += time_notes(layout)
    return Counted(
        texts_of(found.distinct.take(pa.array(first))), counts, others, layout, _unshown(notes)
    )


def time_notes(layout: Binned) -> list[str]:
    """Say how many events have a time that is not shown.

    Parameters
    ----------
    layout : Binned
        The bins.

    Returns
    -------
    list of str
        Phrases.
    """
    notes = []
    if layout.outside:
        notes.append(f"{number_of(layout.outside, 'event')} of {layout.outside_span}")
    if layout.untimed:
        notes.append(f"{number_of(layout.untimed, 'event')} without a time")
    return notes


def _unshown(notes: list[str]) -> list[str]:
    return [f"not shown: {notes[0]}", *notes[1:]] if notes else []
