"""Assertions on frames of EVE events, with messages that say where two of them differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from suricata_eve.schema.fields import CORE, INSTANTS, arrow_type
from suricata_eve.testing.oracle import (
    as_boolean,
    as_integer,
    as_text,
    events_of,
    flatten,
    holds_exactly,
    instant,
    pruned,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

__all__ = ["assert_equals_json", "assert_eve_frame_equal"]


def assert_eve_frame_equal(
    left: pd.DataFrame, right: pd.DataFrame, *, check_dtype: bool = True
) -> None:
    """Assert that two frames of events hold the same.

    Columns, their order, the index and its order, dtypes and every value are compared;
    integers and doubles are never taken for each other, nor NaN for a missing value.
    ``attrs`` do not count: they only inform.

    Parameters
    ----------
    left, right : pandas.DataFrame
        The frames.
    check_dtype : bool, default True
        Whether dtypes count; else only the values do.

    Raises
    ------
    AssertionError
        If they differ; the message names the first columns and rows that do.

    See Also
    --------
    assert_equals_json : Compares a frame with the lines it was read from.

    Examples
    --------
    >>> import suricata_eve
    >>> from suricata_eve.testing import assert_eve_frame_equal
    >>> df = suricata_eve.load_sample("log4j")
    >>> assert_eve_frame_equal(df, df.copy())
    """
    _compare_names("columns", list(left.columns), list(right.columns))
    _compare_names("index", left.index.tolist(), right.index.tolist())
    if check_dtype:
        differing = [
            f"{name!r}: {left.dtypes.iloc[i]} and {right.dtypes.iloc[i]}"
            for i, name in enumerate(left.columns)
            if left.dtypes.iloc[i] != right.dtypes.iloc[i]
        ]
        if differing:
            msg = f"{len(differing)} dtypes differ; {_some(differing)}"
            raise AssertionError(msg)
    left, right = _bare(left), _bare(right)
    labels = left.index.tolist()
    for position, name in enumerate(left.columns):
        mine, theirs = left.iloc[:, position], right.iloc[:, position]
        if check_dtype and mine.dtype != object and mine.equals(theirs):
            continue
        _compare_cells(name, _cells(mine), _cells(theirs), lambda row: f"row {labels[row]!r}")


def _compare_names(what: str, mine: Sequence[object], theirs: Sequence[object]) -> None:
    if mine == theirs:
        return
    only_left = [repr(name) for name in mine if name not in set(theirs)]
    only_right = [repr(name) for name in theirs if name not in set(mine)]
    if only_left or only_right:
        msg = f"{what} differ; only left: {_some(only_left)}; only right: {_some(only_right)}"
    elif len(mine) != len(theirs):
        msg = f"{what} differ in length: {len(mine)} and {len(theirs)}"
    else:
        at = next(i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b)
        msg = f"{what} have another order; at position {at}: {mine[at]!r} and {theirs[at]!r}"
    raise AssertionError(msg)


def _compare_cells(
    name: object,
    mine: Mapping[int, object],
    theirs: Mapping[int, object],
    label: Callable[[int], str],
) -> None:
    missing = object()
    differing = [
        f"{label(row)}: " + " and ".join("missing" if v is missing else _short(v) for v in (a, b))
        for row in sorted(mine.keys() | theirs.keys())
        if not _same(a := mine.get(row, missing), b := theirs.get(row, missing))
    ]
    if differing:
        msg = f"column {name!r} differs in {len(differing)} values; {_some(differing)}"
        raise AssertionError(msg)


def _some(texts: Sequence[str], *, most: int = 5) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return (", ".join(texts[:most]) or "none") + more


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}... ({len(text)} characters)"


def _bare(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without `attrs`, which pandas would copy for each column."""
    bare = frame.copy(deep=False)
    bare.attrs = {}
    return bare


def _arrow(series: pd.Series) -> pa.Array | pa.ChunkedArray:
    array = pa.array(series, from_pandas=True)
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def _cells(series: pd.Series) -> dict[int, object]:
    """Return the values that are there by their position."""
    if series.dtype == object:
        rows = np.flatnonzero(series.notna().to_numpy())
        return {row: pruned(series.iloc[row]) for row in rows.tolist()}
    array = _arrow(series)
    rows = np.flatnonzero(np.asarray(array.is_valid()))
    if pa.types.is_timestamp(array.type):
        # Python's datetime holds neither every year nor compares without a zone.
        array = array.cast(pa.int64())
    found = (pruned(value) for value in array.drop_null().to_pylist())
    return dict(zip(rows.tolist(), found, strict=True))


