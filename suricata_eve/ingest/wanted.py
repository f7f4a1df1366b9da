"""Which columns a read is to give, and what Arrow's parser needs to know to read just those."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import pyarrow as pa

from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.schema.fields import arrow_type, sort_key

__all__ = ["Wanted"]

_MAX_PARTS = 5  # of a path; each brings twice as many ways to spell it with dotted keys

# What the parser takes for these types and no other is what the schema's type holds.
_DECLARABLE = {
    pa.string(): pa.string(),
    UTC_MICROSECONDS: pa.string(),
    pa.bool_(): pa.bool_(),
    pa.int64(): pa.int64(),
    pa.uint64(): pa.uint64(),
    pa.uint16(): pa.int64(),
}

_Tree: TypeAlias = "dict[str, _Tree | pa.DataType]"


@dataclass(frozen=True)
class Wanted:
    """Columns that are asked for.

    Attributes
    ----------
    patterns : tuple of str
        Paths, in the order asked for; ``http.*`` stands for all that is inside ``http``.
    chooser : callable or None
        Instead of patterns, tells of a path whether it is asked for.
    needed : tuple of str
        Paths that must be read besides, to decide which events are asked for.
    """

    patterns: tuple[str, ...] = ()
    chooser: Callable[[str], bool] | None = None
    needed: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The paths that are asked for by their whole name."""
        return tuple(name for name in self.patterns if not name.endswith(".*"))

    def reads(self, path: str) -> bool:
        """Tell whether a column must be read.

        Parameters
        ----------
        path : str
            Its path.

        Returns
        -------
        bool
            Whether it is asked for, or needed to decide on events.
        """
        return path in self.needed or self.shows(path)

    def shows(self, path: str) -> bool:
        """Tell whether a column is asked for.

        Parameters
        ----------
        path : str
            Its path.

        Returns
        -------
        bool
            Whether it is.
        """
        if self.chooser is not None:
            return bool(self.chooser(path))
        return any(_matches(path, pattern) for pattern in self.patterns)

    def ordered(self, paths: Iterable[str]) -> list[str]:
        """Return the columns that are asked for, in the order asked for, each once.

        Of `paths`, which were found, those that match; and every whole name, found or not.
        """
        known = sorted(paths, key=sort_key)
        if self.chooser is not None:
            return [path for path in known if self.chooser(path)]
        found: list[str] = []
        for pattern in self.patterns:
            is_name = not pattern.endswith(".*")
            found += [pattern] if is_name else [path for path in known if _matches(path, pattern)]
        return list(dict.fromkeys(found))

    @cached_property
    def schema(self) -> pa.Schema | None:
        """What to declare so that nothing else is read; None where that could lose a value.

        Only single values of a type that the schema gives can be declared: lists may hold
        what no declaration foresees, and the type of an unknown field is in its values.
        """
        if self.chooser is not None or len(self.names) < len(self.patterns):
            return None
        tree: _Tree = {}
        for path in dict.fromkeys([*self.names, *self.needed]):
            known = arrow_type(path)
            kind = None if known is None else _DECLARABLE.get(known)
            if kind is None or path.count(".") >= _MAX_PARTS:
                return None
            if not all(_plant(tree, keys, kind) for keys in _spellings(path)):
                return None
        return pa.schema(_fields(tree))


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith(".*"):
        return path.startswith(pattern[:-1])
    return path == pattern


def _spellings(path: str) -> list[list[str]]:
    """Return every way to write a path as nested keys, since keys may have dots in them."""
    parts = path.split(".")
    spellings = []
    for bits in range(2 ** (len(parts) - 1)):
        keys = [parts[0]]
        for place, part in enumerate(parts[1:]):
            if bits >> place & 1:
                keys[-1] += "." + part
            else:
                keys.append(part)
        spellings.append(keys)
    return spellings


def _plant(tree: _Tree, keys: list[str], kind: pa.DataType) -> bool:
    """Add a path to a tree; False if another path has a value where this one has an object."""
    for key in keys[:-1]:
        child = tree.setdefault(key, {})
        if not isinstance(child, dict):
            return False
        tree = child
    return tree.setdefault(keys[-1], kind) is kind or tree[keys[-1]] == kind


def _fields(tree: _Tree) -> list[pa.Field]:
    return [
        pa.field(name, pa.struct(_fields(child)) if isinstance(child, dict) else child)
        for name, child in tree.items()
    ]
