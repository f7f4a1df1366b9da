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

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["choose", "flag"]


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
    """
    require_columns(frame, ["event_type", "timestamp"], method=method)
    types = text_column(frame["event_type"])
    own = pc.is_in(types, value_set=pa.array(event_types, pa.string()))
    chosen = np.array(own, bool)
    if alerts_with is not None:
        is_alert = np.asarray(pc.equal(types, "alert").fill_null(fill_value=False), bool)
        alerts = np.flatnonzero(is_alert).astype(np.int64)
        chosen[alerts[_have_object(frame, alerts, alerts_with)]] = True
    return time_order(frame, np.flatnonzero(chosen).astype(np.int64))


def _have_object(frame: pd.DataFrame, positions: NDArray[np.int64], name: str) -> NDArray[np.bool_]:
    found = np.zeros(len(positions), bool)
    labels: list[object] = list(frame.columns)
    names = [
        label
        for label in labels
        if isinstance(label, str) and (label == name or label.startswith(f"{name}."))
    ]
    if len(positions) and names:
        taken = take_rows(frame[names], positions)
        for number in range(taken.shape[1]):
            found |= np.asarray(taken.iloc[:, number].notna(), bool)
    return found
