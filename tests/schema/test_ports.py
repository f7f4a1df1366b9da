"""The ports of protocols: one owner each, for every protocol that Suricata names."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pandas as pd
import pytest

import suricata_eve
from suricata_eve.schema.event_types import EVENT_TYPES
from suricata_eve.schema.ports import (
    ALTERNATE_PORTS,
    DYNAMIC_PORTS,
    EPHEMERAL_PORTS,
    EVENT_PROTOCOLS,
    FOLLOWS,
    MULTICAST,
    NEGOTIATED,
    PORTS,
    STARTTLS,
    TRANSPORTS,
    WATCHED_PORTS,
)

# Types of events that are no protocol's, and a parser that only shows how to write one.
NO_PROTOCOL = {
    "alert",
    "anomaly",
    "arp",
    "drop",
    "engine",
    "fileinfo",
    "flow",
    "frame",
    "metadata",
    "netflow",
    "packet",
    "stats",
    "stream_tcp",
    "template",
}


@pytest.mark.parametrize("table", [PORTS, ALTERNATE_PORTS, WATCHED_PORTS])
def test_ports_are_ports_sorted_by_transport(table: dict[str, dict[str, tuple[int, ...]]]) -> None:
    for by_transport in table.values():
        assert by_transport
        assert set(by_transport) <= set(TRANSPORTS)
        for ports in by_transport.values():
            assert list(ports) == sorted(set(ports))
            assert all(type(port) is int and 0 < port < DYNAMIC_PORTS.start for port in ports)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_port_has_two_owners(transport: str) -> None:
    """So that it can be told whose port it is; alternate ports count."""
    owners: dict[int, str] = {}
    for name, by_transport in itertools.chain(PORTS.items(), ALTERNATE_PORTS.items()):
        for port in by_transport.get(transport, ()):
            assert owners.setdefault(port, name) == name
        assert not set(PORTS[name].get(transport, ())) & set(
            ALTERNATE_PORTS.get(name, {}).get(transport, ())
        )


def test_every_event_of_a_protocol_has_one() -> None:
    assert set(EVENT_TYPES) - set(EVENT_PROTOCOLS) == NO_PROTOCOL
    assert EVENT_PROTOCOLS["ftp_data"] == "ftp-data"
    assert EVENT_PROTOCOLS["dns"] == "dns"


def test_what_is_said_of_protocols_is_of_known_ones() -> None:
    assert MULTICAST | NEGOTIATED | STARTTLS | set(FOLLOWS.values()) <= set(PORTS)
    assert not set(FOLLOWS) & set(PORTS)
    assert set(ALTERNATE_PORTS) <= set(PORTS)


def test_watched_ports_are_the_protocols_own() -> None:
    for name, by_transport in WATCHED_PORTS.items():
        for transport, ports in by_transport.items():
            assert set(ports) <= set(PORTS[name][transport])
    assert WATCHED_PORTS["ike"] == {"UDP": (500,)}


def test_ephemeral_ports_hold_the_dynamic_ones() -> None:
    assert EPHEMERAL_PORTS[0] == 32768
    assert DYNAMIC_PORTS[0] == 49152
    assert EPHEMERAL_PORTS[-1] == DYNAMIC_PORTS[-1] == 65535


def names_in(column: pd.Series) -> set[str]:
    return set(column.dropna()) - {"failed", "unknown"}


def test_every_protocol_in_the_samples_is_known(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    for sample in (sample7, sample8):
        assert names_in(sample["app_proto"]) <= {*PORTS, *FOLLOWS}


def test_every_protocol_in_larger_files_is_known(corpus_files: list[Path]) -> None:
    for file in corpus_files:
        names: set[str] = set()
        events = suricata_eve.read_eve(file, columns=["app_proto", "app_proto_orig"])
        for column in events:
            names |= names_in(events[column])

        assert names <= {*PORTS, *FOLLOWS}, json.dumps(sorted(names))
