"""EVE files to Dask DataFrames."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
from dask.utils import parse_bytes

from suricata_eve.dask.announced import (
    Announced,
    OnNewFields,
    announced_schema,
    check_types,
    chosen_of,
)
from suricata_eve.dask.partition import (
    OnBadLines,
    Options,
    read_part,
    together,
    typed,
    witnesses_of,
)
from suricata_eve.dask.parts import EveFile, divisions, files_of, parts, samples
from suricata_eve.dask.pushdown import read_in_parts
from suricata_eve.errors import EveOptionError
from suricata_eve.frame import to_frame
from suricata_eve.ingest.assemble import assemble
from suricata_eve.ingest.read import Reading, segmenter_of, strange_names
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.selection import Selection
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.options import (
    Columns,
    FlowIds,
    Texts,
    Time,
    check_choice,
    selection_of,
    wanted_of,
)
from suricata_eve.scan import Order
from suricata_eve.schema.event_types import EVENT_TYPES
from suricata_eve.schema.fields import arrow_type
from suricata_eve.warn import warn

__all__ = ["Paths", "infer_schema", "read_eve"]

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""What can be opened again, by another process."""

_FIX = (
    "read_eve(paths, schema=suricata_eve.dask.infer_schema(paths)) knows all fields and their "
    "types, columns=[...] reads only those that are needed"
)
_TOGETHER = 16  # parts whose types are put together by one task


