"""Protocols on ports that are not their own: what is found, why, and what is not."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve import EveOptionError, EveTypeError, MissingColumnError
from suricata_eve.analysis import unexpected_ports
from suricata_eve.analysis.ports import REASONS

TIME = pa.timestamp("us", "UTC")
TYPES = {
    "timestamp": TIME,
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "proto": pa.string(),
    "app_proto": pa.string(),
    "app_proto_ts": pa.string(),
    "app_proto_tc": pa.string(),
    "app_proto_orig": pa.string(),
    "direction": pa.string(),
    "flow.start": TIME,
}
RESULT = {
    "first_seen": TIME,
    "flow_id": pa.int64(),
    "client_ip": pa.string(),
    "client_port": pa.uint16(),
    "server_ip": pa.string(),
    "server_port": pa.uint16(),
    "proto": pa.string(),
    "app_proto": pa.string(),
    "reason": pa.string(),
    "expected_ports": pa.string(),
    "port_owner": pa.string(),
    "events": pa.int64(),
    "alerts": pa.int64(),
}
HTTP = "80, 631, 2869, 5357, 5985, 7547"
CLIENT, SERVER = "192.0.2.1", "198.51.100.1"


def event(
    kind: str | None = "flow", app: str | None = None, port: int | None = 80, **more: Any
) -> dict[str, Any]:
    """Return an event from client to server; ``flow=None`` is one without a flow."""
    row = {
        "timestamp": 0,
        "event_type": kind,
        "flow_id": more.pop("flow", 1),
        "src_ip": CLIENT,
        "src_port": more.pop("client", 2000),
        "dest_ip": SERVER,
        "dest_port": port,
        "proto": "TCP",
        "app_proto": app,
    }
    return row | {name.replace("__", "."): value for name, value in more.items()}


def flipped(row: dict[str, Any]) -> dict[str, Any]:
    """Return an event as it is logged for a packet the other way."""
    pairs = {"src_ip": "dest_ip", "src_port": "dest_port", "dest_ip": "src_ip"}
    return row | {a: row[b] for a, b in (pairs | {"dest_port": "src_port"}).items()}


def table(rows: Iterable[Mapping[str, Any]], types: Mapping[str, pa.DataType]) -> pd.DataFrame:
    listed = list(rows)
    columns = {
        name: pd.arrays.ArrowExtensionArray(pa.array([row.get(name) for row in listed], kind))
        for name, kind in types.items()
    }
    return pd.DataFrame(columns)


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    made = table(rows, TYPES)
    return made.set_axis(np.random.default_rng(len(rows)).permutation(len(rows)) + 100)


def told(*rows: dict[str, Any], **options: Any) -> list[tuple[str, int, str]]:
    found = unexpected_ports(frame(*rows), **options)
    return list(zip(found["app_proto"], found["server_port"], found["reason"], strict=True))


def reason(*rows: dict[str, Any], **options: Any) -> str | None:
    """Return the reason of the one flow that these events are of, None if it is in order."""
    found = [why for _, _, why in told(*rows, **options)]
    assert len(found) <= 1
    return found[0] if found else None


def test_the_table_tells_who_what_why_and_how_much() -> None:
    made = frame(
        event(app="http", port=53, timestamp=900, flow__start=100),
        event("alert", "http", 53, timestamp=150, direction="to_server"),
        flipped(event("fileinfo", "http", 53, timestamp=120)),
        event("anomaly", port=53, timestamp=110),
        event(app="ssh", port=2222, flow=2, timestamp=50, flow__start=10),
        event(app="failed", port=50000, flow=3, client=40000, timestamp=60),
        event("tls", port=8443, flow=None, timestamp=None),
        event(app="dns", flow=4, port=53, proto="UDP"),
        event("stats", flow=None),
    )
    ends = {"client_ip": CLIENT, "client_port": 2000, "server_ip": SERVER, "proto": "TCP"}
    tls = "443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 2376, 3269, 5061, 5349, 5671, 5986"
    expected = table(
        [
            ends
            | {
                "first_seen": 10,
                "flow_id": 2,
                "server_port": 2222,
                "app_proto": "ssh",
                "reason": "not_its_port",
                "expected_ports": "22",
                "events": 1,
                "alerts": 0,
            },
            ends
            | {
                "first_seen": 60,
                "flow_id": 3,
                "client_port": 40000,
                "server_port": 50000,
                "app_proto": "failed",
                "reason": "both_ephemeral",
                "events": 1,
                "alerts": 0,
            },
            ends
            | {
                "first_seen": 100,
                "flow_id": 1,
                "server_port": 53,
                "app_proto": "http",
                "reason": "port_of_another",
                "expected_ports": HTTP,
                "port_owner": "dns",
                "events": 4,
                "alerts": 1,
            },
            ends
            | {
                "server_port": 8443,
                "app_proto": "tls",
                "reason": "alternate_port",
                "expected_ports": f"{tls}, 6514, 6697, 8883",
                "port_owner": "tls",
                "events": 1,
                "alerts": 0,
            },
        ],
        RESULT,
    )

    pd.testing.assert_frame_equal(unexpected_ports(made), expected)


def test_a_flow_is_first_seen_when_it_started_as_far_as_that_is_told() -> None:
    """Also where its event is stamped before, as at the end of a capture."""
    made = frame(
        event(app="http", port=53, timestamp=10, flow__start=60),
        event("alert", "http", 53, timestamp=70),
        event("alert", "http", 53, flow=2, timestamp=90),
    )

    assert unexpected_ports(made)["first_seen"].astype("int64").tolist() == [60, 90]


@pytest.mark.parametrize(
    ("app", "proto", "port", "why"),
    [
        ("http", "TCP", 80, None),
        ("http", "TCP", 5985, None),
        ("http", "TCP", 8080, "alternate_port"),
        ("http", "TCP", 8443, "port_of_another"),
        ("http", "TCP", 53, "port_of_another"),
        ("http", "TCP", 443, "port_of_another"),
        ("http", "TCP", 8000, "not_its_port"),
        ("http", "TCP", 4444, "not_its_port"),
        ("http", "TCP", 50080, "not_its_port"),
        ("http2", "TCP", 80, None),
        ("http2", "TCP", 443, "port_of_another"),
        ("websocket", "TCP", 80, None),
        ("doh2", "TCP", 8080, "alternate_port"),
        ("tls", "TCP", 443, None),
        ("tls", "TCP", 853, None),
        ("tls", "TCP", 8443, "alternate_port"),
        ("tls", "TCP", 80, "port_of_another"),
        ("tls", "TCP", 25, "port_of_another"),
        ("tls", "TCP", 4433, "not_its_port"),
        ("quic", "UDP", 443, None),
        ("quic", "UDP", 853, None),
        ("quic", "UDP", 4433, "not_its_port"),
        ("dns", "UDP", 53, None),
        ("dns", "TCP", 53, None),
        ("dns", "UDP", 443, "port_of_another"),
        ("dns", "UDP", 5300, "not_its_port"),
        ("ssh", "TCP", 22, None),
        ("ssh", "TCP", 2222, "not_its_port"),
        ("ssh", "TCP", 443, "port_of_another"),
        ("enip", "UDP", 2222, None),
        ("smb", "TCP", 139, None),
        ("smb", "TCP", 4445, "not_its_port"),
        ("dcerpc", "TCP", 135, None),
        ("dcerpc", "TCP", 49672, None),
        ("dcerpc", "TCP", 8080, "port_of_another"),
        ("ftp-data", "TCP", 20, None),
        ("ftp-data", "TCP", 21008, None),
        ("ftp-data", "TCP", 22, "port_of_another"),
        ("bittorrent-dht", "UDP", 50000, None),
        ("bittorrent-dht", "UDP", 53, "port_of_another"),
        ("ike", "UDP", 4500, None),
        ("ikev2", "UDP", 500, None),
        ("dhcp", "UDP", 68, None),
        ("sip", "UDP", 5061, None),
        ("sip", "TCP", 5061, "port_of_another"),
        ("sip", "UDP", 5062, "not_its_port"),
        ("rfb", "TCP", 5905, None),
        ("mdns", "UDP", 5353, None),
        ("telnet", "TCP", 2323, "not_its_port"),
        ("something-new", "TCP", 1234, None),
        ("something-new", "TCP", 53, "port_of_another"),
        ("failed", "TCP", 80, "unrecognized"),
        ("failed", "UDP", 53, "unrecognized"),
        ("failed", "UDP", 443, "unrecognized"),
        ("failed", "UDP", 80, None),
        ("failed", "UDP", 4500, None),
        ("failed", "TCP", 8080, None),
        ("failed", "TCP", 1389, None),
        ("failed", "TCP", 5432, None),
        ("unknown", "TCP", 53, None),
        (None, "TCP", 53, None),
    ],
)
@pytest.mark.parametrize("kind", ["flow", "alert", "fileinfo", "netflow"])
def test_a_protocol_has_its_ports_on_its_transport(
    kind: str, app: str | None, proto: str, port: int, why: str | None
) -> None:
    """Whichever event tells it; but one direction tells not what was before STARTTLS."""
    if (kind, app, port) == ("netflow", "tls", 25):
        why = None

    assert reason(event(kind, app, port, proto=proto)) == why


@pytest.mark.parametrize(
    ("kind", "port", "proto", "expected"),
    [
        ("http", 4444, "TCP", ("http", 4444, "not_its_port")),
        ("dns", 5300, "UDP", ("dns", 5300, "not_its_port")),
        ("ftp_data", 22, "TCP", ("ftp-data", 22, "port_of_another")),
        ("bittorrent_dht", 53, "UDP", ("bittorrent-dht", 53, "port_of_another")),
    ],
)
def test_an_event_of_a_protocol_is_enough(
    kind: str, port: int, proto: str, expected: tuple[str, int, str]
) -> None:
    assert told(event(kind, None, port, proto=proto, direction="to_server")) == [expected]


@pytest.mark.parametrize("kind", ["anomaly", "arp", "stats", "frame", "packet", "nothing", None])
def test_other_events_tell_no_protocol(kind: str | None) -> None:
    assert reason(event(kind, None, 53)) is None


@pytest.mark.parametrize("proto", [None, "tcp", "SCTP", "132"])
def test_without_a_transport_of_its_own_any_is_in_order(proto: str | None) -> None:
    """And a port belongs to whom it belongs to over TCP or UDP; case does not matter."""
    assert reason(event(app="tls", port=443, proto=proto)) is None
    assert reason(event(app="ssh", port=443, proto=proto)) == "port_of_another"
    if proto != "tcp":
        assert reason(event(app="quic", port=443, proto=proto)) is None
        assert reason(event(app="failed", port=123, proto=proto)) == "unrecognized"


@pytest.mark.parametrize("rows", list(itertools.permutations(range(3))))
def test_a_flow_counts_once_and_its_flow_event_tells_best(rows: tuple[int, ...]) -> None:
    """An early alert and the records of directions do not, whatever their order."""
    events = [
        event(app="ssh", port=443, app_proto_tc="http", timestamp=5),
        event("alert", "failed", 443, timestamp=3),
        flipped(event("netflow", "http", 443, timestamp=6)),
    ]

    assert told(*(events[row] for row in rows)) == [("ssh", 443, "port_of_another")]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # Of several alerts the last: the first is from before STARTTLS.
        (
            [
                event("alert", "tls", 2525, timestamp=2, app_proto_orig="smtp"),
                event("alert", "smtp", 2525, timestamp=1),
            ],
            [("tls", 2525, "not_its_port")],
        ),
        # Data that was not recognized at first.
        (
            [event("alert", "failed", 4444, timestamp=1), event("http", None, 4444)],
            [("http", 4444, "not_its_port")],
        ),
        # One direction was recognized.
        ([event(app="failed", port=465, app_proto_ts="tls")], []),
        ([event(app="failed", port=465, app_proto_tc="smtp")], [("smtp", 465, "port_of_another")]),
        # It was SMTP until the other side did not speak TLS.
        ([event(app="failed", port=25, app_proto_orig="smtp")], []),
        ([event(app="failed", port=2525, app_proto_orig="smtp")], [("smtp", 2525, "not_its_port")]),
        # Both directions as a record each, one of them silent.
        (
            [event("netflow", "unknown", 4444), event("netflow", "http", 4444)],
            [("http", 4444, "not_its_port")],
        ),
    ],
)
def test_the_best_event_of_a_flow_tells_its_protocol(
    events: list[dict[str, Any]], expected: list[tuple[str, int, str]]
) -> None:
    assert told(*events) == expected
    assert told(*reversed(events)) == expected


@pytest.mark.parametrize(
    ("orig", "app", "port", "why"),
    [
        ("smtp", "tls", 25, None),
        ("smtp", "tls", 587, None),
        ("ftp", "tls", 21, None),
        ("http", "tls", 80, None),
        ("http", "tls", 8080, "alternate_port"),
        ("http", "tls", 8002, "not_its_port"),
        ("http", "websocket", 80, None),
        ("http2", "doh2", 80, None),
        ("smtp", "tls", 80, "port_of_another"),
    ],
)
def test_a_protocol_may_be_on_the_port_of_the_one_before(
    orig: str, app: str, port: int, why: str | None
) -> None:
    """STARTTLS, a proxy's CONNECT, an upgrade of HTTP: `app_proto_orig` tells."""
    assert reason(event(app=app, port=port, app_proto_orig=orig)) == why


