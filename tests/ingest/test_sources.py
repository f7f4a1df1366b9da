"""Blocks of bytes from paths, gzip and file objects: all of them, whole lines, bounded memory."""

from __future__ import annotations

import gzip
import io
import os
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.sources import Source, blocks, names, sources_of

SIZES = [1, 2, 3, 7, 64, 1 << 20]
TEXTS = [
    b"",
    b"\n",
    b"\n\n\n",
    b"a",
    b"a\n",
    b"a\nb",
    b"\x1f\n",
    b"\x1f",
    b"first\n\nx" * 30 + b"\r\n\0\0\xff" + b"long" * 100 + b"\nend",
    b"y" * 1000,
]


class Dripping(io.BytesIO):
    """A file object that gives at most so many bytes at a time, as sockets may."""

    def __init__(self, data: bytes, at_most: int = 1) -> None:
        super().__init__(data)
        self.at_most = at_most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.at_most if size is None or size < 0 else min(size, self.at_most))


class Counting(io.BytesIO):
    """A file object that counts the bytes that are read from it."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.given += len(data)
        return data


def read(source: Source, block_bytes: int = 1 << 20) -> tuple[list[bytes], list[str]]:
    """Return the blocks of a source, and its notes."""
    notes: list[str] = []
    found = [bytes(b) for b in blocks(source, block_bytes=block_bytes, note=notes.append)]
    return found, notes


def assert_whole(found: list[bytes], data: bytes) -> None:
    """All bytes, in order, no empty block, every block but the last of whole lines."""
    assert b"".join(found) == data
    assert all(found)
    assert all(block.endswith(b"\n") for block in found[:-1])


@pytest.fixture(params=["path", "text path", "gzip path", "object", "gzip object", "dripping"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Return a function that makes a source of bytes."""

    def make(data: bytes) -> Source:
        packed = gzip.compress(data) if "gzip" in request.param else data
        if "object" in request.param:
            return io.BytesIO(packed)
        if request.param == "dripping":
            return Dripping(packed, 5)
        path = tmp_path / "eve.log"  # the name tells nothing
        path.write_bytes(packed)
        return str(path) if request.param == "text path" else path

    return make


@pytest.mark.parametrize("block_bytes", SIZES)
@pytest.mark.parametrize("data", TEXTS)
def test_every_source_gives_all_its_bytes_in_whole_lines(
    opened: Any, data: bytes, block_bytes: int
) -> None:
    found, notes = read(opened(data), block_bytes)

    assert_whole(found, data)
    assert notes == []


def test_blocks_are_about_as_large_as_asked(opened: Any) -> None:
    data = b"0123456789\n" * 300_000
    found, _ = read(opened(data), 1 << 20)

    assert max(map(len, found)) <= 2 << 20
    assert_whole(found, data)


# --- gzip -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("between", "drip"),
    [(b"", 1), (b"", 1 << 20), (b"\0", 5), (b"\0" * 511, 1), (b"\0" * (3 << 20), 1 << 18)],
)
def test_gzip_of_several_members_is_read_to_its_end(between: bytes, drip: int) -> None:
    """Also behind zero padding of any length; `cat a.gz b.gz` makes such files."""
    packed = between.join([gzip.compress(b"a\n"), gzip.compress(b""), gzip.compress(b"b\nc")])
    found, notes = read(Dripping(packed + between, drip))

    assert (b"".join(found), notes) == (b"a\nb\nc", [])


@pytest.mark.parametrize("garbage", [b"xyz", b"\0\0x", b"\x1f\x8c", b"\x1fx"])
def test_garbage_behind_gzip_is_told(garbage: bytes) -> None:
    found, notes = read(io.BytesIO(gzip.compress(b"a\n") + garbage))

    assert found == [b"a\n"]
    assert notes == ["bytes after the compressed data are not gzip; left out"]


@pytest.mark.parametrize("kept", [3, 9, 12, -20, -8, -1])
def test_gzip_that_ends_early_gives_what_there_is(kept: int) -> None:
    data = b"line\n" * 2000
    found, notes = read(io.BytesIO(gzip.compress(data)[:kept]))

    assert data.startswith(b"".join(found))
    assert notes == ["compressed data ends early; read up to there"]
    assert (b"".join(found) == data) == (-8 <= kept < 0)


def test_a_second_member_that_ends_early_is_told() -> None:
    found, notes = read(io.BytesIO(gzip.compress(b"a\n") + b"\x1f"))

    assert (found, notes) == ([b"a\n"], ["compressed data ends early; read up to there"])


def numbered(lines: int) -> bytes:
    return b"".join(b"%d %d\n" % (n, n * n * 7919 % 104729) for n in range(lines))


@pytest.mark.parametrize("lines", [10, 300_000])
def test_gzip_with_a_wrong_checksum_gives_all_its_data(lines: int) -> None:
    """The data is all there before the checksum is: nothing of it may be dropped."""
    data = numbered(lines)
    packed = bytearray(gzip.compress(data))
    packed[-6] ^= 0xFF
    found, notes = read(io.BytesIO(packed))

    assert b"".join(found) == data
    (note,) = notes
    assert note.startswith("compressed data is damaged (")
    assert note.endswith("incorrect data check); read up to there")


