"""Values of any type have one order."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.analysis.ranks import value_order

PAIR = pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], pa.string()),
        (["", "\x00", "A", "a", "ab", "\u00e9", "\U0001f995", None], pa.string()),
        ([-1, 0, 2**53, 2**53 + 1, 2**63 - 1, None], pa.int64()),
        ([0, 2**64 - 2, 2**64 - 1], pa.uint64()),
        ([False, True, None], pa.bool_()),
        ([-0.5, 0.0, 0.5], pa.float64()),
        ([[], [1], [1, 1], [1, 2], [1, None], [2], [None], None], pa.list_(pa.int64())),
        ([[[]], [[1]], [[1], []], [[1, 2]], [[2]]], pa.list_(pa.list_(pa.int64()))),
        ([[1, 2], [1, 3], [2, 0]], pa.list_(pa.int64(), 2)),
        ([[1, 2], [1, 3], [2]], pa.large_list(pa.int64())),
        (
            [
                {"a": 1, "b": []},
                {"a": 1, "b": ["x"]},
                {"a": 1, "b": ["x", "a"]},
                {"a": 1, "b": None},
                {"a": 2, "b": []},
                {"a": None, "b": []},
                {"a": None, "b": None},
                None,
            ],
            PAIR,
        ),
        ([{}, None], pa.struct([])),
        ([None, None], pa.null()),
    ],
    ids=str,
)
def test_values_are_sorted_whatever_their_type(values: list[Any], kind: pa.DataType) -> None:
    """Given backwards, and as a part of a longer array."""
    data = pa.array([*values[:1], *reversed(values), *values[:2]], kind)[1 if values else 0 :]
    data = data[: len(values)]

    assert data.take(pa.array(value_order(data))).to_pylist() == values


def test_long_lists_that_differ_at_their_end_are_sorted() -> None:
    long = list(range(3000))
    lists = [[*long, 2], [*long, 1], long, [5], [*long, 1, 0]]

    assert value_order(pa.array(lists)).tolist() == [2, 1, 4, 0, 3]
