"""Axes to draw on, and what all pictures have in common on them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.optional import import_optional_dependency
from suricata_eve.options import integer_of
from suricata_eve.plot.colors import LINE, MUTED
from suricata_eve.plot.labels import LITERAL, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

__all__ = [
    "NARROW",
    "amount",
    "checked_top",
    "is_dark",
    "label_width",
    "legend",
    "matplotlib",
    "nothing",
    "open_axes",
    "room_of",
    "row_size",
    "say",
    "style",
    "text_width",
    "width_of",
]

NARROW = 5.0
"""Width in inches, below which there is no room beside axes."""

_LETTER = 0.6  # width of a letter per its size, of DejaVu Sans


def matplotlib(module: str) -> Any:
    """Import a module of matplotlib, or say what to install.

    Parameters
    ----------
    module : str
        Its name after ``matplotlib.``.

    Returns
    -------
    module
        The module.
    """
    return import_optional_dependency(f"matplotlib.{module}", extra="plot", purpose="plotting")


def open_axes(ax: Axes | None, *, size: tuple[float, float]) -> Axes:
    """Return the axes to draw on.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Those of the user; None for a new figure.
    size : tuple of float
        Of a new figure, in inches.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    EveTypeError
        If `ax` is something else, or not one with a horizontal and a vertical axis.
    EveOptionError
        If something is drawn on it: what its axes say would be true of one of both only.
    """
    if ax is None:
        figure = matplotlib("pyplot").figure(figsize=size, layout="constrained")
        made: Axes = figure.add_subplot()
        return made
    wanted: type[Axes] = matplotlib("axes").Axes
    if not isinstance(ax, wanted):
        msg = (
            f"ax is an Axes of matplotlib, not {type(ax).__name__}; plt.subplots() gives a figure "
            f"and its Axes, of several an array to choose one of"
        )
        raise EveTypeError(msg)
    if ax.name != "rectilinear":
        msg = f"ax has a projection, {ax.name!r}; give one without, as plt.subplots() makes them"
        raise EveTypeError(msg)
    if ax.has_data():
        msg = "ax shows something already; give an empty one, or empty it first: ax.clear()"
        raise EveOptionError(msg)
    return ax


def is_dark(ax: Axes) -> bool:
    """Tell whether axes are drawn on a dark ground.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.

    Returns
    -------
    bool
        By the luminance of ITU-R BT.709.
    """
    red, green, blue = matplotlib("colors").to_rgb(ax.get_facecolor())
    return bool(0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5)


def checked_top(top: object, *, most: int) -> int:
    """Return how many values to show.

    Parameters
    ----------
    top : object
        What was passed.
    most : int
        How many can be read.

    Returns
    -------
    int
        The number.

    Raises
    ------
    EveTypeError
        If it is no integer.
    EveOptionError
        If it is below 1 or above `most`.
    """
    return integer_of("top", top, f"how many to show, from 1 to {most}", least=1, most=most)


def width_of(ax: Axes) -> float:
    """Return the width of the place that axes have in their figure, in inches.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.

    Returns
    -------
    float
        With what stands beside them, as far as a layout knows.
    """
    return float(ax.bbox.width / ax.figure.dpi)


def room_of(ax: Axes) -> float:
    """Return about how wide axes and what stands beside them may be, in inches.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.

    Returns
    -------
    float
        A layout takes the margins for them, too, which are about a fifth of the axes.
    """
    return width_of(ax) * (1.2 if ax.figure.get_layout_engine() is not None else 1)


def text_width(letters: int, size: float) -> float:
    """Return about how wide a text is, in inches.

    Parameters
    ----------
    letters : int
        How many it has.
    size : float
        Of the letters, in points.

    Returns
    -------
    float
        Enough for most texts, also in a font of one width.
    """
    return letters * size * _LETTER / 72


def label_width(ax: Axes, share: float, size: float) -> int:
    """Return how many letters a label may have.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes that it stands beside.
    share : float
        Of the width of the axes.
    size : float
        Of the letters, in points.

    Returns
    -------
    int
        From 12 to 64.
    """
    return int(np.clip(width_of(ax) * share / text_width(1, size), 12, 64))


def style(ax: Axes, *, title: str, grid: str = "both", share: float = 1) -> None:
    """Give axes a title, a light grid behind what is drawn, and no frame.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    title : str
        What is to be seen.
    grid : {"both", "x", "y", "none"}, default "both"
        Along which axis.
    share : float, default 1
        How much of the width is left for the title beside long labels.
    """
    lines = _lines(ax, title, 11, share)
    literal([ax.set_title("\n".join(lines), loc="left", fontsize=11)])
    ax.set_axisbelow(True)
    ax.grid(visible=False)
    if grid != "none":
        ax.grid(visible=True, axis=grid, color=LINE, alpha=0.35, linewidth=0.6)  # type: ignore[arg-type]
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(LINE)
    ax.tick_params(color=LINE, labelsize=9, which="both")


def _lines(ax: Axes, text: str, size: float, share: float = 1) -> list[str]:
    """Break a text into lines as wide as the axes."""
    letters = max(int(width_of(ax) * share * 72 / (size * 0.56)), 16)
    return textwrap.wrap(text, letters, break_on_hyphens=False) or [""]


def row_size(ax: Axes, rows: int) -> float:
    """Return the size of letters that rows of labels have room for.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes that they stand beside.
    rows : int
        How many there are.

    Returns
    -------
    float
        In points, from 4 to 9.
    """
    height = ax.bbox.height / ax.figure.dpi * 72
    return float(np.clip(0.62 * height / rows, 4, 9))


def say(ax: Axes, label: str, notes: Sequence[str], *, share: float = 1) -> None:
    """Label the horizontal axis, and say below what is not shown.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    label : str
        What the axis is.
    notes : sequence of str
        Each a phrase.
    share : float, default 1
        How much of the width is left beside long labels.
    """
    lines = [label] if label else []
    if notes:
        lines += _lines(ax, "; ".join(notes), 9, share)
    literal([ax.set_xlabel("\n".join(lines), fontsize=9)])


def nothing(ax: Axes, what: str) -> None:
    """Say that there is nothing to draw.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    what : str
        Of what there is nothing.
    """
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.text(
        0.5, 0.5, what, transform=ax.transAxes, ha="center", va="center", color=MUTED, **LITERAL
    )


def amount(value: float, _: object = None) -> str:
    """Write a number with separators of thousands.

    Parameters
    ----------
    value : float
        The number.
    _ : object, optional
        Its place among ticks.

    Returns
    -------
    str
        Whole numbers without a fraction.
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,g}"


