"""Texts of many events at once, from templates with fields in them.

A template is a sequence of parts, with a blank between them, or a comma before a part that
begins with one. ``{alert.signature}`` in a part stands for that field, and a part one of
whose fields is missing or empty is left out. Further forms:

``{tls.ja4|tls.ja4.hash}``
    the first of these that is there;
``{fileinfo.size:,}``, ``{flow.pkts_toserver:,packet}``
    a number with separators of thousands, and with what it counts, in the plural but for 1;
``{fileinfo.stored?stored}``
    that word, if the field is true or, not being a boolean, there;
``{alert.action!allowed}``, ``{app_proto!failed|unknown}``
    the field unless it has that value, or one of these;
``{email.to[]}``, ``{dns.queries[].rrname}``
    the elements of a list, or that key of each: the first three and how many more;
``{@name}``
    what a function makes of the fields.

What comes out is the attacker's text: :func:`one_line` makes it harmless to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import is_list, list_elements
from suricata_eve.analysis.columns import arrow_column, joined
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.printable import ELLIPSIS, plain

if TYPE_CHECKING:
    from suricata_eve.analysis.views.reading import Rows

__all__ = ["FIELD_LIMIT", "Derived", "Fields", "one_line", "only", "together"]

FIELD_LIMIT = 100
"""How many characters of one field a text has at most."""

LISTED = 3  # elements of a list that a text names

Derived: TypeAlias = "Mapping[str, Callable[[Fields], pa.Array]]"
"""Functions by their names in templates, without the ``@``."""


class _Slot(NamedTuple):
    """What stands between braces."""

    paths: tuple[str, ...]
    thousands: bool
    unit: str | None
    word: str | None
    unless: str | None


_FORM = re.compile(r"([^:?!]+)(:,)?([a-z]+)?(?:\?(.+))?(?:!(.+))?")


@cache
def _parsed(text: str) -> tuple[str | _Slot, ...]:
    parts: list[str | _Slot] = []
    for number, piece in enumerate(re.split(r"\{([^}]*)\}", text)):
        if number % 2:
            form = _FORM.fullmatch(piece)
            if form is None:  # pragma: no cover -- templates are constants of this package
                msg = f"not a field of a template: {piece!r}"
                raise ValueError(msg)
            paths, thousands, unit, word, unless = form.groups()
            parts.append(_Slot(tuple(paths.split("|")), thousands is not None, unit, word, unless))
        elif piece:
            parts.append(piece)
    return tuple(parts)


class Fields:
    """The fields of some events as texts.

    Parameters
    ----------
    rows : Rows
        The events.
    derived : mapping of str to callable, optional
        What ``{@name}`` stands for.
    """

    def __init__(self, rows: Rows, derived: Derived | None = None) -> None:
        self._rows = rows
        self._derived = derived or {}
        self._texts: dict[str, pa.Array] = {}

    def column(self, name: str) -> pa.Array | None:
        """Return the values of a column at these rows; None if there are none."""
        column = self._rows.taken(name)
        return None if column is None else joined(arrow_column(column))

    def instants(self, name: str) -> pa.Array:
        """Return a column of times in microseconds, null where there is none."""
        return joined(self._rows.column(UTC_MICROSECONDS, name)).cast(pa.int64())

    def nulls(self) -> pa.Array:
        """Return a text for each row, all of them missing."""
        return pa.nulls(len(self._rows), pa.string())

    def text(self, path: str) -> pa.Array:
        """Return a field as text, null where it is missing or empty."""
        if path not in self._texts:
            made = self._derived[path[1:]](self) if path.startswith("@") else self._read(path)
            self._texts[path] = made
        return self._texts[path]

    def named(self, name: str) -> pa.Array:
        """Return a column by its name, whatever that looks like, as :meth:`text` does."""
        data = self.column(name)
        return self.nulls() if data is None else _scalars(data)

    def _read(self, path: str) -> pa.Array:
        name, marks, key = path.partition("[]")
        data = self.column(name)
        if data is None:
            return self.nulls()
        return _listed(data, key.removeprefix(".")) if marks else _scalars(data)

    def render(self, template: Sequence[str]) -> pa.Array:
        """Return the text of each row; null where no field of the template is filled."""
        slots = [slot for part in template for slot in _parsed(part) if isinstance(slot, _Slot)]
        paths = [path for slot in slots for path in slot.paths if path[0] != "@"]
        self._rows.take(path.partition("[]")[0] for path in paths)
        parts = [self._text(part if part[0] == "," else f" {part}") for part in template]
        return together(parts)

    def _text(self, text: str) -> pa.Array:
        parts = [part if isinstance(part, str) else self._slot(part) for part in _parsed(text)]
        return pc.binary_join_element_wise(*parts, "")

    def _slot(self, slot: _Slot) -> pa.Array:
        if slot.word is not None:
            told = self._told(slot.paths[0])
            return pc.if_else(told, pa.scalar(slot.word), pa.scalar(None, pa.string()))
        if slot.thousands:
            return _first([self._number(path, slot.unit) for path in slot.paths])
        value = _first([self.text(path) for path in slot.paths])
        return value if slot.unless is None else _unless(value, *slot.unless.split("|"))

    def _number(self, path: str, unit: str | None) -> pa.Array:
        data = self.column(path)
        return self.nulls() if data is None else _separated(data, unit)

    def _told(self, path: str) -> pa.Array:
        data = self.column(path)
        if data is None:
            return pa.array(np.zeros(len(self._rows), bool))
        if pa.types.is_boolean(data.type):
            return data.fill_null(fill_value=False)
        return data.is_valid()


def together(parts: Sequence[pa.Array]) -> pa.Array:
    """Put parts that begin with a blank or a comma behind each other.

    Parameters
    ----------
    parts : sequence of pyarrow.Array
        Texts, of which those that are missing are left out.

    Returns
    -------
    pyarrow.Array
        The texts, null where all are missing.
    """
    # The empty text at the front, since Arrow drops rows of which every part is missing.
    whole = pc.binary_join_element_wise("", *parts, "", null_handling="skip")
    return _unless(pc.utf8_ltrim(whole, ", "), "")


def only(mask: pa.Array, values: pa.Array) -> pa.Array:
    """Keep texts where something is so.

    Parameters
    ----------
    mask : pyarrow.BooleanArray
        Where; what is not known is not so.
    values : pyarrow.Array
        Texts.

    Returns
    -------
    pyarrow.Array
        The texts, null elsewhere.
    """
    # Not `if_else`: with slices and a null it makes broken texts (GH-41479 of Arrow).
    others = pc.invert(mask.fill_null(fill_value=False))
    return pc.replace_with_mask(values, others, pa.scalar(None, values.type))


def _first(values: list[pa.Array]) -> pa.Array:
    return values[0] if len(values) == 1 else pc.coalesce(*values)


def _unless(values: pa.Array, *others: str) -> pa.Array:
    return only(pc.invert(pc.is_in(values, value_set=pa.array(others, values.type))), values)


def _scalars(data: pa.Array) -> pa.Array:
    """Write out scalars; lists and objects are no scalars, and missing here."""
    if is_list(data.type):
        return _listed(data, "")
    if pa.types.is_nested(data.type):
        return pa.nulls(len(data), pa.string())
    return _unless(_cut(data.cast(pa.string()), FIELD_LIMIT), "")


def _cut(texts: pa.Array, limit: int) -> pa.Array:
    """Cut what is longer than so many characters, and mark the cut."""
    long = pc.greater(pc.utf8_length(texts), limit)
    if not pc.any(long).as_py():
        return texts
    head = pc.utf8_slice_codeunits(texts, 0, limit - 1)
    return pc.if_else(long, pc.binary_join_element_wise(head, ELLIPSIS, ""), texts)


def _listed(data: pa.Array, key: str) -> pa.Array:
    """Write out lists: their first elements, and how many more there are."""
    if not is_list(data.type):
        return pa.nulls(len(data), pa.string()) if key else _scalars(data)
    parents, elements = list_elements(data)
    if key:
        kind = elements.type
        if not pa.types.is_struct(kind) or kind.get_field_index(key) < 0:
            return pa.nulls(len(data), pa.string())
        elements = pc.struct_field(elements, key)
    elements = _scalars(elements)
    filled = np.flatnonzero(np.asarray(elements.is_valid()))
    lengths = np.bincount(parents[filled], minlength=len(data))
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(filled)) - np.repeat(starts, lengths)
    kept = elements.take(pa.array(filled[place < LISTED]))
    offsets = np.concatenate([[0], np.cumsum(np.minimum(lengths, LISTED))])
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), kept)
    texts = _unless(pc.binary_join(lists, ", "), "")
    more = np.maximum(lengths - LISTED, 0)
    if not more.any():
        return texts
    rest = pa.array(more, mask=more == 0).cast(pa.string())
    rest = pc.binary_join_element_wise(" and ", rest, " more", "")
    return pc.binary_join_element_wise(texts, rest.fill_null(""), "")


def _separated(data: pa.Array, unit: str | None) -> pa.Array:
    if not (pa.types.is_integer(data.type) or pa.types.is_floating(data.type)):
        texts = _scalars(data)
        return texts if unit is None else pc.binary_join_element_wise(texts, f" {unit}s", "")
    encoded = data.dictionary_encode()
    texts = [
        f"{value:,.0f}" if isinstance(value, float) else f"{value:,}"
        for value in encoded.dictionary.to_pylist()
    ]
    if unit is not None:
        texts = [f"{text} {unit}" if text == "1" else f"{text} {unit}s" for text in texts]
    return pa.array(texts, pa.string()).take(encoded.indices)


def one_line(texts: pa.Array, limit: int) -> pa.Array:
    r"""Make each text one line that is safe to look at, and not too long.

    Parameters
    ----------
    texts : pyarrow.Array
        Any text.
    limit : int
        Most characters of a result; the ellipsis that marks a cut is one of them.

    Returns
    -------
    pyarrow.Array
        The texts in Unicode's form NFC, with control, format and combining characters as
        escapes such as ``\n`` and ``\u202e``, the same as
        :func:`suricata_eve.terminal.printable` has them.
    """
    encoded = texts.dictionary_encode()
    # Escapes only make a text longer.
    distinct = _cut(encoded.dictionary.cast(pa.string()), limit + 1)
    ascii_only = pc.invert(pc.match_substring_regex(distinct, "[^ -~]"))
    if not pc.all(ascii_only).as_py():
        made = [
            text if harmless else plain(text)
            for text, harmless in zip(distinct.to_pylist(), ascii_only.to_pylist(), strict=True)
        ]
        distinct = pa.array(made, pa.string())
    return _cut(distinct, limit).take(encoded.indices)
