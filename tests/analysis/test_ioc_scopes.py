"""What addresses and names are for, at the edges of every range."""

from __future__ import annotations

import ipaddress
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from suricata_eve.analysis.iocs.hosts import (
    FILE_ENDINGS,
    Hosts,
    host_scopes,
    read_hosts,
    short_ipv6,
)
from suricata_eve.analysis.iocs.scopes import (
    IPV4_SCOPES,
    IPV6_SCOPES,
    domain_scopes,
    ipv4_scopes,
    ipv6_scopes,
)


def scope(host: str) -> str | None:
    """Return the scope of one host."""
    found: str | None = host_scopes(read_hosts(pa.array([host])))[0].as_py()
    return found


# By the registries of IANA, written down apart from the table.
@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("0.0.0.1", "this_network"),
        ("0.255.255.255", "this_network"),
        ("1.0.0.0", "global"),
        ("9.255.255.255", "global"),
        ("10.0.0.0", "private"),
        ("10.255.255.255", "private"),
        ("11.0.0.0", "global"),
        ("100.63.255.255", "global"),
        ("100.64.0.0", "shared"),
        ("100.127.255.255", "shared"),
        ("100.128.0.0", "global"),
        ("126.255.255.255", "global"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("128.0.0.0", "global"),
        ("169.253.255.255", "global"),
        ("169.254.0.0", "link_local"),
        ("169.254.255.255", "link_local"),
        ("169.255.0.0", "global"),
        ("172.15.255.255", "global"),
        ("172.16.0.0", "private"),
        ("172.31.255.255", "private"),
        ("172.32.0.0", "global"),
        ("192.0.0.0", "reserved"),
        ("192.0.0.8", "reserved"),
        ("192.0.0.9", "global"),
        ("192.0.0.10", "global"),
        ("192.0.0.11", "reserved"),
        ("192.0.1.0", "global"),
        ("192.0.2.0", "documentation"),
        ("192.0.2.255", "documentation"),
        ("192.0.3.0", "global"),
        ("192.31.196.1", "global"),
        ("192.88.99.1", "reserved"),
        ("192.167.255.255", "global"),
        ("192.168.0.0", "private"),
        ("192.168.255.255", "private"),
        ("192.169.0.0", "global"),
        ("198.17.255.255", "global"),
        ("198.18.0.0", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("198.20.0.0", "global"),
        ("198.51.99.255", "global"),
        ("198.51.100.0", "documentation"),
        ("198.51.101.0", "global"),
        ("203.0.112.255", "global"),
        ("203.0.113.255", "documentation"),
        ("203.0.114.0", "global"),
        ("223.255.255.255", "global"),
        ("224.0.0.0", "multicast"),
        ("233.251.255.255", "multicast"),
        ("233.252.0.255", "documentation"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.0", "reserved"),
        ("255.255.255.254", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "this_network"),
        ("::1", "loopback"),
        ("::2", "reserved"),
        ("::ffff:192.0.2.1", "reserved"),
        ("64:ff9b::", "global"),
        ("64:ff9b::ffff:ffff", "global"),
        ("64:ff9b::1:0:0", "reserved"),
        ("64:ff9b:1::1", "private"),
        ("64:ff9b:2::", "reserved"),
        ("100::1", "reserved"),
        ("1fff:ffff::", "reserved"),
        ("2000::", "global"),
        ("2001::1", "reserved"),
        ("2001:1::1", "global"),
        ("2001:1::3", "global"),
        ("2001:1::4", "reserved"),
        ("2001:2::1", "benchmarking"),
        ("2001:2:1::", "reserved"),
        ("2001:3::", "global"),
        ("2001:4:112::1", "global"),
        ("2001:20::", "global"),
        ("2001:2f:ffff::", "global"),
        ("2001:3f:ffff::", "global"),
        ("2001:40::", "reserved"),
        ("2001:1ff:ffff::", "reserved"),
        ("2001:200::", "global"),
        ("2001:db7:ffff::", "global"),
        ("2001:db8::", "documentation"),
        ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"),
        ("2001:db9::", "global"),
        ("2002:c000:201::", "reserved"),
        ("2003::", "global"),
        ("3ffe:ffff::", "global"),
        ("3fff::", "documentation"),
        ("3fff:fff:ffff::", "documentation"),
        ("3fff:1000::", "global"),
        ("4000::", "reserved"),
        ("5f00::1", "reserved"),
        ("fbff:ffff::", "reserved"),
        ("fc00::", "private"),
        ("fdff:ffff::", "private"),
        ("fe00::", "reserved"),
        ("fe80::", "link_local"),
        ("febf:ffff::", "link_local"),
        ("fec0::", "private"),
        ("feff:ffff::", "private"),
        ("ff00::", "multicast"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"),
        ("example.com", "documentation"),
        ("www.example.net.", "documentation"),
        ("a.example", "documentation"),
        ("notexample.com", "global"),
        ("example.com.evil.net", "global"),
        ("example.edu", "global"),
        ("a.test", "special_use"),
        ("printer.local", "special_use"),
        ("abc.onion", "special_use"),
        ("db.internal", "special_use"),
        ("1.2.0.192.in-addr.arpa", "special_use"),
        ("home.arpa", "special_use"),
        ("x.alt", "special_use"),
        ("a.invalid", "special_use"),
        ("a.localhost", "special_use"),
        ("local.com", "global"),
    ],
)
def test_a_host_has_the_scope_that_the_registries_tell(host: str, expected: str) -> None:
    assert scope(host) == expected


@pytest.mark.parametrize("table", [IPV4_SCOPES, IPV6_SCOPES], ids=["ipv4", "ipv6"])
def test_the_edges_of_every_range_are_told_as_one_by_one(
    table: tuple[tuple[str, str], ...],
) -> None:
    """The first and last address of each range, and those beside it: by the narrowest range."""
    networks = [(ipaddress.ip_network(text), name) for text, name in table]
    edges = set()
    for network, _ in networks:
        first, last = int(network.network_address), int(network.broadcast_address)
        edges |= {first, last, first - 1, last + 1}
    top = 2 ** networks[0][0].max_prefixlen
    kind = ipaddress.IPv4Address if top == 2**32 else ipaddress.IPv6Address
    addresses = [kind(edge) for edge in sorted(edges) if 0 <= edge < top]

    expected = [
        max(
            ((network.prefixlen, name) for network, name in networks if address in network),
            key=lambda pair: pair[0],
        )[1]
        for address in addresses
    ]
    tell = ipv4_scopes if top == 2**32 else ipv6_scopes
    assert tell(pa.array([str(address) for address in addresses])).to_pylist() == expected


def test_no_hosts_have_no_scopes() -> None:
    nothing = pa.array([], pa.string())

    assert ipv4_scopes(nothing).to_pylist() == []
    assert ipv6_scopes(nothing).to_pylist() == []
    assert domain_scopes(nothing).to_pylist() == []
    assert host_scopes(Hosts(nothing, read_hosts(nothing).kinds)).to_pylist() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("2001:DB8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),  # RFC 5952, 4.2.2
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),  # 4.2.3
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("::ffff:c000:201", "::ffff:192.0.2.1"),  # 5
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("fe80::1%eth0", None),
        ("1.2.3.4", None),
        ("2001:db8::1::2", None),
        ("", None),
    ],
)
def test_ipv6_is_spelled_as_rfc_5952_says(text: str, expected: str | None) -> None:
    assert short_ipv6(text) == expected


