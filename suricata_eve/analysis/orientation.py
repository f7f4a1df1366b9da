"""Who is the client of an event, and who the server.

``src_ip`` and ``dest_ip`` follow the packet: an alert on a response has the server as
its source. What tells the client, best first, and what the column ``orientation`` then
says:

``flow``
    the event itself: its ``flow.src_ip`` (Suricata 7 and later), or it is the ``flow``
    event;
``direction``
    the event's own ``direction``;
``flow_event``
    the ``flow`` event of the same flow;
``event``
    another event of that flow, by its ``flow.src_ip`` or its ``direction``;
``request``
    an event of that flow, or the event itself, of a type that Suricata logs from client to
    server whichever packet came last. DNS responses of Suricata 8 are logged from server to
    client, and so are answers of Suricata 4 and 5, which their port tells;
``src_ip``
    nothing: the source of the packet stands in for the client.

Events are of the same flow by host, flow ID and time
(:mod:`suricata_eve.analysis.connections`), and they only tell of an event that has the
same two endpoints, either way round. Events that contradict each other do not tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import first_places
from suricata_eve.analysis.columns import integer_column, require_columns, require_once
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.endpoints import Columns, combined, endpoint_numbers
from suricata_eve.analysis.rows import take_column
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLIENT_FIRST", "ENDS", "EVIDENCE", "RULES", "has_ends", "orient", "orientation"]

CLIENT_FIRST = (
    "dcerpc",
    "ftp",
    "ftp_data",
    "http",
    "ldap",
    "smb",
    "smtp",
    "ssh",
    "tftp",
    "tls",
)
"""Event types whose ``src_ip`` is the client's, whichever way the last packet went.

