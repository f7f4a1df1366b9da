"""The lines of some blocks that follow one another, to be parsed together.

A kind of line that is rare has few lines in a block, and each column of a table that the
parser makes takes time, however few its rows. So the lines of several blocks are joined.
"""

from __future__ import annotations

from threading import Lock

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.lining import Kind, Lined
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.unify import Part

__all__ = ["Joint"]

_PIECE_BYTES = 4 << 20
_PIECE_LINES = 8192
_FEW_LINES = 1500  # the fields of all protocols in each of them take as long as one more table
_MAX_KINDS = 256  # there are a few dozen; beyond this the rare ones are parsed together


class Joint:
    """Blocks of one source. A position counts the lines in them that are worth parsing.

    Parameters
    ----------
    blocks : list of Lined
        The blocks, in order; at least one.
    source : str
        The name of the source.
    source_line : int
        Number of the source's first line over all sources, from 0.
    first_line : int
        Number of the first line of the blocks over all sources.
    offset : int
        Byte offset of that line in the source.
    """

    def __init__(
        self, blocks: list[Lined], *, source: str, source_line: int, first_line: int, offset: int
    ) -> None:
        self.blocks = blocks
        self._lock = Lock()
        self._to_gather: int | None = None
        self._kept: dict[int, bytes] = {}
        self.first_line = first_line
        self._source = source
        self._source_line = source_line
        self._firsts = np.cumsum([0, *(len(block.lines) for block in blocks)])
        lines = np.cumsum([first_line, *(block.total_lines for block in blocks)]).tolist()
        sizes = np.cumsum([offset, *(block.total_bytes for block in blocks)]).tolist()
        self.total_lines = lines[-1] - first_line
        self.stop = sizes[-1]
        self._numbers = np.concatenate(
            [block.numbers + line for block, line in zip(blocks, lines[:-1], strict=True)]
        )
        self._offsets = np.concatenate(
            [block.offsets + size for block, size in zip(blocks, sizes[:-1], strict=True)]
        )

    def odd(self) -> np.ndarray:
        """Return the positions that Arrow's parser must not see."""
        firsts = self._firsts[:-1].tolist()
        return np.concatenate(
            [block.odd + first for block, first in zip(self.blocks, firsts, strict=True)]
        )

    def number(self, position: int) -> int:
        """Return the number of a line over all sources."""
        return int(self._numbers[position])

    def position(self, number: int) -> int:
        """Return the first position whose line has at least a number over all sources."""
        return int(np.searchsorted(self._numbers, number))

    def positions(self, numbers: np.ndarray) -> np.ndarray:
        """Return the positions of lines, by their numbers over all sources."""
        return np.searchsorted(self._numbers, numbers)

    def release_after(self, pieces: int) -> None:
        """Let go of the text of the blocks once so many pieces have been gathered.

        The lines that the parser must not see stay, and those that `keep` is told of; of the
        others there is no `line` any more.

        Parameters
        ----------
        pieces : int
            How often `gathered` will be called, and be all.
        """
        for position in self.odd().tolist():
            self._kept[position] = self.line(position)
        self._to_gather = pieces
        self._release()

    def keep(self, positions: np.ndarray, lines: pa.Array) -> None:
        """Have lines stay that would go after `release_after`.

        Parameters
        ----------
        positions : numpy.ndarray of int64
            Their positions.
        lines : pyarrow.LargeBinaryArray
            The lines at these.
        """
        if self.lets_go:
            self._kept.update(zip(positions.tolist(), lines.to_pylist(), strict=True))

    @property
    def lets_go(self) -> bool:
        """Whether text goes when all has been gathered."""
        return self._to_gather is not None

    def _release(self) -> None:
        if self._to_gather == 0:
            self.blocks = [block.without_text() for block in self.blocks]

    def line(self, position: int) -> bytes:
        """Return a line with its line end."""
        if position in self._kept:
            return self._kept[position]
        which = int(np.searchsorted(self._firsts, position, side="right")) - 1
        return self.blocks[which].lines.line(position - int(self._firsts[which]))

    def gathered(self, positions: np.ndarray) -> pa.Array:
        """Return the lines at ascending positions, side by side."""
        cuts = np.searchsorted(positions, self._firsts).tolist()
        firsts = self._firsts.tolist()
        parts = [
            block.array.take(pa.array(positions[start:stop] - first))
            for block, first, start, stop in zip(
                self.blocks, firsts[:-1], cuts[:-1], cuts[1:], strict=True
            )
            if stop > start
        ]
        lines = parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
        with self._lock:
            if self._to_gather is not None:
                self._to_gather -= 1
                self._release()
        return lines

    def segment(
        self, event_type: str | None, positions: np.ndarray, columns: dict[str, Part]
    ) -> Segment:
        """Return a segment of the events at some positions."""
        return Segment(
            event_type,
            self._source,
            self._source_line,
            self._numbers[positions],
            self._offsets[positions],
            columns,
        )

    def pieces(self, positions: np.ndarray | None = None) -> list[tuple[Kind, np.ndarray]]:
        """Divide the lines of each kind into pieces for the parser, the largest first.

        Parameters
        ----------
        positions : numpy.ndarray of int64, optional
            Only these lines, of those that the parser may see.

        Returns
        -------
        list of (Kind, numpy.ndarray)
            What the lines of each piece seem to hold, and their positions, ascending.
        """
        kinds, codes = self._kinds()
        firsts = self._firsts[:-1].tolist()
        plain = np.concatenate(
            [block.plain + first for block, first in zip(self.blocks, firsts, strict=True)]
        )
        if positions is not None:
            inside = np.isin(plain, positions)
            plain, codes = plain[inside], codes[inside]
        lengths = np.concatenate([np.diff(block.lines.offsets) for block in self.blocks])
        counts = np.bincount(codes, minlength=len(kinds))
        # Stable, and fast for few kinds: numpy sorts small integers by radix.
        narrow = codes.astype(np.uint16 if len(kinds) < 2**16 else np.uint32)
        order = plain[np.argsort(narrow, kind="stable")]
        sizes = np.concatenate([[0], np.cumsum(lengths[order])])
        stops = np.cumsum(counts)
        found: list[tuple[int, Kind, np.ndarray]] = []
        for code in np.flatnonzero(counts).tolist():
            start, stop = int(stops[code] - counts[code]), int(stops[code])
            parts = max(1, round(int(sizes[stop] - sizes[start]) / _PIECE_BYTES))
            # So many lines at most, since each could bring a column of its own.
            step = min(-(-(stop - start) // parts), _PIECE_LINES)
            for first in range(start, stop, step):
                end = min(first + step, stop)
                found.append((int(sizes[end] - sizes[first]), kinds[code], order[first:end]))
        # No thread is left with a large one when the others have nothing to do any more.
        found.sort(key=lambda piece: -piece[0])
        return [(kind, positions) for _, kind, positions in found]

    def _kinds(self) -> tuple[list[Kind], np.ndarray]:
        """Return the kinds of line in all blocks, and the one of each plain line."""
        numbers: dict[Kind, int] = {}
        codes = np.concatenate(
            [
                np.array([numbers.setdefault(k, len(numbers)) for k in block.kinds], int)[
                    block.codes
                ]
                for block in self.blocks
            ]
        )
        for kind in list(numbers):
            numbers.setdefault(Kind(kind.event_type), len(numbers))
        kinds = [*numbers, Kind(None)]
        counts = np.bincount(codes, minlength=len(kinds))
        # Few lines are not worth a table of their own where another has most of its columns.
        merged = [
            numbers[Kind(kind.event_type)] if kind.protocol and count < _FEW_LINES else code
            for code, (kind, count) in enumerate(zip(kinds, counts.tolist(), strict=True))
        ]
        codes = np.array(merged, np.int64)[codes]
        counts = np.bincount(codes, minlength=len(kinds))
        if np.count_nonzero(counts) > _MAX_KINDS:
            rare = np.argsort(-counts, kind="stable")[_MAX_KINDS - 1 :]
            codes = np.where(np.isin(codes, rare), len(kinds) - 1, codes)
        return kinds, codes
