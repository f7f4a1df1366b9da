"""Bytes from files, compressed or not, from URLs, file objects and memory.

This is the only module that opens files. A source is read as blocks of bytes that end
with a line end (but for the last), so that memory does not grow with the source.
"""

from __future__ import annotations

import io
import itertools
import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from suricata_eve.ingest.ahead import run_ahead
from suricata_eve.ingest.buffers import Buffers
from suricata_eve.ingest.compression import LOOK_BYTES, decompressed, is_compressed
from suricata_eve.ingest.locate import Found, Place, Source, printable, sources_of
from suricata_eve.ingest.raw import CHUNK_BYTES, RawBytes
from suricata_eve.ingest.remote import RemoteFile

__all__ = ["Block", "Place", "Source", "blocks", "names", "path_of", "sources_of", "total_bytes"]

Block: TypeAlias = "bytes | memoryview"

MAX_LINE_BYTES = 1 << 30
"""A longer line ends a source: it is no event, but perhaps made to fill the memory."""

_FIRST_BYTES = 4 << 20
_NEW_BLOCKS = 4  # of a shorter file, memory used again would save less than it costs


def names(sources: Sequence[Place]) -> list[str]:
    """Return a name for each source, as reports show it.

    Parameters
    ----------
    sources : sequence
        What :func:`sources_of` returns.

    Returns
    -------
    list of str
        A path as it was given or found, a URL, a file object's ``name``, else
        ``"<bytes>"`` or ``"<stream>"``; what cannot be printed is escaped.
    """
    return [printable(_name(source)) for source in sources]


def _name(source: Place) -> str:
    if isinstance(source, RemoteFile):
        return source.name
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    path = path_of(source)
    if path is not None:
        return path
    name = getattr(source, "name", "<stream>")
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else str(name)


def path_of(source: Place) -> str | None:
    """Return the path of a source.

    Parameters
    ----------
    source : path, binary file object, bytes, or what `sources_of` found
        The source.

    Returns
    -------
    str or None
        The path as it was given or found; None if it is no file of this machine.
    """
    if isinstance(source, Found):
        return source.path
    return os.fsdecode(source) if isinstance(source, str | os.PathLike) else None


def total_bytes(sources: Sequence[Place]) -> int | None:
    """Return how many bytes are to be read, as they are stored.

    Parameters
    ----------
    sources : sequence
        What :func:`sources_of` returns.

    Returns
    -------
    int or None
        The sum of what `blocks` will tell its `advance`; None if that of one cannot be
        known, such as of a pipe.
    """
    total = 0
    for source in sources:
        try:
            size = _size(source)
        except (OSError, ValueError):
            return None  # reading it raises what is wrong
        if size is None:
            return None
        total += size
    return total


def _size(source: Any) -> int | None:
    if isinstance(source, RemoteFile):
        return source.size()
    if isinstance(source, bytes | bytearray | memoryview):
        return memoryview(source).nbytes
    path = path_of(source)
    if path is not None:
        status = Path(path).expanduser().stat()
        return status.st_size if stat.S_ISREG(status.st_mode) else None
    if not getattr(source, "seekable", bool)():
        return None
    place: int = source.tell()
    end: int = source.seek(0, io.SEEK_END)
    source.seek(place)
    return end - place


def blocks(
    source: Place,
    *,
    block_bytes: int,
    note: Callable[[str], None],
    advance: Callable[[int], object] | None = None,
) -> Generator[Block, None, None]:
    """Read a source as blocks that end where a line ends.

    What is compressed is recognised by its first bytes, and decompressed on a thread of
    its own, one block ahead, unless it comes from a pipe or the like, where nobody knows
    how long a read takes.

    Parameters
    ----------
    source : path, binary file object, bytes, or what `sources_of` found
        Where to read from.
    block_bytes : int
        About how large a block is; a longer line makes a longer block.
    note : callable
        Told in a sentence what the report must say of the source, such as that
        compressed data ends early.
    advance : callable, optional
        Told, again and again, how many more bytes were read, as they are stored. Both are
        called on the thread of the one who asks for blocks.

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
    MissingDependencyError
        If pyarrow was built without zstd or lz4, and the source is compressed so.
    """
    for text in source.notes if isinstance(source, Found) else ():
        note(text)
    told: deque[Callable[[], object]] = deque()
    stream = _blocks(
        source,
        block_bytes,
        lambda text: told.append(partial(note, text)),
        lambda size: None if advance is None else told.append(partial(advance, size)),
    )
    with closing(stream):
        for block in stream:
            _tell(told)
            yield block
            del block  # whose memory is used again when nobody holds it
        _tell(told)


