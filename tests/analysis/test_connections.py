"""A flow is one host, one flow ID and one connection in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import by_flow, group_summary
from suricata_eve.analysis.connections import connections, together
from suricata_eve.errors import EveValueError, MissingColumnError

TYPES = {
    "timestamp": pa.timestamp("us", "UTC"),
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "host": pa.string(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "flow.src_ip": pa.string(),
    "flow.src_port": pa.uint16(),
    "flow.dest_ip": pa.string(),
    "flow.dest_port": pa.uint16(),
    "flow.start": pa.timestamp("us", "UTC"),
    "netflow.start": pa.timestamp("us", "UTC"),
}
ENDS = {"src_ip": "192.0.2.1", "src_port": 50000, "dest_ip": "198.51.100.1", "dest_port": 80}


def at(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds, unit="s", tz="UTC")


def event(kind: str, seconds: int | None, **more: Any) -> dict[str, Any]:
    named = {name.replace("__", "."): value for name, value in more.items()}
    time = None if seconds is None else at(seconds)
    return {"event_type": kind, "flow_id": 1, "timestamp": time, **ENDS, **named}


def flow(start: int, **more: Any) -> dict[str, Any]:
    """A flow event; it is logged long after the flow has begun."""
    return event("flow", start + 1000, flow__start=at(start), **more)


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=pd.ArrowDtype(kind))
        for name, kind in TYPES.items()
    }
    return pd.DataFrame(columns).set_axis(np.arange(len(rows))[::-1] * 2 + 7)


def same(made: pd.DataFrame) -> list[int]:
    """Return for each row the first row that is of the same flow, -1 without one."""
    numbers = connections(made).tolist()
    return [-1 if number < 0 else numbers.index(number) for number in numbers]


SWAPPED = {"src_ip": "198.51.100.1", "src_port": 80, "dest_ip": "192.0.2.1", "dest_port": 50000}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([event("http", 1), event("http", 10**6)], [0, 0]),
        ([event("http", 1), event("http", 1, flow_id=2)], [0, 1]),
        ([event("stats", 1, flow_id=None), event("http", 1)], [-1, 1]),
        ([event("http", 1, host="a"), event("http", 1, host="b")], [0, 1]),
        ([event("http", 1, host="a"), event("http", 1)], [0, 1]),
        ([flow(1), event("http", 5000)], [0, 0]),
        ([flow(1), flow(100)], [0, 1]),
        ([flow(1), flow(100), event("http", 2), event("http", 150)], [0, 1, 0, 1]),
        ([flow(100), flow(1), event("http", 2), event("http", 150)], [0, 1, 1, 0]),
        ([flow(1), flow(100), event("http", 100)], [0, 1, 1]),
        ([flow(10), flow(100), event("http", 2)], [0, 1, 0]),
        ([flow(1), flow(100), event("alert", 150, flow__start=at(1))], [0, 1, 0]),
        ([flow(1), flow(100), event("netflow", 999, netflow__start=at(1))], [0, 1, 0]),
        ([flow(1), event("alert", 150, flow__start=at(100))], [0, 1]),
        ([flow(1), flow(100), event("http", None)], [0, 1, 2]),
        ([flow(1, host="a"), flow(100, host="b"), event("http", 150, host="a")], [0, 1, 0]),
        ([flow(1), flow(100, src_port=50001), event("http", 150)], [0, 1, 0]),
        ([flow(1), flow(100, src_port=50001), event("http", 150, **SWAPPED)], [0, 1, 0]),
        ([flow(1), flow(100, src_port=50001), event("http", 150, src_port=7)], [0, 1, 1]),
    ],
)
def test_events_of_one_flow_have_one_number(
    rows: list[dict[str, Any]], expected: list[int]
) -> None:
    assert same(frame(*rows)) == expected


def test_an_address_put_in_by_a_proxy_is_not_the_endpoint() -> None:
    """With ``xff: overwrite`` an alert's source is another than its flow's."""
    own = {f"flow.{name}": value for name, value in ENDS.items()}
    alert = {**event("alert", 150, src_ip="203.0.113.9"), **own}

    assert same(frame(flow(1), flow(100, src_port=50001), alert)) == [0, 1, 0]


def test_starts_are_exact_however_late() -> None:
    """Microseconds after the year 2255 are more than a double counts; other groups have none."""
    late = 253_000_000_000
    first = {**flow(0), "flow.start": pd.Timestamp(late * 10**6 + 1, unit="us", tz="UTC")}
    then = {**flow(0), "flow.start": pd.Timestamp(late * 10**6 + 2, unit="us", tz="UTC")}
    http = {**event("http", 0), "timestamp": pd.Timestamp(late * 10**6 + 1, unit="us", tz="UTC")}
    alone = event("http", 3, src_port=9)

    assert same(frame(first, then, http, alone)) == [0, 1, 0, 0]


def test_flows_are_numbered_alike_in_several_frames() -> None:
    whole = frame(flow(1), flow(100), event("http", 2), event("http", 150))

    one, other = together([whole.iloc[:2], whole.iloc[2:]])

    assert other.number.tolist() == one.number.tolist()


def test_ids_above_63_bits_are_told_apart() -> None:
    made = frame(event("http", 1), event("http", 1), event("http", 1))
    ids = pa.array([2**64 - 1, 2**64 - 2, 2**64 - 1], pa.uint64())

    assert same(made.assign(flow_id=pd.arrays.ArrowExtensionArray(ids))) == [0, 1, 0]


@pytest.mark.parametrize("name", ["flow_id", "host", "timestamp", "flow.start"])
def test_a_column_that_is_there_twice_is_refused(name: str) -> None:
    made = frame(flow(1), flow(100))
    twice = pd.concat([made, made[[name]]], axis=1)

    with pytest.raises(EveValueError, match=f"one column '{name}', and this frame has 2"):
        connections(twice)


def test_the_id_is_needed_and_nothing_else() -> None:
    made = frame(event("http", 1), event("http", 1, flow_id=2))

    assert same(made[["flow_id"]]) == [0, 1]
    with pytest.raises(MissingColumnError, match=r"connections\(\) needs the column 'flow_id'"):
        connections(made.drop(columns="flow_id"))


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_planted_id_that_came_twice_is_two_flows(
    request: pytest.FixtureRequest, sample: str, truth: dict[str, Any]
) -> None:
    events = request.getfixturevalue(sample)
    (planted,) = truth["special"]["same_flow_id_two_flows"]
    twice = events[(events["dest_port"] == planted["dest_port"]).fillna(value=False)]
    twice = twice[twice["event_type"] == "flow"]
    assert len(twice) == 2
    assert len(set(twice["flow_id"])) == 1

    numbers = connections(events)
    assert len(set(numbers[numbers >= 0])) == 1800

    # The ID means both, one after the other; an event of one means that one.
    both = by_flow(events, twice["flow_id"])
    assert both["flow.start"].dropna().tolist() == sorted(twice["flow.start"])
    assert [sorted(both["event_type"][part]) for part in (slice(3), slice(3, 6))] == [
        ["flow", "netflow", "netflow"]
    ] * 2
    for place in (0, 1):
        event = twice.iloc[[place]]
        mask = pd.Series(events.index.isin(event.index), index=events.index)
        for chosen in (event, mask, event[["timestamp", "flow_id", "flow.start"]]):
            found = by_flow(events, chosen)
            assert len(found) == 3
            assert found["flow.start"].dropna().tolist() == event["flow.start"].tolist()


def test_a_frame_that_tells_no_time_means_every_flow_of_its_ids() -> None:
    made = frame(flow(1), flow(100), event("http", 2))
    summary = group_summary(made, "flow_id")

    assert len(by_flow(made, summary)) == 3
    assert len(by_flow(made, made.iloc[[2]])) == 2


def test_hosts_are_kept_apart_where_both_frames_tell_them() -> None:
    made = frame(flow(1, host="a"), flow(1, host="b"), event("http", 2, host="b"))
    http = made.iloc[[2]]

    assert by_flow(made, http)["host"].unique().tolist() == ["b"]
    assert by_flow(made, http.drop(columns="host"))["host"].tolist() == ["a", "b", "b"]
    assert by_flow(made, [1])["host"].tolist() == ["a", "b", "b"]
