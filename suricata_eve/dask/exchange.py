"""Rows to other partitions: to the one of their flow, or into an order over all partitions.

What travels are parcels, one for each partition that a partition has rows for, as bytes in
one column: Dask's own shuffle moves them, in memory, over files or between workers. Nothing
is computed here; the order of rows that go to the same partition is that of the partitions
that they come from, and in each of these their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.packing import conformed, packed, unpacked

if TYPE_CHECKING:
    from dask.delayed import Delayed
    from numpy.typing import NDArray

__all__ = ["Parts", "by_range", "exchanged", "parts_of", "rows_at", "shared", "together_by_range"]

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


class Parts(NamedTuple):
    """A frame that is only handed on."""

    parts: Sequence[Delayed]
    """Its partitions, which may lack columns that are empty in them."""

    meta: pd.DataFrame
    """All columns."""


def parts_of(
    frame: dd.DataFrame, function: Callable[..., Any], *, more: Sequence[object] = ()
) -> list[Delayed]:
    """Return what a function makes of each partition of a frame.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Any.
    function : callable
        Called as ``function(rows, *more)``, together with what makes the partition; so
        nobody else who needs it has to wait for this, or keeps it waiting.
    more : sequence of object, default ()
        Passed to it; a ``Delayed`` as its value.

    Returns
    -------
    list of Delayed
        Of any kind.
    """
    made = frame.map_partitions(function, *more, meta=("x", object), enforce_metadata=False)
    return list(made.to_delayed())


def rows_at(
    rows: pd.DataFrame, positions: NDArray[np.int64], needed: Sequence[str]
) -> pd.DataFrame:
    """Take rows that are only handed on.

    Parameters
    ----------
    rows : DataFrame
        A partition; it is not changed.
    positions : ndarray of int64
        Which of them.
    needed : sequence of str
        Columns that are kept also if they are empty.

    Returns
    -------
    DataFrame
        The rows, without other columns that are empty in them.
    """
    taken = take_rows(rows, positions)
    kept = rows.columns.isin(taken.columns) | rows.columns.isin(needed)
    return conformed(taken, rows.loc[:, kept].iloc[:0])


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
    return _frame_of(frame.to_delayed(), frame._meta)  # noqa: SLF001


def exchanged(
    frame: dd.DataFrame,
    route: Route,
    *,
    npartitions: int,
    meta: pd.DataFrame,
    more: Sequence[object] = (),
) -> dd.DataFrame:
    """Send each row to a partition.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Columns of `meta`.
    route : callable
        Called as ``route(rows, npartitions, *more)`` for each partition; the partition of
        each row, from 0.
    npartitions : int
        How many partitions there will be.
    meta : DataFrame
        Columns and dtypes of the rows.
    more : sequence of object, default ()
        Passed to `route`; a ``Delayed`` as its value.

    Returns
    -------
    dask.dataframe.DataFrame
        The rows by partition, in the order in which they were.
    """
    parcels = frame.map_partitions(
        _sent, route, npartitions, *more, meta=_parcels_meta(), align_dataframes=False
    )
    return _met(parcels, npartitions, meta)


def _met(parcels: dd.DataFrame, npartitions: int, meta: pd.DataFrame) -> dd.DataFrame:
    # `shuffle` would choose partitions by a hash; divisions that are given are kept to.
    met = parcels.set_index("goal", divisions=list(range(npartitions + 1)))
    # The divisions are of partitions, and not of the index that the rows have.
    return met.map_partitions(_received, meta=meta, like=meta, clear_divisions=True)


def _sent(
    rows: pd.DataFrame,
    route: Route,
    npartitions: int,
    *more: Any,
    source: int = 0,
    partition_info: dict[str, Any] | None = None,
) -> pd.DataFrame:
    goal = np.asarray(route(rows, npartitions, *more), np.int64)
    order = np.argsort(goal, kind="stable")
    goals, starts = np.unique(goal[order], return_index=True)
    in_order = bool((np.diff(order) > 0).all())
    parcels = packed(rows if in_order else take_rows(rows, order), [*starts, len(rows)])
    if partition_info:
        source = partition_info["number"]
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


def by_range(frame: dd.DataFrame | Parts, key: Key) -> dd.DataFrame:
    """Send rows to partitions so that no key is smaller than those of partitions before it.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame or Parts
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


def together_by_range(frames: Sequence[dd.DataFrame | Parts], key: Key) -> list[dd.DataFrame]:
    """Send rows of several frames to partitions by range, cut in the same places.

    Parameters
    ----------
    frames : sequence of dask.dataframe.DataFrame or Parts
        Their columns may differ.
    key : callable
        As in :func:`by_range`; of one type for all.

    Returns
    -------
    list of dask.dataframe.DataFrame
        Each with as many partitions as the first.
    """
    # Not as frames, of which Dask would copy the thousand columns of meta in each step.
    all_parts = [
        frame if isinstance(frame, Parts) else Parts(frame.to_delayed(), frame._meta)  # noqa: SLF001
        for frame in frames
    ]
    number = len(all_parts[0].parts)
    if all(len(parts) == number == 1 for parts, _ in all_parts):
        whole = dask.delayed(conformed, pure=False)
        return [_frame_of([whole(*parts, meta)], meta) for parts, meta in all_parts]
    sample = dask.delayed(_sample, pure=False)
    samples = [sample(part, key) for parts, _ in all_parts for part in parts]
    cuts = dask.delayed(_cuts, pure=False)(samples, number)
    send = dask.delayed(_sent, pure=False)
    return [
        _met(
            _frame_of(
                [send(part, _between, number, key, cuts, source=n) for n, part in enumerate(parts)],
                _parcels_meta(),
            ),
            number,
            meta,
        )
        for parts, meta in all_parts
    ]


def _frame_of(parts: Sequence[Delayed], meta: pd.DataFrame) -> dd.DataFrame:
    # Dask would take objects for text.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_delayed(list(parts), meta=meta, verify_meta=False, prefix="eve-shared")


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
