"""Columns of any dtype as Arrow data, and the error for a column that is not there."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.errors import EveTypeError, EveValueError, MissingColumnError
from suricata_eve.ingest.report import many
from suricata_eve.ingest.times import UTC_MICROSECONDS, parse_instants
from suricata_eve.schema.event_types import setting_for
from suricata_eve.schema.fields import CORE, is_known
from suricata_eve.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "arrow_column",
    "instant_column",
    "integer_column",
    "joined",
    "require_columns",
    "require_once",
    "spelling",
    "taken",
    "text_column",
]

_NORMALIZE = "df.eve.normalize_types()"
_EXACT_BITS = {16: 11, 32: 24, 64: 53}  # of a float of so many bits, for integers
_TEXT_LIMIT = 2**31  # bytes that the offsets of one array of text reach


def require_columns(
    frame: pd.DataFrame, columns: Iterable[str], *, method: str, also: Iterable[str] = ()
) -> None:
    """Raise the error of a method whose columns are not all in the frame.

    Parameters
    ----------
    frame : DataFrame
        The frame that the method works on.
    columns : iterable of str
        What the method needs.
    method : str
        The method's name, for the message.
    also : iterable of str, default ()
        What the method takes as well, for a name that comes close.

    Raises
    ------
    EveValueError
        If there are several columns of one of these names.
    MissingColumnError
        If one is missing. The message names each, what comes close to it, and what to do:
        to normalize a frame that is not flat, to rename, or what to set in
        ``suricata.yaml``.
    """
    columns = list(columns)
    missing = [name for name in columns if name not in frame.columns]
    if not missing:
        require_once(frame, columns, method=method)
        return
    labels: list[object] = list(frame.columns)
    names = [name for name in labels if isinstance(name, str)]
    noun = "column" if len(missing) == 1 else "columns"
    listed = ", ".join(repr(name) for name in missing)
    advice = [_advice(name, names, tuple(also)) for name in missing[:5]]
    msg = f"{method}() needs the {noun} {listed}, not in this frame. {' '.join(advice)}"
    raise MissingColumnError(msg)


def require_once(frame: pd.DataFrame, columns: Iterable[str], *, method: str) -> None:
    """Raise the error of a method where the frame has several columns of one name.

    Parameters
    ----------
    frame : DataFrame
        The frame that the method works on.
    columns : iterable of str
        Names that it reads; the frame may lack some.
    method : str
        The method's name, for the message.

    Raises
    ------
    EveValueError
        If there are several columns of one of these names.
    """
    if frame.columns.is_unique:
        return
    for name in columns:
        number = int((frame.columns == name).sum())
        if number > 1:
            msg = (
                f"{method}() needs one column {name!r}, and this frame has {number}: rename them, "
                f"or drop all but one with df.loc[:, ~df.columns.duplicated()]"
            )
            raise EveValueError(msg)


def _advice(name: str, names: list[str], also: tuple[str, ...]) -> str:
    parts = name.split(".")
    fields = [other for other in names if other.startswith(f"{name}.")]
    if fields:
        shown = ", ".join(map(repr, fields[:3])) + (", ..." if len(fields) > 3 else "")
        return f"{name!r} is an object, and its fields are columns: {shown}."
    for end in range(len(parts) - 1, 0, -1):
        whole = ".".join(parts[:end])
        if whole in names:
            return f"Its column {whole!r} is not flat: {_NORMALIZE} makes {name!r} of it."
    spelled = spelling(name)
    for other in names:
        plain = spelling(other)
        if plain == spelled or ("." in other and plain.endswith(spelled) and len(parts) > 1):
            if not is_known(name):
                return f"{'EVE' if is_known(other) else 'This frame'} calls it {other!r}."
            return (
                f"If {other!r} is the same, use "
                f"df.rename(columns={{{other!r}: {name!r}}}).eve.normalize_types()."
            )
    close = difflib.get_close_matches(name, dict.fromkeys([*also, *names]), n=3, cutoff=0.75)
    hint = f"Close to {name!r}: {', '.join(map(repr, close))}. " if close else ""
    # A name that no release has, and that is close to one that is there, is a slip.
    setting = None if close and not is_known(name) else setting_for(name)
    if setting is not None:
        return (
            f"{hint}No event here has {name!r}: keep the column when you select columns, or "
            f"let Suricata write it with {setting} (suricata.yaml, outputs: eve-log: types)."
        )
    if name in CORE:
        return f"{hint}Suricata writes {name!r}: keep it when you select columns."
    return f"{hint}Names of fields are paths with dots, such as 'http.url'; see df.columns."


def spelling(name: str) -> str:
    """Return the letters and digits of a name, by which spellings of it are compared.

    Parameters
    ----------
    name : str
        Of a field.

    Returns
    -------
    str
        In lower case.
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def arrow_column(column: pd.Series) -> pa.ChunkedArray:
    """Return the values of a column of any dtype as Arrow data, without dictionaries.

    Parameters
    ----------
    column : Series
        Any column; missing values of every kind become null.

    Returns
    -------
    pyarrow.ChunkedArray
        Shares memory with the column where it can.

    Raises
    ------
    EveTypeError
        If the values are of several kinds that no Arrow type holds.
    """
    values = column.array
    try:
        data = pa.array(values, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        try:
            data = pa.array(values, pa.uint64(), from_pandas=True)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            msg = (
                f"the column {column.name!r} ({column.dtype}) mixes values of several kinds: "
                f"{error}; {_NORMALIZE} gives it one dtype"
            )
            raise EveTypeError(msg) from error
    if isinstance(data, pa.Array):
        data = pa.chunked_array([data])
    if pa.types.is_dictionary(data.type):
        data = data.cast(data.type.value_type)
    return data


def joined(data: pa.ChunkedArray) -> pa.Array:
    """Return the chunks of some data as one array.

    Parameters
    ----------
    data : pyarrow.ChunkedArray
        Any data.

    Returns
    -------
    pyarrow.Array
        Of the same type, except that text of more than 2 GB becomes ``large_string``.
    """
    if data.num_chunks == 0:
        return pa.array([], data.type)
    if data.num_chunks > 1 and pa.types.is_string(data.type) and data.nbytes >= _TEXT_LIMIT:
        data = data.cast(pa.large_string())
    return data.chunk(0) if data.num_chunks == 1 else pa.concat_arrays(data.chunks)


def taken(data: pa.Array | pa.ChunkedArray, places: NDArray[np.int64]) -> pa.Array:
    """Return some values as one array, without a copy where they are neighbours.

    Parameters
    ----------
    data : pyarrow.Array or pyarrow.ChunkedArray
        Any data.
    places : ndarray of int64
        Where they are.

    Returns
    -------
    pyarrow.Array
        The values at these places.
    """
    if len(places) and bool((np.diff(places) == 1).all()):
        data = data.slice(int(places[0]), len(places))
    else:
        data = data.take(pa.array(places, pa.int64()))
    return joined(data) if isinstance(data, pa.ChunkedArray) else data


def text_column(column: pd.Series) -> pa.ChunkedArray:
    """Return a column as Arrow text.

    Parameters
    ----------
    column : Series
        Text of any dtype; other scalars are written out.

    Returns
    -------
    pyarrow.ChunkedArray
        Of type string.

    Raises
    ------
    EveTypeError
        If it holds lists or objects.
    """
    data = arrow_column(column)
    if pa.types.is_string(data.type):
        return data
    try:
        return data.cast(pa.string())
    except pa.ArrowException as error:
        msg = (
            f"the column {column.name!r} ({column.dtype}) should be text; "
            f"{_NORMALIZE} gives it the dtype that EVE's schema says"
        )
        raise EveTypeError(msg) from error


def integer_column(column: pd.Series) -> pa.ChunkedArray:
    """Return a column of integers, exactly.

    Parameters
    ----------
    column : Series
        Integers of any dtype, or floats that are whole and below 2**53 (of 32 bits, 2**24).

    Returns
    -------
    pyarrow.ChunkedArray
        Of type int64, or uint64 if a value does not fit in int64.

    Raises
    ------
    EveValueError
        If a float has a fraction, or is so large that it may stand for several integers.
    EveTypeError
        If it is not of numbers.
    """
    data = arrow_column(column)
    kind = data.type
    if pa.types.is_floating(kind):
        bits = _EXACT_BITS[kind.bit_width]
        data = data.cast(pa.float64())
        too_large = pc.greater_equal(pc.abs(data), float(2**bits))
        bad = pc.or_(too_large, pc.not_equal(data, pc.floor(data)))
        worst = data.filter(pc.fill_null(bad, fill_value=False))
        if len(worst):
            msg = (
                f"{len(worst)} of {len(data)} numbers of {column.name!r} are floats that are not "
                f"whole or not below 2**{bits} (first: {worst[0].as_py()!r}): a float cannot tell "
                f"such integers apart; use integers, as suricata_eve.read_eve() gives them"
            )
            raise EveValueError(msg)
        return data.cast(pa.int64())
    if pa.types.is_integer(kind) or pa.types.is_null(kind):
        try:
            return data.cast(pa.int64())
        except pa.ArrowInvalid:
            return data.cast(pa.uint64())
    msg = (
        f"{column.name!r} ({column.dtype}) should hold integers; {_NORMALIZE} makes integers "
        f"of text that spells them"
    )
    raise EveTypeError(msg)


def instant_column(column: pd.Series) -> pa.ChunkedArray:
    """Return a column of times as ``timestamp[us, UTC]``.

    Parameters
    ----------
    column : Series
        Arrow or NumPy times, or ISO 8601 text with any offset (none is UTC).

    Returns
    -------
    pyarrow.ChunkedArray
        The instants; what cannot be read as a time is null, with a warning that counts it.

    Raises
    ------
    EveTypeError
        If it is neither of times nor of text.
    """
    data = arrow_column(column)
    kind = data.type
    if kind == UTC_MICROSECONDS or pa.types.is_null(kind):
        return data.cast(UTC_MICROSECONDS)
    if pa.types.is_timestamp(kind):
        return data.cast(pa.timestamp("us", kind.tz), safe=False).cast(UTC_MICROSECONDS)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        msg = (
            f"{column.name!r} ({column.dtype}) should hold times; "
            f"{_NORMALIZE} makes times of EVE's text"
        )
        raise EveTypeError(msg)
    parsed = parse_instants(joined(data.cast(pa.string())))
    if len(parsed.bad):
        warn(
            f"{many(len(parsed.bad), 'value')} of {column.name!r} that are not times are taken "
            f"as missing; the first: {data[int(parsed.bad[0])].as_py()!r:.60}"
        )
    return pa.chunked_array([parsed.values])  # noqa: PD011 -- not of pandas
