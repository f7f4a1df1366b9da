"""TLS is one table, in whichever shape a release writes fingerprints."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import tls

WHEN = "2026-01-01T00:00:00.000000+0000"


def read(*told: dict[str, Any], kind: str = "tls") -> pd.DataFrame:
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
def test_planted_certificates_are_found(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    found = tls(request.getfixturevalue(sample), alerts=False)
    made = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)

    for key in ("tls_on_8443_expired_selfsigned", "tls_on_80"):
        (planted,) = truth["special"][key]
        of_it = of_flow(found, planted)
        names = ("server_port", "subject", "issuer", "not_before")
        told = ("CN=localhost", "CN=localhost", made)
        assert rows(of_it, *names) == [(planted["dest_port"], *told)]
        assert (of_it["not_after"] < of_it["timestamp"]).all()
    (outgoing,) = truth["special"]["tls_outgoing"]
    assert rows(of_flow(found, outgoing), "server_ip") == [(outgoing["dest_ip"],)]


def test_both_releases_tell_the_same_of_one_capture(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    """But 7 does not log JA4 and alternative names here, and some sessions at other times."""
    by = ["client_ip", "client_port", "event_type"]
    seven, eight = (
        tls(sample).sort_values(by, kind="stable").reset_index(drop=True)
        for sample in (sample7, sample8)
    )

    assert seven["ja4"].isna().all()
    assert eight["ja4"].notna().all()
    different = ["flow_id", "timestamp", "ja4", "subject_alt_names"]
    pd.testing.assert_frame_equal(seven.drop(columns=different), eight.drop(columns=different))


def test_fingerprints_of_any_shape_are_text() -> None:
    found = tls(
        read(
            {"tls": {"ja3": {"hash": "a", "string": "1,2"}, "ja4": {"hash": "t13"}}},
            {"tls": {"ja3": "b", "ja3s": "c", "ja4": "t12"}},
            {"tls": {"ja3s": {"hash": "d", "string": "3"}}},
        )
    )

    assert rows(found, "ja3", "ja3_string", "ja3s", "ja3s_string", "ja4") == [
        ("a", "1,2", None, None, "t13"),
        ("b", None, "c", None, "t12"),
        (None, None, "d", "3", None),
    ]


def test_certificates_of_both_sides() -> None:
    times = {"notbefore": "2026-01-01T00:00:00", "notafter": "2027-01-01T00:00:00"}
    mine = {"subject": "CN=me", "issuerdn": "CN=ca", "serial": "01", "fingerprint": "aa", **times}
    theirs = {**mine, "subject": "CN=it", "chain": ["a", "b"], "subjectaltname": ["it", "that"]}

    found = tls(read({"tls": {**theirs, "client": mine}}, {"tls": {"sni": "a"}}))

    start, end = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2026, 2027))
    names = ("subject", "issuer", "serial", "fingerprint", "not_before", "not_after")
    assert rows(found, *names)[0] == ("CN=it", "CN=ca", "01", "aa", start, end)
    told = ("CN=me", "CN=ca", "01", "aa", start, end)
    assert rows(found, *(f"client_{name}" for name in names))[0] == told
    assert rows(found, "chain_length", "subject_alt_names") == [(2, ["it", "that"]), (None, None)]


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_chains_are_counted_in_any_frame(backend: Any) -> None:
    lines = (
        json.dumps({"timestamp": WHEN, "event_type": "tls", "tls": {"chain": ["a"] * size}})
        for size in (0, 3)
    )
    frame = suricata_eve.read_eve(io.BytesIO("\n".join(lines).encode()), dtype_backend=backend)

    assert rows(tls(frame), "chain_length") == [(0,), (3,)]


def test_a_session_that_is_not_said_to_be_resumed_is_not_known_to_be_new() -> None:
    found = tls(read({"tls": {"session_resumed": True}}, {"tls": {"sni": "a"}}))

    assert rows(found, "session_resumed") == [(True,), (None,)]
