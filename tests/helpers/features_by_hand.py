"""The features of values by plain loops over events, to compare with."""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

Event = dict[str, Any]
"""As JSON has it, with ``client_ip``, ``server_ip``, ``server_port`` and ``connection``."""

TYPES = {
    "anomalies": {"anomaly"},
    "files": {"fileinfo"},
    "http_events": {"http"},
    "dns_events": {"dns"},
    "tls_events": {"tls"},
    "ssh_events": {"ssh"},
    "smb_events": {"smb"},
    "ftp_events": {"ftp", "ftp_data"},
    "smtp_events": {"smtp"},
}
DISTINCT = {
    "clients": "client_ip",
    "servers": "server_ip",
    "server_ports": "server_port",
    "signatures": "alert.signature_id",
    "host_names": "http.hostname",
    "urls": "http.url",
    "user_agents": "http.http_user_agent",
    "http_methods": "http.http_method",
    "server_names": "tls.sni",
}


def get(event: Event, path: str) -> Any:
    """Return what stands at a path of a nested event, None if nothing does."""
    value: Any = event
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


@cache
def micros(text: str) -> int:
    """Return a time as microseconds since 1970."""
    since = dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since // dt.timedelta(microseconds=1)


def members(events: list[Event], by: list[str]) -> dict[tuple[Any, ...], list[Event]]:
    """Tell which events count to which values."""

    def values(event: Event, field: str) -> list[Any]:
        if field == "flow_id":
            there = event["connection"]
            return [] if there is None else [(event["flow_id"], there)]
        value = get(event, field)
        found = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(each for each in found if each is not None))

    counted = [event for event in events if event.get("event_type") != "stats"]
    own = [[values(event, field) for field in by] for event in counted]
    found: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    of_connection: dict[Any, set[tuple[Any, ...]]] = defaultdict(set)
    for event, has in zip(counted, own, strict=True):
        for key in itertools.product(*has):
            found[key].append(event)
            of_connection[event["connection"]].add(key)
    for event, has in zip(counted, own, strict=True):
        if event["connection"] is None or all(has):
            continue
        for key in of_connection[event["connection"]]:
            if all(not some or value in some for some, value in zip(has, key, strict=True)):
                found[key].append(event)
    return found


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def mean(values: Iterable[float]) -> float:
    values = list(values)
    return ratio(sum(values), len(values))


def starts(events: list[Event]) -> dict[Any, int]:
    """Return when each connection began: the earliest that any event tells."""
    found: dict[Any, int] = {}
    for event in events:
        told = []
        if event.get("event_type") in ("flow", "netflow"):
            told.append(event[event["event_type"]].get("start", event["timestamp"]))
        else:
            told.append(event["timestamp"])
        if event.get("event_type") == "alert":
            told += [text for text in [get(event, "flow.start")] if text]
        if event["connection"] is not None:
            moments = [micros(text) for text in told]
            found[event["connection"]] = min([*moments, found.get(event["connection"], 10**18)])
    return found


def features_by_hand(events: list[Event], by: list[str]) -> dict[tuple[Any, ...], dict[str, float]]:
    """Return the features of each combination of values."""
    began = starts([event for event in events if event.get("event_type") != "stats"])
    return {key: _row(group, began) for key, group in members(events, by).items()}


def _row(group: list[Event], began: dict[Any, int]) -> dict[str, float]:
    kinds: dict[str, list[Event]] = defaultdict(list)
    for event in group:
        kinds[event.get("event_type", "")].append(event)

    def distinct(*paths: str) -> set[Any]:
        return {get(event, path) for event in group for path in paths} - {None}

    row: dict[str, float] = {"events": len(group), "alerts": len(kinds["alert"])}
    for severity in (1, 2, 3):
        row[f"alerts_severity_{severity}"] = sum(
            event["alert"]["severity"] == severity for event in kinds["alert"]
        )
    for name, types in TYPES.items():
        row[name] = sum(len(kinds[kind]) for kind in types)
    told = set().union(*TYPES.values(), {"alert", "flow", "netflow"})
    row["other_events"] = sum(len(kinds[kind]) for kind in set(kinds) - told)
    for name, path in DISTINCT.items():
        row[name] = len(distinct(path))
    row["protocols"] = len(distinct("app_proto") - {"failed", "unknown"})
    urls = distinct("http.url")
    row["url_length_mean"] = mean(map(len, urls))
    row["url_length_max"] = max(map(len, urls), default=0)
    names = distinct("dns.rrname")
    for event in group:
        for path in ("dns.query", "dns.queries"):
            names |= {each.get("rrname") for each in get(event, path) or []} - {None}
    row["dns_names"], row["dns_name_length_mean"] = len(names), mean(map(len, names))
    row |= _flow_events(kinds["flow"]) | _answers(kinds["http"], kinds["dns"])
    return row | _times(group, began)


