"""Frames to bytes that travel between workers, and back.

A frame of events has a thousand columns, most of them empty in any part of it; empty ones stay
behind, and come back as chunks that share one buffer of zeros.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.ingest.nulls import Nulls

__all__ = ["conformed", "packed", "unpacked"]


def packed(frame: pd.DataFrame) -> bytes:
    """Return what a frame holds as bytes, without its empty columns.

    Parameters
    ----------
    frame : DataFrame
        Columns of any dtype, each name once.

    Returns
    -------
    bytes
        For :func:`unpacked`; columns of Arrow dtypes are compressed.
    """
    arrow: dict[str, pa.ChunkedArray] = {}
    others: dict[Any, Any] = {}
    names: list[Any] = []
    for name, column in frame.items():
        if isinstance(column.dtype, pd.ArrowDtype):
            data = pa.chunked_array(column.array.__arrow_array__())
            if data.null_count < len(data):
                arrow[str(len(names))] = data
                names.append(name)
        elif not bool(np.all(pd.isna(column.array))):
            others[name] = column.array
    sink = pa.BufferOutputStream()
    table = pa.table(arrow)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return pickle.dumps((names, sink.getvalue().to_pybytes(), others, frame.index))


def unpacked(parcels: Sequence[bytes], meta: pd.DataFrame) -> pd.DataFrame:
    """Put packed frames below one another.

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
    frames = []
    for parcel in parcels:
        # Made by `packed`, on the way from worker to worker, as Dask itself does.
        names, stream, others, index = pickle.loads(parcel)  # noqa: S301
        table = pa.ipc.open_stream(stream).read_all()
        arrays = {
            name: pd.arrays.ArrowExtensionArray(column)
            for name, column in zip(names, table.columns, strict=True)
        }
        frames.append(pd.DataFrame(arrays | others, index=index, copy=False))
    if not frames:
        return meta.iloc[:0].copy()
    return stacked([frame for frame in frames if len(frame)] or frames[:1], meta)


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
    held = [set(frame.columns) for frame in frames]
    index = frames[0].index
    if len(frames) > 1:
        index = index.append([frame.index for frame in frames[1:]])
    data: dict[Any, Any] = {}
    for name, dtype in meta.dtypes.items():
        parts = [
            frame[name] if name in names else None
            for frame, names in zip(frames, held, strict=True)
        ]
        if isinstance(dtype, pd.ArrowDtype):
            chunks: list[pa.Array] = []
            for part, length in zip(parts, lengths, strict=True):
                if part is None:
                    chunks.append(nulls.of(dtype.pyarrow_dtype, length))
                else:
                    chunks += _chunks(part, dtype.pyarrow_dtype)
            whole = pa.chunked_array(chunks, dtype.pyarrow_dtype)
            data[name] = pd.arrays.ArrowExtensionArray(whole)
            continue
        columns = [
            _missing(dtype, length) if part is None else part
            for part, length in zip(parts, lengths, strict=True)
        ]
        whole = pd.concat(columns, ignore_index=True) if len(columns) > 1 else columns[0]
        data[name] = pd.Series(whole.astype(dtype).array, index=index, dtype=dtype)
    result = pd.DataFrame(data, index=index, copy=False)
    result.columns = meta.columns
    result.index.name = meta.index.name
    return result


def _missing(dtype: Any, length: int) -> pd.Series:
    if dtype.kind == "O" and not pd.api.types.is_extension_array_dtype(dtype):
        return pd.Series([pd.NA] * length, dtype=object)
    return pd.Series(np.nan, index=range(length), dtype=object).astype(dtype)


def _chunks(column: pd.Series, kind: pa.DataType) -> list[pa.Array]:
    data = pa.chunked_array(column.array.__arrow_array__())
    chunks: list[pa.Array] = (data if data.type == kind else data.cast(kind)).chunks
    return chunks
