"""Which values meet in events: the edges of a graph, with how often and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.codes import begins, encode, first_places
from suricata_eve.analysis.columns import instant_column, joined, require_columns, text_column
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.fieldvalues import Occurrences, Sides, field_at, occurrences
from suricata_eve.analysis.orientation import ENDS
from suricata_eve.analysis.ranks import value_places
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.runs import repeated
from suricata_eve.errors import EveTypeError
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.schema.fields import is_known

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["edges"]


def edges(
    frame: pd.DataFrame, source: str = "client_ip", target: str = "server_ip"
) -> pd.DataFrame:
    """Return which values of two fields meet in events, how often, and when.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Those of all types help to tell the client.
    source : str, default "client_ip"
        A field.
    target : str, default "server_ip"
        A field of the same event. Of fields of lists, each element meets each.

    Returns
    -------
    DataFrame
        A row per pair of values, the most frequent first, then in the order of the values:

        - ``source``, ``target``: the values, of the type that the field has;
        - ``count`` (int64): events that have both; ``flows`` (int64): connections of these;
          ``alerts`` (int64): how many of these are alerts;
        - ``first_seen``, ``last_seen`` (``timestamp[us, UTC]``): the earliest and the latest
          ``timestamp`` of these.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.edges : The same as a method, with examples.
    """
    require_columns(frame, ["event_type", "timestamp"], method="edges")
    types = encode(joined(text_column(frame["event_type"])))
    kinds = types.values.to_pylist()  # noqa: PD011 -- of Arrow
    counted = types.codes != _place(kinds, "stats")
    numbers = connections(frame) if "flow_id" in frame.columns else None
    sources, targets = _both(frame, source, target, Sides(frame, numbers))
    event, tail, head = _pairs(sources, targets, counted)

    width = max(len(targets.distinct), 1)
    edge, pairs = pd.factorize(tail * width + head)
    edge = np.asarray(edge, np.int64)
    tails, heads = np.divmod(np.asarray(pairs, np.int64), width)
    count = np.bincount(edge, minlength=len(pairs))
    keys = [_rank(targets.distinct, target)[heads], _rank(sources.distinct, source)[tails]]
    order = np.lexsort([*keys, -count])

    alert = types.codes[event] == _place(kinds, "alert")
    alerts = np.bincount(edge[alert], minlength=len(pairs))
    flows = _flows(numbers, event, edge, len(pairs))
    first, last = _seen(frame, event, edge, len(pairs))
    place = pa.array(order)
    return arrow_frame(
        {
            "source": sources.distinct.take(pa.array(tails[order])),
            "target": targets.distinct.take(pa.array(heads[order])),
            "count": pa.array(count[order], pa.int64()),
            "flows": pa.array(flows[order], pa.int64()),
            "alerts": pa.array(alerts[order], pa.int64()),
            "first_seen": first.take(place),
            "last_seen": last.take(place),
        }
    )


def _place(kinds: list[str], name: str) -> int:
    return kinds.index(name) if name in kinds else -2  # -1 is for events without a type


def _is_known(field: object) -> bool:
    return isinstance(field, str) and is_known(field)


def _both(
    frame: pd.DataFrame, source: str, target: str, sides: Sides
) -> tuple[Occurrences, Occurrences]:
    """Return the values of both fields; of a side, only where the other is a column's."""

    def values(field: str, other: Occurrences | None = None) -> Occurrences:
        if other is not None and field in ENDS and field not in frame.columns:
            events = other.events[begins(other.events)]
            codes, distinct = encode(field_at(frame, field, events, method="edges", sides=sides))
            known = codes >= 0
            return Occurrences(events[known], codes[known], distinct)
        known_field = _is_known(field)
        return occurrences(frame, field, method="edges", sides=sides, optional=known_field)

    if source in frame.columns:
        sources = values(source)
        return sources, values(target, sources)
    targets = values(target)
    return values(source, targets), targets


def _rank(values: pa.Array, field: str) -> NDArray[np.int64]:
    """Return the place of each value among the sorted ones."""
    if pa.types.is_nested(values.type):
        msg = (
            f"edges() cannot join values of {field!r}, which are objects; "
            f"name a field of scalars, or of lists of them"
        )
        raise EveTypeError(msg)
    return value_places(values)


def _pairs(
    sources: Occurrences, targets: Occurrences, counted: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each event with each pair of values that it has."""
    kept = counted[sources.events]
    event, tail = sources.events[kept], sources.codes[kept]
    counts = np.bincount(targets.events, minlength=len(counted))
    if counts.max(initial=0) <= 1:
        code = np.full(len(counted), -1, np.int64)
        code[targets.events] = targets.codes
        head = code[event]
        both = head >= 0
        return event[both], tail[both], head[both]
    starts = np.cumsum(counts) - counts
    run, place = repeated(counts[event], starts[event])
    return event[run], tail[run], targets.codes[place]


def _flows(
    numbers: NDArray[np.int64] | None,
    event: NDArray[np.int64],
    edge: NDArray[np.int64],
    size: int,
) -> NDArray[np.int64]:
    """Count the connections of each edge."""
    if numbers is None:
        return np.zeros(size, np.int64)
    number = numbers[event]
    known = np.flatnonzero(number >= 0)
    edge, number = edge[known], number[known]
    # Most connections are of one edge, and are known by the first that they have.
    first = first_places(number, int(number.max(initial=-1)) + 1)
    others = np.flatnonzero(edge != edge[first[number]])
    found = np.bincount(edge[first[first >= 0]], minlength=size)
    more = pd.unique(edge[others] * len(first) + number[others]) // max(len(first), 1)
    return found + np.bincount(more, minlength=size)


def _seen(
    frame: pd.DataFrame, event: NDArray[np.int64], edge: NDArray[np.int64], size: int
) -> tuple[pa.Array, pa.Array]:
    times = joined(instant_column(take_column(frame["timestamp"], event)).cast(pa.int64()))
    known = np.flatnonzero(np.asarray(times.is_valid()))
    moments, edge = np.asarray(times.fill_null(0))[known], edge[known]
    none = np.ones(size, bool)
    none[edge] = False
    limits = np.iinfo(np.int64)
    first, last = np.full(size, limits.max), np.full(size, limits.min)
    np.minimum.at(first, edge, moments)
    np.maximum.at(last, edge, moments)
    begun, ended = (pa.array(values, pa.int64(), mask=none) for values in (first, last))
    return begun.cast(UTC_MICROSECONDS), ended.cast(UTC_MICROSECONDS)
