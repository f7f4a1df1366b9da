"""The triage summary of a frame: what it counts, and that any frame has one."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pandas as pd
import pytest

import suricata_eve
from suricata_eve.triage import triage


def frame(*events: dict[str, Any]) -> pd.DataFrame:
    text = "".join(json.dumps(event) + "\n" for event in events)
    return suricata_eve.read_eve(io.BytesIO(text.encode()))


def test_every_event_type_is_counted(sample7: pd.DataFrame) -> None:
    section = triage(sample7).partition("Events per type\n")[2].partition("\n\n")[0]
    counts = {kind: int(n.replace(",", "")) for n, kind in re.findall(r"([\d,]+)  (\w+)", section)}

    assert counts == sample7["event_type"].value_counts().to_dict()


def test_the_largest_signature_comes_first_with_its_times(sample7: pd.DataFrame) -> None:
    lines = triage(sample7).partition("Top signatures")[2].splitlines()
    alerts = sample7[sample7["event_type"] == "alert"]
    name = alerts["alert.signature"].value_counts().index[0]
    times = alerts.loc[alerts["alert.signature"] == name, "timestamp"]

    assert lines[2].split() == [
        str(len(times)),
        *f"{times.min():%Y-%m-%d %H:%M:%S}".split(),
        *f"{times.max():%Y-%m-%d %H:%M:%S}".split(),
        *name.split(),
    ]


def test_stats_do_not_stretch_the_time_range() -> None:
    """They carry the time at which Suricata ran, not that of the traffic."""
    text = triage(
        frame(
            {"timestamp": "2022-01-01T00:00:00+0000", "event_type": "dns"},
            {"timestamp": "2026-01-01T00:00:00+0000", "event_type": "stats"},
        )
    )

    assert "2022-01-01 00:00:00 to 2022-01-01 00:00:00 UTC" in text


@pytest.mark.parametrize("signature", ["ET log4J probe", "x JnDi y", "cve-2021-44228"])
def test_log4j_alerts_are_told_by_their_signature(signature: str) -> None:
    alert: dict[str, Any] = {
        "timestamp": "2022-01-01T00:00:00+0000",
        "event_type": "alert",
        "flow_id": 1234567890123456,
        "src_ip": "192.0.2.1",
        "dest_ip": "192.0.2.2",
        "alert": {"signature": signature, "category": "Attempted Administrator Privilege Gain"},
    }

    assert "1234567890123456" in triage(frame(alert))
    assert "No alert mentions Log4j" in triage(
        frame(dict(alert, alert=dict(alert["alert"], signature="log 4 j")))
    )


def test_every_decoded_text_of_the_sample_is_shown(sample7: pd.DataFrame) -> None:
    text = triage(sample7, width=400)

    for decoded in suricata_eve.analysis.payloads(sample7)["decoded"].dropna().unique():
        assert decoded.replace("\n", "\\n")[:200] in text


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"event_type": "alert"}],
        [{"event_type": None}, {"event_type": "x" * 1000}],
        [{"timestamp": "yesterday", "event_type": "alert", "alert": {}}],
        [{"event_type": "alert", "alert": {"signature": "Log4j"}, "timestamp": None}],
        [{"event_type": "alert", "alert": {"signature": "Log4j"}, "timestamp": "2022-01-01"}],
        [{"event_type": f"type {number}"} for number in range(200)],
        [{"event_type": "http", "http": {"url": "${jndi:ldap://h/a}"}}],
    ],
    ids=[
        "nothing",
        "only a type",
        "no type",
        "bad time",
        "no time",
        "no addresses",
        "many types",
        "no alert",
    ],
)
@pytest.mark.filterwarnings("ignore::suricata_eve.EveWarning")
def test_any_frame_has_a_summary(events: list[dict[str, Any]]) -> None:
    text = triage(frame(*events))

    assert text.startswith(f"{len(events):,} events")
    assert len(text.splitlines()) <= 62


def test_the_dtype_backend_does_not_matter(sample7: pd.DataFrame) -> None:
    (path,) = sample7.attrs["eve"]["sources"]
    nullable = suricata_eve.read_eve(path, dtype_backend="numpy_nullable")

    assert triage(nullable) == triage(sample7)
