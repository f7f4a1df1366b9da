"""Lines that would make a table too wide: names of fields can come from the traffic.

Arrow's parser has a cell for each field of any line in each of the others. Where every event
brings names of its own, as MQTT's user properties do, cells grow with the square of the
events, so such lines are better parsed one by one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.ingest.lines import colons

__all__ = ["wide_lines"]

_LONG = 8192  # bytes; a shorter line has few keys
_MANY_KEYS = 1024  # Suricata's widest event, stats, has about half as many
_SAMPLE = 256  # lines
_SAMPLE_BYTES = 1 << 21
_MAX_CELLS = 50_000_000
_SHORTEST = 7  # bytes: "ab":1, as only 256 names have one byte
_QUOTE, _COLON = b'":'
_KEY_END = r'[^\\]":'  # in text, each quote has a backslash before it


def wide_lines(lines: pa.Array) -> np.ndarray:
    """Tell which lines are better not made a table of.

    Parameters
    ----------
    lines : pyarrow.LargeBinaryArray
        Lines that would be parsed together.

    Returns
    -------
    numpy.ndarray of bool
        One for each line: those with very many keys; or all, if names that no line before
        has keep coming.
    """
    wide = np.zeros(len(lines), bool)
    long = np.flatnonzero(np.asarray(pc.binary_length(lines)) > _LONG)
    if len(long):
        # Most have few colons, which is quicker to see.
        long = long[colons(lines.take(pa.array(long))) > _MANY_KEYS]
    if len(long):
        keys = pc.count_substring_regex(lines.take(pa.array(long)), _KEY_END)
        wide[long] = np.asarray(keys) > _MANY_KEYS
    if wide.any() or len(lines) <= _SAMPLE or _most_names(lines) * len(lines) <= _MAX_CELLS:
        return wide
    if _expected_cells(lines) > _MAX_CELLS:
        wide[:] = True
    return wide


def _most_names(lines: pa.Array) -> int:
    """Return how many different names there can be, from the bytes of the lines alone."""
    ends = np.frombuffer(lines.buffers()[1], np.int64)
    size = int(ends[lines.offset + len(lines)] - ends[lines.offset])
    return size // _SHORTEST + 256


def _expected_cells(lines: pa.Array) -> float:
    """Estimate the cells of a table, from how the number of names grows in a sample."""
    rows = np.linspace(0, len(lines) - 1, _SAMPLE).astype(np.int64)
    sample = lines.take(pa.array(rows))
    _, offsets, data = sample.buffers()
    middle, end = np.frombuffer(offsets, np.int64)[[_SAMPLE // 2, _SAMPLE]].tolist()
    if end > _SAMPLE_BYTES:  # few lines, then, and their length is not in their names
        return 0.0
    text = np.frombuffer(data, np.uint8)[:end]
    half, all_ = _names(text[:middle]), _names(text)
    new_per_line = (all_ - half) / (_SAMPLE - _SAMPLE // 2)
    return (all_ + new_per_line * (len(lines) - _SAMPLE)) * len(lines)


def _names(text: np.ndarray) -> int:
    """Count the different texts before a quote and a colon."""
    quotes = np.flatnonzero(text[:-1] == _QUOTE)
    if len(quotes) < 2:
        return 0
    # From each quote to the next: what is in between, and the first of the two.
    buffers = [None, pa.py_buffer(quotes), pa.py_buffer(text)]
    between = pa.Array.from_buffers(pa.large_binary(), len(quotes) - 1, buffers)
    is_name = text[quotes[1:] + 1] == _COLON
    return int(pc.count_distinct(between.filter(pa.array(is_name))).as_py())
