"""Logs on Dask: the frame of ``read_eve``, laid out over partitions, and nothing read too early."""

from __future__ import annotations

import copy
import gzip
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd

import suricata_eve
import suricata_eve.dask
from suricata_eve.dask import announced, partition, parts
from suricata_eve.errors import (
    EveOptionError,
    EveParseError,
    EveTypeError,
    EveValueError,
    EveWarning,
)
from suricata_eve.ingest.selection import EVERYTHING
from suricata_eve.testing import assert_eve_frame_equal

LOG = (
    b'{"timestamp":"2026-03-01T10:00:00Z","event_type":"dns","flow_id":1,"dest_port":53}\n'
    b'{"timestamp":"2026-03-01T10:00:01Z","event_type":"tls","flow_id":2,"tls":{"sni":"a"}}\n'
    b'{"timestamp":"2026-03-01T10:00:02Z","event_type":"dns","flow_id":3,"dest_port":54}\n'
)
STARTS = [0, LOG.index(b"\n") + 1, LOG.rindex(b"\n", 0, -1) + 1]


@pytest.fixture(autouse=True)
def _in_this_thread() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "eve.json"
    path.write_bytes(LOG)
    return path


@pytest.mark.parametrize("blocksize", [1, 7, 60, 100, 10_000, "1 KiB", None])
def test_events_are_those_of_pandas_wherever_blocks_end(log: Path, blocksize: Any) -> None:
    columns = ["flow_id", "timestamp", "event_type", "tls.sni"]
    expected = suricata_eve.read_eve(log, columns=columns).sort_index()

    df = suricata_eve.dask.read_eve(log, blocksize=blocksize, columns=columns).compute()

    assert sorted(df.index) == STARTS
    assert_eve_frame_equal(df.sort_index().set_axis(expected.index), expected)


def test_a_sample_is_read_exactly(tmp_path: Path) -> None:
    """Compressed and plain, with an exact schema: all columns and dtypes of read_eve."""
    packed = Path(__file__).parent.parent / "data" / "log4j-suricata8.json.gz"
    data = gzip.decompress(packed.read_bytes())
    (tmp_path / "eve.json").write_bytes(data[:900_000])
    (tmp_path / "eve.json.1.gz").write_bytes(gzip.compress(data[900_000:1_400_000], 1))
    expected = suricata_eve.read_eve(tmp_path, on_bad_lines="skip").sort_index()

    options: dict[str, Any] = {"blocksize": "300 kB", "on_bad_lines": "skip"}
    schema = suricata_eve.dask.infer_schema(tmp_path, **options)
    ddf = suricata_eve.dask.read_eve(tmp_path, schema=schema, **options)

    assert ddf.npartitions == 4
    df = ddf.compute().sort_index()
    assert_eve_frame_equal(df.set_axis(expected.index), expected)


def test_the_index_is_the_place_and_divisions_are_right(tmp_path: Path) -> None:
    """Number of the file times 2**40 plus the byte of the line, for every row."""
    for number in range(3):
        (tmp_path / f"eve-{number}.json").write_bytes(LOG)
    (tmp_path / "eve-3.json.gz").write_bytes(gzip.compress(LOG))

    ddf = suricata_eve.dask.read_eve(tmp_path, blocksize=50, columns="flow_id")
    frames = dask.compute(*ddf.to_delayed())

    places = [place for frame in frames for place in sorted(frame.index)]
    assert places == [number * 2**40 + start for number in range(4) for start in STARTS]
    assert ddf.index.dtype == ddf.compute().index.dtype == np.int64
    assert ddf.known_divisions
    for frame, low, high in zip(frames, ddf.divisions[:-1], ddf.divisions[1:], strict=True):
        assert all(low <= place < high for place in frame.index)
    assert ddf.loc[2**40 + STARTS[1]].compute()["flow_id"].tolist() == [2]


def test_rows_are_grouped_by_type_or_as_in_the_file(log: Path) -> None:
    columns = ["flow_id", "event_type", "tls.sni"]
    grouped = suricata_eve.dask.read_eve(log, columns=columns).compute()
    in_order = suricata_eve.dask.read_eve(log, columns=columns, order="file").compute()

    assert grouped["flow_id"].tolist() == [1, 3, 2]
    assert in_order["flow_id"].tolist() == [1, 2, 3]
    pd.testing.assert_frame_equal(grouped.sort_index(), in_order)


def test_a_line_longer_than_many_blocks_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"flow_id":1,"x":"' + b"a" * 300_000 + b'"}\n{"flow_id":2}')

    ddf = suricata_eve.dask.read_eve(path, blocksize=1000)

    assert ddf["flow_id"].compute().to_dict() == {0: 1, 300_021: 2}


