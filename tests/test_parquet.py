"""Parquet datasets as `to_parquet` leaves them: every event once, with the dtypes of a read."""

from __future__ import annotations

import errno
import gzip
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import our_threads
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from suricata_eve import scan_eve
from suricata_eve.dataset import intake, waiting
from suricata_eve.dataset import parts as parts_module
from suricata_eve.dataset import write as write_module
from suricata_eve.dataset.layout import LINE
from suricata_eve.dataset_reader import read_dataset
from suricata_eve.errors import EveOptionError, EveParseError, EveTypeError, EveWarning
from suricata_eve.ingest import rest
from suricata_eve.ingest import sources as sources_module
from suricata_eve.scan import EveScan

DATA = Path(__file__).parent / "data" / "log4j-suricata8.json.gz"
OTHER, NO_TYPE = "event_type=__other__", "event_type=__HIVE_DEFAULT_PARTITION__"
BY_TYPE = ("event_type",)


def log(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def files(folder: Path) -> list[str]:
    """Return the files that other readers take for data."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        path.as_posix()
        for path in found
        if not path.parts[-1].startswith("_") and path.parts[0] != "_eve"
    )


def parts(folder: Path, event_type: str) -> list[pa.Table]:
    """Return what the files of one type hold themselves."""
    found = sorted((folder / f"event_type={event_type}").rglob("*.parquet"))
    return [pq.ParquetFile(path).read().drop_columns([LINE]) for path in found]


def dataset(folder: Path) -> ds.Dataset:
    """Open all of it, with the columns of every part."""
    first = ds.dataset(folder, partitioning="hive")
    schemas = [fragment.physical_schema for fragment in first.get_fragments()]
    return ds.dataset(
        folder, partitioning="hive", schema=pa.unify_schemas([*schemas, first.schema])
    )


def small_runs(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Read so many bytes at a time."""
    monkeypatch.setattr(write_module, "_RUN_BYTES", size)
    monkeypatch.setattr(intake, "_STEP_BYTES", size)


def group_rows(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(waiting, "_GROUP_ROWS", rows)
    monkeypatch.setattr(parts_module, "_GROUP_ROWS", rows)


def group_bytes(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(waiting, "_WAITING_BYTES", size)
    monkeypatch.setattr(parts_module, "_PENDING_BYTES", size)


# --- the same events -----------------------------------------------------------------------------


def test_a_real_file_reads_back_as_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By type: the same rows in the same order, the same columns, values and types."""
    small_runs(monkeypatch, 2 << 20)
    scan = scan_eve(DATA)
    scan.to_parquet(tmp_path / "out", partition_by=BY_TYPE)
    whole = dataset(tmp_path / "out")

    tables = scan.tables()
    assert sum(map(len, tables.values())) == whole.count_rows()
    for name, table in tables.items():
        found = whole.to_table(filter=ds.field("event_type") == name).sort_by(LINE)
        assert len(found) == len(table)
        for column in table.column_names:
            assert found.schema.field(column).type == table.schema.field(column).type, column
            assert (
                found.column(column).combine_chunks().equals(table.column(column).combine_chunks())
            ), column
        others = [column for column in found.column_names if column not in table.column_names]
        assert all(
            found.column(column).null_count == len(table) for column in others if column != LINE
        )


def test_each_file_has_only_columns_with_values_and_one_date(tmp_path: Path) -> None:
    scan_eve(DATA).to_parquet(tmp_path)

    for name in files(tmp_path):
        table = pq.ParquetFile(tmp_path / name).read()
        keys = dict(part.split("=") for part in name.split("/")[:-1])
        assert list(keys) == ["event_type", "date"]
        assert {str(time)[:10] for time in table.column("timestamp").to_pylist()} == {keys["date"]}
        assert "event_type" not in table.column_names
        assert all(column.null_count < len(table) for column in table.columns)


EXACT: dict[str, Any] = {
    "timestamp": "2022-01-01T03:41:17.115874-0400",
    "flow_id": 2**53 + 1,
    "src_port": 65535,
    "smb": {"session_id": 2**64 - 1},
    "fileinfo": {"stored": True},
    "vlan": [1, 2],
    "http": {"request_headers": [{"name": "Host", "value": "\u2603"}], "url": ""},
    "unknown.dotted": -0.5,
    "large": 2**63,
    "none": [None],
    "empty": [],
}


def test_values_of_every_type_are_exact(tmp_path: Path) -> None:
    scan = scan_eve(log({"event_type": "x", **EXACT}))
    scan.to_parquet(tmp_path)
    (table,) = parts(tmp_path, "x")

    (expected,) = scan.tables().values()
    expected = expected.drop_columns(["event_type"])
    assert table.column_names == expected.column_names
    assert table.to_pylist() == expected.to_pylist()
    # Parquet has its own name for what is in a list, which pyarrow takes for the same type.
    assert table.schema.types == expected.schema.types


def test_objects_without_members_are_kept_as_such(tmp_path: Path) -> None:
    """Parquet cannot hold them, so they get a member that is no value."""
    data = log({"event_type": "x", "a": [{}, None, {}], "b": [[{"c": [{}]}]], "d": [{"e": 1}, {}]})
    scan_eve(data).to_parquet(tmp_path)

    pd.testing.assert_frame_equal(read_dataset(tmp_path), scan_eve(data).to_pandas())
    (table,) = parts(tmp_path, "x")
    assert table.column("a").to_pylist() == [[{"__empty__": None}, None, {"__empty__": None}]]


def test_what_is_not_asked_for_is_not_written(tmp_path: Path) -> None:
    scan = scan_eve(
        log(
            *(
                {"event_type": kind, "timestamp": f"2026-01-0{n + 1}T00:00:00Z", "x": n, "y": n}
                for n in range(3)
                for kind in "ab"
            )
        ),
        event_types="a",
        since="2026-01-02",
        columns=["x", "no such"],
    )
    scan.to_parquet(tmp_path)

    assert files(tmp_path) == [
        f"event_type=a/date=2026-01-0{n + 2}/000001-00{n}.parquet" for n in (0, 1)
    ]
    assert [part.to_pylist() for part in parts(tmp_path, "a")] == [[{"x": 1}], [{"x": 2}]]


@pytest.mark.parametrize("source", [b"", b"\n\n", b"{cut\n"], ids=["empty", "blank", "bad"])
def test_no_events_are_no_files(source: bytes, tmp_path: Path) -> None:
    added = scan_eve(source, on_bad_lines="skip").to_parquet(tmp_path / "new" / "out")

    assert files(tmp_path / "new" / "out") == []
    assert added["events"].to_list() == [0]
    assert len(read_dataset(tmp_path / "new" / "out")) == 0


def test_events_without_any_value_have_their_rows(tmp_path: Path) -> None:
    scan_eve(b'{}\n{"event_type":"a"}\n{"event_type":null}\n').to_parquet(
        tmp_path, partition_by=BY_TYPE
    )

    assert dataset(tmp_path).to_table().sort_by(LINE).to_pylist() == [
        {LINE: 0, "event_type": None},
        {LINE: 1, "event_type": "a"},
        {LINE: 2, "event_type": None},
    ]


def test_fields_that_are_called_as_the_keys_are_told_apart(tmp_path: Path) -> None:
    event = {
        name: n
        for n, name in enumerate(("date", "_date", "HOUR", "line", "_line", "__line", "Event_Type"))
    }
    scan = scan_eve(log({"event_type": "a", **event}))
    scan.to_parquet(tmp_path)

    (table,) = parts(tmp_path, "a")
    assert set(table.column_names) == {
        *("_date", "__date", "_HOUR", "line", "__line", "___line", "_Event_Type")
    }
    pd.testing.assert_frame_equal(read_dataset(tmp_path), scan.to_pandas())


# --- folders -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("event_type",), "event_type=a"),
        (("date", "event_type"), "date=2026-01-01/event_type=a"),
        (("event_type", "date", "hour"), "event_type=a/date=2026-01-01/hour=23"),
        (["event_type", "hour"], "event_type=a/hour=23"),
    ],
)
def test_folders_are_made_by_the_time_in_utc(
    keys: Sequence[str], expected: str, tmp_path: Path
) -> None:
    events = [{"event_type": "a", "timestamp": "2026-01-02T01:59:59.9+0200"}, {"event_type": "a"}]
    scan_eve(log(*events)).to_parquet(tmp_path, partition_by=keys)

    missing = "/".join(
        part if part.startswith("event") else part.split("=")[0] + "=__HIVE_DEFAULT_PARTITION__"
        for part in expected.split("/")
    )
    assert {name.rpartition("/")[0] for name in files(tmp_path)} == {expected, missing}


@pytest.mark.parametrize(
    "keys", [(), ("date",), ("event_type", "day"), ("event_type", "event_type"), ("event_type", 1)]
)
def test_other_folders_are_refused(keys: Any, tmp_path: Path) -> None:
    with pytest.raises(EveOptionError, match=r"^partition_by=\(.*'event_type'"):
        scan_eve(b"{}").to_parquet(tmp_path / "out", partition_by=keys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keys", ["event_type", None, {"event_type"}])
def test_keys_are_a_sequence(keys: Any, tmp_path: Path) -> None:
    with pytest.raises(EveTypeError, match=r"^partition_by=.* is not a tuple of 'event_type'"):
        scan_eve(b"{}").to_parquet(tmp_path, partition_by=keys)


HOSTILE = {
    "slash": "a/b",
    "parents": "../../x",
    "parent": "..",
    "dot": ".",
    "empty": "",
    "root": "/etc/passwd",
    "backslash": "a\\..\\b",
    "nul": "a\0b",
    "equals": "a=b",
    "percent": "%2e%2e",
    "blank": " a ",
    "hidden": ".a",
    "underscore": "_a",
    "question": "a?b#c",
    "letter": "h\u00e9",
    "sign": "\U0001f642",
    "newline": "a\nb",
    "null": "null",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_any_type_is_a_folder_inside_and_reads_back(name: str, tmp_path: Path) -> None:
    scan = scan_eve(log({"event_type": name, "n": 1}, {"event_type": "dns", "n": 2}))
    scan.to_parquet(tmp_path / "out", partition_by=BY_TYPE)

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert all(len(Path(found).parts) == 2 for found in files(tmp_path / "out"))
    rows = dataset(tmp_path / "out").to_table(columns=["n", "event_type"]).sort_by("n").to_pylist()
    assert rows == [{"n": 1, "event_type": name}, {"n": 2, "event_type": "dns"}]


SHARED = {
    "long": "x" * 500,
    "long-when-quoted": "\u2603" * 20,
    "name-of-missing": "__HIVE_DEFAULT_PARTITION__",
    "name-of-shared": "__other__",
}


@pytest.mark.parametrize("name", SHARED.values(), ids=SHARED)
def test_what_can_be_no_folder_of_its_own_is_told_by_the_file(name: str, tmp_path: Path) -> None:
    """A folder's name has at most 255 bytes, and one name means a missing type."""
    scan = scan_eve(log({"event_type": name, "n": 1}, {"n": 2}))
    scan.to_parquet(tmp_path, partition_by=BY_TYPE)

    assert files(tmp_path) == [f"{NO_TYPE}/000001-001.parquet", f"{OTHER}/000001-000.parquet"]
    (shared,) = parts(tmp_path, "__other__")
    assert shared.to_pylist() == [{"_event_type": name, "n": 1}]


def test_very_many_types_share_a_folder(tmp_path: Path) -> None:
    """In it the rows ascend, whatever their types are."""
    names = [f"t{n}" for n in range(300)] * 2
    scan = scan_eve(log(*({"event_type": name, "n": n} for n, name in enumerate(names))))
    scan.to_parquet(tmp_path, partition_by=BY_TYPE)

    folders = {path.name for path in tmp_path.iterdir()} - {"_eve"}
    assert folders == {f"event_type=t{n}" for n in range(256)} | {OTHER}
    (shared,) = parts(tmp_path, "__other__")
    expected = [name for name in names if int(name[1:]) >= 256]
    assert shared.column("_event_type").to_pylist() == expected
    pd.testing.assert_frame_equal(read_dataset(tmp_path), scan.to_pandas())


# --- files ---------------------------------------------------------------------------------------


def rows_by_part(folder: Path, event_type: str) -> list[list[dict[str, Any]]]:
    return [table.to_pylist() for table in parts(folder, event_type)]


NEW_COLUMN = log({"event_type": "a", "x": 1}, {"event_type": "a", "x": 2, "y": "t"})


def test_a_column_that_comes_later_is_in_the_first_file_if_that_was_not_written_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is without rows: a reader that goes by the first one would miss the column."""
    small_runs(monkeypatch, 1)
    scan_eve(NEW_COLUMN).to_parquet(tmp_path)

    assert rows_by_part(tmp_path, "a") == [[{"x": 1, "y": None}, {"x": 2, "y": "t"}]]


def test_a_column_that_comes_later_makes_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_runs(monkeypatch, 1)
    group_rows(monkeypatch, 1)
    data = NEW_COLUMN + log({"event_type": "a", "y": "u"})
    scan_eve(data).to_parquet(tmp_path, partition_by=BY_TYPE)

    assert rows_by_part(tmp_path, "a") == [
        [{"x": 1}],
        [{"x": 2, "y": "t"}, {"x": None, "y": "u"}],
    ]
    assert dataset(tmp_path).to_table(columns=["x", "y"]).to_pylist() == [
        {"x": 1, "y": None},
        {"x": 2, "y": "t"},
        {"x": None, "y": "u"},
    ]


@pytest.mark.parametrize("rows", [100_000, 1])
def test_an_unknown_field_has_one_type_that_holds_all_its_values(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether or not what came before was written already; nothing is lost."""
    small_runs(monkeypatch, 1)
    group_rows(monkeypatch, rows)
    values = [1, 2, "t", 0.5, 5, [1], [], "u", None, True, {"k": 1}]
    scan = scan_eve(log(*({"event_type": "a", "x": value} for value in values)))
    with pytest.warns(EveWarning, match=r"^values of several kinds became text in x; "):
        scan.to_parquet(tmp_path)

    found = [table.column("x") for table in parts(tmp_path, "a") if "x" in table.column_names]
    assert {column.type for column in found} == {pa.string()}
    texts = [value for column in found for value in column.to_pylist() if value is not None]
    assert texts == ["1", "2", "t", "0.5", "5", "[1]", "[]", "u", "true"]
    with pytest.warns(EveWarning):
        expected = scan.to_pandas()
    pd.testing.assert_frame_equal(read_dataset(tmp_path), expected)


def test_long_files_are_written_in_groups_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that memory does not grow with the file; the size of what waits counts as well."""
    data = log(*({"event_type": "ab"[n % 2], "n": n + 100} for n in range(100)))
    small_runs(monkeypatch, len(data) // 10)
    group_rows(monkeypatch, 20)
    scan_eve(data).to_parquet(tmp_path / "rows", partition_by=BY_TYPE)
    group_rows(monkeypatch, 1000)
    group_bytes(monkeypatch, 1)
    scan_eve(data).to_parquet(tmp_path / "bytes", partition_by=BY_TYPE)

    def groups(folder: str) -> list[int]:
        path = tmp_path / folder / "event_type=a" / "000001-000.parquet"
        meta = pq.ParquetFile(path).metadata
        return [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]

    assert groups("rows") == [20, 20, 10]
    assert sum(groups("bytes")) == 50
    assert max(groups("bytes")) <= 10
    for folder in ("rows", "bytes"):
        (table,) = parts(tmp_path / folder, "b")
        assert table.column("n").to_pylist() == list(range(101, 200, 2))


def test_files_tell_the_bounds_of_numbers_and_of_core_fields(tmp_path: Path) -> None:
    """Those of other texts rule out nothing, and may be long."""
    event = {
        "src_ip": "192.0.2.1",
        "http": {"url": "/"},
        "dns": {"answers": [{"ttl": 5, "d": "x"}]},
    }
    scan_eve(log({"event_type": "a", "n": 7, **event})).to_parquet(tmp_path, partition_by=BY_TYPE)

    group = pq.ParquetFile(next(tmp_path.rglob("*.parquet"))).metadata.row_group(0)
    columns = [group.column(n) for n in range(group.num_columns)]
    assert {column.path_in_schema for column in columns if column.statistics is None} == {
        "http.url",
        "dns.answers.list.element.d",
    }


def test_no_more_files_are_open_than_a_process_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder whose file had to make room for others gets another one."""
    monkeypatch.setattr(parts_module, "_MAX_OPEN", 3)
    group_bytes(monkeypatch, 1)
    small_runs(monkeypatch, 1)
    most = 0
    begun = parts_module.Parts._begun

    def counted(self: parts_module.Parts, *args: Any) -> Any:
        nonlocal most
        result = begun(self, *args)
        most = max(most, len(self._open) + 1)
        return result

    monkeypatch.setattr(parts_module.Parts, "_begun", counted)
    names = [f"t{n}" for n in range(5)] * 2
    data = log(*({"event_type": name, "n": n} for n, name in enumerate(names)))
    scan_eve(data).to_parquet(tmp_path)

    assert most == 3
    assert len(files(tmp_path)) == 10
    pd.testing.assert_frame_equal(read_dataset(tmp_path), scan_eve(data).to_pandas())


# --- what is refused, and what is left behind ----------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def test_a_folder_with_something_else_in_it_is_not_touched(tmp_path: Path) -> None:
    """Nor is the source looked at."""
    (tmp_path / "event_type=dns").mkdir()
    (tmp_path / "event_type=dns" / "part-00000.parquet").write_bytes(b"precious")
    before = contents(tmp_path)
    for dest in (tmp_path, str(tmp_path)):
        with pytest.raises(FileExistsError) as caught:
            scan_eve("/no/such/file").to_parquet(dest)
        assert str(caught.value) == (
            f"{tmp_path} exists, and is neither empty nor a dataset that to_parquet wrote; choose "
            "another folder, or remove it first"
        )
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["event_type=dns"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        scan_eve(b"{}").to_parquet(path)
    assert contents(tmp_path) == {"out.parquet": b"precious"}


def test_an_empty_folder_and_one_that_is_not_there_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "empty").mkdir()
    for dest in (tmp_path / "empty", str(tmp_path / "a" / "b"), "~/home"):
        scan_eve(b'{"event_type":"dns","n":1}').to_parquet(dest, partition_by=BY_TYPE)

    for folder in ("a/b", "empty", "home"):
        assert files(tmp_path / folder) == ["event_type=dns/000001-000.parquet"]


def test_a_url_is_refused_rather_than_made_a_folder_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EveOptionError, match=r"^dest='s3://bucket/eve' is a URL; "):
        scan_eve(b"{}").to_parquet("s3://bucket/eve")
    assert list(tmp_path.iterdir()) == []


def half_bad(monkeypatch: pytest.MonkeyPatch, **options: Any) -> EveScan:
    """Return a scan that fails when some runs have been written."""
    small_runs(monkeypatch, 400)
    group_rows(monkeypatch, 1)
    events = [
        {"event_type": "ab"[n % 2], "n": n, "late" if n > 40 else "early": n} for n in range(99)
    ]
    return scan_eve(log(*events) + b"{cut\n" + log(*events), **options)


def test_a_full_disk_leaves_no_thread_and_no_open_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while the exception is kept, and with it what the writer had in hand."""
    small_runs(monkeypatch, 400)
    source = tmp_path / "eve.json.gz"
    source.write_bytes(gzip.compress(log(*({"event_type": "a", "n": n} for n in range(999)))))
    streams: list[Any] = []
    monkeypatch.setattr(intake, "blocks", kept(sources_module.blocks, streams))
    monkeypatch.setattr(write_module, "read_rest", kept(rest.read_rest, streams))
    monkeypatch.setattr(waiting.Waiting, "add", full)

    with pytest.raises(OSError, match="No space left") as caught:
        scan_eve(source).to_parquet(tmp_path / "out")

    assert len(streams) == 2
    assert [stream.gi_frame for stream in streams] == [None, None]  # they are closed
    assert our_threads.left() == []
    del caught


def kept(function: Callable[..., Any], results: list[Any]) -> Callable[..., Any]:
    """Keep what a function returns, as a traceback does with what a frame holds."""

    def call(*args: Any, **options: Any) -> Any:
        results.append(function(*args, **options))
        return results[-1]

    return call


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_error_leaves_nothing_that_was_not_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EveParseError, match="line 100") as caught:
        half_bad(monkeypatch, on_bad_lines="error").to_parquet(tmp_path)

    # Also while the exception is kept, and with it what the writer had in hand.
    assert our_threads.left() == []
    del caught
    assert files(tmp_path) == []
    assert [path.name for path in (tmp_path / "_eve").iterdir()] == ["lock"]
    # What failed before there was anything does not keep others from it.
    half_bad(monkeypatch, on_bad_lines="skip", event_types="a").to_parquet(tmp_path)
    assert {name.split("/")[0] for name in files(tmp_path)} == {"event_type=a"}


def test_an_error_keeps_what_was_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later call takes the rest, and nothing twice."""
    monkeypatch.setattr(write_module, "_COMMIT_BYTES", 400)
    scan = half_bad(monkeypatch, on_bad_lines="error")
    with pytest.raises(EveParseError, match="line 100"):
        scan.to_parquet(tmp_path)
    have = read_dataset(tmp_path)
    assert 0 < len(have) < 99

    added = half_bad(monkeypatch, on_bad_lines="skip").to_parquet(tmp_path)
    assert added["status"].to_list() == ["continued"]
    assert added["events"].to_list() == [198 - len(have)]
    expected = half_bad(monkeypatch, on_bad_lines="skip").to_pandas()
    pd.testing.assert_frame_equal(read_dataset(tmp_path), expected)


def test_unfinished_files_are_no_part_of_the_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody may read the folder while it is written, and kill the writer."""
    seen: list[tuple[list[str], int]] = []
    begun = parts_module.Parts._begun

    def looked(self: parts_module.Parts, *args: Any) -> Any:
        result = begun(self, *args)
        staged = [path for path in (tmp_path / "_eve").rglob("*") if path.name.startswith("0")]
        seen.append((files(tmp_path), len(staged)))
        assert ds.dataset(tmp_path, partitioning="hive").count_rows() == 0
        assert not list(tmp_path.rglob("*.parquet"))
        return result

    monkeypatch.setattr(parts_module.Parts, "_begun", looked)
    group_bytes(monkeypatch, 1)
    half_bad(monkeypatch, on_bad_lines="skip").to_parquet(tmp_path)

    assert [found for found, _ in seen] == [[]] * len(seen)
    assert seen[-1][1] >= 4


def test_when_closing_fails_as_well_the_first_error_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk fails twice; every unfinished file goes all the same."""

    class Full:
        def __init__(self, path: Path, *_: Any, **__: Any) -> None:
            path.write_bytes(b"PAR1")

        def write_table(self, table: pa.Table) -> None:
            if table.num_rows == 2:
                raise OSError(28, "No space left on device")

        def close(self) -> None:
            raise OSError(28, "closing")

    monkeypatch.setattr(pq, "ParquetWriter", Full)
    group_rows(monkeypatch, 1)
    data = log(*({"event_type": kind, "x": 1} for kind in "abcc"))

    with pytest.raises(OSError, match="No space left"):
        scan_eve(data).to_parquet(tmp_path)
    assert files(tmp_path) == []
    assert [path.name for path in (tmp_path / "_eve").iterdir()] == ["lock"]


def test_what_was_left_out_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = half_bad(monkeypatch)
    with pytest.warns(EveWarning) as caught:
        added = scan.to_parquet(tmp_path, partition_by=BY_TYPE)

    (warning,) = caught
    assert warning.filename == __file__
    assert str(warning.message).startswith("1 of 199 lines left out (first: <bytes>, line 100: ")
    assert dataset(tmp_path).count_rows() == 198
    assert added.attrs["eve"]["bad_lines"] == 1


def test_the_result_has_a_row_for_each_source(tmp_path: Path) -> None:
    data = log({"event_type": "a"}, {"event_type": "b"})
    (tmp_path / "eve.json").write_bytes(data)
    added = scan_eve([tmp_path / "eve.json", b"", data]).to_parquet(tmp_path / "out")

    expected = pd.DataFrame(
        {
            "source": [str(tmp_path / "eve.json"), "<bytes>", "<bytes>"],
            "status": ["written", "known", "known"],
            "lines": [2, 0, 0],
            "events": [2, 0, 0],
            "bytes": [len(data), 0, 0],
        }
    )
    text, number = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
    dtypes = dict.fromkeys(expected.columns, number) | {"source": text, "status": text}
    pd.testing.assert_frame_equal(added, expected.astype(dtypes))


def test_pandas_reads_it(tmp_path: Path) -> None:
    scan = scan_eve(DATA)
    scan.to_parquet(tmp_path, partition_by=BY_TYPE)
    frame = pd.read_parquet(tmp_path, dtype_backend="pyarrow")

    counts = {name: len(table) for name, table in scan.tables().items()}
    assert frame["event_type"].astype(str).value_counts().to_dict() == counts
