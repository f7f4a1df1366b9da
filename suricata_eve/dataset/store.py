"""A dataset that is written to, commit by commit.

Files are written to a folder of their own; a manifest that names them makes the commit, and
then they get their places. Whoever finds such a manifest can do the rest.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from suricata_eve.dataset.common import write_schemas
from suricata_eve.dataset.divide import divided
from suricata_eve.dataset.kinds import Kinds, storable
from suricata_eve.dataset.layout import (
    LINE,
    OTHER_TYPES,
    OWN,
    column_of,
    folder_of,
    staged_path,
    type_name,
)
from suricata_eve.dataset.manifest import DataFile, Manifest, SourceProgress, save, unfinished
from suricata_eve.dataset.migrate import beyond_int64, has_negative, migrate
from suricata_eve.dataset.parts import Parts
from suricata_eve.dataset.waiting import Waiting
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.rest import Run
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.event_types import EVENT_TYPES

__all__ = ["Store"]

_MAX_TYPES = 256  # Suricata has a few dozen; names beyond that are somebody's text
_TIMES = "times"


class Store:
    """Adds events to a dataset; whoever makes one holds its lock.

    Parameters
    ----------
    root : path
        The dataset.
    manifest : Manifest
        What is in it.
    total : Report
        Told what was read, left out and changed.
    wanted : Wanted or None
        The columns to give; None for all.
    without_times : bool
        Whether ``timestamp`` is read for the folders alone.

    Attributes
    ----------
    manifest : Manifest
        What is in the dataset after the last commit.
    """

    def __init__(
        self,
        root: Path,
        manifest: Manifest,
        total: Report,
        *,
        wanted: Wanted | None,
        without_times: bool,
    ) -> None:
        self.manifest = manifest
        self._root = root
        self._total = total
        self._report = Report()
        self._wanted = wanted
        self._without_times = without_times
        self._waiting = Waiting()
        self._committing = False
        self._kinds = {
            name: Kinds(schema, manifest.samples.get(name))
            for name, schema in manifest.schemas.items()
        }
        self._parts = Parts(root, manifest.commits + 1)

    def recover(self) -> None:
        """Finish a commit that was interrupted, and remove what is of none."""
        self._committing = True
        unfinished(self._root).unlink(missing_ok=True)
        if self.manifest.staged is not None:
            self._place_files()
        staged = self._root / OWN / "staged"
        if staged.exists():
            shutil.rmtree(staged)
        self._migrate()
        write_schemas(self._root, self.manifest.schemas)
        self._committing = False

    def add(self, run: Run) -> None:
        """Take events, to be in the dataset after the next commit."""
        for segment in sorted(run.segments, key=lambda segment: int(segment.lines[0])):
            self._waiting.add(self._name(segment.event_type), segment)
        self._count(run.report)
        run.segments.clear()  # so that columns go when they have been put together
        for name, segments in self._waiting.enough():
            self._put(name, segments)

    def commit(self, sources: Iterable[SourceProgress], lines: int) -> None:
        """Make all that was taken a part of the dataset.

        Parameters
        ----------
        sources : iterable of SourceProgress
            All sources, with what was taken of them.
        lines : int
            How many lines they are.
        """
        number = self.manifest.commits + 1
        for name, segments in self._waiting.rest():
            self._put(name, segments)
        new = self._parts.finish()
        self._committing = True
        files = [*self.manifest.files, *new]
        places = {file.path: self._root / file.path for file in self.manifest.files}
        places |= {file.path: self._root / staged_path(number, file.path) for file in new}
        lagging = list(self.manifest.lagging)
        for name, kinds in self._kinds.items():
            own = [file.path for file in files if kinds.changed and file.event_type == name]
            for field in sorted(kinds.widened):
                paths = [places[path] for path in own]
                if has_negative(paths, field):
                    kinds.narrow(field)
                    self._tell_lost(field, beyond_int64(paths, field))
            kinds.widened.clear()
            kinds.changed = False
            lagging += own
        samples = {name: kinds.sample for name, kinds in self._kinds.items()}
        self.manifest = replace(
            self.manifest,
            lines=lines,
            commits=number,
            schemas={name: kinds.schema for name, kinds in self._kinds.items()},
            samples={name: sample for name, sample in samples.items() if sample is not None},
            sources=list(sources),
            files=files,
            staged=number if new else None,
            lagging=list(dict.fromkeys(lagging)),
            report=_merged(self.manifest.report, self._report),
        )
        save(self._root, self.manifest)
        if new:
            self._place_files()
        self._migrate()
        write_schemas(self._root, self.manifest.schemas)
        self._committing = False
        self._report = Report()
        self._parts = Parts(self._root, number + 1)

    def rename(self, sources: Iterable[SourceProgress]) -> None:
        """Record where sources are found now, of which nothing is new, or that there are none."""
        self.manifest = replace(self.manifest, sources=list(sources))
        save(self._root, self.manifest)

    def abandon(self) -> None:
        """Remove what was taken since the last commit."""
        self._waiting = Waiting()
        self._parts.abandon()
        if not self._committing:
            self._remove_staged(self.manifest.commits + 1)

    def _tell_lost(self, field: str, count: int) -> None:
        """Report values that have no place beside negative ones, as a read of all would."""
        for report in (self._report, self._total):
            report.bad_values += count
            report.bad_value_reasons += Counter({f"{field} is not an integer of 64 bits": count})

    def _count(self, report: Report) -> None:
        self._report.merge(report)
        self._total.merge(report)

    def _name(self, event_type: str | None) -> str:
        """Return the name of what events of a type are put together with."""
        name = type_name(event_type)
        is_new = name not in self._kinds and name not in EVENT_TYPES
        if is_new and len(self._kinds) >= _MAX_TYPES:
            name = OTHER_TYPES
        self._kinds.setdefault(name, Kinds())
        return name

    def _put(self, name: str, segments: list[Segment]) -> None:
        """Put events of one name together, those of each type apart."""
        report, kinds = Report(), self._kinds[name]
        shared: list[tuple[pa.Table, np.ndarray, pa.ChunkedArray | None]] = []
        types: dict[str | None, list[Segment]] = {}
        for segment in segments:
            types.setdefault(segment.event_type, []).append(segment)
        segments.clear()
        for own in types.values():
            part = assemble(own, report, self._wanted)
            table, times = self._columns(part, name)
            table = kinds.conform(table, report)
            if name == OTHER_TYPES:
                shared.append((table, part.lines, times))
            else:
                self._add(name, table, part.lines, times)
        if shared:
            self._add_shared(shared)
        self._count(report)

    def _columns(self, part: Assembled, name: str) -> tuple[pa.Table, pa.ChunkedArray | None]:
        """Return the fields of events as their files have them, and their times."""
        table, times = part.table, None
        if "timestamp" in table.column_names:
            times = table.column("timestamp")
            if times.null_count == len(times):
                times = None
            if self._without_times:
                table = table.drop_columns(["timestamp"])
        if name != OTHER_TYPES:
            # The folder tells the type, but where it stands for several.
            table = table.select([path for path in table.column_names if path != "event_type"])
        return table, times

    def _add_shared(
        self, shared: list[tuple[pa.Table, np.ndarray, pa.ChunkedArray | None]]
    ) -> None:
        """Add events of several types to the folder that they share, in order."""
        lines = np.concatenate([lines for _, lines, _ in shared])
        order = np.argsort(lines)
        kind = pa.timestamp("us", "UTC")
        times = [
            part if part is not None else pa.chunked_array([pa.nulls(len(own), kind)])
            for _, own, part in shared
        ]
        together = pa.chunked_array([chunk for part in times for chunk in part.chunks], kind)
        # A table without columns would have no rows; every event here has a type.
        tables = self._agreeing([table for table, _, _ in shared])
        table = pa.concat_tables(tables, promote_options="default").take(pa.array(order))
        self._add(OTHER_TYPES, table, lines[order], together.take(pa.array(order)))

    def _agreeing(self, tables: list[pa.Table]) -> list[pa.Table]:
        """Give tables the types that the last of them has brought."""
        kinds = self._kinds[OTHER_TYPES]
        types: dict[str, set[pa.DataType]] = {}
        for field in (field for table in tables for field in table.schema):
            types.setdefault(field.name, set()).add(field.type)
        for path in [path for path, held in types.items() if len(held) > 1]:
            having = [n for n, table in enumerate(tables) if path in table.column_names]
            columns = [tables[n].column(path) for n in having]
            recast, lost = kinds.together(path, columns)
            if lost:
                self._tell_lost(path, lost)
            for n, column in zip(having, recast, strict=True):
                place = tables[n].column_names.index(path)
                tables[n] = tables[n].set_column(place, path, column)
        return tables

    def _add(
        self, name: str, table: pa.Table, lines: np.ndarray, times: pa.ChunkedArray | None
    ) -> None:
        keys = self.manifest.partition_by
        columns = {LINE: pa.array(lines)}
        for path, column in zip(table.column_names, table.columns, strict=True):
            columns[column_of(path)] = storable(column)
        whole = pa.table(columns)
        if times is not None:
            whole = whole.append_column(_TIMES, times)
        last = whole.num_columns - 1
        for values, rows in divided(whole, times, keys):
            folder = folder_of(keys, [{"event_type": name, **values}[key] for key in keys])
            if times is None:
                self._parts.add(folder, name, rows, None)
            else:
                self._parts.add(folder, name, rows.remove_column(last), rows.column(last))

    def _place_files(self) -> None:
        """Put the files of a commit where they belong."""
        number = self.manifest.staged
        for file in self.manifest.files if number is not None else ():
            if not _is_of(file, number):  # type: ignore[arg-type]
                continue
            staged = self._root / staged_path(number, file.path)  # type: ignore[arg-type]
            if staged.exists():
                path = self._root / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                staged.replace(path)
        self.manifest = replace(self.manifest, staged=None)
        save(self._root, self.manifest)
        self._remove_staged(number or 0)

    def _remove_staged(self, number: int) -> None:
        folder = (self._root / staged_path(number, "")).parent
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()

    def _migrate(self) -> None:
        """Give files the types of their columns that these have come to have since."""
        if not self.manifest.lagging:
            return
        lagging = set(self.manifest.lagging)
        files = [
            migrate(self._root, file, self._kinds[file.event_type])
            if file.path in lagging
            else file
            for file in self.manifest.files
        ]
        self.manifest = replace(self.manifest, files=files, lagging=[])
        save(self._root, self.manifest)
        self._remove_staged(0)


def _is_of(file: DataFile, commit: int) -> bool:
    return file.path.rpartition("/")[2].startswith(f"{commit:06}-")


def _merged(before: dict[str, Any], report: Report) -> dict[str, Any]:
    """Add a report to those of all calls before."""
    now = report.as_attrs()
    for name in ("sources", "notes", "examples"):
        del now[name]
    for name, value in now.items():
        had = before.get(name)
        if had is None:
            continue
        if isinstance(value, int):
            now[name] = had + value
        elif isinstance(value, list):
            now[name] = sorted({*had, *value})
        elif name == "misfits":
            now[name] = dict(sorted({**had, **value}.items()))
        else:
            now[name] = dict(sorted((Counter(had) + Counter(value)).items()))
    return now
