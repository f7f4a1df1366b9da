"""Which columns a frame has, and what they hold."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode, is_list, list_elements
from suricata_eve.analysis.columns import arrow_column, joined, require_columns
from suricata_eve.analysis.ranks import value_order
from suricata_eve.arrays import to_arrow
from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.unify import unify
from suricata_eve.ingest.values import pruned
from suricata_eve.printable import ELLIPSIS, plain
from suricata_eve.schema import fields as schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fields"]

_WIDTH = 60
_THREADS = 4


def fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Tell of each column what it holds.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.

    Returns
    -------
    DataFrame
        One row per column, in the order of the frame, always with these columns:

        ``field`` : string
            Its name.
        ``dtype`` : string
            Its dtype.
        ``events`` : ``int64``
            How many events have a value, be it an empty list.
        ``event_types`` : list of string
            The types of these events, sorted; missing in a frame without ``event_type``.
        ``distinct`` : ``int64``
            How many distinct values; of lists, distinct elements.
        ``example`` : string
            The most frequent of these as text of at most 60 characters, all printable.
        ``since`` : string
            The first release of Suricata whose schema has the field; missing where none
            has.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.fields : The same as a method, with examples.
    """
    types = _Types(frame)
    bare = frame.copy(deep=False)
    bare.attrs = {}  # pandas would copy them for each column
    columns = [_values(column) for _, column in bare.items()]
    # Counting is mostly Arrow's work, which lets other threads run.
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        counted = list(pool.map(_count, columns))
    names = [str(name) for name in frame.columns]
    known = [schema.field(name) for name in names]
    data = {
        "field": pa.array(names, pa.string()),
        "dtype": pa.array([str(dtype) for dtype in frame.dtypes], pa.string()),
        "events": pa.array([len(each) - each.null_count for each in columns], pa.int64()),
        "event_types": pa.array(map(types.of, columns), pa.list_(pa.string())),
        "distinct": pa.array([each.distinct for each in counted], pa.int64()),
        "example": pa.array([_text(each.example) for each in counted], pa.string()),
        "since": pa.array([each and each.first_release for each in known], pa.string()),
    }
    return pd.DataFrame(
        {
            name: pd.arrays.ArrowExtensionArray(pa.chunked_array([column]))
            for name, column in data.items()
        }
    )


def _values(column: pd.Series) -> pa.ChunkedArray:
    try:
        data = arrow_column(column)
    except EveTypeError:
        # Several kinds of values in one column of objects: what `read_eve` makes text of.
        values = to_arrow(column)
        if values is None:
            texts = [None if pd.isna(value) is True else str(value) for value in column]
            return pa.chunked_array([pa.array(texts, pa.string())])
        return pa.chunked_array(unify([values])[0])
    if isinstance(data.type, pa.BaseExtensionType):  # periods and intervals of pandas
        kind = data.type.storage_type
        return pa.chunked_array([chunk.storage for chunk in data.chunks], kind)
    return data


class _Types:
    """Tells which event types some rows have."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._names: list[str] | None = None
        if "event_type" not in frame.columns:
            return
        require_columns(frame, ["event_type"], method="fields")
        data = _values(frame["event_type"])
        if pa.types.is_nested(data.type):
            return
        codes, names = encode(joined(data.cast(pa.string())))
        self._codes = codes
        self._names = names.to_pylist()
        self._changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1

    def of(self, data: pa.ChunkedArray) -> list[str] | None:
        """Return the types of the rows that have a value, sorted."""
        if self._names is None:
            return None
        found: set[int] = set()
        stop = 0
        for chunk in data.chunks:
            start, stop = stop, stop + len(chunk)
            if chunk.null_count == len(chunk):
                continue
            # Mostly a chunk is of one type, as `read_eve` makes them.
            change = np.searchsorted(self._changes, start, side="right")
            if change == len(self._changes) or self._changes[change] >= stop:
                found.add(int(self._codes[start]))
                continue
            rows = np.flatnonzero(np.asarray(chunk.is_valid())) + start
            counts = np.bincount(self._codes[rows] + 1)
            found.update((np.flatnonzero(counts) - 1).tolist())
        return sorted(self._names[code] for code in found if code >= 0)


class _Counted(NamedTuple):
    distinct: int
    example: Any


def _count(data: pa.ChunkedArray) -> _Counted:
    """Count the distinct values of a column, and find the most frequent one."""
    filled = [chunk for chunk in data.chunks if chunk.null_count < len(chunk)]
    if not filled:
        return _Counted(0, None)
    data = pa.chunked_array(filled)
    if pa.types.is_nested(data.type):
        values, counts = _nested_counts(joined(data))
    else:
        if pa.types.is_floating(data.type):
            data = pc.add(data, pa.scalar(0, data.type))  # -0.0 is 0.0
        values, counts = pc.value_counts(data).flatten()
        if values.null_count:
            there = values.is_valid()
            values, counts = values.filter(there), counts.filter(there)
    return _Counted(len(values), _example(values, counts))


def _example(values: pa.Array, counts: pa.Array) -> Any:
    """Return the most frequent value, of several the smallest; no empty text if there is other."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        telling = pc.not_equal(values, "")
        if pc.any(telling).as_py():
            values, counts = values.filter(telling), counts.filter(telling)
    if len(values) == 0:
        return None
    most = values.filter(pc.equal(counts, pc.max(counts)))
    return most[int(value_order(most)[0]) if len(most) > 1 else 0].as_py()


def _nested_counts(data: pa.Array) -> tuple[pa.Array, pa.Array]:
    if is_list(data.type):
        _, data = list_elements(data)
    codes, values = encode(data)
    counts: NDArray[np.int64] = np.bincount(codes[codes >= 0], minlength=len(values))
    return values, pa.array(counts)


def _text(value: Any) -> str | None:
    """Write a value as short text without characters that act on a screen."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value[: _WIDTH + 1]
    elif isinstance(value, bool | list | dict):
        text = json.dumps(pruned(value), ensure_ascii=False, default=str)[: _WIDTH + 1]
    else:
        text = str(value)[: _WIDTH + 1]
    long, text = len(text) > _WIDTH, plain(text)
    return text[: _WIDTH - 1] + ELLIPSIS if long or len(text) > _WIDTH else text
