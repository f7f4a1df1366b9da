"""Events over time: what is drawn is what was counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import matplotlib.dates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import StepPatch

from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError
from suricata_eve.plot import timeline
from suricata_eve.plot.colors import OTHER

HOUR = pd.Timedelta("1h")


def heights(ax: Axes) -> dict[str, list[int]]:
    """Return the heights of the stacked bars by their label."""
    legend = ax.get_legend()
    assert legend is not None
    labels = [text.get_text() for text in legend.get_texts()][::-1]
    steps = [patch for patch in ax.patches if isinstance(patch, StepPatch)]
    return {
        label: (np.asarray(values) - np.asarray(baseline)).tolist()
        for label, (values, _, baseline) in zip(
            labels, (step.get_data() for step in steps), strict=True
        )
    }


def hours(events: pd.DataFrame) -> Counter[tuple[str, int]]:
    """Count events by type and by hour since 2022, in plain Python."""
    start = pd.Timestamp("2022-01-01", tz="UTC")
    pairs = zip(events["event_type"], events["timestamp"], strict=True)
    return Counter((kind, (time - start) // HOUR) for kind, time in pairs)


def test_bars_are_what_there_is_by_hour(sample: pd.DataFrame) -> None:
    traffic = sample[sample["event_type"] != "stats"]
    expected = hours(traffic)
    most = [kind for kind, _ in Counter(traffic["event_type"]).most_common(8)]

    ax = timeline(sample)
    drawn = heights(ax)

    assert list(drawn)[:-1] == most
    assert list(drawn)[-1].endswith(" others")
    for kind in most:
        assert drawn[kind] == [expected[kind, hour] for hour in range(72)]
    assert sum(map(sum, drawn.values())) == len(traffic)
    assert ax.get_ylabel() == "events per hour"
    assert ax.get_xlabel() == (
        "time (UTC), 2022-01-01 to 2022-01-03\nnot shown: 34 stats events (the sensor's own clock)"
    )


def test_the_axis_is_the_time_of_the_traffic(sample: pd.DataFrame) -> None:
    """Not that of the machine, of which stats events tell."""
    low, high = map(matplotlib.dates.num2date, timeline(sample).get_xlim())

    assert str(low) == "2022-01-01 00:00:00+00:00"
    assert str(high) == "2022-01-04 00:00:00+00:00"


def test_the_time_is_utc_whatever_matplotlib_is_set_to(sample7: pd.DataFrame) -> None:
    with plt.rc_context({"timezone": "Asia/Tokyo"}):
        ax = timeline(sample7)
        ax.figure.canvas.draw()
        labels = [label.get_text() for label in ax.get_xticklabels()]
        label = ax.get_xlabel().splitlines()[0]

    assert (labels[:2], label) == (["Jan-01", "12:00"], "time (UTC), 2022-01-01 to 2022-01-03")


def test_only_stats_are_drawn_if_there_is_nothing_else(sample7: pd.DataFrame) -> None:
    stats = sample7[sample7["event_type"] == "stats"]

    assert sum(map(sum, heights(timeline(stats)).values())) == len(stats)
    assert "not shown" not in timeline(stats).get_xlabel()


def test_events_of_the_engine_are_left_out_as_well(sample7: pd.DataFrame) -> None:
    kinds = sample7["event_type"].mask(sample7["event_type"] == "sip", "engine")

    label = timeline(sample7.assign(event_type=kinds)).get_xlabel()

    assert label.endswith("34 stats events and 8 engine events (the sensor's own clock)")


def test_events_without_the_field_are_said_to_be_missing(sample7: pd.DataFrame) -> None:
    ax = timeline(sample7, "alert.severity", freq="1D")
    alerts = sample7[sample7["event_type"] == "alert"]

    drawn = heights(ax)
    assert {int(name): sum(values) for name, values in drawn.items()} == dict(
        Counter(alerts["alert.severity"].tolist())
    )
    rest = int((~sample7["event_type"].isin(["alert", "stats"])).sum())
    assert f"{rest:,} events without alert.severity" in ax.get_xlabel().replace("\n", " ")
    assert ax.get_ylabel() == "events per day"


def test_an_event_with_several_values_counts_for_each(sample7: pd.DataFrame) -> None:
    field = "alert.metadata.tag"
    tags = Counter(tag for tags in sample7[field].dropna() for tag in set(tags))

    drawn = heights(timeline(sample7, field, top=15))

    assert {name: sum(values) for name, values in drawn.items()} == dict(tags)


def test_a_field_that_no_column_has_is_told(sample7: pd.DataFrame) -> None:
    """Client and server as orientation tells them."""
    ax = timeline(sample7, "server_ip", top=1)

    assert next(iter(heights(ax))) == "198.51.100.20"


def test_events_of_another_year_are_said_to_be_outside(sample7: pd.DataFrame) -> None:
    alerts = sample7[sample7["event_type"] == "alert"].copy()
    alerts.loc[alerts.index[:2], "timestamp"] = pd.Timestamp("1999-05-05", tz="UTC")
    alerts.loc[alerts.index[2:3], "timestamp"] = pd.NA

    ax = timeline(alerts)

    assert sum(map(sum, heights(ax).values())) == len(alerts) - 3
    assert ax.get_xlabel().endswith("not shown: 2 events of 1999-05-05; 1 event without a time")


def test_the_same_name_has_the_same_colour(sample7: pd.DataFrame) -> None:
    """Whatever else is in the picture; the others are grey."""

    def colors(ax: Axes) -> dict[str, Any]:
        return dict(zip(heights(ax), (patch.get_facecolor() for patch in ax.patches), strict=True))

    everything = colors(timeline(sample7))
    two = colors(timeline(sample7[sample7["event_type"].isin(["http", "alert", "tls"])]))

    assert two == {name: everything[name] for name in two}
    assert len(set(everything.values())) == 9
    assert matplotlib.colors.to_hex(list(everything.values())[-1]) == OTHER.lower()


@pytest.mark.parametrize("number", [0, 1])
def test_no_event_and_one_event(sample7: pd.DataFrame, number: int) -> None:
    ax = timeline(sample7.head(number))

    if number:
        assert heights(ax) == {sample7["event_type"].iloc[0]: [1]}
    else:
        assert [text.get_text() for text in ax.texts] == ["no events"]


def test_one_instant_is_one_bar(sample7: pd.DataFrame) -> None:
    ax = timeline(sample7.head(10).assign(timestamp=pd.Timestamp("2022-01-01", tz="UTC")))

    assert [sum(values) for values in heights(ax).values()] == [10]
    ax.figure.canvas.draw()


def test_a_field_that_no_event_has_gives_a_picture_that_says_so(sample7: pd.DataFrame) -> None:
    ax = timeline(sample7, "modbus.id")

    assert [text.get_text() for text in ax.texts] == ["no events with modbus.id"]
    assert "without modbus.id" in ax.get_xlabel()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"top": 0}, EveOptionError, "top is how many to show, from 1 to 15, not 0"),
        ({"top": 16}, EveOptionError, "not 16"),
        ({"top": True}, EveTypeError, "top is an integer, not bool"),
        ({"top": "8"}, EveTypeError, "top is an integer, not str"),
        ({"freq": "1s"}, EveOptionError, "bins of second"),
        ({"ax": "x"}, EveTypeError, "ax is an Axes of matplotlib, not str"),
        ({"by": "event_typ"}, MissingColumnError, "Close to 'event_typ': 'event_type'"),
        ({"by": 5}, EveTypeError, "takes the name of one field"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_before_a_figure_is_made(
    sample7: pd.DataFrame, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        timeline(sample7, **options)

    assert plt.get_fignums() == []


def test_the_time_is_needed(sample7: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match=r"timeline\(\) needs the column 'timestamp'"):
        timeline(sample7.drop(columns="timestamp"))
