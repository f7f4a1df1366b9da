"""Text for a terminal: hostile characters made visible, cut by display width.

What a log holds is the attacker's text. An escape sequence in it could repaint the screen, a
right-to-left mark could swap what one reads, a line break could forge a line. Nothing here
passes any of these on.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from suricata_eve.printable import ELLIPSIS, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["cut", "display_width", "printable", "table"]


def printable(text: str, *, limit: int = 4096) -> str:
    r"""Return `text` with every character that a terminal could act on written as an escape.

    Parameters
    ----------
    text : str
        Any text.
    limit : int, default 4096
        Only so many characters of the text are looked at; what follows is dropped and marked
        with an ellipsis.

    Returns
    -------
    str
        One line of text without control, format and combining characters.

    Examples
    --------
    >>> from suricata_eve.terminal import printable
    >>> print(printable("a\x1b[2Jb\nc"))
    a\x1b[2Jb\nc
    """
    clean = plain(text[:limit])
    return clean + ELLIPSIS if len(text) > limit else clean


def _char_width(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def display_width(text: str) -> int:
    """Return how many columns of a terminal a printable text takes.

    Parameters
    ----------
    text : str
        Text as :func:`printable` returns it.

    Returns
    -------
    int
        The number of columns: two for a wide character, one for any other.

    Examples
    --------
    >>> from suricata_eve.terminal import display_width
    >>> display_width("日本"), display_width("ab")
    (4, 2)
    """
    return sum(map(_char_width, text))


def cut(text: str, width: int) -> str:
    """Return a text made printable that takes at most `width` columns.

    Parameters
    ----------
    text : str
        Any text.
    width : int
        Columns that there are, at least 1.

    Returns
    -------
    str
        The text, or its beginning and an ellipsis.

    Examples
    --------
    >>> from suricata_eve.terminal import cut
    >>> cut("abcdef", 4)
    'abc…'
    """
    clean = printable(text, limit=width)
    if display_width(clean) <= width:
        return clean
    room, kept = width - 1, []
    for char in clean:
        room -= _char_width(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + ELLIPSIS


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if right else text + space


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    width: int,
    numbers: frozenset[int] = frozenset(),
    caps: dict[int, int] | None = None,
) -> list[str]:
    r"""Lay rows out in columns; the last column takes the room that is left.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : iterable of sequence of str
        Cells, any text; each is made printable and cut.
    width : int
        Columns of the terminal.
    numbers : frozenset of int, optional
        Positions of the columns that are set flush right.
    caps : dict, optional
        Greatest width of a column, by position.

    Returns
    -------
    list of str
        Lines, none wider than `width`.

    Examples
    --------
    >>> from suricata_eve.terminal import table
    >>> print("\n".join(table(["n", "what"], [["7", "seven"]], width=40, numbers=frozenset({0}))))
      n  what
      7  seven
    """
    cells = [list(header), *map(list, rows)]
    widths = []
    for place in range(len(header) - 1):
        column = [row[place] for row in cells]
        cap = (caps or {}).get(place, width)
        widths.append(max(display_width(cut(text, cap)) for text in column))
    widths.append(max(8, width - sum(widths) - 2 * len(header)))
    lines = []
    for row in cells:
        parts = [
            _pad(cut(text, room), room, right=place in numbers)
            for place, (text, room) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(cut(("  " + "  ".join(parts)).rstrip(), width))
    return lines
