"""Bins of time: which width suits a span, and which events lie outside of what is shown."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from suricata_eve.analysis.columns import instant_column, joined
from suricata_eve.errors import EveOptionError, EveTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "MISSING",
    "STEPS",
    "Binned",
    "Step",
    "binned",
    "instants",
    "span_of",
    "step_for",
    "step_of",
]

MISSING = -(2**63)
"""Stands for no time among microseconds."""

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_WEEK = 7 * _DAY
_MONDAY = 4 * _DAY  # 1970-01-05
_FEWEST = 20  # a bulk of 95 % leaves one out only of so many
_MOST_BINS = 10_000
_UNITS = (
    ("day", _DAY),
    ("h", 3600 * _SECOND),
    ("min", 60 * _SECOND),
    ("s", _SECOND),
    ("ms", 1000),
    ("µs", 1),
)


def _instant(year: int) -> int:
    return int(np.datetime64(f"{year:04}-01-01", "us").astype(np.int64))


# Of a time outside no axis makes sense: it is a broken clock or a forged packet.
_EARLIEST, _LATEST = _instant(1900), _instant(2200)


class Step(NamedTuple):
    """A width of bins."""

    name: str
    """As it is said after "events per"."""

    size: int
    """In microseconds, or in months."""

    calendar: bool = False
    """Whether it is of months, which differ in length."""

    def numbers(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of the bin of each time, counted from 1970."""
        if self.calendar:
            months = times.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
            return np.asarray(months // self.size, np.int64)
        return np.asarray((times - self._origin) // self.size, np.int64)

    def starts(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return when bins start."""
        if self.calendar:
            months = (numbers * self.size).astype("datetime64[M]")
            return months.astype("datetime64[us]").astype(np.int64)
        return numbers * self.size + self._origin

    @property
    def _origin(self) -> int:
        return _MONDAY if self.size % _WEEK == 0 else 0


STEPS = (
    Step("ms", 1000),
    *(Step(f"{size} ms", size * 1000) for size in (2, 5, 10, 20, 50, 100, 200, 500)),
    Step("second", _SECOND),
    *(Step(f"{size} s", size * _SECOND) for size in (2, 5, 10, 15, 30)),
    Step("minute", 60 * _SECOND),
    *(Step(f"{size} min", size * 60 * _SECOND) for size in (2, 5, 10, 15, 30)),
    Step("hour", 3600 * _SECOND),
    *(Step(f"{size} h", size * 3600 * _SECOND) for size in (2, 3, 6, 12)),
    Step("day", _DAY),
    Step("week", _WEEK),
    Step("month", 1, calendar=True),
    Step("3 months", 3, calendar=True),
    Step("year", 12, calendar=True),
    *(Step(f"{size} years", 12 * size, calendar=True) for size in (2, 5, 10)),
)
"""Widths to choose from, narrow ones first; each starts at whole ones of the next."""


def step_for(first: int, last: int, most: int) -> Step:
    """Return the narrowest step that needs no more than so many bins.

    Parameters
    ----------
    first, last : int
        The span, in microseconds since 1970.
    most : int
        How many bins there may be.

    Returns
    -------
    Step
        One of ``STEPS``, the widest if none is wide enough.
    """
    ends = np.array([first, last])
    for step in STEPS:
        low, high = step.numbers(ends).tolist()
        if high - low < most:
            return step
    return STEPS[-1]


def step_of(freq: object) -> Step | None:
    """Return the step that a user asks for.

    Parameters
    ----------
    freq : str, timedelta or None
        A width as pandas spells it, such as ``"30min"``; None to choose one.

    Returns
    -------
    Step or None
        The step; None to choose one.

    Raises
    ------
    EveOptionError
        If it is no width of time above zero.
    EveTypeError
        If it is neither text nor a timedelta.
    """
    if freq is None:
        return None
    fix = "give a fixed width, such as freq='30min', '1h' or '1D', or leave it out"
    if not isinstance(freq, str | dt.timedelta | np.timedelta64):
        msg = f"freq is text or a timedelta, not {type(freq).__name__}: {freq!r}; {fix}"
        raise EveTypeError(msg)
    given = f"1{freq}" if isinstance(freq, str) and freq[:1].isalpha() else freq
    try:
        size = int(pd.Timedelta(given).as_unit("us").asm8.astype(np.int64))
    except (ValueError, OverflowError) as error:
        msg = f"freq={freq!r} is no width of time: {error}; {fix}"
        raise EveOptionError(msg) from error
    if size <= 0:
        msg = f"freq={freq!r} is not above zero (or not a time at all); {fix}"
        raise EveOptionError(msg)
    name, unit = next((name, unit) for name, unit in _UNITS if size % unit == 0)
    if size == unit:
        return Step({"h": "hour", "min": "minute", "s": "second"}.get(name, name), size)
    return Step(f"{size // unit:,} {name}{'s' if name == 'day' else ''}", size)


def instants(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return the times of events.

    Parameters
    ----------
    frame : DataFrame
        Events with ``timestamp``.

    Returns
    -------
    ndarray of int64
        Microseconds since 1970; ``MISSING`` where there is no time.
    """
    times = joined(instant_column(frame["timestamp"])).cast("int64")
    return np.asarray(pc.fill_null(times, MISSING)).astype(np.int64)


class Binned(NamedTuple):
    """Events by bins of time."""

    bins: NDArray[np.int64]
    """For each event the number of its bin; -1 if it is not shown."""

    edges: NDArray[np.int64]
    """Where bins begin and the last one ends, in microseconds since 1970; empty without any."""

    step: Step
    """Their width."""

    span: str
    """From when to when the events in them are, as dates; empty without any."""

    outside: int
    """How many events have a time far from the others'."""

    outside_span: str
    """From when to when those are, as dates; empty without any."""

    untimed: int
    """How many have none."""

    @property
    def size(self) -> int:
        """Return how many bins there are."""
        return max(len(self.edges) - 1, 0)


def binned(times: NDArray[np.int64], *, step: Step | None, most: int) -> Binned:
    """Put events into bins of time.

    Parameters
    ----------
    times : ndarray of int64
        Microseconds since 1970; ``MISSING`` for none.
    step : Step or None
        How wide a bin is; None to choose what suits the span.
    most : int
        How many bins there may be of a step that is chosen.

    Returns
    -------
    Binned
        Each event is in one bin, or counted as outside or as untimed.

    Raises
    ------
    EveOptionError
        If a step that was asked for makes too many bins.
    """
    bins = np.full(len(times), -1, np.int64)
    known = times != MISSING
    untimed = int(len(times) - np.count_nonzero(known))
    sane = (times >= _EARLIEST) & (times < _LATEST)
    span = _bulk(np.sort(times[sane]))
    if span is None:
        dates = _dates(times[known])
        none = np.empty(0, np.int64)
        return Binned(bins, none, step or STEPS[-1], "", len(times) - untimed, dates, untimed)
    first, last = span
    chosen = step_for(first, last, most) if step is None else step
    low, high = chosen.numbers(np.array(span)).tolist()
    if high - low >= _MOST_BINS:
        shorter = step_for(first, last, most).name
        msg = (
            f"freq makes {high - low + 1:,} bins of {chosen.name}, and a picture shows no more "
            f"than {_MOST_BINS:,}; without freq, it is one per {shorter}"
        )
        raise EveOptionError(msg)
    inside = (times >= first) & (times <= last)
    bins[inside] = chosen.numbers(times[inside]) - low
    edges = chosen.starts(np.arange(low, high + 2))
    others = times[known & ~inside]
    return Binned(bins, edges, chosen, span_of(first, last), len(others), _dates(others), untimed)


def _dates(times: NDArray[np.int64]) -> str:
    return span_of(int(times.min()), int(times.max())) if len(times) else ""


def span_of(first: int, last: int) -> str:
    """Return from which to which day a span goes.

    Parameters
    ----------
    first, last : int
        In microseconds since 1970.

    Returns
    -------
    str
        One day, or two with "to" between them.
    """
    ends = np.array([first, last]).astype("datetime64[us]").astype("datetime64[D]")
    begin, end = np.datetime_as_string(ends).tolist()
    return begin if begin == end else f"{begin} to {end}"


def _bulk(times: NDArray[np.int64]) -> tuple[int, int] | None:
    """Return the span of sorted times, without a few that lie far away.

    The shortest span that holds 95 % of them is the bulk. The axis ends where for more than
    ten times the length of the bulk, and for more than a day, there is nothing.
    """
    if len(times) == 0:
        return None
    if len(times) < _FEWEST:
        return int(times[0]), int(times[-1])
    number = -(-len(times) * 19 // 20)
    lengths = times[number - 1 :] - times[: len(times) - number + 1]
    start = int(lengths.argmin())
    empty = np.diff(times) > max(10 * int(lengths[start]), _DAY)
    before = np.flatnonzero(empty[:start])
    after = np.flatnonzero(empty[start + number - 1 :])
    low = int(before[-1]) + 1 if len(before) else 0
    high = start + number - 1 + int(after[0]) if len(after) else len(times) - 1
    return int(times[low]), int(times[high])
