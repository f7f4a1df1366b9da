"""Who is the client of an event, and who the server.

``src_ip`` and ``dest_ip`` follow the packet: an alert on a response has the server as its source.
What tells the client is in :mod:`suricata_eve.analysis.sides`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import require_columns, require_once
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.rows import SIDES
from suricata_eve.analysis.sides import (
    AS_LOGGED,
    EVIDENCE,
    FLIPPED,
    NOTHING,
    RULES,
    UNKNOWN,
    Sides,
    no_sides,
    sides_of,
)
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ENDS", "has_ends", "orient", "orient_by", "orientation", "told_sides"]

_TYPES = (pa.string(), pa.uint16(), pa.string(), pa.uint16(), pa.string())

ENDS = dict(zip(SIDES, _TYPES, strict=True))
"""The columns that tell client and server, and their types."""


def orient(frame: pd.DataFrame) -> pd.DataFrame:
    """Add client and server to events.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Those of all types help to tell.

    Returns
    -------
    DataFrame
        The events with the columns of :func:`orientation` behind their own. What an
        earlier call told is kept: a part of an oriented frame stays oriented.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.orient : The same as a method, with examples.
    """
    ends = orientation(frame, method="orient")
    return _beside(_without_ends(frame).copy(), ends)


def orient_by(frame: pd.DataFrame, told: Sides) -> pd.DataFrame:
    """Add client and server to events of which it is known already.

    Parameters
    ----------
    frame : DataFrame
        Events with addresses; it is not changed.
    told : Sides
        What :func:`told_sides` returned for them, together with others of their flows.

    Returns
    -------
    DataFrame
        As :func:`orient` gives it; the columns of events are views.
    """
    ends = arrow_frame(_ends(Columns(frame), told), frame.index)
    return _beside(_without_ends(frame).copy(deep=False), ends)


def _without_ends(frame: pd.DataFrame) -> pd.DataFrame:
    earlier = frame.columns.isin(list(ENDS))
    return frame.loc[:, ~earlier] if earlier.any() else frame


def _beside(frame: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    for name in ENDS:
        frame[name] = ends[name].array
    return frame


def has_ends(frame: pd.DataFrame) -> bool:
    """Tell whether :func:`orientation` can tell of a frame.

    Parameters
    ----------
    frame : DataFrame
        Any frame.

    Returns
    -------
    bool
        Whether it has the addresses of source and destination, or of client and server.
    """
    names = set(frame.columns)
    return {"src_ip", "dest_ip"} <= names or {"client_ip", "server_ip"} <= names


def orientation(
    frame: pd.DataFrame,
    positions: NDArray[np.int64] | None = None,
    *,
    method: str = "orientation",
    flows: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    """Tell client and server of events.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Those of all types help to tell.
    positions : ndarray of int64, optional
        Positions of the rows to tell about; all by default.
    method : str, default "orientation"
        Who asks, for messages.
    flows : ndarray of int64, optional
        What :func:`connections` tells of all rows, from whoever has asked it already.

    Returns
    -------
    DataFrame
        ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` as text and
        ``uint16``; ``orientation``, the rule that told, as text; missing in events without
        addresses. It has the index of these rows. A frame that has ``client_ip`` and
        ``server_ip`` in place of addresses, such as a table of :func:`http`, says so
        itself.

    Raises
    ------
    MissingColumnError
        If the frame has no ``src_ip`` or ``dest_ip``.
    EveValueError
        If a port does not fit in 16 bits, or a column is there twice.
    """
    names = set(frame.columns)
    require_once(frame, (*EVIDENCE, *ENDS), method=method)
    index = frame.index if positions is None else frame.index.take(positions)
    events = Columns(frame, positions)
    if {"client_ip", "server_ip"} <= names and not {"src_ip", "dest_ip"} <= names:
        return arrow_frame(_as_they_are(events), index)
    require_columns(frame, ["src_ip", "dest_ip"], method=method)
    return arrow_frame(_ends(events, _told(frame, events, positions, flows)), index)


def told_sides(frame: pd.DataFrame) -> Sides:
    """Tell which side of events is the client's.

    Parameters
    ----------
    frame : DataFrame
        Events with ``src_ip`` and ``dest_ip``. Those of all types help to tell.

    Returns
    -------
    Sides
        What :func:`orient_by` needs to know of them.
    """
    require_once(frame, (*EVIDENCE, *ENDS), method="orient")
    return _told(frame, Columns(frame))


def _told(
    frame: pd.DataFrame,
    events: Columns,
    positions: NDArray[np.int64] | None = None,
    flows: NDArray[np.int64] | None = None,
) -> Sides:
    known = set(frame.columns).issuperset(ENDS)
    earlier = _earlier(events) if known else no_sides(events.length)
    return sides_of(frame, events, positions, earlier=earlier, flows=flows)


def _as_they_are(events: Columns) -> dict[str, pa.Array]:
    return {
        name: events.text(name) if pa.types.is_string(kind) else events.ports(name)
        for name, kind in ENDS.items()
    }


def _ends(events: Columns, told: Sides) -> dict[str, pa.Array]:
    flipped = pa.array(told.sides == FLIPPED)
    source, target = events.text("src_ip"), events.text("dest_ip")
    source_port, target_port = events.ports("src_port"), events.ports("dest_port")
    # Ports without any address tell of no one.
    nowhere = pc.and_(source.is_null(), target.is_null())
    none = pa.scalar(None, pa.uint16())
    source_port, target_port = (
        pc.if_else(nowhere, none, port) for port in (source_port, target_port)
    )
    names = pa.DictionaryArray.from_arrays(
        pa.array(told.rules, mask=np.asarray(nowhere)), pa.array(RULES, pa.string())
    )
    return {
        "client_ip": pc.if_else(flipped, target, source),
        "client_port": pc.if_else(flipped, target_port, source_port),
        "server_ip": pc.if_else(flipped, source, target),
        "server_port": pc.if_else(flipped, source_port, target_port),
        "orientation": names.cast(pa.string()),
    }


def _earlier(events: Columns) -> Sides:
    """Return what an earlier call told, as far as the addresses are still the same."""
    source, target = events.text("src_ip"), events.text("dest_ip")
    source_port, target_port = events.ports("src_port"), events.ports("dest_port")
    client, server = events.text("client_ip"), events.text("server_ip")
    client_port, server_port = events.ports("client_port"), events.ports("server_port")
    as_logged, flipped = (
        _same(client, one)
        & _same(server, other)
        & _same(client_port, port)
        & _same(server_port, to)
        for one, other, port, to in (
            (source, target, source_port, target_port),
            (target, source, target_port, source_port),
        )
    )
    rule = pc.index_in(events.text("orientation"), value_set=pa.array(RULES, pa.string()))
    rules = np.asarray(rule.fill_null(NOTHING)).astype(np.int8)
    told = rules != NOTHING
    sides = np.select([told & as_logged, told & flipped], [AS_LOGGED, FLIPPED], UNKNOWN)
    rules = np.where(sides == UNKNOWN, NOTHING, rules).astype(np.int8)
    return Sides(sides.astype(np.int8), rules)


def _same(one: pa.Array, other: pa.Array) -> NDArray[np.bool_]:
    equal = pc.equal(one, other).fill_null(fill_value=False)
    return np.asarray(pc.or_(equal, pc.and_(one.is_null(), other.is_null())))