def legend(
    ax: Axes, handles: Sequence[Any], labels: Sequence[str], *, title: str, scale: str = "linear"
) -> None:
    """Put a legend where it covers nothing.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes; their limits must have been set.
    handles : sequence of matplotlib.artist.Artist
        What is explained.
    labels : sequence of str
        Their labels, ready to be shown.
    title : str
        Of the legend.
    scale : {"linear", "log"}, default "linear"
        Of the vertical axis.
    """
    if width_of(ax) >= NARROW and ax.figure.get_layout_engine() is not None:
        where: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
    else:
        longest = max(map(len, labels), default=1)
        columns = int(width_of(ax) * 72 // (4.2 * (longest + 5)))
        where = {"loc": "upper left", "ncols": max(1, min(columns, len(labels), 5))}
    # The labels are put in afterwards: those that begin with "_" would be left out.
    size = 7 if "ncols" in where else 8
    blank = [str(number) for number in range(len(handles))]
    made = ax.legend(
        handles, blank, title=title, fontsize=size, title_fontsize=size, frameon=False,
        alignment="left", handlelength=1.2, columnspacing=1.0, **where,
    )  # fmt: skip
    for text, label in zip(made.get_texts(), labels, strict=True):
        text.set_text(label)
    literal([made.get_title(), *made.get_texts()])
    if "ncols" in where:
        _make_room(ax, made, scale)


def _make_room(ax: Axes, made: Any, scale: str) -> None:
    """Raise the upper limit, so that a legend inside the axes is above what is drawn."""
    share = min(made.get_window_extent().height / ax.bbox.height + 0.06, 0.7)
    low, high = ax.get_ylim()
    if scale == "log":
        ax.set_ylim(low, low * (high / low) ** (1 / (1 - share)))
    else:
        ax.set_ylim(low, low + (high - low) / (1 - share))
