"""The Community ID of events: one text per flow, the same in the logs of other programs."""

from __future__ import annotations

import binascii
import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import require_columns
from suricata_eve.analysis.connections import TELLING, connections
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.flow_tuples import NO_PORT, WITH_PORTS, Dialect, Tuples, flow_tuples
from suricata_eve.analysis.rows import take_column
from suricata_eve.options import check_choice, integer_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["READ", "community_id"]

# What tells tuples, and what tells which flow events are of.
_OF_TUPLES = ("proto", "icmp_type", "icmp_code", "spi")
_OF_FLOWS = ("event_type", *TELLING)
READ = ("community_id", *_OF_FLOWS, *_OF_TUPLES)
"""The columns that tell the Community ID."""

# As many events are enough to tell the dialect of a log.
_ENOUGH = 10_000


def community_id(
    frame: pd.DataFrame, *, seed: int = 0, dialect: Dialect | None = None
) -> pd.Series:
    """Return the Community ID of each event.

    Parameters
    ----------
    frame : DataFrame
        Events with ``src_ip``, ``dest_ip`` and ``proto``; it is not changed.
    seed : int, default 0
        The seed, from 0 to 65535, as in ``community-id-seed`` of ``suricata.yaml``.
    dialect : {"suricata", "suricata-7", "spec"}, optional
        Whose IDs. By default ``"suricata"``; ``"suricata-7"``, if that is what gives those
        that the frame's own column ``community_id`` has of two ports of one address.

    Returns
    -------
    Series
        ``community_id`` (string), with the index of the frame; ``<NA>`` where nothing
        tells the ID exactly.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.community_id : The same as a method, with examples.
    """
    require_columns(frame, ["src_ip", "dest_ip", "proto"], method="community_id")
    what = "a number of 16 bits, from 0 to 65535"
    prefix = integer_of("seed", seed, what, least=0, most=2**16 - 1).to_bytes(2, "big")
    if dialect is None:
        dialect = _dialect_of(frame, prefix)
    check_choice("dialect", dialect, Dialect)
    tuples = flow_tuples(frame, dialect)
    number = _asked_of_flows(frame, tuples)
    texts = _texts(prefix, tuples)
    ids = texts.take(pa.array(number, mask=number < 0))
    array = pd.arrays.ArrowExtensionArray(pa.chunked_array([ids]))
    return pd.Series(array, index=frame.index, name="community_id")


def _dialect_of(frame: pd.DataFrame, prefix: bytes) -> Dialect:
    """Tell by the IDs that a log has which of Suricata's releases wrote it."""
    if "community_id" not in frame.columns:
        return "suricata"
    events = Columns(frame)
    one_address = pc.equal(events.text("src_ip"), events.text("dest_ip")).fill_null(
        fill_value=False
    )
    rows = np.flatnonzero(np.asarray(pc.and_(one_address, events.text("community_id").is_valid())))
    rows = rows[:_ENOUGH]
    names = [name for name in (*_OF_FLOWS, *_OF_TUPLES) if name in frame.columns]
    part = pd.DataFrame({name: take_column(frame[name], rows).array for name in names})
    written = Columns(frame, rows).text("community_id")
    alike = {}
    for dialect in ("suricata", "suricata-7"):
        tuples = flow_tuples(part, dialect)
        known = np.flatnonzero(tuples.number >= 0)
        ids = _texts(prefix, tuples).take(pa.array(tuples.number[known]))
        alike[dialect] = pc.sum(pc.equal(ids, written.take(pa.array(known)))).as_py() or 0
    return "suricata-7" if alike["suricata-7"] > alike["suricata"] else "suricata"


