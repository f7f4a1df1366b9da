"""Client and server are told by the event, by its flow, and by nothing else."""

from __future__ import annotations

import ipaddress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import orientation
from suricata_eve.errors import EveValueError, MissingColumnError

TYPES = {
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "direction": pa.string(),
    "flow.src_ip": pa.string(),
    "flow.src_port": pa.uint16(),
}
CLIENT, SERVER = ("192.0.2.1", 50000), ("198.51.100.1", 80)


def event(
    kind: str, flow: int | None, source: tuple[str, int | None], target: Any, **more: Any
) -> dict[str, Any]:
    known = dict(
        zip(("src_ip", "src_port", "dest_ip", "dest_port"), (*source, *target), strict=True)
    )
    named = {name.replace("__", "."): value for name, value in more.items()}
    return {"event_type": kind, "flow_id": flow, **known, **named}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=pd.ArrowDtype(kind))
        for name, kind in TYPES.items()
    }
    made = pd.DataFrame(columns)
    return made.set_axis(np.random.default_rng(len(rows)).permutation(len(rows)) + 100)


def sides(made: pd.DataFrame, row: int = 0) -> tuple[Any, Any, bool]:
    told = orientation(made).iloc[row]
    return told["client"], told["server"], told["known"]


FLIPPED = event("alert", 1, SERVER, CLIENT)
RIGHT = (CLIENT[0], SERVER[0], True)
UNKNOWN = (SERVER[0], CLIENT[0], False)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([FLIPPED], UNKNOWN),
        ([{**FLIPPED, "flow.src_ip": CLIENT[0]}], RIGHT),
        ([{**FLIPPED, "direction": "to_client"}], RIGHT),
        ([{**FLIPPED, "direction": "to_server"}], (SERVER[0], CLIENT[0], True)),
        ([{**FLIPPED, "flow.src_ip": CLIENT[0], "direction": "to_server"}], RIGHT),
        ([{**FLIPPED, "flow.src_ip": "203.0.113.9", "direction": "to_client"}], RIGHT),
        ([FLIPPED, event("flow", 1, CLIENT, SERVER)], RIGHT),
        ([FLIPPED, event("dns", 1, CLIENT, SERVER)], UNKNOWN),
        ([FLIPPED, event("http", 1, CLIENT, SERVER)], RIGHT),
        ([FLIPPED, event("alert", 1, CLIENT, SERVER, direction="to_server")], RIGHT),
        ([FLIPPED, event("alert", 1, SERVER, CLIENT, direction="to_client")], RIGHT),
        ([FLIPPED, event("alert", 1, SERVER, CLIENT, flow__src_ip=CLIENT[0])], RIGHT),
    ],
)
def test_the_best_evidence_tells(rows: list[dict[str, Any]], expected: tuple[Any, ...]) -> None:
    assert sides(frame(*rows)) == expected


@pytest.mark.parametrize(
    "other",
    [
        event("flow", 2, CLIENT, SERVER),
        event("flow", None, CLIENT, SERVER),
        event("flow", 1, ("203.0.113.5", 50000), SERVER),
        event("flow", 1, (CLIENT[0], 50001), SERVER),
        event("flow", 1, CLIENT, (SERVER[0], None)),
    ],
    ids=["another flow", "no flow", "the id again", "another port", "no port"],
)
def test_an_event_of_another_connection_does_not_tell(other: dict[str, Any]) -> None:
    assert sides(frame(FLIPPED, other)) == UNKNOWN


def test_the_flow_event_tells_before_others() -> None:
    wrong = event("http", 1, SERVER, CLIENT)

    assert sides(frame(FLIPPED, wrong, event("flow", 1, CLIENT, SERVER), wrong)) == RIGHT


def test_events_that_contradict_each_other_do_not_tell() -> None:
    both = [event("flow", 1, CLIENT, SERVER), event("flow", 1, SERVER, CLIENT)]

    assert sides(frame(FLIPPED, *both)) == UNKNOWN


