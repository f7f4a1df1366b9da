"""A graph of networkx is the table of edges, and goes to every format of files."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import networkx as nx
import pandas as pd
import pytest

import suricata_eve
from suricata_eve import MissingDependencyError, to_networkx
from suricata_eve.analysis import edges


@pytest.fixture(params=["sample7", "sample8"])
def events(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame: pd.DataFrame = request.getfixturevalue(request.param)
    return frame


FIELDS = [
    ("client_ip", "server_ip"),
    ("http.http_user_agent", "server_port"),
    ("alert.metadata.tag", "client_ip"),
]


@pytest.mark.parametrize(("source", "target"), FIELDS)
def test_a_graph_is_the_table_of_edges(events: pd.DataFrame, source: str, target: str) -> None:
    """Read back by networkx, and degrees are the sums of the table."""
    table = edges(events, source, target)
    graph = to_networkx(events, source, target)

    back = nx.to_pandas_edgelist(graph).set_index(["source", "target"])
    table = table.set_index(["source", "target"])
    assert set(back.index) == set(table.index)
    for name in ("count", "flows", "alerts"):
        assert back[name].to_dict() == table[name].to_dict()
    assert (back["weight"] == back["count"]).all()
    assert pd.to_datetime(back["first_seen"]).to_dict() == table["first_seen"].to_dict()
    assert pd.to_datetime(back["last_seen"]).to_dict() == table["last_seen"].to_dict()
    sums = table.groupby("source")["count"].sum().to_dict()
    degrees = dict(graph.out_degree(weight="weight"))
    assert {node: degree for node, degree in degrees.items() if degree} == sums
    assert isinstance(graph, nx.DiGraph)
    assert not graph.is_multigraph()


def test_a_node_tells_which_fields_have_it(events: pd.DataFrame) -> None:
    """What is the client here and the server there is one node."""
    graph = suricata_eve.EveAccessor(events).to_networkx()
    table = edges(events)

    both = set(table["source"]) & set(table["target"])
    assert both
    for node, fields in graph.nodes(data="fields"):
        wanted = [
            f
            for f, c in (("client_ip", "source"), ("server_ip", "target"))
            if node in set(table[c])
        ]
        assert fields == ", ".join(wanted)


FORMS = ["graphml", "gexf", "gml"]


def again(graph: nx.DiGraph, form: str) -> nx.DiGraph:
    """Number the nodes, write a file, and read it."""
    file = io.BytesIO()
    getattr(nx, f"write_{form}")(nx.convert_node_labels_to_integers(graph), file)
    file.seek(0)
    back: nx.DiGraph = getattr(nx, f"read_{form}")(file)
    return back


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("source", "target"), FIELDS)
def test_a_graph_is_written_and_read_back(
    events: pd.DataFrame, source: str, target: str, form: str
) -> None:
    """Attributes are of plain types; labels are harmless where text is the attacker's."""
    graph = to_networkx(events, source, target)

    back = again(graph, form)

    assert len(back) == len(graph)
    assert back.number_of_edges() == graph.number_of_edges()
    assert sorted(back.size(w) for w in ("flows", "count")) == sorted(
        graph.size(w) for w in ("flows", "count")
    )


def test_what_is_plain_is_plain(events: pd.DataFrame) -> None:
    graph = to_networkx(events, "client_ip", "server_port")

    kinds: dict[str, set[type]] = {}
    for _, _, told in graph.edges(data=True):
        for name, value in told.items():
            kinds.setdefault(name, set()).add(type(value))
    numbers: dict[str, set[type]] = {n: {int} for n in ("weight", "count", "flows", "alerts")}
    assert kinds == {**numbers, "first_seen": {str}, "last_seen": {str}}
    assert {type(node) for node in graph} == {int, str}
    first = graph.edges["198.51.100.20", 53]["first_seen"]
    assert re.fullmatch(r"2022-01-0\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", first)


def test_hostile_text_has_a_harmless_label() -> None:
    row: dict[str, Any] = {
        "timestamp": None,
        "event_type": "http",
        "http.url": "\x1b[2J",
        "http.http_user_agent": "<a>\u202e",
    }
    graph = to_networkx(pd.DataFrame([row]), "http.url", "http.http_user_agent")

    assert graph.nodes(data="label")["\x1b[2J"] == "\\x1b[2J"
    assert set(graph) == {"\x1b[2J", "<a>\u202e"}
    ((_, _, told),) = graph.edges(data=True)
    assert told == {"weight": 1, "count": 1, "flows": 0, "alerts": 0}  # a time that is not there


@pytest.mark.parametrize("form", FORMS)
def test_no_text_breaks_a_file_or_joins_two_nodes(form: str) -> None:
    """Neither what XML cannot hold, nor what looks like another value."""
    texts = ["\x1b[2J", "\\x1b[2J", "80", "\x00", "\ufffe", "", "<a>&\"'", "\u202e", "a\r\nb"]
    rows = {"timestamp": None, "event_type": "http", "http.url": texts, "dest_port": 80}
    graph = to_networkx(pd.DataFrame(rows), "http.url", "dest_port")
    assert len(graph) == len(texts) + 1

    back = again(graph, form)

    assert len(back) == len(graph)
    assert back.number_of_edges() == len(texts)
    if form != "gml":  # in which the number of a node is its label
        labels = dict(back.nodes(data="label")).values()
        assert sorted(labels) == sorted(dict(graph.nodes(data="label")).values())


def test_without_events_a_graph_is_empty(events: pd.DataFrame) -> None:
    assert len(to_networkx(events.iloc[:0])) == 0
    assert len(to_networkx(events, "ike.init_spi", "tls.sni")) == 0


def test_without_networkx_the_error_names_the_extra(
    events: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)

    with pytest.raises(MissingDependencyError, match=r"pip install 'suricata_eve\[graph\]'"):
        to_networkx(events)
