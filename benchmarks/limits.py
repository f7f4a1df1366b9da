"""Measure what suricata_eve promises of time and memory, each figure beside its limit.

usage: python benchmarks/limits.py [SMALL LARGE] [--repeat N] [--json PATH]

SMALL and LARGE are uncompressed EVE files, of about 100,000 and 1,000,000 events. Without them,
the shipped sample is repeated until it has as many. Most is measured on LARGE, in processes of
their own, N times in turn, and the best time counts; of memory, the largest peak of the whole
process does, interpreter and mapped files included. A frame's memory counts each buffer once;
"MB/s" is of the file's uncompressed size. Compressed copies of LARGE are made in the temporary
folder (TMPDIR), and Parquet too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from circumstances import circumstances, sample_file
from limit_ways import LIMITS
from measure import Outcomes, Result, Task, measure_all

__all__ = ["Figure", "Files", "figures", "limits", "main", "packed", "print_table", "tasks_of"]

_CHUNK = 8 << 20
_MB = 1e6


class Files(NamedTuple):
    """What is read: two sizes, and the larger one compressed."""

    small: str
    large: str
    gzip: str
    zstd: str


class Figure(NamedTuple):
    """A line of the table.

    Attributes
    ----------
    title : str
        What was measured.
    value : float or None
        The figure that the limit is of; None if it could not be measured.
    shown : str
        The figure as text, with those it comes from.
    limit : str
        The limit as text, or nothing.
    met : bool or None
        Whether it is kept; None if there is no limit.
    """

    title: str
    value: float | None
    shown: str
    limit: str = ""
    met: bool | None = None


def tasks_of(files: Files) -> list[Task]:
    """Return what is to be run for the table."""
    packed = [
        Task("gunzip", files.gzip),
        Task("read", files.gzip),
        Task("count", files.gzip),
        Task("unzstd", files.zstd),
        Task("read", files.zstd),
        Task("count", files.zstd),
    ]
    on_large = [name for name in LIMITS if name not in {"same", "gunzip", "unzstd"}]
    # The two that are compared by the event stand side by side.
    return [Task("read", files.small), *(Task(name, files.large) for name in on_large), *packed]


def figures(files: Files, found: dict[Task, Result], *, cores: int) -> list[Figure]:
    """Return the lines of the table, without those whose parts could not be measured."""
    table: list[Figure] = []
    for part in (_order_and_threads, _compressed, _scanning, _memory, _linear):
        try:
            table += part(files, found, cores)
        except KeyError as missing:
            table.append(Figure(f"not measured: {_name(missing.args[0])}", None, ""))
    return table


def _name(task: Task) -> str:
    return f"{task.way} of {Path(task.path).name}"


def _at_most(title: str, value: float, limit: float, detail: str) -> Figure:
    return Figure(title, value, f"{value:.2f} ({detail})", f"at most {limit:g}", value <= limit)


def _seconds(*results: Result) -> str:
    return " : ".join(f"{result.seconds:.2f} s" for result in results)


def _order_and_threads(files: Files, found: dict[Task, Result], cores: int) -> list[Figure]:
    grouped = found[Task("read", files.large)]
    ordered = found[Task("file-order", files.large)]
    single = found[Task("one-thread", files.large)]
    same = found[Task("same", files.small)].facts["same"]
    gain = single.seconds / grouped.seconds
    return [
        _at_most(
            'time of `order="file"` : grouped',
            ordered.seconds / grouped.seconds,
            3,
            _seconds(ordered, grouped),
        ),
        Figure(
            f"time on one thread : on {cores} cores",
            gain,
            f"{gain:.2f} ({_seconds(single, grouped)})",
        ),
        Figure(
            "one thread gives the same Arrow table",
            same,
            "yes" if same else "no",
            "the same",
            bool(same),
        ),
    ]


def _compressed(files: Files, found: dict[Task, Result], _: int) -> list[Figure]:
    """Return what compression adds: no more than the time to decompress, when it is gzip.

    Reading and decompressing share the cores, so that one cannot be had for nothing.
    """
    table = []
    plain = found[Task("read", files.large)]
    for name, path, unpack in (("gzip", files.gzip, "gunzip"), ("zstd", files.zstd, "unzstd")):
        alone, read, count = (found[Task(way, path)] for way in (unpack, "read", "count"))
        whole = _at_most(
            f"{name}: time of the whole read : of the plain file + decompression alone",
            read.seconds / (plain.seconds + alone.seconds),
            1.1,
            f"{_seconds(read)} : {plain.seconds:.2f} s + {alone.seconds:.2f} s",
        )
        ratio = count.seconds / alone.seconds
        table += [
            whole if name == "gzip" else whole._replace(limit="", met=None),
            Figure(
                f"{name}: time of `count()` : of decompression alone",
                ratio,
                f"{ratio:.2f} ({_seconds(count, alone)})",
            ),
        ]
    return table


def _scanning(files: Files, found: dict[Task, Result], _: int) -> list[Figure]:
    size = Path(files.large).stat().st_size
    table = []
    for name in ("count", "contains-rare", "contains-frequent", "contains-columns"):
        result = found[Task(name, files.large)]
        speed = size / _MB / result.seconds
        shown = f"{speed:,.0f} MB/s ({result.seconds:.2f} s, {result.facts['rows']:,} events)"
        title = f"speed of {LIMITS[name].title}"
        if name == "contains-columns":  # what it takes is to parse what was found
            table.append(Figure(title, speed, shown))
        else:
            table.append(Figure(title, speed, shown, "over 400 MB/s", speed > 400))
    return table


def _memory(files: Files, found: dict[Task, Result], _: int) -> list[Figure]:
    size = Path(files.large).stat().st_size
    whole, batches, parquet = (
        found[Task(name, files.large)] for name in ("read", "batches", "parquet")
    )
    frame = whole.facts["frame"]
    most = (size + frame) / _MB + 200
    table = [
        Figure(
            "peak memory of the whole read",
            whole.peak / _MB,
            f"{whole.peak / _MB:,.0f} MB",
            f"file {size / _MB:,.0f} + frame {frame / _MB:,.0f} + 200 = {most:,.0f} MB",
            whole.peak / _MB <= most,
        )
    ]
    for name, result in (("batches", batches), ("parquet", parquet)):
        table.append(
            Figure(
                f"peak memory of {LIMITS[name].title}",
                result.peak / _MB,
                f"{result.peak / _MB:,.0f} MB ({result.seconds:.2f} s)",
                "under 600 MB",
                result.peak / _MB < 600,
            )
        )
    share = parquet.facts["bytes"] / size
    shown = f"{share:.3f} ({parquet.facts['bytes'] / _MB:,.1f} MB)"
    return [*table, Figure("size of the Parquet files : of the text", share, shown)]


def _linear(files: Files, found: dict[Task, Result], _: int) -> list[Figure]:
    small, large = (found[Task("read", path)] for path in (files.small, files.large))
    each = [result.seconds / max(1, result.facts["rows"]) * 1e6 for result in (large, small)]
    return [
        _at_most(
            f"time of an event among {large.facts['rows']:,} : among {small.facts['rows']:,}",
            each[0] / each[1],
            1.15,
            " : ".join(f"{micros:.2f} µs" for micros in each),
        )
    ]


def packed(path: Path, folder: str) -> tuple[Path, Path]:
    """Write a file once more, as logrotate's gzip does it, and with zstd."""
    import pyarrow as pa

    zipped, squeezed = (Path(folder) / f"{path.name}.{end}" for end in ("gz", "zst"))
    with path.open("rb") as text, gzip.open(zipped, "wb", compresslevel=6) as out:
        shutil.copyfileobj(text, out, _CHUNK)
    with path.open("rb") as text, pa.CompressedOutputStream(str(squeezed), "zstd") as stream:
        while chunk := text.read(_CHUNK):
            stream.write(chunk)
    return zipped, squeezed


