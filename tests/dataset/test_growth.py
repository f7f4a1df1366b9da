"""Later calls add what is new: logs are known by content, and go on where they were left."""

from __future__ import annotations

import bz2
import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyarrow.fs import LocalFileSystem

from suricata_eve import read_eve, scan_eve
from suricata_eve.dataset import intake, write
from suricata_eve.dataset.manifest import Manifest, load
from suricata_eve.dataset_reader import read_dataset
from suricata_eve.errors import EveDatasetError, EveOptionError, EveParseError, EveWarning


def lines(start: int, stop: int, *, event_type: str = "dns") -> bytes:
    """Return events that are told apart, of one length each."""
    return b"".join(
        b'{"event_type":"%s","flow_id":%d}\n' % (event_type.encode(), 10**9 + n)
        for n in range(start, stop)
    )


def manifest_of(root: Path) -> Manifest:
    return load(LocalFileSystem(), str(root))


def told(added: pd.DataFrame) -> list[tuple[str, int]]:
    return list(zip(added["status"].to_list(), added["events"].to_list(), strict=True))


class Sensor:
    """A folder of logs, and the dataset that is made of it."""

    def __init__(self, folder: Path) -> None:
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.live = self.logs / "eve.json"
        self.root = folder / "dataset"

    def write(self, name: str, data: bytes) -> None:
        (self.logs / name).write_bytes(data)

    def add(self, **options: Any) -> list[tuple[str, int]]:
        return told(scan_eve(self.logs, **options).to_parquet(self.root))

    def flows(self) -> list[int]:
        frame = read_dataset(self.root)
        assert frame.index.is_unique
        numbers = frame.sort_index()["flow_id"].to_list()
        return [number - 10**9 for number in numbers]


@pytest.fixture
def sensor(tmp_path: Path) -> Sensor:
    return Sensor(tmp_path)


# --- rotation ------------------------------------------------------------------------------------


def test_a_log_goes_on_through_its_rotations(sensor: Sensor) -> None:
    sensor.write("eve.json", lines(0, 3))
    assert sensor.add() == [("written", 3)]
    sensor.write("eve.json", lines(0, 5))
    assert sensor.add() == [("continued", 2)]
    # Renamed with more in it; the new one is another log.
    sensor.write("eve.json.1", lines(0, 6))
    sensor.write("eve.json", lines(6, 8))
    assert sensor.add() == [("continued", 1), ("written", 2)]
    # Compressed, and renamed again.
    sensor.write("eve.json.2.gz", gzip.compress(lines(0, 6)))
    sensor.write("eve.json.1", lines(6, 8))
    sensor.write("eve.json", lines(8, 9))
    assert sensor.add() == [("known", 0), ("known", 0), ("written", 1)]
    assert sensor.add() == [("known", 0)] * 3

    assert sensor.flows() == list(range(9))
    manifest = manifest_of(sensor.root)
    assert [Path(source.name).name for source in manifest.sources] == [
        "eve.json.2.gz",
        "eve.json.1",
        "eve.json",
    ]
    assert manifest.lines == 9


