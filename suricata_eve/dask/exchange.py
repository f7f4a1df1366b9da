"""Rows to other partitions: to the one of their flow, or into an order over all partitions.

What travels are parcels, one for each partition that a partition has rows for, as bytes in
one column: Dask's own shuffle moves them, in memory, over files or between workers. Nothing
is computed here; the order of rows that go to the same partition is that of the partitions
that they come from, and in each of these their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.packing import packed, unpacked

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["by_range", "exchanged", "shared", "together_by_range"]

Route: TypeAlias = "Callable[..., NDArray[np.int64]]"
"""Given a frame, the number of partitions and more: the partition that each row goes to."""

Key: TypeAlias = "Callable[[pd.DataFrame], tuple[NDArray[Any], NDArray[np.bool_]]]"
"""Given a frame: what to sort each row by, and which rows have nothing to be sorted by."""

_SAMPLES = 1024


def _parcels_meta() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "goal": np.zeros(0, np.int64),
            "source": np.zeros(0, np.int64),
            "parcel": pd.Series([], dtype=pd.ArrowDtype(pa.large_binary())),
        }
    )


def shared(frame: dd.DataFrame) -> dd.DataFrame:
    """Return a frame whose partitions are made once, however often it is used in a result.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Any; what it does not need itself is no longer left out of it by what comes later.

    Returns
    -------
    dask.dataframe.DataFrame
        The same partitions.
    """
    parts = frame.to_delayed()
    # Dask would take objects for text.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_delayed(parts, meta=frame._meta, verify_meta=False, prefix="eve-shared")  # noqa: SLF001


def exchanged(
    frame: dd.DataFrame, route: Route, *more: Any, npartitions: int, meta: pd.DataFrame
) -> dd.DataFrame:
    """Send each row to a partition.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Columns of `meta`.
    route : callable
        Called as ``route(rows, npartitions, *more)`` for each partition; the partition of
        each row, from 0.
    *more : object
        Passed to it; a ``Delayed`` as its value.
    npartitions : int
        How many partitions there will be.
    meta : DataFrame
        Columns and dtypes of the rows.

    Returns
    -------
    dask.dataframe.DataFrame
        The rows by partition, in the order in which they were.
    """
    parcels = frame.map_partitions(
        _sent, route, npartitions, *more, meta=_parcels_meta(), align_dataframes=False
    )
    # `shuffle` would choose partitions by a hash; divisions that are given are kept to.
    met = parcels.set_index("goal", divisions=list(range(npartitions + 1)))
    return met.map_partitions(_received, meta=meta, like=meta)


def _sent(
    rows: pd.DataFrame,
    route: Route,
    npartitions: int,
    *more: Any,
    partition_info: dict[str, Any] | None = None,
) -> pd.DataFrame:
    goal = np.asarray(route(rows, npartitions, *more), np.int64)
    order = np.argsort(goal, kind="stable")
    goals, starts = np.unique(goal[order], return_index=True)
    in_order = bool((np.diff(order) > 0).all())
    parcels = packed(rows if in_order else take_rows(rows, order), [*starts, len(rows)])
    source = partition_info["number"] if partition_info else 0
    return pd.DataFrame(
        {
            "goal": goals,
            "source": np.full(len(goals), source, np.int64),
            "parcel": pd.arrays.ArrowExtensionArray(
                pa.chunked_array([pa.array(parcels, pa.large_binary())])
            ),
        }
    )


def _received(parcels: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    ordered = parcels.sort_values("source", kind="stable")
    return unpacked(ordered["parcel"].tolist(), like)


def by_range(frame: dd.DataFrame, key: Key) -> dd.DataFrame:
    """Send rows to partitions so that no key is smaller than those of partitions before it.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Rows of any partitions.
    key : callable
        Given rows, returns what to sort them by as one array, and a mask of those without
        a key; these go last. Rows with equal keys come together.

    Returns
    -------
    dask.dataframe.DataFrame
        As many partitions of about as many rows each; within them nothing is sorted.
        Where they are cut depends on all rows, and is found when it is computed.

    Notes
    -----
    Sample sort: each partition tells evenly spaced ones of its sorted keys, and those of
    all partitions, weighted by their rows, tell where to cut.
    """
    (ranged,) = together_by_range([frame], key)
    return ranged


def together_by_range(frames: Sequence[dd.DataFrame], key: Key) -> list[dd.DataFrame]:
    """Send rows of several frames to partitions by range, cut in the same places.

    Parameters
    ----------
    frames : sequence of dask.dataframe.DataFrame
        Their columns may differ.
    key : callable
        As in :func:`by_range`; of one type for all.

    Returns
    -------
    list of dask.dataframe.DataFrame
        Each with as many partitions as the first.
    """
    number = frames[0].npartitions
    if all(frame.npartitions == number == 1 for frame in frames):
        return list(frames)
    once = [shared(frame) for frame in frames]
    samples = [dask.delayed(_sample)(part, key) for frame in once for part in frame.to_delayed()]
    cuts = dask.delayed(_cuts)(samples, number)
    return [
        exchanged(frame, _between, key, cuts, npartitions=number, meta=frame._meta)  # noqa: SLF001
        for frame in once
    ]


def _sample(rows: pd.DataFrame, key: Key) -> tuple[NDArray[Any], float]:
    values, missing = key(rows)
    values = np.sort(values[~missing])
    if len(values) <= _SAMPLES:
        return values, 1.0
    places = np.linspace(0, len(values) - 1, _SAMPLES).astype(np.int64)
    return values[places], len(values) / _SAMPLES


def _cuts(samples: list[tuple[NDArray[Any], float]], npartitions: int) -> NDArray[Any]:
    values = np.concatenate([values for values, _ in samples])
    weights = np.concatenate([np.full(len(values), weight) for values, weight in samples])
    if not len(values):
        return values
    order = np.argsort(values, kind="stable")
    filled = np.cumsum(weights[order])
    shares = filled[-1] * np.arange(1, npartitions) / npartitions
    cuts: NDArray[Any] = values[order][np.searchsorted(filled, shares)]
    return cuts


def _between(
    rows: pd.DataFrame, npartitions: int, key: Key, cuts: NDArray[Any]
) -> NDArray[np.int64]:
    values, missing = key(rows)
    goal = np.full(len(rows), npartitions - 1, np.int64)
    goal[~missing] = np.searchsorted(cuts, values[~missing], side="right")
    return goal
