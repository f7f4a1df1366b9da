"""Resource records of DNS as Suricata logs them, and their data as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.analysis.codes import encode, list_elements
from suricata_eve.analysis.views.values import member
from suricata_eve.ingest.values import pruned, text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from suricata_eve.analysis.views.reading import Rows

__all__ = ["ZONE_FILE", "Records", "joined_records", "listed", "listed_by_type"]

_TEXT = pa.string()
ZONE_FILE = {
    "soa": ("mname", "rname", "serial", "refresh", "retry", "expire", "minimum"),
    "srv": ("priority", "weight", "port", "name"),
    "sshfp": ("algo", "type", "fingerprint"),
}
"""Members of an object in the order of a zone file: RFC 1035, 3.3.13; RFC 2782; RFC 4255, 3.2."""


class Records(NamedTuple):
    """Records, or questions, which have no more than a name and a type."""

    owner: NDArray[np.int64]
    """The row of the message that each is of."""

    rrname: pa.Array
    rrtype: pa.Array
    ttl: pa.Array
    rdata: pa.Array

    def kept(self, *, where: NDArray[np.bool_]) -> Records:
        """Return some of the records.

        Parameters
        ----------
        where : ndarray of bool
            Which.

        Returns
        -------
        Records
            These, in the same order.
        """
        if where.all():
            return self
        chosen = pa.array(where)
        return Records(self.owner[where], *(column.filter(chosen) for column in self[1:]))


def joined_records(parts: list[Records]) -> Records:
    """Return several records as one.

    Parameters
    ----------
    parts : list of Records
        At least one.

    Returns
    -------
    Records
        One after the other.
    """
    columns = [
        pa.concat_arrays(list(column)) for column in zip(*(p[1:] for p in parts), strict=True)
    ]
    return Records(np.concatenate([part.owner for part in parts]), *columns)


def listed(rows: Rows, field: str) -> Records:
    """Return the records in the lists of a field.

    Parameters
    ----------
    rows : Rows
        The events.
    field : str
        A path, such as ``"dns.answers"``.

    Returns
    -------
    Records
        In the order of rows and lists.
    """
    owner, objects = rows.objects(field)
    name, kind = (
        rows.fit(f"{field}[].{part}", member(objects, part), _TEXT) for part in ("rrname", "rrtype")
    )
    ttl = rows.fit(f"{field}[].ttl", member(objects, "ttl"), pa.int64())
    return Records(owner, name, kind, ttl, _data(objects, rows, field))


def listed_by_type(rows: Rows, field: str) -> Records:
    """Return the records that lists by type tell, without names and times to live.

    Parameters
    ----------
    rows : Rows
        The events.
    field : str
        A path, such as ``"dns.grouped"``, of an object with a list per type.

    Returns
    -------
    Records
        In the order of types.
    """
    parts = [_nothing()]
    labels: list[object] = list(rows.frame.columns)
    for label in sorted(name for name in labels if isinstance(name, str)):
        kind = label.removeprefix(f"{field}.")
        if kind == label or "." in kind:
            continue
        lists = rows.lists(label)
        if lists is None:
            continue
        owner, elements = list_elements(lists)
        data = _as_text(elements, kind.lower())
        nulls = pa.nulls(len(owner), _TEXT)
        ttl = pa.nulls(len(owner), pa.int64())
        part = Records(owner, nulls, pa.array([kind] * len(owner), _TEXT), ttl, data)
        parts.append(part.kept(where=np.asarray(data.is_valid(), bool)))
    return joined_records(parts)


def _nothing() -> Records:
    text = pa.array([], _TEXT)
    return Records(np.zeros(0, np.int64), text, text, pa.array([], pa.int64()), text)


def _data(objects: pa.Array, rows: Rows, field: str) -> pa.Array:
    """Return the data of each record as text: ``rdata``, or the object in its place."""
    found = [rows.fit(f"{field}[].rdata", member(objects, "rdata"), _TEXT)]
    for place in range(objects.type.num_fields):
        part = objects.type.field(place)
        if part.name != "rdata" and pt.is_nested(part.type):
            found.append(_as_text(member(objects, part.name), part.name))
    return found[0] if len(found) == 1 else pc.coalesce(*found)


def _as_text(values: pa.Array, name: str) -> pa.Array:
    """Write data as text: objects of known types as in a zone file, others as JSON."""
    if not pt.is_nested(values.type):
        return values.cast(_TEXT)
    order = ZONE_FILE.get(name)
    if order is None or not pt.is_struct(values.type):
        return _as_json(values)
    parts = [member(values, part) for part in order]
    if any(pt.is_nested(part.type) for part in parts):
        return _as_json(values)
    text = pc.binary_join_element_wise(*(part.cast(_TEXT) for part in parts), " ")
    # With a part missing, the place of the others would not tell what they are.
    rest = np.flatnonzero(np.asarray(pc.and_(text.is_null(), values.is_valid())))
    if not len(rest):
        return text
    written = pa.concat_arrays([text, _as_json(values.take(pa.array(rest)))])
    places = np.arange(len(text))
    places[rest] = len(text) + np.arange(len(rest))
    return written.take(pa.array(places))


def _as_json(values: pa.Array) -> pa.Array:
    """Write each distinct value as JSON once."""
    codes, distinct = encode(values)
    plain = [pruned(value) for value in distinct.to_pylist()]
    written = pa.array([text_of(value) if value else None for value in plain], _TEXT)
    return written.take(pa.array(codes, mask=codes < 0))
