"""Add up what events contribute to the rows of a table: numbers, extremes, distinct values.

Nothing here depends on the order of events, and no sum is rounded before it exceeds 2**53.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from suricata_eve.analysis.features.membership import Membership
from suricata_eve.analysis.runs import repeated

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NEVER", "Groups", "Pairs", "per"]

NEVER = -(2**63)
"""Stands for a time where there is none."""

_EXACT = 2**53
_HALF = 26  # bits


class Pairs(NamedTuple):
    """Distinct pairs of a row and what it has."""

    row: NDArray[np.int64]
    code: NDArray[np.int64]


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
        self._single = bool(self._counts.max(initial=0) <= 1)
        self._cells = int(max(members.cell.max(initial=-1) + 1, self.size))

    def _spread(self, events: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the cells of events, and for each the place of its event among them."""
        if self._single and np.array_equal(events, self._members.event):
            return np.arange(len(events)), self._members.cell
        counts = self._counts[events]
        if self._single:
            places = np.flatnonzero(counts)
            return places, self._members.cell[self._starts[events[places]]]
        places, found = repeated(counts, self._starts[events])
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

    def total(self, events: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Add up a number of some events.

        Parameters
        ----------
        events : ndarray of int64
            Numbers of events.
        values : ndarray of int64
            A number from 0 for each of them.

        Returns
        -------
        ndarray of float64
            The sum for each row.
        """
        places, cells = self._spread(events)
        values = values[places]
        if int(values.max(initial=0)) < _EXACT // max(len(values), 1):
            return self._added(np.bincount(cells, values, self._cells))
        # In halves, of which the sums are exact: rounded once, whatever the order of events.
        low, high = values & ((1 << _HALF) - 1), values >> _HALF
        lows = self._added(np.bincount(cells, low, self._cells))
        highs = self._added(np.bincount(cells, high, self._cells))
        return highs * float(1 << _HALF) + lows

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

    def pairs(self, events: NDArray[np.int64], codes: NDArray[np.int64]) -> Pairs:
        """Return what each row has, once each.

        Parameters
        ----------
        events : ndarray of int64
            Numbers of events.
        codes : ndarray of int64
            For each the number of a value that it has, from 0.

        Returns
        -------
        Pairs
            The pairs, in no order to rely on.
        """
        places, cells = self._spread(events)
        width = int(codes.max(initial=0)) + 1
        cells, codes = np.divmod(pd.unique(cells * width + codes[places]), width)
        own = cells < self.size
        if own.all():
            return Pairs(cells, codes)
        starts = np.searchsorted(self._members.shared_cell, cells[~own])
        ends = np.searchsorted(self._members.shared_cell, cells[~own], side="right")
        run, found = repeated(ends - starts, starts)
        rows = np.concatenate([cells[own], self._members.shared_row[found]])
        both = rows * width + np.concatenate([codes[own], codes[~own][run]])
        return Pairs(*np.divmod(pd.unique(both), width))

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
        return self.number(self.pairs(events, codes))

    def number(self, pairs: Pairs) -> NDArray[np.float64]:
        """Count pairs.

        Parameters
        ----------
        pairs : Pairs
            Of rows.

        Returns
        -------
        ndarray of float64
            How many each row has.
        """
        return np.bincount(pairs.row, minlength=self.size).astype(np.float64)

    def added(self, pairs: Pairs, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Add up a number of pairs.

        Parameters
        ----------
        pairs : Pairs
            Of rows.
        values : ndarray of int64
            A number for each of them.

        Returns
        -------
        ndarray of float64
            The sum for each row.
        """
        return np.bincount(pairs.row, values, self.size).astype(np.float64)


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