def test_a_tls_event_alone_does_not_tell_what_was_before() -> None:
    """Only where no event that would tell so is there."""
    assert reason(event("tls", None, 587)) is None
    assert reason(event("tls", None, 587), event(app="tls", port=587)) == "port_of_another"
    assert reason(event("tls", None, 22)) == "port_of_another"


@pytest.mark.parametrize(
    ("client", "server", "app", "why"),
    [
        (32768, 49152, "failed", "both_ephemeral"),
        (65535, 65535, "failed", "both_ephemeral"),
        (32767, 49152, "failed", None),
        (65535, 49151, "failed", None),
        (40500, 33434, "failed", None),  # as of traceroute
        (32768, 49152, "something-new", "both_ephemeral"),
        (32768, 49152, "ftp-data", None),
        (32768, 49152, "http", "not_its_port"),
        (32768, 49152, None, None),  # no data: a scan
        (32768, 49152, "unknown", None),
    ],
)
def test_both_ports_are_ephemeral(
    client: int, server: int, app: str | None, why: str | None
) -> None:
    assert reason(event(app=app, port=server, client=client)) == why


def test_the_servers_port_counts_whichever_way_the_event_was_logged() -> None:
    alert = event("alert", "http", 80, client=50000)

    assert reason(flipped(alert) | {"direction": "to_client"}) is None
    assert reason(flipped(alert), event("http", None, 80, client=50000)) is None
    swapped = flipped(event("alert", "http", 4444)) | {"direction": "to_client"}
    assert told(swapped) == [("http", 4444, "not_its_port")]


