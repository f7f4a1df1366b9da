"""Where indicators are: those of distinct texts, laid out over the rows that have these."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from suricata_eve.analysis.iocs.finds import Finds

__all__ = ["Piece", "Place", "expanded", "pairs"]


class Piece(NamedTuple):
    """Indicators of one kind in one field."""

    kind: int
    field: str
    rows: NDArray[np.int64]
    codes: NDArray[np.int64]
    """For each row the number of its indicator."""
    indicators: pa.Array
    """The indicators by number; several numbers may be of one."""
    single: bool
    """Whether no row comes twice."""


class Place(NamedTuple):
    """Texts of a field, by number."""

    field: str
    rows: NDArray[np.int64]
    texts: NDArray[np.int64]
    single: bool


def expanded(place: Place, finds: Finds, wanted: frozenset[int]) -> Iterator[Piece]:
    """Lay what is found in distinct texts out over the rows that have these.

    Parameters
    ----------
    place : Place
        The rows.
    finds : Finds
        What is found, by the numbers of texts.
    wanted : frozenset of int
        Numbers of kinds.

    Yields
    ------
    Piece
        One for each of these kinds that is there.
    """
    for kind in sorted(wanted & set(np.unique(finds.kinds).tolist())):
        mine = finds.kinds == kind
        texts, values = finds.texts[mine], finds.indicators.filter(pa.array(mine))
        source, codes = pairs(place.texts, texts)
        single = place.single and bool((source[1:] > source[:-1]).all())
        yield Piece(kind, place.field, place.rows[source], codes, values, single)


def pairs(
    rows: NDArray[np.int64], texts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair each row with all that is found in its text.

    Parameters
    ----------
    rows : ndarray of int64
        For each row the number of its text.
    texts : ndarray of int64
        For each find the number of its text.

    Returns
    -------
    tuple of two ndarrays of int64
        Places of rows, in order, and of finds.
    """
    size = int(max(rows.max(initial=-1), texts.max(initial=-1))) + 1
    counts = np.bincount(texts, minlength=size)
    if counts.max(initial=0) <= 1:  # of most fields, and quick
        only = np.full(size, -1, np.int64)
        only[texts] = np.arange(len(texts))
        places = only[rows]
        source = np.flatnonzero(places >= 0)
        return source, places[source]
    order = np.argsort(texts, kind="stable")
    starts = np.cumsum(counts) - counts
    many = counts[rows]
    source = np.repeat(np.arange(len(rows)), many)
    inside = np.arange(len(source)) - np.repeat(np.cumsum(many) - many, many)
    return source, order[starts[rows][source] + inside]
