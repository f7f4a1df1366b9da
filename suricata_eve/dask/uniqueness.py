"""The values of a field over all partitions: how often, when and between whom.

Where all events of a flow are, each value becomes a row, and so does each pair of it and a
client or server. Pairs go to a partition by both, so that those of a value that all events
have are spread; there they are counted, and the counts go to the partition of the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve import analysis
from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import arrow_column, joined
from suricata_eve.analysis.communityid import READ as OF_COMMUNITY_ID
from suricata_eve.analysis.fieldvalues import Sides, occurrences
from suricata_eve.analysis.orientation import has_ends
from suricata_eve.analysis.ranks import value_order
from suricata_eve.analysis.uniqueness import NEVER, first_and_last, pairs_of
from suricata_eve.dask.exchange import bucket_number, by_range, exchanged
from suricata_eve.dask.flows import by_flow_id, mixed
from suricata_eve.dask.hashing import hashed
from suricata_eve.dask.orientation import evidence
from suricata_eve.dask.parcels import delayed_of
from suricata_eve.dask.values import PREFIX, as_kind, kind_of_values, prefixes
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

__all__ = ["unique"]

_COUNTS = ("events", "first", "last", "clients", "servers")
_SIDES = ("client_ip", "server_ip")
_ITSELF = len(_SIDES)  # not a side: the row of the value itself


def unique(frame: dd.DataFrame, field: str) -> dd.DataFrame:
    """Tell of each value of a field how often, when and between whom it was seen.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    field : str
        A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
        ``community_id``, which any frame of events has.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.unique` gives it, in order over all partitions; each
        has an index of its own.

    Raises
    ------
    EveTypeError
        If the dtype of the column does not tell what it holds, such as objects in Python
        lists; at once, or where the values are seen if only these tell.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.unique : The same as a method, with examples.

    Notes
    -----
    A task holds what is needed of the events of the flows that share a partition, or the
    values, and pairs of a value and a client or server, that share one: a part of as many
    distinct ones as there are, never all events of a value.
    """
    known = analysis.unique(frame._meta, field)  # noqa: SLF001
    kind = kind_of_values(pa.array(known["value"].array).type, field, method="unique")
    part = _part(frame, field)
    empty = _rows_of(kind)
    # Together with what brings a partition's flows, and with what packs the rows of it.
    rows = by_flow_id(part).map_partitions(
        _counted, field, kind, meta=empty, enforce_metadata=False
    )
    number = bucket_number(rows.npartitions)
    if rows.npartitions > 1:
        rows = exchanged(rows, _by_pair, npartitions=number, meta=empty)
    counts = rows.map_partitions(_pairs_counted, meta=_pairs_counted(empty))
    if number > 1:
        counts = exchanged(counts, _by_value, npartitions=number, meta=counts._meta)  # noqa: SLF001
    summed = counts.map_partitions(_summed, meta=_summed(counts._meta))  # noqa: SLF001
    parts = delayed_of(summed)  # made once, since all of them tell what a share is one of
    total = dask.delayed(_total)(parts)
    with dask.config.set({"dataframe.convert-string": False}):
        table = dd.from_delayed(parts, meta=summed._meta, verify_meta=False)  # noqa: SLF001
    addresses = has_ends(frame._meta)  # noqa: SLF001
    told = _table(table._meta, 1, addresses=addresses)  # noqa: SLF001
    return by_range(table, _largest_first).map_partitions(
        _table, total, addresses=addresses, meta=told
    )


def _part(frame: dd.DataFrame, field: str) -> dd.DataFrame:
    names = {field, "timestamp", *evidence(frame)}
    if field == "community_id":
        names.update(OF_COMMUNITY_ID)
    return frame[[name for name in frame.columns if name in names]]


class _Pairs(NamedTuple):
    """Rows that are counted: values themselves, and each client and server of them."""

    value: pa.Array
    side: NDArray[np.int8]
    address: pa.Array
    events: NDArray[np.int64]
    all_events: NDArray[np.int64]
    """How many have a value, of which a list has several; told by any of the rows."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def frame(self) -> pd.DataFrame:
        return arrow_frame({name: pa.array(data) for name, data in self._asdict().items()})


def _rows_of(kind: pa.DataType) -> pd.DataFrame:
    none = np.zeros(0, np.int64)
    side = np.zeros(0, np.int8)
    texts = pa.array([], pa.string())
    return _Pairs(pa.array([], kind), side, texts, none, none, none, none).frame()


def _counted(rows: pd.DataFrame, field: str, kind: pa.DataType) -> pd.DataFrame:
    """Return the values and pairs of some flows."""
    sides = Sides(rows)
    events, codes, distinct = occurrences(rows, field, method="unique", sides=sides)
    distinct = as_kind(distinct, kind, field, method="unique")
    size = len(distinct)
    first, last = (np.full(size, never) for never in NEVER)
    if "timestamp" in rows.columns:
        first, last = first_and_last(rows, events, codes, size)
    values, side = [np.arange(size)], [np.full(size, _ITSELF, np.int8)]
    address = [pa.nulls(size, pa.string())]
    if has_ends(rows):
        for number, name in enumerate(_SIDES):
            value, code, addresses = pairs_of(codes, sides.column(name, events))
            values.append(value)
            side.append(np.full(len(value), number, np.int8))
            address.append(addresses.take(pa.array(code)).cast(pa.string()))
    value = np.concatenate(values)
    more = len(value) - size
    count = np.append(np.bincount(codes, minlength=size), np.zeros(more, np.int64))
    all_events = np.zeros(len(value), np.int64)
    all_events[:1] = len(np.unique(events))
    first, last = (
        np.append(seen, np.full(more, never))
        for seen, never in zip((first, last), NEVER, strict=True)
    )
    pairs = _Pairs(
        distinct.take(pa.array(value)),
        np.concatenate(side),
        pa.concat_arrays(address),
        count,
        all_events,
        first,
        last,
    )
    return pairs.frame()


def _data(rows: pd.DataFrame, name: str) -> pa.Array:
    return joined(arrow_column(rows[name]))


def _by_value(rows: pd.DataFrame, npartitions: int) -> NDArray[np.int64]:
    return (hashed(_data(rows, "value")) % np.uint64(npartitions)).astype(np.int64)


def _by_pair(rows: pd.DataFrame, npartitions: int) -> NDArray[np.int64]:
    value, address = hashed(_data(rows, "value")), hashed(_data(rows, "address"))
    side = rows["side"].to_numpy(np.int64).astype(np.uint64)
    return (mixed(value ^ mixed(address + side)) % np.uint64(npartitions)).astype(np.int64)


def _pairs_counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of distinct clients and servers of the values that have pairs here."""
    codes, values = encode(_data(rows, "value"))
    side = rows["side"].to_numpy(np.int64)
    data = {"value": values, **_numbers(rows, codes, len(values))}
    for number, name in enumerate(("clients", "servers")):
        at = np.flatnonzero(side == number)
        value, _, _ = pairs_of(codes[at], _data(rows, "address").take(pa.array(at)))
        data[name] = pa.array(np.bincount(value, minlength=len(values)))
    return arrow_frame(data)


def _numbers(rows: pd.DataFrame, codes: NDArray[np.int64], size: int) -> dict[str, pa.Array]:
    """Put together how often and when each value was seen."""
    first, last = (np.full(size, never) for never in NEVER)
    np.minimum.at(first, codes, rows["first"].to_numpy(np.int64))
    np.maximum.at(last, codes, rows["last"].to_numpy(np.int64))
    sums = {name: pa.array(_added(rows, name, codes, size)) for name in ("events", "all_events")}
    return {**sums, "first": pa.array(first), "last": pa.array(last)}


def _added(rows: pd.DataFrame, name: str, codes: NDArray[np.int64], size: int) -> Any:
    total = np.zeros(size, np.int64)
    np.add.at(total, codes, rows[name].to_numpy(np.int64))
    return total


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return all that is counted of the values that are here."""
    codes, values = encode(_data(rows, "value"))
    size = len(values)
    data = {"value": values, **_numbers(rows, codes, size)}
    for name in ("clients", "servers"):
        data[name] = pa.array(_added(rows, name, codes, size))
    return arrow_frame(data)


def _total(tables: list[pd.DataFrame]) -> int:
    return sum(int(table["all_events"].sum()) for table in tables)


def _largest_first(rows: pd.DataFrame) -> tuple[NDArray[np.bytes_], NDArray[np.bool_]]:
    count = (2**63 - 1 - rows["events"].to_numpy(np.int64)).astype(">u8")
    bytes_of = np.hstack([count.view(np.uint8).reshape(-1, 8), prefixes(_data(rows, "value"))])
    keys = np.ascontiguousarray(bytes_of).view(f"S{8 + PREFIX}").reshape(-1)
    return keys, np.zeros(len(keys), bool)


def _table(rows: pd.DataFrame, total: int, *, addresses: bool) -> pd.DataFrame:
    values = _data(rows, "value")
    count, first, last, clients, servers = (rows[name].to_numpy(np.int64) for name in _COUNTS)
    never = first > last
    data = {
        "value": values,
        "count": pa.array(count),
        "share": pa.array(count / total if len(count) else np.zeros(0)),
        "first_seen": pa.array(first, mask=never).cast(UTC_MICROSECONDS),
        "last_seen": pa.array(last, mask=never).cast(UTC_MICROSECONDS),
        "clients": pa.array(clients, mask=(clients == 0) | (not addresses)),
        "servers": pa.array(servers, mask=(servers == 0) | (not addresses)),
    }
    by_value = value_order(values)
    order = pa.array(by_value[np.argsort(-count[by_value], kind="stable")])
    return arrow_frame({name: column.take(order) for name, column in data.items()})
