"""Flows by bytes: every flow is in a point."""

from __future__ import annotations

from collections import Counter

import matplotlib.collections
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from suricata_eve.errors import EveTypeError, MissingColumnError
from suricata_eve.plot import flows
from suricata_eve.plot.flows import flow_points
from suricata_eve.plot.scales import bytes_text, scale_of


def test_points_are_the_flows(sample: pd.DataFrame) -> None:
    events = sample[sample["event_type"] == "flow"]
    columns = ["flow.bytes_toserver", "flow.bytes_toclient", "app_proto", "flow.alerted"]
    expected = Counter(
        (server, client, None if protocol is pd.NA else protocol, alerted)
        for server, client, protocol, alerted in events[columns].itertuples(index=False)
    )

    points = flow_points(sample, top=12)
    names = dict(enumerate(points.names))
    there = set(points.names) | {None}
    found: Counter[tuple[int, int, str | None, bool]] = Counter()
    for server, client, protocol, alerted, count in zip(
        points.to_server.tolist(),
        points.to_client.tolist(),
        points.protocols.tolist(),
        points.alerted.tolist(),
        points.counts.tolist(),
        strict=True,
    ):
        # Those beside the most frequent twelve have one number.
        key = names.get(protocol, "other" if protocol == len(names) else None)
        found[server, client, key, alerted] += count
    merged: Counter[tuple[int, int, str | None, bool]] = Counter()
    for (server, client, name, alerted), count in expected.items():
        merged[server, client, name if name in there else "other", alerted] += count

    assert found == merged
    assert int(points.counts.sum()) == len(events) == 1800
    assert points.unknown == 0


def test_what_is_drawn_is_inside_of_the_axes(sample: pd.DataFrame) -> None:
    """And alerted flows have a ring of their own."""
    points = flow_points(sample, top=7)
    ax = flows(sample)
    drawn = [
        found
        for found in ax.collections
        if isinstance(found, matplotlib.collections.PathCollection)
    ]
    places = np.concatenate([np.asarray(found.get_offsets()) for found in drawn])
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()

    assert len(places) == len(points.counts)
    assert ((places[:, 0] > left) & (places[:, 0] < right)).all()
    assert ((places[:, 1] > bottom) & (places[:, 1] < top)).all()
    assert [len(found.get_offsets()) for found in drawn] == [  # type: ignore[arg-type]
        int(np.count_nonzero(~points.alerted)),
        int(np.count_nonzero(points.alerted)),
    ]


def test_flows_of_no_bytes_have_a_lane_labelled_zero(sample7: pd.DataFrame) -> None:
    ax = flows(sample7)
    ax.figure.canvas.draw()

    assert ax.get_yticklabels()[0].get_text() == "0"
    assert ax.get_xticklabels()[0].get_text() == "30 B"


def test_many_places_are_drawn_as_fewer() -> None:
    rows = pd.DataFrame(
        {
            "event_type": "flow",
            "flow.bytes_toserver": range(100, 40100),
            "flow.bytes_toclient": range(40100, 100, -1),
        }
    )

    points = flow_points(rows, top=7)

    assert int(points.counts.sum()) == 40_000
    assert len(points.counts) < 3000
    assert points.to_server.min() >= 97
    assert points.to_server.max() < 41_300
    flows(rows).figure.canvas.draw()


@pytest.mark.parametrize("many", [1, 30_000])
def test_numbers_of_any_size_stay_where_they_are(many: int) -> None:
    """Those that int64 does not hold at its end, also when they are rounded."""
    to_server = [2**64 - 1, *range(1, many + 1)]
    frame = pd.DataFrame(
        {
            "event_type": "flow",
            "flow.bytes_toserver": pd.array(to_server, dtype="uint64[pyarrow]"),
            "flow.bytes_toclient": to_server[::-1],
        }
    ).convert_dtypes(dtype_backend="pyarrow")

    points = flow_points(frame, top=7)

    assert points.to_server.min() == points.to_client.min() == 1
    assert points.to_server.max() >= 0.97 * 2**63
    flows(frame).figure.canvas.draw()


def test_flows_that_do_not_tell_their_bytes_are_counted() -> None:
    frame = pd.DataFrame(
        {
            "event_type": ["flow"] * 3,
            "flow.bytes_toserver": [1, None, 3],
            "flow.bytes_toclient": [1, 2, None],
        }
    )

    assert flow_points(frame, top=7).unknown == 2
    assert flows(frame).get_xlabel().endswith("not shown: 2 flows without numbers of bytes")


def test_what_is_no_boolean_is_refused() -> None:
    frame = pd.DataFrame(
        {
            "event_type": ["flow"],
            "flow.bytes_toserver": [1],
            "flow.bytes_toclient": [1],
            "flow.alerted": ["perhaps"],
        }
    )

    with pytest.raises(EveTypeError, match=r"'flow.alerted' should hold booleans: .*perhaps"):
        flows(frame)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("kinds", [[], ["alert"], ["flow"]], ids=str)
def test_without_flows_the_picture_says_so(kinds: list[str]) -> None:
    ax = flows(pd.DataFrame({"event_type": pd.Series(kinds, dtype=object)}))

    assert [text.get_text() for text in ax.texts] == ["no flow events"]


def test_the_type_is_needed() -> None:
    with pytest.raises(MissingColumnError, match=r"flows\(\) needs the column 'event_type'"):
        flows(pd.DataFrame({"flow.state": ["new"]}))


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 B"), (500, "500 B"), (1000, "1 kB"), (20_000, "20 kB"), (3 * 10**6, "3 MB")],
)
def test_bytes_are_written_in_thousands(number: int, text: str) -> None:
    assert bytes_text(number) == text


@pytest.mark.parametrize("values", [[0], [1], [0, 1], [1, 2**63 - 1], [60, 70], [0, 10**12]])
@pytest.mark.parametrize("most", [3, 7, 20])
def test_a_scale_holds_its_values_and_labels_some(values: list[int], most: int) -> None:
    scale = scale_of(np.array(values))
    places = scale.places(np.array(values))
    ticks, labels = scale.ticks(most)

    assert ((places > scale.low) & (places < scale.high)).all()
    assert 1 <= len(ticks) <= most + 3
    assert all(scale.low < tick < scale.high for tick in ticks)
    assert ("0" in labels) == (0 in values)
    assert len(set(labels)) == len(labels)
