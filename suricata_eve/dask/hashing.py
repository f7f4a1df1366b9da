"""Numbers that look random of values, the same for equal ones wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.analysis.codes import encode, is_list, list_elements
from suricata_eve.dask.flows import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["hashed"]

_NOTHING = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xD6E8FEB86659FD93)


def hashed(data: pa.Array) -> NDArray[np.uint64]:
    """Return a hash of each value.

    Parameters
    ----------
    data : pyarrow.Array
        Of any type.

    Returns
    -------
    ndarray of uint64
        Equal for values that :func:`suricata_eve.analysis.codes.encode` takes as equal, in
        any array, and for numbers of any type.
    """
    kind = data.type
    if pt.is_null(kind):
        return np.full(len(data), _NOTHING)
    if pt.is_dictionary(kind):
        data = data.cast(kind.value_type)
        kind = data.type
    if pt.is_struct(kind):
        result = _of_struct(data)
    elif is_list(kind):
        result = _of_lists(data)
    elif pt.is_integer(kind) or pt.is_floating(kind) or pt.is_boolean(kind):
        result = _of_numbers(data)
    elif pt.is_temporal(kind):
        width = pa.int32() if kind.bit_width == 32 else pa.int64()
        whole = np.asarray(data.view(width).fill_null(0)).astype(np.int64)
        result = mixed(whole.view(np.uint64))
    else:
        result = _of_texts(data)
    result[np.asarray(data.is_null())] = _NOTHING
    return result


def _of_numbers(data: pa.Array) -> NDArray[np.uint64]:
    if pt.is_boolean(data.type):
        data = data.cast(pa.uint8())
    # As floats, since objects of Python may be integers in one partition and floats elsewhere.
    floats = np.asarray(data.cast(pa.float64(), safe=False).fill_null(0.0)) + 0.0
    floats = np.where(np.isnan(floats), np.nan, floats)
    return mixed(floats.view(np.uint64))


def _of_texts(data: pa.Array) -> NDArray[np.uint64]:
    codes, distinct = encode(data)
    values = distinct.to_numpy(zero_copy_only=False).astype(object)
    known = pd.util.hash_array(values, categorize=False)
    return np.append(known, _NOTHING)[codes]


def _of_struct(data: pa.StructArray) -> NDArray[np.uint64]:
    result = np.full(len(data), _NOTHING)
    for number in range(data.type.num_fields):
        result = mixed(result * _ODD ^ hashed(data.field(number)))
    return result


def _of_lists(data: pa.Array) -> NDArray[np.uint64]:
    """Hash elements with their place, and add up those of each list."""
    parents, elements = list_elements(data)
    lengths = np.bincount(parents, minlength=len(data))
    places = np.arange(len(parents)) - (np.cumsum(lengths) - lengths)[parents]
    result = mixed(lengths.astype(np.uint64))
    np.add.at(result, parents, mixed(hashed(elements) + places.astype(np.uint64) * _ODD))
    return result
