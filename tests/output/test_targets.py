"""Files appear whole or not at all, compressed by their name; file objects are left open."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.output.targets import writing

LINES = b'{"event_type":"dns"}\n' * 1000


def unpacked_by_arrow(method: str) -> Callable[[bytes], bytes]:
    def unpack(data: bytes) -> bytes:
        with pa.CompressedInputStream(pa.BufferReader(data), method) as stream:
            return bytes(stream.read())

    return unpack


METHODS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": (".gz", gzip.decompress),
    "bz2": (".bz2", bz2.decompress),
    "xz": (".xz", lzma.decompress),
    "zstd": (".zst", unpacked_by_arrow("zstd")),
    "lz4": (".lz4", unpacked_by_arrow("lz4")),
}


@pytest.mark.parametrize("method", METHODS)
def test_the_name_tells_how_to_compress(tmp_path: Path, method: str) -> None:
    suffix, unpack = METHODS[method]
    path = tmp_path / f"eve.json{suffix.upper()}"
    with writing(path, compression="infer") as write:
        write(LINES)
        write(memoryview(LINES))

    data = path.read_bytes()
    assert unpack(data) == LINES + LINES
    assert len(data) < len(LINES)


@pytest.mark.parametrize("method", METHODS)
def test_a_file_object_is_compressed_on_demand_and_left_open(method: str) -> None:
    file = io.BytesIO()
    with writing(file, compression=method) as write:  # type: ignore[arg-type]
        write(LINES)

    assert METHODS[method][1](file.getvalue()) == LINES
    assert not file.closed


def test_an_option_overrules_the_name(tmp_path: Path) -> None:
    with writing(tmp_path / "eve.json.gz", compression=None) as write:
        write(LINES)
    with writing(tmp_path / "eve.json", compression="gzip") as write:
        write(LINES)

    assert (tmp_path / "eve.json.gz").read_bytes() == LINES
    assert gzip.decompress((tmp_path / "eve.json").read_bytes()) == LINES


def test_the_same_content_gives_the_same_gzip(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with writing(tmp_path / name, compression="infer") as write:
            write(LINES)

    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def write_half(path: Path) -> None:
    with writing(path, compression="infer") as write:
        write(LINES)
        msg = "half way"
        raise RuntimeError(msg)


def fail(path: Path) -> None:
    with pytest.raises(RuntimeError, match="half way"):
        write_half(path)


@pytest.mark.parametrize("name", ["eve.json", "eve.json.gz", "eve.json.zst"])
def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    fail(path)
    assert list(tmp_path.iterdir()) == []

    path.write_bytes(b"old")
    fail(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_seen_under_the_name_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    with writing(path, compression="infer") as write:
        write(LINES)
        assert not path.exists()

    assert path.read_bytes() == LINES


def test_an_existing_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b"old and longer than the new one")
    path.chmod(0o640)
    with writing(path, compression="infer") as write:
        write(b"new")

    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_that_open_gives(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    with writing(tmp_path / "eve.json", compression="infer") as write:
        write(b"new")

    assert (tmp_path / "eve.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b"old")
    link.symlink_to(real)
    with writing(link, compression="infer") as write:
        write(b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_the_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with writing("~/eve.json", compression="infer") as write:
        write(LINES)

    assert (tmp_path / "eve.json").read_bytes() == LINES


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices with names")
def test_a_device_is_written_to_and_not_replaced() -> None:
    with writing("/dev/null", compression="infer") as write:
        write(LINES)

    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)  # noqa: PTH116


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with writing(pipe, compression="infer") as write:
            write(b"line\n")
        assert os.read(reader, 100) == b"line\n"
    finally:
        os.close(reader)


class Slow(io.RawIOBase):
    """Takes three bytes at a time, as a socket may."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: object, /) -> int:
        taken = bytes(data)[:3]  # type: ignore[call-overload]
        self.data += taken
        return len(taken)


def test_a_file_object_that_takes_a_part_is_given_the_rest() -> None:
    file = Slow()
    with writing(file, compression=None) as write:  # type: ignore[arg-type]
        write(b"0123456789")

    assert file.data == b"0123456789"


def test_a_text_file_is_refused() -> None:
    with (
        pytest.raises(EveTypeError, match=r"^the file object takes text; open it in binary mode"),
        writing(io.StringIO(), compression=None),  # type: ignore[arg-type]
    ):
        pass


@pytest.mark.parametrize("target", [None, 5, b"eve.json"], ids=repr)
def test_what_is_no_target_is_refused(target: object) -> None:
    with (
        pytest.raises(EveTypeError, match=r"^cannot write EVE to \w+; expected a path"),
        writing(target, compression=None),  # type: ignore[arg-type]
    ):
        pass


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(EveOptionError, match=r"^compression='brotli' is not one of 'infer', 'gzip'"),
        writing(tmp_path / "eve.json", compression="brotli"),  # type: ignore[arg-type]
    ):
        pass


def test_the_name_of_an_archive_is_refused(tmp_path: Path) -> None:
    """Plain text under it would mislead, and pandas would write an archive."""
    with (
        pytest.raises(EveOptionError, match=r"is that of an archive.*\.gz, \.bz2"),
        writing(tmp_path / "eve.zip", compression="infer"),
    ):
        pass

    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_an_error_of_open(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError),
        writing(tmp_path / "none" / "eve.json", compression="infer"),
    ):
        pass


def test_a_folder_is_an_error_of_open(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), writing(tmp_path, compression="infer"):
        pass
