"""Events of one type."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import require_columns, text_column
from suricata_eve.analysis.rows import take_rows
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.schema.event_types import EVENT_TYPES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["events", "events_at"]


def events(frame: pd.DataFrame, event_type: str | Iterable[str]) -> pd.DataFrame:
    """Return the events of a type, without the columns that are empty in them.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    event_type : str or iterable of str
        One type, such as ``"http"``, or several.

    Returns
    -------
    DataFrame
        The events in the order of the frame, with their index labels.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.events : The same as a method, with examples.
    """
    require_columns(frame, ["event_type"], method="events")
    types = [event_type] if isinstance(event_type, str) else list(_iterable(event_type))
    if not types:
        msg = "events() was given no event type; name one, such as 'http'"
        raise EveOptionError(msg)
    present = text_column(frame["event_type"])
    known = {*EVENT_TYPES, *pc.unique(present).drop_null().to_pylist()}
    for name in types:
        if not isinstance(name, str):
            msg = f"an event type is text, not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
            hint = f"close: {', '.join(map(repr, close))}" if close else "see df['event_type']"
            msg = f"{name!r} is not an event type of Suricata, nor one of this frame; {hint}"
            raise EveOptionError(msg)
    return take_rows(frame, _positions(present, types))


def _iterable(value: Iterable[str]) -> Iterable[str]:
    if isinstance(value, Iterable):
        return value
    msg = f"an event type is text, not {type(value).__name__}: {value!r}"
    raise EveTypeError(msg)


def events_at(frame: pd.DataFrame, event_type: str) -> NDArray[np.int64]:
    """Return the positions of the events of one type.

    Parameters
    ----------
    frame : DataFrame
        Events with the column ``event_type``.
    event_type : str
        The type.

    Returns
    -------
    ndarray of int64
        Positions, ascending.
    """
    return _positions(text_column(frame["event_type"]), [event_type])


def _positions(present: pa.ChunkedArray, types: list[str]) -> NDArray[np.int64]:
    mask = pc.is_in(present, value_set=pa.array(types, pa.string()))
    return np.flatnonzero(np.asarray(mask)).astype(np.int64)
