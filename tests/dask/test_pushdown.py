"""Logs and datasets on Dask: what methods ask for is what is read, but for what has to be."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd

import suricata_eve.dask
from suricata_eve.analysis.rows import take_rows
from suricata_eve.dask import datasets, partition, pushdown
from suricata_eve.dataset.files import read_file
from suricata_eve.errors import EveParseError, EveWarning
from suricata_eve.ingest.selection import Selection

LINES = (
    '{"timestamp":"2026-03-01T10:00:0%d.000000+0000","flow_id":%d,"event_type":"%s",'
    '"src_ip":"192.0.2.1","dest_ip":"192.0.2.2","alert":{"signature":"a","category":"c"}}\n'
)
EVENTS = [(0, 7, "dns"), (1, 7, "alert"), (2, 8, "dns"), (3, 9, "tls"), (4, 9, "alert")]
LOG = "".join(LINES % event for event in EVENTS)
BAD = '{"timestamp":"2026-03-01T10:00:05.000000+0000","flow_id":8,"event_type":"dns","src_ip\n'
COLUMNS = [
    *("timestamp", "flow_id", "event_type", "src_ip", "dest_ip"),
    *("alert.signature", "alert.category", "alert.severity"),
]
CALLS: dict[str, Callable[[Any], Any]] = {
    "events": lambda df: df.eve.events("tls"),
    "alerts": lambda df: df.eve.alerts(),
    "a flow": lambda df: df.eve.by_flow(7),
    "flows of alerts": lambda df: df.eve.by_flow(df.eve.alerts()),
    "flows of IDs": lambda df: df.eve.by_flow(df.eve.events("tls")["flow_id"]),
    "flows known before": lambda df: df.eve.by_flow(pd.DataFrame({"flow_id": [7, 9]})),
}
SEVERAL = ["dns", "alert", "tls"]
"""The files of a dataset of all of them."""

calls = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.fixture(autouse=True)
def _in_this_thread() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "eve.json"
    path.write_text(LOG + BAD)
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Selection]:
    """Return what has been asked of the reader."""
    found: list[Selection] = []
    whole = partition.segmenter_of  # type: ignore[attr-defined]

    def spy(reading: Any) -> Any:
        found.append(reading.selection)
        return whole(reading)

    monkeypatch.setattr(partition, "segmenter_of", spy)
    return found


def log_of(path: Path, **options: Any) -> Any:
    return suricata_eve.dask.read_eve(path, blocksize=400, columns=COLUMNS, **options)


def assert_as_pandas(got: Any, call: Callable[[Any], Any], frame: Any) -> None:
    expected = call(frame.compute())
    pd.testing.assert_frame_equal(got, take_rows(expected, np.arange(len(expected))))


@calls
@pytest.mark.parametrize("names", [COLUMNS, COLUMNS[::-1]], ids=["as they are", "reversed"])
def test_lines_that_are_not_asked_for_are_not_parsed(
    path: Path, asked: list[Selection], call: Any, names: list[str]
) -> None:
    """So that nobody is told of bad ones among them."""
    ddf = log_of(path)[names]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = call(ddf).eve.to_pandas()

    assert all(one.event_types or one.flow_ids for one in asked)
    with pytest.warns(EveWarning, match="1 of 2 lines left out"):
        assert_as_pandas(got, call, ddf)


@calls
def test_a_bad_line_is_an_error_wherever_it_is(path: Path, call: Any) -> None:
    with pytest.raises(EveParseError):
        call(log_of(path, on_bad_lines="error")).compute()


@calls
def test_a_function_is_asked_for_every_bad_line(path: Path, call: Any) -> None:
    """Since what it returns may be asked for."""
    event = {"timestamp": "2026-03-01T10:00:09Z", "event_type": "tls", "flow_id": 7}
    ddf = log_of(path, on_bad_lines=lambda _: event)

    got = call(ddf).eve.to_pandas()

    assert (got.index == len(LOG)).any() == (call is not CALLS["alerts"])
    assert_as_pandas(got, call, ddf)


def test_what_was_asked_for_in_reading_still_counts(path: Path, asked: list[Selection]) -> None:
    ddf = log_of(path, event_types=["dns", "alert"], flow_ids=[7, 8], on_bad_lines="skip")

    for name, rows in (("events", 0), ("alerts", 1), ("a flow", 2), ("flows known before", 2)):
        assert len(CALLS[name](ddf).eve.to_pandas()) == rows

    assert {one.event_types for one in asked} >= {frozenset(), frozenset({"alert"})}
    assert {one.flow_ids for one in asked} == {frozenset({7, 8}), frozenset({7})}


CHANGED: dict[str, Callable[[Any], Any]] = {
    "filtered": lambda ddf: ddf[ddf["flow_id"] != 7],
    "with a column": lambda ddf: ddf.assign(flow_id=8),
    "other names": lambda ddf: ddf.rename(columns={"src_ip": "x"}),
    "some partitions": lambda ddf: ddf.partitions[1:],
    "some partitions, optimized": lambda ddf: ddf.partitions[1:].optimize(fuse=False),
    "columns, optimized": lambda ddf: ddf[COLUMNS[:-1]].optimize(fuse=False),
    "persisted": lambda ddf: ddf.persist(),
    "mapped": lambda ddf: ddf.map_partitions(lambda rows: rows.iloc[1:], meta=ddf._meta),
}


@calls
@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_what_became_of_a_log_is_asked_as_it_is(path: Path, call: Any, change: Any) -> None:
    ddf = change(log_of(path, on_bad_lines="skip"))

    assert_as_pandas(call(ddf).eve.to_pandas(), call, ddf)


def test_what_is_read_for_few_events_goes_with_the_frame_that_it_is_of(path: Path) -> None:
    """Row by row, by their divisions."""
    ddf = log_of(path, on_bad_lines="skip")
    alerts = ddf.eve.events("alert")

    assert alerts.divisions == ddf.divisions
    joined = ddf[["event_type"]].join(alerts[["flow_id"]])
    assert joined.compute()["flow_id"].dropna().tolist() == [7, 9]


def test_very_many_flows_are_compared_after_reading(
    path: Path, asked: list[Selection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their IDs would take more room as numbers of Python, and most lines have one of them."""
    monkeypatch.setattr(pushdown, "_MOST_IDS", 1)

    got = log_of(path, on_bad_lines="skip").eve.by_flow([7, 9]).eve.to_pandas()

    assert got["flow_id"].tolist() == [7, 7, 9, 9]
    assert {one.flow_ids for one in asked} == {None}


