"""Text that is safe to look at: which characters are not, and how they are shown instead."""

from __future__ import annotations

import unicodedata

__all__ = ["ELLIPSIS", "UNSAFE", "plain"]

ELLIPSIS = "…"
"""What marks a cut."""

UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"})
"""Unicode's categories of what is shown as an escape.

Control and format characters (ESC, line breaks, bidi and zero-width marks), surrogates, private
and unassigned code points, line and paragraph separators, and marks that pile up on a letter.
"""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class _Escapes(dict[int, str]):
    """What stands for each character, for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        # Not kept: an attacker has a million characters to fill the memory with.
        char = chr(code)
        if unicodedata.category(char) not in UNSAFE:
            return char
        if code <= 0xFF:
            return _SHORT.get(char, f"\\x{code:02x}")
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_ESCAPES = _Escapes()
_ESCAPES.update({code: _ESCAPES[code] for code in range(256)})


def plain(text: str) -> str:
    r"""Return a text with an escape for every character that a screen could act on.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        One line, in Unicode's form NFC, without control, format and combining characters.

    Examples
    --------
    >>> from suricata_eve.printable import plain
    >>> print(plain("a\x1b[2Jb\nc"))
    a\x1b[2Jb\nc
    """
    return unicodedata.normalize("NFC", text).translate(_ESCAPES)
