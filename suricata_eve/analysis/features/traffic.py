"""How much went which way, as ``flow`` events tell, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from suricata_eve.analysis.features.groups import NEVER, per

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from suricata_eve.analysis.features.groups import Groups
    from suricata_eve.analysis.features.reading import Events

__all__ = ["times", "traffic"]

_SECOND = 1_000_000  # microseconds
_LONGEST = 2**52  # microseconds: 142 years
_PROTOCOLS = {
    "tcp_flows": ("TCP",),
    "udp_flows": ("UDP",),
    "icmp_flows": ("ICMP", "IPv6-ICMP"),
}


def traffic(events: Events, groups: Groups) -> dict[str, NDArray[np.float64]]:
    """Add up what ``flow`` events tell.

    Parameters
    ----------
    events : Events
        What happened.
    groups : Groups
        The rows of the table.

    Returns
    -------
    dict of str to ndarray of float64
        Columns by name.
    """
    flows = events.of_type(["flow"])
    number = groups.count(flows)
    found = {"flow_events": number}
    tcp = np.zeros(len(flows), bool)
    for name, protocols in _PROTOCOLS.items():
        of_it = np.logical_or.reduce([events.equals("proto", each, flows) for each in protocols])
        found[name] = groups.count(flows[of_it])
        tcp = of_it if name == "tcp_flows" else tcp

    to_server, to_client, answers = (
        events.quantity(f"flow.{name}", flows)
        for name in ("bytes_toserver", "bytes_toclient", "pkts_toclient")
    )
    both = np.maximum(to_server, 0) + np.maximum(to_client, 0)
    for name, values in (
        ("packets_to_server", events.quantity("flow.pkts_toserver", flows)),
        ("packets_to_client", answers),
        ("bytes_to_server", to_server),
        ("bytes_to_client", to_client),
    ):
        found[name] = groups.total(flows, np.maximum(values, 0))
    total = found["bytes_to_server"] + found["bytes_to_client"]
    found["bytes_mean"] = per(total, number)
    found["bytes_max"] = groups.largest(flows, both).astype(np.float64)
    packets = found["packets_to_server"] + found["packets_to_client"]
    found["packets_mean"] = per(packets, number)

    lasted = _between(events.instants("flow.start", flows), events.instants("flow.end", flows))
    found["duration_sum"] = groups.total(flows, lasted) / _SECOND
    found["duration_mean"] = per(found["duration_sum"], number)
    found["duration_max"] = groups.largest(flows, lasted) / _SECOND

    found["bytes_to_client_share"] = per(found["bytes_to_client"], total)
    for name, those, among in (
        ("unanswered_share", answers == 0, number),
        ("unestablished_share", events.equals("flow.state", "new", flows), number),
        ("failed_share", events.equals("app_proto", "failed", flows), number),
        ("alerted_share", events.is_true("flow.alerted", flows), number),
        ("reset_share", tcp & events.is_true("tcp.rst", flows), found["tcp_flows"]),
    ):
        found[name] = per(groups.count(flows[those]), among)
    return found


def _between(start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the microseconds between times, 0 where one is not known or they are reversed."""
    # Of floats, which cannot overflow, and hold microseconds exactly for centuries.
    lasted = np.clip(end.astype(np.float64) - start.astype(np.float64), 0, _LONGEST)
    lasted[(start == NEVER) | (end == NEVER)] = 0
    return lasted.astype(np.int64)


def times(events: Events, groups: Groups) -> dict[str, NDArray[np.float64]]:
    """Tell when things happened, and how regularly flows began.

    Parameters
    ----------
    events : Events
        What happened.
    groups : Groups
        The rows of the table.

    Returns
    -------
    dict of str to ndarray of float64
        Columns by name.
    """
    first = events.timestamps()
    last = first.copy()
    for kind in ("flow", "netflow"):
        # Their own time is when they were logged, minutes after the last packet.
        rows = events.of_type([kind])
        start, end = (events.instants(f"{kind}.{name}", rows) for name in ("start", "end"))
        first[rows] = np.where(start == NEVER, first[rows], start)
        last[rows] = np.where(end == NEVER, first[rows], end)
    known = np.flatnonzero(first != NEVER)
    begun = -(groups.largest(known, -first[known], default=NEVER).astype(np.float64))
    ended = groups.largest(known, last[known], default=NEVER).astype(np.float64)
    seen = groups.count(known) > 0
    seconds = np.where(seen, np.maximum(ended - begun, 0), 0) / _SECOND
    hours, _ = pd.factorize(first[known] // (3600 * _SECOND))
    found = {
        "active_seconds": seconds,
        "active_hours": groups.distinct(known, np.asarray(hours, np.int64)),
    }
    number, starts = _starts(events, first)
    named = ("flows", "gap_mean", "gap_cv")
    found |= {name: np.zeros(groups.size) for name in named}
    having = np.flatnonzero(number >= 0)
    for row, flow in groups.pairs(having, number[having]):
        # Of no row in two portions.
        for name, values in zip(named, _gaps(row, starts[flow], groups.size), strict=True):
            found[name] += values
    return found


def _starts(
    events: Events, first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the flow of each event, and when each flow began: the earliest that is told."""
    number = np.full(len(events), -1, np.int64)
    if events.connections is not None:
        number = events.connections.number[events.at]
    rows = np.flatnonzero(number >= 0)
    begun = np.full(int(number.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    alerts = events.of_type(["alert"])
    alerts = alerts[number[alerts] >= 0]
    told = [(rows, first[rows]), (alerts, events.instants("flow.start", alerts))]
    for where, moments in told:
        known = moments != NEVER
        np.minimum.at(begun, number[where[known]], moments[known])
    begun[begun == np.iinfo(np.int64).max] = NEVER
    return number, begun


def _gaps(
    row: NDArray[np.int64], start: NDArray[np.int64], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how many flows rows have, the mean seconds between them, and how these vary."""
    flows = np.bincount(row, minlength=size).astype(np.float64)
    known = np.flatnonzero((start != NEVER) & (flows[row] > 1))
    order = known[np.lexsort([start[known], row[known]])]
    row = row[order]
    same = np.flatnonzero(row[1:] == row[:-1])
    # Of integers, as floats of today's times are a quarter of a microsecond apart; what comes
    # out is right modulo 2**64, and never negative.
    row, gap = row[1:][same], np.diff(start[order])[same].view(np.uint64) / _SECOND
    number = np.bincount(row, minlength=size).astype(np.float64)
    mean = per(_sums(row, gap, size), number)
    spread = np.sqrt(per(_sums(row, (gap - mean[row]) ** 2, size), number))
    return flows, mean, per(spread, mean)


def _sums(row: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.bincount(row, values, size).astype(np.float64, copy=False)
