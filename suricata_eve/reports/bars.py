"""Alerts over time as a strip of bars, drawn as SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.report import many

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["bars", "step_of"]

_SECOND = 1_000_000
_MINUTE, _HOUR, _DAY = 60 * _SECOND, 3600 * _SECOND, 86400 * _SECOND
_STEPS = (
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 28, 91, 182, 364)),
)
_UNITS = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (_SECOND, "second"))
_LEAST, _MOST = 30, 120  # bars
_HEIGHT = 100
_CLASSES = ("one", "two", "three")
_WORDS = ("severity 1", "severity 2", "others")


def step_of(span: int) -> int:
    """Return how much time a bar stands for.

    Parameters
    ----------
    span : int
        Microseconds from the first alert to the last.

    Returns
    -------
    int
        Microseconds: a step of clocks and calendars that needs no more than 120 bars.
    """
    for step in _STEPS:
        if span // step + 2 <= _MOST:
            return step
    return -(-span // (_MOST - 2) // _DAY) * _DAY


def bars(times: NDArray[np.int64], severities: NDArray[np.int64]) -> str:
    """Draw how many alerts there were when.

    Parameters
    ----------
    times : ndarray of int64
        Of the alerts, in microseconds since 1970, in any order; at least one.
    severities : ndarray of int64
        Of the alerts, 1 is the highest.

    Returns
    -------
    str
        HTML: a figure with the drawing, its axis and a legend. The axis begins with the
        first alert and ends with the last, whatever else the log holds, unless these are
        less than 30 seconds apart.
    """
    low, high = int(times.min()), int(times.max())
    step = step_of(high - low)
    first = low // step
    number = max(high // step - first + 1, _LEAST)
    place = times // step - first
    kinds = np.clip(severities, 1, 3) - 1
    kinds[severities < 1] = 2
    counts = np.bincount(place * 3 + kinds, minlength=number * 3).reshape(number, 3)
    most = int(counts.sum(axis=1).max())
    drawn = [
        part
        for at in np.flatnonzero(counts.sum(axis=1)).tolist()
        for part in _bar(at, counts[at].tolist(), most, _moment((first + at) * step))
    ]
    legend = ", ".join(
        f'<span class="{name}">■</span> {word} ({count:,})'
        for name, word, count in zip(_CLASSES, _WORDS, counts.sum(axis=0).tolist(), strict=True)
        if count
    )
    span = _length(step)
    label = f"Alerts over time, at most {most:,} in {span}"
    box = f'viewBox="0 0 {number * 10} {_HEIGHT}" preserveAspectRatio="none"'
    return "\n".join(
        [
            "<figure>",
            f'<svg {box} role="img" aria-label="{label}">',
            *drawn,
            "</svg>",
            '<div class="ends">',
            *(f"<span>{_moment(end * step)} UTC</span>" for end in (first, first + number)),
            "</div>",
            f"<figcaption>{label}; a bar is {span}. {legend}.</figcaption>",
            "</figure>",
        ]
    )


def _bar(at: int, counts: list[int], most: int, start: str) -> list[str]:
    """Return the parts of a bar, the most severe at the bottom."""
    total = sum(counts)
    parts = [f"<g><title>{start} UTC: {total:,}</title>"]
    below = 0.0
    for name, count in zip(_CLASSES, counts, strict=True):
        if count:
            height = max(count / most * (_HEIGHT - 2), 0.5)
            parts.append(
                f'<rect class="{name}" x="{at * 10 + 1}" width="8" '
                f'y="{_HEIGHT - below - height:.2f}" height="{height:.2f}"/>'
            )
            below += height
    return [*parts, "</g>"]


def _moment(microseconds: int) -> str:
    """Write a time of whole seconds."""
    written = str(pa.scalar(microseconds, pa.timestamp("us")).cast(pa.string()).as_py())
    return escape(written.partition(".")[0])


def _length(step: int) -> str:
    unit, name = next(one for one in _UNITS if step % one[0] == 0)
    return many(step // unit, name)
