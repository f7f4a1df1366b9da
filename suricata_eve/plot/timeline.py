"""Events over time, stacked by the values of a field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from suricata_eve.plot.axes import (
    amount,
    checked_top,
    is_dark,
    legend,
    matplotlib,
    nothing,
    open_axes,
    say,
    style,
)
from suricata_eve.plot.colors import OTHER, colors_of
from suricata_eve.plot.counts import count_by_time, number_of
from suricata_eve.plot.labels import shown, shown_all
from suricata_eve.plot.timeaxis import days, time_axis
from suricata_eve.plot.times import step_of

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["timeline"]

_BINS = 120
_LABEL = 26


def timeline(
    frame: pd.DataFrame,
    by: str = "event_type",
    *,
    top: int = 8,
    freq: str | dt.timedelta | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many events there are over time, stacked by the values of a field.

    Parameters
    ----------
    frame : DataFrame
        Events with ``timestamp``; it is not changed.
    by : str, default "event_type"
        A field, also one that :func:`suricata_eve.analysis.orientation` tells.
    top : int, default 8
        How many of its values have a colour of their own, from 1 to 15.
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
    suricata_eve.methods.plots.Plots.timeline : The same as a method, with examples.
    """
    top = checked_top(top, most=15)
    step = step_of(freq)
    found = count_by_time(frame, by, top=top, step=step, most=_BINS, method="timeline")
    ax = open_axes(ax, size=(10, 4.2))
    style(ax, title=f"Events over time by {shown(by, 40)}", grid="y")
    if not found.binned.size:
        nothing(ax, "no events" if by == "event_type" else f"no events with {shown(by, 40)}")
        say(ax, "", found.notes)
        return ax
    edges = days(found.binned.edges)
    names = shown_all(found.names, _LABEL)
    colors = colors_of(found.names, field=by, dark=is_dark(ax))
    if found.others:
        names.append(number_of(found.others, "other"))
        colors.append(OTHER)
    floor = np.zeros(found.binned.size, np.int64)
    for row, color in zip(found.counts, colors, strict=True):
        ax.stairs(floor + row, edges, baseline=floor, fill=True, color=color, linewidth=0)
        floor = floor + row
    label = time_axis(ax, found.binned)
    ax.set_ylim(0, max(float(floor.max()) * 1.05, 1))
    ax.yaxis.set_major_locator(
        matplotlib("ticker").MaxNLocator(5, integer=True, steps=[1, 2, 5, 10])
    )
    ax.yaxis.set_major_formatter(matplotlib("ticker").FuncFormatter(amount))
    ax.set_ylabel(f"events per {found.binned.step.name}", fontsize=9)
    say(ax, label, found.notes)
    patches = [matplotlib("patches").Patch(color=color) for color in colors]
    # From the top, as they are stacked.
    legend(ax, patches[::-1], names[::-1], title=shown(by, _LABEL))
    return ax
