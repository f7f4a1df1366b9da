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
