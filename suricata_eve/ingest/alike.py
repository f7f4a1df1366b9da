"""Lines in which a parser may skip fields that are not asked for, since it refuses what json does.

A field that is read shows whether it was nested too deep, or a number that ``json`` does not
know (``Inf``) or does not convert (thousands of digits). One that is skipped does not.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.ingest.salvage import MAX_DEPTH

__all__ = ["reads_alike"]

_BARE_INF = r"[:,\[][ \t\r]*-?Inf[^i]"
_MAX_DIGITS = 4300  # of an integer that Python converts
_STRIDE = 97
_ZERO, _NINE = b"09"


def reads_alike(lines: pa.Array, levels: np.ndarray) -> np.ndarray:
    """Tell in which lines Arrow's parser, skipping fields, takes nothing that json refuses.

    Parameters
    ----------
    lines : pyarrow.LargeBinaryArray
        Lines.
    levels : numpy.ndarray of int64
        How many levels each has at most.

    Returns
    -------
    numpy.ndarray of bool
        One for each line; False where it would take a closer look to tell.
    """
    alike: np.ndarray = levels <= MAX_DEPTH
    alike &= ~np.asarray(pc.match_substring_regex(lines, "-NaN"))
    infinite = np.flatnonzero(np.asarray(pc.match_substring_regex(lines, "Inf[^i]")))
    if len(infinite):
        bare = pc.match_substring_regex(lines.take(pa.array(infinite)), _BARE_INF)
        alike[infinite[np.asarray(bare)]] = False
    long = np.flatnonzero(np.asarray(pc.binary_length(lines)) > _MAX_DIGITS)
    if len(long):
        alike[long[_with_long_numbers(lines.take(pa.array(long)))]] = False
    return alike


def _with_long_numbers(lines: pa.Array) -> np.ndarray:
    """Return the lines that seem to have thousands of digits in a row, told by every 97th byte."""
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int64)[: len(lines) + 1]
    sample = np.frombuffer(data, np.uint8)[: ends[-1] : _STRIDE]
    others = np.flatnonzero((sample < _ZERO) | (sample > _NINE))
    stops = np.concatenate([[-1], others, [len(sample)]])
    runs = np.flatnonzero(np.diff(stops) > _MAX_DIGITS // _STRIDE - 1)
    # A run may begin in one line and end in the next, or the one behind it.
    first = np.searchsorted(ends, (stops[runs] + 1) * _STRIDE, side="right") - 1
    last = np.searchsorted(ends, np.minimum(stops[runs + 1] * _STRIDE, ends[-1] - 1), "right") - 1
    found = [np.arange(low, high + 1) for low, high in zip(first, last, strict=True)]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))