def test_where_nothing_tells_the_server_either_port_is_in_order() -> None:
    for made in (event, lambda *args, **more: flipped(event(*args, **more))):
        assert reason(made("alert", "http", 80, client=50000)) is None
        assert reason(made("alert", "http", 8080, client=50000)) == "alternate_port"
        assert reason(made("alert", "failed", 50000, client=40000)) == "both_ephemeral"


def test_a_protocols_port_on_the_clients_side_is_a_reason_of_its_own() -> None:
    """The flow runs the other way, or the client chose that port to pass a filter."""
    assert reason(event(app="http", client=80, port=4444)) == "client_port"
    assert reason(event(app="http", client=80, port=53)) == "port_of_another"
    assert reason(event(app="snmp", client=161, port=40000, proto="UDP")) == "client_port"
    # Answers to a multicast are flows of their own.
    assert reason(event(app="mdns", client=5353, port=40000, proto="UDP")) is None


def test_two_hosts_with_one_flow_id_have_two_flows() -> None:
    made = frame(event(app="http", port=4444), event(app="ssh", port=4444))
    hosts = pd.arrays.ArrowExtensionArray(pa.array(["a", "b"]))

    assert sorted(unexpected_ports(made.assign(host=hosts))["app_proto"]) == ["http", "ssh"]


