"""Read Parquet datasets to DataFrames: the function with all its options."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from suricata_eve.dataset.manifest import Manifest
from suricata_eve.dataset.place import open_dataset
from suricata_eve.dataset.read import read_whole
from suricata_eve.frame import DtypeBackend, to_frame
from suricata_eve.ingest.report import Mishap, Report
from suricata_eve.ingest.rows import reordered
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
from suricata_eve.warn import warn

__all__ = ["read_dataset"]


def read_dataset(
    dest: str | os.PathLike[str],
    *,
    event_types: Texts | None = None,
    exclude_event_types: Texts | None = None,
    flow_ids: FlowIds | None = None,
    since: Time | None = None,
    until: Time | None = None,
    columns: Columns | None = None,
    order: Order = "grouped",
    dtype_backend: DtypeBackend = "pyarrow",
) -> pd.DataFrame:
    r"""Read a Parquet dataset of EVE, or a part of it, as ``read_eve`` reads its logs.

    Parameters
    ----------
    dest : str or path
        What :meth:`EveScan.to_parquet` wrote: a folder (``~`` is expanded), or its URL where
        fsspec is installed (extra ``remote``).
    event_types, exclude_event_types : str or list of str, optional
        Read events of these types only; all but these (an event without a type stays).
    flow_ids : int, list, Series or Index of int, optional
        Read events of these flows only.
    since, until : str, datetime, Timestamp or datetime64, optional
        Read events whose ``timestamp`` is not before `since`, and before `until`. A time
        without a zone is UTC.
    columns : str, list of str, or callable, optional
        Give these columns only, in this order: ``"alert.signature"``, all that is inside an
        object with ``"http.*"``, or each whose path the function returns True for. A column
        that is asked for by its name is there in any case, ``<NA>`` throughout if no event
        has it.
    order : {"grouped", "file"}, default "grouped"
        Rows grouped by event type, or in the order of the lines.
    dtype_backend : {"pyarrow", "numpy_nullable"}, default "pyarrow"
        ``pd.ArrowDtype`` throughout; or pandas' own nullable dtypes, with Python lists.

    Returns
    -------
    pandas.DataFrame
        The frame that :func:`suricata_eve.read_eve` makes of the same lines, with these
        options: its rows, columns, dtypes and index, which is the number of the event's line
        over all sources in the order in which they were added. ``df.attrs["eve"]`` has the
        same keys; what they tell of left-out lines and replaced values is of the whole
        dataset, as it was when they were read.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `dest`.
    EveDatasetError
        If it is no dataset that :meth:`EveScan.to_parquet` wrote, if a file of it is missing
        or damaged, or if a newer version wrote it.
    EveTypeError
        If an option is of the wrong kind.
    EveOptionError
        If an option is not one of its choices, or no time, number or pattern; if it goes by
        a column that the dataset was written without; or if `dest` is empty, or not UTF-8.
    MissingDependencyError
        If `dest` is a URL, and a package that it needs is not installed.

    Warns
    -----
    EveWarning
        Once: event types and columns that were asked for by a name that neither EVE nor the
        dataset knows, and fields that are of several kinds in events of several types.

    See Also
    --------
    suricata_eve.EveScan : Its method ``to_parquet`` writes a dataset, or adds to it.
    suricata_eve.read_eve : Read the logs themselves.

    Notes
    -----
    Only files are opened that may hold an event that is asked for, and of these only what
    the options leave: the event type and the time choose files and parts of files, without
    a look at other events; flow IDs choose parts of files, once the column has been read;
    columns that are not asked for are not read.

    Where `event_types`, times or flows leave some events out, a field that the schema does
    not know has the dtype that all events of the dataset of these types need, whereas
    ``read_eve`` goes by those that are left. A list of several kinds of values was written
    as a list of text, and stays one. What was nested too deeply was written as text.

    If a dataset was written with `columns`, its events have these, and their event type.

    A dataset can be read while :meth:`EveScan.to_parquet` adds to it: the events are those
    before or after the addition.

    Examples
    --------
    >>> import tempfile
    >>> from suricata_eve import read_dataset, scan_eve
    >>> log = (
    ...     b'{"timestamp":"2026-03-01T10:00:00Z","event_type":"dns","dns":{"id":1}}\n'
    ...     b'{"timestamp":"2026-03-02T10:00:00Z","event_type":"tls","tls":{"sni":"a.example"}}\n'
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     added = scan_eve(log).to_parquet(folder)
    ...     df = read_dataset(folder, since="2026-03-02", columns=["event_type", "tls.sni"])
    >>> df
      event_type    tls.sni
    1        tls  a.example
    """
    check_choice("order", order, Order)
    check_choice("dtype_backend", dtype_backend, DtypeBackend)
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
    assembled, found = read_whole(place, manifest, selection=selection, wanted=wanted)
    if order == "file":
        position = np.argsort(assembled.lines, kind="stable")
        assembled = replace(
            assembled,
            table=reordered(assembled.table, position),
            lines=assembled.lines[position],
        )
    frame = to_frame(assembled.table, pd.Index(assembled.lines), dtype_backend=dtype_backend)
    report = _report(manifest)
    report.merge(found)
    frame.attrs["eve"] = report.as_attrs()
    warn(found.message())
    return frame


def _report(manifest: Manifest) -> Report:
    """Return what was left out and changed when the events of a dataset were read from logs."""
    told: dict[str, Any] = manifest.report
    report = Report(sources=[source.name for source in manifest.sources], lines=manifest.lines)
    for name in ("nul_bytes", "bad_lines", "bad_values", "cut_times"):
        setattr(report, name, told.get(name, 0))
    report.bad_value_reasons.update(told.get("bad_value_reasons", {}))
    report.converted.update(told.get("converted_fields", ()))
    report.texts.update(told.get("text_fields", ()))
    report.misfits.update(told.get("misfits", {}))
    report.notes.extend(told.get("notes", ()))
    report.examples.extend(Mishap(**example) for example in told.get("examples", ()))
    return report
