"""Frames to bytes that travel between workers or wait there, and back.

A frame of events has a thousand columns, most of them empty in any part of it; empty ones stay
behind, and come back as chunks that share one buffer of zeros.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.ingest.nulls import Nulls
from suricata_eve.schema.fields import arrow_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Columns", "Meta", "conformed", "narrowed", "packed", "stacked", "unpacked"]

_SMALL_BYTES = 1 << 18
_CODEC = pa.Codec("lz4")


class Columns:
    """What columns a frame has: a frame without rows, for tasks to bring along.

    A thousand empty columns of pandas take a tenth of a second to be pickled, for each task.

    Parameters
    ----------
    names : Index
        Their names.
    dtypes : list of dtypes
        One for each.
    index : Index
        Of the dtype that of the frame has.
    """

    def __init__(self, names: pd.Index, dtypes: list[Any], index: pd.Index) -> None:
        self.names, self.dtypes, self.index = names, dtypes, index[:0]

    @classmethod
    def of(cls, meta: pd.DataFrame) -> Columns:
        """Return those of a frame, whose rows do not matter."""
        return cls(meta.columns, list(meta.dtypes), meta.index)

    def __reduce__(self) -> tuple[Any, ...]:
        # Mostly what the schema of EVE tells at the other end as well.
        others = {
            place: dtype
            for place, (name, dtype) in enumerate(self.items())
            if not (isinstance(dtype, pd.ArrowDtype) and dtype.pyarrow_dtype == _known(name))
        }
        return _columns, (self.names, others, self.index)

    def __dask_tokenize__(self) -> object:
        return type(self).__name__, list(self.names), list(map(str, self.dtypes)), self.index

    def items(self) -> list[tuple[Any, Any]]:
        """Return each name with its dtype."""
        return list(zip(self.names, self.dtypes, strict=True))

    def empty(self) -> pd.DataFrame:
        """Return the frame without rows."""
        data = {
            place: pd.Series([], dtype=dtype, index=self.index)
            for place, dtype in enumerate(self.dtypes)
        }
        result = pd.DataFrame(data, index=self.index)
        result.columns = self.names
        return result


Meta: TypeAlias = "Columns | pd.DataFrame"
"""Tells columns and their dtypes."""


def _columns(names: pd.Index, others: dict[int, Any], index: pd.Index) -> Columns:
    held: dict[pa.DataType, pd.ArrowDtype] = {}
    dtypes = []
    for place, name in enumerate(names):
        if place in others:
            dtypes.append(others[place])
            continue
        kind = _known(name)
        if kind not in held:
            held[kind] = pd.ArrowDtype(kind)
        dtypes.append(held[kind])
    return Columns(names, dtypes, index)


def _known(name: object) -> pa.DataType | None:
    return arrow_type(name) if isinstance(name, str) else None


def _columns_of(meta: Meta) -> Columns:
    return meta if isinstance(meta, Columns) else Columns.of(meta)


def narrowed(frame: pd.DataFrame, keep: Collection[Any] = ()) -> pd.DataFrame:
    """Leave out the columns that are empty.

    Parameters
    ----------
    frame : DataFrame
        Any; it is not changed.
    keep : collection of str, default ()
        Columns to keep also if they are empty.

    Returns
    -------
    DataFrame
        All rows.
    """
    kept = np.array([name in keep or not _is_empty(column) for name, column in frame.items()], bool)
    return frame if kept.all() else frame.loc[:, kept]


def _is_empty(column: pd.Series) -> bool:
    if not isinstance(column.dtype, pd.ArrowDtype):
        return bool(np.all(pd.isna(column.array)))
    data = column.array.__arrow_array__()
    return bool(data.null_count == len(data))


def packed(frame: pd.DataFrame, ends: Sequence[int], *, keep: Collection[Any] = ()) -> list[bytes]:
    """Return runs of rows as bytes, each without the columns that are empty in it.

    Parameters
    ----------
    frame : DataFrame
        Columns of any dtype, each name once.
    ends : sequence of int
        The first row of each run, ascending, and the end of the last.
    keep : collection of str, default ()
        Columns to keep also if they are empty.

    Returns
    -------
    list of bytes
        A parcel for each run, for :func:`unpacked`; columns of Arrow dtypes are compressed.
    """
    if len(ends) < 2 or ends[0] == ends[-1]:
        return []
    arrow: dict[str, pa.ChunkedArray] = {}
    others: dict[Any, Any] = {}
    names: list[Any] = []
    for name, column in frame.items():
        if not isinstance(column.dtype, pd.ArrowDtype):
            others[name] = column.array
        elif name in keep or not _is_empty(column):
            arrow[str(len(names))] = pa.chunked_array(column.array.__arrow_array__())
            names.append(name)
    table = pa.table(arrow).slice(ends[0], ends[-1] - ends[0]).combine_chunks()
    # Of an array a part is taken, and read again, in a third of the time.
    index = frame.index.to_numpy() if _is_plain(frame.index) else frame.index
    parcels = []
    for start, stop in pairwise(map(int, ends)):
        there = {name: array[start:stop] for name, array in others.items()}
        there = {
            name: array
            for name, array in there.items()
            if name in keep or not np.all(pd.isna(array))
        }
        run = table.slice(start - ends[0], stop - start)
        filled = [
            place
            for place, (name, column) in enumerate(zip(names, run.columns, strict=True))
            if name in keep or column.null_count < len(column)
        ]
        columns = _written(run.select(filled))
        known = [names[place] for place in filled]
        parcels.append(pickle.dumps((known, columns, there, index[start:stop])))
    return parcels


class _Batch(NamedTuple):
    """The columns of a small parcel, of which there are many: writing a stream takes longer."""

    schema: bytes
    size: int
    body: bytes

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> _Batch:
        body = batch.serialize()
        schema = batch.schema.serialize().to_pybytes()
        return cls(schema, len(body), _CODEC.compress(body, asbytes=True))

    def columns(self) -> list[pa.ChunkedArray]:
        """Return views of one buffer."""
        schema = pa.ipc.read_schema(pa.py_buffer(self.schema))
        body = _CODEC.decompress(self.body, self.size)
        return [pa.chunked_array([array]) for array in pa.ipc.read_record_batch(body, schema)]


def _written(run: pa.Table) -> _Batch | bytes:
    if run.num_columns and run.nbytes < _SMALL_BYTES:
        return _Batch.of(run.combine_chunks().to_batches()[0])
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, run.schema, options=options) as writer:
        writer.write_table(run)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def _read(columns: _Batch | bytes) -> list[pa.ChunkedArray]:
    if isinstance(columns, _Batch):
        return columns.columns()
    found: list[pa.ChunkedArray] = pa.ipc.open_stream(columns).read_all().columns
    return found


def unpacked(
    parcels: Sequence[bytes],
    meta: Meta | None = None,
    *,
    keep: Collection[Any] | None = None,
    combined: bool = True,
) -> pd.DataFrame:
    """Put packed rows below one another.

    Parameters
    ----------
    parcels : sequence of bytes
        What :func:`packed` gave for frames whose columns are of those of `meta`.
    meta : DataFrame or Columns, optional
        The columns of the result, in order, with their dtypes. By default those of the only
        parcel that there is.
    keep : collection of str, optional
        Which columns to give that no parcel has. By default all, and these are empty.
    combined : bool, default True
        Whether to make each column one chunk, rather than one for each parcel.

    Returns
    -------
    DataFrame
        Their rows.
    """
    held: list[dict[Any, Any]] = []
    indexes: list[pd.Index | NDArray[Any]] = []
    for parcel in parcels:
        # Made by `packed`, on the way from worker to worker, as Dask itself does.
        names, columns, others, index = pickle.loads(parcel)  # noqa: S301
        held.append(dict(zip(names, _read(columns), strict=True)) | others)
        indexes.append(index)
    columns = _columns_in(held[0], _index(indexes)) if meta is None else _columns_of(meta)
    if keep is not None:
        wanted = {*keep}.union(*held)
        columns = _some(columns, [name in wanted for name in columns.names])
    return _below(held, indexes, columns, combined=combined) if held else columns.empty()


def _is_plain(index: pd.Index) -> bool:
    is_numpy = type(index) is pd.Index and isinstance(index.dtype, np.dtype)
    return is_numpy and index.name is None and index.dtype.kind in "iuf"


def _index(parts: Sequence[pd.Index | NDArray[Any]]) -> pd.Index:
    """Put indexes below one another; an array is one without a name."""
    dtype = parts[0].dtype
    if all(isinstance(one, np.ndarray) and one.dtype == dtype for one in parts):
        parts = [np.concatenate(parts)]
    # Only of arrays, as pandas would take objects for text.
    first, *others = (pd.Index(one) if isinstance(one, np.ndarray) else one for one in parts)
    index: pd.Index = first.append(others) if others else first
    return index


def _columns_in(held: dict[Any, Any], index: pd.Index) -> Columns:
    dtypes = [
        pd.ArrowDtype(column.type) if isinstance(column, pa.ChunkedArray) else column.dtype
        for column in held.values()
    ]
    return Columns(pd.Index(list(held), dtype=object, tupleize_cols=False), dtypes, index)


def _some(columns: Columns, kept: list[bool]) -> Columns:
    dtypes = [dtype for dtype, is_kept in zip(columns.dtypes, kept, strict=True) if is_kept]
    return Columns(columns.names[np.array(kept, bool)], dtypes, columns.index)


def conformed(frame: pd.DataFrame, meta: Meta) -> pd.DataFrame:
    """Give a frame the columns of another, in order; those that it lacks are empty.

    Parameters
    ----------
    frame : DataFrame
        Some of the columns of `meta`, of the same dtypes.
    meta : DataFrame or Columns
        The columns of the result.

    Returns
    -------
    DataFrame
        The rows of the frame.
    """
    return stacked([frame], meta)


def stacked(frames: Sequence[pd.DataFrame], meta: Meta) -> pd.DataFrame:
    """Put frames below one another that each have some of the columns of another.

    Parameters
    ----------
    frames : sequence of DataFrame
        At least one.
    meta : DataFrame or Columns
        The columns of the result, with their dtypes.

    Returns
    -------
    DataFrame
        Their rows.
    """
    held = [{name: column.array for name, column in frame.items()} for frame in frames]
    return _below(held, [frame.index for frame in frames], _columns_of(meta))


def _below(
    held: Sequence[dict[Any, Any]],
    indexes: Sequence[pd.Index | NDArray[Any]],
    columns: Columns,
    *,
    combined: bool = False,
) -> pd.DataFrame:
    """Put columns below one another."""
    lengths = [len(index) for index in indexes]
    nulls = Nulls(sum(lengths))
    empty: dict[pa.DataType, pa.ChunkedArray] = {}
    data: dict[Any, Any] = {}
    for name, dtype in columns.items():
        parts = [arrays.get(name) for arrays in held]
        if not isinstance(dtype, pd.ArrowDtype):
            data[name] = _objects(parts, lengths, dtype)
            continue
        kind = dtype.pyarrow_dtype
        if all(part is None for part in parts):
            if kind not in empty:
                empty[kind] = pa.chunked_array([nulls.of(kind, sum(lengths))], kind)
            column = empty[kind]
        else:
            chunks: list[pa.Array] = []
            for part, length in zip(parts, lengths, strict=True):
                chunks += [nulls.of(kind, length)] if part is None else _chunks(part, kind)
            column = pa.chunked_array(chunks, kind)
            if combined and len(chunks) > 1:  # of a table, as more text than fits stays in chunks
                column = pa.table([column], [""]).combine_chunks().column(0)
        data[name] = pd.arrays.ArrowExtensionArray(column)
    return _frame(data, _index(indexes), columns)


def _frame(data: dict[Any, Any], index: pd.Index, columns: Columns) -> pd.DataFrame:
    index = index.rename(columns.index.name)
    for name, dtype in columns.items():
        if (
            isinstance(dtype, np.dtype) and dtype.kind == "O"
        ):  # pandas would take an array of texts for text
            data[name] = pd.Series(data[name], index=index, dtype=object)
    result = pd.DataFrame(data, index=index, copy=False)
    result.columns = columns.names
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


def _chunks(part: Any, kind: pa.DataType) -> list[pa.Array]:
    data = part if isinstance(part, pa.ChunkedArray) else pa.chunked_array(part.__arrow_array__())
    chunks: list[pa.Array] = (data if data.type == kind else data.cast(kind)).chunks
    return chunks
