"""The most frequent values of a field, and when they were there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from suricata_eve.optional import import_optional_dependency
from suricata_eve.plot.axes import (
    amount,
    checked_top,
    is_dark,
    label_width,
    matplotlib,
    nothing,
    open_axes,
    row_size,
    say,
    style,
)
from suricata_eve.plot.colors import LINE
from suricata_eve.plot.counts import count_by_time, number_of
from suricata_eve.plot.labels import LITERAL, shown, shown_all
from suricata_eve.plot.timeaxis import days, time_axis
from suricata_eve.plot.times import step_of

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["heatmap"]

_BINS = 200


def heatmap(
    frame: pd.DataFrame,
    by: str = "client_ip",
    *,
    top: int = 20,
    freq: str | dt.timedelta | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw when the most frequent values of a field were there: a row each, time to the right.

    Parameters
    ----------
    frame : DataFrame
        Events with ``timestamp``; it is not changed.
    by : str, default "client_ip"
        A field, also one that :func:`suricata_eve.analysis.orientation` tells.
    top : int, default 20
        How many of its values to show, from 1 to 60.
    freq : str or timedelta, optional
        How wide a bin is, such as ``"30min"``; without it, what suits the span.
    ax : matplotlib.axes.Axes, optional
        Empty ones to draw on; without them, those of a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The picture.

    See Also
    --------
    suricata_eve.methods.plots.Plots.heatmap : The same as a method, with examples.
    """
    top = checked_top(top, most=60)
    step = step_of(freq)
    found = count_by_time(frame, by, top=top, step=step, most=_BINS, method="heatmap")
    number = len(found.names)
    ax = open_axes(ax, size=(10, 1.5 + 0.24 * max(number, 6)))
    title = f"{f'Top {number} of ' if found.others else ''}{shown(by, 40)} over time"
    style(ax, title=title, grid="none", share=0.7)
    notes = list(found.notes)
    if found.others:
        events = number_of(int(found.counts[-1].sum()), "event")
        notes.insert(0, f"not in a row: {number_of(found.others, 'other value')}, {events}")
    if not found.binned.size:
        nothing(ax, f"no events with {shown(by, 40)}")
        say(ax, "", notes)
        return ax
    edges = days(found.binned.edges)
    counts = np.ma.masked_equal(found.counts[:number], 0)
    largest = max(int(counts.max()), 2)
    mesh = ax.pcolormesh(
        edges,
        np.arange(number + 1) - 0.5,
        counts,
        cmap=_color_map(ax),
        norm=matplotlib("colors").LogNorm(1, largest),
    )
    lines = np.arange(1, number) - 0.5
    ax.hlines(lines, edges[0], edges[-1], color=LINE, alpha=0.4, linewidth=0.5, zorder=0.5)
    label = time_axis(ax, found.binned)
    ax.set_ylim(number - 0.5, -0.5)
    size = row_size(ax, number)
    names = shown_all(found.names, label_width(ax, 0.4, size))
    ax.set_yticks(range(number), names, fontsize=size, **LITERAL)
    ax.tick_params(axis="y", length=0)
    say(ax, label, notes, share=0.75)
    _color_bar(ax, mesh, int(counts.max()), f"events per {found.binned.step.name}")
    return ax


def _color_map(ax: Axes) -> Any:
    """Return viridis, so that few events are near the colour of the paper, and still seen."""
    library = import_optional_dependency("matplotlib", extra="plot", purpose="plotting")
    colors = matplotlib("colors")
    name = "viridis" if is_dark(ax) else "viridis_r"
    shades = library.colormaps[name](np.linspace(0.12, 1, 256))
    return colors.ListedColormap(shades)


def ticks(largest: int) -> list[int]:
    """Return numbers to label a logarithmic scale with.

    Parameters
    ----------
    largest : int
        Where the scale ends; it begins at 1.

    Returns
    -------
    list of int
        From one to six of them.
    """
    digits = len(str(largest))
    factors = (1, 2, 5) if digits <= 2 else (1, 3) if digits == 3 else (1,)
    every = -(-digits // 6)
    found = [factor * 10**power for power in range(0, digits, every) for factor in factors]
    return [number for number in found if number <= largest]


def _color_bar(ax: Axes, mesh: Any, largest: int, label: str) -> None:
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02, aspect=30, fraction=0.08)
    bar.set_ticks(ticks(largest), labels=[amount(number) for number in ticks(largest)])
    bar.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, length=2)
    bar.set_label(label, fontsize=9)
