"""Laws of the tables of flows and of counters."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.analysis import flows, stats

pytestmark = pytest.mark.property

TIME = pa.timestamp("us", "UTC")
KINDS = {
    "timestamp": TIME,
    "event_type": pa.string(),
    "host": pa.string(),
    "stats.uptime": pa.int64(),
    "stats.decoder.pkts": pa.int64(),
    "stats.capture.kernel_packets": pa.int64(),
    "stats.capture.kernel_drops": pa.int64(),
    "flow_id": pa.int64(),
    "flow.start": TIME,
    "flow.end": TIME,
    "flow.pkts_toserver": pa.int64(),
    "flow.pkts_toclient": pa.int64(),
    "flow.bytes_toserver": pa.int64(),
    "flow.bytes_toclient": pa.int64(),
}
MOMENTS = st.none() | st.integers(0, 6 * 10**6)
COUNTS = st.none() | st.sampled_from([0, 1, 5, 9, 2**53 + 1, 2**63 - 1]) | st.integers(0, 100)
ROWS = st.fixed_dictionaries(
    {
        "event_type": st.sampled_from(["stats", "flow", "http"]),
        "host": st.sampled_from([None, "a", "b"]),
        "stats.uptime": st.none() | st.integers(0, 6),
    }
    | {name: MOMENTS for name, kind in KINDS.items() if kind == TIME}
    | {name: COUNTS for name, kind in KINDS.items() if kind == pa.int64() and "uptime" not in name}
)


@st.composite
def frames(draw: st.DrawFn, rows: st.SearchStrategy[dict[str, Any]] = ROWS) -> pd.DataFrame:
    """Return a frame of few values, cut into chunks, with its line numbers in any order."""
    drawn = draw(st.lists(rows, max_size=10))
    cut = draw(st.integers(0, len(drawn)))
    data = {}
    for name, kind in KINDS.items():
        values = [row.get(name) for row in drawn]
        chunks = [pa.array(part, kind) for part in (values[:cut], values[cut:])]
        data[name] = pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, kind))
    index = draw(st.permutations(range(len(drawn))))
    return pd.DataFrame(data, index=pd.Index(index, dtype="int64"))


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {name: pa.array(table[name].array) for name in table.columns}
    whole = {
        str(name): data.cast(pa.int64()) if pa.types.is_timestamp(data.type) else data
        for name, data in columns.items()
    }
    rows: list[dict[str, Any]] = pa.table({"label": table.index, **whole}).to_pylist()
    return rows


@given(frames())
def test_no_rate_is_below_zero_or_infinite(frame: pd.DataFrame) -> None:
    for row in rows_of(stats(frame)):
        for name in ("seconds", "decoder.pkts.rate", "drops", "drop_share"):
            value = row[name]
            assert value is None or (value >= 0 and math.isfinite(value))


@given(frames(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(frame: pd.DataFrame, random: Any) -> None:
    order = list(range(len(frame)))
    random.shuffle(order)

    for view in (flows, stats):
        pd.testing.assert_frame_equal(view(frame.iloc[order]), view(frame))


RUNS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(0, 3),
        st.lists(st.tuples(st.integers(10**6, 9 * 10**6), st.integers(0, 2**40)), max_size=5),
    ),
    max_size=3,
    unique_by=lambda run: run[:2],
)


@given(RUNS, st.randoms(use_true_random=False))
def test_rates_by_time_add_up_to_the_growth_of_each_run(
    runs: list[tuple[str, int, list[tuple[int, int]]]], random: Any
) -> None:
    """However the records of several hosts and runs are mixed."""
    records: list[dict[str, Any]] = []
    expected: dict[tuple[str, int], list[int]] = defaultdict(list)
    for host, number, steps in runs:
        # A run an hour: none goes on for so long. Suricata writes once a second at most.
        start = number * 3600
        moment = start * 10**6
        value = 0
        for pause, growth in steps:
            moment += pause
            value += growth
            uptime = moment // 10**6 - start
            records.append(
                {
                    "event_type": "stats",
                    "timestamp": moment,
                    "host": host,
                    "stats.uptime": uptime,
                    "stats.decoder.pkts": value,
                }
            )
            expected[host, start].append(value)
    random.shuffle(records)
    data = {
        name: pd.arrays.ArrowExtensionArray(
            pa.chunked_array([pa.array([row.get(name) for row in records], kind)])
        )
        for name, kind in KINDS.items()
    }

    grown: dict[tuple[str, int], float] = defaultdict(float)
    for row in rows_of(stats(pd.DataFrame(data), counters="decoder.pkts")):
        if row["seconds"] is not None:
            run = (row["host"], row["timestamp"] // 10**6 // 3600 * 3600)
            grown[run] += row["decoder.pkts.rate"] * row["seconds"]

    for run, values in expected.items():
        if len(values) > 1:
            assert grown.pop(run) == pytest.approx(values[-1] - values[0], rel=1e-9, abs=1e-6)
    assert not grown


@given(frames())
def test_a_row_of_flows_is_one_flow_event(frame: pd.DataFrame) -> None:
    events = {row["label"]: row for row in rows_of(frame) if row["event_type"] == "flow"}
    told = rows_of(flows(frame))

    assert {row["label"] for row in told} == set(events)
    starts = [row["start"] for row in told]
    assert starts == sorted(starts, key=lambda start: (start is None, start or 0))
    for row in told:
        event = events[row["label"]]
        ends = event["flow.start"], event["flow.end"]
        assert (row["start"], row["end"]) == ends
        length = None if None in ends else (ends[1] - ends[0]) / 10**6
        assert row["duration"] == length
        for short, name in (("pkts", "packets"), ("bytes", "bytes")):
            there, back = (event[f"flow.{short}_to{side}"] for side in ("server", "client"))
            assert (row[f"{name}_to_server"], row[f"{name}_to_client"]) == (there, back)
            known = there is not None and back is not None and there + back < 2**63
            assert row[name] == (there + back if known else None)
        there, back = event["flow.bytes_toserver"], event["flow.bytes_toclient"]
        ratio = float(back) / float(there) if there and back is not None else None
        assert row["ratio"] == ratio


@given(frames())
def test_flows_of_a_part_are_a_part_of_the_flows(frame: pd.DataFrame) -> None:
    whole = flows(frame)
    for first, second in itertools.pairwise([0, len(frame) // 2, len(frame)]):
        part = frame.iloc[first:second]
        expected = whole[whole.index.isin(part.index)]
        pd.testing.assert_frame_equal(flows(part), expected)
