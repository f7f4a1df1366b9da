"""Blocks of bytes from whatever source: all of them, whole lines, bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import our_threads
import pyarrow as pa
import pytest

from suricata_eve.errors import EveTypeError
from suricata_eve.ingest import sources
from suricata_eve.ingest.sources import Place, blocks, names, sources_of, total_bytes

SIZES = [1, 2, 3, 7, 64, 1 << 20]
TEXTS = {
    "nothing": b"",
    "line end": b"\n",
    "line ends": b"\n\n\n",
    "no line end": b"a",
    "line": b"a\n",
    "more": b"a\nb",
    "like gzip": b"\x1f\n",
    "half of gzip": b"\x1f",
    "much": b"first\n\nx" * 30 + b"\r\n\0\0\xff" + b"long" * 100 + b"\nend",
    "long": b"y" * 1000,
    "lines": b"".join(b"%d\n" % number for number in range(500)),
}


def by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=1),
    "zstd": by_arrow("zstd"),
    "lz4": by_arrow("lz4"),
}
KINDS = ["path", "text path", "object", "file", "bytes", "bytearray", "memoryview", "dripping"]


class Dripping(io.BytesIO):
    """A file object that gives at most so many bytes at a time, as sockets may."""

    def __init__(self, data: bytes, at_most: int = 1) -> None:
        super().__init__(data)
        self.at_most = at_most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.at_most if size is None or size < 0 else min(size, self.at_most))

    def seekable(self) -> bool:
        return False


class Counting(io.BytesIO):
    """A file object that counts the bytes that are read from it."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.given += len(data)
        return data


def read(source: Place, block_bytes: int = 1 << 20) -> tuple[list[bytes], list[str]]:
    """Return the blocks of a source, and its notes."""
    notes: list[str] = []
    found = [bytes(b) for b in blocks(source, block_bytes=block_bytes, note=notes.append)]
    return found, notes


