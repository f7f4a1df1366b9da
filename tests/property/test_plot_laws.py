"""Laws of pictures: every event is in one bin, or is said not to be shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.plot.counts import count_by_time, leading
from suricata_eve.plot.flows import flow_points
from suricata_eve.plot.scales import scale_of
from suricata_eve.plot.times import MISSING, STEPS, binned, step_for, step_of

pytestmark = pytest.mark.property

SECOND = 1_000_000
YEAR = 365 * 86_400 * SECOND
SANE = (-70 * YEAR, 229 * YEAR)
SHORT = (52 * YEAR, 52 * YEAR + 90 * SECOND)
MOMENTS = (
    st.integers(*SANE) | st.integers(*SHORT) | st.integers(-(2**63), 2**63 - 1) | st.just(MISSING)
)


@given(st.lists(MOMENTS, max_size=60), st.integers(31, 300))
def test_every_event_is_in_one_bin_or_counted(moments: list[int], most: int) -> None:
    times = np.array(moments, np.int64)

    found = binned(times, step=None, most=most)

    inside = found.bins >= 0
    assert len(times) == np.count_nonzero(inside) + found.outside + found.untimed
    assert found.untimed == moments.count(MISSING)
    assert found.size <= most
    assert (np.diff(found.edges) > 0).all()
    bins = found.bins[inside]
    assert (found.edges[bins] <= times[inside]).all()
    assert (times[inside] < found.edges[bins + 1]).all()
    if found.size:
        assert (bins.min(), bins.max()) == (0, found.size - 1)
        # Most are shown, of those that have a time at which something can have happened.
        sane = np.count_nonzero((times >= SANE[0] - YEAR) & (times < SANE[1] + 2 * YEAR))
        assert np.count_nonzero(inside) * 20 >= sane * 19 or sane < 20


@given(st.integers(*SANE), st.integers(0, 10**6), st.sampled_from(["7min", "1D", "7D", "90s"]))
def test_edges_are_whole_steps(first: int, length: int, freq: str) -> None:
    step = step_of(freq)
    assert step is not None

    found = binned(np.array([first, first + length * SECOND // 9]), step=step, most=99)

    origin = 4 * 86_400 * SECOND if freq == "7D" else 0
    assert ((found.edges - origin) % step.size == 0).all()
    assert (np.diff(found.edges) == step.size).all()


@given(st.integers(*SANE), st.integers(*SANE), st.integers(1, 300))
def test_no_narrower_step_would_do(one: int, other: int, most: int) -> None:
    first, last = sorted((one, other))
    step = step_for(first, last, most)

    for narrower in STEPS[: STEPS.index(step)]:
        low, high = narrower.numbers(np.array([first, last])).tolist()
        assert high - low + 1 > most


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["alert", "http", "stats", "engine", None]),
        st.sampled_from([None, "a", "b", "_", "$"]),
        MOMENTS,
    ),
    max_size=30,
)


@given(EVENTS, st.integers(1, 5))
def test_what_is_drawn_and_what_is_said_not_to_be_are_all(
    events: list[tuple[str | None, str | None, int]], top: int
) -> None:
    kinds, values, moments = ([event[place] for event in events] for place in range(3))
    frame = made(kinds, values, moments)
    machine = [kind in ("stats", "engine") for kind in kinds]
    kept = [not own or all(machine) for own in machine]

    found = count_by_time(frame, "app_proto", top=top, step=None, most=50, method="timeline")

    drawn = int(found.counts.sum())
    have = [value for value, there in zip(values, kept, strict=True) if there and value is not None]
    assert drawn + found.binned.outside + found.binned.untimed == len(have)
    assert len(found.names) <= top
    assert found.counts.shape == (len(found.names) + (found.others > 0), found.binned.size)
    totals = found.counts.sum(axis=1).tolist()[: len(found.names)]
    assert totals == sorted(totals, reverse=True)


def made(kinds: list[Any], values: list[Any], moments: list[Any]) -> pd.DataFrame:
    times = pa.array([None if moment == MISSING else moment for moment in moments], pa.int64())
    data = {
        "event_type": pa.array(kinds, pa.string()),
        "app_proto": pa.array(values, pa.string()),
        "timestamp": times.cast(pa.timestamp("us", "UTC")),
    }
    return pd.DataFrame({name: pd.arrays.ArrowExtensionArray(one) for name, one in data.items()})


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=40), st.integers(1, 6))
def test_leading_values_are_those_of_the_largest_counts(values: list[str], top: int) -> None:
    distinct = sorted(set(values), reverse=True)
    counts = np.array([values.count(value) for value in distinct], np.int64)

    found = leading(counts, pa.array(distinct, pa.string()), top)

    expected = sorted(distinct, key=lambda value: (-values.count(value), value))[:top]
    assert [distinct[place] for place in found.tolist()] == expected


VOLUMES = st.sampled_from([0, 1, 60, 2**40]) | st.integers(0, 2**63 - 1)


@given(st.lists(st.tuples(VOLUMES, VOLUMES, st.sampled_from([None, "http", "dns"])), max_size=20))
def test_every_flow_is_in_a_point_on_its_scale(rows: list[tuple[int, int, str | None]]) -> None:
    server, client, protocols = ([row[place] for row in rows] for place in range(3))
    data = {
        "event_type": pa.array(["flow"] * len(rows), pa.string()),
        "flow.bytes_toserver": pa.array(server, pa.int64()),
        "flow.bytes_toclient": pa.array(client, pa.int64()),
        "app_proto": pa.array(protocols, pa.string()),
    }
    frame = pd.DataFrame(
        {name: pd.arrays.ArrowExtensionArray(values) for name, values in data.items()}
    )

    points = flow_points(frame, top=1)

    assert int(points.counts.sum()) == len(rows)
    places = zip(points.to_server.tolist(), points.to_client.tolist(), strict=True)
    assert set(places) == {(row[0], row[1]) for row in rows}
    if rows:
        scale = scale_of(points.to_server)
        drawn = scale.places(points.to_server)
        assert ((drawn > scale.low) & (drawn < scale.high)).all()
