"""Frames of zstd and lz4, decompressed by Arrow, sound up to where they are damaged.

Arrow drops what it had gathered when it meets damage or an early end. So frames are cut
into their blocks here, which takes a few bytes of each to be read, and Arrow is given them
one by one: what it drops is then one block, which could not be decompressed in any case.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pyarrow as pa

from suricata_eve.errors import MissingDependencyError
from suricata_eve.ingest.raw import RawBytes

__all__ = ["frames", "is_frame"]

_ZSTD, _LZ4 = b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
_SKIPPED = b"\x2a\x4d\x18"  # behind a byte from 0x50 to 0x5f; both formats have such frames
_STEP_BYTES = 256 << 10
_PART_BYTES = 60 << 10  # Arrow asks for 64 KiB a time
_NEVER = b"\xff"  # no byte of UTF-8


def is_frame(first: bytes) -> bool:
    """Tell whether bytes are the start of a frame.

    Parameters
    ----------
    first : bytes
        The first four bytes or more.

    Returns
    -------
    bool
        True for a frame of zstd or lz4, and for one to be skipped.
    """
    return first.startswith((_ZSTD, _LZ4)) or _is_skipped(first)


def _is_skipped(first: bytes) -> bool:
    return first[1:4] == _SKIPPED and first[0] >> 4 == 5


def _is_cut(first: bytes) -> bool:
    """Tell whether these bytes, the last ones, may be the start of a frame."""
    magics = (_ZSTD, _LZ4, bytes([first[0] & 0x0F | 0x50]) + _SKIPPED)
    return any(magic.startswith(first) for magic in magics)


def frames(raw: RawBytes, *, note: Callable[[str], None], step: int) -> Iterator[bytes]:
    """Decompress frames, of zstd and lz4 in any order.

    Parameters
    ----------
    raw : RawBytes
        Frames, with zeros between them or without.
    note : callable
        Told if a frame is damaged or ends early, or if something else follows.
    step : int
        The most bytes to yield at once.

    Yields
    ------
    bytes
        What the frames hold.

    Raises
    ------
    MissingDependencyError
        If this Arrow was built without the format.
    """
    while first := raw.peek(4):
        if first.startswith((_ZSTD, _LZ4)):
            blocks = _ZstdBlocks(raw) if first == _ZSTD else _Lz4Blocks(raw)
            yield from _frame(blocks, note, min(step, _STEP_BYTES))
            if not blocks.sound:
                return
        elif _is_skipped(first):
            if not _skip(raw):
                note("compressed data ends early; read up to there")
                return
        else:
            note(
                "compressed data ends early; read up to there"
                if _is_cut(first)
                else "bytes after the compressed data are neither zstd nor lz4; left out"
            )
            return
        raw.skip_zeros()


def _skip(raw: RawBytes) -> bool:
    head = raw.exactly(8)
    left = int.from_bytes(head[4:], "little")
    while len(head) == 8 and left and (data := raw.read(left)):
        left -= len(data)
    return len(head) == 8 and not left


def _frame(blocks: _Blocks, note: Callable[[str], None], step: int) -> Iterator[bytes]:
    if not pa.Codec.is_available(blocks.codec):
        msg = (
            f"this build of pyarrow cannot decompress {blocks.codec}; "
            "the builds of PyPI and conda-forge can"
        )
        raise MissingDependencyError(msg)
    stream = pa.CompressedInputStream(pa.PythonFile(blocks, mode="r"), blocks.codec)
    have, blank = bytearray(step), _NEVER * step
    size = step
    while size:
        # What was gathered when an error comes is in the buffer, only its size is not told:
        # it ends where what the buffer held before begins. At worst that takes bytes away
        # that are no text, from the end of a line that is cut.
        have[:] = blank
        try:
            size = stream.readinto(have)
        except (OSError, pa.ArrowException) as error:
            if blocks.failure is not None:
                raise blocks.failure from None
            yield bytes(have.rstrip(_NEVER))
            blocks.sound = False
            note(
                "compressed data ends early; read up to there"
                if blocks.cut
                else f"compressed data is damaged ({error}); read up to there"
            )
            return
        yield bytes(memoryview(have)[:size])


class _Blocks(io.RawIOBase):
    """A frame as the file that Arrow reads: with each read one block, or a part of it."""

    codec = ""

    def __init__(self, raw: RawBytes) -> None:
        self._raw = raw
        self._parts = self._walk()
        self._rest = b""
        self.cut = False
        self.sound = True
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._rest:
            try:
                self._rest = next(self._parts, b"")
            except BaseException as error:
                self.failure = error  # Arrow would make another error of it
                raise
        size = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def _walk(self) -> Iterator[bytes]:
        """Yield the frame in parts, such that every block ends with a part."""
        raise NotImplementedError

    def _take(self, size: int) -> bytes:
        data = self._raw.exactly(size)
        self.cut = self.cut or len(data) < size
        return data

    def _block(self, head: bytes, size: int) -> Iterator[bytes]:
        while size and not self.cut:
            part = self._take(min(size, _PART_BYTES))
            size -= len(part)
            yield head + part
            head = b""
        if head:
            yield head


class _ZstdBlocks(_Blocks):
    codec = "zstd"

    def _walk(self) -> Iterator[bytes]:
        head = self._take(5)
        flags = head[-1]
        is_single = flags >> 5 & 1
        window = 1 - is_single
        dictionary = (0, 1, 2, 4)[flags & 3]
        content = (is_single, 2, 4, 8)[flags >> 6]
        yield head if self.cut else head + self._take(window + dictionary + content)
        is_last = False
        while not is_last and not self.cut:
            head = self._take(3)
            word = int.from_bytes(head, "little")
            is_last, is_repeated = bool(word & 1), word >> 1 & 3 == 1
            yield from self._block(head, 1 if is_repeated else word >> 3)
        # All data is there before the checksum is: it must not be lost with it.
        if flags >> 2 & 1 and not self.cut:
            yield self._take(4)


class _Lz4Blocks(_Blocks):
    codec = "lz4"

    def _walk(self) -> Iterator[bytes]:
        head = self._take(6)
        flags = head[4] if len(head) > 4 else 0
        yield head if self.cut else head + self._take(1 + 8 * (flags >> 3 & 1) + 4 * (flags & 1))
        word = 1
        while word and not self.cut:
            head = self._take(4)
            word = int.from_bytes(head, "little")
            checksum = 4 * (flags >> 4 & 1) if word else 0
            yield from self._block(head, (word & 0x7FFFFFFF) + checksum)
        if flags >> 2 & 1 and not self.cut:
            yield self._take(4)
