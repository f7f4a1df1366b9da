"""``ddf.eve`` is there for frames with a field of EVE, and waits to be computed."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd
from dask_frames import dealt, failing, in_parts

from suricata_eve import EveAccessor, NotEveFrameError
from suricata_eve.dask import EveDaskAccessor
from suricata_eve.dask.alerts import alerts
from suricata_eve.dask.events import events
from suricata_eve.dask.flow_events import by_flow
from suricata_eve.dask.normalize import normalize_types
from suricata_eve.dask.summary import group_summary
from suricata_eve.schema.fields import CORE

COMPUTING = {"to_pandas"}
SHARED = sorted(
    name for name in dir(EveDaskAccessor) if not name.startswith("_") and name not in COMPUTING
)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "alerts": alerts,
    "by_flow": by_flow,
    "events": events,
    "group_summary": group_summary,
    "normalize_types": normalize_types,
}

# Calls that must not compute: of each method at least one.
CALLS: list[tuple[str, Callable[[Any], Any]]] = [
    ("alerts", lambda ddf: ddf.eve.alerts(signature="a", decoder_events=False)),
    ("alerts, concise", lambda ddf: ddf.eve.alerts(view="concise")),
    ("by_flow", lambda ddf: ddf.eve.by_flow()),
    ("by_flow of alerts", lambda ddf: ddf.eve.by_flow(ddf.eve.alerts())),
    ("by_flow of a mask", lambda ddf: ddf.eve.by_flow(ddf["proto"] == "TCP")),
    ("by_flow of a list as mask", lambda ddf: ddf.eve.by_flow([True])),
    ("by_flow of IDs", lambda ddf: ddf.eve.by_flow(ddf["flow_id"])),
    ("events", lambda ddf: ddf.eve.events(["http", "of another program"])),
    ("group_summary", lambda ddf: ddf.eve.group_summary("proto")),
    ("normalize_types", lambda ddf: ddf.eve.normalize_types()),
]


@pytest.fixture(scope="module")
def few(sample7: pd.DataFrame) -> pd.DataFrame:
    names = [*CORE, "alert.signature", "alert.category", "app_proto", "flow.src_ip", "flow.start"]
    chosen = sample7["event_type"].isin(["alert", "tls", "stats", "http"])
    return sample7.loc[chosen, names].iloc[::20]


@pytest.mark.parametrize(("name", "call"), CALLS, ids=[name for name, _ in CALLS])
def test_a_method_waits_until_its_result_is_computed(
    few: pd.DataFrame, name: str, call: Callable[[Any], Any]
) -> None:
    result = call(failing(few))

    assert isinstance(result, dd.DataFrame), name
    with (
        dask.config.set(scheduler="sync"),
        pytest.raises(AssertionError, match=r"partition \d was made"),
    ):
        result.compute()


@pytest.mark.parametrize("name", SHARED)
def test_a_method_takes_what_it_takes_in_pandas(name: str) -> None:
    _, *own = inspect.signature(getattr(EveDaskAccessor, name)).parameters.values()
    _, *other = inspect.signature(getattr(EveAccessor, name)).parameters.values()

    assert [(p.name, p.kind, p.default) for p in own] == [
        (p.name, p.kind, p.default) for p in other
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_method_takes_what_its_function_takes(name: str) -> None:
    _, *own = inspect.signature(getattr(EveDaskAccessor, name)).parameters.values()
    _, *other = inspect.signature(FUNCTIONS[name]).parameters.values()

    assert [(p.name, p.kind, p.default) for p in own] == [
        (p.name, p.kind, p.default) for p in other
    ]


def test_what_only_pandas_has_is_told_with_the_way_to_it(few: pd.DataFrame) -> None:
    eve = dealt(few, 2).eve
    missing = {name for name in dir(EveAccessor) if not name.startswith("_")} - set(dir(eve))

    assert {"timeline", "plot", "to_json"} <= missing
    for name in missing:
        assert not hasattr(eve, name)
        with pytest.raises(AttributeError, match=rf"ddf\.eve\.to_pandas\(\)\.eve\.{name}"):
            getattr(eve, name)
    with pytest.raises(AttributeError, match="'EveDaskAccessor' object has no attribute 'alert'"):
        _ = eve.alert


def test_a_frame_of_something_else_has_no_accessor() -> None:
    frame = in_parts(pd.DataFrame({"a": [1], "b": [2]}), [1])

    assert not hasattr(frame, "eve")
    with pytest.raises(NotEveFrameError, match="no column of this frame is a field of EVE"):
        _ = frame.eve


def test_without_dask_the_error_names_the_extra() -> None:
    code = """
