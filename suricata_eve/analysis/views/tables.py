"""Tables of chosen events with columns and dtypes that no data changes.

A view names its columns: of which type, and which fields of EVE they are made of, best
first. What a type cannot hold exactly is missing in the table, and one warning counts it.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import instant_column, joined, require_columns, text_column
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import orientation
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.views.values import Values, exactly
from suricata_eve.arrays import to_arrow
from suricata_eve.errors import EveWarning
from suricata_eve.ingest.report import many
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.ingest.unify import unify
from suricata_eve.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["COMMON", "SIGNATURE", "Column", "Rows", "choose", "table", "to_frame"]

COMMON = {
    "timestamp": UTC_MICROSECONDS,
    "flow_id": pa.int64(),
    "event_type": pa.string(),
    "client_ip": pa.string(),
    "client_port": pa.uint16(),
    "server_ip": pa.string(),
    "server_port": pa.uint16(),
}
"""The columns that every view starts with, and their types."""


class Column(NamedTuple):
    """A column of a view."""

    name: str
    kind: pa.DataType
    fields: tuple[str, ...]
    """Of these fields of EVE, the first that has a value in an event."""


SIGNATURE = Column("signature", pa.string(), ("alert.signature",))
"""The last column of a view that has rows of alerts."""


def choose(
    frame: pd.DataFrame,
    event_types: Sequence[str],
    *,
    method: str,
    alerts_with: str | None = None,
) -> NDArray[np.int64]:
    """Choose events by type, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events.
    event_types : sequence of str
        The types.
    method : str
        The method's name, for the message of an error.
    alerts_with : str, optional
        Choose alerts as well, if they have a field of this object, such as ``"http"``.

    Returns
    -------
    ndarray of int64
        Positions of rows, by time, then by place.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the object is not flat.
    """
    require_columns(frame, ["event_type", "timestamp"], method=method)
    types = text_column(frame["event_type"])
    own = pc.is_in(types, value_set=pa.array(event_types, pa.string()))
    chosen = np.array(own, bool)
    if alerts_with is not None:
        is_alert = np.asarray(pc.equal(types, "alert").fill_null(fill_value=False), bool)
        alerts = np.flatnonzero(is_alert).astype(np.int64)
        chosen[alerts[_have_object(frame, alerts, alerts_with)]] = True
    return time_order(frame, np.flatnonzero(chosen).astype(np.int64))


def _have_object(frame: pd.DataFrame, positions: NDArray[np.int64], name: str) -> NDArray[np.bool_]:
    found = np.zeros(len(positions), bool)
    if not len(positions):
        return found
    for label, column in frame.items():
        if isinstance(label, str) and (label == name or label.startswith(f"{name}.")):
            found |= np.asarray(take_column(column, positions).notna(), bool)
    return found


class Rows:
    """Chosen rows of a frame, read column by column as Arrow data of a given type.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    positions : ndarray of int64
        Positions of the rows, in the order wanted.
    method : str
        The method's name, for messages.
    """

    def __init__(self, frame: pd.DataFrame, positions: NDArray[np.int64], *, method: str) -> None:
        self.frame = frame
        self.positions = positions
        self.index = frame.index.take(positions)
        self._method = method
        self._lost: Counter[str] = Counter()
        self._flat: set[str] = set()

    def __len__(self) -> int:
        return len(self.positions)

    def taken(self, field: str) -> pd.Series | None:
        """Return the rows of a field's column, None if the frame lacks it.

        Parameters
        ----------
        field : str
            A path.

        Returns
        -------
        Series or None
            With its own dtype.
        """
        if field not in self.frame.columns:
            self._require_flat(field)
            return None
        require_columns(self.frame, [field], method=self._method)  # once, not twice
        return take_column(self.frame[field], self.positions)

    def _require_flat(self, field: str) -> None:
        """Refuse objects that hold the field, since their values would look missing."""
        parts = field.split(".")
        for end in range(1, len(parts)):
            parent = ".".join(parts[:end])
            if parent in self.frame.columns and parent not in self._flat:
                values = take_column(self.frame[parent], self.positions).dropna()
                if len(values) and isinstance(values.iloc[0], dict):
                    require_columns(self.frame, [field], method=self._method)
                self._flat.add(parent)

    def column(self, kind: pa.DataType, *fields: str) -> pa.ChunkedArray:
        """Return the first value there is of some fields.

        Parameters
        ----------
        kind : pyarrow.DataType
            The type wanted.
        *fields : str
            Paths, best first.

        Returns
        -------
        pyarrow.ChunkedArray
            Of that type; null where no field has a value, or not one of that type.
        """
        found = [values for field in fields if (values := self._values(field, kind)) is not None]
        if not found:
            return pa.chunked_array([pa.nulls(len(self), kind)])
        return found[0] if len(found) == 1 else pc.coalesce(*found)

    def _values(self, field: str, kind: pa.DataType) -> pa.ChunkedArray | None:
        column = self.taken(field)
        if column is None:
            return None
        if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.pyarrow_dtype == kind:
            data = pa.array(column.array)
            return data if isinstance(data, pa.ChunkedArray) else pa.chunked_array([data])
        return pa.chunked_array([self.fit(field, self._array(field, column, kind), kind)])

    def _array(self, field: str, column: pd.Series, kind: pa.DataType | None) -> pa.Array:
        """Return a column of any dtype as one array, of the type that suits its values."""
        part = to_arrow(column)
        if part is None:
            self.lose(field, int(column.notna().sum()))
            return pa.nulls(len(column))
        (array, *_), _ = unify([part], kind)
        return array

    def fit(self, field: str, array: pa.Array, kind: pa.DataType) -> pa.Array:
        """Bring an array to a type; count what it cannot hold.

        Parameters
        ----------
        field : str
            What to call it in the warning.
        array : pyarrow.Array
            Values of any type.
        kind : pyarrow.DataType
            The type wanted.

        Returns
        -------
        pyarrow.Array
            Of that type, null where a value does not fit.
        """
        fitting: Values = exactly(array, kind)
        self.lose(field, fitting.lost)
        return fitting.array

    def lists(self, field: str) -> pa.Array | None:
        """Return a field whose values are lists, of objects or of scalars.

        Parameters
        ----------
        field : str
            A path.

        Returns
        -------
        pyarrow.Array or None
            Of a list type, as long as these rows; None if there is no list.
        """
        column = self.taken(field)
        if column is None:
            return None
        if isinstance(column.dtype, pd.ArrowDtype) and pa.types.is_list(column.dtype.pyarrow_dtype):
            data = pa.array(column.array)
            array = joined(data) if isinstance(data, pa.ChunkedArray) else data
        else:
            array = self._array(field, column, None)
        if pa.types.is_list(array.type):
            return array
        self.lose(field, len(array) - array.null_count)
        return None

    def common(self) -> dict[str, pa.ChunkedArray]:
        """Return the columns that every view starts with.

        Returns
        -------
        dict of str to pyarrow.ChunkedArray
            As in ``COMMON``; ``flow_id`` is of ``uint64`` if one exceeds ``int64``.
        """
        moments = take_column(self.frame["timestamp"], self.positions)
        with warnings.catch_warnings():
            # Whoever put the rows into time order was told of times that are none.
            warnings.simplefilter("ignore", EveWarning)
            data = {"timestamp": instant_column(moments)}
        data["flow_id"] = self._flow_ids()
        data["event_type"] = self.column(pa.string(), "event_type")
        sides = self._sides()
        for name, kind in COMMON.items():
            if name not in data:
                data[name] = (
                    pa.chunked_array([pa.nulls(len(self), kind)])
                    if sides is None
                    else _chunked(sides[name])
                )
        return data

    def _sides(self) -> pd.DataFrame | None:
        names = self.frame.columns
        if not any({f"{a}_ip", f"{b}_ip"} <= set(names) for a, b in _SIDES):
            return None
        return orientation(self.frame, self.positions)

    def _flow_ids(self) -> pa.ChunkedArray:
        column = self.taken("flow_id")
        if column is None:
            return pa.chunked_array([pa.nulls(len(self), pa.int64())])
        array = self._array("flow_id", column, pa.int64())
        best = exactly(array, pa.int64())
        if best.lost:
            best = min(best, exactly(array, pa.uint64()), key=lambda values: values.lost)
        self.lose("flow_id", best.lost)
        return pa.chunked_array([best.array])

    def lose(self, field: str, number: int) -> None:
        """Count values that the table cannot hold.

        Parameters
        ----------
        field : str
            Where they stood.
        number : int
            How many.
        """
        if number:
            self._lost[field] += number

    def warn(self) -> None:
        """Tell, in one warning, how many values the table could not hold."""
        if self._lost:
            counted = ", ".join(f"{name} ({n})" for name, n in sorted(self._lost.items()))
            warn(
                f"{self._method}(): {many(self._lost.total(), 'value')} of a kind that the "
                f"column cannot hold exactly became <NA>: {counted}"
            )


_SIDES = (("src", "dest"), ("client", "server"))


def _chunked(column: pd.Series) -> pa.ChunkedArray:
    data = pa.array(column.array)
    return data if isinstance(data, pa.ChunkedArray) else pa.chunked_array([data])


def to_frame(data: Mapping[str, pa.Array | pa.ChunkedArray], index: pd.Index) -> pd.DataFrame:
    """Make a frame of Arrow dtypes.

    Parameters
    ----------
    data : mapping of str to pyarrow.Array or pyarrow.ChunkedArray
        The columns.
    index : Index
        As long as they are.

    Returns
    -------
    DataFrame
        Without a copy.
    """
    arrays = {name: pd.arrays.ArrowExtensionArray(column) for name, column in data.items()}
    return pd.DataFrame(arrays, index=index, copy=False)


def table(
    frame: pd.DataFrame,
    positions: NDArray[np.int64],
    columns: Iterable[Column],
    *,
    method: str,
) -> pd.DataFrame:
    """Make a table with a row per event: what every view has, then its own columns.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Only the columns that the table is made of are read.
    positions : ndarray of int64
        Positions of the rows, in the order wanted.
    columns : iterable of Column
        The view's own.
    method : str
        The method's name, for messages.

    Returns
    -------
    DataFrame
        With the index labels of the rows.
    """
    rows = Rows(frame, positions, method=method)
    data = rows.common()
    for column in columns:
        data[column.name] = rows.column(column.kind, *column.fields)
    rows.warn()
    return to_frame(data, rows.index)