def test_the_same_address_on_both_sides_is_told_by_the_port() -> None:
    local = "127.0.0.1"
    alert = event("alert", 1, (local, 80), (local, 50000))
    itself = {**alert, "flow.src_ip": local, "flow.src_port": 50000}

    for made in (frame(itself), frame(alert, event("flow", 1, (local, 50000), (local, 80)))):
        told = orientation(made).iloc[0]
        assert (told["client_port"], told["server_port"]) == (50000, 80)


def test_the_result_has_the_index_and_dtypes_of_the_contract() -> None:
    made = frame(event("flow", 1, CLIENT, SERVER), {"event_type": "stats"}, FLIPPED)

    told = orientation(made, np.array([2, 1]))

    expected = pd.DataFrame(
        {
            "client": pd.arrays.ArrowExtensionArray(pa.array([CLIENT[0], None], pa.string())),
            "client_port": pd.arrays.ArrowExtensionArray(pa.array([CLIENT[1], None], pa.uint16())),
            "server": pd.arrays.ArrowExtensionArray(pa.array([SERVER[0], None], pa.string())),
            "server_port": pd.arrays.ArrowExtensionArray(pa.array([SERVER[1], None], pa.uint16())),
            "known": pd.arrays.ArrowExtensionArray(pa.array([True, False], pa.bool_())),
        },
        index=made.index[[2, 1]],
    )
    pd.testing.assert_frame_equal(told, expected)


def test_floats_of_json_normalize_do() -> None:
    plain = pd.DataFrame(
        {
            "event_type": ["flow", "alert", "stats"],
            "flow_id": [2.0**50, 2.0**50, np.nan],
            "src_ip": [CLIENT[0], SERVER[0], np.nan],
            "src_port": [50000.0, 80.0, np.nan],
            "dest_ip": [SERVER[0], CLIENT[0], np.nan],
            "dest_port": [80.0, 50000.0, np.nan],
        }
    )

    assert orientation(plain)["client"].tolist()[:2] == [CLIENT[0]] * 2


def test_huge_flow_ids_are_told_apart() -> None:
    made = frame(FLIPPED, event("flow", 2, CLIENT, SERVER), event("flow", 3, SERVER, CLIENT))
    ids = pd.arrays.ArrowExtensionArray(pa.array([2**64 - 1, 2**64 - 1, 2**64 - 2], pa.uint64()))

    assert sides(made.assign(flow_id=ids)) == RIGHT


@pytest.mark.parametrize("name", ["src_ip", "dest_ip"])
def test_the_addresses_are_needed(name: str) -> None:
    with pytest.raises(MissingColumnError, match=f"orientation.. needs the column '{name}'"):
        orientation(frame(FLIPPED).drop(columns=name))


def test_the_other_columns_are_not() -> None:
    assert sides(frame(FLIPPED)[["src_ip", "dest_ip"]]) == UNKNOWN


def test_a_port_that_is_none_is_an_error() -> None:
    with pytest.raises(EveValueError, match="'src_port' holds what is no port"):
        orientation(frame(FLIPPED).assign(src_port=[70000]))


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_without_its_own_evidence_an_alert_is_told_by_its_flow(
    request: pytest.FixtureRequest, sample: str
) -> None:
    """What older releases do not write must not change who the client is."""
    events = request.getfixturevalue(sample)
    with_all = orientation(events)
    poorer = events.drop(columns=["direction", "flow.src_ip", "flow.src_port"], errors="ignore")

    pd.testing.assert_frame_equal(orientation(poorer), with_all)
    with_flow = events["flow_id"].notna().to_numpy(bool)
    assert with_all["known"][with_flow].all()


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_downloads_and_responses_are_turned_round(
    request: pytest.FixtureRequest, sample: str
) -> None:
    events = request.getfixturevalue(sample)
    files = events[events["event_type"] == "fileinfo"]
    told = orientation(events, np.flatnonzero(events["event_type"] == "fileinfo"))

    assert int((told["client"] != files["src_ip"]).sum()) == 1490
    assert all(ipaddress.ip_address(address) for address in told["client"])
