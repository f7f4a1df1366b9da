"""What a frame must hold, found out with `json` alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from suricata_eve.testing import flatten
from suricata_eve.testing.oracle import as_text, events_of, holds_exactly, instant, pruned


@pytest.mark.parametrize(
    ("event", "flat"),
    [
        ({}, {}),
        ({"a": None, "b": {}, "c": {"d": {}}}, {}),
        ({"a": {"b": {"c": 1}}, "d": []}, {"a.b.c": 1, "d": []}),
        ({"a.b": 1, "a": {"b": 2}}, {"a.b": 2}),
        ({"a": {"b": 2}, "a.b": 1}, {"a.b": 1}),
        ({"a.b": 1, "a": {"b": None}}, {"a.b": 1}),
        ({"": {"": 1}, "x": [{"y": {"z": 1}}]}, {".": 1, "x": [{"y": {"z": 1}}]}),
    ],
)
def test_flatten(event: dict[str, Any], flat: dict[str, Any]) -> None:
    assert flatten(event) == flat


def test_events_keep_the_numbers_of_their_lines() -> None:
    lines = (
        b"\n",
        b'{"a":1}\r\n',
        b"[1]\n",
        b"\xef\xbb\xbf{}\n",
        b'\x00\x00{"a":"\xff"}\x00\n',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"a":' + b"1" * 5000 + b"}",
        b'{"a":"' + b"[" * 300 + b'"}',
        b"\xef\xbb\xbf\x00\xef\xbb\xbf {}\n",
    )

    found = dict(events_of(lines))
    assert list(found) == [1, 3, 4, 5, 8, 9]
    assert [found[n].get("a") for n in (1, 3, 4, 5)] == [1, None, "\ufffd", "\ufffd"]


@pytest.mark.parametrize(
    ("text", "formed", "moment"),
    [
        ("2022-01-01T03:41:17.115874+0000", True, "2022-01-01T03:41:17.115874+00:00"),
        ("2022-01-01T03:41:17.115874-0430", True, "2022-01-01T08:11:17.115874+00:00"),
        ("2022-01-01 03:41:17", True, "2022-01-01T03:41:17+00:00"),
        ("2022-01-01T03:41:17.1234567Z", True, "2022-01-01T03:41:17.123456+00:00"),
        ("1950-01-01T00:00:00.5+02", True, "1949-12-31T22:00:00.500000+00:00"),
        ("2022-02-30T00:00:00Z", True, None),
        ("2022-01-01T00:00:00+9900", True, None),
        ("2022-01-01", False, "2022-01-01T00:00:00+00:00"),
        ("yesterday", False, None),
        ("", False, None),
    ],
)
def test_instant(text: str, formed: bool, moment: str | None) -> None:  # noqa: FBT001
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    expected = moment and (dt.datetime.fromisoformat(moment) - epoch) // dt.timedelta(
        microseconds=1
    )

    assert instant(text) == (formed, expected)


@pytest.mark.parametrize(
    ("values", "exact"),
    [
        ([], True),
        (["a", "b"], True),
        ([True, False], True),
        ([True, 1], False),
        ([1, "1"], False),
        ([2**64 - 1, 0], True),
        ([2**64 - 1, -1], False),
        ([2**64], False),
        ([2**53, 0.5], True),
        ([2**53 + 1, 0.5], False),
        ([[1], ["a"]], True),
        ([[1], 1], False),
    ],
)
def test_holds_exactly(values: list[Any], exact: bool) -> None:  # noqa: FBT001
    assert holds_exactly(values) is exact


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é", "é"),
        (True, "true"),
        (12, "12"),
        (12.0, "12"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        ([1.0, {"b": None, "a": "é"}], '[1,{"a":"é"}]'),
    ],
)
def test_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


def test_pruned_leaves_nulls_of_lists() -> None:
    value: list[Any] = [{"a": None, "b": {"c": None}, "d": [None, {}]}, None]

    assert pruned(value) == [{"d": [None, {}]}, None]
