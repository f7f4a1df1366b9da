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


def test_what_is_joined_last_is_not_lost() -> None:
    assert flat(list(joined([2, *PIECES[:2]]))) == [None, None, "a", None]


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


TABLE = pa.table(
    {
        "l": pa.chunked_array(ARRAYS),
        "n": pa.chunked_array([[None] * 9, [*range(30), None]], pa.uint16()),
        "other": pa.array([{"n": n} for n in range(40)]),
        "s": pa.array(["x", None] * 20),
        "t": pa.chunked_array([["a", "b"], [None] * 20, ["ccc"] * 18]),
        "void": pa.nulls(40, pa.string()),
    },
    metadata={"kept": "yes"},
)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("most", [40, 17])
def test_a_reordered_table_has_the_same_columns(
    order: np.ndarray, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one array cannot hold a column."""
    expected = TABLE.take(pa.array(order)).combine_chunks()
    limit_of(most, monkeypatch)
    found = reordered(TABLE, order)
    monkeypatch.undo()

    found.validate(full=True)
    assert found.schema.equals(TABLE.schema, check_metadata=True)
    assert found.combine_chunks().equals(expected)


def test_reordered_rows_without_columns_are_rows_without_columns() -> None:
    table = TABLE.select([])
    order = np.arange(3)

    assert reordered(table, order).equals(table.take(pa.array(order)))


def test_a_reordered_column_without_values_is_the_same_memory() -> None:
    found = reordered(TABLE, np.arange(40)[::-1])["void"]

    addresses = [
        [buffer and buffer.address for buffer in column.chunk(0).buffers()]
        for column in (found, TABLE["void"])
    ]
    assert addresses[0] == addresses[1]


def test_as_many_columns_as_a_thread_does_at_once_and_more_keep_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_COLUMNS", 3)
    table = pa.table({str(n): pa.array([n, None, n + 1]) for n in range(10)})
    found = reordered(table, np.array([2, 1, 0]))

    assert found.to_pydict() == {str(n): [n + 1, None, n] for n in range(10)}


def test_text_beyond_two_gigabytes_is_reordered() -> None:
    """As in a text or, where the type is one that is left to Arrow, in an object."""
    size = 1 << 28
    offsets = pa.py_buffer(np.array([0, 1, size - 1, size], np.int32))
    array = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(bytes(size))])
    objects = pa.StructArray.from_arrays([array], ["t"])
    table = pa.table({"t": pa.chunked_array([array] * 9), "o": pa.chunked_array([objects] * 9)})
    found = reordered(table, np.array([26, 0, 9, 11, 3]))

    assert found.to_pydict() == {"t": ["\0"] * 5, "o": [{"t": "\0"}] * 5}


def test_a_column_that_arrow_refuses_to_take_from_is_taken_in_parts() -> None:
    class Refusing:
        chunks, type = ARRAYS, ARRAYS[0].type

        def take(self, _: pa.Array) -> pa.ChunkedArray:
            msg = "offset overflow while concatenating arrays"
            raise pa.ArrowInvalid(msg)

    found = module._taken(Refusing(), np.array([39, 7, 9]))

    assert found.to_pylist() == [None, [7], None]
