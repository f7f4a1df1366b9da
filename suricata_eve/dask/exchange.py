"""Rows to other partitions: to the one of their flow, or into an order over all partitions.

What travels are parcels, one for each partition that a partition has rows for, as bytes in
one column: Dask's own shuffle moves them, in memory, over files or between workers; of a few
partitions each takes its own from all. What waits is packed as well. Nothing is computed here;
the order of rows that go to the same partition is that of the partitions that they come from,
and in each of these their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd

from suricata_eve.dask.packing import packed, unpacked
from suricata_eve.dask.parcels import (
    Arriving,
    arrived,
    delayed_of,
    frame_of,
    parcels_frame,
    parcels_meta,
    parts_of,
    rows_at,
)

if TYPE_CHECKING:
    from dask.delayed import Delayed
    from numpy.typing import NDArray

__all__ = [
    "Held",
    "Parts",
    "arriving",
    "bucket_number",
    "by_range",
    "exchanged",
    "held",
    "is_few",
    "sent_by_range",
    "sent_rows",
]

Route: TypeAlias = "Callable[..., NDArray[np.int64]]"
"""Given a frame, the number of partitions and more: the partition that each row goes to."""

Key: TypeAlias = "Callable[[pd.DataFrame], tuple[NDArray[Any], NDArray[np.bool_]]]"
"""Given a frame: what to sort each row by, and which rows have nothing to be sorted by."""

_SAMPLES = 1024
_SHARE = 4
_MOST_BUCKETS = 256
# From so few each takes all that they send, without a shuffle's start and end; and all go to who
# looks at their samples, as small tasks between large ones would keep workers from the next.
_FEW = 16


class Held(NamedTuple):
    """Rows that wait until it is known where they go."""

    parcels: list[bytes]
    """All of them, packed."""

    sample: NDArray[Any]
    """Evenly spaced ones of their sorted keys."""

    weight: float
    """How many rows each of these stands for."""


class Parts(NamedTuple):
    """A frame that is only handed on."""

    parts: Sequence[Delayed]
    """What :func:`held` makes of its partitions, which may lack columns that are empty."""

    meta: pd.DataFrame
    """All columns."""

    keep: tuple[str, ...]
    """Columns that who gets rows needs also if they are empty in these."""


def bucket_number(npartitions: int) -> int:
    """Return how many partitions to send rows to that are small beside the events.

    Parameters
    ----------
    npartitions : int
        How many partitions they come from.

    Returns
    -------
    int
        One for each four, and at most 256: each of a thousand that sends to each of a thousand
        would make a million parcels.
    """
    return min(-(-npartitions // _SHARE), _MOST_BUCKETS)


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
        _sent,
        route,
        npartitions,
        *more,
        meta=parcels_meta(),
        enforce_metadata=False,
        align_dataframes=False,
    )
    sent = delayed_of(parcels) if is_few(parcels.npartitions) else _met(parcels, npartitions)
    return arrived([Arriving(sent, meta, None, npartitions)], meta=meta)


def is_few(npartitions: int) -> bool:
    """Tell whether each partition takes its own rows from all that send.

    Parameters
    ----------
    npartitions : int
        How many send.

    Returns
    -------
    bool
        Whether they are so few.
    """
    return npartitions <= _FEW


def arriving(
    parcels: Sequence[Delayed], meta: pd.DataFrame, *, keep: Sequence[str], npartitions: int
) -> Arriving:
    """Let parcels go where they are sent.

    Parameters
    ----------
    parcels : sequence of Delayed
        What :func:`sent_rows` made of each partition.
    meta : DataFrame
        All columns of the rows.
    keep : sequence of str
        Columns that who gets rows needs also if they are empty in these.
    npartitions : int
        To how many partitions.

    Returns
    -------
    Arriving
        For :func:`suricata_eve.dask.parcels.arrived`.
    """
    few = is_few(len(parcels))
    sent = list(parcels) if few else _met(frame_of(parcels, parcels_meta()), npartitions)
    return Arriving(sent, meta, tuple(keep), npartitions)


def _met(parcels: dd.DataFrame, npartitions: int) -> dd.DataFrame:
    # `shuffle` would choose partitions by a hash; divisions that are given are kept to.
    return parcels.set_index("goal", divisions=list(range(npartitions + 1)))


def _sent(
    rows: pd.DataFrame,
    route: Route,
    npartitions: int,
    *more: Any,
    partition_info: dict[str, Any] | None = None,
) -> pd.DataFrame:
    source = partition_info["number"] if partition_info else 0
    return sent_rows(rows, route, npartitions, more=more, source=source)


def sent_rows(
    rows: pd.DataFrame,
    route: Route,
    npartitions: int,
    *,
    more: Sequence[object] = (),
    source: int = 0,
    keep: Collection[str] = (),
) -> pd.DataFrame:
    """Pack the rows of a partition for others.

    Parameters
    ----------
    rows : DataFrame
        The partition.
    route : callable
        As for :func:`exchanged`.
    npartitions : int
        How many there are that rows may go to.
    more : sequence of object, default ()
        Passed to `route`.
    source : int, default 0
        The number of the partition.
    keep : collection of str, default ()
        Columns that who gets rows needs also if they are empty in these.

    Returns
    -------
    DataFrame
        A parcel for each partition that gets rows, in the order of these.
    """
    goal = np.asarray(route(rows, npartitions, *more), np.int64)
    order = np.argsort(goal, kind="stable")
    goals, starts = np.unique(goal[order], return_index=True)
    in_order = bool((np.diff(order) > 0).all())
    sorted_rows = rows if in_order else rows_at(rows, order, list(keep))
    parcels = packed(sorted_rows, [*starts, len(rows)], keep=keep)
    return parcels_frame(parcels, goals, source)


def by_range(
    frame: dd.DataFrame | Parts,
    key: Key,
    then: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    *,
    meta: pd.DataFrame | None = None,
) -> dd.DataFrame:
    """Send rows to partitions so that no key is smaller than those of partitions before it.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame or Parts
        Rows of any partitions.
    key : callable
        Given rows, returns what to sort them by as one array, and a mask of those without
        a key; these go last. Rows with equal keys come together.
    then : callable, optional
        What to make of the rows of a partition, as for :func:`arrived`.
    meta : DataFrame, optional
        Columns and dtypes of that; by default those of `frame`.

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
    sent = sent_by_range([frame], key)
    return arrived(sent, then, meta=sent[0].meta if meta is None else meta)


