"""The strip of bars counts every alert once, and its axis is that of the alerts."""

from __future__ import annotations

import re

import numpy as np
import pytest

from suricata_eve.reports.bars import bars, step_of

SECOND, HOUR, DAY = 10**6, 3600 * 10**6, 86400 * 10**6
START = 1_640_995_200 * SECOND  # 2022-01-01


def drawn(seconds: list[float], severities: list[int]) -> tuple[str, list[tuple[str, int]]]:
    times = np.array([START + round(one * SECOND) for one in seconds], np.int64)
    html = bars(times, np.array(severities, np.int64))
    titles = re.findall(r"<title>(.*?) UTC: ([\d,]+)</title>", html)
    return html, [(when, int(count.replace(",", ""))) for when, count in titles]


def test_alerts_are_counted_where_they_are() -> None:
    html, counts = drawn([0, 0.5, 3599, 3600, 86400 * 3], [1, 2, 3, 1, 0])

    assert counts == [
        ("2022-01-01 00:00:00", 3),
        ("2022-01-01 01:00:00", 1),
        ("2022-01-04 00:00:00", 1),
    ]
    assert "at most 3 in 1 hour" in html
    assert "severity 1 (2)" in html
    assert "severity 2 (1)" in html
    assert "others (2)" in html
    assert "<span>2022-01-04 01:00:00 UTC</span>" in html


def test_a_bar_is_as_high_as_its_alerts() -> None:
    html, _ = drawn([0, 0, 0, 0, 7200], [1, 1, 1, 2, 3])
    heights = [float(one) for one in re.findall(r' height="([\d.]+)"/>', html)]

    assert heights == [73.5, 24.5, 24.5]


def test_one_alert_is_a_narrow_bar() -> None:
    html, counts = drawn([1.5], [1])

    assert counts == [("2022-01-01 00:00:01", 1)]
    assert 'viewBox="0 0 300 100"' in html
    assert "severity 2" not in html


def test_many_alerts_are_all_counted() -> None:
    rng = np.random.default_rng(7)
    html, counts = drawn(rng.integers(0, 86400 * 30, 5000).tolist(), [2] * 5000)

    assert sum(count for _, count in counts) == 5000
    assert "severity 2 (5,000)" in html


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (0, SECOND),
        (100 * SECOND, SECOND),
        (200 * SECOND, 2 * SECOND),
        (3 * DAY, HOUR),
        (30 * DAY, 12 * HOUR),
        (365 * DAY, 7 * DAY),
    ],
)
def test_a_step_is_one_of_clocks_and_calendars(span: int, step: int) -> None:
    assert step_of(span) == step


@pytest.mark.parametrize("span", [0, 1, 10**9, 10**13, 10**16, 3 * 10**17])
def test_there_are_not_too_many_bars(span: int) -> None:
    assert span // step_of(span) + 2 <= 120
