"""SMB is one table."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import smb

WHEN = "2026-01-01T00:00:00.000000+0000"


def read(*told: dict[str, Any], kind: str = "smb") -> pd.DataFrame:
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
def test_planted_sessions_are_found(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    found = smb(request.getfixturevalue(sample), alerts=False)

    (first, _) = truth["special"]["smb_session"]
    steps = rows(of_flow(found, first), "command", "named_pipe", "filename")
    assert [step for step, _, _ in steps] == [
        "SMB2_COMMAND_NEGOTIATE_PROTOCOL",
        "SMB2_COMMAND_SESSION_SETUP",
        "SMB2_COMMAND_SESSION_SETUP",
        "SMB2_COMMAND_TREE_CONNECT",
        "SMB2_COMMAND_CREATE",
    ]
    assert steps[3][1] == r"\\198.51.100.20\IPC$"
    assert steps[4][2] == "srvsvc"
    for planted in truth["special"]["smb1_negotiate"]:
        assert rows(of_flow(found, planted), "command") == [("SMB1_COMMAND_NEGOTIATE_PROTOCOL",)]


def test_both_releases_tell_the_same_of_one_capture(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    seven, eight = (smb(sample).drop(columns="flow_id") for sample in (sample7, sample8))

    pd.testing.assert_frame_equal(seven.reset_index(drop=True), eight.reset_index(drop=True))


def test_numbers_of_sessions_use_all_their_bits() -> None:
    found = smb(read({"smb": {"session_id": 2**64 - 1}}, {"smb": {"session_id": 2**53 + 1}}))

    assert rows(found, "session_id") == [(2**64 - 1,), (2**53 + 1,)]


def test_interfaces_are_their_distinct_uuids() -> None:
    """Suricata 7 repeats one for every transfer syntax that is offered."""
    twice = [{"uuid": "a", "ack_result": 0}, {"uuid": "b"}, {"uuid": "a", "ack_result": 3}]

    found = smb(
        read(
            {"smb": {"dcerpc": {"interfaces": twice}}},
            {"smb": {"dcerpc": {"interfaces": [{"uuid": "b"}], "opnum": 15}}},
            {"smb": {"id": 1}},
            {"smb": {"dcerpc": {"interfaces": []}}},
        )
    )

    assert rows(found, "dcerpc_interfaces", "dcerpc_opnum") == [
        (["a", "b"], None),
        (["b"], 15),
        (None, None),
        (None, None),
    ]


def test_who_logs_on_to_what() -> None:
    ntlm = {"user": "robin", "domain": "LAB", "host": "", "version": "6.1 build 7601 rev 15"}
    tickets = {"realm": "LAB.LOCAL", "snames": ["cifs", "dc1.lab.local"]}

    found = smb(read({"smb": {"ntlmssp": ntlm, "kerberos": tickets}}))

    assert rows(found, *(f"ntlmssp_{name}" for name in ntlm)) == [tuple(ntlm.values())]
    assert rows(found, *(f"kerberos_{name}" for name in tickets)) == [tuple(tickets.values())]
