"""Which side of an event is the client's, and what tells it.

What tells the client, best first, and what the column ``orientation`` then says:

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
from suricata_eve.analysis.columns import integer_column
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.endpoints import Columns, combined, endpoint_numbers
from suricata_eve.analysis.rows import take_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "AS_LOGGED",
    "CLIENT_FIRST",
    "EVIDENCE",
    "FLIPPED",
    "NOTHING",
    "RULES",
    "UNKNOWN",
    "Sides",
    "no_sides",
    "sides_of",
]

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

EVIDENCE = (
    *("event_type", "timestamp", "flow_id", "host", "src_ip", "src_port", "dest_ip", "dest_port"),
    *("direction", "flow.src_ip", "flow.src_port", "flow.dest_ip", "flow.dest_port"),
    *("flow.start", "netflow.start", "dns.type"),
)
"""The columns that help to tell."""

UNKNOWN, AS_LOGGED, FLIPPED = 0, 1, 2
"""Which side is the client's: nothing tells, the source's, the destination's."""

NOTHING = 0
"""The rule where nothing tells."""

_DNS = 53
_OF_FLOW, _DIRECTION, _FLOW_EVENT, _EVENT, _REQUEST = range(1, len(RULES))


class Sides(NamedTuple):
    """What is told of events."""

    sides: NDArray[np.int8]
    """Which side of each is the client's."""

    rules: NDArray[np.int8]
    """Which of ``RULES`` tells."""


def no_sides(length: int) -> Sides:
    """Return that nothing is told.

    Parameters
    ----------
    length : int
        Of how many events.

    Returns
    -------
    Sides
        To be filled in.
    """
    return Sides(np.full(length, UNKNOWN, np.int8), np.full(length, NOTHING, np.int8))


def sides_of(
    frame: pd.DataFrame,
    events: Columns,
    positions: NDArray[np.int64] | None = None,
    *,
    earlier: Sides,
    flows: NDArray[np.int64] | None = None,
) -> Sides:
    """Tell which side of events is the client's.

    Parameters
    ----------
    frame : DataFrame
        Events with addresses. Those of all types help to tell.
    events : Columns
        Of the rows to tell about.
    positions : ndarray of int64, optional
        Where these are in the frame; all by default.
    earlier : Sides
        What is known of them already.
    flows : ndarray of int64, optional
        What :func:`connections` tells of all rows, from whoever has asked it already.

    Returns
    -------
    Sides
        Of these rows. ``UNKNOWN`` where nothing tells: the source stands in for the client.
    """
    sides, rules = (known.copy() for known in earlier)
    own, own_rules = _own(events)
    _fill(sides, rules, own, own_rules)
    by_type = _by_type(events)
    open_rows = np.flatnonzero(sides == UNKNOWN)
    if len(open_rows) and "flow_id" in frame.columns:
        if positions is None:
            flows = connections(frame) if flows is None else flows
            told = _witnesses(_Witnesses(events, flows, own, by_type), open_rows)
        else:
            told = _ask_flows(frame, positions[open_rows], flows)
        sides[open_rows], rules[open_rows] = told
    _fill(sides, rules, by_type, np.where(by_type == UNKNOWN, NOTHING, _REQUEST))
    return Sides(sides, rules)


def _fill(
    sides: NDArray[np.int8],
    rules: NDArray[np.int8],
    more: NDArray[np.int8],
    more_rules: NDArray[np.int8],
) -> None:
    """Put in what is told of rows of which nothing was told before."""
    rows = sides == UNKNOWN
    sides[rows], rules[rows] = more[rows], more_rules[rows]


