"""Partitions that are handed on as bytes: what waits or travels has no empty columns.

Dask keeps, measures, writes to disk and sends what tasks return. A frame of all columns counts
there as if none of them were empty; so it is made in the last step of a task, of what was packed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
from dask.base import tokenize
from dask.utils import get_default_shuffle_method

from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask.packing import Columns, conformed, narrowed, unpacked

if TYPE_CHECKING:
    from dask.delayed import Delayed
    from numpy.typing import NDArray

__all__ = [
    "Arriving",
    "arrived",
    "delayed_of",
    "frame_of",
    "own_rows",
    "parcels_frame",
    "parcels_meta",
    "parts_of",
    "rows_at",
]


class Arriving(NamedTuple):
    """Rows on their way, for :func:`arrived`."""

    sent: dd.DataFrame | list[Delayed]
    """The parcels that come to each partition; or those of all, of which each takes its own."""

    meta: pd.DataFrame
    """All columns of the rows."""

    keep: tuple[str, ...] | None
    """Columns that there are also if they are empty; None for all."""

    npartitions: int
    """To how many partitions."""


class _Like(NamedTuple):
    """What :func:`_received` is told of rows."""

    columns: Columns
    keep: Collection[str] | None
    senders: int | None
    """How many arguments have parcels for it among others; None for one that has only these."""


def parcels_meta() -> pd.DataFrame:
    """Return a frame of parcels without any."""
    return pd.DataFrame(
        {
            "goal": np.zeros(0, np.int64),
            "source": np.zeros(0, np.int64),
            "parcel": pd.Series([], dtype=pd.ArrowDtype(pa.large_binary())),
        }
    )


def parcels_frame(
    parcels: Sequence[bytes], goals: NDArray[np.int64], source: int = 0
) -> pd.DataFrame:
    """Put parcels into a frame, which Dask can shuffle.

    Parameters
    ----------
    parcels : sequence of bytes
        What was packed.
    goals : ndarray of int64
        The partition that each goes to.
    source : int, default 0
        The one that they come from.

    Returns
    -------
    DataFrame
        A row for each.
    """
    return pd.DataFrame(
        {
            "goal": goals,
            "source": np.full(len(goals), source, np.int64),
            "parcel": pd.arrays.ArrowExtensionArray(
                pa.chunked_array([pa.array(parcels, pa.large_binary())])
            ),
        }
    )


def frame_of(
    parts: Sequence[Delayed], meta: pd.DataFrame, divisions: tuple[Any, ...] | None = None
) -> dd.DataFrame:
    """Return the frame of partitions.

    Parameters
    ----------
    parts : sequence of Delayed
        Of the columns and dtypes of `meta`.
    meta : DataFrame
        Which is not looked at in them.
    divisions : tuple, optional
        Of their index, if they are known.

    Returns
    -------
    dask.dataframe.DataFrame
        Of one origin.
    """
    # Dask would take objects for text.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_delayed(
            list(parts), meta=meta, divisions=divisions, verify_meta=False, prefix="eve-shared"
        )


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
    return delayed_of(made)


def delayed_of(frame: dd.DataFrame | dd.Series | dd.Index) -> list[Delayed]:
    """Return the partitions of a frame, which a cluster can compute that is not there yet.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame, Series or Index
        Any.

    Returns
    -------
    list of Delayed
        One for each.
    """
    # Dask decides here how rows travel: without a cluster over files of this machine. Workers
    # of others would find none, and Dask takes those that are not there for empty ones.
    method = dask.config.get("dataframe.shuffle.method", None)
    if method is None and get_default_shuffle_method() == "disk":
        method = "tasks"
    with dask.config.set({"dataframe.shuffle.method": method}):
        return list(frame.to_delayed())


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
    if len(positions) == len(rows) and bool((np.diff(positions) > 0).all()):
        return narrowed(rows, needed)
    taken = take_rows(rows, positions)
    missing = rows.columns.isin(list(needed)) & ~rows.columns.isin(taken.columns)
    if not missing.any():
        return taken
    kept = rows.columns.isin(taken.columns) | missing
    return conformed(taken, rows.loc[:, kept].iloc[:0])


def arrived(
    frames: Sequence[Arriving],
    then: Callable[..., pd.DataFrame] | None = None,
    *,
    meta: pd.DataFrame,
    more: Sequence[object] = (),
) -> dd.DataFrame:
    """Return what is made of rows where they arrive.

    Parameters
    ----------
    frames : sequence of Arriving
        Of as many partitions each.
    then : callable, optional
        Called as ``then(*rows, *more)`` with the rows of each frame in a partition, without
        columns that are empty in them and need not be kept. By default the rows of the first.
    meta : DataFrame
        Columns and dtypes of the result, of which what `then` returns may lack some.
    more : sequence of object, default ()
        Passed to `then`; a ``Delayed`` as its value.

    Returns
    -------
    dask.dataframe.DataFrame
        With all columns, which it has only from the last step of its task on.
    """
    arguments: list[Any] = []
    likes = []
    for sent, columns, keep, _ in frames:
        is_met = isinstance(sent, dd.DataFrame)
        arguments += [sent] if is_met else sent
        likes.append(_Like(Columns.of(columns), keep, None if is_met else len(sent)))
    # One origin if possible: Dask would align a frame of two with itself, by a shuffle.
    met = [sent for sent in arguments if isinstance(sent, dd.DataFrame)]
    goals: Any = None
    if len(met) < len(frames):
        goals = _goals(frames[0].npartitions, tokenize(*arguments))
    first = met[0] if met else goals
    # The divisions are of partitions, and not of the index that the rows have.
    return first.map_partitions(
        _received,
        goals,
        *arguments,
        *more,
        likes=likes,
        then=then,
        out=Columns.of(meta),
        meta=meta,
        enforce_metadata=False,
        align_dataframes=False,
        clear_divisions=True,
    )


def _goals(number: int, name: str) -> dd.DataFrame:
    """Tell partitions their numbers, as what is chosen of them later does not change these."""
    # Of an origin of its own: Dask pairs the partitions of frames that have the same.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(_goal, range(number), args=(name,), meta=_goal(0, name))


def _goal(number: int, _: str) -> pd.DataFrame:
    return pd.DataFrame({"goal": [number]})


def _received(
    _: pd.DataFrame,
    goals: Any,
    *arguments: Any,
    likes: Sequence[_Like],
    then: Callable[..., pd.DataFrame] | None,
    out: Columns,
) -> pd.DataFrame:
    rest = list(arguments)
    frames = []
    for columns, keep, senders in likes:
        if senders is None:
            parcels = rest.pop(0).sort_values("source", kind="stable")["parcel"].tolist()
            frames.append(unpacked(parcels, columns, keep=keep))
        else:
            goal = int(goals["goal"].iloc[0])
            frames.append(own_rows(rest[:senders], goal, columns, keep=keep))
            del rest[:senders]
    if then is not None:
        return conformed(then(*frames, *rest), out)
    return conformed(frames[0], out) if likes[0].keep is not None else frames[0]


def own_rows(
    sent: Sequence[pd.DataFrame], goal: int, columns: Columns, *, keep: Collection[str] | None
) -> pd.DataFrame:
    """Take the rows for one partition out of what several send.

    Parameters
    ----------
    sent : sequence of DataFrame
        Parcels of each.
    goal : int
        The number of the partition.
    columns : Columns
        Those of the rows.
    keep : collection of str, optional
        Columns that there are also if they are empty; None for all.

    Returns
    -------
    DataFrame
        In the order of who sends them.
    """
    parcels = [parcel for one in sent for parcel in _own(one, goal)]
    return unpacked(parcels, columns, keep=keep)


def _own(sent: pd.DataFrame, goal: int) -> list[bytes]:
    places = np.flatnonzero(sent["goal"].to_numpy() == goal)
    own: list[bytes] = sent["parcel"].take(places).tolist()
    return own
