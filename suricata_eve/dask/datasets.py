"""Parquet datasets of events to Dask DataFrames."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.dask.announced import Announced, chosen_of, example
from suricata_eve.dask.partition import message_of, wanted_columns
from suricata_eve.dask.pushdown import Narrowable, read_in_parts
from suricata_eve.dataset.files import group_rows, read_file
from suricata_eve.dataset.layout import LINE, OTHER_TYPES, event_type_of, field_of
from suricata_eve.dataset.manifest import DataFile, Manifest
from suricata_eve.dataset.place import Place, open_dataset
from suricata_eve.dataset.pruning import files_of, may_hold
from suricata_eve.dataset.read import check_decidable, strange
from suricata_eve.frame import to_frame
from suricata_eve.ingest.assemble import Assembled, assemble
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.rows import reordered
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.options import (
    Columns,
    FlowIds,
    Texts,
    Time,
    check_choice,
    integer_of,
    selection_of,
    wanted_of,
)
from suricata_eve.scan import Order
from suricata_eve.warn import warn

__all__ = ["read_dataset"]

_FIX = "the dataset has changed since the frame was made; make it again"


@dataclass(frozen=True)
class _Piece:
    """What one task reads: some files, or some row groups of one."""

    files: tuple[DataFile, ...] = ()
    groups: range | None = None


@dataclass(frozen=True)
class _Options(Narrowable):
    place: Place
    staged: int | None
    announced: Announced
    order: Order


def read_dataset(
    dest: str | os.PathLike[str],
    *,
    event_types: Texts | None = None,
    exclude_event_types: Texts | None = None,
    flow_ids: FlowIds | None = None,
    since: Time | None = None,
    until: Time | None = None,
    columns: Columns | None = None,
    rows_per_partition: int = 150_000,
    order: Order = "grouped",
) -> dd.DataFrame:
    r"""Read a Parquet dataset of EVE, or a part of it, into a Dask DataFrame.

    Parameters
    ----------
    dest : str or path
        What ``EveScan.to_parquet`` wrote: a folder or a URL, as workers can
        open it too.
    event_types, exclude_event_types, flow_ids, since, until, columns
        Which events and columns to read, as for :func:`suricata_eve.read_dataset`.
    rows_per_partition : int, default 150000
        About how many events of the files a partition has: small files together, in the order
        of their first time, and large ones by their row groups.
    order : {"grouped", "file"}, default "grouped"
        The order of rows within each partition: grouped by event type, or by line.

    Returns
    -------
    dask.dataframe.DataFrame
        The events of :func:`suricata_eve.read_dataset` with their index, in partitions ordered
        by time: sorted by it, what was computed is that frame, but for columns that are empty
        in the events that were read (``ddf.eve.to_pandas()`` leaves these out). Divisions are
        not known.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `dest`.
    EveDatasetError
        If it is no dataset that ``EveScan.to_parquet`` wrote, if a file of it
        is missing or damaged, or if a newer version wrote it.
    EveTypeError
        If an option is of the wrong kind.
    EveOptionError
        If an option is not one of its choices, or no time, number or pattern; or if it goes
        by a column that the dataset was written without.
    MissingDependencyError
        If `dest` is a URL, and a package that it needs is not installed.
    EveValueError
        While computing: if the dataset has changed, and a value no longer fits its column.

    Warns
    -----
    EveWarning
        Once: event types and columns that were asked for by a name that neither EVE nor the
        dataset knows, and fields that are of several kinds in events of several types.

    See Also
    --------
    read_eve : Read logs.
    suricata_eve.read_dataset : Read to pandas.
    suricata_eve.EveScan : Its method ``to_parquet`` writes a dataset, or adds to it.

    Notes
    -----
    The manifest tells columns, types, and which files may hold events that are asked for; of
    files of more than `rows_per_partition` events their ends are read at once too, which tell
    of row groups. Everything else is read by tasks, and of it only what a computation needs.

    A field that the schema does not know has the dtype that all events need of the types
    that have a file to be read. Where event types, taken alone, need different ones that no
    dtype holds exactly, such as integers here and text there, it is text. Lists of objects have
    all members that those of these types have in the dataset.

    Examples
    --------
    >>> import tempfile
    >>> import suricata_eve.dask
    >>> log = (
    ...     b'{"timestamp":"2026-03-01T10:00:00Z","event_type":"dns","dns":{"id":1}}\n'
    ...     b'{"timestamp":"2026-03-02T10:00:00Z","event_type":"tls","tls":{"sni":"a.example"}}\n'
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     added = suricata_eve.scan_eve(log).to_parquet(folder)
    ...     ddf = suricata_eve.dask.read_dataset(folder, since="2026-03-02")
    ...     df = ddf[["event_type", "tls.sni"]].compute()
    >>> df
      event_type    tls.sni
    1        tls  a.example
    """
    check_choice("order", order, Order)
    rows = integer_of(
        "rows_per_partition", rows_per_partition, "a number of events", least=1, most=2**31
    )
    selection = selection_of(
        event_types=event_types,
        exclude_event_types=exclude_event_types,
        flow_ids=flow_ids,
        since=since,
        until=until,
        contains=None,
    )
    wanted = wanted_of(columns, selection)
    place, manifest = open_dataset(dest)
    check_decidable(place, manifest, selection)
    files = files_of(manifest, selection)
    report = Report()
    found = _typed(manifest, files, wanted, report)
    report.notes += strange(manifest, selection, wanted, found)
    warn(message_of(report))
    schema = found.table.schema
    schema = schema if wanted is None else chosen_of(schema, wanted)
    announced = Announced(dict(zip(schema.names, schema.types, strict=True)), fix=_FIX)
    options = _Options(selection, place, manifest.staged, announced, order)
    meta = to_frame(schema.empty_table(), pd.Index([], dtype="int64"), dtype_backend="pyarrow")
    pieces = list(_pieces(place, manifest, files, rows)) or [_Piece()]
    return read_in_parts(_read_piece, pieces, options, meta=meta, label="read-dataset")


def _pieces(
    place: Place, manifest: Manifest, files: Iterable[DataFile], rows: int
) -> Iterator[_Piece]:
    """Put files together, in the order of their first time, and cut those that are large."""
    held: list[DataFile] = []

    def first(file: DataFile) -> tuple[bool, int, int]:
        return file.first_seen is None, file.first_seen or 0, file.first_line

    for file in sorted(files, key=first):
        if held and sum(each.rows for each in held) + file.rows > rows:
            yield _Piece(tuple(held))
            held = []
        if file.rows > rows:
            yield from _cut(place, manifest, file, rows)
        else:
            held.append(file)
    if held:
        yield _Piece(tuple(held))


def _cut(place: Place, manifest: Manifest, file: DataFile, rows: int) -> Iterator[_Piece]:
    sizes = group_rows(place, manifest, file)
    start = 0
    for stop in range(1, len(sizes) + 1):
        if stop == len(sizes) or sum(sizes[start : stop + 1]) > rows:
            yield _Piece((file,), range(start, stop))
            start = stop


def _typed(
    manifest: Manifest, files: Iterable[DataFile], wanted: Wanted | None, report: Report
) -> Assembled:
    """Put few values of the event types together that need the types of all their values."""
    segments = []
    for number, name in enumerate(dict.fromkeys(file.event_type for file in files)):
        schema, samples = manifest.schemas[name], manifest.samples.get(name)
        rows = max(1, 0 if samples is None else samples.num_rows)
        columns = {}
        for field in schema:
            if field.name == LINE:
                continue
            path = field_of(field.name)
            if samples is not None and field.name in samples.schema.names:
                columns[path] = samples.column(samples.schema.get_field_index(field.name))
                continue
            value = None if pa.types.is_timestamp(field.type) else example(field.type)
            columns[path] = pa.array([value, *[None] * (rows - 1)], field.type)
        event_type = None if name == OTHER_TYPES else event_type_of(name)
        if event_type is not None:
            columns["event_type"] = pa.array([event_type] * rows, pa.string())
        lines = np.arange(rows, dtype=np.int64) + (number << 32)
        shown = {
            path: column for path, column in columns.items() if wanted is None or wanted.reads(path)
        }
        segments.append(Segment(event_type, "", 0, lines, lines, shown))
    return assemble(segments, report, wanted)


def _read_piece(piece: _Piece, options: _Options, columns: list[str]) -> pd.DataFrame:
    announced, selection = options.announced, options.selection
    if columns != list(announced.types):
        announced = replace(announced, types={name: announced.types[name] for name in columns})
    wanted = wanted_columns(columns, selection)
    # All that reading needs of it; the rest is as large as the dataset has files.
    manifest = Manifest((), staged=options.staged)
    segments = [
        segment
        for file in piece.files
        if may_hold(file, selection)
        for segment in read_file(
            options.place, manifest, file, selection=selection, wanted=wanted, groups=piece.groups
        )
    ]
    rows = sum(len(segment.lines) for segment in segments)
    witness = announced.witness()
    if witness is not None:
        segments.append(witness)
    assembled = assemble(segments, Report(), wanted)
    table, lines = assembled.table.slice(0, rows), assembled.lines[:rows]
    table, _ = announced.of(table, rows, name=options.place.name, on_new_fields="error")
    if options.order == "file":
        order = np.argsort(lines, kind="stable")
        table, lines = reordered(table, order), lines[order]
    return to_frame(table, pd.Index(lines), dtype_backend="pyarrow")
