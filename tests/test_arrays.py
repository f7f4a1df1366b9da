"""Columns of any dtype to Arrow or to what `json` gives, without sharing numpy's memory."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.arrays import is_json, to_arrow
from suricata_eve.ingest.salvage import MAX_DEPTH

I64, F64, STR = pa.int64(), pa.float64(), pa.string()


class Proto(enum.StrEnum):
    TCP = "tcp"


class Port(enum.IntEnum):
    HTTPS = 443


def objects(*values: Any) -> pd.Series:
    column = np.empty(len(values), object)
    column[:] = values
    return pd.Series(column, index=range(5, 5 + len(values)))


def typed(values: Any, dtype: Any) -> pd.Series:
    column: pd.Series = pd.Series(values, dtype=dtype, index=[9, 9, 4][: len(values)])
    return column


def arrow(values: list[Any], kind: pa.DataType) -> pd.Series:
    return pd.Series(pd.array(pa.array(values, kind), dtype=pd.ArrowDtype(kind)))


COLUMNS: list[tuple[pd.Series, pa.DataType, list[Any]]] = [
    (typed([1, 2], "int64"), I64, [1, 2]),
    (typed([1, 2], "int8"), I64, [1, 2]),
    (typed([1, 2], "uint32"), I64, [1, 2]),
    (typed([1, 2], "uint16"), pa.uint16(), [1, 2]),
    (typed([2**64 - 1, 2], "uint64"), pa.uint64(), [2**64 - 1, 2]),
    (typed([1.5, None], "float64"), F64, [1.5, None]),
    (typed([1.5, None], "float32"), F64, [1.5, None]),
    (typed([1.5, None], "float16"), F64, [1.5, None]),
    (typed([True, False], "bool"), pa.bool_(), [True, False]),
    (typed([1, None], "Int32"), I64, [1, None]),
    (typed([True, None], "boolean"), pa.bool_(), [True, None]),
    (typed([0.5, None], "Float32"), F64, [0.5, None]),
    (typed(["a", None], "string"), STR, ["a", None]),
    (typed(["a", None], "str"), STR, ["a", None]),
    (typed(["a", None, "a"], "category"), STR, ["a", None, "a"]),
    (typed([7, 7, None], "category"), I64, [7, 7, None]),
    (typed([0.5, None], "category"), F64, [0.5, None]),
    (typed(["2022-01-01"], "datetime64[ns]"), pa.timestamp("ns"), [pd.Timestamp("2022-01-01")]),
    (arrow([1], pa.int8()), I64, [1]),
    (arrow([1.5], pa.float32()), F64, [1.5]),
    (arrow(["a", None], pa.large_string()), STR, ["a", None]),
    (arrow(["a", "a"], pa.dictionary(pa.int8(), STR)), STR, ["a", "a"]),
    (arrow([[1]], pa.large_list(pa.int16())), pa.list_(I64), [[1]]),
    (arrow([[1, 2]], pa.list_(I64, 2)), pa.list_(I64), [[1, 2]]),
    (arrow([["a"], None], pa.large_list(pa.large_string())), pa.list_(STR), [["a"], None]),
    (
        arrow([[{"a": "x"}]], pa.large_list(pa.struct([("a", pa.large_string())]))),
        pa.list_(pa.struct([("a", STR)])),
        [[{"a": "x"}]],
    ),
    (arrow([{"a": 1}], pa.struct([("a", pa.int8())])), pa.struct([("a", I64)]), [{"a": 1}]),
    (arrow([b"x"], pa.binary()), pa.binary(), [b"x"]),
    (objects("a", None, "b", pd.NA, math.nan), STR, ["a", None, "b", None, None]),
    (objects(np.str_("a"), Proto.TCP), STR, ["a", "tcp"]),
    (
        objects(pd.Timestamp("2022-01-01"), pd.NaT, None),
        pa.timestamp("ns" if pd.__version__ < "3" else "us"),
        [pd.Timestamp("2022-01-01"), None, None],
    ),
    (objects(decimal.Decimal("1.50"), None), pa.decimal128(3, 2), [decimal.Decimal("1.50"), None]),
]


@pytest.mark.parametrize(("column", "kind", "values"), COLUMNS)
def test_columns_of_one_dtype_are_arrays(
    column: pd.Series, kind: pa.DataType, values: list[Any]
) -> None:
    array = to_arrow(column)

    assert isinstance(array, pa.Array)
    array.validate(full=True)
    assert array.to_pylist() == values
    assert array.type == kind


LISTS: list[tuple[pd.Series, list[Any]]] = [
    (objects(1, "a", None), [1, "a", None]),
    (objects(None, pd.NA, math.nan, pd.NaT), [None] * 4),
    (objects(), []),
    (objects(np.int64(2**62 + 1), np.float32(0.5), np.bool_(1)), [2**62 + 1, 0.5, True]),
    (objects(Port.HTTPS, 2**70), [443, 2**70]),
    (objects(np.array([1, 2]), np.array(["a"]), np.array(5)), [[1, 2], ["a"], 5]),
    (objects(np.array([[1], [2]]), (1, (2,))), [[[1], [2]], [1, [2]]]),
    (objects([pd.NA, None, pd.NaT, 1], [np.int8(1)]), [[None, None, None, 1], [1]]),
    (
        objects({"a": None, "b": pd.NA, "c": math.nan, "d": {"e": pd.NaT, 5: np.uint8(1)}}, {}),
        [{"d": {"5": 1}}, {}],
    ),
    (
        objects(
            {
                "start": pd.Timestamp("2022-01-01T03:00", tz="UTC"),
                "l": [dt.datetime(1, 1, 1, tzinfo=dt.UTC)],
            }
        ),
        [{"start": "2022-01-01T03:00:00+00:00", "l": ["0001-01-01T00:00:00+00:00"]}],
    ),
    (
        objects([np.datetime64("2022-01-01T00:00:00.000000001")]),
        [["2022-01-01T00:00:00.000000001"]],
    ),
    (pd.Series(pd.Categorical(["1", 2, None])), ["1", 2, None]),
    (pd.Series(pd.arrays.SparseArray([1, 0, 2])), [1, 0, 2]),
]


@pytest.mark.parametrize(("column", "values"), LISTS)
def test_other_columns_are_what_json_would_give(column: pd.Series, values: list[Any]) -> None:
    found = to_arrow(column)

    assert isinstance(found, list)
    assert repr(found) == repr(values)
    assert all(value is None or is_json([value]) for value in found)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "column",
    [
        objects(b"bytes", "text"),
        objects({1, 2}),
        objects(dt.date(2022, 1, 1)),
        objects(pd.Timestamp("2022-01-01"), "text"),
        objects([decimal.Decimal(1)]),
        objects([b"x"], None),
        objects({"a": {"b": object()}}),
        objects(nested(MAX_DEPTH + 1)),
        objects(nested(100_000)),
        objects(1j),
        typed([1j], "complex128"),
    ],
)
def test_columns_of_what_neither_knows_are_none(column: pd.Series) -> None:
    assert to_arrow(column) is None


def test_times_in_numpy_scalars_stay_times() -> None:
    """Their `item` would be a number of nanoseconds."""
    array = to_arrow(objects(np.datetime64("2022-01-01", "ns"), None))

    assert isinstance(array, pa.Array)
    assert array.to_pylist() == [pd.Timestamp("2022-01-01"), None]


@pytest.mark.parametrize("dtype", ["int64", "float64", "uint16", "Int64", "datetime64[us]"])
def test_what_is_written_to_the_column_later_is_not_seen(dtype: str) -> None:
    column = pd.Series([1, 2, 3], dtype=dtype)
    array = to_arrow(column)
    assert isinstance(array, pa.Array)
    before = array.to_pylist()
    column.iloc[0] = column.iloc[2]
    memory = column.array._data if dtype == "Int64" else column.array._ndarray  # type: ignore[attr-defined]
    memory[:] = memory[2]

    assert array.to_pylist() == before


def test_objects_are_not_changed() -> None:
    value = {"a": None, "b": [np.int64(1), {"c": pd.NA}]}
    to_arrow(objects(value))

    assert value == {"a": None, "b": [np.int64(1), {"c": pd.NA}]}


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ([], True),
        ({}, True),
        ([1, 0.5, "a", True, None, [], {}], True),
        ({"a": {"b": [{"c": 1}]}}, True),
        ([b""], False),
        ([{"a": (1,)}], False),
        ({"a": np.int64(1)}, False),
        (nested(MAX_DEPTH), True),
        (nested(MAX_DEPTH + 1), False),
        (nested(1_000_000), False),
    ],
)
def test_is_json(value: Any, *, known: bool) -> None:
    assert is_json(value) is known
