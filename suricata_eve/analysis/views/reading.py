"""Chosen rows of a frame, read column by column as Arrow data of a given type."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import is_list, list_elements
from suricata_eve.analysis.columns import instant_column, joined, require_columns
from suricata_eve.analysis.orientation import has_ends, orientation
from suricata_eve.analysis.rows import take_column, take_rows
from suricata_eve.analysis.views.largetext import in_parts, is_large, too_large
from suricata_eve.analysis.views.values import exactly
from suricata_eve.arrays import to_arrow
from suricata_eve.errors import EveWarning
from suricata_eve.ingest.report import many
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.ingest.unify import unify
from suricata_eve.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["COMMON", "Column", "Rows"]

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
        self._taken: dict[str, pd.Series | None] = {}

    def __len__(self) -> int:
        return len(self.positions)

    def take(self, fields: Iterable[str]) -> None:
        """Take the rows of some columns at once, which is quicker than one by one.

        Parameters
        ----------
        fields : iterable of str
            Paths; the frame may lack some.
        """
        fields = list(fields)
        for field in fields:
            self._require_flat(field)
        names = [name for name in dict.fromkeys(fields) if name not in self._taken]
        present = [name for name in names if name in self.frame.columns]
        require_columns(self.frame, present, method=self._method)  # once, not twice
        self._taken |= dict.fromkeys(names)
        if present and len(self):
            # Those that are empty in these rows are left out.
            for name, column in take_rows(self.frame[present], self.positions).items():
                self._taken[str(name)] = column

    def taken(self, field: str) -> pd.Series | None:
        """Return the rows of a field's column.

        Parameters
        ----------
        field : str
            A path.

        Returns
        -------
        Series or None
            With its own dtype; None if no row has a value.
        """
        if field not in self._taken:
            self.take([field])
        return self._taken[field]

    def _require_flat(self, field: str) -> None:
        """Refuse objects that hold the field, since their values would look missing."""
        parts = field.split(".")
        for end in range(1, len(parts)):
            parent = ".".join(parts[:end])
            if parent in self.frame.columns and parent not in self._flat:
                if _has_objects(self.frame[parent], self.positions):
                    require_columns(self.frame, [field], method=self._method)
                self._flat.add(parent)

    def column(self, kind: pa.DataType, fields: str | Sequence[str]) -> pa.ChunkedArray:
        """Return a field, or the first value there is of several.

        Parameters
        ----------
        kind : pyarrow.DataType
            The type wanted.
        fields : str or sequence of str
            A path, or several, best first.

        Returns
        -------
        pyarrow.ChunkedArray
            Of that type; null where no field has a value, or not one of that type.
        """
        names = [fields] if isinstance(fields, str) else fields
        found = [values for name in names if (values := self._values(name, kind)) is not None]
        if not found:
            return pa.chunked_array([pa.nulls(len(self), kind)])
        return found[0] if len(found) == 1 else pc.coalesce(*found)

    def columns(self, columns: Iterable[Column]) -> dict[str, pa.ChunkedArray]:
        """Return columns of a view.

        Parameters
        ----------
        columns : iterable of Column
            Which.

        Returns
        -------
        dict of str to pyarrow.ChunkedArray
            By name.
        """
        columns = list(columns)
        self.take(field for column in columns for field in column.fields)
        return {name: self.column(kind, fields) for name, kind, fields in columns}

    def _values(self, field: str, kind: pa.DataType) -> pa.ChunkedArray | None:
        column = self.taken(field)
        if column is None:
            return None
        if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.pyarrow_dtype == kind:
            return _chunked(column)
        if pa.types.is_string(kind) and is_large(column.dtype):
            text = in_parts(_chunked(column))
            if text is None:
                raise too_large(field, self._method)
            return text
        return pa.chunked_array([self.fit(field, self._array(field, column, kind), kind)])

    def _array(self, field: str, column: pd.Series, kind: pa.DataType | None) -> pa.Array:
        """Return a column of any dtype as one array, of the type that suits its values."""
        try:
            part = to_arrow(column)
        except pa.ArrowInvalid as error:
            raise too_large(field, self._method) from error
        if part is None:
            self.lose(field, int(column.notna().sum()))
            return pa.nulls(len(column))
        array = part if isinstance(part, pa.ChunkedArray) else unify([part], kind)[0][0]
        if isinstance(array, pa.ChunkedArray):  # what Arrow makes of too much for one array
            raise too_large(field, self._method)
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
        fitting = exactly(array, kind)
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
        try:
            array = joined(_chunked(column)) if _has_lists(column) else None
        except pa.ArrowInvalid as error:
            raise too_large(field, self._method) from error
        if array is None:
            array = self._array(field, column, None)
        if is_list(array.type):
            return array
        self.lose(field, len(array) - array.null_count)
        return None

    def objects(self, field: str) -> tuple[NDArray[np.int64], pa.Array]:
        """Return the objects in the lists of a field.

        Parameters
        ----------
        field : str
            A path.

        Returns
        -------
        tuple of ndarray of int64 and pyarrow.StructArray
            For each object the number of its row, and the objects, none of them null.
        """
        lists = self.lists(field)
        if lists is not None:
            parents, elements = list_elements(lists)
            known = np.asarray(elements.is_valid(), bool)
            if not known.all():
                parents, elements = parents[known], elements.filter(pa.array(known))
            if pa.types.is_struct(elements.type):
                return parents, elements
            self.lose(field, len(elements))
        return np.zeros(0, np.int64), pa.array([], pa.struct([]))

    def lengths(self, field: str) -> pa.ChunkedArray:
        """Return how many elements the lists of a field have.

        Parameters
        ----------
        field : str
            A path.

        Returns
        -------
        pyarrow.ChunkedArray
            Of int64, null where there is no list.
        """
        column = self.frame[field] if field in self.frame.columns else None
        if column is not None and _has_lists(column):
            # Counted first, since the lists may be large: certificates, for one.
            counts = pc.list_value_length(_chunked(column)).cast(pa.int64())
            taken = pd.Series(pd.arrays.ArrowExtensionArray(counts), index=column.index)
            return _chunked(take_column(taken, self.positions))
        lists = self.lists(field)
        if lists is None:
            return pa.chunked_array([pa.nulls(len(self), pa.int64())])
        return pa.chunked_array([pc.list_value_length(lists).cast(pa.int64())])

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
        return orientation(self.frame, self.positions) if has_ends(self.frame) else None

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


def _has_objects(column: pd.Series, positions: NDArray[np.int64]) -> bool:
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype) and not pa.types.is_struct(dtype.pyarrow_dtype):
        return False
    values = take_column(column, positions).dropna()
    return len(values) > 0 and isinstance(values.iloc[0], dict)


def _has_lists(column: pd.Series) -> bool:
    dtype = column.dtype
    return isinstance(dtype, pd.ArrowDtype) and is_list(dtype.pyarrow_dtype)


def _chunked(column: pd.Series) -> pa.ChunkedArray:
    data = pa.array(column.array)
    return data if isinstance(data, pa.ChunkedArray) else pa.chunked_array([data])
