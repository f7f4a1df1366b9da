"""Features of values: what counts to which, what is measured, and a table that never changes."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from features_by_hand import Event, features_by_hand

import suricata_eve
from suricata_eve.analysis import features, orientation
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.features import FEATURES
from suricata_eve.errors import EveOptionError, EveTypeError, EveWarning, MissingColumnError

FIELDS: list[list[str]] = [
    ["client_ip"],
    ["server_port"],
    ["flow_id"],
    ["http.http_user_agent"],
    ["http.url"],
    ["dns.rrname"],
    ["alert.metadata.tag"],
    ["alert.signature_id"],
    ["tls.sni"],
    ["event_type"],
    ["client_ip", "http.http_user_agent"],
    ["http.url", "alert.metadata.tag"],
    ["server_port", "http.hostname", "alert.signature_id"],
    ["flow_id", "http.http_method"],
]


def lines(version: int) -> list[bytes]:
    sample = resources.files("suricata_eve") / "sample" / "log4j.json.gz"
    data = Path(__file__).parent.parent / "data" / "log4j-suricata8.json.gz"
    return gzip.decompress((sample if version == 7 else data).read_bytes()).splitlines()


@pytest.fixture(scope="module", params=[7, 8])
def sample(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, list[Event]]:
    """A sample as a frame, and as plain events with what other tests hold to the truth."""
    frame: pd.DataFrame = request.getfixturevalue(f"sample{request.param}")
    told = orientation(frame)[["client_ip", "server_ip", "server_port"]]
    told["connection"] = pd.array(connections(frame), dtype="Int64")
    by_line = told.astype(object).where(told.notna(), None).to_dict("index")
    events = []
    for line, text in enumerate(lines(request.param)):
        row = {str(name): value for name, value in by_line[line].items()}
        row["connection"] = None if row["connection"] == -1 else row["connection"]
        events.append(json.loads(text) | row)
    return frame, events


@pytest.mark.parametrize("by", FIELDS, ids="+".join)
def test_features_are_those_of_plain_loops(
    sample: tuple[pd.DataFrame, list[Event]], by: list[str]
) -> None:
    frame, events = sample
    wanted = features_by_hand(events, by)

    found = features(frame, by)

    assert len(found) == len(wanted)
    if not wanted:  # Suricata 8 has no dns.rrname
        return
    keys = sorted(wanted)
    table = pd.DataFrame([wanted[key] for key in keys])[list(FEATURES)].astype(float)
    labels = [tuple(v[0] if isinstance(v, tuple) else v for v in key) for key in keys]
    assert found.index.tolist() == [label if len(by) > 1 else label[0] for label in labels]
    assert list(found.index.names) == by
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), table, check_exact=False, rtol=1e-9, atol=1e-6
    )


def test_the_table_is_ready_for_a_model(sample7: pd.DataFrame) -> None:
    found = features(sample7, "client_ip")

    assert set(found.dtypes) == {np.dtype("float64")}
    assert np.isfinite(found.to_numpy()).all()
    assert (found.to_numpy() >= 0).all()
    shares = found.filter(like="_share")
    assert shares.shape[1] == 11
    assert shares.to_numpy().max() <= 1
    assert found.index.is_unique
    assert found.index.is_monotonic_increasing


@pytest.mark.parametrize("by", ["client_ip", "http.url", ["client_ip", "tls.sni"], "flow_id"])
def test_the_columns_never_change(sample7: pd.DataFrame, sample8: pd.DataFrame, by: Any) -> None:
    """No rows, other fields, hardly any columns: a model fits them all."""
    core = ["timestamp", "event_type", "flow_id", "src_ip", "dest_ip"]
    for frame in (sample7, sample8, sample7.iloc[:0], sample7[core], sample7[core].iloc[:0]):
        found = features(frame, by)

        assert list(found.columns) == list(FEATURES)
        assert set(found.dtypes) == {np.dtype("float64")}
        assert np.isfinite(found.to_numpy()).all()
    assert found.index.names == ([by] if isinstance(by, str) else by)


def test_every_column_is_explained() -> None:
    text = inspect.getdoc(suricata_eve.EveAccessor.features) or ""
    told = set(re.findall(r"``(\w+)``", text))

    assert set(FEATURES) - told - {"alerts_severity_2", "alerts_severity_3"} == set()
    assert len(FEATURES) == len(set(FEATURES)) == 62


def test_the_planted_scan_shows(sample7: pd.DataFrame, truth: dict[str, Any]) -> None:
    """Who sends SYN packets to many ports has flows that were never answered, or reset."""
    clients = features(sample7, "client_ip")
    scanners = {flow["src_ip"] for flow in truth["special"]["port_scan_syn"]}

    assert set(clients["server_ports"].nlargest(3).index) == scanners
    scans = clients.loc[sorted(scanners)]
    assert (scans["unestablished_share"] + scans["reset_share"] > 0.9).all()
    sources = {flow["src_ip"] for flow in truth["log4j_flows"] if ":" not in flow["src_ip"]}
    alerted = clients.loc[sorted(sources)]
    assert (alerted["alerts"] > 0).sum() >= len(sources) - 2  # two raise none, by design


def test_a_flow_is_a_row(sample7: pd.DataFrame, sample8: pd.DataFrame) -> None:
    """Also where an ID was used twice; and rows of flows add up to the whole log."""
    for frame in (sample7, sample8):
        flows = features(frame, "flow_id")
        events = frame[frame["flow_id"].notna() & (frame["event_type"] != "stats")]

        assert len(flows) == len(np.unique(connections(events))) == 1800
        assert flows["events"].sum() == len(events)
        assert (flows["flows"] == 1).all()
        assert (
            flows["bytes_to_client"].sum()
            == events["flow.bytes_toclient"].where(events["event_type"] == "flow").sum()
        )


EVENTS: list[dict[str, Any]] = [
    {
        "timestamp": "2026-01-01T00:00:00.000000+0000",
        "event_type": "http",
        "flow_id": 1,
        "http": {"http_user_agent": "a", "url": "/1", "status": 404},
    },
    {
        "timestamp": "2026-01-01T00:00:01.000000+0000",
        "event_type": "http",
        "flow_id": 1,
        "http": {"http_user_agent": "b", "url": "/2"},
    },
    {
        "timestamp": "2026-01-01T00:10:00.000000+0000",
        "event_type": "flow",
        "flow_id": 1,
        "flow": {
            "bytes_toserver": 2**53 - 1,
            "bytes_toclient": 1,
            "start": "2026-01-01T00:00:00.000000+0000",
            "end": "2026-01-01T00:00:02.500000+0000",
        },
    },
    {
        "timestamp": "2026-01-01T01:00:00.000000+0000",
        "event_type": "flow",
        "flow_id": 2,
        "flow": {"bytes_toserver": 7},
    },
    {"timestamp": "2026-01-01T01:00:00.000000+0000", "event_type": "http", "http": {"url": "/3"}},
    {"timestamp": "2026-01-01T01:00:00.000000+0000", "event_type": "stats", "flow_id": 1},
]


def frame_of(events: list[dict[str, Any]]) -> pd.DataFrame:
    return suricata_eve.normalize_types(pd.json_normalize(events))


def test_what_has_no_value_counts_to_those_of_its_connection() -> None:
    """The bytes of the flow count to both user agents; ``stats`` events never do."""
    found = features(frame_of(EVENTS), "http.http_user_agent")

    assert found.index.tolist() == ["a", "b"]
    assert found["events"].tolist() == [2, 2]
    assert found["http_events"].tolist() == [1, 1]
    assert found["bytes_to_server"].tolist() == [2**53 - 1] * 2
    assert found["bytes_max"].tolist() == [2**53] * 2
    assert found["urls"].tolist() == [1, 1]
    assert found["http_4xx_share"].tolist() == [1, 0]
    assert found["http_responses"].tolist() == [1, 0]
    assert found["active_seconds"].tolist() == [2.5, 2.5]
    assert found["duration_sum"].tolist() == [2.5, 2.5]


def test_of_several_fields_what_is_there_must_agree() -> None:
    found = features(frame_of(EVENTS), ["http.http_user_agent", "http.url"])

    assert found.index.tolist() == [("a", "/1"), ("b", "/2")]
    assert found["events"].tolist() == [2, 2]
    by_type = features(frame_of(EVENTS), ["event_type", "http.url"])
    assert by_type["events"].tolist() == [1, 1, 1]  # a flow event is not of type http


def test_netflow_counts_no_bytes(sample7: pd.DataFrame) -> None:
    """It tells of the same packets as ``flow`` does."""
    without = features(sample7[sample7["event_type"] != "netflow"], "client_ip")
    found = features(sample7, "client_ip")

    same = ["bytes_to_server", "bytes_to_client", "duration_sum", "flow_events", "other_events"]
    pd.testing.assert_frame_equal(found[same], without[same])
    assert (found["events"] > without["events"]).any()


def test_sums_beyond_floats_do_not_depend_on_the_order() -> None:
    flow = {**EVENTS[3], "src_ip": "192.0.2.1", "dest_ip": "192.0.2.2"}
    sizes = [2**61 - 1, 3, 2**53 + 1, 1, 2**61 + 1, 5]
    rows = [{**flow, "flow_id": n, "flow": {"bytes_toserver": s}} for n, s in enumerate(sizes)]

    sums = {
        features(frame_of(order), "client_ip")["bytes_to_server"].item()
        for order in (rows, rows[::-1], rows[3:] + rows[:3])
    }

    assert sums == {float(sum(sizes))}


def test_what_no_number_can_be_made_of_is_told(sample7: pd.DataFrame) -> None:
    frame = sample7.tail(4000).astype({"flow.bytes_toserver": object})
    frame.loc[frame.index[frame["event_type"] == "flow"][0], "flow.bytes_toserver"] = "many"

    with pytest.warns(EveWarning, match=r"flow\.bytes_toserver"):
        found = features(frame, "client_ip")
    assert np.isfinite(found.to_numpy()).all()


def test_a_value_of_any_type_is_a_label(sample7: pd.DataFrame) -> None:
    frame = sample7.assign(sensor=pd.Series(1.5, index=sample7.index), seen=True)

    assert features(frame, "sensor").index.tolist() == [1.5]
    assert features(frame, ["seen", "proto"]).index.names == ["seen", "proto"]
    assert features(sample7, "timestamp").index.dtype == sample7["timestamp"].dtype
    assert features(sample7, "server_port").index.dtype == pd.ArrowDtype(pa.uint16())


def test_the_frame_is_not_changed(sample7: pd.DataFrame) -> None:
    frame = sample7.set_axis([5] * len(sample7))  # labels need not be unique
    before = frame.copy()

    found = features(frame, "client_ip")

    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(found, features(sample7, "client_ip"))


def test_what_cannot_be_grouped_by_is_an_error(sample7: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match=r"'http\.user_agent'"):
        features(sample7, "http.user_agent")
    with pytest.raises(MissingColumnError, match="timestamp"):
        features(sample7.drop(columns="timestamp"), "client_ip")
    with pytest.raises(EveTypeError, match=r"dns\.answers"):
        features(sample7, "dns.answers")
    with pytest.raises(EveTypeError, match="names of fields"):
        features(sample7, 5)  # type: ignore[arg-type]
    with pytest.raises(EveTypeError, match="not NoneType"):
        features(sample7, ["client_ip", None])  # type: ignore[list-item]
    with pytest.raises(EveOptionError, match="no field"):
        features(sample7, [])


@pytest.mark.parametrize("by", ["http.url", "event_type", ["http.url", "http.http_user_agent"]])
def test_little_memory_gives_the_same(
    sample7: pd.DataFrame, by: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection of many values and many events without one is taken in parts."""
    wanted = features(sample7, by)

    monkeypatch.setattr("suricata_eve.analysis.runs._MOST", 5)

    pd.testing.assert_frame_equal(features(sample7, by), wanted)


