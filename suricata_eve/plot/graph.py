"""Who talks to whom: two columns of names, and lines between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import arrow_column, integer_column, joined, require_columns
from suricata_eve.analysis.edges import edges
from suricata_eve.analysis.orientation import ENDS, has_ends, orientation
from suricata_eve.errors import EveTypeError
from suricata_eve.plot.axes import (
    NARROW,
    checked_top,
    is_dark,
    matplotlib,
    nothing,
    open_axes,
    room_of,
    say,
    style,
    text_width,
    width_of,
)
from suricata_eve.plot.colors import ACCENT, MUTED, NEUTRAL, OTHER
from suricata_eve.plot.counts import leading, number_of, traffic
from suricata_eve.plot.labels import LITERAL, literal, shown, texts_of
from suricata_eve.schema.fields import arrow_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["Pairs", "count_pairs", "graph"]

_SHARE = 0.32  # of the width, for the names of one side, at the most
_ABOVE = 0.33  # inches, for a legend above the names of the fields
_CURVE = np.linspace(0, 1, 25)


class Side(NamedTuple):
    """The values of one field."""

    names: list[str]
    """The most frequent ones, the most frequent first."""

    counts: NDArray[np.int64]
    """Events of each, and then those of all others, if there are."""

    others: int


class Pairs(NamedTuple):
    """How often values of two fields come together."""

    source: Side
    target: Side
    rows: NDArray[np.int64]
    """Of each pair the number of its source; the others' is the last."""

    columns: NDArray[np.int64]
    """Of each pair the number of its target."""

    counts: NDArray[np.int64]
    alerts: NDArray[np.int64]

    missing: int
    """How many events of the traffic lack one; 0 for lists, whose events are in several pairs."""


