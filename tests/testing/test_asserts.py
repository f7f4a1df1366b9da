"""The asserts notice every difference, and say where it is."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.testing import assert_equals_json, assert_eve_frame_equal

LINES = (
    b'{"timestamp":"2022-01-01T00:00:00Z","event_type":"dns","flow_id":9007199254740993,"x":0.5}',
    b"",
    b"not json",
    b'{"event_type":"http","src_port":80,"http":{"url":"/","status":200},"x":1,"l":[1,2]}',
    b'{"event_type":"dns","dns":{"answers":[{"rrname":"a"},{"ttl":3}]},"b":true}',
)
DATA = b"\n".join(LINES)


def frame() -> pd.DataFrame:
    return suricata_eve.read_eve(io.BytesIO(DATA), on_bad_lines="skip")


def arrow(values: list[Any], kind: pa.DataType, index: pd.Index) -> pd.Series:
    return pd.Series(values, dtype=pd.ArrowDtype(kind), index=index)


# --- frame and frame ---------------------------------------------------------------------


def test_equal_frames_pass() -> None:
    assert_eve_frame_equal(frame(), frame())
    assert_eve_frame_equal(frame().iloc[:0], frame().iloc[:0])


def test_attrs_do_not_count() -> None:
    other = frame()
    other.attrs = {}
    assert_eve_frame_equal(frame(), other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda df: df.drop(columns="x"), r"^columns differ; only left: 'x'; only right: none$"),
        (lambda df: df.assign(y=1), r"^columns differ; only left: none; only right: 'y'$"),
        (lambda df: df[[*df.columns[1:], df.columns[0]]], "^columns have another order; at pos"),
        (lambda df: df.iloc[::-1], r"^index have another order; at position 0: 0 and 3$"),
        (lambda df: df.iloc[1:], r"^index differ; only left: 0; only right: none$"),
        (lambda df: pd.concat([df, df.iloc[:1]]), r"^index differ in length: 3 and 4$"),
        (lambda df: df.astype({"flow_id": "Int64"}), r"^1 dtypes differ; 'flow_id': int64\[pya"),
        (
            lambda df: df.assign(flow_id=df["flow_id"] + 1),
            r"^column 'flow_id' differs in 1 values; row 0: 9007199254740993 and 90071992547409",
        ),
        (
            lambda df: df.assign(x=df["x"].mask(df["x"] == 1)),
            r"^column 'x' differs in 1 values; row 3: 1\.0 and missing$",
        ),
    ],
)
def test_a_difference_is_named(change: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_eve_frame_equal(frame(), change(frame()))


def test_without_dtypes_the_values_still_count() -> None:
    nullable = frame().astype({"flow_id": "Int64"})
    assert_eve_frame_equal(frame(), nullable, check_dtype=False)

    nullable["flow_id"] += 1
    with pytest.raises(AssertionError, match="column 'flow_id' differs"):
        assert_eve_frame_equal(frame(), nullable, check_dtype=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], [1.0]),
        ([1], [True]),
        ([0.0], [-0.0]),
        ([[1]], [[1.0]]),
        ([[]], [None]),
        ([{"a": 1}], [{"a": True}]),
        (["1"], [1]),
    ],
)
def test_values_are_compared_strictly(one: list[Any], other: list[Any]) -> None:
    """Python takes some of these for equal."""
    left = pd.DataFrame({"event_type": pd.Series(one, dtype=object)})
    right = pd.DataFrame({"event_type": pd.Series(other, dtype=object)})
    with pytest.raises(AssertionError, match="column 'event_type' differs in 1 values; row 0"):
        assert_eve_frame_equal(left, right, check_dtype=False)
    assert_eve_frame_equal(left, left.copy())


def test_nan_is_a_value() -> None:
    index = pd.Index([3])
    with_nan = pd.DataFrame({"x": pd.Series(pd.arrays.ArrowExtensionArray(pa.array([np.nan])))})
    without = pd.DataFrame({"x": arrow([None], pa.float64(), index)}).reset_index(drop=True)

    assert_eve_frame_equal(with_nan, with_nan.copy())
    with pytest.raises(AssertionError, match="row 0: nan and missing"):
        assert_eve_frame_equal(with_nan, without)


# --- frame and json ----------------------------------------------------------------------


def test_a_read_frame_equals_its_lines() -> None:
    assert_equals_json(frame(), LINES)
    assert_equals_json(frame(), io.BytesIO(DATA))


def test_order_of_rows_and_columns_is_not_of_the_lines() -> None:
    assert_equals_json(frame().iloc[::-1, ::-1], LINES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda df: df.iloc[1:], "^lines of the index and those of the events differ; only left"),
        (lambda df: df.reset_index(drop=True), "^lines of the index .* only left: 1, 2; only"),
        (lambda df: pd.concat([df, df.iloc[:1]]), "^lines of the index .* in length: 4 and 3$"),
        (lambda df: df.drop(columns="x"), "^columns and the paths .* only right: 'x'$"),
        (lambda df: df.assign(y=1), "^columns and the paths .* only left: 'y'; "),
        (lambda df: df.assign(x=df["x"] + 1), "^column 'x' differs in 2 values; line 0: 0.5 and 1"),
        (
            lambda df: df.assign(flow_id=df["flow_id"].fillna(0)),
            "^column 'flow_id' differs in 2 values; line 3: missing and 0, line 4: missing and 0$",
        ),
        (
            lambda df: df.assign(timestamp=df["timestamp"] + pd.Timedelta(microseconds=1)),
            "^column 'timestamp' differs in 1 values; line 0: ",
        ),
        (
            lambda df: df.assign(timestamp=df["timestamp"].where(df.index == 4)),
            "^column 'timestamp' differs in 1 values; line 0: 1640995200000000 and missing$",
        ),
    ],
)
def test_a_difference_from_the_lines_is_named(change: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_equals_json(change(frame()), LINES)


@pytest.mark.parametrize(
    ("column", "kind", "message"),
    [
        ("src_port", pa.int64(), "column 'src_port' is int64, and known as uint16"),
        ("http.url", pa.binary(), "column 'http.url' is binary, its values allow string"),
        ("b", pa.string(), "'b' became text, though one type holds its values exactly"),
        ("l", pa.list_(pa.string()), r"'l\[\]' became text, though"),
        ("l", pa.list_(pa.uint64()), r"'l\[\]' is uint64, its values make it int64"),
        ("x", pa.string(), "'x' became text, though one type holds its values exactly"),
    ],
)
def test_another_type_is_named(column: str, kind: pa.DataType, message: str) -> None:
    df = frame()
    array = pa.chunked_array(pa.array(df[column]))
    if pa.types.is_boolean(array.type):
        array = pa.array([None if v is None else str(v).lower() for v in array.to_pylist()])
    other = pd.Series(pd.arrays.ArrowExtensionArray(array.cast(kind)), index=df.index)
    with pytest.raises(AssertionError, match=message):
        assert_equals_json(df.assign(**{column: other}), LINES)


def test_a_double_that_is_not_the_integer_is_noticed() -> None:
    lines = [b'{"x":9007199254740993}', b'{"x":0.5}']
    df = pd.DataFrame({"x": arrow([2.0**53, 0.5], pa.float64(), pd.Index([0, 1]))})

    with pytest.raises(AssertionError, match="'x' is double, which cannot hold its values exactly"):
        assert_equals_json(df, lines)


def test_integers_read_as_doubles_are_noticed() -> None:
    df = pd.DataFrame({"x": arrow([1.0], pa.float64(), pd.Index([0]))})

    with pytest.raises(AssertionError, match="'x' is double, its values make it int64"):
        assert_equals_json(df, [b'{"x":1}'])


def test_a_field_of_a_list_of_objects_that_is_lost_is_noticed() -> None:
    index = pd.Index([0])
    kind = pa.list_(pa.struct([("a", pa.int64())]))
    df = pd.DataFrame({"x": arrow([[{"a": 1}]], kind, index)})

    assert_equals_json(df, [b'{"x":[{"a":1,"b":null}]}'])
    with pytest.raises(AssertionError, match="column 'x' differs"):
        assert_equals_json(df, [b'{"x":[{"a":1,"b":2}]}'])


def test_the_empty_frame_has_the_core_columns() -> None:
    df = suricata_eve.read_eve(io.BytesIO(b""))

    assert_equals_json(df, [])
    with pytest.raises(AssertionError, match="only right: 'proto'"):
        assert_equals_json(df.drop(columns="proto"), [])
