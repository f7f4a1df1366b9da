"""Frames that are logs, read for a part of their events: a question goes into the reading.

What a log has to be parsed for is then what is asked for: lines of other types or other flows are
left out by their bytes, as ``event_types=`` and ``flow_ids=`` leave them out. Bad lines among
these are told to nobody, so a frame whose bad lines are errors, or are given to a function, is
read as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
from dask.dataframe.dask_expr._expr import Projection
from dask.dataframe.dask_expr.io.io import FromMapProjectable

from suricata_eve.dask.parcels import parts_of
from suricata_eve.dask.partition import Options, read_part
from suricata_eve.dask.parts import Part

if TYPE_CHECKING:
    from dask.delayed import Delayed

__all__ = ["log_frame", "of_types", "parts_of_flows"]

_MOST_IDS = 1 << 20


class _Log(NamedTuple):
    """What a frame is read from."""

    parts: Sequence[Part]
    options: Options
    meta: pd.DataFrame
    """Of all columns."""

    divisions: tuple[Any, ...]


class _Reader(NamedTuple):
    """A partition that is not read yet."""

    part: Part
    options: Options
    names: list[str]

    def read(self, ids: pa.Array) -> pd.DataFrame:
        """Return the events of some flows; of very many, those of all."""
        options = self.options
        if len(ids) <= _MOST_IDS:
            asked = frozenset(ids.to_pylist())
            before = options.selection.flow_ids
            asked = asked if before is None else asked & before
            options = replace(options, selection=replace(options.selection, flow_ids=asked))
        return read_part(self.part, options, self.names)


def log_frame(
    parts: Sequence[Part], options: Options, *, meta: pd.DataFrame, divisions: tuple[Any, ...]
) -> dd.DataFrame:
    """Return the frame of a log.

    Parameters
    ----------
    parts : sequence of Part
        Its partitions.
    options : Options
        How to read them.
    meta : DataFrame
        The announced columns.
    divisions : tuple of int
        Of the places of events.

    Returns
    -------
    dask.dataframe.DataFrame
        Not read yet.
    """
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(
            read_part,
            parts,
            args=(options,),
            meta=meta,
            divisions=divisions,
            label="read-eve",
            enforce_metadata=False,
        )


def of_types(frame: dd.DataFrame, types: Iterable[str]) -> dd.DataFrame:
    """Leave out events of other types where that is quicker than to read them.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    types : iterable of str
        Those that are needed of them.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns and partitions of the frame, with all events of these types; of a log
        without any others.
    """
    log = _log_of(frame)
    if log is None:
        return frame
    selection, asked = log.options.selection, frozenset(types)
    if selection.event_types is not None:
        asked &= selection.event_types
    options = replace(log.options, selection=replace(selection, event_types=asked))
    narrow = log_frame(log.parts, options, meta=log.meta, divisions=log.divisions)
    return narrow[list(frame.columns)]


def parts_of_flows(
    frame: dd.DataFrame, function: Callable[..., Any], ids: pa.Array | Delayed
) -> list[Delayed]:
    """Return what a function makes of the events of some flows in each partition.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    function : callable
        Called as ``function(rows, ids)`` with all events of these flows, of a frame that is
        no log together with others.
    ids : pyarrow.Array or Delayed
        The IDs of the flows.

    Returns
    -------
    list of Delayed
        Of any kind.
    """
    log = _log_of(frame)
    if log is None:
        return parts_of(frame, function, more=[ids])
    with dask.config.set({"dataframe.convert-string": False}):
        readers = dd.from_map(
            _Reader,
            log.parts,
            args=(log.options, list(frame.columns)),
            meta=("x", object),
            label="eve-flows",
            enforce_metadata=False,
        )
    return parts_of(readers, _read, more=[function, ids])


def _read(reader: _Reader, function: Callable[..., Any], ids: pa.Array) -> Any:
    return function(reader.read(ids), ids)


def _log_of(frame: dd.DataFrame) -> _Log | None:
    """Return what a frame is read from, if nothing but columns was chosen of it since."""
    expr = frame.expr
    while isinstance(expr, Projection):
        expr = expr.frame
    if not isinstance(expr, FromMapProjectable) or expr.operand("func") is not read_part:
        return None
    (options,) = expr.operand("args")
    if options.on_bad_lines not in ("warn", "skip") or not frame.columns.is_unique:
        return None
    (parts,) = expr.operand("iterables")
    return _Log(parts, options, expr.frame_meta, expr.divisions)
