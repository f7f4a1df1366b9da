"""One file of a dataset to segments: only what is asked for is read of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from suricata_eve.dataset.layout import (
    LINE,
    OTHER_TYPES,
    TYPE,
    event_type_of,
    field_of,
    staged_path,
)
from suricata_eve.dataset.manifest import DataFile, Manifest
from suricata_eve.dataset.place import Place
from suricata_eve.dataset.pruning import is_whole
from suricata_eve.errors import EveDatasetError
from suricata_eve.ingest.report import many
from suricata_eve.ingest.segment import Segment, by_true_type
from suricata_eve.ingest.selection import Selection
from suricata_eve.ingest.wanted import Wanted

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

__all__ = ["group_rows", "read_file"]

_WIDE = 2048  # columns: beyond this, nearly all cells are empty, and rows are read by few
_CELLS = 1 << 24


def group_rows(place: Place, manifest: Manifest, file: DataFile) -> list[int]:
    """Return how many events each row group of a file has.

    Parameters
    ----------
    place : Place
        Where the dataset is.
    manifest : Manifest
        What is in it.
    file : DataFile
        One of its files.

    Returns
    -------
    list of int
        The numbers, in order.

    Raises
    ------
    EveDatasetError
        If the file is not there, or cannot be read.
    """
    with _opened(place, manifest, file) as parquet:
        groups = map(parquet.metadata.row_group, range(parquet.num_row_groups))
        return [group.num_rows for group in groups]


def read_file(
    place: Place,
    manifest: Manifest,
    file: DataFile,
    *,
    selection: Selection,
    wanted: Wanted | None,
    groups: range | None = None,
) -> list[Segment]:
    """Read a file, or some of its row groups.

    Parameters
    ----------
    place : Place
        Where the dataset is.
    manifest : Manifest
        What is in it.
    file : DataFile
        One of its files.
    selection : Selection
        Which events.
    wanted : Wanted or None
        Which columns; None for all.
    groups : range, optional
        Which row groups; all by default.

    Returns
    -------
    list of Segment
        The events that are asked for, in order; columns without a value are left out.

    Raises
    ------
    EveDatasetError
        If the file is not there, or cannot be read.
    """
    with _opened(place, manifest, file) as parquet:
        held = parquet.schema_arrow.names
        if LINE not in held or parquet.metadata.num_rows != file.rows:
            msg = f"it has not the {many(file.rows, 'event')} that the manifest tells of"
            raise _damaged(place, file, msg)
        shared = file.event_type == OTHER_TYPES
        names = [
            name
            for name in held
            if wanted is None or name in {LINE, TYPE} or wanted.reads(field_of(name))
        ]
        among = range(parquet.num_row_groups) if groups is None else groups
        chosen = _chosen_rows(parquet, file, selection, among)
        segments = [
            _segment(place, file, batch)
            for group in sorted(chosen)
            for batch in _batches(parquet, group, names, chosen[group])
            if len(batch)
        ]
    if not shared:
        return segments
    by_type = [part for segment in segments for part in by_true_type(segment)]
    return [segment for segment in by_type if selection.has_type(segment.event_type)]


def _segment(place: Place, file: DataFile, batch: pa.RecordBatch) -> Segment:
    lines = np.asarray(batch.column(batch.schema.get_field_index(LINE)))
    columns = {
        field_of(name): array
        for name, array in zip(batch.schema.names, batch.columns, strict=True)
        if name != LINE and array.null_count < len(array)
    }
    event_type = None
    if file.event_type != OTHER_TYPES:
        event_type = event_type_of(file.event_type)
        if event_type is not None:
            columns["event_type"] = pa.repeat(event_type, len(lines))
    return Segment(event_type, place.name, 0, lines, lines, columns)


def _chosen_rows(
    parquet: ParquetFile, file: DataFile, selection: Selection, groups: range
) -> dict[int, np.ndarray | None]:
    """Return which rows of which row groups are asked for; None stands for all of a group."""
    if is_whole(file, selection):
        return dict.fromkeys(groups)
    deciding = [name for name in selection.paths if name != "event_type"]
    if not set(deciding) <= set(parquet.schema_arrow.names):
        return {}
    chosen: dict[int, np.ndarray | None] = {}
    for group in groups:
        if not _may_be_in_time(parquet, group, selection):
            continue
        table = _read_group(parquet, group, deciding)
        mask = np.ones(len(table), bool)
        if selection.by_time:
            mask &= selection.in_time(_whole(table.column("timestamp")))
        if selection.flow_ids is not None:
            mask &= selection.in_flows(_whole(table.column("flow_id")))
        if mask.any():
            chosen[group] = None if mask.all() else mask
    return chosen


def _may_be_in_time(parquet: ParquetFile, group: int, selection: Selection) -> bool:
    """Tell whether a row group may hold events of the time asked for, by its statistics."""
    if not selection.by_time:
        return True
    place = parquet.schema_arrow.names.index("timestamp")
    # Leaves are counted, of which a column before may have several.
    metadata = parquet.metadata.row_group(group)
    places = range(place, metadata.num_columns)
    column = next(
        metadata.column(n) for n in places if metadata.column(n).path_in_schema == "timestamp"
    )
    statistics = column.statistics
    if statistics is None or not statistics.has_min_max:
        return True
    since, until = selection.since, selection.until
    return (since is None or statistics.max_raw >= since) and (
        until is None or statistics.min_raw < until
    )


def _batches(
    parquet: ParquetFile, group: int, names: list[str], mask: np.ndarray | None
) -> Iterator[pa.RecordBatch]:
    """Read rows of a row group; what one array cannot hold comes in several batches."""
    if len(names) <= _WIDE:
        table = _read_group(parquet, group, names)
        if mask is not None:
            table = table.filter(pa.array(mask))
        yield from table.to_batches()
        return
    start = 0
    rows = max(256, _CELLS // len(names))
    for batch in parquet.iter_batches(rows, row_groups=[group], columns=names):
        stop = start + len(batch)
        whole = mask is None or mask[start:stop].all()
        yield batch if whole else batch.filter(pa.array(mask[start:stop]))  # type: ignore[index]
        start = stop


def _read_group(parquet: ParquetFile, group: int, names: list[str]) -> pa.Table:
    table = parquet.read_row_group(group, columns=names)
    # Its reader takes "a" for a prefix of "a.b".
    return table if table.column_names == names else table.select(names)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


@contextmanager
def _opened(place: Place, manifest: Manifest, file: DataFile) -> Iterator[ParquetFile]:
    """Open a file for a ``with`` block, in which errors of Arrow's tell of the file."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    stream = _stream(place, manifest, file)
    try:
        with stream, pq.ParquetFile(stream, pre_buffer=True) as parquet:
            yield parquet
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _damaged(place, file, str(error)) from error


def _stream(place: Place, manifest: Manifest, file: DataFile) -> Any:
    """Open a file where it is: a commit's files are put in their places while others read."""
    final = place.path(file.path)
    paths = [final]
    if manifest.staged is not None:
        paths = [final, place.path(staged_path(manifest.staged, file.path)), final]
    for path in paths:
        with suppress(FileNotFoundError):
            return place.filesystem.open_input_file(path)
    raise _damaged(place, file, "it is not there")


def _damaged(place: Place, file: DataFile, reason: str) -> EveDatasetError:
    return EveDatasetError(
        f"the dataset {place.name} is damaged, in its file {file.path}: {reason}"
    )