def test_damage_in_the_middle_costs_only_what_comes_behind() -> None:
    """What zlib could decompress before the damage is not dropped with the step that meets it."""
    data = numbered(200_000)
    compressor = zlib.compressobj(wbits=31)
    half = len(data) // 2
    start = compressor.compress(data[:half]) + compressor.flush(zlib.Z_FULL_FLUSH)
    # A block of the reserved type 3 ends every decompression.
    found, notes = read(io.BytesIO(start + b"\x07" + compressor.compress(data[half:])))

    assert b"".join(found) == data[:half]
    (note,) = notes
    assert note.endswith("invalid block type); read up to there")


def test_a_compression_bomb_needs_memory_for_a_few_blocks() -> None:
    """What is read is given away before more is."""
    packed = gzip.compress((b"x" * 999 + b"\n") * 200_000, compresslevel=9)
    assert len(packed) < 1 << 20
    size = 0
    tracemalloc.start()
    for block in blocks(io.BytesIO(packed), block_bytes=1 << 20, note=pytest.fail):
        size += len(block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 200_000_000
    assert peak < 16 << 20


# --- long lines ------------------------------------------------------------------------


def test_a_line_longer_than_a_block_is_read_about_once() -> None:
    source = Counting(b"short\n" + b"x" * 1_000_000 + b"\nend\n")
    found, _ = read(source, 64)

    assert_whole(found, b"short\n" + b"x" * 1_000_000 + b"\nend\n")
    assert source.given == len(b"".join(found))


def test_a_line_longer_than_a_block_of_a_file_costs_linear_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file is read in ever longer steps, so that all reads together are a few times it."""
    data = b"short\n" + b"x" * 1_000_000 + b"\nend\n"
    file = Counting(data)
    monkeypatch.setattr(Path, "open", lambda *_, **__: file)
    found, _ = read(Path("eve.json"), 64)

    assert_whole(found, data)
    assert file.given < 5 * len(data)


# --- what is a source --------------------------------------------------------------------


def test_the_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "eve.json").write_bytes(b"a\n")

    assert read("~/eve.json") == ([b"a\n"], [])
    assert read(Path("~/eve.json")) == ([b"a\n"], [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("data", [b"a\nb", gzip.compress(b"a\nb", mtime=0)], ids=["plain", "gzip"])
def test_a_pipe_is_read_though_it_cannot_seek(tmp_path: Path, data: bytes) -> None:
    """As /dev/stdin is, or what `<(zcat …)` of a shell names."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    try:
        assert read(path) == ([b"a\n", b"b"], [])
    finally:
        writer.join()


@pytest.mark.parametrize("text", ["", "\x1f\x8b", "a\n"])
def test_a_file_object_of_text_is_refused(text: str) -> None:
    with pytest.raises(
        EveTypeError, match=r"^the file object gives text; open it in binary mode \('rb'\)$"
    ):
        read(io.StringIO(text))  # type: ignore[arg-type]


def test_a_folder_and_a_missing_file_are_errors_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        read(tmp_path)
    with pytest.raises(FileNotFoundError, match="missing"):
        read(tmp_path / "missing.json")


def test_the_file_is_closed_when_the_reader_stops(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b"a\n" * 100)
    reader: Iterator[Any] = blocks(path, block_bytes=4, note=pytest.fail)
    next(reader)
    reader.close()  # type: ignore[attr-defined]
    path.unlink()  # an unclosed file would be a ResourceWarning, and so an error here


def test_one_source_or_several() -> None:
    stream = io.BytesIO()

    assert sources_of("a") == ["a"]
    assert sources_of(Path("a")) == [Path("a")]
    assert sources_of(stream) == [stream]
    assert sources_of(["a", Path("b"), stream]) == ["a", Path("b"), stream]
    assert sources_of(("a", Path("b"))) == ["a", Path("b")]
    assert sources_of([]) == []


@pytest.mark.parametrize("source", [b"{}", bytearray(b"{}"), memoryview(b"{}"), ["a", b"{}"]])
def test_bytes_are_no_source(source: Any) -> None:
    with pytest.raises(EveTypeError, match=r"^got bytes, expected a path.*io\.BytesIO$"):
        sources_of(source)


@pytest.mark.parametrize("source", [None, 7, {"a"}, ["a", 7], iter(["a"]), {"a": 1}])
def test_what_else_is_no_source(source: Any) -> None:
    with pytest.raises(EveTypeError, match=r"^cannot read EVE from \w+; expected a path"):
        sources_of(source)


def test_names_of_sources(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b"")
    with path.open("rb") as file:
        assert names(["~/a", Path("b/c"), file, io.BytesIO()]) == [
            "~/a",
            str(Path("b/c")),
            str(path),
            "<stream>",
        ]
