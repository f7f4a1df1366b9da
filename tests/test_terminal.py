"""Text from a log reaches a terminal as text, and never as a command to it."""

from __future__ import annotations

import unicodedata

import pytest

from suricata_eve.terminal import cut, display_width, printable, table

HOSTILE = [
    "\x1b[2J\x1b]0;title\x07",  # clears the screen, sets the title
    "\x9b31m",  # an escape sequence in one byte
    "a\nb\rc\td\x0be\x85f\u2028g\u2029h",  # everything that may end a line
    "user\u202egpj.exe\u2066x\u2069",  # turned around
    "\u200b\u200d\ufeff\u00ad",  # nothing to see
    "e" + "\u0301" * 200,  # climbs over the lines above
    "\ud800\udfff",  # surrogates, as JSON may hold them
    "\U000e0041\ue000",  # tags, private use
    "\x00\x7f",
]
UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"}


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_character_that_acts_on_a_terminal_gets_through(text: str) -> None:
    assert not {unicodedata.category(char) for char in printable(text)} & UNSAFE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[0m", "a\\x1b[0m"),
        ("a\nb\t", "a\\nb\\t"),
        ("\u202e\U000e0041", "\\u202e\\U000e0041"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("déjà 日本 ${jndi:…}", "déjà 日本 ${jndi:…}"),
    ],
)
def test_what_is_not_shown_as_it_is_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_text_is_only_looked_at_as_far_as_it_is_shown() -> None:
    assert printable("x" * 10_000_000, limit=5) == "xxxxx…"


@pytest.mark.parametrize("width", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("text", [*HOSTILE, "日本語のテキスト", "plain", ""], ids=ascii)
def test_a_cut_text_is_never_wider_than_its_room(text: str, width: int) -> None:
    assert display_width(cut(text, width)) <= width


def test_a_text_that_fits_is_not_cut() -> None:
    assert cut("日本", 4) == "日本"
    assert cut("日本", 3) == "日…"


def test_a_table_keeps_its_width_and_its_columns_whatever_the_cells_hold() -> None:
    rows = [["7", text, text] for text in HOSTILE] + [["1000", "日本", "x" * 500]]
    lines = table(["n", "what", "rest"], rows, width=80, numbers=frozenset({0}), caps={1: 20})

    assert len(lines) == len(rows) + 1
    assert max(map(display_width, lines)) <= 80
    assert {line[:6].strip() for line in lines} == {"n", "7", "1000"}
