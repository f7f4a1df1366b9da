"""duckdb, polars and pyarrow read a dataset as it is: its rows, its columns, their values."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from suricata_eve import EveWarning, read_dataset, scan_eve
from suricata_eve.dataset.layout import LINE, OTHER_TYPES, column_of, event_type_of, type_name
from suricata_eve.ingest.values import pruned


def log(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def at(day: int) -> str:
    return f"2026-03-{day:02}T10:00:00.000001Z"


# What a later log brings that an earlier one has not: columns, members of objects, another kind
# of value, other days; no time, no type, and types and names that somebody made up.
FIRST = log(
    {"timestamp": at(1), "event_type": "alert", "flow_id": 1, "alert": {"signature": "ET \u2603"}},
    {"timestamp": at(2), "event_type": "alert", "flow_id": 2, "vlan": [1, 2], "x": 7, "z": 1},
    {"timestamp": at(1), "event_type": "dns", "dest_port": 53, "dns": {"id": 65535}, "ok": True},
    {"timestamp": at(1), "event_type": "http", "http": {"request_headers": [{"name": "Host"}]}},
)
SECOND = log(
    {"timestamp": at(2), "event_type": "alert", "flow_id": 3, "x": "text", "z": 0.5, "new": [0.5]},
    {"timestamp": at(2), "event_type": "dns", "flow_id": 2**64 - 1, "n": 2**64 - 1, "date": "d"},
    {"event_type": "dns", "_line": 5, "hour": [1], "_date": None, "__date": "u"},
    {
        "timestamp": at(3),
        "event_type": "http",
        "http": {"request_headers": [{"name": "A", "value": "v", "table_size": 3}, {"value": "w"}]},
    },
    {"timestamp": at(3), "x": 1},
    {"timestamp": at(3), "event_type": "a/b c%", "x": 1, "quote'\"`": 1, "new\nline": "t"},
    {"timestamp": at(3), "event_type": "t" * 300, "x": 1},
)
TYPES = [None, "alert", "dns", "http", "a/b c%", "t" * 300]
IDS = ["none", "alert", "dns", "http", "quoted", "other"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foreign") / "eve.parquet"
    scan_eve(FIRST).to_parquet(folder)
    with pytest.warns(EveWarning, match="became text in x"):
        scan_eve(SECOND).to_parquet(folder)
    return folder


def expected_rows(root: Path, event_type: str | None) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the columns and values of one type, as `read_dataset` has them."""
    if event_type is None:
        options: dict[str, Any] = {"exclude_event_types": TYPES[1:]}
    else:
        options = {"event_types": event_type}
    frame = read_dataset(root, order="file", **options)
    columns = {LINE: pa.array(frame.index.to_numpy())}
    for name, column in frame.items():
        if name != "event_type" or type_name(event_type) == OTHER_TYPES:
            columns[column_of(str(name))] = column.array.__arrow_array__()
    return list(columns), values(pa.table(columns))


