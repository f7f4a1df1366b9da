"""A block of bytes to lines that are worth parsing, told apart by what they hold.

Lines of one kind, side by side, make a narrow table: the fewer fields a kind has that a line
lacks, the faster the parser. So alerts, which carry the fields of the protocol that they are
about, are told apart by protocol as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.ingest.lines import Lines, event_types, find_lines, is_plain
from suricata_eve.ingest.prefilter import candidates, certain_types
from suricata_eve.ingest.selection import EVERYTHING, Selection
from suricata_eve.ingest.sources import Block

__all__ = ["Kind", "Lined", "line_up"]

_PROTOCOL = r'"app_proto"[ \t\r]*:[ \t\r]*"(?P<protocol>[^"\\]*)"'


class Kind(NamedTuple):
    """What a line seems to hold, from its text; the parser decides in the end."""

    event_type: str | None
    protocol: str | None = None


@dataclass
class Lined:
    """The lines of a block that are worth parsing.

    Attributes
    ----------
    lines : Lines
        Those lines.
    array : pyarrow.LargeBinaryArray
        The same.
    total_lines, total_bytes : int
        How many lines and bytes the block has, those ruled out included.
    numbers : numpy.ndarray of int64
        Number of each line in the block, from 0.
    offsets : numpy.ndarray of int64
        Where each line starts in the block.
    odd : numpy.ndarray of int64
        Which of them Arrow's parser must not see.
    plain : numpy.ndarray of int64
        The others, but for those that were counted.
    kinds : list of Kind
        Kinds of line.
    codes : numpy.ndarray of int64
        For each of `plain`, which of `kinds` it is.
    counted : Counter of str
        Events by type of lines that need no parser, since they are only to be counted.
    """

    lines: Lines
    array: pa.Array
    total_lines: int
    total_bytes: int
    numbers: np.ndarray
    offsets: np.ndarray
    odd: np.ndarray
    plain: np.ndarray
    kinds: list[Kind]
    codes: np.ndarray
    counted: Counter[str]

    def without_text(self) -> Lined:
        """Return what is known of the lines, so that their block can go."""
        none = find_lines(b"")
        return replace(self, lines=none, array=none.as_arrow())


def line_up(
    block: Block, *, selection: Selection, fast: bool, counting: bool, by_kind: bool
) -> Lined:
    """Find the lines of a block, and what they seem to hold.

    Parameters
    ----------
    block : bytes or memoryview
        Bytes that start where a line starts.
    selection : Selection
        Which events are asked for; lines that can hold none are left out.
    fast : bool
        Whether Arrow's parser may be used.
    counting : bool
        Whether events are only to be counted.
    by_kind : bool
        Whether to tell kinds of line apart; where few columns are read, there is nothing to gain.

    Returns
    -------
    Lined
        The lines.
    """
    lines = find_lines(block)
    array = lines.as_arrow()
    total_lines, total_bytes = len(lines), len(lines.data)
    numbers, offsets = np.arange(total_lines), lines.offsets[:-1]
    if selection is not EVERYTHING and total_lines:
        chosen = candidates(lines, array, selection)
        if not chosen.all():
            # Copied, so that the block need not stay in memory for a few of its lines.
            numbers = np.flatnonzero(chosen)
            offsets = offsets[numbers]
            array = array.take(pa.array(numbers))
            lines = Lines.of_array(array)
    plain = is_plain(lines) if fast else np.zeros(len(lines), bool)
    odd = np.flatnonzero(~plain)
    counted: Counter[str] = Counter()
    if counting:
        counted, plain = _counted(lines, array, plain, selection)
    positions = np.flatnonzero(plain)
    kinds, codes = [Kind(None)], np.zeros(len(positions), np.int64)
    if by_kind and len(positions):
        kinds, codes = _kinds(array, positions)
    return Lined(
        lines,
        array,
        total_lines,
        total_bytes,
        numbers,
        offsets,
        odd,
        positions,
        kinds,
        codes,
        counted,
    )


def _counted(
    lines: Lines, array: pa.Array, plain: np.ndarray, selection: Selection
) -> tuple[Counter[str], np.ndarray]:
    """Count the lines whose type is plain to see; return which others must be parsed."""
    types = certain_types(lines, array)
    names = types.dictionary.to_pylist()
    known = plain & np.asarray(types.is_valid())
    codes = np.asarray(types.indices.fill_null(0))[known]
    numbers = np.bincount(codes, minlength=len(names)).tolist()
    counts = {name: n for name, n in zip(names, numbers, strict=True) if selection.has_type(name)}
    return Counter(counts), plain & ~known


def _kinds(array: pa.Array, positions: np.ndarray) -> tuple[list[Kind], np.ndarray]:
    """Return the kinds of line, and the one of each position."""
    types = event_types(array)
    names = [_name(value) for value in types.dictionary]
    kinds = [Kind(name) for name in [*names, None]]
    codes = np.asarray(types.indices.fill_null(len(names)))[positions].astype(np.int64)
    if "alert" in names:
        alerts = np.flatnonzero(codes == names.index("alert"))
        chosen = array.take(pa.array(positions[alerts]))
        # flatten() keeps what does not match null; field() would give an empty name.
        protocols = pc.extract_regex(chosen, _PROTOCOL).flatten()[0].dictionary_encode()
        known = np.asarray(protocols.is_valid())
        codes[alerts[known]] = np.asarray(protocols.indices.drop_null()) + len(kinds)
        kinds += [Kind("alert", _name(value)) for value in protocols.dictionary]
    return kinds, codes


def _name(value: pa.Scalar) -> str | None:
    try:
        name: str = value.as_py().decode()
    except UnicodeDecodeError:
        return None
    return name
