"""What a frame of an EVE file must hold, found out with nothing but Python's ``json``.

This is slow on purpose and shares no code with the reader: one line at a time, one
value at a time.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MAX_DEPTH", "as_text", "events_of", "flatten", "holds_exactly", "instant", "pruned"]

MAX_DEPTH = 200
"""Objects and lists within each other that a line may have."""

_BOM = "\ufeff"
_BLANK = " \t\r\n\0"
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - local times minus their offset
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
    r"(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
_INTEGER = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")
_POWER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_SPELLINGS = dict.fromkeys(("true", "True", "TRUE", "1"), True) | dict.fromkeys(
    ("false", "False", "FALSE", "0"), False
)


def flatten(event: dict[str, object]) -> dict[str, object]:
    """Name every value of an event by its dotted path, as a frame's columns are named.

    Parameters
    ----------
    event : dict
        What `json.loads` makes of a line.

    Returns
    -------
    dict of str to object
        No objects at the top any more; lists stay lists. A null is no value, an empty
        object brings none. Where two paths become one, the later value counts.

    See Also
    --------
    assert_equals_json : Compares a frame with this.

    Examples
    --------
    >>> from suricata_eve.testing import flatten
    >>> flatten({"flow_id": 1, "dns": {"id": 7, "answers": [], "z": None, "opt": {}}})
    {'flow_id': 1, 'dns.id': 7, 'dns.answers': []}
    """
    flat: dict[str, object] = {}

    def walk(inner: dict[str, object], prefix: str) -> None:
        for name, value in inner.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{name}.")
            elif value is not None:
                flat[prefix + name] = value

    walk(event, "")
    return flat


def events_of(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, object]]]:
    """Read the lines that are events.

    Parameters
    ----------
    lines : iterable of bytes
        Physical lines, such as a binary file yields them.

    Yields
    ------
    tuple of int and dict
        The number of the line, from 0, and its event. Blank lines and lines that are
        no JSON object have a number and yield nothing.
    """
    for number, line in enumerate(lines):
        text = line.decode(errors="replace").strip(_BLANK)
        while text.startswith(_BOM):
            text = text.removeprefix(_BOM).strip(_BLANK)
        if _depth(text) > MAX_DEPTH:
            continue
        try:
            event = json.loads(text)
        except ValueError:  # also an integer of more digits than Python reads
            continue
        if isinstance(event, dict):
            yield number, {str(_mended(k)): _mended(value) for k, value in event.items()}


def _depth(text: str) -> int:
    """Count how many objects and lists are open at most."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    # A text as a whole, or one bracket.
    for part in re.findall(r'"(?:[^"\\]|\\.)*"?|[][{}]', text, re.DOTALL):
        if part in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif part in "]}":
            depth -= 1
    return deepest


def _mended(value: object) -> object:
    """Replace lone surrogates, which no UTF-8 column can hold."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {str(_mended(name)): _mended(inner) for name, inner in value.items()}
    return value


def pruned(value: object) -> object:
    """Leave nulls and empty objects out of objects, at any depth.

    Parameters
    ----------
    value : object
        A value as `json.loads` or Arrow's ``to_pylist`` make it.

    Returns
    -------
    object
        Its copy, in which an absent name and a name without a value are alike.
    """
    if isinstance(value, list):
        return [pruned(item) for item in value]
    if isinstance(value, dict):
        inner = {name: pruned(item) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item is not None and item != {}}
    return value


def instant(text: str) -> tuple[bool, int | None]:
    """Read a time.

    Parameters
    ----------
    text : str
        Such as ``2022-01-01T03:41:17.115874+0000``.

    Returns
    -------
    tuple of bool and (int or None)
        Whether the text has the form that EVE writes, and the microseconds since 1970
        in UTC. Of another form, a reader may make nothing or what Python makes of it.
    """
    match = _TIME.fullmatch(text)
    try:
        if match is None:
            moment = dt.datetime.fromisoformat(text)
            offset = moment.utcoffset() or dt.timedelta()
            local = moment.replace(tzinfo=None)
        else:
            *parts, fraction, _, sign, hours, minutes = match.groups()
            local = dt.datetime(*map(int, parts))  # type: ignore[arg-type]  # noqa: DTZ001
            local += dt.timedelta(microseconds=int((fraction or "")[:6].ljust(6, "0")))
            away = dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
            if away >= dt.timedelta(days=1) or int(minutes or 0) > 59:
                return True, None
            offset = -away if sign == "-" else away
        return match is not None, (local - offset - _EPOCH) // dt.timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return match is not None, None


def holds_exactly(values: Iterable[Any]) -> bool:
    """Tell whether one type can hold all values of a column exactly.

    Parameters
    ----------
    values : iterable of object
        Without nulls.

    Returns
    -------
    bool
        False for values of several kinds, for integers beyond 64 bits, and for
        integers and fractions of which a double cannot hold all.
    """
    seen = list(values)
    kinds = {type(value) for value in seen}
    if len(kinds) <= 1 and int not in kinds:
        return True
    if kinds == {int}:
        low, high = min(seen), max(seen)
        return bool(low >= -(2**63) and high < (2**64 if low >= 0 else 2**63))
    if kinds == {int, float}:
        return all(abs(value) <= 2**53 for value in seen if type(value) is int)
    return False


def as_text(value: object) -> str:
    """Write a value as a column of text holds it, where no exact type holds all of them.

    Parameters
    ----------
    value : object
        Any JSON value but null.

    Returns
    -------
    str
        Text itself, else compact JSON with sorted names, without nulls in objects, and
        without the fraction of whole numbers up to 2**53.
    """
    if isinstance(value, str):
        return value
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def as_integer(value: object) -> int | None:
    """Read a value of a field that the schema knows as an integer.

    Parameters
    ----------
    value : object
        Any JSON value but null.

    Returns
    -------
    int or None
        The integer that a number or a text spells exactly; None if it is none.
    """
    if isinstance(value, str):
        text = value.strip()
        if match := _INTEGER.fullmatch(text):
            return int(match[1]) if len(match[1]) < 50 else 10**50
        if not _POWER.fullmatch(text):
            return None
        value = float(text)
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    return value if type(value) is int else None


def as_boolean(value: object) -> bool | None:
    """Read a value of a field that the schema knows as true or false.

    Parameters
    ----------
    value : object
        Any JSON value but null.

    Returns
    -------
    bool or None
        None if it is neither of these, 0 and 1, nor the text of one.
    """
    if isinstance(value, str):
        return _SPELLINGS.get(value)
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    return None


def _plain(value: object) -> object:
    if isinstance(value, float):
        whole = math.isfinite(value) and abs(value) <= 2**53 and value == int(value)
        return int(value) if whole else value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    return value
