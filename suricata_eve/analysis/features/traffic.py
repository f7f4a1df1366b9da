"""How much went which way, as ``flow`` events tell, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.features.groups import NEVER, Sums, per
from suricata_eve.analysis.features.reading import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from suricata_eve.analysis.features.groups import Groups
    from suricata_eve.analysis.features.reading import Events

__all__ = ["begun_flows", "flows", "gaps", "hours", "moments", "times", "traffic"]

_SECOND = 1_000_000  # microseconds
_LONGEST = 2**52  # microseconds: 142 years
_PROTOCOLS = {
    "tcp_flows": ("TCP",),
    "udp_flows": ("UDP",),
    "icmp_flows": ("ICMP", "IPv6-ICMP"),
}


def flows(events: Events, groups: Groups) -> Sums:
    """Add up what ``flow`` events tell.

    Parameters
    ----------
    events : Events
        What happened.
    groups : Groups
        The rows of the table.

    Returns
    -------
    Sums
        What :func:`traffic` makes columns of.
    """
    logged = events.of_type(["flow"])
    found = {"flow_events": groups.count(logged)}
    tcp = np.zeros(len(logged), bool)
    for name, protocols in _PROTOCOLS.items():
        of_it = np.logical_or.reduce([events.equals("proto", each, logged) for each in protocols])
        found[name] = groups.count(logged[of_it])
        tcp = of_it if name == "tcp_flows" else tcp

    to_server, to_client, answers = (
        events.quantity(f"flow.{name}", logged)
        for name in ("bytes_toserver", "bytes_toclient", "pkts_toclient")
    )
    both = np.maximum(to_server, 0) + np.maximum(to_client, 0)
    lasted = _between(events.instants("flow.start", logged), events.instants("flow.end", logged))
    totals = {
        name: groups.total(logged, np.maximum(values, 0))
        for name, values in (
            ("packets_to_server", events.quantity("flow.pkts_toserver", logged)),
            ("packets_to_client", answers),
            ("bytes_to_server", to_server),
            ("bytes_to_client", to_client),
            ("duration", lasted),
        )
    }
    largest = {
        "bytes_max": groups.largest(logged, both),
        "duration_max": groups.largest(logged, lasted),
    }
    for name, those in (
        ("unanswered", answers == 0),
        ("unestablished", events.equals("flow.state", "new", logged)),
        ("failed", events.equals("app_proto", "failed", logged)),
        ("alerted", events.is_true("flow.alerted", logged)),
        ("reset", tcp & events.is_true("tcp.rst", logged)),
    ):
        found[name] = groups.count(logged[those])
    return Sums(found, totals, largest)


def traffic(sums: Sums) -> dict[str, NDArray[np.float64]]:
    """Make columns of what was added up.

    Parameters
    ----------
    sums : Sums
        What :func:`flows` and :func:`times` returned, and more.

    Returns
    -------
    dict of str to ndarray of float64
        Columns by name.
    """
    counted = sums.counts
    total = {name: each.rounded() for name, each in sums.totals.items()}
    number = counted["flow_events"]
    columns = {name: counted[name] for name in ("flow_events", *_PROTOCOLS)}
    for unit in ("packets", "bytes"):
        ways = [f"{unit}_to_server", f"{unit}_to_client"]
        columns |= {name: total[name] for name in ways}
        columns[f"{unit}_mean"] = per(total[ways[0]] + total[ways[1]], number)
    columns["bytes_max"] = sums.largest["bytes_max"].astype(np.float64)

    columns["duration_sum"] = total["duration"] / _SECOND
    columns["duration_mean"] = per(columns["duration_sum"], number)
    columns["duration_max"] = sums.largest["duration_max"] / _SECOND

    both = total["bytes_to_server"] + total["bytes_to_client"]
    columns["bytes_to_client_share"] = per(total["bytes_to_client"], both)
    for name in ("unanswered", "unestablished", "failed", "alerted"):
        columns[f"{name}_share"] = per(counted[name], number)
    columns["reset_share"] = per(counted["reset"], counted["tcp_flows"])

    begun = -(sums.largest["begun"].astype(np.float64))
    ended = sums.largest["ended"].astype(np.float64)
    seconds = np.where(counted["seen"] > 0, np.maximum(ended - begun, 0), 0) / _SECOND
    columns["active_seconds"] = seconds
    columns["events_per_second"] = counted["events"] / np.maximum(seconds, 1)
    return columns


def _between(start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the microseconds between times, 0 where one is not known or they are reversed."""
    # Of floats, which cannot overflow, and hold microseconds exactly for centuries.
    lasted = np.clip(end.astype(np.float64) - start.astype(np.float64), 0, _LONGEST)
    lasted[(start == NEVER) | (end == NEVER)] = 0
    return lasted.astype(np.int64)


