"""DNS messages as events log them, in each of the three versions.

Version 1 (Suricata 4) logs an event per query and per answer, flat. Version 2 (up to 7)
logs an event per query, and one per response with its records in lists; its alerts have
requests in a list ``dns.query`` and a response in an object ``dns.answer``. Version 3 (8)
logs a message with all its sections, in alerts as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import first_places
from suricata_eve.analysis.templates import only
from suricata_eve.analysis.views.choice import have_any
from suricata_eve.analysis.views.dns_records import (
    ZONE_FILE,
    Records,
    joined_records,
    listed,
    listed_by_type,
)
from suricata_eve.analysis.views.largetext import taken
from suricata_eve.analysis.views.values import member

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from suricata_eve.analysis.views.reading import Rows

__all__ = ["Messages", "messages"]

_TEXT, _INTEGER = pa.string(), pa.int64()
_REQUEST, _RESPONSE = "request", "response"
_TYPES = {"query": _REQUEST, "answer": _RESPONSE}
_FIELDS = {
    "type": _TEXT,
    "id": _INTEGER,
    "tx_id": _INTEGER,
    "rcode": _TEXT,
    "opcode": _INTEGER,
    "flags": _TEXT,
    "aa": pa.bool_(),
    "tc": pa.bool_(),
    "rd": pa.bool_(),
    "ra": pa.bool_(),
}
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
# RFC 1035, 4.1.1: the bits of the header's second pair of octets.
_BITS = {"aa": 0x0400, "tc": 0x0200, "rd": 0x0100, "ra": 0x0080}


@dataclass
class Messages:
    """Messages, what is known of each, and the records in each of their sections."""

    rows: NDArray[np.int64]
    """The row of the event that each is in."""

    data: dict[str, pa.Array]
    sections: dict[str, Records]
    """Of questions those that are rows; of the other sections those that are wanted."""


def messages(rows: Rows, wanted: Collection[str]) -> list[Messages]:
    """Return the messages that events log.

    Parameters
    ----------
    rows : Rows
        The events.
    wanted : collection of str
        The sections to read.

    Returns
    -------
    list of Messages
        Those of one form each; in an event that has several, in this order. Each event
        has at least one message.
    """
    labels: list[object] = list(rows.frame.columns)
    names = [name for name in labels if isinstance(name, str) and name.startswith("dns.")]
    rows.take(names)  # at once, which is quicker
    requests = _listed_requests(rows)
    of_answers = (rows.taken(name) for name in names if name.startswith("dns.answer."))
    answered = have_any(of_answers, len(rows))
    elsewhere = answered.copy()
    elsewhere[requests.rows] = True
    typed = np.asarray(rows.column(_TEXT, "dns.type").is_valid(), bool)
    whole = np.flatnonzero(typed | ~elsewhere)
    return [
        requests,
        _flat(rows, "dns", whole, wanted, counted=True),
        _flat(rows, "dns.answer", np.flatnonzero(answered), wanted, counted=False),
    ]


def _listed_requests(rows: Rows) -> Messages:
    """Return the requests that alerts of version 1 and 2 have in a list."""
    parents, objects = rows.objects("dns.query")

    def values(name: str, kind: pa.DataType) -> pa.Array:
        return rows.fit(f"dns.query[].{name}", member(objects, name), kind)

    data = {name: values(name, kind) for name, kind in _FIELDS.items()}
    own = np.arange(len(parents))
    nothing = pa.nulls(len(parents), _INTEGER), pa.nulls(len(parents), _TEXT)
    questions = Records(own, values("rrname", _TEXT), values("rrtype", _TEXT), *nothing)
    data["type"] = pc.fill_null(data["type"], "query")
    none = questions.kept(where=np.zeros(len(parents), bool))
    sections = {"question": questions, "answer": none}
    return _complete(Messages(parents, data, sections), counted=False)


def _flat(
    rows: Rows,
    path: str,
    present: NDArray[np.int64],
    wanted: Collection[str],
    *,
    counted: bool,
) -> Messages:
    """Return the messages of an object, of rows that have one."""
    chosen = pa.array(present)

    def values(name: str, kind: pa.DataType) -> pa.Array:
        field = f"{path}.{name}"
        return taken(rows.column(kind, field), chosen, field, method="dns")

    place = np.full(len(rows), -1)
    place[present] = np.arange(len(present))

    def records(found: Records) -> Records:
        owner = place[found.owner]
        return found._replace(owner=owner).kept(where=owner >= 0)

    data = {name: values(name, kind) for name, kind in _FIELDS.items()}
    own = np.arange(len(present))
    ttl, rdata = values("ttl", _INTEGER), values("rdata", _TEXT)
    key = [values(f"sshfp.{name}", _TEXT) for name in ZONE_FILE["sshfp"]]
    rdata = pc.coalesce(rdata, pc.binary_join_element_wise(*key, " "))
    flat = Records(own, values("rrname", _TEXT), values("rrtype", _TEXT), ttl, rdata)
    # What has data or a time to live is an answer of version 1, and not the question.
    single = np.asarray(pc.or_(ttl.is_valid(), rdata.is_valid()), bool)
    asked = np.asarray(pc.or_(flat.rrname.is_valid(), flat.rrtype.is_valid()), bool)

    answers = records(listed(rows, f"{path}.answers"))
    in_lists = np.bincount(answers.owner, minlength=len(present)) > 0
    grouped = records(listed_by_type(rows, f"{path}.grouped"))
    grouped = grouped.kept(where=~in_lists[grouped.owner])
    queries = records(listed(rows, f"{path}.queries"))
    in_queries = np.bincount(queries.owner, minlength=len(present)) > 0
    sections = {
        "question": joined_records([queries, flat.kept(where=asked & ~single & ~in_queries)]),
        "answer": joined_records([flat.kept(where=single), answers, grouped]),
    }
    for section, name in (("authority", "authorities"), ("additional", "additionals")):
        if section in wanted:
            sections[section] = records(listed(rows, f"{path}.{name}"))
    return _complete(Messages(present, data, sections), counted=counted, single=single)


def _complete(
    found: Messages, *, counted: bool, single: NDArray[np.bool_] | None = None
) -> Messages:
    """Bring the versions to the same terms, and keep the questions that are rows."""
    data, sections = found.data, found.sections
    size = len(found.rows)
    data["type"] = _renamed(data["type"])
    is_request = np.asarray(pc.equal(data["type"], _REQUEST).fill_null(fill_value=False), bool)
    is_response = np.asarray(pc.equal(data["type"], _RESPONSE).fill_null(fill_value=False), bool)

    # A request has no code; version 3 writes the 0 of its header.
    no_code = pa.array(is_request) if size else pa.array([], pa.bool_())
    no_code = pc.and_(no_code, pc.equal(data["rcode"], "NOERROR").fill_null(fill_value=False))
    data["rcode"] = only(pc.invert(no_code), data["rcode"])

    questions, answers = sections["question"], sections["answer"]
    place = first_places(questions.owner, size)
    first = pa.array(place, mask=place < 0)
    data["query_rrname"] = questions.rrname.take(first)
    data["query_rrtype"] = questions.rrtype.take(first)

    count = np.bincount(answers.owner, minlength=size)
    unknown = (count == 0) & ~(is_response & counted)
    if single is not None:
        unknown |= single
    data["answer_count"] = pa.array(count, _INTEGER, mask=unknown)
    data |= _with_bits(data)

    shown = is_request | (count == 0)
    kept = questions.kept(where=shown[questions.owner])
    without = np.flatnonzero(shown & (np.bincount(questions.owner, minlength=size) == 0))
    nulls = [pa.nulls(len(without), column.type) for column in questions[1:]]
    sections["question"] = joined_records([kept, Records(without, *nulls)])
    return found


def _renamed(types: pa.Array) -> pa.Array:
    """Call types of messages as version 3 does."""
    encoded = types.dictionary_encode()
    names = [_TYPES.get(name, name) for name in encoded.dictionary.to_pylist()]
    return pa.array(names, _TEXT).take(encoded.indices)


def _with_bits(data: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Read flags off the header, as Suricata writes those that are set and leaves out others."""
    encoded = data["flags"].dictionary_encode()
    header = [_header(text) for text in encoded.dictionary.to_pylist()]
    result = {}
    for name, bit in _BITS.items():
        told = [None if word is None else bool(word & bit) for word in header]
        read = pa.array(told, pa.bool_()).take(encoded.indices)
        result[name] = pc.coalesce(read, data[name])
    return result


def _header(text: str) -> int | None:
    # int() would take more than digits: signs, blanks, underscores, "0x".
    return int(text, 16) if 0 < len(text) <= 4 and _HEXADECIMAL.issuperset(text) else None