def _flow_events(flows: list[Event]) -> dict[str, float]:
    def share(test: Callable[[Event], bool], among: list[Event]) -> float:
        return ratio(sum(map(test, among)), len(among))

    row: dict[str, float] = {"flow_events": len(flows)}
    tcp = [event for event in flows if event.get("proto") == "TCP"]
    row["tcp_flows"] = len(tcp)
    row["udp_flows"] = sum(event.get("proto") == "UDP" for event in flows)
    row["icmp_flows"] = sum(event.get("proto") in ("ICMP", "IPv6-ICMP") for event in flows)
    for what, short in (("packets", "pkts"), ("bytes", "bytes")):
        both = []
        for way in ("server", "client"):
            values = [event["flow"].get(f"{short}_to{way}", 0) for event in flows]
            row[f"{what}_to_{way}"] = sum(values)
            both.append(values)
        sizes = [sum(pair) for pair in zip(*both, strict=True)]
        row[f"{what}_mean"], row[f"{what}_max"] = mean(sizes), max(sizes, default=0)
    del row["packets_max"]
    row["bytes_to_client_share"] = ratio(
        row["bytes_to_client"], row["bytes_to_server"] + row["bytes_to_client"]
    )
    lasted = [(micros(e["flow"]["end"]) - micros(e["flow"]["start"])) / 1e6 for e in flows]
    row["duration_sum"], row["duration_mean"] = sum(lasted), mean(lasted)
    row["duration_max"] = max(lasted, default=0)
    row["unanswered_share"] = share(lambda event: event["flow"]["pkts_toclient"] == 0, flows)
    row["unestablished_share"] = share(lambda event: event["flow"]["state"] == "new", flows)
    row["failed_share"] = share(lambda event: event.get("app_proto") == "failed", flows)
    row["alerted_share"] = share(lambda event: event["flow"]["alerted"], flows)
    row["reset_share"] = share(lambda event: bool(get(event, "tcp.rst")), tcp)
    return row


def _answers(http: list[Event], dns: list[Event]) -> dict[str, float]:
    status = [event["http"]["status"] for event in http if "status" in event["http"]]
    codes = [event["dns"]["rcode"] for event in dns if "rcode" in event["dns"]]
    row: dict[str, float] = {"http_responses": len(status), "dns_responses": len(codes)}
    for number in (2, 3, 4, 5):
        row[f"http_{number}xx_share"] = mean(each // 100 == number for each in status)
    row["dns_error_share"] = mean(each != "NOERROR" for each in codes)
    return row


def _times(group: list[Event], began: dict[Any, int]) -> dict[str, float]:
    first, last = [], []
    for event in group:
        own = event.get(event.get("event_type", ""), {})
        lasts = event.get("event_type") in ("flow", "netflow")
        first.append(micros(own["start"] if lasts else event["timestamp"]))
        last.append(micros(own["end"] if lasts else event["timestamp"]))
    active = (max(last) - min(first)) / 1e6
    connections = {event["connection"] for event in group} - {None}
    moments = sorted(began[connection] for connection in connections)
    gaps = [(b - a) / 1e6 for a, b in itertools.pairwise(moments)]
    return {
        "active_seconds": active,
        "active_hours": len({moment // 3_600_000_000 for moment in first}),
        "events_per_second": len(group) / max(active, 1),
        "flows": len(connections),
        "gap_mean": mean(gaps),
        "gap_cv": ratio(statistics.pstdev(gaps), mean(gaps)) if gaps else 0.0,
    }
