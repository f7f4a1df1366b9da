"""Put values of any Arrow type into one order, which depends on the values alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import begins, encode, is_list, list_elements

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["value_order", "value_places"]


def value_order(values: pa.Array) -> NDArray[np.int64]:
    """Return the positions that sort some values.

    Parameters
    ----------
    values : pyarrow.Array
        Of any type. Text is compared by its bytes in UTF-8, which is the order of code
        points; objects field by field, in the order of their fields; lists element by
        element, a list before those that continue it.

    Returns
    -------
    ndarray of int64
        Positions, ascending by value; what is missing comes last.
    """
    if pa.types.is_nested(values.type) or pa.types.is_null(values.type):
        return np.argsort(_ranks(values), kind="stable").astype(np.int64)
    return np.asarray(pc.sort_indices(values)).astype(np.int64)


def value_places(values: pa.Array) -> NDArray[np.int64]:
    """Return the place of each value among the sorted ones.

    Parameters
    ----------
    values : pyarrow.Array
        Of any type.

    Returns
    -------
    ndarray of int64
        Places from 0, each once: equal values have neighbouring ones.
    """
    order = value_order(values)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def _ranks(data: pa.Array) -> NDArray[np.int64]:
    """Give each value a number, the same for equal ones, larger for larger ones."""
    kind = data.type
    if pa.types.is_null(kind):
        return np.zeros(len(data), np.int64)
    if pa.types.is_struct(kind):
        ranks = np.zeros(len(data), np.int64)
        for number in range(kind.num_fields):
            ranks = _together(ranks, _ranks(data.field(number)))
    elif is_list(kind):
        ranks = _list_ranks(data)
    else:
        distinct = encode(data)
        order = value_order(distinct.values)
        place = np.full(len(order) + 1, len(order), np.int64)
        place[order] = np.arange(len(order))
        return place[distinct.codes]
    ranks[np.asarray(data.is_null())] = int(ranks.max(initial=-1)) + 1
    return ranks


def _together(first: NDArray[np.int64], then: NDArray[np.int64]) -> NDArray[np.int64]:
    pairs = first * (int(then.max(initial=0)) + 1) + then
    return np.asarray(np.unique(pairs, return_inverse=True)[1], np.int64).reshape(-1)


def _list_ranks(data: pa.Array) -> NDArray[np.int64]:
    """Sort lists by one place after the other, each time only those that are still equal."""
    parents, elements = list_elements(data)
    inner = _ranks(elements) + 1
    lengths = np.bincount(parents, minlength=len(data))
    starts = np.cumsum(lengths) - lengths
    # The rank of a list is the number of lists in front of those that are equal so far.
    ranks = np.zeros(len(data), np.int64)
    rows = np.arange(len(data))
    place = 0
    while len(rows):
        longer = lengths[rows] > place
        key = np.zeros(len(rows), np.int64)
        key[longer] = inner[starts[rows[longer]] + place]
        order = np.lexsort((key, ranks[rows]))
        rows, key, base = rows[order], key[order], ranks[rows[order]]
        number = np.arange(len(rows))
        # Where a run of equal ranks begins, and where one of equal ranks and keys does.
        block = np.maximum.accumulate(np.where(begins(base), number, 0))
        first = begins(base) | begins(key)
        run = np.maximum.accumulate(np.where(first, number, 0))
        ranks[rows] = base + run - block
        alone = first & np.append(first[1:], [True])
        rows = rows[~alone & (key > 0)]
        place += 1
    return ranks
