"""The report as CSV that is safe in a spreadsheet and exact in a script.

A file of RFC 4180 but for its line ends, which are LF as on every other file of this package;
no cell holds a line break. UTF-8 with a byte order mark, without which Excel takes it for the
code page of the machine.

Spreadsheets calculate with cells that begin with ``=``, ``+``, ``-`` or ``@``, and attackers
know (https://owasp.org/www-community/attacks/CSV_Injection). Text that could be taken so gets a
leading ``'``, and so does text that begins with one, so that taking one off gives it back.
Where Excel's list separator is ``;``, it cuts cells there, quotes or not, hence a ``'`` before
such a character behind one. ``flow_id`` always has the ``'``: Excel rounds integers to 15
digits, and flow IDs have 16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.templates import one_line
from suricata_eve.reports.sections import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from suricata_eve.reports.sections import Section

__all__ = ["BEGINNING", "CELL", "safe_texts", "sheet"]

CELL = 16_000
"""Most characters of a cell: with what is put in, no more than the 32,767 of Excel, which counts
characters beyond U+FFFF twice."""

BEGINNING = b'\xef\xbb\xbf"section","time",'
"""How a file of this kind begins."""

# Written at once. A text has no more than 4 bytes a character: a column of them stays far below
# the 2 GB that 32 bits reach, and what is made of all columns has offsets of 64.
_ROWS = 1 << 13
_LINES = pa.large_string()
# What a spreadsheet skips before a formula, or what was put there to look like it.
_SKIPPED = "[\\s\\p{Z}\"'`\u2018\u2019\u201c\u201d]*"
# With the full-width, small and superscript forms that some input methods turn into them.
_FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a\u207b\u207c\u2212]"


def sheet(sections: Sequence[Section]) -> Iterator[bytes | memoryview]:
    """Write all rows of all sections.

    Parameters
    ----------
    sections : sequence of Section
        The tables, in order.

    Yields
    ------
    bytes or memoryview
        Parts of the file.
    """
    yield b"\xef\xbb\xbf" + ",".join(f'"{name}"' for name in COLUMNS).encode() + b"\n"
    for one in sections:
        for start in range(0, one.length, _ROWS):
            columns = [
                pa.scalar(f'"{one.key}"')
                if name == "section"
                else _written(name, one.table[name].slice(start, _ROWS))
                if name in one.table
                else pa.scalar("")
                for name in COLUMNS
            ]
            # A null is nothing between two commas, an empty text is two quotes.
            lines = pc.binary_join_element_wise(
                *(column.cast(_LINES) for column in columns),
                pa.scalar(",", _LINES),
                null_handling="replace",
                null_replacement="",
            )
            ends = (pa.scalar(end, _LINES) for end in ("\n", ""))
            yield _bytes(pc.binary_join_element_wise(lines, *ends))


def _bytes(lines: pa.LargeStringArray) -> memoryview:
    offsets = lines.offset, lines.offset + len(lines)
    _, ends, data = lines.buffers()
    bounds = memoryview(ends).cast("B").cast("q")
    return memoryview(data)[bounds[offsets[0]] : bounds[offsets[1]]]


def _written(name: str, data: pa.Array) -> pa.Array:
    kind = data.type
    if name == "flow_id":
        return pc.binary_join_element_wise("\"'", data.cast(pa.string()), '"', "")
    if pa.types.is_timestamp(kind):
        texts = data.cast(pa.timestamp("us")).cast(pa.string())
        return pc.binary_join_element_wise('"', pc.replace_substring(texts, " ", "T"), 'Z"', "")
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return data.cast(pa.string())
    encoded = data.dictionary_encode()
    texts = pc.replace_substring(safe_texts(encoded.dictionary), '"', '""')
    return pc.binary_join_element_wise('"', texts, '"', "").take(encoded.indices)


def safe_texts(texts: pa.Array) -> pa.Array:
    """Make texts safe to look at, and no formulas.

    Parameters
    ----------
    texts : pyarrow.Array
        Any text.

    Returns
    -------
    pyarrow.Array
        The texts on one line each, hostile characters as escapes, cut at ``CELL`` characters,
        with ``'`` before what a spreadsheet could calculate with.
    """
    plain = one_line(texts, CELL)
    inner = pc.replace_substring_regex(plain, f"(;{_SKIPPED})({_FORMULA})", "\\1'\\2")
    risky = pc.match_substring_regex(inner, f"^(?:'|{_SKIPPED}{_FORMULA})")
    quoted = pc.binary_join_element_wise("'", inner, "")
    return pc.if_else(risky.fill_null(fill_value=False), quoted, inner)
