"""The slow path: single lines with ``json``, for whatever Arrow's parser refuses."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from suricata_eve.ingest.unify import Part
from suricata_eve.ingest.values import Conflict, build

__all__ = ["MAX_DEPTH", "Salvaged", "columns_of", "flatten", "salvage"]

MAX_DEPTH = 200
"""Levels of nesting beyond which a line is no event; Suricata writes fewer than ten."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_REPLACED = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class Salvaged(NamedTuple):
    """What one line held."""

    event: dict[str, Any] | None
    """Its values by dotted path; None for a blank line and for what is no event."""

    reason: str | None
    """Why the line is no event, or what was mended in it."""

    nul_bytes: int
    """NUL bytes stripped from around it."""


def salvage(line: bytes) -> Salvaged:
    r"""Parse one line.

    Parameters
    ----------
    line : bytes
        A line, with or without its line end.

    Returns
    -------
    Salvaged
        The event, or why there is none.

    Examples
    --------
    >>> from suricata_eve.ingest.salvage import salvage
    >>> salvage(b'{"a":{"b":[1]},"c":null}\n').event
    {'a.b': [1]}
    >>> salvage(b'{"timestamp":"2022-01-01T0').reason
    'cut off or not JSON: Unterminated string starting at column 14'
    """
    body, nul_bytes = _strip(line)
    if not body:
        return Salvaged(None, None, nul_bytes)
    mended = None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode(errors="replace")
        mended = "bytes that are not UTF-8 became U+FFFD"
    value, reason = _load(text)
    if value is None:
        return Salvaged(None, reason, nul_bytes)
    if "\\ud" in text or "\\uD" in text:
        value, changed = _without_surrogates(value)
        mended = "a lone surrogate became U+FFFD" if changed else mended
    return Salvaged(flatten(value), mended, nul_bytes)


def _load(text: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object that a text holds, or why there is none."""
    deep = f"nested deeper than {MAX_DEPTH} levels"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        return None, f"cut off or not JSON: {what} at column {error.colno}"
    except RecursionError:
        return None, deep
    except ValueError:
        # Python refuses to convert integers of thousands of digits.
        return None, "an integer of too many digits"
    if not isinstance(value, dict):
        return None, f"not an object: {type(value).__name__}"
    return (None, deep) if _is_deep(value) else (value, "")


def _strip(line: bytes) -> tuple[bytes, int]:
    """Strip blanks, NUL bytes and byte order marks from around a line."""
    body = line.strip(_BLANK + b"\0")
    while body.startswith(_BOM):
        body = body[len(_BOM) :].strip(_BLANK + b"\0")
    start = line.find(body)
    around = line[:start] + line[start + len(body) :]
    return body, around.count(b"\0")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _without_surrogates(value: Any) -> tuple[Any, bool]:
    """Replace what UTF-8 cannot hold in every text, keys included."""
    if isinstance(value, str):
        clean = value.translate(_REPLACED)
        return clean, clean != value
    if isinstance(value, list):
        pairs = [_without_surrogates(element) for element in value]
        return [clean for clean, _ in pairs], any(changed for _, changed in pairs)
    if isinstance(value, dict):
        items = [
            (_without_surrogates(key), _without_surrogates(element))
            for key, element in value.items()
        ]
        cleaned = {key[0]: element[0] for key, element in items}
        return cleaned, any(key[1] or element[1] for key, element in items)
    return value, False


def flatten(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event's values by dotted path.

    Lists stay lists; null and an empty object are no value. Of two values with one path
    the last is kept.

    Parameters
    ----------
    event : dict
        An event as ``json`` gives it.

    Returns
    -------
    dict
        Paths to values, none of them a dict or None.
    """
    flat: dict[str, Any] = {}
    _flatten_into(flat, event, "")
    return flat


def _flatten_into(flat: dict[str, Any], value: dict[str, Any], prefix: str) -> None:
    for key, child in value.items():
        if isinstance(child, dict):
            _flatten_into(flat, child, f"{prefix}{key}.")
        elif child is not None:
            flat[prefix + key] = child


def columns_of(events: list[dict[str, Any]]) -> dict[str, Part]:
    """Turn flat events into columns.

    Parameters
    ----------
    events : list of dict
        Events as `flatten` gives them.

    Returns
    -------
    dict
        Paths to columns, as long as there are events: an array, or a list of the values
        where no array holds them exactly.
    """
    paths = dict.fromkeys(path for event in events for path in event)
    columns: dict[str, Part] = {}
    for path in paths:
        values = [event.get(path) for event in events]
        try:
            columns[path] = build(values, lenient=False)
        except Conflict:
            columns[path] = values
    return columns
