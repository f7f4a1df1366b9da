"""Files of a dataset to one table: the same segments, put together in the same way, as of logs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pyarrow as pa

from suricata_eve.dataset.files import read_file
from suricata_eve.dataset.layout import (
    LINE,
    OTHER_TYPES,
    TYPE,
    event_type_of,
    field_of,
)
from suricata_eve.dataset.manifest import DataFile, Manifest
from suricata_eve.dataset.place import Place
from suricata_eve.dataset.pruning import files_of
from suricata_eve.errors import EveOptionError
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.read import strange_names
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.selection import EVERYTHING, Selection
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.fields import arrow_type

__all__ = ["check_decidable", "read_files", "read_segments", "read_whole", "strange"]


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
    check_decidable(place, manifest, selection)
    files = files_of(manifest, selection)
    assembled, report = read_files(place, manifest, files, selection=selection, wanted=wanted)
    report.notes += strange(manifest, selection, wanted, assembled)
    return assembled, report


def check_decidable(place: Place, manifest: Manifest, selection: Selection) -> None:
    """Check that a dataset has the columns that decide which events are asked for.

    Parameters
    ----------
    place : Place
        Where the dataset is.
    manifest : Manifest
        What is in it.
    selection : Selection
        Which events.

    Raises
    ------
    EveOptionError
        If it was written without one.
    """
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


def strange(
    manifest: Manifest, selection: Selection, wanted: Wanted | None, assembled: Assembled
) -> list[str]:
    """Tell of names that were asked for, and that neither EVE nor the dataset knows.

    Parameters
    ----------
    manifest : Manifest
        What is in the dataset.
    selection : Selection
        Which events were asked for.
    wanted : Wanted or None
        Which columns.
    assembled : Assembled
        What was found.

    Returns
    -------
    list of str
        A note for each such event type and column.
    """
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
    groups: range | None = None,
) -> list[Segment]:
    """Read some files of a dataset, several at a time.

    Parameters
    ----------
    place, manifest, files, selection, wanted
        As :func:`read_files` takes them.
    groups : range, optional
        Which row groups of each file; all by default.

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
    read = partial(read_file, place, manifest, selection=selection, wanted=wanted, groups=groups)
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
