"""The triage summary of a frame, as text for a terminal.

Everything shown that comes from the log goes through :mod:`suricata_eve.terminal`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from suricata_eve.analysis import alerts, group_summary, payloads
from suricata_eve.errors import MissingColumnError
from suricata_eve.terminal import cut, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    _Builder = Callable[[pd.DataFrame, int], list[str]]

__all__ = ["LOG4J", "triage"]

LOG4J = "(?i)log4j|jndi|cve-2021-44228"
"""What the signature of an alert on Log4Shell mentions."""

_TYPES = 28
_FLOWS, _SIGNATURES, _PAYLOADS = 8, 10, 14
_HOSTS_WIDTH = 36
_WIDE = 96
_NOTHING = "(nothing to decode)"


def triage(frame: pd.DataFrame, *, width: int = 100) -> str:
    r"""Return a summary of EVE events that fits one page of a terminal.

    Parameters
    ----------
    frame : DataFrame
        Events, as :func:`suricata_eve.read_eve` returns them. It is not changed.
    width : int, default 100
        Columns of the terminal.

    Returns
    -------
    str
        Lines of printable text: events per type, time range, top signatures, flows with
        Log4j alerts, decoded payloads and the hosts they call back. What the log holds is
        shown with its control characters escaped, and cut.

    See Also
    --------
    suricata_eve.read_eve : Reads such a frame.

    Examples
    --------
    >>> import suricata_eve
    >>> from suricata_eve.triage import triage
    >>> text = triage(suricata_eve.load_sample("log4j"))
    >>> print("\n".join(text.splitlines()[:2]))
    9,722 events of 20 types, 9,722 lines read
    2022-01-01 00:07:17 to 2022-01-03 23:48:10 UTC (stats events left out)
    """
    builders: list[_Builder] = [_types]
    builders += [_signatures, _log4j] if _has_alerts(frame) else [_no_alerts]
    parts = [_head(frame), *(_section(build, frame, width) for build in [*builders, _payloads])]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _section(build: _Builder, frame: pd.DataFrame, width: int) -> list[str]:
    """Return a section, or in its place what the frame lacks for it."""
    try:
        return build(frame, width)
    except MissingColumnError as error:
        return [cut(str(error), width)]


def _has_alerts(frame: pd.DataFrame) -> bool:
    return "event_type" in frame and bool(frame["event_type"].eq("alert").any())


def _no_alerts(_frame: pd.DataFrame, _width: int) -> list[str]:
    return ["No alerts"]


def _when(value: object) -> str:
    known = value is not pd.NaT and isinstance(value, datetime)
    return f"{value:%Y-%m-%d %H:%M:%S}" if known else "-"


def _head(frame: pd.DataFrame) -> list[str]:
    report = frame.attrs.get("eve", {})
    lines = report.get("lines", len(frame))
    bad = report.get("bad_lines", 0)
    types = frame["event_type"].nunique() if "event_type" in frame else 0
    first = f"{len(frame):,} events of {types} types, {lines:,} lines read"
    if bad:
        first += f", {bad:,} of them no event"
    timed = frame
    if "event_type" in frame:
        # They carry the clock of the machine that ran Suricata, not the time of the traffic.
        timed = frame[~frame["event_type"].eq("stats").fillna(value=False).astype(bool)]
    if "timestamp" not in frame or not timed["timestamp"].notna().any():
        return [first]
    start, end = timed["timestamp"].min(), timed["timestamp"].max()
    return [first, f"{_when(start)} to {_when(end)} UTC (stats events left out)"]


def _types(frame: pd.DataFrame, width: int) -> list[str]:
    if "event_type" not in frame or not len(frame):
        return []
    counts = frame["event_type"].value_counts(dropna=False)
    names = ["(none)" if kind is pd.NA else str(kind) for kind in counts.index]
    largest = sorted(zip(counts.tolist(), names, strict=True), key=lambda pair: (-pair[0], pair[1]))
    cells = [f"{number:>9,}  {cut(name, 12):<12}" for number, name in largest[:_TYPES]]
    across = max(1, width // 25)
    down = -(-len(cells) // across)
    rows = ["".join(cells[place::down]).rstrip() for place in range(down)]
    if len(counts) > len(cells):
        rows.append(f"  and {len(counts) - len(cells):,} more types")
    return ["Events per type", *rows]


def _joined(values: Iterable[object] | None, shown: int = 3) -> str:
    """Return the first values of a list cell, and how many more there are."""
    texts = [str(value) for value in values or () if value is not None and value is not pd.NA]
    more = f", +{len(texts) - shown}" if len(texts) > shown else ""
    return ", ".join(texts[:shown]) + more


def _signatures(frame: pd.DataFrame, width: int) -> list[str]:
    found = alerts(frame)
    groups = group_summary(found, "alert.signature", [])
    rows = [
        [f"{count:,}", _when(first), _when(last), str(signature) or "(empty)"]
        for signature, count, first, last in groups[
            ["alert.signature", "count", "first_seen", "last_seen"]
        ]
        .head(_SIGNATURES)
        .itertuples(index=False)
    ]
    return [
        f"Top signatures ({len(found):,} alerts, {len(groups):,} signatures)",
        *table(
            ["alerts", "first seen", "last seen", "signature"],
            rows,
            width=width,
            numbers=frozenset({0}),
        ),
    ]


def _log4j(frame: pd.DataFrame, width: int) -> list[str]:
    found = alerts(frame, signature=LOG4J, view="concise")
    if not len(found):
        return ["No alert mentions Log4j"]
    fields = ["client", "server", "signature"]
    groups = group_summary(found, "flow_id", fields)
    columns = ["flow_id", "first_seen", "count", *(f"{field}.unique" for field in fields)]
    rows = [
        [
            str(flow),
            _when(first),
            f"{count:,}",
            _joined(client, 1),
            _joined(server, 1),
            _joined(signatures),
        ]
        for flow, first, count, client, server, signatures in groups[columns]
        .head(_FLOWS)
        .itertuples(index=False)
    ]
    header = ["flow_id", "first seen", "alerts", "client", "server", "signatures"]
    shown = len(header) - (width < _WIDE)
    lines = table(
        header[:shown],
        [row[:shown] for row in rows],
        width=width,
        numbers=frozenset({0, 2}),
        caps={3: 22, 4: 22},
    )
    if len(groups) > len(rows):
        lines.append(f"  and {len(groups) - len(rows):,} more flows")
    clients = found["client"].nunique()
    return [f"Flows with Log4j alerts ({len(groups):,} flows, {clients:,} clients)", *lines]


def _payloads(frame: pd.DataFrame, width: int) -> list[str]:
    """Group findings by what they decode to; a lookup is found in several events of its flow."""
    found = payloads(frame)
    if not len(found):
        return ["No hidden payloads found"]
    groups = group_summary(
        found.assign(decoded=found["decoded"].fillna(_NOTHING)),
        "decoded",
        ["flow_id", "callback_host"],
    ).sort_values("flow_id.nunique", ascending=False, kind="stable")
    columns = ["decoded", "flow_id.nunique", "callback_host.unique"]
    rows = [
        [f"{flows:,}", _joined(hosts, 2) or "-", str(decoded)]
        for decoded, flows, hosts in groups[columns].head(_PAYLOADS).itertuples(index=False)
    ]
    lines = table(
        ["flows", "callback host", "decoded"],
        rows,
        width=width,
        numbers=frozenset({0}),
        caps={1: _HOSTS_WIDTH},
    )
    if len(groups) > len(rows):
        lines.append(f"  and {len(groups) - len(rows):,} more")
    flows, hosts = found["flow_id"].nunique(), found["callback_host"].nunique()
    return [f"Payloads (found on {flows:,} flows, {hosts:,} callback hosts)", *lines]
