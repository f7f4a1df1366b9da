"""Protocols on ports that are not theirs, and data that no protocol explains."""

from __future__ import annotations

from typing import Any

import messages
from hellos import Certificate
from people import STAFF, Person
from wire import RANDOM, Talk, Wire, clock, within

__all__ = ["Misplaced"]


class Misplaced:
    """Uses ports for what they are not for, and notes it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.found: list[dict[str, Any]] = []

    def run(self) -> list[dict[str, Any]]:
        """Return the ground truth."""
        self._ssh(STAFF[1], "203.0.113.22", within(2, "14:05:33"))
        for day, time in ((2, "11:15:20"), (3, "11:40:02")):
            self._http(STAFF[4], "198.51.100.81", 8081, within(day, time), "not_its_port")
        self._http(STAFF[9], "203.0.113.53", 53, within(4, "15:20:47"), "port_of_another")
        self._tls(STAFF[6], "198.51.100.144", within(3, "15:33:10"))
        self._datagrams(STAFF[3], "192.0.2.153", within(3, "16:20:00"))
        self._stream(STAFF[7], "203.0.113.143", within(2, "15:48:26"))
        return sorted(self.found, key=lambda one: one["time"])

    def _note(self, person: Person, server: str, when: float, **rest: object) -> None:
        place = {"client": person.address, "server": server, "time": clock(when)}
        self.found.append({**place, "proto": "TCP", **rest})

    def _ssh(self, person: Person, server: str, when: float) -> None:
        messages.ssh(
            self.wire,
            when,
            person.address,
            server,
            port=443,
            mine="OpenSSH_for_Windows_9.5",
            other="OpenSSH_9.6p1 Ubuntu-3ubuntu13",
            rounds=20,
        )
        self._note(person, server, when, app_proto="ssh", port=443, reason="port_of_another")

    def _http(self, person: Person, server: str, port: int, when: float, reason: str) -> None:
        talk = Talk(self.wire, when, person.address, server, port, trip=0.02)
        host, body = f"{server}:{port}", b"ok\n"
        messages.http(talk, "/status", host=host, agent=person.agent, body=body, kind="text/plain")
        talk.close()
        self._note(person, server, when, app_proto="http", port=port, reason=reason)

    def _tls(self, person: Person, server: str, when: float) -> None:
        messages.tls(
            self.wire,
            when,
            person.address,
            server,
            port=4444,
            program="curl",
            name="",
            certificate=Certificate("builder.test", "", "", "2025-12-01", "2026-12-01"),
            exchanges=[(180, 700), (90, 4000)],
        )
        self._note(person, server, when, app_proto="tls", port=4444, reason="not_its_port")

    def _datagrams(self, person: Person, server: str, when: float) -> None:
        data = [(number % 2 == 0, b"\xf3\x9c" + RANDOM.randbytes(180)) for number in range(12)]
        self.wire.udp(when, person.address, server, 53, data, wait=0.4)
        rest = {"proto": "UDP", "app_proto": "failed", "port": 53, "reason": "unrecognized"}
        self._note(person, server, when, **rest)

    def _stream(self, person: Person, server: str, when: float) -> None:
        talk = Talk(self.wire, when, person.address, server, 443, trip=0.02)
        for _ in range(6):
            talk.up(b"\xa7\x01" + RANDOM.randbytes(300))
            talk.down(b"\xa7\x02" + RANDOM.randbytes(900))
        talk.close()
        self._note(person, server, when, app_proto="failed", port=443, reason="unrecognized")
