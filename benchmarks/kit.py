"""Measure every method of ``df.eve`` on a million events, each beside its limit of two seconds.

usage: python benchmarks/kit.py [FILE] [--repeat N] [--limit SECONDS] [--json PATH]

FILE is an EVE file. Without one, the shipped sample is repeated up to a million events, each copy
with flow IDs of its own and in a month of its own. The file is read once; each method then runs N
times on the frame, one after the other in this process, and the best time counts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from circumstances import circumstances

import suricata_eve
from suricata_eve import EveAccessor

__all__ = ["METHODS", "Given", "Measured", "given", "grown_sample", "main", "measured"]


class Given(NamedTuple):
    """What methods are called on and with."""

    frame: pd.DataFrame
    oriented: pd.DataFrame
    alerts: pd.DataFrame
    some: pd.DataFrame
    """A hundred alerts, to start from."""
    earlier: pd.DataFrame
    """The first tenth of the log, in time."""
    flow: int
    client: str


class Measured(NamedTuple):
    """How long a call took, and how many rows it gave."""

    call: str
    seconds: float
    rows: int


METHODS: dict[str, Callable[[Given], pd.DataFrame | pd.Series]] = {
    "events('http')": lambda it: EveAccessor(it.frame).events("http"),
    "alerts()": lambda it: EveAccessor(it.frame).alerts(),
    "alerts(view='concise')": lambda it: EveAccessor(it.frame).alerts(view="concise"),
    "orient()": lambda it: EveAccessor(it.frame).orient(),
    "by_flow(100 alerts)": lambda it: EveAccessor(it.frame).by_flow(it.some),
    "by_flow(all alerts)": lambda it: EveAccessor(it.frame).by_flow(it.alerts),
    "related(100 alerts, on='client_ip')": lambda it: EveAccessor(it.frame).related(
        it.some, on="client_ip"
    ),
    "related(100 alerts, on='server_port')": lambda it: EveAccessor(it.frame).related(
        it.some, on="server_port"
    ),
    "community_id()": lambda it: EveAccessor(it.frame).community_id(),
    "unexpected_ports()": lambda it: EveAccessor(it.frame).unexpected_ports(),
    "unique('http.http_user_agent')": lambda it: EveAccessor(it.frame).unique(
        "http.http_user_agent"
    ),
    "unique('flow_id')": lambda it: EveAccessor(it.frame).unique("flow_id"),
    "rare('http.url')": lambda it: EveAccessor(it.frame).rare("http.url"),
    "rare('http.http_user_agent', by='server_ip')": lambda it: EveAccessor(it.frame).rare(
        "http.http_user_agent", by="server_ip"
    ),
    "new_values('http.url', earlier)": lambda it: EveAccessor(it.frame).new_values(
        "http.url", it.earlier
    ),
    "fields()": lambda it: EveAccessor(it.frame).fields(),
    "indicators()": lambda it: EveAccessor(it.frame).indicators(),
    "dns()": lambda it: EveAccessor(it.frame).dns(),
    "http()": lambda it: EveAccessor(it.frame).http(),
    "tls()": lambda it: EveAccessor(it.frame).tls(),
    "ssh()": lambda it: EveAccessor(it.frame).ssh(),
    "smb()": lambda it: EveAccessor(it.frame).smb(),
    "files()": lambda it: EveAccessor(it.frame).files(),
    "flows()": lambda it: EveAccessor(it.frame).flows(),
    "stats()": lambda it: EveAccessor(it.frame).stats(),
    "timeline(a flow)": lambda it: EveAccessor(it.frame).timeline(it.flow),
    "timeline(a client)": lambda it: EveAccessor(it.frame).timeline(it.client),
    "features('client_ip')": lambda it: EveAccessor(it.frame).features("client_ip"),
    "features('flow_id')": lambda it: EveAccessor(it.frame).features("flow_id"),
    "edges()": lambda it: EveAccessor(it.frame).edges(),
    "group_summary('alert.signature')": lambda it: EveAccessor(it.alerts).group_summary(
        "alert.signature"
    ),
}
"""A call of each method, by how it is written."""


def grown_sample(folder: str, *, events: int) -> Path:
    """Write the shipped sample until there are so many events, no flow and no day twice."""
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    once = gzip.decompress(packed)
    path = Path(folder) / f"log4j-{events}-grown.json"
    with path.open("wb") as out:
        for copy in range(max(1, events // once.count(b"\n"))):
            month = b'"%04d-%02d-' % (2022 + copy // 12, copy % 12 + 1)
            grown = once.replace(b'"2022-01-', month)
            out.write(grown.replace(b'"flow_id":', b'"flow_id":%d' % (copy + 1)))
    return path


def given(frame: pd.DataFrame) -> Given:
    """Return a frame with what its methods are called with."""
    alerts = EveAccessor(frame).alerts()
    told = EveAccessor(frame).orient()
    border = frame["timestamp"].quantile(0.1, interpolation="lower")
    first = alerts[alerts["flow_id"].notna()].head(1)
    return Given(
        frame=frame,
        oriented=told,
        alerts=alerts,
        some=alerts.head(100),
        earlier=frame[(frame["timestamp"] < border).to_numpy(bool)],
        flow=int(first["flow_id"].iloc[0]),
        client=str(told["client_ip"].loc[first.index].iloc[0]),
    )


def measured(it: Given, *, repeat: int) -> list[Measured]:
    """Call every method so often, and return the best times."""
    found = []
    for call, method in METHODS.items():
        best, rows = float("inf"), 0
        for _ in range(repeat):
            start = time.perf_counter()
            rows = len(method(it))
            best = min(best, time.perf_counter() - start)
        found.append(Measured(call, best, rows))
    return found


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", nargs="?", type=Path, help="EVE")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="calls of each method")
    parser.add_argument("--limit", type=float, default=2.0, metavar="SECONDS")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.file or grown_sample(folder, events=1_000_000)
        around = circumstances([path], repeat=args.repeat)
        frame = suricata_eve.read_eve(path)
    print(*around.lines()[:-1], f"{len(frame):,} events, {frame.shape[1]:,} columns", sep="\n")
    table = measured(given(frame), repeat=args.repeat)
    print("\n| `df.eve.…` | time | rows | kept |\n|:---|---:|---:|:---|")
    for row in table:
        kept = "yes" if row.seconds <= args.limit else "**no**"
        print(f"| `{row.call}` | {row.seconds:.2f} s | {row.rows:,} | {kept} |")
    if args.json is not None:
        everything = {**around.as_dict(), "calls": [row._asdict() for row in table]}
        args.json.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
