"""What a caller chose: a mask of events, some events, or values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.errors import EveTypeError, EveValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["as_series", "is_mask", "mask_of", "what"]


def what(values: pd.Series) -> str:
    """Describe values that are not what was asked for, for a message.

    Parameters
    ----------
    values : Series
        The values.

    Returns
    -------
    str
        Their dtype and the first of them.
    """
    first = values.dropna()
    example = f", the first is {first.iloc[0]!r}" if len(first) else ""
    return f"these are {values.dtype}{example}"


def as_series(flows: object, *, noun: str = "flows") -> pd.Series:
    """Bring what tells flows, or events, into one shape.

    Parameters
    ----------
    flows : int, iterable, Series, Index or array
        Values, or a mask.
    noun : str, default "flows"
        What they are, for messages.

    Returns
    -------
    Series
        Only a Series keeps its index.

    Raises
    ------
    EveTypeError
        If it is text, a mapping, one boolean, or has two dimensions.
    """
    if isinstance(flows, pd.Series):
        return flows
    if isinstance(flows, str | bytes | dict):
        msg = (
            f"{noun} are values, a boolean mask or a frame, not {type(flows).__name__}: "
            f"{flows!r:.60}"
        )
        raise EveTypeError(msg)
    if isinstance(flows, pd.Index):
        if isinstance(flows, pd.MultiIndex):
            msg = f"{noun} cannot be a MultiIndex; take the level with the values"
            raise EveTypeError(msg)
        return pd.Series(flows.array)
    if isinstance(flows, np.ndarray | pd.api.extensions.ExtensionArray):
        if flows.ndim != 1:
            msg = f"{noun} have one dimension, not {flows.ndim}"
            raise EveTypeError(msg)
        return pd.Series(flows)
    if isinstance(flows, pa.Array | pa.ChunkedArray):
        return pd.Series(pd.arrays.ArrowExtensionArray(flows))
    if isinstance(flows, Iterable):
        items = list(flows)
        return pd.Series(items, dtype=object)
    if isinstance(flows, bool | np.bool_):
        msg = f"{noun} cannot be one boolean; a mask has one for each event"
        raise EveTypeError(msg)
    return pd.Series([flows], dtype=object)


def is_mask(values: pd.Series) -> bool:
    """Tell whether values are booleans.

    Parameters
    ----------
    values : Series
        Of any dtype.

    Returns
    -------
    bool
        True also for objects that are all booleans or missing.
    """
    if pd.api.types.is_bool_dtype(values.dtype):
        return True
    if values.dtype != object:
        return False
    kind = pd.api.types.infer_dtype(values, skipna=True)
    return kind == "boolean"


def mask_of(frame: pd.DataFrame, values: pd.Series, *, aligned: bool) -> NDArray[np.bool_]:
    """Fit a mask to the rows of a frame.

    Parameters
    ----------
    frame : DataFrame
        The events.
    values : Series
        Booleans; a missing one is False.
    aligned : bool
        Whether its index counts, where that is another than the frame's.

    Returns
    -------
    ndarray of bool
        One per row.

    Raises
    ------
    EveValueError
        If it does not fit.
    """
    given = np.asarray(values.array.isna(), bool)
    chosen = np.zeros(len(values), bool)
    chosen[~given] = np.asarray(values[~given].to_numpy(), bool)
    if not aligned or values.index.equals(frame.index):
        if len(chosen) != len(frame):
            msg = f"the mask has {len(chosen)} values and the frame {len(frame)} events"
            raise EveValueError(msg)
        return chosen
    labels = values.index[chosen]
    if not frame.index.is_unique:
        msg = (
            "the mask has another index than the frame, whose labels are not unique, so that it "
            "cannot be aligned; use a mask made of this frame, or its flow IDs"
        )
        raise EveValueError(msg)
    places = frame.index.get_indexer(labels)
    lost = int((places < 0).sum())
    if lost:
        msg = (
            f"{lost} of the mask's {len(labels)} chosen events are not in the frame (first: "
            f"{labels[places < 0][0]}); use a mask of this frame's events, or their flow IDs"
        )
        raise EveValueError(msg)
    mask = np.zeros(len(frame), bool)
    mask[places] = True
    return mask