def test_events_without_a_flow_count_each() -> None:
    rows = [event("http", None, 4444, flow=None) for _ in range(3)]

    assert len(told(*rows)) == 3
    bare = unexpected_ports(frame(*rows).drop(columns="flow_id"))
    assert len(bare) == 3
    assert bare["flow_id"].isna().all()
    assert bare["events"].tolist() == [1, 1, 1]


def test_flow_ids_stay_exact() -> None:
    ids = [2**53 + 1, 2**53 + 2, 2**64 - 1]
    made = frame(*(event(app="http", port=4444, timestamp=n) for n in range(3)))
    wide = made.assign(flow_id=pd.arrays.ArrowExtensionArray(pa.array(ids, pa.uint64())))

    assert unexpected_ports(wide)["flow_id"].tolist() == ids


EXPECTED_CASES: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({"http": [80, 8888]}, event(app="http", port=8888), None),
    ({"http": range(8000, 9000)}, event(app="http", port=8888), None),
    ({"http": np.array([8888], np.uint16)}, event(app="http", port=8888), None),
    ({"http": [8888]}, event(app="http", port=80), "not_its_port"),
    ({"http": []}, event(app="http", port=80), "not_its_port"),
    # The alternatives go with the rest.
    ({"http": [80]}, event(app="http", port=8080), "not_its_port"),
    ({"http": [80, 8443]}, event(app="http", port=8443), None),
    # What follows a protocol does so, unless it is named.
    ({"http": [8888]}, event(app="websocket", port=8888), None),
    ({"http": [8888], "http2": [443]}, event(app="http2", port=8888), "not_its_port"),
    ({"http2": [443]}, event(app="http2", port=443), None),
    ({"http2": [443]}, event(app="http", port=80), None),
    # A protocol that is not known, with ports over any transport.
    ({"something-new": [1234]}, event(app="something-new", port=1234, proto="UDP"), None),
    ({"something-new": [1234]}, event(app="something-new", port=1235), "not_its_port"),
    # A protocol that agrees on ports, agrees on these.
    ({"ftp-data": range(50000, 50100)}, event(app="ftp-data", port=50001), None),
    ({"ftp-data": range(50000, 50100)}, event(app="ftp-data", port=21008), "not_its_port"),
    # Data that Suricata does not know.
    ({"failed": [53]}, event(app="failed", port=53), None),
    ({"failed": [50000]}, event(app="failed", port=50000, client=50000), None),
    ({"failed": [50000]}, event(app="failed", port=50001, client=50000), "both_ephemeral"),
    # Ports that are taken away have no owner, those that are added get none.
    ({"dns": []}, event(app="http", port=53), "not_its_port"),
    ({"dns": []}, event(app="failed", port=53), None),
    ({"ssh": [22, 4444]}, event(app="http", port=4444), "not_its_port"),
    ({"ssh": range(65536)}, event(app="failed", port=4444), None),
    ({}, event(app="http", port=4444), "not_its_port"),
]


