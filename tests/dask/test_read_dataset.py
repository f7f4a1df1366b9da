"""Datasets on Dask: the frame of ``read_dataset``, in partitions by date."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("dask.dataframe")

import dask

import suricata_eve
import suricata_eve.dask
from suricata_eve.dask import datasets
from suricata_eve.errors import (
    EveDatasetError,
    EveOptionError,
    EveValueError,
    EveWarning,
)
from suricata_eve.testing import assert_eve_frame_equal

OF_A_DAY = (
    '{"timestamp":"2026-03-%02dT10:00:00Z","event_type":"dns","flow_id":%d,"x":%d}\n'
    '{"timestamp":"2026-03-%02dT11:00:00Z","event_type":"tls","x":0.5,"tls":{"sni":"a"}}\n'
    '{"timestamp":"2026-03-%02dT09:00:00Z","flow_id":7,"x":"text"}\n'
)


@pytest.fixture(autouse=True)
def _in_this_thread() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


@pytest.fixture(scope="module")
def dest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days, newest first, written in two goes, with a field of three kinds."""
    folder = tmp_path_factory.mktemp("dask") / "dataset"
    logs = [(OF_A_DAY % (day, day, day, day, day)).encode() * 5 for day in (3, 2, 1)]
    suricata_eve.scan_eve(logs[:2]).to_parquet(folder)
    suricata_eve.scan_eve(logs[2]).to_parquet(folder)
    return folder


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
@pytest.mark.parametrize("rows", [1, 7, 12, 10_000])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"event_types": ["dns", "tls"]},
        {"exclude_event_types": "dns"},
        {"since": "2026-03-01T10:30Z", "until": "2026-03-03T11:00Z"},
        {"flow_ids": [2, 7]},
        {"columns": ["tls.*", "event_type", "no.such"]},
        {"order": "file"},
    ],
    ids=str,
)
def test_events_are_those_of_pandas(dest: Path, rows: int, options: dict[str, Any]) -> None:
    expected = suricata_eve.read_dataset(dest, **options).sort_index()

    ddf = suricata_eve.dask.read_dataset(dest, rows_per_partition=rows, **options)
    df = ddf.compute()

    pd.testing.assert_series_equal(df.dtypes, ddf.dtypes)
    assert df.index.dtype == ddf.index.dtype == np.int64
    df = df.sort_index()
    absent = [name for name in df.columns if name not in expected.columns]
    assert df[absent].isna().all(axis=None)
    assert_eve_frame_equal(df.drop(columns=absent), expected, check_dtype="flow_ids" not in options)


def test_types_that_disagree_are_told_once_and_are_exact(dest: Path) -> None:
    with pytest.warns(EveWarning, match="several kinds became text in x$"):
        ddf = suricata_eve.dask.read_dataset(dest)
    assert ddf.dtypes["x"] == "string[pyarrow]"
    numbers = suricata_eve.dask.read_dataset(dest, event_types=["dns", "tls"])
    assert numbers.dtypes["x"] == "double[pyarrow]"
    assert suricata_eve.dask.read_dataset(dest, event_types="dns").dtypes["x"] == "int64[pyarrow]"


def test_partitions_follow_time(dest: Path) -> None:
    ddf = suricata_eve.dask.read_dataset(dest, rows_per_partition=12, columns="timestamp")
    days = [
        sorted({time.day for time in part["timestamp"]}) for part in dask.compute(*ddf.to_delayed())
    ]

    assert days == sorted(days)
    assert len(days) == 5


def test_large_files_are_cut_by_row_groups(tmp_path: Path) -> None:
    from dataset_by_hand import dataset_by_hand

    log = b"".join(b'{"event_type":"dns","flow_id":%d}\n' % n for n in range(100))
    dataset_by_hand(tmp_path, log, group_rows=15)

    ddf = suricata_eve.dask.read_dataset(tmp_path, rows_per_partition=30)
    assert [len(part) for part in dask.compute(*ddf.to_delayed())] == [30, 30, 30, 10]
    assert_eve_frame_equal(ddf.compute(), suricata_eve.read_dataset(tmp_path))


def test_only_what_is_needed_is_read(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    whole = datasets.read_file  # type: ignore[attr-defined]

    def spy(place: Any, manifest: Any, file: Any, **options: Any) -> Any:
        asked.append((file.event_type, options["wanted"].patterns))
        return whole(place, manifest, file, **options)

    monkeypatch.setattr(datasets, "read_file", spy)
    options: dict[str, Any] = {"event_types": ["tls", "dns"], "since": "2026-03-03"}
    ddf = suricata_eve.dask.read_dataset(dest, **options)
    assert asked == []
    assert sorted(ddf["tls.sni"].compute().dropna()) == ["a"] * 5
    assert sorted(asked) == [("dns", ("tls.sni",)), ("tls", ("tls.sni",))]


def test_a_dataset_that_changed_its_types_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    suricata_eve.scan_eve(b'{"event_type":"a","x":1}\n').to_parquet(folder)
    ddf = suricata_eve.dask.read_dataset(folder)
    text = b'{"event_type":"a","x":"text"}\n'
    suricata_eve.scan_eve(text, on_bad_lines="skip").to_parquet(folder)

    with pytest.raises(EveValueError, match="the dataset has changed"):
        ddf.compute()


def test_what_is_wrong_is_told_at_once(dest: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        suricata_eve.dask.read_dataset(tmp_path / "none")
    with pytest.raises(EveDatasetError):
        suricata_eve.dask.read_dataset(tmp_path)
    for option, value in (("order", "x"), ("since", "x"), ("rows_per_partition", 0)):
        with pytest.raises(EveOptionError, match=option):
            suricata_eve.dask.read_dataset(dest, **{option: value})  # type: ignore[arg-type]
    with pytest.warns(EveWarning, match=r"no event has 'tls\.snj'"):
        suricata_eve.dask.read_dataset(dest, columns="tls.snj")


def test_nothing_left_is_an_empty_frame(dest: Path) -> None:
    ddf = suricata_eve.dask.read_dataset(dest, since="2030-01-01", columns=["flow_id", "proto"])

    assert ddf.npartitions == 1
    df = ddf.compute()
    assert (df.shape, df.dtypes["flow_id"]) == ((0, 2), "int64[pyarrow]")


def test_frames_pickle_and_urls_are_read(dest: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.put(f"{dest}/", "/dask-dataset/", recursive=True)
    columns = ["flow_id", "event_type"]
    expected = suricata_eve.dask.read_dataset(dest, columns=columns).compute()

    ddf = suricata_eve.dask.read_dataset("memory://dask-dataset", columns=columns)
    pd.testing.assert_frame_equal(ddf.compute(), expected)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(ddf)).compute(), expected)  # noqa: S301
    assert (
        ddf._name == suricata_eve.dask.read_dataset("memory://dask-dataset", columns=columns)._name
    )
