"""What is left out before parsing: no line that holds an event that is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest.lines import Lines, find_lines
from suricata_eve.ingest.prefilter import candidates, certain_types
from suricata_eve.ingest.salvage import salvage
from suricata_eve.ingest.selection import Selection

MICROSECONDS = 1_000_000
NEW_YEAR = 1_640_995_200 * MICROSECONDS  # 2022-01-01


def lined(*lines: bytes) -> tuple[Lines, pa.Array]:
    found = find_lines(b"".join(line + b"\n" for line in lines))
    assert len(found) == len(lines)
    return found, found.as_arrow()


def chosen(selection: Selection, *lines: bytes) -> list[bool]:
    result: list[bool] = candidates(*lined(*lines), selection).tolist()
    return result


def types(*lines: bytes) -> list[str | None]:
    result: list[str | None] = certain_types(*lined(*lines)).to_pylist()
    return result


# --- lines that are ruled out --------------------------------------------------------------------

DNS = Selection(event_types=frozenset({"dns"}))
NO_DNS = Selection(exclude_event_types=frozenset({"dns"}))
FLOW = Selection(flow_ids=frozenset({1, 2**53 + 1}))
JANUARY = Selection(since=NEW_YEAR, until=NEW_YEAR + MICROSECONDS)

RULED_OUT: dict[str, tuple[Selection, bytes]] = {
    "type": (DNS, b'{"event_type":"tls"}'),
    "type-with-gaps": (DNS, b' {\t"event_type" :\t"tls" }'),
    "type-at-the-end": (DNS, b'{"flow_id":1,"a":{"b":[1]},"event_type":"tls"}'),
    "type-like": (DNS, b'{"event_type":"dns2"}'),
    "type-in-other-letters": (DNS, b'{"event_type":"DNS"}'),
    "empty-type": (DNS, b'{"event_type":""}'),
    "excluded": (NO_DNS, b'{"event_type":"dns"}'),
    "excluded-before-objects": (NO_DNS, b'{"flow_id":1,"event_type":"dns","a":{"b":[1]}}'),
    "flow": (FLOW, b'{"flow_id":2}'),
    "neighbour": (FLOW, b'{"flow_id": 9007199254740992 }'),
    "longer": (FLOW, b'{"flow_id":11}'),
    "negative": (FLOW, b'{"flow_id":-1,"a":1}'),
    "no-flow": (FLOW, b'{"event_type":"stats","stats":{"uptime":1}} \r'),
    "flow-in-a-text": (FLOW, rb'{"event_type":"x","t":"\"flow_id\":1"}'),
    "no-time": (JANUARY, b'{"event_type":"stats"}'),
    "before": (JANUARY, b'{"timestamp":"2021-12-31T23:59:59.999999Z"}'),
    "until": (JANUARY, b'{"timestamp":"2022-01-01T00:00:01.000000+0000"}'),
    "other-zone": (JANUARY, b'{"timestamp":"2022-01-01T00:00:00.000000+0100"}'),
    "cut": (DNS, b'{"event_type":"tls","a":'),
}


@pytest.mark.parametrize(("selection", "line"), RULED_OUT.values(), ids=RULED_OUT)
def test_a_plain_line_that_is_not_asked_for_is_not_parsed(
    selection: Selection, line: bytes
) -> None:
    """Or there would be nothing to gain. The lines around it do not matter."""
    wanted = b'{"timestamp":"2022-01-01T00:00:00Z","flow_id":1,"event_type":"%s"}' % (
        b"tls" if selection is NO_DNS else b"dns"
    )

    assert chosen(selection, line) == [False]
    assert chosen(selection, wanted, line, b"", wanted) == [True, False, True, True]


# --- lines that only look so ---------------------------------------------------------------------

TYPE_DNS = (
    b'{"event_type":"dns"}',
    b'{"x":{"event_type":"tls"},"event_type":"dns"}',
    b'{"event_type":"dns","x":{"event_type":"tls"}}',
    b'{"x":[{"event_type":"tls"}],"event_type":"dns"}',
    rb'{"t":"\"event_type\":\"tls\"","event_type":"dns"}',
    rb'{"t":",\"event_type\":\"tls\",","event_type":"dns"}',
    rb'{"t\"event_type":"tls","event_type":"dns"}',
    b'{"event_type":"tls","event_type":"dns"}',
    rb'{"\u0065vent_type":"dns"}',
    rb'{"event_type":"tls","\u0065vent_type":"dns"}',
    rb'{"event_type":"tls","event\u005Ftype":"dns"}',
    rb'{"event_type":"\u0064ns"}',
    rb'{"event_type":"d\u006es"}',
    b'\0\0{"event_type":"dns"}',
    b'\xef\xbb\xbf{"event_type":"dns"}\r',
    b'{"event_type":\r"dns"}',
    b'{"t":"}{","event_type":"dns"}',
    b'{"event_type":"dns","t":"\xff"}',
)
FLOW_1 = (
    b'{"flow_id":1}',
    b'{"flow_id":"1"}',
    b'{"flow_id":1.0}',
    b'{"flow_id":1e0}',
    b'{"flow_id":10e-1}',
    b'{"flow_id":true}',
    b'{"x":{"flow_id":2},"flow_id":1}',
    b'{"flow_id":1,"x":{"flow_id":2}}',
    rb'{"t":"\"flow_id\":2,","flow_id":1}',
    b'{"flow_id":2,"flow_id":1}',
    rb'{"flow_id":2,"flow\u005fid":1}',
    rb'{"fl\u006Fw_id":1}',
    b'{"flow_id": 1 , "x":2}',
    b'{"flow_id":9007199254740993}',
    b'{"timestamp":"2022-01-01T00:00:00Z","flo',
    b'{"event_type":"stats"}\0',
    b'{"flow\0_id":1}',
)
IN_TIME = (
    b'{"timestamp":"2022-01-01T00:00:00.000000+0000"}',
    b'{"timestamp":"2022-01-01T00:00:00.999999Z"}',
    b'{"timestamp":"2022-01-01T00:00:00.9999999Z"}',
    b'{"timestamp":"2021-12-31T20:00:00-0400"}',
    b'{"timestamp":"2022-01-01"}',
    b'{"x":{"timestamp":"2000-01-01"},"timestamp":"2022-01-01"}',
    b'{"timestamp":"2022-01-01","x":{"timestamp":"2000-01-01"}}',
    rb'{"timest\u0061mp":"2022-01-01","timestamp":"2000-01-01"}',
    b'{"timestamp":"2000-01-01","timestamp":"2022-01-01"}',
    rb'{"timestamp":"2022-01-01T00\u003a00:00Z"}',
    b'{"timestamp":"\xff","timestamp":"2022-01-01"}',
)


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "together"])
@pytest.mark.parametrize(
    ("selection", "lines"),
    [
        (DNS, TYPE_DNS),
        (Selection(exclude_event_types=frozenset({"tls"})), TYPE_DNS),
        (FLOW, FLOW_1),
        (JANUARY, IN_TIME),
    ],
    ids=["types", "excluded", "flows", "times"],
)
def test_a_line_that_may_be_asked_for_is_parsed(
    selection: Selection, lines: tuple[bytes, ...], *, alone: bool
) -> None:
    """Whatever other lines are read with it, and whatever else is in it."""
    if alone:
        assert [chosen(selection, line) for line in lines] == [[True]] * len(lines)
    else:
        others = [line for _, line in RULED_OUT.values()]
        both = [line for pair in zip(lines, others, strict=False) for line in pair]
        both += lines[len(others) :]
        found = chosen(selection, *both)
        assert all(keep for line, keep in zip(both, found, strict=True) if line in lines)


@pytest.mark.parametrize("line", [b"{}", b"", b'{"event_type":null}', b'{"event_type":5}', b"null"])
def test_an_event_without_a_type_is_not_excluded(line: bytes) -> None:
    assert chosen(NO_DNS, line) == [True]


def test_conditions_must_all_be_met() -> None:
    both = Selection(event_types=frozenset({"dns"}), flow_ids=frozenset({1}), contains=(b"x",))
    lines = [
        b'{"event_type":"dns","flow_id":1,"t":"x"}',
        b'{"event_type":"tls","flow_id":1,"t":"x"}',
        b'{"event_type":"dns","flow_id":2,"t":"x"}',
        b'{"event_type":"dns","flow_id":1,"t":"y"}',
    ]

    assert chosen(both, *lines) == [True, False, False, False]


def test_an_empty_set_rules_out_what_is_plain() -> None:
    """Only of lines whose value is plain; the others are decided when they are parsed."""
    nothing: list[Any] = [
        Selection(event_types=frozenset()),
        Selection(flow_ids=frozenset()),
        Selection(contains=()),
    ]
    for selection in nothing:
        assert chosen(selection, b'{"event_type":"dns","flow_id":1}') == [False]


# --- texts ---------------------------------------------------------------------------------------

SIGNS = [bytes([value]) for value in range(256) if value != 10]


def test_a_text_is_found_byte_for_byte() -> None:
    """No byte means anything but itself, to whatever looks for it."""
    for sign in SIGNS:
        found = chosen(Selection(contains=(b"a" + sign + b"b",)), *(b"a" + s + b"b" for s in SIGNS))
        assert [s for s, keep in zip(SIGNS, found, strict=True) if keep] == [sign], sign


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((b"",), [True, True, True, True]),
        ((b"ab",), [True, False, True, False]),
        ((b"ab", b"cd"), [True, False, True, True]),
        ((b"ab", b""), [True, True, True, True]),
        ((b"b\r",), [False, False, True, False]),
        ((b"bab",), [False, False, False, False]),
        ((b"a" * 10_000,), [False, False, False, False]),
    ],
    ids=["empty", "one", "two", "two-one-empty", "return", "across-lines", "long"],
)
def test_one_of_the_texts_is_in_the_line(texts: tuple[bytes, ...], expected: list[bool]) -> None:
    assert chosen(Selection(contains=texts), b"ab", b"", b"ab\r", b"xcdx") == expected


def test_a_text_outside_the_block_is_not_found() -> None:
    """Where the block is a view of something larger."""
    data = bytearray(b"needle\nother\nneedle\n")
    lines = find_lines(memoryview(data)[7:13].toreadonly())

    found = candidates(lines, lines.as_arrow(), Selection(contains=(b"needle",)))
    assert found.tolist() == [False]


# --- types that need no parser -------------------------------------------------------------------


def test_types_are_told_where_there_is_no_doubt() -> None:
    lines = [
        b'{"event_type":"dns"}',
        b'{"timestamp":"x","flow_id":1,"event_type" : "tls","tls":{"event_type2":1}}',
        b'{"event_type":""}',
        '{"event_type":"h\u00e9"}'.encode(),
    ]

    assert types(*lines) == ["dns", "tls", "", "h\u00e9"]


DOUBTFUL = (
    b"",
    b"{}",
    b"event_type",
    b'"event_type":"dns"',
    b'{"event_type":5}',
    b'{"event_type":null}',
    b'{"event_type":["dns"]}',
    b'{"x":{"event_type":"dns"}}',
    b'{"x":{"a":1,"event_type":"dns"}}',
    rb'{"t":"\"event_type\":\"dns\""}',
    rb'{"t":",\"event_type\":\"dns\""}',
    b'{"t":",","event_type":"dns","event_type":"tls"}',
    rb'{"event_type":"dns","\u0065vent_type":"tls"}',
    rb'{"event_type":"d\u006es"}',
    b'{"event_type":"\xff"}',
    b'x{"event_type":"dns"}',
)


@pytest.mark.parametrize("together", [True, False])
def test_types_are_not_told_where_there_is_doubt(*, together: bool) -> None:
    if together:
        assert types(*DOUBTFUL) == [None] * len(DOUBTFUL)
    else:
        assert [types(line) for line in DOUBTFUL] == [[None]] * len(DOUBTFUL)


def test_what_is_told_is_what_a_parser_says() -> None:
    for line in (*TYPE_DNS, *DOUBTFUL, *(line for _, line in RULED_OUT.values())):
        (name,) = types(line)
        event = salvage(line + b"\n").event
        if name is not None and event is not None:
            assert event.get("event_type") == name, line


def test_there_may_be_no_lines() -> None:
    lines = find_lines(b"")

    assert certain_types(lines, lines.as_arrow()).to_pylist() == []
    for selection in (DNS, NO_DNS, FLOW, JANUARY, Selection(contains=(b"x",))):
        np.testing.assert_array_equal(candidates(lines, lines.as_arrow(), selection), [])


def test_time_grows_with_the_text_and_not_faster() -> None:
    """Expressions are matched without going back: such lines would take hours otherwise."""
    hostile = [
        b'{"event_type" ' + b" " * 200_000,
        b'{"event_type":"' + b"\\" * 200_000,
        b"{" + b'"",' * 100_000,
        b'"event_type":' * 50_000,
        b'{"flow_id":' + b"1" * 200_000,
    ]
    for selection in (DNS, NO_DNS, FLOW, JANUARY):
        assert len(chosen(selection, *hostile)) == len(hostile)
    assert types(*hostile) == [None] * len(hostile)