@pytest.mark.parametrize(("expected", "row", "why"), EXPECTED_CASES)
def test_expected_replaces_the_ports_of_a_protocol(
    expected: dict[str, Any], row: dict[str, Any], why: str | None
) -> None:
    assert reason(row, expected=expected) == why


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ([], ""),
        ([80], "80"),
        ([8001, 80, 8000, 80], "80, 8000, 8001"),
        ([80, *range(8000, 8011), 9000], "80, 8000-8010, 9000"),
        (range(1, 5000), "1-4999"),
        (range(1, 5000, 2), ", ".join(map(str, range(1, 41, 2))) + ", ..."),
    ],
)
def test_expected_ports_are_short_text(ports: Iterable[int], text: str) -> None:
    found = unexpected_ports(frame(event(app="http", port=7000)), expected={"http": ports})

    assert found["expected_ports"].tolist() == [text]


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ([80], r"^expected maps protocols to their ports, .* is no list$"),
        ({80: [80]}, r"^expected names protocols by text, as app_proto does, not by 80$"),
        ({"http": 80}, r"^expected\['http'\] is a list of ports, such as \[80\], not 80$"),
        ({"http": "80"}, r"^expected\['http'\] is a list of ports"),
        ({"http": ["80"]}, r"^expected\['http'\] holds ports, which are integers, not '80'$"),
        ({"http": [80.0]}, r"holds ports, which are integers, not 80\.0$"),
        ({"http": [True]}, r"holds ports, which are integers, not True$"),
        ({"http": [None]}, r"holds ports, which are integers, not None$"),
    ],
)
def test_what_is_no_table_of_ports_is_a_type_error(expected: Any, message: str) -> None:
    for made in (frame(event()), frame()):
        with pytest.raises(EveTypeError, match=message):
            unexpected_ports(made, expected=expected)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"http": [80, 65536]}, r"^expected\['http'\] holds 65536, and ports are from 0 to 65535$"),
        ({"http": [-1]}, r"holds -1, and ports"),
        ({"HTTP": [80]}, r"^expected names the protocol 'HTTP', which app_proto spells 'http'$"),
        ({"ftp_data": [80]}, r"'ftp_data', which app_proto spells 'ftp-data'$"),
    ],
)
def test_what_suricata_cannot_mean_is_an_option_error(expected: Any, message: str) -> None:
    with pytest.raises(EveOptionError, match=message):
        unexpected_ports(frame(event()), expected=expected)


