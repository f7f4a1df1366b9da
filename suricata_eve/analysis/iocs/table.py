"""The table of indicators: how many events have each, when, and in which fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import instant_column, require_columns, require_once
from suricata_eve.analysis.iocs.defanging import defanged
from suricata_eve.analysis.iocs.kinds import KINDS, Kinds, choose
from suricata_eve.analysis.iocs.places import Piece
from suricata_eve.analysis.iocs.reading import read_pieces
from suricata_eve.analysis.iocs.reports import scopes_of
from suricata_eve.errors import EveOptionError
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Source", "Sources", "indicators"]

Source = Literal["fields", "text", "payloads"]
Sources: TypeAlias = "Source | Sequence[Source]"

_LAST, _FIRST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class _Counted(NamedTuple):
    """The indicators of one kind."""

    indicators: pa.Array
    counts: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    fields: pa.Array


def indicators(
    frame: pd.DataFrame,
    kinds: Kinds | None = None,
    *,
    sources: Sources = ("fields", "text", "payloads"),
    defang: bool = False,
) -> pd.DataFrame:
    """List the addresses, domains, URLs, mail addresses, hashes and fingerprints of events.

    Parameters
    ----------
    frame : DataFrame
        Events of :func:`suricata_eve.read_eve`, with the column ``timestamp``; it is not
        changed.
    kinds : str or iterable of str, optional
        Which kinds: ``ipv4``, ``ipv6``, ``domain``, ``url``, ``email``; ``md5``, ``sha1``,
        ``sha256`` of files; the fingerprints ``ja3``, ``ja3s``, ``ja4``, ``hassh``,
        ``hassh_server``, ``cyu``, ``x509_sha1``. All by default.
    sources : {"fields", "text", "payloads"} or sequence of them, default all
        Where from: fields that mean an indicator; free text that somebody on the network
        chose; what :func:`payloads` decodes and resolves of that text.
    defang : bool, default False
        Whether ``indicator`` is written harmlessly, as ``hxxp://192[.]0[.]2[.]1/``.

    Returns
    -------
    DataFrame
        One row per kind and indicator: in the order of kinds above, the most frequent
        first, then by ``indicator``. Always these columns, with a RangeIndex:

        - ``kind`` and ``indicator`` (string): IPv6 as RFC 5952 spells it, names and hashes
          in lower case, fingerprints of certificates without colons;
        - ``count`` (int64): how many events have it;
        - ``first_seen`` and ``last_seen`` (timestamp[us, UTC]) of these;
        - ``fields`` (list of string): where it is, sorted; what was decoded of
          ``http.url`` is in ``http.url (decoded)``;
        - ``scope`` (string): what addresses, and the hosts of names, URLs and mail
          addresses, are for: ``global``, ``private``, ``shared``, ``loopback``,
          ``link_local``, ``multicast``, ``broadcast``, ``this_network``,
          ``documentation``, ``benchmarking``, ``reserved``, ``special_use``. Missing for
          hashes and fingerprints.

    Raises
    ------
    EveOptionError
        If a kind or a source is not one of the choices.
    EveTypeError
        If ``kinds`` is neither text nor an iterable of it.
    MissingColumnError
        If the frame has no column ``timestamp``.
    EveValueError
        If it has several of it, or several ``http.hostname`` or ``http.http_port``.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.indicators : The same as a method, with examples.
    """
    chosen = choose(kinds, method="indicators")
    given = _sources(sources)
    require_columns(frame, ["timestamp"], method="indicators")
    require_once(frame, ["http.hostname", "http.http_port"], method="indicators")
    times = instant_column(frame["timestamp"]).cast(pa.int64())
    missing = np.asarray(times.is_null()).astype(bool)
    moments = np.asarray(times.fill_null(0)).astype(np.int64)
    by_kind: dict[int, list[Piece]] = {}
    for piece in read_pieces(frame, sources=given, kinds=chosen):
        by_kind.setdefault(piece.kind, []).append(piece)
    parts = [
        _part(kind, _counted(by_kind[kind], moments, missing), defang=defang)
        for kind in sorted(by_kind)
    ]
    table = pa.concat_tables([_part(0, None, defang=defang), *parts])
    return arrow_frame(dict(zip(table.column_names, table.columns, strict=True)))


def _sources(sources: Sources) -> tuple[str, ...]:
    known = get_args(Source)
    given = (sources,) if isinstance(sources, str) else tuple(sources)
    unknown = [source for source in given if source not in known]
    if unknown or not given:
        what = f"sources has no choice {unknown[0]!r}" if unknown else "sources is empty"
        msg = f"indicators(): {what}; choose from {', '.join(map(repr, known))}"
        raise EveOptionError(msg)
    return given


def _counted(
    pieces: list[Piece], moments: NDArray[np.int64], missing: NDArray[np.bool_]
) -> _Counted:
    """Count the events that have each indicator of a kind, an event once."""
    coded = encode(pa.concat_arrays([piece.indicators for piece in pieces]))
    size = len(coded.values)
    counts = np.zeros(size, np.int64)
    first, last = np.full(size, _FIRST), np.full(size, _LAST)
    names = sorted({piece.field for piece in pieces})
    seen = np.zeros((len(names), size), bool)
    dense: list[NDArray[np.int32]] = []
    others: list[NDArray[np.int64]] = []
    start = 0
    # Long fields of one value a row are compared row by row, which is cheap; others are sorted.
    numbered = []
    for piece in pieces:
        codes = coded.codes[start : start + len(piece.indicators)][piece.codes]
        start += len(piece.indicators)
        numbered.append((piece, codes))
    for piece, codes in sorted(numbered, key=lambda pair: not _is_long(pair[0], moments)):
        seen[names.index(piece.field), codes] = True
        fresh = np.ones(len(codes), bool)
        for known in dense:
            fresh &= known[piece.rows] != codes
        rows, new = piece.rows[fresh], codes[fresh]
        if not (piece.single and (len(pieces) == 1 or _is_long(piece, moments))):
            others.append(rows * size + new)
            continue
        counts += np.bincount(new, minlength=size)
        _widen(first, last, new, moments[rows], ~missing[rows])
        if len(pieces) > 1:
            known = np.full(len(moments), -1, np.int32)
            known[rows] = new
            dense.append(known)
    if others:
        pairs = pd.unique(np.concatenate(others))
        rows, codes = np.divmod(pairs, size)
        counts += np.bincount(codes, minlength=size)
        _widen(first, last, codes, moments[rows], ~missing[rows])
    return _Counted(coded.values, counts, first, last, _listed(names, seen))


def _is_long(piece: Piece, moments: NDArray[np.int64]) -> bool:
    return piece.single and len(piece.rows) * 20 > len(moments)


def _widen(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    codes: NDArray[np.int64],
    moments: NDArray[np.int64],
    known: NDArray[np.bool_],
) -> None:
    np.minimum.at(first, codes[known], moments[known])
    np.maximum.at(last, codes[known], moments[known])


def _listed(names: list[str], seen: NDArray[np.bool_]) -> pa.Array:
    """Return for each indicator the names of its fields."""
    _, fields = np.nonzero(seen.T)
    ends = np.concatenate(([0], np.cumsum(seen.sum(axis=0))))
    values = pa.array(names, pa.string()).take(pa.array(fields))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values)


def _part(kind: int, found: _Counted | None, *, defang: bool) -> pa.Table:
    """Return the rows of a kind; without any, those of none."""
    if found is None:
        nothing = np.empty(0, np.int64)
        texts = pa.array([], pa.string())
        found = _Counted(texts, nothing, nothing, nothing, pa.array([], pa.list_(pa.string())))
    texts = found.indicators.cast(pa.string())
    order = pc.sort_indices(
        pa.table({"count": found.counts, "indicator": texts}),
        sort_keys=[("count", "descending"), ("indicator", "ascending")],
    )
    shown = defanged(texts) if defang else texts
    table = pa.table(
        {
            "kind": pa.array([KINDS[kind]], pa.string()).take(pa.array(np.zeros(len(texts), int))),
            "indicator": shown.cast(pa.string()),
            "count": pa.array(found.counts),
            "first_seen": _moments(found.first, found.first == _FIRST),
            "last_seen": _moments(found.last, found.last == _LAST),
            "fields": found.fields,
            "scope": scopes_of(kind, texts),
        }
    )
    return table.take(order)


def _moments(values: NDArray[np.int64], unknown: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=unknown).cast(UTC_MICROSECONDS)
