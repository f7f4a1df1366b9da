"""Packets on the wire: UDP datagrams and TCP conversations, written as a capture by scapy."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import RawPcapWriter

__all__ = ["DAYS", "RANDOM", "Talk", "Wire", "at", "clock", "within"]

RANDOM = random.Random(20260302)  # noqa: S311 (the same capture every time)
DAYS = (2, 3, 4)
MSS = 1460


def at(day: int, time: str) -> float:
    """Return the moment of a time of day (``"14:05"``) in March 2026, in seconds."""
    hours, minutes, seconds = [*map(int, time.split(":")), 0][:3]
    return datetime(2026, 3, day, hours, minutes, seconds, tzinfo=UTC).timestamp()


def within(day: int, time: str) -> float:
    """Return a moment within a second."""
    return at(day, time) + round(RANDOM.uniform(0.01, 0.98), 6)


def clock(when: float) -> str:
    """Return a moment as the ground truth holds it."""
    return datetime.fromtimestamp(when, tz=UTC).isoformat(timespec="seconds")


def _mac(address: str) -> str:
    """Return the hardware address of an inside host; all others are behind the gateway."""
    _, _, third, last = (int(part) for part in address.split("."))
    if not address.startswith("10.20."):
        last = 1
    elif not third:
        last ^= 0x80
    return f"00:00:5e:00:53:{last:02x}"


class Wire:
    """Collects frames, and hands out the ports of clients."""

    def __init__(self) -> None:
        self.frames: list[tuple[float, int, bytes]] = []
        self._ports: dict[str, int] = {}
        self._ids: dict[str, int] = {}

    def client_port(self, address: str) -> int:
        """Return the next ephemeral port of a host."""
        low, high = (49152, 65535) if address.startswith("10.20.1.") else (32768, 60999)
        port = self._ports.get(address, RANDOM.randrange(low, high)) + RANDOM.randrange(1, 9)
        self._ports[address] = port if port <= high else low
        return self._ports[address]

    def send(self, when: float, source: str, target: str, layer: TCP | UDP | ICMP) -> None:
        """Put a packet on the wire."""
        number = self._ids.get(source, RANDOM.randrange(1 << 16)) + 1 & 0xFFFF
        self._ids[source] = number
        ttl = 52
        if source.startswith("10.20."):
            ttl = 128 if source.startswith("10.20.1.") else 64
        head = Ether(src=_mac(source), dst=_mac(target)) / IP(
            src=source, dst=target, id=number, ttl=ttl, flags="DF"
        )
        self.frames.append((when, len(self.frames), bytes(head / layer)))

    def udp(
        self,
        when: float,
        client: str,
        server: str,
        port: int,
        messages: list[tuple[bool, bytes]],
        *,
        client_port: int | None = None,
        wait: float = 0.02,
    ) -> float:
        """Exchange datagrams, each with whether it goes up to the server."""
        client_port = client_port or self.client_port(client)
        for up, data in messages:
            source, target = (client, server) if up else (server, client)
            sport, dport = (client_port, port) if up else (port, client_port)
            self.send(when, source, target, UDP(sport=sport, dport=dport) / data)
            when += wait * RANDOM.uniform(0.6, 1.6)
        return when

    def ping(self, when: float, source: str, target: str, *, count: int = 3) -> None:
        """Send echo requests that are answered."""
        number = RANDOM.randrange(1, 1 << 16)
        when += number / 1_000_000
        for seq in range(1, count + 1):
            data = bytes(range(0x61, 0x61 + 16)) * 2
            self.send(when + seq, source, target, ICMP(type=8, id=number, seq=seq) / data)
            self.send(when + seq + 0.0007, target, source, ICMP(type=0, id=number, seq=seq) / data)

    def write(self, path: str) -> None:
        """Write the capture, in the order of time."""
        with RawPcapWriter(path, linktype=1) as writer:
            writer.write_header(None)
            for when, _, frame in sorted(self.frames):
                seconds, micro = divmod(round(when * 1_000_000), 1_000_000)
                writer.write_packet(frame, sec=seconds, usec=micro)


class Talk:
    """A TCP connection: opened at once, then told what each side says."""

    def __init__(
        self, wire: Wire, when: float, client: str, server: str, port: int, *, trip: float = 0.012
    ) -> None:
        self.wire, self.now, self.trip = wire, when, trip
        self.client, self.server, self.port = client, server, port
        self.client_port = wire.client_port(client)
        self._next = [RANDOM.randrange(1 << 32), RANDOM.randrange(1 << 32)]
        options = [("MSS", MSS), ("NOP", None), ("WScale", 8), ("SAckOK", b"")]
        self._segment(up=True, flags="S", options=options)
        self.now += trip * RANDOM.uniform(0.97, 1.06)
        self._segment(up=False, flags="SA", options=options)
        self.now += 0.0002
        self._segment(up=True, flags="A")

    def _segment(
        self, *, up: bool, flags: str, data: bytes = b"", options: list | None = None
    ) -> None:
        ports = (self.client_port, self.port) if up else (self.port, self.client_port)
        mine, other = (0, 1) if up else (1, 0)
        layer = TCP(
            sport=ports[0],
            dport=ports[1],
            seq=self._next[mine],
            flags=flags,
            window=64240,
            ack=self._next[other] if "A" in flags else 0,
            options=options or [],
        )
        ends = (self.client, self.server) if up else (self.server, self.client)
        self.wire.send(self.now, *ends, layer / data if data else layer)
        step = len(data) + ("S" in flags) + ("F" in flags)
        self._next[mine] = (self._next[mine] + step) & 0xFFFFFFFF

    def _say(self, data: bytes, *, up: bool, wait: float) -> None:
        self.now += wait
        parts = [data[start : start + MSS] for start in range(0, len(data), MSS)]
        for number, part in enumerate(parts, 1):
            last = number == len(parts)
            self._segment(up=up, flags="PA" if last else "A", data=part)
            if last or number % 8 == 0:
                self.now += self.trip / 2
                self._segment(up=not up, flags="A")
            self.now += 0.00004

    def up(self, data: bytes, *, wait: float = 0.0005) -> None:
        """Let the client say something."""
        self._say(data, up=True, wait=wait)

    def down(self, data: bytes, *, wait: float = 0.004) -> None:
        """Let the server say something."""
        self._say(data, up=False, wait=wait)

    def close(self, *, wait: float = 0.02) -> float:
        """End the connection as both sides wish it, and return the time."""
        self.now += wait
        for up, flags in ((True, "FA"), (False, "FA"), (True, "A")):
            self._segment(up=up, flags=flags)
            self.now += self.trip / 2
        return self.now
