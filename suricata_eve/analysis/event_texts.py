"""A short text for every event, by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import joined, text_column
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.templates import Derived, Fields, one_line, only, together
from suricata_eve.analysis.timeline_texts import TEMPLATES
from suricata_eve.analysis.views.reading import Rows
from suricata_eve.schema.fields import CORE

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["TEXT_LIMIT", "event_texts"]

TEXT_LIMIT = 240
"""How many characters the text of an event has at most."""

# How many columns, of those with a value, are looked into where no template tells.
_GENERIC = 32

# Fields that say nothing of what happened, or that stand beside the text.
_ENVELOPE = frozenset(
    {*CORE, "app_proto", "capture_file", "community_id", "direction", "host", "in_iface"}
    | {"@timestamp", "@version"}  # of Filebeat and Logstash
    | {"ip_v", "orientation", "packet", "pcap_cnt", "pkt_src", "tx_id", "vlan"}
    | {"client_ip", "client_port", "server_ip", "server_port"}
)


def event_texts(frame: pd.DataFrame, positions: NDArray[np.int64]) -> pa.Array:
    """Tell in a short text what each event is about.

    Parameters
    ----------
    frame : DataFrame
        Events with the column ``event_type``; it is not changed.
    positions : ndarray of int64
        Positions of the rows.

    Returns
    -------
    pyarrow.Array
        One line of text per row, never missing or empty, of at most ``TEXT_LIMIT``
        characters: by the template of its type; where that finds no field, the first
        fields of the event as ``key=value``; where there are none, the event type.
    """
    types = joined(text_column(take_column(frame["event_type"], positions))).cast(pa.string())
    texts, order = [], []
    for group in _groups(frame, types):
        rows = positions[group.places]
        fields = Fields(Rows(frame, rows, method="timeline"), DERIVED)
        made = fields.nulls() if group.template is None else fields.render(group.template)
        open_rows = made.is_null()
        if pc.any(open_rows).as_py():
            other = _pairs(frame, rows[np.asarray(open_rows)], group.columns)
            made = pc.replace_with_mask(made, open_rows, other)
        texts.append(made)
        order.append(group.places)
    if not texts:
        return pa.array([], pa.string())
    back = np.argsort(np.concatenate(order), kind="stable")
    found = pa.concat_arrays(texts).take(pa.array(back))
    named = only(pc.not_equal(types, ""), types)
    return one_line(pc.coalesce(found, named, pa.scalar("event")), TEXT_LIMIT)


class _Group(NamedTuple):
    """Rows whose texts are made alike."""

    places: NDArray[np.int64]
    template: tuple[str, ...] | None
    columns: list[str]
    """What to tell where the template finds nothing."""


def _groups(frame: pd.DataFrame, types: pa.Array) -> list[_Group]:
    codes, values = encode(types)
    labels: list[object] = list(frame.columns)
    names = [name for name in labels if isinstance(name, str) and name not in _ENVELOPE]
    own: dict[str, list[str]] = {}
    for name in names:
        own.setdefault(name.partition(".")[0], []).append(name)
    # Of types without fields of their own there can be any number: they are one group.
    known = [name in TEMPLATES or name in own for name in values.to_pylist()]
    number = np.where(np.asarray([*known, False], bool), np.arange(len(values) + 1), -1)[codes]
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    groups = []
    for places in np.split(order, cuts) if len(order) else []:
        code = int(number[places[0]])
        if code < 0:
            groups.append(_Group(places, None, names))
            continue
        event_type = values[code].as_py()
        groups.append(_Group(places, TEMPLATES.get(event_type), own.get(event_type, names)))
    return groups


def _pairs(frame: pd.DataFrame, positions: NDArray[np.int64], columns: list[str]) -> pa.Array:
    """Write the first fields that there are as ``key=value``."""
    fields = Fields(Rows(frame, positions, method="timeline"))
    pairs: list[pa.Array] = []
    for name in columns:
        values = fields.named(name)
        if values.null_count < len(values):
            key = name.partition(".")[2] or name
            pairs.append(pc.binary_join_element_wise(f", {key}=", values, ""))
        if len(pairs) == _GENERIC:
            break
    return together(pairs) if pairs else fields.nulls()


def _md5(fields: Fields) -> pa.Array:
    return only(fields.text("fileinfo.sha256").is_null(), fields.text("fileinfo.md5"))


def _http_target(fields: Fields) -> pa.Array:
    """Put the host before a path; a URL with a host in it, or that of CONNECT, is whole."""
    host, url = fields.text("http.hostname"), fields.text("http.url")
    both = pc.binary_join_element_wise(host, url, "")
    return pc.coalesce(only(pc.starts_with(url, "/"), both), url, host)


def _dns_kind(fields: Fields) -> pa.Array:
    """Call requests and responses of version 3 as those of version 2 are called."""
    kind = fields.text("dns.type")
    kind = pc.if_else(pc.equal(kind, "request"), "query", kind)
    return pc.if_else(pc.equal(kind, "response"), "answer", kind)


_RDATA = (
    "dns.answers[].rdata",
    *(f"dns.grouped.{kind}[]" for kind in ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT")),
    "dns.rdata",
)


def _dns_result(fields: Fields) -> pa.Array:
    """Tell what an answer says: its data, and its code unless all is well."""
    code = fields.text("dns.rcode")
    trouble = only(pc.not_equal(code, "NOERROR"), code)
    data = pc.coalesce(*map(fields.text, _RDATA))
    both = pc.binary_join_element_wise(trouble, data, " ")
    return only(
        pc.equal(fields.text("@dns_kind"), "answer"), pc.coalesce(both, trouble, data, code)
    )


def _duration(fields: Fields, name: str) -> pa.Array:
    """Write the time from start to end in seconds."""
    length = pc.subtract(fields.instants(f"{name}.end"), fields.instants(f"{name}.start"))
    encoded = length.dictionary_encode()
    texts = [
        f"{value / 1_000_000:,.3f}".rstrip("0").rstrip(".") + " s"
        for value in encoded.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(encoded.indices)


DERIVED: Derived = {
    "dns_kind": _dns_kind,
    "dns_result": _dns_result,
    "flow_time": lambda fields: _duration(fields, "flow"),
    "http_target": _http_target,
    "md5": _md5,
    "netflow_time": lambda fields: _duration(fields, "netflow"),
}
"""What the templates of :mod:`suricata_eve.analysis.timeline_texts` call."""
