"""Arrow tables to a Parquet dataset, a folder for each event type, as they come."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from suricata_eve.errors import EveOptionError
from suricata_eve.ingest.remote import is_url
from suricata_eve.schema.fields import sort_key

__all__ = ["write_batches"]

_NO_TYPE = "__HIVE_DEFAULT_PARTITION__"
_OTHER_TYPES = "__other__"
_MAX_TYPES = 256  # Suricata has a few dozen; names beyond that are somebody's text
_MAX_NAME = 100
_GROUP_ROWS = 100_000
_PENDING_BYTES = 48 << 20


def write_batches(
    tables: Iterable[tuple[str | None, pa.Table]], dest: str | os.PathLike[str]
) -> None:
    """Write tables of events of one type each.

    Parameters
    ----------
    tables : iterable of (str or None, pyarrow.Table)
        Event types and events, in any number and order.
    dest : str or path
        The folder to write to; it is made if it does not exist.

    Raises
    ------
    FileExistsError
        If it has something in it.
    EveOptionError
        If it is a URL, of which a path would make folders of odd names.
    """
    folder = _empty_folder(dest)
    parts: dict[str, _Parts] = {}
    try:
        for event_type, table in tables:
            name = _folder_name(event_type)
            if name not in parts and len(parts) >= _MAX_TYPES:
                name = _OTHER_TYPES
            if name not in parts:
                parts[name] = _Parts(folder / f"event_type={name}")
            # The folder tells the type, but where it stands for several.
            parts[name].add(table if name == _OTHER_TYPES else _without_type(table))
            if sum(part.pending_bytes for part in parts.values()) > _PENDING_BYTES:
                _flush_half(parts.values())
        for part in parts.values():
            part.finish()
    except BaseException:
        for part in parts.values():
            part.abandon()
        raise


def _flush_half(parts: Iterable[_Parts]) -> None:
    """Write those that hold the most, so that rare types wait until they are worth writing."""
    by_size = sorted(parts, key=lambda part: -part.pending_bytes)
    total = sum(part.pending_bytes for part in by_size)
    for part in by_size:
        if total <= _PENDING_BYTES // 2:
            return
        total -= part.pending_bytes
        part.flush()


def _empty_folder(dest: str | os.PathLike[str]) -> Path:
    if is_url(os.fspath(dest)):
        msg = f"dest={dest!r} is a URL; it must be a folder of this machine"
        raise EveOptionError(msg)
    folder = Path(dest).expanduser()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists and is not an empty folder; choose another one, or remove it first"
        raise FileExistsError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class _Parts:
    """The files of one folder; a new one is begun where a table has a column of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._schema = pa.schema([])
        self._writer: Any = None
        self._pending: list[pa.Table] = []
        self.pending_bytes = 0

    def add(self, table: pa.Table) -> None:
        """Take a table, to be written when there are enough rows."""
        self._pending.append(table)
        self.pending_bytes += table.nbytes
        if sum(map(len, self._pending)) >= _GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what has been taken."""
        pending, self._pending, self.pending_bytes = self._pending, [], 0
        schema = self._schema
        together: list[pa.Table] = []
        for table in pending:
            if together and not _agree(schema, table.schema):
                self._write(together, schema)
                together = []
            schema = _extended(schema, table.schema)
            together.append(table)
        if together:
            self._write(together, schema)

    def _write(self, tables: list[pa.Table], schema: pa.Schema) -> None:
        if self._writer is None or schema != self._schema:
            self._end()
            self._schema = schema
            self._folder.mkdir(exist_ok=True)
            # Here, since it takes as long to import as all of this package.
            import pyarrow.parquet as pq  # noqa: PLC0415

            self._writer = pq.ParquetWriter(self._path(unfinished=True), schema, compression="zstd")
        self._writer.write_table(_stacked(tables, schema))

    def finish(self) -> None:
        """Write the rest, and give the file its name."""
        self.flush()
        self._end()

    def abandon(self) -> None:
        """Remove the file that is being written."""
        if self._writer is not None:
            # What made the read fail is told, rather than that the disk is still full.
            with suppress(OSError, pa.ArrowException):
                self._writer.close()
        self._path(unfinished=True).unlink(missing_ok=True)

    def _end(self) -> None:
        if self._writer is None:
            return
        self._writer.close()
        self._path(unfinished=True).rename(self._path(unfinished=False))
        self._writer = None
        self._number += 1

    def _path(self, *, unfinished: bool) -> Path:
        # No reader takes the first kind of name for a part of the dataset.
        name = f"part-{self._number:05}.parquet"
        return self._folder / (f".{name}.unfinished" if unfinished else name)


def _stacked(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """Put tables below one another, with all columns of a schema."""
    return pa.concat_tables([schema.empty_table(), *tables], promote_options="default")


def _agree(schema: pa.Schema, other: pa.Schema) -> bool:
    """Tell whether columns of the same name are of the same type."""
    known = {field.name: field.type for field in schema}
    return all(known.get(field.name, field.type) == field.type for field in other)


def _extended(schema: pa.Schema, other: pa.Schema) -> pa.Schema:
    """Return a schema with another's columns; the other's type holds where they differ."""
    known = {field.name: field.type for field in schema}
    known.update((field.name, field.type) for field in other)
    return pa.schema([(name, known[name]) for name in sorted(known, key=sort_key)])


def _without_type(table: pa.Table) -> pa.Table:
    others = [name for name in table.column_names if name != "event_type"]
    # A file without columns could not say how many rows it has.
    return table.select(others) if others else table


def _folder_name(event_type: str | None) -> str:
    if event_type is None:
        return _NO_TYPE
    name = quote(event_type, safe="")
    return name if len(name) <= _MAX_NAME and name != _NO_TYPE else _OTHER_TYPES