def sent_by_range(frames: Sequence[dd.DataFrame | Parts], key: Key) -> list[Arriving]:
    """Send rows of several frames to partitions by range, cut in the same places.

    Parameters
    ----------
    frames : sequence of dask.dataframe.DataFrame or Parts
        Their columns may differ.
    key : callable
        As in :func:`by_range`; of one type for all.

    Returns
    -------
    list of Arriving
        Each with as many partitions as the first.
    """
    # Not as frames, of which Dask would copy the thousand columns of meta in each step.
    all_parts = [frame if isinstance(frame, Parts) else _parts(frame, key) for frame in frames]
    number = len(all_parts[0].parts)
    if all(len(one.parts) == number == 1 for one in all_parts):
        whole = dask.delayed(_whole, pure=False)
        return [Arriving([whole(*parts)], meta, keep, 1) for parts, meta, keep in all_parts]
    every = [part for one in all_parts for part in one.parts]
    if not is_few(len(every)):
        sampled = dask.delayed(_sampled, pure=False)
        every = [sampled(part) for part in every]
    cuts = dask.delayed(_cuts, pure=False)(every, number)
    send = dask.delayed(_sent_on, pure=False)
    found = []
    for parts, meta, keep in all_parts:
        sent = [send(part, number, key, cuts, source=n, keep=keep) for n, part in enumerate(parts)]
        found.append(arriving(sent, meta, keep=keep, npartitions=number))
    return found


def _parts(frame: dd.DataFrame, key: Key) -> Parts:
    keep = tuple(frame.columns)
    return Parts(parts_of(frame, held, more=[key, keep]), frame._meta, keep)  # noqa: SLF001


def held(rows: pd.DataFrame, key: Key, keep: Collection[str]) -> Held:
    """Pack rows that have to wait until others have told their keys.

    Parameters
    ----------
    rows : DataFrame
        Of one partition.
    key : callable
        As in :func:`by_range`.
    keep : collection of str
        Columns to keep also if they are empty.

    Returns
    -------
    Held
        What `Parts` consist of.
    """
    return Held(packed(rows, [0, len(rows)], keep=keep), *_sample(rows, key))


def _sample(rows: pd.DataFrame, key: Key) -> tuple[NDArray[Any], float]:
    values, missing = key(rows)
    values = np.sort(values[~missing])
    if len(values) <= _SAMPLES:
        return values, 1.0
    places = np.linspace(0, len(values) - 1, _SAMPLES).astype(np.int64)
    return values[places], len(values) / _SAMPLES


def _sampled(part: Held) -> Held:
    """Leave the rows where they are, and go on with the sample."""
    return part._replace(parcels=[])


def _whole(part: Held) -> pd.DataFrame:
    return parcels_frame(part.parcels, np.zeros(len(part.parcels), np.int64))


def _sent_on(
    part: Held,
    npartitions: int,
    key: Key,
    cuts: NDArray[Any],
    *,
    source: int,
    keep: Collection[str],
) -> pd.DataFrame:
    if not part.parcels:
        return parcels_frame([], np.zeros(0, np.int64))
    rows = unpacked(part.parcels)
    return sent_rows(rows, _between, npartitions, more=[key, cuts], source=source, keep=keep)


def _cuts(parts: list[Held], npartitions: int) -> NDArray[Any]:
    values = np.concatenate([part.sample for part in parts])
    weights = np.concatenate([np.full(len(part.sample), part.weight) for part in parts])
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