def test_all_columns_are_known_before_anything_is_read(log: Path) -> None:
    ddf = suricata_eve.dask.read_eve(log)

    assert {"dns.rrname", "stats.uptime", "alert.signature", "vlan"} <= set(ddf.columns)
    assert ddf.dtypes["dest_port"] == "uint16[pyarrow]"
    pd.testing.assert_series_equal(ddf.compute().dtypes, ddf.dtypes)
    alerts = suricata_eve.dask.read_eve(log, event_types="alert")
    assert "alert.signature" in alerts.columns
    assert "stats.uptime" not in alerts.columns
    assert len(alerts.compute()) == 0


def test_unknown_fields_and_lists_of_objects_have_the_types_of_samples(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"x":{"y":1},"dns":{"answers":[{"ttl":1}]}}\n' * 3)

    ddf = suricata_eve.dask.read_eve(path, blocksize=60)

    assert ddf.dtypes["x.y"] == "int64[pyarrow]"
    assert ddf.dtypes["dns.answers"] == pd.ArrowDtype(pa.list_(pa.struct([("ttl", pa.int64())])))
    pd.testing.assert_series_equal(ddf.compute().dtypes, ddf.dtypes)


def test_samples_are_also_taken_inside_of_large_files(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"event_type":"a"}\n' * 500 + b'{"x":1}\n' * 5000)

    assert "x" in suricata_eve.dask.read_eve(path, sample=100).columns
    assert "x" not in suricata_eve.dask.read_eve(path, sample=0).columns


def test_a_new_field_is_never_lost_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(LOG + b'{"x":{"y":7}}\n')
    options: dict[str, Any] = {"sample": 0}

    with pytest.raises(EveValueError, match=r"x\.y \(int64\); read_eve\(paths, schema="):
        suricata_eve.dask.read_eve(path, **options).compute()
    with pytest.warns(EveWarning, match=r"left out fields .*: x\.y \(int64\)"):
        df = suricata_eve.dask.read_eve(path, on_new_fields="warn", **options).compute()
    assert len(df) == 4
    assert len(suricata_eve.dask.read_eve(path, on_new_fields="skip", **options).compute()) == 4
    # What a computation does not need does not count.
    assert len(suricata_eve.dask.read_eve(path, **options)[["flow_id"]].compute()) == 4
    assert len(suricata_eve.dask.read_eve(path, columns=["flow_id"], **options).compute()) == 4
    schema = suricata_eve.dask.infer_schema(path)
    df = suricata_eve.dask.read_eve(path, schema=schema, **options).compute()
    assert df["x.y"].dropna().tolist() == [7]


def test_a_new_member_of_listed_objects_is_a_new_field(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"x":[{"a":1}]}\n{"x":[{"a":2,"b":{"c":3}},{}]}\n')
    schema = pa.schema([("x", pa.list_(pa.struct([("a", pa.int64())])))])

    with pytest.raises(EveValueError, match="x "):
        suricata_eve.dask.read_eve(path, schema=schema).compute()
    with pytest.warns(EveWarning, match="left out"):
        df = suricata_eve.dask.read_eve(path, schema=schema, on_new_fields="warn").compute()
    assert df["x"].tolist() == [[{"a": 1}], [{"a": 2}, {"a": None}]]


def test_a_value_that_does_not_fit_names_field_and_types(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"x":1,"flow_id":1}\n{"x":0.5,"flow_id":18446744073709551615}\n')

    with pytest.raises(EveValueError, match="'x' holds double, and was announced as int64"):
        suricata_eve.dask.read_eve(path, schema=pa.schema([("x", pa.int64())]))["x"].compute()
    with pytest.raises(EveValueError, match="'flow_id' holds uint64, and was announced as int64"):
        suricata_eve.dask.read_eve(path, columns="flow_id").compute()
    schema = suricata_eve.dask.infer_schema(path, columns="flow_id")
    df = suricata_eve.dask.read_eve(path, columns="flow_id", schema=schema, blocksize=25).compute()
    assert df.dtypes["flow_id"] == "uint64[pyarrow]"
    assert df["flow_id"].tolist() == [1, 2**64 - 1]


def test_a_schema_is_checked_at_once(log: Path) -> None:
    for schema, what in (
        (pa.schema([("dest_port", pa.int64())]), "is int64, and is read as uint16"),
        (pa.schema([("x", pa.date32())]), "is date32"),
        (pa.schema([("x", pa.int64()), ("x", pa.int64())]), "two columns"),
        ({"x": "int64"}, "no pyarrow.Schema"),
    ):
        with pytest.raises(EveTypeError, match=what):
            suricata_eve.dask.read_eve(log, schema=schema)


