"""Which events have which values of a field, whatever the dtype of its column.

A field is mostly a column. What :func:`orientation` tells of an event, such as
``client_ip``, and the Community ID are fields also of frames that have no such column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.codes import encode, is_list, list_elements
from suricata_eve.analysis.columns import (
    arrow_column,
    joined,
    require_columns,
    spelling,
    taken,
)
from suricata_eve.analysis.communityid import community_id
from suricata_eve.analysis.orientation import ENDS, orientation
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveTypeError, EveValueError
from suricata_eve.normalize import normalize_types
from suricata_eve.schema import fields as schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Occurrences", "Sides", "field_at", "occurrences", "typed"]

_DERIVED = (*ENDS, "community_id")
"""Fields also of frames that have no such column."""


class Sides:
    """Client and server of the events of a frame, told once.

    Parameters
    ----------
    frame : DataFrame
        Events.
    flows : ndarray of int64, optional
        What :func:`connections` tells of all of them, from whoever has asked it already.
    """

    def __init__(self, frame: pd.DataFrame, flows: NDArray[np.int64] | None = None) -> None:
        self._frame = frame
        self._flows = flows
        self._told: pd.DataFrame | None = None
        self._positions: NDArray[np.int64] | None = None  # None: of all

    def column(self, name: str, positions: NDArray[np.int64]) -> pa.Array:
        """Return what is told of some events.

        Parameters
        ----------
        name : str
            A column that `orientation` gives.
        positions : ndarray of int64
            Positions of events, ascending.

        Returns
        -------
        pyarrow.Array
            A value for each of them.

        Raises
        ------
        MissingColumnError
            If the frame has no addresses.
        """
        if self._told is None or not self._knows(positions):
            # Of many events it is quicker to tell of all.
            most = 2 * len(positions) > len(self._frame)
            self._positions = None if most else np.unique(positions)
            self._told = orientation(self._frame, self._positions, flows=self._flows)
        if self._positions is not None:
            positions = np.searchsorted(self._positions, positions)
        return taken(joined(arrow_column(self._told[name])), positions)

    def _knows(self, positions: NDArray[np.int64]) -> bool:
        if self._positions is None:
            return True
        places = np.searchsorted(self._positions, positions)
        inside = places < len(self._positions)
        return bool(inside.all()) and bool((self._positions[places] == positions).all())


class Occurrences(NamedTuple):
    """The values of a field, and which event has which."""

    events: NDArray[np.int64]
    """Positions of events, ascending; one that holds several values comes several times."""

    codes: NDArray[np.int64]
    """For each of these the number of its value; an event has a value once."""

    distinct: pa.Array
    """The distinct values by number, of a field of lists those of their elements."""


def _is_elsewhere(frame: pd.DataFrame, field: str) -> bool:
    """Tell whether a column looks as if it held the field: an object, or one spelled alike."""
    labels: list[object] = list(frame.columns)
    names = [name for name in labels if isinstance(name, str)]
    if any(field.startswith(f"{name}.") and _holds_objects(frame[name]) for name in names):
        return True
    spelled = spelling(field)
    return schema.field(field) is not None and any(
        spelling(name) == spelled or ("." in field and name.endswith(f".{field}"))
        for name in names
        if not schema.is_known(name)
    )


def _holds_objects(column: pd.Series) -> bool:
    """Tell whether a column is not flat; one of scalars may stand beside ``<its name>.<key>``."""
    if isinstance(column.dtype, pd.ArrowDtype):
        return bool(pa.types.is_struct(column.dtype.pyarrow_dtype))
    there = column.dropna()
    return column.dtype == object and len(there) > 0 and isinstance(there.iloc[0], dict)


def _derived(
    frame: pd.DataFrame, field: str, positions: NDArray[np.int64], sides: Sides
) -> pa.Array | None:
    """Return a field that is no column, for some events, from what they have; None if it is."""
    if field in frame.columns:
        return None
    if field in ENDS:
        return sides.column(field, positions)
    if field == "community_id" and {"src_ip", "dest_ip", "proto"} <= set(frame.columns):
        return joined(arrow_column(take_column(community_id(frame), positions)))
    return None


def typed(column: pd.Series) -> pa.ChunkedArray:
    """Return the values of a column, of the type that ``read_eve`` would give them.

    Parameters
    ----------
    column : Series
        Any column. One of an Arrow dtype stays as it is.

    Returns
    -------
    pyarrow.ChunkedArray
        The values.
    """
    if isinstance(column.dtype, pd.ArrowDtype):
        return arrow_column(column)
    try:
        normal = normalize_types(pd.DataFrame({column.name: column.reset_index(drop=True)}))
    except EveValueError:
        return arrow_column(column)  # not what the schema says, as `read_eve` may give it too
    # A column of objects would become several.
    return arrow_column(normal[column.name] if list(normal) == [column.name] else column)


def field_at(
    frame: pd.DataFrame,
    field: str,
    positions: NDArray[np.int64],
    *,
    method: str,
    sides: Sides,
) -> pa.Array:
    """Return the values of a field of scalars.

    Parameters
    ----------
    frame : DataFrame
        Events.
    field : str
        A field of them.
    positions : ndarray of int64
        Positions of events, ascending.
    method : str
        The method that asks, for messages.
    sides : Sides
        Client and server of the frame's events.

    Returns
    -------
    pyarrow.Array
        A value per position, null where the event has none.

    Raises
    ------
    MissingColumnError
        If there is no such field.
    EveTypeError
        If its values are lists or objects.
    """
    derived = _derived(frame, field, positions, sides)
    if derived is None:
        require_columns(frame, [field], method=method, also=_DERIVED)
        derived = joined(typed(take_column(frame[field], positions)))
    data = derived
    if pa.types.is_nested(data.type):
        msg = (
            f"{method}() cannot group by {field!r}, whose values are lists or objects; "
            f"group by a column of scalars"
        )
        raise EveTypeError(msg)
    return data


def occurrences(
    frame: pd.DataFrame, field: str, *, method: str, sides: Sides, optional: bool = False
) -> Occurrences:
    """Return which events have which values of a field.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    field : str
        A field of them.
    method : str
        The method that asks, for messages.
    sides : Sides
        Client and server of the frame's events.
    optional : bool, default False
        Whether a frame without the field is one without values: a field that no event has
        makes no column.

    Returns
    -------
    Occurrences
        The values.

    Raises
    ------
    MissingColumnError
        If there is no such field.
    """
    if not isinstance(field, str):
        msg = f"{method}() takes the name of one field, not {type(field).__name__}: {field!r}"
        raise EveTypeError(msg)
    if "timestamp" in frame.columns:
        require_columns(frame, ["timestamp"], method=method)  # one of it
    derived = _derived(frame, field, np.arange(len(frame)), sides)
    if derived is not None:
        data = pa.chunked_array([derived])
    elif optional and field not in frame.columns and not _is_elsewhere(frame, field):
        kind = schema.arrow_type(field) or pa.null()
        data = pa.chunked_array([], kind.value_type if is_list(kind) else kind)
    else:
        require_columns(frame, [field], method=method, also=_DERIVED)
        data = typed(frame[field])
    return _numbered(*_present(data))


def _present(data: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    """Return the positions of the values that are there, and these values."""
    places, chunks, start = [np.empty(0, np.int64)], [], 0
    for chunk in data.chunks:
        missing = chunk.null_count
        if missing == 0:
            places.append(np.arange(start, start + len(chunk)))
            chunks.append(chunk)
        elif missing < len(chunk):
            places.append(np.flatnonzero(np.asarray(chunk.is_valid())) + start)
            chunks.append(chunk.drop_null())
        start += len(chunk)
    return np.concatenate(places).astype(np.int64), joined(pa.chunked_array(chunks, data.type))


def _numbered(events: NDArray[np.int64], data: pa.Array) -> Occurrences:
    if not is_list(data.type):
        codes, values = encode(data)
        return Occurrences(events, codes, _plain(values))
    parents, elements = list_elements(data)
    codes, values = encode(elements)
    parents, codes = parents[codes >= 0], codes[codes >= 0]
    # An event that holds a value twice has it.
    pairs = pd.unique(parents * max(len(values), 1) + codes)
    parents, codes = np.divmod(pairs, max(len(values), 1))
    return Occurrences(events[parents], codes, _plain(values))


def _plain(values: pa.Array) -> pa.Array:
    if pa.types.is_large_string(values.type):
        try:
            return values.cast(pa.string())
        except pa.ArrowInvalid:  # more than 2 GB of distinct text
            return values
    return values
