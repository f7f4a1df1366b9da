"""Events of each type that wait until there are enough of them to be put together.

A column takes time to be put together and to be written, however few its rows are. Events wait
as they were parsed, where those about one protocol have few columns; put together, those of
one type have the columns of all protocols.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.unify import Part

__all__ = ["Waiting"]

_GROUP_ROWS = 100_000
_GROUP_CELLS = 4_000_000
_WAITING_BYTES = 32 << 20
_OBJECT_BYTES = 64  # of a value that no Arrow type holds


@dataclass
class _Lot:
    """What waits of one type."""

    segments: list[Segment] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    rows: int = 0
    bytes: int = 0

    @property
    def is_enough(self) -> bool:
        return self.rows >= _GROUP_ROWS or self.rows * len(self.paths) >= _GROUP_CELLS

    @property
    def bytes_a_column(self) -> float:
        return self.bytes / (1 + len(self.paths))


class Waiting:
    """Segments, by the name of what they will be put together with."""

    def __init__(self) -> None:
        self._lots: dict[str, _Lot] = {}
        self._bytes = 0

    def add(self, name: str, segment: Segment) -> None:
        """Have a segment wait.

        Parameters
        ----------
        name : str
            What to put together.
        segment : Segment
            Events behind those that wait under that name.
        """
        lot = self._lots.setdefault(name, _Lot())
        size = sum(map(_size, segment.columns.values()))
        lot.segments.append(segment)
        lot.paths.update(segment.columns)
        lot.rows += len(segment.lines)
        lot.bytes += size
        self._bytes += size

    def enough(self) -> Iterator[tuple[str, list[Segment]]]:
        """Take out what is enough, and others, if what waits is too much.

        Yields
        ------
        str
            A name.
        list of Segment
            All segments that waited under it, in order.
        """
        for name in [name for name, lot in self._lots.items() if lot.is_enough]:
            yield name, self._taken(name)
        if self._bytes <= _WAITING_BYTES:
            return
        # Those first that take the least time for their bytes: they have few columns.
        names = sorted(self._lots, key=lambda name: self._lots[name].bytes_a_column, reverse=True)
        for name in names:
            if self._bytes <= _WAITING_BYTES // 2:
                return
            yield name, self._taken(name)

    def rest(self) -> Iterator[tuple[str, list[Segment]]]:
        """Take out all.

        Yields
        ------
        str
            A name.
        list of Segment
            All segments that waited under it, in order.
        """
        for name in list(self._lots):
            yield name, self._taken(name)

    def _taken(self, name: str) -> list[Segment]:
        lot = self._lots.pop(name)
        self._bytes -= lot.bytes
        return lot.segments


def _size(part: Part) -> int:
    return (
        int(part.get_total_buffer_size())
        if isinstance(part, pa.Array)
        else _OBJECT_BYTES * len(part)
    )
