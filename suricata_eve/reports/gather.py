"""The tables of a report, made of the events of an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import begins, encode, first_places
from suricata_eve.analysis.columns import arrow_column, instant_column, joined
from suricata_eve.analysis.endpoints import Columns, combined
from suricata_eve.analysis.events import events_at
from suricata_eve.analysis.iocs.table import indicators
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import ENDS, has_ends, orientation
from suricata_eve.analysis.payloads import payloads
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.summary import group_summary
from suricata_eve.analysis.templates import only
from suricata_eve.analysis.timeline import timeline
from suricata_eve.analysis.views.flows import flows
from suricata_eve.frame import arrow_frame
from suricata_eve.reports.sections import Section, Shown, section

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["gathered"]

_LISTED = 10  # values that a cell names
_NAMELESS = "(no signature)"  # of a rule without `msg`, or a frame without the column
_CLIENT = Shown("Client", "end", ("client_ip", "client_port"))
_SERVER = Shown("Server", "end", ("server_ip", "server_port"))
_FLOW = Shown("Flow", "id", ("flow_id",))
_FIRST = Shown("First seen", "time", ("time",))
_LAST = Shown("Last seen", "time", ("last_seen",))


def gathered(frame: pd.DataFrame) -> list[Section]:
    """Return the sections of a report, what matters most first.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.

    Returns
    -------
    list of Section
        Signatures, attempts, indicators, alerts, payloads, flows, timeline; always all.
    """
    alerts, found = _alerts(frame), _findings(frame)
    return [
        _signatures(alerts),
        _attempts(found),
        _indicators(frame),
        alerts,
        _payloads(found),
        _flows(frame),
        _timeline(frame),
    ]


def _alerts(frame: pd.DataFrame) -> Section:
    positions = time_order(frame, events_at(frame, "alert"))
    rows = Columns(frame, positions)
    table = {
        "time": joined(instant_column(take_column(frame["timestamp"], positions))),
        "flow_id": rows.integers("flow_id"),
        "event_type": rows.text("event_type"),
        **_ends(frame, positions),
        "proto": rows.text("proto"),
        "app_proto": rows.text("app_proto"),
        "text": rows.text("alert.signature"),
        "severity": rows.integers("alert.severity"),
        "sid": rows.integers("alert.signature_id"),
        "category": rows.text("alert.category"),
        "action": rows.text("alert.action"),
        "community_id": rows.text("community_id"),
        "host": rows.text("host"),
    }
    return section(
        "alert",
        "Alerts",
        "Every alert, in the order of time. The client is who opened the flow.",
        table,
        (
            Shown("Time", "time", ("time",)),
            Shown("Severity", "number", ("severity",)),
            Shown("Signature", "text", ("text",)),
            _CLIENT,
            _SERVER,
            Shown("Protocol", "word", ("app_proto", "proto")),
            Shown("Action", "word", ("action",)),
            _FLOW,
        ),
        order=np.asarray(pc.sort_indices(table["severity"])).astype(np.int64),
        chosen_by="the most severe, and of these the first",
    )


def _ends(frame: pd.DataFrame, positions: NDArray[np.int64]) -> dict[str, pa.Array]:
    """Return client and server of some events, missing where the frame has no addresses."""
    names = [name for name in ENDS if name != "orientation"]
    if not has_ends(frame):
        return {name: pa.nulls(len(positions), ENDS[name]) for name in names}
    told = orientation(frame, positions)
    return {name: joined(arrow_column(told[name])) for name in names}


def _signatures(alerts: Section) -> Section:
    names = ("client_ip", "server_ip", "flow_id", "sid", "category", "action")
    data = {"timestamp": alerts.table["time"], **{name: alerts.table[name] for name in names}}
    texts = alerts.table["text"]
    data["text"] = pc.coalesce(only(pc.not_equal(texts, ""), texts), pa.scalar(_NAMELESS))
    groups = _Groups(arrow_frame(data), "text", names)
    common = groups.common()
    table = {
        **common,
        "severity": _least(alerts.table["severity"], by=data["text"], groups=common["text"]),
        "sid": groups.only("sid"),
        "category": groups.only("category"),
        "action": groups.only("action"),
        "clients": groups.number("client_ip"),
        "servers": groups.number("server_ip"),
        "flows": groups.number("flow_id"),
    }
    by_severity = np.asarray(pc.sort_indices(table["severity"]))
    return section(
        "signature",
        "Alerts by signature",
        "The most severe first (1 is the highest), of these the most frequent.",
        {name: values.take(pa.array(by_severity)) for name, values in table.items()},
        (
            Shown("Severity", "number", ("severity",)),
            Shown("Signature", "text", ("text",)),
            Shown("Alerts", "number", ("count",)),
            Shown("Clients", "number", ("clients",)),
            Shown("Servers", "number", ("servers",)),
            Shown("Flows", "number", ("flows",)),
            _FIRST,
            _LAST,
            Shown("SID", "id", ("sid",)),
            Shown("Category", "word", ("category",)),
            Shown("Action", "word", ("action",)),
        ),
    )


def _least(values: pa.Array, *, by: pa.Array, groups: pa.Array) -> pa.Array:
    """Return the least value of each group, missing where it has none."""
    found = pa.table({"by": by, "value": values}).group_by("by").aggregate([("value", "min")])
    return joined(found["value_min"]).take(pc.index_in(groups, value_set=joined(found["by"])))


def _findings(frame: pd.DataFrame) -> dict[str, pa.Array]:
    """Return what is hidden in the text of the events, each once per flow and field, by time."""
    ids = Columns(frame).integers("flow_id")
    if ids.type != pa.int64():
        # More than payloads() takes: their numbers do as well to tell flows apart.
        codes, ids = encode(ids)
        numbers = pa.array(codes, mask=codes < 0)
        found = payloads(frame.assign(flow_id=pd.arrays.ArrowExtensionArray(numbers)))
        flow_ids = ids.take(joined(arrow_column(found["flow_id"])))
    else:
        found = payloads(frame)
        flow_ids = joined(arrow_column(found["flow_id"]))
    table = {name: joined(arrow_column(found[name])) for name in found.columns}
    table |= {"flow_id": flow_ids, "time": table["timestamp"], "text": table["match"]}
    order = pa.array(time_order(found, np.arange(len(found))))
    table = {name: values.take(order) for name, values in table.items()}
    # Suricata logs one request in its own event and again in that of each alert.
    same = ("flow_id", "client_ip", "server_ip", "field", "text", "decoded")
    codes = combined([encode(table[name]).codes for name in same])
    size = int(codes.max(initial=-1)) + 1
    firsts, backwards = first_places(codes, size), first_places(codes[::-1], size)
    last_seen = table["time"].take(pa.array(len(codes) - 1 - backwards))
    table = {name: values.take(pa.array(firsts)) for name, values in table.items()}
    return {**table, "last_seen": last_seen, "count": pa.array(np.bincount(codes, minlength=size))}


def _attempts(found: dict[str, pa.Array]) -> Section:
    names = ("client_ip", "server_ip", "callback_host", "flow_id", "kind")
    data = {"timestamp": found["time"], **{name: found[name] for name in names}}
    data["text"] = pc.coalesce(found["decoded"], found["resolved"], found["match"])
    groups = _Groups(arrow_frame(data), "text", names)
    table = {
        **groups.common(),
        "kind": groups.only("kind"),
        "callback_host": groups.listed("callback_host"),
        "clients": groups.number("client_ip"),
        "servers": groups.number("server_ip"),
        "flows": groups.number("flow_id"),
    }
    order = pc.sort_indices(pc.negate(table["flows"]))
    return section(
        "attempt",
        "What was tried",
        "Commands and lookups found in requests, decoded and without their disguise, each once.",
        {name: values.take(order) for name, values in table.items()},
        (
            Shown("Decoded", "text", ("text",)),
            Shown("Calls back to", "text", ("callback_host",)),
            Shown("Flows", "number", ("flows",)),
            Shown("Clients", "number", ("clients",)),
            Shown("Servers", "number", ("servers",)),
            _FIRST,
            _LAST,
        ),
    )


def _indicators(frame: pd.DataFrame) -> Section:
    found = indicators(frame, defang=True)
    names = {"text": "indicator", "time": "first_seen"}
    table = {
        name: joined(arrow_column(found[names.get(name, name)]))
        for name in ("time", "last_seen", "kind", "text", "count", "scope")
    }
    table["field"] = pc.binary_join(joined(arrow_column(found["fields"])), ", ")
    # A kind after the other: the place of each within its kind.
    first = begins(encode(table["kind"]).codes)
    places = np.arange(len(found))
    rank = places - np.maximum.accumulate(np.where(first, places, 0))
    return section(
        "indicator",
        "Indicators",
        "What to look for elsewhere, your own side's among them; defanged, for nobody to click on.",
        table,
        (
            Shown("Kind", "word", ("kind",)),
            Shown("Indicator", "text", ("text",)),
            Shown("Scope", "word", ("scope",)),
            Shown("Events", "number", ("count",)),
            _FIRST,
            _LAST,
            Shown("Found in", "text", ("field",)),
        ),
        order=np.argsort(rank, kind="stable"),
        chosen_by="the most frequent of each kind",
    )


def _payloads(found: dict[str, pa.Array]) -> Section:
    return section(
        "payload",
        "Payloads",
        "Every one, once per flow and field: what it comes to, and as it was sent.",
        {name: values for name, values in found.items() if name != "event_type"},
        (
            Shown("Time", "time", ("time",)),
            Shown("Client", "end", ("client_ip",)),
            Shown("Server", "end", ("server_ip",)),
            Shown("Found in", "word", ("field",)),
            Shown("Decoded", "text", ("decoded",)),
            Shown("Calls back to", "end", ("callback_host", "callback_port")),
            Shown("As sent", "text", ("text",)),
            Shown("Without disguise", "change", ("resolved", "text")),
            Shown("Events", "number", ("count",)),
            _FLOW,
        ),
    )


def _flows(frame: pd.DataFrame) -> Section:
    names = (
        *("flow_id", "client_ip", "client_port", "server_ip", "server_port", "proto", "app_proto"),
        *("state", "action", "alerted", "duration", "bytes_to_server", "bytes_to_client"),
        *("community_id", "host"),
    )
    found = flows(frame)
    table = {name: joined(arrow_column(found[name])) for name in names}
    table |= {"time": joined(arrow_column(found["start"]))}
    table |= {"last_seen": joined(arrow_column(found["end"]))}
    table["event_type"] = pa.array(["flow"] * len(found), pa.string())
    quiet = pc.invert(table["alerted"].fill_null(fill_value=False)).cast(pa.int8())
    return section(
        "flow",
        "Flows",
        "What Suricata's flow events tell, in the order of their start. Bytes are with headers.",
        table,
        (
            Shown("Start", "time", ("time",)),
            Shown("Seconds", "seconds", ("duration",)),
            _CLIENT,
            _SERVER,
            Shown("Protocol", "word", ("app_proto", "proto")),
            Shown("Bytes to server", "number", ("bytes_to_server",)),
            Shown("Bytes to client", "number", ("bytes_to_client",)),
            Shown("State", "word", ("state",)),
            Shown("Alerted", "flag", ("alerted",)),
            _FLOW,
        ),
        order=np.asarray(pc.sort_indices(quiet)).astype(np.int64),
        chosen_by="those with alerts, and of these the first",
    )


def _timeline(frame: pd.DataFrame) -> Section:
    wanted = np.zeros(len(frame), bool)
    if "flow_id" in frame.columns:
        wanted[events_at(frame, "alert")] = True
        wanted &= np.asarray(frame["flow_id"].notna(), bool)
        found = timeline(frame, wanted)
    else:
        found = timeline(frame.iloc[:0].assign(flow_id=pd.array([], "int64[pyarrow]")), [])
    names = [name for name in found.columns if name not in ("timestamp", "after")]
    table = {name: joined(arrow_column(found[name])) for name in names}
    table["time"] = joined(arrow_column(found["timestamp"]))
    return section(
        "timeline",
        "Timeline",
        "Everything that was logged of the flows with alerts, in the order of time.",
        table,
        (
            Shown("Time", "time", ("time",)),
            Shown("Type", "word", ("event_type",)),
            _CLIENT,
            _SERVER,
            Shown("What happened", "text", ("text",)),
            _FLOW,
        ),
    )


class _Groups:
    """A summary of items that have the same text."""

    def __init__(self, items: pd.DataFrame, by: str, fields: tuple[str, ...]) -> None:
        self._found = group_summary(items, by, fields, max_unique=_LISTED)
        self._by = by

    def _column(self, name: str) -> pa.Array:
        return joined(arrow_column(self._found[name]))

    def common(self) -> dict[str, pa.Array]:
        """Return the text, how often, and when first and last."""
        names = {"text": self._by, "count": "count", "time": "first_seen", "last_seen": "last_seen"}
        return {name: self._column(column) for name, column in names.items()}

    def number(self, field: str) -> pa.Array:
        """Return how many values a field has; missing where it has none."""
        data = self._column(f"{field}.nunique")
        return pc.replace_with_mask(data, pc.equal(data, 0), pa.scalar(None, data.type))

    def _values(self, field: str) -> tuple[NDArray[np.int64], NDArray[np.int64], pa.Array]:
        """Return how many values are listed, where the first one is, and the values."""
        lists = self._column(f"{field}.unique")
        lengths = np.asarray(pc.list_value_length(lists)).astype(np.int64)
        return lengths, np.cumsum(lengths) - lengths, pc.list_flatten(lists)

    def only(self, field: str) -> pa.Array:
        """Return the value of a field that has one value; missing where it has several."""
        lengths, firsts, values = self._values(field)
        return values.take(pa.array(firsts, mask=lengths != 1))

    def listed(self, field: str) -> pa.Array:
        """Return the values of a field as one text, and how many more there are."""
        texts = pc.binary_join(self._column(f"{field}.unique"), ", ")
        number = np.asarray(self._column(f"{field}.nunique"))
        more = pa.array(number - _LISTED, mask=number <= _LISTED).cast(pa.string())
        more = pc.binary_join_element_wise(" and ", more, " more", "").fill_null("")
        texts = pc.binary_join_element_wise(texts, more, "")
        return pc.replace_with_mask(texts, pa.array(number == 0), pa.scalar(None, texts.type))