NEEDED = ["event_type", "timestamp", "src_ip", "src_port", "dest_ip", "dest_port"]


@pytest.mark.parametrize("column", NEEDED)
def test_a_missing_column_is_named(column: str) -> None:
    message = rf"^unexpected_ports\(\) needs the column '{column}', "
    with pytest.raises(MissingColumnError, match=message):
        unexpected_ports(frame(event(app="http")).drop(columns=column))


def test_a_column_that_no_event_has_is_not_missed() -> None:
    """All but the core columns; and events of no protocol need no ports."""
    row = event("http", None, 4444)
    made = frame(row)[NEEDED]

    expected = unexpected_ports(frame(row)).assign(flow_id=None, proto=None)
    expected = expected.astype({name: pd.ArrowDtype(RESULT[name]) for name in ("flow_id", "proto")})
    pd.testing.assert_frame_equal(unexpected_ports(made), expected)
    stats = frame(event("stats"))[["event_type", "timestamp"]]
    pd.testing.assert_frame_equal(unexpected_ports(stats), table([], RESULT))


def test_an_empty_frame_has_the_same_columns() -> None:
    for made in (frame(), frame(event(app="http")), frame(event(app="http", port=4444)).iloc[:0]):
        pd.testing.assert_frame_equal(unexpected_ports(made), table([], RESULT))


def test_an_oriented_frame_tells_the_ends() -> None:
    made = frame(flipped(event("alert", "http", 80, client=50000, direction="to_client")))
    oriented = made.eve.orient().drop(columns=["src_ip", "src_port", "dest_ip", "dest_port"])

    assert len(unexpected_ports(oriented)) == 0
    with pytest.raises(MissingColumnError, match="needs the column 'server_port'"):
        unexpected_ports(oriented.drop(columns="server_port"))


ODD = [
    event(app="http", port=53, timestamp=3, flow__start=1),
    event("alert", "http", 53, timestamp=2, direction="to_server"),
    event(app="ssh", port=443, flow=2, timestamp=5),
    event("tls", None, 8443, flow=3, timestamp=4),
    event("stats", flow=None, client=None, port=None, proto=None),
]


def test_any_dtypes_chunks_and_labels_give_the_same() -> None:
    made = frame(*ODD)
    expected = unexpected_ports(made)
    chunked = pd.concat([made.iloc[[n]] for n in range(len(made))])
    plain = pd.DataFrame(
        {
            name: pd.Series(
                [np.nan if pd.isna(value) else value for value in made[name].tolist()],
                dtype=object if kind in (pa.string(), TIME) else "float64",
            )
            for name, kind in TYPES.items()
        }
    )
    nullable = made.astype(
        {
            name: {pa.string(): "string", TIME: "datetime64[us, UTC]"}.get(kind, "Int64")
            for name, kind in TYPES.items()
        }
    )
    categories = made.astype(dict.fromkeys(("event_type", "app_proto", "proto"), "category"))

    assert len(expected) == 3
    for other in (chunked, plain, nullable, categories, made.set_axis(["x"] * len(made))):
        pd.testing.assert_frame_equal(unexpected_ports(other), expected)


def test_the_frame_stays_as_it_was() -> None:
    made = frame(*ODD)
    before = made.copy(deep=True)

    found = unexpected_ports(made, expected={"ssh": [22]})
    found.iloc[0, 1] = 7

    pd.testing.assert_frame_equal(made, before)


def test_hostile_names_are_names() -> None:
    names = ["'; DROP", "\x00", "=cmd|x", "${jndi:ldap://x}", "HTTP", "a" * 100_000]
    rows = [event(app=name, port=53, flow=n) for n, name in enumerate(names)]

    assert sorted(unexpected_ports(frame(*rows))["app_proto"]) == sorted(names)


