"""Who is the client of an event, and who the server.

``src_ip`` and ``dest_ip`` follow the packet: an alert on a response has the server as
its source. What tells the client, best first:

1. the event itself: ``flow.src_ip`` (Suricata 7 and later), that it is a ``flow`` event,
   or its ``direction``;
2. the ``flow`` event of the same flow;
3. another event of that flow that tells by itself, or of a type that Suricata always
   writes from client to server.

Flow IDs come again over time and on other sensors, so that an event only counts as of
the same flow if its two endpoints are the same as well, either way round. Events that
contradict each other do not tell; an event about which nothing tells stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import integer_column, joined, require_columns, text_column
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CLIENT_FIRST", "orientation"]

CLIENT_FIRST = ("dcerpc", "ftp", "http", "ldap", "smb", "smtp", "ssh", "tls")
"""Event types whose ``src_ip`` is the client's, whichever way the last packet went."""

_UNKNOWN, _AS_LOGGED, _FLIPPED = 0, 1, 2
_PORTS = 2**16 + 1


def orientation(frame: pd.DataFrame, positions: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """Tell client and server of events.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Those of all types help to tell.
    positions : ndarray of int64, optional
        Positions of the rows to tell about; all by default.

    Returns
    -------
    DataFrame
        ``client``, ``client_port``, ``server``, ``server_port`` as text and ``uint16``,
        with the index of these rows; ``known``, whether anything told. Where nothing
        did, the client is the source.

    Raises
    ------
    MissingColumnError
        If the frame has no ``src_ip`` or ``dest_ip``.
    EveValueError
        If a port does not fit in 16 bits.
    """
    require_columns(frame, ["src_ip", "dest_ip"], method="orientation")
    if positions is None:
        positions = np.arange(len(frame))
    events = _Events(frame, positions)
    sides = events.sides()
    open_rows = np.flatnonzero((sides == _UNKNOWN) & events.flow_known)
    if len(open_rows):
        sides[open_rows] = _ask_flow(frame, events, open_rows)
    flipped = pa.array(sides == _FLIPPED)
    pairs = {
        "client": pc.if_else(flipped, events.text("dest_ip"), events.text("src_ip")),
        "client_port": pc.if_else(flipped, events.port("dest_port"), events.port("src_port")),
        "server": pc.if_else(flipped, events.text("src_ip"), events.text("dest_ip")),
        "server_port": pc.if_else(flipped, events.port("src_port"), events.port("dest_port")),
        "known": pa.array(sides != _UNKNOWN),
    }
    arrays = {name: pd.arrays.ArrowExtensionArray(data) for name, data in pairs.items()}
    return pd.DataFrame(arrays, index=frame.index.take(positions))


class _Events:
    """The columns of some rows that tell the direction, as Arrow arrays."""

    def __init__(self, frame: pd.DataFrame, positions: NDArray[np.int64]) -> None:
        self._frame = frame
        self._positions = positions
        self._cache: dict[str, pa.Array] = {}
        flow = self._integers("flow_id")
        self.flow_known = np.asarray(flow.is_valid())
        # Only compared with each other; uint64 keeps its bits.
        self.flow = np.asarray(flow.fill_null(0)).astype(np.int64)

    def _column(self, name: str) -> pd.Series | None:
        if name not in self._frame.columns:
            return None
        return take_column(self._frame[name], self._positions)

    def text(self, name: str) -> pa.Array:
        if name not in self._cache:
            column = self._column(name)
            data = None if column is None else joined(text_column(column))
            self._cache[name] = (
                pa.nulls(len(self._positions), pa.string()) if data is None else data
            )
        return self._cache[name]

    def _integers(self, name: str) -> pa.Array:
        column = self._column(name)
        if column is None:
            return pa.nulls(len(self._positions), pa.int64())
        return joined(integer_column(column))

    def port(self, name: str) -> pa.Array:
        if name not in self._cache:
            try:
                self._cache[name] = self._integers(name).cast(pa.uint16())
            except pa.ArrowInvalid as error:
                msg = f"{name!r} holds what is no port: {error}"
                raise EveValueError(msg) from error
        return self._cache[name]

    def sides(self) -> NDArray[np.int8]:
        """Tell what each event says of itself."""
        source, target = self.text("src_ip"), self.text("dest_ip")
        by_flow = _side(self.text("flow.src_ip"), source, target)
        # The same address on both sides, as on the loopback: the port tells.
        same = np.asarray(pc.equal(source, target).fill_null(fill_value=False))
        if same.any():
            ports = _side(self.port("flow.src_port"), self.port("src_port"), self.port("dest_port"))
            by_flow[same] = np.where(by_flow[same] == _UNKNOWN, _UNKNOWN, ports[same])
        is_flow = _equals(self.text("event_type"), "flow")
        direction = self.text("direction")
        by_direction = np.select(
            [_equals(direction, "to_server"), _equals(direction, "to_client")],
            [_AS_LOGGED, _FLIPPED],
            _UNKNOWN,
        )
        return np.select(
            [by_flow != _UNKNOWN, is_flow], [by_flow, _AS_LOGGED], by_direction
        ).astype(np.int8)

    def endpoints(self, names: dict[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return source and target as numbers, the same for the same address and port."""
        both = []
        for side in ("src", "dest"):
            addresses = self.text(f"{side}_ip").dictionary_encode()
            table = [
                names.setdefault(name, len(names)) for name in addresses.dictionary.to_pylist()
            ]
            codes = np.asarray([*table, -1], np.int64)[
                np.asarray(addresses.indices.fill_null(len(table)))
            ]
            ports = np.asarray(self.port(f"{side}_port").cast(pa.int32()).fill_null(-1))
            both.append((codes + 1) * _PORTS + ports + 1)
        return both[0], both[1]


def _equals(data: pa.Array, value: str) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(data, value).fill_null(fill_value=False))


def _side(client: pa.Array, source: pa.Array, target: pa.Array) -> NDArray[np.int8]:
    as_logged = np.asarray(pc.equal(client, source).fill_null(fill_value=False))
    flipped = np.asarray(pc.equal(client, target).fill_null(fill_value=False))
    return np.select([as_logged, flipped], [_AS_LOGGED, _FLIPPED], _UNKNOWN).astype(np.int8)


def _ask_flow(frame: pd.DataFrame, events: _Events, rows: NDArray[np.int64]) -> NDArray[np.int8]:
    """Ask the other events of the flows for the side of some rows."""
    wanted = pd.unique(events.flow[rows])
    flows = integer_column(frame["flow_id"])
    ids = pa.array(wanted).cast(flows.type, safe=False)
    mask = pc.is_in(flows, value_set=ids)
    witnesses = _Events(frame, np.flatnonzero(np.asarray(mask)))

    names: dict[str, int] = {}
    source, target = events.endpoints(names)
    other_source, other_target = witnesses.endpoints(names)
    keys, other_keys = _connections(
        (events.flow[rows], source[rows], target[rows]),
        (witnesses.flow, other_source, other_target),
    )
    sides = witnesses.sides()
    type_of = witnesses.text("event_type")
    is_flow = _equals(type_of, "flow")
    client_first = np.asarray(pc.is_in(type_of, value_set=pa.array(CLIENT_FIRST)))
    found = np.full(len(rows), _UNKNOWN, np.int8)
    for chosen, told in (
        (is_flow, sides),
        (sides != _UNKNOWN, sides),
        (client_first & (sides == _UNKNOWN), np.full(len(sides), _AS_LOGGED, np.int8)),
    ):
        # Whether the witness says that the client is the smaller endpoint of the two.
        low = (other_source < other_target) == (told == _AS_LOGGED)
        size = int(max(keys.max(initial=-1), other_keys.max(initial=-1))) + 1
        says_low = np.bincount(other_keys[chosen & low], minlength=size) > 0
        says_high = np.bincount(other_keys[chosen & ~low], minlength=size) > 0
        low_side = np.where(source[rows] < target[rows], _AS_LOGGED, _FLIPPED)
        high_side = np.where(source[rows] < target[rows], _FLIPPED, _AS_LOGGED)
        answer = np.select(
            [says_low[keys] & ~says_high[keys], says_high[keys] & ~says_low[keys]],
            [low_side, high_side],
            _UNKNOWN,
        )
        found = np.where(found == _UNKNOWN, answer, found).astype(np.int8)
    found[source[rows] == target[rows]] = _UNKNOWN
    return found


def _connections(
    *parts: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> list[NDArray[np.int64]]:
    """Give one number to what has the same flow ID and the same two endpoints, either way round."""
    table = pd.DataFrame(
        {
            "flow": np.concatenate([flow for flow, _, _ in parts]),
            "low": np.concatenate([np.minimum(a, b) for _, a, b in parts]),
            "high": np.concatenate([np.maximum(a, b) for _, a, b in parts]),
        }
    )
    numbers = table.groupby(list(table), sort=False).ngroup().to_numpy(np.int64)
    return np.split(numbers, np.cumsum([len(flow) for flow, _, _ in parts])[:-1])
