"""Measure what leaves a notebook, on a million events: files and pictures, with time and size.

usage: python benchmarks/exports.py [FILE] [--repeat N] [--json PATH]

FILE is an EVE file; without one, the shipped sample is repeated up to a million events, as in
``kit.py``. Each is made N times in this process, and the best time counts. Pictures are drawn and
written as PNG.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from circumstances import circumstances
from kit import grown_sample

import suricata_eve
from suricata_eve import EveAccessor

__all__ = ["OUTPUTS", "Written", "main", "measured"]


class Written(NamedTuple):
    """How long a call took, and how many bytes it wrote."""

    call: str
    seconds: float
    size: int


def _file(call: Callable[[Path], object], path: Path) -> int:
    call(path)
    return path.stat().st_size


def _report(frame: pd.DataFrame, folder: Path) -> int:
    files = EveAccessor(frame).report(folder / "incident.html")
    return sum(path.stat().st_size for path in files)


def _picture(axes: Any, folder: Path) -> int:
    import matplotlib.pyplot as plt

    path = folder / "picture.png"
    axes.figure.savefig(path)
    plt.close(axes.figure)
    return path.stat().st_size


OUTPUTS: dict[str, Callable[[pd.DataFrame, Path], int]] = {
    "report(path)": _report,
    "to_pcap('x.pcapng')": lambda df, to: _file(EveAccessor(df).to_pcap, to / "x.pcapng"),
    "to_json('x.json')": lambda df, to: _file(EveAccessor(df).to_json, to / "x.json"),
    "plot.timeline()": lambda df, to: _picture(EveAccessor(df).plot.timeline(), to),
    "plot.signatures()": lambda df, to: _picture(EveAccessor(df).plot.signatures(), to),
    "plot.heatmap()": lambda df, to: _picture(EveAccessor(df).plot.heatmap(), to),
    "plot.flows()": lambda df, to: _picture(EveAccessor(df).plot.flows(), to),
    "plot.graph()": lambda df, to: _picture(EveAccessor(df).plot.graph(), to),
}
"""What is made of a frame in a folder, by how it is written; each returns the bytes."""


def measured(frame: pd.DataFrame, folder: Path, *, repeat: int) -> list[Written]:
    """Make each so often, and return the best times."""
    found = []
    for call, output in OUTPUTS.items():
        best, size = float("inf"), 0
        for _ in range(repeat):
            start = time.perf_counter()
            size = output(frame, folder)
            best = min(best, time.perf_counter() - start)
        found.append(Written(call, best, size))
    return found


def main() -> None:
    """Read the command line and print the table."""
    import matplotlib as mpl

    mpl.use("agg")
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", nargs="?", type=Path, help="EVE")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="how often each is made")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.file or grown_sample(folder, events=1_000_000)
        around = circumstances([path], repeat=args.repeat)
        frame = suricata_eve.read_eve(path)
        print(*around.lines()[:-1], f"{len(frame):,} events", sep="\n")
        table = measured(frame, Path(folder), repeat=args.repeat)
    print("\n| `df.eve.…` | time | written |\n|:---|---:|---:|")
    for row in table:
        print(f"| `{row.call}` | {row.seconds:.2f} s | {row.size / 1e6:,.1f} MB |")
    if args.json is not None:
        everything = {**around.as_dict(), "outputs": [row._asdict() for row in table]}
        args.json.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
