"""TLS as far as it can be read on the wire: greetings of several programs, and certificates."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from programs import GREASE, KEY_SHARE, PROGRAMS, Program
from wire import RANDOM, Talk

__all__ = ["Certificate", "handshake", "secret"]


@dataclass(frozen=True)
class Certificate:
    """What a server shows of itself in TLS 1.2."""

    name: str
    organization: str
    issuer: str
    begins: str
    ends: str

    @property
    def self_signed(self) -> bool:
        return not self.issuer


def _grease() -> int:
    return 0x0A0A + 0x1010 * RANDOM.randrange(16)


def _with_length(data: bytes, size: int = 2) -> bytes:
    return len(data).to_bytes(size) + data


def _words(values: tuple[int, ...]) -> bytes:
    return b"".join(struct.pack(">H", _grease() if one == GREASE else one) for one in values)


def _extension(number: int, program: Program, name: str) -> bytes:
    share = RANDOM.randbytes(KEY_SHARE[program.share][0])
    bodies = {
        0: _with_length(b"\0" + _with_length(name.encode())),
        5: b"\1\0\0\0\0",
        10: _with_length(_words(program.groups)),
        11: _with_length(program.formats, 1),
        13: _with_length(_words(program.signatures)),
        16: _with_length(b"".join(_with_length(one.encode(), 1) for one in program.protocols)),
        27: b"\2\0\2",
        28: b"\x40\1",
        34: _with_length(_words((0x0403, 0x0503, 0x0603, 0x0203))),
        43: _with_length(b"\3\4\3\3", 1),
        45: b"\1\1",
        51: _with_length(struct.pack(">H", program.share) + _with_length(share)),
        17613: _with_length(_with_length(b"h2", 1)),
        65037: b"\0\0\1\0\1"
        + RANDOM.randbytes(1)
        + _with_length(RANDOM.randbytes(32))
        + _with_length(RANDOM.randbytes(144)),
        65281: b"\0",
    }
    return struct.pack(">H", number) + _with_length(bodies.get(number, b""))


def client_hello(program: Program, name: str) -> bytes:
    """Return the record with which a program greets a server of a name, or of none."""
    numbers = [one for one in program.extensions if one or name]
    if program.shuffled:
        RANDOM.shuffle(numbers)
    parts = [_extension(one, program, name) for one in numbers]
    if GREASE in program.ciphers:
        parts = [struct.pack(">HH", _grease(), 0), *parts, struct.pack(">HH", 0x4A4A, 1) + b"\0"]
    session = RANDOM.randbytes(32) if program.modern else b""
    body = b"\3\3" + RANDOM.randbytes(32) + _with_length(session, 1)
    body += _with_length(_words(program.ciphers)) + b"\1\0" + _with_length(b"".join(parts))
    return _record(22, b"\1" + _with_length(body, 3), version=0x0301)


def _record(kind: int, data: bytes, *, version: int = 0x0303) -> bytes:
    return struct.pack(">BH", kind, version) + _with_length(data)


@cache
def _der(certificate: Certificate) -> bytes:
    """Return a certificate, signed with a key that its name decides."""

    def key(text: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(text.encode()).digest())

    def full(name: str, organization: str) -> x509.Name:
        parts = [
            (NameOID.COUNTRY_NAME, "DE"),
            (NameOID.ORGANIZATION_NAME, organization),
            (NameOID.COMMON_NAME, name),
        ]
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts if value])

    def day(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    subject = full(certificate.name, certificate.organization)
    issuer = (
        subject if certificate.self_signed else full(certificate.issuer, "Example Trust Services")
    )
    serial = int.from_bytes(sha256(certificate.name.encode()).digest()[:12])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key(certificate.name).public_key())
        .serial_number(serial)
        .not_valid_before(day(certificate.begins))
        .not_valid_after(day(certificate.ends))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(certificate.name)]), critical=False
        )
    )
    return built.sign(key(certificate.issuer or certificate.name), None).public_bytes(Encoding.DER)


def _server_12(certificate: Certificate) -> bytes:
    chain = _with_length(_with_length(_der(certificate), 3), 3)
    extensions = _with_length(b"\xff\x01\0\1\0\0\x0b\0\2\1\0\0\x17\0\0")
    hello = (
        b"\3\3"
        + RANDOM.randbytes(32)
        + _with_length(RANDOM.randbytes(32), 1)
        + b"\xc0\x30\0"
        + extensions
    )
    exchange = (
        b"\3\0\x1d"
        + _with_length(RANDOM.randbytes(32), 1)
        + b"\x08\x04"
        + _with_length(RANDOM.randbytes(256))
    )
    parts = ((2, hello), (11, chain), (12, exchange), (14, b""))
    return b"".join(_record(22, bytes([kind]) + _with_length(body, 3)) for kind, body in parts)


def _server_13(group: int) -> bytes:
    share = struct.pack(">H", group) + _with_length(RANDOM.randbytes(KEY_SHARE[group][1]))
    extensions = b"\0\x2b\0\2\3\4\0\x33" + _with_length(share)
    hello = (
        b"\3\3"
        + RANDOM.randbytes(32)
        + _with_length(RANDOM.randbytes(32), 1)
        + b"\x13\x01\0"
        + _with_length(extensions)
    )
    secret = _record(23, RANDOM.randbytes(RANDOM.randrange(2400, 3400)))
    return _record(22, b"\2" + _with_length(hello, 3)) + _record(20, b"\1") + secret


def handshake(talk: Talk, program: str, name: str, certificate: Certificate | None) -> None:
    """Greet as a program does; a server with a certificate answers with TLS 1.2, else with 1.3."""
    kind = PROGRAMS[program]
    talk.up(client_hello(kind, name))
    if certificate:
        talk.down(_server_12(certificate))
        talk.up(
            _record(22, b"\x10" + _with_length(b"\x20" + RANDOM.randbytes(32), 3))
            + _record(20, b"\1")
            + _record(22, RANDOM.randbytes(40))
        )
        talk.down(_record(20, b"\1") + _record(22, RANDOM.randbytes(40)))
    else:
        talk.down(_server_13(kind.share))
        talk.up(_record(20, b"\1") + _record(23, RANDOM.randbytes(53)))


def secret(size: int) -> bytes:
    """Return a record of encrypted data."""
    return b"".join(
        _record(23, RANDOM.randbytes(min(size - start, 16384))) for start in range(0, size, 16384)
    )