import sys
sys.modules["dask"] = None
import suricata_eve
try:
    import suricata_eve.dask
except suricata_eve.MissingDependencyError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "pip install 'suricata_eve[dask]'" in done.stdout


def test_importing_the_package_does_not_load_dask() -> None:
    code = "import sys, suricata_eve; print('dask' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_to_pandas_leaves_out_what_is_empty_in_all_partitions(sample7: pd.DataFrame) -> None:
    frame = sample7[["event_type", "proto", "tls.sni", "ssh.client.software_version", "src_ip"]]
    frame = pd.concat([frame[frame["event_type"] == kind].head(3) for kind in ("http", "tls")])

    with dask.config.set(scheduler="sync"):
        got = in_parts(frame, [3, 3]).eve.to_pandas()
        nothing = in_parts(frame.iloc[:0], [0]).eve.to_pandas()

    pd.testing.assert_frame_equal(got, frame.drop(columns="ssh.client.software_version"))
    assert list(nothing.columns) == ["event_type", "proto", "src_ip"]


def test_graphs_can_be_sent_to_other_processes(few: pd.DataFrame) -> None:
    """What tasks call stands in modules, so that a graph is pickled by their names."""
    ddf = dd.from_pandas(few, npartitions=2)
    for _, call in CALLS:
        if call is not CALLS[5][1]:
            graph = dict(call(ddf).__dask_graph__())
            assert len(pickle.dumps(graph)) > 0


def test_partitions_are_not_changed(few: pd.DataFrame) -> None:
    before = few.copy(deep=True)
    ddf = dealt(few, 2)
    with dask.config.set(scheduler="sync"):
        for _, call in CALLS[:5]:
            call(ddf).compute()

    pd.testing.assert_frame_equal(few, before)


def test_what_is_known_of_partitions_is_true_of_their_index() -> None:
    """Rows that travelled are not where divisions of the frame would have them."""
    rows = {
        "event_type": ["alert", "tls", "alert", "alert"],
        "timestamp": [f"2022-01-0{day}T00:00:00Z" for day in (4, 3, 2, 1)],
        "flow_id": [4, 3, 2, 1],
        "src_ip": "192.0.2.1",
        "dest_ip": "192.0.2.2",
        "alert.signature": "a",
        "alert.category": "b",
    }
    ddf = dd.from_pandas(pd.DataFrame(rows, index=[10, 20, 30, 40]), npartitions=2)
    with dask.config.set(scheduler="sync"):
        for got in (
            ddf.eve.alerts(),
            ddf.eve.alerts(view="concise"),
            ddf.eve.by_flow(),
            ddf.eve.by_flow(ddf.eve.alerts()),
            ddf.eve.by_flow(ddf["event_type"] == "alert"),
        ):
            assert not got.known_divisions
            assert got.loc[10].compute().index.tolist() == [10]
        for got in (ddf.eve.orient(), ddf.eve.events("alert"), ddf.eve.normalize_types()):
            assert got.divisions == ddf.divisions
            assert got.loc[10].compute().index.tolist() == [10]
        assert ddf.eve.features("src_ip").loc["192.0.2.1"].compute()["alerts"].tolist() == [3]
        assert not ddf.eve.unique("src_ip").known_divisions
        assert not ddf.eve.unexpected_ports().known_divisions
