"""The table of features: a row for each value, the same columns whatever the events."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from suricata_eve.analysis.columns import require_columns
from suricata_eve.analysis.features.activity import LONG, activity, answers, counts, different
from suricata_eve.analysis.features.groups import Groups, Lengths, Sums
from suricata_eve.analysis.features.membership import field_names, membership
from suricata_eve.analysis.features.reading import Events
from suricata_eve.analysis.features.traffic import (
    Moments,
    begun_flows,
    flows,
    gaps,
    hours,
    moments,
    times,
    traffic,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from suricata_eve.analysis.features.reading import Told

__all__ = ["FEATURES", "FIELDS", "Contributions", "columns_of", "contributions", "features"]

FEATURES = (
    *("events", "flows", "flow_events", "tcp_flows", "udp_flows", "icmp_flows"),
    *("alerts", "alerts_severity_1", "alerts_severity_2", "alerts_severity_3"),
    *("anomalies", "files", "http_events", "dns_events", "tls_events", "ssh_events"),
    *("smb_events", "ftp_events", "smtp_events", "other_events"),
    *("clients", "servers", "server_ports", "protocols", "signatures", "host_names", "urls"),
    *("user_agents", "http_methods", "dns_names", "server_names"),
    *("packets_to_server", "packets_to_client", "packets_mean"),
    *("bytes_to_server", "bytes_to_client", "bytes_mean", "bytes_max"),
    *("duration_sum", "duration_mean", "duration_max"),
    *("bytes_to_client_share", "unanswered_share", "unestablished_share", "reset_share"),
    *("failed_share", "alerted_share"),
    *("http_responses", "http_2xx_share", "http_3xx_share", "http_4xx_share", "http_5xx_share"),
    *("dns_responses", "dns_error_share"),
    *("url_length_mean", "url_length_max", "dns_name_length_mean"),
    *("active_seconds", "active_hours", "events_per_second", "gap_mean", "gap_cv"),
)
"""The columns, in order."""

FIELDS = (
    *("proto", "app_proto", "tcp.rst", "alert.severity", "alert.signature_id"),
    *("flow.start", "flow.end", "flow.state", "flow.alerted", "netflow.start", "netflow.end"),
    *("flow.pkts_toserver", "flow.pkts_toclient", "flow.bytes_toserver", "flow.bytes_toclient"),
    *("http.hostname", "http.url", "http.http_user_agent", "http.http_method", "http.status"),
    *("dns.rrname", "dns.queries", "dns.query", "dns.rcode", "tls.sni"),
)
"""What they are made of, beside client and server."""


def features(frame: pd.DataFrame, by: str | Iterable[str]) -> pd.DataFrame:
    """Describe each value of a field by numbers, for machine learning.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Those of all types help.
    by : str or iterable of str
        The field, such as ``"client_ip"`` or ``"flow_id"``, or several, whose combinations
        are meant. Of a field of lists, each element is a value.

    Returns
    -------
    DataFrame
        A row per value, with the values, sorted, as the index. Always the same columns,
        all ``float64`` of NumPy, none of them missing or infinite.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.features : The same as a method, with all columns.
    """
    found = contributions(frame, by)
    size = found.groups.size
    lengths = {}
    for name, told in found.different():
        if name in LONG:
            long = np.asarray(pc.utf8_length(told.distinct)).astype(np.int64)
            lengths[name] = found.groups.lengths(told.event, told.code, long)
        else:
            number = found.groups.distinct(told.event, told.code)
            lengths[name] = Lengths(number, number, number)
    regular = gaps(np.zeros(0, np.int64), np.zeros(0, np.int64), size)
    for row, start in found.begun_flows():
        # Of no row in two portions.
        for name, values in gaps(row, start, size).items():
            regular[name] += values
    columns = columns_of(found.sums(), lengths, regular)
    found.events.warn()
    return pd.DataFrame(columns, index=found.labels, copy=False)


class Contributions(NamedTuple):
    """What the events of a frame contribute to the rows of a table of features."""

    labels: pd.Index
    """The values, sorted: a row each."""
    events: Events
    groups: Groups
    when: Moments

    def sums(self) -> Sums:
        """Return what can be added up."""
        of_flows, of_times = flows(self.events, self.groups), times(self.when, self.groups)
        return Sums(
            {
                **counts(self.events, self.groups),
                **answers(self.events, self.groups),
                **of_flows.counts,
                **of_times.counts,
            },
            of_flows.totals,
            of_flows.largest | of_times.largest,
        )

    def different(self) -> Iterator[tuple[str, Told]]:
        """Return by name of what different values are counted."""
        yield from different(self.events)
        yield "active_hours", hours(self.when)

    def begun_flows(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return for each flow of each row the row, and when it began."""
        return begun_flows(self.events, self.when, self.groups)


def contributions(frame: pd.DataFrame, by: str | Iterable[str]) -> Contributions:
    """Read what events contribute to the rows of :func:`features`.

    Parameters
    ----------
    frame, by : object
        As :func:`features` takes them.

    Returns
    -------
    Contributions
        What :func:`columns_of` makes columns of, once it is added up.
    """
    names = field_names(by, method="features")
    require_columns(frame, ["event_type", "timestamp"], method="features")
    events = Events(frame, FIELDS, method="features")
    members = membership(
        frame, names, events.at, events.connections, method="features", sides=events.sides
    )
    return Contributions(members.labels, events, Groups(members, len(events)), moments(events))


def columns_of(
    sums: Sums, lengths: dict[str, Lengths], regular: dict[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Make the columns of what events contributed.

    Parameters
    ----------
    sums : Sums
        All that was added up.
    lengths : dict of str to Lengths
        By name how many different values rows have.
    regular : dict of str to ndarray of float64
        What :func:`gaps` told of all flows.

    Returns
    -------
    dict of str to ndarray of float64
        The columns ``FEATURES``, in order.
    """
    columns = {**activity(sums.counts, lengths), **traffic(sums), **regular}
    return {name: columns[name].astype(np.float64, copy=False) for name in FEATURES}
