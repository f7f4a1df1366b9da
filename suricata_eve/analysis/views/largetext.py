"""Text of more than the 2 GB that an array with offsets of 32 bits holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import joined
from suricata_eve.errors import EveValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

__all__ = ["LIMIT", "in_parts", "is_large", "spread", "taken", "too_large"]

LIMIT = 2**31 - 1
"""Bytes of text that an array of type ``string`` holds."""


def is_large(dtype: object) -> bool:
    """Tell whether a column may hold more text than an array of type ``string``.

    Parameters
    ----------
    dtype : dtype
        Of a column.

    Returns
    -------
    bool
        True for ``large_string`` and pandas' own text.
    """
    if isinstance(dtype, pd.ArrowDtype):
        return bool(pa.types.is_large_string(dtype.pyarrow_dtype))
    return isinstance(dtype, pd.StringDtype)


def in_parts(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Bring text to type ``string``, in as many chunks as it needs.

    Parameters
    ----------
    text : pyarrow.ChunkedArray
        Of type string or large_string.

    Returns
    -------
    pyarrow.ChunkedArray or None
        None if one value alone is too large.
    """
    parts: list[pa.Array] = []
    for chunk in text.chunks:
        for part in _halved(chunk):
            if not _fits(part):
                return None
            if part.get_total_buffer_size() > LIMIT:  # a cast would look at all of it
                own = part.take(pa.array(np.arange(len(part))))
                parts.append(own.cast(pa.string()))
            else:
                parts.append(part.cast(pa.string()))
    return pa.chunked_array(parts, pa.string())


def taken(column: pa.ChunkedArray, places: pa.Array, field: str, *, method: str) -> pa.Array:
    """Return values of a column as one array.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of any type but ``large_string``.
    places : pyarrow.Array
        Which of its values.
    field : str
        The column's name, for the message.
    method : str
        The method's name, for the message.

    Returns
    -------
    pyarrow.Array
        Of the same type.

    Raises
    ------
    EveValueError
        If it is text that does not fit in one array.
    """
    if pa.types.is_string(column.type) and not _fits(column):
        raise too_large(field, method)
    return joined(column.take(places))


def spread(
    data: Mapping[str, pa.ChunkedArray], places: NDArray[np.int64], *, method: str
) -> dict[str, pa.ChunkedArray]:
    """Return columns with their values where several rows come of one.

    Parameters
    ----------
    data : mapping of str to pyarrow.ChunkedArray
        The columns.
    places : ndarray of int64
        For each new row the place of its values.
    method : str
        The method's name, for the message.

    Returns
    -------
    dict of str to pyarrow.ChunkedArray
        By name.

    Raises
    ------
    EveValueError
        If that is more text than Arrow takes at once.
    """
    result = {}
    for name, column in data.items():
        try:
            result[name] = column.take(pa.array(places))
        except pa.ArrowInvalid as error:  # of releases that join the chunks
            raise too_large(name, method) from error
    return result


def too_large(field: str, method: str) -> EveValueError:
    """Return the error of text that Arrow does not hold as it is needed.

    Parameters
    ----------
    field : str
        Where it stands.
    method : str
        The method's name.

    Returns
    -------
    EveValueError
        To raise.
    """
    return EveValueError(
        f"{method}(): {field!r} has more than 2 GB of text in these events, which is more than "
        f"one array holds: take fewer events at a time, such as those of an hour"
    )


def _fits(text: pa.Array | pa.ChunkedArray) -> bool:
    """Tell whether some text fits in one array, by the bytes of the text alone."""
    return text.nbytes <= LIMIT or (pc.sum(pc.binary_length(text)).as_py() or 0) <= LIMIT


def _halved(chunk: pa.Array) -> Iterator[pa.Array]:
    if len(chunk) < 2 or _fits(chunk):
        yield chunk
        return
    half = len(chunk) // 2
    yield from _halved(chunk[:half])
    yield from _halved(chunk[half:])