@pytest.mark.parametrize(
    "options",
    [
        {"event_types": "dns"},
        {"exclude_event_types": "dns"},
        {"flow_ids": [2, 3]},
        {"since": "2026-03-01T10:00:01Z", "until": "2026-03-01T10:00:02Z"},
        {"contains": "sni"},
        {"columns": ["tls.sni", "no.such", "event_type"], "event_types": "tls"},
        {"columns": "tls.*"},
        {"columns": lambda path: path.startswith("dest")},
    ],
    ids=["type", "not type", "flows", "time", "text", "names", "pattern", "function"],
)
def test_options_mean_what_they_mean_in_pandas(log: Path, options: dict[str, Any]) -> None:
    options = options | {"on_bad_lines": "skip"}
    expected = suricata_eve.read_eve(log, **options).sort_index()

    for given in ({}, {"schema": suricata_eve.dask.infer_schema(log, **options)}):
        df = suricata_eve.dask.read_eve(log, blocksize=90, **given, **options).compute()
        df = df.sort_index().set_axis(expected.index)
        if given:
            assert_eve_frame_equal(df, expected)
        assert_eve_frame_equal(df[list(expected.columns)], expected)


def test_only_the_columns_that_a_computation_needs_are_parsed(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    whole = partition.segmenter_of  # type: ignore[attr-defined]

    def spy(given: Any) -> Any:
        asked.append(given.wanted)
        return whole(given)

    monkeypatch.setattr(partition, "segmenter_of", spy)
    ddf = suricata_eve.dask.read_eve(log)
    flow_ids = ddf[ddf["event_type"] == "dns"]["flow_id"].compute()

    assert flow_ids.tolist() == [1, 3]
    assert [sorted(wanted.patterns) for wanted in asked] == [["event_type", "flow_id"]]
    assert ddf["proto"].size.compute() == 3
    assert asked[-1].patterns == ("proto",)


def test_nothing_is_opened_between_construction_and_computation(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    whole: Callable[..., Any] = parts._opened

    def spy(place: Any) -> Any:
        opened.append(place)
        return whole(place)

    monkeypatch.setattr(parts, "_opened", spy)

    ddf = suricata_eve.dask.read_eve(log, columns=["flow_id", "dest_port"])
    assert opened == [str(log)]  # its first bytes: known columns need no sample
    chosen = ddf[ddf["dest_port"] == 53]
    assert opened == [str(log)]
    assert chosen["flow_id"].compute().tolist() == [1]
    assert len(opened) == 2


def test_bad_lines_are_told_with_the_part_and_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(LOG + b"{bad\n" + LOG)
    at = len(LOG)
    options: dict[str, Any] = {"blocksize": at - 10, "columns": "flow_id"}
    asked: list[suricata_eve.BadLine] = []

    def mend(line: suricata_eve.BadLine) -> dict[str, Any]:
        asked.append(line)
        return {"flow_id": 9}

    ddf = suricata_eve.dask.read_eve(path, **options)
    with pytest.warns(EveWarning, match=r"eve\.json from byte \d+: 1 of \d lines left out") as told:
        df = ddf.compute()
    assert "df.attrs" not in str(told[0].message)
    assert len(df) == 6
    assert len(suricata_eve.dask.read_eve(path, on_bad_lines="skip").compute()) == 6
    with pytest.raises(EveParseError) as caught:
        suricata_eve.dask.read_eve(path, on_bad_lines="error", **options).compute()
    assert caught.value.offset == at
    df = suricata_eve.dask.read_eve(path, on_bad_lines=mend, **options).compute()
    assert df.loc[at, "flow_id"] == 9
    assert [(line.offset, line.text) for line in asked] == [(at, b"{bad\n")]


def test_what_only_this_process_can_open_is_refused(log: Path) -> None:
    for source in (b"{}", io.BytesIO(b"{}"), [log, bytearray(b"{}")]):
        with pytest.raises(EveTypeError, match="a worker cannot open"):
            suricata_eve.dask.read_eve(source)  # type: ignore[arg-type]
    with pytest.raises(EveTypeError):
        suricata_eve.dask.read_eve(5)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        suricata_eve.dask.read_eve(log.with_name("none.json"))


@pytest.mark.parametrize(
    "options",
    [
        {"blocksize": 0},
        {"blocksize": "many"},
        {"sample": -1},
        {"order": "x"},
        {"on_new_fields": "x"},
        {"on_bad_lines": "x"},
        {"since": "x"},
    ],
    ids=str,
)
def test_wrong_options_are_told_at_once(log: Path, options: dict[str, Any]) -> None:
    with pytest.raises(EveOptionError, match=next(iter(options))):
        suricata_eve.dask.read_eve(log, **options)


def test_a_name_that_samples_do_not_know_is_told(log: Path) -> None:
    with pytest.warns(EveWarning, match=r"no event has 'tls\.snj' \(did you mean 'tls.sni'"):
        suricata_eve.dask.read_eve(log, columns=["tls.snj"])
    with pytest.warns(EveWarning, match="no event is of type 'dsn'"):
        suricata_eve.dask.read_eve(log, event_types="dsn")


def test_a_rotated_file_is_not_taken_for_the_old_one(log: Path) -> None:
    ddf = suricata_eve.dask.read_eve(log, blocksize=100, columns="flow_id")
    log.write_bytes(LOG.replace(b"2026", b"2027") + LOG)
    with pytest.raises(EveValueError, match="does not start any more as"):
        ddf.compute()

    ddf = suricata_eve.dask.read_eve(log, blocksize=100, columns="flow_id")
    log.write_bytes(log.read_bytes()[:-20])
    with pytest.raises(EveValueError, match="is shorter than"):
        ddf.compute()


def test_what_a_file_grows_by_is_not_read(log: Path) -> None:
    log.write_bytes(LOG[:-10])
    ddf = suricata_eve.dask.read_eve(log, blocksize=100, columns="flow_id")
    log.write_bytes(LOG + LOG)

    assert ddf.compute()["flow_id"].tolist() == [1, 2, 3]


def test_frames_are_named_by_what_they_read(log: Path) -> None:
    first = suricata_eve.dask.read_eve(log, columns="flow_id")

    assert first._name == suricata_eve.dask.read_eve(log, columns="flow_id")._name
    assert first._name != suricata_eve.dask.read_eve(log, columns="flow_id", flow_ids=1)._name


def test_frames_pickle_and_copy_and_are_read_by_other_processes(log: Path) -> None:
    columns = ["flow_id", "event_type", "src_ip"]
    ddf = suricata_eve.dask.read_eve(log, blocksize=100, columns=columns)
    expected = ddf.compute()

    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(ddf)).compute(), expected)  # noqa: S301
    pd.testing.assert_frame_equal(copy.deepcopy(ddf).compute(), expected)
    narrow = ddf[["flow_id", "event_type"]]
    there = narrow.compute(scheduler="processes", num_workers=1)
    pd.testing.assert_frame_equal(there, expected[["flow_id", "event_type"]])