def test_no_ending_of_files_is_a_top_level_domain() -> None:
    """By IANA's list, which hypothesis brings along."""
    listed = (resources.files("hypothesis") / "vendor" / "tlds-alpha-by-domain.txt").read_text()
    names = pa.array([f"a.{name.lower()}" for name in listed.split() if name.isalpha()])

    assert len(names) > 1_000
    assert names.filter(pc.match_substring_regex(names, FILE_ENDINGS)).to_pylist() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WWW.Example.COM.", "www.example.com"),
        ("_sip._udp.example.org", "_sip._udp.example.org"),
        ("xn--grden-qpa.example", "xn--grden-qpa.example"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("192.0.2.1", "192.0.2.1"),
        ("a" * 63 + ".com", "a" * 63 + ".com"),
        ("a" * 64 + ".com", None),
        (".".join(["a" * 61] * 4) + ".com", ".".join(["a" * 61] * 4) + ".com"),
        (".".join(["a" * 61] * 4) + ".comm.com", None),
        ("localhost", None),
        ("192.0.2.256", None),
        ("192.0.2.01", None),
        ("192.0.2.1.", None),
        ("192.0.2", None),
        ("-a.example.com", None),
        ("a-.example.com", None),
        ("a..example.com", None),
        ("${hostName}.q7f3.cb.example.net", None),
        ("a b.example.com", None),
        ("a.example.com\n", None),
        ("a.example.com\x00", None),
        ("\u202ea.example.com", None),
        ("g\u00e4rden.example.com", None),
        ("\u212aelvin.example.com", None),  # lower case of the Kelvin sign is a "k"
        ("a.example.com, b.example.com", None),
        ("1.2.3.4:80", None),
        ("a.example.c", None),
        ("a.example.123", None),
        ("2001:db8::1%1", None),
        (":", None),
        ("", None),
    ],
)
def test_a_host_is_whole_and_valid_or_none(text: str, expected: str | None) -> None:
    assert read_hosts(pa.array([text])).spelled.to_pylist() == [expected]
