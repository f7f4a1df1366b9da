"""Laws of unexpected ports: any order, either direction, and nothing where all is expected."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.analysis import unexpected_ports
from suricata_eve.schema.ports import (
    ALTERNATE_PORTS,
    EVENT_PROTOCOLS,
    FOLLOWS,
    MULTICAST,
    NEGOTIATED,
    PORTS,
    WATCHED_PORTS,
)

pytestmark = pytest.mark.property

COLUMNS = {
    "timestamp": pa.timestamp("us", "UTC"),
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "host": pa.string(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "proto": pa.string(),
    "app_proto": pa.string(),
    "app_proto_ts": pa.string(),
    "app_proto_orig": pa.string(),
    "direction": pa.string(),
    "flow.start": pa.timestamp("us", "UTC"),
}
PROTOCOLS = ("dns", "failed", "ftp-data", "http", "http2", "mdns", "new", "quic", "tls", "unknown")


def few(*values: Any) -> st.SearchStrategy[Any]:
    """Few values, so that events meet; the missing one is among them."""
    return st.sampled_from([None, *values])


NUMBERS = few(25, 53, 80, 443, 4444, 5353, 8080, 8443, 40000, 50000)
ROWS = st.fixed_dictionaries(
    {
        "timestamp": few(*range(6)),
        "event_type": few("alert", "flow", "http", "tls", "fileinfo", "netflow", "ftp_data"),
        "flow_id": few(2**53, 2**53 + 1),
        "host": few("a", "b"),
        "src_ip": few("192.0.2.1", "192.0.2.2"),
        "src_port": NUMBERS,
        "dest_ip": few("192.0.2.1", "192.0.2.2"),
        "dest_port": NUMBERS,
        "proto": few("TCP", "UDP", "SCTP"),
        "app_proto": few(*PROTOCOLS),
        "app_proto_ts": few("failed", "tls"),
        "app_proto_orig": few("http", "smtp"),
        "direction": few("to_client", "to_server"),
        "flow.start": few(0, 2),
    }
)
RECORDS = st.lists(ROWS, max_size=8)


def frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.arrays.ArrowExtensionArray(pa.array([row.get(name) for row in rows], kind))
            for name, kind in COLUMNS.items()
        }
    )


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, Any]], random: Any) -> None:
    made = frame(rows)
    order = list(range(len(rows)))
    random.shuffle(order)

    pd.testing.assert_frame_equal(unexpected_ports(made.iloc[order]), unexpected_ports(made))


TURNED = {
    "src_ip": "dest_ip",
    "src_port": "dest_port",
    "dest_ip": "src_ip",
    "dest_port": "src_port",
    "to_client": "to_server",
    "to_server": "to_client",
}


@given(RECORDS, st.data())
def test_the_direction_of_packets_does_not_matter(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """An alert on the answer is of the same flow as one on the request."""
    told = [
        {**row, "event_type": "alert"} if row["direction"] else {**row, "event_type": "flow"}
        for row in rows
    ]
    turned = []
    for row in told:
        if row["direction"] and data.draw(st.booleans()):
            ends = {name: row[other] for name, other in TURNED.items() if name in row}
            turned.append(row | ends | {"direction": TURNED[row["direction"]]})
        else:
            turned.append(row)

    pd.testing.assert_frame_equal(unexpected_ports(frame(turned)), unexpected_ports(frame(told)))


@given(RECORDS)
def test_nothing_is_found_where_all_that_is_seen_is_expected(rows: list[dict[str, Any]]) -> None:
    ports = {row[name] for row in rows for name in ("src_port", "dest_port")} - {None}
    names = {*PROTOCOLS, "smtp", *EVENT_PROTOCOLS.values()}

    assert len(unexpected_ports(frame(rows), expected=dict.fromkeys(names, ports))) == 0


@given(RECORDS, st.sampled_from(["dns", "http", "quic", "tls"]), st.sets(NUMBERS.filter(bool)))
def test_to_expect_more_finds_no_more(
    rows: list[dict[str, Any]], name: str, more: set[int]
) -> None:
    """Where a protocol may be on more ports than known, no other flow is found."""
    made = frame(rows)
    known = of(PORTS, name, None) | of(ALTERNATE_PORTS, name, None)

    found = unexpected_ports(made)
    fewer = unexpected_ports(made, expected={name: known | more})

    columns = ["first_seen", "client_ip", "client_port", "server_port", "app_proto", "events"]
    left = [tuple(map(str, row)) for row in fewer[columns].itertuples(index=False)]
    every = [tuple(map(str, row)) for row in found[columns].itertuples(index=False)]
    assert not Counter(left) - Counter(every)


def of(table: dict[str, dict[str, tuple[int, ...]]], name: str, transport: Any) -> set[int]:
    by_transport = table.get(FOLLOWS.get(name, name), {})
    if transport in by_transport or transport in ("TCP", "UDP"):
        return set(by_transport.get(transport, ()))
    return {port for ports in by_transport.values() for port in ports}


def plain(app: str, before: str | None, transport: str | None, client: int, server: int) -> Any:
    """Return the reason of one flow, in the words of the documentation."""
    spoken = [app, *([before] if before else [])]
    own = [port for name in spoken for port in of(PORTS, name, transport)]
    owners = [
        name
        for table in (PORTS, ALTERNATE_PORTS)
        for name in table
        if server in of(table, name, transport)
    ]
    if server in own or (app in MULTICAST and client in own):
        return None
    if any(server in of(ALTERNATE_PORTS, name, transport) for name in spoken):
        return "alternate_port"
    if app == "failed":
        if any(server in of(WATCHED_PORTS, name, transport) for name in WATCHED_PORTS):
            return "unrecognized"
    elif owners:
        return "port_of_another"
    elif app in NEGOTIATED:
        return None
    elif app in PORTS or app in FOLLOWS:
        return "client_port" if client in own else "not_its_port"
    return "both_ephemeral" if client >= 32768 and server >= 49152 else None


PORT = st.sampled_from(
    sorted(
        {
            port
            for table in (PORTS, ALTERNATE_PORTS)
            for by_transport in table.values()
            for ports in by_transport.values()
            for port in ports
        }
    )
) | st.integers(0, 65535)
FLOWS = st.tuples(
    st.sampled_from([*PORTS, *FOLLOWS, "failed", "new"]),
    few("http", "smtp"),
    few("TCP", "UDP", "SCTP"),
    PORT,
    PORT,
)


@given(st.lists(FLOWS, max_size=8))
def test_the_reasons_are_those_of_plain_python(flows: list[tuple[Any, ...]]) -> None:
    rows = [
        {
            "timestamp": number,
            "event_type": "flow",
            "flow_id": number,
            "src_ip": "192.0.2.1",
            "src_port": client,
            "dest_ip": "192.0.2.2",
            "dest_port": server,
            "proto": transport,
            "app_proto": app,
            # Before what failed is what it was, which is another law.
            "app_proto_orig": None if app == "failed" else before,
        }
        for number, (app, before, transport, client, server) in enumerate(flows)
    ]
    found = unexpected_ports(frame(rows))

    expected = {}
    for number, (app, before, *rest) in enumerate(flows):
        why = plain(app, None if app == "failed" else before, *rest)
        if why:
            expected[number] = why
    assert dict(zip(found["flow_id"], found["reason"], strict=True)) == expected
