"""One rule tells which characters are shown as escapes, wherever text of a log is shown."""

from __future__ import annotations

import sys
import unicodedata

import pandas as pd
import pyarrow as pa

from suricata_eve.analysis import fields
from suricata_eve.analysis.templates import one_line
from suricata_eve.printable import UNSAFE, plain
from suricata_eve.terminal import printable

# All of them but surrogates, which are no text for Arrow.
EVERY = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]


def test_every_character_is_shown_as_itself_or_as_an_escape() -> None:
    for char in EVERY:
        shown, code = plain(char), ord(char)
        if unicodedata.category(char) not in UNSAFE:
            # The form NFC writes a few characters as others, which are safe or escapes as well.
            assert shown == char or unicodedata.normalize("NFC", char) != char
        elif char not in "\n\r\t" and unicodedata.normalize("NFC", char) == char:
            assert shown in {f"\\x{code:02x}", f"\\u{code:04x}", f"\\U{code:08x}"}
        assert not UNSAFE & set(map(unicodedata.category, shown))


def test_what_ends_a_line_has_its_short_escape() -> None:
    assert plain("a\nb\r\tc\x85\u2028") == r"a\nb\r\tc\x85\u2028"


def test_a_surrogate_is_an_escape() -> None:
    assert plain("\ud800") == r"\ud800"


def test_an_accent_joins_its_letter_and_does_not_pile_up() -> None:
    assert plain("e\u0301\u0301") == "é\\u0301"


def test_terminal_timeline_and_inventory_show_the_same() -> None:
    text = "a\nb\x1b[2J\u202ee\u0301\u0301\ue000\u00a0\U000e0001"
    frame = pd.DataFrame({"text": pd.Series([text], dtype=pd.ArrowDtype(pa.string()))})

    shown = plain(text)

    assert printable(text) == shown
    assert one_line(pa.array([text]), 100).to_pylist() == [shown]
    assert fields(frame)["example"].tolist() == [shown]
