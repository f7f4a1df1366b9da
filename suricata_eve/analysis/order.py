"""Put rows into the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.columns import instant_column
from suricata_eve.analysis.rows import take_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Times", "time_order", "times_at"]


class Times(NamedTuple):
    """What to sort events by."""

    no_time: NDArray[np.bool_]
    """Whether they have no time: these come last."""

    moment: NDArray[np.int64]
    """Their time, in microseconds since 1970; 0 for none."""

    place: NDArray[np.int64]
    """Of events of one time, the label in an index of integers, else the position."""


def times_at(frame: pd.DataFrame, positions: NDArray[np.int64]) -> Times:
    """Return what to sort some events by.

    Parameters
    ----------
    frame : DataFrame
        Has the column ``timestamp``.
    positions : ndarray of int64
        Positions of rows.

    Returns
    -------
    Times
        For each of them.
    """
    times = instant_column(take_column(frame["timestamp"], positions)).cast(pa.int64())
    place = positions
    if pd.api.types.is_integer_dtype(frame.index.dtype) and not frame.index.hasnans:
        place = frame.index.take(positions).to_numpy()
    return Times(np.asarray(times.is_null()), np.asarray(times.fill_null(0)), place)


def time_order(
    frame: pd.DataFrame,
    positions: NDArray[np.int64],
    *,
    first: Sequence[NDArray[np.int64]] = (),
) -> NDArray[np.int64]:
    """Sort positions of rows by time, then by place.

    Parameters
    ----------
    frame : DataFrame
        Has the column ``timestamp``. An index of integers, such as the line numbers that
        :func:`suricata_eve.read_eve` gives, is the place; else the position is.
    positions : ndarray of int64
        Positions of rows.
    first : sequence of ndarray of int64, default ()
        What to sort by before time, the most important last, one number per position.

    Returns
    -------
    ndarray of int64
        The same positions, sorted. Rows without a time come after those with one.
    """
    times = times_at(frame, positions)
    keys = [positions, times.place, times.moment, times.no_time]
    return positions[np.lexsort([*keys, *first])]
