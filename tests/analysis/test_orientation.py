"""Client and server are told by the event, by its flow, and by nothing else."""

from __future__ import annotations

import ipaddress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import orient, orientation
from suricata_eve.analysis.connections import connections
from suricata_eve.errors import EveValueError, MissingColumnError

TYPES = {
    "timestamp": pa.timestamp("us", "UTC"),
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "direction": pa.string(),
    "flow.src_ip": pa.string(),
    "flow.src_port": pa.uint16(),
    "flow.start": pa.timestamp("us", "UTC"),
    "dns.type": pa.string(),
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


def sides(made: pd.DataFrame, row: int = 0) -> tuple[Any, Any, str]:
    told = orientation(made).iloc[row]
    return told["client_ip"], told["server_ip"], told["orientation"]


FLIPPED = event("alert", 1, SERVER, CLIENT)
UNKNOWN = (SERVER[0], CLIENT[0], "src_ip")


def right(rule: str) -> tuple[str, str, str]:
    return CLIENT[0], SERVER[0], rule


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([FLIPPED], UNKNOWN),
        ([{**FLIPPED, "flow.src_ip": CLIENT[0]}], right("flow")),
        ([{**FLIPPED, "direction": "to_client"}], right("direction")),
        ([{**FLIPPED, "direction": "to_server"}], (SERVER[0], CLIENT[0], "direction")),
        ([{**FLIPPED, "flow.src_ip": CLIENT[0], "direction": "to_server"}], right("flow")),
        ([{**FLIPPED, "flow.src_ip": "203.0.113.9", "direction": "to_client"}], right("direction")),
        ([FLIPPED, event("flow", 1, CLIENT, SERVER)], right("flow_event")),
        ([FLIPPED, event("dns", 1, CLIENT, SERVER)], UNKNOWN),
        ([FLIPPED, event("http", 1, CLIENT, SERVER)], right("request")),
        ([FLIPPED, event("alert", 1, CLIENT, SERVER, direction="to_server")], right("event")),
        ([FLIPPED, event("alert", 1, SERVER, CLIENT, direction="to_client")], right("event")),
        ([FLIPPED, event("alert", 1, SERVER, CLIENT, flow__src_ip=CLIENT[0])], right("event")),
        ([event("http", None, CLIENT, SERVER)], right("request")),
        ([event("flow", None, CLIENT, SERVER)], right("flow")),
        ([event("dns", 1, SERVER, CLIENT, dns__type="response")], right("request")),
        ([event("dns", 1, CLIENT, SERVER, dns__type="answer")], right("request")),
        ([FLIPPED, event("dns", 1, SERVER, CLIENT, dns__type="response")], right("request")),
        ([FLIPPED, event("dns", 1, CLIENT, SERVER, dns__type="request")], right("request")),
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

    assert sides(frame(FLIPPED, wrong, event("flow", 1, CLIENT, SERVER), wrong)) == right(
        "flow_event"
    )


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
            "client_ip": pd.arrays.ArrowExtensionArray(pa.array([CLIENT[0], None], pa.string())),
            "client_port": pd.arrays.ArrowExtensionArray(pa.array([CLIENT[1], None], pa.uint16())),
            "server_ip": pd.arrays.ArrowExtensionArray(pa.array([SERVER[0], None], pa.string())),
            "server_port": pd.arrays.ArrowExtensionArray(pa.array([SERVER[1], None], pa.uint16())),
            "orientation": pd.arrays.ArrowExtensionArray(
                pa.array(["flow_event", None], pa.string())
            ),
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

    assert orientation(plain)["client_ip"].tolist()[:2] == [CLIENT[0]] * 2


def test_huge_flow_ids_are_told_apart() -> None:
    made = frame(FLIPPED, event("flow", 2, CLIENT, SERVER), event("flow", 3, SERVER, CLIENT))
    ids = pd.arrays.ArrowExtensionArray(pa.array([2**64 - 1, 2**64 - 1, 2**64 - 2], pa.uint64()))

    assert sides(made.assign(flow_id=ids)) == right("flow_event")


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

    told = orientation(poorer)

    pd.testing.assert_frame_equal(
        told.drop(columns="orientation"), with_all.drop(columns="orientation")
    )
    with_flow = events["flow_id"].notna().to_numpy(bool)
    assert set(told["orientation"][with_flow]) == {"flow", "flow_event"}


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_downloads_and_responses_are_turned_round(
    request: pytest.FixtureRequest, sample: str
) -> None:
    events = request.getfixturevalue(sample)
    files = events[events["event_type"] == "fileinfo"]
    told = orientation(events, np.flatnonzero(events["event_type"] == "fileinfo"))

    assert int((told["client_ip"] != files["src_ip"]).sum()) == 1490
    assert all(ipaddress.ip_address(address) for address in told["client_ip"])


End = tuple[str, int]


def planted_flows(truth: dict[str, Any]) -> list[tuple[str, End, End]]:
    """Protocol, client and server of every flow of the truth that tells both."""
    # Suricata counts an ICMP error to the flow that it is about, and logs none of its own.
    special = [
        flow
        for name, flows in truth["special"].items()
        for flow in flows
        if name != "icmp_unreachable"
    ]
    return [
        (flow["proto"], end(flow, "src"), end(flow, "dest"))
        for flow in [*truth["log4j_flows"], *truth["decoys"], *special]
        if "dest_ip" in flow
    ]


def end(flow: dict[str, Any], side: str) -> End:
    """Return an address, as Suricata writes it, and its port, -1 for none."""
    parsed = ipaddress.ip_address(flow[f"{side}_ip"])
    address = str(parsed) if parsed.version == 4 else parsed.exploded
    return address, flow.get(f"{side}_port", -1)


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_every_planted_flow_has_its_client_and_its_server(
    request: pytest.FixtureRequest, sample: str, truth: dict[str, Any]
) -> None:
    """In each of its events, whichever way that was logged."""
    events = orient(request.getfixturevalue(sample))
    ports = events[["client_port", "server_port"]].astype("Int64").fillna(-1)
    clients = list(zip(events["client_ip"], ports["client_port"], strict=True))
    servers = list(zip(events["server_ip"], ports["server_port"], strict=True))
    told = set(zip(events["proto"], clients, servers, strict=True))

    planted = planted_flows(truth)

    assert len(planted) > 150
    assert [flow for flow in planted if flow not in told] == []
    assert [flow for flow in planted if (flow[0], flow[2], flow[1]) in told] == []


RESOLVER = ("198.51.100.53", 53)


@pytest.mark.parametrize("flow", [None, 1])
def test_answers_are_told_by_their_port_where_no_release_is(flow: int | None) -> None:
    """Suricata 4 and 5 log an answer as it came, 6 and 7 as the query went."""
    query = event("dns", flow, CLIENT, RESOLVER, dns__type="query")
    came = event("dns", flow, RESOLVER, CLIENT, dns__type="answer")
    went = event("dns", flow, CLIENT, RESOLVER, dns__type="answer")
    alert = event("alert", flow, RESOLVER, CLIENT)

    told = orientation(frame(query, came, went, alert))

    assert told["client_ip"].tolist()[:3] == [CLIENT[0]] * 3
    assert told["orientation"].tolist()[:3] == ["request"] * 3
    if flow is not None:
        assert told["client_ip"].iloc[3] == CLIENT[0]


@pytest.mark.parametrize("name", ["src_ip", "dest_port", "event_type", "dns.type"])
def test_a_column_that_is_there_twice_is_refused(name: str) -> None:
    made = frame(FLIPPED)

    with pytest.raises(EveValueError, match=rf"orient\(\) needs one column '{name}'"):
        orient(pd.concat([made, made[[name]]], axis=1))


def test_who_asks_is_named() -> None:
    with pytest.raises(MissingColumnError, match=r"orient\(\) needs the column 'src_ip'"):
        orient(frame(FLIPPED).drop(columns="src_ip"))


def moment(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds, unit="s", tz="UTC")


def test_flows_of_one_id_are_told_apart_by_time() -> None:
    """The client of yesterday's flow is not that of today's."""
    made = frame(
        {**FLIPPED, "timestamp": moment(11)},
        {**event("flow", 1, CLIENT, SERVER, flow__start=moment(10)), "timestamp": moment(90)},
        {**event("flow", 1, SERVER, CLIENT, flow__start=moment(50)), "timestamp": moment(91)},
        {**FLIPPED, "timestamp": moment(51)},
    )

    assert sides(made, 0) == right("flow_event")
    assert sides(made, 3) == (SERVER[0], CLIENT[0], "flow_event")


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_a_part_of_an_oriented_frame_stays_oriented(
    request: pytest.FixtureRequest, sample: str
) -> None:
    """Though the events that told are not in it."""
    oriented = orient(request.getfixturevalue(sample))
    files = oriented[oriented["event_type"] == "fileinfo"]

    pd.testing.assert_frame_equal(orient(files), files)
    pd.testing.assert_frame_equal(orientation(files), orientation(oriented).loc[files.index])


def test_what_was_told_of_other_addresses_is_not_kept() -> None:
    made = orient(frame({**FLIPPED, "direction": "to_client"}))

    told = orientation(made.drop(columns="direction").assign(src_ip="203.0.113.7"))

    assert told.iloc[0].tolist() == ["203.0.113.7", 80, CLIENT[0], 50000, "src_ip"]


def test_orient_adds_columns_and_changes_nothing(sample7: pd.DataFrame) -> None:
    before = sample7.copy(deep=True)

    oriented = orient(sample7)

    pd.testing.assert_frame_equal(sample7, before)
    pd.testing.assert_frame_equal(oriented.iloc[:, : sample7.shape[1]], before)
    pd.testing.assert_frame_equal(oriented.iloc[:, sample7.shape[1] :], orientation(sample7))
    assert oriented.attrs == sample7.attrs


def test_a_table_with_client_and_server_tells_by_itself() -> None:
    """As those of the views, which have no source and destination."""
    table = orient(frame({**FLIPPED, "direction": "to_client"}))[["client_ip", "server_ip"]]

    told = orientation(table).iloc[0]

    assert (told["client_ip"], told["server_ip"]) == (CLIENT[0], SERVER[0])
    assert told[["client_port", "server_port", "orientation"]].isna().all()


@pytest.mark.parametrize("positions", [None, [5, 2, 9000], []])
def test_whoever_knows_the_connections_may_tell_them(
    sample8: pd.DataFrame, positions: list[int] | None
) -> None:
    at = None if positions is None else np.array(positions, np.int64)

    found = orientation(sample8, at, flows=connections(sample8))

    pd.testing.assert_frame_equal(found, orientation(sample8, at))
    apart = orientation(sample8, at, flows=np.full(len(sample8), -1))
    assert set(apart["orientation"].dropna()) <= {"src_ip", "flow", "direction", "request"}
