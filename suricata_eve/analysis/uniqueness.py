"""The values of a field: how often, when and between whom; which are rare, which are new."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.baselines import Baseline, baseline_values, is_in
from suricata_eve.analysis.codes import Codes, begins, encode, first_places
from suricata_eve.analysis.columns import instant_column, joined
from suricata_eve.analysis.fieldvalues import Occurrences, Sides, field_at, occurrences
from suricata_eve.analysis.ranks import value_order
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.schema import fields as schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NEVER", "first_and_last", "new_values", "pairs_of", "rare", "unique"]

NEVER = (2**63 - 1, -(2**63))
"""First and last seen, in microseconds, of what was never seen."""

_COLUMNS = ("value", "count", "share", "first_seen", "last_seen", "clients", "servers")


def unique(frame: pd.DataFrame, field: str) -> pd.DataFrame:
    """Tell of each value of a field how often, when and between whom it was seen.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    field : str
        A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
        ``community_id``, which any frame of events has.

    Returns
    -------
    DataFrame
        One row per distinct value, the one of most events first, then by value, always
        with these columns:

        ``value``
            The value, of the dtype of its field; of lists, of that of their elements.
        ``count`` : ``int64``
            The events that have it.
        ``share`` : ``double``
            Their part of the events that have any value of the field, from 0 to 1.
        ``first_seen``, ``last_seen`` : ``timestamp[us, UTC]``
            The time of the first and of the last of these events; missing without times.
        ``clients``, ``servers`` : ``int64``
            How many distinct addresses these events have as client and as server; missing
            where none is known.

    Raises
    ------
    MissingColumnError
        If the frame has no such field.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.unique : The same as a method, with examples.
    """
    sides = Sides(frame)
    rows = _Rows(frame, sides, occurrences(frame, field, method="unique", sides=sides))
    return rows.table(rows.largest_first())


def rare(
    frame: pd.DataFrame,
    field: str,
    *,
    by: str | Iterable[str] | None = None,
    max_share: float = 0.01,
) -> pd.DataFrame:
    """Return the values of a field that few of the events have.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    field : str
        A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
        ``community_id``, which any frame of events has.
    by : str or iterable of str, optional
        Fields that make groups, in each of which values are counted anew. Events without a
        value in one of them are left out.
    max_share : float, default 0.01
        What share of the events that have the field a value has at most, above 0 and up
        to 1.

    Returns
    -------
    DataFrame
        The columns of :func:`unique`, behind a column for each field of `by` with its
        dtype; one row per value, or per value of a group. The smallest share comes first,
        then by group, then by value.

    Raises
    ------
    EveOptionError
        If `max_share` is out of its range; or `by` is empty, names the field itself, or
        a column that the result has.
    MissingColumnError
        If the frame has no such field.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.rare : The same as a method, with examples.
    """
    limit = _share(max_share)
    names = _names(by, field)
    sides = Sides(frame)
    found = occurrences(frame, field, method="rare", sides=sides)
    groups = {
        name: field_at(frame, name, found.events, method="rare", sides=sides) for name in names
    }
    rows = _Rows(frame, sides, found, groups)
    rows.keep(rows.share <= limit)
    return rows.table(rows.smallest_first())


def new_values(frame: pd.DataFrame, field: str, baseline: Baseline) -> pd.DataFrame:
    """Return the values of a field that an earlier frame does not have.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    field : str
        A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
        ``community_id``, which any frame of events has.
    baseline : DataFrame, Series, Index, array or iterable
        Earlier events, or the known values themselves.

    Returns
    -------
    DataFrame
        The rows of :func:`unique` whose values are not in the baseline. Counts and shares
        are of this frame's events.

    Raises
    ------
    EveTypeError
        If `baseline` is something else, or its values cannot be compared with those here.
    MissingColumnError
        If neither of the frames nor Suricata has such a field; or if `baseline` is a
        frame without any field of EVE.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.new_values : The same as a method, with examples.
    """
    sides = Sides(frame)
    # A field that no event has makes no column; one that nobody knows is a slip.
    known = schema.field(str(field)) is not None
    is_there = isinstance(baseline, pd.DataFrame) and field in baseline.columns
    found = occurrences(frame, field, method="new_values", sides=sides, optional=known or is_there)
    old = baseline_values(baseline, field, optional=known or field in frame.columns)
    if pa.types.is_null(found.distinct.type):
        found = found._replace(distinct=old[:0])
    rows = _Rows(frame, sides, found)
    rows.keep(~is_in(found.distinct, old, field)[rows.code])
    return rows.table(rows.largest_first())


def _share(value: object) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        msg = f"max_share is a number, not {type(value).__name__}: {value!r}"
        raise EveTypeError(msg)
    share = float(value)
    if math.isnan(share) or not 0 < share <= 1:
        msg = f"max_share is a part of the events, above 0 and up to 1, not {value!r}"
        if 1 < share <= 100:
            msg += f"; {share:g} % is {share / 100:g}"
        raise EveOptionError(msg)
    return share


def _names(by: object, field: str) -> list[str]:
    if by is None:
        return []
    names = [by] if isinstance(by, str) or not isinstance(by, Iterable) else list(by)
    for name in names:
        if not isinstance(name, str):
            msg = f"by names fields, not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
        if name == field:
            msg = f"by={name!r} is the field itself, of which each group would have one value"
            raise EveOptionError(msg)
        if name in _COLUMNS:
            msg = f"a column of the result is called {name!r}; rename the one to group by"
            raise EveOptionError(msg)
    if not names:
        msg = "rare() was given an empty by; name a field, such as 'server_ip', or leave it out"
        raise EveOptionError(msg)
    return list(dict.fromkeys(map(str, names)))


class _Rows:
    """The rows of the result: a value each, or a value of a group of events."""

    def __init__(
        self,
        frame: pd.DataFrame,
        sides: Sides,
        found: Occurrences,
        groups: dict[str, pa.Array] | None = None,
    ) -> None:
        self._frame, self._told = frame, sides
        self._distinct_values = found.distinct
        events, codes = found.events, found.codes
        keys = {name: encode(data) for name, data in (groups or {}).items()}
        if keys:
            grouped = np.flatnonzero(np.logical_and.reduce([k.codes >= 0 for k in keys.values()]))
            events, codes = events[grouped], codes[grouped]
            keys = {name: Codes(key.codes[grouped], key[1]) for name, key in keys.items()}
        group = np.zeros(len(codes), np.int64)
        for key in keys.values():
            group = np.asarray(pd.factorize(group * max(len(key[1]), 1) + key.codes)[0], np.int64)
        having = np.bincount(group[begins(events)])
        self._events, self._row, self.code = events, codes, np.arange(len(found.distinct))
        if keys:
            width = max(len(found.distinct), 1)
            number, pairs = pd.factorize(group * width + codes)
            self._row, self.code = np.asarray(number, np.int64), np.asarray(pairs, np.int64) % width
        firsts = first_places(self._row, len(self.code))
        self.count = np.bincount(self._row, minlength=len(self.code))
        self.share = self.count / having[group[firsts]]
        self._groups = {name: Codes(key.codes[firsts], key[1]) for name, key in keys.items()}

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Leave out the other rows, and the events that have none of these."""
        number = np.cumsum(chosen) - 1
        stays = chosen[self._row]
        self._row, self._events = number[self._row[stays]], self._events[stays]
        self.code, self.count = self.code[chosen], self.count[chosen]
        self.share = self.share[chosen]
        self._groups = {
            name: Codes(key.codes[chosen], key.values) for name, key in self._groups.items()
        }

    def largest_first(self) -> NDArray[np.int64]:
        """Return the order of the rows by count, then value."""
        by_value = value_order(self._distinct_values.take(pa.array(self.code)))
        return by_value[np.argsort(-self.count[by_value], kind="stable")]

    def smallest_first(self) -> NDArray[np.int64]:
        """Return the order of the rows by share, then group, then value."""
        keys = [
            _rank(key) for key in (Codes(self.code, self._distinct_values), *self._groups.values())
        ]
        return np.lexsort([keys[0], *keys[:0:-1], self.share]).astype(np.int64)

    def table(self, order: NDArray[np.int64]) -> pd.DataFrame:
        """Return the rows in an order, with all that is told of them."""
        first_seen, last_seen = self._times()
        clients, servers = self._sides()
        data = {name: key.take(pa.array(codes)) for name, (codes, key) in self._groups.items()}
        data |= {
            "value": self._distinct_values.take(pa.array(self.code)),
            "count": pa.array(self.count, pa.int64()),
            "share": pa.array(self.share, pa.float64()),
            "first_seen": first_seen,
            "last_seen": last_seen,
            "clients": clients,
            "servers": servers,
        }
        places = pa.array(order)
        return arrow_frame({name: column.take(places) for name, column in data.items()})

    def _times(self) -> tuple[pa.Array, pa.Array]:
        size = len(self.code)
        if "timestamp" not in self._frame.columns:
            return pa.nulls(size, UTC_MICROSECONDS), pa.nulls(size, UTC_MICROSECONDS)
        seen = first_and_last(self._frame, self._events, self._row, size)
        never = seen[0] > seen[1]
        return tuple(pa.array(times, mask=never).cast(UTC_MICROSECONDS) for times in seen)

    def _sides(self) -> tuple[pa.Array, pa.Array]:
        size = len(self.code)
        try:
            ends = [self._told.column(name, self._events) for name in ("client_ip", "server_ip")]
        except MissingColumnError:
            return pa.nulls(size, pa.int64()), pa.nulls(size, pa.int64())
        return self._distinct(ends[0]), self._distinct(ends[1])

    def _distinct(self, addresses: pa.Array) -> pa.Array:
        """Count the distinct addresses of each row; null where none is known."""
        row, _, _ = pairs_of(self._row, addresses)
        number = np.bincount(row, minlength=len(self.code))
        return pa.array(number, pa.int64(), mask=number == 0)


