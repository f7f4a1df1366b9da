"""The most frequent signatures of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import require_columns
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.events import events_at
from suricata_eve.analysis.orientation import has_ends, orientation
from suricata_eve.plot.axes import (
    NARROW,
    amount,
    checked_top,
    label_width,
    legend,
    matplotlib,
    nothing,
    open_axes,
    room_of,
    row_size,
    say,
    style,
    text_width,
    width_of,
)
from suricata_eve.plot.colors import MUTED, OTHER, SEVERITIES, UNKNOWN
from suricata_eve.plot.counts import leading, number_of
from suricata_eve.plot.labels import LITERAL, shown_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["Signatures", "count_signatures", "signatures"]

_NO_SEVERITY = 2**63 - 1
_BESIDE = 1.0  # inches that a legend takes


class Signatures(NamedTuple):
    """Alerts by signature, the most frequent first."""

    names: list[str]
    counts: NDArray[np.int64]
    severities: list[int | None]
    """The most severe that an alert of it has."""

    clients: NDArray[np.int64] | None
    """How many clients there are in them; None for alerts without addresses."""

    others: int
    """How many signatures come after these."""

    other_alerts: int
    """How many alerts those have."""

    unnamed: int
    """How many alerts have no signature."""


def count_signatures(frame: pd.DataFrame, *, top: int) -> Signatures:
    """Count alerts by signature.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    top : int
        How many signatures to name.

    Returns
    -------
    Signatures
        The numbers.

    Raises
    ------
    MissingColumnError
        If there is no ``event_type``.
    """
    require_columns(frame, ["event_type"], method="signatures")
    positions = events_at(frame, "alert")
    alerts = Columns(frame, positions)
    codes, values = encode(alerts.text("alert.signature"))
    named = codes >= 0
    positions, kept = positions[named], codes[named]
    counts = np.bincount(kept, minlength=len(values)).astype(np.int64)
    first = leading(counts, values, top)
    severity = np.asarray(alerts.integers("alert.severity").fill_null(_NO_SEVERITY))[named]
    worst = np.full(len(values), _NO_SEVERITY, np.int64)
    np.minimum.at(worst, kept, severity.astype(np.int64))
    return Signatures(
        values.take(pa.array(first)).to_pylist(),
        counts[first],
        [None if value == _NO_SEVERITY else value for value in worst[first].tolist()],
        _clients(frame, positions, kept, len(values))[first] if has_ends(frame) else None,
        len(values) - len(first),
        int(counts.sum() - counts[first].sum()),
        int(np.count_nonzero(~named)),
    )


def _clients(
    frame: pd.DataFrame, positions: NDArray[np.int64], codes: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    """Count the distinct clients of the alerts of each signature."""
    told = Columns(orientation(frame, positions))
    clients, _ = encode(told.text("client_ip"))
    pairs = pd.unique(codes[clients >= 0] * (len(positions) + 1) + clients[clients >= 0])
    return np.bincount(pairs // (len(positions) + 1), minlength=size).astype(np.int64)


def signatures(frame: pd.DataFrame, *, top: int = 20, ax: Axes | None = None) -> Axes:
    """Draw the most frequent signatures of alerts, coloured by severity.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type``; it is not changed.
    top : int, default 20
        How many signatures to show, from 1 to 60.
    ax : matplotlib.axes.Axes, optional
        Empty ones to draw on; without them, those of a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The picture.

    See Also
    --------
    suricata_eve.methods.plots.Plots.signatures : The same as a method, with examples.
    """
    found = count_signatures(frame, top=checked_top(top, most=60))
    number = len(found.names)
    ax = open_axes(ax, size=(10, 1.3 + 0.27 * max(number, 6)))
    title = f"Top {number} signatures" if found.others else "Alerts by signature"
    style(ax, title=title, grid="x", share=0.5)
    notes = _notes(found)
    if not number:
        nothing(ax, "no alerts")
        say(ax, "", notes)
        return ax
    places = np.arange(number)
    colors = [
        UNKNOWN if severity is None else SEVERITIES.get(str(severity), OTHER)
        for severity in found.severities
    ]
    ax.barh(places, found.counts, height=0.72, color=colors)
    ax.set_ylim(number - 0.4, -0.6)
    size = row_size(ax, number)
    names = shown_all(found.names, label_width(ax, 0.6, size))
    ax.set_yticks(places, names, fontsize=size, **LITERAL)
    ax.tick_params(axis="y", length=0)
    _label_bars(ax, found, min(size, 8), text_width(max(map(len, names)), size))
    ax.xaxis.set_major_locator(
        matplotlib("ticker").MaxNLocator(4, integer=True, steps=[1, 2, 5, 10])
    )
    ax.xaxis.set_major_formatter(matplotlib("ticker").FuncFormatter(amount))
    say(ax, "alerts", notes, share=0.55)
    _legend(ax, found.severities)
    return ax


def _notes(found: Signatures) -> list[str]:
    notes = []
    if found.others:
        alerts = number_of(found.other_alerts, "alert")
        notes.append(f"not shown: {number_of(found.others, 'signature')} with {alerts}")
    if found.unnamed:
        notes.append(f"{number_of(found.unnamed, 'alert')} without a signature")
    return notes


def _label_bars(ax: Axes, found: Signatures, size: float, beside: float) -> None:
    """Write beside each bar how many alerts it is of, and of how many clients.

    A layout takes the names, so many inches, and a legend out of the width of the axes.
    """
    counts = [f"{count:,}" for count in found.counts.tolist()]
    more = [""] * len(counts)
    if found.clients is not None:
        more = [f"  ({number_of(number, 'client')})" for number in found.clients.tolist()]
    labels = [count + rest for count, rest in zip(counts, more, strict=True)]
    for place, (count, label) in enumerate(zip(found.counts.tolist(), labels, strict=True)):
        ax.annotate(
            label, (count, place), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=size, color=MUTED, **LITERAL,
        )  # fmt: skip
    width = room_of(ax)
    if ax.figure.get_layout_engine() is not None:
        width = max(width - beside - (_BESIDE if width_of(ax) >= NARROW else 0), width / 4)
    room = min((text_width(max(map(len, labels)), size) + 0.1) / width, 0.6)
    ax.set_xlim(0, float(found.counts.max()) / (1 - room))


def _legend(ax: Axes, severities: list[int | None]) -> None:
    there = {severity for severity in severities if severity is not None}
    named = [str(severity) for severity in sorted(there) if str(severity) in SEVERITIES]
    labels = [f"{kind} (highest)" if kind == "1" else kind for kind in named]
    colors = [SEVERITIES[kind] for kind in named]
    if rest := sorted(there - set(map(int, named))):
        labels.append(f"{rest[0]} to {rest[-1]}" if len(rest) > 1 else str(rest[0]))
        colors.append(OTHER)
    if None in severities:
        labels.append("unknown")
        colors.append(UNKNOWN)
    patches = [matplotlib("patches").Patch(color=color) for color in colors]
    legend(ax, patches, labels, title="severity")
