"""The axis of time: ticks that say what they are at any span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from suricata_eve.plot.axes import NARROW, matplotlib, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from suricata_eve.plot.times import Binned

__all__ = ["days", "time_axis"]

_WIDE = 7.0  # inches


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


def time_axis(ax: Axes, layout: Binned) -> str:
    """Make the horizontal axis one of times in UTC, and return its label.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    layout : Binned
        The bins, of which there must be one.

    Returns
    -------
    str
        From which to which day its events are, so that labels of ticks need not say it.
    """
    dates = matplotlib("dates")
    locator = _locator(ax)
    ax.xaxis.set_major_locator(locator)
    # The offset, which would say the minute, is not shown: so a second is said in full.
    ax.xaxis.set_major_formatter(
        dates.ConciseDateFormatter(
            locator,
            tz=dates.UTC,
            formats=["%Y", "%b", "%d", "%H:%M", "%H:%M", "%H:%M:%S.%f"],
            zero_formats=["", "%Y", "%b", "%b-%d", "%H:%M", "%H:%M:%S"],
            show_offset=False,
        )
    )
    ax.set_xlim(*days(layout.edges[[0, -1]]))
    return f"time (UTC), {layout.span}"


def _locator(ax: Axes) -> Any:
    """Return where ticks are: no more than their labels have room for."""
    dates = matplotlib("dates")
    # With fewer than these matplotlib warns that it found no interval that suits.
    most = {dates.MICROSECONDLY: 6}
    least = 5
    if width_of(ax) < NARROW:
        kinds = (dates.YEARLY, dates.MONTHLY, dates.DAILY, dates.HOURLY, dates.MINUTELY)
        most = dict.fromkeys((*kinds, dates.SECONDLY, dates.MICROSECONDLY), 5)
        least = 2
    elif width_of(ax) < _WIDE:
        most = {dates.SECONDLY: 7, dates.MICROSECONDLY: 5}
        least = 3
    locator = dates.AutoDateLocator(tz=dates.UTC, minticks=least, maxticks=most)
    # An interval more than twice the next smaller one may leave a single tick.
    for kind in (dates.MINUTELY, dates.SECONDLY):
        locator.intervald[kind] = [1, 2, 3, 5, 10, 15, 30]
    more = [25 * 10**power for power in range(2, 5)]
    locator.intervald[dates.MICROSECONDLY] = sorted(locator.intervald[dates.MICROSECONDLY] + more)
    return locator
