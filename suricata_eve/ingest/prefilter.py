r"""Which lines can hold an event that is asked for, told from their bytes.

What is left out here is never parsed, so a line goes only where its bytes leave no doubt. A
key is taken at its word where it stands in the line just once, and no key of the line can be
written in escapes (``"\u0065vent_type"``): then the event has the value that follows it, or,
where that is inside another object, none. A line that ends like an event and has the key
nowhere has no value; one that is cut may have had it.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.ingest.lines import Lines, event_types
from suricata_eve.ingest.selection import Selection
from suricata_eve.ingest.times import parse_instants

__all__ = ["candidates", "certain_types"]

# An ASCII letter or an underscore as an escape: no key of interest has other characters.
_ESCAPED_LETTER = r"\\u00[5-7]"
_GAP = r"[ \t\r]*"
_TEXT = r'"(?P<value>[^"\\]*)"'
_INTEGER = rf"(?P<value>-?[0-9]{{1,19}}){_GAP}[,}}]"
# Nothing has been opened before the key but the event itself, and the key's first quote is
# no escaped one inside a string.
_AT_TOP = rf"^{_GAP}\{{(?:[^{{]*?,)?{_GAP}"
# Without the zero bytes that may stand around an event.
_WHOLE = r"^[^\x00]*\}[ \t\r\n]*$"


def candidates(lines: Lines, array: pa.Array, selection: Selection) -> np.ndarray:
    """Tell which lines can hold an event that is asked for.

    Parameters
    ----------
    lines : Lines
        The lines of a block.
    array : pyarrow.LargeBinaryArray
        The same lines.
    selection : Selection
        What is asked for.

    Returns
    -------
    numpy.ndarray of bool
        One for each line. Every event that is asked for is among those that are True.
    """
    chosen = np.ones(len(lines), bool)
    if selection.contains is not None:
        chosen = np.zeros(len(lines), bool)
        for text in selection.contains:
            chosen |= _contains(lines, array, text)
    if not chosen.any() or not selection.paths:
        return chosen
    ruled_out = np.zeros(len(lines), bool)
    if selection.by_type:
        known, other = _other_type(lines, array, selection)
        ruled_out |= other & known
    if selection.flow_ids is not None:
        texts = _values(array, "flow_id", _INTEGER)
        numbers = _whole(texts)
        other = ~selection.in_flows(numbers) & np.asarray(numbers.is_valid())
        ruled_out |= _without(array, "flow_id", texts)
        ruled_out |= other & _single(lines, array, "flow_id", texts)
    if selection.by_time:
        texts = _values(array, "timestamp", _TEXT)
        instants = parse_instants(_utf8(texts)).values
        other = ~selection.in_time(instants) & np.asarray(instants.is_valid())
        ruled_out |= _without(array, "timestamp", texts)
        ruled_out |= other & _single(lines, array, "timestamp", texts)
    if ruled_out.any():
        ruled_out &= ~_may_be_escaped(array)
    return chosen & ~ruled_out


def certain_types(lines: Lines, array: pa.Array) -> pa.Array:
    """Return the event type of each line where its bytes leave no doubt.

    Parameters
    ----------
    lines : Lines
        The lines of a block.
    array : pyarrow.LargeBinaryArray
        The same lines.

    Returns
    -------
    pyarrow.DictionaryArray
        Types as ``string``; null where only a parser can tell.
    """
    texts = pc.extract_regex(array, _AT_TOP + _pattern("event_type", _TEXT)).flatten()[0]
    certain = _single(lines, array, "event_type", texts) & ~_may_be_escaped(array)
    codes = texts.dictionary_encode()
    names = _utf8(codes.dictionary)
    certain &= np.asarray(names.is_valid().take(codes.indices).fill_null(False))  # noqa: FBT003 - a value
    indices = pc.if_else(pa.array(certain), codes.indices, pa.scalar(None, codes.indices.type))
    return pa.DictionaryArray.from_arrays(indices, names.fill_null(""))


def _contains(lines: Lines, array: pa.Array, text: bytes) -> np.ndarray:
    if not lines.occurrences(text):
        return np.zeros(len(lines), bool)
    # Bytes as Latin-1, so that the pattern means bytes; every character that could mean
    # something to the regular expression is escaped.
    pattern = "".join(rf"\x{byte:02x}" for byte in text)
    return np.asarray(pc.match_substring_regex(array, pattern))


def _other_type(
    lines: Lines, array: pa.Array, selection: Selection
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which lines have one plain event type, and which a type that is not asked for."""
    if selection.exclude_event_types:
        types = certain_types(lines, array)
        known = np.asarray(types.is_valid())
    else:
        types = event_types(array)
        known = _single(lines, array, "event_type", types)
    names = _utf8(types.dictionary).to_pylist()
    unwanted = np.array([name is not None and not selection.has_type(name) for name in names], bool)
    codes = np.asarray(types.indices.fill_null(len(names)))
    return known, np.append(unwanted, False)[codes]


def _single(lines: Lines, array: pa.Array, key: str, found: pa.Array) -> np.ndarray:
    """Tell which lines have a key just once, given which have it with a value."""
    has: np.ndarray = np.asarray(found.is_valid())
    token = f'"{key}"'
    if lines.occurrences(token.encode()) == np.count_nonzero(has):
        return has
    once: np.ndarray = has & (np.asarray(pc.count_substring(array, token)) == 1)
    return once


def _without(array: pa.Array, key: str, found: pa.Array) -> np.ndarray:
    """Tell which whole lines have a key nowhere, given which have it with a value."""
    result: np.ndarray = np.asarray(found.is_null())
    others = np.flatnonzero(result)
    if len(others):
        texts = array.take(pa.array(others))
        whole = pc.match_substring_regex(texts, _WHOLE)
        result[others] = np.asarray(whole) & ~np.asarray(pc.match_substring(texts, f'"{key}"'))
    return result


def _may_be_escaped(array: pa.Array) -> np.ndarray:
    return np.asarray(pc.match_substring_regex(array, _ESCAPED_LETTER))


def _pattern(key: str, value: str) -> str:
    return rf'"{re.escape(key)}"{_GAP}:{_GAP}{value}'


def _values(array: pa.Array, key: str, value: str) -> pa.Array:
    # flatten() keeps what does not match null; field() would give an empty text.
    return pc.extract_regex(array, _pattern(key, value)).flatten()[0]


def _whole(texts: pa.Array) -> pa.Array:
    """Return texts of digits as ``int64``; null where one exceeds it."""
    try:
        return _utf8(texts).cast(pa.int64())
    except pa.ArrowInvalid:
        inside = pc.less_equal(pc.binary_length(texts), 18)
        return _utf8(pc.if_else(inside, texts, pa.scalar(None, texts.type))).cast(pa.int64())


def _utf8(texts: pa.Array) -> pa.Array:
    """Return bytes as text; null where they are none."""
    try:
        return texts.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_decoded(value.as_py()) for value in texts], pa.string())


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None
