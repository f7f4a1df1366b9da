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
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from suricata_eve.analysis.features.groups import Groups, Lengths
    from suricata_eve.analysis.features.reading import Events

__all__ = ["LONG", "activity", "answers", "counts", "different"]

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
LONG = ("urls", "dns_names")
"""Of which of these the length counts."""

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
        By name what :func:`activity` makes columns of.
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
    found["logged"] = groups.count(events.of_type(["flow", "netflow"]))
    return found


def different(events: Events) -> Iterator[tuple[str, Told]]:
    """Return what the columns are about that count different values.

    Parameters
    ----------
    events : Events
        What happened.

    Yields
    ------
    tuple of str and Told
        The name of a column, and which events have which values.
    """
    for name, side in (
        ("clients", "client_ip"),
        ("servers", "server_ip"),
        ("server_ports", "server_port"),
    ):
        yield name, events.told_by_sides(side)
    told = events.told("app_proto", pa.string())
    named = np.asarray(pc.is_in(told.distinct, value_set=pa.array(_NO_PROTOCOL)), bool)
    kept = ~named[told.code]
    yield "protocols", Told(told.event[kept], told.code[kept], told.distinct)
    for name, (field, kind) in _DISTINCT.items():
        yield name, events.told(field, kind)
    yield "urls", events.told("http.url", pa.string())
    yield (
        "dns_names",
        _together(
            events.told("dns.rrname", pa.string()),
            events.told_by_objects("dns.queries", "rrname"),
            events.told_by_objects("dns.query", "rrname"),
        ),
    )


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


def answers(events: Events, groups: Groups) -> dict[str, NDArray[np.float64]]:
    """Count how requests were answered.

    Parameters
    ----------
    events : Events
        What happened.
    groups : Groups
        The rows of the table.

    Returns
    -------
    dict of str to ndarray of float64
        By name what :func:`activity` makes columns of.
    """
    requests = events.of_type(["http"])
    status = events.quantity("http.status", requests)
    found = {"http_responses": groups.count(requests[status >= 0])}
    for number in _CLASSES:
        found[f"http_{number}xx"] = groups.count(requests[status // 100 == number])

    messages = events.of_type(["dns"])
    told = events.has_text("dns.rcode", messages)
    good = events.equals("dns.rcode", "NOERROR", messages)
    found["dns_responses"] = groups.count(messages[told])
    found["dns_errors"] = groups.count(messages[told & ~good])
    return found


def activity(
    counted: dict[str, NDArray[np.float64]], found: dict[str, Lengths]
) -> dict[str, NDArray[np.float64]]:
    """Make columns of what was counted.

    Parameters
    ----------
    counted : dict of str to ndarray of float64
        What :func:`counts` and :func:`answers` returned, and more.
    found : dict of str to Lengths
        For each name of :func:`different` how many different values rows have.

    Returns
    -------
    dict of str to ndarray of float64
        Columns by name.
    """
    columns = {name: number for name, (number, _, _) in found.items()}
    named = ["events", "alerts", *(f"alerts_severity_{number}" for number in _SEVERITIES)]
    columns |= {name: counted[name] for name in [*named, *_TYPES]}
    parts = [counted["logged"], counted["alerts"], *(counted[name] for name in _TYPES)]
    columns["other_events"] = counted["events"] - np.add.reduce(parts)

    url, name = found["urls"], found["dns_names"]
    columns["url_length_mean"] = per(url.total, url.number)
    columns["url_length_max"] = url.largest
    columns["dns_name_length_mean"] = per(name.total, name.number)

    for kind in ("http_responses", "dns_responses"):
        columns[kind] = counted[kind]
    for number in _CLASSES:
        those = counted[f"http_{number}xx"]
        columns[f"http_{number}xx_share"] = per(those, counted["http_responses"])
    columns["dns_error_share"] = per(counted["dns_errors"], counted["dns_responses"])
    return columns
