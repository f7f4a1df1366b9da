"""The ports of the application protocols that Suricata recognizes.

Names are those of EVE's ``app_proto``. Ports are from the registry of IANA
(https://www.iana.org/assignments/service-names-port-numbers), checked against the ports
that Suricata 8 itself tries for a protocol: ``app-layer: protocols`` in its
``suricata.yaml``, and ``default_port`` of its parsers in Rust. Where a port has another
source, it stands beside it.
"""

from __future__ import annotations

from suricata_eve.schema.event_types import EVENT_TYPES

__all__ = [
    "ALTERNATE_PORTS",
    "DYNAMIC_PORTS",
    "EPHEMERAL_PORTS",
    "EVENT_PROTOCOLS",
    "FOLLOWS",
    "MULTICAST",
    "NEGOTIATED",
    "PORTS",
    "STARTTLS",
    "TRANSPORTS",
    "WATCHED_PORTS",
]

TRANSPORTS = ("TCP", "UDP")
"""Transports with ports that have a table of their own here, as EVE's ``proto`` names them."""

_TCP, _UDP = ("TCP",), ("UDP",)
_BOTH = (*_TCP, *_UDP)

_HTTP = (
    80,
    631,  # ipp: RFC 8010 prints over HTTP
    2869,  # icslap: UPnP events of Windows
    5357,  # wsdapi: Web Services on Devices
    5985,  # wsman: "WBEM WS-Management HTTP", Windows Remote Management
    7547,  # cwmp: TR-069
)

# Services that IANA registers as over TLS from the first byte on.
_TLS = (
    443,  # https
    465,  # submissions, RFC 8314
    563,  # nntps
    636,  # ldaps
    853,  # domain-s: DNS over TLS, RFC 7858
    989,  # ftps-data
    990,  # ftps
    992,  # telnets
    993,  # imaps
    995,  # pop3s
    2376,  # docker-s
    3269,  # msft-gc-ssl: Global Catalog
    5061,  # sips
    5349,  # turns
    5671,  # amqps
    5986,  # wsmans
    6514,  # syslog-tls, RFC 5425
    6697,  # ircs-u, RFC 7194
    8883,  # secure-mqtt
)

_TABLE: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...] = (
    ("bittorrent-dht", _UDP, tuple(range(6881, 6890))),  # BEP 5; any port in truth
    ("dcerpc", _BOTH, (135,)),
    ("dhcp", _UDP, (67, 68)),
    ("dnp3", _BOTH, (20000,)),
    ("dns", _BOTH, (53,)),
    ("enip", _TCP, (44818,)),
    ("enip", _UDP, (2222, 44818)),
    ("ftp", _TCP, (21,)),
    ("ftp-data", _TCP, (20,)),
    ("http", _TCP, _HTTP),
    ("ike", _UDP, (500, 4500)),  # 4500: RFC 3947
    ("imap", _TCP, (143,)),
    ("irc", _TCP, (194, *range(6665, 6670))),
    ("jabber", _TCP, (5222, 5269)),
    ("krb5", _BOTH, (88,)),
    ("ldap", _BOTH, (389, 3268)),
    ("llmnr", _BOTH, (5355,)),
    ("mdns", _UDP, (5353,)),
    ("modbus", _TCP, (502,)),
    ("mqtt", _TCP, (1883,)),
    ("msn", _TCP, (1863,)),
    ("nfs", _BOTH, (2049,)),
    ("ntp", _UDP, (123,)),
    ("pgsql", _TCP, (5432,)),
    ("pop3", _TCP, (110,)),
    ("quic", _UDP, (443, 853)),  # 853: DNS over QUIC, RFC 9250
    ("rdp", _TCP, (3389,)),
    ("rfb", _TCP, tuple(range(5900, 5910))),  # a port per display; suricata.yaml
    ("sip", _TCP, (5060,)),
    ("sip", _UDP, (5060, 5061)),
    ("smb", _TCP, (139, 445)),
    ("smtp", _TCP, (25, 587)),
    ("snmp", _BOTH, (161, 162)),
    ("ssh", _TCP, (22,)),
    ("telnet", _TCP, (23,)),
    ("tftp", _UDP, (69,)),
    ("tls", _TCP, _TLS),
)

