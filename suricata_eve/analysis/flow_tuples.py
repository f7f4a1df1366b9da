"""The endpoints and the protocol of events, as the Community ID takes them.

Sources: the specification (github.com/corelight/community-id-spec, version 1) with its
reference implementation (pycommunityid: icmp.py, icmp6.py), and Suricata's output-json.c
(``CalculateCommunityFlowIdv4`` and ``v6``), flow-util.c (``FlowInit``), decode-icmpv4.c,
decode-icmpv6.c and flow-hash.c (``FlowCreateCheck``). They differ:

- An ICMP type without a counterpart has type and code for ports in the specification, and
  its endpoints stay in their order; in Suricata, it has type and 0, and they are ordered
  like all others. Suricata pairs more types of ICMPv6.
- A protocol without ports is hashed without them in the specification, and with two of 0 in
  Suricata, which takes the lower half of the SPI for the first port of ESP.
- In Suricata, what is of no flow has no ID. An ICMP error (of IPv4) never opens a flow: it
  is of the TCP or UDP flow that it is about, or of none.
- Suricata 7.0.10 compares the ports of two equal addresses with their bytes exchanged
  (ticket 5689), 8.0.7 does not.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.codes import encode, first_places
from suricata_eve.analysis.columns import joined
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.protocols import protocol_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["NO_PORT", "WITH_PORTS", "Dialect", "Tuples", "flow_tuples"]

Dialect: TypeAlias = Literal["suricata", "suricata-7", "spec"]
"""Whose IDs: those of Suricata, of it before ticket 5689, or the specification's."""

NO_PORT = -1
"""Stands for the port of an endpoint that is hashed without one."""

WITH_PORTS = (6, 17, 132)
"""The protocols whose events have ports: TCP, UDP, SCTP."""

_ICMP, _ICMPV6, _ESP = 1, 58, 50
# What may follow an IPv6 header and is not what the packet carries.
_HEADERS = (0, 43, 44, 59, 60, 135, 139, 140)
_ICMP_ERRORS = (3, 4, 5, 11, 12)
_PAIRS = {
    _ICMP: ((0, 8), (9, 10), (13, 14), (15, 16), (17, 18)),
    _ICMPV6: ((128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145)),
}
_MORE_PAIRS = ((146, 147), (148, 149), (151, 152), (157, 158))


class Tuples(NamedTuple):
    """Distinct pairs of endpoints with a protocol, and which of them each event has."""

    number: NDArray[np.int64]
    """For each event the place of its tuple; -1 where its own fields do not tell."""

    addresses: list[bytes]
    """The addresses in network order, those of IPv4 first."""

    first: NDArray[np.int64]
    """For each tuple the place of the address to hash first; so the others."""

    first_port: NDArray[np.int64]
    second: NDArray[np.int64]
    second_port: NDArray[np.int64]
    protocol: NDArray[np.int64]


def flow_tuples(frame: pd.DataFrame, dialect: Dialect) -> Tuples:
    """Tell the tuple of each event by its own fields.

    Parameters
    ----------
    frame : DataFrame
        Events with the columns ``src_ip``, ``dest_ip`` and ``proto``; it is not changed.
    dialect : str
        Whose rules to follow.

    Returns
    -------
    Tuples
        The tuples.
    """
    rows = _Rows(Columns(frame))
    rows.take_ports()
    rows.take_icmp(spec=dialect == "spec")
    if dialect == "spec":
        rows.take_others_without_ports()
    else:
        rows.take_others_of_flows()
    return rows.tuples(exchanged=dialect == "suricata-7")


