"""What a frame's partitions read: whole files, or the lines that start within some bytes of them.

A plain file can be read from any byte. Which lines are a part's follows from their first
byte, so that no part needs to know of another, and a part is read where its task runs.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np

from suricata_eve.dask.cut import STEP_BYTES, lines_between
from suricata_eve.errors import EveTypeError, EveValueError
from suricata_eve.ingest.compression import LOOK_BYTES, is_compressed
from suricata_eve.ingest.locate import Found
from suricata_eve.ingest.remote import RemoteFile
from suricata_eve.ingest.sources import Block, Place, blocks, names, sources_of

__all__ = ["PLACES", "EveFile", "Part", "divisions", "files_of", "lines_of", "parts", "samples"]

PLACES = 1 << 40
"""So many bytes a file may have: an event's place is file number * PLACES + byte offset."""

_HEAD_BYTES = 256  # of a file tell that it is the same; the first time in it is there
_PROBES = 16  # files that are looked at side by side, since a server takes its time
_MOST_FILES, _MOST_PLACES = 32, 16


@dataclass(frozen=True)
class EveFile:
    """A file that workers can open, as it was when it was looked at.

    Attributes
    ----------
    place : str or RemoteFile
        Where it is; a path is absolute.
    name : str
        What messages call it.
    number : int
        Its place among the files, from 0.
    size : int or None
        Its bytes as they are stored; None where a server does not say.
    is_plain : bool
        Whether it is not compressed.
    head : bytes
        Its first bytes.
    stamp : str
        When it was changed, as far as is known; a frame's name depends on it.
    """

    place: Any
    name: str
    number: int
    size: int | None
    is_plain: bool
    head: bytes
    stamp: str = ""


@dataclass(frozen=True)
class Part:
    """What one task reads.

    Attributes
    ----------
    file : EveFile or None
        The file; None for nothing at all.
    start, stop : int or None
        The lines that start from one byte on, and before the other; None for all of a file
        that can only be read from its start.
    """

    file: EveFile | None
    start: int = 0
    stop: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        if self.file is None:
            return "<nothing>"
        return f"{self.file.name} from byte {self.start}" if self.start else self.file.name

    @property
    def first_place(self) -> int:
        """No event of the part has a place before this."""
        return (self.file.number if self.file is not None else 0) * PLACES + self.start


def files_of(
    paths: Any, *, storage_options: Mapping[str, Any] | None = None
) -> tuple[list[EveFile], list[str]]:
    """Find the files that paths mean, and look at the first bytes of each.

    Parameters
    ----------
    paths : str, path, or sequence of these
        Paths, globs, folders and URLs.
    storage_options : mapping, optional
        For the file systems of URLs.

    Returns
    -------
    list of EveFile
        The files, in order.
    list of str
        What is to be told of how they were found.

    Raises
    ------
    EveTypeError
        If one is nothing that can be opened again, by another process.
    FileNotFoundError
        If one does not exist; other ``OSError`` as ``open`` raises them.
    """
    sources = sources_of(paths, storage_options=storage_options)
    for source in sources:
        if not isinstance(source, str | os.PathLike | Found | RemoteFile):
            msg = (
                f"a worker cannot open {type(source).__name__} again; expected a path, a URL or a "
                "list of these (suricata_eve.read_eve reads bytes and file objects)"
            )
            raise EveTypeError(msg)
    called = names(sources)
    notes = [
        f"{name}: {note}"
        for source, name in zip(sources, called, strict=True)
        if isinstance(source, Found)
        for note in source.notes
    ]
    if not sources:
        return [], notes
    with ThreadPoolExecutor(min(_PROBES, len(sources))) as pool:
        files = list(pool.map(_looked_at, sources, called, range(len(sources))))
    return files, notes


def _looked_at(source: Place, name: str, number: int) -> EveFile:
    place: Any
    if isinstance(source, RemoteFile):
        place = source
        info = source.filesystem.info(source.path)
        size = None if info.get("size") is None else int(info["size"])
        stamp = str([info.get(key) for key in ("ETag", "mtime", "LastModified", "updated")])
    else:
        path = Path(source.path if isinstance(source, Found) else os.fsdecode(source))  # type: ignore[arg-type]
        path = path.expanduser()
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            msg = f"{name} is no regular file, so that it cannot be read again on a worker"
            raise EveTypeError(msg)
        place, size, stamp = str(path.absolute()), status.st_size, str(status.st_mtime_ns)
    with _opened(place) as file:
        head = file.read(_HEAD_BYTES)
    if size is not None and size >= PLACES:
        msg = f"{name} is larger than {PLACES >> 40} TiB"
        raise EveValueError(msg)
    return EveFile(place, name, number, size, not is_compressed(head[:LOOK_BYTES]), head, stamp)


