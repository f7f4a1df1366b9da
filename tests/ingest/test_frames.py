"""Frames of zstd and lz4, made by hand: what a header may claim, and where blocks end."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from suricata_eve.ingest.frames import frames, is_frame
from suricata_eve.ingest.raw import RawBytes

EARLY = "compressed data ends early; read up to there"
ZSTD = bytes.fromhex("28b52ffd0058")  # a window of 2 MB, no size, no checksum
LZ4 = bytes.fromhex("04224d186440a7")  # blocks of 64 KB, a checksum of all
SKIPPED = bytes.fromhex("502a4d18")


def zstd_block(data: bytes, *, repeat: int = 0, last: bool = False) -> bytes:
    """Return a block that holds bytes as they are, or one byte many times."""
    kind, size = (1, repeat) if repeat else (0, len(data))
    return (size << 3 | kind << 1 | last).to_bytes(3, "little") + data


def lz4_block(data: bytes) -> bytes:
    return (len(data) | 1 << 31).to_bytes(4, "little") + data


def unpack(packed: bytes, step: int = 1 << 20) -> tuple[bytes, list[str]]:
    notes: list[str] = []
    raw = RawBytes(io.BytesIO(packed), advance=lambda _: None)
    return b"".join(frames(raw, note=notes.append, step=step)), notes


@pytest.mark.parametrize(
    ("first", "is_one"),
    [
        (ZSTD, True),
        (LZ4, True),
        (SKIPPED, True),
        (bytes.fromhex("5f2a4d18"), True),
        (bytes.fromhex("602a4d18"), False),
        (ZSTD[:3], False),
        (b"{}", False),
        (b"", False),
    ],
)
def test_what_is_a_frame(first: bytes, is_one: bool) -> None:  # noqa: FBT001
    assert is_frame(first) is is_one


@pytest.mark.parametrize("step", [1, 3, 1 << 20])
def test_blocks_of_every_kind(step: int) -> None:
    packed = ZSTD + zstd_block(b"ab") + zstd_block(b"x", repeat=9) + zstd_block(b"", last=True)

    assert unpack(packed, step) == (b"ab" + b"x" * 9, [])
    assert unpack(packed + packed, step) == ((b"ab" + b"x" * 9) * 2, [])


@pytest.mark.parametrize("step", [1, 3, 1 << 20])
def test_a_block_before_damage_is_kept(step: int) -> None:
    """To the byte, though Arrow drops what it gathered; bytes of text, that is."""
    reserved = (1 << 3 | 3 << 1).to_bytes(3, "little") + b"x"
    for before in (b"", b"a\n", b"a\nb", b"\xe9\n" * 1000):
        found, (note,) = unpack(ZSTD + zstd_block(before) + reserved, step)

        assert found == before
        assert note.startswith("compressed data is damaged (ZSTD decompress failed: ")

        found, (note,) = unpack(LZ4 + (lz4_block(before) if before else b"") + b"\xff" * 9, step)
        assert found == before
        assert note == EARLY or note.startswith("compressed data is damaged (LZ4 decompress ")


def test_a_cut_block_that_is_not_compressed_is_kept_in_part() -> None:
    whole = ZSTD + zstd_block(b"a\n") + zstd_block(b"bcdefg")
    found, notes = unpack(whole[:-3])

    assert b"a\nbcd".startswith(found)
    assert found.startswith(b"a\n")
    assert notes == [EARLY]


@pytest.mark.parametrize("head", [ZSTD, LZ4, SKIPPED])
def test_a_header_that_is_cut(head: bytes) -> None:
    for cut in range(1, len(head)):
        assert unpack(head[:cut]) == (b"", [EARLY])


@pytest.mark.parametrize(
    "packed",
    [
        ZSTD + b"\xfc\xff\xff",
        LZ4 + b"\xff\xff\xff\x7f",
        SKIPPED + b"\xff\xff\xff\xff",
        ZSTD[:4] + b"\xe7" + b"\xff" * 12,
    ],
    ids=["zstd", "lz4", "skipped", "sizes"],
)
def test_what_claims_to_be_huge_is_not_gathered(packed: bytes) -> None:
    """A header may claim gigabytes: they are not waited for in memory."""
    tracemalloc.start()
    found, notes = unpack(packed + b"\0" * (32 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == b""
    assert len(notes) == 1
    assert peak < 80 << 20  # the data itself, twice, and little more


@pytest.mark.parametrize(
    "packed",
    [
        ZSTD + zstd_block(b"") * 20_000 + zstd_block(b"", last=True),
        (SKIPPED + b"\0\0\0\0") * 20_000,
        (ZSTD + zstd_block(b"", last=True)) * 2000,
    ],
    ids=["empty blocks", "skipped frames", "empty frames"],
)
def test_very_many_that_hold_nothing(packed: bytes) -> None:
    assert unpack(packed) == (b"", [])
