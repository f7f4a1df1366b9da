"""The event types, and what to set so that a field is written."""

from __future__ import annotations

import pandas as pd
import pytest

from suricata_eve.schema.event_types import EVENT_TYPES, logger_of, setting_for
from suricata_eve.schema.fields import is_known


def test_the_types_are_sorted_and_distinct() -> None:
    assert list(EVENT_TYPES) == sorted(set(EVENT_TYPES))


def test_what_real_suricata_writes_is_known(sample7: pd.DataFrame, sample8: pd.DataFrame) -> None:
    written = {*sample7["event_type"].dropna(), *sample8["event_type"].dropna()}

    assert written <= set(EVENT_TYPES)


@pytest.mark.parametrize("name", ["alert", "dns", "fileinfo", "flow", "http", "stats", "tls"])
def test_a_type_is_an_object_of_the_schema(name: str) -> None:
    assert is_known(name)


@pytest.mark.parametrize(
    ("path", "logger"),
    [
        ("alert.signature", "alert"),
        ("payload_printable", "alert"),
        ("fileinfo.sha256", "files"),
        ("email.from", "smtp"),
        ("bittorrent_dht.request_type", "bittorrent-dht"),
        ("stream_tcp.packet.len", "stream"),
        ("ikev2.role", "ikev2"),
        ("src_ip", None),
        ("nothing.like.it", None),
    ],
)
def test_a_field_has_the_logger_of_its_object(path: str, logger: str | None) -> None:
    assert logger_of(path) == logger


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("dns.rrname", "type 'dns'"),
        ("payload", "'payload: yes' of type 'alert'"),
        ("http.request_headers", "'dump-all-headers: both' of type 'http'"),
        ("ether.src_mac", "'ethernet: yes' of 'eve-log'"),
        ("http.http2.stream_id", "type 'http2'"),
        ("http.url", "type 'http'"),
        ("engine.message", "'type: json' of an output below 'logging: outputs:'"),
        ("dest_ip", None),
    ],
)
def test_a_setting_says_what_to_put_into_the_configuration(path: str, setting: str | None) -> None:
    assert setting_for(path) == setting
