"""Values over time: what is drawn is what was counted."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from suricata_eve.analysis import orientation
from suricata_eve.plot import heatmap
from suricata_eve.plot.heatmap import ticks


def cells(ax: Axes) -> np.ma.MaskedArray:
    (mesh,) = (found for found in ax.collections if isinstance(found, QuadMesh))
    array = mesh.get_array()
    assert isinstance(array, np.ma.MaskedArray)
    return array


def test_cells_are_the_events_of_clients_by_half_an_hour(sample: pd.DataFrame) -> None:
    start, step = pd.Timestamp("2022-01-01", tz="UTC"), pd.Timedelta("30min")
    traffic = sample[sample["event_type"] != "stats"]
    clients = orientation(sample).loc[traffic.index, "client_ip"]
    times = (traffic["timestamp"] - start) // step
    expected = Counter(zip(clients.dropna(), times[clients.notna()], strict=True))
    totals = Counter(clients.dropna())

    ax = heatmap(sample)
    names = [label.get_text() for label in ax.get_yticklabels()]
    drawn = cells(ax)

    assert [totals[name] for name in names] == [count for _, count in totals.most_common(20)]
    assert drawn.filled(0).tolist() == [
        [expected[name, place] for place in range(drawn.shape[1])] for name in names
    ]
    assert (drawn.mask == (drawn.data == 0)).all()
    others = sum(totals.values()) - int(drawn.sum())
    label = ax.get_xlabel().replace("\n", " ")
    assert f"not in a row: {len(totals) - 20} other values, {others:,} events" in label
    bar = ax.figure.axes[1]
    assert bar.get_ylabel() == "events per 30 min"


@pytest.mark.parametrize("number", [1, 2, 3, 9, 10, 99, 100, 5000, 10**6, 10**9, 10**18])
def test_a_colour_bar_has_a_few_labels(number: int) -> None:
    found = ticks(number)

    assert found[0] == 1
    assert found[-1] <= number
    assert 1 <= len(found) <= 7
    assert found == sorted(set(found))


def test_single_events_can_be_drawn(sample7: pd.DataFrame) -> None:
    """The scale of colours is logarithmic, and from 1 to 1 there is none."""
    ax = heatmap(sample7.head(1), "event_type")
    ax.figure.canvas.draw()

    assert cells(ax).tolist() == [[1]]


@pytest.mark.parametrize("by", ["client_ip", "event_type", "dns.rrname"])
def test_without_events_the_picture_says_so(sample7: pd.DataFrame, by: str) -> None:
    ax = heatmap(sample7.head(0), by)

    assert [text.get_text() for text in ax.texts] == [f"no events with {by}"]
