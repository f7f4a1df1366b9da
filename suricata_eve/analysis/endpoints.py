"""The two ends of events, address and port, as columns and as numbers to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.columns import integer_column, joined, require_once, text_column
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Columns", "combined", "endpoint_numbers"]

_PORTS = 2**16 + 1


class Columns:
    """Columns of some rows of a frame as Arrow arrays, all null where the frame lacks one.

    Parameters
    ----------
    frame : DataFrame
        Any frame; it is not changed.
    positions : ndarray of int64, optional
        Positions of the rows; all by default.
    """

    def __init__(self, frame: pd.DataFrame, positions: NDArray[np.int64] | None = None) -> None:
        self._frame = frame
        self._positions = positions
        self._cache: dict[tuple[str, str], pa.Array] = {}
        self.length = len(frame) if positions is None else len(positions)

    def _column(self, name: str) -> pd.Series | None:
        if name not in self._frame.columns:
            return None
        require_once(self._frame, [name], method="orientation")
        column = self._frame[name]
        return column if self._positions is None else take_column(column, self._positions)

    def text(self, name: str) -> pa.Array:
        """Return a column as text."""
        if (name, "text") not in self._cache:
            column = self._column(name)
            self._cache[name, "text"] = (
                pa.nulls(self.length, pa.string())
                if column is None
                else joined(text_column(column))
            )
        return self._cache[name, "text"]

    def integers(self, name: str) -> pa.Array:
        """Return a column as int64 or uint64."""
        if (name, "integers") not in self._cache:
            column = self._column(name)
            self._cache[name, "integers"] = (
                pa.nulls(self.length, pa.int64())
                if column is None
                else joined(integer_column(column))
            )
        return self._cache[name, "integers"]

    def ports(self, name: str) -> pa.Array:
        """Return a column as uint16."""
        if (name, "ports") not in self._cache:
            try:
                self._cache[name, "ports"] = self.integers(name).cast(pa.uint16())
            except pa.ArrowInvalid as error:
                msg = f"{name!r} holds what is no port: {error}"
                raise EveValueError(msg) from error
        return self._cache[name, "ports"]


def endpoint_numbers(
    ends: list[tuple[pa.Array, pa.Array]],
) -> list[NDArray[np.int64]]:
    """Give a number to each endpoint, the same for the same address and port.

    Parameters
    ----------
    ends : list of tuple of pyarrow.Array
        Addresses as text and their ports, as often as there are sides to compare.

    Returns
    -------
    list of ndarray of int64
        From 0, with gaps; a missing address or port counts as a value.
    """
    addresses = pa.chunked_array([address for address, _ in ends], pa.string())
    encoded = joined(addresses).dictionary_encode().indices.fill_null(-1)
    ports = joined(pa.chunked_array([port for _, port in ends], pa.uint16()))
    numbers = (np.asarray(encoded).astype(np.int64) + 1) * _PORTS
    numbers += np.asarray(ports.cast(pa.int32()).fill_null(-1)) + 1
    return np.split(numbers, np.cumsum([len(address) for address, _ in ends])[:-1])


def combined(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Give a number to each combination of numbers.

    Parameters
    ----------
    codes : sequence of ndarray of int64
        Numbers from -1, of the same rows, none much larger than there are rows.

    Returns
    -------
    ndarray of int64
        From 0 without gaps, in the order of first appearance, if there are several.
    """
    first, *others = codes
    result = first + 1
    for code in others:
        # Not above the square of the number of rows, which 64 bits hold.
        result = result * (int(code.max(initial=0)) + 2) + code + 1
        result = np.asarray(pd.factorize(result)[0], np.int64)
    return result
