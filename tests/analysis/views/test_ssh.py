"""SSH is one table."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import ssh


def rows(found: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(pa.array(found[name].array).to_pylist() for name in names), strict=True))


def of_flow(found: pd.DataFrame, planted: dict[str, Any]) -> pd.DataFrame:
    ends = (found["client_ip"] == planted["src_ip"]) & (found["client_port"] == planted["src_port"])
    of_it: pd.DataFrame = found[ends]
    return of_it


BOTH = pytest.mark.parametrize("sample", ["sample7", "sample8"])


@BOTH
def test_planted_sessions_are_found(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    found = ssh(request.getfixturevalue(sample), alerts=False)

    for key in ("ssh_on_2222", "ssh_to_https_port_mismatch"):
        for planted in truth["special"][key]:
            of_it = of_flow(found, planted)
            assert rows(of_it, "server_ip", "server_port") == [
                (planted["dest_ip"], planted["dest_port"])
            ]
            assert of_it["client_software"].notna().all()


def test_both_releases_tell_the_same_of_one_capture(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    seven, eight = (ssh(sample).drop(columns="flow_id") for sample in (sample7, sample8))

    pd.testing.assert_frame_equal(seven.reset_index(drop=True), eight.reset_index(drop=True))


def test_software_and_fingerprints_are_of_their_side() -> None:
    sides = {
        side: {
            "software_version": f"{side} 1",
            "proto_version": "2.0",
            "hassh": {"hash": f"{side} hash", "string": f"{side} string"},
        }
        for side in ("client", "server")
    }
    event = {"timestamp": "2026-01-01T00:00:00Z", "event_type": "ssh", "ssh": sides}

    found = ssh(suricata_eve.read_eve(io.BytesIO(json.dumps(event).encode())))

    for side in ("client", "server"):
        names = [f"{side}_{name}" for name in ("software", "proto", "hassh", "hassh_string")]
        assert rows(found, *names) == [(f"{side} 1", "2.0", f"{side} hash", f"{side} string")]