def read_eve(
    paths: Paths,
    *,
    blocksize: int | str | None = "64 MiB",
    event_types: Texts | None = None,
    exclude_event_types: Texts | None = None,
    flow_ids: FlowIds | None = None,
    since: Time | None = None,
    until: Time | None = None,
    contains: str | bytes | Iterable[str | bytes] | None = None,
    columns: Columns | None = None,
    schema: pa.Schema | None = None,
    sample: int | str = "1 MiB",
    on_bad_lines: OnBadLines = "warn",
    on_new_fields: OnNewFields = "error",
    order: Order = "grouped",
    storage_options: Mapping[str, Any] | None = None,
) -> dd.DataFrame:
    r"""Read Suricata EVE logs into a Dask DataFrame, every value exact.

    Parameters
    ----------
    paths : str, path, or list of these
        What to read, as :func:`suricata_eve.read_eve` takes it: a path, a glob, a folder (its
        ``eve*.json*`` in the order of rotation) or a URL, as workers can open it too.
    blocksize : int, str or None, default "64 MiB"
        How much of a plain file is a partition at most, of equal ones: bytes, or a text such
        as ``"64 MiB"``. None for one partition a file, which a compressed file always is.
    event_types, exclude_event_types, flow_ids, since, until, contains
        Which events to read, as for :func:`suricata_eve.read_eve`.
    columns : str, list of str, or callable, optional
        Which columns to give, as for :func:`suricata_eve.read_eve`: names, ``"http.*"``, or
        a function, which chooses among those that would be there without it.
    schema : pyarrow.Schema, optional
        The columns of the frame and their types, in place of the known fields and samples;
        :func:`infer_schema` finds it.
    sample : int or str, default "1 MiB"
        How many bytes to look at in a place, to find fields that Suricata's schema does not
        know and the types of lists of objects: at the start of each file (of 32 spread
        evenly, if there are more), and of fewer than 16 files also inside of plain ones, at
        up to 16 places in all. 0 for none.
    on_bad_lines : {"warn", "error", "skip"} or callable, default "warn"
        As for :func:`suricata_eve.read_eve`, for each partition. Samples do not ask a function.
        With "warn" and "skip", ``eve.events``, ``eve.alerts`` and ``eve.by_flow`` of what is
        read have only those lines parsed that they need, as `event_types` and `flow_ids` do, and
        bad ones among the others are not told; with "error" and a function every line is looked
        at.
    on_new_fields : {"error", "warn", "skip"}, default "error"
        What to do about a value in a field that the frame has no column for: raise, warn and
        leave it out, or leave it out. Fields that `columns` does not choose do not count, nor
        those that a computation does not need, such as all others in ``ddf[["flow_id"]]``.
    order : {"grouped", "file"}, default "grouped"
        The order of rows within each partition: grouped by event type, or as in the file.
    storage_options : dict, optional
        What ``fsspec`` is to know of the file systems of URLs, such as keys.

    Returns
    -------
    dask.dataframe.DataFrame
        One row an event, with the columns and dtypes of :func:`suricata_eve.read_eve`, but all
        that are known beforehand: also those that turn out to be empty, which
        ``ddf.eve.to_pandas()`` leaves out. The index is ``int64``, unique, and ascends from
        one partition to the next: number of the file times ``2**40``, plus the byte in which
        the line starts, decompressed; so ``sort_index()`` of what was computed is file order.
        Divisions are known.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; other ``OSError`` as ``open`` raises them.
    EveTypeError
        If something cannot be opened by another process, such as a file object, or an option
        is of the wrong kind.
    EveOptionError
        If an option is not one of its choices, or no time, number or pattern.
    MissingDependencyError
        If an option or source needs a package that is not installed.
    EveParseError
        While computing: if a line is no event and ``on_bad_lines="error"``.
    EveValueError
        While computing: if a value fits no column and ``on_new_fields="error"``; if one does
        not fit the type of its column; if a file is no longer what it was, as after rotation.

    Warns
    -----
    EveWarning
        At once: files that may hold the same events; names that samples do not know. While
        computing, for each partition: what was left out or changed in it.

    See Also
    --------
    infer_schema : Find all columns and their exact types first.
    read_dataset : Read a Parquet dataset instead, which is faster and knows its types.
    suricata_eve.read_eve : Read to pandas.

    Notes
    -----
    Only the sizes, the first bytes and the samples of files are read at once. A task parses
    with one thread the lines that start within its bytes, with what the options leave: events
    that are not asked for and columns that are not needed are left out before they are parsed.
    A file may grow; what comes later is not read.

    A column has the type that Suricata's schema gives it, or else the one that samples need.
    Where a value needs another one, an error tells the field and both types, and
    ``schema=infer_schema(paths)`` helps. For ``len(ddf)`` Dask asks for all columns;
    ``ddf["event_type"].size.compute()`` counts events too, and parses one.

    As in pandas, ``ddf.loc[place]`` finds an event, and a slice of places needs
    ``order="file"``. ``compute`` and ``persist`` move and keep whole partitions, in which an
    empty column counts as a full one; ``eve.to_pandas`` leaves them where they are. Under
    processes, whose tasks Dask does not fuse, choose columns first.

    A warning names the file and, where the partition is not its start, the byte from which
    lines are counted. Under ``dask.distributed`` it is shown on the worker and in the
    client's process, under threads in this one, under processes on their standard error.
    Each distinct one is shown once, as ``warnings`` has it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import suricata_eve.dask
    >>> log = (
    ...     '{"timestamp":"2026-03-01T10:00:00Z","event_type":"dns","dest_port":53}\n'
    ...     '{"timestamp":"2026-03-01T10:00:01Z","event_type":"tls","dest_port":443}\n'
    ... )
    >>> folder = tempfile.TemporaryDirectory()
    >>> written = (Path(folder.name) / "eve.json").write_text(log)
    >>> ddf = suricata_eve.dask.read_eve(folder.name, blocksize=80)
    >>> ddf.npartitions
    2
    >>> ddf[["event_type", "dest_port"]].compute()
       event_type  dest_port
    0         dns         53
    71        tls        443

    >>> folder.cleanup()
    """
    for name, value, choices in (
        ("order", order, Order),
        ("on_new_fields", on_new_fields, OnNewFields),
    ):
        check_choice(name, value, choices)
    _check_bad_lines(on_bad_lines)
    block_bytes, sample_bytes = _bytes("blocksize", blocksize), _bytes("sample", sample)
    if schema is not None:
        check_types(schema)
    selection = selection_of(
        event_types=event_types,
        exclude_event_types=exclude_event_types,
        flow_ids=flow_ids,
        since=since,
        until=until,
        contains=contains,
    )
    wanted = wanted_of(columns, selection)
    files, notes = files_of(paths, storage_options=storage_options)
    if schema is None:
        sampled, strange = None, list[str]()
        if files and sample_bytes and _needs_sample(wanted, selection):
            sampled, strange = _sampled(files, sample_bytes, selection, wanted)
        schema = announced_schema(selection, wanted, sampled)
        notes += [f"{note}, in the samples" for note in strange]
    elif wanted is not None:
        schema = chosen_of(schema, wanted)
    if on_bad_lines != "skip":
        warn("; ".join(notes) or None)
    options = Options(
        selection,
        _asked(columns, wanted),
        Announced(dict(zip(schema.names, schema.types, strict=True)), is_open=True, fix=_FIX),
        on_bad_lines,
        on_new_fields,
        order,
    )
    found = parts(files, block_bytes=block_bytes)
    meta = to_frame(schema.empty_table(), pd.Index([], dtype="int64"), dtype_backend="pyarrow")
    return read_in_parts(
        read_part, found, options, meta=meta, divisions=divisions(found), label="read-eve"
    )


