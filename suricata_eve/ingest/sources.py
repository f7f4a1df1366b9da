"""Where bytes come from: files, compressed or not, and binary file objects.

This is the only module that opens files. A source is read as blocks of bytes that end
with a line end (but for the last), so that memory does not grow with the source.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, TypeAlias

from suricata_eve.errors import EveTypeError

__all__ = ["Block", "Read", "Source", "blocks", "names", "sources_of"]

Source: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
Read: TypeAlias = "Callable[[int], bytes]"
Block: TypeAlias = "bytes | memoryview"

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


def sources_of(source: Source | Sequence[Source]) -> list[Source]:
    """Return the sources as a list, whether one or several were given.

    Parameters
    ----------
    source : str, path, binary file object, or a sequence of these
        What the user gave.

    Returns
    -------
    list
        The sources, in order.

    Raises
    ------
    EveTypeError
        If one is something else.
    """
    if isinstance(source, str | os.PathLike) or hasattr(source, "read"):
        return [source]  # type: ignore[list-item]
    if isinstance(source, bytes | bytearray | memoryview):
        msg = (
            "got bytes, expected a path, a list of paths or a binary file object; "
            "wrap EVE text in io.BytesIO"
        )
        raise EveTypeError(msg)
    if isinstance(source, Sequence):
        return [one for each in source for one in sources_of(each)]
    msg = (
        f"cannot read EVE from {type(source).__name__}; expected a path, a list of paths "
        "or a binary file object"
    )
    raise EveTypeError(msg)


def names(sources: Sequence[Source]) -> list[str]:
    """Return a name for each source, as reports show it.

    Parameters
    ----------
    sources : sequence
        Paths and file objects.

    Returns
    -------
    list of str
        A path as it was given, a file object's ``name``, else ``"<stream>"``.
    """
    return [
        os.fspath(source)
        if isinstance(source, str | os.PathLike)
        else str(getattr(source, "name", "<stream>"))
        for source in sources
    ]


def blocks(source: Source, *, block_bytes: int, note: Callable[[str], None]) -> Iterator[Block]:
    """Read a source as blocks that end where a line ends.

    Parameters
    ----------
    source : str, path or binary file object
        Where to read from; gzip is recognised by its first bytes.
    block_bytes : int
        About how large a block is; a longer line makes a longer block.
    note : callable
        Told in a sentence what the report must say of the source, such as that
        compressed data ends early.

    Yields
    ------
    bytes or memoryview
        A block; only the last may lack a line end.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError
        As ``open`` raises them.
    EveTypeError
        If a file object gives text.
    """
    if isinstance(source, str | os.PathLike):
        with Path(source).expanduser().open("rb", buffering=0) as file:
            if not file.seekable():  # a pipe, such as /dev/stdin
                yield from _stream_blocks(file.read, block_bytes, note)
                return
            first = file.read(len(_GZIP_MAGIC))
            file.seek(0)
            if first == _GZIP_MAGIC:
                yield from _whole_lines(_reader(_gunzip(file.read, note)), block_bytes)
            else:
                yield from _file_blocks(file, block_bytes)
    else:
        yield from _stream_blocks(source.read, block_bytes, note)


def _file_blocks(file: io.FileIO, block_bytes: int) -> Iterator[Block]:
    """Read a file in blocks; what follows a block's last line end is read again with the next.

    The file is read rather than mapped: a map of a log that is truncated meanwhile, as
    rotation does, would end the process.
    """
    position, size = 0, block_bytes
    while data := file.read(size):
        end = data.rfind(b"\n") + 1
        at_end = len(data) < size and not file.read(1)
        if at_end:
            yield data
            return
        if end:
            yield memoryview(data)[:end]
            position, size = position + end, block_bytes
        else:
            # A line longer than a block is read in ever longer steps: linear time.
            size *= 2
        file.seek(position)


def _stream_blocks(read: Read, block_bytes: int, note: Callable[[str], None]) -> Iterator[Block]:
    first = read(block_bytes)
    if not isinstance(first, bytes):
        msg = "the file object gives text; open it in binary mode ('rb')"
        raise EveTypeError(msg)
    # Sockets and pipes may give a byte at a time.
    while len(first) < len(_GZIP_MAGIC) and (more := read(block_bytes)):
        first += more
    chunks: Iterator[bytes] = chain([first], iter(lambda: read(block_bytes), b""))
    if first.startswith(_GZIP_MAGIC):
        chunks = _gunzip(_reader(chunks), note)
    yield from _whole_lines(_reader(chunks), block_bytes)


def _whole_lines(read: Read, block_bytes: int) -> Iterator[Block]:
    """Cut what `read` gives behind its last line end, and carry the rest over."""
    rest: list[bytes] = []
    while data := read(max(block_bytes, sum(map(len, rest)))):
        end = data.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, data[:end]])
            rest = []
        if end < len(data):
            rest.append(data[end:])
    if rest:
        yield b"".join(rest)


def _reader(chunks: Iterator[bytes]) -> Read:
    """Make a ``read`` of an iterator of byte chunks."""

    def read(size: int) -> bytes:
        parts: list[bytes] = []
        have = 0
        for chunk in chunks:
            parts.append(chunk)
            have += len(chunk)
            if have >= size:
                break
        return b"".join(parts)

    return read


def _gunzip(read: Read, note: Callable[[str], None]) -> Iterator[bytes]:
    """Decompress gzip, of any number of members, up to where the data is sound."""
    data = read(_CHUNK)
    while data:
        member = zlib.decompressobj(wbits=31)
        while data and not _ended(member):
            before = member.copy()
            try:
                yield member.decompress(data, _CHUNK)
            except zlib.error as error:
                yield from _sound(before, data)
                note(f"compressed data is damaged ({error}); read up to there")
                return
            data = member.unconsumed_tail or (
                member.unused_data if _ended(member) else read(_CHUNK)
            )
        if not _ended(member):
            yield member.flush()
        if not _ended(member):
            note("compressed data ends early; read up to there")
            return
        # Members may be padded with zeros, as tape and some log shippers do.
        data = data.lstrip(b"\0")
        while not data and (more := read(_CHUNK)):
            data = more.lstrip(b"\0")
        if data and not data.startswith(_GZIP_MAGIC[: len(data)]):
            note("bytes after the compressed data are not gzip; left out")
            return


def _sound(member: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Decompress what comes before damage; zlib itself drops the whole step that meets it."""
    step = len(data)
    while step and data:
        before = member.copy()
        try:
            yield member.decompress(data[:step], _CHUNK)
        except zlib.error:
            member, step = before, step // 2
        else:
            data = member.unconsumed_tail + data[step:]


def _ended(member: zlib._Decompress) -> bool:
    # flush() may reach the end, which type checkers do not expect of the attribute.
    return member.eof
