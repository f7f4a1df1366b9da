"""Number the distinct values of Arrow data of any type, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Codes", "begins", "encode", "first_places", "is_list", "list_elements"]


class Codes(NamedTuple):
    """The distinct values of some data, numbered."""

    codes: NDArray[np.int64]
    """For each value its number; -1 where it is null."""

    values: pa.Array
    """The distinct values by number."""


def begins(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell where runs of equal numbers begin.

    Parameters
    ----------
    values : ndarray of int64
        Numbers.

    Returns
    -------
    ndarray of bool
        True for each number that differs from the one before, and for the first.
    """
    found = np.ones(len(values), bool)
    found[1:] = values[1:] != values[:-1]
    return found


def first_places(codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return where each number is first.

    Parameters
    ----------
    codes : ndarray of int64
        Numbers from 0 and below `size`.
    size : int
        How many numbers there may be.

    Returns
    -------
    ndarray of int64
        For each number the place of its first appearance; -1 if there is none.
    """
    places = np.full(size, -1, np.int64)
    places[codes[::-1]] = np.arange(len(codes))[::-1]
    return places


def is_list(kind: pa.DataType) -> bool:
    """Tell whether an Arrow type is one of lists.

    Parameters
    ----------
    kind : pyarrow.DataType
        Any type.

    Returns
    -------
    bool
        True for lists of any length of offsets, and for lists of a fixed size.
    """
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def list_elements(data: pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    """Flatten lists.

    Parameters
    ----------
    data : pyarrow.Array
        Lists.

    Returns
    -------
    tuple of ndarray of int64 and pyarrow.Array
        For each element the row it is of, and the elements.
    """
    if pa.types.is_fixed_size_list(data.type):
        data = data.cast(pa.list_(data.type.value_type))
    # Not `list_parent_indices`: it counts what may lie behind a null list.
    lengths = np.asarray(pc.list_value_length(data).fill_null(0))
    return np.repeat(np.arange(len(data)), lengths), pc.list_flatten(data)


def encode(data: pa.Array) -> Codes:
    """Give numbers to the distinct values of an array, in the order of first appearance.

    Parameters
    ----------
    data : pyarrow.Array
        Of any type; structs and lists are compared by what they hold.

    Returns
    -------
    Codes
        The numbers and the values.
    """
    kind = data.type
    if not (pa.types.is_nested(kind) or pa.types.is_dictionary(kind) or pa.types.is_null(kind)):
        plain = _dictionary(data)
        return Codes(_indices(plain), plain.dictionary)
    codes = _codes(data)
    present = np.flatnonzero(codes >= 0)
    kept = codes[present]
    firsts = first_places(kept, int(kept.max(initial=-1)) + 1)
    # Some numbers may be of combinations that only nulls had: leave them out.
    order = np.argsort(firsts, kind="stable")
    order = order[firsts[order] >= 0]
    renumbered = np.full(len(firsts) + 1, -1, np.int64)
    renumbered[order] = np.arange(len(order))
    return Codes(renumbered[codes], data.take(pa.array(present[firsts[order]])))


def _codes(data: pa.Array) -> NDArray[np.int64]:
    kind = data.type
    if pa.types.is_null(kind):
        return np.full(len(data), -1, np.int64)
    if pa.types.is_struct(kind):
        return _struct_codes(data)
    if is_list(kind):
        return _list_codes(data)
    return _indices(data if pa.types.is_dictionary(kind) else _dictionary(data))


def _dictionary(data: pa.Array) -> pa.DictionaryArray:
    if pa.types.is_floating(data.type):
        data = pc.add(data, pa.scalar(0, data.type))  # -0.0 is 0.0, as everywhere else
    return data.dictionary_encode()


def _indices(data: pa.DictionaryArray) -> NDArray[np.int64]:
    return np.asarray(data.indices.fill_null(-1)).astype(np.int64)


def _together(codes: NDArray[np.int64], more: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give numbers to the pairs of two numbers, each from -1."""
    pairs = (codes + 1) * (int(more.max(initial=-1)) + 2) + more + 1
    return np.asarray(pd.factorize(pairs)[0], np.int64)


def _struct_codes(data: pa.StructArray) -> NDArray[np.int64]:
    codes = np.zeros(len(data), np.int64)
    for number in range(data.type.num_fields):
        codes = _together(codes, _codes(data.field(number)))
    codes[np.asarray(data.is_null())] = -1
    return codes


def _list_codes(data: pa.Array) -> NDArray[np.int64]:
    """Give numbers to lists, adding one element after the other to all lists at once."""
    parents, elements = list_elements(data)
    inner = _codes(elements)
    lengths = np.bincount(parents, minlength=len(data))
    starts = np.cumsum(lengths) - lengths
    codes = np.asarray(pd.factorize(lengths)[0], np.int64)
    rows = np.flatnonzero(lengths)
    place = 0
    while len(rows):
        codes[rows] = int(codes.max()) + 1 + _together(codes[rows], inner[starts[rows] + place])
        place += 1
        rows = rows[lengths[rows] > place]
    codes = np.asarray(pd.factorize(codes)[0], np.int64)
    codes[np.asarray(data.is_null())] = -1
    return codes