def limits(small: Path, large: Path, *, repeat: int, into: Path | None = None) -> None:
    """Measure everything, and print the table in Markdown, and into a JSON file if asked to."""
    around = circumstances([small, large], repeat=repeat)
    print(*around.lines(), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        files = Files(str(small), str(large), *map(str, packed(large, folder)))
        outcomes: Outcomes = measure_all([Task("same", files.small)], repeat=1)
        outcomes |= measure_all(tasks_of(files), repeat=repeat)
        for task, out in outcomes.items():
            if isinstance(out, str):
                print(f"skipped: {_name(task)}: {out}")
        found = {task: out for task, out in outcomes.items() if isinstance(out, Result)}
        table = figures(files, found, cores=around.cores)
    print_table(table)
    if into is not None:
        results: list[dict[str, Any]] = [
            {"way": task.way, "file": Path(task.path).name, **asdict(result)}
            for task, result in found.items()
        ]
        shown = [figure._asdict() for figure in table]
        everything = {**around.as_dict(), "results": results, "figures": shown}
        into.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


def print_table(table: list[Figure]) -> None:
    """Print the lines of a table in Markdown."""
    print("\n| what | measured | limit | kept |\n|:---|:---|:---|:---|")
    for figure in table:
        kept = {True: "yes", False: "**no**", None: ""}[figure.met]
        print(f"| {figure.title} | {figure.shown} | {figure.limit} | {kept} |")


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("files", nargs="*", type=Path, help="SMALL and LARGE, uncompressed EVE")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="rounds over all ways")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    args = parser.parse_args()
    if len(args.files) not in (0, 2):
        parser.error("either no files, or SMALL and LARGE")
    with tempfile.TemporaryDirectory() as folder:
        small, large = args.files or (
            sample_file(folder, events=events) for events in (100_000, 1_000_000)
        )
        limits(small, large, repeat=args.repeat, into=args.json)


if __name__ == "__main__":
    main()
