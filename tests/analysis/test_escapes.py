"""Escapes are undone, also nested ones, and every byte knows where it came from."""

from __future__ import annotations

import numpy as np
import pytest

from suricata_eve.analysis.escapes import undo_escapes


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (b"%24%7bjndi", b"${jndi"),
        (b"%2524%257B", b"${"),
        (b"%252524", b"$"),
        (rb"\u0024\u007B", b"${"),
        (rb"\x24\x7b", b"${"),
        (rb"ldap:\/\/host", b"ldap://host"),
        (rb"%5Cu0024", b"$"),
        (b"\\u0131 \\u20ac", "ı €".encode()),
        (b"%C4%B1", "ı".encode()),
        (b"a+b c", b"a+b c"),
    ],
)
def test_every_kind_of_escape_is_undone(escaped: bytes, plain: bytes) -> None:
    assert undo_escapes(escaped).data == plain


@pytest.mark.parametrize(
    "text", [b"", b"%", b"100%", b"%2", b"%zz", b"\\", rb"\u12", rb"\u12g4", rb"\x4", b"a\\"]
)
def test_what_only_looks_like_an_escape_stays(text: bytes) -> None:
    plain = undo_escapes(text)

    assert plain.data == text
    assert plain.starts is None


def test_a_fourth_layer_stays_escaped() -> None:
    assert undo_escapes(b"%25252524").data == b"%24"


def test_origin_gives_the_escaped_bytes_back() -> None:
    raw = rb"/a%2524\u20ac{%7"
    plain = undo_escapes(raw)
    dollar = plain.data.index(b"$")
    euro = plain.data.index("€".encode())

    start, end = plain.origin(dollar, dollar + 1)
    assert raw[start:end] == b"%2524"
    start, end = plain.origin(euro, euro + 3)
    assert raw[start:end] == rb"\u20ac"
    start, end = plain.origin(0, len(plain.data))
    assert raw[start:end] == raw


def test_places_leads_from_the_raw_bytes_to_the_plain_ones() -> None:
    raw = b"%41\nb%43\nd"
    plain = undo_escapes(raw)

    assert plain.data == b"A\nbC\nd"
    assert plain.places(np.array([0, 4, 9, len(raw)])).tolist() == [0, 2, 5, len(plain.data)]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 3)])
def test_an_empty_span_has_an_empty_origin(start: int, end: int) -> None:
    left, right = undo_escapes(b"%41bc").origin(start, end)

    assert left == right
