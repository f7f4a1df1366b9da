"""From some events to everything that shares a value with them."""

from __future__ import annotations

import ipaddress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import alerts, by_flow, orient, orientation, payloads, related
from suricata_eve.analysis.addresses import spellings
from suricata_eve.errors import EveTypeError, EveValueError, MissingColumnError

SAMPLES = ["sample7", "sample8"]


@pytest.fixture(params=SAMPLES)
def events(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame: pd.DataFrame = request.getfixturevalue(request.param)
    return frame


def expected(frame: pd.DataFrame, key: pd.Series, values: Any) -> pd.DataFrame:
    """Filter and sort as one would by hand."""
    rows = frame.assign(key=key)[key.isin(list(values)).to_numpy(bool)].reset_index(names="line")
    rows = rows.sort_values(["key", "timestamp", "line"]).set_index("line")
    rows.index.name = frame.index.name
    return rows.drop(columns="key").dropna(axis="columns", how="all")


@pytest.mark.parametrize("on", ["client_ip", "server_port", "http.hostname"])
def test_related_events_are_those_with_the_same_value(events: pd.DataFrame, on: str) -> None:
    log4j = alerts(events, signature="(?i)log4j")
    told = orient(events)
    values = told[on].loc[log4j.index].dropna().unique()

    found = related(events, log4j, on=on)

    pd.testing.assert_frame_equal(found, expected(events, told[on], values))
    assert len(found) > len(log4j)


def test_the_community_id_leads_to_the_flow(events: pd.DataFrame, truth: dict[str, Any]) -> None:
    """The planted flow's events, whatever its flow ID was in this run."""
    for flow in truth["log4j_flows"][:3]:
        found = related(events, flow["community_id"], on="community_id")

        assert {flow["src_ip"], flow["dest_ip"]} == set(found["src_ip"])
        assert "http" in set(found["event_type"])
        bare = events.drop(columns="community_id")
        assert related(bare, [flow["community_id"]], on="community_id").index.equals(found.index)


def test_on_the_flow_it_is_by_flow(events: pd.DataFrame) -> None:
    chosen = alerts(events, sid=9000021)

    pd.testing.assert_frame_equal(related(events, chosen), by_flow(events, chosen))
    pd.testing.assert_frame_equal(
        related(events, chosen["flow_id"], on="flow_id"), by_flow(events, chosen["flow_id"])
    )


def test_an_address_is_found_however_it_is_spelled(
    events: pd.DataFrame, truth: dict[str, Any]
) -> None:
    """Suricata writes IPv6 in full, people do not."""
    (flow,) = truth["special"]["ipv6_http"]
    parsed = ipaddress.ip_address(flow["src_ip"])

    found = related(events, parsed.exploded, on="client_ip")

    assert len(found) >= 3
    for spelled in (parsed.compressed, parsed.compressed.upper(), [parsed.compressed, "::1"]):
        pd.testing.assert_frame_equal(related(events, spelled, on="client_ip"), found)


def test_an_address_is_spelled_as_a_log_may_have_it() -> None:
    assert spellings("-") == spellings("10.0.0.0/8") == []
    assert spellings("192.0.2.1") == ["192.0.2.1"]
    assert spellings("2001:DB8::1") == [
        "2001:DB8::1",
        "2001:db8::1",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
    ]


def test_alerts_alone_are_told_by_the_events_of_the_log(events: pd.DataFrame) -> None:
    """Though the given frame has left behind the flow event that tells its client."""
    bare = events.drop(columns=["direction", "flow.src_ip", "flow.src_port"])
    chosen = alerts(bare, sid=9000021)

    found = related(bare, chosen, on="client_ip")

    clients = orientation(events)["client_ip"].loc[chosen.index].unique()
    assert set(orientation(bare)["client_ip"].loc[found.index]) == set(clients)


def test_the_concise_view_of_alerts_leads_to_its_clients(events: pd.DataFrame) -> None:
    concise = alerts(events, sid=9000021, view="concise")

    for side in ("client_ip", "server_ip"):
        pd.testing.assert_frame_equal(
            related(events, concise, on=side),
            related(events, alerts(events, sid=9000021), on=side),
        )


def test_text_that_is_no_address_is_found_where_a_log_has_it(sample7: pd.DataFrame) -> None:
    """As in logs whose addresses were replaced by names."""
    named = sample7.head(5).assign(src_ip="client-1")

    assert len(related(named, "client-1", on="src_ip")) == 5


def test_payloads_lead_to_their_clients(events: pd.DataFrame) -> None:
    hidden = payloads(alerts(events, sid=9000001))

    found = related(events, hidden, on="client_ip")

    assert set(orientation(events)["client_ip"].loc[found.index]) == set(hidden["client_ip"])


def test_one_shared_element_of_a_list_is_enough() -> None:
    frame = pd.DataFrame(
        {
            "timestamp": pd.to_datetime([3, 2, 1, 0], unit="s", utc=True),
            "alert.metadata.cve": pd.arrays.ArrowExtensionArray(
                pa.array([["b", "a"], ["c"], None, ["b"]], pa.list_(pa.string()))
            ),
        },
        index=[4, 4, 7, 1],
    )

    assert related(frame, ["b", "c"], on="alert.metadata.cve").index.tolist() == [1, 4, 4]
    assert related(frame, np.array([True, False, False, False]), on="alert.metadata.cve")[
        "timestamp"
    ].tolist() == [frame["timestamp"].iloc[0], frame["timestamp"].iloc[3]]


def test_missing_values_are_not_related(sample7: pd.DataFrame) -> None:
    stats = sample7[sample7["event_type"] == "stats"]

    found = related(sample7, stats, on="client_ip")

    assert len(found) == 0
    assert "timestamp" in found.columns


@pytest.mark.parametrize("dtype", ["uint16[pyarrow]", "Int64", "float64", "object"])
def test_numbers_are_compared_whatever_their_dtype(sample7: pd.DataFrame, dtype: str) -> None:
    ports = pd.Series([4444, 2222], dtype=dtype)

    found = related(sample7, ports, on="server_port")

    assert set(orientation(sample7)["server_port"].loc[found.index]) == {2222, 4444}


@pytest.mark.parametrize(
    ("given", "on", "error", "message"),
    [
        ("a", "http.hostnme", MissingColumnError, "Close to 'http.hostnme': 'http.hostname'"),
        ({"a": 1}, "src_ip", EveTypeError, "events are values, a boolean mask .* not dict"),
        ("10.0.0.0/8", "client_ip", EveValueError, "'10.0.0.0/8' is not an IP address"),
        (["198.51.100.20", "hello"], "src_ip", EveValueError, "'hello' is not an IP address"),
        (5, "flow.src_ip", EveTypeError, "holds IP addresses, which are text, not int64: 5"),
        ("a", "clientip", MissingColumnError, "Close to 'clientip': 'client_ip'"),
        ("a", "http", MissingColumnError, "'http' is an object, and its fields are columns: 'htt"),
        (pd.DataFrame({"timestamp": [], "proto": []}), "client_ip", MissingColumnError, "src_ip"),
        (True, "src_ip", EveTypeError, "one boolean"),
        (np.array([True]), "src_ip", EveValueError, "the mask has 1 values"),
        (pd.DataFrame({"timestamp": []}), "payload_x", MissingColumnError, "payload_x"),
    ],
)
def test_what_cannot_be_used_is_said(
    sample7: pd.DataFrame, given: Any, on: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        related(sample7, given, on=on)
