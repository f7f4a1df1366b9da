"""What is hidden in the text of events, found partition by partition.

Who was the client of an event, and who the server, is asked of the flows of events that have a
finding, and of no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve import analysis
from suricata_eve.analysis.columns import integer_column, joined
from suricata_eve.analysis.orientation import orientation
from suricata_eve.analysis.payloads import found_payloads, payloads_table, searched
from suricata_eve.dask.flows import PLACE, POSITION, beside, by_flow_id, home, place_of, with_place
from suricata_eve.dask.orientation import evidence
from suricata_eve.dask.parcels import delayed_of, shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from suricata_eve.analysis.payloads import Kind, Wanted

__all__ = ["payloads"]

_OF_EVENT = ("timestamp", "flow_id", "event_type")
_SIDES = ("client_ip", "server_ip")
_ASKED = "eve asked"
_AT_ONCE = 16


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
    sent to all.
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
    part = _columns(frame, names.union(_OF_EVENT))
    found_meta = _found(part._meta, **options)  # noqa: SLF001
    found = shared(part.map_partitions(_found, **options, meta=found_meta))
    asked = frame[tells].map_partitions(
        _asked,
        found,
        _flows(found),
        meta=_asked(frame._meta[tells], found_meta, np.zeros(0, np.int64)),  # noqa: SLF001
        align_dataframes=False,
    )
    told = by_flow_id(asked).map_partitions(_told, meta=_told(asked._meta))  # noqa: SLF001
    return beside(found, _with_sides, home(told, frame.npartitions), meta=meta)


def _columns(frame: dd.DataFrame, names: set[str]) -> dd.DataFrame:
    return frame[[name for name in frame.columns if name in names]]


def _found(rows: pd.DataFrame, **options: Any) -> pd.DataFrame:
    positions, found = found_payloads(rows, **options)
    result = payloads_table(rows, positions, found, None)
    result[POSITION] = pd.arrays.ArrowExtensionArray(pa.array(positions, pa.int64()))
    return result


def _flows(found: dd.DataFrame) -> Any:
    """Return the IDs of all flows with findings, each once, without a task for all findings."""
    parts = [dask.delayed(_ids)(part) for part in delayed_of(found["flow_id"])]
    while len(parts) > 1:
        groups = [parts[at : at + _AT_ONCE] for at in range(0, len(parts), _AT_ONCE)]
        parts = [dask.delayed(_united)(group) for group in groups]
    return parts[0]


def _ids(column: pd.Series) -> NDArray[np.int64]:
    return pd.unique(column.dropna().to_numpy(np.int64))


def _united(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.unique(np.concatenate(parts))


def _asked(
    rows: pd.DataFrame,
    found: pd.DataFrame,
    flows: NDArray[np.int64],
    partition_info: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """Return what tells of events with findings: themselves, and the others of their flows."""
    asked = np.zeros(len(rows), bool)
    asked[found[POSITION].to_numpy(np.int64)] = True
    ids = joined(integer_column(rows["flow_id"]))
    there = pc.is_in(ids, value_set=pa.array(flows).cast(ids.type, safe=False))
    positions = np.flatnonzero(asked | np.asarray(there))
    number = partition_info["number"] if partition_info else 0
    result = with_place(rows.take(positions), number, positions)
    result[_ASKED] = pd.arrays.ArrowExtensionArray(pa.array(asked[positions]))
    return result


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    asked = np.flatnonzero(rows[_ASKED].to_numpy(bool))
    told = orientation(rows, asked)
    return pd.DataFrame({name: told[name].array for name in _SIDES} | _place(rows, asked))


def _place(rows: pd.DataFrame, at: NDArray[np.int64]) -> dict[str, Any]:
    return {name: rows[name].take(at).array for name in PLACE}


def _with_sides(found: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Give findings the sides of their events, which are told once each, in order."""
    at = np.searchsorted(place_of(told)[1], found[POSITION].to_numpy(np.int64))
    result = found.drop(columns=POSITION)
    for name in _SIDES:
        result[name] = told[name].take(at).array
    return result
