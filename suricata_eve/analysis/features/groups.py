"""Add up what events contribute to the rows of a table: numbers, extremes, distinct values.

Nothing here depends on the order of events, and no sum is rounded before it exceeds 2**53.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from suricata_eve.analysis.features.membership import Membership
from suricata_eve.analysis.runs import portions, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["NEVER", "Groups", "Lengths", "Pairs", "Sums", "Total", "per"]

NEVER = -(2**63)
"""Stands for a time where there is none."""

_EXACT = 2**53
_HALF = 26  # bits


class Pairs(NamedTuple):
    """Distinct pairs of a row and what it has."""

    row: NDArray[np.int64]
    code: NDArray[np.int64]


class Total(NamedTuple):
    """A sum for each row in two parts, both exact: `high` times 2**26 and `low`."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def rounded(self) -> NDArray[np.float64]:
        """Return the sums, rounded once."""
        return self.high * float(1 << _HALF) + self.low

    @classmethod
    def of(cls, low: NDArray[np.int64], high: NDArray[np.int64]) -> Total:
        """Make totals of the sums of what :meth:`halves` returned."""
        return cls(low.astype(np.float64), high.astype(np.float64))

    def halves(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return both as integers, of which many can be added up: the lower is below 2**26."""
        low, high = self.low.astype(np.int64), self.high.astype(np.int64)
        return low & ((1 << _HALF) - 1), high + (low >> _HALF)


class Sums(NamedTuple):
    """What events contribute to rows, by name: those of parts of a log can be put together."""

    counts: dict[str, NDArray[np.float64]]
    """To be added up."""

    totals: dict[str, Total]
    """To be added up by halves."""

    largest: dict[str, NDArray[np.int64]]
    """To take the largest of."""


class Lengths(NamedTuple):
    """How many different values each row has, and how long they are."""

    number: NDArray[np.float64]
    total: NDArray[np.float64]
    largest: NDArray[np.float64]


class Groups:
    """The rows of a table, to which events contribute.

    Parameters
    ----------
    members : Membership
        Which events count to which row.
    events : int
        How many events there are.
    """

    def __init__(self, members: Membership, events: int) -> None:
        self.size = len(members.labels)
        self._members = members
        self._counts = np.bincount(members.event, minlength=events)
        self._starts = np.cumsum(self._counts) - self._counts
        self._cell: NDArray[np.int64] | None = None
        if self._counts.max(initial=0) <= 1:
            # Each event is of one cell at most, and so it can be looked up.
            self._cell = np.full(events, -1, np.int64)
            self._cell[members.event] = members.cell
        self._cells = int(max(members.cell.max(initial=-1) + 1, self.size))

    def _spread(self, events: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the cells of events, and for each the place of its event among them."""
        if self._cell is not None:
            cells = self._cell[events]
            places = np.flatnonzero(cells >= 0)
            return places, cells if len(places) == len(cells) else cells[places]
        places, found = repeated(self._counts[events], self._starts[events])
        return places, self._members.cell[found]

    def count(self, events: NDArray[np.int64]) -> NDArray[np.float64]:
        """Count events.

        Parameters
        ----------
        events : ndarray of int64
            Numbers of events.

        Returns
        -------
        ndarray of float64
            How many of them count to each row.
        """
        _, cells = self._spread(events)
        return self._added(np.bincount(cells, minlength=self._cells))

    def total(self, events: NDArray[np.int64], values: NDArray[np.int64]) -> Total:
        """Add up a number of some events.

        Parameters
        ----------
        events : ndarray of int64
            Numbers of events.
        values : ndarray of int64
            A number from 0 for each of them.

        Returns
        -------
        Total
            The sum for each row.
        """
        places, cells = self._spread(events)
        values = values[places]
        if int(values.max(initial=0)) < _EXACT // max(len(values), 1):
            low = self._added(np.bincount(cells, values, self._cells))
            return Total(low, np.zeros(self.size))
        # In halves, of which the sums are exact, whatever the order of events.
        halves = values & ((1 << _HALF) - 1), values >> _HALF
        return Total(*(self._added(np.bincount(cells, half, self._cells)) for half in halves))

    def largest(
        self, events: NDArray[np.int64], values: NDArray[np.int64], *, default: int = 0
    ) -> NDArray[np.int64]:
        """Return the largest number of some events.

        Parameters
        ----------
        events : ndarray of int64
            Numbers of events.
        values : ndarray of int64
            A number for each of them.
        default : int, default 0
            What the result is at least.

        Returns
        -------
        ndarray of int64
            The largest for each row.
        """
        places, cells = self._spread(events)
        found = np.full(self._cells, default, np.int64)
        np.maximum.at(found, cells, values[places])
        result = found[: self.size].copy()
        np.maximum.at(result, self._members.shared_row, found[self._members.shared_cell])
        return result

    def _added(self, cells: NDArray[np.number[Any]]) -> NDArray[np.float64]:
        """Add what rows share to what is theirs."""
        rows = cells[: self.size].astype(np.float64)
        if not len(self._members.shared_row):
            return rows
        more = cells[self._members.shared_cell]
        shared = np.bincount(self._members.shared_row, more, self.size)
        return np.add(rows, shared, dtype=np.float64)

    def pairs(self, events: NDArray[np.int64], codes: NDArray[np.int64]) -> Iterator[Pairs]:
        """Return what each row has, once each.

        Parameters
        ----------
        events : ndarray of int64
            Numbers of events.
        codes : ndarray of int64
            For each the number of a value that it has, from 0.

        Yields
        ------
        Pairs
            All pairs of some rows, in no order to rely on.
        """
        places, cells = self._spread(events)
        width = int(codes.max(initial=0)) + 1
        found = pd.unique(cells * width + codes[places])
        own = found < self.size * width
        if own.all():
            yield Pairs(*np.divmod(found, width))
            return
        # A connection may have many values that count to each of many rows: a few rows at once.
        cell, code = np.divmod(np.sort(found[~own]), width)
        links = np.argsort(self._members.shared_row, kind="stable")
        linked_cell = self._members.shared_cell[links]
        linked_row = self._members.shared_row[links]
        starts = np.searchsorted(cell, linked_cell)
        counts = np.searchsorted(cell, linked_cell, side="right") - starts
        loads = np.bincount(linked_row, counts, self.size).astype(np.int64)
        mine = np.sort(found[own])
        for first, last in portions(loads):
            a, b = np.searchsorted(linked_row, [first, last])
            run, place = repeated(counts[a:b], starts[a:b])
            shared = linked_row[a:b][run] * width + code[place]
            c, d = np.searchsorted(mine, [first * width, last * width])
            yield Pairs(*np.divmod(pd.unique(np.concatenate([mine[c:d], shared])), width))

    def distinct(self, events: NDArray[np.int64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Count what each row has, once each.

        Parameters
        ----------
        events, codes : ndarray of int64
            As :meth:`pairs` takes them.

        Returns
        -------
        ndarray of float64
            How many different ones each row has.
        """
        number = np.zeros(self.size)
        for row, _ in self.pairs(events, codes):
            number += np.bincount(row, minlength=self.size)
        return number

    def lengths(
        self,
        events: NDArray[np.int64],
        codes: NDArray[np.int64],
        lengths: NDArray[np.int64],
    ) -> Lengths:
        """Count what each row has, once each, and tell how long it is.

        Parameters
        ----------
        events, codes : ndarray of int64
            As :meth:`pairs` takes them.
        lengths : ndarray of int64
            The length of each value by its number.

        Returns
        -------
        Lengths
            Of each row.
        """
        found = Lengths(*(np.zeros(self.size) for _ in range(3)))
        for row, code in self.pairs(events, codes):
            long = lengths[code]
            found.number[:] += np.bincount(row, minlength=self.size)
            found.total[:] += np.bincount(row, long, self.size)
            np.maximum.at(found.largest, row, long)
        return found


def per(values: NDArray[np.float64], number: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, with 0 for what has nothing to be divided by.

    Parameters
    ----------
    values, number : ndarray of float64
        Of the same rows.

    Returns
    -------
    ndarray of float64
        The quotients.
    """
    return np.divide(values, number, out=np.zeros(len(values)), where=number > 0)
