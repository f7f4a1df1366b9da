"""Find the findings that are copies: the same bytes, logged in more than one field.

Suricata logs a User-Agent as ``http.http_user_agent``, again among
``http.request_headers``, and again in ``payload_printable``. One finding each is enough,
in the most specific field. But a lookup that was sent in ten headers was sent ten times,
so copies are paired off one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from suricata_eve.analysis.hidden import Finding

__all__ = ["HEADER_FIELDS", "Occurrences", "find_copies", "specificity"]

HEADER_FIELDS: dict[str, dict[str, str]] = {
    "http.request_headers": {
        "user-agent": "http.http_user_agent",
        "referer": "http.http_refer",
        "host": "http.hostname",
        ":authority": "http.hostname",
        ":path": "http.url",
        ":method": "http.http_method",
    },
    "http.response_headers": {
        "content-type": "http.http_content_type",
        "location": "http.redirect",
        "content-range": "http.content_range.raw",
    },
}
"""Headers that EVE logs in a field of another name as well.

Those that ``suricata.yaml`` adds (``custom``) are named as the header: ``http.cookie``.
"""

HEADER_RANK = 1
"""Specificity of lists of headers: there a copy is known by the header's name."""

# Fields that repeat others, the more specific first.
_REPEATING = tuple(
    re.compile(expression)
    for expression in (
        r"http\.(?:request|response)_headers\Z",
        r"http\.xff\Z",  # made of a header, not all of it
        r"dns\.(?:answers|additionals|authorities|answer)(?:\.|\Z)",
        r"dns\.grouped\.",
        r"sip\.(?:request|response)_line\Z",
        r"fileinfo\.filename\Z",
        r"files\Z",
        r"metadata\.",
        r"frame\.payload_printable\Z",
        r"payload_printable\Z",
    )
)


def specificity(path: str) -> int:
    """Return 0 for a field of its own, more the more a field repeats others.

    Parameters
    ----------
    path : str
        The path of a field.

    Returns
    -------
    int
        Rank among the fields of one event.
    """
    for rank, expression in enumerate(_REPEATING, start=HEADER_RANK):
        if expression.match(path):
            return rank
    return 0


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Findings in the rows where they occur, side by side.

    Attributes
    ----------
    rows : ndarray of int64
        Position of the row.
    columns : ndarray of int64
        Number of the column.
    findings : ndarray of int64
        Number of the finding.
    twins : ndarray of int64
        Number of the column that logs the same header on its own, -1 if none does.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    findings: NDArray[np.int64]
    twins: NDArray[np.int64]


def _numbers(
    findings: Sequence[Finding], key: Callable[[Finding], Hashable | None]
) -> NDArray[np.int64]:
    """Give each finding the number of its key, -1 where there is none."""
    known: dict[Hashable, int] = {}
    numbers = np.full(len(findings), -1, dtype=np.int64)
    for place, finding in enumerate(findings):
        value = key(finding)
        if value is not None:
            numbers[place] = known.setdefault(value, len(known))
    return numbers


def _as_sent(finding: Finding) -> Hashable:
    payload = finding.payload.data if finding.payload else None
    resolved = finding.lookup.resolved if finding.lookup else None
    return finding.match, resolved, payload


def _target(finding: Finding) -> Hashable | None:
    # File names have their double slashes squeezed.
    lookup = finding.lookup
    if lookup is None:
        return None
    return lookup.scheme, lookup.host, lookup.port, (lookup.path or "").replace("//", "/")


def _data(finding: Finding) -> Hashable | None:
    return finding.payload.data if finding.payload else None


def _host(finding: Finding) -> Hashable | None:
    lookup = finding.lookup
    return (lookup.scheme, lookup.host, lookup.port) if lookup else None


def _pair_off(
    first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pair equal keys of two lists one to one; say which of either were paired."""
    _, groups = np.unique(np.concatenate((first, second)), return_inverse=True)
    size = int(groups.max(initial=-1)) + 1
    left, right = groups[: len(first)], groups[len(first) :]
    room = np.minimum(np.bincount(left, minlength=size), np.bincount(right, minlength=size))
    return _ordinals(left) < room[left], _ordinals(right) < room[right]


def _ordinals(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each member of a group how many of it came before."""
    order = np.argsort(groups, kind="stable")
    lengths = np.bincount(groups)
    heads = np.cumsum(lengths) - lengths
    ordinals = np.empty(len(groups), dtype=np.int64)
    ordinals[order] = np.arange(len(groups)) - np.repeat(heads, lengths)
    return ordinals


def find_copies(
    occurrences: Occurrences, findings: Sequence[Finding], ranks: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell which occurrences repeat one in a more specific field of the same row.

    Parameters
    ----------
    occurrences : Occurrences
        What was found where.
    findings : sequence of Finding
        The findings they number.
    ranks : ndarray of int64
        For each column its :func:`specificity`.

    Returns
    -------
    ndarray of bool
        True for copies.
    """
    cut = np.fromiter((finding.cut for finding in findings), np.bool_, len(findings))
    is_lookup = np.fromiter((f.lookup is not None for f in findings), np.bool_, len(findings))
    # Each key with which original and copy are compared, and which copies it is for.
    everything = np.ones(len(findings), dtype=np.bool_)
    keys = [
        (_numbers(findings, _as_sent), everything),
        (_numbers(findings, _target), everything),
        (_numbers(findings, _data), ~is_lookup),
        (_numbers(findings, _host), cut),
    ]
    rank = ranks[occurrences.columns]
    copies = np.zeros(len(rank), dtype=np.bool_)
    width = len(findings) + 1
    for level in np.unique(rank[rank > 0]):
        here = np.flatnonzero(rank == level)
        if level == HEADER_RANK:
            copies[here] = _headers_copied(occurrences, here, keys, width)
            continue
        originals = np.flatnonzero((rank < level) & ~copies)
        for numbers, may in keys:
            found = occurrences.findings
            first = originals[numbers[found[originals]] >= 0]
            second = here[(numbers[found[here]] >= 0) & may[found[here]]]
            if not (len(first) and len(second)):
                continue
            used, paired = _pair_off(
                occurrences.rows[first] * width + numbers[found[first]],
                occurrences.rows[second] * width + numbers[found[second]],
            )
            copies[second[paired]] = True
            originals = np.setdiff1d(originals, first[used], assume_unique=True)
            here = np.setdiff1d(here, second[paired], assume_unique=True)
    return copies


def _headers_copied(
    occurrences: Occurrences,
    here: NDArray[np.int64],
    keys: Sequence[tuple[NDArray[np.int64], NDArray[np.bool_]]],
    width: int,
) -> NDArray[np.bool_]:
    """Tell which findings in headers are in the header's own field as well."""
    columns = int(occurrences.columns.max()) + 1
    copied = np.zeros(len(here), dtype=np.bool_)
    for numbers, may in keys:
        number = numbers[occurrences.findings]
        place = (occurrences.rows * columns + occurrences.columns) * width + number
        wanted = (occurrences.rows * columns + occurrences.twins) * width + number
        allowed = (number >= 0) & (occurrences.twins >= 0) & may[occurrences.findings]
        copied |= allowed[here] & np.isin(wanted[here], place[number >= 0])
    return copied
