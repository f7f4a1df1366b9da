"""Sources by content: how much of one a dataset has, and the lines behind that.

A source is known by a digest of the bytes that were taken of it, decompressed, so that a log
is the same one after its rotation and compression, and goes on where it was left when it has
grown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from suricata_eve.dataset.behind import Behind
from suricata_eve.dataset.known import HEAD_BYTES, Candidate, Known, digest_of, file_of
from suricata_eve.dataset.manifest import SourceProgress
from suricata_eve.errors import EveDatasetError
from suricata_eve.ingest.locate import Found
from suricata_eve.ingest.remote import RemoteFile
from suricata_eve.ingest.report import many
from suricata_eve.ingest.salvage import salvage
from suricata_eve.ingest.sources import Block, Place, blocks

__all__ = ["Intake"]

_STEP_BYTES = 6 << 20
_MAX_MARKS = 64
_BLANK, _LINE_END = b" \t\r\n\0", 10


@dataclass
class _Read:
    """A source that is being read: its blocks, and the digest of what came before them."""

    blocks: Iterator[Block]
    digest: Any
    known: Candidate | None


class Intake:
    """The lines of a source that a dataset does not have yet.

    Parameters
    ----------
    source : Place
        What :func:`~suricata_eve.ingest.sources.sources_of` found.
    name : str
        What it is called.
    sources : Known
        The sources of the dataset.
    hashing : Behind
        Where digests are made while lines are read.
    note : callable
        Told in a sentence what the report must say.
    advance : callable or None
        Told how many more bytes were read, as they are stored.

    Attributes
    ----------
    place : int or None
        Place of the source of the dataset that this one is, or goes on from.
    known : SourceProgress or None
        That source.
    is_old : bool
        Whether it is what that source was before it had grown.
    """

    def __init__(
        self,
        source: Place,
        name: str,
        sources: Known,
        *,
        hashing: Behind,
        note: Callable[[str], None],
        advance: Callable[[int], object] | None,
    ) -> None:
        self._source = source
        self._name = name
        self._hashing = hashing
        self._note = note
        self._advance = advance
        self._told = 0  # bytes that `advance` was told of, and need not be again
        self._notes: set[str] = set()
        self._start = _position(source)
        self._path, self._file = file_of(source)
        self._open: list[Generator[Block, None, None]] = []
        self._first = b""
        self._digests: dict[int, Any] = {}
        read = self._found(sources)
        self.place = None if read.known is None else read.known.place
        self.known = None if self.place is None else sources[self.place]
        self.is_old = read.known is not None and read.known.is_mark
        self._rest, self._digest = read.blocks, read.digest
        self._stop = 0 if read.known is None else read.known.bytes
        self._digests[self._stop] = self._digest.copy()
        self._cut = self.known is not None and self.known.cut
        if self._cut:
            self._pass_line_end()

    @property
    def offset(self) -> int:
        """How many bytes come before what `blocks` has not given yet."""
        return self._stop

    def close(self) -> None:
        """Stop reading."""
        for stream in self._open:
            stream.close()

    def blocks(self) -> Iterator[Block]:
        """Yield what is new, in blocks of whole lines.

        A last line without a line end is taken if it is an event, else left for later.

        Yields
        ------
        bytes or memoryview
            The next lines.
        """
        for block in self._rest:
            whole = self._whole(block)
            if len(whole):
                self._take(whole)
                yield whole
            del block, whole

    def progress(self, stop: int | None, *, lines: int, events: int) -> SourceProgress:
        """Return how much of the source has been taken.

        Parameters
        ----------
        stop : int or None
            Up to where; None for all of it, when that was read.
        lines, events : int
            How many of each these bytes are.

        Returns
        -------
        SourceProgress
            What the manifest tells of the source.
        """
        self._hashing.wait()
        at_end = stop is None
        stop = self._stop if stop is None else stop
        digest = self._digests[stop]
        self._digests = {n: value for n, value in self._digests.items() if n >= stop}
        return SourceProgress(
            name=self._name,
            head=digest_of(self._first[: min(stop, HEAD_BYTES)]),
            bytes=stop,
            digest=digest.hexdigest(),
            lines=lines,
            events=events,
            file=self._file if at_end else None,
            path=self._path,
            cut=at_end and self._cut,
            marks=self._marks(stop),
        )

    def _marks(self, stop: int) -> list[tuple[int, str, str]]:
        """Return what the source was before, if that was read to its end."""
        if self.known is None or self.known.bytes == stop:
            return self.known.marks if self.known is not None else []
        marks = list(self.known.marks)
        if self.known.file is not None or not self.known.path:
            marks.append((self.known.bytes, self.known.digest, self.known.head))
        return marks[-_MAX_MARKS:]

    def _take(self, block: Block) -> None:
        self._stop += len(block)
        self._hashing.call(partial(self._hash, block, self._stop))

    def _hash(self, block: Block, stop: int) -> None:
        self._digest.update(block)
        self._digests[stop] = self._digest.copy()

    def _blocks(self) -> Generator[Block, None, None]:
        """Read the source from its start."""
        told = 0

        def advance(size: int) -> None:
            nonlocal told
            told += size
            if self._advance is not None and told > self._told:
                self._advance(told - self._told)
                self._told = told

        def note(text: str) -> None:
            if text not in self._notes:
                self._notes.add(text)
                self._note(f"{self._name}: {text}")

        stream = blocks(self._source, block_bytes=_STEP_BYTES, note=note, advance=advance)
        self._open.append(stream)
        return stream

    def _found(self, sources: Known) -> _Read:
        """Find out how much of the source the dataset has, and read up to there."""
        stream = self._blocks()
        held: list[Block] = []
        size = 0
        for block in stream:
            held.append(block)
            size += len(block)
            if size >= HEAD_BYTES:
                break
        self._first = b"".join(bytes(block[:HEAD_BYTES]) for block in held)[:HEAD_BYTES]
        candidates = sources.starting_as(self._first)
        pieces = chain(held, stream)
        del held
        if not candidates:
            return _Read(pieces, hashlib.sha256(), None)
        best = _verified(pieces, candidates)
        if best.exact:
            return best.read
        known = best.read.known
        self._rewind(sources[candidates[0].place])
        return _Read(
            _behind(self._blocks(), known.bytes if known is not None else 0),
            best.read.digest,
            known,
        )

    def _rewind(self, start: SourceProgress) -> None:
        for stream in self._open:
            stream.close()
        self._open.clear()
        source: Any = self._source
        if self._start is not None:
            source.seek(self._start)
        elif not _can_reopen(source, self._file):
            msg = (
                f"{self._name} starts as {start.name} does, which is in the dataset, and goes "
                "on differently; it cannot be read from its start again, so write it to a file, "
                "and give that"
            )
            raise EveDatasetError(msg)

    def _pass_line_end(self) -> None:
        """Leave out the end of a line that was taken without it."""
        block = next(self._rest, None)
        if block is None:
            return
        data = bytes(block)
        end = data.find(b"\n") + 1
        rest = data[:end] if end else data
        if rest.strip(_BLANK):
            # What comes behind an event in its line is a bad line, by itself.
            self._cut = False
        elif end:
            self._cut = False
            self._take(rest)
            data = data[end:]
        else:
            data = b""  # and so is the file
        self._rest = chain([data] if data else [], self._rest)

    def _whole(self, block: Block) -> Block:
        """Return the lines of a block that are whole."""
        view = memoryview(block)
        if view[-1] == _LINE_END:
            self._cut = False
            return block
        data = bytes(view)
        end = data.rfind(b"\n") + 1
        tail = data[end:]
        if salvage(tail).event is not None:
            self._cut = True
            return block
        if tail.strip(_BLANK):
            self._note(
                f"{self._name}: its last line, of {many(len(tail), 'byte')}, has no end yet; it "
                "was left for a later call"
            )
        return view[:end]


@dataclass
class _Verified:
    read: _Read
    exact: bool
    """Whether what follows comes next, rather than from an earlier place."""


def _verified(pieces: Iterator[Block], candidates: Sequence[Candidate]) -> _Verified:
    """Read as far as the longest candidate, and find the longest one that is the same."""
    digest = hashlib.sha256()
    best = _Read(iter(()), digest.copy(), None)
    old = best
    missing = list(candidates)
    position = 0
    for block in pieces:
        view = memoryview(block)
        place = 0
        while missing and missing[0].bytes <= position + len(view):
            one = missing.pop(0)
            digest.update(view[place : one.bytes - position])
            place = one.bytes - position
            if digest.hexdigest() != one.digest:
                continue
            if one.is_mark:
                old = _Read(iter(()), digest.copy(), one)
            else:
                best = _Read(iter(()), digest.copy(), one)
        if not missing:
            position += place
            rest = chain([view[place:]] if len(view) > place else [], pieces)
            break
        digest.update(view[place:])
        position += len(view)
    else:
        rest = chain([])
    if best.known is not None and best.known.bytes == position:
        return _Verified(replace(best, blocks=rest), exact=True)
    if old.known is not None and old.known.bytes == position:
        more = next(rest, None)
        if more is None:
            return _Verified(old, exact=True)
    return _Verified(best, exact=False)


def _behind(pieces: Iterator[Block], size: int) -> Iterator[Block]:
    """Leave out the first bytes."""
    for block in pieces:
        if size >= len(block):
            size -= len(block)
            continue
        yield memoryview(block)[size:]
        size = 0


def _position(source: Any) -> int | None:
    """Return where a file object stands that can go back there."""
    if isinstance(source, str | bytes | bytearray | memoryview | RemoteFile | Found | Path):
        return None
    if not getattr(source, "seekable", bool)() or not hasattr(source, "tell"):
        return None
    place: int = source.tell()
    return place


def _can_reopen(source: Any, file: list[int] | None) -> bool:
    return file is not None or isinstance(source, bytes | bytearray | memoryview | RemoteFile)
