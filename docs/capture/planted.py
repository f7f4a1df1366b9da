"""What is hidden in the capture, and what looks like it; every part returns its ground truth."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import bodies
import messages
from hellos import Certificate
from people import RESOLVER, STAFF
from wire import RANDOM, Talk, Wire, clock, within

__all__ = ["Intruder"]

HAZEL, LARCH = STAFF[5], STAFF[7]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_IMPLANT_JA4 = "t12i070400_55c6d691057e_66e65227a8da"  # as Suricata computes it
_NEWCOMER_JA4 = "t13d130900_f57a46bbacb6_6b9b76031c54"


class Intruder:
    """Two workstations that are not their users' alone any more."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def tunnel(self) -> dict[str, Any]:
        """Carry data in the names that are asked for, on the second day."""
        domain, count, names, moments = "cdn-sync.test", 250, [], []
        kinds = {"TXT": 0, "NULL": 0, "CNAME": 0}
        when, port = within(3, "14:02:11"), 0
        for number in range(count):
            if number % 50 == 0:
                port = self.wire.client_port(LARCH.address)
                when += 40 if number else 0
            data = RANDOM.randbytes(RANDOM.choice((38, 45, 55)) if number % 10 else 25)
            text = base64.b32encode(data).decode().rstrip("=").lower()
            labels = [text[start : start + 60] for start in range(0, len(text), 60)]
            name = ".".join([*labels, f"{number:03x}", "t", domain])
            kind = RANDOM.choices(("TXT", "NULL", "CNAME"), (7, 2, 1))[0]
            reply = RANDOM.randbytes(RANDOM.choice((27, 39, 57)))
            answer: bytes | str = base64.b64encode(reply)
            if kind == "CNAME":
                answer = base64.b32encode(reply[:27]).decode().rstrip("=").lower() + f".r.{domain}"
            if kind == "NULL":
                answer = reply
            messages.lookup(
                self.wire, when, LARCH.address, name, [(kind, answer)], kind=kind, port=port, ttl=1
            )
            names.append(name)
            kinds[kind] += 1
            moments.append(when)
            when += RANDOM.expovariate(1 / 6) + 0.4
        return {
            "client": LARCH.address,
            "resolver": RESOLVER,
            "domain": domain,
            "first": clock(moments[0]),
            "last": clock(moments[-1]),
            "queries": count,
            "flows": count // 50,
            "rrtypes": kinds,
            "names_sha256": sha256("\n".join(names).encode()).hexdigest(),
        }

    def generated_names(self) -> dict[str, Any]:
        """Ask for many names that do not exist, on the third day."""
        person, when, names = STAFF[2], within(4, "09:21:30"), []
        first = when
        for _ in range(60):
            name = "".join(RANDOM.choices(_LETTERS, k=RANDOM.randint(11, 17))) + RANDOM.choice(
                (".test", ".example")
            )
            messages.lookup(self.wire, when, person.address, name, [], found=False)
            names.append(name)
            last, when = when, when + RANDOM.uniform(0.3, 2.2)
        return {
            "client": person.address,
            "first": clock(first),
            "last": clock(last),
            "queries": len(names),
            "rcode": "NXDOMAIN",
            "names": names,
        }

    def beacon(self) -> dict[str, Any]:
        """Call home every minute, for five hours of the second day."""
        server = "203.0.113.66"
        shown = Certificate("localhost", "", "", "2026-02-20", "2036-02-18")
        first = when = within(3, "10:20:07")
        count, flow_start = 0, when
        while when < first + 5 * 3600:
            messages.tls(
                self.wire,
                when,
                HAZEL.address,
                server,
                program="implant",
                name="",
                certificate=shown,
                exchanges=[(272, 160)],
                trip=0.031,
            )
            count, flow_start = count + 1, when
            when += 60 * RANDOM.uniform(0.9, 1.1)
        return {
            "client": HAZEL.address,
            "server": server,
            "port": 443,
            "first": clock(first),
            "last": clock(flow_start),
            "flows": count,
            "period_s": 60,
            "jitter": 0.1,
            "sni": None,
            "subject": "C=DE, CN=localhost",
            "issuer": "C=DE, CN=localhost",
            "ja4": _IMPLANT_JA4,
        }

    def downloads(self) -> dict[str, Any]:
        """Fetch the same program twice, under two names from two servers."""
        body = bodies.program()
        found = []
        for person, time, host, address, path in (
            (
                HAZEL,
                "10:05:40",
                "billing.example.net",
                "198.51.100.130",
                "/inv/2026-0301/invoice.pdf.exe",
            ),
            (LARCH, "13:10:22", "files.example.org", "203.0.113.131", "/tools/viewer_setup.dat"),
        ):
            when = within(3, time)
            messages.lookup(self.wire, when - 0.2, person.address, host, [("A", address)])
            talk = Talk(self.wire, when, person.address, address, 80, trip=0.02)
            messages.http(
                talk,
                path,
                host=host,
                agent=person.agent,
                body=body,
                kind="application/octet-stream",
            )
            talk.close(wait=1)
            found.append(
                {
                    "client": person.address,
                    "server": address,
                    "time": clock(when),
                    "host": host,
                    "url": path,
                }
            )
        return {"sha256": sha256(body).hexdigest(), "size": len(body), "downloads": found}

    def lateral(self) -> dict[str, Any]:
        """Put a program on other workstations and start it, on the third day."""
        targets = []
        for person, time, kind in (
            (STAFF[3], "10:41:12", "push"),
            (STAFF[8], "10:44:50", "push"),
            (STAFF[0], "10:47:31", "refused"),
            (STAFF[10], "10:52:05", "push"),
            (STAFF[11], "11:03:44", "push"),
        ):
            when = within(4, time)
            messages.smb(
                self.wire,
                when,
                HAZEL.address,
                person.address,
                kind,
                host=HAZEL.host,
                user="admin",
                pace=4,
            )
            targets.append(
                {
                    "server": person.address,
                    "time": clock(when),
                    "result": "started" if kind == "push" else "STATUS_LOGON_FAILURE",
                }
            )
        body = bodies.program()
        return {
            "client": HAZEL.address,
            "user": "admin",
            "targets": targets,
            "share": "ADMIN$",
            "file": "fhsvc.exe",
            "sha256": sha256(body).hexdigest(),
            "pipe": "svcctl",
            "interface": "367abb81-9844-35f1-ad32-98f038001003",
            "service": "fhsvc",
        }

    def upload(self) -> dict[str, Any]:
        """Carry an archive out, on the third day."""
        host, address, when = "drop.share.test", "198.51.100.200", within(4, "16:12:09")
        agent = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.20348.2227"
        body = bodies.archive("q1-customers", 380_000)
        messages.lookup(self.wire, when - 0.3, HAZEL.address, host, [("A", address)])
        talk = Talk(self.wire, when, HAZEL.address, address, 80, trip=0.02)
        messages.http(
            talk,
            "/u/q1.zip",
            host=host,
            agent=agent,
            method="POST",
            sent=body,
            body=b"stored\n",
            kind="text/plain",
            headers={"Content-Type": "application/zip", "Expect": "100-continue"},
        )
        talk.close()
        return {
            "client": HAZEL.address,
            "server": address,
            "host": host,
            "url": "/u/q1.zip",
            "time": clock(when),
            "size": len(body),
            "sha256": sha256(body).hexdigest(),
            "user_agent": agent,
        }

    def newcomer(self) -> dict[str, Any]:
        """Let a program that nobody had before call a new server, on the third day."""
        host, address, person = "telemetry.newtool.test", "203.0.113.77", STAFF[10]
        times = [within(4, time) for time in ("12:31:02", "13:02:45", "14:40:18", "15:55:30")]
        for when in times:
            messages.lookup(self.wire, when - 0.2, person.address, host, [("A", address)])
            messages.tls(
                self.wire,
                when,
                person.address,
                address,
                program="newcomer",
                name=host,
                exchanges=[(600, 900)],
                trip=0.02,
            )
        return {
            "client": person.address,
            "server": address,
            "sni": host,
            "ja4": _NEWCOMER_JA4,
            "flows": len(times),
            "first": clock(times[0]),
            "last": clock(times[-1]),
        }
