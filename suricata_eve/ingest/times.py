"""Text to points in time, a column at once.

The grammar is what Suricata and the tools behind it write of ISO 8601 and RFC 3339:
``2022-01-01T03:41:17.115874+0000``, with ``T`` or a space, up to nine digits of
fraction (or none, or no seconds), and ``Z``, ``+hhmm``, ``+hh:mm``, ``+hh`` or nothing
(UTC) as the zone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["UTC_MICROSECONDS", "Instants", "parse_instants"]

UTC_MICROSECONDS = pa.timestamp("us", "UTC")

# At least as wide as what Arrow casts, so that a text means the same in any company.
_FIRST = -62_135_596_800_000_000  # 0001-01-01T00:00:00Z in microseconds since 1970
_LAST = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z

_DATE_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}(:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
_WITH_ZONE = _DATE_TIME + r"(Z|[+-]\d{2}(:?\d{2})?)$"
_WITHOUT_ZONE = _DATE_TIME + "$"
_BEYOND_MICROSECONDS = r"(\.\d{6})\d{1,3}"
_LOST_DIGITS = r"\.\d{6}\d*[1-9]"


class Instants(NamedTuple):
    """Parsed points in time."""

    values: pa.Array
    """``timestamp[us, UTC]``; null where the text is null or no time."""

    bad: np.ndarray
    """Positions of the texts that are no time, ascending."""

    cut: int
    """How many had digits other than 0 beyond the microsecond, which were cut off."""


def parse_instants(texts: pa.Array) -> Instants:
    """Parse a column of times.

    Parameters
    ----------
    texts : pyarrow.StringArray
        The times as text.

    Returns
    -------
    Instants
        The times, as many as there are texts.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from suricata_eve.ingest.times import parse_instants
    >>> parsed = parse_instants(pa.array(["2022-01-01T03:41:17.115874-0400", "yesterday"]))
    >>> parsed.values[0].as_py().isoformat(), parsed.bad.tolist()
    ('2022-01-01T07:41:17.115874+00:00', [1])
    """
    try:
        # One spelling with a zone and at most six digits: nearly every column of every file.
        values = pc.cast(texts, UTC_MICROSECONDS)
    except pa.ArrowInvalid:
        return _parse_mixed(texts)
    if not _in_calendar(values):
        return _parse_mixed(texts)
    return Instants(values, np.empty(0, np.int64), 0)


def _in_calendar(values: pa.Array) -> bool:
    """Tell whether all times are in the years 1 to 9999, beyond which Python has none."""
    bounds = pc.min_max(values.cast(pa.int64())).as_py()
    return bounds["min"] is None or (bounds["min"] >= _FIRST and bounds["max"] <= _LAST)


def _parse_mixed(texts: pa.Array) -> Instants:
    """Bring every spelling to the one that Arrow casts, and leave out what is none."""
    zoned = pc.match_substring_regex(texts, _WITH_ZONE)
    naive = pc.match_substring_regex(texts, _WITHOUT_ZONE)
    lost = pc.match_substring_regex(texts, _LOST_DIGITS)
    texts = pc.if_else(naive, pc.binary_join_element_wise(texts, "Z", ""), texts)
    texts = pc.if_else(pc.or_(zoned, naive), texts, pa.scalar(None, pa.string()))
    texts = pc.replace_substring_regex(texts, _BEYOND_MICROSECONDS, r"\1")
    was_text = zoned.is_valid()
    try:
        values = pc.cast(texts, UTC_MICROSECONDS)
    except pa.ArrowInvalid:  # a thirteenth month, or the like
        values = _parse_each(texts)
    if not _in_calendar(values):
        ticks = values.cast(pa.int64())
        inside = pc.and_(pc.greater_equal(ticks, _FIRST), pc.less_equal(ticks, _LAST))
        values = pc.if_else(inside, values, pa.scalar(None, UTC_MICROSECONDS))
    bad = np.flatnonzero(np.asarray(pc.and_(was_text, values.is_null())))
    cut = pc.sum(pc.and_(lost, values.is_valid())).as_py() or 0
    return Instants(values, bad, int(cut))


def _parse_each(texts: pa.Array) -> pa.Array:
    """Parse every distinct text on its own, null where Arrow refuses it."""
    encoded = texts.dictionary_encode()
    parsed = pa.array([_parse_one(text) for text in encoded.dictionary], pa.int64())
    return parsed.take(encoded.indices).cast(UTC_MICROSECONDS)


def _parse_one(text: pa.Scalar) -> int | None:
    try:
        value: int = pc.cast(text, UTC_MICROSECONDS).cast(pa.int64()).as_py()
    except pa.ArrowInvalid:
        return None
    return value
