"""Any frame of events in partitions to the dtypes of the contract, which are known before."""

from __future__ import annotations

from typing import Any

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve import normalize
from suricata_eve.dask.packing import conformed
from suricata_eve.errors import EveTypeError
from suricata_eve.normalize import Errors
from suricata_eve.schema.fields import arrow_type, fields, sort_key

__all__ = ["normalize_types"]


def normalize_types(
    frame: dd.DataFrame, *, errors: Errors = "raise", integer_na: int | None = None
) -> dd.DataFrame:
    """Return a frame of EVE events with the dtypes of the contract.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events, one a row; columns are dotted paths, or objects that hold dicts.
    errors : {"raise", "coerce"}, default "raise"
        What to do about a value that its field's dtype cannot hold.
    integer_na : int, optional
        What to put in the place of missing integers, in every column of integers.

    Returns
    -------
    dask.dataframe.DataFrame
        Partition by partition and row by row as the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.normalize_types : The method, described in full.
    """
    meta = frame._meta  # noqa: SLF001
    # Options first, as pandas' method checks them.
    normalize.normalize_types(pd.DataFrame(), errors=errors, integer_na=integer_na)
    like = _announced(meta)
    normalize.normalize_types(like, integer_na=integer_na)  # raises if a column cannot hold it
    return frame.map_partitions(
        _normalized, like=like, errors=errors, integer_na=integer_na, meta=like
    )


def _announced(meta: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that a frame will have, as far as its dtypes and names tell."""
    normalize.normalize_types(meta)  # raises what is wrong with the columns
    dtypes: dict[Any, Any] = {}
    for name, dtype in meta.dtypes.items():
        for path, kind in _of_column(meta, name, dtype).items():
            dtypes.setdefault(path, kind)
    result = pd.DataFrame(
        {path: pd.Series([], dtype=dtype) for path, dtype in dtypes.items()},
        index=meta.index,
        columns=list(dtypes),
    )
    result.columns.names = meta.columns.names
    return result


def _of_column(meta: pd.DataFrame, name: Any, dtype: Any) -> dict[Any, Any]:
    if not isinstance(name, str):
        return {name: dtype}
    target = arrow_type(name)
    if target is not None:
        # Whether all fit in int64, as pandas' method asks, only all of them tell.
        large = target == pa.int64() and getattr(dtype, "kind", "") == "u" and dtype.itemsize == 8
        return {name: pd.ArrowDtype(pa.uint64() if large else target)}
    if pd.api.types.is_object_dtype(dtype):
        return _of_objects(name)
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        # Whether all are whole, as pandas' method asks, only all of them tell.
        return {name: pd.ArrowDtype(pa.float64())}
    return dict(normalize.normalize_types(meta[[name]]).dtypes)


def _of_objects(name: str) -> dict[Any, Any]:
    """Return the fields that the schema has in an object; other objects can only be text."""
    inside = sorted((path for path in fields() if path.startswith(f"{name}.")), key=sort_key)
    kinds = {path: arrow_type(path) for path in inside}
    known = {path: pd.ArrowDtype(kind) for path, kind in kinds.items() if kind is not None}
    return known or {name: pd.ArrowDtype(pa.string())}


def _normalized(
    rows: pd.DataFrame, like: pd.DataFrame, errors: Errors, integer_na: int | None
) -> pd.DataFrame:
    found = normalize.normalize_types(rows, errors=errors)
    data = {}
    for name, column in found.items():
        if name not in like.columns:
            if bool(column.notna().any()):
                raise EveTypeError(_unannounced(name, column))
            continue
        dtype = like[name].dtype
        if column.dtype == dtype:
            data[name] = column
        elif bool(column.notna().any()):
            data[name] = _as_announced(name, column, dtype)
    result = conformed(pd.DataFrame(data, index=rows.index, columns=list(data), copy=False), like)
    if integer_na is not None:
        for name, dtype in like.dtypes.items():
            if isinstance(dtype, pd.ArrowDtype) and pt.is_integer(dtype.pyarrow_dtype):
                result[name] = result[name].fillna(integer_na)
    return result


def _as_announced(name: Any, column: pd.Series, dtype: Any) -> pd.Series:
    is_float = isinstance(dtype, pd.ArrowDtype) and pt.is_float64(dtype.pyarrow_dtype)
    if is_float and column.dtype.kind in "iu":  # they were floats before
        return column.astype(dtype)
    if dtype.kind == "u" and column.dtype.kind == "i" and dtype.itemsize == 8:  # of uint64 before
        return column.astype(dtype)
    fix = f"drop the column, or give it a dtype with ddf.astype({{{name!r}: ...}})"
    if pd.api.types.is_string_dtype(column.dtype) and pt.is_list(dtype.pyarrow_dtype):
        fix = (
            "Dask turns lists into text where it makes a frame, but for "
            "dask.config.set({'dataframe.convert-string': False})"
        )
    msg = (
        f"column {name!r} holds values of {column.dtype}, where {dtype} was expected before they "
        f"were read; {fix}"
    )
    raise EveTypeError(msg)


def _unannounced(name: Any, column: pd.Series) -> str:
    first = column.dropna().iloc[0]
    return (
        f"the field {name!r} ({first!r:.60}) is inside an object, and none of Suricata's schema, "
        f"so that there is no column for it; suricata_eve.dask.read_eve finds such fields before, "
        f"or drop its column {name.partition('.')[0]!r}"
    )
