"""Arrays without any value, which share one buffer of zeros: they cost no memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

__all__ = ["Nulls"]


class Nulls:
    """Makes arrays of nulls.

    Parameters
    ----------
    rows : int
        How long the longest of them will be.
    """

    def __init__(self, rows: int) -> None:
        # No buffer of the types that a null chunk has needs more than eight bytes a row.
        self._zeros = pa.py_buffer(np.zeros(8 * (rows + 1), np.uint8))

    def of(self, kind: pa.DataType, length: int) -> pa.Array:
        """Return an array of nulls.

        Parameters
        ----------
        kind : pyarrow.DataType
            Its type.
        length : int
            How long it is.

        Returns
        -------
        pyarrow.Array
            Without memory of its own, but for types that EVE columns do not have.
        """
        if pt.is_list(kind):
            children = [pa.array([], kind.value_type)]
            return pa.Array.from_buffers(kind, length, [self._zeros] * 2, length, 0, children)
        if pt.is_string(kind):
            return pa.Array.from_buffers(kind, length, [self._zeros] * 3, length)
        if pt.is_primitive(kind):
            return pa.Array.from_buffers(kind, length, [self._zeros] * 2, length)
        return pa.nulls(length, kind)
