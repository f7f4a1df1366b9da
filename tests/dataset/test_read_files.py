"""Which files of a dataset are opened, where they may be, and what is said of those that fail."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dataset_by_hand import dataset_by_hand, save

from suricata_eve import read_dataset, read_eve, scan_eve
from suricata_eve.dataset import files as module
from suricata_eve.dataset.layout import LINE, MANIFEST, staged_path
from suricata_eve.dataset.manifest import Manifest
from suricata_eve.dataset.place import Place, place_of
from suricata_eve.dataset.pruning import files_of
from suricata_eve.dataset.read import read_files, read_segments
from suricata_eve.errors import EveDatasetError, EveError, MissingDependencyError
from suricata_eve.ingest import remote
from suricata_eve.ingest.selection import Selection
from suricata_eve.testing import assert_eve_frame_equal


def log(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def event(kind: str, day: int, hour: int = 0, **fields: Any) -> dict[str, Any]:
    return {"event_type": kind, "timestamp": f"2026-03-{day:02}T{hour:02}:00:00Z", **fields}


DAYS = log(*(event(kind, day, flow_id=day) for day in range(1, 6) for kind in ("dns", "tls")))


def kept_paths(root: Path, manifest: Manifest, *parts: str) -> list[str]:
    """Remove all files but those whose path has one of the parts, and return these."""
    kept = []
    for file in manifest.files:
        if any(part in file.path for part in parts):
            kept.append(file.path)
        else:
            (root / file.path).unlink()
    return kept


# --- what is opened ------------------------------------------------------------------------------

PRUNED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "type": ({"event_types": "dns"}, ("=dns/",)),
    "not a type": ({"exclude_event_types": "dns"}, ("=tls/",)),
    "day": ({"since": "2026-03-02", "until": "2026-03-03"}, ("date=2026-03-02",)),
    "since": ({"since": "2026-03-04"}, ("03-04", "03-05")),
    "until": ({"until": "2026-03-02", "event_types": "tls"}, ("=tls/date=2026-03-01",)),
    "up to an instant": ({"until": "2026-03-02T00:00:00.000001Z"}, ("03-01", "03-02")),
    "no time": ({"since": "2026-03-02T00:00:00.000001Z", "until": "2026-03-03"}, ()),
    "no such type": ({"event_types": "alert"}, ()),
    "none": ({"event_types": []}, ()),
}


@pytest.mark.parametrize(("options", "parts"), PRUNED.values(), ids=PRUNED)
def test_only_files_that_may_have_a_hit_are_opened(
    options: dict[str, Any], parts: tuple[str, ...], tmp_path: Path
) -> None:
    """The others might as well not be there."""
    manifest = dataset_by_hand(tmp_path, DAYS)
    kept_paths(tmp_path, manifest, *parts)

    assert_eve_frame_equal(read_dataset(tmp_path, **options), read_eve(DAYS, **options))


def test_files_are_listed_in_the_order_of_rows(tmp_path: Path) -> None:
    manifest = dataset_by_hand(tmp_path, log(event("tls", 2), event("dns", 1), event("tls", 1)))

    paths = [file.path.rsplit("/", 1)[0] for file in files_of(manifest)]

    assert paths == [
        "event_type=tls/date=2026-03-02",
        "event_type=tls/date=2026-03-01",
        "event_type=dns/date=2026-03-01",
    ]
    chosen = files_of(manifest, Selection(event_types=frozenset(["dns"])))
    assert [file.event_type for file in chosen] == ["dns"]


def read_by_group(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, list[str]]]:
    """Record which columns of which row groups are read."""
    reads: list[tuple[int, list[str]]] = []
    whole = module._read_group

    def recorded(parquet: Any, group: int, names: list[str]) -> pa.Table:
        reads.append((group, sorted(names)))
        return whole(parquet, group, names)

    monkeypatch.setattr(module, "_read_group", recorded)
    return reads


HOURS = log(*(event("dns", 1, hour, flow_id=hour, x=hour, y="t") for hour in range(8)))


def test_only_row_groups_with_a_hit_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset_by_hand(tmp_path, HOURS, group_rows=2)
    reads = read_by_group(monkeypatch)
    options: dict[str, Any] = {"flow_ids": [5, 6], "columns": "x"}

    assert_eve_frame_equal(read_dataset(tmp_path, **options), read_eve(HOURS, **options))
    decided = [(group, ["flow_id"]) for group in range(4)]
    wanted = [LINE, "flow_id", "x"]
    assert reads == [*decided, (2, wanted), (3, wanted)]


def test_of_a_time_other_row_groups_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their statistics tell that nothing in them is asked for."""
    dataset_by_hand(tmp_path, HOURS, group_rows=2)
    reads = read_by_group(monkeypatch)
    options: dict[str, Any] = {
        "since": "2026-03-01T03:00Z", "until": "2026-03-01T03:30Z", "columns": ["y"]
    }  # fmt: skip

    assert_eve_frame_equal(read_dataset(tmp_path, **options), read_eve(HOURS, **options))
    assert reads == [(1, ["timestamp"]), (1, [LINE, "timestamp", "y"])]


