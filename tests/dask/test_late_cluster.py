"""What is asked before there is a cluster: workers of other machines can compute it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd

import suricata_eve
import suricata_eve.dask

pytestmark = pytest.mark.usefixtures("shuffled")

METHODS: dict[str, Callable[[Any], Any]] = {
    "alerts": lambda ddf: ddf.eve.alerts(),
    "alerts, concise": lambda ddf: ddf.eve.alerts(view="concise"),
    "by_flow": lambda ddf: ddf.eve.by_flow(),
    "by_flow of alerts": lambda ddf: ddf.eve.by_flow(ddf.eve.alerts()),
    "by_flow of IDs": lambda ddf: ddf.eve.by_flow(ddf.eve.alerts()["flow_id"]),
    "by_flow of a mask": lambda ddf: ddf.eve.by_flow(ddf.eve.orient()["client_port"] > 9),
    "events": lambda ddf: ddf.eve.alerts().eve.events("other"),
    "features": lambda ddf: ddf.eve.features("client_ip"),
    "features of flows": lambda ddf: ddf.eve.features("flow_id"),
    "group_summary": lambda ddf: ddf.eve.group_summary("alert.signature"),
    "group_summary of alerts": lambda ddf: ddf.eve.alerts().eve.group_summary("alert.signature"),
    "normalize_types": lambda ddf: ddf.eve.alerts().eve.normalize_types(),
    "orient": lambda ddf: ddf.eve.orient(),
    "payloads": lambda ddf: ddf.eve.by_flow().eve.payloads(),
    "unexpected_ports": lambda ddf: ddf.eve.unexpected_ports(),
    "unique": lambda ddf: ddf.eve.unique("client_ip"),
}


@pytest.fixture(scope="module")
def ddf() -> dd.DataFrame:
    events = suricata_eve.load_sample("log4j").iloc[::40].dropna(axis="columns", how="all")
    events["event_type"] = events["event_type"].replace("anomaly", "other")
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_pandas(events, npartitions=6)


def over_files(graph: Any) -> list[str]:
    """Return the tasks that move rows over files of one machine."""
    return [str(key) for key in dict(graph) if "zpartd-" in str(key)]


def test_dask_alone_would_move_rows_over_files(ddf: dd.DataFrame) -> None:
    early = dd.from_delayed(ddf.shuffle("flow_id").to_delayed(), meta=ddf._meta)
    assert len(over_files(early.dask)) == 1


@pytest.mark.parametrize("name", METHODS)
def test_nothing_that_is_asked_needs_files_of_one_machine(name: str, ddf: dd.DataFrame) -> None:
    """But for what Dask itself decides when it is computed."""
    asked = METHODS[name](ddf)

    with dask.config.set({"dataframe.shuffle.method": "tasks"}):
        assert over_files(asked.optimize().dask) == []


@pytest.mark.parametrize("method", ["disk", "tasks"])
def test_a_way_that_is_chosen_is_kept_to(method: str, ddf: dd.DataFrame) -> None:
    with dask.config.set({"dataframe.shuffle.method": method}):
        asked = ddf.eve.alerts().eve.group_summary("alert.signature")

    assert bool(over_files(asked.optimize().dask)) == (method == "disk")