def first_and_last(
    frame: pd.DataFrame, events: NDArray[np.int64], row: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when the events of each row of a table were first and last.

    Parameters
    ----------
    frame : DataFrame
        Has the column ``timestamp``.
    events : ndarray of int64
        Positions of events.
    row : ndarray of int64
        The row that each counts to.
    size : int
        How many rows there are.

    Returns
    -------
    tuple of ndarray of int64
        Microseconds since 1970; ``NEVER`` where no event has a time.
    """
    times = joined(instant_column(take_column(frame["timestamp"], events))).cast(pa.int64())
    known = np.asarray(times.is_valid())
    moments, row = np.asarray(times.fill_null(0))[known], row[known]
    first, last = (np.full(size, never) for never in NEVER)
    np.minimum.at(first, row, moments)
    np.maximum.at(last, row, moments)
    return first, last


def pairs_of(
    row: NDArray[np.int64], values: pa.Array
) -> tuple[NDArray[np.int64], NDArray[np.int64], pa.Array]:
    """Return the distinct pairs of a row and a value.

    Parameters
    ----------
    row : ndarray of int64
        Rows of a table.
    values : pyarrow.Array
        A value for each; null for none.

    Returns
    -------
    tuple of ndarray of int64, ndarray of int64 and pyarrow.Array
        The row and the number of the value of each pair, and the values by number.
    """
    code, different = encode(values)
    known = code >= 0
    width = max(len(different), 1)
    pairs = pd.unique(row[known] * width + code[known])
    return pairs // width, pairs % width, different


def _rank(key: Codes) -> NDArray[np.int64]:
    order = value_order(key.values)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[key.codes]
