"""A dataset written the plain way, file by file, to hold what reads one against.

Nothing of the writer is used but the manifest and the rules for names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from suricata_eve import scan_eve
from suricata_eve.dataset.layout import LINE, MISSING, OTHER_TYPES, OWN, column_of, type_name
from suricata_eve.dataset.manifest import DataFile, Manifest, SourceProgress, save

__all__ = ["dataset_by_hand", "save", "write_file"]


def dataset_by_hand(root: Path, *logs: bytes, group_rows: int = 100_000) -> Manifest:
    """Write logs to a dataset, each as a commit of its own; the manifest is saved and returned.

    Every column has the type that all events of its event type need.
    """
    whole = b"".join(logs)
    ends = np.cumsum([log.count(b"\n") for log in logs])
    manifest = Manifest(("event_type", "date"), lines=int(ends[-1]), commits=len(logs))
    manifest.sources = [
        SourceProgress(f"log{n}", "", len(log), "", log.count(b"\n"), 0)
        for n, log in enumerate(logs)
    ]
    for name, (table, lines) in _tables(whole).items():
        manifest.schemas[name] = table.schema.insert(0, pa.field(LINE, pa.int64()))
        commits = np.searchsorted(ends, lines, side="right")
        dates = _dates(table)
        for commit in np.unique(commits).tolist():
            for n, date in enumerate(sorted(set(dates[commits == commit]))):
                rows = np.flatnonzero((commits == commit) & (dates == date))
                path = f"event_type={name}/date={date}/{commit + 1:06}-{n:03}.parquet"
                part = table.take(pa.array(rows)).add_column(0, LINE, pa.array(lines[rows]))
                manifest.files.append(write_file(root, path, part, group_rows=group_rows))
    (root / OWN).mkdir(parents=True, exist_ok=True)
    save(root, manifest)
    return manifest


def write_file(root: Path, path: str, table: pa.Table, *, group_rows: int = 100_000) -> DataFile:
    """Write the columns of a table that have a value, and return what a manifest tells of it."""
    held = [name for name in table.column_names if table.column(name).null_count < table.num_rows]
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.select(held), target, compression="zstd", row_group_size=group_rows)
    times = table.column("timestamp").cast(pa.int64()) if "timestamp" in held else None
    lines = table.column(LINE).to_numpy()
    return DataFile(
        path=path,
        event_type=path.partition("/")[0].partition("=")[2],
        rows=table.num_rows,
        bytes=target.stat().st_size,
        first_line=int(lines[0]),
        last_line=int(lines[-1]),
        first_seen=None if times is None else pa.compute.min(times).as_py(),
        last_seen=None if times is None else pa.compute.max(times).as_py(),
        no_time=table.num_rows if times is None else times.null_count,
    )


def _tables(log: bytes) -> dict[str, tuple[pa.Table, np.ndarray]]:
    """Return the events of each folder, as its columns, and their lines."""
    kinds: Sequence[str | None] = list(scan_eve(log, on_bad_lines="skip").tables())
    folders: dict[str, list[str | None]] = {}
    for kind in kinds:
        folders.setdefault(type_name(kind), []).append(kind)
    tables = {}
    for name, members in folders.items():
        if members == [None]:
            chosen: dict[str, Any] = {"exclude_event_types": [k for k in kinds if k is not None]}
        else:
            chosen = {"event_types": members}
        frame = scan_eve(log, on_bad_lines="skip", order="file", **chosen).to_pandas()
        columns = {
            column_of(path): pa.chunked_array(frame[path].array.__arrow_array__())
            for path in frame.columns
            if path != "event_type" or name == OTHER_TYPES
        }
        tables[name] = (pa.table(columns), frame.index.to_numpy())
    return tables


def _dates(table: pa.Table) -> np.ndarray:
    if "timestamp" not in table.column_names:
        return np.full(table.num_rows, MISSING, object)
    times = pd.Series(pd.arrays.ArrowExtensionArray(table.column("timestamp")))
    return np.array(times.dt.strftime("%Y-%m-%d").to_numpy(object, na_value=MISSING))
