"""The inventory tells of every column what it holds, whatever that is."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import events, fields, unique
from suricata_eve.errors import EveValueError
from suricata_eve.schema import fields as schema

HEADERS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
BIG = 2**53


def arrow(values: list[Any], kind: pa.DataType, *cuts: int) -> pd.Series:
    data = pa.array(values, kind)
    ends = [0, *cuts, len(data)]
    chunks = [data[a:b] for a, b in itertools.pairwise(ends)]
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks)))


@pytest.fixture
def frame() -> pd.DataFrame:
    host = {"name": "Host", "value": None}
    made = pd.DataFrame(
        {
            "timestamp": arrow([1, 2, None, 1, 3], pa.timestamp("us", "UTC"), 2),
            "event_type": arrow(["http", "http", "dns", None, "alert"], pa.string(), 2, 3),
            "flow_id": arrow([BIG + 1, BIG, BIG + 1, None, BIG + 2], pa.int64(), 1, 4),
            "vlan": arrow([[7], [], None, [7, 8], None], pa.list_(pa.int64()), 2),
            "http.hostname": arrow(["", "", None, "b", "a"], pa.string(), 2),
            "http.request_headers": arrow([[host, host], None, None, [], None], HEADERS),
            "own.field": arrow([None, None, None, True, None], pa.bool_()),
            "http.url": arrow([None] * 5, pa.string(), 3),
        }
    )
    return made.set_axis([3, 3, 1, 0, 9])


def table(**columns: list[Any]) -> pd.DataFrame:
    kinds = {"events": pa.int64(), "distinct": pa.int64(), "event_types": pa.list_(pa.string())}
    return pd.DataFrame(
        {name: arrow(values, kinds.get(name, pa.string())) for name, values in columns.items()}
    )


def test_the_whole_inventory_is_as_documented(frame: pd.DataFrame) -> None:
    """In the order of the columns; a list counts by its elements, and empty it is a value."""
    expected = table(
        field=list(frame),
        dtype=[str(dtype) for dtype in frame.dtypes],
        events=[4, 4, 4, 3, 4, 2, 1, 0],
        event_types=[
            ["alert", "http"],
            ["alert", "dns", "http"],
            ["alert", "dns", "http"],
            ["http"],
            ["alert", "http"],
            ["http"],
            [],
            [],
        ],
        distinct=[3, 3, 3, 2, 3, 1, 1, 0],
        example=[
            "1970-01-01 00:00:00.000001+00:00",
            "http",
            str(BIG + 1),
            "7",
            "a",
            '{"name": "Host"}',
            "true",
            None,
        ],
        since=["7.0.0"] * 6 + [None, "7.0.0"],
    )

    pd.testing.assert_frame_equal(fields(frame), expected)


def test_without_event_types_they_are_missing(frame: pd.DataFrame) -> None:
    found = fields(frame.drop(columns="event_type"))

    assert found["event_types"].isna().all()
    assert found["events"].tolist() == [4, 4, 3, 4, 2, 1, 0]


def test_a_frame_without_columns_or_rows_has_the_same_inventory(frame: pd.DataFrame) -> None:
    for part in (frame.iloc[:, :0], frame.iloc[:0]):
        found = fields(part)
        pd.testing.assert_series_equal(found.dtypes, fields(frame).dtypes)
        assert found["field"].tolist() == list(part)
        assert found["events"].tolist() == [0] * part.shape[1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x00a\x1b[2J\n\u202egnp.exe", "\\x00a\\x1b[2J\\n\\u202egnp.exe"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
        ("\u202e" * 300_000, "\\u202e" * 9 + "\\u202" + "…"),
        ("grüße 日本 🦕", "grüße 日本 🦕"),
        ("\ud7ff\ue000", "\\ud7ff\\ue000"),
        ("", ""),
    ],
    ids=["controls", "60", "61", "many", "letters", "private", "empty"],
)
def test_an_example_is_short_and_prints(value: str, shown: str) -> None:
    found = fields(pd.DataFrame({"http.url": [value]}))

    assert found["example"].tolist() == [shown]
    assert len(shown) <= 60


def test_the_most_frequent_value_is_the_example_and_of_several_the_smallest() -> None:
    texts = ["b", "c", "a", "c", "b", "", "", ""]
    found = fields(pd.DataFrame({"http.url": texts, "flow_id": [3, 2, 2, 3, 1, 4, 5, 6]}))

    assert found["example"].tolist() == ["b", "2"]


def test_columns_of_any_dtype_are_told_of() -> None:
    """Whatever a user added; a raw frame of nested objects as well."""
    day = pd.Timestamp("2022-01-01")
    frame = pd.DataFrame(
        {
            "event_type": pd.Series(["dns", "tls", "dns"], dtype="category"),
            "alert": [{"sid": 1}, None, {"sid": 1}],
            "mixed": [1, "a", 2.5],
            "deep": [[1, "a"], {"b": None}, None],
            "foreign": [dt.date(2022, 1, 1), 5, None],
            "float": [-0.0, 0.0, np.nan],
            "nullable": pd.Series([True, None, True], dtype="boolean"),
            "gap": pd.to_timedelta([1, 1, None], unit="s"),
            "day": pd.Series([day, day, None]).dt.to_period("D"),
            "naive": [day, None, None],
            "huge": pd.Series([2**64 - 1, 2**64 - 2, 2**64 - 1], dtype="uint64"),
            7: [1, 1, 1],
        }
    )

    found = fields(frame)

    assert found["field"].tolist() == [str(name) for name in frame]
    assert found["events"].tolist() == [3, 2, 3, 2, 2, 2, 2, 2, 2, 1, 3, 3]
    assert found["distinct"].tolist() == [2, 1, 3, 2, 2, 1, 1, 1, 1, 1, 2, 1]
    assert list(found["event_types"].iloc[1]) == ["dns"]
    examples = dict(zip(found["field"], found["example"], strict=True))
    assert examples["alert"] == '{"sid": 1}'
    assert examples["huge"] == str(2**64 - 1)
    assert examples["float"] == "0.0"
    assert str(examples["gap"]).endswith("0:00:01")


def test_two_columns_of_one_name_are_two_rows(frame: pd.DataFrame) -> None:
    twice = pd.concat([frame, frame[["flow_id"]]], axis="columns")

    found = fields(twice)

    assert found["field"].tolist() == list(twice)
    assert found["distinct"].tolist()[-1] == 3
    with pytest.raises(EveValueError, match=r"fields.. needs one column 'event_type'"):
        fields(pd.concat([frame, frame[["event_type"]]], axis="columns"))


def test_the_frame_is_not_changed(frame: pd.DataFrame) -> None:
    frame.attrs = {"eve": {"lines": 3, "examples": [{"line": 1}]}}
    before, attrs = frame.copy(deep=True), json.loads(json.dumps(frame.attrs))

    found = fields(frame)
    found["events"] = 0

    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == attrs
    assert found.attrs == {}


SAMPLES = pytest.mark.parametrize("sample", ["sample7", "sample8"])


@SAMPLES
def test_the_inventory_of_a_sample_is_what_pandas_counts(
    request: pytest.FixtureRequest, sample: str
) -> None:
    frame = request.getfixturevalue(sample)

    found = fields(frame)

    assert found["field"].tolist() == list(frame)
    assert found["events"].tolist() == frame.notna().sum().tolist()
    flat = [not pa.types.is_nested(dtype.pyarrow_dtype) for dtype in frame.dtypes]
    assert found["distinct"][flat].tolist() == frame.loc[:, flat].nunique().tolist()
    assert found["example"].notna().all()
    for _, row in found[~np.array(flat)].iterrows():
        assert row["distinct"] == len(unique(frame, row["field"]))


@SAMPLES
def test_the_event_types_are_those_that_have_the_column(
    request: pytest.FixtureRequest, sample: str
) -> None:
    frame = request.getfixturevalue(sample)
    holding = {str(kind): set(events(frame, kind)) for kind in frame["event_type"].unique()}

    found = fields(frame)

    for name, types in zip(found["field"], found["event_types"], strict=True):
        assert list(types) == sorted(kind for kind, names in holding.items() if name in names)
    # In the order of the file, a chunk holds several types.
    pd.testing.assert_frame_equal(fields(frame.sort_index()), found)


def test_releases_are_those_of_the_schema(sample8: pd.DataFrame) -> None:
    found = fields(sample8).set_index("field")["since"]

    assert found["ip_v"] == "8.0.0"
    for name, since in found.items():
        known = schema.field(str(name))
        assert (known.first_release if known else None) == (None if since is pd.NA else since)


def test_other_dtypes_hold_the_same(sample7: pd.DataFrame) -> None:
    """Except lists in frames of `numpy_nullable`, whose missing keys are gone."""
    part = events(sample7, ["tls", "dns", "http", "alert"])
    nullable = part.astype(
        {
            name: "Int64" if pa.types.is_integer(dtype.pyarrow_dtype) else "string"
            for name, dtype in part.dtypes.items()
            if pa.types.is_integer(dtype.pyarrow_dtype) or pa.types.is_string(dtype.pyarrow_dtype)
        }
    )

    expected = fields(part).drop(columns="dtype")
    pd.testing.assert_frame_equal(fields(nullable).drop(columns="dtype"), expected)


def test_the_corpora_are_told_of(corpus_files: list[Any]) -> None:
    for path in corpus_files:
        frame = suricata_eve.read_eve(path, on_bad_lines="skip")
        found = fields(frame)
        assert found["events"].tolist() == frame.notna().sum().tolist()
