"""The lines that start within some bytes of a plain file."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from suricata_eve.errors import EveError
from suricata_eve.ingest.buffers import Buffers
from suricata_eve.ingest.sources import MAX_LINE_BYTES, Block

__all__ = ["STEP_BYTES", "lines_between"]

STEP_BYTES = 16 << 20
"""How much of a file is read at a time."""

_KEPT = 5  # buffers: as many as the default block has steps, and a rest
_PIECE_BYTES = 64 << 10  # to look for the end of a line
_LOCAL = threading.local()


def lines_between(
    file: IO[bytes],
    start: int,
    stop: int,
    *,
    note: Callable[[str], None],
    changed: Callable[[], EveError],
) -> Iterator[tuple[int, Block]]:
    """Read the lines that start within some bytes of a file; the last one up to its end.

    Parameters
    ----------
    file : binary file object
        One that can seek.
    start, stop : int
        The bytes.
    note : callable
        Told in a sentence what the report must say, such as that a line is too long.
    changed : callable
        Makes the error for a file that has become shorter.

    Yields
    ------
    tuple of int and bytes or memoryview
        Where lines begin in the file, and some lines that follow one another.

    Raises
    ------
    EveError
        As `changed` makes it, if the file is shorter than that.
    """
    first = _first_line(file, start, stop, changed=changed)
    if first is None:
        return
    at, size = first, STEP_BYTES
    while at < stop:
        asked = min(size, stop - at)
        data, have = _step(file, at, asked)
        if have < asked:
            raise changed()
        cut = data.rfind(b"\n", 0, have) + 1
        if cut:
            yield at, memoryview(data)[:cut].toreadonly()
            at, size = at + cut, STEP_BYTES
        elif have >= MAX_LINE_BYTES:
            note(_too_long(at))
            return
        elif at + have < stop:
            size *= 2  # a long line is read in ever longer steps: linear time
        else:
            yield from _last_line(file, at, note=note)
            return
        del data


def _step(file: IO[bytes], at: int, size: int) -> tuple[bytearray, int]:
    """Read some bytes; return them in a buffer, and how many they are."""
    data = _buffers().take() if size <= STEP_BYTES else bytearray(size)
    room = memoryview(data)[:size]
    file.seek(at)
    have = 0
    while have < size:
        if isinstance(file, io.FileIO):
            length = file.readinto(room[have:])
        else:  # of a server, whose files need not know `readinto`
            piece = file.read(size - have)
            length = len(piece)
            room[have : have + length] = piece
        if not length:
            break
        have += length
    return data, have


def _last_line(
    file: IO[bytes], at: int, *, note: Callable[[str], None]
) -> Iterator[tuple[int, Block]]:
    file.seek(at)
    held = bytearray()
    for data in iter(partial(file.read, _PIECE_BYTES), b""):
        cut = data.find(b"\n") + 1
        held += data[:cut] if cut else data
        if cut:
            break
        if len(held) >= MAX_LINE_BYTES:
            note(_too_long(at))
            return
    yield at, memoryview(held).toreadonly()


def _first_line(
    file: IO[bytes], start: int, stop: int, *, changed: Callable[[], EveError]
) -> int | None:
    """Return where the first line begins; None if none does."""
    if not start:
        return 0
    at, end = start - 1, stop - 1
    file.seek(at)
    while at < end:
        data = file.read(min(_PIECE_BYTES, end - at))
        if not data:
            raise changed()
        found = data.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(data)
    return None


def _buffers() -> Buffers:
    """Return the memory that this thread reads into, task after task.

    Workers of a cluster give freed memory back at once (``MALLOC_TRIM_THRESHOLD_``), so that
    new memory for each task takes a quarter of its time.
    """
    if not hasattr(_LOCAL, "buffers"):
        _LOCAL.buffers = Buffers(size=STEP_BYTES, most=_KEPT)
    buffers: Buffers = _LOCAL.buffers
    return buffers


def _too_long(begun: int) -> str:
    return (
        f"the line at byte {begun} is longer than {MAX_LINE_BYTES >> 20} MiB; it and what comes "
        "behind it is left out, up to where the next task begins"
    )
