"""What a value did: how many events of which kind, and how different they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.features.groups import per
from suricata_eve.analysis.features.reading import Told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from suricata_eve.analysis.features.groups import Groups
    from suricata_eve.analysis.features.reading import Events

__all__ = ["counts", "shares", "values"]

_SEVERITIES = (1, 2, 3)
_CLASSES = (2, 3, 4, 5)
_TYPES = {
    "anomalies": ("anomaly",),
    "files": ("fileinfo",),
    "http_events": ("http",),
    "dns_events": ("dns",),
    "tls_events": ("tls",),
    "ssh_events": ("ssh",),
    "smb_events": ("smb",),
    "ftp_events": ("ftp", "ftp_data"),
    "smtp_events": ("smtp",),
}
_DISTINCT = {
    "signatures": ("alert.signature_id", pa.int64()),
    "host_names": ("http.hostname", pa.string()),
    "user_agents": ("http.http_user_agent", pa.string()),
    "http_methods": ("http.http_method", pa.string()),
    "server_names": ("tls.sni", pa.string()),
}
_NO_PROTOCOL = ("failed", "unknown")


def counts(events: Events, groups: Groups) -> dict[str, NDArray[np.float64]]:
    """Count events by their kind.

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
    everything = np.arange(len(events))
    found = {"events": groups.count(everything)}
    alerts = events.of_type(["alert"])
    severity = events.quantity("alert.severity", alerts)
    found["alerts"] = groups.count(alerts)
    for number in _SEVERITIES:
        found[f"alerts_severity_{number}"] = groups.count(alerts[severity == number])
    for name, types in _TYPES.items():
        found[name] = groups.count(events.of_type(types))
    logged = groups.count(events.of_type(["flow", "netflow"]))
    parts = [logged, found["alerts"], *(found[name] for name in _TYPES)]
    found["other_events"] = found["events"] - np.add.reduce(parts)
    return found


def values(events: Events, groups: Groups) -> dict[str, NDArray[np.float64]]:
    """Count different values, and tell how long texts are.

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
    found = {}
    for name, side in (
        ("clients", "client_ip"),
        ("servers", "server_ip"),
        ("server_ports", "server_port"),
    ):
        told = events.told_by_sides(side)
        found[name] = groups.distinct(told.event, told.code)
    told = events.told("app_proto", pa.string())
    named = np.asarray(pc.is_in(told.distinct, value_set=pa.array(_NO_PROTOCOL)), bool)
    kept = ~named[told.code]
    found["protocols"] = groups.distinct(told.event[kept], told.code[kept])
    for name, (field, kind) in _DISTINCT.items():
        told = events.told(field, kind)
        found[name] = groups.distinct(told.event, told.code)

    url = events.told("http.url", pa.string())
    found["urls"], found["url_length_mean"], found["url_length_max"] = _lengths(groups, url)
    names = _together(
        events.told("dns.rrname", pa.string()),
        events.told_by_objects("dns.queries", "rrname"),
        events.told_by_objects("dns.query", "rrname"),
    )
    found["dns_names"], found["dns_name_length_mean"], _ = _lengths(groups, names)
    return found


def _together(*parts: Told) -> Told:
    """Put together what several fields tell."""
    number, values = pd.factorize(
        np.concatenate([part.distinct.to_numpy(zero_copy_only=False) for part in parts])
    )
    cuts = np.cumsum([len(part.distinct) for part in parts])[:-1]
    codes = [
        np.asarray(codes, np.int64)[part.code]
        for codes, part in zip(np.split(number, cuts), parts, strict=True)
    ]
    events = np.concatenate([part.event for part in parts])
    return Told(events, np.concatenate(codes), pa.array(values, pa.string()))


def _lengths(
    groups: Groups, told: Told
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the number of different texts, and their mean and largest length."""
    lengths = np.asarray(pc.utf8_length(told.distinct)).astype(np.int64)
    found = groups.lengths(told.event, told.code, lengths)
    return found.number, per(found.total, found.number), found.largest


def shares(events: Events, groups: Groups) -> dict[str, NDArray[np.float64]]:
    """Tell how requests were answered.

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
    requests = events.of_type(["http"])
    status = events.quantity("http.status", requests)
    found = {"http_responses": groups.count(requests[status >= 0])}
    for number in _CLASSES:
        those = groups.count(requests[status // 100 == number])
        found[f"http_{number}xx_share"] = per(those, found["http_responses"])

    messages = events.of_type(["dns"])
    told = events.has_text("dns.rcode", messages)
    good = events.equals("dns.rcode", "NOERROR", messages)
    found["dns_responses"] = groups.count(messages[told])
    found["dns_error_share"] = per(groups.count(messages[told & ~good]), found["dns_responses"])
    return found
