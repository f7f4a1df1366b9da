"""What a report tells, as tables: one for each kind of item, with the same columns in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.ingest.times import UTC_MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["COLUMNS", "Form", "Section", "Shown", "in_calendar", "section"]

# Microseconds since 1970 at which the years 1 and 10000 begin.
_YEAR_1, _YEAR_10000 = -62_135_596_800_000_000, 253_402_300_800_000_000

COLUMNS: dict[str, pa.DataType] = {
    "section": pa.string(),
    "time": UTC_MICROSECONDS,
    "last_seen": UTC_MICROSECONDS,
    "flow_id": pa.int64(),
    "event_type": pa.string(),
    "client_ip": pa.string(),
    "client_port": pa.uint16(),
    "server_ip": pa.string(),
    "server_port": pa.uint16(),
    "proto": pa.string(),
    "app_proto": pa.string(),
    "kind": pa.string(),
    "text": pa.string(),
    "count": pa.int64(),
    "severity": pa.int64(),
    "sid": pa.int64(),
    "category": pa.string(),
    "action": pa.string(),
    "clients": pa.int64(),
    "servers": pa.int64(),
    "flows": pa.int64(),
    "field": pa.string(),
    "resolved": pa.string(),
    "callback_host": pa.string(),
    "callback_port": pa.uint16(),
    "content": pa.string(),
    "decoded": pa.string(),
    "scope": pa.string(),
    "direction": pa.string(),
    "state": pa.string(),
    "alerted": pa.bool_(),
    "duration": pa.float64(),
    "bytes_to_server": pa.int64(),
    "bytes_to_client": pa.int64(),
    "community_id": pa.string(),
    "host": pa.string(),
}
"""The columns of every section, in order, and their types; integers may be uint64 as well, and
text large_string."""

Form: TypeAlias = Literal[
    "text", "change", "word", "time", "number", "seconds", "flag", "id", "end"
]
"""How a cell of the page is written; a change is a text that differs from another."""


class Shown(NamedTuple):
    """A column of the page."""

    head: str
    form: Form
    names: tuple[str, ...]
    """Of which columns it is made."""


class Section(NamedTuple):
    """One table of a report."""

    key: str
    """What the column ``section`` says."""

    title: str
    note: str
    """What the rows are, in a sentence or two."""

    table: Mapping[str, pa.Array]
    """Some of ``COLUMNS``, all of one length."""

    length: int
    page: tuple[Shown, ...]
    order: NDArray[np.int64]
    """The rows in the order in which they matter to a reader, for a page that shows some."""

    chosen_by: str
    """What that order is, for the note on a page that shows some."""


def section(
    key: str,
    title: str,
    note: str,
    table: Mapping[str, pa.Array],
    page: tuple[Shown, ...],
    *,
    order: NDArray[np.int64] | None = None,
    chosen_by: str = "the first",
) -> Section:
    """Make a section.

    Parameters
    ----------
    key, title, note : str
        Its name in the CSV, its heading and what its rows are.
    table : mapping of str to pyarrow.Array
        Some of ``COLUMNS``; values are cast to their types.
    page : tuple of Shown
        The columns of the page.
    order : ndarray of int64, optional
        The rows in the order in which they matter; as they are by default.
    chosen_by : str, default "the first"
        What that order is.

    Returns
    -------
    Section
        With a table in the order of ``COLUMNS``.
    """
    typed = {name: _cast(table[name], kind) for name, kind in COLUMNS.items() if name in table}
    length = len(next(iter(typed.values())))
    if order is None:
        order = np.arange(length, dtype=np.int64)
    return Section(key, title, note, typed, length, page, order, chosen_by)


def in_calendar(times: pa.Array) -> pa.Array:
    """Leave out times that no calendar has.

    Parameters
    ----------
    times : pyarrow.Array
        Times in microseconds.

    Returns
    -------
    pyarrow.Array
        The same, missing where the year is not one of 1 to 9999, of which ISO 8601 and
        spreadsheets know nothing.
    """
    moments = times.cast(pa.int64())
    inside = pc.and_(pc.greater_equal(moments, _YEAR_1), pc.less(moments, _YEAR_10000))
    return pc.if_else(inside, times, pa.scalar(None, times.type))


def _cast(data: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    if isinstance(data, pa.ChunkedArray):
        data = data.combine_chunks()
        if isinstance(data, pa.ChunkedArray):  # as some releases return it
            data = pa.concat_arrays(data.chunks) if data.num_chunks else pa.array([], data.type)
    if pa.types.is_uint64(data.type):
        top = pc.max(data).as_py()
        return data if top is not None and top >= 2**63 else data.cast(kind)
    # Text of more than 2 GB stays large_string.
    data = data if data.type == kind or pa.types.is_large_string(data.type) else data.cast(kind)
    return in_calendar(data) if pa.types.is_timestamp(kind) else data
