"""Flows, one a row, with the volume each way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import list_elements
from suricata_eve.analysis.columns import joined
from suricata_eve.analysis.views.choice import choose
from suricata_eve.analysis.views.quantities import ratio, seconds, total
from suricata_eve.analysis.views.tables import Column, Rows
from suricata_eve.analysis.views.values import member, to_lists
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["flows"]

_TEXT, _INTEGER, _BOOLEAN = pa.string(), pa.int64(), pa.bool_()
_TIMES = (
    Column("start", UTC_MICROSECONDS, ("flow.start",)),
    Column("end", UTC_MICROSECONDS, ("flow.end",)),
)
_PROTOCOLS = (
    Column("proto", _TEXT, ("proto",)),
    Column("app_proto", _TEXT, ("app_proto",)),
)
_VOLUMES = (
    Column("packets_to_server", _INTEGER, ("flow.pkts_toserver",)),
    Column("packets_to_client", _INTEGER, ("flow.pkts_toclient",)),
    Column("bytes_to_server", _INTEGER, ("flow.bytes_toserver",)),
    Column("bytes_to_client", _INTEGER, ("flow.bytes_toclient",)),
)
_OUTCOME = (
    Column("state", _TEXT, ("flow.state",)),
    Column("reason", _TEXT, ("flow.reason",)),
    Column("alerted", _BOOLEAN, ("flow.alerted",)),
    Column("action", _TEXT, ("flow.action",)),
    Column("tx_count", _INTEGER, ("flow.tx_cnt",)),
    Column("tcp_state", _TEXT, ("tcp.state",)),
    Column("tcp_flags", _TEXT, ("tcp.tcp_flags",)),
    Column("tcp_flags_to_server", _TEXT, ("tcp.tcp_flags_ts",)),
    Column("tcp_flags_to_client", _TEXT, ("tcp.tcp_flags_tc",)),
    Column("icmp_type", _INTEGER, ("icmp_type",)),
    Column("icmp_code", _INTEGER, ("icmp_code",)),
)
_ORIGIN = (
    Column("parent_id", _INTEGER, ("parent_id",)),
    Column("community_id", _TEXT, ("community_id",)),
    Column("host", _TEXT, ("host",)),
)
_FIELDS = (
    *("flow_id", "event_type", "vlan", "flow.exception_policy"),
    *(
        field
        for columns in (_TIMES, _PROTOCOLS, _VOLUMES, _OUTCOME, _ORIGIN)
        for column in columns
        for field in column.fields
    ),
)
_ENDS = ("flow_id", "client_ip", "client_port", "server_ip", "server_port")


def flows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the flows that ``flow`` events tell of, one a row, in the order of their start.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.

    Returns
    -------
    DataFrame
        With the index labels of the events; those that start at once are in the order of
        their ``timestamp`` and then of their place, and those without a start come last.
        The columns:

        - ``start``, ``end`` (timestamp[us, UTC]): of the first and the last packet;
        - ``flow_id`` (int64; uint64 if one exceeds it);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16);
        - ``proto``, ``app_proto`` (string);
        - ``duration`` (double): seconds from start to end, to the microsecond; EVE's own
          ``flow.age`` is cut to whole ones;
        - ``packets_to_server``, ``packets_to_client``, ``bytes_to_server``,
          ``bytes_to_client`` (int64): bytes with all headers; ``packets``, ``bytes``
          (int64): both ways together;
        - ``ratio`` (double): bytes to the client per byte to the server; missing where
          none went to the server;
        - ``state``, ``reason`` (string): how far it came, and why it was logged;
        - ``alerted`` (boolean): whether a rule alerted; ``action`` (string): where the flow
          was dropped, passed or accepted as a whole;
        - ``tx_count`` (int64): transactions, since Suricata 8;
        - ``tcp_state`` (string); ``tcp_flags``, ``tcp_flags_to_server``,
          ``tcp_flags_to_client`` (string): all flags seen, in hexadecimal;
        - ``icmp_type``, ``icmp_code`` (int64);
        - ``exception_policy`` (list of string): exceptions that struck, as
          ``target:policy``;
        - ``vlan`` (list of int64): from the outermost;
        - ``parent_id`` (int64): of the flow that announced this one, as FTP does;
        - ``community_id``, ``host`` (string).

    See Also
    --------
    suricata_eve.accessor.EveAccessor.flows : The same as a method, with examples.
    """
    positions = choose(frame, ["flow"], method="flows")
    start = joined(Rows(frame, positions, method="flows").column(UTC_MICROSECONDS, "flow.start"))
    # Flows that start at once stay in the order of `choose`: by timestamp, then by place.
    positions = positions[np.asarray(pc.sort_indices(start)).astype(np.int64)]
    rows = Rows(frame, positions, method="flows")
    rows.take(_FIELDS)
    common = rows.common()
    data = {
        **rows.columns(_TIMES),
        **{name: common[name] for name in _ENDS},
        **rows.columns(_PROTOCOLS),
    }
    data["duration"] = _duration(data["start"], data["end"])
    data |= rows.columns(_VOLUMES)
    data["packets"] = total(data["packets_to_server"], data["packets_to_client"])
    data["bytes"] = total(data["bytes_to_server"], data["bytes_to_client"])
    data["ratio"] = ratio(data["bytes_to_client"], data["bytes_to_server"])
    data |= rows.columns(_OUTCOME)
    data["exception_policy"] = _policies(rows)
    data["vlan"] = _vlan(rows)
    data |= rows.columns(_ORIGIN)
    rows.warn()
    return arrow_frame(data, rows.index)


def _duration(start: pa.ChunkedArray, end: pa.ChunkedArray) -> pa.ChunkedArray:
    return seconds(pc.subtract(end.cast(pa.int64()), start.cast(pa.int64())))


def _policies(rows: Rows) -> pa.Array:
    """Return the exceptions of each flow as texts."""
    name = "flow.exception_policy"
    parents, objects = rows.objects(name)
    parts = [
        rows.fit(f"{name}[].{key}", member(objects, key), _TEXT) for key in ("target", "policy")
    ]
    return _lists(rows, parents, pc.binary_join_element_wise(*parts, ":"))


def _vlan(rows: Rows) -> pa.Array:
    lists = rows.lists("vlan")
    if lists is None:
        return pa.nulls(len(rows), pa.list_(_INTEGER))
    parents, elements = list_elements(lists)
    return _lists(rows, parents, rows.fit("vlan", elements, _INTEGER))


def _lists(rows: Rows, parents: NDArray[np.int64], elements: pa.Array) -> pa.Array:
    known = elements.is_valid()
    lengths = np.bincount(parents[np.asarray(known, bool)], minlength=len(rows))
    return to_lists(lengths, elements.filter(known))
