"""Read the indicators of a frame: of fields that mean one, of free text, of decoded payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode, first_places
from suricata_eve.analysis.columns import arrow_column, joined
from suricata_eve.analysis.endpoints import combined
from suricata_eve.analysis.iocs.finds import Finds, of_hosts
from suricata_eve.analysis.iocs.freetext import Pool
from suricata_eve.analysis.iocs.hosts import read_hosts
from suricata_eve.analysis.iocs.kinds import KINDS, Meaning, meaning
from suricata_eve.analysis.iocs.matching import glued
from suricata_eve.analysis.iocs.places import Piece, Place, expanded
from suricata_eve.analysis.iocs.urls import read_urls
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.templates import only
from suricata_eve.analysis.textcolumns import has_text, is_attacker_text, text_leaves
from suricata_eve.errors import EveTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["read_pieces"]

_FREE = frozenset({"alert.xff"})  # copied from a header by Suricata
# Written like addresses, of hosts or of mail, and none.
_OTHER = frozenset(
    {
        "dhcp.subnet_mask",
        "email.in_reply_to",
        "email.message_id",
        "email.references",
        "snmp.trap_oid",
        "snmp.vars",
        "tls.client.serial",
        "tls.serial",
    }
)
# Columns that `orient` adds: other fields over again.
_ADDED = frozenset({"client_ip", "server_ip"})
_HEX = {"md5": 32, "sha1": 40, "sha256": 64, "x509_sha1": 40}  # all others are of MD5
_PORT = r"\A([^:]*|\[[^\]]*\]):([0-9]{1,5})\z"  # of HTTP/2 the host name is all of the authority
_JA4 = r"\A[a-z][0-9a-z]{2}[a-z][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}\z"


def read_pieces(
    frame: pd.DataFrame, *, sources: Sequence[str], kinds: Sequence[str]
) -> Iterator[Piece]:
    """Read the indicators of a frame.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    sources : sequence of str
        Of ``fields``, ``text`` and ``payloads``.
    kinds : sequence of str
        What is wanted.

    Yields
    ------
    Piece
        Of the kinds that are wanted.
    """
    wanted = frozenset(KINDS.index(kind) for kind in kinds)
    free = bool({"text", "payloads"} & set(sources)) and bool(
        {"ipv4", "ipv6", "domain", "url", "email"} & set(kinds)
    )
    pool = Pool(text="text" in sources, payloads="payloads" in sources)
    # pandas copies what is in `attrs`, deeply, for every column that is looked at.
    frame = frame.copy(deep=False)
    frame.attrs = {}
    labels: list[object] = list(frame.columns)
    for number, name in enumerate(labels):
        if not isinstance(name, str) or name in _ADDED:
            continue
        attackers = (is_attacker_text(name) or name in _FREE) and name not in _OTHER
        if not attackers and meaning(name) is None:
            continue
        for leaf in _leaves(frame.iloc[:, number]):
            path = f"{name}.{leaf.path}" if leaf.path else name
            means = meaning(path)
            known = means is not None and "fields" in sources and _is_wanted(means, kinds)
            search = free and attackers and (means is None or not means.alone)
            link = path == "http.url" and "fields" in sources and "url" in kinds
            if not (known or search or link):
                continue
            texts, distinct = _numbered(leaf.values)
            place = Place(name, leaf.rows, texts, single=_ascends(leaf.rows))
            if known and means is not None:
                yield from expanded(place, _read(means, distinct), wanted)
            if link and "http.hostname" in frame.columns:
                yield from _links(frame, place, distinct, wanted)
            if search:
                pool.add(place, distinct)
    yield from pool.search(wanted)


def _is_wanted(means: Meaning, kinds: Sequence[str]) -> bool:
    if means.kind:
        return means.kind in kinds
    return bool({"ipv4", "ipv6", "domain"} & set(kinds))


def _ascends(rows: NDArray[np.int64]) -> bool:
    return bool((rows[1:] > rows[:-1]).all())


class _Leaf(NamedTuple):
    """Texts of a column, as of `Leaf`, but in as many chunks as they come."""

    path: str
    values: pa.ChunkedArray
    rows: NDArray[np.int64]


def _leaves(column: pd.Series) -> Iterator[_Leaf]:
    """Take the texts out of a column; plain text without a copy."""
    data = _texts(column)
    rows, chunks, start = [], [], 0
    for chunk in data.chunks:
        if not chunk.null_count:
            rows.append(np.arange(start, start + len(chunk)))
            chunks.append(chunk)
        elif chunk.null_count < len(chunk):
            # Most columns are of few events: what follows costs by rows, with a value or not.
            there = pc.indices_nonzero(chunk.is_valid())
            rows.append(np.asarray(there).astype(np.int64) + start)
            chunks.append(chunk.drop_null())
        start += len(chunk)
    if not chunks:
        return
    everything = np.concatenate(rows)
    if pa.types.is_string(data.type):
        yield _Leaf("", pa.chunked_array(chunks), everything)
        return
    # Of lists and objects one chunk is taken apart much faster than many.
    for leaf in text_leaves(pa.chunked_array([pa.concat_arrays(chunks)])):
        texts = leaf.values  # noqa: PD011 -- not of pandas
        yield _Leaf(leaf.path, pa.chunked_array([texts]), everything[leaf.rows])


def _numbered(texts: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    """Give numbers to distinct texts; return that of each, and the texts."""
    coded = texts.dictionary_encode().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):  # older releases of Arrow give one chunk
        coded = coded.chunk(0)
    return np.asarray(coded.indices), coded.dictionary.cast(pa.large_string())


def _texts(column: pd.Series) -> pa.ChunkedArray:
    """Return a column as Arrow data if it can hold text, else without any rows."""
    nothing = pa.chunked_array([], pa.string())
    if column.dtype.kind in "biufcmM":
        return nothing
    if isinstance(column.dtype, pd.ArrowDtype):
        kind = column.dtype.pyarrow_dtype
        if not has_text(kind.value_type if pa.types.is_dictionary(kind) else kind):
            return nothing
    try:
        data = arrow_column(column)
    except EveTypeError:  # a column of objects of several kinds: the texts among them
        values = [value if isinstance(value, str) else None for value in column.array]
        data = pa.chunked_array([pa.array(values, pa.string())])
    return data if has_text(data.type) else nothing


def _read(means: Meaning, texts: pa.Array) -> Finds:
    """Read the distinct values of a field that means something."""
    numbers = np.arange(len(texts))
    if means.form == "address":
        found = of_hosts(numbers, pc.replace_substring_regex(texts, r"\A\[|\]\z", ""))
        named = found.kinds != KINDS.index("domain")
        return Finds(
            found.texts[named], found.kinds[named], found.indicators.filter(pa.array(named))
        )
    if means.form == "host":
        # A certificate for every name below one stands for that one. SMTP writes addresses
        # in brackets (RFC 5321, 4.1.3).
        bare = pc.replace_substring_regex(texts, _PORT, r"\1")
        bare = pc.replace_substring_regex(bare, r"\A\*\.|\A\[(?i:ipv6:)?|\]\z", "")
        return of_hosts(numbers, bare)
    if means.form == "common_name":
        names = pc.extract_regex(texts, r"(?:\A|[,/]\s?)CN=(?:\*\.)?(?P<name>[^,/\s]+)")
        return _valid(numbers, pc.struct_field(names, "name"))
    if means.form == "link":
        # Suricata leaves the scheme out, unless it is told to log it.
        bare = pc.extract_regex(texts, r"\A(?P<host>[^/:?#\s]+)(?:[/?#]|:[0-9]|\z)")
        return _valid(numbers, pc.struct_field(bare, "host"))
    lowered = pc.ascii_lower(texts)
    if means.kind == "x509_sha1":
        lowered = pc.replace_substring(lowered, ":", "")
    pattern = _JA4 if means.kind == "ja4" else rf"\A[0-9a-f]{{{_HEX.get(means.kind, 32)}}}\z"
    good = np.flatnonzero(np.asarray(pc.match_substring_regex(lowered, pattern)))
    kinds = np.full(len(good), KINDS.index(means.kind))
    return Finds(good, kinds, lowered.take(pa.array(good)).cast(pa.string()))


def _valid(numbers: NDArray[np.int64], hosts: pa.Array) -> Finds:
    there = np.asarray(hosts.is_valid())
    return of_hosts(numbers[there], hosts.drop_null())


def _links(
    frame: pd.DataFrame, place: Place, urls: pa.Array, wanted: frozenset[int]
) -> Iterator[Piece]:
    """Put URLs together: of the Host header's name and port, and the path.

    The scheme is ``http``, since Suricata sees requests in the clear. A request for a whole
    URL (of a proxy) is found as free text, and others (``*``) have none.
    """
    paths = np.asarray(pc.starts_with(urls, "/"))[place.texts]
    rows, texts = place.rows[paths], place.texts[paths]
    host_codes, hosts = encode(_scalars(frame, "http.hostname", rows))
    port_codes, ports = encode(_scalars(frame, "http.http_port", rows))
    codes = combined([texts.astype(np.int64), host_codes, port_codes])
    first = first_places(codes, int(codes.max(initial=-1)) + 1)

    def part(values: pa.Array, numbers: NDArray[np.int64]) -> pa.Array:
        chosen = values.take(pa.array(numbers[first], mask=numbers[first] < 0))
        return chosen.cast(pa.large_string())

    hosts = hosts.cast(pa.large_string())
    own = pc.replace_substring_regex(hosts, _PORT, r"\2")
    own = part(only(pc.not_equal(own, hosts), own), host_codes)
    port = pc.coalesce(part(ports, port_codes), own, pa.scalar("", own.type))
    port = pc.replace_substring_regex(port, r"\A0\z", "")
    port = pc.replace_substring_regex(port, r"\A(.+)\z", r":\1")
    names = read_hosts(pc.replace_substring_regex(hosts, _PORT, r"\1")).spelled
    host = part(pc.replace_substring_regex(names, r"\A(.*:.*)\z", r"[\1]"), host_codes)
    whole = glued(["http://", host, port, part(urls, texts)])
    read = read_urls(pc.coalesce(whole, pa.scalar("", whole.type)))
    good = np.flatnonzero(np.asarray(read.spelled.is_valid()))
    kinds = np.full(len(good), KINDS.index("url"))
    found = Finds(good, kinds, read.spelled.drop_null().cast(pa.string()))
    yield from expanded(Place(place.field, rows, codes, place.single), found, wanted)


def _scalars(frame: pd.DataFrame, name: str, rows: NDArray[np.int64]) -> pa.Array:
    if name not in frame.columns:
        return pa.nulls(len(rows), pa.string())
    return joined(arrow_column(take_column(frame[name], rows)))
