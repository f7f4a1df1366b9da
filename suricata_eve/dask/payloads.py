"""What is hidden in the text of events, found partition by partition.

Who was the client of an event, and who the server, is asked of the flows of events that have a
finding, and of no others. Which these are is known when all partitions are searched; what tells
of events is read with their text, so that no partition is read again, and waits packed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve import analysis
from suricata_eve.analysis.orientation import orientation
from suricata_eve.analysis.payloads import found_payloads, payloads_table, searched
from suricata_eve.dask.collecting import merged
from suricata_eve.dask.exchange import is_few
from suricata_eve.dask.flow_ids import among, ids_in, union
from suricata_eve.dask.flows import PLACE, POSITION, by_flow_id, home, place_of, with_place
from suricata_eve.dask.orientation import evidence
from suricata_eve.dask.packing import Columns, conformed, packed, unpacked
from suricata_eve.dask.parcels import delayed_of, frame_of, parts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from suricata_eve.analysis.payloads import Kind, Wanted

__all__ = ["payloads"]

_OF_EVENT = ("timestamp", "flow_id", "event_type")
_SIDES = ("client_ip", "server_ip")
_ASKED = "eve asked"


class _Searched(NamedTuple):
    """What is wanted of a partition."""

    found: pd.DataFrame
    """The findings, with the positions of their events."""

    evidence: list[bytes]
    """What tells client and server of all its events, packed."""


def payloads(
    frame: dd.DataFrame,
    columns: str | Sequence[str] | None = None,
    *,
    kinds: Kind | Sequence[Kind] = ("jndi", "base64"),
    content: Wanted = "command",
) -> dd.DataFrame:
    """Find and decode what is hidden in the text of events.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    columns : str or sequence of str, optional
        Where to look. By default in all text that somebody on the network chose.
    kinds : {"jndi", "base64", "eve"} or sequence of them, default ("jndi", "base64")
        What to look for.
    content : {"command", "text", "any"}, default "command"
        Which findings of kind ``base64`` are worth a row.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.payloads` gives it, partition by partition as in
        the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.payloads : The same as a method, with examples.

    Notes
    -----
    A task holds the texts of a partition, or what tells client and server of the flows
    with findings that share a partition. The IDs of all these flows are in one task, and
    sent to all. What tells of all events, packed to some fifty bytes each, waits in the
    memory of the workers, or where they spill it, until all partitions are searched.
    """
    if not (columns is None or isinstance(columns, str)):
        columns = list(columns)
    kinds = kinds if isinstance(kinds, str) else list(kinds)
    options: dict[str, Any] = {"columns": columns, "kinds": kinds, "content": content}
    meta = analysis.payloads(frame._meta, **options)  # noqa: SLF001
    names = {where.name for where in searched(frame._meta, columns, kinds=kinds)}  # noqa: SLF001
    names |= {columns} if isinstance(columns, str) else set(columns or ())
    tells = evidence(frame)
    if frame.npartitions == 1 or not {"flow_id", "src_ip", "dest_ip"} <= set(tells):
        part = _columns(frame, names.union(_OF_EVENT, tells))
        return part.map_partitions(analysis.payloads, **options, meta=meta)
    part = _columns(frame, names.union(_OF_EVENT, tells))
    like = Columns.of(part._meta[tells])  # noqa: SLF001
    searched_parts = parts_of(part, _searched, more=[options, tells])
    if is_few(frame.npartitions):
        ids = dask.delayed(_ids_of_all, pure=False)(searched_parts)
    else:
        ids = merged([dask.delayed(_ids, pure=False)(one) for one in searched_parts], union)
    ask = dask.delayed(_asked, pure=False)
    nothing = _Searched(_found(part._meta, **options), [])  # noqa: SLF001
    asked = frame_of(
        [ask(one, ids, like, number) for number, one in enumerate(searched_parts)],
        _asked(nothing, _ids(nothing), like, 0),
    )
    told = by_flow_id(asked).map_partitions(_told, meta=_told(asked._meta))  # noqa: SLF001
    sides = delayed_of(home(told, frame.npartitions))
    with_sides, like = dask.delayed(_with_sides, pure=False), Columns.of(meta)
    parts = [with_sides(one, side, like) for one, side in zip(searched_parts, sides, strict=True)]
    return frame_of(parts, meta, frame.divisions if frame.known_divisions else None)


def _columns(frame: dd.DataFrame, names: set[str]) -> dd.DataFrame:
    return frame[[name for name in frame.columns if name in names]]


def _found(rows: pd.DataFrame, **options: Any) -> pd.DataFrame:
    positions, found = found_payloads(rows, **options)
    result = payloads_table(rows, positions, found, None)
    result[POSITION] = pd.arrays.ArrowExtensionArray(pa.array(positions, pa.int64()))
    return result


def _searched(rows: pd.DataFrame, options: dict[str, Any], tells: list[str]) -> _Searched:
    evidence = packed(rows[tells].reset_index(drop=True), [0, len(rows)], keep=tells)
    return _Searched(_found(rows, **options), evidence)


def _ids(searched: _Searched) -> pa.Array:
    return ids_in(searched.found["flow_id"])


def _ids_of_all(searched: list[_Searched]) -> pa.Array:
    return union([_ids(one) for one in searched])


def _asked(searched: _Searched, ids: pa.Array, like: Columns, number: int) -> pd.DataFrame:
    """Return what tells of events with findings: themselves, and the others of their flows."""
    rows = unpacked(searched.evidence, like)
    asked = np.zeros(len(rows), bool)
    asked[searched.found[POSITION].to_numpy(np.int64)] = True
    positions = np.flatnonzero(asked | among(rows["flow_id"], ids))
    result = with_place(rows.take(positions), number, positions)
    result[_ASKED] = pd.arrays.ArrowExtensionArray(pa.array(asked[positions]))
    return result


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    asked = np.flatnonzero(rows[_ASKED].to_numpy(bool))
    told = orientation(rows, asked)
    return pd.DataFrame({name: told[name].array for name in _SIDES} | _place(rows, asked))


def _place(rows: pd.DataFrame, at: NDArray[np.int64]) -> dict[str, Any]:
    return {name: rows[name].take(at).array for name in PLACE}


def _with_sides(searched: _Searched, told: pd.DataFrame, like: Columns) -> pd.DataFrame:
    """Give findings the sides of their events, which are told once each, in order."""
    at = np.searchsorted(place_of(told)[1], searched.found[POSITION].to_numpy(np.int64))
    result = searched.found.drop(columns=POSITION)
    for name in _SIDES:
        result[name] = told[name].take(at).array
    return conformed(result, like)
