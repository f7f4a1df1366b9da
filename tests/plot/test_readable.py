"""What an attacker writes breaks no picture, and labels neither overlap nor run out of it."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from suricata_eve import plot

PICTURES: dict[str, Callable[..., Axes]] = {name: getattr(plot, name) for name in plot.__all__}
SIZES = [None, (4.5, 3.2), (6.4, 4.8), (16, 9)]
EVIL = (
    r"$\frac{$",
    "$$",
    "$a$ and $b$",
    r"\$",
    "_x",
    "_",
    "",
    " ",
    "中文字符" * 9,
    "שלום עולם",
    "مرحبا",
    "\u202etxt.exe",
    "👩‍💻",
    "e\u0301\u0301\u0301",
    "a\x00b\x1b[2J\r\n\t",
    "W" * 200,
    "x" * 100_000,
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "<script>alert(1)</script>",
    r"\input{/etc/passwd}",
    "%s %(x)s {0} {x}",
)


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(texts_in, value.values()))
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(texts_in, value))


def evil_frame(texts: list[str]) -> pd.DataFrame:
    """Return events of every kind that is drawn, with these texts wherever there is text."""
    rows: list[dict[str, Any]] = []
    for number, (text, other) in enumerate(zip(texts, texts[1:] + texts[:1], strict=True)):
        common = {
            "timestamp": pd.Timestamp("2022-01-01", tz="UTC") + number * pd.Timedelta("7min"),
            "src_ip": text,
            "dest_ip": other,
            "app_proto": text,
            "http.url": text,
        }
        alert = {"event_type": "alert", "alert.signature": text, "alert.severity": number % 4}
        volumes = {"flow.bytes_toserver": 100 * number, "flow.bytes_toclient": 7**number % 9999}
        rows += [common | alert, common | {"event_type": "flow"} | volumes]
        rows.append(common | {"event_type": text})
    return pd.DataFrame(rows)


def draw(ax: Axes) -> Figure:
    """Lay out the figure, which measures every text, without the pixels."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    return figure


def shown_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Return the texts that are drawn, and where."""
    texts: list[Any] = figure.findobj(Text)
    drawn = [text for text in texts if text.get_visible() and text.get_text()]
    ticks = [
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for label in _outside_of_view(axis)
    ]
    return [(text.get_text(), text.get_window_extent()) for text in drawn if id(text) not in ticks]


def _outside_of_view(axis: Any) -> list[int]:
    low, high = sorted(axis.get_view_interval())
    return [
        id(label)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if not low <= tick.get_loc() <= high
        for label in (tick.label1, tick.label2)
    ]


def overlapping(boxes: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, first), (other, second) in itertools.combinations(boxes, 2)
        if first.padded(-1).overlaps(second.padded(-1))
    ]


def outside(figure: Figure, boxes: list[tuple[str, Bbox]]) -> list[str]:
    page = figure.bbox.padded(2)
    return [
        text
        for text, box in boxes
        if not (page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1)
    ]


def new_axes(size: tuple[float, float] | None) -> Axes | None:
    return None if size is None else plt.subplots(figsize=size, layout="constrained")[1]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", PICTURES)
def test_texts_do_not_overlap_and_lie_inside_of_the_figure(
    sample: pd.DataFrame, name: str, size: tuple[float, float] | None
) -> None:
    figure = draw(PICTURES[name](sample, ax=new_axes(size)))
    boxes = shown_texts(figure)

    assert len(boxes) > 8
    assert overlapping(boxes) == []
    assert outside(figure, boxes) == []


@pytest.mark.parametrize("size", SIZES[:2], ids=str)
@pytest.mark.parametrize("name", PICTURES)
def test_texts_of_an_attacker_are_drawn_as_they_are(
    truth: dict[str, Any], name: str, size: tuple[float, float] | None
) -> None:
    """No warning, no error, nothing outside of the picture, no mathematics."""
    special = list(dict.fromkeys([*EVIL, *texts_in(truth["special"])]))
    for start in range(0, len(special), 40):
        events = evil_frame(special[start : start + 40])
        figure = draw(PICTURES[name](events, ax=new_axes(size)))
        boxes = shown_texts(figure)

        assert overlapping(boxes) == []
        assert outside(figure, boxes) == []
        drawn: list[Any] = [text for text in figure.findobj(Text) if "$" in text.get_text()]
        assert not any(text.get_parse_math() or text.get_usetex() for text in drawn)
        plt.close(figure)


@pytest.mark.parametrize("kind", ["pdf", "svg"])
@pytest.mark.parametrize("name", PICTURES)
def test_texts_of_an_attacker_can_be_saved(name: str, kind: str) -> None:
    """As text in a drawing, too, which a browser or a reader of PDF shows."""
    into = io.BytesIO()
    with plt.rc_context({"svg.fonttype": "none"}):
        PICTURES[name](evil_frame([*EVIL])).figure.savefig(into, format=kind)  # type: ignore[union-attr]

    if kind == "svg":
        assert ET.fromstring(into.getvalue()).tag.endswith("svg")  # noqa: S314
        assert b"<script" not in into.getvalue()


@pytest.mark.parametrize("by", ["event_type", "http.url", "src_ip"])
def test_every_name_is_in_the_legend(by: str) -> None:
    """Also those that begin with an underscore, which matplotlib leaves out by itself."""
    events = evil_frame(["_x", "_", "$\\frac{$", ""])
    ax = plot.timeline(events, by)
    draw(ax)

    legend = ax.get_legend()
    assert legend is not None
    assert {"_x", "_", "$\\frac{$", '""'} <= {text.get_text() for text in legend.get_texts()}


@pytest.mark.parametrize("name", ["timeline", "heatmap"])
def test_the_name_of_a_field_is_text_as_well(name: str) -> None:
    field = "http.$\\frac{$\x1b" + "中" * 300
    events = evil_frame(["a", "b"]).rename(columns={"http.url": field})

    draw(PICTURES[name](events, field))
    lacking = events.assign(**{field: events[field].where(events["event_type"] == "alert")})
    ax = PICTURES[name](lacking, field)
    draw(ax)

    assert "events without http.$" in ax.get_xlabel().replace("\n", " ")
    draw(PICTURES[name](events.assign(timestamp=pd.Series([], dtype="datetime64[us, UTC]")), field))


@pytest.mark.parametrize("name", PICTURES)
def test_settings_for_mathematics_change_nothing(name: str) -> None:
    """As in a style sheet for papers, where TeX, which may read files, sets all text."""
    events = evil_frame(["$x$", r"\input{x}", "c"])
    with plt.rc_context({"text.usetex": True, "text.parse_math": True}):
        ax = PICTURES[name](events)

    texts: list[Any] = [text for text in ax.findobj(Text) if set("$\\") & set(text.get_text())]
    assert texts
    assert not any(text.get_usetex() for text in texts)


def test_a_legend_covers_no_bar(sample: pd.DataFrame) -> None:
    """Where it has no room beside the axes, it is above what is drawn."""
    for layout in ("constrained", None):
        ax = plt.subplots(figsize=(4.5, 3.2), layout=layout)[1]
        figure = draw(plot.timeline(sample, ax=ax))
        legend = ax.get_legend()
        assert legend is not None
        bottom = ax.transData.inverted().transform(legend.get_window_extent().p0)[1]

        highest = max(max(patch.get_data().values) for patch in ax.patches)  # type: ignore[attr-defined]
        assert bottom > highest
        plt.close(figure)
