"""What is asked of a frame goes into its reading, if it is a log or a dataset as it was read.

What has to be parsed or loaded is then what is asked for: events of other types or other flows are
left out as ``event_types=`` and ``flow_ids=`` leave them out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import dask
import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
from dask.dataframe.dask_expr._expr import Projection
from dask.dataframe.dask_expr.io.io import FromMapProjectable

from suricata_eve.dask.parcels import parts_of
from suricata_eve.ingest.selection import Selection

if TYPE_CHECKING:
    from dask.delayed import Delayed

__all__ = ["Narrowable", "of_types", "parts_of_flows", "read_in_parts"]

_Part = TypeVar("_Part")
_MOST_IDS = 1 << 20


@dataclass(frozen=True)
class Narrowable:
    """Options of reading that say which events are asked for.

    Attributes
    ----------
    selection : Selection
        Which events.
    """

    selection: Selection

    @property
    def looks_at_all(self) -> bool:
        """Whether events that are not needed have to be looked at nevertheless."""
        return False

    def asking(
        self, *, types: Iterable[str] | None = None, flow_ids: Iterable[int] | None = None
    ) -> Narrowable:
        """Return the options to read a part of the events.

        Parameters
        ----------
        types : iterable of str, optional
            The types of it.
        flow_ids : iterable of int, optional
            The IDs of its flows.

        Returns
        -------
        Narrowable
            Options like these.
        """
        selection = self.selection
        if types is not None:
            both = _both(selection.event_types, frozenset(types))
            selection = replace(selection, event_types=both)
        if flow_ids is not None:
            selection = replace(selection, flow_ids=_both(selection.flow_ids, frozenset(flow_ids)))
        return replace(self, selection=selection)


def _both(before: frozenset[Any] | None, asked: frozenset[Any]) -> frozenset[Any]:
    return asked if before is None else asked & before


class _Source(NamedTuple):
    """What a frame is read from."""

    read: Callable[[Any, Any, list[str]], pd.DataFrame]
    parts: Sequence[Any]
    options: Narrowable
    meta: pd.DataFrame
    divisions: tuple[Any, ...] | None
    label: str


class _Reader(NamedTuple):
    """A partition that is not read yet."""

    part: Any
    read: Callable[[Any, Any, list[str]], pd.DataFrame]
    options: Narrowable
    names: list[str]

    def of_flows(self, ids: pa.Array) -> pd.DataFrame:
        """Return the events of some flows; of very many, those of all."""
        options = self.options
        if len(ids) <= _MOST_IDS:
            options = options.asking(flow_ids=ids.to_pylist())
        return self.read(self.part, options, self.names)


def read_in_parts(
    read: Callable[[_Part, Any, list[str]], pd.DataFrame],
    parts: Sequence[_Part],
    options: Narrowable,
    *,
    meta: pd.DataFrame,
    divisions: tuple[Any, ...] | None = None,
    label: str,
) -> dd.DataFrame:
    """Return the frame of what is read in parts.

    Parameters
    ----------
    read : callable
        Called as ``read(part, options, columns)``.
    parts : sequence
        What makes a partition each.
    options : Narrowable
        How to read them.
    meta : DataFrame
        All columns.
    divisions : tuple, optional
        Of the index, if they are known.
    label : str
        What Dask shows.

    Returns
    -------
    dask.dataframe.DataFrame
        Not read yet.
    """
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(
            read,
            parts,
            args=(options,),
            meta=meta,
            divisions=divisions,
            label=label,
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
        The columns and partitions of the frame, with all events of these types; as they were
        read, without any others.
    """
    source = _source_of(frame)
    if source is None:
        return frame
    narrow = read_in_parts(
        source.read,
        source.parts,
        source.options.asking(types=types),
        meta=source.meta,
        divisions=source.divisions,
        label=source.label,
    )
    names = list(frame.columns)
    return narrow if names == list(narrow.columns) else narrow[names]


def parts_of_flows(
    frame: dd.DataFrame, function: Callable[..., Any], ids: pa.Array | Delayed
) -> list[Delayed]:
    """Return what a function makes of the events of some flows in each partition.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    function : callable
        Called as ``function(rows, ids)`` with all events of these flows; they may be together
        with others.
    ids : pyarrow.Array or Delayed
        The IDs of the flows.

    Returns
    -------
    list of Delayed
        Of any kind.
    """
    source = _source_of(frame)
    if source is None:
        return parts_of(frame, function, more=[ids])
    with dask.config.set({"dataframe.convert-string": False}):
        readers = dd.from_map(
            _Reader,
            source.parts,
            args=(source.read, source.options, list(frame.columns)),
            meta=("x", object),
            label=f"{source.label}-flows",
            enforce_metadata=False,
        )
    return parts_of(readers, _of_flows, more=[function, ids])


def _of_flows(reader: _Reader, function: Callable[..., Any], ids: pa.Array) -> Any:
    return function(reader.of_flows(ids), ids)


def _source_of(frame: dd.DataFrame) -> _Source | None:
    """Return what a frame is read from, if nothing but columns was chosen of it since."""
    expr = frame.expr
    while isinstance(expr, Projection):
        expr = expr.frame
    if not isinstance(expr, FromMapProjectable) or not frame.columns.is_unique:
        return None
    if expr.operand("_partitions") is not None:  # some of the parts, of a frame that was optimized
        return None
    options = next(iter(expr.operand("args")), None)
    if not isinstance(options, Narrowable) or options.looks_at_all:
        return None
    (parts,) = expr.operand("iterables")
    return _Source(
        expr.operand("func"),
        parts,
        options,
        expr.frame_meta,
        expr.divisions if expr.known_divisions else None,
        expr.operand("label"),
    )
