"""Application protocols on ports that are not their own."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, SupportsIndex

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.columns import instant_column, joined, require_columns
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.flow_protocols import ANY_TRANSPORT, FAILED, Events, Flows
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import has_ends
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.schema.ports import (
    ALTERNATE_PORTS,
    DYNAMIC_PORTS,
    EPHEMERAL_PORTS,
    FOLLOWS,
    MULTICAST,
    NEGOTIATED,
    PORTS,
    STARTTLS,
    TRANSPORTS,
    WATCHED_PORTS,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["REASONS", "found_ports", "unexpected_ports"]

REASONS = (
    "alternate_port",
    "port_of_another",
    "unrecognized",
    "client_port",
    "not_its_port",
    "both_ephemeral",
)
"""The values of ``reason``; the first that is true is the one."""

_ALTERNATE, _ANOTHER, _UNRECOGNIZED, _CLIENT_PORT, _NOT_ITS_PORT, _EPHEMERAL = range(len(REASONS))

_PORT_COUNT = 2**16
_LATEST = 2**63 - 1
_MOST_RUNS = 20


def unexpected_ports(
    frame: pd.DataFrame, *, expected: Mapping[str, Iterable[int]] | None = None
) -> pd.DataFrame:
    """Return the flows whose application protocol does not fit their port.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    expected : mapping of str to iterable of int, optional
        For protocols as ``app_proto`` names them, the ports to expect them on, in place of
        those in the table of ``suricata_eve.schema.ports``.

    Returns
    -------
    DataFrame
        One row per flow, in the order of time, always with these columns:

        ``first_seen`` : ``timestamp[us, UTC]``
            Start of the flow where an event tells it, else the time of its first event.
        ``flow_id`` : ``int64``, or ``uint64`` where that is needed
            Missing where the event has none; such an event counts as a flow.
        ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` : string, ``uint16``
            Its ends, as :func:`orientation` tells them.
        ``proto``, ``app_proto`` : string
            Transport and application protocol.
        ``reason`` : string
            One of ``suricata_eve.analysis.ports.REASONS``.
        ``expected_ports`` : string
            The ports of the application protocol, such as ``"80, 8000-8010"``; missing
            where none are known, empty where `expected` leaves none.
        ``port_owner`` : string
            The protocol that the server's port belongs to; missing if to none.
        ``events``, ``alerts`` : ``int64``
            How many events and alerts the flow has in the frame.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.unexpected_ports : The same as a method, with examples.
    """
    return found_ports(frame, expected=expected)[0]


def found_ports(
    frame: pd.DataFrame, *, expected: Mapping[str, Iterable[int]] | None = None
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the flows whose protocol does not fit their port, and which events tell so.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    expected : mapping of str to iterable of int, optional
        As :func:`unexpected_ports` takes it.

    Returns
    -------
    DataFrame
        What :func:`unexpected_ports` returns.
    ndarray of int64
        For each row the position of the event that tells the protocol. Rows of one
        ``first_seen`` are in the order of these.
    """
    given = _checked(expected)
    require_columns(frame, ["event_type", "timestamp"], method="unexpected_ports")
    events = Events(frame)
    chosen = events.best()
    if len(chosen):
        if has_ends(frame) and not {"src_ip", "dest_ip"} <= set(frame.columns):
            needed = ["client_port", "server_port"]
        else:
            needed = ["src_ip", "src_port", "dest_ip", "dest_port"]
        require_columns(frame, needed, method="unexpected_ports")
    flows = Flows.at(events, chosen)
    table = _Table(given, events.names)
    flows = flows.take(np.flatnonzero(~table.in_order(flows)))
    reasons = table.reasons(flows)
    found = np.flatnonzero(reasons >= 0)
    return _report(events, flows.take(found), reasons[found], table)


def _checked(expected: object) -> dict[str, NDArray[np.int64]]:
    if expected is None:
        return {}
    if not isinstance(expected, Mapping):
        msg = (
            f"expected maps protocols to their ports, such as {{'http': [80, 8080]}}, and is no "
            f"{type(expected).__name__}"
        )
        raise EveTypeError(msg)
    return {_protocol(name): _ports(name, ports) for name, ports in expected.items()}


def _protocol(name: object) -> str:
    if not isinstance(name, str):
        msg = f"expected names protocols by text, as app_proto does, not by {name!r}"
        raise EveTypeError(msg)
    spelled = name.lower().replace("_", "-")
    if name != spelled and name not in FOLLOWS and (spelled in PORTS or spelled in FOLLOWS):
        msg = f"expected names the protocol {name!r}, which app_proto spells {spelled!r}"
        raise EveOptionError(msg)
    return name


def _ports(name: str, ports: object) -> NDArray[np.int64]:
    if isinstance(ports, str | bytes) or not isinstance(ports, Iterable):
        msg = f"expected[{name!r}] is a list of ports, such as [{ports!r}], not {ports!r}"
        raise EveTypeError(msg)
    numbers = []
    for port in ports:
        # What is an int is told quickly, and ranges are long.
        is_integer = type(port) is int or isinstance(port, SupportsIndex)
        if not is_integer or isinstance(port, bool | np.bool_):
            msg = f"expected[{name!r}] holds ports, which are integers, not {port!r}"
            raise EveTypeError(msg)
        number = operator.index(port)
        if not 0 <= number < _PORT_COUNT:
            msg = f"expected[{name!r}] holds {number}, and ports are from 0 to 65535"
            raise EveOptionError(msg)
        numbers.append(number)
    return np.unique(np.asarray(numbers, np.int64))


class _Grid(NamedTuple):
    """For protocols and transports, which of all ports are theirs."""

    row_of: NDArray[np.int64]  # by the protocol's number; 0, and for none of them, is no port's
    table: NDArray[np.bool_]  # the last port is for none

    def hold(self, flows: Flows, ports: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which ports are of the flow's protocol, or of the one that it was before."""
        both = self.row_of[flows.protocol], self.row_of[flows.before]
        found = self.table[both[0], flows.transport, ports]
        return found | self.table[both[1], flows.transport, ports]

    def known(self, flows: Flows) -> NDArray[np.bool_]:
        """Tell of which flows' protocols ports are known."""
        return self.row_of[flows.protocol] > 0


class _Table:
    """Whose ports are which, for the protocols that a frame names."""

    def __init__(self, given: dict[str, NDArray[np.int64]], names: dict[str, int]) -> None:
        self._given = given
        self._names = names
        self._own_ports = self._grid({name: self._own(name) for name in names})
        self._alternates = self._grid({name: self._alternate(name) for name in names})
        self.owners: list[str] = []
        self.owner = np.full((ANY_TRANSPORT + 1, _PORT_COUNT + 1), -1, np.int64)
        # Own ports come after alternate ones, and TCP after UDP where the transport is unknown.
        for table in (ALTERNATE_PORTS, PORTS):
            for name, transport, ports in self._left(table):
                self.owners.append(name)
                for row in (transport, ANY_TRANSPORT):
                    self.owner[row, ports] = len(self.owners) - 1
        self._watched = np.zeros(self.owner.shape, bool)
        for _, transport, ports in self._left(WATCHED_PORTS):
            self._watched[[[transport], [ANY_TRANSPORT]], ports] = True

    def _left(
        self, table: dict[str, dict[str, tuple[int, ...]]]
    ) -> list[tuple[str, int, NDArray[np.int64]]]:
        """Return a table without the ports that a protocol was denied, TCP last."""
        rows = []
        for number in range(ANY_TRANSPORT - 1, -1, -1):
            for name, by_transport in table.items():
                ports = np.array(by_transport.get(TRANSPORTS[number], ()), np.int64)
                if name in self._given:
                    ports = np.intersect1d(ports, self._given[name])
                rows.append((name, number, ports))
        return rows

    def _source(self, name: str) -> str:
        return name if name in self._given else FOLLOWS.get(name, name)

    def _own(self, name: str) -> dict[int, NDArray[np.int64]]:
        """Return the ports of a protocol by transport; nothing if they are not known."""
        source = self._source(name)
        if source in self._given:
            return dict.fromkeys(range(ANY_TRANSPORT), self._given[source])
        table = PORTS.get(source, {})
        return {TRANSPORTS.index(each): np.array(ports) for each, ports in table.items()}

    def _alternate(self, name: str) -> dict[int, NDArray[np.int64]]:
        source = self._source(name)
        table = {} if source in self._given else ALTERNATE_PORTS.get(source, {})
        return {TRANSPORTS.index(each): np.array(ports) for each, ports in table.items()}

    def _grid(self, ports: dict[str, dict[int, NDArray[np.int64]]]) -> _Grid:
        row_of = np.zeros(len(self._names) + 1, np.int64)
        known = [name for name, by_transport in ports.items() if by_transport]
        table = np.zeros((len(known) + 1, ANY_TRANSPORT + 1, _PORT_COUNT + 1), bool)
        for row, name in enumerate(known, start=1):
            row_of[self._names[name]] = row
            for transport, numbers in ports[name].items():
                table[row, transport, numbers] = True
                table[row, ANY_TRANSPORT, numbers] = True
        return _Grid(row_of, table)

    def _is_one_of(self, flows: Flows, names: Iterable[str]) -> NDArray[np.bool_]:
        return np.array([*(name in names for name in self._names)])[flows.protocol]

    def in_order(self, flows: Flows) -> NDArray[np.bool_]:
        """Tell which flows are on a port of their protocol, or have no ports."""
        either = ~flows.told | self._is_one_of(flows, MULTICAST)
        client = np.where(either, flows.client, -1)
        return (
            (flows.server < 0)
            | self._own_ports.hold(flows, flows.server)
            | self._own_ports.hold(flows, client)
        )

    def reasons(self, flows: Flows) -> NDArray[np.int8]:
        """Return the place in `REASONS` for flows that are not in order, -1 for no reason."""
        server, client = flows.server, flows.client
        failed = self._is_one_of(flows, [FAILED])
        owner = self.owner[flows.transport, server]
        started = self._is_one_of(flows, ["tls"]) & flows.may_have_changed
        started &= np.array([*(name in STARTTLS for name in self.owners), False])[owner]
        known = self._own_ports.known(flows) & ~failed
        low, high = np.minimum(client, server), np.maximum(client, server)
        service = np.where(flows.told, server, high)
        alternate = self._alternates.hold(flows, server)
        alternate |= self._alternates.hold(flows, client) & ~flows.told
        return np.select(
            [
                started,
                alternate,
                (owner >= 0) & ~failed,
                failed & self._watched[flows.transport, server],
                self._is_one_of(flows, NEGOTIATED - self._given.keys()),
                known & self._own_ports.hold(flows, client),
                known,
                (low >= EPHEMERAL_PORTS.start) & (service >= DYNAMIC_PORTS.start),
            ],
            [-1, _ALTERNATE, _ANOTHER, _UNRECOGNIZED, -1, _CLIENT_PORT, _NOT_ITS_PORT, _EPHEMERAL],
            -1,
        ).astype(np.int8)

    def expected(self, flows: Flows) -> pa.Array:
        """Return the ports of each flow's protocol as text."""
        pairs, codes = np.unique(
            np.column_stack([flows.protocol, flows.transport]), axis=0, return_inverse=True
        )
        names = list(self._names)
        texts: list[str | None] = []
        for number, transport in pairs.tolist():
            by_transport = self._own(names[number])
            if transport in by_transport:
                texts.append(_spelled(by_transport[transport]))
            else:
                every = [*by_transport.values()]
                texts.append(_spelled(np.unique(np.concatenate(every))) if every else None)
        return pa.array(texts, pa.string()).take(pa.array(codes.reshape(-1)))


def _spelled(ports: NDArray[np.int64]) -> str:
    """Write ports as text, three and more neighbours as a run."""
    runs: list[str] = []
    for run in np.split(ports, np.flatnonzero(np.diff(ports) != 1) + 1):
        if len(runs) >= _MOST_RUNS:
            return ", ".join([*runs[:_MOST_RUNS], "..."])
        if len(run) > 2:
            runs.append(f"{run[0]}-{run[-1]}")
        else:
            runs += map(str, run.tolist())
    return ", ".join(runs)


def _report(
    events: Events, flows: Flows, reasons: NDArray[np.int8], table: _Table
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    frame = events.frame
    ordered = time_order(frame, flows.positions)
    # Flows that begin at the same time come in the order of those events.
    rows = np.searchsorted(flows.positions, ordered)
    flows, reasons, places = flows.take(rows), reasons[rows], ordered
    place_of = np.full(int(events.flow.max(initial=-1)) + 1, -1, np.int64)
    place_of[events.flow[places]] = np.arange(len(places))
    members = np.flatnonzero(place_of[events.flow] >= 0)
    slots = place_of[events.flow[members]]
    first = _first_seen(frame, members, slots, len(places))
    alerts = slots[events.of_type("alert")[members]]
    columns = Columns(frame, places)
    data = {
        "first_seen": pa.array(first, mask=first == _LATEST).cast(UTC_MICROSECONDS),
        "flow_id": columns.integers("flow_id"),
        **{
            name: flows.ends[name]
            for name in ("client_ip", "client_port", "server_ip", "server_port")
        },
        "proto": columns.text("proto"),
        "app_proto": pa.array(list(events.names), pa.string()).take(pa.array(flows.protocol)),
        "reason": pa.array(REASONS).take(pa.array(reasons)),
        "expected_ports": table.expected(flows),
        "port_owner": _owners(table, flows),
        "events": pa.array(np.bincount(slots, minlength=len(places))),
        "alerts": pa.array(np.bincount(alerts, minlength=len(places))),
    }
    order = np.argsort(first, kind="stable")
    taken = {name: pa.array(column).take(pa.array(order)) for name, column in data.items()}
    return arrow_frame(taken), places[order]


def _owners(table: _Table, flows: Flows) -> pa.Array:
    owner = table.owner[flows.transport, flows.server]
    return pa.array(table.owners, pa.string()).take(pa.array(owner, mask=owner < 0))


def _first_seen(
    frame: pd.DataFrame, rows: NDArray[np.int64], slots: NDArray[np.int64], number: int
) -> NDArray[np.int64]:
    """Return when each slot's flow started, in microseconds, or when it had its first event.

    At the end of a capture, Suricata stamps flows with a time before their own start.
    """

    def earliest(*names: str) -> NDArray[np.int64]:
        first = np.full(number, _LATEST, np.int64)
        for name in names:
            if name in frame.columns:
                times = instant_column(take_column(frame[name], rows)).cast(pa.int64())
                np.minimum.at(first, slots, np.asarray(joined(times).fill_null(_LATEST)))
        return first

    started = earliest("flow.start", "netflow.start")
    return np.where(started == _LATEST, earliest("timestamp"), started)
