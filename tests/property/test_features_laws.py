"""Laws of features and edges: what order, dtypes and hostile values must not change."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve.analysis
from suricata_eve.analysis import edges, features
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.features import FEATURES

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

TIME = pa.timestamp("us", "UTC")
QUERIES = pa.list_(pa.struct([("rrname", pa.string())]))
COLUMNS = {
    "timestamp": TIME,
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "host": pa.string(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "proto": pa.string(),
    "app_proto": pa.string(),
    "flow.start": TIME,
    "flow.end": TIME,
    "flow.state": pa.string(),
    "flow.alerted": pa.bool_(),
    "flow.bytes_toserver": pa.int64(),
    "flow.bytes_toclient": pa.int64(),
    "flow.pkts_toserver": pa.int64(),
    "flow.pkts_toclient": pa.int64(),
    "netflow.start": TIME,
    "tcp.rst": pa.bool_(),
    "alert.severity": pa.int64(),
    "alert.metadata.tag": pa.list_(pa.string()),
    "http.url": pa.string(),
    "http.http_user_agent": pa.string(),
    "http.status": pa.int64(),
    "dns.rcode": pa.string(),
    "dns.queries": QUERIES,
}


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


YES = (True, False)
HOUR = 3_600_000_000
# The first and the last time that Arrow and pandas both hold in microseconds.
TIMES = few(0, 1, HOUR, 10**15, -(10**15), 2**62, -(2**62))
SIZES = few(0, 1, 40, 2**53 + 1, 2**63 - 1, -1, -(2**63))
TEXTS = few("", "a", "\x00", "\u202eb", "é" * 300)
ROWS = st.fixed_dictionaries(
    {
        "timestamp": TIMES,
        "event_type": few("flow", "http", "alert", "dns", "netflow", "stats", "anomaly"),
        "flow_id": few(1, 2, 2**53 + 1),
        "host": few("a"),
        "src_ip": few("192.0.2.1", "192.0.2.2", "::1"),
        "src_port": few(80, 50000),
        "dest_ip": few("192.0.2.1", "192.0.2.2"),
        "dest_port": few(80, 50000),
        "proto": few("TCP", "UDP"),
        "app_proto": few("http", "failed"),
        "flow.start": TIMES,
        "flow.end": TIMES,
        "flow.state": few("new", "closed"),
        "flow.alerted": few(*YES),
        "flow.bytes_toserver": SIZES,
        "flow.bytes_toclient": SIZES,
        "flow.pkts_toserver": SIZES,
        "flow.pkts_toclient": SIZES,
        "netflow.start": TIMES,
        "tcp.rst": few(*YES),
        "alert.severity": few(1, 2, 2**63 - 1),
        "alert.metadata.tag": st.none() | st.lists(few("x", "y"), max_size=3),
        "http.url": TEXTS,
        "http.http_user_agent": few("a", "b"),
        "http.status": few(200, 404, 0, -500),
        "dns.rcode": few("NOERROR", "NXDOMAIN"),
        "dns.queries": st.none() | st.lists(st.fixed_dictionaries({"rrname": TEXTS}), max_size=2),
    }
)
RECORDS = st.lists(ROWS, max_size=6)
BY = st.sampled_from(
    [
        "client_ip",
        "flow_id",
        "http.url",
        "http.http_user_agent",
        "alert.metadata.tag",
        "event_type",
        "tls.sni",
        ("http.url", "http.http_user_agent"),
        ("server_ip", "alert.metadata.tag", "http.status"),
        ("flow_id", "dest_port"),
    ]
)


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.arrays.ArrowExtensionArray(pa.array([row[name] for row in rows], kind))
            for name, kind in COLUMNS.items()
        }
    )


@given(RECORDS, BY)
def test_a_table_is_always_of_finite_numbers_in_the_same_columns(
    rows: list[dict[str, Any]], by: Any
) -> None:
    found = features(frame(rows), by)

    assert list(found.columns) == list(FEATURES)
    assert set(found.dtypes) == {np.dtype("float64")}
    assert np.isfinite(found.to_numpy()).all()
    assert (found.to_numpy() >= 0).all()
    assert (found.filter(like="_share").to_numpy() <= 1).all()
    assert (found["events"] >= 1).all()


def written(rows: list[dict[str, Any]], way: str) -> pd.DataFrame:
    """Make a frame of other dtypes, or of many chunks."""
    if way == "chunks":
        return pd.DataFrame(
            {
                name: pd.arrays.ArrowExtensionArray(
                    pa.chunked_array([[row[name]] for row in rows], kind)
                )
                for name, kind in COLUMNS.items()
            }
        )
    made = frame(rows)
    for name, kind in COLUMNS.items() if way != "arrow" else ():
        if pa.types.is_integer(kind):
            made[name] = made[name].astype("Int64")
        elif pa.types.is_string(kind) and way == "nullable":
            made[name] = made[name].astype("string")
        elif pa.types.is_string(kind) or pa.types.is_boolean(kind):
            made[name] = made[name].astype(object).where(made[name].notna(), None)
    return made


@given(
    RECORDS,
    BY,
    st.randoms(use_true_random=False),
    st.sampled_from(["arrow", "numpy", "nullable", "chunks"]),
)
def test_neither_order_nor_dtypes_nor_chunks_matter(
    rows: list[dict[str, Any]], by: Any, random: Any, way: str
) -> None:
    """Not even in the last digit."""
    shuffled = list(rows)
    random.shuffle(shuffled)

    found = features(written(shuffled, way), by)

    pd.testing.assert_frame_equal(
        found, features(frame(rows), by), check_exact=True, check_index_type=False
    )


@given(RECORDS)
def test_rows_of_flows_add_up_to_the_log(rows: list[dict[str, Any]]) -> None:
    made = frame(rows)
    found = features(made, "flow_id")

    number = connections(made)
    counted = [
        row
        for row, flow in zip(rows, number.tolist(), strict=True)
        if flow >= 0 and row["event_type"] != "stats"
    ]
    assert found["events"].sum() == len(counted)
    kinds = Counter(row["event_type"] for row in counted)
    for column, kind in (("alerts", "alert"), ("http_events", "http"), ("flow_events", "flow")):
        assert found[column].sum() == kinds[kind]
    packets = [row["flow.pkts_toclient"] or 0 for row in counted if row["event_type"] == "flow"]
    wanted = sum(min(max(size, 0), 2**62) for size in packets)
    assert found["packets_to_client"].sum() == pytest.approx(wanted)


@given(RECORDS, BY)
def test_what_happens_elsewhere_changes_nothing(rows: list[dict[str, Any]], by: Any) -> None:
    """Events of connections and values of their own only add rows."""
    other = {"flow_id": 77, "src_ip": "203.0.113.1", "dest_ip": "203.0.113.2", "src_port": 7}
    more = [
        {**dict.fromkeys(COLUMNS), **other, "timestamp": 5, "event_type": "tls"},
        {**dict.fromkeys(COLUMNS), **other, "timestamp": 9, "event_type": "flow"},
    ]
    before = features(frame(rows), by)
    if by == "event_type" and "flow" in before.index:
        return

    after = features(frame(rows + more), by)

    pd.testing.assert_frame_equal(after.loc[after.index.isin(before.index)], before)


ENDS = ["client_ip", "server_ip", "http.url", "alert.metadata.tag", "dest_port", "flow_id"]


@given(RECORDS, st.sampled_from(ENDS), st.sampled_from(ENDS))
def test_edges_are_those_of_plain_loops(
    rows: list[dict[str, Any]], source: str, target: str
) -> None:
    made = frame(rows)
    told = suricata_eve.analysis.orient(made)
    number = connections(made)
    events: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if row["event_type"] == "stats":
            continue
        sides = []
        for field in (source, target):
            value = told[field].iloc[place] if field in ("client_ip", "server_ip") else row[field]
            values = value if isinstance(value, list) else [value]
            sides.append({each for each in values if each is not None and each is not pd.NA})
        for tail in sides[0]:
            for head in sides[1]:
                events[tail, head].append(place)
    wanted = []
    for (tail, head), places in events.items():
        times = [rows[n]["timestamp"] for n in places if rows[n]["timestamp"] is not None]
        wanted.append(
            (
                -len(places),
                tail,
                head,
                len({int(number[n]) for n in places} - {-1}),
                sum(rows[n]["event_type"] == "alert" for n in places),
                min(times, default=None),
                max(times, default=None),
            )
        )

    found = edges(made, source, target)

    assert list(found.dtypes.astype(str))[2:5] == ["int64[pyarrow]"] * 3
    seen = [
        pa.array(found[name].array).cast(pa.int64()).to_pylist()
        for name in ("first_seen", "last_seen")
    ]
    rest = [found[name].tolist() for name in ("count", "source", "target", "flows", "alerts")]
    table = [(-count, *others) for count, *others in zip(*rest, *seen, strict=True)]
    assert table == sorted(wanted, key=lambda row: row[:3])
