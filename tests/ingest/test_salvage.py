"""Single lines with `json`: what is an event, why another is none, and what was mended."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.ingest.salvage import MAX_DEPTH, Salvaged, columns_of, flatten, salvage


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b" \t\r\n"])
@pytest.mark.parametrize("start", [b"", b" ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf ", b"\t"])
def test_blanks_and_byte_order_marks_around_an_event_are_none_of_it(
    start: bytes, end: bytes
) -> None:
    assert salvage(start + b'{"a":" 1 "}' + end) == Salvaged({"a": " 1 "}, None, 0)


@pytest.mark.parametrize("line", [b"", b"\n", b"\r\n", b" \t", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf"])
def test_a_blank_line_is_no_event_and_no_error(line: bytes) -> None:
    assert salvage(line) == Salvaged(None, None, 0)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (b"\0\0\0", 3),
        (b"\0\n", 1),
        (b'\0\0{"a":1}\0\n', 3),
        (b'\0 \0\xef\xbb\xbf\0{"a":1}', 3),
        (b'{"a":1}', 0),
        (b'{"a":"\\u0000"}', 0),
    ],
)
def test_nul_bytes_around_are_counted(line: bytes, count: int) -> None:
    found = salvage(line)

    assert (found.nul_bytes, found.reason) == (count, None)
    assert (found.event is None) == (b"{" not in line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a":', "cut off or not JSON: Expecting value at column 6"),
        (b'{"a":"b', "cut off or not JSON: Unterminated string starting at column 6"),
        (b'{"a":"\t"}', "cut off or not JSON: Invalid control character at column 7"),
        (b'{"a":1}}', "cut off or not JSON: Extra data at column 8"),
        (b"x", "cut off or not JSON: Expecting value at column 1"),
        (b"[]", "not an object: list"),
        (b"null", "not an object: NoneType"),
        (b'"x"', "not an object: str"),
        (b"1.5", "not an object: float"),
        (b'{"a":' + b"1" * 5000 + b"}", "an integer of too many digits"),
        (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "nested deeper than 200 levels"),
        (b'{"a":' * 201 + b"1" + b"}" * 201, "nested deeper than 200 levels"),
        (b"[" * 1_000_000, "nested deeper than 200 levels"),
        (b'{"a":' * 100_000, "nested deeper than 200 levels"),
    ],
)
def test_why_a_line_is_no_event(line: bytes, reason: str) -> None:
    assert salvage(line) == Salvaged(None, reason, 0)


@pytest.mark.parametrize("kind", ["list", "dict"])
def test_the_deepest_event(kind: str) -> None:
    inner = MAX_DEPTH - 1
    line = (
        b'{"a":' + b"[" * inner + b"]" * inner + b"}"
        if kind == "list"
        else b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH
    )
    found = salvage(line)

    assert found.reason is None
    assert found.event == flatten(json.loads(line))


@pytest.mark.parametrize(
    ("line", "event", "reason"),
    [
        (b'{"a":"\xff\xfe"}', {"a": "\ufffd\ufffd"}, "bytes that are not UTF-8 became U+FFFD"),
        (b'{"a":"\\ud800"}', {"a": "\ufffd"}, "a lone surrogate became U+FFFD"),
        (b'{"a":["x",{"\\uDFFF":"\\udc00y"}]}', None, "a lone surrogate became U+FFFD"),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}, None),
        (b'{"a":"\\\\ud800"}', {"a": "\\ud800"}, None),
        (b'{"a":"\\\\xe9"}', {"a": "\\xe9"}, None),
    ],
)
def test_text_that_is_no_unicode_is_mended(
    line: bytes, event: dict[str, Any] | None, reason: str | None
) -> None:
    expected = {"a": ["x", {"\ufffd": "\ufffdy"}]} if event is None else event

    assert salvage(line) == Salvaged(expected, reason, 0)


def test_the_last_of_a_key_counts() -> None:
    assert salvage(b'{"a":1,"b":{"c":1,"c":2},"a":{"d":3}}').event == {"b.c": 2, "a.d": 3}


# --- flatten --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "flat"),
    [
        ({}, {}),
        ({"a": None, "b": {}, "c": {"d": {"e": None}}}, {}),
        ({"a": {"b": {"c": 1}, "d": [{"e": 2}]}}, {"a.b.c": 1, "a.d": [{"e": 2}]}),
        ({"a": 0, "b": "", "c": False, "d": []}, {"a": 0, "b": "", "c": False, "d": []}),
        ({"a.b": 1, "a": {"b": 2}}, {"a.b": 2}),
        ({"a": {"b": 2}, "a.b": 1}, {"a.b": 1}),
        ({"a": {"b": 2}, "a.b": None}, {"a.b": 2}),
        ({"": {"": 1}, ".": 2}, {".": 2}),
    ],
)
def test_flatten(event: dict[str, Any], flat: dict[str, Any]) -> None:
    before = json.dumps(event)

    assert flatten(event) == flat
    assert json.dumps(event) == before


# --- columns --------------------------------------------------------------------------


def test_columns_of_events() -> None:
    """As long as there are events, and a plain list only where no array is exact."""
    columns = columns_of([{"a": 1, "m": 1}, {"m": "x", "l": [{"k": 1}]}, {"a": 2}])

    assert list(columns) == ["a", "m", "l"]
    assert columns["m"] == [1, "x", None]
    assert pa.array([1, None, 2]).equals(columns["a"])
    assert pa.array([None, [{"k": 1}], None]).equals(columns["l"])


def test_columns_of_no_events() -> None:
    assert columns_of([]) == {}
    assert columns_of([{}, {}]) == {}
