"""All events that share something with some events."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.addresses import is_address_field, spellings
from suricata_eve.analysis.baselines import is_in
from suricata_eve.analysis.chosen import as_series, is_mask, mask_of
from suricata_eve.analysis.columns import arrow_column, joined, require_columns
from suricata_eve.analysis.fieldvalues import Occurrences, Sides, occurrences, typed
from suricata_eve.analysis.flow_events import by_flow
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import ENDS, orientation
from suricata_eve.analysis.ranks import value_order
from suricata_eve.analysis.rows import take_rows
from suricata_eve.analysis.sides import EVIDENCE
from suricata_eve.errors import EveTypeError, EveValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Related", "related"]

_CONCISE = {"client_ip": "client", "server_ip": "server"}
"""What the concise view of alerts calls its columns."""

Related: TypeAlias = (
    "pd.DataFrame | pd.Series | pd.Index | NDArray[np.generic] | Iterable[object] | str | int"
)
"""What tells events: a frame of them, a boolean mask, or values of the field."""


def related(frame: pd.DataFrame, events: Related, *, on: str = "flow_id") -> pd.DataFrame:
    """Return all events that have the value of a field that some events have.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    events : DataFrame, boolean mask, Series, Index, array, iterable or scalar
        The events to start from, a mask of them (a Series is aligned by its index), or
        values of the field.
    on : str, default "flow_id"
        The field to pivot by: a column, or one of ``client_ip``, ``client_port``,
        ``server_ip``, ``server_port``, ``community_id`` also where the frame has no such
        column. On ``flow_id`` it is :func:`by_flow`. Of a column of lists, one element in
        common is enough.

    Returns
    -------
    DataFrame
        The events, those given among them, without the columns that are empty in them,
        sorted by the value, time and place.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.related : The same as a method, with examples.
    """
    if on == "flow_id":
        return by_flow(frame, events)  # type: ignore[arg-type]
    require_columns(frame, ["timestamp"], method="related")
    found = occurrences(frame, on, method="related", sides=Sides(frame))
    chosen = is_in(found.distinct, _wanted(frame, events, on, found), on)
    rank = np.zeros(len(found.distinct), np.int64)
    rank[value_order(found.distinct)] = np.arange(len(rank))
    kept = chosen[found.codes]
    # An event that shares several values stands with the first of them.
    first = np.full(len(frame), len(rank), np.int64)
    np.minimum.at(first, found.events[kept], rank[found.codes[kept]])
    positions = np.flatnonzero(first < len(rank)).astype(np.int64)
    return take_rows(frame, time_order(frame, positions, first=[first[positions]]))


def _wanted(frame: pd.DataFrame, events: Related, on: str, found: Occurrences) -> pa.Array:
    """Return the values of the field that the given events have, or that were given."""
    if isinstance(events, pd.DataFrame):
        if on in ENDS and on not in events.columns:
            return _told(frame, events, on)
        return occurrences(events, on, method="related", sides=Sides(events)).distinct
    if isinstance(events, str):
        events = [events]
    values = as_series(events, noun="events")
    if is_mask(values):
        mask = mask_of(frame, values, aligned=isinstance(events, pd.Series))
        codes = np.unique(found.codes[mask[found.events]])
        return found.distinct.take(pa.array(codes))
    if is_address_field(on):
        return _addresses(joined(arrow_column(values.rename(on))).drop_null(), found.distinct, on)
    return joined(typed(values.rename(on))).drop_null()


def _addresses(given: pa.Array, known: pa.Array, on: str) -> pa.Array:
    """Return addresses in every spelling, and refuse what is none."""
    if len(given) == 0:
        return given
    if not (pa.types.is_string(given.type) or pa.types.is_large_string(given.type)):
        msg = f"{on!r} holds IP addresses, which are text, not {given.type}: {given[0].as_py()!r}"
        raise EveTypeError(msg)
    texts: list[str] = []
    for text in given.unique().to_pylist():
        spelled = spellings(text)
        if not spelled and not pc.any(pc.equal(known, text)).as_py():
            msg = (
                f"{text!r} is not an IP address, and no value of {on!r}; name one such as "
                f"'192.0.2.1' or '2001:db8::1'"
            )
            raise EveValueError(msg)
        texts += spelled or [text]
    return pa.array(texts, pa.string())


def _told(frame: pd.DataFrame, events: pd.DataFrame, on: str) -> pa.Array:
    """Tell client or server of events that may have left behind the events that tell."""
    concise = _CONCISE.get(on)
    if concise in events.columns:
        return joined(typed(events[concise])).drop_null().unique()
    require_columns(events, ["src_ip", "dest_ip"], method="related")
    names = {*EVIDENCE, *ENDS}
    parts = [each.loc[:, each.columns.isin(names)] for each in (frame, events)]
    both = pd.concat(parts, ignore_index=True)
    told = orientation(both, np.arange(len(frame), len(both)))[on]
    return joined(typed(told)).drop_null().unique()