class Moments(NamedTuple):
    """When what events tell of began and ended, in microseconds since 1970, else ``NEVER``."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def known(self) -> NDArray[np.int64]:
        """Return the events of which a time is known."""
        return np.flatnonzero(self.first != NEVER)


def moments(events: Events) -> Moments:
    """Return when things happened.

    Parameters
    ----------
    events : Events
        What happened.

    Returns
    -------
    Moments
        Of all events.
    """
    first = events.timestamps()
    last = first.copy()
    for kind in ("flow", "netflow"):
        # Their own time is when they were logged, minutes after the last packet.
        rows = events.of_type([kind])
        start, end = (events.instants(f"{kind}.{name}", rows) for name in ("start", "end"))
        first[rows] = np.where(start == NEVER, first[rows], start)
        last[rows] = np.where(end == NEVER, first[rows], end)
    return Moments(first, last)


def times(when: Moments, groups: Groups) -> Sums:
    """Tell from when to when things happened.

    Parameters
    ----------
    when : Moments
        Of all events.
    groups : Groups
        The rows of the table.

    Returns
    -------
    Sums
        What :func:`traffic` makes columns of.
    """
    known = when.known()
    largest = {
        "begun": groups.largest(known, -when.first[known], default=NEVER),
        "ended": groups.largest(known, when.last[known], default=NEVER),
    }
    return Sums({"seen": groups.count(known)}, {}, largest)


def hours(when: Moments) -> Told:
    """Return the hours in which something began.

    Parameters
    ----------
    when : Moments
        Of all events.

    Returns
    -------
    Told
        Hours since 1970.
    """
    known = when.known()
    codes, values = pd.factorize(when.first[known] // (3600 * _SECOND))
    return Told(known, np.asarray(codes, np.int64), pa.array(values, pa.int64()))


def begun_flows(
    events: Events, when: Moments, groups: Groups
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the flows of each row.

    Parameters
    ----------
    events : Events
        What happened.
    when : Moments
        Of all events.
    groups : Groups
        The rows of the table.

    Yields
    ------
    tuple of ndarray of int64
        For each flow of some rows the row, and when it began, the earliest that is told.
    """
    number, starts = _starts(events, when.first)
    having = np.flatnonzero(number >= 0)
    for row, flow in groups.pairs(having, number[having]):
        yield row, starts[flow]


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


def gaps(
    row: NDArray[np.int64], start: NDArray[np.int64], size: int
) -> dict[str, NDArray[np.float64]]:
    """Return how many flows rows have, the mean seconds between them, and how these vary.

    Parameters
    ----------
    row, start : ndarray of int64
        What :func:`begun_flows` yields; all flows of these rows.
    size : int
        How many rows there are.

    Returns
    -------
    dict of str to ndarray of float64
        The columns ``flows``, ``gap_mean`` and ``gap_cv``, 0 for all other rows.
    """
    number_of = np.bincount(row, minlength=size).astype(np.float64)
    known = np.flatnonzero((start != NEVER) & (number_of[row] > 1))
    order = known[np.lexsort([start[known], row[known]])]
    row = row[order]
    same = np.flatnonzero(row[1:] == row[:-1])
    # Of integers, as floats of today's times are a quarter of a microsecond apart; what comes
    # out is right modulo 2**64, and never negative.
    row, gap = row[1:][same], np.diff(start[order])[same].view(np.uint64) / _SECOND
    number = np.bincount(row, minlength=size).astype(np.float64)
    mean = per(_sums(row, gap, size), number)
    spread = np.sqrt(per(_sums(row, (gap - mean[row]) ** 2, size), number))
    return {"flows": number_of, "gap_mean": mean, "gap_cv": per(spread, mean)}


def _sums(row: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.bincount(row, values, size).astype(np.float64, copy=False)
