"""Compare suricata_eve with other ways to read an EVE file, side by side, in one run.

usage: python benchmarks/compare.py [FILE] [--repeat N] [--only TEXT] [--json PATH]

Two tables: the whole file, and four columns of the alerts. Each way runs in processes of its
own, N times in turn with the others; the tables show the best time and the best first run of a
process, how many times the best time of `suricata_eve` that is (and how many it should be, at
least), the least processor time of a run, and the peak memory of the process (its whole
resident size, interpreter and imports included). What stands in the process before the read is
printed as "at rest". Ways whose library is not installed are named as skipped. The ways of one
table must find the same number of events, else the exit status is 1.

FILE is an uncompressed EVE file. Without it, the shipped sample is repeated until it has about
100,000 events.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circumstances import circumstances, sample_file
from measure import Outcomes, Result, Task, measure_all
from ways import ALERTS, COLUMNS, WHOLE, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["compare", "main"]

TABLES: dict[str, Mapping[str, Way]] = {
    "whole file": WHOLE,
    f"alerts only, {', '.join(COLUMNS)}": ALERTS,
}
HEAD = """\
| way | time | times ours | at least | first run | CPU time | peak memory | at rest |
|:---|---:|---:|---:|---:|---:|---:|---:|"""


def _row(way: Way, outcome: Result | str, best: float | None) -> str:
    if isinstance(outcome, str):
        return f"| {way.title} | skipped: {outcome} |||||||"
    cells = [
        way.title,
        f"{outcome.seconds:.3f} s",
        f"{outcome.seconds / best:.2f}" if best else "",
        f"{way.target:g}" if way.target else "",
        f"{outcome.first:.3f} s",
        f"{outcome.cpu:.3f} s",
        f"{outcome.peak / 1e6:,.0f} MB",
        f"{outcome.rest / 1e6:,.0f} MB",
    ]
    return f"| {' | '.join(cells)} |"


def _table(
    title: str, ways: Mapping[str, Way], outcomes: Outcomes, path: str
) -> tuple[list[str], bool]:
    """Return the lines of a table, and whether all ways found as many events."""
    shown = {name: Task(name, path) for name in ways if Task(name, path) in outcomes}
    if not shown:
        return [], True
    ours = outcomes.get(Task(next(iter(ways)), path))
    best = ours.seconds if isinstance(ours, Result) else None
    lines = ["", f"{title}:", "", HEAD]
    lines += [_row(ways[name], outcomes[task], best) for name, task in shown.items()]
    found = {name: outcomes[task] for name, task in shown.items()}
    rows = {name: out.facts["rows"] for name, out in found.items() if isinstance(out, Result)}
    same = len(set(rows.values())) <= 1
    counts = ", ".join(f"{name} {number:,}" for name, number in rows.items())
    if same:
        counts = "".join(f"{number:,} by every way" for number in set(rows.values()))
    return [*lines, "", f"events found: {counts}"], same


def compare(path: Path, *, repeat: int, only: str = "", into: Path | None = None) -> bool:
    """Measure every way whose name holds `only`, and print the tables in Markdown.

    The figures go into a JSON file too, if one is given. The answer is whether the ways of
    each table found as many events.
    """
    around = circumstances([path], repeat=repeat)
    print(*around.lines(), sep="\n", flush=True)
    outcomes: Outcomes = {}
    alike = True
    for title, ways in TABLES.items():
        tasks = [Task(name, str(path)) for name in ways if only in name]
        outcomes |= measure_all(tasks, repeat=repeat)
        lines, same = _table(title, ways, outcomes, str(path))
        alike &= same
        print(*lines, sep="\n", flush=True)
    if into is not None:
        results: dict[str, Any] = {
            task.way: found if isinstance(found, str) else asdict(found)
            for task, found in outcomes.items()
        }
        text = json.dumps({**around.as_dict(), "results": results}, indent=1)
        into.write_text(text + "\n", encoding="utf-8")
    return alike


def main() -> int:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", nargs="?", type=Path, help="an uncompressed EVE file")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="rounds over all ways")
    parser.add_argument("--only", default="", metavar="TEXT", help="ways whose name holds TEXT")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.file or sample_file(folder, events=100_000)
        alike = compare(path, repeat=args.repeat, only=args.only, into=args.json)
    return 0 if alike else 1


if __name__ == "__main__":
    raise SystemExit(main())
