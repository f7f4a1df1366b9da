"""Which event counts to which value of one field, or values of several.

An event that has the values counts to them. One that lacks some counts to each combination of
its connection that agrees with what it has: a ``flow`` event has no user agent, and its bytes
count to each user agent of its connection. Instead of pairing each such event with each value,
those that lack the same in one connection are of one cell, and cells are paired with values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.columns import integer_column, joined
from suricata_eve.analysis.fieldvalues import Sides, occurrences
from suricata_eve.analysis.ranks import value_places
from suricata_eve.analysis.runs import portions, repeated
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.schema.fields import is_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from suricata_eve.analysis.connections import Connections

__all__ = ["Membership", "field_names", "membership"]


class Membership(NamedTuple):
    """The values, and which events count to them."""

    labels: pd.Index
    """The values, or combinations of them, sorted: a row of the result each."""

    event: NDArray[np.int64]
    """Numbers of events, ascending; one that has several values comes several times."""

    cell: NDArray[np.int64]
    """For each of these a row of the result or, from their number on, a cell that they share."""

    shared_cell: NDArray[np.int64]
    """Cells that rows share, ascending; once for each row that it counts to."""

    shared_row: NDArray[np.int64]
    """The rows that these count to."""


class _Field(NamedTuple):
    """The values of a field, and which events have which."""

    event: NDArray[np.int64]
    code: NDArray[np.int64]
    distinct: pa.Array
    rank: NDArray[np.int64]
    """For each value its place among the sorted ones; equal values may have several places."""


def field_names(by: object, *, method: str) -> list[str]:
    """Return the names of fields that an option gives.

    Parameters
    ----------
    by : str or iterable of str
        What was passed.
    method : str
        The method, for messages.

    Returns
    -------
    list of str
        Each once.

    Raises
    ------
    EveTypeError, EveOptionError
        If it is something else, or nothing.
    """
    given = [by] if isinstance(by, str) or not isinstance(by, Iterable) else list(by)
    names: dict[str, None] = {}
    for name in given:
        if not isinstance(name, str):
            msg = f"{method}() takes names of fields as by, not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
        names[name] = None
    if not names:
        msg = f"{method}() was given no field; name one, such as by='client_ip'"
        raise EveOptionError(msg)
    return list(names)


def membership(
    frame: pd.DataFrame,
    names: Sequence[str],
    at: NDArray[np.int64],
    connections: Connections | None,
    *,
    method: str,
    sides: Sides,
) -> Membership:
    """Tell which events count to which values.

    Parameters
    ----------
    frame : DataFrame
        Events.
    names : sequence of str
        Fields of them.
    at : ndarray of int64
        Positions of the events that may count, ascending; their places here number them.
    connections : Connections, optional
        Of all events of the frame; None in a frame without ``flow_id``.
    method : str
        The method that asks, for messages.
    sides : Sides
        Client and server of the frame's events.

    Returns
    -------
    Membership
        The values in the order of the first field, then of the others.

    Raises
    ------
    MissingColumnError
        If a field is neither in the frame nor one of EVE.
    EveTypeError
        If the values of a field are objects.
    """
    number = np.full(len(at), -1, np.int64) if connections is None else connections.number[at]
    fields = [
        _flows(frame, at, connections)
        if name == "flow_id" and connections is not None
        else _field(frame, name, at, method=method, sides=sides)
        for name in names
    ]
    event = np.arange(len(at))
    codes: list[NDArray[np.int64]] = []
    for field in fields:
        places, code = _outer(event, field, len(at))
        event, codes = event[places], [*(other[places] for other in codes), code]

    whole = np.logical_and.reduce([code >= 0 for code in codes])
    row, keys = _numbered([code[whole] for code in codes])
    order = np.lexsort([field.rank[key] for field, key in zip(fields, keys, strict=True)][::-1])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    row, keys = place[row], [key[order] for key in keys]

    # What lacks a value, and is of a connection where it may find one.
    partial = np.flatnonzero(~whole & (number[event] >= 0))
    lacking, having = _numbered([number[event[partial]], *(code[partial] for code in codes)])
    shared_cell, shared_row = _matched(having, keys, number[event[whole]], row)

    cell = np.full(len(event), -1, np.int64)
    cell[whole], cell[partial] = row, lacking + len(order)
    kept = cell >= 0
    labels = _index(
        names, [f.distinct.take(pa.array(k)) for f, k in zip(fields, keys, strict=True)]
    )
    return Membership(labels, event[kept], cell[kept], shared_cell + len(order), shared_row)


def _flows(frame: pd.DataFrame, at: NDArray[np.int64], connections: Connections) -> _Field:
    """Return flows as values: an ID that was used twice is two."""
    number = connections.number[at]
    event = np.flatnonzero(number >= 0)
    code, flows = pd.factorize(number[event])
    first = np.empty(len(flows), np.int64)
    first[code[::-1]] = at[event[::-1]]
    ids = joined(integer_column(frame["flow_id"].take(first)))
    keys = [connections.start[first], connections.host[first], np.asarray(ids)]
    rank = np.empty(len(flows), np.int64)
    rank[np.lexsort(keys)] = np.arange(len(flows))
    return _Field(event, np.asarray(code, np.int64), ids, rank)


def _field(
    frame: pd.DataFrame, name: str, at: NDArray[np.int64], *, method: str, sides: Sides
) -> _Field:
    found = occurrences(frame, name, method=method, sides=sides, optional=is_known(name))
    place = np.full(len(frame), -1, np.int64)
    place[at] = np.arange(len(at))
    event = place[found.events]
    kept = event >= 0
    distinct = found.distinct
    if pa.types.is_nested(distinct.type):
        msg = (
            f"{method}() cannot group by {name!r}, whose values are objects; "
            f"group by a column of scalars, or of lists of them"
        )
        raise EveTypeError(msg)
    return _Field(event[kept], found.codes[kept], distinct, value_places(distinct))


def _outer(
    event: NDArray[np.int64], field: _Field, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give events their values of a field, -1 where there is none; tell which come again."""
    counts = np.bincount(field.event, minlength=size)
    if counts.max(initial=0) <= 1:
        code = np.full(size, -1, np.int64)
        code[field.event] = field.code
        return np.arange(len(event)), code[event]
    starts = np.cumsum(counts) - counts
    run, place = repeated(np.maximum(counts[event], 1), starts[event])
    # The last is for events without a value.
    codes = np.append(field.code, -1)
    return run, codes[np.where(counts[event[run]] > 0, place, -1)]


