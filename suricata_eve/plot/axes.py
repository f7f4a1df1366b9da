"""Axes to draw on, and what all pictures have in common on them."""

from __future__ import annotations

import operator
import textwrap
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.optional import import_optional_dependency
from suricata_eve.plot.colors import LINE, MUTED
from suricata_eve.plot.labels import LITERAL, literal
from suricata_eve.plot.times import span_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = [
    "NARROW",
    "amount",
    "checked_top",
    "days",
    "label_width",
    "legend",
    "matplotlib",
    "nothing",
    "open_axes",
    "row_size",
    "say",
    "style",
    "time_axis",
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
        If `ax` is something else.
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
    return ax


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
    if isinstance(top, bool) or not isinstance(top, SupportsIndex):
        msg = f"top is an integer, not {type(top).__name__}: {top!r}"
        raise EveTypeError(msg)
    number = operator.index(top)
    if not 1 <= number <= most:
        msg = f"top is how many to show, from 1 to {most}, not {number}"
        raise EveOptionError(msg)
    return number


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
    return int(np.clip(width_of(ax) * share * 72 / (size * _LETTER), 12, 64))


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


def days(times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return times as matplotlib's dates.

    Parameters
    ----------
    times : ndarray of int64
        Microseconds since 1970.

    Returns
    -------
    ndarray of float64
        Days since matplotlib's epoch.
    """
    return np.asarray(matplotlib("dates").date2num(times.astype("datetime64[us]")), np.float64)


def time_axis(ax: Axes, edges: NDArray[np.int64]) -> str:
    """Make the horizontal axis one of times in UTC, and return its label.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    edges : ndarray of int64
        Where bins begin and the last one ends, in microseconds since 1970.

    Returns
    -------
    str
        From which to which day it goes, so that labels of ticks need not say it.
    """
    dates = matplotlib("dates")
    # With fewer ticks than these matplotlib warns that it found no interval that suits.
    few = {"minticks": 2, "maxticks": 5} if width_of(ax) < NARROW else {}
    locator = dates.AutoDateLocator(tz=dates.UTC, **few)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(
        dates.ConciseDateFormatter(locator, tz=dates.UTC, show_offset=False)
    )
    ax.set_xlim(*days(edges[[0, -1]]))
    return f"time (UTC), {span_of(edges[0], edges[-1] - 1)}"


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
