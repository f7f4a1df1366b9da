"""Tables of events to the files of one commit, a bounded number of them open at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.dataset.behind import Behind
from suricata_eve.dataset.layout import LINE, field_of, staged_path
from suricata_eve.dataset.manifest import DataFile
from suricata_eve.schema.fields import CORE, sort_key

__all__ = ["Parts", "open_writer", "synced"]

_GROUP_ROWS = 100_000
_PENDING_BYTES = 16 << 20
_MAX_OPEN = 64
_WRITING = 2  # threads; each holds the rows of one file, and all others wait
_SYNCING = 8  # threads: what several wait for is written at once


def open_writer(path: Path, schema: pa.Schema) -> Any:
    """Open a file for tables of a schema.

    Parameters
    ----------
    path : path
        The file.
    schema : pyarrow.Schema
        Columns of the file.

    Returns
    -------
    pyarrow.parquet.ParquetWriter
        The writer.
    """
    # Here, since it takes as long to import as all of this package.
    import pyarrow.parquet as pq  # noqa: PLC0415

    ascending = [name for name in (LINE, "timestamp") if name in schema.names]
    leaves = {path: kind for field in schema for path, kind in _leaves(field.name, field.type)}
    texts = [path for path, kind in leaves.items() if pt.is_string(kind)]
    # The least and the greatest text of a field rule out next to nothing, and cost time.
    bounded = [path for path, kind in leaves.items() if path in CORE or not pt.is_string(kind)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=texts,
        write_statistics=bounded,
        column_encoding=dict.fromkeys(ascending, "DELTA_BINARY_PACKED"),
        # Every type of an event is one that Parquet has as well.
        store_schema=False,
    )


def _leaves(path: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    """Yield the columns that Parquet makes of one, by the paths that it gives them."""
    if pt.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pt.is_struct(kind):
        for field in (kind.field(n) for n in range(kind.num_fields)):
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path, kind


def synced(path: Path) -> int:
    """Make sure that a file survives a power cut.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    int
        Its size.
    """
    with path.open("r+b") as file:
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size


@dataclass
class _Lot:
    """Events that wait to be written together with others."""

    table: pa.Table
    first_seen: int | None
    last_seen: int | None
    no_time: int

    @classmethod
    def of(cls, table: pa.Table, times: pa.ChunkedArray | None) -> _Lot:
        if times is None:
            return cls(table, None, None, len(table))
        bounds = pc.min_max(times.cast(pa.int64())).as_py()
        return cls(table, bounds["min"], bounds["max"], times.null_count)


@dataclass
class _File:
    """A file that is being written."""

    path: str
    schema: pa.Schema
    writer: Any
    rows: int = 0
    first_line: int = 0
    last_line: int = 0
    first_seen: int | None = None
    last_seen: int | None = None
    no_time: int = 0

    def write(self, lots: list[_Lot]) -> None:
        """Write events, and let go of them."""
        table = _stacked([lot.table for lot in lots], self.schema)
        lines = table.column(LINE)
        if not self.rows:
            self.first_line = lines[0].as_py()
        self.last_line = lines[-1].as_py()
        self.rows += len(table)
        self.no_time += sum(lot.no_time for lot in lots)
        seen = [lot for lot in lots if lot.first_seen is not None]
        firsts = [self.first_seen, *(lot.first_seen for lot in seen)]
        lasts = [self.last_seen, *(lot.last_seen for lot in seen)]
        self.first_seen = min((one for one in firsts if one is not None), default=None)
        self.last_seen = max((one for one in lasts if one is not None), default=None)
        self.writer.write_table(table)
        lots.clear()
        del table, lines, seen
        # Which is much, and others go on with the memory of the system beside this thread.
        pa.default_memory_pool().release_unused()


class _Folder:
    """What waits for one folder, and the file that is open in it."""

    def __init__(self, event_type: str) -> None:
        self.event_type = event_type
        self.file: _File | None = None
        self.lots: list[_Lot] = []
        self.rows = 0
        self.bytes = 0


class Parts:
    """The files of one commit, where they are staged.

    Parameters
    ----------
    root : path
        The dataset.
    commit : int
        Number of the commit.
    """

    def __init__(self, root: Path, commit: int) -> None:
        self._root = root
        self._commit = commit
        self._folders: dict[str, _Folder] = {}
        self._open: dict[str, _Folder] = {}  # by how long ago they were written to
        self._bytes = 0
        self._number = 0  # over all folders: "Alert" and "alert" are one on some systems
        self._writing = Behind("encoder", threads=_WRITING)
        self._pool: ThreadPoolExecutor | None = None
        self._ended: list[tuple[_File, str, Future[int] | int]] = []

    def add(
        self, folder: str, event_type: str, table: pa.Table, times: pa.ChunkedArray | None
    ) -> None:
        """Take events of one folder, to be written when there are enough.

        Parameters
        ----------
        folder : str
            Its path in the dataset.
        event_type : str
            What the manifest calls their type.
        table : pyarrow.Table
            The columns of the file.
        times : pyarrow.ChunkedArray or None
            When the events were.
        """
        place = self._folders.setdefault(folder, _Folder(event_type))
        size = table.get_total_buffer_size()
        place.lots.append(_Lot.of(table, times))
        place.rows += len(table)
        place.bytes += size
        self._bytes += size
        if place.rows >= _GROUP_ROWS:
            self._flush(folder)
        if self._bytes > _PENDING_BYTES:
            self._flush_half()

    def finish(self) -> list[DataFile]:
        """Write the rest.

        Returns
        -------
        list of DataFile
            The files, of which the disk has all.
        """
        for folder in list(self._folders):
            self._flush(folder, at_end=True)
        self._writing.wait()
        for folder in list(self._open):
            self._end(folder)
        files = [
            DataFile(
                path=file.path,
                event_type=event_type,
                rows=file.rows,
                bytes=size if isinstance(size, int) else size.result(),
                first_line=file.first_line,
                last_line=file.last_line,
                first_seen=file.first_seen,
                last_seen=file.last_seen,
                no_time=file.no_time,
            )
            for file, event_type, size in self._ended
        ]
        self._shut()
        return sorted(files, key=lambda file: file.path)

    def abandon(self) -> None:
        """Close all files."""
        self._writing.end()
        for folder in self._open.values():
            # What made the read fail is told, rather than that the disk is still full.
            with suppress(OSError, pa.ArrowException):
                if folder.file is not None:
                    folder.file.writer.close()
        self._open.clear()
        self._shut()

    def _shut(self) -> None:
        self._writing.end()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _flush_half(self) -> None:
        """Write those that hold the most, so that rare ones wait until they are worth writing."""
        for folder in sorted(self._folders, key=lambda name: -self._folders[name].bytes):
            if self._bytes <= _PENDING_BYTES // 2:
                return
            self._flush(folder)

    def _flush(self, folder: str, *, at_end: bool = False) -> None:
        place = self._folders[folder]
        lots, place.lots = place.lots, []
        self._bytes -= place.bytes
        place.rows = place.bytes = 0
        schema = place.file.schema if place.file is not None else pa.schema([])
        if at_end and place.file is None:
            # Others of the type have columns that these do not, and nothing follows.
            for lot in lots:
                lot.table = _narrow(lot.table)
        together: list[_Lot] = []
        for lot in lots:
            if together and not _agree(schema, lot.table.schema):
                self._write(folder, together, schema)
                together = []
            schema = _extended(schema, lot.table.schema)
            together.append(lot)
        if together:
            self._write(folder, together, schema)

    def _write(self, folder: str, lots: list[_Lot], schema: pa.Schema) -> None:
        place = self._folders[folder]
        if place.file is not None and place.file.schema != schema:
            self._end(folder)
        if place.file is None:
            place.file = self._begun(folder, schema)
        self._open[folder] = self._open.pop(folder, place)
        self._writing.call(partial(place.file.write, lots), key=place.file.path)

    def _begun(self, folder: str, schema: pa.Schema) -> _File:
        while len(self._open) >= _MAX_OPEN:
            self._end(next(iter(self._open)))
        path = f"{folder}/{self._commit:06}-{self._number:03}.parquet"
        self._number += 1
        staged = self._root / staged_path(self._commit, path)
        staged.parent.mkdir(parents=True, exist_ok=True)
        return _File(path, schema, open_writer(staged, schema))

    def _end(self, folder: str) -> None:
        place = self._open[folder]
        if place.file is not None:
            self._writing.wait(place.file.path)  # while `abandon` still finds it, if that raises
        file, place.file = place.file, None
        del self._open[folder]
        if file is None:
            return
        file.writer.close()
        file.writer = None
        path = self._root / staged_path(self._commit, file.path)
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_SYNCING, thread_name_prefix="suricata_eve_sync")
        try:
            self._ended.append((file, place.event_type, self._pool.submit(synced, path)))
        except RuntimeError:  # no thread can be started: then without
            self._ended.append((file, place.event_type, synced(path)))


def _stacked(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """Put tables below one another, with all columns of a schema."""
    return pa.concat_tables([schema.empty_table(), *tables], promote_options="default")


def _narrow(table: pa.Table) -> pa.Table:
    """Leave out columns without a value."""
    held = [
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if column.null_count < len(column)
    ]
    return table if len(held) == table.num_columns else table.select(held)


def _agree(schema: pa.Schema, other: pa.Schema) -> bool:
    """Tell whether columns of the same name are of the same type."""
    known = {field.name: field.type for field in schema}
    return all(known.get(field.name, field.type) == field.type for field in other)


def _extended(schema: pa.Schema, other: pa.Schema) -> pa.Schema:
    """Return a schema with another's columns; the other's type holds where they differ."""
    known = {field.name: field.type for field in schema}
    if all(known.get(field.name) == field.type for field in other):
        return schema
    known.update((field.name, field.type) for field in other)
    return pa.schema([(name, known[name]) for name in _ordered(known)])


def _ordered(columns: Iterable[str]) -> list[str]:
    """Return the number of the line, and the fields as a frame has them."""
    return sorted(columns, key=lambda name: (name != LINE, sort_key(field_of(name))))
