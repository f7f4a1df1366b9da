"""Distinct values are numbered exactly, whatever their type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.analysis.codes import begins, encode, first_places, list_elements

HEADER = pa.struct([("name", pa.string()), ("value", pa.string())])


@pytest.mark.parametrize(
    ("values", "kind", "codes"),
    [
        ([], pa.string(), []),
        ([None, None], pa.null(), [-1, -1]),
        (["b", "a", None, "b"], pa.string(), [0, 1, -1, 0]),
        ([2**53 + 1, 2**53, 2**53 + 1], pa.int64(), [0, 1, 0]),
        ([2**64 - 1, 2**64 - 2], pa.uint64(), [0, 1]),
        ([0.0, -0.0, 0.5, None], pa.float64(), [0, 0, 1, -1]),
        ([True, None, False], pa.bool_(), [0, -1, 1]),
        ([{"name": "a", "value": None}, {"name": None, "value": "a"}, None], HEADER, [0, 1, -1]),
        ([{"name": "a", "value": "b"}] * 2, HEADER, [0, 0]),
        ([{"name": None, "value": None}, None], HEADER, [0, -1]),
        ([[], [None], [1], [1, None], None, [1]], pa.list_(pa.int64()), [0, 1, 2, 3, -1, 2]),
        ([[[1]], [[1], []], [[1]]], pa.list_(pa.list_(pa.int64())), [0, 1, 0]),
        ([[1, 2], [2, 1], [1, 2]], pa.list_(pa.int64(), 2), [0, 1, 0]),
        ([[1, 2], None, [1, 2]], pa.large_list(pa.int64()), [0, -1, 0]),
    ],
    ids=str,
)
def test_equal_values_have_the_same_number(
    values: list[Any], kind: pa.DataType, codes: list[int]
) -> None:
    result = encode(pa.array(values, kind))

    assert result.codes.tolist() == codes
    assert [None if c < 0 else result.values[c].as_py() for c in codes] == [
        None if value is None else value for value in values
    ]


def test_the_parts_of_a_sliced_array_are_its_own() -> None:
    data = pa.array([[9], [1], [2, 1], None, [3]])[1:4]

    assert encode(data).values.to_pylist() == [[1], [2, 1]]


def test_a_dictionary_counts_by_its_values() -> None:
    data = pa.DictionaryArray.from_arrays(pa.array([2, 0, None, 2]), pa.array(["a", "b", "c"]))

    result = encode(data)

    assert result.codes.tolist() == [0, 1, -1, 0]
    assert result.values.to_pylist() == ["c", "a"]


def test_what_lies_behind_a_null_list_is_no_element() -> None:
    whole = pa.array([[1, 2], [3], [4]])
    behind = pa.ListArray.from_arrays(
        whole.offsets, whole.values, mask=pa.array([False, True, False])
    )

    rows, elements = list_elements(behind)

    assert rows.tolist() == [0, 0, 2]
    assert elements.to_pylist() == [1, 2, 4]


def test_very_long_lists_are_compared_in_full() -> None:
    long = list(range(2000))

    assert encode(pa.array([long, [*long[:-1], 0], long])).codes.tolist() == [0, 1, 0]


def test_runs_begin_where_a_number_differs_from_the_one_before() -> None:
    assert begins(np.array([3, 3, -1, 3])).tolist() == [True, False, True, True]
    assert begins(np.array([], np.int64)).tolist() == []


def test_each_number_is_first_somewhere_or_nowhere() -> None:
    assert first_places(np.array([2, 0, 2, 0]), 4).tolist() == [1, -1, 0, -1]
    assert first_places(np.array([], np.int64), 0).tolist() == []
