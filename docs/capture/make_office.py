"""Make the capture of the office sample, and the ground truth beside it.

python make_office.py office.pcap office-truth.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import people
from machines import MONITORING
from misplaced import Misplaced
from ordinary import Office
from planted import Intruder
from wire import DAYS, Wire

_SERVERS = {
    people.FILE_SERVER: "domain controller and file server",
    people.INTRANET: "intranet web server",
    people.GIT: "git server",
    people.PRINTER: "printer",
    people.MONITOR: "monitor",
    people.RESOLVER: "resolver",
}


def _hosts() -> dict[str, Any]:
    staff = {one.address: {"name": one.host, "user": one.user} for one in people.STAFF}
    return {**{address: {"role": role} for address, role in _SERVERS.items()}, **staff}


def _new(planted: dict[str, Any], decoys: dict[str, Any]) -> dict[str, list[str]]:
    """Return the values that the third day has and the first two have not."""
    last = f"2026-03-{DAYS[-1]:02}"
    launch, newcomer, upload = decoys["launch"], planted["newcomer"], planted["upload"]
    moved = [one for one in planted["ports"] if one["time"].startswith(last)]
    sites = [launch["sni"], newcomer["sni"], upload["host"]]
    earlier: set[str] = set()
    hashes: set[str] = set()
    for query in decoys["virus_lookups"]["queries"] + decoys["cdn_names"]["queries"]:
        (hashes if query["time"].startswith(last) else earlier).add(query["name"])
    servers = [one["server"] for one in (launch, newcomer, upload, *moved)]
    return {
        "tls.ja4": [newcomer["ja4"]],
        "tls.sni": sorted(sites[:2]),
        "http.http_user_agent": [upload["user_agent"]],
        "http.hostname": sorted([upload["host"], *(one["server"] for one in moved)]),
        "dest_ip": sorted(servers),
        "dns.rrname": sorted({*sites, *planted["generated_names"]["names"], *(hashes - earlier)}),
    }


def _alerts(planted: dict[str, Any], decoys: dict[str, Any]) -> dict[str, int]:
    """Return how often each rule fires."""
    started = sum(one["result"] == "started" for one in planted["lateral"]["targets"])
    return {
        "9100001": 1,
        "9100002": started,
        "9100003": 1,
        "9100004": decoys["installers"],
        "9100005": len(decoys["virus_lookups"]["queries"]),
        "9100006": 1,
        "9100007": started,
        "9100008": 1,
    }


def main(capture: str, truth: str) -> None:
    """Write the capture and the truth."""
    wire = Wire()
    office = Office(wire)
    office.run()
    office.launch()
    intruder = Intruder(wire)
    planted = {
        "tunnel": intruder.tunnel(),
        "generated_names": intruder.generated_names(),
        "beacon": intruder.beacon(),
        "downloads": intruder.downloads(),
        "lateral": intruder.lateral(),
        "upload": intruder.upload(),
        "newcomer": intruder.newcomer(),
        "ports": Misplaced(wire).run(),
    }
    decoys = {**office.decoys, "monitor": MONITORING}
    whole = {
        "hosts": _hosts(),
        **planted,
        "decoys": decoys,
        "new_on_day_3": _new(planted, decoys),
        "alerts": _alerts(planted, decoys),
    }
    wire.write(capture)
    Path(truth).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
