"""Groups of events: how many, when, and which values they have."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode, is_list, list_elements
from suricata_eve.analysis.columns import arrow_column, instant_column, joined, require_columns
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.options import integer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SUMMARY_FIELDS", "group_summary"]

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

    groups = _Groups(frame, keys)
    data: dict[str, pd.Series | pa.Array | pa.ChunkedArray] = dict(groups.keys)
    data["count"] = groups.counts
    data["first_seen"], data["last_seen"] = groups.times()
    for name in chosen:
        count, nunique, unique = groups.values(name, limit)
        data |= {f"{name}.count": count, f"{name}.nunique": nunique, f"{name}.unique": unique}
    return pd.DataFrame({name: _pandas(column) for name, column in data.items()})


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


class _Groups:
    """The events that are in a group, and the groups in the order of the result."""

    def __init__(self, frame: pd.DataFrame, keys: list[str]) -> None:
        self._frame = frame
        masks = [np.asarray(frame[key].notna(), bool) for key in keys]
        self._positions = np.flatnonzero(np.logical_and.reduce(masks)).astype(np.int64)
        columns = [self._column(key) for key in keys]
        for key, column in zip(keys, columns, strict=True):
            if is_list(column.type) or pa.types.is_struct(column.type):
                msg = (
                    f"group_summary() cannot group by {key!r}, whose values are lists or objects; "
                    f"name it in fields to count its elements, or group by a column of scalars"
                )
                raise EveTypeError(msg)
        encoded = [encode(column) for column in columns]
        codes = np.zeros(len(self._positions), np.int64)
        for each in encoded:
            codes, _ = pd.factorize(codes * (len(each.values) + 1) + each.codes)
        codes = np.asarray(codes, np.int64)
        counts = np.bincount(codes)
        firsts = np.empty(len(counts), np.int64)
        firsts[codes[::-1]] = np.arange(len(codes))[::-1]

        order = self._order(counts, [column.take(pa.array(firsts)) for column in columns])
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        self._codes = rank[codes]
        self.counts = pa.array(counts[order], pa.int64())
        places = self._positions[firsts[order]]
        taken = {key: take_column(frame[key], places) for key in keys}
        self.keys = {key: column.reset_index(drop=True) for key, column in taken.items()}

    def _column(self, name: str) -> pa.Array:
        return joined(arrow_column(take_column(self._frame[name], self._positions)))

    @staticmethod
    def _order(counts: NDArray[np.int64], keys: list[pa.Array]) -> NDArray[np.int64]:
        table = pa.table([pa.array(-counts), *keys], [str(n) for n in range(len(keys) + 1)])
        by = [(name, "ascending") for name in table.column_names]
        return np.asarray(pc.sort_indices(table, sort_keys=by)).astype(np.int64)

    def times(self) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Return the first and the last time of each group."""
        moments = joined(instant_column(take_column(self._frame["timestamp"], self._positions)))
        table = pa.table({"group": self._codes, "time": moments})
        found = table.group_by("group").aggregate([("time", "min"), ("time", "max")])
        found = found.sort_by("group")
        return found["time_min"], found["time_max"]

    def values(self, name: str, limit: int) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return how many values each group has of a field, distinct ones, and those."""
        data = self._column(name)
        groups = self._codes
        if is_list(data.type):
            parents, data = list_elements(data)
            groups = groups[parents]
        codes, distinct = encode(data)
        if pa.types.is_large_string(distinct.type):
            distinct = distinct.cast(pa.string())
        if len(codes) and codes.min() < 0:
            groups, codes = groups[codes >= 0], codes[codes >= 0]
        number = len(self.counts)
        count = np.bincount(groups, minlength=number)

        # One number for each pair of a group and a value, in the order of first appearance.
        pairs = pd.unique(groups * max(len(distinct), 1) + codes)
        groups, codes = np.divmod(pairs, max(len(distinct), 1))
        # A stable sort of 16 bits is a radix sort, several times as fast.
        narrow = groups.astype(np.uint16) if number < 2**16 else groups
        order = np.argsort(narrow, kind="stable")
        groups, codes = groups[order], codes[order]
        nunique = np.bincount(groups, minlength=number)
        starts = np.cumsum(nunique) - nunique
        listed = codes[np.arange(len(codes)) - starts[groups] < limit]
        offsets = np.concatenate([[0], np.cumsum(np.minimum(nunique, limit))])
        unique = pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), distinct.take(pa.array(listed))
        )
        return pa.array(count, pa.int64()), pa.array(nunique, pa.int64()), unique
