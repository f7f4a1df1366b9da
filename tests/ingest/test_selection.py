"""Which parsed events are asked for: exactly, whatever their columns came to be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.selection import EVERYTHING, Selection, selected

MOMENT = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)
NEW_YEAR = 1_640_995_200_000_000


def segment(rows: int = 3, kind: str | None = "dns", **columns: Any) -> Segment:
    lines = np.arange(rows, dtype=np.int64) * 7
    parts = {
        name: part if isinstance(part, list) else pa.array(part) for name, part in columns.items()
    }
    return Segment(kind, "eve.json", 0, lines, lines * 100, parts)


def chosen(found: Segment, **conditions: Any) -> list[bool]:
    mask = selected(found, Selection(**conditions))
    assert mask.dtype == bool
    result: list[bool] = mask.tolist()
    return result


def test_no_condition_lets_everything_through() -> None:
    assert selected(segment(), EVERYTHING).tolist() == [True] * 3
    assert selected(segment(0), EVERYTHING).tolist() == []
    assert (EVERYTHING.by_type, EVERYTHING.by_time, EVERYTHING.paths) == (False, False, ())


@pytest.mark.parametrize("kind", ["dns", "", None, "tls"], ids=repr)
def test_a_segment_is_of_one_type(kind: str | None) -> None:
    found = segment(kind=kind)

    assert chosen(found, event_types=frozenset({"dns", ""})) == [kind in ("dns", "")] * 3
    assert chosen(found, event_types=frozenset()) == [False] * 3
    # An event without a type is none of those that are excluded.
    assert chosen(found, exclude_event_types=frozenset({"dns", ""})) == [kind in (None, "tls")] * 3
    assert (
        chosen(found, event_types=frozenset({"dns", "tls"}), exclude_event_types=frozenset({"dns"}))
        == [kind == "tls"] * 3
    )


IDS: dict[str, tuple[Any, list[bool]]] = {
    "integers": (pa.array([1, 2, None]), [True, False, False]),
    "exactly": (pa.array([2**53, 2**53 + 1, 2**53 + 2]), [False, True, False]),
    "unsigned": (pa.array([1, 2**64 - 1, 2**63], pa.uint64()), [True, True, False]),
    "text": (pa.array(["1", "9007199254740993", "x"]), [True, True, False]),
    "floats": (pa.array([1.0, 1.5, float("nan")]), [True, False, False]),
    "booleans": (pa.array([True, False, None]), [False, False, False]),
    "python": ([1, 2**64 - 1, None], [True, True, False]),
    "python-too-large": ([2**70, 1, -(2**70)], [False, True, False]),
    "mixed": (["1", 1, [1]], [True, True, False]),
    "none": (pa.nulls(3), [False, False, False]),
}


@pytest.mark.parametrize(("column", "expected"), IDS.values(), ids=IDS)
def test_flow_ids_are_compared_as_the_column_shows_them(column: Any, expected: list[bool]) -> None:
    """Text that spells an integer becomes one; nothing passes through floats."""
    flow_ids = frozenset({1, 2**53 + 1, 2**64 - 1, -5, 2**200})

    assert chosen(segment(flow_id=column), flow_ids=flow_ids) == expected


def test_events_without_the_field_that_decides_are_not_asked_for() -> None:
    assert chosen(segment(), flow_ids=frozenset({1})) == [False] * 3
    assert chosen(segment(), since=0) == [False] * 3
    assert chosen(segment(), until=2**62) == [False] * 3


TIMES: dict[str, Any] = {
    "micro": ["2021-12-31T23:59:59.999999Z", "2022-01-01T00:00:00.000000Z", "2022-01-01T00:00:01Z"],
    "zones": [
        "2022-01-01T00:59:59.999999+0100",
        "2021-12-31T20:00:00-0400",
        "2022-01-01T05:30:01+05:30",
    ],
    "nano": [
        "2021-12-31T23:59:59.9999999Z",
        "2022-01-01T00:00:00.9999999Z",
        "2022-01-01T00:00:01.0000000Z",
    ],
}


@pytest.mark.parametrize("texts", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("as_list", [True, False], ids=["python", "arrow"])
def test_since_is_inside_and_until_is_not(texts: list[str], *, as_list: bool) -> None:
    found = segment(timestamp=texts if as_list else pa.array(texts))
    second = NEW_YEAR + 1_000_000

    assert chosen(found, since=NEW_YEAR) == [False, True, True]
    assert chosen(found, until=NEW_YEAR) == [True, False, False]
    assert chosen(found, since=NEW_YEAR, until=second) == [False, True, False]
    assert chosen(found, since=second, until=NEW_YEAR) == [False] * 3


@pytest.mark.parametrize(
    "column",
    [["soon", None, ""], pa.array(["soon", None, ""]), pa.array([1, 2, 3]), [1, [2], {}]],
    ids=["list", "text", "numbers", "mixed"],
)
def test_what_is_no_time_is_at_no_time(column: Any) -> None:
    assert chosen(segment(timestamp=column), since=-(2**63), until=2**63 - 1) == [False] * 3


def test_all_conditions_must_be_met() -> None:
    found = segment(
        flow_id=[1, 1, 2], timestamp=[f"20{year}-01-01T00:00:00Z" for year in (22, 21, 22)]
    )

    assert chosen(found, flow_ids=frozenset({1}), since=NEW_YEAR) == [True, False, False]
    assert (
        chosen(found, flow_ids=frozenset({1}), since=NEW_YEAR, event_types=frozenset({"tls"}))
        == [False] * 3
    )


def test_the_paths_are_those_that_decide() -> None:
    """The text that a line contains is in no field."""
    assert Selection(since=0).paths == Selection(until=0).paths == ("timestamp",)
    assert Selection(flow_ids=frozenset()).paths == ("flow_id",)
    assert Selection(event_types=frozenset()).paths == ("event_type",)
    assert Selection(exclude_event_types=frozenset({"x"})).paths == ("event_type",)
    assert Selection(contains=(b"x",)).paths == ()


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()], ids=str)
def test_ids_of_either_integer_type_are_compared_exactly(kind: pa.DataType) -> None:
    selection = Selection(flow_ids=frozenset({0, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -1}))
    values = [0, 1, 2**63 - 1, None] + ([2**63, 2**64 - 1] if kind == pa.uint64() else [-1, -2])

    expected = [value is not None and value in selection.flow_ids for value in values]  # type: ignore[operator]
    assert selection.in_flows(pa.array(values, kind)).tolist() == expected
    negative = Selection(flow_ids=frozenset({-1}))
    assert negative.in_flows(pa.array(values, kind)).tolist() == [v == -1 for v in values]
    assert not Selection(flow_ids=frozenset()).in_flows(pa.array(values, kind)).any()


def test_times_far_away_are_compared_exactly() -> None:
    ends = pa.array([-(2**63), 2**63 - 1, 0, None], pa.timestamp("us", "UTC"))

    assert Selection(since=-(2**63)).in_time(ends).tolist() == [True, True, True, False]
    assert Selection(until=2**63 - 1).in_time(ends).tolist() == [True, False, True, False]
    assert Selection(since=0, until=1).in_time(ends).tolist() == [False, False, True, False]
