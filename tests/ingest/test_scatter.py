"""Values put where they belong among rows that have none."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest import scatter as module
from suricata_eve.ingest.scatter import Scatter, can_scatter

STRUCT = pa.struct([("a", pa.string()), ("b", pa.list_(pa.int64()))])
VALUES: dict[pa.DataType, list[Any]] = {
    pa.bool_(): [True, False, None, True],
    pa.int8(): [-1, 2, None, 3],
    pa.uint16(): [65535, 0, None, 3],
    pa.float32(): [0.5, -0.0, None, 3.0],
    pa.int64(): [-(2**63), 2**53 + 1, None, 3],
    pa.uint64(): [2**64 - 1, 0, None, 3],
    pa.float64(): [0.1, -0.0, None, 3.0],
    pa.timestamp("us", "UTC"): [0, 1, None, 2**60],
    pa.duration("us"): [0, 1, None, -(2**60)],
    pa.date32(): [0, 1, None, 3],
    pa.string(): ["a", "", None, "\u20ac\0"],
    pa.large_string(): ["a", "", None, "\u20ac\0"],
    pa.binary(): [b"a", b"", None, b"\xff"],
    pa.large_binary(): [b"a", b"", None, b"\xff"],
    pa.list_(pa.string()): [["a", None], [], None, ["", "b"]],
    pa.large_list(pa.bool_()): [[True, None], [], None, [False]],
    pa.list_(STRUCT): [[{"a": "x", "b": [1]}, None], [], None, [{"a": None, "b": [2, 3]}]],
    pa.list_(pa.null()): [[None], [], None, [None, None]],
    pa.null(): [None, None, None, None],
}
OTHER: list[pa.DataType] = [
    STRUCT,
    pa.decimal128(5),
    pa.dictionary(pa.int32(), pa.string()),
    pa.binary(3),
    pa.list_(pa.int64(), 2),
    pa.map_(pa.string(), pa.int64()),
    pa.month_day_nano_interval(),
]


@pytest.mark.parametrize("kind", VALUES, ids=str)
@pytest.mark.parametrize("pages", ["usual", "small", "not to be had small"])
@pytest.mark.parametrize("nulls", [False, True])
@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("cut", [False, True])
def test_values_are_where_the_order_puts_them(
    kind: pa.DataType,
    pages: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    nulls: bool,
    shuffled: bool,
    cut: bool,
) -> None:
    """Whichever rows have one, and from the middle of arrays."""
    if pages != "usual":
        monkeypatch.setattr(module, "_HUGE", 0)
    if pages == "not to be had small":
        monkeypatch.delattr(mmap, "MAP_PRIVATE", raising=False)
    values = VALUES[kind] if nulls else VALUES[kind][:2] * 2
    array = pa.array(values * 5, kind).slice(9, 10)
    first, second = array.slice(0, 7), array.slice(7)
    between = pa.nulls(3 if cut else 0, kind)
    rows = pa.concat_arrays([pa.nulls(3, kind), first, between, second, pa.nulls(1, kind)])
    runs = ((3, 10), (13, 16)) if cut else ((3, 13),)
    order = np.arange(len(rows))
    if shuffled:
        order = np.random.default_rng(5).permutation(order)
    found = Scatter(runs, order).column(kind, [first, second] if cut else [array])

    found.validate(full=True)
    assert can_scatter(kind)
    assert found.type == kind
    assert found.equals(rows.take(pa.array(order)))


@pytest.mark.parametrize("kind", OTHER, ids=str)
def test_what_is_laid_out_in_another_way_is_left_to_arrow(kind: pa.DataType) -> None:
    assert not can_scatter(kind)


@pytest.mark.parametrize("order", [[], [0], [4, 4, 4], [2, 3, 2], [0, 1, 4]], ids=str)
def test_rows_may_be_left_out_and_taken_twice(order: list[int]) -> None:
    rows = pa.array([None, None, "a", "b", None])
    found = Scatter(((2, 4),), np.array(order, np.int64)).column(pa.string(), [rows.slice(2, 2)])

    found.validate(full=True)
    assert found.to_pylist() == rows.take(pa.array(order, pa.int64())).to_pylist()


def test_values_in_order_and_without_gaps_are_not_copied() -> None:
    array = pa.array([1, 2, 3])
    found = Scatter(((0, 3),), np.arange(3)).column(array.type, [array])

    assert found.buffers()[1].address == array.buffers()[1].address


def test_text_and_lists_in_order_are_not_copied() -> None:
    array = pa.array(["a", "b"])
    found = Scatter(((1, 3),), np.arange(4)).column(array.type, [array])

    assert found.to_pylist() == [None, "a", "b", None]
    assert found.buffers()[2].address == array.buffers()[2].address


def test_columns_with_values_in_the_same_rows_share_what_tells_so() -> None:
    array = pa.array([1, 2])
    scatter = Scatter(((1, 3),), np.array([1, 0, 2]))
    found = [scatter.column(array.type, [array]) for _ in range(2)]

    assert found[0].buffers()[0].address == found[1].buffers()[0].address


def test_a_column_without_values_is_null() -> None:
    assert Scatter((), np.arange(3)).column(pa.string(), []).equals(pa.nulls(3, pa.string()))


def test_values_that_one_array_cannot_hold_are_an_error() -> None:
    size = 1 << 28
    offsets = pa.py_buffer(np.array([0, size], np.int32))
    array = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(bytes(size))])
    with pytest.raises(pa.ArrowInvalid, match="overflow"):
        Scatter(((0, 9),), np.arange(10)).column(array.type, [array] * 9)
