"""Compressed data to what it holds: recognised by content, sound up to where it is damaged."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from suricata_eve.ingest.frames import frames, is_frame
from suricata_eve.ingest.raw import CHUNK_BYTES, RawBytes

__all__ = ["LOOK_BYTES", "decompressed", "is_compressed"]

LOOK_BYTES = 10
"""How many bytes tell whether data is compressed."""

_FIRST_BYTES = 16 << 10  # a file may be of many tiny members, each to be read only once
_STEP_BYTES = 16 << 10  # what may be lost before damage in bz2 and xz that cannot be read again
_MEMORY_BYTES = 256 << 20  # four times what the highest usual level of xz needs


@dataclass(frozen=True)
class _Format:
    name: str
    magics: tuple[bytes, ...]
    new: Callable[[], Any]
    errors: tuple[type[Exception], ...]


_GZIP = _Format("gzip", (b"\x1f\x8b",), lambda: zlib.decompressobj(wbits=31), (zlib.error,))
_BZ2 = _Format("bzip2", (b"BZh",), bz2.BZ2Decompressor, (OSError,))
_XZ = _Format(
    "xz",
    (b"\xfd7zXZ\0", b"\x5d\0\0"),  # the second is the older .lzma, of any usual level
    lambda: lzma.LZMADecompressor(memlimit=_MEMORY_BYTES),
    (lzma.LZMAError,),
)


def is_compressed(first: bytes) -> bool:
    """Tell from its first bytes whether data is compressed in a format that can be read.

    Parameters
    ----------
    first : bytes
        The first `LOOK_BYTES` bytes, fewer if there are no more.

    Returns
    -------
    bool
        True for gzip, bzip2, xz, lzma, zstd and lz4.

    Examples
    --------
    >>> import gzip
    >>> from suricata_eve.ingest.compression import is_compressed
    >>> is_compressed(gzip.compress(b"{}")), is_compressed(b'{"event_type":')
    (True, False)
    """
    return _format(first) is not None or is_frame(first)


def decompressed(raw: RawBytes, *, note: Callable[[str], None], step: int) -> Iterator[bytes]:
    """Decompress data of any number of members, up to where it is sound.

    Parameters
    ----------
    raw : RawBytes
        Data for which `is_compressed` holds.
    note : callable
        Told if data is damaged, ends early, or is followed by something else.
    step : int
        The most bytes to yield at once.

    Yields
    ------
    bytes
        What the data holds; may be empty.
    """
    kind = _format(raw.peek(LOOK_BYTES))
    step = min(step, CHUNK_BYTES)
    if kind is None:
        yield from frames(raw, note=note, step=step)
    elif kind is _GZIP:
        yield from _gunzip(raw, note, step)
    else:
        yield from _members(kind, raw, note, min(step, _STEP_BYTES))


def _format(first: bytes) -> _Format | None:
    for kind in (_GZIP, _XZ):
        if first.startswith(kind.magics):
            return kind
    # It begins with letters, so that what follows must be right as well: a level, and the
    # start of a block or of the end.
    if first.startswith(_BZ2.magics) and b"1" <= first[3:4] <= b"9":
        starts = (b"1AY&SY", b"\x17rE8P\x90")
        return _BZ2 if any(start.startswith(first[4:10]) for start in starts) else None
    return None


def _gunzip(raw: RawBytes, note: Callable[[str], None], step: int) -> Iterator[bytes]:
    while True:
        member = _GZIP.new()
        size = _FIRST_BYTES
        data = raw.read(size)
        while data and not member.eof:
            before = member.copy()
            try:
                yield member.decompress(data, step)
            except zlib.error as error:
                yield from _sound(before, data, step)
                note(f"compressed data is damaged ({error}); read up to there")
                return
            size = min(2 * size, CHUNK_BYTES)
            data = member.unconsumed_tail
            if not data and not member.eof:
                data = raw.read(size)
        if not member.eof:
            yield member.flush()
        if not _goes_on(_GZIP, raw, note, member):
            return


def _sound(member: Any, data: bytes, step: int) -> Iterator[bytes]:
    """Decompress what comes before damage; zlib itself drops the whole step that meets it."""
    size = len(data)
    while size and data:
        before = member.copy()
        try:
            yield member.decompress(data[:size], step)
        except zlib.error:
            member, size = before, size // 2
        else:
            data = member.unconsumed_tail + data[size:]


def _members(
    kind: _Format, raw: RawBytes, note: Callable[[str], None], step: int
) -> Iterator[bytes]:
    """Decompress bzip2 or xz, whose decompressors cannot be copied."""
    while True:
        member = kind.new()
        start, given = raw.position, 0
        sound = start  # the damage is not before this place
        size = _FIRST_BYTES
        while not member.eof:
            data = b""
            if member.needs_input:
                sound = raw.position
                if not (data := raw.read(size)):
                    break
                size = min(2 * size, CHUNK_BYTES)
            try:
                piece = member.decompress(data, step)
            except kind.errors as error:
                if raw.can_rewind:
                    raw.rewind(start)
                    yield _again(kind, raw, given, step, sound=sound)
                note(f"compressed data is damaged ({error}); read up to there")
                return
            given += len(piece)
            yield piece
        if not _goes_on(kind, raw, note, member):
            return


def _again(kind: _Format, raw: RawBytes, given: int, step: int, *, sound: int) -> bytes:
    """Decompress a damaged member again, and return what follows the bytes given before.

    A decompressor drops what it had gathered when it meets the damage, so that it must
    meet it when it has gathered nothing: near there, bytes are put in and taken one by one.
    """
    member = kind.new()
    last = bytearray()
    while not member.eof:
        data = b""
        if member.needs_input:
            data = raw.read(min(CHUNK_BYTES, max(sound - raw.position, 1)))
            if not data:  # the file became shorter meanwhile
                break
        try:
            piece = member.decompress(data, min(step, given) or 1)
        except kind.errors:
            break
        if given:
            given -= len(piece)
        else:
            last += piece
    return bytes(last)


def _goes_on(kind: _Format, raw: RawBytes, note: Callable[[str], None], member: Any) -> bool:
    """Tell whether another member follows this one, and note what is wrong."""
    if not member.eof:
        note("compressed data ends early; read up to there")
        return False
    raw.unread(len(member.unused_data))
    # Members may be padded with zeros, as tape and some log shippers do.
    raw.skip_zeros()
    first = raw.peek(max(map(len, kind.magics)))
    # A magic number that is cut is the start of a member that ends early.
    if first and not any(magic.startswith(first[: len(magic)]) for magic in kind.magics):
        note(f"bytes after the compressed data are not {kind.name}; left out")
        return False
    return bool(first)