PORTS: dict[str, dict[str, tuple[int, ...]]] = {}
"""For each protocol and transport, the ports that are the protocol's own."""

for _name, _transports, _ports in _TABLE:
    for _transport in _transports:
        PORTS.setdefault(_name, {})[_transport] = _ports

ALTERNATE_PORTS: dict[str, dict[str, tuple[int, ...]]] = {
    "http": {"TCP": (591, 8008, 8080)},  # each http-alt, "HTTP Alternate"
    "quic": {"UDP": (80,)},  # rust/src/quic/quic.rs tries it
    "tls": {"TCP": (6443, 8443, 9443)},  # sun-sr-https, pcsync-https, tungsten-https
}
"""Ports where a protocol is often met, and that are registered as an alternative to its own."""

FOLLOWS = {
    "doh2": "http",
    "http2": "http",
    "http_any": "http",
    "ikev2": "ike",
    "websocket": "http",
}
"""Protocols without ports of their own, and whose ports they use."""

NEGOTIATED = frozenset({"bittorrent-dht", "dcerpc", "ftp-data"})
"""Protocols whose two sides agree on a port, so that any port without an owner is in order.

A FTP server tells the port of each transfer, the endpoint mapper on 135 those of DCE RPC
services, and BitTorrent nodes tell each other theirs.
"""

MULTICAST = frozenset({"llmnr", "mdns"})
"""Protocols whose answers are flows of their own, from the protocol's port to any.

The query went to a group, the answer comes from a host: RFC 4795, section 2; RFC 6762,
section 6.7.
"""

STARTTLS = frozenset({"ftp", "imap", "jabber", "ldap", "pgsql", "pop3", "smtp"})
"""Protocols that can go over to TLS on their own port.

RFC 4217 (FTP), 2595 (IMAP, POP3), 6120 (XMPP), 4511 (LDAP), 3207 (SMTP); PostgreSQL has a
request of its own.
"""

# What every release since 6 recognizes with the settings that it comes with. Not `nfs`, where
# procedures without data fail, nor what has to be enabled first.
_RECOGNIZED = (
    "dcerpc",
    "dhcp",
    "dns",
    "ftp",
    "http",
    "ike",
    "krb5",
    "ntp",
    "quic",
    "rdp",
    "smb",
    "smtp",
    "snmp",
    "ssh",
    "telnet",
    "tftp",
    "tls",
)
# Port 4500 carries ESP as well, RFC 3948.
_OTHER_DATA = {("ike", 4500)}

WATCHED_PORTS: dict[str, dict[str, tuple[int, ...]]] = {
    name: {
        transport: tuple(port for port in ports if (name, port) not in _OTHER_DATA)
        for transport, ports in PORTS[name].items()
    }
    for name in _RECOGNIZED
}
"""Ports where Suricata would have recognized the protocol, so that ``failed`` tells something."""

EPHEMERAL_PORTS = range(32768, 65536)
"""Ports that systems give to clients.

Linux from 32768 on (``ip_local_port_range`` in the kernel's ``ip-sysctl.rst``); Windows,
macOS and the BSDs from 49152 on, the range of RFC 6335, section 6.
"""

DYNAMIC_PORTS = range(49152, 65536)
"""Ports that no service can be registered for: RFC 6335, section 6."""

EVENT_PROTOCOLS = {
    name: protocol
    for name in EVENT_TYPES
    if (protocol := name.replace("_", "-")) in PORTS or protocol in FOLLOWS
}
"""For each event type that is one protocol's, the name of the protocol in ``app_proto``."""
