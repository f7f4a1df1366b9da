"""Python values to Arrow arrays that hold them exactly, or to one agreed text."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest.values import (
    EXACT,
    Conflict,
    build,
    list_array,
    pruned,
    text_of,
    texts,
)

I64, U64, F64, STR, BOOL = pa.int64(), pa.uint64(), pa.float64(), pa.string(), pa.bool_()


def same(one: Any, other: Any) -> bool:
    """Compare so that 1, 1.0 and True differ, and NaN is NaN."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or one == other
    return type(one) is type(other) and one == other


EXACTLY: list[tuple[list[Any], pa.DataType]] = [
    ([], pa.null()),
    ([None, None], pa.null()),
    ([1, None, -1], I64),
    ([2**63 - 1, -(2**63)], I64),
    ([2**63, 0, None], U64),
    ([2**64 - 1], U64),
    ([0.5, None], F64),
    ([math.nan, math.inf, -math.inf, None, 5e-324], F64),
    ([1, 0.5], F64),
    ([EXACT, -EXACT, 0.5], F64),
    ([True, None, False], BOOL),
    (["", None, "\0", "a" * 1000, "𝒳\ufffd"], STR),
    ([[], None], pa.list_(pa.null())),
    ([[1], None, [], [None, 2]], pa.list_(I64)),
    ([[1], [2**63]], pa.list_(U64)),
    ([[[1]], [[], None], None], pa.list_(pa.list_(I64))),
    ([{"a": 1}, None, {"a": None}], pa.struct([("a", I64)])),
    ([{"b": 1}, {"a": "x"}, {}], pa.struct([("b", I64), ("a", STR)])),
    ([[{"a": [1]}], [{}, None]], pa.list_(pa.struct([("a", pa.list_(I64))]))),
    ([{}, {}], pa.struct([])),
    ([{"": 1, "a.b": 2}], pa.struct([("", I64), ("a.b", I64)])),
    ([[None, None], [None]], pa.list_(pa.null())),
]
CONFLICTS: list[list[Any]] = [
    [1, "1"],
    [True, 1],
    [True, 1.0],
    ["a", ["a"]],
    [[1], {"a": 1}],
    [EXACT + 1, 0.5],
    [-EXACT - 1, 0.5],
    [2**64],
    [2**63, -1],
    [-(2**63) - 1],
    [[1], ["a"]],
    [[1, "a"]],
    [[[1]], ["a"]],
    [{"a": 1}, {"a": "x"}],
    [[{"a": EXACT + 1}], [{"a": 0.5}]],
]


@pytest.mark.parametrize(("values", "kind"), EXACTLY)
@pytest.mark.parametrize("lenient", [False, True])
def test_the_narrowest_type_that_holds_all_values(
    values: list[Any], kind: pa.DataType, *, lenient: bool
) -> None:
    array = build(values, lenient=lenient)
    array.validate(full=True)

    assert array.type == kind
    found = [pruned(value) for value in array.to_pylist()]
    if kind == F64:
        found = [value and type(given)(value) for value, given in zip(found, values, strict=True)]
    assert same(found, [pruned(value) for value in values])


@pytest.mark.parametrize("values", CONFLICTS)
def test_a_conflict_is_raised_unless_lenient(values: list[Any]) -> None:
    with pytest.raises(Conflict):
        build(values, lenient=False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, "1", None], ["1", "1", None]),
        ([True, 1, 1.0], ["true", "1", "1"]),
        ([EXACT + 1, 0.5], ["9007199254740993", "0.5"]),
        ([2**64, -1], ["18446744073709551616", "-1"]),
        (["a", ["b", 1], {"c": None}], ["a", '["b",1]', "{}"]),
        # Text at the smallest level that needs it.
        ([[1, "a"], [None], None], [["1", "a"], [None], None]),
        ([[1], [EXACT + 1, 0.5]], [["1"], ["9007199254740993", "0.5"]]),
        ([{"a": 1, "b": 2}, {"a": "x"}], [{"a": "1", "b": 2}, {"a": "x"}]),
        ([[{"a": 1}], [{"a": [1]}], [{}]], [[{"a": "1"}], [{"a": "[1]"}], [{}]]),
        ([[[1]], ["a"]], [["[1]"], ["a"]]),
    ],
)
def test_lenient_makes_text_of_a_conflict(values: list[Any], expected: list[Any]) -> None:
    array = build(values, lenient=True)
    array.validate(full=True)

    assert same([pruned(value) for value in array.to_pylist()], expected)


@pytest.mark.parametrize("values", [[[]] * 3, [[1]] * 3, [{"a": [2]}, None, {}]])
def test_nulls_are_where_they_were(values: list[Any]) -> None:
    mixed = [None, *values, None, *values]
    array = build(mixed, lenient=False)

    assert array.is_null().to_pylist() == [value is None for value in mixed]


def test_a_key_that_is_null_throughout_is_no_child() -> None:
    array = build([{"a": None, "b": 1}, {"a": None}], lenient=False)

    assert array.type == pa.struct([("b", I64)])


def test_200_levels_are_no_problem() -> None:
    value: Any = 1
    for level in range(200):
        value = [value] if level % 2 else {"a": value}

    assert build([value], lenient=False).to_pylist() == [value]


# --- lists ---------------------------------------------------------------------------


def test_a_list_array_of_parts() -> None:
    array = list_array(np.array([0, 2, 2, 3]), pa.array([1, 2, 3]), np.array([False, True, False]))
    array.validate(full=True)

    assert array.equals(pa.array([[1, 2], None, [3]]))
    assert list_array(np.array([0]), pa.nulls(0), np.array([], bool)).to_pylist() == []


def test_a_list_array_without_missing_lists_has_no_mask() -> None:
    array = list_array(np.array([0, 1, 1]), pa.array(["a"]), np.array([False, False]))

    assert array.null_count == 0
    assert array.buffers()[0] is None


# --- text ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ('"', '"'),
        ("\ud7ffé\0", "\ud7ffé\0"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-(2**70), "-1180591620717411303424"),
        (443.0, "443"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e22, "1e+22"),
        (float(EXACT), "9007199254740992"),
        (-float(EXACT), "-9007199254740992"),
        (float(EXACT * 2), "1.8014398509481984e+16"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        ([], "[]"),
        ({}, "{}"),
        ([None, 1.0, "é", [True]], '[null,1,"é",[true]]'),
        ({"b": 1, "a": {"x": None}, "c": None}, '{"a":{},"b":1}'),
        ({"10": 1, "9": 2}, '{"10":1,"9":2}'),
    ],
)
def test_text_of(value: object, text: str) -> None:
    assert text_of(value) == text
    assert texts([None, value]).equals(pa.array([None, text], STR))


def test_integers_and_their_doubles_have_one_text() -> None:
    """So that a value's text does not depend on what was beside it when it was read."""
    for value in (0, 1, -7, EXACT - 1, EXACT, -EXACT):
        assert text_of(float(value)) == text_of(value) == json.dumps(value)


def test_pruned_leaves_no_null_in_objects_and_changes_nothing_else() -> None:
    value: dict[str, Any] = {"a": None, "b": [None, {"c": None, "d": {}}], "e": {"f": None}}

    assert pruned(value) == {"b": [None, {"d": {}}], "e": {}}
    assert value["a"] is None
    assert pruned(None) is None
    assert pruned("x") == "x"
