"""Who is on the network, and where they go."""

from __future__ import annotations

from dataclasses import dataclass

from hellos import Certificate

__all__ = [
    "DOMAIN",
    "FILE_SERVER",
    "GIT",
    "INTRANET",
    "LAUNCH",
    "MONITOR",
    "PLAIN",
    "PRINTER",
    "RESOLVER",
    "SITES",
    "STAFF",
    "UPDATES",
    "Person",
    "Site",
]

FILE_SERVER, INTRANET, GIT = "10.20.0.10", "10.20.0.20", "10.20.0.22"
PRINTER, MONITOR, RESOLVER = "10.20.0.30", "10.20.0.40", "10.20.0.53"
DOMAIN = "fernhill.example"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_AGENTS = {
    "chrome": f"{_WINDOWS}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
    "firefox": f"{_WINDOWS}; rv:147.0) Gecko/20100101 Firefox/147.0",
}


@dataclass(frozen=True)
class Person:
    """Somebody with a workstation."""

    address: str
    machine: str
    user: str
    browser: str
    mail: bool

    @property
    def agent(self) -> str:
        return _AGENTS[self.browser]

    @property
    def host(self) -> str:
        return f"WS-{self.machine.upper()}"


_NAMES = (
    ("alder", "alice"),
    ("aspen", "boris"),
    ("beech", "clara"),
    ("cedar", "diana"),
    ("ebony", "edgar"),
    ("hazel", "fiona"),
    ("holly", "georg"),
    ("larch", "helga"),
    ("maple", "irene"),
    ("olive", "jonas"),
    ("rowan", "karin"),
    ("thorn", "lukas"),
)
STAFF = tuple(
    Person(
        f"10.20.1.{number}",
        machine,
        user,
        "firefox" if number % 3 == 0 else "chrome",
        number % 2 == 0,
    )
    for number, (machine, user) in enumerate(_NAMES, 11)
)


@dataclass(frozen=True)
class Site:
    """A server outside, as a browser meets it."""

    name: str
    address: str
    certificate: Certificate | None = None
    alias: str = ""
    weight: int = 1


def _signed(name: str, organization: str, begins: str, ends: str) -> Certificate:
    return Certificate(name, organization, "Example TLS CA R3", begins, ends)


SITES = (
    Site("www.example.com", "192.0.2.10", weight=6),
    Site("search.example", "192.0.2.20", weight=9),
    Site("mail.example.org", "198.51.100.25", weight=3),
    Site("news.example", "203.0.113.20", alias="edge-12.cdn.example", weight=6),
    Site("weather.example", "203.0.113.24", weight=3),
    Site("maps.example", "192.0.2.31", weight=3),
    Site("video.example", "203.0.113.40", alias="edge-7.cdn.example", weight=4),
    Site("static.cdn.example", "203.0.113.41", weight=6),
    Site("wiki.example.org", "198.51.100.30", weight=4),
    Site(
        "forum.example.net",
        "198.51.100.34",
        _signed("forum.example.net", "", "2026-01-11", "2026-04-11"),
    ),
    Site(
        "bank.example",
        "192.0.2.44",
        _signed("bank.example", "Example Bank", "2025-09-01", "2026-09-01"),
        weight=2,
    ),
    Site(
        "rail.example",
        "192.0.2.47",
        _signed("rail.example", "Example Rail", "2025-11-20", "2026-11-20"),
        weight=2,
    ),
    Site(
        "supplier.example.net",
        "198.51.100.60",
        _signed("supplier.example.net", "Supplier", "2026-02-01", "2026-05-02"),
        weight=3,
    ),
    Site("docs.example.com", "192.0.2.12", weight=4),
    Site("chat.example.com", "192.0.2.14", weight=5),
    Site("shop.example.org", "198.51.100.70", weight=2),
    Site(
        "tax.example",
        "192.0.2.50",
        _signed("tax.example", "Revenue", "2025-06-01", "2026-06-01"),
        weight=2,
    ),
    Site("travel.example.net", "198.51.100.74"),
    Site("jobs.example.org", "198.51.100.77"),
    Site("recipes.example.com", "192.0.2.66"),
    Site("library.example.org", "198.51.100.80"),
    Site("sport.example.net", "198.51.100.88", alias="edge-3.cdn.example", weight=2),
)
PLAIN = (  # without TLS
    Site("archive.example.org", "198.51.100.90"),
    Site("mirror.example.net", "198.51.100.40"),
    Site("print.example.com", "192.0.2.80"),
    Site("townhall.example", "203.0.113.60"),
)
UPDATES = Site(
    "updates.vendor.example",
    "192.0.2.200",
    _signed("updates.vendor.example", "Example Vendor", "2025-10-01", "2026-10-01"),
)
LAUNCH = Site("launch.example", "203.0.113.90")  # new on the third day, and harmless
