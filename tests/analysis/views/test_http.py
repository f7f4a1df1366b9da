"""HTTP is one table, HTTP/2 included."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import http

WHEN = "2026-01-01T00:00:00.000000+0000"


def read(*told: dict[str, Any], kind: str = "http") -> pd.DataFrame:
    events = [{"timestamp": WHEN, "event_type": kind, **each} for each in told]
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, events)).encode()))


def rows(found: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(pa.array(found[name].array).to_pylist() for name in names), strict=True))


def of_flow(found: pd.DataFrame, planted: dict[str, Any]) -> pd.DataFrame:
    ends = (found["client_ip"] == planted["src_ip"]) & (found["client_port"] == planted["src_port"])
    of_it: pd.DataFrame = found[ends]
    return of_it


BOTH = pytest.mark.parametrize("sample", ["sample7", "sample8"])


@BOTH
def test_planted_requests_are_found(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    found = http(request.getfixturevalue(sample), alerts=False)

    for planted in truth["special"]["values_like_numbers"]:
        (row,) = rows(of_flow(found, planted), "url", "user_agent", "referrer", "server_ip")
        assert row == (planted["url"], planted["user_agent"], planted["refer"], planted["dest_ip"])
    (redirect,) = truth["special"]["redirect_301"]
    ((status, target),) = rows(of_flow(found, redirect), "status", "redirect")
    assert status == 301
    assert target is not None
    (silent,) = truth["special"]["no_response"]
    assert rows(of_flow(found, silent), "status", "length") == [(None, 0)]


@BOTH
def test_http2_is_a_protocol_like_others(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    found = http(request.getfixturevalue(sample), alerts=False)
    (planted,) = truth["special"]["http2_cleartext"]

    of_it = of_flow(found, planted)

    assert set(of_it["protocol"]) == {"HTTP/2"}
    asked = of_it[of_it["url"].notna()]
    assert rows(asked, "stream_id", "method", "status", "length") == [(1, "GET", 404, 162)]
    assert set(found["protocol"].dropna()) == {"HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3.9"}


def test_both_releases_tell_the_same_of_one_capture(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    """But they write some at other times, and log HTTP/2 apart."""
    by = ["client_ip", "client_port", "tx_id", "url", "method"]
    tables = []
    for sample in (sample7, sample8):
        found = http(sample, alerts=False)
        found = found[found["protocol"] != "HTTP/2"].sort_values(by, kind="stable")
        tables.append(found.reset_index(drop=True).drop(columns=["flow_id", "timestamp"]))

    assert len(tables[0]) > 1500
    pd.testing.assert_frame_equal(tables[0], tables[1])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"protocol": "HTTP/1.1"}, "HTTP/1.1"),
        ({"version": "2"}, "HTTP/2"),
        ({"protocol": "HTTP/1.1", "version": "2"}, "HTTP/1.1"),
        ({"protocol": "ICAP/1.0"}, "ICAP/1.0"),
        ({}, None),
    ],
)
def test_the_protocol_is_named_with_its_version(told: dict[str, Any], expected: Any) -> None:
    assert rows(http(read({"http": {"url": "/", **told}})), "protocol") == [(expected,)]


def test_port_0_is_no_port() -> None:
    """Suricata 7 writes it for a request that names no host."""
    found = http(read(*({"http": {"http_port": port}} for port in (0, 8080, 65535))))

    assert rows(found, "http_port") == [(None,), (8080,), (65535,)]


def test_an_alert_is_a_row_for_any_field_of_http() -> None:
    frame = read(
        {"http": {"http_response_body": "aGk="}, "alert": {"signature": "one"}},
        {"tls": {"sni": "a"}, "alert": {"signature": "two"}},
        {"http": {}, "alert": {"signature": "three"}},
        kind="alert",
    )

    assert rows(http(frame), "event_type", "signature") == [("alert", "one")]


def test_hostile_text_stays_as_it_is() -> None:
    texts = ["", "\x00", "\u202e", "=1+1", "${jndi:ldap://a}", "\\xe9", "x" * 300_000]

    found = http(read(*({"http": {"url": text, "http_user_agent": text}} for text in texts)))

    assert rows(found, "url", "user_agent") == [(text, text) for text in texts]
