"""The table of features: a row for each value, the same columns whatever the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from suricata_eve.analysis.columns import require_columns
from suricata_eve.analysis.features.activity import counts, shares, values
from suricata_eve.analysis.features.groups import Groups
from suricata_eve.analysis.features.membership import field_names, membership
from suricata_eve.analysis.features.reading import Events
from suricata_eve.analysis.features.traffic import times, traffic

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FEATURES", "features"]

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

_FIELDS = (
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
    names = field_names(by, method="features")
    require_columns(frame, ["event_type", "timestamp"], method="features")
    events = Events(frame, _FIELDS, method="features")
    members = membership(
        frame, names, events.at, events.connections, method="features", sides=events.sides
    )
    groups = Groups(members, len(events))
    columns = {
        **counts(events, groups),
        **traffic(events, groups),
        **values(events, groups),
        **shares(events, groups),
        **times(events, groups),
    }
    events.warn()
    columns["events_per_second"] = columns["events"] / np.maximum(columns["active_seconds"], 1)
    ordered = {name: columns[name].astype(np.float64, copy=False) for name in FEATURES}
    return pd.DataFrame(ordered, index=members.labels, copy=False)
