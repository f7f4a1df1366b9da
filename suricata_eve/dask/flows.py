"""Bring the rows of each flow together, and what was told of them home to where they came from.

All events of one ``flow_id`` come into one partition, in the order in which they were: hosts
and starts that share an ID are told apart there, as pandas' functions do. An event without an
ID is of no flow, and may be anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.columns import integer_column, joined
from suricata_eve.dask.exchange import bucket_number, exchanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "PARTITION",
    "PLACE",
    "POSITION",
    "by_flow_id",
    "home",
    "in_flows",
    "mixed",
    "place_of",
    "placed",
    "to_flow",
    "to_home",
    "with_place",
]

PARTITION = "eve partition"
"""The column that tells which partition a row came from."""

POSITION = "eve position"
"""The column that tells its position there."""

PLACE = (PARTITION, POSITION)
"""Both: the place of a row in its frame. No field of EVE has a space in its name."""


def in_flows(frame: dd.DataFrame, columns: Sequence[str]) -> dd.DataFrame:
    """Bring the events of each flow together.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    columns : sequence of str
        The columns that are wanted of them.

    Returns
    -------
    dask.dataframe.DataFrame
        Fewer partitions, each with all events of its flows, in the order of the frame; with
        their index, the columns, and those of ``PLACE``. Those without a flow are spread.
    """
    return by_flow_id(placed(frame[list(columns)]))


def by_flow_id(rows: dd.DataFrame) -> dd.DataFrame:
    """Send rows to the partitions of their flows.

    Parameters
    ----------
    rows : dask.dataframe.DataFrame
        A few columns; without ``flow_id`` they stay where they are.

    Returns
    -------
    dask.dataframe.DataFrame
        As many partitions as :func:`~suricata_eve.dask.exchange.bucket_number` tells.
    """
    if rows.npartitions == 1 or "flow_id" not in rows.columns:
        return rows
    number = bucket_number(rows.npartitions)
    return exchanged(rows, to_flow, npartitions=number, meta=rows._meta)  # noqa: SLF001


def placed(frame: dd.DataFrame) -> dd.DataFrame:
    """Add to each row where it is.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Any.

    Returns
    -------
    dask.dataframe.DataFrame
        With the columns of ``PLACE``.
    """
    return frame.map_partitions(_placed, meta=_placed(frame._meta))  # noqa: SLF001


def _placed(rows: pd.DataFrame, partition_info: dict[str, Any] | None = None) -> pd.DataFrame:
    number = partition_info["number"] if partition_info else 0
    return with_place(rows, number, np.arange(len(rows)))


def with_place(rows: pd.DataFrame, number: int, positions: NDArray[np.int64]) -> pd.DataFrame:
    """Add to rows of one partition where they are.

    Parameters
    ----------
    rows : DataFrame
        Some of them; it is not changed.
    number : int
        Of the partition.
    positions : ndarray of int64
        Where they are in it.

    Returns
    -------
    DataFrame
        With the columns of ``PLACE``.
    """
    result = rows.copy(deep=False)
    for name, values in zip(PLACE, (np.full(len(rows), number), positions), strict=True):
        result[name] = pd.arrays.ArrowExtensionArray(pa.array(values, pa.int64()))
    return result


def place_of(rows: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where rows came from.

    Parameters
    ----------
    rows : DataFrame
        With the columns of ``PLACE``.

    Returns
    -------
    tuple of ndarray of int64
        Numbers of partitions, and positions in them.
    """
    partition, position = (rows[name].to_numpy(np.int64) for name in PLACE)
    return partition, position


def home(told: dd.DataFrame, npartitions: int) -> dd.DataFrame:
    """Send rows to where they came from.

    Parameters
    ----------
    told : dask.dataframe.DataFrame
        Rows with the columns of ``PLACE``, anywhere.
    npartitions : int
        How many partitions the frame has that they came from.

    Returns
    -------
    dask.dataframe.DataFrame
        The same rows in these partitions, each in the order of their positions.
    """
    meta = told._meta  # noqa: SLF001
    if npartitions > 1:
        told = exchanged(told, to_home, npartitions=npartitions, meta=meta)
    return told.map_partitions(_by_position, meta=meta)


def to_home(rows: pd.DataFrame, npartitions: int) -> NDArray[np.int64]:  # noqa: ARG001
    """Return the partition that each row came from.

    Parameters
    ----------
    rows : DataFrame
        With the column ``PARTITION``.
    npartitions : int
        How many there are.

    Returns
    -------
    ndarray of int64
        Its number.
    """
    return rows[PARTITION].to_numpy(np.int64)


def _by_position(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.take(np.argsort(place_of(rows)[1], kind="stable"))


def to_flow(rows: pd.DataFrame, npartitions: int) -> NDArray[np.int64]:
    """Return the partition that has all events of the flow of each row.

    Parameters
    ----------
    rows : DataFrame
        Events with ``flow_id``.
    npartitions : int
        How many there are.

    Returns
    -------
    ndarray of int64
        Its number. Events without a flow are spread.
    """
    ids = joined(integer_column(rows["flow_id"]))
    bits = np.asarray(ids.fill_null(0)).astype(np.int64).view(np.uint64)
    goal = (mixed(bits) % np.uint64(npartitions)).astype(np.int64)
    alone = np.flatnonzero(np.asarray(ids.is_null()))
    goal[alone] = np.arange(len(alone)) % npartitions
    return goal


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers that look random, the same for the same ones.

    Parameters
    ----------
    numbers : ndarray of uint64
        Any, such as flow IDs, of which the lower bits may say little.

    Returns
    -------
    ndarray of uint64
        By the finalizer of SplitMix64.
    """
    result: NDArray[np.uint64] = numbers ^ (numbers >> np.uint64(30))
    result = result * np.uint64(0xBF58476D1CE4E5B9)
    result ^= result >> np.uint64(27)
    result = result * np.uint64(0x94D049BB133111EB)
    result ^= result >> np.uint64(31)
    return result
