"""Arrow tables to DataFrames, in either of pandas' two families of nullable dtypes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.ingest.values import pruned

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DtypeBackend", "arrow_frame", "series", "to_frame"]

DtypeBackend: TypeAlias = Literal["pyarrow", "numpy_nullable"]

_NULLABLE: dict[pa.DataType, Any] = {
    pa.int64(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(),
}


def to_frame(table: pa.Table, index: pd.Index, *, dtype_backend: DtypeBackend) -> pd.DataFrame:
    """Turn a table into a DataFrame, without a copy where Arrow dtypes are asked for.

    Parameters
    ----------
    table : pyarrow.Table
        The columns.
    index : pandas.Index
        The frame's index, as long as the table.
    dtype_backend : {"pyarrow", "numpy_nullable"}
        ``pd.ArrowDtype`` for every column; or pandas' own nullable dtypes, with
        ``datetime64[us, UTC]`` for times and Python lists as objects.

    Returns
    -------
    pandas.DataFrame
        The columns, in order.
    """
    # Column by column: Table.to_pandas of older pyarrow takes memory by the square of their number.
    columns = {
        name: _nullable(column, index)
        if dtype_backend == "numpy_nullable"
        else pd.arrays.ArrowExtensionArray(column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pd.DataFrame(columns, index=index, copy=False)


def _nullable(column: pa.ChunkedArray, index: pd.Index) -> Any:
    """Turn a column into one of pandas' own dtypes."""
    if pt.is_nested(column.type):
        return _objects(column, index)
    if pt.is_float64(column.type):
        # From Arrow pandas 3 would make every NaN missing.
        values = np.array(column.to_numpy())
        return pd.arrays.FloatingArray(values, np.asarray(column.is_null()))
    dtype = _NULLABLE.get(column.type)
    return column.to_pandas().array if dtype is None else dtype.__from_arrow__(column)


def _objects(column: pa.ChunkedArray, index: pd.Index) -> pd.Series[Any]:
    """Turn a list column into Python lists, as ``json`` gives them."""
    objects = np.empty(len(column), object)
    objects[:] = [pruned(value) if value is not None else pd.NA for value in column.to_pylist()]
    return pd.Series(objects, index=index)


def series(array: pa.Array | pa.ChunkedArray, index: pd.Index) -> pd.Series[Any]:
    """Wrap an Arrow array into a Series of ``pd.ArrowDtype``.

    Parameters
    ----------
    array : pyarrow.Array or pyarrow.ChunkedArray
        The values.
    index : pandas.Index
        The Series' index, as long as the array.

    Returns
    -------
    pandas.Series
        Without a copy.
    """
    return pd.Series(pd.array(array, dtype=pd.ArrowDtype(array.type)), index=index)


def arrow_frame(
    data: Mapping[str, pa.Array | pa.ChunkedArray], index: pd.Index | None = None
) -> pd.DataFrame:
    """Make a DataFrame of ``pd.ArrowDtype`` of Arrow data by column.

    Parameters
    ----------
    data : mapping of str to pyarrow.Array or pyarrow.ChunkedArray
        The columns, all of one length.
    index : pandas.Index, optional
        The frame's index, as long as they are; a RangeIndex by default.

    Returns
    -------
    pandas.DataFrame
        Without a copy.
    """
    arrays = {name: pd.arrays.ArrowExtensionArray(column) for name, column in data.items()}
    return pd.DataFrame(arrays, index=index, copy=False)
