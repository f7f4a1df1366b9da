"""Choose the events of a view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import require_columns, text_column
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.rows import take_rows
from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.report import many
from suricata_eve.warn import warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["choose", "flag", "have_any"]


def flag(value: object, name: str) -> bool:
    """Return an option that is True or False.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The option's name, for the message.

    Returns
    -------
    bool
        The value.

    Raises
    ------
    EveTypeError
        If it is neither.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    msg = f"{name} is True or False, not {type(value).__name__}: {value!r}"
    raise EveTypeError(msg)


def choose(
    frame: pd.DataFrame,
    event_types: Sequence[str],
    *,
    method: str,
    fields_of: str | None = None,
    alerts_with: str | None = None,
) -> NDArray[np.int64]:
    """Choose events by type, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events.
    event_types : sequence of str
        The types.
    method : str
        The method's name, for the message of an error.
    fields_of : str, optional
        The object that these events have. Without any column of it the table would be
        empty, and a warning says so. It is no error: such a log may be all there is.
    alerts_with : str, optional
        Choose alerts as well, if they have a field of this object, such as ``"http"``.

    Returns
    -------
    ndarray of int64
        Positions of rows, by time, then by place.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the object is not flat.

    Warns
    -----
    EveWarning
        If there are such events, but no column of their object.
    """
    require_columns(frame, ["event_type", "timestamp"], method=method)
    types = text_column(frame["event_type"])
    own = pc.is_in(types, value_set=pa.array(event_types, pa.string()))
    chosen = np.array(own, bool)
    if fields_of is not None and chosen.any() and not _columns_of(frame, fields_of):
        events = many(int(chosen.sum()), f"{' or '.join(event_types)} event")
        warn(
            f"{method}(): the frame has no column '{fields_of}.*' for its {events}: the table "
            f"is empty but for what all events have. Keep these columns when you select "
            f"columns, and call {method}() on the events, not on another table"
        )
    if alerts_with is not None:
        is_alert = np.asarray(pc.equal(types, "alert").fill_null(fill_value=False), bool)
        alerts = np.flatnonzero(is_alert).astype(np.int64)
        chosen[alerts[_have_object(frame, alerts, alerts_with)]] = True
    return time_order(frame, np.flatnonzero(chosen).astype(np.int64))


def _columns_of(frame: pd.DataFrame, name: str) -> list[str]:
    """Return the columns of an object."""
    labels: list[object] = list(frame.columns)
    return [
        label
        for label in labels
        if isinstance(label, str) and (label == name or label.startswith(f"{name}."))
    ]


def _have_object(frame: pd.DataFrame, positions: NDArray[np.int64], name: str) -> NDArray[np.bool_]:
    names = _columns_of(frame, name)
    if not len(positions) or not names:
        return np.zeros(len(positions), bool)
    taken = take_rows(frame[names], positions)
    return have_any((taken.iloc[:, number] for number in range(taken.shape[1])), len(positions))


def have_any(columns: Iterable[pd.Series | None], size: int) -> NDArray[np.bool_]:
    """Tell which rows have a value in any of some columns.

    Parameters
    ----------
    columns : iterable of Series or None
        Columns of the same rows; None for one without values.
    size : int
        How many rows.

    Returns
    -------
    ndarray of bool
        A value per row.
    """
    found = np.zeros(size, bool)
    for column in columns:
        if column is not None:
            found |= np.asarray(column.notna(), bool)
    return found