# What the ordinary flows of the samples speak; on these ports none of them is reported.
ORDINARY = {
    ("dns", 53),
    ("ftp", 21),
    ("ftp-data", 50000),  # as the server told in the control connection
    ("http", 80),
    ("http2", 80),
    ("mqtt", 1883),
    ("ntp", 123),
    ("rdp", 3389),
    ("sip", 5060),
    ("smb", 445),
    ("smtp", 25),
    ("snmp", 161),
    ("ssh", 22),
    ("telnet", 23),
    ("tftp", 69),
    ("tls", 443),
    ("failed", 1900),  # SSDP, which Suricata does not know
    ("failed", 33434),  # traceroute
}
# All that is reported: protocol, server's port, reason, owner of the port, number of flows.
REPORT = {
    ("http", 53, "port_of_another", "dns"): 2,
    ("http", 8443, "port_of_another", "tls"): 6,
    ("ssh", 443, "port_of_another", "tls"): 1,
    ("tls", 80, "port_of_another", "http"): 1,
    ("http", 8080, "alternate_port", "http"): 6,
    ("tls", 8443, "alternate_port", "tls"): 1,
    ("http", 4444, "not_its_port", None): 6,
    ("http", 8888, "not_its_port", None): 5,
    ("http", 50080, "not_its_port", None): 5,
    ("ssh", 2222, "not_its_port", None): 2,
    ("failed", 49152, "both_ephemeral", None): 1,
    ("failed", 55555, "both_ephemeral", None): 1,
}
# Suricata 7 has no parser for LDAP: to it the callback is data that it does not recognize, on a
# port that says nothing. Suricata 8 names it.
LDAP = {"sample7": {}, "sample8": {("ldap", 1389, "not_its_port", None): 1}}
SAMPLES = pytest.mark.parametrize("sample", list(LDAP))


@SAMPLES
def test_the_whole_report_on_the_samples(request: pytest.FixtureRequest, sample: str) -> None:
    found = unexpected_ports(request.getfixturevalue(sample))

    columns = found[["app_proto", "server_port", "reason", "port_owner"]].astype(object)
    rows = columns.where(columns.notna(), None).itertuples(index=False, name=None)
    assert Counter(rows) == REPORT | LDAP[sample]
    assert found["first_seen"].is_monotonic_increasing
    assert not found["flow_id"].duplicated().any()
    assert set(found["reason"]) < set(REASONS)


@SAMPLES
def test_what_is_not_reported_is_ordinary(request: pytest.FixtureRequest, sample: str) -> None:
    """Each flow event is in the report, or is listed as in order, or had no data."""
    events = request.getfixturevalue(sample)
    flows = events[(events["event_type"] == "flow") & events["app_proto"].notna()]
    reported = flows["flow_id"].isin(unexpected_ports(events)["flow_id"])
    spoken = set(zip(flows["app_proto"], flows["dest_port"], strict=True))
    quiet = flows[~reported]

    odd = {key[:2] for key in REPORT | LDAP[sample]}
    known = ORDINARY | ({("failed", 1389)} if sample == "sample7" else set())
    assert spoken == odd | known
    assert set(zip(quiet["app_proto"], quiet["dest_port"], strict=True)) == known
    assert int(reported.sum()) == sum((REPORT | LDAP[sample]).values())


# What was planted, and with which reason it is found; None is what is not to be found.
PLANTED = {
    "http_on_53_tcp": "port_of_another",
    "http_on_8443": "port_of_another",
    "http_on_4444": "not_its_port",
    "http_on_8080": "alternate_port",
    "http_on_8888": "not_its_port",
    "http_on_50080": "not_its_port",
    "ssh_on_2222": "not_its_port",
    "ssh_to_https_port_mismatch": "port_of_another",
    "tls_on_8443_expired_selfsigned": "alternate_port",
    "tls_on_80": "port_of_another",
    "both_ports_ephemeral": "both_ephemeral",
    "tls_outgoing": None,
    "dns_callback_query": None,
    "dns_nxdomain": None,
    "dns_over_tcp": None,
    "ftp_data_both_ports_high": None,  # the server told that port to the client
    "ftp_login": None,
    "http2_cleartext": None,
    "ipv6_http": None,
    "broken_http": None,
    "no_response": None,
    "range_206": None,
    "redirect_301": None,
    "stream_trouble": None,
    "midstream": None,
    "lost_segment": None,
    "mqtt_scan": None,
    "port_scan_syn": None,  # no data: no protocol
    "rdp_cookie": None,
    "same_5tuple_two_flows": None,
    "same_flow_id_two_flows": None,
    "smb_session": None,
    "smb1_negotiate": None,
    "smtp_mail_with_attachment": None,
    "tftp_read": None,
}


