"""A cell never passes a part of a text off as the whole."""

from __future__ import annotations

import pytest

from suricata_eve.reports.cells import HEAD, WHOLE, text, word

# Each becomes one character where it is shown: NFC puts the parts of a letter together.
PARTS = ["e\u0301", "\u1100\u1161\u11a8", "\u03b1\u0313\u0300\u0345"]


@pytest.mark.parametrize("part", ["a", "\n", "<", "\U0001f600", *PARTS])
@pytest.mark.parametrize("times", [1, HEAD // 4, HEAD - 1, HEAD, HEAD + 1, WHOLE, WHOLE + 1])
def test_what_is_left_out_is_marked(part: str, times: int) -> None:
    value = part * times + "end"

    assert ("end" in text(value)) != (f"cut here, of {len(value):,} characters" in text(value))
    assert word(value).endswith("end") != word(value).endswith("…")


def test_what_is_short_enough_is_whole() -> None:
    assert word("a" * HEAD) == "a" * HEAD
    assert text("a" * HEAD) == f"<bdi>{'a' * HEAD}</bdi>"
    assert "cut here" not in text("a" * WHOLE)
    assert text("a" * WHOLE).startswith("<details>")