Their loggers in Suricata write the header with ``LOG_DIR_FLOW``, client first.
"""

RULES = ("src_ip", "flow", "direction", "flow_event", "event", "request")
"""The values of ``orientation``."""

ENDS = {
    "client_ip": pa.string(),
    "client_port": pa.uint16(),
    "server_ip": pa.string(),
    "server_port": pa.uint16(),
    "orientation": pa.string(),
}
"""The columns that tell client and server, and their types."""

EVIDENCE = (
    *("event_type", "timestamp", "flow_id", "host", "src_ip", "src_port", "dest_ip", "dest_port"),
    *("direction", "flow.src_ip", "flow.src_port", "flow.dest_ip", "flow.dest_port"),
    *("flow.start", "netflow.start", "dns.type"),
)
"""The columns that help to tell."""

_DNS = 53
_NOTHING, _OF_FLOW, _DIRECTION, _FLOW_EVENT, _EVENT, _REQUEST = range(len(RULES))
_UNKNOWN, _AS_LOGGED, _FLIPPED = 0, 1, 2


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
    told = orientation(frame, method="orient")
    earlier = frame.columns.isin(list(ENDS))
    result = frame.loc[:, ~earlier].copy() if earlier.any() else frame.copy()
    for name in ENDS:
        result[name] = told[name].array
    return result


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
    sides, rules = _earlier(events) if names.issuperset(ENDS) else _nothing(events.length)
    own, own_rules = _own(events)
    _fill(sides, rules, own, own_rules)
    by_type = _by_type(events)
    open_rows = np.flatnonzero(sides == _UNKNOWN)
    if len(open_rows) and "flow_id" in names:
        if positions is None:
            flows = connections(frame) if flows is None else flows
            told = _witnesses(_Witnesses(events, flows, own, by_type), open_rows)
        else:
            told = _ask_flows(frame, positions[open_rows], flows)
        sides[open_rows], rules[open_rows] = told
    _fill(sides, rules, by_type, np.where(by_type == _UNKNOWN, _NOTHING, _REQUEST))
    return arrow_frame(_ends(events, sides, rules), index)


def _nothing(length: int) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    return np.full(length, _UNKNOWN, np.int8), np.full(length, _NOTHING, np.int8)


def _fill(
    sides: NDArray[np.int8],
    rules: NDArray[np.int8],
    more: NDArray[np.int8],
    more_rules: NDArray[np.int8],
) -> None:
    """Put in what is told of rows of which nothing was told before."""
    rows = sides == _UNKNOWN
    sides[rows], rules[rows] = more[rows], more_rules[rows]


def _as_they_are(events: Columns) -> dict[str, pa.Array]:
    return {
        name: events.text(name) if pa.types.is_string(kind) else events.ports(name)
        for name, kind in ENDS.items()
    }


def _ends(events: Columns, sides: NDArray[np.int8], rules: NDArray[np.int8]) -> dict[str, pa.Array]:
    flipped = pa.array(sides == _FLIPPED)
    source, target = events.text("src_ip"), events.text("dest_ip")
    source_port, target_port = events.ports("src_port"), events.ports("dest_port")
    # Ports without any address tell of no one.
    nowhere = pc.and_(source.is_null(), target.is_null())
    none = pa.scalar(None, pa.uint16())
    source_port, target_port = (
        pc.if_else(nowhere, none, port) for port in (source_port, target_port)
    )
    names = pa.DictionaryArray.from_arrays(
        pa.array(rules, mask=np.asarray(nowhere)), pa.array(RULES, pa.string())
    )
    return {
        "client_ip": pc.if_else(flipped, target, source),
        "client_port": pc.if_else(flipped, target_port, source_port),
        "server_ip": pc.if_else(flipped, source, target),
        "server_port": pc.if_else(flipped, source_port, target_port),
        "orientation": names.cast(pa.string()),
    }


def _earlier(events: Columns) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
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
    rules = np.asarray(rule.fill_null(_NOTHING)).astype(np.int8)
    told = rules != _NOTHING
    sides = np.select([told & as_logged, told & flipped], [_AS_LOGGED, _FLIPPED], _UNKNOWN)
    return sides.astype(np.int8), np.where(sides == _UNKNOWN, _NOTHING, rules).astype(np.int8)


def _same(one: pa.Array, other: pa.Array) -> NDArray[np.bool_]:
    equal = pc.equal(one, other).fill_null(fill_value=False)
    return np.asarray(pc.or_(equal, pc.and_(one.is_null(), other.is_null())))


def _own(events: Columns) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return what each event says of itself."""
    source, target = events.text("src_ip"), events.text("dest_ip")
    by_flow = _side(events.text("flow.src_ip"), source, target)
    # The same address on both sides, as on the loopback: the port tells.
    same = np.asarray(pc.equal(source, target).fill_null(fill_value=False))
    if same.any():
        ports = (events.ports(name) for name in ("flow.src_port", "src_port", "dest_port"))
        by_port = _side(*ports)
        by_flow[same] = np.where(by_flow[same] == _UNKNOWN, _UNKNOWN, by_port[same])
    by_flow[(by_flow == _UNKNOWN) & _equals(events.text("event_type"), "flow")] = _AS_LOGGED
    direction = events.text("direction")
    by_direction = np.select(
        [_equals(direction, "to_server"), _equals(direction, "to_client")],
        [_AS_LOGGED, _FLIPPED],
        _UNKNOWN,
    )
    sides = np.where(by_flow == _UNKNOWN, by_direction, by_flow).astype(np.int8)
    rules = np.select(
        [by_flow != _UNKNOWN, by_direction != _UNKNOWN], [_OF_FLOW, _DIRECTION], _NOTHING
    )
    return sides, rules.astype(np.int8)


def _by_type(events: Columns) -> NDArray[np.int8]:
    """Return what the type of each event says."""
    event_type = events.text("event_type")
    client_first = np.asarray(pc.is_in(event_type, value_set=pa.array(CLIENT_FIRST)))
    dns, kind = _equals(event_type, "dns"), events.text("dns.type")
    sent = dns & np.asarray(pc.is_in(kind, value_set=pa.array(["query", "request"])))
    came = dns & _equals(kind, "response")
    # Up to Suricata 5 an answer is logged as it came, from 6 on as the query went.
    answer = dns & _equals(kind, "answer")
    if answer.any():
        of_server, to_server = (
            np.asarray(pc.equal(events.ports(f"{side}_port"), _DNS).fill_null(fill_value=False))
            for side in ("src", "dest")
        )
        came |= answer & of_server & ~to_server
        sent |= answer & ~came
    return np.select([client_first | sent, came], [_AS_LOGGED, _FLIPPED], _UNKNOWN).astype(np.int8)


