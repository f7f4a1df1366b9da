"""The kinds of indicators, and which fields of EVE hold which of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from suricata_eve.analysis.addresses import is_address_field
from suricata_eve.errors import EveOptionError, EveTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KINDS", "Kind", "Kinds", "Meaning", "choose", "meaning"]

Kind = Literal[
    "ipv4",
    "ipv6",
    "domain",
    "url",
    "email",
    "md5",
    "sha1",
    "sha256",
    "ja3",
    "ja3s",
    "ja4",
    "hassh",
    "hassh_server",
    "cyu",
    "x509_sha1",
]
Kinds: TypeAlias = "Kind | Iterable[Kind]"

KINDS: tuple[str, ...] = get_args(Kind)
"""In the order of the table."""


class Meaning(NamedTuple):
    """What the values of a field are."""

    form: Literal["host", "address", "common_name", "link", "hash"]
    """How to read them."""

    kind: str = ""
    """What they are, if that does not depend on the value."""

    alone: bool = True
    """Whether they are nothing else, so that no free text is left to search."""


_DNS_HOST = re.compile(
    r"(?:dns|llmnr|mdns)\.(?:[a-z.]+\.)?"
    r"(?:rrname|mname|rdata|srv\.name|grouped\.(?:A|AAAA|CNAME|MX|NS|PTR|SOA\.mname|SRV\.name))"
)
_HOSTS = frozenset(
    {
        "http.hostname",
        "quic.sni",
        "smtp.helo",
        "tls.client.subjectaltname",
        "tls.sni",
        "tls.subjectaltname",
    }
)
_ADDRESSES = frozenset({"dhcp.dns_servers", "dhcp.routers", "snmp.trap_address"})
_FILE_HASH = re.compile(r"(?:fileinfo|files)\.(md5|sha1|sha256)")
_FINGERPRINTS = (
    (re.compile(r"(?:quic|tls)\.ja3\.hash"), "ja3"),
    (re.compile(r"(?:quic|tls)\.ja3s\.hash"), "ja3s"),
    (re.compile(r"(?:quic|tls)\.ja4(?:\.hash)?"), "ja4"),
    (re.compile(r"ssh\.client\.hassh\.hash"), "hassh"),
    (re.compile(r"ssh\.server\.hassh\.hash"), "hassh_server"),
    (re.compile(r"quic\.cyu(?:\.hash)?"), "cyu"),
    (re.compile(r"tls\.(?:client\.)?fingerprint"), "x509_sha1"),
)


def meaning(path: str) -> Meaning | None:
    """Tell what the values of a field are.

    Parameters
    ----------
    path : str
        The path of a field, with the keys of objects in lists.

    Returns
    -------
    Meaning or None
        None if it is no field with indicators of its own, and may be free text.
    """
    if path in _HOSTS:
        return Meaning("host")
    if _DNS_HOST.fullmatch(path):
        return Meaning("host", alone=not path.endswith("rdata"))
    if path in _ADDRESSES or is_address_field(path):
        return Meaning("address")
    if path in {"tls.subject", "tls.client.subject"}:
        return Meaning("common_name", alone=False)
    if path == "email.url":
        return Meaning("link", alone=False)
    if found := _FILE_HASH.fullmatch(path):
        return Meaning("hash", found[1])
    for pattern, kind in _FINGERPRINTS:
        if pattern.fullmatch(path):
            return Meaning("hash", kind)
    return None


def choose(kinds: Kinds | None, *, method: str) -> tuple[str, ...]:
    """Return the kinds that were asked for, in the order of the table.

    Parameters
    ----------
    kinds : str or iterable of str, optional
        Kinds; all by default.
    method : str
        The function that asks, for messages.

    Returns
    -------
    tuple of str
        Known kinds.

    Raises
    ------
    EveOptionError
        If one is not known.
    EveTypeError
        If it is neither text nor an iterable of it.
    """
    if kinds is None:
        return KINDS
    if not isinstance(kinds, Iterable):
        msg = f"{method}(): kinds takes names such as 'domain', not {kinds!r}"
        raise EveTypeError(msg)
    wanted: Sequence[object] = [kinds] if isinstance(kinds, str) else list(kinds)
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        known = ", ".join(map(repr, KINDS))
        msg = f"{method}(): kinds has no choice {unknown[0]!r}; choose from {known}"
        raise EveOptionError(msg)
    return tuple(kind for kind in KINDS if kind in wanted)
