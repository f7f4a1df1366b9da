"""Values as HTML: whatever a log holds becomes text that can be read, and nothing else.

All text of a log passes :func:`text` or :func:`word` on its way into a page. Characters that a
screen could act on become visible escapes by :func:`suricata_eve.printable.plain`, what is left
is escaped for HTML, and the cell is isolated from the direction of what stands around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.printable import ELLIPSIS, plain
from suricata_eve.reports.sections import Form

__all__ = ["HEAD", "WHOLE", "cells", "stamp", "text", "word"]

HEAD = 240
"""How many characters a cell shows at once."""

WHOLE = 1000
"""How many it shows when it is opened; what is longer is cut there."""


def word(value: str, *, limit: int = HEAD) -> str:
    """Return text as HTML in one piece, cut where it is too long.

    Parameters
    ----------
    value : str
        Any text.
    limit : int, default 240
        Most characters, not counting what HTML escapes.

    Returns
    -------
    str
        HTML without tags.
    """
    clean = plain(value[:limit])
    # Escapes make a text longer; letters that are put together make it shorter.
    is_whole = len(value) <= limit and len(clean) <= limit
    return escape(clean if is_whole else clean[: limit - 1] + ELLIPSIS)


def text(value: str) -> str:
    """Return text as the HTML of a cell, to be opened where it is long.

    Parameters
    ----------
    value : str
        Any text.

    Returns
    -------
    str
        HTML. A text that is cut says how long it is.
    """
    clean = plain(value[:WHOLE])
    is_whole = len(value) <= WHOLE and len(clean) <= WHOLE
    if is_whole and len(clean) <= HEAD:
        return f"<bdi>{escape(clean)}</bdi>"
    whole = f"<bdi>{escape(clean[:WHOLE])}</bdi>"
    if not is_whole:
        whole += f"<br><small>{ELLIPSIS} cut here, of {len(value):,} characters</small>"
    head = escape(clean[: HEAD - 40])
    return f"<details><summary><bdi>{head}{ELLIPSIS}</bdi></summary>{whole}</details>"


def stamp(value: str) -> str:
    """Return a time as a reader wants it, from what Arrow writes.

    Parameters
    ----------
    value : str
        As in ``2022-01-01 00:15:15.975728``.

    Returns
    -------
    str
        The same to the millisecond.
    """
    head, dot, fraction = value.partition(".")
    return f"{head}.{fraction[:3]}" if dot else head


def _end(values: Sequence[Any]) -> str | None:
    """Return an address and its port, as far as they are known."""
    address, *ports = values
    if address is None:
        return None
    shown = word(str(address))
    if not ports or ports[0] is None:
        return f"<bdi>{shown}</bdi>"
    return f"<bdi>{f'[{shown}]' if ':' in shown else shown}:{ports[0]}</bdi>"


def _first(values: Sequence[Any]) -> str | None:
    value = next((one for one in values if one is not None), None)
    return None if value is None else f"<bdi>{word(str(value))}</bdi>"


_FORMS: dict[Form, Callable[[Sequence[Any]], str | None]] = {
    "text": lambda values: None if values[0] is None else text(str(values[0])),
    "change": lambda values: None if values[0] in (None, values[1]) else text(str(values[0])),
    "word": _first,
    "time": lambda values: None if values[0] is None else escape(stamp(str(values[0]))),
    "number": lambda values: None if values[0] is None else f"{values[0]:,}",
    "seconds": lambda values: None if values[0] is None else f"{values[0]:,.3f}",
    "flag": lambda values: {True: "yes", False: "no"}.get(values[0]),
    "id": lambda values: None if values[0] is None else str(int(values[0])),
    "end": _end,
}


def cells(
    table: Mapping[str, pa.Array], names: Sequence[str], rows: pa.Array, form: Form
) -> list[str]:
    """Return the cells of a column of the page.

    Parameters
    ----------
    table : mapping of str to pyarrow.Array
        The columns; those that are absent count as missing.
    names : sequence of str
        What the column of the page is made of.
    rows : pyarrow.Array
        Which rows, by place.
    form : Form
        How they are written.

    Returns
    -------
    list of str
        HTML; empty where a value is missing.
    """
    columns = [_values(table[name].take(rows)) for name in names if name in table]
    if len(columns) < len(names):
        return [""] * len(rows)
    write, known = _FORMS[form], dict[tuple[Any, ...], str]()
    made = []
    for values in zip(*columns, strict=True):
        if values not in known:
            known[values] = write(values) or ""
        made.append(known[values])
    return made


def _values(data: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(data.type):
        # Not as datetime, which has neither every microsecond of 64 bits nor a fast way.
        data = data.cast(pa.timestamp("us")).cast(pa.string())
    elif pa.types.is_large_string(data.type):
        data = pc.cast(data, pa.string())
    values: list[Any] = data.to_pylist()
    return values