def test_all_columns_of_a_log_are_there(path: Path) -> None:
    ddf = suricata_eve.dask.read_eve(path, blocksize=400, on_bad_lines="skip")

    got = CALLS["flows of alerts"](ddf)

    assert isinstance(got, dd.DataFrame)
    assert got.columns.equals(ddf.columns)
    assert_as_pandas(got.eve.to_pandas(), CALLS["flows of alerts"], ddf)


@calls
@pytest.mark.parametrize("rows", [1, 2, 100])
def test_files_of_a_dataset_that_are_not_asked_for_are_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Any, rows: int
) -> None:
    for number in range(2):
        log = LOG.replace("01T10", f"0{number + 1}T10")
        suricata_eve.scan_eve(log.encode()).to_parquet(tmp_path)
    opened: list[str] = []

    def spy(place: Any, manifest: Any, file: Any, **options: Any) -> Any:
        opened.append(file.event_type)
        return read_file(place, manifest, file, **options)

    monkeypatch.setattr(datasets, "read_file", spy)
    ddf = suricata_eve.dask.read_dataset(tmp_path, rows_per_partition=rows)

    got = call(ddf).eve.to_pandas()

    types = {"events": ["tls"], "alerts": ["alert"], "flows of IDs": ["tls", *SEVERAL]}
    name = next(name for name, one in CALLS.items() if one is call)
    several = ["alert", *SEVERAL] if name == "flows of alerts" else SEVERAL
    assert sorted(opened) == sorted(2 * types.get(name, several))
    assert_as_pandas(got, call, ddf)
