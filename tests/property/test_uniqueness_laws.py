"""Laws of the values of a field: what loops count, whatever the order of the events."""

from __future__ import annotations

import io
import itertools
import json
from collections import defaultdict
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.analysis import new_values, orient, orientation, rare, unique
from suricata_eve.errors import MissingColumnError
from suricata_eve.schema import fields as schema
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
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "direction": pa.string(),
    "http.hostname": pa.string(),
    "smb.session_id": pa.uint64(),
    "numbers": pa.list_(pa.int64()),
    "http.request_headers": pa.list_(HEADER),
}
LISTS = ("numbers", "http.request_headers")
FIELDS = st.sampled_from(
    ["http.hostname", "flow_id", "dest_port", "smb.session_id", "timestamp", "client_ip", *LISTS]
)


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


HEADERS = st.fixed_dictionaries({"name": few("Host", "a"), "value": few("", "a", "Host")})
ROWS = st.fixed_dictionaries(
    {
        "timestamp": few(0, 1, 2, 10**15),
        "event_type": few("alert", "http", "flow"),
        # The first two are one float.
        "flow_id": few(2**53, 2**53 + 1, -1, 2**63 - 1),
        "src_ip": few("192.0.2.1", "192.0.2.2", "::1"),
        "dest_ip": few("192.0.2.1", "192.0.2.2", "::1"),
        "dest_port": few(80, 50000),
        "direction": few("to_client", "to_server"),
        "http.hostname": few("a", "A", "a ", "\x00", "") | eve.texts(max_size=3),
        "smb.session_id": few(2**64 - 1, 2**64 - 2, 0),
        "numbers": st.none() | st.lists(few(0, 1, 2**53, 2**53 + 1), max_size=4),
        "http.request_headers": st.none() | st.lists(HEADERS, max_size=3),
    }
)


