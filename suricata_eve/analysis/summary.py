"""Groups of events: how many, when, and which values they have."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode, first_places, is_list, list_elements
from suricata_eve.analysis.columns import arrow_column, instant_column, joined, require_columns
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.options import integer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SUMMARY_FIELDS",
    "Plan",
    "column_at",
    "columns_of",
    "group_summary",
    "listed",
    "members",
    "numbered",
    "plan_of",
    "ranked",
    "spans",
    "values_of",
]

SUMMARY_FIELDS = ("src_ip", "dest_ip", "dest_port", "app_proto", "flow_id")
"""The fields that are summarized when none are named: those of them that the frame has."""


def group_summary(
    frame: pd.DataFrame,
    by: str | Iterable[str],
    fields: str | Iterable[str] | None = None,
    *,
    max_unique: int = 100,
) -> pd.DataFrame:
    """Summarize groups of events: count, first and last seen, values of fields.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    by : str or iterable of str
        The columns that make the groups. Events without a value in one of them are in no
        group, as with ``DataFrame.groupby``.
    fields : str or iterable of str, optional
        The columns to summarize; without it, those of ``SUMMARY_FIELDS`` that are there.
    max_unique : int, default 100
        How many distinct values to list at most.

    Returns
    -------
    DataFrame
        One row per group, the largest first.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.group_summary : The same as a method, with examples.
    """
    plan = plan_of(frame, by, fields, max_unique=max_unique)
    groups = _Groups(frame, plan.keys)
    data: dict[str, pd.Series | pa.Array | pa.ChunkedArray] = dict(groups.keys)
    data["count"] = groups.counts
    data["first_seen"], data["last_seen"] = groups.times()
    for name in plan.fields:
        data |= dict(zip(columns_of(name), groups.values(name, plan.limit), strict=True))
    return pd.DataFrame({name: _pandas(column) for name, column in data.items()})


class Plan(NamedTuple):
    """What is summarized of which groups."""

    keys: list[str]
    fields: list[str]
    limit: int
    """How many values of a field are listed."""


def plan_of(
    frame: pd.DataFrame,
    by: str | Iterable[str],
    fields: str | Iterable[str] | None,
    *,
    max_unique: int,
) -> Plan:
    """Check the options of :func:`group_summary`.

    Parameters
    ----------
    frame : DataFrame
        Has the columns.
    by : str or iterable of str
        The columns that make the groups.
    fields : str or iterable of str, optional
        The columns to summarize.
    max_unique : int
        How many distinct values to list at most.

    Returns
    -------
    Plan
        The same, with what is left out.
    """
    keys = _names(by, "by")
    if not keys:
        msg = "group_summary() was given no column to group by; name one, such as 'src_ip'"
        raise EveOptionError(msg)
    taken = {"count", "first_seen", "last_seen"}.intersection(keys)
    if taken:
        msg = f"a column of the summary is called {min(taken)!r}; rename the one to group by"
        raise EveOptionError(msg)
    limit = integer_of(
        "max_unique", max_unique, "how many values to list, 0 or more", least=0, most=math.inf
    )
    if fields is None:
        chosen = [name for name in SUMMARY_FIELDS if name in frame.columns and name not in keys]
    else:
        chosen = _names(fields, "fields")
    require_columns(frame, [*keys, *chosen, "timestamp"], method="group_summary")
    return Plan(keys, chosen, limit)


def columns_of(field: str) -> tuple[str, str, str]:
    """Return the names of the columns that summarize a field.

    Parameters
    ----------
    field : str
        Its name.

    Returns
    -------
    tuple of str
        How many values, how many distinct ones, and which.
    """
    return f"{field}.count", f"{field}.nunique", f"{field}.unique"


def _pandas(data: pd.Series | pa.Array | pa.ChunkedArray) -> pd.Series:
    if isinstance(data, pd.Series):
        return data
    if isinstance(data, pa.Array):
        data = pa.chunked_array([data])
    return pd.Series(pd.arrays.ArrowExtensionArray(data))


def _names(value: object, option: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    names = list(value) if isinstance(value, Iterable) else [value]
    for name in names:
        if not isinstance(name, str):
            msg = f"{option} names columns, not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
    return list(dict.fromkeys(map(str, names)))


def members(frame: pd.DataFrame, keys: Iterable[str]) -> tuple[NDArray[np.int64], list[pa.Array]]:
    """Return which rows are in a group, and what makes their groups.

    Parameters
    ----------
    frame : DataFrame
        Events.
    keys : iterable of str
        The columns that make the groups.

    Returns
    -------
    tuple of ndarray of int64 and list of pyarrow.Array
        Positions, and each column's values at these.
    """
    masks = [np.asarray(frame[key].notna(), bool) for key in keys]
    positions = np.flatnonzero(np.logical_and.reduce(masks)).astype(np.int64)
    columns = [column_at(frame, key, positions) for key in keys]
    for key, column in zip(keys, columns, strict=True):
        if is_list(column.type) or pa.types.is_struct(column.type):
            msg = (
                f"group_summary() cannot group by {key!r}, whose values are lists or objects; "
                f"name it in fields to count its elements, or group by a column of scalars"
            )
            raise EveTypeError(msg)
    return positions, columns


def column_at(frame: pd.DataFrame, name: str, positions: NDArray[np.int64]) -> pa.Array:
    """Return some values of a column.

    Parameters
    ----------
    frame : DataFrame
        Events.
    name : str
        The column.
    positions : ndarray of int64
        Positions of rows.

    Returns
    -------
    pyarrow.Array
        Its values at these.
    """
    return joined(arrow_column(take_column(frame[name], positions)))


def numbered(columns: Iterable[pa.Array]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give numbers to groups in the order of their first appearance.

    Parameters
    ----------
    columns : iterable of pyarrow.Array
        What makes the groups, without nulls.

    Returns
    -------
    tuple of ndarray of int64
        The number of each row's group, and for each group the row that it is first in.
    """
    codes = np.zeros(0, np.int64)
    for place, column in enumerate(columns):
        each = encode(column)
        more = codes * (len(each.values) + 1) + each.codes if place else each.codes
        codes = np.asarray(pd.factorize(more)[0], np.int64)
    return codes, first_places(codes, int(codes.max(initial=-1)) + 1)