LOG4J = {8443: "port_of_another", 4444: "not_its_port", 8080: "alternate_port"}


@pytest.mark.parametrize("dropped", ["nothing", "flow", "flow and netflow", "app_proto"])
@SAMPLES
def test_what_was_planted_is_found_and_nothing_else_of_it(
    request: pytest.FixtureRequest, truth: dict[str, Any], sample: str, dropped: str
) -> None:
    """Also without flow events, by alerts, files and the events of protocols; or by those alone."""
    events = request.getfixturevalue(sample)
    if dropped == "app_proto":
        events = events.loc[:, ~events.columns.str.startswith("app_proto")]
    else:
        events = events[~events["event_type"].isin(dropped.split(" and "))]
    found = unexpected_ports(events)
    ends = zip(
        found["client_ip"], found["client_port"], found["server_ip"], found["server_port"],
        strict=True,
    )  # fmt: skip
    reasons = dict(zip(ends, found["reason"], strict=True))

    for key, why in PLANTED.items():
        for flow in truth["special"][key]:
            planted = tuple(flow[name] for name in ("src_ip", "src_port", "dest_ip", "dest_port"))
            unheard = key == "both_ports_ephemeral" and dropped in ("flow and netflow", "app_proto")
            assert reasons.get(planted) == (None if unheard else why), key
    for flow in truth["log4j_flows"]:
        planted = tuple(flow[name] for name in ("src_ip", "src_port", "dest_ip", "dest_port"))
        assert reasons.get(planted) == LOG4J.get(flow["dest_port"]), flow["id"]


def test_the_callback_is_found_where_suricata_knows_ldap(
    sample7: pd.DataFrame, sample8: pd.DataFrame, truth: dict[str, Any]
) -> None:
    (callback,) = truth["special"]["ldap_callback"]
    for sample, found in ((sample7, []), (sample8, [callback["src_port"]])):
        report = unexpected_ports(sample)

        assert report["client_port"][report["server_port"] == 1389].tolist() == found


@SAMPLES
def test_expected_silences_what_is_known(request: pytest.FixtureRequest, sample: str) -> None:
    web = [80, 4444, 8080, 8443, 8888, 50080]
    found = unexpected_ports(
        request.getfixturevalue(sample),
        expected={"http": web, "ssh": [22, 2222], "ldap": [389, 1389], "failed": [55555]},
    )

    assert Counter(zip(found["app_proto"], found["server_port"], strict=True)) == {
        ("http", 53): 2,
        ("ssh", 443): 1,
        ("tls", 80): 1,
        ("tls", 8443): 1,
        ("failed", 49152): 1,
    }


@SAMPLES
def test_other_dtypes_give_the_same(request: pytest.FixtureRequest, sample: str) -> None:
    events = request.getfixturevalue(sample)
    kept = ["flow.start", "netflow.start", "direction", "flow.src_ip", "flow.src_port", "host"]
    names = [name for name in events if name in (*TYPES, *kept)]
    target = {"timestamp": "datetime64[us, UTC]", "string": "string", "uint16": "UInt16"}
    nullable = events[names].astype(
        {name: target[str(events[name].dtype).split("[")[0]] for name in names if name != "flow_id"}
        | {"flow_id": "Int64"}
    )

    pd.testing.assert_frame_equal(unexpected_ports(nullable), unexpected_ports(events))


def test_larger_files_have_what_their_flow_events_say(corpus_files: list[Path]) -> None:
    """No flow is found on a port that is its protocol's own, and mail goes over to TLS."""
    for file in corpus_files:
        events = suricata_eve.read_eve(file)
        found = unexpected_ports(events)

        keys = set(zip(found["app_proto"], found["server_port"], strict=True))
        assert not keys & ORDINARY
        assert ("dcerpc", 8080) in keys
        assert not {"bittorrent-dht", "ftp-data", "mdns", "dhcp", "ntp"} & set(found["app_proto"])
        assert len(found) < 0.2 * int((events["event_type"] == "flow").sum())