def test_a_file_within_the_time_is_not_looked_at_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset_by_hand(tmp_path, HOURS)
    reads = read_by_group(monkeypatch)

    read_dataset(tmp_path, since="2026-03-01", until="2026-03-02", columns=["x"])

    assert reads == [(0, [LINE, "timestamp", "x"])]


def test_a_file_of_very_many_columns_is_read_in_short_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each without the columns that have no value in it."""
    monkeypatch.setattr(module, "_WIDE", 100)
    monkeypatch.setattr(module, "_CELLS", 100)
    data = log(*(event("mqtt", 1, flow_id=n % 7, **{f"f{n}": n}) for n in range(600)))
    manifest = dataset_by_hand(tmp_path, data)

    segments = read_segments(place_of(tmp_path), manifest, files_of(manifest))

    assert [len(segment.lines) for segment in segments] == [256, 256, 88]
    assert max(len(segment.columns) for segment in segments) == 256 + 3
    for options in ({}, {"flow_ids": [2, 3]}):
        frame = read_dataset(tmp_path, **options)  # type: ignore[arg-type]
        assert_eve_frame_equal(frame, read_eve(data, **options))  # type: ignore[arg-type]


# --- where files are -----------------------------------------------------------------------------


def test_files_of_a_commit_that_has_not_its_place_yet(tmp_path: Path) -> None:
    """Some are where they will be, and some are still staged."""
    manifest = dataset_by_hand(tmp_path, DAYS, DAYS)
    manifest.staged = 2
    save(tmp_path, manifest)
    second = [file.path for file in manifest.files if "/000002-" in file.path]
    for path in second[::2]:
        staged = tmp_path / staged_path(2, path)
        staged.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).rename(staged)

    assert_eve_frame_equal(read_dataset(tmp_path), read_eve(DAYS + DAYS))


def test_a_file_that_is_put_in_its_place_meanwhile(tmp_path: Path) -> None:
    """It is in neither place when each is looked at, and found all the same."""
    manifest = dataset_by_hand(tmp_path, DAYS)
    manifest.staged = 1
    tried: list[str] = []
    own = place_of(tmp_path)

    class Moving:
        """Says of each file, twice, that it is not there."""

        def open_input_file(self, path: str) -> Any:
            tried.append(path)
            if len(tried) % 3:
                raise FileNotFoundError(path)
            return own.filesystem.open_input_file(path)

    (first, *_) = files_of(manifest)
    place: Any = Place(Moving(), own.root, own.name)
    assembled, report = read_files(place, manifest, [first])

    assert (len(assembled.lines), report.events) == (first.rows, first.rows)
    final = own.path(first.path)
    assert tried == [final, own.path(staged_path(1, first.path)), final]


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
def test_a_dataset_that_is_written_to_meanwhile(tmp_path: Path) -> None:
    """What is read is what some commit left, while files get their places and other types."""
    calls = [
        log(event("a", n + 1, x=x), event("b", 1, x=n)) for n, x in enumerate([1, 2, "t", 0.5, 4])
    ]
    ends = [b"".join(calls[: n + 1]) for n in range(len(calls))]
    dest = tmp_path / "eve"
    scan_eve(ends[0]).to_parquet(dest)
    reads: list[pd.DataFrame] = []

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [scan_eve(end).to_parquet(dest) for end in ends])
        while not writing.done():
            reads.append(read_dataset(dest))
        writing.result()

    for frame in [*reads, read_dataset(dest)]:
        assert_eve_frame_equal(frame, read_eve(ends[len(frame) // 2 - 1]))
    assert len(read_dataset(dest)) == 10


def test_a_url(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    dataset_by_hand(tmp_path, DAYS)
    memory = fsspec.filesystem("memory")
    memory.put(str(tmp_path), "/logs/dataset", recursive=True)
    try:
        for url in ("memory://logs/dataset", "memory://logs/dataset/"):
            frame = read_dataset(url, event_types="dns", since="2026-03-02")
            assert_eve_frame_equal(frame, read_eve(DAYS, event_types="dns", since="2026-03-02"))
        with pytest.raises(FileNotFoundError, match="there is no memory://logs/other"):
            read_dataset("memory://logs/other")
        memory.pipe("/logs/plain/x", b"")
        with pytest.raises(EveDatasetError, match="memory://logs/plain is no dataset"):
            read_dataset("memory://logs/plain")
    finally:
        memory.rm("/logs", recursive=True)


def test_a_url_without_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, **_: str) -> Any:
        raise MissingDependencyError(name)

    monkeypatch.setattr(remote, "import_optional_dependency", missing)

    with pytest.raises(MissingDependencyError, match="fsspec"):
        read_dataset("s3://logs/dataset")


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_by_hand(tmp_path / "eve", DAYS)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert len(read_dataset("~/eve")) == len(read_dataset(Path("~/eve"))) == 10


def test_a_folder_that_is_named_from_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset_by_hand(tmp_path / "eve", DAYS)
    monkeypatch.chdir(tmp_path)

    assert len(read_dataset("eve/")) == len(read_dataset("../" + tmp_path.name + "/eve")) == 10


# --- what fails ----------------------------------------------------------------------------------


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no .*none"):
        read_dataset(tmp_path / "none")


def test_parquet_of_others(tmp_path: Path) -> None:
    """The message says what reads it, and what would make a dataset of it."""
    pq.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")

    for path in (tmp_path, tmp_path / "x.parquet"):
        with pytest.raises(EveDatasetError, match=r"to_parquet.*pyarrow, duckdb and polars"):
            read_dataset(path)


def test_a_manifest_of_a_newer_version(tmp_path: Path) -> None:
    dataset_by_hand(tmp_path, DAYS)
    path = tmp_path / MANIFEST
    path.write_text(path.read_text(encoding="utf-8").replace('"format":1', '"format":2'))

    with pytest.raises(EveError, match="format 2"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format":1}', '{"format":1,"files":5}'])
def test_a_damaged_manifest(text: str, tmp_path: Path) -> None:
    dataset_by_hand(tmp_path, DAYS)
    (tmp_path / MANIFEST).write_text(text)

    with pytest.raises(EveError, match=r"manifest\.json"):
        read_dataset(tmp_path)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    manifest = dataset_by_hand(tmp_path, DAYS)
    path = manifest.files[3].path
    (tmp_path / path).unlink()

    with pytest.raises(EveDatasetError, match=f"{path}: it is not there"):
        read_dataset(tmp_path)


def other_rows(path: Path) -> None:
    pq.write_table(pa.table({LINE: [1, 2]}), path)


def no_lines(path: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), path)


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "other": lambda path: path.write_bytes(b"x" * 500),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "bad footer": lambda path: path.write_bytes(b"PAR1" + b"\xff" * 500 + b"\xf4\1\0\0PAR1"),
    "zeros": lambda path: path.write_bytes(
        path.read_bytes()[:4] + bytes(200) + path.read_bytes()[204:]
    ),
    "other rows": other_rows,
    "no lines": no_lines,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("options", [{}, {"flow_ids": [3]}], ids=["all", "flows"])
def test_a_damaged_file_is_named(damage: Any, options: dict[str, Any], tmp_path: Path) -> None:
    manifest = dataset_by_hand(tmp_path, DAYS)
    damage(tmp_path / manifest.files[2].path)

    with pytest.raises(EveDatasetError, match=manifest.files[2].path):
        read_dataset(tmp_path, **options)


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    """The operating system's own errors stay what they are."""
    manifest = dataset_by_hand(tmp_path, DAYS)
    path = tmp_path / manifest.files[0].path
    path.unlink()
    path.mkdir()

    with pytest.raises(OSError, match="000001-000"):
        read_dataset(tmp_path)


def test_a_read_leaves_the_dataset_as_it_is(tmp_path: Path) -> None:
    manifest = dataset_by_hand(tmp_path / "one", DAYS)
    shutil.copytree(tmp_path / "one", tmp_path / "two")

    read_dataset(tmp_path / "two", flow_ids=np.array([1]))

    names = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*"))
    assert names == sorted(
        path.relative_to(tmp_path / "two") for path in (tmp_path / "two").rglob("*")
    )
    for file in manifest.files:
        assert (tmp_path / "one" / file.path).read_bytes() == (
            tmp_path / "two" / file.path
        ).read_bytes()
