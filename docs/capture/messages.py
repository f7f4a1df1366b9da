"""What clients and servers say in HTTP, DNS, SSH, SMB and DHCP."""

from __future__ import annotations

import base64
import gzip
import json
import struct
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path

from hellos import Certificate, handshake, secret
from people import RESOLVER
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dns import DNS, DNSQR, DNSRR, DNSRRSOA
from wire import RANDOM, Talk, Wire

__all__ = ["dhcp", "http", "lookup", "recorded", "smb", "ssh", "tls"]

_TYPES = {"A": 1, "CNAME": 5, "NULL": 10, "PTR": 12, "TXT": 16, "AAAA": 28}
_RECORDED = json.loads(gzip.decompress((Path(__file__).parent / "smb.json.gz").read_bytes()))
_HOST, _USER, _TARGET = "WS-XXXXX", "xuser", "10.20.1.99"  # placeholders of record_smb.py


def lookup(
    wire: Wire,
    when: float,
    client: str,
    name: str,
    answers: list[tuple[str, str | bytes]],
    *,
    kind: str = "A",
    port: int | None = None,
    found: bool = True,
    ttl: int = 300,
) -> float:
    """Ask the resolver for a name; answers are pairs of a type and a value."""
    number = RANDOM.randrange(1 << 16)
    question = DNSQR(qname=name, qtype=_TYPES[kind])
    records, owner = [], name
    for one, value in answers:
        data = [value] if one == "TXT" else value
        records.append(DNSRR(rrname=owner, type=_TYPES[one], ttl=ttl, rdata=data))
        owner = str(value) if one == "CNAME" else owner
    zone = ".".join(name.split(".")[-2:])
    mark = DNSRRSOA(
        rrname=zone,
        ttl=900,
        mname=f"ns1.{zone}",
        rname=f"hostmaster.{zone}",
        serial=2026030101,
        refresh=7200,
        retry=900,
        expire=1209600,
        minimum=900,
    )
    reply = DNS(
        id=number,
        qr=1,
        rd=1,
        ra=1,
        rcode=0 if found else 3,
        qd=question,
        an=records,
        ns=[] if records else [mark],
    )
    query = DNS(id=number, rd=1, qd=question)
    wait = RANDOM.choice((0.0006, 0.011, 0.024, 0.048))
    return wire.udp(
        when,
        client,
        RESOLVER,
        53,
        [(True, bytes(query)), (False, bytes(reply))],
        client_port=port,
        wait=wait,
    )


def http(
    talk: Talk,
    path: str,
    *,
    host: str,
    agent: str,
    body: bytes = b"",
    kind: str = "text/html",
    method: str = "GET",
    status: str = "200 OK",
    sent: bytes = b"",
    headers: dict[str, str] | None = None,
    server: str = "nginx",
) -> None:
    """Ask for a path, and get the body."""
    fields = {"Host": host, "User-Agent": agent, **(headers or {"Accept": "*/*"})}
    if sent:
        fields |= {"Content-Length": str(len(sent))}
    talk.up(f"{method} {path} HTTP/1.1\r\n".encode() + _lines(fields) + sent)
    answer = {"Server": server, "Date": formatdate(talk.now, usegmt=True)}
    if body:
        answer |= {"Content-Type": kind, "Content-Length": str(len(body))}
    else:
        answer |= {"Content-Length": "0"} if method != "HEAD" else {"Content-Type": kind}
    talk.down(
        f"HTTP/1.1 {status}\r\n".encode() + _lines(answer) + (body if method != "HEAD" else b""),
        wait=RANDOM.uniform(0.004, 0.06),
    )