def _type_of(values: Iterable[Any]) -> pa.DataType:
    """Return the type of Python values that are all of one kind."""
    there = [value for value in values if value is not None]
    if not there:
        return pa.null()
    if isinstance(there[0], list):
        return pa.list_(_type_of(item for value in there for item in value))
    if isinstance(there[0], dict):
        names = dict.fromkeys(name for value in there for name in value)
        return pa.struct([(n, _type_of(value.get(n) for value in there)) for n in names])
    kinds = {str: pa.string(), bool: pa.bool_(), float: pa.float64()}
    return kinds[type(there[0])] if type(there[0]) in kinds else _integer_type(there)


def _same(one: object, other: object) -> bool:
    """Compare strictly: 1 is neither 1.0 nor True, NaN is NaN, -0.0 is not 0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    return one == other


def assert_equals_json(frame: pd.DataFrame, lines: Iterable[bytes]) -> None:
    r"""Assert that a frame holds what Python's ``json`` reads from the lines, cell by cell.

    The index must be the numbers of the lines that are events; each column must have as
    many values as the events have, in the same lines, all exact, and nothing more.
    A known field must have its schema's dtype, and a value that does not fit it must be
    missing; a known list may be wider. Text in place of other values is right only where
    no type holds all values of the field.

    Parameters
    ----------
    frame : pandas.DataFrame
        What `suricata_eve.read_eve` made.
    lines : iterable of bytes
        The physical lines, such as a binary file yields them.

    Raises
    ------
    AssertionError
        If the frame lacks something, or has more, or other values.

    See Also
    --------
    flatten : Names the values of one event.

    Examples
    --------
    >>> import io
    >>> import suricata_eve
    >>> from suricata_eve.testing import assert_equals_json
    >>> data = b'{"flow_id": 1, "http": {"status": 200}}\nnot json\n{"flow_id": 2}\n'
    >>> df = suricata_eve.read_eve(io.BytesIO(data), on_bad_lines="skip")
    >>> assert_equals_json(df, io.BytesIO(data))
    """
    numbers, columns = [], dict[str, dict[int, object]]()
    for number, event in events_of(lines):
        numbers.append(number)
        for path, value in flatten(event).items():
            columns.setdefault(path, {})[number] = value
    index = frame.index.tolist()
    _compare_names("lines of the index and those of the events", sorted(index), numbers)
    names = list(frame.columns)
    if len(set(names)) < len(names):
        msg = f"columns occur twice: {_some(sorted({n for n in names if names.count(n) > 1}))}"
        raise AssertionError(msg)
    # Where no event holds anything, there are still columns to see.
    expected = set(columns) if columns else set(names) & set(CORE) if numbers else set(CORE)
    _compare_names("columns and the paths in the lines", sorted(names), sorted(expected))
    frame = _bare(frame)
    for path in names:
        cells = {index[row]: value for row, value in _cells(frame[path]).items()}
        # Python lists have no dtype that could be wrong.
        typed = frame[path].dtype != object
        dtype = _arrow(frame[path]).type if typed else _type_of(cells.values())
        _check_column(path, columns.get(path, {}), cells, dtype, typed=typed)


def _instants(values: Mapping[int, object]) -> tuple[set[int], dict[int, object]]:
    """Return the lines whose time may be read or not, and the times that can be read."""
    free, times = set(), dict[int, object]()
    for line, value in values.items():
        formed, moment = instant(value) if isinstance(value, str) else (True, None)
        if moment is not None:
            times[line] = moment
        if not formed:
            free.add(line)
    return free, times


def _check_column(
    path: str,
    values: Mapping[int, object],
    cells: Mapping[int, object],
    dtype: pa.DataType,
    *,
    typed: bool,
) -> None:
    known = arrow_type(path)
    if path in INSTANTS and pa.types.is_timestamp(dtype):
        free, times = _instants(values)
        right = {line: time for line, time in times.items() if line in cells or line not in free}
        _compare_cells(path, right, cells, _line)
        return
    if typed and known is not None and (pa.types.is_integer(known) or pa.types.is_boolean(known)):
        _check_scalars(path, values, cells, dtype, known)
        return
    # Of every value there is a text, so a field that the schema knows as text is always text.
    if (
        typed
        and known is not None
        and dtype != known
        and (pa.types.is_string(known) or path in INSTANTS or _fits(values.values(), known))
    ):
        msg = f"column {path!r} is {dtype}, its values allow {known}"
        raise AssertionError(msg)
    if dtype != known:
        _check_kind(path, list(values.values()), dtype)
    shown = {line: pruned(_held(value, dtype)) for line, value in values.items()}
    _compare_cells(path, shown, cells, _line)


def _check_scalars(
    path: str,
    values: Mapping[int, object],
    cells: Mapping[int, object],
    dtype: pa.DataType,
    known: pa.DataType,
) -> None:
    """Check a field that the schema knows: its type whatever it holds, nothing but what fits."""
    read = as_boolean if pa.types.is_boolean(known) else as_integer
    right = {line: held for line, value in values.items() if (held := read(value)) is not None}
    if pa.types.is_integer(known):
        numbers = [number for number in right.values() if -(2**63) <= number < 2**64]
        if known == pa.int64() and max(numbers, default=0) >= 2**63 and min(numbers) >= 0:
            known = pa.uint64()
        limits = np.iinfo(known.to_pandas_dtype())
        right = {line: held for line, held in right.items() if limits.min <= held <= limits.max}
    if dtype != known:
        msg = f"column {path!r} is {dtype}, and known as {known}"
        raise AssertionError(msg)
    _compare_cells(path, dict(right), cells, _line)


def _line(line: int) -> str:
    return f"line {line}"


def _fits(values: Iterable[object], dtype: pa.DataType) -> bool:
    """Tell whether values are of a schema type."""
    there = [value for value in values if value is not None]
    if pa.types.is_list(dtype):
        return all(isinstance(v, list) and _fits(v, dtype.value_type) for v in there)
    if pa.types.is_struct(dtype):
        fields = {dtype.field(i).name: dtype.field(i).type for i in range(dtype.num_fields)}
        return all(
            isinstance(value, dict)
            and all(v is None or (k in fields and _fits([v], fields[k])) for k, v in value.items())
            for value in there
        )
    if pa.types.is_integer(dtype):
        signed = pa.types.is_signed_integer(dtype)
        bits = dtype.bit_width - signed
        low = -(2**bits) if signed else 0
        return all(type(value) is int and low <= value < 2**bits for value in there)
    kind = bool if pa.types.is_boolean(dtype) else str
    return all(type(value) is kind for value in there)


def _check_kind(path: str, values: Sequence[object], dtype: pa.DataType) -> None:
    """Check that a type is the exact one where one holds all values, and text elsewhere."""
    values = [value for value in values if value is not None]
    kinds = {type(value) for value in values}
    exact = holds_exactly(values)
    if pa.types.is_string(dtype):
        if exact and not kinds <= {str}:
            msg = f"{path!r} became text, though one type holds its values exactly"
            raise AssertionError(msg)
    elif kinds == {int} and exact and dtype != (want := _integer_type(values)):
        msg = f"{path!r} is {dtype}, its values make it {want}"
        raise AssertionError(msg)
    elif not exact:
        msg = f"{path!r} is {dtype}, which cannot hold its values exactly"
        raise AssertionError(msg)
    elif pa.types.is_list(dtype) and kinds == {list}:
        inner = [item for value in values if isinstance(value, list) for item in value]
        _check_kind(path + "[]", inner, dtype.value_type)
    elif pa.types.is_struct(dtype) and kinds == {dict}:
        fields = {dtype.field(i).name: dtype.field(i).type for i in range(dtype.num_fields)}
        for name, kind in fields.items():
            inner = [value.get(name) for value in values if isinstance(value, dict)]
            _check_kind(f"{path}.{name}", inner, kind)


def _integer_type(values: Sequence[Any]) -> pa.DataType:
    return pa.int64() if max(values) < 2**63 else pa.uint64()


def _held(value: object, dtype: pa.DataType) -> object:
    """Return a value as an exact column of a type holds it."""
    if value is None:
        return None
    if pa.types.is_string(dtype):
        return as_text(value)
    if pa.types.is_floating(dtype) and type(value) is int:
        return float(value)
    if pa.types.is_list(dtype) and isinstance(value, list):
        return [_held(item, dtype.value_type) for item in value]
    if pa.types.is_struct(dtype) and isinstance(value, dict):
        fields = {dtype.field(i).name: dtype.field(i).type for i in range(dtype.num_fields)}
        # Names that the type lacks stay, and differ from the frame's value.
        return {k: _held(v, fields[k]) if k in fields else v for k, v in value.items()}
    return value
