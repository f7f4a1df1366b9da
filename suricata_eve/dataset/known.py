"""The sources that a dataset has, and how to find one of them again."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from suricata_eve.dataset.manifest import SourceProgress
from suricata_eve.ingest.sources import Place, path_of

__all__ = ["HEAD_BYTES", "Candidate", "Known", "digest_of", "file_of"]

HEAD_BYTES = 4096
"""How many bytes of a source, at most, tell which others it may be."""


def digest_of(data: bytes) -> str:
    """Return a digest as the manifest has it.

    Parameters
    ----------
    data : bytes
        What to tell from others.

    Returns
    -------
    str
        Its SHA-256.
    """
    return hashlib.sha256(data).hexdigest()


def file_of(source: Place) -> tuple[str, list[int] | None]:
    """Return the path of a source, and what changes when the file there does.

    Parameters
    ----------
    source : Place
        What :func:`~suricata_eve.ingest.sources.sources_of` found.

    Returns
    -------
    str
        The whole path; empty if it is no file of this machine.
    list of int or None
        Device, inode, size, and time of the last change in nanoseconds; None if it is no
        plain file.
    """
    text = path_of(source)
    if text is None:
        return "", None
    path = Path(text).expanduser().absolute()
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return str(path), None
    return str(path), [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]


class Candidate(NamedTuple):
    """A source of the dataset, as it is or as it was, that another may be."""

    bytes: int
    digest: str
    place: int
    """The source's place among all of them."""
    is_mark: bool
    """Whether it has grown since."""


class Known:
    """Sources, in the order in which they came.

    Parameters
    ----------
    sources : iterable of SourceProgress
        Those of the manifest.
    """

    def __init__(self, sources: Iterable[SourceProgress]) -> None:
        self._sources: list[SourceProgress] = []
        # By the length of a head, and by the head.
        self._by_head: dict[int, dict[str, set[Candidate]]] = {}
        self._by_path: dict[str, set[int]] = {}
        for one in sources:
            self.put(one, None)

    def __iter__(self) -> Iterator[SourceProgress]:
        """Return all of them."""
        return iter(self._sources)

    def __getitem__(self, place: int) -> SourceProgress:
        """Return the source at a place."""
        return self._sources[place]

    def put(self, source: SourceProgress, place: int | None) -> int:
        """Add a source, or replace the one at a place.

        Parameters
        ----------
        source : SourceProgress
            The source.
        place : int or None
            The place; None for one more.

        Returns
        -------
        int
            The place.
        """
        if place is None:
            place = len(self._sources)
            self._sources.append(source)
        else:
            before = self._sources[place]
            for head, candidate in _candidates(before, place):
                self._heads(candidate).get(head, set()).discard(candidate)
            self._by_path.get(before.path, set()).discard(place)
            self._sources[place] = source
        for head, candidate in _candidates(source, place):
            self._heads(candidate).setdefault(head, set()).add(candidate)
        if source.path:
            self._by_path.setdefault(source.path, set()).add(place)
        return place

    def unchanged(self, path: str, file: list[int] | None) -> bool:
        """Tell whether a file has not changed since it was read to its end.

        Parameters
        ----------
        path, file
            What `file_of` returned.

        Returns
        -------
        bool
            False if that takes a look at its content.
        """
        if file is None:
            return False
        return any(self._sources[place].file == file for place in self._by_path.get(path, ()))

    def starting_as(self, first: bytes) -> list[Candidate]:
        """Return what may be the start of a source, the shortest first.

        Parameters
        ----------
        first : bytes
            The first `HEAD_BYTES` of the source, or all of it.

        Returns
        -------
        list of Candidate
            Those with the same head.
        """
        found: set[Candidate] = set()
        for length, heads in self._by_head.items():
            if length <= len(first):
                found |= heads.get(digest_of(first[:length]), set())
        return sorted(found)

    def _heads(self, candidate: Candidate) -> dict[str, set[Candidate]]:
        return self._by_head.setdefault(min(candidate.bytes, HEAD_BYTES), {})


def _candidates(source: SourceProgress, place: int) -> Iterator[tuple[str, Candidate]]:
    yield source.head, Candidate(source.bytes, source.digest, place, is_mark=False)
    for size, digest, head in source.marks:
        yield head, Candidate(size, digest, place, is_mark=True)
