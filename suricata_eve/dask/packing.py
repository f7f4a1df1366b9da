"""Frames to bytes that travel between workers, and back.

A frame of events has a thousand columns, most of them empty in any part of it; empty ones stay
behind, and come back as chunks that share one buffer of zeros.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.rows import take_rows
from suricata_eve.ingest.nulls import Nulls

__all__ = ["conformed", "packed", "stacked", "unpacked"]


def packed(frame: pd.DataFrame, ends: Sequence[int]) -> list[bytes]:
    """Return runs of rows as bytes, each without the columns that are empty in it.

    Parameters
    ----------
    frame : DataFrame
        Columns of any dtype, each name once.
    ends : sequence of int
        The first row of each run, ascending, and the end of the last.

    Returns
    -------
    list of bytes
        A parcel for each run, for :func:`unpacked`; columns of Arrow dtypes are compressed.
    """
    if len(ends) < 2 or ends[0] == ends[-1]:
        return []
    held = take_rows(frame, np.arange(ends[0], ends[-1]))
    arrow: dict[str, pa.ChunkedArray] = {}
    others: dict[Any, Any] = {}
    names: list[Any] = []
    for name, column in held.items():
        if isinstance(column.dtype, pd.ArrowDtype):
            arrow[str(len(names))] = pa.chunked_array(column.array.__arrow_array__())
            names.append(name)
        else:
            others[name] = column.array
    table = pa.table(arrow).combine_chunks()
    parcels = []
    for start, stop in pairwise(int(end - ends[0]) for end in ends):
        there = {name: array[start:stop] for name, array in others.items()}
        there = {name: array for name, array in there.items() if not np.all(pd.isna(array))}
        filled, stream = _stream(table.slice(start, stop - start))
        known = [names[n] for n in filled]
        parcels.append(pickle.dumps((known, stream, there, held.index[start:stop])))
    return parcels


def _stream(run: pa.Table) -> tuple[list[int], bytes]:
    """Return which columns have a value, and these as bytes."""
    filled = [n for n, column in enumerate(run.columns) if column.null_count < len(column)]
    run = run.select(filled)
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, run.schema, options=options) as writer:
        writer.write_table(run)
    return filled, sink.getvalue().to_pybytes()


def unpacked(parcels: Sequence[bytes], meta: pd.DataFrame) -> pd.DataFrame:
    """Put packed rows below one another.

    Parameters
    ----------
    parcels : sequence of bytes
        What :func:`packed` gave for frames whose columns are of those of `meta`.
    meta : DataFrame
        The columns of the result, in order, with their dtypes.

    Returns
    -------
    DataFrame
        Their rows; a column that none of them has is empty.
    """
    if not parcels:
        return meta.iloc[:0].copy()
    tables, others, indexes = [], [], []
    for parcel in parcels:
        # Made by `packed`, on the way from worker to worker, as Dask itself does.
        names, stream, there, index = pickle.loads(parcel)  # noqa: S301
        table = pa.ipc.open_stream(stream).read_all()
        if not names:  # which does not tell how many rows it has
            table = pa.table({"": pa.nulls(len(index))})
        tables.append(table.rename_columns(list(map(str, names)) or [""]))
        others.append(there)
        indexes.append(index)
    kinds = {
        str(name): dtype.pyarrow_dtype
        for name, dtype in meta.dtypes.items()
        if isinstance(dtype, pd.ArrowDtype)
    }
    lengths = [len(index) for index in indexes]
    whole = pa.concat_tables(tables, promote_options="default").combine_chunks()
    nulls = Nulls(sum(lengths))
    held = set(whole.column_names)
    data = {}
    for name, dtype in meta.dtypes.items():
        if not isinstance(dtype, pd.ArrowDtype):
            data[name] = _objects([there.get(name) for there in others], lengths, dtype)
            continue
        kind = kinds[str(name)]
        if str(name) in held:
            column = whole[str(name)]
            column = column if column.type == kind else column.cast(kind)
        else:
            column = pa.chunked_array([nulls.of(kind, sum(lengths))])
        data[name] = pd.arrays.ArrowExtensionArray(column)
    return _frame(data, indexes, meta)


def conformed(frame: pd.DataFrame, meta: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the columns of another, in order; those that it lacks are empty.

    Parameters
    ----------
    frame : DataFrame
        Some of the columns of `meta`, of the same dtypes.
    meta : DataFrame
        The columns of the result.

    Returns
    -------
    DataFrame
        The rows of the frame.
    """
    return stacked([frame], meta)


def stacked(frames: Sequence[pd.DataFrame], meta: pd.DataFrame) -> pd.DataFrame:
    """Put frames below one another that each have some of the columns of another.

    Parameters
    ----------
    frames : sequence of DataFrame
        At least one.
    meta : DataFrame
        The columns of the result, with their dtypes.

    Returns
    -------
    DataFrame
        Their rows.
    """
    lengths = [len(frame) for frame in frames]
    nulls = Nulls(max(lengths))
    held: list[dict[Any, Any]] = [
        {name: frame.iloc[:, place].array for place, name in enumerate(frame.columns)}
        for frame in frames
    ]
    data = {}
    for name, dtype in meta.dtypes.items():
        parts = [arrays.get(name) for arrays in held]
        if not isinstance(dtype, pd.ArrowDtype):
            data[name] = _objects(parts, lengths, dtype)
            continue
        kind = dtype.pyarrow_dtype
        chunks: list[pa.Array] = []
        for part, length in zip(parts, lengths, strict=True):
            chunks += [nulls.of(kind, length)] if part is None else _chunks(part, kind)
        data[name] = pd.arrays.ArrowExtensionArray(pa.chunked_array(chunks, kind))
    return _frame(data, [frame.index for frame in frames], meta)


def _frame(data: dict[Any, Any], indexes: list[pd.Index], meta: pd.DataFrame) -> pd.DataFrame:
    index = indexes[0].append(indexes[1:]) if len(indexes) > 1 else indexes[0]
    index = index.rename(meta.index.name)
    for name, dtype in meta.dtypes.items():
        if pd.api.types.is_object_dtype(dtype):  # pandas would take an array of texts for text
            data[name] = pd.Series(data[name], index=index, dtype=object)
    result = pd.DataFrame(data, index=index, copy=False)
    result.columns = meta.columns
    return result


def _objects(parts: Sequence[Any], lengths: Sequence[int], dtype: Any) -> Any:
    """Put arrays of another dtype than Arrow's below one another; None is an empty one."""
    columns = [
        _missing(dtype, length) if part is None else pd.Series(part)
        for part, length in zip(parts, lengths, strict=True)
    ]
    whole = pd.concat(columns, ignore_index=True) if len(columns) > 1 else columns[0]
    return whole.astype(dtype).array


def _missing(dtype: Any, length: int) -> pd.Series:
    if dtype.kind == "O" and not pd.api.types.is_extension_array_dtype(dtype):
        return pd.Series([pd.NA] * length, dtype=object)
    return pd.Series(np.nan, index=range(length), dtype=object).astype(dtype)


def _chunks(array: Any, kind: pa.DataType) -> list[pa.Array]:
    data = pa.chunked_array(array.__arrow_array__())
    chunks: list[pa.Array] = (data if data.type == kind else data.cast(kind)).chunks
    return chunks
