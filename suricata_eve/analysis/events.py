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

__all__ = ["check_types", "events", "events_at", "types_in", "types_of"]


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
    types = types_of(event_type)
    check_types(types, types_in(frame))
    return take_rows(frame, events_at(frame, types))


def types_of(event_type: str | Iterable[str]) -> list[str]:
    """Return the event types that a caller named.

    Parameters
    ----------
    event_type : str or iterable of str
        One, or several.

    Returns
    -------
    list of str
        At least one.
    """
    types = [event_type] if isinstance(event_type, str) else list(_iterable(event_type))
    if not types:
        msg = "events() was given no event type; name one, such as 'http'"
        raise EveOptionError(msg)
    for name in types:
        if not isinstance(name, str):
            msg = f"an event type is text, not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
    return types


def types_in(frame: pd.DataFrame) -> set[str]:
    """Return the event types of a frame.

    Parameters
    ----------
    frame : DataFrame
        Events with the column ``event_type``.

    Returns
    -------
    set of str
        Those that it has.
    """
    return set(pc.unique(text_column(frame["event_type"])).drop_null().to_pylist())


def check_types(types: Iterable[str], present: Iterable[str]) -> None:
    """Raise the error for an event type that nobody knows.

    Parameters
    ----------
    types : iterable of str
        What a caller named.
    present : iterable of str
        The types of the frame.

    Raises
    ------
    EveOptionError
        If a type is neither one of Suricata's nor in the frame.
    """
    known = {*EVENT_TYPES, *present}
    for name in types:
        if name not in known:
            close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
            hint = f"close: {', '.join(map(repr, close))}" if close else "see df['event_type']"
            msg = f"{name!r} is not an event type of Suricata, nor one of this frame; {hint}"
            raise EveOptionError(msg)


def _iterable(value: Iterable[str]) -> Iterable[str]:
    if isinstance(value, Iterable):
        return value
    msg = f"an event type is text, not {type(value).__name__}: {value!r}"
    raise EveTypeError(msg)


def events_at(frame: pd.DataFrame, event_type: str | Iterable[str]) -> NDArray[np.int64]:
    """Return the positions of the events of some types.

    Parameters
    ----------
    frame : DataFrame
        Events with the column ``event_type``.
    event_type : str or iterable of str
        One type, or several.

    Returns
    -------
    ndarray of int64
        Positions, ascending.
    """
    types = [event_type] if isinstance(event_type, str) else list(event_type)
    present = text_column(frame["event_type"])
    mask = pc.is_in(present, value_set=pa.array(types, pa.string()))
    return np.flatnonzero(np.asarray(mask)).astype(np.int64)
