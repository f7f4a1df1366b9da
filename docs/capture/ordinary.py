"""The ordinary days: what happens on the network without any intruder."""

from __future__ import annotations

import math
from hashlib import sha256
from typing import Any

import bodies
import messages
from machines import work
from people import (
    DOMAIN,
    FILE_SERVER,
    GIT,
    INTRANET,
    LAUNCH,
    PLAIN,
    PRINTER,
    SITES,
    STAFF,
    UPDATES,
    Person,
    Site,
)
from wire import DAYS, RANDOM, Talk, Wire, at, clock

__all__ = ["Office"]

# A document that people read on the intranet or outside: path, kind, and how it is made.
_READS = (
    ("archive.example.org", "/2026/annual-report.pdf", "application/pdf", "pdf", 41_000),
    ("archive.example.org", "/maps/site-plan.png", "image/png", "png", 23_000),
    ("mirror.example.net", "/pub/fonts-2.4.zip", "application/zip", "zip", 36_000),
    ("mirror.example.net", "/pub/viewer-7.1-x64.msi", "application/x-msi", "msi", 58_000),
    ("mirror.example.net", "/pub/viewer-7.1-x64.msi.sha256", "text/plain", "text", 98),
    ("townhall.example", "/forms/parking.pdf", "application/pdf", "pdf", 17_000),
    ("townhall.example", "/js/menu.js", "application/javascript", "js", 5_200),
    ("print.example.com", "/drivers/lj-400.zip", "application/zip", "zip", 64_000),
    ("print.example.com", "/js/app.min.js", "application/javascript", "js", 9_400),
)
_MAKERS = {
    "pdf": bodies.document,
    "png": bodies.picture,
    "zip": bodies.archive,
    "msi": bodies.installer,
    "js": bodies.script,
    "text": bodies.report_text,
    "html": bodies.page,
}
_HASHED = ("asset", "photo", "style", "font", "player", "banner", "icon", "script", "thumb", "map")