@st.composite
def frames(draw: st.DrawFn, *, max_size: int = 12) -> pd.DataFrame:
    """Return a frame of few values, cut into chunks, with index labels in any order."""
    rows = draw(st.lists(ROWS, max_size=max_size))
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    columns = {}
    for name, kind in COLUMNS.items():
        values = pa.array([row[name] for row in rows], kind)
        chunks = [values[a:b] for a, b in itertools.pairwise([0, *cuts, len(rows)])]
        columns[name] = pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, kind))
    index = draw(st.lists(st.integers(0, 9), min_size=len(rows), max_size=len(rows)))
    return pd.DataFrame(columns, index=pd.Index(index, dtype="int64"))


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as Python values, times as integers."""
    data = {name: pa.array(frame[name].array) for name in frame.columns}
    table = pa.table(
        {
            name: values.cast(pa.int64()) if pa.types.is_timestamp(values.type) else values
            for name, values in data.items()
        }
    )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def counted(frame: pd.DataFrame, field: str) -> dict[str, dict[str, Any]]:
    """Count with loops."""
    ends = plain(orientation(frame)[["client_ip", "server_ip"]])
    rows = [row | end for row, end in zip(plain(frame), ends, strict=True)]
    having: dict[str, list[dict[str, Any]]] = defaultdict(list)
    values: dict[str, Any] = {}
    total = 0
    for row in rows:
        cells = row[field] or [] if field in LISTS else [row[field]]
        present = {key(cell): cell for cell in cells if cell is not None}
        total += bool(present)
        values |= present
        for each in present:
            having[each].append(row)
    told = {}
    for each, found in having.items():
        times = [row["timestamp"] for row in found if row["timestamp"] is not None]
        told[each] = {
            "value": values[each],
            "count": len(found),
            "share": len(found) / total,
            "first_seen": min(times, default=None),
            "last_seen": max(times, default=None),
            "clients": len({row["client_ip"] for row in found} - {None}) or None,
            "servers": len({row["server_ip"] for row in found} - {None}) or None,
        }
    return told


@given(frames(), FIELDS)
def test_unique_is_what_loops_count(frame: pd.DataFrame, field: str) -> None:
    found = plain(unique(frame, field))

    assert {key(row["value"]): row for row in found} == counted(frame, field)
    assert len({key(row["value"]) for row in found}) == len(found)
    if field not in LISTS:
        order = [(-row["count"], row["value"]) for row in found]
        if found and isinstance(found[0]["value"], str):
            order = [(-row["count"], row["value"].encode()) for row in found]
        assert order == sorted(order)
        assert sum(row["count"] for row in found) == sum(
            row[field] is not None for row in plain(frame.assign(**orientation(frame)))
        )


@given(frames(), FIELDS, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(frame: pd.DataFrame, field: str, random: Any) -> None:
    order = list(range(len(frame)))
    random.shuffle(order)

    pd.testing.assert_frame_equal(unique(frame.iloc[order], field), unique(frame, field))
    one, other = (
        rare(each, field, by="event_type", max_share=0.6) for each in (frame, frame.iloc[order])
    )
    pd.testing.assert_frame_equal(one, other)


@given(frames(), FIELDS, st.floats(0, 1, exclude_min=True))
def test_rare_is_a_part_of_unique(frame: pd.DataFrame, field: str, share: float) -> None:
    """All of it for a share of 1, in another order."""
    whole = unique(frame, field)

    part = rare(frame, field, max_share=share)
    assert part["share"].is_monotonic_increasing
    expected = {key(row["value"]): row for row in plain(whole) if row["share"] <= share}
    assert {key(row["value"]): row for row in plain(part)} == expected
    assert len(rare(frame, field, max_share=1)) == len(whole)


BY = st.sampled_from([["event_type"], ["server_ip"], ["flow_id", "src_ip"]])


@given(frames(), FIELDS, BY, st.sampled_from([0.01, 0.3, 0.5, 1]))
def test_rare_by_groups_is_rare_in_each_group(
    frame: pd.DataFrame, field: str, by: list[str], share: float
) -> None:
    assume(field not in by)
    oriented = orient(frame)
    groups = defaultdict(list)
    for place, row in enumerate(plain(oriented)):
        if all(row[name] is not None for name in by):
            groups[tuple(row[name] for name in by)].append(place)

    found: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(dict)
    for row in plain(rare(frame, field, by=by, max_share=share)):
        group = tuple(row.pop(name) for name in by)
        found[group][key(row["value"])] = row

    expected = {}
    for group, places in groups.items():
        rows = plain(rare(oriented.iloc[places], field, max_share=share))
        if rows:
            expected[group] = {key(row["value"]): row for row in rows}
    assert found == expected


@given(frames(), frames(), FIELDS)
def test_old_and_new_values_are_all_values(
    before: pd.DataFrame, after: pd.DataFrame, field: str
) -> None:
    """And each row of the new ones is that of `unique`."""
    before, after = orient(before), orient(after)
    new = new_values(after, field, before)

    old = {key(row["value"]) for row in plain(unique(before, field))}
    added = [key(row["value"]) for row in plain(new)]
    both = plain(unique(pd.concat([before, after]), field))
    assert old.isdisjoint(added)
    assert old | set(added) == {key(row["value"]) for row in both}
    rows = [row for row in plain(unique(after, field)) if key(row["value"]) in added]
    assert plain(new) == rows
    if field not in LISTS:
        pd.testing.assert_frame_equal(new_values(after, field, before[field]), new)
        pd.testing.assert_frame_equal(new_values(after, field, before[field].tolist()), new)


@given(frames(), FIELDS)
def test_nothing_is_new_to_a_frame_itself(frame: pd.DataFrame, field: str) -> None:
    values = unique(frame, field)["value"]

    assert len(new_values(frame, field, frame)) == 0
    assert len(new_values(frame, field, values)) == 0
    pd.testing.assert_frame_equal(new_values(frame, field, []), unique(frame, field))


def read(made: list[dict[str, Any]], **options: Any) -> pd.DataFrame:
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, made)).encode()), **options)


LOGS = st.lists(eve.events() | eve.wild_events(), max_size=3)


@given(LOGS, LOGS, st.data())
def test_logs_are_compared_as_if_read_at_once(
    before: list[dict[str, Any]], after: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever the dtypes that their fields have in each, and in either family of dtypes."""
    both = read([*before, *after])
    parts = both[both.index < len(before)], both[both.index >= len(before)]
    old, new = read(before), read(after)
    nullable = read(before, dtype_backend="numpy_nullable")
    assume(after)
    # A frame without any field of EVE is refused: it may be a table of another kind.
    assume(all(any(schema.is_known(str(name)) for name in frame) for frame in (old, both)))
    names = st.sampled_from([str(name) for name in new])
    for field in data.draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        kinds = [pa.array(frame[field].array).type for frame in (both, new, old) if field in frame]
        if len(set(map(pa.types.is_list, kinds))) > 1:
            continue  # a list beside a scalar becomes text, and its elements are no values
        expected = new_values(parts[1], field, parts[0])["count"].tolist()
        for baseline in (old, nullable):
            try:
                found = new_values(new, field, baseline)
            except MissingColumnError:
                assert schema.field(field) is not None  # and another is spelled like it
            else:
                assert found["count"].tolist() == expected
