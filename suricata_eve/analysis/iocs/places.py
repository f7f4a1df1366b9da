"""Where indicators are: those of distinct texts, laid out over the rows that have these."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from suricata_eve.analysis.iocs.finds import Finds

__all__ = ["Piece", "Place", "expanded"]


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
        size = int(max(place.texts.max(initial=-1), texts.max(initial=-1))) + 1
        counts = np.bincount(texts, minlength=size)
        if counts.max(initial=0) <= 1:
            numbers = np.full(size, -1, np.int64)
            numbers[texts] = np.arange(len(texts))
            codes = numbers[place.texts]
            kept = codes >= 0
            yield Piece(kind, place.field, place.rows[kept], codes[kept], values, place.single)
            continue
        order = np.argsort(texts, kind="stable")
        starts = np.cumsum(counts) - counts
        many = counts[place.texts]
        source = np.repeat(np.arange(len(many)), many)
        inside = np.arange(len(source)) - np.repeat(np.cumsum(many) - many, many)
        codes = order[starts[place.texts][source] + inside]
        yield Piece(kind, place.field, place.rows[source], codes, values, single=False)
