"""What a reader wants to know first: how much, from when to when, who, and what may be missing."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import arrow_column, instant_column, joined
from suricata_eve.analysis.connections import connections
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.events import events_at
from suricata_eve.analysis.orientation import has_ends, orientation
from suricata_eve.printable import ELLIPSIS
from suricata_eve.reports.sections import in_calendar

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Facts", "facts"]

_NAMED = 5  # values that a fact names
_SIDES = ("client", "server")
_PACKETS, _DROPS = "stats.capture.kernel_packets", "stats.capture.kernel_drops"


class Facts(NamedTuple):
    """The headline of a report."""

    events: int
    flows: int
    clients: int
    servers: int
    first: str | None
    """Time of the first event that is not one of statistics, in UTC."""

    last: str | None
    listed: tuple[tuple[str, str], ...]
    """Further facts: what, and any text."""


def facts(frame: pd.DataFrame) -> Facts:
    """Count what an incident has.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``. What ``attrs["eve"]`` tells of the
        reading is passed on, if it is there.

    Returns
    -------
    Facts
        Times leave out ``stats`` events, which tell of the clock on the wall also where an
        old capture was read.
    """
    rows = Columns(frame)
    types = rows.text("event_type")
    times = in_calendar(joined(instant_column(frame["timestamp"]))).cast(pa.timestamp("us"))
    counted = pc.not_equal(types, "stats").fill_null(fill_value=True)
    span = pc.min_max(times.filter(counted))
    first, last = (span[name].cast(pa.string()).as_py() for name in ("min", "max"))
    listed = [("Events by type", _frequent(types))]
    clients = servers = pa.nulls(0, pa.string())
    if has_ends(frame):
        told = orientation(frame)
        clients, servers = (joined(arrow_column(told[f"{side}_ip"])) for side in _SIDES)
        alerts = pc.equal(types, "alert").fill_null(fill_value=False)
        listed += [
            (f"{side.capitalize()}s with most alerts", _frequent(ends.filter(alerts)))
            for side, ends in zip(_SIDES, (clients, servers), strict=True)
        ]
    listed += [("Sensors", _frequent(rows.text("host"))), ("Dropped packets", _dropped(frame))]
    listed += _reading(frame.attrs.get("eve"))
    return Facts(
        events=len(frame),
        flows=_flows(frame),
        clients=_distinct(clients),
        servers=_distinct(servers),
        first=first,
        last=last,
        listed=tuple((what, text) for what, text in listed if text),
    )


def _distinct(values: pa.Array) -> int:
    return int(pc.count_distinct(values, mode="only_valid").as_py())


def _flows(frame: pd.DataFrame) -> int:
    if "flow_id" not in frame.columns:
        return 0
    number = np.unique(connections(frame))
    return int((number >= 0).sum())


def _frequent(values: pa.Array) -> str:
    """Name the most frequent values with their numbers, and how many more there are."""
    counts = pc.value_counts(values.drop_null())
    table = pa.table({"value": counts.field("values"), "count": counts.field("counts")})
    table = table.sort_by([("count", "descending"), ("value", "ascending")])
    named = table.slice(0, _NAMED).to_pylist()
    text = ", ".join(f"{_short(one['value'], 80)} ({one['count']:,})" for one in named)
    more = table.num_rows - _NAMED
    return f"{text} and {more:,} more" if more > 0 else text


def _dropped(frame: pd.DataFrame) -> str:
    """Tell how many packets Suricata did not see, by its own account."""
    if not {_PACKETS, _DROPS} <= set(frame.columns):
        return ""
    rows = Columns(frame, events_at(frame, "stats"))
    counters = pa.table(
        {
            "host": rows.text("host"),
            "packets": rows.integers(_PACKETS),
            "drops": rows.integers(_DROPS),
        }
    )
    # Counters grow until a restart.
    most = counters.group_by("host").aggregate([("packets", "max"), ("drops", "max")])
    packets, drops = (most[f"{name}_max"].drop_null().to_pylist() for name in ("packets", "drops"))
    return f"{sum(drops):,} of {sum(packets):,}" if packets and drops else ""


def _reading(attrs: Any) -> list[tuple[str, str]]:
    """Tell what was left out in reading, as far as what is noted about it can be understood."""
    if not isinstance(attrs, dict):
        return []
    listed = []
    sources = attrs.get("sources")
    if isinstance(sources, list) and sources:
        # The folders are nobody's business but the author's, whose system may be another.
        names = [PureWindowsPath(str(one)).name or str(one) for one in sources]
        more = len(names) - _NAMED
        text = ", ".join(_short(name, 120) for name in names[:_NAMED])
        listed.append(("Read from", f"{text} and {more:,} more" if more > 0 else text))
    lines, bad, values = (attrs.get(name) for name in ("lines", "bad_lines", "bad_values"))
    if _is_number(lines) and _is_number(bad) and bad <= lines:
        text = f"{bad:,} of {lines:,} lines of the log were left out"
        if _is_number(values) and values:
            text += f", values replaced: {values:,}"
        listed.append(("Not read", text))
    return listed


def _is_number(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < 2**63


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS
