"""Numbers made of numbers, missing where they would mean nothing."""

from __future__ import annotations

from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["ratio", "seconds", "total"]

_Data: TypeAlias = "pa.Array | pa.ChunkedArray"

_SECOND = 1_000_000


def seconds(microseconds: _Data) -> _Data:
    """Return a length of time in seconds.

    Parameters
    ----------
    microseconds : pyarrow.Array or pyarrow.ChunkedArray
        Of int64.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray
        Of double, the nearest there is.
    """
    return pc.divide(microseconds.cast(pa.float64(), safe=False), pa.scalar(float(_SECOND)))


def ratio(part: _Data, whole: _Data) -> _Data:
    """Divide, where there is something to divide by.

    Parameters
    ----------
    part : pyarrow.Array or pyarrow.ChunkedArray
        Numbers.
    whole : pyarrow.Array or pyarrow.ChunkedArray
        Numbers, as many.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray
        Of double; null where `whole` is not above 0.
    """
    divisor = pc.if_else(pc.greater(whole, 0), whole, pa.scalar(None, whole.type))
    return pc.divide(part.cast(pa.float64(), safe=False), divisor.cast(pa.float64(), safe=False))


def total(one: _Data, other: _Data) -> _Data:
    """Add counts.

    Parameters
    ----------
    one : pyarrow.Array or pyarrow.ChunkedArray
        Of int64.
    other : pyarrow.Array or pyarrow.ChunkedArray
        Of int64, as many.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray
        Of int64; null where one is missing or below 0, and where int64 cannot hold the sum.
    """
    counts = pc.and_(pc.greater_equal(one, 0), pc.greater_equal(other, 0))
    room = pc.less_equal(one, pc.subtract(pa.scalar(2**63 - 1), other))
    # What is left out is 0 while adding, so that nothing wraps around.
    fits = pc.and_(counts, room).fill_null(fill_value=False)
    added = pc.add(pc.if_else(fits, one, 0), pc.if_else(fits, other, 0))
    return pc.if_else(fits, added, pa.scalar(None, pa.int64()))