def test_one_connection_of_many_values_is_no_trap() -> None:
    """Whoever sends thousands of requests of two kinds makes a square of them, not of memory."""
    number = 3000
    rows = {
        "timestamp": pd.Timestamp("2026-01-01", tz="UTC"),
        "event_type": "http",
        "flow_id": 1,
        "http.http_refer": [*map(str, range(number)), *[None] * number],
        "http.url": [*["/"] * number, *(f"/{place}" for place in range(number))],
    }

    found = features(pd.DataFrame(rows), "http.http_refer")

    assert len(found) == number
    assert (found["urls"] == number + 1).all()
    assert (found["events"] == number + 1).all()


def flows_at(moments: list[int], **more: Any) -> pd.DataFrame:
    """Flow events that begin at some microseconds of a day, and are logged later."""
    day = pd.Timestamp("2026-01-01", tz="UTC")
    rows = {
        "event_type": "flow",
        "timestamp": [day + pd.Timedelta(us + 600_000_000, "us") for us in moments],
        "flow.start": [day + pd.Timedelta(us, "us") for us in moments],
        "flow_id": range(1, len(moments) + 1),
        "src_ip": "192.0.2.1",
        "dest_ip": "198.51.100.1",
    }
    return pd.DataFrame(rows | more)


def test_a_planted_beacon_stands_out(sample7: pd.DataFrame) -> None:
    """A flow every 300 seconds, give or take one, is the most regular of all clients."""
    random = np.random.default_rng(5)
    moments = [300_000_000 * n + int(random.integers(-(10**6), 10**6)) for n in range(1, 100)]
    beacon = suricata_eve.normalize_types(flows_at(moments))

    found = features(pd.concat([sample7, beacon], ignore_index=True), "client_ip")

    busy = found.loc[found["flows"] >= 10, "gap_cv"].sort_values()
    assert len(busy) > 10
    assert busy.index[0] == "192.0.2.1"
    assert busy.to_list()[0] < 0.01
    assert busy.to_list()[1] > 0.1
    assert found["gap_mean"].to_dict()["192.0.2.1"] == pytest.approx(300, abs=0.1)


def test_gaps_of_microseconds_are_exact() -> None:
    (found,) = features(flows_at([0, 1, 3, 10]), "client_ip")[["gap_mean", "gap_cv"]].to_numpy()

    gaps = np.array([1, 2, 7])
    assert found == pytest.approx([gaps.mean() / 10**6, gaps.std() / gaps.mean()], rel=1e-12)