def _numbered(
    codes: Sequence[NDArray[np.int64]],
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Give numbers to the combinations of codes from -1; return these as well."""
    if len(codes) == 1:
        used = np.bincount(codes[0] + 1) > 0
        return (np.cumsum(used) - 1)[codes[0] + 1], [np.flatnonzero(used) - 1]
    number = np.zeros(len(codes[0]), np.int64)
    for code in codes:
        # Not above the square of the number of rows, and of codes, which 64 bits hold.
        number, _ = pd.factorize(number * (int(code.max(initial=-1)) + 2) + code + 1)
    number = np.asarray(number, np.int64)
    first = np.empty(int(number.max(initial=-1)) + 1, np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return number, [code[first] for code in codes]


def _matched(
    having: Sequence[NDArray[np.int64]],
    keys: Sequence[NDArray[np.int64]],
    flow: NDArray[np.int64],
    row: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find, for each cell, the rows of its connection that agree with what it has.

    `flow` and `row` tell of events which they are of; there may be no flow, -1.
    """
    wanted, *codes = having
    asked = np.zeros(int(max(flow.max(initial=-1), wanted.max(initial=-1))) + 2, bool)
    asked[wanted] = True
    found = np.flatnonzero(asked[flow])  # the last is for -1
    width = len(keys[0]) + 1
    flow, row = np.divmod(np.sort(pd.unique(flow[found] * width + row[found])), width)
    starts = np.searchsorted(flow, wanted)
    counts = np.searchsorted(flow, wanted, side="right") - starts
    cells, rows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for first, last in portions(counts):
        cell, place = repeated(counts[first:last], starts[first:last])
        cell, found = cell + first, row[place]
        agrees = np.ones(len(cell), bool)
        for code, key in zip(codes, keys, strict=True):
            own = code[cell]
            agrees &= (own < 0) | (own == key[found])
        cells.append(cell[agrees])
        rows.append(found[agrees])
    return np.concatenate(cells), np.concatenate(rows)


def _index(names: Sequence[str], values: Sequence[pa.Array]) -> pd.Index:
    levels = [pd.Index(pd.array(data, dtype=pd.ArrowDtype(data.type))) for data in values]
    if len(levels) == 1:
        return levels[0].rename(names[0])
    return pd.MultiIndex.from_arrays(levels, names=list(names))
