"""What the servers do by themselves: a monitor, a Linux server, a mail check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import messages
from people import DOMAIN, FILE_SERVER, GIT, INTRANET, MONITOR, PLAIN, STAFF, Site
from wire import RANDOM, Talk, Wire, at

if TYPE_CHECKING:
    from ordinary import Office

__all__ = ["MONITORING", "work"]

MONITORING: dict[str, Any] = {
    "client": MONITOR,
    "server": INTRANET,
    "url": "/health",
    "period_s": 300,
    "per_day": 120,
}
_MAIL_RECORDS = (
    ("example.org", b"v=spf1 ip4:198.51.100.0/24 -all"),
    ("_dmarc.example.org", b"v=DMARC1; p=reject; rua=mailto:dmarc@example.org"),
    (
        "mail._domainkey.example.org",
        b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
)


def work(office: Office, day: int) -> None:
    """Let the machines do their work of a day."""
    wire = office.wire
    _poll(wire, day)
    for hour in range(8, 18, 2):
        wire.ping(at(day, f"{hour:02}:01"), MONITOR, FILE_SERVER)
    for hour in (8, 12, 16):
        _fetch(office, at(day, f"{hour:02}:27") + RANDOM.uniform(0, 600))
    for hour in (9, 14):
        when = at(day, f"{hour:02}:30") + RANDOM.uniform(0, 1200)
        for name, text in _MAIL_RECORDS:
            answer = [("TXT", text)]
            when = messages.lookup(wire, when, FILE_SERVER, name, answer, kind="TXT") + 0.3
    for number in (11, 14, 20):
        name = f"{number}.1.20.10.in-addr.arpa"
        answer = [("PTR", f"ws-{STAFF[number - 11].machine}.{DOMAIN}")]
        messages.lookup(wire, at(day, "10:05") + number, MONITOR, name, answer, kind="PTR")


def _poll(wire: Wire, day: int) -> None:
    """Let the monitor ask the intranet server whether it is well."""
    for number in range(MONITORING["per_day"]):
        period = MONITORING["period_s"]
        when = at(day, "08:02") + period * number + RANDOM.uniform(-0.04, 0.04)
        talk = Talk(wire, when, MONITOR, INTRANET, 80, trip=0.0005)
        messages.http(
            talk,
            MONITORING["url"],
            host=INTRANET,
            agent="check_http/v2.4.9 (monitoring-plugins 2.4.9)",
            method="HEAD",
            headers={"Connection": "close"},
        )
        talk.close(wait=0.001)


def _fetch(office: Office, when: float) -> None:
    """Let the git server fetch its package lists, and call a service with curl."""
    mirror, api = PLAIN[1], Site("api.example.net", "198.51.100.44")
    office.forget(GIT)
    office.resolve(when, GIT, mirror)
    talk = Talk(office.wire, when, GIT, mirror.address, 80)
    messages.http(
        talk,
        "/debian/dists/bookworm/InRelease",
        host=mirror.name,
        status="304 Not Modified",
        agent="Debian APT-HTTP/1.3 (2.6.1)",
        server="Apache",
    )
    talk.close()
    when += 20
    office.resolve(when, GIT, api)
    exchanges = [(210, 1400)]
    messages.tls(
        office.wire, when, GIT, api.address, program="curl", name=api.name, exchanges=exchanges
    )
