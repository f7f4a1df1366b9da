"""Read EVE files to DataFrames: options, composition and warnings, nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from suricata_eve.errors import EveOptionError, EveWarning
from suricata_eve.frame import DtypeBackend, to_frame
from suricata_eve.ingest.read import read_table
from suricata_eve.ingest.rows import reordered
from suricata_eve.ingest.sources import Source

__all__ = ["read_eve"]

OnBadLines = Literal["warn", "error", "skip"]
Order = Literal["grouped", "file"]


def read_eve(
    source: Source | Sequence[Source],
    *,
    on_bad_lines: OnBadLines = "warn",
    order: Order = "grouped",
    dtype_backend: DtypeBackend = "pyarrow",
) -> pd.DataFrame:
    r"""Read Suricata EVE logs into a DataFrame, every value exact.

    Parameters
    ----------
    source : str, path, binary file object, or a list of these
        What to read; ``~`` is expanded, and gzip is recognised by content rather than by name.
    on_bad_lines : {"warn", "error", "skip"}, default "warn"
        What to do about lines that are no event, and times that are none: tell of all of
        them in one :class:`~suricata_eve.errors.EveWarning`, raise for the first such
        line, or say nothing. They are counted in ``df.attrs["eve"]`` in any case.
    order : {"grouped", "file"}, default "grouped"
        Rows grouped by event type (types in order of first appearance), which makes a wide
        frame cheap; or in the order of the file, which takes more time and memory.
    dtype_backend : {"pyarrow", "numpy_nullable"}, default "pyarrow"
        ``pd.ArrowDtype`` throughout; or pandas' own nullable dtypes, with Python lists.

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
        If `source` is neither a path nor a binary file object.
    EveParseError
        If a line is no event and ``on_bad_lines="error"``.
    EveOptionError
        If an option is not one of its choices.

    Warns
    -----
    EveWarning
        Once, with counts: lines left out, values that are not what their field holds.

    See Also
    --------
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
    """
    _check("on_bad_lines", on_bad_lines, OnBadLines)
    _check("order", order, Order)
    _check("dtype_backend", dtype_backend, DtypeBackend)
    assembled, report = read_table(source, stop_at_bad_line=on_bad_lines == "error")
    table, lines = assembled.table, assembled.lines
    if order == "file":
        position = np.argsort(lines, kind="stable")
        table, lines = reordered(table, position), lines[position]
    frame = to_frame(table, pd.Index(lines), dtype_backend=dtype_backend)
    frame.attrs["eve"] = report.as_attrs()
    message = report.message()
    if message is not None and on_bad_lines != "skip":
        warnings.warn(message, EveWarning, stacklevel=2)
    return frame


def _check(name: str, value: object, choices: object) -> None:
    options = get_args(choices)
    if value not in options:
        msg = f"{name}={value!r} is not one of {', '.join(map(repr, options))}"
        raise EveOptionError(msg)
