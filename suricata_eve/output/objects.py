"""Objects of JSON, put together from the texts of their members, for many rows at once.

Nothing is joined before it must be: a member that every row has is only a list of pieces,
so that most text of a line is copied once, when the whole line is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.errors import EveTypeError

__all__ = [
    "TEXT",
    "Member",
    "Node",
    "Text",
    "around",
    "constant",
    "joined",
    "key_text",
    "object_text",
    "quoted",
]

Piece: TypeAlias = "str | pa.Array"

TEXT = pa.large_string()
"""The type of texts: offsets of 64 bits, since escapes may make text six times as long."""


@dataclass(frozen=True)
class Text:
    """The JSON texts of one value a row.

    Attributes
    ----------
    pieces : list of str and pyarrow.Array
        To be joined. If `full`, an array may have nulls, which stand for no text at all;
        else there is one array between two texts, and where it is null, there is no value.
    full : bool
        Whether every row has a value.
    """

    pieces: list[Piece]
    full: bool


@dataclass(frozen=True)
class Member:
    """A member of an object: the text of its key, colon included, and of its values."""

    key: str
    value: Text


def key_text(name: str) -> str:
    r"""Return the text of an object's key, colon included.

    Parameters
    ----------
    name : str
        The key.

    Returns
    -------
    str
        JSON; a lone surrogate, which UTF-8 does not have, becomes U+FFFD.

    Examples
    --------
    >>> from suricata_eve.output.objects import key_text
    >>> key_text('say "é"')
    '"say \\"é\\"":'
    """
    return quoted(name) + ":"


def around(before: str, array: pa.Array, after: str) -> Text:
    """Put the same text before and after each text.

    Parameters
    ----------
    before : str
        What comes before.
    array : pyarrow.LargeStringArray
        The texts.
    after : str
        What comes after.

    Returns
    -------
    Text
        No value where `array` is null.
    """
    return Text([before, array, after], array.null_count == 0)


def constant(text: str | None) -> pa.Scalar:
    """Return a text that is the same in every row.

    Parameters
    ----------
    text : str or None
        The text.

    Returns
    -------
    pyarrow.LargeStringScalar
        It, or null.
    """
    return pa.scalar(text, TEXT)


def joined(text: Text) -> pa.Array:
    """Join the pieces of texts.

    Parameters
    ----------
    text : Text
        With at least one array among its pieces.

    Returns
    -------
    pyarrow.LargeStringArray
        The texts, null where there is no value.
    """
    pieces: list[Piece] = []
    for piece in text.pieces:
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        elif not isinstance(piece, str) or piece:
            pieces.append(piece)
    arguments = [constant(piece) if isinstance(piece, str) else piece for piece in pieces]
    if len(arguments) == 1:
        return arguments[0]
    nulls = "skip" if text.full else "emit_null"
    return pc.binary_join_element_wise(*arguments, constant(""), null_handling=nulls)


def object_text(members: Sequence[Member]) -> Text:
    """Put objects together.

    Parameters
    ----------
    members : sequence of Member
        At least one; where one has no value, the object has no such key.

    Returns
    -------
    Text
        The objects; none where no member has a value.
    """
    full = [member.value.full for member in members]
    if not any(full):
        return _sparse_object(members)
    first = full.index(True)
    pieces: list[Piece] = ["{"]
    for place, member in enumerate(members):
        # A comma belongs to what may be absent, or stands before what is there.
        before, after = ("", ",") if place < first else (",", "")
        if place == first:
            before = after = ""
        own: list[Piece] = [before, member.key, *member.value.pieces, after]
        pieces.extend(own if member.value.full else [joined(Text(own, full=False))])
    return Text([*pieces, "}"], full=True)


def _sparse_object(members: Sequence[Member]) -> Text:
    """Put objects together that have no key in common."""
    texts = [_with_key(member.key, member.value) for member in members]
    if len(texts) == 1:
        return around("{", texts[0], "}")
    return around("{", _listed(texts), "}")


def _listed(texts: Iterable[pa.Array]) -> pa.Array:
    """Join texts with commas, leaving out nulls; null where there is nothing else."""
    # Arrow leaves a row out, rather than give empty text, if it has nothing but nulls.
    everything = [constant(""), *texts, constant(",")]
    together = pc.binary_join_element_wise(*everything, null_handling="skip")
    together = pc.ascii_ltrim(together, ",")
    return pc.if_else(pc.equal(together, ""), constant(None), together)


def quoted(text: str) -> str:
    """Return the JSON text of a text, a lone surrogate replaced by U+FFFD.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        JSON, without escapes that are not needed.
    """
    clean = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return json.dumps(clean, ensure_ascii=False)


@dataclass
class Node:
    """A key: its own value, and those of the object that it may hold as well."""

    own: Text | None = None
    children: dict[str, Node] = field(default_factory=dict)

    def at(self, parts: Sequence[str], path: str) -> Node:
        """Return the node at the end of a path, which must be new."""
        node = self
        for part in parts:
            node = node.children.setdefault(part, Node())
        if node.own is not None:
            msg = f"the frame has two columns named {path!r} once it is flat; rename or drop one"
            raise EveTypeError(msg)
        return node

    def members(self) -> list[Member]:
        """Return the members of the object."""
        return [child.member(name) for name, child in self.children.items()]

    def member(self, name: str) -> Member:
        """Return the value and the object as members of what is above."""
        key = key_text(name)
        if self.own is not None and self.children:
            return self._both(name, self.own, object_text(self.members()))
        return Member(key, object_text(self.members()) if self.own is None else self.own)

    def _both(self, name: str, value: Text, inner: Text) -> Member:
        """Write a value beside an object, of which one key cannot hold both.

        In rows that have both, the members of the object get dotted keys.
        """
        key = key_text(name)
        own, nested = _with_key(key, value), _with_key(key, inner)
        together = pc.coalesce(own, nested)
        both = pc.and_(own.is_valid(), nested.is_valid())
        if pc.any(both).as_py():
            dotted = _listed([_with_key(key_text(p), text) for p, text in self.leaves(name)])
            pair = pc.binary_join_element_wise(own, dotted, constant(","))
            together = pc.if_else(both, pair, together)
        return Member("", Text(["", together, ""], full=together.null_count == 0))

    def leaves(self, path: str) -> Iterator[tuple[str, Text]]:
        """Return the values below, with their paths, one after the other."""
        for name, child in self.children.items():
            below = f"{path}.{name}"
            if child.own is not None:
                yield below, child.own
            yield from child.leaves(below)


def _with_key(key: str, text: Text) -> pa.Array:
    return joined(Text([key, *text.pieces], full=text.full))