def infer_schema(
    paths: Paths,
    *,
    blocksize: int | str | None = "64 MiB",
    event_types: Texts | None = None,
    exclude_event_types: Texts | None = None,
    flow_ids: FlowIds | None = None,
    since: Time | None = None,
    until: Time | None = None,
    contains: str | bytes | Iterable[str | bytes] | None = None,
    columns: Columns | None = None,
    on_bad_lines: OnBadLines = "warn",
    storage_options: Mapping[str, Any] | None = None,
) -> pa.Schema:
    r"""Find every column of EVE logs and its exact type, by reading all of them now.

    Parameters
    ----------
    paths, blocksize
        What to read, as for :func:`read_eve`.
    event_types, exclude_event_types, flow_ids, since, until, contains, columns
        What of it, as for :func:`read_eve`; the schema is right for the same options there.
    on_bad_lines : {"warn", "error", "skip"} or callable, default "warn"
        As for :func:`read_eve`, but nothing is told: reading the events does.
    storage_options : dict, optional
        As for :func:`read_eve`.

    Returns
    -------
    pyarrow.Schema
        The columns of :func:`suricata_eve.read_eve` for the same files and options, in order.

    Raises
    ------
    FileNotFoundError, EveTypeError, EveOptionError, MissingDependencyError, EveParseError
        As :func:`read_eve`.

    See Also
    --------
    read_eve : Takes it as ``schema=``, and then gives just these columns and types.

    Notes
    -----
    This computes, with Dask's scheduler and one task for each partition, and takes as long as
    reading all columns does. A schema can be kept: ``schema.serialize()`` gives its bytes.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import suricata_eve.dask
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "eve.json"
    ...     written = path.write_text('{"event_type":"x","x":{"y":1}}\n{"x":{"y":0.5}}\n')
    ...     schema = suricata_eve.dask.infer_schema(path)
    ...     df = suricata_eve.dask.read_eve(path, schema=schema).compute()
    >>> schema
    event_type: string
    x.y: double
    >>> df
       event_type  x.y
    0           x  1.0
    31       <NA>  0.5
    """
    _check_bad_lines(on_bad_lines)
    block_bytes = _bytes("blocksize", blocksize)
    selection = selection_of(
        event_types=event_types,
        exclude_event_types=exclude_event_types,
        flow_ids=flow_ids,
        since=since,
        until=until,
        contains=contains,
    )
    wanted = wanted_of(columns, selection)
    files, _ = files_of(paths, storage_options=storage_options)
    options = Options(
        selection, _asked(columns, wanted), Announced({}), on_bad_lines, "skip", "grouped"
    )
    read, join = dask.delayed(witnesses_of, pure=True), dask.delayed(together, pure=True)
    answers = [read(part, options) for part in parts(files, block_bytes=block_bytes)]
    while len(answers) > _TOGETHER:
        answers = [join(answers[n : n + _TOGETHER]) for n in range(0, len(answers), _TOGETHER)]
    return typed(list(dask.compute(*answers)), wanted).schema


def _check_bad_lines(on_bad_lines: OnBadLines) -> None:
    if not callable(on_bad_lines):
        check_choice("on_bad_lines", on_bad_lines, Literal["warn", "error", "skip"])


def _asked(
    columns: Columns | None, wanted: Wanted | None
) -> tuple[str, ...] | Callable[[str], bool] | None:
    """Return what can be pickled of the columns that are asked for."""
    if wanted is None:
        return None
    return columns if callable(columns) else wanted.patterns


def _bytes(name: str, value: int | str | None) -> int | None:
    """Return a number of bytes, as an integer or as Dask spells it."""
    if value is None:
        return None
    try:
        # Dask takes an empty text and True for one byte.
        number = -1 if value == "" or isinstance(value, bool) else int(parse_bytes(value))
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        msg = f"{name}={value!r} is no number of bytes, such as 1000000 or '64 MiB'"
        raise EveOptionError(msg) from error
    if number < (name == "blocksize"):
        msg = f"{name}={value!r} is not a positive number of bytes"
        raise EveOptionError(msg)
    return number


def _needs_sample(wanted: Wanted | None, selection: Selection) -> bool:
    """Tell whether the data decides on columns or types, or may know what EVE does not."""
    if (selection.event_types or frozenset()).difference(EVENT_TYPES):
        return True
    if wanted is None or wanted.chooser is not None or len(wanted.names) < len(wanted.patterns):
        return True
    return any(arrow_type(name) is None for name in wanted.names)


def _sampled(
    files: Sequence[EveFile], size: int, selection: Selection, wanted: Wanted | None
) -> tuple[pa.Schema | None, list[str]]:
    """Read the first lines of files: their columns, and names that none of them knows."""
    segmenter = segmenter_of(Reading(b"", selection=selection, wanted=wanted))
    segments = [
        segment
        for blocks in samples(files, size=size)
        for block in segmenter.read(blocks, source="")
        for segment in block.segments
    ]
    assembled = assemble(segments, Report(), wanted)
    strange = strange_names(selection, wanted, assembled)
    return assembled.table.schema if segments else None, strange
