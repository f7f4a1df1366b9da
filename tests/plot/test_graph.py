"""Who talks to whom: every event that has both ends is in a line."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from suricata_eve.analysis import orientation
from suricata_eve.analysis.edges import edges
from suricata_eve.errors import EveTypeError, MissingColumnError
from suricata_eve.plot import graph
from suricata_eve.plot.graph import Pairs, Side, count_pairs


def names(side: Side) -> list[str]:
    return [*side.names, *["more"] * (side.others > 0)]


def counted(pairs: Pairs) -> dict[tuple[str, str], tuple[int, int]]:
    left, right = names(pairs.source), names(pairs.target)
    keys = zip(pairs.rows.tolist(), pairs.columns.tolist(), strict=True)
    numbers = zip(pairs.counts.tolist(), pairs.alerts.tolist(), strict=True)
    return {(left[row], right[column]): n for (row, column), n in zip(keys, numbers, strict=True)}


def test_lines_are_the_events_between_ends(sample: pd.DataFrame) -> None:
    traffic = sample[sample["event_type"] != "stats"]
    told = orientation(sample).loc[traffic.index, ["client_ip", "server_ip"]]
    kinds = traffic["event_type"][told.notna().all(axis=1)]
    told = told.dropna()

    pairs = count_pairs(sample, "client_ip", "server_ip", top=5)
    left, right = set(pairs.source.names), set(pairs.target.names)
    counts: Counter[tuple[str, str]] = Counter()
    alerts: Counter[tuple[str, str]] = Counter()
    for client, server, kind in zip(told["client_ip"], told["server_ip"], kinds, strict=True):
        key = (client if client in left else "more", server if server in right else "more")
        counts[key] += 1
        alerts[key] += kind == "alert"

    assert counted(pairs) == {key: (count, alerts[key]) for key, count in counts.items()}
    assert pairs.counts.sum() == pairs.source.counts.sum() == pairs.target.counts.sum()
    clients = Counter(told["client_ip"])
    assert pairs.source.counts.tolist()[:5] == [count for _, count in clients.most_common(5)]
    assert pairs.source.others == len(clients) - 5


def test_every_pair_has_a_line_and_every_name_a_label(sample: pd.DataFrame) -> None:
    pairs = count_pairs(sample, "client_ip", "server_ip", top=15)

    ax = graph(sample)
    lines = [found for found in ax.collections if isinstance(found, LineCollection)]
    labels = [text.get_text() for text in ax.texts]

    assert sum(len(found.get_segments()) for found in lines) == len(pairs.counts)
    assert f"{pairs.source.others:,} more  {pairs.source.counts[-1]:,}" in labels
    assert f"198.51.100.20  {pairs.target.counts[0]:,}" in labels
    assert labels.count("client_ip") == labels.count("server_ip") == 1


def test_one_other_is_named_itself() -> None:
    frame = pd.DataFrame(
        {
            "event_type": "http",
            "timestamp": pd.Timestamp("2022-01-01", tz="UTC"),
            "src_ip": ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
            "dest_ip": "192.0.2.9",
        }
    )

    assert count_pairs(frame, "src_ip", "dest_ip", top=2).source.others == 0
    assert count_pairs(frame, "src_ip", "dest_ip", top=1).source.others == 2


def test_the_picture_does_not_depend_on_the_order_of_events(sample7: pd.DataFrame) -> None:
    shuffled = sample7.sample(frac=1, random_state=7)

    texts = [[text.get_text() for text in graph(one).texts] for one in (sample7, shuffled)]

    assert texts[0] == texts[1]


@pytest.mark.parametrize("target", ["server_ip", "tls.sni"])
def test_without_pairs_the_picture_says_so(sample7: pd.DataFrame, target: str) -> None:
    ax = graph(sample7.head(0), "client_ip", target)

    assert [text.get_text() for text in ax.texts] == [f"no events with client_ip and {target}"]


def test_a_field_that_there_is_not_is_named(sample7: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match="'server_i'"):
        graph(sample7, "client_ip", "server_i")


@pytest.mark.parametrize("target", ["server_ip", "server_port", "dest_ip", "tls.sni"])
def test_pairs_are_those_of_the_table(sample: pd.DataFrame, target: str) -> None:
    table = edges(sample, "client_ip", target)

    pairs = count_pairs(sample, "client_ip", target, top=40)

    assert int(pairs.counts.sum()) == int(table["count"].sum())
    assert int(pairs.alerts.sum()) == int(table["alerts"].sum())
    assert len(pairs.target.names) + pairs.target.others == table["target"].nunique()


def test_events_that_lack_a_field_are_said_not_to_be_shown(sample7: pd.DataFrame) -> None:
    """Those of Suricata itself apart: they are of no traffic. Of lists it is not known."""
    traffic = sample7[sample7["event_type"] != "stats"]
    lacking = int((traffic["src_ip"].isna() | traffic["tls.sni"].isna()).sum())

    label = graph(sample7, "src_ip", "tls.sni").get_xlabel().replace("\n", " ")

    assert label.endswith(f"; not shown: {lacking:,} events without src_ip or tls.sni")
    assert "not shown" not in graph(sample7, "src_ip", "alert.metadata.tag").get_xlabel()


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["x" * 60]], ids=str)
def test_short_names_leave_the_width_to_the_lines(names: list[str]) -> None:
    """And long ones do not take it."""
    frame = pd.DataFrame(
        {
            "event_type": "http",
            "timestamp": pd.Timestamp("2022-01-01", tz="UTC"),
            "src_ip": names,
            "dest_ip": "b",
        }
    )
    ax = graph(frame, "src_ip", "dest_ip")
    low, high = ax.get_xlim()

    assert 1 / (high - low) > (0.5 if len(names[0]) > 1 else 0.8)


@pytest.mark.parametrize("name", ["event_type", "timestamp"])
def test_what_is_needed_is_asked_for_by_the_picture(sample7: pd.DataFrame, name: str) -> None:
    with pytest.raises(MissingColumnError, match=rf"graph\(\) needs the column '{name}'"):
        graph(sample7.drop(columns=name))


@pytest.mark.parametrize("field", [5, None, ["src_ip"]], ids=str)
def test_a_field_is_named_by_text(sample7: pd.DataFrame, field: Any) -> None:
    with pytest.raises(EveTypeError, match="target is the name of a field, not"):
        graph(sample7, "client_ip", field)
