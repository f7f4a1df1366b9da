"""Values of any Arrow type across partitions: the same one gets the same number everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.analysis.codes import encode
from suricata_eve.dask.flows import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PREFIX", "hashed", "prefixes"]

PREFIX = 24
"""How many bytes :func:`prefixes` gives of each value."""

_SIGN = np.uint64(1 << 63)


def hashed(values: pa.Array) -> NDArray[np.uint64]:
    """Return a number for each value, the same for equal ones in whichever task.

    Parameters
    ----------
    values : pyarrow.Array
        Of any type.

    Returns
    -------
    ndarray of uint64
        Numbers that look random; 0 for what is missing.
    """
    codes, distinct = encode(values)
    numbers = np.append(_hashed(distinct), np.uint64(0))
    return numbers[codes]


def _hashed(values: pa.Array) -> NDArray[np.uint64]:
    kind = values.type
    if _is_text(kind):
        texts = values.to_numpy(zero_copy_only=False)
        return np.asarray(pd.util.hash_array(texts, categorize=False), np.uint64)
    bits = _bits(values)
    if bits is None:
        # As Python writes them; a zero in an object may have a sign, and is the same.
        texts = np.array(
            [re.sub(r"-0\.0\b", "0.0", repr(value)) for value in values.to_pylist()], object
        )
        return np.asarray(pd.util.hash_array(texts, categorize=False), np.uint64)
    return mixed(bits)


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