def _own(events: Columns) -> Sides:
    """Return what each event says of itself."""
    source, target = events.text("src_ip"), events.text("dest_ip")
    by_flow = _side(events.text("flow.src_ip"), source, target)
    # The same address on both sides, as on the loopback: the port tells.
    same = np.asarray(pc.equal(source, target).fill_null(fill_value=False))
    if same.any():
        ports = (events.ports(name) for name in ("flow.src_port", "src_port", "dest_port"))
        by_port = _side(*ports)
        by_flow[same] = np.where(by_flow[same] == UNKNOWN, UNKNOWN, by_port[same])
    by_flow[(by_flow == UNKNOWN) & _equals(events.text("event_type"), "flow")] = AS_LOGGED
    direction = events.text("direction")
    by_direction = np.select(
        [_equals(direction, "to_server"), _equals(direction, "to_client")],
        [AS_LOGGED, FLIPPED],
        UNKNOWN,
    )
    sides = np.where(by_flow == UNKNOWN, by_direction, by_flow).astype(np.int8)
    rules = np.select(
        [by_flow != UNKNOWN, by_direction != UNKNOWN], [_OF_FLOW, _DIRECTION], NOTHING
    )
    return Sides(sides, rules.astype(np.int8))


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
    return np.select([client_first | sent, came], [AS_LOGGED, FLIPPED], UNKNOWN).astype(np.int8)


def _equals(data: pa.Array, value: str) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(data, value).fill_null(fill_value=False))


def _side(client: pa.Array, source: pa.Array, target: pa.Array) -> NDArray[np.int8]:
    as_logged = pc.equal(client, source).fill_null(fill_value=False)
    flipped = pc.equal(client, target).fill_null(fill_value=False)
    return _which(np.asarray(as_logged), np.asarray(flipped))


def _which(as_logged: NDArray[np.bool_], flipped: NDArray[np.bool_]) -> NDArray[np.int8]:
    sides = np.where(flipped, np.int8(FLIPPED), np.int8(UNKNOWN))
    sides[as_logged] = AS_LOGGED
    return sides


class _Witnesses(NamedTuple):
    """All events of some flows, and what each says by itself."""

    events: Columns
    flow: NDArray[np.int64]
    own: NDArray[np.int8]
    by_type: NDArray[np.int8]


def _ask_flows(
    frame: pd.DataFrame, asked: NDArray[np.int64], flows: NDArray[np.int64] | None
) -> Sides:
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
    sides, rules = no_sides(len(asked))
    sides[known], rules[known] = _witnesses(witnesses, place[known])
    return Sides(sides, rules)


def _witnesses(those: _Witnesses, rows: NDArray[np.int64]) -> Sides:
    """Return what events say of some of them, those of their flows."""
    events, flow = those.events, those.flow
    source, target = endpoint_numbers(
        [(events.text(f"{side}_ip"), events.ports(f"{side}_port")) for side in ("src", "dest")]
    )
    key = _keys(flow, np.minimum(source, target), np.maximum(source, target))
    size = int(key.max(initial=-1)) + 1
    is_flow = _equals(events.text("event_type"), "flow")
    found, rules = no_sides(len(rows))
    asked, first_is_low = key[rows], source[rows] < target[rows]
    upwards = source < target
    for rule, told in (
        (_FLOW_EVENT, np.where(is_flow, those.own, np.int8(UNKNOWN))),
        (_EVENT, those.own),
        (_REQUEST, those.by_type),
    ):
        chosen = np.flatnonzero((told != UNKNOWN) & (flow >= 0))
        # Whether the witness says that the client is the smaller endpoint of the two.
        low = upwards[chosen] == (told[chosen] == AS_LOGGED)
        says_low, says_high = np.zeros(size, bool), np.zeros(size, bool)
        says_low[key[chosen[low]]] = True
        says_high[key[chosen[~low]]] = True
        clear = says_low[asked] != says_high[asked]
        as_logged = says_low[asked] == first_is_low
        answer = _which(clear & as_logged, clear & ~as_logged)
        _fill(found, rules, answer, np.full(len(rows), rule, np.int8))
    nothing = (source[rows] == target[rows]) | (flow[rows] < 0) | (found == UNKNOWN)
    found[nothing], rules[nothing] = UNKNOWN, NOTHING
    return Sides(found, rules)


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
