"""Columns of any dtype give the same values, a block of rows at a time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.errors import EveTypeError
from suricata_eve.output.columns import Column, flat_columns

ROWS = np.arange(4)
TYPES = np.array([0, 0, 1, 1])


def arrow(values: list[Any], kind: pa.DataType) -> pd.Series[Any]:
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind)))


TEXTS = ["a", None, "b", None]
WORDS = pa.dictionary(pa.int8(), pa.string())
COLUMNS: dict[str, tuple[pd.Series[Any], list[Any]]] = {
    "arrow text": (arrow(TEXTS, pa.string()), TEXTS),
    "arrow large text": (arrow(TEXTS, pa.large_string()), TEXTS),
    "arrow dictionary": (arrow(TEXTS, WORDS), TEXTS),
    "object": (pd.Series(TEXTS, dtype=object), TEXTS),
    "string": (pd.Series(TEXTS, dtype="string"), TEXTS),
    "category": (pd.Series(TEXTS, dtype="category"), TEXTS),
    "Int64": (pd.Series([1, None, 2**63 - 1, 0], dtype="Int64"), [1, None, 2**63 - 1, 0]),
    "int32": (pd.Series([1, 2, 3, 4], dtype="int32"), [1, 2, 3, 4]),
    "float": (pd.Series([1.5, np.nan, -0.0, 2.0]), [1.5, None, -0.0, 2.0]),
    "bool": (pd.Series([True, False, True, True]), [True, False, True, True]),
    "boolean": (pd.Series([True, None, False, None], dtype="boolean"), [True, None, False, None]),
    "lists": (pd.Series([[1], None, [], [None]], dtype=object), [[1], None, [], [None]]),
    "mixed": (pd.Series([1, "x", [2.5], None], dtype=object), [1, "x", [2.5], None]),
    "decimal": (
        pd.Series([Decimal("1.5"), None, None, None], dtype=object),
        [Decimal("1.5"), None, None, None],
    ),
    "surrogates": (pd.Series(["\ud800", None, "b", "c"], dtype=object), ["\ud800", None, "b", "c"]),
}


def listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else list(values.to_pylist())


@pytest.mark.parametrize("name", COLUMNS)
def test_values_are_those_of_the_rows(name: str) -> None:
    column, expected = COLUMNS[name]
    taken = Column("x", column, TYPES)

    assert listed(taken.take(ROWS)) == expected
    assert listed(taken.take(np.array([0, 2]))) == [expected[0], expected[2]]


@pytest.mark.parametrize("name", COLUMNS)
def test_it_knows_where_values_are(name: str) -> None:
    column, expected = COLUMNS[name]
    taken = Column("x", column, TYPES)
    there = [row for row, value in enumerate(expected) if value is not None]

    assert taken.first <= there[0]
    assert taken.stop > there[-1]
    assert set(np.flatnonzero(taken.types)) == {int(TYPES[row]) for row in there}


def test_rows_are_taken_over_chunks_of_which_some_are_empty() -> None:
    chunks: list[list[str | None]] = [["a", None], [None, None], [], ["b"], [None, "c"]]
    data = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks])
    values = [value for chunk in chunks for value in chunk]
    column = Column("x", pd.Series(pd.arrays.ArrowExtensionArray(data)), np.zeros(7, np.int64))

    chosen: list[list[int]] = [[0], [0, 4], [1, 2, 3, 4], [2, 6], list(range(7)), [0, 3, 6]]
    for rows in chosen:
        assert listed(column.take(np.array(rows))) == [values[row] for row in rows]
    assert column.take(np.array([1, 2, 3])) is None
    assert column.take(np.array([5])) is None


def test_a_column_without_values_gives_none() -> None:
    for dtype in ("Int64", "object", "string", "float"):
        column = Column("x", pd.Series([None] * 4, dtype=dtype), TYPES)
        assert column.take(ROWS) is None
        assert not column.types.any()


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (arrow([b"x"], pa.binary()), "binary"),
        (arrow([dt.date(2022, 1, 1)], pa.date32()), "date32[day]"),
        (arrow([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "map<string, int64>"),
        (pd.Series(pd.to_timedelta([1], unit="s")).astype("timedelta64[ns]"), "timedelta64[ns]"),
        (pd.Series([1j]), "complex128"),
        (pd.Series(pd.period_range("2022", periods=1, freq="D")), "period[D]"),
    ],
    ids=["binary", "date", "map", "timedelta", "complex", "period"],
)
def test_what_json_has_no_text_for_is_refused_by_name(column: pd.Series[Any], what: str) -> None:
    with pytest.raises(EveTypeError) as error:
        Column("my.field", column, TYPES[:1])

    assert str(error.value) == (
        f"column 'my.field' holds {what}, for which JSON has no text; "
        "convert it, for example to text with astype(str), or drop it"
    )


def test_objects_that_json_has_no_text_for_are_refused_by_their_type() -> None:
    column = Column("x", pd.Series([1, b"bytes", None, dt.timedelta(1)], dtype=object), TYPES)

    with pytest.raises(EveTypeError, match=r"^column 'x' holds values of type bytes, timedelta"):
        column.take(ROWS)


def flat(values: Any) -> dict[str, list[Any]]:
    return {path: listed(column) for path, column in flat_columns("a", values)}


def test_objects_become_columns() -> None:
    values: list[object] = [{"b": 1, "c": {"d": [{}]}}, None, {"b": None, "e": {}}]
    kind = pa.struct([("b", pa.int64()), ("c", pa.struct([("d", pa.list_(pa.struct([])))]))])

    assert flat(values) == {"a.b": [1, None, None], "a.c.d": [[{}], None, None]}
    assert flat(pa.array([{"b": 1, "c": {"d": [{}]}}, None, {}], kind)) == flat(values)
    assert flat(["x", {"b": 2}]) == {"a": ["x", None], "a.b": [None, 2]}


def test_other_columns_stay() -> None:
    assert flat(pa.array([1, None])) == {"a": [1, None]}
    assert flat([[1], "x"]) == {"a": [[1], "x"]}
    assert flat(pa.nulls(2)) == {}
