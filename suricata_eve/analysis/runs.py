"""Runs of places, taken one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["repeated"]


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