def values(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows without what is missing in them, as JSON would have it."""
    return [pruned(row) for row in table.to_pylist()]


def check(root: Path, event_type: str | None, table: pa.Table) -> None:
    """Compare what another reader gives of a type, its columns of the folders included."""
    columns, rows = expected_rows(root, event_type)
    name = type_name(event_type)
    keys = {"date", "event_type"}

    found = values(table.sort_by(LINE))

    assert {column for row in found for column in row} <= {*columns, *keys}
    assert [str(row.get("date")) for row in found] == [
        str(row["timestamp"].date()) if "timestamp" in row else "None" for row in rows
    ]
    assert {row.get("event_type") for row in found} <= {None, event_type_of(name)}
    assert [{k: v for k, v in row.items() if k not in keys} for row in found] == rows


def folder_of(root: Path, event_type: str | None) -> str:
    return f"{root}/event_type={type_name(event_type)}"


def casts_objects() -> bool:
    try:
        pa.array([{"a": 1}]).cast(pa.struct([("a", pa.int64()), ("b", pa.int64())]))
    except pa.ArrowTypeError:
        return False
    return True


@pytest.mark.parametrize("event_type", TYPES, ids=IDS)
def test_pyarrow(root: Path, event_type: str | None) -> None:
    folder = folder_of(root, event_type)
    schema = pq.read_schema(f"{folder}/_common_metadata").append(pa.field("date", pa.string()))
    dataset = ds.dataset(folder, schema=schema, partitioning="hive")
    if event_type == "http" and not casts_objects():
        pytest.skip("this pyarrow does not add members to objects")

    check(root, event_type, dataset.to_table())


@pytest.mark.parametrize("event_type", TYPES, ids=IDS)
def test_polars(root: Path, event_type: str | None) -> None:
    pl = pytest.importorskip("polars")
    folder = folder_of(root, event_type)
    scan = pl.scan_parquet(
        f"{folder}/**/*.parquet",
        schema=pl.read_parquet_schema(f"{folder}/_common_metadata"),
        missing_columns="insert",
        cast_options=pl.ScanCastOptions(
            missing_struct_fields="insert", extra_struct_fields="ignore"
        ),
        hive_partitioning=True,
    )

    check(root, event_type, scan.collect().to_arrow())


@pytest.mark.parametrize("event_type", TYPES, ids=IDS)
def test_duckdb_by_type(root: Path, event_type: str | None) -> None:
    duckdb = pytest.importorskip("duckdb")
    files = duckdb.read_parquet(
        f"{folder_of(root, event_type)}/**/*.parquet", union_by_name=True, hive_partitioning=True
    )

    check(root, event_type, files.to_arrow_table())


# --- all types at once ---------------------------------------------------------------------------


def counts(root: Path) -> dict[Any, int]:
    """Return how many events each folder has; those without one of their own are told as one."""
    kinds = read_dataset(root, columns="event_type")["event_type"].tolist()
    names = [None if kind is pd.NA else event_type_of(type_name(kind)) for kind in kinds]
    return dict(Counter(names))


@pytest.mark.parametrize("pattern", ["", "/*/*/*.parquet", "/**/*.parquet"])
def test_duckdb(root: Path, pattern: str) -> None:
    """The columns of all types side by side, also where the folder is named without a pattern."""
    duckdb = pytest.importorskip("duckdb")
    files = duckdb.read_parquet(f"{root}{pattern}", union_by_name=True, hive_partitioning=True)

    assert dict(files.aggregate("event_type, count(*)").fetchall()) == counts(root)
    whole = read_dataset(root, order="file", columns=["flow_id", "dest_port"])
    assert files.order(LINE).project(f"{LINE}, flow_id, dest_port").fetchall() == [
        tuple(None if value is pd.NA else value for value in row)
        for row in whole.itertuples(name=None)
    ]


def test_polars_counts(root: Path) -> None:
    """By a pattern: other files, such as the manifest, it would take for data as well."""
    pl = pytest.importorskip("polars")
    scan = pl.scan_parquet(
        f"{root}/**/*.parquet",
        hive_partitioning=True,
        missing_columns="insert",
        extra_columns="ignore",
    )

    found = scan.group_by("event_type").len().collect()
    assert dict(found.rows()) == counts(root)


def test_pyarrow_counts(root: Path) -> None:
    whole = ds.dataset(root, partitioning="hive")

    assert whole.count_rows() == sum(counts(root).values())
    alerts = whole.to_table(filter=ds.field("event_type") == "alert", columns=["timestamp", LINE])
    expected = read_dataset(root, event_types="alert", columns=["timestamp"], order="file")
    found = alerts.sort_by(LINE)
    assert found[LINE].to_pylist() == expected.index.tolist()
    assert found["timestamp"].equals(expected["timestamp"].array.__arrow_array__())
