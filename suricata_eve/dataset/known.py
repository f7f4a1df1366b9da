"""The sources that a dataset has, and how to find one of them again."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from suricata_eve.dataset.manifest import SourceProgress
from suricata_eve.ingest.sources import Place, path_of

__all__ = ["HEAD_BYTES", "Known", "digest_of", "file_of"]

HEAD_BYTES = 4096
"""How many bytes of a source, at most, tell which others it may be."""


def digest_of(data: bytes) -> str:
    """Return a digest as the manifest has it."""
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


class Known:
    """Sources, in the order in which they came.

    Parameters
    ----------
    sources : iterable of SourceProgress
        Those of the manifest.
    """

    def __init__(self, sources: Iterable[SourceProgress]) -> None:
        self._sources: list[SourceProgress] = []
        self._by_head: dict[int, dict[str, set[int]]] = {}
        self._by_file: dict[str, set[int]] = {}
        for one in sources:
            self.put(one, None)

    def __iter__(self) -> Iterator[SourceProgress]:
        """Return all of them."""
        return iter(self._sources)

    def put(self, source: SourceProgress, place: int | None) -> int:
        """Add a source, or replace the one at a place; return the place."""
        if place is None:
            place = len(self._sources)
            self._sources.append(source)
        else:
            before = self._sources[place]
            self._by_head[_length(before)][before.head].discard(place)
            self._by_file.get(before.path, set()).discard(place)
            self._sources[place] = source
        heads = self._by_head.setdefault(_length(source), {})
        heads.setdefault(source.head, set()).add(place)
        if source.path:
            self._by_file.setdefault(source.path, set()).add(place)
        return place

    def place_of(self, source: SourceProgress) -> int:
        """Return the place of one of the sources."""
        heads = self._by_head[_length(source)][source.head]
        return next(place for place in heads if self._sources[place] is source)

    def unchanged(self, path: str, file: list[int] | None) -> SourceProgress | None:
        """Return the source that a file is, if it has not changed since it was read to its end.

        Parameters
        ----------
        path, file
            What `file_of` returned.

        Returns
        -------
        SourceProgress or None
            None if that takes a look at its content.
        """
        if file is None:
            return None
        found = (self._sources[place] for place in sorted(self._by_file.get(path, ())))
        return next((one for one in found if one.file == file), None)

    def starting_as(self, first: bytes) -> list[SourceProgress]:
        """Return the sources that may be the start of another one, the shortest first.

        Parameters
        ----------
        first : bytes
            The first `HEAD_BYTES` of that, or all of it.

        Returns
        -------
        list of SourceProgress
            Those with the same head.
        """
        places: set[int] = set()
        for length, heads in self._by_head.items():
            if length <= len(first):
                places |= heads.get(digest_of(first[:length]), set())
        return sorted((self._sources[place] for place in sorted(places)), key=lambda one: one.bytes)


def _length(source: SourceProgress) -> int:
    return min(source.bytes, HEAD_BYTES)
