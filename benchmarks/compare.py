"""Compare suricata_eve with other ways to read an EVE file, side by side, in one run.

usage: python benchmarks/compare.py [FILE] [--repeat N] [--only TEXT]

Each way runs in a process of its own, N times over the same file; the table shows the best time,
and the peak memory of the process (its whole resident size, interpreter and imports included).
What stands in the process before the read is printed as "at rest". Ways whose library is not
installed are named as skipped.

FILE is an uncompressed EVE file. Without it, the shipped sample is repeated until it has about
100,000 events.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WAYS", "Way", "compare", "main", "measure"]

EVENTS = 100_000


class Way(NamedTuple):
    """One way to read a file: its name in the table, what it imports, what it does."""

    title: str
    modules: tuple[str, ...]
    run: Callable[[str], object]


def _json_normalize(path: str) -> object:
    import pandas as pd

    with Path(path).open("rb") as lines:
        return pd.json_normalize([json.loads(line) for line in lines])


def _orjson_normalize(path: str) -> object:
    import orjson
    import pandas as pd

    with Path(path).open("rb") as lines:
        return pd.json_normalize([orjson.loads(line) for line in lines])


def _orjson_only(path: str) -> object:
    import orjson

    with Path(path).open("rb") as lines:
        return sum(1 for line in lines if orjson.loads(line))


def _pandas_read_json(path: str) -> object:
    import pandas as pd

    return pd.read_json(path, lines=True)


def _polars(path: str) -> object:
    import polars as pl

    return pl.read_ndjson(path, infer_schema_length=None)


def _duckdb(path: str) -> object:
    import duckdb

    query = (
        "select * from read_json(?, format='newline_delimited', sample_size=-1,"
        " maximum_object_size=67108864)"
    )
    return duckdb.execute(query, [path]).to_arrow_table()


def _read_eve(path: str) -> object:
    import suricata_eve

    return suricata_eve.read_eve(path)


WAYS: dict[str, Way] = {
    "json": Way("`json.loads` + `pd.json_normalize`", ("pandas",), _json_normalize),
    "orjson-normalize": Way(
        "orjson + `pd.json_normalize`", ("pandas", "orjson"), _orjson_normalize
    ),
    "polars": Way("`polars.read_ndjson`, nested, not flattened", ("polars",), _polars),
    "duckdb": Way("`duckdb` `read_json`, nested, not flattened", ("duckdb", "pyarrow"), _duckdb),
    "pandas": Way("`pd.read_json(lines=True)`, not flattened", ("pandas",), _pandas_read_json),
    "orjson": Way("`orjson.loads` of every line, nothing kept", ("orjson",), _orjson_only),
    "suricata_eve": Way("`suricata_eve.read_eve`, flattened", ("suricata_eve",), _read_eve),
}


def _peak() -> int:
    """Return the peak resident size of this process in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def measure(name: str, path: str, repeat: int) -> dict[str, float]:
    """Run one way in this process; return its best time and its memory.

    Only the first run counts for the peak, as later ones may find freed memory of earlier ones.
    """
    way = WAYS[name]
    for module in way.modules:
        importlib.import_module(module)
    rest = peak = _peak()
    best = float("inf")
    for turn in range(repeat):
        start = time.perf_counter()
        way.run(path)
        best = min(best, time.perf_counter() - start)
        if turn == 0:
            peak = _peak()
    return {"seconds": best, "rest": rest, "peak": peak}


def _in_own_process(name: str, path: str, repeat: int) -> dict[str, float] | str:
    """Return the result of :func:`measure` in a new process, or the last line of its error."""
    command = [sys.executable, __file__, path, "--measure", name, "--repeat", str(repeat)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _missing(way: Way) -> str | None:
    return next((name for name in way.modules if find_spec(name) is None), None)


def _versions() -> str:
    known = []
    for name in ("suricata_eve", "pandas", "pyarrow", "numpy", "polars", "duckdb", "orjson"):
        try:
            known.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(known)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _sample_file(folder: str) -> Path:
    """Write the shipped sample again and again until the file has about EVENTS events."""
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    once = gzip.decompress(packed)
    path = Path(folder) / "log4j-repeated.json"
    with path.open("wb") as out:
        for _ in range(max(1, EVENTS // once.count(b"\n"))):
            out.write(once)
    return path


def _row(cells: list[str]) -> str:
    return f"| {cells[0]:<44} | {cells[1]:>8} | {cells[2]:>11} | {cells[3]:>9} |"


def compare(path: Path, *, repeat: int, only: str = "") -> None:
    """Measure every way whose name holds `only`, and print the table in Markdown."""
    with path.open("rb") as lines:
        events = sum(1 for _ in lines)
    size = path.stat().st_size
    print(f"machine: {_processor()}, {os.cpu_count()} cores, {platform.system()}")
    print(f"versions: Python {platform.python_version()}, {_versions()}")
    print(f"file: {size / 1e6:.0f} MB, {events:,} events; best of {repeat}\n")
    print(_row(["way", "time", "peak memory", "at rest"]))
    print("|:---|---:|---:|---:|")
    for name, way in WAYS.items():
        if only not in name:
            continue
        absent = _missing(way)
        result = (
            f"{absent} is not installed" if absent else _in_own_process(name, str(path), repeat)
        )
        if isinstance(result, str):
            print(f"| {way.title:<44} | skipped: {result} |||", flush=True)
            continue
        cells = [f"{result['seconds']:.2f} s"]
        cells += [f"{result[key] / 1e6:,.0f} MB" for key in ("peak", "rest")]
        print(_row([way.title, *cells]), flush=True)


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("file", nargs="?", help="an uncompressed EVE file")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each way")
    parser.add_argument("--only", default="", metavar="TEXT", help="ways whose name holds TEXT")
    parser.add_argument("--measure", choices=WAYS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measure(args.measure, args.file, args.repeat)))
        return
    if args.file:
        compare(Path(args.file), repeat=args.repeat, only=args.only)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(_sample_file(folder), repeat=args.repeat, only=args.only)


if __name__ == "__main__":
    main()