def _texts(prefix: bytes, tuples: Tuples) -> pa.Array:
    """Return the Community ID of each tuple."""
    size = np.array([len(address) for address in tuples.addresses], np.int64)[tuples.first]
    with_ports = tuples.first_port != NO_PORT
    digests = np.zeros((len(size), 21), np.uint8)  # a byte more than SHA-1 has: see below
    for width in (4, 16):
        packed = b"".join(address.ljust(16, b"\0")[:width] for address in tuples.addresses)
        addresses = np.frombuffer(packed, np.uint8).reshape(-1, width)
        for ported in (True, False):
            chosen = np.flatnonzero((size == width) & (with_ports == ported))
            columns = [np.tile(np.frombuffer(prefix, np.uint8), (len(chosen), 1))]
            columns += [addresses[place[chosen]] for place in (tuples.first, tuples.second)]
            columns += [_bytes(tuples.protocol[chosen] << 8)]
            if ported:
                columns += [_bytes(tuples.first_port[chosen]), _bytes(tuples.second_port[chosen])]
            digests[chosen, :20] = _sha1(np.hstack(columns))
    # 21 bytes are 28 letters of Base64; 20 bytes are the same, but for a last letter of "=".
    letters = binascii.b2a_base64(digests.tobytes(), newline=False)
    texts = np.empty((len(size), 30), np.uint8)
    texts[:, :2] = list(b"1:")
    texts[:, 2:] = np.frombuffer(letters, np.uint8).reshape(-1, 28)
    texts[:, 29] = ord("=")
    offsets = np.arange(len(size) + 1, dtype=np.int32) * 30
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(texts)]
    return pa.Array.from_buffers(pa.string(), len(size), buffers, null_count=0)


def _bytes(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return numbers of 16 bits as two bytes each, in network order."""
    return numbers.astype(">u2").view(np.uint8).reshape(-1, 2)


def _sha1(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    messages = rows.view(f"V{rows.shape[1]}").ravel().tolist()
    digests = [hashlib.sha1(one, usedforsecurity=False).digest() for one in messages]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 20)


def _asked_of_flows(frame: pd.DataFrame, tuples: Tuples) -> NDArray[np.int64]:
    """Return the tuple of each event, where its flow tells better than its own fields.

    An event that does not tell by itself is of the tuple of its flow: an ICMP error about a
    TCP flow, for one. And an address of X-Forwarded-For is not the one of the flow.
    """
    own = tuples.number
    rows = _doubtful(frame, own)
    if not len(rows):
        return own
    parts = {name: take_column(frame[name], rows) for name in _OF_FLOWS if name in frame.columns}
    part = pd.DataFrame({name: column.array for name, column in parts.items()})
    number, result = connections(part), own[rows]
    size = int(number.max()) + 1
    kinds = Columns(part).text("event_type")
    of_flow = np.asarray(pc.is_in(kinds, value_set=pa.array(["flow", "netflow"])))
    sure = _agreed(number, np.where(of_flow, result, -1), size)[number]
    told = np.where(sure >= 0, sure, _agreed(number, result, size)[number])
    forwarded = np.flatnonzero((result >= 0) & (sure >= 0) & (sure != result))
    forwarded = forwarded[_differ_by_address(tuples, result[forwarded], sure[forwarded])]
    result = np.where(result < 0, told, result)
    result[forwarded] = sure[forwarded]
    answer = own.copy()
    answer[rows] = result
    return answer


def _doubtful(frame: pd.DataFrame, own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of flow IDs whose events do not all tell the same tuple."""
    if "flow_id" not in frame.columns:
        return np.zeros(0, np.int64)
    flows = Columns(frame).integers("flow_id")
    inside = np.flatnonzero(np.asarray(flows.is_valid()))
    codes, ids = pd.factorize(np.asarray(flows.drop_null()))
    last = np.full(len(ids), -1, np.int64)
    last[codes] = own[inside]
    doubtful = np.zeros(len(ids), bool)
    doubtful[codes[(own[inside] < 0) | (own[inside] != last[codes])]] = True
    return inside[doubtful[codes]]


def _agreed(groups: NDArray[np.int64], values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the one value of each group, -1 if there is none or if there are several."""
    rows = np.flatnonzero(values >= 0)
    last = np.full(size, -1, np.int64)
    last[groups[rows]] = values[rows]
    last[groups[rows][values[rows] != last[groups[rows]]]] = -1
    return last


def _differ_by_address(
    tuples: Tuples, one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which tuples with ports share one endpoint, and the port of the other one."""
    ends = (tuples.first, tuples.first_port), (tuples.second, tuples.second_port)
    found = np.isin(tuples.protocol[one], WITH_PORTS)
    found &= tuples.protocol[one] == tuples.protocol[other]
    shared = np.zeros(len(one), bool)
    for (mine, my_port), (_, my_rest) in (ends, ends[::-1]):
        for (theirs, their_port), (_, their_rest) in (ends, ends[::-1]):
            same = (mine[one] == theirs[other]) & (my_port[one] == their_port[other])
            shared |= same & (my_rest[one] == their_rest[other])
    return found & shared
