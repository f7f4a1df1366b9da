"""Arrow arrays to the JSON text of their values, a column at once."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.output.objects import (
    TEXT,
    Member,
    Text,
    around,
    constant,
    joined,
    key_text,
    object_text,
    quoted,
)

__all__ = ["NonFinite", "depth", "has_text", "spelled", "value_text"]

_SECONDS = ".000000"

# What JSON escapes: how many bytes more that takes, and the second byte of a short escape.
_EXTRA = np.zeros(256, np.int64)
_EXTRA[:0x20] = 5
_SHORT = np.zeros(256, np.uint8)
for _escape, _byte in zip(b'bfnrt"\\', b'\b\f\n\r\t"\\', strict=True):
    _EXTRA[_byte] = 1
    _SHORT[_byte] = _escape
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


@dataclass
class NonFinite:
    """What to do about NaN and infinities, and how many there were.

    Attributes
    ----------
    keep : bool
        Whether they are written, as ``NaN`` and ``1e999``; else they are no value, and
        ``null`` in lists.
    count : int
        How many were met.
    """

    keep: bool = True
    count: int = 0


def has_text(kind: pa.DataType) -> bool:
    """Tell whether JSON has values of a type, or a text that stands for them.

    Parameters
    ----------
    kind : pyarrow.DataType
        A type.

    Returns
    -------
    bool
        False for bytes, durations, maps and the like.
    """
    if _is_list(kind):
        return has_text(kind.value_type)
    if pt.is_struct(kind):
        return all(has_text(kind.field(i).type) for i in range(kind.num_fields))
    return bool(
        pt.is_null(kind)
        or pt.is_boolean(kind)
        or pt.is_integer(kind)
        or pt.is_floating(kind)
        or pt.is_decimal(kind)
        or pt.is_timestamp(kind)
        or _is_text(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    return bool(pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or str(kind) == "string_view")


def depth(kind: pa.DataType) -> int:
    """Count how many lists and objects of a type are within each other.

    Parameters
    ----------
    kind : pyarrow.DataType
        A type.

    Returns
    -------
    int
        0 for scalars.
    """
    if _is_list(kind):
        return 1 + depth(kind.value_type)
    if pt.is_struct(kind):
        return 1 + max((depth(kind.field(i).type) for i in range(kind.num_fields)), default=0)
    return 0


def value_text(array: pa.Array, non_finite: NonFinite, *, whole_seconds: bool = False) -> Text:
    """Return the JSON texts of an array's values.

    Parameters
    ----------
    array : pyarrow.Array
        Of a type that `has_text`.
    non_finite : NonFinite
        What to do about NaN and infinities; they are counted.
    whole_seconds : bool, default False
        Whether times without a fraction are written without it and without a zone, as
        Suricata writes those of certificates.

    Returns
    -------
    Text
        As many as there are values.
    """
    kind = array.type
    if _is_text(kind):
        return around('"', _escaped(array.cast(TEXT)), '"')
    if pt.is_timestamp(kind):
        return _instants(array, whole_seconds=whole_seconds)
    if pt.is_floating(kind):
        return around("", _doubles(array, non_finite), "")
    if pt.is_decimal(kind):
        # Arrow's own text of some decimals is no JSON.
        texts = [None if value is None else format(value, "f") for value in array.to_pylist()]
        return around("", pa.array(texts, TEXT), "")
    if _is_list(kind):
        return around("[", _lists(array, non_finite), "]")
    if pt.is_struct(kind):
        return _structs(array, non_finite)
    return around("", array.cast(TEXT), "")


def _escaped(array: pa.Array) -> pa.Array:
    """Escape what JSON does not allow in text: quotes, backslashes and control characters."""
    if not len(array):
        return array
    _, ends, data = array.buffers()
    offsets = np.frombuffer(ends, np.int64)[array.offset : array.offset + len(array) + 1]
    start = int(offsets[0])
    characters = np.frombuffer(data, np.uint8)[start : int(offsets[-1])] if data else _HEX[:0]
    special = (characters < 0x20) | (characters == 0x22) | (characters == 0x5C)
    places = np.flatnonzero(special)
    if not len(places):
        return array
    found = characters[places]
    extra = _EXTRA[found]
    shift = np.cumsum(extra)
    starts = places + shift - extra
    out = np.empty(len(characters) + int(shift[-1]), np.uint8)
    plain = np.ones(len(out), bool)
    plain[starts] = False
    long = np.flatnonzero(extra == 5)
    for place in range(1, 6):
        plain[(starts if place == 1 else starts[long]) + place] = False
    out[plain] = characters[~special]
    out[starts] = 0x5C
    out[starts + 1] = _SHORT[found]
    if len(long):
        at, code = starts[long], found[long]
        for place, digit in enumerate(b"u00"):
            out[at + place + 1] = digit
        out[at + 4] = _HEX[code >> 4]
        out[at + 5] = _HEX[code & 15]
    before = np.searchsorted(places, offsets - start)
    moved = offsets - start + np.concatenate(([0], shift))[before]
    return _text_array(moved, out, array)


def _text_array(offsets: np.ndarray, data: np.ndarray, like: pa.Array) -> pa.Array:
    """Make an array of texts that is null where another one is."""
    validity = None
    if like.null_count:
        valid = np.asarray(like.is_valid())
        validity = pa.py_buffer(np.packbits(valid, bitorder="little"))
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(TEXT, len(like), buffers)


def _instants(array: pa.Array, *, whole_seconds: bool) -> Text:
    """Write times as Suricata does: ``2022-01-01T03:41:17.115874+0000``."""
    with contextlib.suppress(pa.ArrowInvalid):  # nanoseconds, or beyond what microseconds reach
        array = array.cast(pa.timestamp("us", array.type.tz))
    unit = array.type.unit
    ticks = array.cast(pa.int64())
    text = ticks.cast(pa.timestamp(unit)).cast(TEXT)
    years = pc.utf8_length(text)
    usual = len("2022-01-01 03:41:17") + {"s": 0, "ms": 4, "us": 7, "ns": 10}[unit]
    if pc.any(pc.not_equal(years, usual)).as_py():
        # Outside the years 0 to 9999, where Arrow knows no text or one of more digits.
        moments = np.asarray(ticks.fill_null(0)).view(f"M8[{unit}]")
        spelt = pa.array(np.datetime_as_string(moments).tolist(), TEXT)
        missing = pc.or_(pc.is_null(ticks), pc.equal(spelt, "NaT"))
        text = pc.if_else(missing, constant(None), spelt)
    else:
        text = pc.utf8_replace_slice(text, 10, 11, "T")
    if not whole_seconds or unit != "us":
        return around('"', text, '+0000"')
    short = pc.replace_substring_regex(text, r"\.000000$", "")
    zoned = pc.binary_join_element_wise(text, constant("+0000"), constant(""))
    return around('"', pc.if_else(pc.ends_with(text, _SECONDS), short, zoned), '"')


def _doubles(array: pa.Array, non_finite: NonFinite) -> pa.Array:
    """Write doubles with the fewest digits that read as the same, never as an integer."""
    array = array.cast(pa.float64())
    text = pc.replace_substring_regex(array.cast(TEXT), r"^(-?[0-9]+)$", r"\1.0")
    count = len(array) - array.null_count - (pc.sum(pc.is_finite(array)).as_py() or 0)
    if not count:
        return text
    non_finite.count += count
    if not non_finite.keep:
        return pc.if_else(pc.is_finite(array), text, constant(None))
    # A number too large for a double is JSON all the same, and read as infinite.
    text = pc.replace_substring(text, "inf", "1e999")
    return pc.if_else(pc.is_nan(array), constant("NaN"), text)


def _lists(array: pa.Array, non_finite: NonFinite) -> pa.Array:
    """Join the elements of each list with commas."""
    lengths = np.asarray(pc.list_value_length(array).fill_null(0), np.int64)
    valid = array.is_valid()
    if pt.is_fixed_size_list(array.type) and array.null_count:
        array = array.take(pa.array(np.flatnonzero(np.asarray(valid))))
    elements = joined(value_text(array.flatten(), non_finite)).fill_null("null")
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))))
    together = pc.binary_join(pa.LargeListArray.from_arrays(offsets, elements), constant(","))
    return pc.if_else(valid, together, constant(None))


def _structs(array: pa.Array, non_finite: NonFinite) -> Text:
    members = [
        Member(key_text(field.name), value_text(child, non_finite))
        for field, child in zip(array.type, array.flatten(), strict=True)
        if child.null_count < len(child)
    ]
    empty = pa.array(["{}"] * len(array), TEXT)
    together = pc.coalesce(joined(object_text(members)), empty) if members else empty
    return around("", pc.if_else(array.is_valid(), together, constant(None)), "")


def spelled(value: Any, non_finite: NonFinite) -> str | None:
    r"""Return the JSON text of one value, as `value_text` gives it of many.

    Parameters
    ----------
    value : object
        A value as ``json`` gives it.
    non_finite : NonFinite
        What to do about NaN and infinities; they are counted.

    Returns
    -------
    str or None
        None if there is no value.

    Examples
    --------
    >>> from suricata_eve.output.texts import NonFinite, spelled
    >>> spelled([1, "a\n", {"b": None}, float("inf")], NonFinite())
    '[1,"a\\n",{},1e999]'
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(spelled(v, non_finite) or "null" for v in value) + "]"
    if isinstance(value, dict):
        pairs = ((key_text(k), spelled(v, non_finite)) for k, v in value.items())
        return "{" + ",".join(key + text for key, text in pairs if text is not None) + "}"
    if isinstance(value, float) and value - value != 0:
        non_finite.count += 1
        if not non_finite.keep:
            return None
        return "NaN" if value != value else "1e999" if value > 0 else "-1e999"  # noqa: PLR0124
    return None if value is None else json.dumps(value)
