"""Measure what much data costs: a log to Parquet, one day out of many, Dask against pandas.

usage: python benchmarks/scale.py [FILE] [--days N] [--times N] [--repeat N] [--json PATH]

FILE is an uncompressed EVE file of about a million events; without one, the shipped sample is
repeated until it has as many. It is also written once for each of N days to a dataset in the
temporary folder (TMPDIR), of which one day is asked for. Everything runs in processes of its
own, and the best time counts. Dask has as many worker processes of one thread as pandas may
use cores, so that times compare per core; the start of its workers is not counted. Both are
asked for FILE, and for a folder that has it N times.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from circumstances import circumstances
from kit import grown_sample
from limits import Figure, print_table
from measure import Result, Task, measure_all
from scale_ways import DAYS, JOBS, WORKERS, days_of

__all__ = ["copies_of", "figures", "main", "scale", "tasks_of"]

_MB = 1e6
_TIMES = 3
_READ = "suricata_eve"


def tasks_of(path: str, dataset: str, several: str) -> list[Task]:
    """Return what is to be run for the table."""
    jobs = [
        Task(f"{way}-{job}", logs)
        for logs in (path, several)
        for job in JOBS
        for way in ("pandas", "dask")
    ]
    return [
        *(Task(way, path) for way in (_READ, "parse", "write", "parquet")),
        Task("one-day", dataset),
        *jobs,
    ]


def figures(
    path: str, dataset: str, several: str, found: dict[Task, Result], *, days: int, times: int
) -> list[Figure]:
    """Return the lines of the table, without those whose parts could not be measured."""
    table: list[Figure] = []
    for part in (_to_parquet, _one_day):
        try:
            table += part(path, dataset, found, days)
        except KeyError as missing:
            table.append(Figure(f"not measured: {missing.args[0].way}", None, ""))
    for logs, suffix in ((path, ""), (several, f", {times} times the file")):
        table += [_speed(job, title + suffix, logs, found) for job, (title, _, _) in JOBS.items()]
    return table


def _speed(job: str, title: str, path: str, found: dict[Task, Result]) -> Figure:
    pandas, dask = (found.get(Task(f"{way}-{job}", path)) for way in ("pandas", "dask"))
    if pandas is None or dask is None:
        return Figure(f"not measured: {title}", None, "")
    seconds = dask.facts["micros"] / 1e6
    ratio = pandas.seconds / seconds
    shown = f"{ratio:.2f} (pandas {pandas.seconds:.2f} s, Dask {seconds:.2f} s)"
    name = f"speed of Dask on {WORKERS} workers : of pandas, {title}"
    return Figure(name, ratio, shown, "at least 0.7", ratio >= 0.7)


def _to_parquet(path: str, _: str, found: dict[Task, Result], __: int) -> list[Figure]:
    size = Path(path).stat().st_size
    ways = (_READ, "parse", "write", "parquet")
    read, parse, write, whole = (found[Task(way, path)] for way in ways)
    writing = write.facts["micros"] / 1e6
    against = []
    for title, part in (("`read_eve`", read), ("parsing in its blocks", parse)):
        ratio = whole.seconds / (part.seconds + writing)
        shown = f"{ratio:.2f} ({whole.seconds:.2f} s : {part.seconds:.2f} s + {writing:.2f} s)"
        name = f"time of `to_parquet` : of {title} + writing"
        against.append(Figure(name, ratio, shown, "at most 1", ratio <= 1))
    speed = size / _MB / whole.seconds
    share = whole.facts["bytes"] / size
    peak = whole.peak / _MB
    return [
        *against,
        Figure("speed of `to_parquet`", speed, f"{speed:,.0f} MB/s of text"),
        Figure("processor time of `to_parquet`", whole.cpu, f"{whole.cpu:.1f} s"),
        Figure("peak memory of `to_parquet`", peak, f"{peak:,.0f} MB", "under 600 MB", peak < 600),
        Figure(
            "size of the Parquet files : of the text",
            share,
            f"{share:.3f} ({whole.facts['bytes'] / _MB:,.1f} MB)",
            "at most 0.1",
            share <= 0.1,
        ),
    ]


def _one_day(path: str, dataset: str, found: dict[Task, Result], days: int) -> list[Figure]:
    result = found[Task("one-day", dataset)]
    shown = f"{result.first:.2f} s, {result.facts['rows']:,} alerts of a dataset of {days} days"
    title = f"alerts of one day out of {days} times {Path(path).name}"
    return [Figure(title, result.first, shown, "under 1 s", result.first < 1)]


def scale(path: Path, *, days: int, times: int, repeat: int, into: Path | None = None) -> None:
    """Measure everything, and print the table in Markdown, and into a JSON file if asked to."""
    around = circumstances([path], repeat=repeat)
    print(*around.lines(), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "days"
        day = days_of(str(path), made, days=days)
        dataset = made.rename(made.with_name(f"days-{day.isoformat()}"))
        several = copies_of(path, Path(folder) / "several", times=times)
        tasks = tasks_of(str(path), str(dataset), str(several))
        outcomes = measure_all(tasks, repeat=repeat)
    for task, out in outcomes.items():
        if isinstance(out, str):
            print(f"skipped: {task.way}: {out}")
    found = {task: out for task, out in outcomes.items() if isinstance(out, Result)}
    table = figures(str(path), str(dataset), str(several), found, days=days, times=times)
    print_table(table)
    if into is not None:
        results: list[dict[str, Any]] = [
            {"way": task.way, **asdict(result)} for task, result in found.items()
        ]
        shown = [figure._asdict() for figure in table]
        everything = {**around.as_dict(), "results": results, "figures": shown}
        into.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


def copies_of(path: Path, folder: Path, *, times: int) -> Path:
    """Make a folder that has copies of a file."""
    folder.mkdir()
    for number in range(times):
        shutil.copyfile(path, folder / f"eve-{number}.json")  # a link would be read once
    return folder


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", nargs="?", type=Path, help="uncompressed EVE")
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help="of the dataset")
    parser.add_argument("--times", type=int, default=_TIMES, metavar="N", help="of much text")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="rounds over all ways")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.file or grown_sample(folder, events=1_000_000)
        scale(path, days=args.days, times=args.times, repeat=args.repeat, into=args.json)


if __name__ == "__main__":
    main()
