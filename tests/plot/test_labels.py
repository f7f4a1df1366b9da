"""Text from the log in a picture."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.backends.backend_agg
import matplotlib.figure
import matplotlib.pyplot as plt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.plot.labels import LITERAL, shown, texts_of
from suricata_eve.printable import ELLIPSIS, plain


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("plain", "plain"),
        ("_x", "_x"),
        ("", '""'),
        ("  ", '"  "'),
        (r"$\frac{$", r"$\frac{$"),
        ("a\nb\x1b[2J\x00", r"a\nb\x1b[2J\x00"),
        ("evil\u202egpj", r"evil\u202egpj"),
        ("中", r"\u4e2d"),
        ("👍", r"\U0001f44d"),
        ("é", "é"),
        ("e\u0301", "é"),
        ("0123456789" * 3, f"012345678901{ELLIPSIS}3456789"),
    ],
)
def test_a_label_is_safe_and_short(text: str, label: str) -> None:
    assert shown(text, 20) == label


def test_a_long_text_is_not_worked_through() -> None:
    """Its beginning and its end are seen, whatever comes between."""
    text = "begin" + "\x1b" * 100_000 + "end"

    assert shown(text, 24).startswith("begin")
    assert shown(text, 24).endswith("end")
    assert len(shown(text, 24)) <= 24


@given(st.text(max_size=100), st.integers(8, 60))
def test_no_text_makes_a_label_that_warns_or_fails(text: str, width: int) -> None:
    label = shown(text, width)
    figure = mpl.figure.Figure(figsize=(1, 1), dpi=20)
    figure.text(0, 0, label, **LITERAL)
    mpl.backends.backend_agg.FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]

    assert 0 < len(label) <= width
    assert plain(label) == label


def test_characters_of_a_font_of_the_user_are_drawn_as_they_are() -> None:
    with plt.rc_context({"font.family": ["no such font", "DejaVu Sans Mono"]}):
        assert shown("é中", 20) == r"é\u4e2d"
    with plt.rc_context({"font.family": ["no such font"]}):
        assert shown("é中", 20) == r"é\u4e2d"


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([1, 2]), ["1", "2"]),
        (pa.array([True]), ["true"]),
        (pa.array(["a"]), ["a"]),
        (pa.array([{"a": 1}]), ["{'a': 1}"]),
        (pa.array([], pa.null()), []),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
    ],
    ids=str,
)
def test_values_of_any_type_are_written(values: pa.Array, texts: list[str]) -> None:
    assert texts_of(values) == texts


def test_ipv6_addresses_are_written_short() -> None:
    """Suricata writes them in full, too long for a label; what only looks like one stays."""
    assert shown("2001:0db8:0020:0000:0000:0000:0000:0020", 32) == "2001:db8:20::20"
    assert shown("2001:0db8:0020:0000:0000:0000:0000:00zz", 40).endswith("00zz")
