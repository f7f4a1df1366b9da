"""Compressed data in every format: all of it, and up to where it is damaged or ends."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.errors import MissingDependencyError
from suricata_eve.ingest.compression import LOOK_BYTES, decompressed, is_compressed
from suricata_eve.ingest.raw import RawBytes

Pack = Callable[[bytes], bytes]

EARLY = "compressed data ends early; read up to there"


def by_arrow(codec: str) -> Pack:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


PACKS: dict[str, Pack] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": lambda data: bz2.compress(data, 1),  # blocks of 100,000 bytes
    "xz": lambda data: lzma.compress(data, preset=1),
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE, preset=1),
    "zstd": by_arrow("zstd"),
    "lz4": by_arrow("lz4"),
}
MAGIC = {"gzip": 2, "bzip2": 4, "xz": 6, "lzma": 3, "zstd": 4, "lz4": 4}
# What a file of another format says of bytes that follow it.
CALLED = {"lzma": "are not xz", "zstd": "are neither zstd nor lz4"}
CALLED |= {"lz4": CALLED["zstd"]} | {name: f"are not {name}" for name in ("gzip", "bzip2", "xz")}

# Forty lines of `a`, as the tools write them.
TOOLS = {
    "zstd": "28b52ffd045845000010610a01001beab068a63521",
    "zstd of no size": "28b52ffd045845000010610a01001beab068a63521",
    "zstd without a checksum": "28b52ffd005845000010610a01001beab0",
    "zstd with a long window": "28b52ffd048845000010610a01001beab068a63521",
    "lz4": "04224d186440a70c0000002f610a020036500a610a610a000000009fef3f21",
    "lz4 with a size": (
        "04224d186c405000000000000000ee0c0000002f610a020036500a610a610a000000009fef3f21"
    ),
    "lz4, every block checked": (
        "04224d187440bd0c0000002f610a020036500a610a610a9d2a8568000000009fef3f21"
    ),
    "xz": (
        "fd377a585a000004e6d6b4460200210116000000742fe5a3e0004f00085d003082a8f01000000000"
        "c4e24813d387bf5f00012450790505ba1fb6f37d010000000004595a"
    ),
    "xz with sha256": (
        "fd377a585a00000ae1fb0ca10200210116000000742fe5a3e0004f00085d003082a8f01000000000"
        "4b6ecfe95e5cc3a487a3193b54ee5bfe327ed704a07cdb76307b818b8b5404d100013c50209d1e38"
        "189b4b9a01000000000a595a"
    ),
    "xz without a check": (
        "fd377a585a000000ff12d9410200210116000000742fe5a3e0004f00085d003082a8f01000000000"
        "00011c5082b99aad06729e7a010000000000595a"
    ),
    "lzma": "5d00008000ffffffffffffffff003082a8f0183dfffffffc200000",
    "bzip2": (
        "425a683931415926535990022c74000027c10000102000200030802a690c86717724538509090022c740"
    ),
}

every_format = pytest.mark.parametrize("name", PACKS)


class Pipe(io.BytesIO):
    """A file that cannot seek, and gives at most so many bytes at a time."""

    def __init__(self, data: bytes, at_most: int = 1 << 20) -> None:
        super().__init__(data)
        self.at_most = at_most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.at_most if size is None or size < 0 else min(size, self.at_most))

    def seekable(self) -> bool:
        return False


@cache
def packed_lines(name: str, lines: int) -> tuple[bytes, bytes]:
    data = numbered(lines)
    return data, PACKS[name](data)


def unpack(file: io.BytesIO, step: int = 1 << 20) -> tuple[bytes, list[str]]:
    """Return what a compressed file holds, and the notes."""
    notes: list[str] = []
    raw = RawBytes(file, advance=lambda _: None)
    return b"".join(decompressed(raw, note=notes.append, step=step)), notes


def numbered(lines: int) -> bytes:
    return b"".join(b"%d %d\n" % (n, n * n * 7919 % 104729) for n in range(lines))


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)  # noqa: S311


DATA = {"empty": b"", "line": b"a\n", "text": numbered(60_000), "noise": noise(300_000)}


@cache
def packed_data(name: str, case: str) -> bytes:
    return PACKS[name](DATA[case])


@every_format
@pytest.mark.parametrize("case", DATA)
@pytest.mark.parametrize("step", [1 << 20, 1000])
def test_all_of_it(name: str, case: str, step: int) -> None:
    data = DATA[case]
    packed = packed_data(name, case)

    assert is_compressed(packed[:LOOK_BYTES])
    assert unpack(io.BytesIO(packed), step) == (data, [])
    assert unpack(Pipe(packed, 999), step) == (data, [])


@every_format
def test_no_step_is_larger_than_asked(name: str) -> None:
    raw = RawBytes(io.BytesIO(packed_lines(name, 60_000)[1]), advance=lambda _: None)

    assert max(map(len, decompressed(raw, note=pytest.fail, step=1000))) <= 1000


@pytest.mark.parametrize("packed", TOOLS.values(), ids=TOOLS)
def test_what_the_tools_write(packed: str) -> None:
    """With headers and checksums of every kind."""
    data = bytes.fromhex(packed)

    assert unpack(io.BytesIO(data)) == (b"a\n" * 40, [])
    assert unpack(Pipe(data * 2, 1), 7) == (b"a\n" * 80, [])


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"{",
        b'{"event_type"',
        b" {",
        b"\xef\xbb\xbf{",
        b"\0\0\0\0",
        b"BZh",
        b"BZhelp me 1",
        b"BZh0",
        b"BZh91AY&Sx",
        b"]",
        b"]\0",
        b"P*M",
        b"`*M\x18",
        b"\x1f",
        b"\xfd7zXZ",
    ],
)
def test_other_data_is_not_taken_for_compressed(first: bytes) -> None:
    assert not is_compressed(first[:LOOK_BYTES])


# --- several members -------------------------------------------------------------------


@every_format
@pytest.mark.parametrize(
    ("between", "drip"),
    [(b"", 1), (b"", 1 << 20), (b"\0", 5), (b"\0" * 511, 1), (b"\0" * (3 << 20), 1 << 18)],
    ids=["dripping", "whole", "zero", "zeros", "many zeros"],
)
def test_several_members_are_read_to_the_end(name: str, between: bytes, drip: int) -> None:
    """Also behind zero padding of any length; `cat a.gz b.gz` makes such files."""
    packed = between.join(map(PACKS[name], (b"a\n", b"", b"b\nc")))

    assert unpack(Pipe(packed + between, drip)) == (b"a\nb\nc", [])


@every_format
def test_many_tiny_members_take_linear_time(name: str) -> None:
    """What follows a member is not copied for each: that would be 20 GB here."""
    count = 20_000 if name in ("gzip", "bzip2", "xz") else 2000
    packed = PACKS[name](b"a\n") * count

    assert unpack(io.BytesIO(packed)) == (b"a\n" * count, [])


@every_format
@pytest.mark.parametrize("garbage", [b"xyz", b"\0\0x", b"\x1f\x8c", b"{}\n" * 9])
def test_garbage_behind_is_told(name: str, garbage: bytes) -> None:
    data, notes = unpack(io.BytesIO(PACKS[name](b"a\n") + garbage))

    assert data == b"a\n"
    assert notes == [f"bytes after the compressed data {CALLED[name]}; left out"]


@every_format
def test_a_second_member_that_ends_early_is_told(name: str) -> None:
    first, second = PACKS[name](b"a\n"), PACKS[name](b"b\n" * 99)
    for cut in range(1, len(second)):
        data, notes = unpack(io.BytesIO(first + second[:cut]))

        assert (b"a\n" + b"b\n" * 99).startswith(data)
        assert data.startswith(b"a\n")
        assert notes == [EARLY]


def test_frames_to_be_skipped_are() -> None:
    """Such frames hold other things than the data; pzstd begins with one."""
    skipped = b"\x5a\x2a\x4d\x18" + (7).to_bytes(4, "little") + b"\x28\xb5\x2f\xfdabc"
    zstd, lz4 = PACKS["zstd"](b"a\n"), PACKS["lz4"](b"b\n")

    for packed, data in [
        (skipped, b""),
        (skipped + zstd, b"a\n"),
        (zstd + skipped, b"a\n"),
        (skipped + zstd + skipped + skipped + lz4 + skipped, b"a\nb\n"),
    ]:
        assert is_compressed(packed[:LOOK_BYTES])
        assert unpack(io.BytesIO(packed)) == (data, [])
        assert unpack(Pipe(packed, 1)) == (data, [])
    for cut in range(4, len(skipped)):
        assert unpack(io.BytesIO(skipped[:cut])) == (b"", [EARLY])
        assert unpack(io.BytesIO(zstd + skipped[:cut])) == (b"a\n", [EARLY])


# --- data that ends early ----------------------------------------------------------------


@every_format
@pytest.mark.parametrize("step", [1 << 20, 7])
@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
def test_cut_at_every_byte_it_gives_what_there_is(name: str, step: int, kind: Any) -> None:
    """More bytes never give less, all of the data is there before the checksum is."""
    data = numbered(300) + noise(50).replace(b"\xff", b"\n")
    packed = PACKS[name](data)
    last = 0
    for cut in range(MAGIC[name], len(packed)):
        found, notes = unpack(kind(packed[:cut]), step)

        assert data.startswith(found)
        assert len(found) >= last
        assert notes == [EARLY]
        last = len(found)
    # A block of zstd can be decompressed at its end alone, and nothing is behind this one.
    assert last == (0 if name == "zstd" else len(data))


@every_format
@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
def test_a_long_file_cut_in_the_middle_gives_about_half(name: str, kind: Any) -> None:
    """Formats of blocks lose no more than the block that is cut."""
    data, packed = packed_lines(name, 60_000)
    found, notes = unpack(kind(packed[: len(packed) // 2]))

    assert data.startswith(found)
    assert notes == [EARLY]
    assert len(found) > len(data) * 0.3


# --- damage --------------------------------------------------------------------------------


@every_format
@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
@pytest.mark.parametrize("place", [0.05, 0.3, 0.5, 0.9])
def test_damage_costs_only_what_comes_behind(name: str, kind: Any, place: float) -> None:
    """All is there up to the block that the damage is in."""
    data, packed = packed_lines(name, 60_000)
    at = int(len(packed) * place)
    damaged = packed[:at] + bytes(byte ^ 0xA5 for byte in packed[at : at + 64]) + packed[at + 64 :]
    found, notes = unpack(kind(damaged))

    assert len(notes) <= 1  # frames of Arrow have no checksums
    assert all(note == EARLY or note.startswith("compressed data is damaged (") for note in notes)
    # Data is not compressed evenly, nor is the damage seen at once.
    sound = max(int(len(data) * (place - 0.2)), 0)
    assert data[:sound] == found[:sound]


@every_format
def test_damage_at_every_byte_of_a_small_file_never_raises(name: str) -> None:
    data = numbered(40)
    packed = PACKS[name](data)
    for at in range(MAGIC[name], len(packed)):
        for bit in (1, 128):
            damaged = bytearray(packed)
            damaged[at] ^= bit
            found, _ = unpack(io.BytesIO(damaged))

            assert len(found) <= 1 << 20


def with_wrong_checksum(name: str, data: bytes) -> bytes:
    if name == "lz4":  # the header that the tool writes, and blocks that are not compressed
        parts = [data[at : at + 60_000] for at in range(0, len(data), 60_000)]
        blocks = b"".join((len(p) | 1 << 31).to_bytes(4, "little") + p for p in parts)
        return bytes.fromhex("04224d186440a7") + blocks + b"\0\0\0\0" + b"none"
    packed = bytearray(PACKS[name](data))
    if name == "zstd":
        packed[4] |= 4
        return bytes(packed) + b"none"
    if name == "gzip":
        packed[-6] ^= 1
    else:
        index = 4 * (1 + int.from_bytes(packed[-8:-4], "little"))
        packed[-12 - index - 1] ^= 1
    return bytes(packed)


@pytest.mark.parametrize("name", ["gzip", "xz", "zstd", "lz4"])
@pytest.mark.parametrize("lines", [10, 60_000])
@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
@pytest.mark.parametrize("step", [1 << 20, 10])
def test_a_wrong_checksum_costs_no_data(name: str, lines: int, kind: Any, step: int) -> None:
    """The data is all there before the checksum is: nothing of it may be dropped."""
    data = numbered(lines)
    found, notes = unpack(kind(with_wrong_checksum(name, data)), step)

    (note,) = notes
    assert note.startswith("compressed data is damaged (")
    assert note.endswith("); read up to there")
    if kind is Pipe and name == "xz":  # what one step holds may be lost where it cannot go back
        assert data.startswith(found)
        assert len(found) >= len(data) - (16 << 10)
    else:
        assert found == data


def test_bzip2_damaged_in_its_second_block_gives_the_first() -> None:
    data = noise(200_000)
    packed = bytearray(bz2.compress(data, 1))
    packed[len(packed) * 3 // 4] ^= 1
    found, notes = unpack(io.BytesIO(packed))

    # A block holds 100,000 bytes, some less for how it writes repetitions.
    assert found[:99_000] == data[:99_000]
    assert notes == ["compressed data is damaged (Invalid data stream); read up to there"]
    piped, _ = unpack(Pipe(bytes(packed)))
    assert found.startswith(piped)
    assert len(piped) > len(found) - (16 << 10)


def test_damaged_data_of_a_file_that_was_read_in_part() -> None:
    """Reading again starts where the data started, not where the file does."""
    data = noise(200_000)
    packed = bytearray(bz2.compress(data, 1))
    packed[-100] ^= 1
    file = io.BytesIO(b"head" + bz2.compress(b"a\n") + packed)
    file.read(4)
    found, _ = unpack(file)

    assert found[:99_000] == (b"a\n" + data)[:99_000]


def test_damage_in_the_middle_of_a_step_of_gzip() -> None:
    """What zlib could decompress before the damage is not dropped with the step that meets it."""
    data = numbered(200_000)
    compressor = zlib.compressobj(wbits=31)
    half = len(data) // 2
    start = compressor.compress(data[:half]) + compressor.flush(zlib.Z_FULL_FLUSH)
    # A block of the reserved type 3 ends every decompression.
    found, notes = unpack(io.BytesIO(start + b"\x07" + compressor.compress(data[half:])))

    assert found == data[:half]
    (note,) = notes
    assert note.endswith("invalid block type); read up to there")


def test_xz_that_asks_for_much_memory_is_told() -> None:
    """A header alone can ask for 4 GB."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    compressor = lzma.LZMACompressor(filters=filters, format=lzma.FORMAT_XZ)
    first = compressor.compress(b"a\n")
    found, notes = unpack(io.BytesIO(first + compressor.flush()))

    assert found == b""
    assert notes == ["compressed data is damaged (Memory usage limit exceeded); read up to there"]


