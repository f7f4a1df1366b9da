"""All matches of an expression in many texts, with what stands around each.

Arrow has no such function, and Python's ``re`` may backtrack on an attacker's text. Here RE2 puts
a mark on both sides of every match, and the texts are cut at the marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["ALIEN", "Matches", "find_all", "glued", "is_like", "padded"]

ALIEN = r"\pL\pN\pM\p{Cf}\p{Co}"
"""Letters of other scripts, marks, and what does not show: a name with one goes on (RE2)."""

_MARK = "\x01"
_AROUND = 40  # characters on either side that are enough to tell


class Matches(NamedTuple):
    """Matches in some texts."""

    texts: NDArray[np.int64]
    """For each the number of its text."""

    values: pa.Array
    """What matched."""

    before: pa.Array
    """The end of what stands between it and the match before."""

    after: pa.Array
    """The start of what stands between it and the next match."""

    def where(self, mask: pa.Array) -> Matches:
        """Return some of them.

        Parameters
        ----------
        mask : pyarrow.Array
            Which.

        Returns
        -------
        Matches
            Those.
        """
        kept = np.asarray(mask.fill_null(fill_value=False)).astype(bool)
        chosen = pa.array(kept)
        return Matches(
            self.texts[kept],
            self.values.filter(chosen),
            self.before.filter(chosen),
            self.after.filter(chosen),
        )


def is_like(texts: pa.Array, pattern: str) -> pa.Array:
    """Tell which texts match an expression somewhere.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts.
    pattern : str
        Of RE2.

    Returns
    -------
    pyarrow.Array
        For each whether it does, null where it is.
    """
    return pc.match_substring_regex(texts, pattern)


def glued(parts: Sequence[pa.Array | str]) -> pa.Array:
    """Put texts together row by row.

    Parameters
    ----------
    parts : sequence of pyarrow.Array or str
        Texts of one type, and what is the same in all rows.

    Returns
    -------
    pyarrow.Array
        Null where a part is.
    """
    kind = next(part.type for part in parts if not isinstance(part, str))
    same = [pa.scalar(part, kind) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*same, pa.scalar("", kind))


def padded(texts: pa.Array) -> pa.Array:
    """Prepare texts for :func:`find_all`: a blank around each, and no mark in it.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts, without nulls.

    Returns
    -------
    pyarrow.Array
        The texts. The blanks make the ends of a text like any other border of a word.
    """
    cleaned = pc.replace_substring(texts, _MARK, "\x02")
    return glued([" ", cleaned, " "])


def find_all(texts: pa.Array, pattern: str) -> Matches:
    """Find all matches of an expression.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts of :func:`padded`.
    pattern : str
        Of RE2, without groups that it numbers, and that never matches an empty text.

    Returns
    -------
    Matches
        By text and place.
    """
    hits = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, pattern)))
    if not len(hits):
        return Matches(hits, *[pa.array([], texts.type)] * 3)
    chosen = texts.take(pa.array(hits))
    marked = pc.replace_substring_regex(chosen, f"({pattern})", rf"{_MARK}\1{_MARK}")
    cut = pc.split_pattern(marked, _MARK)
    pieces = pc.list_flatten(cut)
    lengths = np.asarray(pc.list_value_length(cut)).astype(np.int64)
    numbers = np.repeat(np.arange(len(hits)), lengths)
    places = np.arange(len(pieces)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    matched = np.flatnonzero(places % 2)
    return Matches(
        hits[numbers[matched]],
        pieces.take(pa.array(matched)),
        pc.utf8_slice_codeunits(pieces.take(pa.array(matched - 1)), -_AROUND, None),
        pc.utf8_slice_codeunits(pieces.take(pa.array(matched + 1)), 0, _AROUND),
    )
