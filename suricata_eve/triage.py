"""The triage summary of a frame, as text for a terminal.

Everything shown that comes from the log goes through :mod:`suricata_eve.terminal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from suricata_eve.analysis import alerts, group_summary, payloads
from suricata_eve.terminal import cut, table

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LOG4J", "triage"]

LOG4J = "(?i)log4j|jndi|cve-2021-44228"
"""What the signature of an alert on Log4Shell mentions."""

_FLOWS, _SIGNATURES, _PAYLOADS = 8, 10, 13
_HOSTS_WIDTH = 36


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
    parts = [_head(frame), _types(frame, width)]
    found = alerts(frame) if _has_alerts(frame) else frame.iloc[:0]
    parts.append(_signatures(found, width))
    parts.append(_log4j(frame, width) if len(found) else [])
    parts.append(_payloads(payloads(frame), width))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _has_alerts(frame: pd.DataFrame) -> bool:
    return {"event_type", "alert.signature", "timestamp"}.issubset(frame.columns)


def _when(value: object) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, pd.Timestamp) else "-"


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
    cells = [
        f"{number:>9,}  {'(none)' if pd.isna(kind) else cut(str(kind), 12):<12}"
        for kind, number in counts.head(28).items()
    ]
    across = max(1, width // 25)
    down = -(-len(cells) // across)
    rows = ["".join(cells[place::down]).rstrip() for place in range(down)]
    if len(counts) > len(cells):
        rows.append(f"  and {len(counts) - len(cells):,} more types")
    return ["Events per type", *rows]


def _joined(values: Iterable[object] | None, shown: int = 3) -> str:
    """Return the first values of a list cell, and how many more there are."""
    texts = [str(value) for value in values or () if not pd.isna(value)]
    more = f" and {len(texts) - shown} more" if len(texts) > shown else ""
    return ", ".join(texts[:shown]) + more


def _signatures(found: pd.DataFrame, width: int) -> list[str]:
    if not len(found):
        return ["No alerts"]
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
    groups = group_summary(found, "flow_id", ["client", "server", "signature"])
    rows = [
        [
            str(flow),
            _when(first),
            _joined(client, 1),
            _joined(server, 1),
            f"{count:,}",
            _joined(signatures),
        ]
        for flow, first, client, server, count, signatures in groups[
            [
                "flow_id",
                "first_seen",
                "client.unique",
                "server.unique",
                "count",
                "signature.unique",
            ]
        ]
        .head(_FLOWS)
        .itertuples(index=False)
    ]
    lines = table(
        ["flow_id", "first seen", "client", "server", "alerts", "signatures"],
        rows,
        width=width,
        numbers=frozenset({0, 4}),
        caps={2: 22, 3: 22},
    )
    if len(groups) > len(rows):
        lines.append(f"  and {len(groups) - len(rows):,} more flows")
    clients = found["client"].nunique()
    return [f"Flows with Log4j alerts ({len(groups):,} flows, {clients:,} clients)", *lines]


def _payloads(found: pd.DataFrame, width: int) -> list[str]:
    if not len(found):
        return ["No hidden payloads found"]
    groups = group_summary(found[found["decoded"].notna()], "decoded", ["callback_host"])
    rows = [
        [f"{count:,}", _joined(hosts) or "-", str(decoded)]
        for decoded, count, hosts in groups[["decoded", "count", "callback_host.unique"]]
        .head(_PAYLOADS)
        .itertuples(index=False)
    ]
    bare = found[found["decoded"].isna()]
    if len(bare):
        hosts = bare["callback_host"].dropna().unique()
        rows.append([f"{len(bare):,}", _joined(hosts), "(nothing to decode)"])
    lines = table(
        ["found", "callback host", "decoded"],
        rows,
        width=width,
        numbers=frozenset({0}),
        caps={1: _HOSTS_WIDTH},
    )
    if len(groups) > _PAYLOADS:
        lines.append(f"  and {len(groups) - _PAYLOADS:,} more")
    return [f"Payloads ({len(found):,} found, {len(groups):,} different texts)", *lines]
