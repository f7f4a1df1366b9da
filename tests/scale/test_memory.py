"""A million events flow through workers that could not hold them."""

from __future__ import annotations

from pathlib import Path

import many_events
import pandas as pd
import pytest
import worker_processes

import suricata_eve
import suricata_eve.dask as eve_dask
from suricata_eve import EveAccessor

EVENTS = 1_000_000
LIMIT = 512 << 20
FIELDS = ["src_ip", "dest_ip", "dest_port", "flow_id"]
COLUMNS = ["event_type", "timestamp", *FIELDS, "src_port", "http.url", "alert.signature"]


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("million") / "eve.json"
    assert many_events.write_many(path, events=EVENTS) >= EVENTS
    return path


def test_memory_stays_under_the_limit_of_each_worker(million: Path) -> None:
    """No process grows beyond its limit or is started anew; the results are those of pandas."""
    ddf = eve_dask.read_eve(million, blocksize="8 MiB")
    with worker_processes.running(memory=f"{LIMIT >> 20} MiB") as client:
        with worker_processes.watched(client) as found:
            few = ddf[COLUMNS]
            alerts = few.eve.alerts(signature="(?i)log4j")
            flows = client.compute(few.eve.by_flow(alerts)).result()
            summary = client.compute(ddf.eve.group_summary("alert.signature", FIELDS)).result()
            users = client.compute(ddf.eve.unique("http.http_user_agent")).result()
        assert set(client.run(worker_processes.process).values()) == set(found.peaks)

    assert len(found.peaks) == 2
    assert max(found.peaks.values()) < LIMIT
    assert million.stat().st_size > 1.5 * LIMIT

    eve = EveAccessor(suricata_eve.read_eve(million))
    expected = eve.by_flow(eve.alerts(signature="(?i)log4j"))
    assert len(expected) > 50_000
    pd.testing.assert_frame_equal(
        flows.reset_index(drop=True), expected[list(flows.columns)].reset_index(drop=True)
    )
    expected = eve.group_summary("alert.signature", FIELDS)
    lists = [f"{name}.unique" for name in FIELDS]  # in the order of events, which is another
    pd.testing.assert_frame_equal(
        summary.reset_index(drop=True).drop(columns=lists), expected.drop(columns=lists)
    )
    pd.testing.assert_frame_equal(users.reset_index(drop=True), eve.unique("http.http_user_agent"))


def test_frames_of_all_columns_travel_without_those_that_are_empty(tmp_path: Path) -> None:
    """Dense, each of these partitions would be as large as a tenth of a worker's memory."""
    path = tmp_path / "eve.json"
    many_events.write_many(path, events=60_000)
    ddf = eve_dask.read_eve(path, blocksize="4 MiB", on_new_fields="skip")
    assert len(ddf.columns) > 1500
    with worker_processes.running(memory=f"{LIMIT >> 20} MiB") as client:
        with worker_processes.watched(client) as found:
            flows = ddf.eve.by_flow().eve.to_pandas()
            oriented = ddf.eve.orient().eve.to_pandas()
        assert set(client.run(worker_processes.process).values()) == set(found.peaks)

    assert max(found.peaks.values()) < LIMIT
    whole = suricata_eve.read_eve(path)
    eve = EveAccessor(whole[[name for name in whole.columns if name in ddf.columns]])
    pd.testing.assert_frame_equal(
        flows.reset_index(drop=True), eve.by_flow().reset_index(drop=True)
    )
    # In the order of the file.
    pd.testing.assert_frame_equal(
        oriented.sort_index().reset_index(drop=True),
        eve.orient().sort_index().reset_index(drop=True),
    )