class _Rows:
    """The endpoints of each row: places of addresses, ports, and whether they are known."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        names = encode(columns.text("proto"))
        self.protocol = np.append(protocol_numbers(names.values), -1)[names.codes]
        self.in_flow = np.asarray(columns.integers("flow_id").is_valid())
        texts = [columns.text(f"{flow}{side}_ip") for flow in ("", "flow.") for side in _SIDES]
        (self.source, self.target, *self.flow), self.addresses = _places(texts)
        self.ipv4 = sum(len(address) == 4 for address in self.addresses)
        self.source_port, self.target_port = np.zeros((2, columns.length), np.int64)
        self.known = np.zeros(columns.length, bool)
        self.one_way = np.zeros(columns.length, bool)

    def _numbers(self, name: str, below: int) -> NDArray[np.int64]:
        """Return a column of integers, -1 where there is none that is below a limit."""
        data = self._columns.integers(name)
        numbers = np.asarray(data.fill_null(0)).astype(np.int64)
        inside = np.asarray(data.is_valid()) & (numbers >= 0) & (numbers < below)
        return np.where(inside, numbers, -1)

    def _set(
        self,
        rows: NDArray[np.int64],
        source_port: NDArray[np.int64] | int,
        target_port: NDArray[np.int64] | int,
    ) -> None:
        self.source_port[rows] = source_port
        self.target_port[rows] = target_port
        self.known[rows] = True

    def take_ports(self) -> None:
        """Tell of TCP, UDP and SCTP."""
        ported = np.isin(self.protocol, WITH_PORTS)
        ports = [self._numbers(f"{side}_port", 2**16) for side in _SIDES]
        # The event's own address may be one of X-Forwarded-For, that of its flow is not.
        flow_ports = [self._numbers(f"flow.{side}_port", 2**16) for side in _SIDES]
        told = ported & (np.minimum.reduce([*self.flow, *flow_ports]) >= 0)
        self.source[told], self.target[told] = (place[told] for place in self.flow)
        source, target = (np.where(told, *both) for both in zip(flow_ports, ports, strict=True))
        # What could not be decoded has ports of 0, and no flow.
        decoded = self.in_flow | (source > 0) | (target > 0)
        rows = np.flatnonzero(ported & decoded & (source >= 0) & (target >= 0))
        self._set(rows, source[rows], target[rows])

    def take_icmp(self, *, spec: bool) -> None:
        """Tell of ICMP by its types."""
        if not np.isin(self.protocol, (_ICMP, _ICMPV6)).any():
            return
        types, codes = self._numbers("icmp_type", 256), self._numbers("icmp_code", 256)
        for protocol, pairs in _PAIRS.items():
            counterpart = np.full(256, -1)
            for one, other in pairs if spec or protocol == _ICMP else (*pairs, *_MORE_PAIRS):
                counterpart[[one, other]] = other, one
            # A protocol that goes with the other kind of addresses was not decoded.
            is_family = (self.source < self.ipv4) == (protocol == _ICMP)
            rows = np.flatnonzero((self.protocol == protocol) & (types >= 0) & is_family)
            if protocol == _ICMP and not spec:
                rows = rows[~np.isin(types[rows], _ICMP_ERRORS)]
            answer = counterpart[types[rows]]
            alone = answer < 0
            if spec:
                self.one_way[rows[alone]] = True
                answer[alone] = codes[rows[alone]]
                rows, answer = rows[answer >= 0], answer[answer >= 0]
            self._set(rows, types[rows], np.maximum(answer, 0))

    def _others(self) -> NDArray[np.bool_]:
        return (self.protocol >= 0) & ~np.isin(
            self.protocol, (*WITH_PORTS, _ICMP, _ICMPV6, *_HEADERS)
        )

    def take_others_without_ports(self) -> None:
        """Tell of all other protocols what the specification does."""
        self._set(np.flatnonzero(self._others()), NO_PORT, NO_PORT)

    def take_others_of_flows(self) -> None:
        """Tell of other protocols what Suricata does, which are of its flows."""
        others = self._others() & self.in_flow
        self._set(np.flatnonzero(others & (self.protocol != _ESP)), 0, 0)
        rows = np.flatnonzero(others & (self.protocol == _ESP))
        spi = self._numbers("spi", 2**32)[rows] if len(rows) else rows
        rows, spi = rows[spi >= 0], spi[spi >= 0]
        self._set(rows, spi & 0xFFFF, 0)

    def tuples(self, *, exchanged: bool) -> Tuples:
        """Order the endpoints, and number what differs."""
        same_family = (self.source < self.ipv4) == (self.target < self.ipv4)
        known = self.known & (self.source >= 0) & (self.target >= 0) & same_family
        rows = np.flatnonzero(known)
        source, target = self.source[rows], self.target[rows]
        ports = self.source_port[rows], self.target_port[rows]
        # Ports with their bytes exchanged, as little-endian machines read them unchanged.
        left, right = (port.astype(np.uint16).byteswap() if exchanged else port for port in ports)
        swap = (source > target) | ((source == target) & (left > right))
        swap &= ~self.one_way[rows]
        first, second = np.where(swap, target, source), np.where(swap, source, target)
        first_port, second_port = np.where(swap, ports[::-1], ports)
        parts = (first, first_port, second, second_port, self.protocol[rows])
        codes, chosen = _distinct(parts)
        number = np.full(len(known), -1, np.int64)
        number[rows] = codes
        return Tuples(number, self.addresses, *(part[chosen] for part in parts))


_SIDES = ("src", "dest")


def _distinct(
    parts: tuple[NDArray[np.int64], ...],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give a number to each distinct row of a table of endpoints, and tell where each first is."""
    first, first_port, second, second_port, protocol = parts
    low, _ = pd.factorize(first * 2**17 + first_port)
    high, highs = pd.factorize(second * 2**17 + second_port)
    # That fits in 64 bits for tables of up to 2**27 rows.
    codes, values = pd.factorize((low * len(highs) + high) * 256 + protocol)
    codes = np.asarray(codes, np.int64)
    return codes, first_places(codes, len(values))


def _places(texts: list[pa.Array]) -> tuple[Iterator[NDArray[np.int64]], list[bytes]]:
    """Return the places of addresses among the sorted ones, -1 for what is no address."""
    codes, values = encode(joined(pa.chunked_array(texts, pa.string())))
    packed = [_packed(text) for text in values.to_pylist()]
    addresses = sorted({one for one in packed if one is not None}, key=lambda one: (len(one), one))
    place = {one: number for number, one in enumerate(addresses)}
    table = np.array([-1 if one is None else place[one] for one in packed] + [-1], np.int64)
    cuts = np.cumsum([len(text) for text in texts])[:-1]
    return iter(np.split(table[codes], cuts)), addresses


def _packed(text: str) -> bytes | None:
    """Return an address in network order; the system's parser is strict, but for scopes."""
    if "%" in text:
        return None
    try:
        return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None
