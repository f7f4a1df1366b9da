"""Laws of the functions behind ``df.eve``, each against a plain Python oracle."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import suricata_eve
import suricata_eve.accessor
from suricata_eve import EveError
from suricata_eve.analysis import alerts, by_flow, events, group_summary
from suricata_eve.analysis.rows import take_rows
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

HEADER = pa.struct([("name", pa.string()), ("value", pa.string())])
COLUMNS = {
    "timestamp": pa.timestamp("us", "UTC"),
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "direction": pa.string(),
    "flow.src_ip": pa.string(),
    "alert.signature": pa.string(),
    "alert.category": pa.string(),
    "numbers": pa.list_(pa.int64()),
    "http.request_headers": pa.list_(HEADER),
}


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


HEADERS = st.fixed_dictionaries({"name": few("Host", "a"), "value": few("", "a", "Host")})
ROWS = st.fixed_dictionaries(
    {
        "timestamp": few(0, 1, 2, 10**15) | st.integers(-(10**15), 10**15),
        "event_type": st.sampled_from(["alert", "flow", "http", "dns", "stats", None]),
        # The first two are one float.
        "flow_id": few(2**53, 2**53 + 1, -1, 2**63 - 1) | eve.flow_ids(),
        "src_ip": few("192.0.2.1", "192.0.2.2", "::1"),
        "src_port": few(80, 50000),
        "dest_ip": few("192.0.2.1", "192.0.2.2", "::1"),
        "dest_port": few(80, 50000),
        "direction": few("to_client", "to_server"),
        "flow.src_ip": few("192.0.2.1", "192.0.2.2"),
        "alert.category": few("Misc activity", "Generic Protocol Command Decode"),
        "alert.signature": few("a", "A", "a ", "\x00", "") | eve.texts(max_size=3),
        "numbers": st.none() | st.lists(few(0, 1, 2**53, 2**53 + 1), max_size=4),
        "http.request_headers": st.none() | st.lists(HEADERS, max_size=3),
    }
)


@st.composite
def frames(draw: st.DrawFn, *, max_size: int = 12) -> pd.DataFrame:
    """Return a frame of few values, cut into chunks, with its line numbers in any order."""
    rows = draw(st.lists(ROWS, max_size=max_size))
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    ends = [0, *cuts, len(rows)]
    columns = {}
    for name, kind in COLUMNS.items():
        values = pa.array([row[name] for row in rows], kind)
        chunks = [values[a:b] for a, b in itertools.pairwise(ends)]
        columns[name] = pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, kind))
    index = draw(st.permutations(range(0, 3 * len(rows), 3)))
    return pd.DataFrame(columns, index=pd.Index(index, dtype="int64"))


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    table = pa.table(
        {
            name: pa.array(frame[name].array).cast(pa.int64())
            if name == "timestamp"
            else pa.array(frame[name].array)
            for name in frame.columns
        }
    )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


@given(frames(), st.data())
def test_taking_rows_is_iloc_without_empty_columns(
    frame: pd.DataFrame, data: st.DataObject
) -> None:
    """Whatever the chunks, the order and the repetitions."""
    assume(len(frame))
    positions = data.draw(st.lists(st.integers(0, len(frame) - 1), min_size=1))

    taken = take_rows(frame, np.array(positions))

    pd.testing.assert_frame_equal(taken, frame.iloc[positions].dropna(axis="columns", how="all"))


KIT: list[tuple[str, dict[str, Any]]] = [
    ("orient", {}),
    ("related", {"events": "192.0.2.1", "on": "client_ip"}),
    ("unexpected_ports", {}),
    ("unique", {"field": "src_ip"}),
    ("rare", {"field": "flow_id", "by": "src_port"}),
    ("fields", {}),
    *((view, {}) for view in ("dns", "http", "tls", "ssh", "smb", "files", "flows", "stats")),
    ("timeline", {"flow": 2**53}),
    ("timeline", {"flow": "192.0.2.1"}),
]
"""Methods, and what to call them with."""


@given(frames(), st.lists(st.sampled_from(KIT), max_size=3))
def test_no_method_changes_its_frame(
    frame: pd.DataFrame, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    """Nor what it was given beside the frame."""
    before, attrs = frame.copy(deep=True), {"eve": {"lines": 3, "examples": [{"line": 1}]}}
    frame.attrs = json.loads(json.dumps(attrs))
    mask = frame["alert.signature"].notna()

    for found in (
        frame.eve.normalize_types(integer_na=0),
        frame.eve.events(["alert", "http"]),
        frame.eve.alerts(signature="a"),
        frame.eve.alerts(view="concise"),
        frame.eve.by_flow(),
        frame.eve.by_flow(mask),
        frame.eve.payloads(content="any"),
        frame.eve.group_summary("src_ip", ["numbers", "http.request_headers"]),
        *(getattr(frame.eve, name)(**options) for name, options in calls),
    ):
        found.attrs.clear()
        if len(found) and "flow_id" in found:
            found.iloc[0, found.columns.get_loc("flow_id")] = 5

    assert_eve_frame_equal(frame, before)
    assert frame.attrs == attrs
    assert mask.equals(before["alert.signature"].notna())


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("normalize_types", {"errors": "coerce"}),
    ("events", {"event_type": "http"}),
    ("alerts", {"view": "concise"}),
    ("by_flow", {}),
    ("group_summary", {"by": "event_type"}),
]
KIT_CALLS = st.lists(st.sampled_from([("community_id", {}), *KIT]), max_size=3)


@given(st.lists(eve.events(), min_size=1, max_size=5), KIT_CALLS)
def test_no_method_changes_a_frame_of_other_dtypes(
    made: list[dict[str, Any]], calls: list[tuple[str, dict[str, Any]]]
) -> None:
    """Every method works or says what is wrong, and changes nothing."""
    lines = io.BytesIO("\n".join(map(json.dumps, made)).encode())
    for frame in (
        suricata_eve.read_eve(lines, dtype_backend="numpy_nullable"),
        pd.json_normalize(made),
        pd.DataFrame(made),
    ):
        before = frame.copy(deep=True)

        for name, given_options in [*CALLS, *calls]:
            with contextlib.suppress(EveError):
                getattr(frame.eve, name)(**given_options)

        assert_eve_frame_equal(frame, before)


FIELDS = ("flow_id", "src_port", "alert.signature", "numbers", "http.request_headers")


def key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def naive(frame: pd.DataFrame, by: list[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Summarize with loops."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(frame):
        if all(row[name] is not None for name in by):
            groups[tuple(row[name] for name in by)].append(row)
    result = {}
    for group, rows in groups.items():
        times = [row["timestamp"] for row in rows if row["timestamp"] is not None]
        told: dict[str, Any] = {"count": len(rows)}
        told["first_seen"] = min(times, default=None)
        told["last_seen"] = max(times, default=None)
        for field in FIELDS:
            cells = [row[field] for row in rows if row[field] is not None]
            if COLUMNS[field] in (COLUMNS["numbers"], COLUMNS["http.request_headers"]):
                cells = [value for cell in cells for value in cell if value is not None]
            distinct = {key(value): value for value in reversed(cells)}
            ordered = sorted(distinct, key=[key(value) for value in cells].index)
            told[f"{field}.count"] = len(cells)
            told[f"{field}.nunique"] = len(distinct)
            told[f"{field}.unique"] = [distinct[one] for one in ordered]
        result[group] = told
    return result


def summary_rows(summary: pd.DataFrame, by: list[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    found = {}
    for row in pa.table(
        {
            name: pa.array(summary[name].array).cast(pa.int64())
            if name.endswith("_seen")
            else pa.array(summary[name].array)
            for name in summary.columns
        }
    ).to_pylist():
        group = tuple(row.pop(name) for name in by)
        found[group] = row
    return found


BY = st.sampled_from([["src_ip"], ["flow_id"], ["event_type", "dest_port"]])


@given(frames(), BY)
def test_a_summary_is_what_loops_count(frame: pd.DataFrame, by: list[str]) -> None:
    summary = group_summary(frame, by, FIELDS)

    expected = naive(frame, by)
    assert summary_rows(summary, by) == expected
    order = [(-told["count"], *group) for group, told in expected.items()]
    assert [(-row["count"], *group) for group, row in summary_rows(summary, by).items()] == sorted(
        order
    )


@given(frames(), BY, st.randoms(use_true_random=False))
def test_a_summary_does_not_depend_on_the_order_of_rows(
    frame: pd.DataFrame, by: list[str], random: Any
) -> None:
    """Except the order within the lists of unique values."""
    order = list(range(len(frame)))
    random.shuffle(order)

    one, other = (group_summary(each, by, FIELDS) for each in (frame, frame.iloc[order]))

    lists = [f"{field}.unique" for field in FIELDS]
    pd.testing.assert_frame_equal(one.drop(columns=lists), other.drop(columns=lists))
    for name in lists:
        for mine, theirs in zip(
            pa.array(one[name].array).to_pylist(),
            pa.array(other[name].array).to_pylist(),
            strict=True,
        ):
            assert sorted(map(key, mine)) == sorted(map(key, theirs))


@given(frames(), st.integers(0, 3))
def test_a_limit_only_cuts_the_lists(frame: pd.DataFrame, limit: int) -> None:
    whole = group_summary(frame, "src_ip", FIELDS)

    cut = group_summary(frame, "src_ip", FIELDS, max_unique=limit)

    for name in whole.columns:
        mine, theirs = (pa.array(each[name].array).to_pylist() for each in (whole, cut))
        if name.endswith(".unique"):
            mine = [values[:limit] for values in mine]
        assert mine == theirs


@given(frames(), st.data())
def test_a_mask_is_the_ids_of_its_events(frame: pd.DataFrame, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
    mask = pd.Series(chosen, index=frame.index, dtype=bool)
    ids = frame["flow_id"][mask]
    expected = by_flow(frame, ids)

    for given_flows in (mask, mask.to_numpy(), mask[::-1], frame[mask], ids.tolist()):
        pd.testing.assert_frame_equal(by_flow(frame, given_flows), expected)


@given(frames(), st.lists(st.sampled_from([2**53, 2**53 + 1, -1]) | eve.flow_ids(), max_size=3))
def test_by_flow_is_what_loops_find(frame: pd.DataFrame, flows: list[int]) -> None:
    rows = list(zip(frame.index.tolist(), rows_of(frame), strict=True))
    expected = [
        (row["flow_id"], row["timestamp"] is None, row["timestamp"] or 0, line)
        for line, row in rows
        if row["flow_id"] in flows
    ]

    found = by_flow(frame, flows)

    assert found.index.tolist() == [line for *_, line in sorted(expected)]


@given(frames())
def test_alerts_are_the_alert_events_in_time_order(frame: pd.DataFrame) -> None:
    found = alerts(frame)

    ordered = events(frame, "alert").sort_index()
    if len(ordered):
        ordered = ordered.assign(timestamp=frame["timestamp"].loc[ordered.index])
        expected = ordered.sort_values("timestamp", kind="stable").index
        assert found.index.tolist() == expected.tolist()
    wanted = [row["event_type"] == "alert" for row in rows_of(frame)]
    assert set(found.index) == set(frame.index[wanted])
