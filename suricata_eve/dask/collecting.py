"""Partial results together: in a tree, or as one frame of pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd

from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.packing import packed, unpacked
from suricata_eve.dask.parcels import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dask.delayed import Delayed

__all__ = ["merged", "to_pandas"]

_FAN = 8


def merged(
    parts: Sequence[Delayed], merge: Callable[..., Any], *, more: Sequence[object] = ()
) -> Delayed:
    """Merge partial results, a few at a time.

    Parameters
    ----------
    parts : sequence of Delayed
        At least one.
    merge : callable
        Called as ``merge(results, *more)`` with some results in order, it returns one like
        them.
    more : sequence of object, default ()
        Passed to it; a ``Delayed`` as its value.

    Returns
    -------
    Delayed
        What all of them make; of a single one as well.
    """
    task = dask.delayed(merge, pure=False)
    level = list(parts)
    while True:
        level = [task(level[n : n + _FAN], *more) for n in range(0, len(level), _FAN)]
        if len(level) == 1:
            return level[0]


def to_pandas(frame: dd.DataFrame) -> pd.DataFrame:
    """Compute a frame of events, without the columns that are empty in it.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Any.

    Returns
    -------
    DataFrame
        Its rows; without any, the core columns of EVE and those of ``orient``.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.to_pandas : The same as a method, with examples.
    """
    # Packed in the task that makes the partition, so that no empty column leaves it.
    parts = dask.compute(*parts_of(frame, _whole))
    parcels = [parcel for part in parts for parcel in part]
    meta = frame._meta  # noqa: SLF001
    if not parcels:
        return take_rows(meta, np.zeros(0, np.int64))
    return unpacked(parcels, meta, keep=(), combined=False)


def _whole(rows: pd.DataFrame) -> list[bytes]:
    return packed(rows, [0, len(rows)])
