"""The progress bar: bytes read of bytes in all, by tqdm where it is installed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suricata_eve import read_eve, scan_eve
from suricata_eve import scan as scan_module
from suricata_eve.errors import EveParseError, MissingDependencyError
from suricata_eve.ingest import read as read_module
from suricata_eve.progress import progress_bar

EVENTS = b"".join(json.dumps({"event_type": "dns", "n": n}).encode() + b"\n" for n in range(2000))


class Bar:
    """What tqdm's bars are to this package; keeps what it is told."""

    made: list[Bar]

    def __init__(self, *, total: int | None, unit: str, unit_scale: bool, desc: str) -> None:
        self.total = total
        self.looks = (unit, unit_scale, desc)
        self.updates: list[int] = []
        self.closed = False
        Bar.made.append(self)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def update(self, size: int) -> None:
        assert not self.closed
        self.updates.append(size)


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[Bar]:
    """Put another tqdm in the place of the one that may be installed."""
    package, auto = types.ModuleType("tqdm"), types.ModuleType("tqdm.auto")
    auto.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", package)
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    # Many updates, also for a small file.
    monkeypatch.setattr(read_module, "_STEP_BYTES", 5000)
    Bar.made = []
    return Bar.made


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "members": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]),
    "bz2": bz2.compress,
    "damaged": lambda data: gzip.compress(data)[:-20],
}


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("kind", ["path", "bytes", "stream", "list"])
def test_the_bytes_told_add_up_to_those_stored(
    kind: str, pack: Callable[[bytes], bytes], bars: list[Bar], tmp_path: Path
) -> None:
    """Of compressed files, those of the file, so that the bar ends where it should."""
    data = pack(EVENTS)
    path = tmp_path / "eve.json"
    path.write_bytes(data)
    source: Any = {
        "path": path,
        "bytes": data,
        "stream": io.BytesIO(data),
        "list": [path, data, str(path)],
    }[kind]
    size = len(data) * (3 if kind == "list" else 1)

    read_eve(source, progress=True)

    (bar,) = bars
    assert bar.total == size
    assert sum(bar.updates) == size
    assert min(bar.updates) > 0
    assert bar.closed
    assert bar.looks == ("B", True, "reading")


def test_a_large_file_tells_as_it_is_read(bars: list[Bar], tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(EVENTS)
    read_eve(path, progress=True)

    assert len(bars[0].updates) > 10


def test_the_part_of_a_stream_that_was_read_before_does_not_count(bars: list[Bar]) -> None:
    stream = io.BytesIO(EVENTS)
    stream.readline()
    size = len(EVENTS) - stream.tell()
    read_eve(stream, progress=True)

    assert (bars[0].total, sum(bars[0].updates)) == (size, size)


def test_the_size_of_what_cannot_be_sought_is_unknown(bars: list[Bar]) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.stream = io.BytesIO(EVENTS)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            return self.stream.readinto(buffer)

    read_eve(Pipe(), progress=True)  # type: ignore[arg-type]

    assert bars[0].total is None
    assert sum(bars[0].updates) == len(EVENTS)


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow", "tables", "count", "to_parquet"])
def test_every_way_to_read_has_one_bar(method: str, bars: list[Bar], tmp_path: Path) -> None:
    scan = scan_eve(EVENTS, progress=True)
    assert bars == []
    if method == "to_parquet":
        scan.to_parquet(tmp_path)
    else:
        getattr(scan, method)()

    (bar,) = bars
    assert (sum(bar.updates), bar.closed) == (len(EVENTS), True)


def test_batches_have_one_bar_that_goes_with_them(
    bars: list[Bar], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(EVENTS)
    monkeypatch.setattr(scan_module, "_BATCH_BLOCK_BYTES", 5000)
    seen = [sum(bars[0].updates) for _ in scan_eve(path, progress=True).batches(events=100)]

    assert len(bars) == 1
    assert seen[0] < len(EVENTS) / 2
    assert seen == sorted(seen)
    assert (sum(bars[0].updates), bars[0].closed) == (len(EVENTS), True)


def test_the_bar_is_closed_when_the_read_ends_early(bars: list[Bar]) -> None:
    """By `nrows`, by an error, or when nobody wants the next batch."""
    read_eve(EVENTS, progress=True, nrows=1)
    with pytest.raises(EveParseError):
        read_eve(EVENTS + b"{cut\n", progress=True, on_bad_lines="error")
    with pytest.raises(FileNotFoundError):
        read_eve("/no/such/file", progress=True)
    batches = scan_eve(EVENTS, progress=True).batches(events=1)
    next(batches)
    assert [bar.closed for bar in bars] == [True, True, True, False]
    batches.close()  # type: ignore[attr-defined]

    assert [bar.closed for bar in bars] == [True] * 4
    assert all(bar.total is None or sum(bar.updates) <= bar.total for bar in bars)


def test_no_bar_unless_asked_for(bars: list[Bar]) -> None:
    read_eve(EVENTS)

    assert bars == []


def test_without_tqdm_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the events are asked for, before any is read."""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    stream = io.BytesIO(EVENTS)
    scan = scan_eve(stream, progress=True)
    with pytest.raises(MissingDependencyError) as caught:
        scan.to_pandas()

    assert str(caught.value) == (
        "progress=True needs tqdm, which is not installed; pip install 'suricata_eve[progress]'"
    )
    assert stream.tell() == 0
    assert len(read_eve(stream)) == 2000


def test_the_real_tqdm_takes_what_it_is_given() -> None:
    pytest.importorskip("tqdm")
    with progress_bar(10) as advance:
        advance(4)
        advance(6)
    with progress_bar(None) as advance:
        advance(1)
    assert len(read_eve(EVENTS, progress=True)) == 2000
