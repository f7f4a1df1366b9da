"""Objects of JSON from the texts of their members: commas, absent members, conflicts of keys."""

from __future__ import annotations

import itertools
import json

import pyarrow as pa
import pytest

from suricata_eve.errors import EveTypeError
from suricata_eve.output.objects import (
    TEXT,
    Member,
    Node,
    Text,
    around,
    joined,
    key_text,
    object_text,
)


def member(key: str, *values: str | None) -> Member:
    return Member(key_text(key), around("", pa.array(values, TEXT), ""))


def texts(members: list[Member]) -> list[str | None]:
    return joined(object_text(members)).to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_pattern_of_absent_members_gives_valid_json(count: int) -> None:
    """Members that are always, never or sometimes there, in every order."""
    patterns = [("1", "2"), ("1", None), (None, "2"), (None, None)]
    for columns in itertools.product(patterns, repeat=count):
        members = [member(f"k{n}", *column) for n, column in enumerate(columns)]
        expected = [
            {f"k{n}": int(text) for n, column in enumerate(columns) if (text := column[row])}
            for row in range(2)
        ]
        found = [{} if text is None else json.loads(text) for text in texts(members)]

        assert found == expected


def test_members_keep_their_order() -> None:
    assert texts([member("b", "1", None), member("a", "2", "3"), member("c", None, "4")]) == [
        '{"b":1,"a":2}',
        '{"a":3,"c":4}',
    ]


def test_an_object_without_members_in_a_row_is_none() -> None:
    assert texts([member("a", None, "1"), member("b", None, None)]) == [None, '{"a":1}']


def test_objects_within_objects() -> None:
    inner = object_text([member("x", "1", None), member("y", "2", "3")])
    sparse = object_text([member("z", None, "4")])

    assert texts([Member('"in":', inner), Member('"some":', sparse)]) == [
        '{"in":{"x":1,"y":2}}',
        '{"in":{"y":3},"some":{"z":4}}',
    ]


@pytest.mark.parametrize("key", ["", ".", 'q"q', "back\\slash", "nul\0", "\n", "é", "\u2028", "😀"])
def test_a_key_is_read_as_it_was(key: str) -> None:
    text = key_text(key)

    assert json.loads("{" + text + "1}") == {key: 1}
    assert "\n" not in text


def test_a_lone_surrogate_in_a_key_is_replaced() -> None:
    assert key_text("a\ud800b\ud83d\ude00") == '"a\ufffdb😀":'


def node(**values: tuple[str | None, ...]) -> Node:
    root = Node()
    for path, column in values.items():
        parts = path.split("_")
        root.at(parts, path).own = around("", pa.array(column, TEXT), "")
    return root


def test_a_value_beside_an_object_gets_dotted_keys_in_that_row_alone() -> None:
    root = node(a=("1", "1", None, None), a_b=("2", None, "2", None), a_b_c=("3", "3", "3", "3"))

    assert texts(root.members()) == [
        '{"a":1,"a.b":2,"a.b.c":3}',
        '{"a":1,"a.b.c":3}',
        '{"a":{"b":2,"b.c":3}}',
        '{"a":{"b":{"c":3}}}',
    ]


def test_a_value_and_an_object_that_never_meet_stay_nested() -> None:
    root = node(a=("1", None, None), a_b=(None, "2", None))

    assert texts(root.members()) == ['{"a":1}', '{"a":{"b":2}}', None]


def test_columns_of_one_object_need_not_be_neighbours() -> None:
    root = node(a_x=("1",), b=("2",), a_y=("3",))

    assert texts(root.members()) == ['{"a":{"x":1,"y":3},"b":2}']


def test_a_path_cannot_be_taken_twice() -> None:
    root = node(a_b=("1",))

    with pytest.raises(EveTypeError, match=r"two columns named 'a\.b' once it is flat"):
        root.at(["a", "b"], "a.b")


def test_pieces_are_joined_once() -> None:
    """What every row has is not copied before the whole line is."""
    inner = object_text([member("x", "1"), member("y", "2")])

    assert isinstance(inner, Text)
    assert sum(isinstance(piece, pa.Array) for piece in inner.pieces) == 2
