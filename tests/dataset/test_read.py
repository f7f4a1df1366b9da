"""A dataset reads back as the frame that `read_eve` makes of its lines, whatever is asked for."""

from __future__ import annotations

import gzip
import inspect
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from dataset_by_hand import dataset_by_hand, save

import suricata_eve
from suricata_eve import read_dataset, read_eve, scan_eve
from suricata_eve.errors import EveOptionError, EveTypeError, EveWarning
from suricata_eve.testing import assert_eve_frame_equal

ROOT = Path(__file__).parents[2]
SAMPLES = {
    "suricata7": ROOT / "suricata_eve/sample/log4j.json.gz",
    "suricata8": ROOT / "tests/data/log4j-suricata8.json.gz",
}


def log(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@pytest.fixture(scope="module", params=SAMPLES)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[bytes, Path]:
    """The first lines of a real log, and the dataset that three runs over them make."""
    data = gzip.decompress(SAMPLES[request.param].read_bytes())
    lines = data.splitlines(keepends=True)[:1500]
    data = b"".join(lines)
    root = tmp_path_factory.mktemp(request.param)
    for part in (lines[:700], lines[700:701], lines[701:]):
        scan_eve(b"".join(part)).to_parquet(root)
    return data, root


FLOW = 1_080_000_000_000_001
OPTIONS: dict[str, dict[str, Any]] = {
    "everything": {},
    "file order": {"order": "file"},
    "numpy": {"dtype_backend": "numpy_nullable", "event_types": ["alert", "http"]},
    "types": {"event_types": ["alert", "dns"]},
    "all but": {"exclude_event_types": ["flow", "stats", "fileinfo"]},
    "no type": {"event_types": []},
    "columns": {"columns": ["flow_id", "alert.signature", "http.*", "tls.sni"]},
    "one column": {"columns": "alert.signature", "event_types": "alert"},
    "function": {"columns": lambda path: path.endswith("_ip")},
    "no column": {"columns": []},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_real_log(sample: tuple[bytes, Path], options: dict[str, Any]) -> None:
    data, root = sample

    assert_eve_frame_equal(read_dataset(root, **options), read_eve(data, **options))


def test_a_time_of_a_real_log(sample: tuple[bytes, Path]) -> None:
    data, root = sample
    times = read_eve(data, columns="timestamp")["timestamp"].sort_values()
    since, until = times.iloc[len(times) // 3], times.iloc[len(times) // 2]

    for options in ({"since": since, "until": until}, {"since": since}, {"until": until}):
        assert_eve_frame_equal(read_dataset(root, **options), read_eve(data, **options))


def test_flows_of_a_real_log(sample: tuple[bytes, Path]) -> None:
    data, root = sample
    ids = read_eve(data, columns="flow_id", event_types="alert")["flow_id"].dropna().unique()
    until = "2022-01-01T12:00Z"

    asked: list[dict[str, Any]] = [
        {"flow_ids": ids[:3]},
        {"flow_ids": int(ids[0]), "columns": ["event_type", "src_ip"], "until": until},
        {"flow_ids": []},
        {"flow_ids": [1, -1, 2**64 - 1, 2**70]},
    ]
    for options in asked:
        assert_eve_frame_equal(read_dataset(root, **options), read_eve(data, **options))


def test_the_callers_whole_frame_is_reported(sample: tuple[bytes, Path]) -> None:
    """With the keys of a read, in plain JSON values."""
    data, root = sample
    report = read_dataset(root, event_types="alert").attrs["eve"]
    expected = read_eve(data, event_types="alert").attrs["eve"]

    assert json.loads(json.dumps(report)) == report
    assert list(report) == list(expected)
    assert report["sources"] == ["<bytes>"] * 3
    assert (report["lines"], report["events"]) == (expected["lines"], expected["events"])


# --- names and values ----------------------------------------------------------------------------

TIME = "2026-03-01T10:00:00.000001Z"
LOGS: dict[str, tuple[bytes, ...]] = {
    "nothing": (b"",),
    "no events": (b"\n\n",),
    "no type": (log({"x": 1}, {"event_type": "dns", "x": 2}, {"event_type": None, "x": 3}),),
    "types between": (
        log(*({"event_type": kind, "n": n} for n, kind in enumerate("abcab"))),
        log(*({"event_type": kind, "n": n} for n, kind in enumerate("cbad"))),
    ),
    "hostile types": (
        log(*({"event_type": kind, "n": 1} for kind in ("a/b", "..", "", "%2e", "a=b", "\0", "."))),
    ),
    "types without a folder": (
        log(*({"event_type": kind * 200, "n": 1, kind: 2} for kind in "abab")),
        log({"event_type": "__other__"}, {"event_type": "__HIVE_DEFAULT_PARTITION__"}, {"n": 7}),
    ),
    "names of keys": (
        log({"event_type": "a", "date": 1, "hour": "x", "_line": 7, "_date": [1], "__line": 0.5}),
        log({"event_type": "a", "line": 2, "_hour": 2, "__date": 3, "___line": 4, "Date": 5}),
        log({"event_type": "a", "_event_type": 1, "__event_type": "t", "Event_Type": 2}),
        log({"event_type": "t" * 200, "_event_type": 1, "__event_type": "t"}),
    ),
    "names": (
        log({"event_type": "a", "": 1, "a.b": 2, "a": "t", ".": 3, "a'\"`;\n": 4, "\u2603": 5}),
    ),
    "prefixes": (log({"event_type": "a", "x": [{"y": 1}]}, {"event_type": "a", "x.y": 2}),),
    "times out of order": (
        log(*({"timestamp": f"2026-03-0{n}T00:00Z", "event_type": "a"} for n in (3, 1, 2, 1))),
        log({"event_type": "a"}, {"timestamp": "2026-03-01T23:59:59.999999Z", "event_type": "a"}),
    ),
    "values that do not fit": (
        log({"event_type": "a", "dest_port": 70000, "timestamp": "soon", "flow_id": "x"}),
        log({"event_type": "b", "timestamp": TIME, "pcap_cnt": 0.5}),
    ),
    "large integers": (
        log({"event_type": "a", "flow_id": 2**64 - 1, "n": 2**63}),
        log({"event_type": "b", "flow_id": 1, "n": 1}, {"event_type": "a", "flow_id": 5, "n": 4}),
    ),
    "a type for each event type": (
        log({"event_type": "a", "x": 1}, {"event_type": "b", "x": "t"}),
        log({"event_type": "c", "x": 0.5}),
    ),
    "lists": (
        log({"event_type": "a", "x": [], "y": [None], "z": [[1]], "vlan": [1, 2]}),
        log({"event_type": "b", "x": [1], "y": ["t"], "z": [[2], None]}),
    ),
    "objects in lists": (
        log({"event_type": "a", "x": [{"a": 1}]}, {"event_type": "a", "x": [{"b": [{"c": "t"}]}]}),
        log({"event_type": "b", "x": [{"a": 2, "d": True}, None]}, {"event_type": "b", "x": []}),
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
@pytest.mark.parametrize("logs", LOGS.values(), ids=LOGS)
def test_odd_logs(logs: tuple[bytes, ...], tmp_path: Path) -> None:
    for part in logs:
        scan_eve(part).to_parquet(tmp_path)
    data = b"".join(logs)

    frame = read_dataset(tmp_path)
    assert_eve_frame_equal(frame, read_eve(data))
    # The names within lists of Arrow's are not compared, but shown.
    assert list(map(str, frame.dtypes)) == list(map(str, read_eve(data).dtypes))
    assert_eve_frame_equal(read_dataset(tmp_path, order="file"), read_eve(data, order="file"))
    for options in ({"event_types": ["a", "dns", ""]}, {"exclude_event_types": ["a"]}):
        assert_eve_frame_equal(
            read_dataset(tmp_path, **options),  # type: ignore[arg-type]
            read_eve(data, **options),  # type: ignore[arg-type]
        )


def test_a_type_is_found_among_those_without_a_folder(tmp_path: Path) -> None:
    data = log({"event_type": "a" * 200, "n": 1}, {"event_type": "b" * 200, "m": 2})
    scan_eve(data).to_parquet(tmp_path)

    for kind in ("a" * 200, "b" * 200):
        frame = read_dataset(tmp_path, event_types=kind)
        assert_eve_frame_equal(frame, read_eve(data, event_types=kind))


MIGRATED: dict[str, tuple[Any, Any]] = {
    "text": (1, "t"),
    "text of a fraction": (0.5, "t"),
    "double": (3, 0.5),
    "uint64": (1, 2**64 - 1),
    "too large for a double": (2**53 + 1, 0.5),
    "boolean": (True, "t"),
    "list": ([1], "t"),
    "empty list": ([], [1]),
    "list of text": ([1], ["t"]),
    "members": ([{"a": 1}], [{"b": "t"}]),
    "member of another kind": ([{"a": 1}], [{"a": "t"}]),
    "objects and numbers": ([{"a": 1}], [2]),
}


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
@pytest.mark.parametrize("values", MIGRATED.values(), ids=MIGRATED)
@pytest.mark.parametrize("other", ["a", "b"])
def test_files_of_an_older_type(values: tuple[Any, Any], other: str, tmp_path: Path) -> None:
    """A migration that was interrupted: the outcome is that of all values at once."""
    before, after = (
        log({"event_type": kind, "timestamp": TIME, "x": value})
        for kind, value in zip(("a", other), values, strict=True)
    )
    dataset_by_hand(tmp_path / "new", before, after)
    dataset_by_hand(tmp_path / "old", before)
    name = "event_type=a/date=2026-03-01/000001-000.parquet"
    shutil.copy(tmp_path / "old" / name, tmp_path / "new" / name)

    frame = read_dataset(tmp_path / "new")

    assert_eve_frame_equal(frame, read_eve(before + after))


# --- what is told --------------------------------------------------------------------------------


def test_names_that_nobody_knows(tmp_path: Path) -> None:
    """A hint for each, in one warning that points here, as a read gives it."""
    data = log({"event_type": "alert", "x": 1})
    dataset_by_hand(tmp_path, data)
    asked: dict[str, Any] = {
        "event_types": ["alerts", "x"], "columns": ["alert.signatur", "y"]
    }  # fmt: skip
    with pytest.warns(EveWarning) as caught:
        read_dataset(tmp_path, **asked)
    with pytest.warns(EveWarning) as expected:
        read_eve(data, **asked)

    (warning,) = caught
    assert str(warning.message) == str(expected[0].message)
    assert warning.filename == __file__


def test_what_was_left_out_was_told_when_it_was_written(tmp_path: Path) -> None:
    """It is in the report, and no warning each time that the dataset is read."""
    manifest = dataset_by_hand(tmp_path, log({"event_type": "a", "x": 1}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = read_eve(b'{"a":\n{"dest_port":-1,"x":[1,2]}\n{"x":"t"}\n').attrs["eve"]
    manifest.report = told
    save(tmp_path, manifest)

    report = read_dataset(tmp_path).attrs["eve"]

    assert report == {**told, "sources": ["log0"], "lines": 1, "events": 1}


def test_an_unknown_field_has_the_type_of_all_its_events(tmp_path: Path) -> None:
    """Where a read of the log goes by those that are asked for."""
    first, second = "2026-03-01T00:00Z", "2026-03-02T00:00Z"
    data = log(
        {"event_type": "a", "timestamp": first, "x": 1},
        {"event_type": "a", "timestamp": second, "x": "t", "y": 2**64 - 1, "z": 1},
    )
    dataset_by_hand(tmp_path, data)

    early = read_dataset(tmp_path, until=second, columns=["x", "y", "z"])

    assert early["x"].tolist() == ["1"]
    kinds = [pa.string(), pa.uint64(), pa.int64()]
    assert early.dtypes.tolist() == list(map(pd.ArrowDtype, kinds))
    assert read_eve(data, until=second)["x"].tolist() == [1]


def test_what_is_decided_by_a_column_that_is_not_there(tmp_path: Path) -> None:
    """It is not taken for events without a time or flow; what needs no column is given."""
    data = log({"event_type": "a", "timestamp": TIME, "flow_id": 1, "x": 1})
    scan_eve(data, columns=["x", "flow_id"]).to_parquet(tmp_path / "one")
    scan_eve(data, columns=["x", "timestamp"]).to_parquet(tmp_path / "two")

    with pytest.raises(EveOptionError, match=r"columns=\['x', 'flow_id'\]: without 'timestamp'"):
        read_dataset(tmp_path / "one", since="2020-01-01")
    with pytest.raises(EveOptionError, match="without 'flow_id'"):
        read_dataset(tmp_path / "two", flow_ids=1)
    frame = read_dataset(tmp_path / "one", flow_ids=1, event_types="a")
    assert_eve_frame_equal(frame, read_eve(data, columns=["flow_id", "event_type", "x"]))


BAD_OPTIONS: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "order": ({"order": "time"}, EveOptionError),
    "backend": ({"dtype_backend": "numpy"}, EveOptionError),
    "time": ({"since": "soon"}, EveOptionError),
    "flows": ({"flow_ids": 1.5}, EveTypeError),
    "types": ({"event_types": 5}, EveTypeError),
    "columns": ({"columns": "http.*.url"}, EveOptionError),
}


@pytest.mark.parametrize(("options", "error"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_a_bad_option_comes_before_the_dataset(
    options: dict[str, Any], error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        read_dataset(tmp_path / "none", **options)


def test_it_has_no_option_that_read_eve_has_not() -> None:
    own = inspect.signature(read_dataset).parameters
    theirs = inspect.signature(suricata_eve.read_eve).parameters

    for name, parameter in list(own.items())[1:]:
        assert parameter == theirs[name]
