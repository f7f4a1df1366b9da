"""Segments to one table: rows by type and line, one type a column, nulls at no cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest import assemble as module
from suricata_eve.ingest import rows
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.report import Mishap, Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.values import Conflict, build
from suricata_eve.schema.fields import CORE, arrow_type

UTC = pa.timestamp("us", "UTC")


def segment(kind: str | None, lines: list[int], **columns: list[Any]) -> Segment:
    """Make a segment; a dot in a name is written as two underscores."""
    parts: dict[str, Any] = {}
    for name, values in columns.items():
        path = name.replace("__", ".")
        try:
            parts[path] = build(values, lenient=False)
        except Conflict:
            parts[path] = values
    places = np.array(lines, np.int64)
    return Segment(kind, "eve.json", 0, places, places * 10, parts)


def together(*segments: Segment) -> tuple[dict[str, list[Any]], list[int], Report]:
    report = Report()
    assembled = assemble(segments, report)
    assembled.table.validate(full=True)
    return assembled.table.to_pydict(), assembled.lines.tolist(), report


# --- rows ---------------------------------------------------------------------------------


def test_groups_come_in_order_of_first_appearance_and_rows_in_that_of_lines() -> None:
    """Also where salvaged lines lie between others, and where segments come late."""
    table, lines, report = together(
        segment("b", [3, 9], x=["b3", "b9"]),
        segment("a", [1, 2, 8], x=["a1", "a2", "a8"]),
        segment("b", [0, 4, 12], x=["b0", "b4", "b12"]),
        segment(None, [5], x=["-5"]),
        segment("a", [7], x=["a7"]),
        segment("b", [10], y=[10]),
    )

    assert lines == [0, 3, 4, 9, 10, 12, 1, 2, 7, 8, 5]
    assert table == {
        "x": ["b0", "b3", "b4", "b9", None, "b12", "a1", "a2", "a7", "a8", "-5"],
        "y": [None, None, None, None, 10, None, None, None, None, None, None],
    }
    assert report == Report()


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("most", [1, 2, 5, 1 << 20])
def test_many_segments_are_joined_into_fewer_chunks(
    most: int, monkeypatch: pytest.MonkeyPatch, *, shuffled: bool
) -> None:
    """Whatever is between them, every value stays in its row."""
    monkeypatch.setattr(rows, "_ROWS", most)
    places = [[2 * n, 2 * n + 1] for n in range(3 * module._MANY)]
    if shuffled:
        places[4:7] = [[8, 13], [9, 11], [10, 12]]
        places.reverse()
    odd = {line: [line] for n, pair in enumerate(places) if n % 3 for line in pair[:1]}
    segments = [
        segment("a", pair, n=pair, **({"odd": [odd[pair[0]], None]} if pair[0] in odd else {}))
        for pair in places
    ]
    last = 2 * len(places)
    assembled = assemble([*segments, segment("b", [last], z=["end"])], Report())
    assembled.table.validate(full=True)

    assert assembled.lines.tolist() == list(range(last + 1))
    assert assembled.table.to_pydict() == {
        "n": [*range(last), None],
        "odd": [odd.get(line) for line in range(last + 1)],
        "z": [None] * last + ["end"],
    }
    if most > last:
        assert assembled.table.column("n").num_chunks == 2


def test_a_segment_without_rows_is_nothing() -> None:
    assert together(segment("a", [], x=[]), segment("b", [4], y=[1]))[:2] == ({"y": [1]}, [4])


@pytest.mark.parametrize("segments", [[], [segment("a", [])]])
def test_no_events_have_the_core_columns(segments: list[Segment]) -> None:
    table, lines, report = together(*segments)

    assert table == {name: [] for name in CORE}
    assert lines == []
    assert report == Report()
    kinds = assemble(segments, Report()).table.schema.types
    assert kinds == [arrow_type(name) for name in CORE]


def test_events_without_values_have_rows() -> None:
    assert together(segment(None, [2, 5]))[:2] == ({"event_type": [None, None]}, [2, 5])


def test_columns_come_in_the_order_of_the_schema() -> None:
    table, _, _ = together(
        segment("a", [0], stats__a=[1], zz=[1], alert__rev=[1], proto=["x"], timestamp=[None]),
        segment("b", [1], flow_id=[1], app_proto=["x"]),
    )

    assert list(table) == [
        "timestamp",
        "flow_id",
        "proto",
        "app_proto",
        "zz",
        "alert.rev",
        "stats.a",
    ]


# --- nulls ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [1, 0.5, True, "x", [1], ["x"], [[1]], [{"a": "x"}], [{"a": [1]}], [[{"a": 1}]], [None]],
)
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 64, 1000])
def test_null_chunks_of_every_type_are_sound(value: Any, rows: int) -> None:
    table, _, _ = together(
        segment("a", list(range(rows)), y=["t"] * rows),
        segment("b", [rows], x=[value]),
        segment("c", list(range(rows + 1, 2 * rows + 1)), y=["t"] * rows),
    )

    assert table["x"] == [None] * rows + [value] + [None] * rows


def test_a_sparse_table_needs_about_the_memory_of_its_data() -> None:
    """A column that a type of events does not have costs nothing for its rows."""
    types, rows, own = 100, 1000, 10
    segments = [
        segment(
            f"t{t}",
            list(range(t * rows, (t + 1) * rows)),
            **{f"t{t}__c{c}": [c] * rows for c in range(own)},
        )
        for t in range(types)
    ]
    data = sum(part.nbytes for one in segments for part in one.columns.values())  # type: ignore[union-attr]
    table = assemble(segments, Report()).table

    assert table.shape == (types * rows, types * own)
    assert sum(column.null_count for column in table.columns) == table.shape[0] * 990
    assert table.get_total_buffer_size() < 1.2 * data + 8 * (table.num_rows + 1)


# --- types -----------------------------------------------------------------------------------


def test_a_column_has_one_type_over_all_segments() -> None:
    table, _, report = together(
        segment("a", [0, 1], x=[1, 2**53 + 1], y=[1, 2], z=[[1], []]),
        segment("b", [2, 3], x=[0.5, None], y=[0.5, None], z=[["t"], None]),
    )

    assert table["x"] == ["1", "9007199254740993", "0.5", None]
    assert repr(table["y"]) == "[1.0, 2.0, 0.5, None]"
    assert table["z"] == [["1"], [], ["t"], None]
    assert report.texts == {"x", "z"}


# --- times -----------------------------------------------------------------------------------


def test_times_that_are_none_are_placed() -> None:
    table, _, report = together(
        segment("a", [4, 6], timestamp=["2022-01-01T00:00:00Z", "x"]),
        segment("b", [5], timestamp=[1640995200], flow__start=["2022-01-01T00:00:00.1234567"]),
    )

    assert [value and value.isoformat() for value in table["timestamp"]] == [
        "2022-01-01T00:00:00+00:00",
        None,
        None,
    ]
    assert report.examples == [
        Mishap("eve.json", 7, 60, "timestamp is not a time"),
        Mishap("eve.json", 6, 50, "timestamp is not a time"),
    ]
    assert (report.bad_values, report.cut_times, report.texts) == (2, 1, set())


def test_a_column_of_times_of_which_none_is_one_stays() -> None:
    report = Report()
    assembled = assemble([segment("a", [0], timestamp=["soon"])], report)

    assert assembled.table.equals(pa.table({"timestamp": pa.nulls(1, UTC)}))


def test_the_segments_give_their_columns_away() -> None:
    """So that memory is freed column by column."""
    one = segment("a", [0], x=[1])
    assembled = assemble([one], Report())

    assert isinstance(assembled, Assembled)
    assert one.columns == {}
