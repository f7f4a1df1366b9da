"""The small pieces that a writer is made of: names, manifest, lock, background work, dates."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow.fs import LocalFileSystem

from suricata_eve.dataset import layout
from suricata_eve.dataset.behind import Behind
from suricata_eve.dataset.divide import divided
from suricata_eve.dataset.lock import locked
from suricata_eve.dataset.manifest import DataFile, Manifest, SourceProgress, load, save
from suricata_eve.errors import EveDatasetError

# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("date", "_date"),
        ("_date", "__date"),
        ("Hour", "_Hour"),
        ("event_type", "_event_type"),
        ("line", "line"),
        ("_line", "__line"),
        ("dns.date", "dns.date"),
        ("date.", "date."),
        ("dates", "dates"),
        ("", ""),
    ],
)
def test_names_of_columns_come_back(field: str, column: str) -> None:
    assert layout.column_of(field) == column
    assert layout.field_of(column) == field


@pytest.mark.parametrize("name", ["dns", None, "a/b", "..", "", "\u2603", "a=b"])
def test_event_types_come_back(name: str | None) -> None:
    assert layout.event_type_of(layout.type_name(name)) == name
    path = layout.folder_of(("event_type", "date"), (layout.type_name(name), "2026-01-01"))
    assert layout.key_values(f"{path}/1.parquet")["event_type"] == layout.type_name(name)


# --- manifest ------------------------------------------------------------------------------------


def test_a_manifest_comes_back(tmp_path: Path) -> None:
    (tmp_path / "_eve").mkdir()
    schema = pa.schema([("_line", pa.int64()), ("x", pa.list_(pa.struct([("a", pa.int64())])))])
    manifest = Manifest(
        ("event_type",),
        options={"contains": ["\udcff"]},
        lines=5,
        commits=2,
        schemas={"a": schema},
        samples={"a": pa.record_batch({"x": pa.array([[{"a": 5}]])})},
        sources=[SourceProgress("\u2603", "h", 5, "d", 1, 1, [1, 2], "/x", marks=[(1, "d", "h")])],
        files=[DataFile("event_type=a/1.parquet", "a", 1, 2, 0, 0, None, None, 1)],
        staged=2,
        lagging=["event_type=a/1.parquet"],
        report={"lines": 5},
    )
    save(tmp_path, manifest)

    assert load(LocalFileSystem(), str(tmp_path)) == manifest
    assert load(LocalFileSystem(), f"{tmp_path}/") == manifest
    assert [path.name for path in (tmp_path / "_eve").iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no manifest of a dataset, or damaged"),
        ("[]", "or damaged"),
        ('{"format": 1}', "or damaged"),
        ('{"format": 1, "partition_by": [], "schemas": {"a": "AAAA"}}', "or damaged"),
        ('{"format": 2, "new": 1}', "is of format 2, and this version .* a newer version is"),
    ],
)
def test_other_manifests_are_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "_eve").mkdir()
    (tmp_path / "_eve" / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(EveDatasetError, match=message):
        load(LocalFileSystem(), str(tmp_path))


def test_no_manifest_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(LocalFileSystem(), str(tmp_path))


def test_a_manifest_is_json_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "_eve").mkdir()
    save(tmp_path, Manifest(("event_type",)))
    content = json.loads((tmp_path / "_eve" / "manifest.json").read_bytes())
    assert content["format"] == 1
    assert content["partition_by"] == ["event_type"]


# --- lock ----------------------------------------------------------------------------------------


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        locked(path, what="it"),
        pytest.raises(EveDatasetError, match=r"^it is being written by someone else; "),
        locked(path, what="it"),
    ):
        pass
    with pytest.raises(ValueError, match="inside"), locked(path, what="it"):
        int("inside")
    with locked(path, what="it"):
        pass


def test_nothing_of_another_system_is_imported() -> None:
    """`fcntl` and `msvcrt` are there on one kind of system each."""
    code = "import sys; sys.modules['msvcrt'] = None; import suricata_eve.dataset.lock"
    if sys.platform == "win32":
        code = code.replace("msvcrt", "fcntl")
    subprocess.run([sys.executable, "-c", code], check=True)


# --- background ----------------------------------------------------------------------------------


def test_calls_are_made_in_order_on_one_thread() -> None:
    seen: list[tuple[int, int]] = []
    with Behind("test") as behind:
        for n in range(20):
            behind.call(partial(lambda n: seen.append((n, threading.get_ident())), n))
        behind.wait()
        assert [n for n, _ in seen] == list(range(20))
    assert len({thread for _, thread in seen} - {threading.get_ident()}) == 1


def test_what_a_call_raises_is_raised_and_nothing_is_called_after_it() -> None:
    seen: list[int] = []

    def fail(n: int) -> None:
        if n == 1:
            raise OSError(28, "full")
        seen.append(n)

    with Behind("test") as behind:
        behind.call(partial(fail, 0))
        behind.call(partial(fail, 1))
        with pytest.raises(OSError, match="full"):
            behind.call(partial(fail, 2))
        behind.wait()
    assert seen == [0]


def test_it_does_without_a_thread_where_none_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError

    seen: list[int] = []
    with Behind("test") as behind:
        monkeypatch.setattr(threading.Thread, "start", refuse)
        behind.call(partial(seen.append, 1))
        assert seen == [1]


def test_calls_of_several_keys_are_made_side_by_side_and_of_one_in_order() -> None:
    meeting = threading.Barrier(2, timeout=60)
    seen: dict[str, list[int]] = {"a": [], "b": []}

    def meet(key: str, n: int) -> None:
        meeting.wait()
        seen[key].append(n)

    beside = Behind("test", threads=2)
    for n in range(5):
        for key in seen:
            beside.call(partial(meet, key, n), key=key)
    beside.wait()
    beside.end()
    assert seen == {"a": list(range(5)), "b": list(range(5))}


def test_no_more_calls_are_under_way_than_there_are_threads() -> None:
    """Each holds memory: who asks for one more waits."""
    lock, under_way, most = threading.Lock(), 0, 0

    def work() -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        threading.Event().wait(0.002)
        with lock:
            under_way -= 1

    beside = Behind("test", threads=2)
    for n in range(12):
        beside.call(work, key=str(n))
        assert len(beside._calls) <= 2
    beside.wait()
    beside.end()
    assert (under_way, most) == (0, 2)


def test_what_a_call_of_a_key_raises_is_raised_by_the_next() -> None:
    def fail() -> None:
        raise OSError(28, "full")

    beside = Behind("test", threads=2)
    for wait in (partial(beside.call, print, key="a"), partial(beside.wait, "a"), beside.wait):
        beside.call(fail, key="a")
        with pytest.raises(OSError, match="full"):
            wait()
    beside.call(fail, key="a")
    beside.end()


def test_calls_of_keys_do_without_threads_where_none_can_be_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any) -> None:
        raise RuntimeError

    seen: list[int] = []
    beside = Behind("test", threads=2)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    beside.call(partial(seen.append, 1), key="a")
    beside.call(partial(seen.append, 2), key="a")
    beside.end()
    assert seen == [1, 2]


# --- dates ---------------------------------------------------------------------------------------

HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0, 1, 24 * HOUR - 1], {"1970-01-01/00": [0, 1], "1970-01-01/23": [2]}),
        ([-1, None, 5 * HOUR], {"1969-12-31/23": [0], "-/-": [1], "1970-01-01/05": [2]}),
        ([HOUR, 0, HOUR, 0], {"1970-01-01/00": [1, 3], "1970-01-01/01": [0, 2]}),
        ([None, None], {"-/-": [0, 1]}),
    ],
)
def test_events_go_to_their_hours_in_order(
    times: list[int | None], expected: dict[str, list[int]]
) -> None:
    column = pa.chunked_array([pa.array(times, pa.timestamp("us", "UTC"))])
    table = pa.table({"n": range(len(times))})

    def found(*keys: str) -> dict[str, list[int]]:
        parts = divided(table, column, ("event_type", *keys))
        return {
            "/".join(values.values()).replace(layout.MISSING, "-"): rows["n"].to_pylist()
            for values, rows in parts
        }

    assert found("date", "hour") == expected
    by_date: dict[str, list[int]] = {}
    for name, rows in expected.items():
        by_date.setdefault(name[:-3] if name != "-/-" else "-", []).extend(rows)
    assert found("date") == {name: sorted(rows) for name, rows in by_date.items()}
    assert sorted(row for rows in found("hour").values() for row in rows) == table["n"].to_pylist()
    assert found() == {"": table["n"].to_pylist()}


def test_few_events_do_not_keep_the_memory_of_many() -> None:
    times = pa.array([0] * 1000 + [24 * HOUR], pa.timestamp("us", "UTC"))
    table = pa.table({"n": range(1001)})
    parts = {
        values["date"]: rows for values, rows in divided(table, pa.chunked_array([times]), ["date"])
    }
    assert parts["1970-01-02"].get_total_buffer_size() < 100
    assert parts["1970-01-01"].get_total_buffer_size() > 8000
