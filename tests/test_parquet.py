"""Parquet datasets: every event once, in the folder of its type, with the dtypes of a read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from suricata_eve import parquet as module
from suricata_eve import scan as scan_module
from suricata_eve import scan_eve
from suricata_eve.errors import EveOptionError, EveParseError, EveWarning
from suricata_eve.ingest.read import read_batches
from suricata_eve.parquet import write_batches
from suricata_eve.scan import EveScan

DATA = Path(__file__).parent / "data" / "log4j-suricata8.json.gz"
OTHER, NO_TYPE = "event_type=__other__", "event_type=__HIVE_DEFAULT_PARTITION__"


def log(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def parts(folder: Path, event_type: str) -> list[pa.Table]:
    """Return what the files of one type hold themselves."""
    found = sorted((folder / f"event_type={event_type}").iterdir())
    return [pq.ParquetFile(path).read() for path in found]


def dataset(folder: Path) -> ds.Dataset:
    """Open all of it, with the columns of every part."""
    first = ds.dataset(folder, partitioning="hive")
    schemas = [fragment.physical_schema for fragment in first.get_fragments()]
    return ds.dataset(
        folder, partitioning="hive", schema=pa.unify_schemas([*schemas, first.schema])
    )


def batches_of(monkeypatch: pytest.MonkeyPatch, events: int) -> None:
    """Write tables of so many events, rather than of megabytes."""
    monkeypatch.setattr(
        scan_module, "read_runs", lambda reading: read_batches(reading, events=events)
    )


def group_rows(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(module, "_GROUP_ROWS", rows)


# --- the same events -----------------------------------------------------------------------------


@pytest.mark.parametrize("events", [50_000, 3000])
def test_a_real_file_reads_back_as_its_tables(
    events: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By type: the same rows in the same order, the same columns, values and types."""
    batches_of(monkeypatch, events)
    scan = scan_eve(DATA)
    scan.to_parquet(tmp_path / "out")
    whole = dataset(tmp_path / "out")

    tables = scan.tables()
    assert sum(map(len, tables.values())) == whole.count_rows()
    for name, table in tables.items():
        found = whole.to_table(filter=ds.field("event_type") == name)
        assert len(found) == len(table)
        for column in table.column_names:
            assert found.schema.field(column).type == table.schema.field(column).type, column
            assert (
                found.column(column).combine_chunks().equals(table.column(column).combine_chunks())
            ), column
        others = [column for column in found.column_names if column not in table.column_names]
        assert all(found.column(column).null_count == len(table) for column in others)


@pytest.mark.parametrize("source", [DATA], ids=["suricata8"])
def test_each_file_has_only_columns_with_values(source: Path, tmp_path: Path) -> None:
    scan_eve(source).to_parquet(tmp_path)

    for name in files(tmp_path):
        table = pq.ParquetFile(tmp_path / name).read()
        assert name.startswith("event_type=")
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
    # Parquet has its own name for what is in a list.
    plain = {
        field.name: field.type for field in expected.schema if not pa.types.is_nested(field.type)
    }
    assert {name: table.schema.field(name).type for name in plain} == plain


def test_what_is_not_asked_for_is_not_written(tmp_path: Path) -> None:
    scan = scan_eve(
        log(*({"event_type": kind, "flow_id": n, "x": n} for n in range(5) for kind in "ab")),
        event_types="a",
        columns=["x", "flow_id"],
        nrows=3,
    )
    scan.to_parquet(tmp_path)

    assert files(tmp_path) == ["event_type=a/part-00000.parquet"]
    (table,) = parts(tmp_path, "a")
    assert table.to_pylist() == [{"x": n, "flow_id": n} for n in range(3)]


@pytest.mark.parametrize("source", [b"", b"\n\n", b"{cut"], ids=["empty", "blank", "bad"])
def test_no_events_are_an_empty_folder(source: bytes, tmp_path: Path) -> None:
    scan_eve(source, on_bad_lines="skip").to_parquet(tmp_path / "new" / "out")

    assert list((tmp_path / "new" / "out").iterdir()) == []


def test_events_without_any_value_have_their_rows(tmp_path: Path) -> None:
    scan_eve(b'{}\n{"event_type":"a"}\n{"event_type":null}\n').to_parquet(tmp_path)

    assert dataset(tmp_path).to_table().to_pylist() == [
        {"event_type": None},
        {"event_type": None},
        {"event_type": "a"},
    ]


# --- names of types ------------------------------------------------------------------------------

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
    scan.to_parquet(tmp_path / "out")

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert all(len(Path(found).parts) == 2 for found in files(tmp_path / "out"))
    rows = dataset(tmp_path / "out").to_table().sort_by("n").to_pylist()
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
    scan.to_parquet(tmp_path)

    assert files(tmp_path) == [f"{NO_TYPE}/part-00000.parquet", f"{OTHER}/part-00000.parquet"]
    (shared,) = parts(tmp_path, "__other__")
    assert shared.to_pylist() == [{"event_type": name, "n": 1}]