def ranked(counts: NDArray[np.int64], keys: Iterable[pa.Array]) -> NDArray[np.int64]:
    """Put groups into the order of a summary.

    Parameters
    ----------
    counts : ndarray of int64
        The size of each group.
    keys : iterable of pyarrow.Array
        What makes it.

    Returns
    -------
    ndarray of int64
        The groups, the largest first, those of equal size by what makes them.
    """
    columns = [pa.array(-counts), *keys]
    table = pa.table(columns, [str(number) for number in range(len(columns))])
    by = [(name, "ascending") for name in table.column_names]
    return np.asarray(pc.sort_indices(table, sort_keys=by)).astype(np.int64)


def values_of(
    data: pa.Array, groups: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], pa.Array]:
    """Return the values of a field, or the elements of its lists, without missing ones.

    Parameters
    ----------
    data : pyarrow.Array
        The field.
    groups : ndarray of int64
        The group of each row.

    Returns
    -------
    tuple of ndarray of int64 and pyarrow.Array
        The group of each value, its number, and the distinct values by number.
    """
    if is_list(data.type):
        parents, data = list_elements(data)
        groups = groups[parents]
    codes, distinct = encode(data)
    if pa.types.is_large_string(distinct.type):
        distinct = distinct.cast(pa.string())
    if len(codes) and codes.min() < 0:
        groups, codes = groups[codes >= 0], codes[codes >= 0]
    return groups, codes, distinct


def listed(
    groups: NDArray[np.int64], number: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Choose the values to list of each group.

    Parameters
    ----------
    groups : ndarray of int64
        The group of each of some distinct values, in the order of first appearance.
    number : int
        How many groups there are.
    limit : int
        How many values are listed of each.

    Returns
    -------
    tuple of ndarray of int64
        How many values each group has, which ones are listed, group by group, and where
        among these each group begins, with the end of the last.
    """
    # A stable sort of 16 bits is a radix sort, several times as fast.
    narrow = groups.astype(np.uint16) if number < 2**16 else groups
    order = np.argsort(narrow, kind="stable")
    nunique = np.bincount(groups, minlength=number)
    starts = np.cumsum(nunique) - nunique
    chosen = order[np.arange(len(order)) - starts[groups[order]] < limit]
    return nunique, chosen, np.concatenate([[0], np.cumsum(np.minimum(nunique, limit))])


class _Groups:
    """The events that are in a group, and the groups in the order of the result."""

    def __init__(self, frame: pd.DataFrame, keys: list[str]) -> None:
        self._frame = frame
        self._positions, columns = members(frame, keys)
        codes, firsts = numbered(columns)
        counts = np.bincount(codes)
        order = ranked(counts, [column.take(pa.array(firsts)) for column in columns])
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        self._codes = rank[codes]
        self.counts = pa.array(counts[order], pa.int64())
        places = self._positions[firsts[order]]
        taken = {key: take_column(frame[key], places) for key in keys}
        self.keys = {key: column.reset_index(drop=True) for key, column in taken.items()}

    def times(self) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Return the first and the last time of each group."""
        moments = joined(instant_column(take_column(self._frame["timestamp"], self._positions)))
        return spans(self._codes, moments, moments)

    def values(self, name: str, limit: int) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return how many values each group has of a field, distinct ones, and those."""
        data = column_at(self._frame, name, self._positions)
        groups, codes, distinct = values_of(data, self._codes)
        number = len(self.counts)
        count = np.bincount(groups, minlength=number)
        # One number for each pair of a group and a value, in the order of first appearance.
        pairs = pd.unique(groups * max(len(distinct), 1) + codes)
        groups, codes = np.divmod(pairs, max(len(distinct), 1))
        nunique, chosen, offsets = listed(groups, number, limit)
        unique = pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), distinct.take(pa.array(codes[chosen]))
        )
        return pa.array(count, pa.int64()), pa.array(nunique, pa.int64()), unique


def spans(
    groups: NDArray[np.int64], first: pa.Array, last: pa.Array
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return the first and the last time of each group.

    Parameters
    ----------
    groups : ndarray of int64
        A group for each pair of times; each from 0 on is there.
    first, last : pyarrow.Array
        Times, which may be the same ones.

    Returns
    -------
    tuple of pyarrow.ChunkedArray
        By the number of the group.
    """
    # Not by a table of Arrow, which warns on standard error of memory that came from elsewhere.
    size = int(groups.max(initial=-1)) + 1
    lowest, highest = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    found = []
    for times, pick, worst in ((first, np.minimum, highest), (last, np.maximum, lowest)):
        there = np.flatnonzero(np.asarray(times.is_valid()))
        of = groups[there]
        result = np.full(size, worst)
        pick.at(result, of, np.asarray(times.cast(pa.int64()).fill_null(0))[there])
        never = np.bincount(of, minlength=size) == 0
        found.append(pa.chunked_array([pa.array(result, mask=never).cast(times.type)]))
    return found[0], found[1]
