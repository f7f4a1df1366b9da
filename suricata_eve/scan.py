"""What is to be read, and the ways to have it: a frame, Arrow, batches, counts, Parquet."""

from __future__ import annotations

import json
import os
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.dataset.write import Added, write_dataset
from suricata_eve.frame import DtypeBackend, to_frame
from suricata_eve.ingest.assemble import Assembled
from suricata_eve.ingest.read import Reading, count_types, read_batches, read_table
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.rows import reordered
from suricata_eve.options import batch_of
from suricata_eve.warn import warn

__all__ = ["EveScan", "Order", "Warned"]

Order: TypeAlias = Literal["grouped", "file"]
Warned: TypeAlias = Literal["all", "values", "nothing"]

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 200  # a path is told in full, bytes and lists are not

# A batch holds what it needs, and what was read ahead.
_BATCH_BLOCK_BYTES = 8 << 20


@dataclass(frozen=True, repr=False)
class EveScan:
    """EVE that is yet to be read; :func:`suricata_eve.scan_eve` makes it.

    Each method reads the sources anew, so a file object can be used once. None of them
    changes the scan. What the options of :func:`~suricata_eve.scan_eve` leave out is not
    in any of the results.

    See Also
    --------
    suricata_eve.scan_eve : The options.
    suricata_eve.read_eve : The frame at once.
    """

    _reading: Reading
    _order: Order
    _dtype_backend: DtypeBackend
    _warn: Warned
    _options: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the call that made it, without the options left at their defaults."""
        options = "".join(f", {name}={_SHORT.repr(v)}" for name, v in self._options.items())
        return f"scan_eve({_SHORT.repr(self._reading.source)}{options})"

    def to_pandas(self) -> pd.DataFrame:
        r"""Read to a DataFrame.

        Returns
        -------
        pandas.DataFrame
            As :func:`suricata_eve.read_eve` describes it.

        Warns
        -----
        EveWarning
            Once, with counts, if something was left out or changed.

        Examples
        --------
        >>> from suricata_eve import scan_eve
        >>> scan = scan_eve(b'{"event_type":"dns"}\n{"event_type":"tls"}\n', event_types="tls")
        >>> scan.to_pandas()
          event_type
        1        tls
        """
        assembled, report = self._read()
        frame = self._frame(assembled, report)
        warn(self._message(report))
        return frame

    def to_arrow(self) -> pa.Table:
        r"""Read to one Arrow table.

        Returns
        -------
        pyarrow.Table
            The columns and rows of :meth:`to_pandas`, without its index. The schema's
            metadata holds under ``eve`` what ``df.attrs["eve"]`` does, as JSON.

        Warns
        -----
        EveWarning
            Once, with counts, if something was left out or changed.

        Examples
        --------
        >>> from suricata_eve import scan_eve
        >>> scan_eve(b'{"event_type":"dns","flow_id":7}\n').to_arrow().column_names
        ['flow_id', 'event_type']
        """
        assembled, report = self._read()
        warn(self._message(report))
        return _with_report(assembled.table, report)

    def tables(self) -> dict[str | None, pa.Table]:
        r"""Read to one narrow Arrow table for each event type.

        Returns
        -------
        dict of str to pyarrow.Table
            Event types, in order of first appearance, to their events in file order, each
            with the columns that have a value in it. The key None has events without a
            type. Every schema's metadata holds the report of the whole read, under ``eve``.

        Warns
        -----
        EveWarning
            Once, with counts, if something was left out or changed.

        Examples
        --------
        >>> from suricata_eve import scan_eve
        >>> tables = scan_eve(
        ...     b'{"event_type":"dns","dns":{"id":1}}\n{"event_type":"arp"}\n'
        ... ).tables()
        >>> {name: table.column_names for name, table in tables.items()}
        {'dns': ['event_type', 'dns.id'], 'arp': ['event_type']}
        """
        assembled, report = read_table(self._reading)
        warn(self._message(report))
        return {
            name: _with_report(_narrow(assembled.table.slice(start, stop - start)), report)
            for name, start, stop in assembled.groups
        }

    def batches(self, *, events: int = 50_000) -> Iterator[pd.DataFrame]:
        r"""Read to DataFrames of bounded size, one after the other.

        Parameters
        ----------
        events : int, default 50_000
            How many events a frame holds; the last may hold fewer.

        Yields
        ------
        pandas.DataFrame
            The next events, as :meth:`to_pandas` gives them: rows ordered as asked for
            within the frame, columns that have a value in it. A field that the schema does
            not know is typed by what it holds there. One frame without rows if there are
            no events at all.

        Raises
        ------
        EveOptionError
            If `events` is not a positive number.

        Warns
        -----
        EveWarning
            At the end, with counts over all frames.

        Examples
        --------
        >>> from suricata_eve import scan_eve
        >>> log = b'{"event_type":"dns"}\n{"event_type":"tls"}\n{"event_type":"dns"}\n'
        >>> [len(frame) for frame in scan_eve(log).batches(events=2)]
        [2, 1]
        """
        return self._batches(batch_of(events))

    def count(self) -> pd.Series[Any]:
        r"""Count the events of each type, most of them without parsing them.

        A line counts as an event if it starts and ends as an object and its type is plain
        to see; only the others are parsed.

        Returns
        -------
        pandas.Series
            ``count`` by ``event_type``, the most frequent first; ``<NA>`` stands for events
            without a type. ``int64[pyarrow]``, or ``Int64`` by `dtype_backend`.

        Warns
        -----
        EveWarning
            Once, with counts, if lines were left out.

        Examples
        --------
        >>> from suricata_eve import scan_eve
        >>> log = b'{"event_type":"dns"}\n{"event_type":"tls"}\n{"event_type":"dns"}\n'
        >>> scan_eve(log).count()
        event_type
        dns    2
        tls    1
        Name: count, dtype: int64[pyarrow]
        """
        counts, report = count_types(self._reading)
        warn(self._message(report))
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))
        names = pa.array([name for name, _ in ordered], pa.string())
        numbers = pa.array([number for _, number in ordered], pa.int64())
        table = pa.table({"event_type": names, "count": numbers})
        index = pd.RangeIndex(len(table))
        frame = to_frame(table, index, dtype_backend=self._dtype_backend)
        return frame.set_index("event_type")["count"]

    def to_parquet(
        self,
        dest: str | os.PathLike[str],
        *,
        partition_by: Sequence[str] = ("event_type", "date"),
    ) -> pd.DataFrame:
        r"""Add what is new to a Parquet dataset, in bounded memory.

        Parameters
        ----------
        dest : str or path
            The folder of the dataset. The first call makes it, in a folder that is empty or
            not there yet; each later call adds what the dataset does not have of the sources.
        partition_by : sequence of str, default ("event_type", "date")
            What folders are made by, from the outermost one: ``"event_type"``, which must be
            there, ``"date"`` and ``"hour"`` (of the ``timestamp``, in UTC).

        Returns
        -------
        pandas.DataFrame
            A row for each source, with what this call has added of it: ``source``
            (string), ``status`` (string: ``"written"``, ``"continued"`` if an earlier part of
            it was in the dataset, ``"known"`` if nothing was new), ``lines``, ``events`` and
            ``bytes`` (int64; bytes decompressed). ``df.attrs["eve"]`` reports what was read,
            left out and changed.

        Raises
        ------
        FileExistsError
            If the folder has something else in it.
        EveTypeError
            If `dest` is no path, or `partition_by` no sequence.
        EveOptionError
            If `dest` is a URL, empty, or not UTF-8; if `nrows`, or a function for `columns`, was
            given; if an option of the scan or `partition_by` is not what the dataset was begun
            with.
        EveDatasetError
            If another process is writing to the dataset; if it is damaged, or was written by a
            newer version; if a stream cannot be read again, which that would take.

        Warns
        -----
        EveWarning
            Once, with counts, if something was left out or changed.

        Notes
        -----
        The folders are ``event_type=alert/date=2026-03-02/`` and so on; pyarrow, DuckDB, Polars
        and Spark read the files in them as one table. Each has the columns that have a value in
        it, so a reader must be told to look for columns in all of them: pyarrow with
        ``pyarrow.unify_schemas``, DuckDB with ``union_by_name``, Polars with
        ``missing_columns="insert"``. The column ``_line`` counts the lines of all sources,
        from 0. A field that is named as a key or as that column gets one more underscore.

        A column has one type in all files of an event type. If a field that the schema does not
        know holds another kind of value later on, files that have it are written anew with the
        type that holds both. Lists and objects within each other, more than 32 levels deep,
        become text.

        A source is known by its content, not by its name: a log is not taken twice when rotation
        has renamed or compressed it, and of two logs of the same bytes one is. A log that has
        grown goes on behind the lines that were taken. A last line that is not whole yet is left
        for a later call. Files of the dataset itself are no sources, where a pattern for logs
        matches them.

        What was taken is committed about every GB, and at the end. If the process ends in
        between, the disk is full, or a bad line is an error (``on_bad_lines="error"``), the
        dataset is as after the last commit, and the same call takes the rest.

        Event types of more than 100 characters, and those after the first 256 that are none of
        Suricata's, share the folder ``event_type=__other__``; in its files the column
        ``_event_type`` tells them.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from suricata_eve import scan_eve
        >>> first = b'{"timestamp":"2026-03-02T10:00:00Z","event_type":"dns"}\n'
        >>> grown = first + b'{"timestamp":"2026-03-02T10:00:01Z","event_type":"tls"}\n'
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = scan_eve(first).to_parquet(folder)
        ...     added = scan_eve(grown).to_parquet(folder)
        ...     files = sorted(Path(folder).rglob("*.parquet"))
        >>> added
            source     status  lines  events  bytes
        0  <bytes>  continued      1       1     56
        >>> [file.parent.relative_to(folder).as_posix() for file in files]
        ['event_type=dns/date=2026-03-02', 'event_type=tls/date=2026-03-02']
        """
        added, report = write_dataset(self._reading, dest, partition_by=partition_by)
        warn(self._message(report))
        names, statuses, *numbers = zip(*added, strict=True) if added else [()] * len(Added._fields)
        columns = [
            pa.array(names, pa.string()),
            pa.array(statuses, pa.string()),
            *(pa.array(values, pa.int64()) for values in numbers),
        ]
        table = pa.table(columns, names=list(Added._fields))
        frame = to_frame(table, pd.RangeIndex(len(table)), dtype_backend="pyarrow")
        frame.attrs["eve"] = report.as_attrs()
        return frame

    def _batches(self, events: int) -> Iterator[pd.DataFrame]:
        total = Report()
        reading = replace(self._reading, block_bytes=_BATCH_BLOCK_BYTES)
        for assembled, report in read_batches(reading, events=events):
            frame = self._frame(self._arranged(assembled), report)
            total.merge(report)
            del assembled
            yield frame
            del frame
        warn(self._message(total))

    def _read(self) -> tuple[Assembled, Report]:
        assembled, report = read_table(self._reading)
        return self._arranged(assembled), report

    def _arranged(self, assembled: Assembled) -> Assembled:
        if self._order == "grouped":
            return assembled
        position = np.argsort(assembled.lines, kind="stable")
        lines = assembled.lines[position]
        return replace(assembled, table=reordered(assembled.table, position), lines=lines)

    def _frame(self, assembled: Assembled, report: Report) -> pd.DataFrame:
        index = pd.Index(assembled.lines)
        frame = to_frame(assembled.table, index, dtype_backend=self._dtype_backend)
        frame.attrs["eve"] = report.as_attrs()
        return frame

    def _message(self, report: Report) -> str | None:
        if self._warn == "nothing":
            return None
        return report.message(with_lines=self._warn == "all")


def _narrow(table: pa.Table) -> pa.Table:
    """Leave out columns without a value; the first stays, since a table of none has no rows."""
    held = [
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if column.null_count < len(column)
    ]
    return table.select(held or table.column_names[:1])


def _with_report(table: pa.Table, report: Report) -> pa.Table:
    return table.replace_schema_metadata({"eve": json.dumps(report.as_attrs())})