def test_very_many_types_share_a_folder(tmp_path: Path) -> None:
    names = [f"t{n}" for n in range(300)] * 2
    scan = scan_eve(log(*({"event_type": name, "n": n} for n, name in enumerate(names))))
    scan.to_parquet(tmp_path)

    folders = {path.name for path in tmp_path.iterdir()}
    assert folders == {f"event_type=t{n}" for n in range(256)} | {OTHER}
    (shared,) = parts(tmp_path, "__other__")
    assert sorted(shared.column("event_type").to_pylist()) == sorted(
        name for name in names if int(name[1:]) >= 256
    )
    assert dataset(tmp_path).count_rows() == 600


# --- parts ---------------------------------------------------------------------------------------


def rows_by_part(folder: Path, event_type: str) -> list[list[dict[str, Any]]]:
    return [table.to_pylist() for table in parts(folder, event_type)]


NEW_COLUMN = log({"event_type": "a", "x": 1}, {"event_type": "a", "x": 2, "y": "t"})


def test_a_column_that_comes_later_is_in_the_first_part_if_that_was_not_written_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part is without rows: a reader that goes by the first one would miss the column."""
    batches_of(monkeypatch, 1)
    scan_eve(NEW_COLUMN).to_parquet(tmp_path)

    assert rows_by_part(tmp_path, "a") == [[{"x": 1, "y": None}, {"x": 2, "y": "t"}]]


def test_a_column_that_comes_later_makes_a_new_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches_of(monkeypatch, 1)
    group_rows(monkeypatch, 1)
    scan_eve(NEW_COLUMN + log({"event_type": "a", "y": "u"})).to_parquet(tmp_path)

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
def test_an_unknown_field_of_another_type_makes_a_new_part(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether or not what came before was written already; nothing is lost or changed."""
    batches_of(monkeypatch, 2)
    group_rows(monkeypatch, rows)
    values = [1, 2, 3, 4, "t", "u", 0.5, 5, [1], [2], [], [], "t", "u"]
    scan_eve(log(*({"event_type": "a", "x": value} for value in values))).to_parquet(tmp_path)

    found = [table.column("x") for table in parts(tmp_path, "a")]
    assert [column.type for column in found] == [
        pa.int64(),
        pa.string(),
        pa.float64(),
        pa.list_(pa.field("element", pa.int64())),
        pa.list_(pa.field("element", pa.string())),
        pa.string(),
    ]
    assert [value for column in found for value in column.to_pylist()] == values


def test_long_files_are_written_in_groups_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that memory does not grow with the file; the size of what waits counts as well."""
    batches_of(monkeypatch, 10)
    data = log(*({"event_type": "ab"[n % 2], "n": n} for n in range(100)))
    group_rows(monkeypatch, 20)
    scan_eve(data).to_parquet(tmp_path / "rows")
    group_rows(monkeypatch, 1000)
    monkeypatch.setattr(module, "_PENDING_BYTES", 1)
    scan_eve(data).to_parquet(tmp_path / "bytes")

    def groups(folder: str) -> list[int]:
        meta = pq.ParquetFile(tmp_path / folder / "event_type=a" / "part-00000.parquet").metadata
        return [meta.row_group(n).num_rows for n in range(meta.num_row_groups)]

    assert groups("rows") == [20, 20, 10]
    assert groups("bytes") == [5] * 10
    for folder in ("rows", "bytes"):
        (table,) = parts(tmp_path / folder, "b")
        assert table.column("n").to_pylist() == list(range(1, 100, 2))


# --- what is refused, and what is left behind ----------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    """Nor is the source looked at."""
    (tmp_path / "event_type=dns").mkdir()
    (tmp_path / "event_type=dns" / "part-00000.parquet").write_bytes(b"precious")
    before = contents(tmp_path)
    for dest in (tmp_path, str(tmp_path)):
        with pytest.raises(FileExistsError) as caught:
            scan_eve("/no/such/file").to_parquet(dest)
        assert str(caught.value) == (
            f"{tmp_path} exists and is not an empty folder; choose another one, or remove it first"
        )
    assert contents(tmp_path) == before


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
        scan_eve(b'{"event_type":"dns","n":1}').to_parquet(dest)

    assert files(tmp_path) == [
        f"{folder}/event_type=dns/part-00000.parquet" for folder in ("a/b", "empty", "home")
    ]


def test_a_url_is_refused_rather_than_made_a_folder_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EveOptionError, match=r"^dest='s3://bucket/eve' is a URL; "):
        scan_eve(b"{}").to_parquet("s3://bucket/eve")
    assert list(tmp_path.iterdir()) == []


def half_bad(monkeypatch: pytest.MonkeyPatch, **options: Any) -> EveScan:
    """Return a scan that fails when some batches have been written."""
    batches_of(monkeypatch, 10)
    group_rows(monkeypatch, 1)
    monkeypatch.setattr(scan_module, "_RUN_BYTES", 400)
    events = [
        {"event_type": "ab"[n % 2], "n": n, "late" if n > 40 else "early": n} for n in range(99)
    ]
    return scan_eve(log(*events) + b"{cut\n" + log(*events), **options)


def test_an_error_leaves_no_unfinished_file_and_no_half_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts that were complete stay, and can be read; the one being written is removed."""
    threads = set(threading.enumerate())
    with pytest.raises(EveParseError, match="line 100"):
        half_bad(monkeypatch, on_bad_lines="error").to_parquet(tmp_path)

    assert set(threading.enumerate()) == threads
    assert files(tmp_path) == ["event_type=a/part-00000.parquet", "event_type=b/part-00000.parquet"]
    numbers = [row["n"] for kind in "ab" for part in rows_by_part(tmp_path, kind) for row in part]
    assert sorted(numbers) == list(range(40))
    assert all("late" not in table.column_names for table in parts(tmp_path, "a"))


