"""Files of older types, written anew with the types that their columns have by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.dataset.kinds import Kinds, conforms, storable
from suricata_eve.dataset.layout import LINE, column_of, field_of, staged_path
from suricata_eve.dataset.manifest import DataFile
from suricata_eve.dataset.parts import open_writer, synced

__all__ = ["beyond_int64", "has_negative", "migrate"]


def migrate(root: Path, file: DataFile, kinds: Kinds) -> DataFile:
    """Give the columns of a file their types; at any time it is there as it was, or as it will be.

    Parameters
    ----------
    root : path
        The dataset.
    file : DataFile
        The file.
    kinds : Kinds
        The types.

    Returns
    -------
    DataFile
        The file, with its new size.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = root / file.path
    with pq.ParquetFile(path) as parquet:
        final = kinds.schema
        lagging = [
            field.name
            for field in parquet.schema_arrow
            if field.name != LINE and not conforms(field.type, final.field(field.name).type)
        ]
        if not lagging:  # perhaps by now: whoever was at it before may not have told of it
            return replace(file, bytes=path.stat().st_size)
        other = root / staged_path(0, "migrated")
        other.parent.mkdir(parents=True, exist_ok=True)
        writer: Any = None
        try:
            for group in range(parquet.num_row_groups):
                table = _recast(parquet.read_row_group(group), lagging, kinds)
                if writer is None:
                    writer = open_writer(other, table.schema)
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()
    size = synced(other)
    other.replace(path)
    return replace(file, bytes=size)


def _recast(table: pa.Table, lagging: Iterable[str], kinds: Kinds) -> pa.Table:
    for name in lagging:
        place = table.column_names.index(name)
        column = storable(kinds.recast(field_of(name), table.column(place)))
        table = table.set_column(place, name, column)
    return table


def has_negative(paths: Iterable[Path], field: str) -> bool:
    """Tell whether one of the files has a negative integer in a column.

    Parameters
    ----------
    paths : iterable of path
        The files.
    field : str
        The field of the column.

    Returns
    -------
    bool
        As the statistics of the files tell it.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    name = column_of(field)
    for path in paths:
        metadata = pq.read_metadata(path)
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for chunk in map(group.column, range(group.num_columns)):
                statistics = chunk.statistics if chunk.path_in_schema == name else None
                if statistics is not None and statistics.has_min_max and statistics.min < 0:
                    return True
    return False


def beyond_int64(paths: Iterable[Path], field: str) -> int:
    """Count the integers of a column that are too large for ``int64``.

    Parameters
    ----------
    paths : iterable of path
        The files.
    field : str
        The field of the column.

    Returns
    -------
    int
        How many there are in all of them.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    name = column_of(field)
    count = 0
    for path in paths:
        with pq.ParquetFile(path) as parquet:
            schema = parquet.schema_arrow
            if name not in schema.names or schema.field(name).type != pa.uint64():
                continue
            for group in range(parquet.num_row_groups):
                values = parquet.read_row_group(group, columns=[name]).column(name)
                limit = pa.scalar(2**63 - 1, pa.uint64())
                count += pc.sum(pc.greater(values, limit)).as_py() or 0
    return count