class Office:
    """Twelve people and a few servers, seen from 08:00 to 18:00.

    What looks like an intruder and is none is noted in ``decoys``.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._known: set[tuple[str, str]] = set()  # what a workstation has asked for today
        self._seen: set[str] = set()  # sites of the first two days
        self.decoys: dict[str, Any] = {
            "updater": {"server": UPDATES.address, "sni": UPDATES.name, "port": 443, "flows": {}},
            "virus_lookups": {"domain": "lookup.antivirus.example", "queries": []},
            "cdn_names": {"domain": "cdn.example", "queries": []},
            "mistyped_passwords": [],
            "missing_files": 0,
            "installers": 0,
        }

    def run(self) -> None:
        for day in DAYS:
            self._known.clear()
            work(self, day)
            for person in STAFF:
                self._day(day, person)

    def _day(self, day: int, person: Person) -> None:
        begin = at(day, "08:00") + RANDOM.uniform(0, 2700)
        end = at(day, "16:40") + RANDOM.uniform(0, 4200)
        number = int(person.address.rpartition(".")[2])
        messages.dhcp(
            self.wire, begin, person.address, person.host, bytes([0, 0, 0x5E, 0, 0x53, number])
        )
        self._ntp(begin + 4, person.address)
        if number % 4 == 0:
            self._ask(begin + 6, person, f"wpad.{DOMAIN}", [], found=False)
        self._intranet(begin + RANDOM.uniform(60, 300), person)
        self._updater(begin + RANDOM.uniform(20, 3000), end, person)
        self._hashes(begin, end, person)
        self._browse(begin + 200, end, person)
        if person.mail:
            self._mail(begin + 90, end, person)
        self._shares(begin + 400, end, person)
        for when in self._moments(begin, end, (1, 2)):
            self._read(when, person)
        if RANDOM.random() < 0.6:
            self._print(RANDOM.uniform(begin, end), person)
        if person.user in {"boris", "edgar", "jonas"}:
            self._git(begin, end, person)

    @staticmethod
    def _moments(begin: float, end: float, counts: tuple[int, int]) -> list[float]:
        return sorted(RANDOM.uniform(begin, end) for _ in range(RANDOM.randint(*counts)))

    def _ask(
        self,
        when: float,
        person: Person,
        name: str,
        answers: list[tuple[str, str]],
        *,
        found: bool = True,
    ) -> bool:
        """Ask for a name of the house, and tell whether that was needed."""
        if (person.address, name) in self._known:
            return False
        self._known.add((person.address, name))
        messages.lookup(self.wire, when, person.address, name, answers, found=found)
        return True

    def forget(self, address: str) -> None:
        """Let a host forget what addresses it knows."""
        self._known = {one for one in self._known if one[0] != address}

    def resolve(self, when: float, address: str, site: Site, *, also_six: bool = True) -> None:
        """Ask for the addresses of a site, unless they are known by now."""
        if (address, site.name) in self._known:
            return
        self._known.add((address, site.name))
        port = self.wire.client_port(address)
        answers = [("CNAME", site.alias)] if site.alias else []
        messages.lookup(
            self.wire, when - 0.2, address, site.name, [*answers, ("A", site.address)], port=port
        )
        if also_six and RANDOM.random() < 0.2:
            messages.lookup(self.wire, when - 0.1, address, site.name, answers, kind="AAAA")

    def _ntp(self, when: float, address: str) -> None:
        ask = b"\x23" + bytes(39) + RANDOM.randbytes(8)
        reply = b"\x24\x02\x06\xec" + bytes(8) + b"\xc0\0\2\1" + RANDOM.randbytes(32)
        self.wire.udp(when, address, FILE_SERVER, 123, [(True, ask), (False, reply)], wait=0.0008)

    def _intranet(self, when: float, person: Person) -> None:
        self._ask(when - 0.1, person, f"intranet.{DOMAIN}", [("A", INTRANET)])
        talk = Talk(self.wire, when, person.address, INTRANET, 80, trip=0.0009)
        host = f"intranet.{DOMAIN}"
        messages.http(talk, "/", host=host, agent=person.agent, body=bodies.page("Fernhill", 3800))
        if RANDOM.random() < 0.4:
            messages.http(
                talk,
                "/static/intranet.js",
                host=host,
                agent=person.agent,
                kind="application/javascript",
                body=bodies.script("intranet", 2600),
                headers={"Referer": f"http://{host}/"},
            )
        talk.close(wait=0.4)

    def _updater(self, when: float, end: float, person: Person) -> None:
        number, flows = 0, self.decoys["updater"]["flows"]
        while when < end:
            if number % 4 == 0:
                messages.lookup(
                    self.wire, when - 0.1, person.address, UPDATES.name, [("A", UPDATES.address)]
                )
            more = [(420, 9000)] if number == 3 else []
            messages.tls(
                self.wire,
                when,
                person.address,
                UPDATES.address,
                program="updater",
                name=UPDATES.name,
                certificate=UPDATES.certificate,
                exchanges=[(310, 620), *more],
            )
            flows[person.address] = flows.get(person.address, 0) + 1
            number += 1
            when += 3600 + RANDOM.uniform(-20, 20)

    def _hashes(self, begin: float, end: float, person: Person) -> None:
        """Ask a service of an anti-virus program, and a content network, for names with hashes."""
        virus, content = self.decoys["virus_lookups"], self.decoys["cdn_names"]
        for when in self._moments(begin, end, (0, 1)):
            name = f"{sha256(RANDOM.randbytes(8)).hexdigest()[:48]}.{virus['domain']}"
            messages.lookup(self.wire, when, person.address, name, [("A", "192.0.2.240")], ttl=60)
            virus["queries"].append({"client": person.address, "name": name, "time": clock(when)})
        name = f"{sha256(RANDOM.choice(_HASHED).encode()).hexdigest()[:32]}.{content['domain']}"
        when = RANDOM.uniform(begin, end)
        if self._ask(when, person, name, [("A", "203.0.113.42")]):
            content["queries"].append({"client": person.address, "name": name, "time": clock(when)})

    def _site(self, day: int) -> Site:
        while True:
            site = RANDOM.choices(SITES, [one.weight for one in SITES])[0]
            if day < DAYS[-1] or site.name in self._seen:
                self._seen.add(site.name)
                return site

    def _browse(self, begin: float, end: float, person: Person) -> None:
        when, day = begin, 2 + int((begin - at(2, "00:00")) // 86400)
        while when < end:
            for _ in range(RANDOM.randint(1, 3)):
                self.visit(when, person, self._site(day))
                when += RANDOM.expovariate(1 / 25)
            when += min(60 + RANDOM.lognormvariate(math.log(7000), 0.8), 15000)

    def visit(self, when: float, person: Person, site: Site) -> None:
        """Look at a page."""
        self.resolve(when, person.address, site)
        rounds = [
            (RANDOM.randrange(300, 900), RANDOM.randrange(800, 9000))
            for _ in range(RANDOM.randint(1, 3))
        ]
        messages.tls(
            self.wire,
            when,
            person.address,
            site.address,
            program=person.browser,
            name=site.name,
            certificate=site.certificate,
            exchanges=rounds,
            trip=RANDOM.uniform(0.008, 0.04),
        )

    def _mail(self, when: float, end: float, person: Person) -> None:
        site = SITES[2]
        while when < end:
            self.resolve(when, person.address, site, also_six=False)
            messages.tls(
                self.wire,
                when,
                person.address,
                site.address,
                port=993,
                program="mail",
                name=site.name,
                exchanges=[(90, 300), (140, RANDOM.randrange(200, 6000))],
            )
            when += RANDOM.uniform(4800, 16000)

    def _shares(self, begin: float, end: float, person: Person) -> None:
        self._ask(begin - 1, person, f"dc1.{DOMAIN}", [("A", FILE_SERVER)])
        mistyped = self.decoys["mistyped_passwords"]
        kinds = [one for one in messages.recorded() if one.startswith(("read", "write"))]
        for number, when in enumerate(self._moments(begin, end, (1, 2))):
            kind = RANDOM.choice(kinds)
            odd = RANDOM.random()
            if odd < 0.12:
                kind = "list shares" if odd < 0.06 else "missing file"
            if number == 0 and odd > 0.93:
                self.share(when - 9, person, "mistyped password")
                mistyped.append({"client": person.address, "time": clock(when - 9)})
            self.decoys["missing_files"] += kind == "missing file"
            self.share(when, person, kind)

    def share(self, when: float, person: Person, kind: str) -> None:
        """Work with the file server."""
        messages.smb(
            self.wire, when, person.address, FILE_SERVER, kind, host=person.host, user=person.user
        )

    def _read(self, when: float, person: Person) -> None:
        host, path, kind, maker, size = RANDOM.choice(_READS)
        site = next(one for one in PLAIN if one.name == host)
        self.resolve(when, person.address, site)
        talk = Talk(self.wire, when, person.address, site.address, 80, trip=0.015)
        front = f"http://{host}/"
        self.decoys["installers"] += path.endswith(".msi")
        messages.http(
            talk, "/", host=host, agent=person.agent, body=bodies.page(host, 2400), server="Apache"
        )
        messages.http(
            talk,
            path,
            host=host,
            agent=person.agent,
            kind=kind,
            body=_MAKERS[maker](path, size),
            headers={"Accept": "*/*", "Referer": front},
            server="Apache",
        )
        if RANDOM.random() < 0.15:
            messages.http(
                talk,
                "/favicon.ico",
                host=host,
                agent=person.agent,
                status="404 Not Found",
                body=b"not found\n",
                kind="text/plain",
                server="Apache",
            )
        talk.close(wait=2)

    def _print(self, when: float, person: Person) -> None:
        self._ask(when - 0.1, person, f"printer.{DOMAIN}", [("A", PRINTER)])
        talk = Talk(self.wire, when, person.address, PRINTER, 631, trip=0.002)
        job = b"\2\0\0\2\0\0\0\1" + bodies.report_text(f"print job of {person.user}", 9000)
        messages.http(
            talk,
            "/ipp/print",
            host=f"printer.{DOMAIN}:631",
            agent="CUPS/2.4.12 IPP/2.0",
            method="POST",
            sent=job,
            body=b"\2\0\0\0\0\0\0\1\3",
            kind="application/ipp",
            headers={"Content-Type": "application/ipp"},
        )
        talk.close()

    def _git(self, begin: float, end: float, person: Person) -> None:
        self._ask(begin + 50, person, f"git.{DOMAIN}", [("A", GIT)])
        for when in self._moments(begin + 60, end, (1, 3)):
            messages.ssh(
                self.wire,
                when,
                person.address,
                GIT,
                mine="OpenSSH_for_Windows_9.5",
                other="OpenSSH_9.2p1 Debian-2+deb12u7",
            )

    def launch(self) -> None:
        """Let three people look at a site that did not exist before the third day."""
        clients = []
        for person, time in zip(
            (STAFF[1], STAFF[6], STAFF[9]), ("11:02:10", "11:20:41", "13:37:05"), strict=True
        ):
            when = at(4, time)
            self.visit(when, person, LAUNCH)
            clients.append({"client": person.address, "time": clock(when)})
        self.decoys["launch"] = {"sni": LAUNCH.name, "server": LAUNCH.address, "visits": clients}
