"""Columns of pandas, whatever their dtype, to Arrow arrays or to what ``json`` would give."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.ingest.salvage import MAX_DEPTH
from suricata_eve.ingest.values import pruned

__all__ = ["is_json", "to_arrow"]

_JSON_KINDS = {str, int, float, bool, list, dict}


def to_arrow(column: pd.Series[Any]) -> pa.Array | list[Any] | None:
    """Return the values of a column in a form that does not depend on its dtype.

    Parameters
    ----------
    column : pandas.Series
        A column of any dtype.

    Returns
    -------
    pyarrow.Array, list or None
        An array that shares no memory with numpy, text and integers in the widths of the
        contract; a list of values as ``json`` gives them, None where one is missing; or
        None if a value is one that neither knows.
    """
    if column.dtype == object:
        return _from_objects(column)
    is_arrow = isinstance(column.dtype, pd.ArrowDtype)
    try:
        # Arrow would share numpy's memory, and with it what is written there later.
        array = pa.array(column.array if is_arrow else column.array.copy(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return _from_objects(pd.Series(column.to_numpy(object)))
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.nulls(0, array.type)
    kind = _widened(array.type)
    if array.type != kind:
        try:
            array = array.cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # views, in older releases
            return [pruned(value) for value in array.to_pylist()]
    return array


def _widened(kind: pa.DataType) -> pa.DataType:
    """Return the type of the contract for another width or encoding of the same."""
    if pt.is_integer(kind) and kind not in {pa.int64(), pa.uint64(), pa.uint16()}:
        return pa.int64()
    if pt.is_floating(kind):
        return pa.float64()
    if pt.is_large_string(kind) or str(kind) == "string_view":
        return pa.string()
    if pt.is_dictionary(kind):
        return _widened(kind.value_type)
    if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind):
        return pa.list_(_widened(kind.value_type))
    if pt.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.struct([(field.name, _widened(field.type)) for field in fields])
    return kind


def _from_objects(values: pd.Series[Any]) -> pa.Array | list[Any] | None:
    present = np.flatnonzero(values.notna().to_numpy())
    held = [_plain(value) for value in values.to_numpy(object)[present]]
    kinds = set(map(type, held))
    if kinds <= {str} and held:
        where = np.full(len(values), -1, np.int64)
        where[present] = np.arange(len(present))
        return pa.array(held, pa.string()).take(pa.array(where, mask=where < 0))
    if not kinds <= _JSON_KINDS:
        return _from_others(values)
    if kinds & {list, dict} and not is_json(held):
        return None
    everything: list[Any] = [None] * len(values)
    for position, value in zip(present.tolist(), held, strict=True):
        everything[position] = value
    return everything


def _from_others(values: pd.Series[Any]) -> pa.Array | None:
    """Let Arrow have a look at objects that JSON does not know, such as datetimes."""
    try:
        array = pa.array(values.to_numpy(object), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return None
    return array if pt.is_timestamp(array.type) or pt.is_decimal(array.type) else None


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value as ``json`` would give it, as far as there is such a value."""
    if type(value) in {str, int, float, bool} or depth > MAX_DEPTH:
        return value
    if isinstance(value, np.ndarray):
        return _plain(list(value) if value.ndim else value[()], depth)
    if isinstance(value, list | tuple):
        return [_plain(element, depth + 1) for element in value]
    if isinstance(value, dict):
        plain = ((str(key), _plain(element, depth + 1)) for key, element in value.items())
        return {key: element for key, element in plain if not _is_missing(element)}
    return _plain_scalar(value, nested=depth > 0)


def _plain_scalar(value: Any, *, nested: bool) -> Any:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if nested and _is_missing(value):
        return None
    if nested and isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    for kind in (str, int, float):  # enumerations and the like
        if isinstance(value, kind):
            return kind.__str__(value) if kind is str else kind(value)
    return value


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124


def is_json(value: Any) -> bool:
    """Tell whether a list or dict holds nothing that JSON does not know, at no great depth.

    Parameters
    ----------
    value : list or dict
        It may hold others.

    Returns
    -------
    bool
        False also if it is nested deeper than any event.
    """
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if child is not None
        ]
        if not set(map(type, level)) <= _JSON_KINDS:
            return False
        level = [child for child in level if isinstance(child, dict | list)]
        if not level:
            return True
    return False