def parts(files: Sequence[EveFile], *, block_bytes: int | None) -> list[Part]:
    """Divide files.

    Parameters
    ----------
    files : sequence of EveFile
        The files.
    block_bytes : int or None
        How many bytes of a plain file are a part at most; None for all of them.

    Returns
    -------
    list of Part
        At least one for each file, in order; one of nothing if there is no file.
    """
    found: list[Part] = []
    for file in files:
        if not file.is_plain or file.size is None:
            found.append(Part(file))
            continue
        # All about as large, so that no worker waits for others who have one more.
        number = -(-file.size // block_bytes) if block_bytes and file.size else 1
        cuts = [file.size * n // number for n in range(number + 1)]
        found += [Part(file, start, stop) for start, stop in pairwise(cuts)]
    return found or [Part(None)]


def divisions(found: Sequence[Part]) -> tuple[int, ...]:
    """Return between which places the events of each part are.

    Parameters
    ----------
    found : sequence of Part
        What :func:`parts` returned.

    Returns
    -------
    tuple of int
        The first place of each part, and one that no event is behind.
    """
    last = found[-1].file.number if found[-1].file is not None else 0
    return (*(part.first_place for part in found), (last + 1) * PLACES - 1)


def lines_of(part: Part, *, note: Callable[[str], None]) -> Iterator[tuple[int, Block]]:
    """Read the lines of a part.

    Parameters
    ----------
    part : Part
        What to read.
    note : callable
        Told in a sentence what a report must say, such as that compressed data ends early.

    Yields
    ------
    tuple of int and bytes or memoryview
        Where the lines start in their file, decompressed, and the lines.

    Raises
    ------
    EveValueError
        If it is no longer the file that it was.
    """
    if part.file is None:
        return
    with _opened(part.file.place) as file:
        if file.read(len(part.file.head)) != part.file.head:
            raise _changed(part.file, "does not start any more")
        if part.stop is not None:
            yield from lines_between(
                file,
                part.start,
                part.stop,
                note=note,
                changed=partial(_changed, part.file, "is shorter"),
            )
            return
    at = 0
    for block in blocks(part.file.place, block_bytes=STEP_BYTES, note=note):
        size = len(block)
        if at + size >= PLACES:
            msg = f"{part.file.name} holds more than {PLACES >> 40} TiB"
            raise EveValueError(msg)
        yield at, block
        at += size
        del block


def samples(files: Sequence[EveFile], *, size: int) -> list[list[Block]]:
    """Read some lines of files.

    Parameters
    ----------
    files : sequence of EveFile
        The files.
    size : int
        About how many bytes to read in a place, decompressed.

    Returns
    -------
    list of list of bytes or memoryview
        Lines from the start of each file, or of some spread evenly if there are many; and if
        there are few, also from places spread evenly over plain ones.
    """
    chosen = np.unique(np.linspace(0, len(files) - 1, min(len(files), _MOST_FILES)).round())
    some = [files[int(number)] for number in chosen]
    places: list[Part] = []
    for file in some:
        places.append(Part(file))
        if file.is_plain and file.size:
            spots = min(_MOST_PLACES // len(some), file.size // (4 * size))
            starts = np.linspace(0, file.size, max(spots, 1), endpoint=False).astype(int).tolist()
            places[-1:] = [Part(file, at, min(at + size, file.size)) for at in starts]
    with ThreadPoolExecutor(_PROBES) as pool:
        return list(pool.map(partial(_sample, size=size), places))


def _sample(part: Part, size: int) -> list[Block]:
    if part.stop is not None:
        return [block for _, block in lines_of(part, note=lambda _: None)]
    found: list[Block] = []
    have = 0
    stream = blocks(part.file.place, block_bytes=size, note=lambda _: None)  # type: ignore[union-attr]
    with closing(stream):
        for block in stream:
            # A buffer is used again when nobody holds its memory.
            found.append(bytes(block))
            have += len(block)
            if have >= size // 2:  # what a block lacks is the start of a line
                break
    return found


@contextmanager
def _opened(place: Any) -> Iterator[IO[bytes]]:
    with (
        place.open()
        if isinstance(place, RemoteFile)
        else Path(place).open("rb", buffering=0) as file
    ):
        yield file


def _changed(file: EveFile | None, how: str) -> EveValueError:
    name = "" if file is None else file.name
    msg = (
        f"{name} {how} as when the Dask frame was made (was it rotated?); make the frame again, "
        "of files that are no longer written to or only grow"
    )
    return EveValueError(msg.replace("is shorter as", "is shorter than"))
