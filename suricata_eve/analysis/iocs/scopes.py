"""What addresses and names are for: anybody, a network of one's own, examples in documents.

Of addresses the registries of IANA tell (RFC 6890, RFC 8190 and the RFCs that added ranges):
iana-ipv4-special-registry and iana-ipv6-special-registry, ipv6-address-space (RFC 4291), and for
multicast RFC 5771. A table of our own, since ``ipaddress`` knows other ranges in each release of
Python, and calls those for documents private. Of names RFC 6761 and the registry
special-use-domain-names tell; ``internal`` ICANN keeps for private use since 2024.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["IPV4_SCOPES", "IPV6_SCOPES", "domain_scopes", "ipv4_scopes", "ipv6_scopes"]

IPV4_SCOPES = (
    ("0.0.0.0/0", "global"),
    ("0.0.0.0/8", "this_network"),  # RFC 791
    ("10.0.0.0/8", "private"),  # RFC 1918
    ("100.64.0.0/10", "shared"),  # RFC 6598
    ("127.0.0.0/8", "loopback"),  # RFC 1122
    ("169.254.0.0/16", "link_local"),  # RFC 3927
    ("172.16.0.0/12", "private"),  # RFC 1918
    ("192.0.0.0/24", "reserved"),  # RFC 6890: protocol assignments
    ("192.0.0.9/32", "global"),  # RFC 7723: Port Control Protocol anycast
    ("192.0.0.10/32", "global"),  # RFC 8155: TURN anycast
    ("192.0.2.0/24", "documentation"),  # RFC 5737
    ("192.88.99.0/24", "reserved"),  # RFC 7526: once 6to4 relays
    ("192.168.0.0/16", "private"),  # RFC 1918
    ("198.18.0.0/15", "benchmarking"),  # RFC 2544
    ("198.51.100.0/24", "documentation"),  # RFC 5737
    ("203.0.113.0/24", "documentation"),  # RFC 5737
    ("224.0.0.0/4", "multicast"),  # RFC 5771
    ("233.252.0.0/24", "documentation"),  # RFC 6676: multicast in examples
    ("240.0.0.0/4", "reserved"),  # RFC 1112
    ("255.255.255.255/32", "broadcast"),  # RFC 919
)
"""Ranges and what they are for; of several that hold an address, the last tells."""

IPV6_SCOPES = (
    ("::/0", "reserved"),  # RFC 4291: what is not assigned
    ("2000::/3", "global"),  # RFC 4291
    ("::/128", "this_network"),  # RFC 4291: no address
    ("::1/128", "loopback"),  # RFC 4291
    ("64:ff9b::/96", "global"),  # RFC 6052: translation to IPv4
    ("64:ff9b:1::/48", "private"),  # RFC 8215: the same within a network
    ("2001::/23", "reserved"),  # RFC 2928: protocol assignments, Teredo
    ("2001:1::1/128", "global"),  # RFC 7723
    ("2001:1::2/128", "global"),  # RFC 8155
    ("2001:1::3/128", "global"),  # RFC 9665
    ("2001:2::/48", "benchmarking"),  # RFC 5180
    ("2001:3::/32", "global"),  # RFC 7450
    ("2001:4:112::/48", "global"),  # RFC 7535
    ("2001:20::/28", "global"),  # RFC 7343
    ("2001:30::/28", "global"),  # RFC 9374
    ("2001:db8::/32", "documentation"),  # RFC 3849
    ("2002::/16", "reserved"),  # RFC 3056: 6to4
    ("3fff::/20", "documentation"),  # RFC 9637
    ("fc00::/7", "private"),  # RFC 4193
    ("fe80::/10", "link_local"),  # RFC 4291
    ("fec0::/10", "private"),  # RFC 3879: once site-local
    ("ff00::/8", "multicast"),  # RFC 4291
)
"""The same for IPv6."""

_DOCUMENTATION = r"(?:\A|\.)example(?:\.(?:com|net|org))?\z"  # RFC 2606
# RFC 3172, 6761, 6762, 7686, 9476
_SPECIAL_USE = r"(?:\A|\.)(?:alt|arpa|internal|invalid|local|localhost|onion|test)\z"


def ipv4_scopes(addresses: pa.Array) -> pa.Array:
    """Tell what IPv4 addresses are for.

    Parameters
    ----------
    addresses : pyarrow.Array
        Texts of four numbers, without nulls.

    Returns
    -------
    pyarrow.Array
        For each its scope, as text.
    """
    octets = pc.list_flatten(pc.split_pattern(addresses, ".")).cast(pa.uint8())
    numbers = np.asarray(octets).reshape(-1, 4).astype(np.uint32)
    values = numbers @ np.array([1 << 24, 1 << 16, 1 << 8, 1], np.uint32)
    found = np.zeros(len(values), np.int64)
    for place, (text, _) in enumerate(IPV4_SCOPES):
        network = ipaddress.IPv4Network(text)
        mask = np.uint32(int(network.netmask))
        found[(values & mask) == np.uint32(int(network.network_address))] = place
    return _named(IPV4_SCOPES, found)


def ipv6_scopes(addresses: pa.Array) -> pa.Array:
    """Tell what IPv6 addresses are for.

    Parameters
    ----------
    addresses : pyarrow.Array
        Texts of IPv6 addresses, without nulls.

    Returns
    -------
    pyarrow.Array
        For each its scope, as text.
    """
    packed = b"".join(socket.inet_pton(socket.AF_INET6, text) for text in addresses.to_pylist())
    values = np.frombuffer(packed, ">u8").reshape(-1, 2).astype(np.uint64)
    found = np.zeros(len(values), np.int64)
    for place, (text, _) in enumerate(IPV6_SCOPES):
        network = ipaddress.IPv6Network(text)
        mask = _halves(int(network.netmask))
        found[((values & mask) == _halves(int(network.network_address))).all(axis=1)] = place
    return _named(IPV6_SCOPES, found)


def _halves(value: int) -> NDArray[np.uint64]:
    return np.array([value >> 64, value & (2**64 - 1)], np.uint64)


def _named(table: tuple[tuple[str, str], ...], found: NDArray[np.int64]) -> pa.Array:
    return pa.array([scope for _, scope in table], pa.string()).take(pa.array(found))


def domain_scopes(names: pa.Array) -> pa.Array:
    """Tell what domain names are for.

    Parameters
    ----------
    names : pyarrow.Array
        Names in lower case, without nulls.

    Returns
    -------
    pyarrow.Array
        For each ``documentation``, ``special_use`` or ``global``.
    """
    special = np.asarray(pc.match_substring_regex(names, _SPECIAL_USE)).astype(np.int64)
    documents = np.asarray(pc.match_substring_regex(names, _DOCUMENTATION)).astype(np.int64)
    scopes = pa.array(["global", "special_use", "documentation"], pa.string())
    return scopes.take(pa.array(np.maximum(special, 2 * documents)))
