"""Python values, as ``json`` gives them, to Arrow arrays that hold them exactly.

What no Arrow type holds exactly (several kinds of value in one field, integers beyond
64 bits, large integers beside fractions) is a :class:`Conflict`, or becomes text:
the same text whichever way a value was read, so that results do not depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

__all__ = ["EXACT", "Conflict", "build", "list_array", "pruned", "text_of", "texts"]

EXACT = 2**53
"""Up to this magnitude every integer is exact as a double."""

_KINDS: dict[type, str] = {
    str: "text",
    int: "integer",
    float: "float",
    bool: "boolean",
    list: "list",
    dict: "object",
}


class Conflict(Exception):  # noqa: N818 - a signal between modules, never shown
    """No Arrow type holds the values exactly."""


def build(values: Sequence[Any], *, lenient: bool) -> pa.Array:
    """Build the narrowest array of the contract that holds the values exactly.

    Parameters
    ----------
    values : sequence
        What ``json`` gives: str, int, float, bool, None, lists and dicts of these.
    lenient : bool
        Make text of what no type holds, at the smallest level that needs it, rather
        than raise.

    Returns
    -------
    pyarrow.Array
        ``int64``, ``uint64`` where a value exceeds it, ``double``, ``string``, ``bool``,
        lists and structs of these, or ``null``.

    Raises
    ------
    Conflict
        If `lenient` is false and no type holds the values.
    """
    kinds = {_KINDS[kind] for kind in set(map(type, values)) if kind is not type(None)}
    try:
        array = _build_kinds(values, kinds, lenient=lenient)
    except Conflict:
        if not lenient:
            raise
        return texts(values)
    return array


def _build_kinds(values: Sequence[Any], kinds: set[str], *, lenient: bool) -> pa.Array:
    if kinds <= {"integer", "float"} and kinds:
        return _build_numbers(values, kinds)
    if len(kinds) > 1:
        raise Conflict
    kind = next(iter(kinds), None)
    if kind is None:
        return pa.nulls(len(values))
    if kind == "list":
        return _build_lists(values, lenient=lenient)
    if kind == "object":
        return _build_objects(values, lenient=lenient)
    return pa.array(values, pa.string() if kind == "text" else pa.bool_())


def _build_numbers(values: Sequence[Any], kinds: set[str]) -> pa.Array:
    integers = [value for value in values if type(value) is int]
    low, high = min(integers, default=0), max(integers, default=0)
    if "float" in kinds:
        if low < -EXACT or high > EXACT:
            raise Conflict
        numbers = [None if value is None else float(value) for value in values]
        return pa.array(numbers, pa.float64(), from_pandas=False)
    if low >= -(2**63) and high < 2**63:
        return pa.array(values, pa.int64())
    if low >= 0 and high < 2**64:
        return pa.array(values, pa.uint64())
    raise Conflict


def _build_lists(values: Sequence[Any], *, lenient: bool) -> pa.Array:
    lengths = [0 if value is None else len(value) for value in values]
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    elements = build(list(chain.from_iterable(filter(None, values))), lenient=lenient)
    missing = np.fromiter((value is None for value in values), bool, len(values))
    return list_array(offsets, elements, missing)


def list_array(offsets: np.ndarray, elements: pa.Array, missing: np.ndarray) -> pa.Array:
    """Put a list array together; works on every supported pyarrow.

    Parameters
    ----------
    offsets : numpy.ndarray of int32
        Where each list starts in `elements`, and the end.
    elements : pyarrow.Array
        All lists' elements, one after the other.
    missing : numpy.ndarray of bool
        Which lists are null.

    Returns
    -------
    pyarrow.ListArray
        As long as `missing`.
    """
    validity = pa.array(~missing).buffers()[1] if missing.any() else None
    buffers = [validity, pa.py_buffer(np.ascontiguousarray(offsets, np.int32))]
    return pa.Array.from_buffers(
        pa.list_(elements.type), len(missing), buffers, children=[elements]
    )


def _build_objects(values: Sequence[Any], *, lenient: bool) -> pa.Array:
    names = dict.fromkeys(chain.from_iterable(value for value in values if value))
    children = [
        build([None if value is None else value.get(name) for value in values], lenient=lenient)
        for name in names
    ]
    # A child that is null throughout says nothing: a null is an absent key.
    kept = [
        (name, child)
        for name, child in zip(names, children, strict=True)
        if child.null_count < len(child)
    ]
    missing = np.fromiter((value is None for value in values), bool, len(values))
    struct = pa.struct([(name, child.type) for name, child in kept])
    validity = pa.array(~missing).buffers()[1] if missing.any() else None
    return pa.Array.from_buffers(
        struct, len(values), [validity], children=[child for _, child in kept]
    )


def texts(values: Sequence[Any]) -> pa.Array:
    """Return the text of each value, null for None.

    Parameters
    ----------
    values : sequence
        Values as ``json`` gives them.

    Returns
    -------
    pyarrow.StringArray
        As `text_of` spells them.
    """
    return pa.array([None if value is None else text_of(value) for value in values], pa.string())


def text_of(value: Any) -> str:
    """Return the text that stands for a value in a field of several kinds.

    Parameters
    ----------
    value : object
        A value as ``json`` gives it, not None.

    Returns
    -------
    str
        Text itself; otherwise JSON, compact, with sorted keys, without nulls in
        objects, and whole numbers up to 2**53 without a fraction.

    Examples
    --------
    >>> from suricata_eve.ingest.values import text_of
    >>> text_of("443"), text_of(443.0), text_of({"b": [True, None], "a": None})
    ('443', '443', '{"b":[true,null]}')
    """
    if isinstance(value, str):
        return value
    return json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _canonical(value: Any) -> Any:
    if isinstance(value, float):
        # Infinities and NaN fail the comparison and stay.
        return int(value) if abs(value) <= EXACT and value.is_integer() else value
    if isinstance(value, list):
        return [_canonical(element) for element in value]
    if isinstance(value, dict):
        return {k: _canonical(element) for k, element in value.items() if element is not None}
    return value


def pruned(value: Any) -> Any:
    """Drop the None that Arrow gives for an absent key in objects, at every level.

    Parameters
    ----------
    value : object
        What ``Array.to_pylist`` gives.

    Returns
    -------
    object
        The value as ``json`` would give it, nulls in objects left out.
    """
    if isinstance(value, list):
        return [pruned(element) for element in value]
    if isinstance(value, dict):
        return {key: pruned(element) for key, element in value.items() if element is not None}
    return value
