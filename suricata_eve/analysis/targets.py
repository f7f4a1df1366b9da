"""Take the target of a JNDI lookup apart: scheme, host, port and path."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Target", "parse_target"]

MAX_AUTHORITY = 2_048
"""Characters of host and port, with all that is in front of them."""

# A file name that Suricata logs has its double slashes squeezed, so one slash will do.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):(/{1,2})(?!/)")
# CORBA names its transport, or nothing, between two colons, and no slashes.
_CORBA = re.compile(r"(corbaname|corbaloc):(?:iiop)?:(?:[0-9.]{1,8}@)?", re.IGNORECASE)
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,32})?")
_HOST_CHARACTERS = re.compile(r"[\w.-]*")
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_AUTHORITY_ENDS = frozenset("/?\\\"'<>|^` \t\r\n\0")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a JNDI lookup leads.

    Attributes
    ----------
    resolved : str
        The target as written, its scheme in lower case.
    scheme, host : str
        As in :class:`suricata_eve.analysis.jndi.Lookup`.
    port : int or None
        The port it names.
    path : str or None
        What follows host and port, without the slash.
    """

    resolved: str
    scheme: str
    host: str
    port: int | None
    path: str | None


def parse_target(text: str) -> Target | None:
    """Take apart what follows ``jndi:`` in a lookup.

    Parameters
    ----------
    text : str
        Such as ``ldap://host:1389/path``, with its inner lookups resolved.

    Returns
    -------
    Target or None
        None if it has no scheme or no host, as ``java:comp/env``.

    Examples
    --------
    >>> from suricata_eve.analysis.targets import parse_target
    >>> parse_target("LDAP://127.0.0.1#evil.example.net:1389/a").host
    'evil.example.net'
    """
    corba = _CORBA.match(text)
    found = corba or _URL.match(text)
    if found is None:
        return None
    scheme = found[1].lower()
    rest = text[found.end() :]
    if corba and "#" in rest:  # the name in the directory, not a disguise of the host
        rest = rest.replace("#", "/", 1)
    length = _authority_length(rest)
    if length is None:
        return None
    host, port = _host_and_port(rest[:length])
    if host is None:
        return None
    path = rest[length + 1 :] if rest[length : length + 1] == "/" else rest[length:]
    resolved = scheme + text[len(scheme) :]
    return Target(resolved, scheme, host, port, path.rstrip("\0") or None)


def _authority_length(rest: str) -> int | None:
    """Return how far host and port reach; a ``/`` inside ``${…}`` does not end them."""
    depth = 0
    for place, character in enumerate(rest[: MAX_AUTHORITY + 1]):
        if character == "{" and rest[place - 1 : place] == "$":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif depth == 0 and character in _AUTHORITY_ENDS:
            return place
    return len(rest) if depth == 0 and len(rest) <= MAX_AUTHORITY else None


def _host_and_port(authority: str) -> tuple[str | None, int | None]:
    # Resolvers and URL parsers do not agree on "127.0.0.1#evil.example.net": the tail is called.
    for mark in "#@":
        head, _, tail = authority.rpartition(mark)
        authority = tail.lstrip(".") or head.rstrip("#@")
    if authority.startswith("["):
        host, _, after = authority[1:].partition("]")
        if not _IPV6.fullmatch(host):
            return None, None
        return host, _port(after.removeprefix(":"))
    if authority.count(":") > 1 and _IPV6.fullmatch(authority):
        return authority, None
    host, after = _split_port(authority)
    outside = _outside_lookups(host)
    if not _HOST_CHARACTERS.fullmatch(outside):
        return None, None
    if "${" not in host and not any(map(str.isalnum, outside)):
        return None, None
    return host, _port(after)


def _split_port(authority: str) -> tuple[str, str]:
    """Split at the colon that is in no lookup."""
    depth = 0
    for place, character in enumerate(authority):
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
        elif character == ":" and depth == 0:
            return authority[:place], authority[place + 1 :]
    return authority, ""


def _outside_lookups(host: str) -> str:
    """Return the characters of a host that are in no ``${…}``."""
    outside: list[str] = []
    depth = 0
    for place, character in enumerate(host):
        if character == "{" and host[place - 1 : place] == "$":
            if depth == 0:
                outside.pop()
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif depth == 0:
            outside.append(character)
    return "".join(outside)


def _port(text: str) -> int | None:
    if not _PORT.fullmatch(text):
        return None
    port = int(text)
    return port if port <= 0xFFFF else None