def _lines(fields: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n"


def tls(
    wire: Wire,
    when: float,
    client: str,
    server: str,
    *,
    program: str,
    name: str,
    port: int = 443,
    certificate: Certificate | None = None,
    exchanges: list[tuple[int, int]],
    trip: float = 0.012,
) -> float:
    """Talk in TLS; exchanges are the sizes of what is asked and answered."""
    talk = Talk(wire, when, client, server, port, trip=trip)
    handshake(talk, program, name, certificate)
    for asked, answered in exchanges:
        talk.up(secret(asked), wait=RANDOM.uniform(0.001, 0.3))
        talk.down(secret(answered), wait=RANDOM.uniform(0.004, 0.09))
    return talk.close()


def ssh(
    wire: Wire,
    when: float,
    client: str,
    server: str,
    *,
    port: int = 22,
    mine: str,
    other: str,
    rounds: int = 6,
) -> float:
    """Log in and work a little over SSH."""

    def packet(data: bytes) -> bytes:
        padding = 8 - (len(data) + 5) % 8 + 4
        return struct.pack(">IB", len(data) + padding + 1, padding) + data + bytes(padding)

    def offer(kex: str, keys: str) -> bytes:
        lists = [
            kex,
            keys,
            *["chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"] * 2,
            *["umac-128-etm@openssh.com,hmac-sha2-256"] * 2,
            *["none,zlib@openssh.com"] * 2,
            "",
            "",
        ]
        texts = b"".join(struct.pack(">I", len(one)) + one.encode() for one in lists)
        return packet(b"\x14" + RANDOM.randbytes(16) + texts + bytes(5))

    talk = Talk(wire, when, client, server, port, trip=0.002 if server.startswith("10.") else 0.03)
    talk.up(f"SSH-2.0-{mine}\r\n".encode())
    talk.down(f"SSH-2.0-{other}\r\n".encode())
    curve = "sntrup761x25519-sha512@openssh.com,curve25519-sha256"
    talk.up(offer(f"{curve},ext-info-c", "ssh-ed25519,rsa-sha2-512"))
    talk.down(offer(curve, "ssh-ed25519,rsa-sha2-512"))
    talk.up(packet(b"\x1e" + RANDOM.randbytes(36)))
    talk.down(packet(b"\x1f" + RANDOM.randbytes(180)) + packet(b"\x15"))
    talk.up(packet(b"\x15") + RANDOM.randbytes(44))
    for _ in range(rounds):
        talk.up(RANDOM.randbytes(RANDOM.randrange(36, 120)), wait=RANDOM.uniform(0.2, 9))
        talk.down(RANDOM.randbytes(RANDOM.randrange(60, 1200)))
    return talk.close()


def recorded() -> list[str]:
    """Return the kinds of conversations that were recorded."""
    return list(_RECORDED)


def smb(
    wire: Wire,
    when: float,
    client: str,
    server: str,
    kind: str,
    *,
    host: str,
    user: str,
    pace: float = 8,
) -> float:
    """Repeat a recorded conversation between other hosts, as slowly as real ones are."""
    talk = Talk(wire, when, client, server, 445, trip=0.0008)
    names = {_HOST: host, _USER: user}
    if len(server) == len(_TARGET):
        names[_TARGET] = server
    changes = {one.encode("utf-16-le"): other.encode("utf-16-le") for one, other in names.items()}
    changes |= _identifiers(kind, f"{when} {client} {server}", server)
    before = 0
    for moment, direction, text in _RECORDED[kind]:
        data = base64.b64decode(text)
        for one, other in changes.items():
            data = data.replace(one, other)
        pause = (moment - before) / 1000 * pace * RANDOM.uniform(0.7, 1.4)
        before = moment
        (talk.up if direction == "up" else talk.down)(data, wait=0.0004 + pause)
    return talk.close()


def _identifiers(kind: str, seed: str, server: str) -> dict[bytes, bytes]:
    """Return others for the identifiers of server, session and files that were recorded."""
    changes = {}
    for _, direction, text in _RECORDED[kind]:
        data = base64.b64decode(text)[4:]
        if direction == "up" or not data.startswith(b"\xfeSMB"):
            continue
        (status,), (command,) = (
            struct.unpack_from("<I", data, 8),
            struct.unpack_from("<H", data, 12),
        )
        if command == 0:
            changes[data[64:88]] = data[64:72] + _hashed(server, 16)
        elif command == 1:
            changes[data[40:48]] = _hashed(seed, 4) + bytes(4)
        elif command == 5 and not status:
            changes[data[128:144]] = _hashed(f"{seed} {len(changes)}", 16)
    return changes


def _hashed(text: str, size: int) -> bytes:
    return sha256(text.encode()).digest()[:size]


def dhcp(wire: Wire, when: float, address: str, name: str, hardware: bytes) -> None:
    """Renew a lease."""
    number = RANDOM.randrange(1 << 32)

    def message(kind: str, *options: tuple, **fields: object) -> bytes:
        head = BOOTP(xid=number, chaddr=hardware.ljust(16, b"\0"), ciaddr=address, **fields)
        return bytes(head / DHCP(options=[("message-type", kind), *options, "end"]))

    ask = message("request", ("client_id", b"\1" + hardware), ("hostname", name), op=1)
    reply = message(
        "ack",
        ("server_id", "10.20.0.10"),
        ("lease_time", 28800),
        ("subnet_mask", "255.255.0.0"),
        ("router", "10.20.0.1"),
        ("name_server", RESOLVER),
        op=2,
        yiaddr=address,
    )
    wire.udp(when, address, "10.20.0.10", 67, [(True, ask), (False, reply)], client_port=68)
