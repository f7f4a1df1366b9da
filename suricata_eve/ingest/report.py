"""What was left out or changed while reading: counted, placed, and told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

__all__ = ["MAX_EXAMPLES", "REPLACED", "Found", "Mender", "Mishap", "Report", "many"]

MAX_EXAMPLES = 100
"""How many mishaps are kept with their place; all are counted."""

REPLACED = "a line was replaced by on_bad_lines"
"""Why a value counts as mended, if the whole line was."""


class Mishap(NamedTuple):
    """One line that is no event, or one value that is not what its field holds."""

    source: str
    line: int
    """Number of the line in its source, from 1."""
    offset: int
    """Byte offset of the line's start in its source, decompressed."""
    reason: str


Mender: TypeAlias = "Callable[[Mishap, bytes], bytes | None]"
"""Given what is wrong with a line, and the line: what to read in its place, if anything."""


class Found(NamedTuple):
    """What is to be told of one line."""

    line: int
    """Its number over all sources, from 0."""
    nul_bytes: int
    """NUL bytes stripped from around it."""
    mishap: Mishap | None
    """What is wrong with it."""
    left_out: bool
    """Whether it is no event, rather than one with a mended value."""


@dataclass
class Report:
    """Counts of a read, and examples of what went wrong in it.

    Attributes
    ----------
    sources : list of str
        Names of what was read.
    lines, events, nul_bytes : int
        Lines read, events found, NUL bytes stripped from around lines.
    bad_lines, bad_values, cut_times : int
        Lines that are no event; values replaced by ``<NA>`` or mended; times with digits
        beyond the microsecond.
    bad_value_reasons : Counter of str
        The values that were replaced or mended, by reason.
    converted : set of str
        Known fields some of whose values were spelt as another kind, such as a port as text,
        and became the integer or boolean that they spell.
    texts : set of str
        Fields whose values were of several kinds and became text.
    misfits : dict of str to str
        Known lists that hold more than their schema's type, and the type they have.
    notes : list of str
        Other things to tell, such as a compressed file that ends early.
    examples : list of Mishap
        The first mishaps.
    """

    sources: list[str] = field(default_factory=list)
    lines: int = 0
    events: int = 0
    nul_bytes: int = 0
    bad_lines: int = 0
    bad_values: int = 0
    cut_times: int = 0
    bad_value_reasons: Counter[str] = field(default_factory=Counter)
    converted: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    misfits: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    examples: list[Mishap] = field(default_factory=list)

    def add(self, found: Iterable[Found]) -> None:
        """Count what was found in single lines."""
        for one in found:
            self.nul_bytes += one.nul_bytes
            if one.mishap is not None:
                (self.add_lines if one.left_out else self.add_values)([one.mishap])

    def add_lines(self, mishaps: Iterable[Mishap]) -> None:
        """Count lines that are no event."""
        for mishap in mishaps:
            self.bad_lines += 1
            self._keep(mishap)

    def add_values(self, mishaps: Iterable[Mishap]) -> None:
        """Count values that were replaced or mended."""
        for mishap in mishaps:
            self.bad_values += 1
            self.bad_value_reasons[mishap.reason] += 1
            self._keep(mishap)

    def merge(self, other: Report) -> None:
        """Add what another read, of the same sources, has found."""
        self.sources = self.sources or list(other.sources)
        for name in ("lines", "events", "nul_bytes", "bad_lines", "bad_values", "cut_times"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.bad_value_reasons += other.bad_value_reasons
        self.converted |= other.converted
        self.texts |= other.texts
        self.misfits |= other.misfits
        self.notes += other.notes
        for mishap in other.examples:
            self._keep(mishap)

    def _keep(self, mishap: Mishap) -> None:
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(mishap)

    def as_attrs(self) -> dict[str, Any]:
        """Return the report as the plain JSON values of ``df.attrs["eve"]``.

        Returns
        -------
        dict
            Keys ``sources``, ``lines``, ``events``, ``bad_lines``, ``bad_values``,
            ``bad_value_reasons``, ``nul_bytes``, ``cut_times``, ``converted_fields``,
            ``text_fields``, ``misfits``, ``notes`` and ``examples``.
        """
        return {
            "sources": list(self.sources),
            "lines": self.lines,
            "events": self.events,
            "bad_lines": self.bad_lines,
            "bad_values": self.bad_values,
            "bad_value_reasons": dict(sorted(self.bad_value_reasons.items())),
            "nul_bytes": self.nul_bytes,
            "cut_times": self.cut_times,
            "converted_fields": sorted(self.converted),
            "text_fields": sorted(self.texts),
            "misfits": dict(sorted(self.misfits.items())),
            "notes": list(self.notes),
            "examples": [mishap._asdict() for mishap in self._placed()],
        }

    def _placed(self) -> list[Mishap]:
        """Return the examples in the order of the sources and their lines."""
        order = {name: place for place, name in enumerate(self.sources)}
        return sorted(self.examples, key=lambda mishap: (order.get(mishap.source, 0), mishap.line))

    def message(self, *, with_lines: bool = True) -> str | None:
        """Return all of it in a sentence or two for one warning, None if all went well.

        Parameters
        ----------
        with_lines : bool, default True
            Whether to tell of lines that were left out or replaced.

        Returns
        -------
        str or None
            The sentence.
        """
        parts = []
        if self.bad_lines and with_lines:
            parts.append(f"{self.bad_lines} of {many(self.lines, 'line')} left out")
        counts = {
            why: n for why, n in self.bad_value_reasons.items() if with_lines or why != REPLACED
        }
        if counts:
            reasons = [f"{why} ({n})" for why, n in counts.items()]
            parts.append(f"{many(sum(counts.values()), 'value')} replaced: {_listed(reasons)}")
        placed = [one for one in self._placed() if with_lines or one.reason in counts]
        if parts and placed:
            first = placed[0]
            parts[-1] += f" (first: {first.source}, line {first.line}: {first.reason})"
        if self.cut_times:
            parts.append(f"{many(self.cut_times, 'time')} cut to the microsecond")
        if self.converted:
            parts.append("values of another kind were converted in " + _listed(self.converted))
        if self.texts:
            parts.append("values of several kinds became text in " + _listed(self.texts))
        if self.misfits:
            named = [f"{path} ({kind})" for path, kind in sorted(self.misfits.items())]
            parts.append("not of their schema type: " + _listed(named))
        parts += self.notes
        if not parts:
            return None
        return "; ".join(parts) + '; details in df.attrs["eve"]'


def many(number: int, noun: str, *, separator: Literal["", ","] = "") -> str:
    """Return a number and what it counts, as in "1 line" and "2 lines".

    Parameters
    ----------
    number : int
        How many.
    noun : str
        Of what, in the singular.
    separator : {"", ","}, default ""
        What stands between thousands.

    Returns
    -------
    str
        Both.
    """
    return f"{number:{separator}} {noun}" if number == 1 else f"{number:{separator}} {noun}s"


def _listed(names: Iterable[str], *, most: int = 8) -> str:
    ordered = sorted(names)
    more = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {more} more" if more > 0 else "")