def _equals(data: pa.Array, value: str) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(data, value).fill_null(fill_value=False))


def _side(client: pa.Array, source: pa.Array, target: pa.Array) -> NDArray[np.int8]:
    as_logged = pc.equal(client, source).fill_null(fill_value=False)
    flipped = pc.equal(client, target).fill_null(fill_value=False)
    return _which(np.asarray(as_logged), np.asarray(flipped))


def _which(as_logged: NDArray[np.bool_], flipped: NDArray[np.bool_]) -> NDArray[np.int8]:
    sides = np.where(flipped, np.int8(_FLIPPED), np.int8(_UNKNOWN))
    sides[as_logged] = _AS_LOGGED
    return sides


class _Witnesses(NamedTuple):
    """All events of some flows, and what each says by itself."""

    events: Columns
    flow: NDArray[np.int64]
    own: NDArray[np.int8]
    by_type: NDArray[np.int8]


def _ask_flows(
    frame: pd.DataFrame, asked: NDArray[np.int64], flows: NDArray[np.int64] | None
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return what all events of their flows say of the rows at some positions."""
    ids = integer_column(frame["flow_id"])
    own = integer_column(take_column(frame["flow_id"], asked)).cast(ids.type, safe=False)
    found = np.flatnonzero(np.asarray(pc.is_in(ids, value_set=pc.unique(own).drop_null())))
    names = [name for name in EVIDENCE if name in frame.columns]
    part = pd.DataFrame({name: take_column(frame[name], found).array for name in names})
    place = np.minimum(np.searchsorted(found, asked), max(len(found) - 1, 0))
    # Events without a flow are of none that could be asked.
    known = found[place] == asked if len(found) else np.zeros(len(asked), bool)
    events = Columns(part)
    flow = connections(part) if flows is None else flows[found]
    witnesses = _Witnesses(events, flow, _own(events)[0], _by_type(events))
    sides, rules = _nothing(len(asked))
    sides[known], rules[known] = _witnesses(witnesses, place[known])
    return sides, rules


def _witnesses(
    those: _Witnesses, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return what events say of some of them, those of their flows."""
    events, flow = those.events, those.flow
    source, target = endpoint_numbers(
        [(events.text(f"{side}_ip"), events.ports(f"{side}_port")) for side in ("src", "dest")]
    )
    key = _keys(flow, np.minimum(source, target), np.maximum(source, target))
    size = int(key.max(initial=-1)) + 1
    is_flow = _equals(events.text("event_type"), "flow")
    found, rules = _nothing(len(rows))
    asked, first_is_low = key[rows], source[rows] < target[rows]
    upwards = source < target
    for rule, told in (
        (_FLOW_EVENT, np.where(is_flow, those.own, np.int8(_UNKNOWN))),
        (_EVENT, those.own),
        (_REQUEST, those.by_type),
    ):
        chosen = np.flatnonzero((told != _UNKNOWN) & (flow >= 0))
        # Whether the witness says that the client is the smaller endpoint of the two.
        low = upwards[chosen] == (told[chosen] == _AS_LOGGED)
        says_low, says_high = np.zeros(size, bool), np.zeros(size, bool)
        says_low[key[chosen[low]]] = True
        says_high[key[chosen[~low]]] = True
        clear = says_low[asked] != says_high[asked]
        as_logged = says_low[asked] == first_is_low
        answer = _which(clear & as_logged, clear & ~as_logged)
        _fill(found, rules, answer, np.full(len(rows), rule, np.int8))
    nothing = (source[rows] == target[rows]) | (flow[rows] < 0) | (found == _UNKNOWN)
    found[nothing], rules[nothing] = _UNKNOWN, _NOTHING
    return found, rules


def _keys(
    flow: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give a number to each pair of endpoints of each flow."""
    key = flow + 1
    size = int(key.max(initial=-1)) + 1
    first = first_places(key, size)[key]
    # Nearly all flows have but one pair.
    rows = np.flatnonzero((low != low[first]) | (high != high[first]))
    ends = [np.asarray(pd.factorize(end[rows])[0], np.int64) for end in (low, high)]
    key[rows] = size + combined([flow[rows], *ends])
    return key
