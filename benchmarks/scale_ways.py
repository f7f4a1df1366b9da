"""Ways of a log to many machines: to Parquet, back from it, and through Dask."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ways import Way

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["DAYS", "JOBS", "SCALE", "WORKERS", "days_of"]

DAYS = 10
"""How many days the dataset holds whose one day is asked for."""

WORKERS = 2
"""Worker processes of one thread each, for what is compared with pandas on as many cores."""

_BY = "alert.signature"
_FIELDS = ["src_ip", "dest_ip", "dest_port", "flow_id"]
_COLUMNS = ["timestamp", "event_type", _BY, *_FIELDS]
_EVE = ("suricata_eve",)
_DASK = (*_EVE, "dask.dataframe", "distributed")
_FIRST_DAY = re.compile(rb'"timestamp":"([0-9]{4}-[0-9]{2}-[0-9]{2})T')


def _tables(path: str) -> Iterator[list[pa.Table]]:
    """Read a log as `to_parquet` does, a table for each event type of as much text."""
    from suricata_eve import scan_eve
    from suricata_eve.dataset.write import _RUN_BYTES
    from suricata_eve.ingest.read import read_runs

    reading = replace(scan_eve(path)._reading, block_bytes=_RUN_BYTES)  # noqa: SLF001
    for assembled, _ in read_runs(reading):
        yield [assembled.table.slice(start, stop - start) for _, start, stop in assembled.groups]


def _parse(path: str) -> int:
    return sum(table.num_rows for tables in _tables(path) for table in tables)


def _write(path: str) -> int:
    """Return how many microseconds it takes to write what was parsed before."""
    import pyarrow.parquet as pq

    by_type: dict[str, list[pa.Table]] = {}
    for tables in _tables(path):
        for table in tables:
            kept = [name for name in table.column_names if table[name].null_count < len(table)]
            by_type.setdefault(str(table["event_type"][0]), []).append(table.select(kept))
    import pyarrow as pa

    whole = [pa.concat_tables(parts, promote_options="permissive") for parts in by_type.values()]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for number, table in enumerate(whole):
            pq.write_table(table, Path(folder) / f"{number}.parquet", compression="zstd")
        return round((time.perf_counter() - start) * 1e6)


def _micros(result: int) -> dict[str, int]:
    return {"micros": result}


def days_of(path: str, into: Path, *, days: int = DAYS) -> date:
    """Write a log once for each of some days to a dataset; return a day in their midst.

    The day of its first event is the first of them; each copy is a day later, and later than
    all of the one before it in no other way.
    """
    from suricata_eve import scan_eve

    text = Path(path).read_bytes()
    found = _FIRST_DAY.search(text)
    first = date.fromisoformat(found[1].decode()) if found else date(2026, 1, 1)
    marks = b'"timestamp":"%sT'
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "eve.json"
        for number in range(days):
            day = (first + timedelta(days=number)).isoformat().encode()
            copy.write_bytes(text.replace(marks % first.isoformat().encode(), marks % day))
            scan_eve(copy, on_bad_lines="skip").to_parquet(into)
    return first + timedelta(days=days // 2)


def _one_day(path: str) -> Any:
    """Read the alerts of the day that the name of the dataset ends with."""
    from suricata_eve import read_dataset

    day = date.fromisoformat(path[-10:])
    return read_dataset(
        path,
        event_types="alert",
        since=day.isoformat(),
        until=(day + timedelta(days=1)).isoformat(),
    )


def _summary(frame: Any) -> Any:
    return frame.eve.group_summary(_BY, _FIELDS)


def _clients(frame: Any) -> Any:
    return frame.eve.unique("client_ip")


def _alerts(frame: Any) -> Any:
    return frame.eve.alerts(decoder_events=False)[["timestamp", "flow_id", _BY]]


def _payloads(frame: Any) -> Any:
    return frame.eve.payloads()


def _sides(frame: Any) -> Any:
    return frame.eve.orient().groupby("client_ip").size()


def _flows(frame: Any) -> Any:
    return frame.eve.by_flow(frame.eve.alerts(severity=1))


JOBS: dict[str, tuple[str, dict[str, Any], Callable[[Any], Any]]] = {
    "types": ("how many events of each type", {}, lambda frame: frame["event_type"].value_counts()),
    "summary": ("`group_summary` of all alerts", {"event_types": "alert"}, _summary),
    "alerts": ("`alerts()` in the order of time", {"event_types": "alert"}, _alerts),
    "clients": ('`unique("client_ip")`', {}, _clients),
    "payloads": ("`payloads()` of all events", {}, _payloads),
    "sides": ("`orient()` of all events, counted by client", {}, _sides),
    "flows": ("`by_flow` of the alerts of severity 1", {}, _flows),
}
"""What pandas and Dask are asked alike, with the options of reading."""


def _on_pandas(job: str) -> Way:
    title, options, ask = JOBS[job]

    def run(path: str) -> int:
        from suricata_eve import read_eve

        wanted: dict[str, Any] = {"columns": _COLUMNS_OF.get(job)}
        return len(ask(read_eve(path, on_bad_lines="skip", **options, **wanted)))

    return Way(f"pandas: {title}", _EVE, run)


def _on_dask(job: str) -> Way:
    """Return how many microseconds it takes, the start of the workers left out."""
    title, options, ask = JOBS[job]

    def run(path: str) -> int:
        import dask
        import distributed

        from suricata_eve.dask import infer_schema, read_eve

        quiet = {"distributed.admin.system-monitor.gil.enabled": False}
        with (
            dask.config.set(quiet),
            distributed.LocalCluster(
                n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=50
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            client.run(_warm)
            wanted: dict[str, Any] = {"columns": _COLUMNS_OF.get(job)}
            if job not in _COLUMNS_OF:
                wanted = {"schema": infer_schema(path)}
            start = time.perf_counter()
            frame = read_eve(path, on_bad_lines="skip", **options, **wanted)
            if job == "types":
                # All columns of all events are parsed, as pandas does it.
                found = frame.map_partitions(_types, meta=_types(frame._meta))  # noqa: SLF001
                client.compute(found).result()
            else:
                client.compute(ask(frame)).result()
            return round((time.perf_counter() - start) * 1e6)

    return Way(f"Dask, {WORKERS} workers: {title}", _DASK, run, facts=_micros)


def _warm() -> None:
    """Import what every task needs, as a worker that is up has done."""
    import suricata_eve.dask  # noqa: F401


def _types(frame: pd.DataFrame) -> pd.DataFrame:
    return frame["event_type"].value_counts().reset_index()


_ENDS = [
    *("event_type", "timestamp", "flow_id", "src_ip", "src_port", "dest_ip", "dest_port"),
    *("direction", "flow.src_ip", "flow.src_port", "flow.dest_ip", "flow.dest_port"),
    *("flow.start", "netflow.start", "dns.type"),
]
_COLUMNS_OF = {
    "summary": _COLUMNS,
    "alerts": [*_COLUMNS, "alert.category"],
    "clients": _ENDS,
    "sides": _ENDS,
    "flows": [*_ENDS, _BY, "alert.category", "alert.severity"],
}
"""What is read for a job; all columns where it is not here."""

SCALE: dict[str, Way] = {
    "parse": Way("parse alone, in the blocks of `to_parquet`", _EVE, _parse),
    "write": Way("write alone", (*_EVE, "pyarrow.parquet"), _write, facts=_micros),
    "one-day": Way("alerts of one day out of a dataset", (*_EVE, "pyarrow.parquet"), _one_day),
    **{f"pandas-{job}": _on_pandas(job) for job in JOBS},
    **{f"dask-{job}": _on_dask(job) for job in JOBS},
}
"""Those that need a log or, for a day, a dataset whose name ends with it."""
