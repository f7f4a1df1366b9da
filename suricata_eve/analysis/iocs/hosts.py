"""Hosts as indicators: IPv4 and IPv6 addresses and domain names in one spelling, or none."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.iocs.scopes import domain_scopes, ipv4_scopes, ipv6_scopes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FILE_ENDINGS", "Hosts", "host_scopes", "read_hosts", "short_ipv6"]

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"\A{_BYTE}(?:\.{_BYTE}){{3}}\z"
_IPV6 = r"\A\[?[0-9a-f:.]{2,45}\]?\z"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# RFC 1123, and the underscore that DNS has beside hosts. The last label is never a number.
_DOMAIN = rf"\A(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{0,58}}[a-z0-9])\z"
_LONGEST = 253

FILE_ENDINGS = (
    r"\.(?:apk|aspx?|avi|bak|bat|bin|bmp|cfg|cgi|class|cmd|conf|cpp|crt|css|csv|dat|db|deb|dll|docx?"
    r"|elf|exe|gif|go|gz|hta|html?|ico|img|ini|iso|jar|jpe?g|jsx?|json|jsp|key|less|lnk|log|lua|mp3"
    r"|mp4|msi|pdf|pem|php|png|pptx?|ps1|rar|rb|rpm|scr|scss|sql|svg|swf|sys|tar|tgz|tmp|toml|tsx?"
    r"|ttf|txt|vbs|vue|war|wasm|webp|woff|xlsx?|xml|ya?ml)\z"
)
"""Endings of files that are no top-level domains: names in free text with one are no hosts."""


class Hosts(NamedTuple):
    """What some texts are as hosts."""

    spelled: pa.Array
    """The host in its one spelling, null where the text is none."""

    kinds: NDArray[np.int64]
    """0 for IPv4, 1 for IPv6, 2 for a domain, -1 for none, as in the order of kinds."""


def short_ipv6(text: str) -> str | None:
    """Return an IPv6 address as RFC 5952 spells it.

    Parameters
    ----------
    text : str
        In any spelling, without brackets.

    Returns
    -------
    str or None
        None if it is no address, or one with a zone.

    Examples
    --------
    >>> from suricata_eve.analysis.iocs.hosts import short_ipv6
    >>> short_ipv6("2001:0DB8:0000:0000:0000:0000:0000:0001"), short_ipv6("::ffff:c000:201")
    ('2001:db8::1', '::ffff:192.0.2.1')
    """
    try:
        # Several times as quick as what ipaddress does with text.
        packed = socket.inet_pton(socket.AF_INET6, text)
    except (OSError, ValueError):
        return None
    if "%" in text:
        return None
    address = ipaddress.IPv6Address(packed)
    mapped = address.ipv4_mapped  # releases of Python write it in either way
    return f"::ffff:{mapped}" if mapped is not None else address.compressed


def read_hosts(texts: pa.Array, *, addresses_only: bool = False) -> Hosts:
    """Read texts as hosts, each whole.

    Parameters
    ----------
    texts : pyarrow.Array
        Distinct texts, without nulls.
    addresses_only : bool, default False
        Whether names are none.

    Returns
    -------
    Hosts
        What they are. A name has two labels at least, is ASCII (a host outside of it is in
        the log as its ``xn--`` form, or is none), and loses a dot at its end.
    """
    size = len(texts)
    if size == 0:
        return Hosts(pa.array([], pa.string()), np.empty(0, np.int64))
    lowered = pc.ascii_lower(texts)
    plain = pc.replace_substring_regex(lowered, r"\.\z", "")
    kinds = np.full(size, -1, np.int64)
    values = np.full(size, -1, np.int64)
    pieces = [pa.array([], pa.string())]
    start = 0

    def note(kind: int, places: NDArray[np.int64], found: pa.Array) -> None:
        nonlocal start
        kinds[places] = kind
        values[places] = np.arange(start, start + len(places))
        pieces.append(found.cast(pa.string()))
        start += len(places)

    places = _matching(lowered, _IPV4)
    note(0, places, lowered.take(pa.array(places)))
    places = _matching(lowered, _IPV6)
    if len(places):
        places = places[kinds[places] < 0]
        spelled = [
            short_ipv6(text.removeprefix("[").removesuffix("]")) if ":" in text else None
            for text in lowered.take(pa.array(places)).to_pylist()
        ]
        good = np.array([text is not None for text in spelled], bool)
        note(1, places[good], pa.array(spelled, pa.string()).drop_null())
    if not addresses_only:
        places = _matching(plain, _DOMAIN)
        names = plain.take(pa.array(places))
        fits = np.asarray(pc.less_equal(pc.binary_length(names), _LONGEST)).astype(bool)
        note(2, places[fits], names.filter(pa.array(fits)))
    found = pa.concat_arrays(pieces)
    return Hosts(found.take(pa.array(values, mask=values < 0)), kinds)


def _matching(texts: pa.Array, pattern: str) -> NDArray[np.int64]:
    mask = pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)
    return np.flatnonzero(np.asarray(mask))


def host_scopes(hosts: Hosts) -> pa.Array:
    """Tell what hosts are for.

    Parameters
    ----------
    hosts : Hosts
        Addresses and names.

    Returns
    -------
    pyarrow.Array
        For each its scope, null where there is no host.
    """
    order, scopes = [np.empty(0, np.int64)], [pa.array([], pa.string())]
    for kind, tell in enumerate((ipv4_scopes, ipv6_scopes, domain_scopes)):
        places = np.flatnonzero(hosts.kinds == kind)
        if len(places):
            order.append(places)
            scopes.append(tell(hosts.spelled.take(pa.array(places))))
    where = np.full(len(hosts.kinds), -1, np.int64)
    places = np.concatenate(order)
    where[places] = np.arange(len(places))
    return pa.concat_arrays(scopes).take(pa.array(where, mask=where < 0))