def test_types_travel_in_few_bytes() -> None:
    """A task for each 64 MiB of a log must not carry the schema of EVE."""
    schema = announced.announced_schema(EVERYTHING, None, pa.schema([("x", pa.float64())]))
    types = announced.Announced(dict(zip(schema.names, schema.types, strict=True)), is_open=True)

    packed = pickle.dumps(types)
    assert pickle.loads(packed) == types  # noqa: S301
    assert len(packed) < 40 * len(types.types)


def test_nothing_to_read_is_an_empty_frame(tmp_path: Path) -> None:
    (tmp_path / "eve.json").write_bytes(b"")

    sources: list[Any] = [[], tmp_path]
    for paths in sources:
        ddf = suricata_eve.dask.read_eve(paths)
        assert ddf.npartitions == 1
        assert len(ddf.compute()) == 0
        assert suricata_eve.dask.infer_schema(paths).names[0] == "timestamp"


def test_urls_are_read(log: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.pipe("/dask-read/eve.json", LOG)
    memory.pipe("/dask-read/eve.json.1", LOG)
    options: dict[str, Any] = {"blocksize": 100, "columns": ["flow_id", "dest_port"]}
    expected = suricata_eve.dask.read_eve([log, log], **options).compute()

    for url in ("memory://dask-read/", "memory://dask-read/eve*"):
        df = suricata_eve.dask.read_eve(url, storage_options={}, **options).compute()
        pd.testing.assert_frame_equal(df, expected)


def test_fields_with_names_like_patterns_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b'{"x":{"*":1,"y":2}}\n')
    ddf = suricata_eve.dask.read_eve(path)

    assert ddf[["x.*"]].compute().to_dict() == {"x.*": {0: 1}}


def test_dask_does_not_change_the_dtypes(log: Path) -> None:
    with dask.config.set({"dataframe.convert-string": True}):
        ddf = suricata_eve.dask.read_eve(log)

    assert isinstance(ddf, dd.DataFrame)
    assert ddf.dtypes["event_type"] == pd.ArrowDtype(pa.string())


@pytest.mark.parametrize("size", ["", True, float("inf"), float("nan"), "x", -1, [1]])
def test_a_size_that_is_none_is_an_error(tmp_path: Path, size: Any) -> None:
    log = tmp_path / "eve.json"
    log.write_text("{}\n", encoding="utf-8")

    for option in ("blocksize", "sample"):
        with pytest.raises(EveOptionError, match=f"{option}=.* number of bytes"):
            suricata_eve.dask.read_eve(log, **{option: size})
