"""Runs of places, taken one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["portions", "repeated"]

_MOST = 2**22


def repeated(
    counts: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count through runs that begin at different places.

    Parameters
    ----------
    counts : ndarray of int64
        How long each run is.
    starts : ndarray of int64
        Where it begins.

    Returns
    -------
    tuple of ndarray of int64
        The number of the run, and the place, for each place of each run.
    """
    run = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return run, np.arange(len(run)) - before[run] + starts[run]


def portions(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Divide runs so that the places of each portion fit in memory.

    Parameters
    ----------
    counts : ndarray of int64
        How long each run is.

    Yields
    ------
    tuple of int
        The first run of a portion, and the first that is no more of it.
    """
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, before + _MOST, side="right")), start + 1)
        yield start, stop
        start = stop
