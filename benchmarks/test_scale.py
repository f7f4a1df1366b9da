"""What much data costs is measured, and held against what was promised."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import circumstances
import pytest
import scale
from measure import Result, Task, measure
from scale_ways import JOBS, SCALE, days_of

import suricata_eve


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return circumstances.sample_file(str(tmp_path_factory.mktemp("scale")), events=20_000)


def result(seconds: float, **facts: int) -> Result:
    return Result(seconds, seconds, seconds, rest=0, peak=500_000_000, facts=facts)


def test_a_day_is_one_of_as_many_as_there_are_copies(log: Path, tmp_path: Path) -> None:
    day = days_of(str(log), tmp_path / "days", days=3)

    alerts = suricata_eve.read_eve(log, event_types="alert", columns="timestamp")
    first = alerts["timestamp"].dt.date.min()
    assert day == date(first.year, first.month, first.day + 1)
    stored = suricata_eve.read_dataset(tmp_path / "days", event_types="alert")
    assert len(stored) == 3 * len(alerts)


def test_each_way_of_one_process_runs(log: Path, tmp_path: Path) -> None:
    day = days_of(str(log), tmp_path / "days", days=2)
    dataset = (tmp_path / "days").rename(tmp_path / f"days-{day.isoformat()}")

    for way in (name for name in SCALE if not name.startswith("dask-")):
        found = measure(Task(way, str(dataset if way == "one-day" else log)))
        assert max(found.facts.values()) > 0, way


def test_dask_is_measured_without_the_start_of_its_workers(log: Path) -> None:
    pytest.importorskip("distributed")
    found = SCALE["dask-summary"].run(str(log))

    assert isinstance(found, int)
    assert 0 < found < 60e6


def test_the_table_tells_what_is_kept_and_what_is_missing(log: Path) -> None:
    path, dataset = str(log), "days-2026-01-01"
    found = {
        Task("suricata_eve", path): result(1.5, rows=1),
        Task("parse", path): result(3.0, rows=1),
        Task("write", path): result(9.0, micros=2_000_000),
        Task("parquet", path): result(4.0, rows=1, bytes=log.stat().st_size // 20),
        Task("one-day", dataset): result(2.0, rows=7),
        Task("pandas-summary", path): result(1.0, rows=1),
        Task("dask-summary", path): result(9.0, micros=1_250_000),
        Task("pandas-summary", "folder"): result(3.0, rows=1),
        Task("dask-summary", "folder"): result(9.0, micros=6_000_000),
    }

    figures = scale.figures(path, dataset, "folder", found, days=2, times=3)
    table = {figure.title: figure for figure in figures}

    assert not table["time of `to_parquet` : of `read_eve` + writing"].met
    ratio = table["time of `to_parquet` : of parsing in its blocks + writing"]
    assert ratio.met
    assert ratio.value == pytest.approx(0.8)
    assert table["size of the Parquet files : of the text"].met
    assert not table[f"alerts of one day out of 2 times {log.name}"].met
    summary = table["speed of Dask on 2 workers : of pandas, `group_summary` of all alerts"]
    assert summary.met
    assert summary.value == pytest.approx(0.8)
    much = "of pandas, `group_summary` of all alerts, 3 times the file"
    assert table[f"speed of Dask on 2 workers : {much}"].value == pytest.approx(0.5)
    missing = [title for title in table if title.startswith("not measured")]
    assert len(missing) == 2 * (len(JOBS) - 1)


def test_much_text_is_a_folder_that_has_the_file_several_times(log: Path, tmp_path: Path) -> None:
    folder = scale.copies_of(log, tmp_path / "several", times=3)

    once = suricata_eve.read_eve(log, columns=["event_type", "flow_id"])
    thrice = suricata_eve.read_eve(folder, columns=["event_type", "flow_id"])
    assert len(thrice) == 3 * len(once)
