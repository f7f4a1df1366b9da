"""Parts of columns to the types of the schema."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest.report import Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.settle import settle
from suricata_eve.ingest.unify import Part
from suricata_eve.ingest.values import Conflict, build


def part(values: list[Any]) -> Part:
    """Make a part of a column, as the slow path makes it."""
    try:
        return build(values, lenient=False)
    except Conflict:
        return values


def settled(path: str, *columns: list[Any]) -> tuple[pa.ChunkedArray, Report]:
    """Settle parts that follow one another in a file, one line a value."""
    report = Report(sources=["eve.json"])
    segments, line = [], 0
    for values in columns:
        places = np.arange(line, line + len(values))
        segments.append(Segment("alert", "eve.json", 0, places, places * 10, {}))
        line += len(values)
    arrays = settle(path, [part(values) for values in columns], report, segments)
    assert [len(array) for array in arrays] == [len(values) for values in columns]
    return pa.chunked_array(arrays), report


@pytest.mark.parametrize(
    ("path", "values", "kind", "expected"),
    [
        ("src_port", [443, None], pa.uint16(), [443, None]),
        ("src_port", [65536, -1, 443], pa.uint16(), [None, None, 443]),
        ("src_port", [0.5, 443.0], pa.uint16(), [None, 443]),
        ("src_port", ["443", "x", 80, "80.0", True, [1]], pa.uint16(),
         [443, None, 80, 80, None, None]),
        ("flow_id", [2**63 - 1], pa.int64(), [2**63 - 1]),
        ("flow_id", [2**63, 1], pa.uint64(), [2**63, 1]),
        ("flow_id", [2**63, -1], pa.int64(), [None, -1]),
        ("flow_id", [2**64, float("nan"), float("inf"), 10**400], pa.int64(), [None] * 4),
        ("flow_id", [2**53 + 1, "9007199254740993", 0.5], pa.int64(), [2**53 + 1] * 2 + [None]),
        ("smb.session_id", [1, -1], pa.uint64(), [1, None]),
        ("smb.session_id", [2**63, -1, "1"], pa.uint64(), [2**63, None, 1]),
        ("smb.session_id", [1e19, -1.0], pa.uint64(), [10**19, None]),
        ("fileinfo.stored", [True, 0, "true", "FALSE", 1.0, "yes", 2], pa.bool_(),
         [True, False, True, False, True, None, None]),
        ("proto", ["TCP", 17, [1, "a"]], pa.string(), ["TCP", "17", '[1,"a"]']),
        ("stream_tcp", [1], pa.int64(), [1]),
        ("my.field", [1], pa.int64(), [1]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cut", [0, 1, 2])
def test_a_known_field_has_its_type_whatever_it_holds(
    path: str, values: list[Any], kind: pa.DataType, expected: list[Any], cut: int
) -> None:
    columns = [column for column in (values[:cut], values[cut:]) if column]
    array, report = settled(path, *columns)

    assert array.type == kind
    assert repr(array.to_pylist()) == repr(expected)
    pairs = zip(values, expected, strict=True)
    bad = [n for n, (old, new) in enumerate(pairs) if new is None and old is not None]
    assert report.bad_values == len(bad)
    assert [mishap.line for mishap in report.examples] == [n + 1 for n in bad]
    assert report.misfits == {}


@pytest.mark.parametrize(
    ("path", "values", "converted"),
    [
        ("src_port", [443.0, 80], set()),
        ("src_port", [80, "x"], set()),
        ("src_port", [80, "443"], {"src_port"}),
        ("src_port", ["443"], {"src_port"}),
        ("fileinfo.stored", [True, "x"], set()),
        ("fileinfo.stored", [1], {"fileinfo.stored"}),
        ("fileinfo.stored", [True, "true"], {"fileinfo.stored"}),
    ],
)
def test_values_spelt_as_another_kind_are_reported(
    path: str, values: list[Any], converted: set[str]
) -> None:
    _, report = settled(path, values)

    assert report.converted == converted
    assert report.texts == set()


@pytest.mark.parametrize(
    ("values", "kind", "misfit"),
    [
        ([[1], []], pa.list_(pa.int64()), None),
        ([[], []], pa.list_(pa.int64()), None),
        ([[0.5]], pa.list_(pa.float64()), "list<item: double>"),
        ([7], pa.int64(), "int64"),
    ],
)
def test_a_known_list_keeps_its_values_and_is_named_if_it_holds_more(
    values: list[Any], kind: pa.DataType, misfit: str | None
) -> None:
    array, report = settled("vlan", values)

    assert array.type == kind
    assert array.to_pylist() == values
    assert report.misfits == ({} if misfit is None else {"vlan": misfit})


def test_text_of_other_kinds_in_a_field_known_as_text_is_reported() -> None:
    array, report = settled("proto", ["TCP", None], [1.0], [[False, 0]])

    assert array.to_pylist() == ["TCP", None, "1", "[false,0]"]
    assert report.texts == {"proto"}
