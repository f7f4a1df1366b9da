"""Which application protocol each flow spoke, by whatever events the flow has.

Best first: the ``app_proto`` of the ``flow`` event; that of another event, such as an alert
or a file; the type of an event that is one protocol's, such as ``http``; where both
directions together told nothing, what one of them told, or what the flow was before; what a
``netflow`` event says of its direction; that Suricata saw data and recognized nothing,
``failed``. A flow of which no event says any of these exchanged no data, as far as the
events tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import integer_column, joined, text_column
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import ENDS, orientation
from suricata_eve.frame import arrow_frame
from suricata_eve.schema.ports import EVENT_PROTOCOLS, TRANSPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["ANY_TRANSPORT", "FAILED", "Events", "Flows"]

FAILED = "failed"
"""What Suricata writes where it saw data and recognized no protocol."""

ANY_TRANSPORT = len(TRANSPORTS)
"""Number of a transport that is missing, or without ports in :mod:`suricata_eve.schema.ports`."""

_NO_PROTOCOL = frozenset({FAILED, "unknown", ""})
# How well an event tells its flow's protocol, best first.
_BY_FLOW, _BY_APP_PROTO, _BY_TYPE, _BY_SIDE, _BY_NETFLOW, _BY_FAILURE, _NO_WORD = range(7)


class Events:
    """What each event tells of its flow's protocol."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.names: dict[str, int] = {FAILED: 0}
        types, self._type_names = self._codes("event_type")
        self._types = types
        typed = self._numbers(EVENT_PROTOCOLS.get(name) for name in self._type_names)[types]
        apps, app_names = self._codes("app_proto")
        named = self._numbers(None if name in _NO_PROTOCOL else name for name in app_names)[apps]
        failed = np.array([*(name == FAILED for name in app_names), False])[apps]
        netflow = self.of_type("netflow")
        told = named >= 0
        self._rank = np.select(
            [told & self.of_type("flow"), told & ~netflow, typed >= 0, told, failed],
            [_BY_FLOW, _BY_APP_PROTO, _BY_TYPE, _BY_NETFLOW, _BY_FAILURE],
            _NO_WORD,
        ).astype(np.int8)
        self.protocol = np.where(self._rank == _BY_TYPE, typed, named)
        self.protocol[self._rank == _BY_FAILURE] = self.names[FAILED]
        self._ask_sides()
        self.flow = self._flows()

    def _codes(
        self, name: str, positions: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], list[str]]:
        return _encoded(Columns(self.frame, positions).text(name))

    def _numbers(self, names: Iterable[str | None]) -> NDArray[np.int64]:
        """Return the number of each protocol, and -1 for none of them, as codes have it."""
        found = [
            -1 if name is None else self.names.setdefault(name, len(self.names)) for name in names
        ]
        return np.array([*found, -1], np.int64)

    def of_type(self, name: str) -> NDArray[np.bool_]:
        """Return which events are of a type."""
        return np.array([*(each == name for each in self._type_names), False])[self._types]

    def named(self, column: str, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the protocols that another column names at some rows, -1 where it does not."""
        codes, names = self._codes(column, positions)
        return self._numbers(None if name in _NO_PROTOCOL else name for name in names)[codes]

    def _ask_sides(self) -> None:
        """Take what one direction told, or what was before, where both together told nothing."""
        rows = np.flatnonzero(self._rank == _BY_FAILURE)
        for column in ("app_proto_ts", "app_proto_tc", "app_proto_orig"):
            if len(rows):
                found = self.named(column, rows)
                told = found >= 0
                self.protocol[rows[told]] = found[told]
                self._rank[rows[told]] = _BY_SIDE
                rows = rows[~told]

    def _flows(self) -> NDArray[np.int64]:
        if "flow_id" not in self.frame.columns:
            return np.arange(len(self.frame))
        number = np.array(connections(self.frame), np.int64)
        alone = np.flatnonzero(number < 0)
        number[alone] = number.max(initial=-1) + 1 + np.arange(len(alone))
        return number

    def best(self) -> NDArray[np.int64]:
        """Return the position of the event that tells best, of each flow that has a protocol."""
        rank, flow = self._rank, self.flow
        best = np.full(int(flow.max(initial=-1)) + 1, _NO_WORD, np.int8)
        for each in range(_NO_WORD - 1, -1, -1):
            best[flow[rank == each]] = each
        rows = np.flatnonzero((rank < _NO_WORD) & (rank == best[flow]))
        several = np.bincount(flow[rows], minlength=len(best))[flow[rows]] > 1
        ordered = time_order(self.frame, rows[several], first=[flow[rows[several]]])
        starts = np.flatnonzero(np.diff(flow[ordered], prepend=-1))
        ends = np.append(starts[1:], len(ordered)) - 1
        # The last of several, as a flow can go over to another protocol; but of the records of
        # directions the first, which is that to the server.
        one = np.where(rank[ordered[starts]] < _BY_NETFLOW, ends[: len(starts)], starts)
        return np.sort(np.concatenate([rows[~several], ordered[one]]))

    def may_have_changed(self, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which events do not say what protocol was before theirs."""
        return np.isin(self._rank[positions], [_BY_TYPE, _BY_NETFLOW])


def _encoded(data: pa.Array) -> tuple[NDArray[np.int64], list[str]]:
    codes, values = encode(data)
    return codes, values.to_pylist()


class Flows(NamedTuple):
    """Flows, by the event of each that tells its protocol best."""

    positions: NDArray[np.int64]
    """Of these events."""

    protocol: NDArray[np.int64]
    """The number of the protocol in `Events.names`."""

    before: NDArray[np.int64]
    """The number of the protocol that it changed from, -1 for none."""

    may_have_changed: NDArray[np.bool_]
    """Whether the event would not say so if there was a protocol before."""

    transport: NDArray[np.int64]
    """Place in `TRANSPORTS`, else `ANY_TRANSPORT`."""

    client: NDArray[np.int64]
    """Port, -1 for none."""

    server: NDArray[np.int64]
    """Port, -1 for none."""

    told: NDArray[np.bool_]
    """Whether client and server are more than a guess."""

    ends: pd.DataFrame
    """Client and server as `orientation` tells them, with a plain index."""

    @classmethod
    def at(cls, events: Events, positions: NDArray[np.int64]) -> Flows:
        """Look at the flows of the events at these positions."""
        columns = Columns(events.frame, positions)
        if len(positions):
            ends = orientation(events.frame, positions).reset_index(drop=True)
        else:  # also where the frame has no addresses
            ends = arrow_frame({name: pa.array([], kind) for name, kind in ENDS.items()})
        client, server = (
            np.asarray(joined(integer_column(ends[name])).fill_null(-1))
            for name in ("client_port", "server_port")
        )
        codes, names = _encoded(columns.text("proto"))
        known = {name: number for number, name in enumerate(TRANSPORTS)}
        numbers = [known.get(name.upper(), ANY_TRANSPORT) for name in names]
        rule = text_column(ends["orientation"])
        told = pc.not_equal(rule, "src_ip").fill_null(fill_value=True)
        return cls(
            positions,
            events.protocol[positions],
            events.named("app_proto_orig", positions),
            events.may_have_changed(positions),
            np.array([*numbers, ANY_TRANSPORT], np.int64)[codes],
            client,
            server,
            np.asarray(told, bool),
            ends,
        )

    def take(self, rows: NDArray[np.int64]) -> Flows:
        """Return some of the flows."""
        taken: dict[str, Any] = {
            name: values[rows] for name, values in self._asdict().items() if name != "ends"
        }
        return self._replace(**taken, ends=self.ends.take(rows).reset_index(drop=True))