def test_unfinished_files_are_no_part_of_the_dataset(tmp_path: Path) -> None:
    """Somebody may read the folder while it is written, and kill the writer."""
    seen = []

    def tables() -> Iterator[tuple[str, pa.Table]]:
        yield "a", pa.table({"x": pa.array(range(100_000))})
        seen.append(files(tmp_path))
        seen.append(ds.dataset(tmp_path, partitioning="hive").count_rows())
        yield "a", pa.table({"y": pa.array(range(100_000))})
        seen.append(files(tmp_path))

    write_batches(tables(), tmp_path)

    assert seen == [
        ["event_type=a/.part-00000.parquet.unfinished"],
        0,
        ["event_type=a/.part-00001.parquet.unfinished", "event_type=a/part-00000.parquet"],
    ]
    assert files(tmp_path) == ["event_type=a/part-00000.parquet", "event_type=a/part-00001.parquet"]


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
    tables = [(kind, pa.table({"x": [1] * rows})) for kind, rows in (("a", 1), ("b", 1), ("c", 2))]

    with pytest.raises(OSError, match="No space left"):
        write_batches(tables, tmp_path)
    assert files(tmp_path) == []


def test_what_was_left_out_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = half_bad(monkeypatch)
    with pytest.warns(EveWarning) as caught:
        scan.to_parquet(tmp_path)

    (warning,) = caught
    assert warning.filename == __file__
    assert str(warning.message).startswith("1 of 199 lines left out (first: <bytes>, line 100: ")
    assert dataset(tmp_path).count_rows() == 198


# --- other readers -------------------------------------------------------------------------------


def counts(scan: EveScan) -> dict[Any, int]:
    return {name: len(table) for name, table in scan.tables().items()}


def test_pandas_reads_it(tmp_path: Path) -> None:
    scan = scan_eve(DATA)
    scan.to_parquet(tmp_path)
    frame = pd.read_parquet(tmp_path, dtype_backend="pyarrow")

    assert frame["event_type"].astype(str).value_counts().to_dict() == counts(scan)


def test_duckdb_reads_it(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    scan = scan_eve(DATA)
    scan.to_parquet(tmp_path)
    files = duckdb.read_parquet(
        f"{tmp_path}/*/*.parquet", hive_partitioning=True, union_by_name=True
    )
    rows = files.aggregate(
        "event_type, count(*), count(flow_id), count(distinct flow_id)"
    ).fetchall()

    found = {name: rest for name, *rest in rows}
    frame = scan.to_pandas()
    expected = frame.groupby("event_type")["flow_id"].agg(["size", "count", "nunique"])
    assert found == {name: list(row) for name, *row in expected.itertuples(name=None)}


def test_polars_reads_it(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    scan = scan_eve(DATA)
    scan.to_parquet(tmp_path)
    # Most columns are of one type of event; any file can come first.
    for name, table in scan.tables().items():
        found = pl.read_parquet(
            tmp_path / f"event_type={name}" / "*.parquet", hive_partitioning=True
        )
        assert set(found.columns) == {*table.column_names, "event_type"}
        assert found.height == len(table)
        if "flow_id" in table.column_names:
            assert found["flow_id"].to_list() == table["flow_id"].to_pylist()
    whole = pl.scan_parquet(
        tmp_path, hive_partitioning=True, missing_columns="insert", extra_columns="ignore"
    )
    assert whole.select(pl.len()).collect().item() == sum(counts(scan).values())
