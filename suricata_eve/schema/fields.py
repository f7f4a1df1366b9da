"""The known fields of EVE: paths, JSON types, releases and the Arrow types of the contract.

The table beside this module is made by :mod:`suricata_eve.schema.generate` from the
JSON schemas of Suricata 7.0.0 to 8.0.6 and its main branch of 2026.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pyarrow as pa

__all__ = [
    "CORE",
    "INSTANTS",
    "PORTS",
    "Field",
    "arrow_type",
    "field",
    "fields",
    "is_known",
    "sort_key",
]

CORE = (
    "timestamp",
    "flow_id",
    "event_type",
    "src_ip",
    "src_port",
    "dest_ip",
    "dest_port",
    "proto",
)
"""The columns that nearly every event has, in the order in which frames show them."""

INSTANTS = frozenset(
    {
        "timestamp",
        "flow.start",
        "flow.end",
        "netflow.start",
        "netflow.end",
        "tls.notbefore",
        "tls.notafter",
        "tls.client.notbefore",
        "tls.client.notafter",
    }
)
"""Fields that are points in time, as ISO 8601 text in EVE."""

PORTS = frozenset(
    {
        "src_port",
        "dest_port",
        "flow.src_port",
        "flow.dest_port",
        "tunnel.src_port",
        "tunnel.dest_port",
        "alert.source.port",
        "alert.target.port",
        "bittorrent_dht.request.port",
        "ftp.dynamic_port",
        "http.http_port",
    }
)
"""Fields that are transport ports: ``uint16``."""

# Suricata writes these from unsigned 64-bit numbers that use all their bits.
_UNSIGNED = frozenset({"smb.session_id"})

_SCALARS = {
    "integer": pa.int64(),
    "string": pa.string(),
    "any|string": pa.string(),
    "boolean": pa.bool_(),
    "array<string>": pa.list_(pa.string()),
    "array<integer>": pa.list_(pa.int64()),
}
_HEADERS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
# What the schemas leave open and every release writes alike (VLAN ids are "number" there).
_ELEMENTS = {
    "http.request_headers": _HEADERS,
    "http.response_headers": _HEADERS,
    "vlan": pa.list_(pa.int64()),
}


class Field(NamedTuple):
    """A field that the schema of some Suricata release has."""

    path: str
    json_type: str
    first_release: str
    last_release: str


@cache
def fields() -> dict[str, Field]:
    """Return the known fields by path.

    Returns
    -------
    dict of str to Field
        Shared: do not change it.

    Examples
    --------
    >>> from suricata_eve.schema.fields import fields
    >>> fields()["tls.ja4"]
    Field(path='tls.ja4', json_type='string', first_release='7.0.6', last_release='main')
    """
    table: dict[str, Field] = {}
    text = files("suricata_eve.schema").joinpath("fields.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        parent, json_type, first, last, names = line.split("\t")
        for name in names.split(" "):
            path = f"{parent}.{name}" if parent else name
            table[path] = Field(path, json_type, first, last)
    return table


def field(path: str) -> Field | None:
    """Return what the schema says of a path, None where it is not known.

    Parameters
    ----------
    path : str
        A dotted path, such as ``"http.url"``.

    Returns
    -------
    Field or None
        The field.
    """
    return fields().get(path)


@cache
def _objects() -> frozenset[str]:
    return frozenset(
        path[:end] for path in fields() for end, character in enumerate(path) if character == "."
    )


def is_known(path: str) -> bool:
    """Tell whether a name is a field of EVE, or an object that holds some.

    Parameters
    ----------
    path : str
        A dotted path; ``"alert"`` counts, as the column of a frame that is not flat.

    Returns
    -------
    bool
        Whether the schema of some release has it.
    """
    return path in fields() or path in _objects()


@cache
def arrow_type(path: str) -> pa.DataType | None:
    """Return the Arrow type that the contract gives to a field.

    Parameters
    ----------
    path : str
        A dotted path.

    Returns
    -------
    pyarrow.DataType or None
        None for what the schema does not know, and for objects and lists of objects,
        whose type is what they hold.

    Examples
    --------
    >>> from suricata_eve.schema.fields import arrow_type
    >>> arrow_type("dest_port"), arrow_type("timestamp")
    (DataType(uint16), TimestampType(timestamp[us, tz=UTC]))
    """
    if path in INSTANTS:
        return pa.timestamp("us", "UTC")
    if path in PORTS:
        return pa.uint16()
    if path in _UNSIGNED:
        return pa.uint64()
    if path in _ELEMENTS:
        return _ELEMENTS[path]
    known = field(path)
    return None if known is None else _SCALARS.get(known.json_type)


def sort_key(path: str) -> tuple[int, int, str]:
    """Return the key that puts columns into the order of a frame.

    The core columns come first, then the other top-level fields, then the fields of
    objects, by name; ``stats`` is last. The order depends on the names alone.

    Parameters
    ----------
    path : str
        A column's name.

    Returns
    -------
    tuple
        To sort by.
    """
    if path in CORE:
        return 0, CORE.index(path), path
    if path.startswith("stats."):
        return 3, 0, path
    return (2 if "." in path else 1), 0, path
