"""Text from a log in a picture: safe to look at, drawn as it is, of bounded length.

An attacker writes it. Matplotlib takes what stands between dollars for mathematics, and raises
when it is none; warns at every drawing of a character that its fonts lack; and leaves out of a
legend what begins with ``_``.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from suricata_eve.optional import import_optional_dependency
from suricata_eve.printable import ELLIPSIS, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LITERAL", "literal", "shown", "shown_all", "texts_of"]

LITERAL: dict[str, Any] = {"parse_math": False, "usetex": False}
"""Properties of a ``Text`` that shows what it says."""

_IN_FULL = 39  # characters of an IPv6 address without a cut


def texts_of(values: pa.Array) -> list[str]:
    """Write values as text.

    Parameters
    ----------
    values : pyarrow.Array
        Of any type, without nulls.

    Returns
    -------
    list of str
        One for each, as long as it is.
    """
    try:
        texts: list[str] = values.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        texts = [str(value) for value in values.to_pylist()]
    return texts


@lru_cache(maxsize=8)
def _drawable(families: tuple[str, ...]) -> frozenset[int]:
    """Return the characters that some fonts have."""
    fonts = import_optional_dependency("matplotlib.font_manager", extra="plot", purpose="plotting")
    found: set[int] = set()
    for family in families:
        try:
            properties = fonts.FontProperties(family=family)
            path = fonts.findfont(properties, fallback_to_default=False)
        except ValueError:
            continue
        found.update(fonts.get_font(path).get_charmap())
    if not found:  # then matplotlib takes the font that comes with it
        found.update(fonts.get_font(fonts.findfont("DejaVu Sans")).get_charmap())
    return frozenset(found)


def _families() -> tuple[str, ...]:
    fonts = import_optional_dependency("matplotlib.font_manager", extra="plot", purpose="plotting")
    return tuple(fonts.FontProperties().get_family())


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _short(text: str) -> str:
    """Return an IPv6 address, which Suricata writes in full, as RFC 5952 writes it."""
    if len(text) != _IN_FULL:
        return text
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError:
        return text


def shown(text: str, width: int) -> str:
    """Return a text as a label shows it.

    Parameters
    ----------
    text : str
        Any text.
    width : int
        How many characters the label may have, at least 8.

    Returns
    -------
    str
        One line; with escapes for what a screen could act on and what the font lacks; cut in
        the middle, as names that share a beginning often differ in their end; in quotes if
        there is nothing to see. IPv6 addresses are written short.
    """
    text = _short(text)
    ends = text if len(text) <= 2 * width else text[:width] + text[-width:]
    # What is left out between the ends is longer than the label: the cut falls there.
    drawable = _drawable(_families())
    safe = "".join(
        char if char.isascii() or ord(char) in drawable else _escaped(char) for char in plain(ends)
    )
    if not safe.strip():
        safe = f'"{safe}"'
    if len(safe) <= width and len(text) <= 2 * width:
        return safe
    mark = ELLIPSIS if ord(ELLIPSIS) in drawable else "..."
    tail = (width - len(mark)) * 2 // 5
    return safe[: width - len(mark) - tail] + mark + safe[-tail:]


def shown_all(texts: Iterable[str], width: int) -> list[str]:
    """Return texts as labels show them.

    Parameters
    ----------
    texts : iterable of str
        Any texts.
    width : int
        How many characters a label may have, at least 8.

    Returns
    -------
    list of str
        One for each.
    """
    return [shown(text, width) for text in texts]


def literal(texts: Iterable[Any]) -> None:
    """Make each ``Text`` show what it says, be there dollars in it or not.

    Parameters
    ----------
    texts : iterable of matplotlib.text.Text
        What to change.
    """
    for text in texts:
        text.set(**LITERAL)
