"""Values of a field in many partitions: their type, before they are seen, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.analysis.codes import is_list
from suricata_eve.errors import EveTypeError
from suricata_eve.schema import fields as schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PREFIX", "as_kind", "kind_of_values", "prefixes"]

PREFIX = 24
"""How many bytes :func:`prefixes` gives of each value."""

_SIGN = np.uint64(1 << 63)


def kind_of_values(kind: pa.DataType, field: str, *, method: str) -> pa.DataType:
    """Return the type of the values of a field, of lists that of their elements.

    Parameters
    ----------
    kind : pyarrow.DataType
        Their type in a frame without rows, where objects of Python have none.
    field : str
        The field.
    method : str
        The method that asks, for messages.

    Returns
    -------
    pyarrow.DataType
        If need be that of the schema, or text.

    Raises
    ------
    EveTypeError
        If they are objects whose type only values tell.
    """
    if not pt.is_null(kind):
        return kind
    known = schema.field(field)
    if known is not None and known.json_type == "array<object>":
        raise _untold(field, method)
    kind = schema.arrow_type(field) or pa.string()
    return kind.value_type if is_list(kind) else kind


def as_kind(values: pa.Array, kind: pa.DataType, field: str, *, method: str) -> pa.Array:
    """Give values the type that was told before they were seen.

    Parameters
    ----------
    values : pyarrow.Array
        Values of a field.
    kind : pyarrow.DataType
        What :func:`kind_of_values` returned.
    field, method : str
        As there.

    Returns
    -------
    pyarrow.Array
        Of this type.

    Raises
    ------
    EveTypeError
        If they are of another kind.
    """
    if values.type == kind:
        return values
    try:
        return values.cast(kind)
    except pa.ArrowException as error:
        raise _untold(field, method) from error


def _untold(field: str, method: str) -> EveTypeError:
    msg = (
        f"{method}() cannot know before it is computed what {field!r} holds, a column of Python "
        f"objects; use columns of Arrow dtypes, as suricata_eve.dask.read_eve() gives them"
    )
    return EveTypeError(msg)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pt.is_string(kind) or pt.is_large_string(kind))


def _bits(values: pa.Array) -> NDArray[np.uint64] | None:
    """Return numbers that are in the order of the values, None if they are no integers."""
    kind = values.type
    if pt.is_timestamp(kind) or pt.is_boolean(kind) or pt.is_signed_integer(kind):
        if pt.is_boolean(kind):
            values = values.cast(pa.uint8())
        return np.asarray(values.cast(pa.int64())).view(np.uint64) ^ _SIGN
    if pt.is_unsigned_integer(kind):
        return np.asarray(values.cast(pa.uint64()))
    return None


def prefixes(values: pa.Array) -> NDArray[np.uint8]:
    """Return the first bytes of each value, which are in the order of the values.

    Parameters
    ----------
    values : pyarrow.Array
        Of any type, none of them missing.

    Returns
    -------
    ndarray of uint8
        A row of ``PREFIX`` bytes for each: nowhere more than for a value that is sorted after
        it, and as many for all objects and lists.
    """
    kind, size = values.type, len(values)
    result = np.zeros((size, PREFIX), np.uint8)
    if not size:
        return result
    if _is_text(kind):
        texts = values.cast(pa.large_binary()).to_pylist()
        cut = np.array([text[:PREFIX] for text in texts], f"S{PREFIX}")
        return cut.view(np.uint8).reshape(size, PREFIX)
    if pt.is_floating(kind):
        floats = np.asarray(values.cast(pa.float64())) + 0.0
        bits = np.where(np.isnan(floats), np.nan, floats).view(np.uint64)
        # The bits of floats are in their order, of those below zero the other way round.
        keys = np.where(bits & _SIGN, ~bits, bits | _SIGN)
        keys[np.isnan(floats)] = np.uint64(2**64 - 1)
    else:
        found = _bits(values)
        if found is None:
            return result
        keys = found
    result[:, :8] = keys.astype(">u8").view(np.uint8).reshape(size, 8)
    return result
