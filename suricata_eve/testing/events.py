"""Strategies for EVE events: such as the schema describes, and such as nobody does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from suricata_eve.errors import EveOptionError
from suricata_eve.schema.fields import INSTANTS, PORTS, arrow_type, fields
from suricata_eve.testing import values
from suricata_eve.testing._hypothesis import st

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

__all__ = ["SHAPES", "events", "known_values", "wild_events"]

SHAPES: Mapping[str, Sequence[str]] = {
    "alert": (
        "alert.action",
        "alert.gid",
        "alert.signature_id",
        "alert.signature",
        "alert.category",
        "alert.severity",
        "alert.metadata.tag",
        "direction",
        "flow.src_ip",
        "flow.src_port",
        "flow.start",
        "http.url",
        "metadata.flowbits",
        "metadata.flowints",
        "payload",
    ),
    "anomaly": ("anomaly.type", "anomaly.event", "anomaly.code", "anomaly.layer"),
    "dns": (
        "dns.version",
        "dns.type",
        "dns.id",
        "dns.rrname",
        "dns.rcode",
        "dns.qr",
        "dns.queries",
        "dns.answers",
        "dns.grouped.A",
    ),
    "fileinfo": (
        "fileinfo.filename",
        "fileinfo.sid",
        "fileinfo.gaps",
        "fileinfo.size",
        "fileinfo.sha256",
        "http.hostname",
    ),
    "flow": (
        "flow.pkts_toserver",
        "flow.bytes_toclient",
        "flow.start",
        "flow.end",
        "flow.age",
        "flow.state",
        "flow.alerted",
        "flow.exception_policy",
        "tcp.tcp_flags",
        "tcp.syn",
    ),
    "http": (
        "http.hostname",
        "http.http_port",
        "http.url",
        "http.http_user_agent",
        "http.http_refer",
        "http.http_method",
        "http.status",
        "http.length",
        "http.request_headers",
        "http.response_headers",
    ),
    "netflow": ("netflow.pkts", "netflow.bytes", "netflow.start", "netflow.min_ttl"),
    "smb": ("smb.id", "smb.session_id", "smb.tree_id", "smb.command", "smb.status"),
    "stats": ("stats.uptime", "stats.capture.kernel_packets", "stats.decoder.pkts"),
    "tls": (
        "tls.sni",
        "tls.version",
        "tls.subject",
        "tls.notbefore",
        "tls.notafter",
        "tls.chain",
        "tls.ja3.hash",
        "tls.ja4",
    ),
}
"""Fields that events of some types have, beside those that all have."""

_SHARED = (
    "flow_id",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "proto",
    "in_iface",
    "vlan",
    "tx_id",
    "pcap_cnt",
    "community_id",
    "host",
)
_ADDRESSES = frozenset({"src_ip", "dest_ip", "flow.src_ip"})


@cache
def _records() -> dict[str, SearchStrategy[object]]:
    """Strategies for fields that are lists of objects, or objects of any keys."""
    text, number = values.texts(), values.integers(max_value=2**63 - 1)
    header = st.fixed_dictionaries({"name": text, "value": text})
    query = st.fixed_dictionaries({"rrname": text}, optional={"rrtype": text, "id": number})
    answer = st.fixed_dictionaries(
        {"rrname": text, "ttl": number},
        optional={"rdata": text, "soa": st.fixed_dictionaries({"mname": text, "serial": number})},
    )
    return {
        "dns.answers": st.lists(answer, max_size=3),
        "dns.queries": st.lists(query, max_size=3),
        "flow.exception_policy": st.lists(
            st.fixed_dictionaries({"target": text, "policy": text}), max_size=2
        ),
        "http.request_headers": st.lists(header, max_size=3),
        "http.response_headers": st.lists(header, max_size=3),
        "metadata.flowints": st.dictionaries(
            st.sampled_from(("count", "tls.seen", "")), number, max_size=2
        ),
    }


def known_values(path: str) -> SearchStrategy[object]:
    """Make values that the schema allows for a field.

    Parameters
    ----------
    path : str
        A dotted path that the schema knows, such as ``"http.url"``.

    Returns
    -------
    SearchStrategy of object
        Values of the field's JSON type, and within the width of its dtype.

    Raises
    ------
    EveOptionError
        If the schema does not know the field, or leaves open what it holds.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.known_values("flow.dest_port"))
    ... def check(value: int) -> None:
    ...     assert 0 <= value <= 65535
    >>> check()
    """
    if path in _records():
        return _records()[path]
    if path in INSTANTS:
        return values.timestamps()
    if path in PORTS:
        return values.ports()
    if path in _ADDRESSES:
        return values.ip_addresses()
    if path == "flow_id":
        return values.flow_ids()
    dtype = arrow_type(path)
    if dtype is None or path not in fields():
        msg = f"path {path!r} is no field of the EVE schema whose type is known"
        raise EveOptionError(msg)
    return _of_type(dtype)


def _of_type(dtype: pa.DataType) -> SearchStrategy[object]:
    if pa.types.is_list(dtype):
        return st.lists(_of_type(dtype.value_type), max_size=3)
    if pa.types.is_boolean(dtype):
        return st.booleans()
    if pa.types.is_string(dtype):
        return values.texts()
    unsigned = pa.types.is_unsigned_integer(dtype)
    high = 2**dtype.bit_width - 1 if unsigned else 2 ** (dtype.bit_width - 1) - 1
    return values.integers(min_value=0 if unsigned else -high - 1, max_value=high)


def _place(event: dict[str, object], path: str, value: object) -> None:
    """Put a value below its dotted path, into objects that are made on the way."""
    *parents, name = path.split(".")
    for parent in parents:
        inner = event.setdefault(parent, {})
        assert isinstance(inner, dict)  # noqa: S101 - no known field is below another
        event = inner
    event[name] = value


@cache
def _some_of(event_type: str) -> SearchStrategy[dict[str, object]]:
    paths = (*_SHARED, *SHAPES[event_type])
    known = {path: known_values(path) for path in paths}
    head: dict[str, SearchStrategy[object]] = {
        "timestamp": values.timestamps(),
        "event_type": st.just(event_type),
    }
    return st.fixed_dictionaries(head, optional=known)


def events(
    *,
    event_types: Sequence[str] = tuple(SHAPES),
    unknown: SearchStrategy[object] | None = None,
    unknown_fields: bool = True,
) -> SearchStrategy[dict[str, object]]:
    """Make events that obey the schema, as dicts.

    Parameters
    ----------
    event_types : sequence of str, default all of suricata_eve.testing.events.SHAPES
        Types of event to choose from.
    unknown : SearchStrategy of object, optional
        Values of fields that the schema does not have, by default any JSON.
    unknown_fields : bool, default True
        Whether there are fields that the schema does not have, at the top or within
        known objects: of odd and empty names, with dots, nested, empty objects.

    Returns
    -------
    SearchStrategy of dict
        Events with ``timestamp`` and ``event_type``; every other field may be absent.

    Raises
    ------
    EveOptionError
        If an event type is not one of those in ``SHAPES``.

    See Also
    --------
    wild_events : Objects that obey nothing.
    lines : Events as text.

    Examples
    --------
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.events(event_types=["dns"]))
    ... def check(event: dict) -> None:
    ...     assert event["event_type"] == "dns"
    >>> check()
    """
    strange = sorted(set(event_types) - set(SHAPES))
    if strange:
        msg = f"event_types {strange} are unknown here; choose from {sorted(SHAPES)}"
        raise EveOptionError(msg)
    plain = st.sampled_from(event_types).flatmap(_some_of)
    if not unknown_fields:
        return plain.map(_nested)
    made = values.json_values() if unknown is None else unknown
    extra = st.dictionaries(values.unknown_keys(), made, max_size=3)
    return st.builds(_with_extra, plain, extra, st.sampled_from(("", "", "alert", "http", "flow")))


def _nested(flat: Mapping[str, object]) -> dict[str, object]:
    event: dict[str, object] = {}
    for path, value in flat.items():
        _place(event, path, value)
    return event


def _with_extra(
    flat: Mapping[str, object], extra: dict[str, object], parent: str
) -> dict[str, object]:
    event = _nested(flat)
    if parent:
        inner = event.setdefault(parent, {})
        assert isinstance(inner, dict)  # noqa: S101 - these are objects in the schema
        inner.update(extra)
    else:
        event.update(extra)
    return event


def wild_events(*, allow_nan: bool = True) -> SearchStrategy[dict[str, object]]:
    """Make JSON objects that obey no schema.

    Names of known fields occur with values of every kind, so that one field holds
    numbers in one event, text in the next and an object in a third.

    Parameters
    ----------
    allow_nan : bool, default True
        Whether NaN and the infinities occur.

    Returns
    -------
    SearchStrategy of dict
        Any object, also the empty one.

    See Also
    --------
    events : Events that obey the schema.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from suricata_eve.testing import strategies as eve
    >>> @settings(max_examples=10, deadline=None)
    ... @given(eve.wild_events())
    ... def check(event: dict) -> None:
    ...     assert all(isinstance(key, str) for key in event)
    >>> check()
    """
    leaves = st.one_of(values.scalars(), values.numbers(allow_nan=allow_nan))
    anything = values.json_values(leaves=leaves)
    known = st.sampled_from(
        ("timestamp", "flow_id", "src_port", "proto", "vlan", "alert", "http", "flow", "a", "b")
    )
    keys = st.one_of(known, values.unknown_keys())
    head: dict[str, SearchStrategy[object]] = {
        "event_type": st.one_of(st.sampled_from(tuple(SHAPES)), values.scalars()),
        "flow": st.dictionaries(st.sampled_from(("start", "src_port", "age", "x")), anything),
    }
    body = st.dictionaries(keys, anything, max_size=5)
    # Absent as often as present, in front of the rest.
    some: SearchStrategy[dict[str, object]] = st.fixed_dictionaries({}, optional=head)
    return st.builds(lambda first, rest: {**first, **rest}, some, body)