def count_pairs(frame: pd.DataFrame, source: str, target: str, *, top: int) -> Pairs:
    """Count the events between the most frequent values of two fields.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    source, target : str
        Fields.
    top : int
        How many values of each to name.

    Returns
    -------
    Pairs
        The numbers; every event that has both is in one pair.

    Raises
    ------
    MissingColumnError
        If there is no such field.
    """
    _check_names({"source": source, "target": target})
    require_columns(frame, ["event_type", "timestamp"], method="graph")
    table = edges(_enough(frame, (source, target)), source, target)
    counts, alerts = (
        np.asarray(joined(integer_column(table[name]))).astype(np.int64)
        for name in ("count", "alerts")
    )
    (rows, left), (columns, right) = (
        _side(joined(arrow_column(table[name])), counts, top) for name in ("source", "target")
    )
    width = max(len(right.counts), 1)
    there, place = np.unique(rows * width + columns, return_inverse=True)
    totals = np.zeros((2, len(there)), np.int64)
    np.add.at(totals[0], place, counts)
    np.add.at(totals[1], place, alerts)
    missing = 0
    if _has_one(frame, source) and _has_one(frame, target):
        missing = max(int(np.count_nonzero(traffic(frame)[0]) - counts.sum()), 0)
    return Pairs(left, right, there // width, there % width, totals[0], totals[1], missing)


def _has_one(frame: pd.DataFrame, field: str) -> bool:
    """Tell whether an event has one value of a field at the most."""
    if field not in frame.columns:
        return True
    dtype = frame[field].dtype
    kind = dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else arrow_type(field)
    return kind is not None and not pa.types.is_nested(kind)


def _check_names(fields: Mapping[str, object]) -> None:
    for option, field in fields.items():
        if not isinstance(field, str):
            msg = f"{option} is the name of a field, not {type(field).__name__}: {field!r}"
            raise EveTypeError(msg)


def _enough(frame: pd.DataFrame, fields: tuple[str, str]) -> pd.DataFrame:
    """Return what is read of a frame: without ``flow_id``, so that no flows are counted."""
    names = ["event_type", "timestamp"]
    ends = all(field in tuple(ENDS) for field in fields)
    known = set(frame.columns)
    if not (ends and has_ends(frame) and frame.columns.is_unique and known.issuperset(names)):
        return frame
    told = orientation(frame)
    data = {name: frame[name].array for name in names}
    return pd.DataFrame(data | {field: told[field].array for field in fields})


def _side(values: pa.Array, counts: NDArray[np.int64], top: int) -> tuple[NDArray[np.int64], Side]:
    """Return for each pair which of the named values it has, and these."""
    codes, distinct = encode(values)
    totals = np.zeros(len(distinct), np.int64)
    np.add.at(totals, codes, counts)
    first = leading(totals, distinct, top)
    if len(first) == len(distinct) - 1:  # a row for one other takes as much place as itself
        first = leading(totals, distinct, top + 1)
    others = len(distinct) - len(first)
    numbers = np.full(len(distinct), len(first), np.int64)
    numbers[first] = np.arange(len(first))
    shares = totals[first]
    if others:
        shares = np.append(shares, totals.sum() - shares.sum())
    return numbers[codes], Side(texts_of(distinct.take(pa.array(first))), shares, others)


def graph(
    frame: pd.DataFrame,
    source: str = "client_ip",
    target: str = "server_ip",
    *,
    top: int = 15,
    ax: Axes | None = None,
) -> Axes:
    """Draw who talks to whom: sources on the left, targets on the right, lines between them.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    source : str, default "client_ip"
        The field on the left, also one that :func:`suricata_eve.analysis.orientation` tells.
    target : str, default "server_ip"
        The field on the right.
    top : int, default 15
        How many values of each to name, from 1 to 40; the others are one.
    ax : matplotlib.axes.Axes, optional
        Empty ones to draw on; without them, those of a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The picture.

    See Also
    --------
    suricata_eve.methods.plots.Plots.graph : The same as a method, with examples.
    """
    found = count_pairs(frame, source, target, top=checked_top(top, most=40))
    height = max(len(found.source.counts), len(found.target.counts))
    ax = open_axes(ax, size=(10, 1.6 + 0.3 * max(height, 2)))
    style(ax, title=f"Events by {shown(source, 30)} and {shown(target, 30)}", grid="none")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    notes = []
    if found.missing:
        lack = f"without {shown(source, 30)} or {shown(target, 30)}"
        notes.append(f"not shown: {number_of(found.missing, 'event')} {lack}")
    if not len(found.counts):
        nothing(ax, f"no events with {shown(source, 30)} and {shown(target, 30)}")
        say(ax, "", notes)
        return ax
    left, right = (_places(len(side.counts), height) for side in (found.source, found.target))
    _make_room(ax, height, _draw_side(ax, found.source, source, left, 0.0),
               _draw_side(ax, found.target, target, right, 1.0))  # fmt: skip
    _draw_lines(ax, found, left, right)
    notes.insert(0, f"the wider a line, the more events (up to {int(found.counts.max()):,})")
    say(ax, "", notes)
    _legend(ax, found)
    return ax


def _places(number: int, height: int) -> NDArray[np.float64]:
    """Return the heights of the names of a side: from the first row to the last."""
    return np.linspace(0, height - 1, number) if number > 1 else np.array([(height - 1) / 2])


def _title(ax: Axes) -> float:
    """Return how far the name of a field is above the first row, in points."""
    return 18 if width_of(ax) >= NARROW else 13


def _make_room(ax: Axes, height: int, left: float, right: float) -> None:
    """Set the limits: so many inches beside the rows for names, and above for what is said."""
    first, last = left / room_of(ax), right / room_of(ax)
    ax.set_xlim(-first / (1 - first - last), 1 + last / (1 - first - last))
    above = min((_ABOVE + _title(ax) / 72) * ax.figure.dpi / ax.bbox.height, 0.5)
    ax.set_ylim(height - 0.5, height - 0.5 - height / (1 - above))


def _draw_lines(
    ax: Axes, found: Pairs, left: NDArray[np.float64], right: NDArray[np.float64]
) -> None:
    share = np.log1p(found.counts) / np.log1p(found.counts.max())
    bend = 3 * _CURVE**2 - 2 * _CURVE**3
    starts, ends = left[found.rows], right[found.columns]
    heights = starts[:, None] + (ends - starts)[:, None] * bend[None, :]
    paths = np.stack([np.broadcast_to(_CURVE, heights.shape), heights], axis=-1)
    alerted = found.alerts > 0
    more = 0.3 if is_dark(ax) else 0.0
    for chosen, color, alpha in ((~alerted, NEUTRAL, 0.35 + more), (alerted, ACCENT, 0.55 + more)):
        if chosen.any():
            lines = matplotlib("collections").LineCollection(
                list(paths[chosen]), linewidths=0.4 + 4 * share[chosen] ** 2, colors=color,
                alpha=alpha, capstyle="round",
            )  # fmt: skip
            ax.add_collection(lines, autolim=False)


def _draw_side(ax: Axes, side: Side, field: str, places: NDArray[np.float64], x: float) -> float:
    """Draw the names of a side, and return how wide they are, in inches."""
    size = 8.5 if width_of(ax) >= NARROW else 7
    widest = room_of(ax) * _SHARE
    counts = [f"{count:,}" for count in side.counts.tolist()]
    letters = max(int(widest / text_width(1, size)) - 2 - max(map(len, counts)), 8)
    names = [shown(name, letters) for name in side.names]
    if side.others:
        names.append(f"{side.others:,} more")
    labels = [f"{name}  {count}" for name, count in zip(names, counts, strict=True)]
    align, offset = ("right", -7) if x == 0 else ("left", 7)
    colors = [NEUTRAL] * len(side.names) + [OTHER] * (side.others > 0)
    ax.scatter(np.full(len(places), x), places, s=22, c=colors, zorder=3, clip_on=False)
    title = shown(field, letters)
    heights = [*places.tolist(), 0.0]
    for number, (text, place) in enumerate(zip([*labels, title], heights, strict=True)):
        named = number < len(labels)
        ax.annotate(
            text, (x, place), xytext=(offset, 0 if named else _title(ax)),
            textcoords="offset points", ha=align, va="center", fontsize=size,
            color=None if named else MUTED, **LITERAL,
        )  # fmt: skip
    return min(text_width(max(map(len, [*labels, title])), size) + 0.15, widest)


def _legend(ax: Axes, found: Pairs) -> None:
    """Say in the middle above what the colours are."""
    kinds = (
        (found.alerts > 0, ACCENT, "with alerts"),
        (found.alerts == 0, NEUTRAL, "without alerts"),
    )
    line = matplotlib("lines").Line2D
    there = [(color, label) for mask, color, label in kinds if mask.any()]
    made = ax.legend(
        [line([], [], color=color, linewidth=2.5) for color, _ in there],
        [label for _, label in there],
        loc="upper center", ncols=2, frameon=False, fontsize=8, handlelength=1.4,
        columnspacing=1.2, borderaxespad=0.0,
    )  # fmt: skip
    literal(made.get_texts())
