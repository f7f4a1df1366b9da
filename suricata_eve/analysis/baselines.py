"""What was known before: the values of a field in earlier events, compared exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.addresses import is_address_field, spellings
from suricata_eve.analysis.codes import encode, is_list, list_elements
from suricata_eve.analysis.columns import joined
from suricata_eve.analysis.fieldvalues import Sides, occurrences, typed
from suricata_eve.arrays import to_arrow
from suricata_eve.errors import EveTypeError, MissingColumnError
from suricata_eve.ingest.unify import unify
from suricata_eve.schema.fields import is_known

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Baseline", "baseline_values", "is_in"]

Baseline: TypeAlias = "pd.DataFrame | pd.Series | pd.Index | Iterable[object]"
"""Earlier events, or values."""


def baseline_values(baseline: Baseline, field: str, *, optional: bool) -> pa.Array:
    """Return the values that a baseline has of a field.

    Parameters
    ----------
    baseline : DataFrame, Series, Index, array or iterable
        Earlier events, or values.
    field : str
        The field.
    optional : bool
        Whether a frame without the field is one without values, also where the schema
        does not know the field.

    Returns
    -------
    pyarrow.Array
        Values, distinct or not, without missing ones; of lists the elements.

    Raises
    ------
    EveTypeError
        If the baseline is something else.
    MissingColumnError
        If it is a frame that has no such field, or holds no events.
    """
    if not isinstance(baseline, pd.DataFrame):
        data = joined(typed(_series(baseline, field)))
        data = (list_elements(data)[1] if is_list(data.type) else data).drop_null()
        if is_address_field(field) and pa.types.is_string(data.type):
            texts = data.unique().to_pylist()
            return pa.array([one for text in texts for one in {text, *spellings(text)}])
        return data
    names: list[object] = list(baseline.columns)
    if field not in names and not any(isinstance(name, str) and is_known(name) for name in names):
        hint = "; its values are baseline['value']" if "value" in names else ""
        msg = (
            f"new_values() was given a baseline without {field!r} and without any other field of "
            f"EVE ({', '.join(map(repr, names[:5])) or 'it has no columns'}): give earlier "
            f"events, or the known values themselves{hint}"
        )
        raise MissingColumnError(msg)
    sides = Sides(baseline)
    return occurrences(
        baseline, field, method="new_values", sides=sides, optional=optional
    ).distinct


def _series(values: object, field: str) -> pd.Series:
    """Bring values of any container into a column of the field."""
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        msg = (
            f"a baseline is a frame of earlier events or an iterable of known values, "
            f"not {type(values).__name__}: {values!r:.60}"
        )
        raise EveTypeError(msg)
    if isinstance(values, pd.Series):
        return values.rename(field)
    if isinstance(values, pd.MultiIndex):
        msg = "a baseline cannot be a MultiIndex; take the level with the values"
        raise EveTypeError(msg)
    if isinstance(values, pd.Index):
        return pd.Series(values.array, name=field)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return pd.Series(pd.arrays.ArrowExtensionArray(values), name=field)
    if isinstance(values, np.ndarray | pd.api.extensions.ExtensionArray):
        if values.ndim != 1:
            msg = f"a baseline has one dimension, not {values.ndim}"
            raise EveTypeError(msg)
        return pd.Series(values, name=field)
    return pd.Series(list(values), dtype=object, name=field)


def is_in(values: pa.Array, known: pa.Array, field: str) -> NDArray[np.bool_]:
    """Tell which values are among others, by what they are and not by their dtype.

    Parameters
    ----------
    values : pyarrow.Array
        Values without missing ones.
    known : pyarrow.Array
        The others.
    field : str
        What both are of, for messages.

    Returns
    -------
    ndarray of bool
        For each value whether it is known.

    Raises
    ------
    EveTypeError
        If no type could hold both, such as times and text.
    """
    if len(values) == 0 or len(known) == 0:
        return np.zeros(len(values), bool)
    codes = encode(pa.concat_arrays(_alike(values, known, field))).codes
    return np.isin(codes[: len(values)], codes[len(values) :])


def _alike(values: pa.Array, known: pa.Array, field: str) -> list[pa.Array]:
    """Bring values to one type as if they had been read together."""
    if values.type == known.type:
        return [values, known]
    pair = [to_arrow(pd.Series(pd.arrays.ArrowExtensionArray(each))) for each in (values, known)]
    kinds = [None if part is None or isinstance(part, list) else part.type for part in pair]
    if kinds[0] is not None and kinds[0] == kinds[1]:
        return [part for part in pair if isinstance(part, pa.Array)]
    if not all(kind is not None and _is_json(kind) for kind in kinds):
        msg = (
            f"the values of {field!r} are {values.type} here and {known.type} in the baseline, "
            f"which cannot be compared; give both the same dtype"
        )
        raise EveTypeError(msg)
    return unify([part for part in pair if part is not None])[0]


def _is_json(kind: pa.DataType) -> bool:
    if is_list(kind):
        return _is_json(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_is_json(kind.field(number).type) for number in range(kind.num_fields))
    return bool(
        pa.types.is_null(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_float64(kind)
        or pa.types.is_string(kind)
    )
