"""The methods of df.eve on a whole frame, and on alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from suricata_eve.analysis import alerts, by_flow, events, group_summary, payloads

if TYPE_CHECKING:
    import pandas as pd
    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.fixture(scope="session")
def found(frame: pd.DataFrame) -> pd.DataFrame:
    return alerts(frame)


def test_alerts(benchmark: BenchmarkFixture, frame: pd.DataFrame) -> None:
    assert len(benchmark(alerts, frame))


def test_alerts_concise(benchmark: BenchmarkFixture, frame: pd.DataFrame) -> None:
    assert len(benchmark(alerts, frame, view="concise"))


def test_events(benchmark: BenchmarkFixture, frame: pd.DataFrame) -> None:
    assert len(benchmark(events, frame, "http"))


def test_by_flow_of_alerts(
    benchmark: BenchmarkFixture, frame: pd.DataFrame, found: pd.DataFrame
) -> None:
    assert len(benchmark(by_flow, frame, found)) > len(found)


def test_by_flow_of_everything(benchmark: BenchmarkFixture, frame: pd.DataFrame) -> None:
    assert len(benchmark(by_flow, frame))


def test_payloads(benchmark: BenchmarkFixture, frame: pd.DataFrame) -> None:
    assert len(benchmark(payloads, frame))


def test_group_summary(benchmark: BenchmarkFixture, found: pd.DataFrame) -> None:
    fields = ["src_ip", "http.hostname", "http.url", "alert.metadata.tag"]
    fields = [name for name in fields if name in found]

    assert len(benchmark(group_summary, found, "alert.signature", fields))


def test_group_summary_of_many_groups(benchmark: BenchmarkFixture, frame: pd.DataFrame) -> None:
    assert len(benchmark(group_summary, frame, "flow_id", ["src_ip", "dest_port", "event_type"]))