def test_what_has_not_changed_is_not_read(sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor.write("eve.json", lines(0, 3))
    sensor.add()
    before = (sensor.root / "_eve" / "manifest.json").read_bytes()
    monkeypatch.setattr(write, "Intake", None)

    assert sensor.add() == [("known", 0)]
    assert (sensor.root / "_eve" / "manifest.json").read_bytes() == before
    status = sensor.live.stat()
    os.utime(sensor.live, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    with pytest.raises(TypeError, match="NoneType"):
        sensor.add()


def test_what_was_touched_is_read_once_more_and_known(sensor: Sensor) -> None:
    sensor.write("eve.json", lines(0, 3))
    sensor.add()
    os.utime(sensor.live, ns=(1, 1))
    commits = manifest_of(sensor.root).commits

    assert sensor.add() == [("known", 0)]
    assert manifest_of(sensor.root).commits == commits
    assert manifest_of(sensor.root).sources[0].file == [
        sensor.live.stat().st_dev,
        sensor.live.stat().st_ino,
        sensor.live.stat().st_size,
        1,
    ]


@pytest.mark.parametrize("same", [1, 90, 120, 8000])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_what_starts_alike_and_goes_on_differently_is_another_log(
    same: int, more: int, tmp_path: Path
) -> None:
    """Whether it is shorter, longer or as long, within the head that is looked at or beyond."""
    first = lines(0, same) + lines(10_000, 10_002)
    second = lines(0, same) + lines(20_000, 20_002 + more)
    for source in (first, second, second, first):
        scan_eve(source).to_parquet(tmp_path)
    added = scan_eve([first, second]).to_parquet(tmp_path)

    assert told(added) == [("known", 0), ("known", 0)]
    pd.testing.assert_frame_equal(read_dataset(tmp_path), read_eve([first, second]))


def test_the_longest_source_that_starts_alike_goes_on(tmp_path: Path) -> None:
    short = lines(0, 300)
    left, right = short + lines(1000, 1010), short + lines(2000, 2500)
    scan_eve([left, right]).to_parquet(tmp_path)
    added = scan_eve([right + lines(5, 6), left + lines(7, 9)]).to_parquet(tmp_path)

    assert told(added) == [("continued", 1), ("continued", 2)]
    assert manifest_of(tmp_path).lines == 310 + 800 + 3


def test_a_copy_of_what_a_log_was_is_known_when_the_log_has_grown(sensor: Sensor) -> None:
    """Such as a backup that is in the folder as well."""
    for stop in (4, 6, 9):
        sensor.write("eve.json", lines(0, stop))
        sensor.write(f"eve-2026-01-0{stop}.json", lines(0, stop))
        sensor.add()
        for path in sensor.logs.iterdir():
            os.utime(path, ns=(stop, stop))
    assert sensor.add() == [("known", 0)] * 4

    assert sensor.flows() == list(range(9))


# --- last lines ----------------------------------------------------------------------------------


def test_a_line_that_is_not_whole_is_left_for_later(sensor: Sensor) -> None:
    sensor.write("eve.json", lines(0, 3)[:-10])
    with pytest.warns(EveWarning) as caught:
        assert sensor.add() == [("written", 2)]
    (warning,) = caught
    text = "its last line, of 32 bytes, has no end yet; it was left for a later call"
    assert str(warning.message) == f'{sensor.live}: {text}; details in df.attrs["eve"]'
    # It is no error, since it may still be one line.
    sensor.write("eve.json", lines(0, 4)[:-12])
    with pytest.warns(EveWarning, match="has no end yet"):
        assert sensor.add(on_bad_lines="error") == [("continued", 1)]
    sensor.write("eve.json", lines(0, 4))
    assert sensor.add() == [("continued", 1)]

    assert sensor.flows() == [0, 1, 2, 3]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b" \t\n", b"\0\n"])
def test_an_event_without_a_line_end_is_taken_and_its_end_is_no_line(
    end: bytes, sensor: Sensor
) -> None:
    first = lines(0, 2)[:-1]
    sensor.write("eve.json", first)
    assert sensor.add() == [("written", 2)]
    sensor.write("eve.json", first + end[:-1])
    sensor.add()
    sensor.write("eve.json", first + end + lines(2, 3)[:-1])
    assert sensor.add() == [("continued", 1)]
    sensor.write("eve.json", first + end + lines(2, 3))
    assert sensor.add() == [("continued", 0)]

    assert sensor.flows() == [0, 1, 2]
    assert read_dataset(sensor.root).index.tolist() == [0, 1, 2]
    assert manifest_of(sensor.root).lines == 3


def test_what_follows_an_event_in_its_line_is_a_bad_line(sensor: Sensor) -> None:
    sensor.write("eve.json", lines(0, 1)[:-1])
    sensor.add()
    sensor.write("eve.json", lines(0, 1)[:-1] + b"garbage\n" + lines(1, 2))
    with pytest.warns(EveWarning, match="1 of 2 lines left out"):
        assert sensor.add() == [("continued", 1)]


