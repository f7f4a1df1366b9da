"""Ticks of time: what they say is enough to tell when, at any span."""

from __future__ import annotations

import itertools
import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from suricata_eve.plot import timeline
from suricata_eve.plot.timeaxis import time_axis
from suricata_eve.plot.times import binned

WIDTHS = [4.5, 7, 10]
STARTS = ["2022-03-05T12:34:56.1Z", "2021-12-31T23:59:30Z"]


def axes(start: str, span: str, width: float) -> Any:
    """Return an axis of a span, drawn in a figure of a width, as large as a layout makes it."""
    first = int(pd.Timestamp(start).as_unit("us").asm8.astype(np.int64))
    times = np.array([first, first + pd.Timedelta(span).value // 1000])
    ax = plt.figure(figsize=(width, 3), dpi=50).add_axes((0.1, 0.2, 0.87, 0.7))
    time_axis(ax, binned(times, step=None, most=120))
    ax.tick_params(labelsize=9)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    return ax


def ticks(ax: Any) -> list[Any]:
    low, high = ax.get_xlim()
    places = zip(ax.get_xticklabels(), ax.get_xticks(), strict=True)
    return [label for label, place in places if low <= place <= high]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("span", ["0s", "1us", "3ms", "300ms", "810ms", "1s", "9s", "45s", "90s"])
def test_seconds_are_told_with_their_hour_and_minute(span: str, width: float) -> None:
    for start in STARTS:
        labels = [label.get_text() for label in ticks(axes(start, span, width))]

        assert len(set(labels)) == len(labels) >= 2
        assert all(re.fullmatch(r"\d\d:\d\d:\d\d(\.\d+)?", label) for label in labels)
        plt.close("all")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "span",
    ["0s", "2ms", "3ms", "700ms", "2s", "59s", "170s", "9min", "5h", "25h", "6D", "50D", "800D"],
)
def test_labels_do_not_overlap(span: str, width: float) -> None:
    for start in STARTS:
        found = ticks(axes(start, span, width))
        boxes = [label.get_window_extent() for label in found if label.get_text()]

        assert len(boxes) >= 2
        assert all(one.x1 < other.x0 for one, other in itertools.pairwise(boxes))
        plt.close("all")


@pytest.mark.parametrize("span", ["40ms", "5s", "50s"])
def test_labels_do_not_overlap_beside_a_legend(span: str) -> None:
    """In the narrowest figure that has room for one."""
    times = pd.Timestamp(STARTS[0]) + np.arange(11) * (pd.Timedelta(span) / 10)
    kinds = [f"a long type {number}" for number in range(11)]
    ax = plt.subplots(figsize=(6.6, 3), dpi=50, layout="constrained")[1]
    timeline(pd.DataFrame({"event_type": kinds, "timestamp": times}), ax=ax)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    boxes = [label.get_window_extent() for label in ticks(ax)]

    assert len(boxes) >= 2
    assert all(one.x1 < other.x0 for one, other in itertools.pairwise(boxes))


def test_the_label_tells_the_days_of_the_events_not_of_the_bins() -> None:
    events = pd.DataFrame(
        {
            "event_type": "http",
            "timestamp": pd.to_datetime(["2022-01-05T12:00Z", "2022-02-01T00:00Z"], utc=True),
        }
    )

    for freq in (None, "7D", "30D", "400D"):
        assert timeline(events, freq=freq).get_xlabel() == "time (UTC), 2022-01-05 to 2022-02-01"
