"""Arrow values of any type to one given type: exactly, or missing and counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.ingest.coerce import coerce
from suricata_eve.ingest.values import EXACT, list_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Values", "exactly", "member", "to_lists"]


class Values(NamedTuple):
    """An array of the type wanted, and how many values it could not hold."""

    array: pa.Array
    lost: int


def exactly(array: pa.Array, kind: pa.DataType) -> Values:
    """Bring an array to a type.

    Parameters
    ----------
    array : pyarrow.Array
        Values of any type.
    kind : pyarrow.DataType
        Text, a kind of integer, booleans, ``timestamp[us, UTC]`` or a list of text.

    Returns
    -------
    Values
        What does not fit exactly is null, and counted: text in the place of an integer, a
        float of 2**53 or more that may stand for several, an integer beyond the type.
    """
    if array.type == kind:
        return Values(array, 0)
    if array.null_count == len(array):
        return Values(pa.nulls(len(array), kind), 0)
    if pt.is_list(kind):
        fitting = _texts_in_lists(array, kind)
    else:
        coerced = coerce(array, kind)
        fitting = coerced.array
        if coerced.inexact:
            fitting = _only_exact(array, fitting)
        if fitting.type != kind:
            fitting = _narrowed(fitting, kind)
    return Values(fitting, max(0, _missing(fitting) - _missing(array)))


def _missing(array: pa.Array) -> int:
    nan = 0
    if pt.is_floating(array.type):  # what pandas has for a missing value
        nan = pc.sum(pc.is_nan(array)).as_py() or 0
    return int(array.null_count) + int(nan)


def _only_exact(before: pa.Array, integers: pa.Array) -> pa.Array:
    """Leave out integers of 2**53 or more that were floats, or text that spells floats."""
    large = pc.greater_equal(integers, pa.scalar(EXACT, integers.type))
    if pt.is_signed_integer(integers.type):
        large = pc.or_(large, pc.less_equal(integers, pa.scalar(-EXACT, integers.type)))
    if pt.is_string(before.type):
        large = pc.and_(large, pc.match_substring_regex(before, r"[.eE]"))
    return pc.if_else(large, pa.scalar(None, integers.type), integers)


def _narrowed(integers: pa.Array, kind: pa.DataType) -> pa.Array:
    """Cast integers that had been widened to hold all of them."""
    limits = np.iinfo(kind.to_pandas_dtype())
    own = np.iinfo(integers.type.to_pandas_dtype())
    high = pa.scalar(min(int(limits.max), int(own.max)), integers.type)
    low = pa.scalar(max(int(limits.min), int(own.min)), integers.type)
    inside = pc.and_(pc.less_equal(integers, high), pc.greater_equal(integers, low))
    return pc.if_else(inside, integers, pa.scalar(None, integers.type)).cast(kind)


def _texts_in_lists(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pt.is_list(array.type):
        elements = array.values
        if pt.is_list(elements.type) or pt.is_struct(elements.type):
            return pa.nulls(len(array), kind)
        return array.cast(kind)
    if pt.is_struct(array.type):
        return pa.nulls(len(array), kind)
    # A producer that writes a list of one as a scalar, or lists as JSON text.
    encoded = exactly(array, pa.string()).array.dictionary_encode()
    distinct = [_texts_of(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(distinct, kind).take(encoded.indices)


def _texts_of(text: str) -> list[str | None]:
    if text.startswith("["):
        try:
            value: Any = json.loads(text)
        except (ValueError, RecursionError):
            return [text]
        if isinstance(value, list) and all(isinstance(item, str | None) for item in value):
            return value
    return [text]


def member(objects: pa.Array, name: str) -> pa.Array:
    """Return one member of each object.

    Parameters
    ----------
    objects : pyarrow.Array
        Structs, or what is none and so has no members.
    name : str
        The member's name.

    Returns
    -------
    pyarrow.Array
        As long as `objects`, null where one has no such member.
    """
    place = objects.type.get_field_index(name) if pt.is_struct(objects.type) else -1
    return pa.nulls(len(objects)) if place < 0 else pc.struct_field(objects, [place])


def to_lists(lengths: NDArray[np.int64], elements: pa.Array) -> pa.Array:
    """Make lists of their elements; none of none.

    Parameters
    ----------
    lengths : ndarray of int64
        How many elements each list has.
    elements : pyarrow.Array
        The elements, list after list.

    Returns
    -------
    pyarrow.ListArray
        As many lists as lengths, null where a length is 0.
    """
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return list_array(offsets, elements, np.asarray(lengths) == 0)
