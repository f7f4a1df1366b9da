"""Read EVE files to DataFrames: the two functions with all their options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeAlias

import pandas as pd

from suricata_eve.frame import DtypeBackend
from suricata_eve.ingest.read import Reading
from suricata_eve.ingest.sources import Source
from suricata_eve.options import (
    BadLine,
    Columns,
    FlowIds,
    Texts,
    Time,
    check_choice,
    mender_of,
    rows_of,
    selection_of,
    wanted_of,
)
from suricata_eve.progress import progress_bar
from suricata_eve.scan import EveScan, Order, Warned

__all__ = ["read_eve", "scan_eve"]

OnBadLines: TypeAlias = (
    "Literal['warn', 'error', 'skip'] | Callable[[BadLine], dict[str, Any] | str | bytes | None]"
)


def read_eve(
    source: Source | Sequence[Source],
    *,
    event_types: Texts | None = None,
    exclude_event_types: Texts | None = None,
    flow_ids: FlowIds | None = None,
    since: Time | None = None,
    until: Time | None = None,
    contains: str | bytes | Iterable[str | bytes] | None = None,
    columns: Columns | None = None,
    nrows: int | None = None,
    on_bad_lines: OnBadLines = "warn",
    order: Order = "grouped",
    dtype_backend: DtypeBackend = "pyarrow",
    progress: bool = False,
) -> pd.DataFrame:
    r"""Read Suricata EVE logs into a DataFrame, every value exact.

    Parameters
    ----------
    source : str, path, bytes, binary file object, or a list of these
        What to read: a path (``~`` is expanded), a glob, a folder (its ``eve*.json*`` in the
        order of rotation, oldest first), EVE text as bytes, or a URL where fsspec is
        installed (extra ``remote``). gzip, bz2, xz, zstd and lz4 are recognised by content
        rather than by name.
    event_types, exclude_event_types : str or list of str, optional
        Read events of these types only; all but these (an event without a type stays).
    flow_ids : int, list, Series or Index of int, optional
        Read events of these flows only.
    since, until : str, datetime, Timestamp or datetime64, optional
        Read events whose ``timestamp`` is not before `since`, and before `until`. A time
        without a zone is UTC.
    contains : str, bytes, or list of these, optional
        Read events whose line has one of these texts in it, byte for byte, as ``grep -F``
        finds it: ``"/"`` does not find the escape ``"\\/"``.
    columns : str, list of str, or callable, optional
        Give these columns only, in this order: ``"alert.signature"``, all that is inside an
        object with ``"http.*"``, or each whose path the function returns True for. A column
        that is asked for by its name is there in any case, ``<NA>`` throughout if no event
        has it.
    nrows : int, optional
        Give this many events at most: the first ones that the other options let through.
    on_bad_lines : {"warn", "error", "skip"} or callable, default "warn"
        What to do about lines that are no event, and values that are not what their field
        holds: tell of all of them in one :class:`~suricata_eve.errors.EveWarning`; raise
        for the first line that is no event, and tell of values; or say nothing. A function
        gets each line that is no event as a :class:`~suricata_eve.BadLine`; it returns None
        to leave it out, or the event to read in its place as a dict, str or bytes. They are
        counted in ``df.attrs["eve"]`` in any case.
    order : {"grouped", "file"}, default "grouped"
        Rows grouped by event type (types in order of first appearance), which makes a wide
        frame cheap; or in the order of the file, which takes more time and memory.
    dtype_backend : {"pyarrow", "numpy_nullable"}, default "pyarrow"
        ``pd.ArrowDtype`` throughout; or pandas' own nullable dtypes, with Python lists.
    progress : bool, default False
        Show a progress bar (bytes read of bytes in all; needs tqdm, extra ``progress``).

    Returns
    -------
    pandas.DataFrame
        One row an event, one column a JSON path (``alert.signature``, ``http.url``); lists
        stay lists. The index is the number of the event's line over all sources, from 0,
        so that ``df.sort_index()`` is file order. A missing value, a JSON null and an
        absent key are ``<NA>``; an empty object makes no column, nor does a field without
        any value. ``df.attrs["eve"]`` reports what was read, left out and changed, as
        plain JSON values.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; other ``OSError`` as ``open`` raises them.
    EveTypeError
        If `source` is none, or an option is of the wrong kind.
    EveParseError
        If a line is no event and ``on_bad_lines="error"``.
    EveOptionError
        If an option is not one of its choices, or no time, number or pattern.
    MissingDependencyError
        If an option or source needs a package that is not installed.

    Warns
    -----
    EveWarning
        Once, with counts: lines left out, values that are not what their field holds.

    See Also
    --------
    suricata_eve.scan_eve : The same options, and other ways to have the events.
    suricata_eve.normalize_types : The same dtypes for a frame that you already have.
    suricata_eve.load_sample : A real EVE file that ships with the package.

    Notes
    -----
    Known fields have the dtype that Suricata's schema gives them, whatever the file holds:
    integers ``int64`` (``uint64`` where one exceeds it), ports ``uint16``, times
    ``timestamp[us, UTC]``. A value that does not fit is ``<NA>``, counted, and placed by
    its line; text that spells an integer becomes that integer, which is reported too.
    Other fields, and lists, are typed by what they hold. Integers never pass through
    floats. Where no dtype holds the values of such a field exactly (text in one event, a
    number in another), all of the field becomes text, and the warning names it.

    The options from `event_types` to `contains` are decided on the bytes of a line where
    these leave no doubt, before it is parsed, so that the fewer events are asked for, the
    faster the read; the outcome is that of reading everything and filtering afterwards.
    Lines that are ruled out are not looked at further: bad ones among them are not counted,
    and fields that the schema does not know are typed by what the others hold.

    Examples
    --------
    >>> import io
    >>> from suricata_eve import read_eve
    >>> log = io.BytesIO(
    ...     b'{"timestamp":"2022-01-01T03:41:17.115874-0400","flow_id":1080000000000001,'
    ...     b'"event_type":"http","dest_port":80,"http":{"url":"/"}}\n'
    ... )
    >>> df = read_eve(log)
    >>> df.dtypes
    timestamp     timestamp[us, tz=UTC][pyarrow]
    flow_id                       int64[pyarrow]
    event_type                   string[pyarrow]
    dest_port                    uint16[pyarrow]
    http.url                     string[pyarrow]
    dtype: object
    >>> df["timestamp"].item().isoformat()
    '2022-01-01T07:41:17.115874+00:00'

    Only what is asked for is parsed:

    >>> log.seek(0)
    0
    >>> read_eve(log, event_types="http", columns=["http.url", "tls.sni"])
      http.url tls.sni
    0        /    <NA>
    """
    return scan_eve(
        source,
        event_types=event_types,
        exclude_event_types=exclude_event_types,
        flow_ids=flow_ids,
        since=since,
        until=until,
        contains=contains,
        columns=columns,
        nrows=nrows,
        on_bad_lines=on_bad_lines,
        order=order,
        dtype_backend=dtype_backend,
        progress=progress,
    ).to_pandas()


def scan_eve(
    source: Source | Sequence[Source],
    *,
    event_types: Texts | None = None,
    exclude_event_types: Texts | None = None,
    flow_ids: FlowIds | None = None,
    since: Time | None = None,
    until: Time | None = None,
    contains: str | bytes | Iterable[str | bytes] | None = None,
    columns: Columns | None = None,
    nrows: int | None = None,
    on_bad_lines: OnBadLines = "warn",
    order: Order = "grouped",
    dtype_backend: DtypeBackend = "pyarrow",
    progress: bool = False,
) -> EveScan:
    r"""Prepare to read Suricata EVE logs; nothing is opened until a result is asked for.

    Parameters
    ----------
    source : str, path, bytes, binary file object, or a list of these
        What to read, as :func:`suricata_eve.read_eve` takes it.
    event_types, exclude_event_types, flow_ids, since, until, contains
        Which events to give, as for :func:`suricata_eve.read_eve`.
    columns, nrows, on_bad_lines, order, dtype_backend, progress
        As for :func:`suricata_eve.read_eve`.

    Returns
    -------
    EveScan
        What to call one of these on: ``to_pandas()``, ``to_arrow()``, ``tables()`` (a narrow
        Arrow table for each event type), ``batches()`` (frames of bounded size), ``count()``
        (events per type, without parsing them), ``to_parquet(dest)``.

    Raises
    ------
    EveTypeError
        If an option is of the wrong kind.
    EveOptionError
        If an option is not one of its choices, or no time, number or pattern.

    See Also
    --------
    suricata_eve.read_eve : The frame at once.

    Examples
    --------
    >>> from suricata_eve import scan_eve
    >>> log = b'{"event_type":"dns","flow_id":1}\n{"event_type":"tls","flow_id":1}\n'
    >>> scan = scan_eve(log, flow_ids=1)
    >>> scan.count()
    event_type
    dns    1
    tls    1
    Name: count, dtype: int64[pyarrow]
    >>> scan.to_arrow().num_rows
    2
    """
    given = locals()
    options = {
        name: given[name]
        for name, parameter in inspect.signature(scan_eve).parameters.items()
        if name != "source" and given[name] is not parameter.default
    }
    for name, value, choices in (
        ("order", order, Order),
        ("dtype_backend", dtype_backend, DtypeBackend),
    ):
        check_choice(name, value, choices)
    mender = None
    if callable(on_bad_lines):
        mender = mender_of(on_bad_lines)
    else:
        check_choice("on_bad_lines", on_bad_lines, Literal["warn", "error", "skip"])
    selection = selection_of(
        event_types=event_types,
        exclude_event_types=exclude_event_types,
        flow_ids=flow_ids,
        since=since,
        until=until,
        contains=contains,
    )
    reading = Reading(
        source,
        selection=selection,
        wanted=wanted_of(columns, selection),
        nrows=rows_of(nrows),
        stop_at_bad_line=on_bad_lines == "error",
        mender=mender,
        progress=progress_bar if progress else None,
    )
    warned: Warned = "values" if mender is not None else "all"
    return EveScan(
        reading, order, dtype_backend, "nothing" if on_bad_lines == "skip" else warned, options
    )