def assert_whole(found: list[bytes], data: bytes) -> None:
    """All bytes, in order, no empty block, every block but the last of whole lines."""
    assert b"".join(found) == data
    assert all(found)
    assert all(block.endswith(b"\n") for block in found[:-1])


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[bytes], Any]]:
    """Give a function that makes a source of bytes."""
    path = tmp_path / "eve.log"  # the name tells nothing
    path.write_bytes(b"")
    with path.open("rb") as file:

        def make(data: bytes) -> Any:
            path.write_bytes(data)
            return {
                "path": path,
                "text path": str(path),
                "object": io.BytesIO(data),
                "file": file,
                "bytes": data,
                "bytearray": bytearray(data),
                "memoryview": memoryview(data * 2)[: len(data)],
                "dripping": Dripping(data, max(5, len(data) // 1000)),
            }[request.param]

        yield make


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("pack", PACKS)
def test_every_source_gives_all_its_bytes_in_whole_lines(opened: Any, text: str, pack: str) -> None:
    packed = PACKS[pack](TEXTS[text])
    for block_bytes in SIZES:
        source = opened(packed)
        if hasattr(source, "seek"):
            source.seek(0)
        found, notes = read(source, block_bytes)

        assert_whole(found, TEXTS[text])
        assert notes == []
        assert our_threads.names() == []


@pytest.mark.parametrize("pack", PACKS)
def test_blocks_are_about_as_large_as_asked(opened: Any, pack: str) -> None:
    data = b"0123456789\n" * 300_000
    found, _ = read(opened(PACKS[pack](data)), 1 << 20)

    assert max(map(len, found)) <= 2 << 20
    assert_whole(found, data)


@pytest.mark.parametrize("keep", [1, 2, 3, 7])
@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("kind", ["path", "object"])
def test_a_block_stays_as_it_is_while_others_are_read(
    tmp_path: Path, pack: str, kind: str, keep: int
) -> None:
    """Memory is used again only when nobody looks at it any more."""
    data = b"".join(b"%05d\n" % number for number in range(3000))
    path = tmp_path / "eve.json"
    path.write_bytes(PACKS[pack](data))

    def source() -> Any:
        return path if kind == "path" else io.BytesIO(path.read_bytes())

    whole = [bytes(block) for block in blocks(source(), block_bytes=60, note=pytest.fail)]
    reader = enumerate(blocks(source(), block_bytes=60, note=pytest.fail))
    kept = [block for number, block in reader if number % keep == 0]
    assert b"".join(whole) == data
    assert [bytes(block) for block in kept] == whole[::keep]
    assert len(whole) > 200


def test_blocks_of_a_long_file_share_their_memory(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b"0123456789\n" * 2_000_000)
    tracemalloc.start()
    size = sum(len(block) for block in blocks(path, block_bytes=1 << 20, note=pytest.fail))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 22_000_000
    assert peak < 4 << 20


# --- long lines ------------------------------------------------------------------------


def test_a_line_longer_than_a_block_is_read_about_once() -> None:
    source = Counting(b"short\n" + b"x" * 1_000_000 + b"\nend\n")
    found, _ = read(source, 64)

    assert_whole(found, b"short\n" + b"x" * 1_000_000 + b"\nend\n")
    assert source.given == len(b"".join(found))


@pytest.mark.parametrize("before", [b"short\n", b"short\n" * 100])
def test_a_line_longer_than_a_block_of_a_file_costs_linear_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    """The file is read in ever longer steps, so that all reads together are a few times it."""
    given = 0

    class CountingFile(io.FileIO):
        def read(self, size: int | None = -1) -> bytes:
            nonlocal given
            data = super().read(-1 if size is None else size) or b""
            given += len(data)
            return data

        def readinto(self, buffer: Any) -> int:
            nonlocal given
            size = super().readinto(buffer)
            given += size
            return size

    data = before + b"x" * 1_000_000 + b"\nend\n"
    path = tmp_path / "eve.json"
    path.write_bytes(data)
    monkeypatch.setattr(Path, "open", lambda path, *_, **__: CountingFile(path))
    found, _ = read(path, 64)

    assert_whole(found, data)
    assert len(data) <= given < 5 * len(data)


@pytest.mark.parametrize("pack", PACKS)
def test_a_line_without_end_does_not_fill_the_memory(
    opened: Any, pack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes can be compressed zeros of any number; what comes before is kept."""
    monkeypatch.setattr(sources, "MAX_LINE_BYTES", 1 << 20)
    data = b"a\n" * 5 + b"x" * (8 << 20) + b"\nb\n"
    source = opened(PACKS[pack](data))
    tracemalloc.start()
    found, notes = read(source, 1 << 16)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert b"".join(found) in (b"a\n" * 5, b"")
    assert notes == [
        f"the line at byte {len(b''.join(found))} is longer than 1 MiB; read up to there"
    ]
    assert peak < 12 << 20
    assert our_threads.names() == []


# --- damage ------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [name for name in PACKS if name != "plain"])
def test_what_is_left_of_a_cut_file_is_read_and_told(opened: Any, pack: str) -> None:
    data = b"".join(b"%d %d\n" % (n, n * n * 7919 % 104729) for n in range(100_000))
    found, notes = read(opened(PACKS[pack](data)[:-20]), 1 << 16)

    assert data.startswith(b"".join(found))
    assert len(b"".join(found)) > len(data) // 3
    assert notes == ["compressed data ends early; read up to there"]


@pytest.mark.parametrize(
    "magic",
    [b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b"\x5d\0\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"],
    ids=["gzip", "bzip2", "xz", "lzma", "zstd", "lz4"],
)
def test_magic_numbers_alone_hold_nothing(opened: Any, magic: bytes) -> None:
    assert read(opened(magic)) == ([], ["compressed data ends early; read up to there"])


# --- threads -----------------------------------------------------------------------------


def packed_lines(pack: str, lines: int = 200_000) -> bytes:
    return PACKS[pack](b"0123456789\n" * lines)


@pytest.mark.parametrize("pack", [name for name in PACKS if name != "plain"])
def test_who_stops_early_leaves_no_thread_and_no_file(tmp_path: Path, pack: str) -> None:
    """An unclosed file would be a ResourceWarning, and so an error here."""
    path = tmp_path / "eve.json"
    path.write_bytes(packed_lines(pack))
    reader: Any = blocks(path, block_bytes=1000, note=pytest.fail)
    next(reader)

    assert our_threads.names() == ["suricata_eve_source_0"]
    reader.close()
    assert our_threads.left() == []


def test_an_error_of_the_one_who_reads_leaves_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(packed_lines("gzip"))

    def fail() -> None:
        for _ in blocks(path, block_bytes=1000, note=pytest.fail):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert our_threads.left() == []


def test_an_error_of_the_source_is_raised_where_it_is_read() -> None:
    failure = OSError("disk")

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 1 << 20:
                raise failure
            return super().read(size)

    random = os.urandom(3 << 20)
    with pytest.raises(OSError, match=r"^disk$") as caught:
        read(Failing(PACKS["gzip"](random)), 1000)
    assert caught.value is failure
    assert our_threads.names() == []


def test_notes_and_progress_are_told_on_the_thread_of_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(packed_lines("gzip")[:-1])
    told: list[threading.Thread] = []

    def tell(_: object) -> None:
        told.append(threading.current_thread())

    list(blocks(path, block_bytes=1000, note=tell, advance=tell))
    assert len(told) >= 2
    assert set(told) == {threading.current_thread()}


def test_a_pipe_is_not_waited_for_on_a_thread() -> None:
    """A read from it may never come back; a reader that is closed must."""
    reader: Any = blocks(Dripping(packed_lines("gzip"), 99), block_bytes=9, note=pytest.fail)
    next(reader)

    assert our_threads.names() == []
    reader.close()


# --- progress ----------------------------------------------------------------------------


@pytest.mark.parametrize("block_bytes", [1, 100])
@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("text", ["nothing", "much"])
def test_every_stored_byte_is_counted_once(
    opened: Any, pack: str, block_bytes: int, text: str
) -> None:
    """Also where a block's tail is read again."""
    packed = PACKS[pack](TEXTS[text])
    source = opened(packed)
    counted: list[int] = []
    total = total_bytes([source])
    list(blocks(source, block_bytes=block_bytes, note=pytest.fail, advance=counted.append))

    assert sum(counted) == len(packed)
    assert all(count > 0 for count in counted)
    assert total == (None if isinstance(source, Dripping) else len(packed))


def test_what_is_read_again_for_its_damage_is_counted_once() -> None:
    packed = bytearray(bz2.compress(os.urandom(300_000), 1))
    packed[-50] ^= 1
    counted: list[int] = []
    list(blocks(io.BytesIO(packed), block_bytes=99, note=lambda _: None, advance=counted.append))

    assert sum(counted) == len(packed)


def test_the_total_of_several_sources(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b"12345")
    stream = io.BytesIO(b"headabc")
    stream.seek(4)

    assert total_bytes([]) == 0
    assert total_bytes([path, str(path), stream, b"1", memoryview(b"12").cast("H")]) == 16
    assert stream.tell() == 4
    assert total_bytes(sources_of(tmp_path)) == 5
    assert total_bytes([path, tmp_path / "missing"]) is None
    assert total_bytes([path, tmp_path]) is None
    assert total_bytes([path, "\0"]) is None
    assert total_bytes([path, Dripping(b"a")]) is None


def test_a_file_object_is_read_from_where_it_is() -> None:
    for pack in PACKS.values():
        stream = io.BytesIO(b"head" + pack(b"a\n"))
        stream.seek(4)

        assert read(stream) == ([b"a\n"], [])


# --- what is a source --------------------------------------------------------------------


def test_the_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "eve.json").write_bytes(b"a\n")

    assert read("~/eve.json") == ([b"a\n"], [])
    assert read(Path("~/eve.json")) == ([b"a\n"], [])
    assert total_bytes(["~/eve.json"]) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("pack", PACKS)
def test_a_pipe_is_read_though_it_cannot_seek(tmp_path: Path, pack: str) -> None:
    """As /dev/stdin is, or what `<(zcat …)` of a shell names."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert total_bytes([path]) is None
    writer = threading.Thread(target=path.write_bytes, args=(PACKS[pack](b"a\nb"),))
    writer.start()
    try:
        assert read(sources_of(path)[0]) == ([b"a\nb"], [])
    finally:
        writer.join()


@pytest.mark.skipif(sys.platform == "win32", reason="no /dev/stdin")
@pytest.mark.parametrize("pack", ["plain", "xz"])
@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_the_standard_input_is_read_by_its_name(tmp_path: Path, pack: str, kind: str) -> None:
    import subprocess

    code = (
        "from suricata_eve.ingest.sources import blocks, sources_of\n"
        "for one in sources_of('/dev/stdin'):\n"
        "    print([bytes(b) for b in blocks(one, block_bytes=99, note=print)])"
    )
    path = tmp_path / "input"
    path.write_bytes(PACKS[pack](b"a\nb"))
    with path.open("rb") as file:
        given: Any = {"stdin": file} if kind == "file" else {"input": path.read_bytes()}
        answer = subprocess.run(
            [sys.executable, "-c", code], **given, capture_output=True, check=True
        )

    assert (answer.stdout.strip(), answer.stderr) == (b"[b'a\\nb']", b"")


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


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "eve.json").write_bytes(b"")
    (tmp_path / "eve.json").chmod(0)
    with pytest.raises(PermissionError, match=r"eve\.json"):
        read(sources_of(tmp_path)[0])


@pytest.mark.parametrize("pack", PACKS)
def test_only_what_was_opened_is_closed(tmp_path: Path, pack: str) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(PACKS[pack](b"a\n" * 100))
    with path.open("rb") as file:
        read(file)

        assert not file.closed
        assert file.read() == b""
    reader: Any = blocks(path, block_bytes=4, note=pytest.fail)
    next(reader)
    reader.close()
    path.unlink()  # an unclosed file would be a ResourceWarning, and so an error here


def test_bytes_of_any_shape_are_eve_text() -> None:
    assert read(memoryview(b"a\nb\n").cast("B", (2, 2))) == ([b"a\nb\n"], [])
    assert read(memoryview(b"aX\nXbX\nX")[::2]) == ([b"a\nb\n"], [])
    assert read(memoryview(b"")) == ([], [])


def test_what_a_folder_tells_is_noted(tmp_path: Path) -> None:
    for name in ("eve.json.1", "eve.json.1.gz"):
        (tmp_path / name).write_bytes(b"a\n")

    assert [read(place) for place in sources_of(tmp_path)] == [
        ([b"a\n"], []),
        ([b"a\n"], ["may hold the same events as eve.json.1"]),
    ]


def test_names_of_sources(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(b"")
    with path.open("rb") as file, open(os.dup(file.fileno()), "rb") as number:  # noqa: PTH123
        assert names(["~/a", Path("b/c"), file, io.BytesIO(), b"", bytearray(), number]) == [
            "~/a",
            str(Path("b/c")),
            str(path),
            "<stream>",
            "<bytes>",
            "<bytes>",
            str(number.name),
        ]
    assert names(sources_of(tmp_path)) == [str(path)]


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_any_name_can_be_read_and_told(tmp_path: Path) -> None:
    """Line ends, terminal escapes and bytes that are not UTF-8 do no harm in a report."""
    odd = os.fsencode(tmp_path) + b"/eve\n\x1b[31m\xe9.json"
    Path(os.fsdecode(odd)).write_bytes(b"a\n")
    for source in (os.fsdecode(odd), Path(os.fsdecode(odd)), tmp_path, f"{tmp_path}/*"):
        (place,) = sources_of(source)
        (name,) = names([place])

        assert read(place) == ([b"a\n"], [])
        assert name == str(tmp_path / r"eve\n\x1b[31m\xe9.json")
        assert json.loads(json.dumps(name, ensure_ascii=False).encode()) == name
