"""What happened in a flow, or what a client did, told in order."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.addresses import spellings
from suricata_eve.analysis.chosen import as_series
from suricata_eve.analysis.columns import (
    arrow_column,
    instant_column,
    joined,
    require_columns,
    text_column,
)
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.event_texts import event_texts
from suricata_eve.analysis.flow_events import Flows, flow_positions
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import ENDS, has_ends, orientation
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.templates import only
from suricata_eve.errors import EveTypeError, EveValueError
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FlowsOrClients", "timeline"]

FlowsOrClients: TypeAlias = "Flows | str | IPv4Address | IPv6Address | Iterable[str]"
"""What tells flows, as in :func:`by_flow`, or the addresses of clients."""

# Events of these types go the way that they are logged: that of a packet or of a file.
_ONE_WAY = ("alert", "anomaly", "drop", "fileinfo", "netflow", "packet")
# So do those of these, each about one message, over UDP. Over TCP Suricata logs a message
# with the packet that acknowledges it, which mostly goes the other way.
_MESSAGES = ("bittorrent_dht", "ike", "ikev2", "krb5", "quic", "sip", "snmp")
# And where a field tells what kind of message it is.
_ASKING = {
    ("dns", "dns.type"): ("query", "request"),
    ("krb5", "krb5.msg_type"): ("KRB_AS_REQ", "KRB_TGS_REQ", "KRB_AP_REQ"),
    ("rdp", "rdp.event_type"): ("initial_request", "connect_request"),
}
_ANSWERING = {
    ("dns", "dns.type"): ("answer", "response"),
    ("krb5", "krb5.msg_type"): ("KRB_AS_REP", "KRB_TGS_REP", "KRB_AP_REP", "KRB_ERROR"),
    ("rdp", "rdp.event_type"): ("initial_response", "connect_response"),
}
_TO_SERVER, _TO_CLIENT = "to_server", "to_client"
_ADDRESS = str | IPv4Address | IPv6Address


def timeline(frame: pd.DataFrame, flow: FlowsOrClients) -> pd.DataFrame:
    """Tell what happened in some flows, or what some clients did: a line an event.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Those of all types help to tell who is the client.
    flow : int, str, iterable of int or str, Series, Index, array, mask or DataFrame
        Flow IDs, a mask of events whose flows are meant, or a frame with ``flow_id``; or
        text: the addresses of clients, IPv6 in any spelling.

    Returns
    -------
    DataFrame
        A row per event with its index label, in time order:

        - ``timestamp`` (timestamp[us, UTC]), and ``after`` (duration[us]), the time since
          the first row;
        - ``flow_id`` (int64, or uint64 where an ID needs it), ``event_type`` (string);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16), as
          :func:`orientation` tells them;
        - ``direction`` (string), ``to_server`` or ``to_client``: the way of what the event
          tells of, by its own ``direction``, by the kind of its message, or by its source;
          missing where that is not known, and in events about both ways, such as ``flow``
          and ``http``;
        - ``text`` (string): what happened, in one line, never missing.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.timeline : The same as a method, with examples.
    """
    require_columns(frame, ["event_type", "timestamp"], method="timeline")
    if isinstance(flow, Iterable) and not hasattr(flow, "__len__"):
        flow = list(flow)
    clients = _clients(flow)
    if clients is None:
        order, sides = _of_flows(frame, cast("Flows", flow))
    else:
        order, sides = _of_clients(frame, clients)
    rows = Columns(frame, order)
    times = joined(instant_column(take_column(frame["timestamp"], order)))
    data = {
        "timestamp": times,
        "after": pc.subtract(times, pc.min(times)).cast(pa.duration("us")),
        "flow_id": rows.integers("flow_id"),
        "event_type": rows.text("event_type"),
        **{name: values for name, values in sides.items() if name != "orientation"},
        "direction": _direction(rows, sides),
        "text": event_texts(frame, order),
    }
    return arrow_frame(data, frame.index.take(order))


def _clients(flow: object) -> pa.Array | None:
    """Return the addresses that were given, as EVE may spell them; None if it was flows."""
    if isinstance(flow, _ADDRESS):
        return pa.array(_spelled(flow), pa.string())
    if isinstance(flow, pd.DataFrame | bytes | dict) or not isinstance(flow, Iterable):
        return None
    values = as_series(flow)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "mixed", "mixed-integer"):
        return None
    given = pd.unique(values.dropna()).tolist()
    others = [value for value in given if not isinstance(value, _ADDRESS)]
    if others:
        if len(others) == len(given):
            return None
        msg = (
            f"timeline() was given addresses and what is none, such as {others[0]!r}: ask for "
            f"clients and for flows in two calls"
        )
        raise EveTypeError(msg)
    return pa.array([name for value in given for name in _spelled(value)], pa.string())


def _spelled(address: str | IPv4Address | IPv6Address) -> list[str]:
    """Return an address in the spellings that a log may have."""
    found = spellings(str(address))
    if not found:
        msg = (
            f"{address!r} is not an IP address; name a client such as '192.0.2.1' or "
            f"'2001:db8::1', or a flow by its ID, which is an integer"
        )
        raise EveValueError(msg)
    return found


def _of_flows(frame: pd.DataFrame, flows: Flows) -> tuple[NDArray[np.int64], dict[str, pa.Array]]:
    """Return the positions of the events of some flows in time order, and who talks to whom."""
    if flows is None:
        msg = "timeline() needs flow IDs, a mask or a frame of events, or the address of a client"
        raise EveTypeError(msg)
    order = time_order(frame, flow_positions(frame, flows, method="timeline"))
    if not has_ends(frame):
        return order, {name: pa.nulls(len(order), kind) for name, kind in ENDS.items()}
    return order, _arrays(orientation(frame, order))


def _of_clients(
    frame: pd.DataFrame, clients: pa.Array
) -> tuple[NDArray[np.int64], dict[str, pa.Array]]:
    """Return the positions of what some clients did in time order, and who talks to whom."""
    names = ["src_ip", "dest_ip"]
    if not set(names) <= set(frame.columns) and has_ends(frame):
        names = ["client_ip"]
    require_columns(frame, names, method="timeline")
    with_them = np.zeros(len(frame), bool)
    for name in names:
        with_them |= np.asarray(pc.is_in(text_column(frame[name]), value_set=clients), bool)
    positions = np.flatnonzero(with_them).astype(np.int64)
    told = _arrays(orientation(frame, positions))
    kept = np.asarray(pc.is_in(told["client_ip"], value_set=clients), bool)
    places = np.flatnonzero(kept)
    order = time_order(frame, positions[places])
    found = pa.array(np.searchsorted(positions, order))
    return order, {name: values.take(found) for name, values in told.items()}


def _arrays(told: pd.DataFrame) -> dict[str, pa.Array]:
    return {name: joined(arrow_column(told[name])) for name in ENDS}


def _direction(rows: Columns, sides: dict[str, pa.Array]) -> pa.Array:
    """Tell which way that went of which an event tells."""
    own = rows.text("direction")
    own = only(pc.is_in(own, value_set=pa.array([_TO_SERVER, _TO_CLIENT])), own)
    asked = _where(_is_one(rows, _ASKING), _TO_SERVER)
    answered = _where(_is_one(rows, _ANSWERING), _TO_CLIENT)
    kind = rows.text("event_type")
    datagram = pc.equal(pc.utf8_upper(rows.text("proto")), "UDP").fill_null(fill_value=False)
    one_way = pc.or_(
        pc.is_in(kind, value_set=pa.array(_ONE_WAY)),
        pc.and_(datagram, pc.is_in(kind, value_set=pa.array(_MESSAGES))),
    )
    known = pc.and_(one_way, pc.not_equal(sides["orientation"], "src_ip"))
    same_ip = pc.equal(rows.text("src_ip"), sides["client_ip"])
    same_port = pc.equal(rows.ports("src_port"), sides["client_port"])
    as_logged = pc.and_(same_ip, same_port.fill_null(fill_value=True))
    there = _where(pc.and_(known, as_logged), _TO_SERVER)
    back = _where(pc.and_(known, pc.invert(as_logged)), _TO_CLIENT)
    return pc.coalesce(own, asked, answered, there, back)


def _is_one(rows: Columns, messages: dict[tuple[str, str], tuple[str, ...]]) -> pa.Array:
    """Tell which events are of one of some kinds of messages."""
    kind = rows.text("event_type")
    found = pa.array(np.zeros(rows.length, bool))
    for (event_type, name), values in messages.items():
        is_one = pc.is_in(rows.text(name), value_set=pa.array(values))
        found = pc.or_(found, pc.and_(pc.equal(kind, event_type), is_one))
    return found


def _where(mask: pa.Array, word: str) -> pa.Array:
    return only(mask, pa.repeat(pa.scalar(word), len(mask)))
