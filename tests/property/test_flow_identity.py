"""Laws of flow identity and orientation, against plain Python and in any order of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.analysis import by_flow, orient, orientation, related
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.orientation import ENDS

pytestmark = pytest.mark.property

TIME = pa.timestamp("us", "UTC")
COLUMNS = {
    "timestamp": TIME,
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "host": pa.string(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "direction": pa.string(),
    "flow.src_ip": pa.string(),
    "flow.start": TIME,
    "netflow.start": TIME,
    "dns.type": pa.string(),
    "http.hostname": pa.string(),
    "tags": pa.list_(pa.string()),
}


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


ROWS = st.fixed_dictionaries(
    {
        "timestamp": few(*range(8)),
        "event_type": st.sampled_from(["alert", "flow", "http", "dns", "fileinfo", None]),
        "flow_id": few(2**53, 2**53 + 1, -1),
        "host": few("a", "b"),
        "src_ip": few("192.0.2.1", "192.0.2.2"),
        "src_port": few(80, 50000),
        "dest_ip": few("192.0.2.1", "192.0.2.2"),
        "dest_port": few(80, 50000),
        "direction": few("to_client", "to_server"),
        "flow.src_ip": few("192.0.2.1", "192.0.2.2"),
        "flow.start": few(1, 4, 6),
        "netflow.start": few(4),
        "dns.type": few("request", "response"),
        "http.hostname": few("a", "b", ""),
        "tags": st.none() | st.lists(few("x", "y", "z"), max_size=3),
    }
)


def frame_of(rows: list[dict[str, Any]], index: list[int]) -> pd.DataFrame:
    columns = {
        name: pd.arrays.ArrowExtensionArray(pa.array([row[name] for row in rows], kind))
        for name, kind in COLUMNS.items()
    }
    return pd.DataFrame(columns, index=pd.Index(index, dtype="int64"))


@st.composite
def frames(draw: st.DrawFn, *, max_size: int = 12) -> pd.DataFrame:
    rows = draw(st.lists(ROWS, max_size=max_size))
    return frame_of(rows, draw(st.permutations(range(0, 3 * len(rows), 3))))


@st.composite
def parts(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series]:
    """Return a frame, and a mask of some of its events."""
    frame = draw(frames())
    chosen = draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
    return frame, pd.Series(chosen, index=frame.index, dtype=bool)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    arrays = {name: pa.array(frame[name].array) for name in frame.columns}
    whole = {
        name: data.cast(pa.int64()) if pa.types.is_timestamp(data.type) else data
        for name, data in arrays.items()
    }
    rows: list[dict[str, Any]] = pa.table(whole).to_pylist()
    return rows


def first(row: dict[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if row[name] is not None), None)


def naive(rows: list[dict[str, Any]]) -> list[Any]:
    """Tell the flow of each row with loops: host, ID and, where several start, the start."""
    told = []
    for row in rows:
        own = first(row, "netflow.start", "flow.start")
        source = (
            first(row, "flow.src_ip", "src_ip"),
            None if row["flow.src_ip"] else row["src_port"],
        )
        ends = frozenset([source, (row["dest_ip"], row["dest_port"])])
        told.append(((row["host"], row["flow_id"]), ends, own))
    result: list[Any] = []
    for row, (key, ends, own) in zip(rows, told, strict=True):
        if row["flow_id"] is None:
            result.append(None)
            continue
        tellers = [(e, s) for k, e, s in told if k == key and s is not None]
        if len({s for _, s in tellers}) < 2:
            result.append(key)
        elif own is not None:
            result.append((key, own))
        elif row["timestamp"] is None:
            result.append((key, None))
        else:
            near = [s for e, s in tellers if e == ends] or [s for _, s in tellers]
            begun = [s for s in near if s <= row["timestamp"]]
            result.append((key, max(begun) if begun else min(near)))
    return result


@given(frames())
def test_flows_are_what_loops_find(frame: pd.DataFrame) -> None:
    numbers = connections(frame).tolist()

    expected = naive(rows_of(frame))
    assert [number < 0 for number in numbers] == [flow is None for flow in expected]
    pairs = {(n, flow) for n, flow in zip(numbers, expected, strict=True) if flow is not None}
    assert len(pairs) == len({n for n, _ in pairs}) == len({flow for _, flow in pairs})


@given(frames(), st.randoms(use_true_random=False))
def test_flows_and_orientation_do_not_depend_on_the_order_of_events(
    frame: pd.DataFrame, random: Any
) -> None:
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order]

    pd.testing.assert_frame_equal(orient(shuffled).loc[frame.index], orient(frame))
    pd.testing.assert_frame_equal(by_flow(shuffled), by_flow(frame))


@given(parts())
def test_orientation_of_some_rows_is_that_of_all(part: tuple[pd.DataFrame, pd.Series]) -> None:
    """Few rows are told with a narrower search for what tells."""
    frame, mask = part
    positions = np.flatnonzero(mask.to_numpy())

    told = orientation(frame, positions)

    pd.testing.assert_frame_equal(told, orientation(frame).iloc[positions])


@given(parts())
def test_orienting_twice_is_orienting_once(part: tuple[pd.DataFrame, pd.Series]) -> None:
    """And a part of an oriented frame, without what told, says the same where that was told."""
    frame, mask = part
    once = orient(frame)

    pd.testing.assert_frame_equal(orient(once), once)
    told = mask.to_numpy() & (once["orientation"] != "src_ip").fillna(value=False).to_numpy(bool)
    pd.testing.assert_frame_equal(orient(once[told]), once[told])


@given(frames())
def test_client_and_server_are_source_and_destination(frame: pd.DataFrame) -> None:
    """Either way round, never mixed; and as logged where nothing told."""
    for row, side in zip(rows_of(frame), rows_of(orientation(frame)), strict=True):
        source, target = (row["src_ip"], row["src_port"]), (row["dest_ip"], row["dest_port"])
        ends = (side["client_ip"], side["client_port"]), (side["server_ip"], side["server_port"])
        if row["src_ip"] is None and row["dest_ip"] is None:
            assert set(side.values()) == {None}
            continue
        assert ends in [(source, target), (target, source)]
        assert side["orientation"] not in ("src_ip", None) or ends == (source, target)


@given(parts())
def test_related_on_the_flow_is_by_flow(part: tuple[pd.DataFrame, pd.Series]) -> None:
    frame, mask = part

    for events in (frame[mask], mask, frame["flow_id"][mask]):
        pd.testing.assert_frame_equal(related(frame, events, on="flow_id"), by_flow(frame, events))


@given(parts(), st.sampled_from(["http.hostname", "src_port", "tags", *list(ENDS)[:4]]))
def test_related_is_what_loops_find(part: tuple[pd.DataFrame, pd.Series], on: str) -> None:
    """Whether the events are a mask, a frame of their own, or the values."""
    frame, mask = part
    table = orient(frame)
    cells = pa.array(table[on].array).to_pylist()
    values = [cell if isinstance(cell, list) else [cell] for cell in cells]
    wanted = {v for cell, yes in zip(values, mask, strict=True) if yes for v in cell or []} - {None}
    shared = [sorted(wanted.intersection(cell or [])) for cell in values]
    times = pa.array(frame["timestamp"].array).cast(pa.int64()).to_pylist()
    keys = [
        (common[0], time is None, time or 0, line)
        for common, time, line in zip(shared, times, frame.index.tolist(), strict=True)
        if common
    ]
    expected = [line for *_, line in sorted(keys)]

    for events in (mask, frame[mask], sorted(wanted)):
        if isinstance(events, pd.DataFrame) and on == "tags" and not len(events):
            continue
        assert related(frame, events, on=on).index.tolist() == expected


@given(parts())
def test_flows_that_tell_no_host_are_told_by_the_events_with_their_ids(
    given: tuple[pd.DataFrame, pd.Series],
) -> None:
    """Events of other flows, and what hosts they are of, make no difference."""
    frame, mask = given
    flows = frame[mask].drop(columns="host")
    ids = set(flows["flow_id"].dropna())
    near = frame[frame["flow_id"].isin(list(ids)).to_numpy(bool, na_value=False)]

    found = by_flow(frame, flows)

    pd.testing.assert_frame_equal(found, by_flow(near, flows))
    # Each with a host in its ID's events brings all of these.
    hosts = set(near.loc[near["host"].notna(), "flow_id"])
    assert near.index[near["flow_id"].isin(list(hosts))].isin(found.index).all()
