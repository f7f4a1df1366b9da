"""Bins of time: the width, the edges, and what lies outside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.plot.times import MISSING, STEPS, binned, instants, step_for, step_of

SECOND = 1_000_000
DAY = 86_400 * SECOND


def at(*texts: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(texts, "datetime64[us]").astype(np.int64)


def dates(edges: np.ndarray[Any, np.dtype[np.int64]]) -> list[str]:
    return list(map(str, np.datetime_as_string(edges.astype("datetime64[us]"), unit="s")))


@pytest.mark.parametrize(
    ("first", "last", "most", "name"),
    [
        ("2022-01-01T00:00", "2022-01-01T00:00", 120, "ms"),
        ("2022-01-01T00:00", "2022-01-01T00:00:10", 120, "100 ms"),
        ("2022-01-01T00:00", "2022-01-01T00:59:59", 60, "minute"),
        ("2022-01-01T00:00", "2022-01-01T01:00:00", 60, "2 min"),
        ("2022-01-01T00:00", "2022-01-03T23:48", 120, "hour"),
        ("2022-01-01T00:00", "2022-12-31", 120, "week"),
        ("2022-01-01T00:00", "2030-12-31", 120, "month"),
        ("1970-01-01T00:00", "2026-08-11", 120, "year"),
        ("1900-01-01T00:00", "2199-12-31", 30, "10 years"),
        ("1900-01-01T00:00", "2199-12-31", 5, "10 years"),
    ],
)
def test_the_narrowest_step_that_fits_is_taken(first: str, last: str, most: int, name: str) -> None:
    low, high = at(first, last).tolist()

    assert step_for(low, high, most).name == name


@pytest.mark.parametrize(
    ("freq", "name", "size"),
    [
        ("30min", "30 min", 1800 * SECOND),
        ("h", "hour", 3600 * SECOND),
        ("90min", "90 min", 5400 * SECOND),
        ("1D", "day", DAY),
        ("2D", "2 days", 2 * DAY),
        (dt.timedelta(seconds=15), "15 s", 15 * SECOND),
        (pd.Timedelta("1us"), "µs", 1),
        (np.timedelta64(250, "ms"), "250 ms", SECOND // 4),
    ],
)
def test_a_width_is_taken_as_pandas_spells_it(freq: Any, name: str, size: int) -> None:
    step = step_of(freq)

    assert step is not None
    assert (step.name, step.size) == (name, size)


@pytest.mark.parametrize("freq", ["", "x", "M", "0s", "-1h", "NaT", "1e400D", "10000000000D"])
def test_what_is_no_width_is_refused(freq: str) -> None:
    with pytest.raises(EveOptionError, match=r"^freq=.*freq='30min'"):
        step_of(freq)


@pytest.mark.parametrize("freq", [5, 1.5, ["1h"], b"1h"])
def test_another_kind_of_width_is_refused(freq: Any) -> None:
    with pytest.raises(
        EveTypeError, match=f"freq is text or a timedelta, not {type(freq).__name__}"
    ):
        step_of(freq)


def test_weeks_start_on_monday_and_months_on_the_first() -> None:
    week, month = (next(step for step in STEPS if step.name == name) for name in ("week", "month"))
    times = at("2022-01-05T12:00", "2022-02-01T00:00")

    assert dates(binned(times, step=week, most=99).edges)[:2] == [
        "2022-01-03T00:00:00",
        "2022-01-10T00:00:00",
    ]
    assert dates(binned(times, step=month, most=99).edges) == [
        "2022-01-01T00:00:00",
        "2022-02-01T00:00:00",
        "2022-03-01T00:00:00",
    ]


def test_a_few_events_of_another_year_do_not_stretch_the_axis() -> None:
    times = np.concatenate(
        [at("2022-01-01") + np.arange(1000) * SECOND, at("2026-05-05", "1970-01-01")]
    )

    found = binned(times, step=None, most=120)

    assert dates(found.edges[[0, -1]])[0] == "2022-01-01T00:00:00"
    assert found.step.name == "10 s"
    assert found.span == "2022-01-01"
    assert found.outside == 2
    assert found.outside_span == "1970-01-01 to 2026-05-05"
    assert found.bins[-2:].tolist() == [-1, -1]


@pytest.mark.parametrize("far", [1, 3])
def test_among_few_events_all_are_drawn(far: int) -> None:
    times = np.concatenate([at("2022-01-01") + np.arange(12), at(*["2026-05-05"] * far)])

    assert binned(times, step=None, most=120).outside == 0


def test_a_quiet_night_is_no_gap_to_cut_at() -> None:
    """Also if nearly all happens within minutes."""
    burst = at("2022-01-01T00:00") + np.arange(1000) * 100
    times = np.concatenate([burst, at("2022-01-01T20:00", "2022-01-02T15:00")])

    assert binned(times, step=None, most=120).outside == 0


def test_more_than_a_few_events_are_never_left_out() -> None:
    times = np.concatenate([at("2022-01-01") + np.arange(90), at(*["1999-01-01"] * 10)])

    assert binned(times, step=None, most=120).outside == 0


def test_no_time_and_no_sane_time_are_counted() -> None:
    times = np.array([MISSING, 2**62, -(2**62), 0])

    found = binned(times, step=None, most=120)

    assert (found.untimed, found.outside, found.bins.tolist()) == (1, 2, [-1, -1, -1, 0])


@pytest.mark.parametrize("times", [[], [MISSING], [2**62]])
def test_without_a_time_there_is_no_bin(times: list[int]) -> None:
    found = binned(np.array(times, np.int64), step=None, most=120)

    assert found.size == 0
    assert found.bins.tolist() == [-1] * len(times)


def test_too_many_bins_are_refused() -> None:
    with pytest.raises(EveOptionError, match=r"86,401 bins of second, .* one per 15 min"):
        binned(at("2022-01-01", "2022-01-02"), step=step_of("1s"), most=120)


def test_times_of_any_dtype_are_read() -> None:
    texts = ["2022-01-01T00:00:00.000001+0000", None]
    plain = pd.DataFrame({"timestamp": pd.Series(texts, dtype=object)})
    parsed = pd.DataFrame({"timestamp": pd.to_datetime(pd.Series(texts), utc=True)})

    expected = [*(at("2022-01-01") + 1).tolist(), MISSING]
    assert instants(plain).tolist() == instants(parsed).tolist() == expected
