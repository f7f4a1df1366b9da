"""Edges: which values meet in events, and how often."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import edges, orient
from suricata_eve.analysis.connections import connections
from suricata_eve.errors import EveTypeError, MissingColumnError

TIME = pd.ArrowDtype(pa.timestamp("us", "UTC"))
TYPES = {"count": "int64", "flows": "int64", "alerts": "int64"}


@pytest.fixture(params=["sample7", "sample8"])
def events(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame: pd.DataFrame = request.getfixturevalue(request.param)
    return frame


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("client_ip", "server_ip"),
        ("client_ip", "server_port"),
        ("http.http_user_agent", "client_ip"),
        ("http.hostname", "http.url"),
        ("alert.metadata.tag", "alert.signature"),
        ("server_port", "alert.metadata.tag"),
        ("flow_id", "event_type"),
    ],
)
def test_edges_are_those_of_a_groupby(events: pd.DataFrame, source: str, target: str) -> None:
    told = orient(events).assign(flow=connections(events))
    told = told[told["event_type"] != "stats"]
    for name in (source, target):
        told[name] = told[name].astype(object)
        told = told.explode(name)
    told = told.dropna(subset=[source, target])
    told["alert"] = told["event_type"] == "alert"
    grouped = told.groupby([source, target])
    wanted = pd.DataFrame(
        {
            "count": grouped.size(),
            "flows": grouped["flow"].agg(lambda numbers: len(set(numbers) - {-1})),
            "alerts": grouped["alert"].sum(),
            "first_seen": grouped["timestamp"].min(),
            "last_seen": grouped["timestamp"].max(),
        }
    )
    wanted = wanted.rename_axis(["source", "target"]).reset_index()
    wanted = wanted.sort_values(
        ["count", "source", "target"], ascending=[False, True, True], ignore_index=True
    )

    found = edges(events, source, target)

    assert {name: found[name].dtype for name in TYPES} == {
        name: pd.ArrowDtype(pa.int64()) for name in TYPES
    }
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    assert (found["flows"] <= found["count"]).all()


def test_the_planted_callback_is_an_edge(events: pd.DataFrame, truth: dict[str, Any]) -> None:
    (flow,) = truth["special"]["ldap_callback"]
    found = edges(events).set_index(["source", "target"])

    assert found.loc[(flow["src_ip"], flow["dest_ip"]), "flows"] == 2  # LDAP, and the script
    found = edges(events, "client_ip", "server_port").set_index(["source", "target"])
    assert found.loc[(flow["src_ip"], flow["dest_port"]), "flows"] == 1


@pytest.mark.parametrize("source", ["client_ip", "tls.sni", "server_port"])
def test_without_events_the_columns_stay(sample7: pd.DataFrame, source: str) -> None:
    """And where no event has the field."""
    kinds = {"client_ip": pa.string(), "tls.sni": pa.string(), "server_port": pa.uint16()}
    core = sample7[["timestamp", "event_type", "src_ip", "dest_ip"]]
    for frame in (sample7.iloc[:0], core.iloc[:0], core[core["event_type"] == "stats"]):
        found = edges(frame, source, "http.http_method")

        assert found.dtypes.to_dict() == {
            "source": pd.ArrowDtype(kinds[source]),
            "target": pd.ArrowDtype(pa.string()),
            **dict.fromkeys(TYPES, pd.ArrowDtype(pa.int64())),
            "first_seen": TIME,
            "last_seen": TIME,
        }
        assert len(found) == 0


def test_labels_and_flows_are_not_needed(sample7: pd.DataFrame) -> None:
    frame = sample7.set_axis([5] * len(sample7))
    before = frame.copy()

    pd.testing.assert_frame_equal(edges(frame), edges(sample7))
    pd.testing.assert_frame_equal(frame, before)
    http = sample7[sample7["event_type"] == "http"]
    without = edges(http.drop(columns="flow_id"), "http.url", "http.http_method")
    with_flows = edges(http, "http.url", "http.http_method")
    assert (without["flows"] == 0).all()
    pd.testing.assert_frame_equal(without.drop(columns="flows"), with_flows.drop(columns="flows"))


def test_what_cannot_be_joined_is_an_error(sample7: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match=r"edges\(\) needs the column 'http.user_agent'"):
        edges(sample7, "http.user_agent")
    with pytest.raises(MissingColumnError, match="event_type"):
        edges(sample7.drop(columns="event_type"))
    with pytest.raises(EveTypeError, match=r"edges\(\).*dns\.answers"):
        edges(sample7, "client_ip", "dns.answers")
    with pytest.raises(EveTypeError, match="name of one field"):
        edges(sample7, 5)  # type: ignore[arg-type]
    with pytest.raises(EveTypeError, match="name of one field"):
        edges(sample7, "client_ip", ["a"])  # type: ignore[arg-type]
