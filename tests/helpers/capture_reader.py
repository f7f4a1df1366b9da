"""Read capture files packet by packet with `struct`: slow, plain, and not the package's way."""

from __future__ import annotations

import struct
from typing import NamedTuple

__all__ = ["Packet", "read_capture"]


class Packet(NamedTuple):
    """A packet in a file."""

    time: int
    """Microseconds since 1970."""
    linktype: int
    data: bytes
    comments: tuple[str, ...] = ()


def read_capture(file: bytes) -> list[Packet]:
    """Read either format, and check every length and number that the formats fix."""
    return _pcap(file) if file[:4] == b"\xd4\xc3\xb2\xa1" else _pcapng(file)


def _pcap(file: bytes) -> list[Packet]:
    magic, major, minor, zone, accuracy, snap, linktype = struct.unpack("<IHHiIII", file[:24])
    assert (magic, major, minor, zone, accuracy) == (0xA1B2C3D4, 2, 4, 0, 0)
    packets, place = [], 24
    while place < len(file):
        seconds, micros, captured, length = struct.unpack("<IIII", file[place : place + 16])
        assert micros < 1_000_000
        assert captured == length <= snap
        data = file[place + 16 : place + 16 + captured]
        assert len(data) == captured
        packets.append(Packet(seconds * 1_000_000 + micros, linktype, data))
        place += 16 + captured
    return packets


def _pcapng(file: bytes) -> list[Packet]:
    packets: list[Packet] = []
    interfaces: list[tuple[int, int]] = []
    place = 0
    while place < len(file):
        kind, total = struct.unpack("<II", file[place : place + 8])
        assert total % 4 == 0
        assert file[place + total - 4 : place + total] == struct.pack("<I", total)
        body = file[place + 8 : place + total - 4]
        if kind == 0x0A0D0D0A:
            assert place == 0
            assert struct.unpack("<IHHq", body[:16]) == (0x1A2B3C4D, 1, 0, -1)
            assert _options(body[16:]) == [(4, b"suricata_eve")]
        elif kind == 1:
            assert not packets, "an interface after packets"
            linktype, reserved, snap = struct.unpack("<HHI", body)
            assert reserved == 0
            interfaces.append((linktype, snap))
        else:
            assert kind == 6
            number, high, low, captured, length = struct.unpack("<IIIII", body[:20])
            linktype, snap = interfaces[number]
            assert captured == length <= snap
            end = 20 + captured
            padded = end + -captured % 4
            assert body[end:padded] == bytes(padded - end)
            options = _options(body[padded:])
            assert {code for code, _ in options} <= {1}
            comments = tuple(value.decode() for _, value in options)
            packets.append(Packet(high << 32 | low, linktype, body[20:end], comments))
        place += total
    return packets


def _options(data: bytes) -> list[tuple[int, bytes]]:
    options: list[tuple[int, bytes]] = []
    place = 0
    while place < len(data):
        code, length = struct.unpack("<HH", data[place : place + 4])
        if code == 0:
            assert (length, place + 4) == (0, len(data))
            return options
        value = data[place + 4 : place + 4 + length]
        padding = -length % 4
        assert data[place + 4 + length :][:padding] == bytes(padding)
        options.append((code, value))
        place += 4 + length + padding
    assert not options, "options without an end"
    return options
