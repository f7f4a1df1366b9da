"""Which columns hold an attacker's text, and the texts of a column of any shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from suricata_eve.analysis.codes import is_list, list_elements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["ALL_BASE64", "EVE_BASE64", "Leaf", "has_text", "is_attacker_text", "text_leaves"]

EVE_BASE64 = ("payload", "packet", "http.http_request_body", "http.http_response_body")
"""Fields that EVE itself writes as Base64, and that are worth decoding."""

ALL_BASE64 = (
    *EVE_BASE64,
    "frame.payload",
    "tls.certificate",
    "tls.chain",
    "tls.client.certificate",
    "tls.client.chain",
)
"""All that EVE writes as Base64."""

_TOP_LEVEL = frozenset({"payload_printable", "files"})
# Objects that Suricata or the writer of a rule fills.
_NOT_TRAFFIC = re.compile(
    r"(?:alert|anomaly|arp|capture|drop|engine|ether|flow|log|netflow|packet_info|stats|suricata"
    r"|tcp|traffic|tunnel|verdict|metadata\.(?:flowbits|flowints))(?:\.|\Z)"
)
# Fields that Suricata computes: hashes, fingerprints, addresses.
_COMPUTED = re.compile(
    r"(?:\A|\.)(?:md5|sha1|sha256|hash|fingerprint|ja[34]s?(?:\.string)?|hassh(?:\.string)?|cyu"
    r"|community_id|ip|mac|(?:\w+_)?(?:ip|mac)|event_type|fuid|\w*guid)\Z"
)


def is_attacker_text(path: str) -> bool:
    """Tell whether a field holds what somebody on the network chose.

    Parameters
    ----------
    path : str
        The path of a field.

    Returns
    -------
    bool
        True for fields below a protocol's object (``http.url``, ``dns.rrname``, also
        unknown ones), ``payload_printable`` and ``files``. False for other fields at top
        level (``event_type``, ``src_ip``), for objects that Suricata or the writer of a
        rule fills (``alert``, ``flow``, ``tcp``, ``stats``, ``metadata.flowbits``), for
        hashes, fingerprints and addresses, and for EVE's own Base64 fields.

    Examples
    --------
    >>> from suricata_eve.analysis.textcolumns import is_attacker_text
    >>> [is_attacker_text(path) for path in ("http.url", "alert.signature", "tls.ja3.hash")]
    [True, False, False]
    """
    if "." not in path:
        return path in _TOP_LEVEL
    return not (path in ALL_BASE64 or _NOT_TRAFFIC.match(path) or _COMPUTED.search(path))


def has_text(kind: pa.DataType) -> bool:
    """Tell whether a column of this type can hold text, at any depth.

    Parameters
    ----------
    kind : pyarrow.DataType
        The type.

    Returns
    -------
    bool
        True for text, lists and objects with text.
    """
    if is_list(kind):
        return has_text(kind.value_type)
    if pa.types.is_struct(kind):
        return any(has_text(kind.field(place).type) for place in range(kind.num_fields))
    return _is_text(kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or (hasattr(pa.types, "is_string_view") and pa.types.is_string_view(kind))
    )


@dataclass(frozen=True, slots=True)
class Leaf:
    """The texts of a column, or of one field of the objects in its lists.

    Attributes
    ----------
    path : str
        The field inside the column's objects; empty for text and lists of text.
    values : pyarrow.Array
        Texts, without nulls, as large_string.
    rows : ndarray of int64
        For each text the position of its row.
    names : pyarrow.Array or None
        For each text the ``name`` beside it, if this is the ``value`` of such objects.
    """

    path: str
    values: pa.Array
    rows: NDArray[np.int64]
    names: pa.Array | None


def text_leaves(column: pa.ChunkedArray) -> list[Leaf]:
    """Take the texts out of a column, with the row of each.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Text, lists of text, lists of objects with text, to any depth.

    Returns
    -------
    list of Leaf
        One for each field that holds text.
    """
    pieces: dict[str, list[Leaf]] = {}
    offset = 0
    for chunk in column.chunks:
        if chunk.null_count < len(chunk):
            rows = np.arange(offset, offset + len(chunk), dtype=np.int64)
            for leaf in _leaves(chunk, rows, "", None):
                pieces.setdefault(leaf.path, []).append(leaf)
        offset += len(chunk)
    return [_join(parts) for parts in pieces.values()]


def _leaves(
    data: pa.Array, rows: NDArray[np.int64], path: str, names: pa.Array | None
) -> Iterator[Leaf]:
    kind = data.type
    if not has_text(kind):
        return
    if is_list(kind):
        parents, elements = list_elements(data)
        yield from _leaves(elements, rows[parents], path, None)
        return
    if pa.types.is_struct(kind):
        fields = [kind.field(place).name for place in range(kind.num_fields)]
        parts = data.flatten()
        beside = parts[fields.index("name")] if {"name", "value"} <= set(fields) else None
        if beside is not None and not _is_text(beside.type):
            beside = None
        for name, part in zip(fields, parts, strict=True):
            inner = f"{path}.{name}" if path else name
            yield from _leaves(part, rows, inner, beside if name == "value" else None)
        return
    if data.null_count:
        valid = data.is_valid()
        data, rows = data.filter(valid), rows[valid.to_numpy(zero_copy_only=False)]
        names = names.filter(valid) if names is not None else None
    if len(data):
        yield Leaf(path, data.cast(pa.large_string()), rows, names)


def _join(parts: list[Leaf]) -> Leaf:
    if len(parts) == 1:
        return parts[0]
    names = [part.names for part in parts if part.names is not None]
    return Leaf(
        parts[0].path,
        pa.concat_arrays([part.values for part in parts]),
        np.concatenate([part.rows for part in parts]),
        pa.concat_arrays(names) if len(names) == len(parts) else None,
    )
