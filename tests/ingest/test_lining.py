"""Lines of a block that are worth parsing: which ones, where they stand, what they seem to be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from suricata_eve.ingest.lining import Kind, Lined, line_up
from suricata_eve.ingest.selection import EVERYTHING, Selection

DNS = Selection(event_types=frozenset({"dns"}))

LINES = [
    b'{"event_type":"dns","n":0}\n',
    b'{"event_type":"tls","n":1}\r\n',
    b"\n",
    b"garbage\n",
    b'{"event_type":"dns","n":4,"t":"\xff"}\n',
    b'{"x":{"event_type":"dns"},"n":5}\n',
    b'{"event_type":"alert","app_proto":"http","n":6}\n',
    b'{"event_type":"alert","n":7}\n',
    b'{"event_type":"alert","app_proto" : "tls","n":8}\n',
    b'{"event_type":"tls","app_proto":"http","n":9}\n',
    b'{"n":10}\n',
    b' {"event_type":"dns","n":11}\n',
    b'{"event_type":"dns","n":12}',
]


def lined(data: bytes, **options: Any) -> Lined:
    defaults: dict[str, Any] = {
        "selection": EVERYTHING,
        "fast": True,
        "counting": False,
        "by_kind": True,
    }
    return line_up(data, **{**defaults, **options})


def kinds(found: Lined) -> dict[int, Kind]:
    """Return the kind of each plain line, by its number in the block."""
    return {
        int(found.numbers[position]): found.kinds[code]
        for position, code in zip(found.plain.tolist(), found.codes.tolist(), strict=True)
    }


def check(found: Lined, data: bytes) -> None:
    """Each line is where its number and offset say, and is odd, plain or counted."""
    lines = data.splitlines(keepends=True)
    assert (found.total_lines, found.total_bytes) == (len(lines), len(data))
    assert len(found.lines) == len(found.array) == len(found.numbers) == len(found.offsets)
    for position, (number, offset) in enumerate(zip(found.numbers, found.offsets, strict=True)):
        assert found.lines.line(position) == lines[number] == found.array[position].as_py()
        assert data[offset:].startswith(lines[number])
    assert not set(found.odd.tolist()) & set(found.plain.tolist())
    assert found.counted.total() >= len(found.lines) - len(found.odd) - len(found.plain)


@pytest.mark.parametrize(
    "block", [bytes, bytearray, memoryview], ids=["bytes", "bytearray", "view"]
)
def test_every_line_is_there_with_its_place(block: Any) -> None:
    data = b"".join(LINES)
    found = lined(block(data))

    check(found, data)
    assert found.numbers.tolist() == list(range(len(LINES)))
    assert found.odd.tolist() == [2, 3, 4, 11]
    assert kinds(found) == {
        0: Kind("dns"),
        1: Kind("tls"),
        5: Kind("dns"),
        6: Kind("alert", "http"),
        7: Kind("alert"),
        8: Kind("alert", "tls"),
        9: Kind("tls"),
        10: Kind(None),
        12: Kind("dns"),
    }


def test_without_the_fast_parser_all_lines_are_odd() -> None:
    found = lined(b"".join(LINES), fast=False)

    check(found, b"".join(LINES))
    assert found.odd.tolist() == list(range(len(LINES)))
    assert found.plain.tolist() == found.codes.tolist() == []


def test_kinds_are_told_apart_only_where_they_matter() -> None:
    found = lined(b"".join(LINES), by_kind=False)

    assert found.kinds == [Kind(None)]
    assert found.codes.tolist() == [0] * len(found.plain)


def test_lines_that_are_ruled_out_are_gone_and_counted() -> None:
    """The numbers and offsets of the others are those in the whole block."""
    data = b"".join(LINES)
    found = lined(data, selection=DNS)

    check(found, data)
    gone = set(range(len(LINES))) - set(found.numbers.tolist())
    assert gone == {1, 6, 7, 8, 9}


def test_what_is_kept_of_a_block_does_not_hold_the_block() -> None:
    """Of a few lines, a copy: the memory of the others is needed for the next block."""
    data = b"".join(LINES)
    few, all_of_them = lined(data, selection=DNS), lined(data)

    assert few.array.buffers()[2].size < len(data)
    assert all_of_them.array.buffers()[2].address == all_of_them.lines.data.ctypes.data


def test_only_lines_that_need_no_parser_are_counted() -> None:
    data = b"".join(LINES)
    found = lined(data, counting=True)

    check(found, data)
    assert found.counted == {"dns": 2, "tls": 2, "alert": 3}
    assert found.odd.tolist() == [2, 3, 4, 11]
    assert sorted(kinds(found)) == [5, 10]


def test_counts_are_of_what_is_asked_for() -> None:
    found = lined(b"".join(LINES), counting=True, selection=DNS)

    assert +found.counted == {"dns": 2}
    assert sorted(found.numbers[found.plain].tolist()) == [5, 10]


def test_nothing_is_counted_by_a_reader_that_takes_no_shortcuts() -> None:
    found = lined(b"".join(LINES), counting=True, fast=False)

    assert +found.counted == {}
    assert len(found.odd) == len(LINES)


@pytest.mark.parametrize("selection", [EVERYTHING, DNS], ids=["all", "dns"])
@pytest.mark.parametrize("counting", [True, False])
@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n{", b'{"event_type":"tls"}'], ids=repr)
def test_a_block_may_have_nothing_in_it(
    data: bytes, selection: Selection, *, counting: bool
) -> None:
    found = lined(data, selection=selection, counting=counting)

    check(found, data)
    assert found.codes.dtype.kind == "i"


def test_types_of_any_bytes_are_kinds() -> None:
    """Only a guess: what is not UTF-8, or in escapes, is told by the parser."""
    names: list[Any] = ["h\u00e9", "", "a" * 5000, "alert", 'quo"te', "\u2603"]
    data = b"".join(
        json.dumps({"event_type": name, "app_proto": name}, ensure_ascii=False).encode() + b"\n"
        for name in names
    )
    found = lined(data)

    check(found, data)
    assert [kind.event_type for kind in kinds(found).values()] == [
        "h\u00e9",
        "",
        "a" * 5000,
        "alert",
        None,
        "\u2603",
    ]
    assert kinds(found)[3] == Kind("alert", "alert")


def test_very_many_types_have_a_kind_each() -> None:
    data = b"".join(b'{"event_type":"t%d"}\n' % n for n in range(70_000))
    found = lined(data)

    assert len(found.kinds) == 70_001
    assert kinds(found)[69_999] == Kind("t69999")