def _tell(told: deque[Callable[[], object]]) -> None:
    while told:
        told.popleft()()


def _blocks(
    source: Place, block_bytes: int, note: Callable[[str], None], advance: Callable[[int], object]
) -> Generator[Block, None, None]:
    with _opened(source) as file:
        if isinstance(file, io.FileIO) and file.seekable():  # not a pipe, such as /dev/stdin
            is_plain = not is_compressed(file.read(LOOK_BYTES))
            file.seek(0)
            if is_plain:
                yield from _file_blocks(file, block_bytes, note, advance)
                return
        raw = RawBytes(file, advance=advance)
        is_packed = is_compressed(raw.peek(LOOK_BYTES))
        chunks = (
            decompressed(raw, note=note, step=block_bytes)
            if is_packed
            else iter(lambda: raw.read(min(block_bytes, CHUNK_BYTES)), b"")
        )
        stop = threading.Event()
        stream = _whole_lines(chunks, block_bytes, note, stop)
        # A read from a pipe may never come back, and could not be given up on a thread.
        if raw.can_rewind and (is_packed or isinstance(source, RemoteFile)):
            yield from run_ahead(stream, stop=stop)
        else:
            yield from stream


@contextmanager
def _opened(source: Any) -> Iterator[Any]:
    """Open what has to be, and close only that."""
    if isinstance(source, RemoteFile):
        with source.open() as file:
            yield file
    elif isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source if isinstance(source, bytes) else bytes(source))
    elif (path := path_of(source)) is not None:
        with Path(path).expanduser().open("rb", buffering=0) as file:
            yield file
    else:
        yield source


def _file_blocks(
    file: io.FileIO,
    block_bytes: int,
    note: Callable[[str], None],
    advance: Callable[[int], object],
) -> Iterator[Block]:
    """Read a file in blocks; what follows a block's last line end is read again with the next.

    The file is read rather than mapped: a map of a log that is truncated meanwhile, as
    rotation does, would end the process.
    """
    buffers = Buffers(size=block_bytes)
    position, furthest, size = 0, 0, block_bytes
    for number in itertools.count():
        data: bytes | bytearray
        if number < _NEW_BLOCKS or size > block_bytes:
            data = file.read(size)
            have = len(data)
        else:
            data = buffers.take()
            have = file.readinto(data)
        if not have:
            return
        if position + have > furthest:
            advance(position + have - furthest)
            furthest = position + have
        at_end = have < size and not file.read(1)
        cut = have if at_end else data.rfind(b"\n", 0, have) + 1
        if cut:
            yield memoryview(data)[:cut].toreadonly()
            position, size = position + cut, block_bytes
        elif have >= MAX_LINE_BYTES:
            note(_too_long(position))
            return
        else:
            # A line longer than a block is read in ever longer steps: linear time.
            size *= 2
        del data
        if at_end:
            return
        file.seek(position)


def _whole_lines(
    chunks: Iterator[bytes], block_bytes: int, note: Callable[[str], None], stop: threading.Event
) -> Generator[Block, None, None]:
    """Put chunks together to blocks, and cut those behind their last line end.

    The first blocks are small, so that parsing can start while others are made.
    """
    buffers = Buffers(size=block_bytes)
    size = min(block_bytes, _FIRST_BYTES)
    buffer = bytearray(size)
    have, position = 0, 0
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            part = rest[: len(buffer) - have]
            buffer[have : have + len(part)] = part
            have += len(part)
            rest = rest[len(part) :]
            if have < len(buffer):
                break
            if cut := buffer.rfind(b"\n") + 1:
                block = memoryview(buffer)[:cut].toreadonly()  # before another is taken
                size = min(2 * size, block_bytes)
                other = buffers.take() if size == block_bytes else bytearray(size)
                have, position = have - cut, position + cut
                other[:have] = memoryview(buffer)[cut:]
                buffer = other
                yield block
                del block
            elif have < MAX_LINE_BYTES:
                buffer = buffer + bytearray(have)
            else:
                note(_too_long(position))
                return
        if stop.is_set():
            return
    if have:
        yield memoryview(buffer)[:have].toreadonly()


def _too_long(position: int) -> str:
    return (
        f"the line at byte {position} is longer than {MAX_LINE_BYTES >> 20} MiB; read up to there"
    )