# --- bombs -----------------------------------------------------------------------------------


@every_format
def test_a_bomb_needs_little_memory(name: str) -> None:
    """What is read is given away before more is, however well it was compressed."""
    member = PACKS[name]((b"x" * 999 + b"\n") * 20_000)
    packed = member * 3
    assert len(packed) < 2 << 20
    raw = RawBytes(io.BytesIO(packed), advance=lambda _: None)
    arrow = pa.total_allocated_bytes()
    size, most = 0, 0
    tracemalloc.start()
    for piece in decompressed(raw, note=pytest.fail, step=1 << 20):
        size += len(piece)
        most = max(most, pa.total_allocated_bytes() - arrow)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 60_000_000
    assert peak < 8 << 20
    assert most < 8 << 20


def test_a_block_that_claims_to_be_huge_is_not_waited_for_in_memory() -> None:
    """A frame of lz4 may claim blocks of 2 GB."""
    packed = PACKS["lz4"](b"a\n")
    head = packed[: packed.index(b"a\n") - 4]
    claimed = head + (0x7FFFFFFF).to_bytes(4, "little") + b"\0" * 100_000

    found, (note,) = unpack(io.BytesIO(claimed))
    assert found == b""
    assert "damaged" in note or note == EARLY


# --- what Arrow is asked ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zstd", "lz4"])
def test_an_arrow_without_the_format_is_an_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = PACKS[name](b"a\n")

    class Codec:
        @staticmethod
        def is_available(codec: str) -> bool:
            return codec != name

    monkeypatch.setattr(pa, "Codec", Codec)
    with pytest.raises(MissingDependencyError, match=f"^this build of pyarrow cannot .* {name};"):
        unpack(io.BytesIO(packed))


@pytest.mark.parametrize("name", ["bzip2", "gzip", "xz", "zstd", "lz4"])
@pytest.mark.parametrize("failure", [OSError("disk"), ValueError("x"), KeyboardInterrupt()])
def test_an_error_of_the_file_is_no_damage(name: str, failure: BaseException) -> None:
    """A disk that fails, or an interruption, is raised as it is."""
    packed = PACKS[name](noise(2_000_000))

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 1 << 20:
                raise failure
            return super().read(size)

    with pytest.raises(type(failure)) as caught:
        unpack(Failing(packed))
    assert caught.value is failure


@every_format
def test_an_early_stop_says_nothing(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Arrow would complain on stderr of a file that it cannot close."""
    raw = RawBytes(io.BytesIO(packed_lines(name, 60_000)[1]), advance=lambda _: None)
    pieces: Iterator[bytes] = decompressed(raw, note=pytest.fail, step=1000)
    next(pieces)
    del pieces

    assert capfd.readouterr() == ("", "")
