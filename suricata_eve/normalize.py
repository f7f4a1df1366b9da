"""Any frame of EVE events to the dtypes of the contract."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.arrays import is_json, to_arrow
from suricata_eve.errors import EveOptionError, EveTypeError, EveValueError
from suricata_eve.frame import series
from suricata_eve.ingest.coerce import coerce, restore_integers
from suricata_eve.ingest.report import many
from suricata_eve.ingest.salvage import flatten
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.ingest.unify import unify
from suricata_eve.schema.fields import arrow_type, is_known
from suricata_eve.warn import warn

__all__ = ["Errors", "normalize_types"]

Errors: TypeAlias = Literal["raise", "coerce"]


@dataclass
class _Changes:
    """What had to be changed, to be told in one warning."""

    errors: Errors
    index: pd.Index
    inexact: Counter[str] = field(default_factory=Counter)
    coerced: Counter[str] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)
    misfits: set[str] = field(default_factory=set)

    def message(self) -> str | None:
        parts = []
        if self.inexact:
            integers = many(self.inexact.total(), "integer")
            parts.append(
                f"{integers} had become floats of 2**53 or more and may not be the true ones: "
                f"{_counted(self.inexact)}; read the file with read_eve to have them exactly"
            )
        if self.coerced:
            values = many(self.coerced.total(), "value")
            parts.append(
                f"{values} became <NA>, since the dtype of their field cannot hold them: "
                f"{_counted(self.coerced)}"
            )
        if self.cut:
            times = many(self.cut.total(), "time")
            parts.append(f"{times} cut to the microsecond: {_counted(self.cut)}")
        if self.texts:
            parts.append(f"values of several kinds became text: {', '.join(sorted(self.texts))}")
        if self.misfits:
            parts.append(
                f"not of their schema type, kept as they are: {', '.join(sorted(self.misfits))}"
            )
        return "; ".join(parts) or None

    def refuse(self, path: str, value: object, bad: np.ndarray, target: pa.DataType) -> None:
        """Count values that a field cannot hold, of which `value` is the first, or raise."""
        if self.errors == "coerce":
            self.coerced[path] += len(bad)
            return
        (label,) = self.index[bad[:1]].tolist()
        msg = (
            f"column {path!r} holds {_shown(value)} at row {label!r}, which {target} cannot hold "
            f"exactly ({len(bad)} such values); errors='coerce' makes them <NA>"
        )
        raise EveValueError(msg)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))


def normalize_types(
    frame: pd.DataFrame, *, errors: Errors = "raise", integer_na: int | None = None
) -> pd.DataFrame:
    """Return a frame of EVE events with the dtypes of the contract.

    Parameters
    ----------
    frame : pandas.DataFrame
        Events, one a row; columns are dotted paths, or objects that hold dicts.
    errors : {"raise", "coerce"}, default "raise"
        What to do about a value that its field's dtype cannot hold.
    integer_na : int, optional
        What to put in the place of missing integers.

    Returns
    -------
    pandas.DataFrame
        A new frame with the same rows and index.

    Raises
    ------
    EveValueError
        If a value does not fit and ``errors="raise"``.
    EveOptionError, EveTypeError
        If an option or the frame's columns are of the wrong kind.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.normalize_types : The method, described in full.

    Examples
    --------
    >>> import pandas as pd
    >>> from suricata_eve import normalize_types
    >>> normalize_types(pd.DataFrame({"flow_id": [1.0, None]})).dtypes
    flow_id    int64[pyarrow]
    dtype: object
    """
    _check(frame, errors, integer_na)
    changes = _Changes(errors, frame.index)
    columns: dict[Any, pa.Array | pd.Series[Any]] = {}
    for position, name in enumerate(frame.columns):
        for path, values in _flat(name, frame.iloc[:, position], changes).items():
            columns[path] = _first_of(path, columns[path], values) if path in columns else values
    data = {
        path: values
        if isinstance(values, pd.Series)
        else series(_filled(path, values, integer_na), frame.index)
        for path, values in columns.items()
    }
    result = pd.DataFrame(data, index=frame.index, columns=list(data), copy=False)
    result.columns.names = frame.columns.names
    result.attrs.update(copy.deepcopy(frame.attrs))
    warn(changes.message())
    return result


def _check(frame: pd.DataFrame, errors: object, integer_na: object) -> None:
    if errors not in get_args(Errors):
        msg = f"errors={errors!r} is not one of 'raise', 'coerce'"
        raise EveOptionError(msg)
    if integer_na is not None and (isinstance(integer_na, bool) or not isinstance(integer_na, int)):
        msg = f"integer_na={integer_na!r} is not an int; leave it out to keep missing values <NA>"
        raise EveOptionError(msg)
    if isinstance(frame.columns, pd.MultiIndex):
        msg = "the frame's columns are a MultiIndex; join their levels with dots first"
        raise EveTypeError(msg)
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        msg = f"the frame has two columns named {twice!r}; rename or drop one"
        raise EveTypeError(msg)


def _flat(name: object, column: pd.Series[Any], changes: _Changes) -> dict[Any, Any]:
    """Return the columns that one column becomes: several, if it holds objects."""
    if not isinstance(name, str):
        return {name: column.copy()}
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.pyarrow_dtype == arrow_type(name):
        return {name: pa.array(column.array)}
    array = to_arrow(column)
    if array is None:
        return {name: _foreign(name, column, changes)}
    if isinstance(array, list):
        if any(isinstance(value, dict) for value in array):
            return _flat_objects(name, array, changes)
    elif pt.is_struct(array.type):
        return {
            path: child
            for part, child_array in zip(array.type, array.flatten(), strict=True)
            for path, child in _flat(
                f"{name}.{part.name}", series(child_array, column.index), changes
            ).items()
        }
    elif not _is_readable(array.type, arrow_type(name)):
        return {name: _foreign(name, column, changes)}
    elif pt.is_float64(array.type) and isinstance(column.dtype, np.dtype):
        # NumPy's floats alone are what pandas makes of integers beside missing values.
        array = restore_integers(array)
    return {name: _typed(name, array, changes)}


def _is_readable(kind: pa.DataType, target: pa.DataType | None) -> bool:
    """Tell whether a type holds what JSON can hold, or else what the target is made of."""
    if pt.is_list(kind):
        return _is_readable(kind.value_type, None) and not pt.is_timestamp(kind.value_type)
    if pt.is_struct(kind):
        return all(_is_readable(kind.field(i).type, None) for i in range(kind.num_fields))
    if pt.is_timestamp(kind):
        return target is None or target == UTC_MICROSECONDS
    if pt.is_decimal(kind):
        return target is not None and bool(pt.is_integer(target))
    return bool(
        pt.is_null(kind)
        or pt.is_boolean(kind)
        or pt.is_integer(kind)
        or pt.is_float64(kind)
        or pt.is_string(kind)
    )


def _foreign(path: str, column: pd.Series[Any], changes: _Changes) -> pa.Array | pd.Series[Any]:
    """Keep a column of values that JSON does not know, unless its field is of another type."""
    target = arrow_type(path)
    if target is None:
        if is_known(path):
            changes.misfits.add(path)
        return column.copy()
    present = np.flatnonzero(column.notna().to_numpy())
    values = column.to_numpy(object)[present]
    if target == UTC_MICROSECONDS and all(isinstance(v, str | dt.datetime) for v in values):
        texts: list[str | None] = [None] * len(column)
        for position, value in zip(present.tolist(), values, strict=True):
            texts[position] = value if isinstance(value, str) else value.isoformat()
        return _typed(path, texts, changes)
    changes.refuse(path, values[0], present, target)
    return pa.nulls(len(column), target)


def _flat_objects(name: str, values: list[Any], changes: _Changes) -> dict[str, pa.Array]:
    events = [flatten({name: value}) for value in values]
    paths = dict.fromkeys(path for event in events for path in event)
    return {path: _typed(path, [e.get(path) for e in events], changes) for path in paths}


def _first_of(path: str, old: Any, new: Any) -> pa.Array:
    """Return, row by row, the first value there is of two columns with one path."""
    if not (isinstance(old, pa.Array) and isinstance(new, pa.Array)):
        msg = f"the frame has two columns named {path!r} once it is flat; rename or drop one"
        raise EveTypeError(msg)
    if old.type != new.type:
        (old, new), _ = unify([old, new], arrow_type(path))
    rows = np.arange(len(old))
    both = pa.concat_arrays([old, new])
    return both.take(pa.array(np.where(np.asarray(old.is_valid()), rows, rows + len(old))))


def _typed(path: str, part: pa.Array | list[Any], changes: _Changes) -> pa.Array:
    target = arrow_type(path)
    if target is None and isinstance(part, pa.Array) and _is_settled(part.type):
        return part
    if target is not None and pt.is_list(target):
        part = _parsed_lists(part)
    (array, *_), mixed = unify([part], target)
    if target is None:
        if mixed:
            changes.texts.add(path)
        return array
    coerced = coerce(array, target)
    if len(coerced.bad):
        changes.refuse(path, array[int(coerced.bad[0])].as_py(), coerced.bad, target)
    if coerced.inexact:
        changes.inexact[path] += coerced.inexact
    if coerced.cut:
        changes.cut[path] += coerced.cut
    if coerced.misfit:
        changes.misfits.add(path)
    if mixed and pt.is_string(coerced.array.type):
        changes.texts.add(path)
    return coerced.array


def _is_settled(kind: pa.DataType) -> bool:
    """Tell whether a type has the form that `unify` gives, so that a part of a frame keeps it."""
    if pt.is_list(kind):
        return _is_settled(kind.value_type)
    if pt.is_struct(kind):
        names = [kind.field(i).name for i in range(kind.num_fields)]
        return names == sorted(set(names)) and all(
            _is_settled(kind.field(i).type) for i in range(kind.num_fields)
        )
    return not pt.is_null(kind)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _parsed_lists(part: Any) -> Any:
    """Parse lists that were written as JSON text, as some CSV exports do."""
    if isinstance(part, list) or not pt.is_string(part.type):
        return part
    values = [_parsed_list(text) for text in part.to_pylist()]
    texts = any(isinstance(value, str) for value in values)
    return part if texts else values


def _parsed_list(text: str | None) -> Any:
    if text is None or not text.startswith("["):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, list) and is_json(value) else text


def _filled(path: Any, array: pa.Array, integer_na: int | None) -> pa.Array:
    if integer_na is None or not pt.is_integer(array.type):
        return array
    try:
        return array.fill_null(pa.scalar(integer_na, array.type))
    except (pa.ArrowInvalid, OverflowError) as error:
        msg = f"integer_na={integer_na} does not fit column {path!r} of {array.type}"
        raise EveOptionError(msg) from error
