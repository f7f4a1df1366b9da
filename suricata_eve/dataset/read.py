"""Files of a dataset to one table: the same segments, put together in the same way, as of logs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
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
from suricata_eve.dataset.pruning import files_of, is_whole
from suricata_eve.errors import EveDatasetError, EveOptionError
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.read import strange_names
from suricata_eve.ingest.report import Report, many
from suricata_eve.ingest.segment import Segment, by_true_type
from suricata_eve.ingest.selection import EVERYTHING, Selection
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.fields import arrow_type

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

__all__ = ["read_files", "read_segments", "read_whole"]

_WIDE = 2048  # columns: beyond this, nearly all cells are empty, and rows are read by few
_CELLS = 1 << 24


def read_whole(
    place: Place, manifest: Manifest, *, selection: Selection = EVERYTHING, wanted: Wanted | None
) -> tuple[Assembled, Report]:
    """Read all events of a dataset that are asked for to one table.

    Parameters
    ----------
    place : Place
        Where the dataset is.
    manifest : Manifest
        What is in it.
    selection : Selection, optional
        Which events; all by default.
    wanted : Wanted or None
        Which columns; None for all.

    Returns
    -------
    Assembled
        The events; their lines are those over all sources of the dataset.
    Report
        What had to change to put them together.

    Raises
    ------
    EveOptionError
        If the dataset was written without a column that decides which events are asked for.
    EveDatasetError
        If a file is not there, or cannot be read.
    """
    _check_decidable(place, manifest, selection)
    files = files_of(manifest, selection)
    assembled, report = read_files(place, manifest, files, selection=selection, wanted=wanted)
    report.notes += _strange(manifest, selection, wanted, assembled)
    return assembled, report


def _check_decidable(place: Place, manifest: Manifest, selection: Selection) -> None:
    columns = manifest.options.get("columns")
    if columns is None:
        return
    held = Wanted(patterns=tuple(columns))
    for path in selection.paths:
        if path != "event_type" and not held.shows(path):
            msg = (
                f"{place.name} was written with columns={columns!r}: without {path!r} there is no "
                f"telling which events are asked for"
            )
            raise EveOptionError(msg)


def _strange(
    manifest: Manifest, selection: Selection, wanted: Wanted | None, assembled: Assembled
) -> list[str]:
    """Tell of names that were asked for, and that neither EVE nor the dataset knows."""
    if selection.event_types is not None:
        types = selection.event_types - {event_type_of(name) for name in manifest.schemas}
        selection = replace(selection, event_types=types)
    if wanted is not None:
        held = {field_of(name) for schema in manifest.schemas.values() for name in schema.names}
        wanted = Wanted(tuple(name for name in wanted.names if name not in held))
    return strange_names(selection, wanted, assembled)


def read_files(
    place: Place,
    manifest: Manifest,
    files: Sequence[DataFile],
    *,
    selection: Selection = EVERYTHING,
    wanted: Wanted | None = None,
) -> tuple[Assembled, Report]:
    """Read some files of a dataset to one table.

    Parameters
    ----------
    place : Place
        Where the dataset is.
    manifest : Manifest
        What is in it.
    files : sequence of DataFile
        The files, as :func:`suricata_eve.dataset.pruning.files_of` lists them.
    selection : Selection, optional
        Which of their events; all by default.
    wanted : Wanted, optional
        Which columns; all by default.

    Returns
    -------
    Assembled
        The events, grouped by type as those of a log are.
    Report
        What had to change to put them together.

    Raises
    ------
    EveDatasetError
        If a file is not there, or cannot be read.
    """
    segments = read_segments(place, manifest, files, selection=selection, wanted=wanted)
    report = Report(events=sum(len(segment.lines) for segment in segments))
    if segments:
        schemas = {file.event_type: manifest.schemas[file.event_type] for file in files}
        _add_absent(segments, schemas, selection, wanted)
    return assemble(segments, report, wanted), report


def read_segments(
    place: Place,
    manifest: Manifest,
    files: Sequence[DataFile],
    *,
    selection: Selection = EVERYTHING,
    wanted: Wanted | None = None,
) -> list[Segment]:
    """Read some files of a dataset, several at a time.

    Parameters
    ----------
    place, manifest, files, selection, wanted
        As :func:`read_files` takes them.

    Returns
    -------
    list of Segment
        The events that are asked for, in the order of the files; columns without a value
        are left out.

    Raises
    ------
    EveDatasetError
        If a file is not there, or cannot be read.
    """
    threads = max(1, min(len(files), os.cpu_count() or 1))
    read = partial(_read_file, place, manifest, selection=selection, wanted=wanted)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="suricata_eve")
    try:
        return [segment for segments in pool.map(read, files) for segment in segments]
    finally:
        pool.shutdown(cancel_futures=True)


def _add_absent(
    segments: Sequence[Segment],
    schemas: Mapping[str, pa.Schema],
    selection: Selection,
    wanted: Wanted | None,
) -> None:
    """Give columns to the first segment whose values were all replaced when they were written.

    So that the frame has them, as that of a log has. Which events had these values is not
    known, so this is for reads of all events of a type; and for unknown fields that are asked
    for by name, which then have the type that the dataset gives them.
    """
    held = {path for segment in segments for path in segment.columns}
    names = wanted.names if wanted is not None else ()
    for event_type, schema in schemas.items():
        whole = selection is EVERYTHING or not (
            selection.by_time or selection.flow_ids is not None or event_type == OTHER_TYPES
        )
        for field in schema:
            path = field_of(field.name)
            if field.name in {LINE, TYPE} or path in held:
                continue
            read = whole and (wanted is None or wanted.reads(path))
            if read or (path in names and arrow_type(path) is None):
                segments[0].columns[path] = pa.nulls(len(segments[0].lines), field.type)
                held.add(path)


def _read_file(
    place: Place,
    manifest: Manifest,
    file: DataFile,
    *,
    selection: Selection,
    wanted: Wanted | None,
) -> list[Segment]:
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
        chosen = _chosen_rows(parquet, file, selection)
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
    parquet: ParquetFile, file: DataFile, selection: Selection
) -> dict[int, np.ndarray | None]:
    """Return which rows of which row groups are asked for; None stands for all of a group."""
    groups = range(parquet.num_row_groups)
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
