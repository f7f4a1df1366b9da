"""Rows in another order, and the limit of what one array holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest import rows as module
from suricata_eve.ingest.rows import joined, reordered, taken

PIECES = [
    pa.array(["a", None]),
    pa.array([], pa.string()),
    3,
    pa.array(["b"]),
    pa.array(["c"]),
    0,
    2,
]


def flat(pieces: list[pa.Array | int]) -> list[Any]:
    return [
        value
        for piece in pieces
        for value in ([None] * piece if isinstance(piece, int) else piece.to_pylist())
    ]


def limit_of(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let arrays hold fewer rows than they do, with the error that Arrow raises."""
    usual = pa.concat_arrays

    def concat(arrays: list[pa.Array]) -> pa.Array:
        if sum(map(len, arrays)) > most:
            msg = "offset overflow while concatenating arrays"
            raise pa.ArrowInvalid(msg)
        return usual(arrays)

    monkeypatch.setattr(pa, "concat_arrays", concat)


@pytest.mark.parametrize(
    ("most_rows", "most_bytes", "lengths"),
    [
        (1, 1 << 20, [2, 0, 1, 1]),
        (2, 1 << 20, [2, 0, 2]),
        (100, 0, [2, 0, 1, 1]),
        (100, 9, [2, 0, 1, 1]),
        (100, 1 << 20, [2, 2]),
    ],
)
def test_joined_pieces_have_the_same_rows_in_arrays_of_limited_size(
    most_rows: int, most_bytes: int, lengths: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROWS", most_rows)
    monkeypatch.setattr(module, "_BYTES", most_bytes)
    found = list(joined(PIECES))

    assert flat(found) == flat(PIECES)
    assert [piece for piece in found if isinstance(piece, int)] == [3, 0, 2]
    assert [len(piece) for piece in found if isinstance(piece, pa.Array)] == lengths


def test_nothing_joined_is_nothing() -> None:
    assert list(joined([])) == []


ARRAYS = [
    pa.array([[n] if n % 3 else None for n in range(start, stop)], pa.list_(pa.int64()))
    for start, stop in ((0, 7), (7, 7), (7, 8), (8, 40))
]
ORDERS = [
    np.arange(40),
    np.arange(40)[::-1],
    np.random.default_rng(7).permutation(40),
    np.array([39, 0, 39]),
    np.array([7]),
    np.array([], np.int64),
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("most", [40, 39, 13])
def test_taken_rows_are_those_asked_for(
    order: np.ndarray, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one array cannot hold them, and however far apart they are."""
    limit_of(most, monkeypatch)
    found = list(taken(ARRAYS, order))

    assert flat(found) == [[n] if n % 3 else None for n in order.tolist()]
    if most == 40:
        assert len(found) == 1


def test_text_beyond_two_gigabytes_is_taken() -> None:
    """Each array holds a text of 256 MB, all over the same memory, and two short ones."""
    size = 1 << 28
    offsets = pa.py_buffer(np.array([0, 1, size - 1, size], np.int32))
    array = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(bytes(size))])
    arrays = [array] * 9
    with pytest.raises(pa.ArrowInvalid, match="overflow"):
        pa.concat_arrays(arrays)
    order = np.array([26, 0, 9, 11, 3])

    assert flat(list(taken(arrays, order))) == ["\0"] * 5


def test_a_row_that_no_array_can_hold_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_of(0, monkeypatch)
    with pytest.raises(pa.ArrowInvalid, match="overflow"):
        list(taken(ARRAYS, np.array([7, 9])))


@pytest.mark.parametrize("order", [order for order in ORDERS if len(order) == 40])
@pytest.mark.parametrize("refused", [False, True])
def test_a_reordered_table_has_the_same_columns(
    order: np.ndarray, monkeypatch: pytest.MonkeyPatch, *, refused: bool
) -> None:
    table = pa.table(
        {"l": pa.chunked_array(ARRAYS), "n": pa.array(range(40)), "s": pa.array(["x"] * 40)}
    )
    expected = table.take(pa.array(order)).combine_chunks()
    if refused:
        limit_of(17, monkeypatch)

        class Refusing:
            columns, schema = table.columns, table.schema

            def take(self, _: pa.Array) -> pa.Table:
                msg = "offset overflow while concatenating arrays"
                raise pa.ArrowInvalid(msg)

        found = reordered(Refusing(), order)
    else:
        found = reordered(table, order)

    monkeypatch.undo()
    assert found.schema == table.schema
    assert found.combine_chunks().equals(expected)
