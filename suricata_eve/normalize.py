"""Any frame of EVE events to the dtypes of the contract."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.coerce import coerce, restore_integers
from suricata_eve.errors import EveOptionError, EveTypeError, EveValueError, EveWarning
from suricata_eve.frame import series
from suricata_eve.ingest.salvage import flatten
from suricata_eve.ingest.unify import unify
from suricata_eve.ingest.values import pruned
from suricata_eve.schema.fields import arrow_type

__all__ = ["Errors", "normalize_types"]

Errors: TypeAlias = Literal["raise", "coerce"]

_JSON_KINDS = {str, int, float, bool, list, dict}


@dataclass
class _Changes:
    """What had to be changed, to be told in one warning."""

    errors: Errors
    index: pd.Index
    inexact: Counter[str] = field(default_factory=Counter)
    coerced: Counter[str] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)
    misfits: set[str] = field(default_factory=set)

    def message(self) -> str | None:
        parts = []
        if self.inexact:
            parts.append(
                f"{self.inexact.total()} integers had become floats of 2**53 or more and may not "
                f"be the true ones: {_counted(self.inexact)}; read the file with read_eve to have "
                "them exactly"
            )
        if self.coerced:
            parts.append(
                f"{self.coerced.total()} values became <NA>, since the dtype of their field "
                f"cannot hold them: {_counted(self.coerced)}"
            )
        if self.texts:
            parts.append(f"values of several kinds became text: {', '.join(sorted(self.texts))}")
        if self.misfits:
            parts.append(
                f"not of their schema type, kept as they are: {', '.join(sorted(self.misfits))}"
            )
        return "; ".join(parts) or None


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
            columns[path] = _first_of(columns[path], values) if path in columns else values
    data = {
        path: values
        if isinstance(values, pd.Series)
        else series(_filled(path, values, integer_na), frame.index)
        for path, values in columns.items()
    }
    result = pd.DataFrame(data, index=frame.index, columns=list(data), copy=False)
    result.columns.names = frame.columns.names
    result.attrs.update(frame.attrs)
    message = changes.message()
    if message is not None:
        warnings.warn(message, EveWarning, stacklevel=3)
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
    array = _to_arrow(column)
    if array is None or not isinstance(name, str):
        return {name: column.copy()}
    if not isinstance(array, list):
        if pt.is_struct(array.type):
            return {
                path: child
                for part, child_array in zip(array.type, array.flatten(), strict=True)
                for path, child in _flat(
                    f"{name}.{part.name}", series(child_array, column.index), changes
                ).items()
            }
        return {name: _typed(name, [array], changes)}
    if any(isinstance(value, dict) for value in array):
        return _flat_objects(name, array, changes)
    return {name: _typed(name, [array], changes)}


def _flat_objects(name: str, values: list[Any], changes: _Changes) -> dict[str, pa.Array]:
    events = [flatten({name: value}) for value in values]
    paths = dict.fromkeys(path for event in events for path in event)
    return {path: _typed(path, [[e.get(path) for e in events]], changes) for path in paths}


def _first_of(old: Any, new: Any) -> Any:
    """Return, row by row, the first value there is of two columns with one path."""
    values = [
        [
            pruned(value)
            for value in (pa.array(part) if isinstance(part, pd.Series) else part).to_pylist()
        ]
        for part in (old, new)
    ]
    (whole,), _ = unify([[b if a is None else a for a, b in zip(*values, strict=True)]])
    return whole


def _typed(path: str, parts: list[Any], changes: _Changes) -> pa.Array:
    target = arrow_type(path)
    if target is not None and pt.is_list(target):
        parts = [_parsed_lists(part) for part in parts]
    (array, *_), mixed = unify(parts, target)
    if target is None:
        if mixed:
            changes.texts.add(path)
        return array
    coerced = coerce(array, target)
    if len(coerced.bad) and changes.errors == "raise":
        position = int(coerced.bad[0])
        value = array[position].as_py()
        msg = (
            f"column {path!r} holds {_shown(value)} at row {changes.index[position]!r}, which "
            f"{target} cannot hold exactly ({len(coerced.bad)} such values); "
            "errors='coerce' makes them <NA>"
        )
        raise EveValueError(msg)
    if len(coerced.bad):
        changes.coerced[path] += len(coerced.bad)
    if coerced.inexact:
        changes.inexact[path] += coerced.inexact
    if coerced.misfit:
        changes.misfits.add(path)
    if mixed and pt.is_string(coerced.array.type):
        changes.texts.add(path)
    return coerced.array


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
    return value if isinstance(value, list) else text


def _filled(path: Any, array: pa.Array, integer_na: int | None) -> pa.Array:
    if integer_na is None or not pt.is_integer(array.type):
        return array
    try:
        return array.fill_null(pa.scalar(integer_na, array.type))
    except (pa.ArrowInvalid, OverflowError) as error:
        msg = f"integer_na={integer_na} does not fit column {path!r} of {array.type}"
        raise EveOptionError(msg) from error


def _to_arrow(column: pd.Series[Any]) -> pa.Array | list[Any] | None:
    """Return a column's values as Arrow, as a list of JSON values, or None if it is neither."""
    if column.dtype == object:
        return _from_objects(column)
    try:
        array = pa.array(column.array, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return None
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.nulls(0, array.type)
    if pt.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pt.is_floating(array.type):
        array = array.cast(pa.float64())
        return array if isinstance(column.dtype, pd.ArrowDtype) else restore_integers(array)
    return _widened(array)


def _widened(array: pa.Array) -> pa.Array:
    """Bring the width of integers and text to that of the contract."""
    kind = array.type
    if pt.is_integer(kind) and kind not in {pa.int64(), pa.uint64(), pa.uint16()}:
        return array.cast(pa.int64())
    if pt.is_large_string(kind) or kind == getattr(pa, "string_view", lambda: None)():
        return array.cast(pa.string())
    if pt.is_large_list(kind):
        return array.cast(pa.list_(kind.value_type))
    return array


def _from_objects(values: pd.Series[Any]) -> pa.Array | list[Any] | None:
    present = np.flatnonzero(values.notna().to_numpy())
    held = [_plain(value) for value in values.to_numpy(object)[present]]
    kinds = set(map(type, held))
    if kinds <= {str} and held:
        where = np.full(len(values), -1, np.int64)
        where[present] = np.arange(len(present))
        return pa.array(held, pa.string()).take(pa.array(where, mask=where < 0))
    if not kinds <= _JSON_KINDS:
        return _from_others(values)
    everything: list[Any] = [None] * len(values)
    for position, value in zip(present.tolist(), held, strict=True):
        everything[position] = value
    return everything


def _from_others(values: pd.Series[Any]) -> pa.Array | None:
    """Let Arrow have a look at objects that JSON does not know, such as datetimes."""
    try:
        array = pa.array(values.to_numpy(object), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return None
    return array if pt.is_timestamp(array.type) else None


def _plain(value: Any) -> Any:
    """Return a value as ``json`` would give it."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return [_plain(element) for element in value.tolist()]
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value]
    if isinstance(value, dict):
        return {str(key): pruned(_plain(element)) for key, element in value.items()}
    return value