def test_bad_lines_are_placed_in_their_source(sensor: Sensor) -> None:
    """Also where the first lines of it were taken by an earlier call."""
    sensor.write("eve.json", lines(0, 3))
    sensor.write("eve-2026-01-01.json", lines(5, 9))
    sensor.add()
    sensor.write("eve.json", lines(0, 3) + lines(3, 4) + b"{cut\n" + lines(4, 5))
    with pytest.raises(EveParseError) as caught:
        sensor.add(on_bad_lines="error")
    assert (caught.value.source, caught.value.line) == (str(sensor.live), 5)
    assert caught.value.offset == len(lines(0, 4))
    with pytest.warns(EveWarning, match=r"1 of 3 lines left out \(first: .*eve.json, line 5: "):
        sensor.add()

    assert manifest_of(sensor.root).report["bad_lines"] == 1
    assert manifest_of(sensor.root).report["lines"] == 10


def test_a_compressed_log_that_ends_early_goes_on(sensor: Sensor) -> None:
    data = gzip.compress(lines(0, 500))
    sensor.write("eve.json.gz", data[: len(data) // 2])
    with pytest.warns(EveWarning, match=r"ends early; read up to there; .* has no end yet"):
        ((_, first),) = sensor.add()
    assert 0 < first < 500
    sensor.write("eve.json.gz", data)
    assert sensor.add() == [("continued", 500 - first)]
    assert sensor.flows() == list(range(500))


# --- kinds of source -----------------------------------------------------------------------------


class Pipe(io.RawIOBase):
    """A stream that cannot go back."""

    name = "<pipe>"

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._data.readinto(buffer)


@pytest.mark.parametrize(
    "kind", [bytes, io.BytesIO, Pipe, gzip.compress, lambda data: io.BytesIO(bz2.compress(data))]
)
def test_every_kind_of_source_goes_on(kind: Callable[[bytes], Any], tmp_path: Path) -> None:
    for stop, expected in ((200, ("written", 200)), (300, ("continued", 100)), (300, ("known", 0))):
        added = scan_eve(kind(lines(0, stop))).to_parquet(tmp_path)
        assert told(added) == [expected]

    pd.testing.assert_frame_equal(read_dataset(tmp_path), read_eve(lines(0, 300)))


def test_a_stream_that_cannot_go_back_is_refused_where_that_is_needed(tmp_path: Path) -> None:
    other = lines(0, 200) + lines(900, 999)
    scan_eve(lines(0, 250)).to_parquet(tmp_path)
    pipe: Any = Pipe(other)
    with pytest.raises(EveDatasetError, match=r"^<pipe> starts as <bytes> does, which is in"):
        scan_eve(pipe).to_parquet(tmp_path)
    # A file object is put back where it was.
    file = io.BytesIO(b"no part of it\n" + other)
    file.seek(14)
    assert told(scan_eve(file).to_parquet(tmp_path)) == [("written", 299)]


def test_urls_are_sources(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for stop, expected in ((3, ("written", 3)), (5, ("continued", 2)), (5, ("known", 0))):
        memory.pipe("/logs/eve.json", lines(0, stop))
        assert told(scan_eve("memory://logs/eve.json").to_parquet(tmp_path)) == [expected]


def test_progress_tells_of_all_bytes_once(sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of files that are known, and where a file had to be read again from its start."""
    tqdm = pytest.importorskip("tqdm.auto")
    seen: list[int] = []

    class Bar:
        def __init__(self, *, total: int, **_: Any) -> None:
            seen.append(-total)

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, size: int) -> None:
            seen.append(size)

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    sensor.write("eve.json.2", lines(0, 300))
    sensor.write("eve.json.1", lines(0, 200) + lines(400, 500))
    sensor.add(progress=True)
    sensor.write("eve.json", lines(0, 250))
    sensor.add(progress=True)

    assert sum(seen) == 0
    assert seen.count(-len(lines(0, 600))) == 1


# --- options -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"event_types": "dns"}, {}, r"event_types=None, and .* with event_types=\['dns'\]; give"),
        ({}, {"event_types": ["tls", "dns"]}, r"event_types=\['dns', 'tls'\], and .*=None"),
        ({"exclude_event_types": "tls"}, {}, "exclude_event_types=None, and"),
        ({"flow_ids": range(50)}, {"flow_ids": 1}, r"\[1\], .*0, 1, .*, 9, \.\.\.\]"),
        ({"since": "2026"}, {"since": "2025"}, r"='2025-01-01T00:00:00\+00:00', and .*'2026"),
        ({"until": "2026"}, {}, "until=None, and"),
        ({"contains": b"\xff"}, {"contains": "x"}, r"contains=\['x'\], and"),
        ({"columns": "dns.*"}, {"columns": ["flow_id"]}, r"columns=\['flow_id'\], and"),
    ],
)
def test_other_options_are_refused(
    first: dict[str, Any], second: dict[str, Any], message: str, tmp_path: Path
) -> None:
    scan_eve(lines(0, 3), **first).to_parquet(tmp_path)
    with pytest.raises(EveOptionError, match=message):
        scan_eve(lines(0, 4), **second).to_parquet(tmp_path)
    assert manifest_of(tmp_path).lines == 3
    scan_eve(lines(0, 4), **first).to_parquet(tmp_path)
    assert manifest_of(tmp_path).lines == 4


def test_the_order_of_options_does_not_matter(tmp_path: Path) -> None:
    scan_eve(lines(0, 3), event_types=["a", "dns"], columns=["flow_id", "x"]).to_parquet(tmp_path)
    scan_eve(lines(0, 4), event_types=["dns", "a"], columns=["x", "flow_id"]).to_parquet(tmp_path)
    assert manifest_of(tmp_path).lines == 4


def test_other_folders_are_refused(tmp_path: Path) -> None:
    scan_eve(lines(0, 3)).to_parquet(tmp_path, partition_by=["event_type"])
    with pytest.raises(EveOptionError, match=r"made by \('event_type',\); give that"):
        scan_eve(lines(0, 3)).to_parquet(tmp_path)


def test_a_number_of_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EveOptionError, match=r"^nrows=5 does not go with to_parquet"):
        scan_eve(lines(0, 3), nrows=5).to_parquet(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_function_for_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EveOptionError, match=r"^columns is a function, and a later call"):
        scan_eve(lines(0, 3), columns=lambda path: path == "flow_id").to_parquet(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


# --- commits -------------------------------------------------------------------------------------


def test_large_sources_are_committed_in_parts_and_small_ones_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(lines(0, 10))
    for module, name, value in (
        (write, "_RUN_BYTES", 1),
        (intake, "_STEP_BYTES", size),
        (write, "_COMMIT_BYTES", 2 * size),
        (write, "_COMMIT_AT_END", size),
    ):
        monkeypatch.setattr(module, name, value)
    small = [lines(n, n + 3, event_type="tls") for n in range(0, 12, 3)]
    scan_eve(small).to_parquet(tmp_path)
    assert manifest_of(tmp_path).commits == 1
    scan_eve(lines(0, 60)).to_parquet(tmp_path)
    assert 3 <= manifest_of(tmp_path).commits - 1 <= 5
    pd.testing.assert_frame_equal(read_dataset(tmp_path), read_eve([*small, lines(0, 60)]))


@pytest.mark.filterwarnings("ignore::suricata_eve.EveWarning")
def test_types_widen_over_calls(tmp_path: Path) -> None:
    """Files of earlier calls are written anew; the report of the dataset counts all calls."""
    logs = [
        b'{"event_type":"a","x":1,"flow_id":1}\n',
        b'{"event_type":"a","x":0.5,"flow_id":18446744073709551615}\n{"event_type":"b","x":2}\n',
        b'{"event_type":"a","x":"t","flow_id":-1}\n',
        b'{"event_type":"a","x":9007199254740993,"flow_id":"no"}\n',
    ]
    for n in range(len(logs)):
        scan_eve(logs[: n + 1], on_bad_lines="skip").to_parquet(tmp_path)
        found = read_dataset(tmp_path)
        pd.testing.assert_frame_equal(found, read_eve(logs[: n + 1], on_bad_lines="skip"))
    schema = manifest_of(tmp_path).schemas
    assert str(schema["a"].field("x").type) == "string"
    assert str(schema["a"].field("flow_id").type) == "int64"
    assert str(schema["b"].field("x").type) == "int64"
    report = manifest_of(tmp_path).report
    assert report["text_fields"] == ["x"]
    assert report["bad_value_reasons"] == {"flow_id is not an integer of 64 bits": 2}
