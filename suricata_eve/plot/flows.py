"""Flows by the bytes that went each way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import arrow_column, joined, require_columns
from suricata_eve.analysis.endpoints import Columns
from suricata_eve.analysis.events import events_at
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveTypeError
from suricata_eve.plot.axes import (
    checked_top,
    is_dark,
    legend,
    matplotlib,
    nothing,
    open_axes,
    say,
    style,
    width_of,
)
from suricata_eve.plot.colors import ACCENT, LINE, OTHER, UNKNOWN, colors_of
from suricata_eve.plot.counts import leading, number_of
from suricata_eve.plot.labels import shown_all
from suricata_eve.plot.scales import Scale, scale_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["Points", "flow_points", "flows"]

_FEW = 200  # places, between which there is room
_MANY = 20_000
_PER_DECADE = 40
_LABEL = 20
_MOST = 2**63 - 1
_LARGEST = 2.0**63 - 1024  # the largest float below


class Points(NamedTuple):
    """Where flows are, each place once."""

    to_server: NDArray[np.int64]
    to_client: NDArray[np.int64]
    protocols: NDArray[np.int64]
    """Numbers of names; of the next come the others, and of the one after that no protocol."""

    alerted: NDArray[np.bool_]
    counts: NDArray[np.int64]
    """How many flows are there."""

    names: list[str]
    """The most frequent protocols, the most frequent first."""

    others: int
    """How many protocols there are beside these."""

    unknown: int
    """How many flows do not tell their bytes."""


def flow_points(frame: pd.DataFrame, *, top: int) -> Points:
    """Return where the flows of a frame are in a picture of bytes each way.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    top : int
        How many protocols to name.

    Returns
    -------
    Points
        Of more than 20,000 places, numbers of bytes are rounded to steps of 6 %.

    Raises
    ------
    MissingColumnError
        If there is no ``event_type``.
    """
    require_columns(frame, ["event_type"], method="flows")
    positions = events_at(frame, "flow")
    rows = Columns(frame, positions)
    volumes = [rows.integers(f"flow.bytes_to{side}") for side in ("server", "client")]
    told = np.asarray(pc.and_(volumes[0].is_valid(), volumes[1].is_valid()))
    server, client = (
        np.minimum(np.asarray(data.fill_null(0)), _MOST).astype(np.int64)[told] for data in volumes
    )
    codes, values = encode(rows.text("app_proto").filter(pa.array(told)))
    totals = np.bincount(codes[codes >= 0], minlength=len(values)).astype(np.int64)
    first = leading(totals, values, top)
    protocols = np.full(len(values) + 1, len(first), np.int64)
    protocols[first] = np.arange(len(first))
    protocols[-1] = len(first) + 1
    kinds = protocols[codes] * 2 + _alerted(frame, positions)[told]

    places, chosen = _places(server, client)
    if len(chosen) > _MANY:
        server, client = _snapped(server), _snapped(client)
        places, chosen = _places(server, client)
    groups = places * (2 * len(first) + 4) + kinds
    _, rows_of, counts = np.unique(groups, return_index=True, return_counts=True)
    return Points(
        server[rows_of],
        client[rows_of],
        kinds[rows_of] // 2,
        kinds[rows_of] % 2 == 1,
        counts.astype(np.int64),
        values.take(pa.array(first)).to_pylist(),
        len(values) - len(first),
        int(np.count_nonzero(~told)),
    )


def _places(
    server: NDArray[np.int64], client: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give numbers to the places of flows, and return those numbers that there are."""
    _, first = np.unique(server, return_inverse=True)
    values, second = np.unique(client, return_inverse=True)
    places = first.astype(np.int64) * max(len(values), 1) + second
    return places, np.unique(places)


def _snapped(volumes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round positive numbers so that neighbours become equal."""
    steps = np.round(np.log10(np.maximum(volumes, 1)) * _PER_DECADE)
    rounded = np.minimum(np.round(10 ** (steps / _PER_DECADE)), _LARGEST)
    return np.where(volumes > 0, rounded, 0).astype(np.int64)


def _alerted(frame: pd.DataFrame, positions: NDArray[np.int64]) -> NDArray[np.bool_]:
    if "flow.alerted" not in frame.columns:
        return np.zeros(len(positions), bool)
    data = joined(arrow_column(take_column(frame["flow.alerted"], positions)))
    try:
        told = data.cast(pa.bool_())
    except pa.ArrowException as error:
        msg = f"'flow.alerted' should hold booleans: {error}; df.eve.normalize_types() makes them"
        raise EveTypeError(msg) from error
    return np.asarray(told.fill_null(fill_value=False), bool)


def flows(frame: pd.DataFrame, *, top: int = 7, ax: Axes | None = None) -> Axes:
    """Draw flows as points: bytes to the client over bytes to the server.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type``; its ``flow`` events are drawn. It is not changed.
    top : int, default 7
        How many application protocols have a colour of their own, from 1 to 12.
    ax : matplotlib.axes.Axes, optional
        Empty ones to draw on; without them, those of a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The picture.

    See Also
    --------
    suricata_eve.methods.plots.Plots.flows : The same as a method, with examples.
    """
    points = flow_points(frame, top=checked_top(top, most=12))
    ax = open_axes(ax, size=(8.5, 5.6))
    style(ax, title="Flows by bytes each way", grid="both")
    notes = []
    if points.unknown:
        notes.append(f"not shown: {number_of(points.unknown, 'flow')} without numbers of bytes")
    if not len(points.counts):
        nothing(ax, "no flow events")
        say(ax, "", notes)
        return ax
    if points.counts.max() > 1:
        largest = number_of(int(points.counts.max()), "flow")
        notes.insert(0, f"the larger a point, the more flows (up to {largest})")
    x, y = scale_of(points.to_server), scale_of(points.to_client)
    _axis(ax, "x", x, max(int(width_of(ax) / 0.8), 3))
    _axis(ax, "y", y, max(int(ax.bbox.height / ax.figure.dpi / 0.35), 3))
    handles, labels = _draw(ax, points, x, y)
    ax.set_ylabel("bytes to client", fontsize=9)
    say(ax, "bytes to server", notes)
    legend(ax, handles, labels, title="app_proto", scale="log")
    return ax


def _axis(ax: Axes, which: str, scale: Scale, most: int) -> None:
    ticker = matplotlib("ticker")
    getattr(ax, f"set_{which}scale")("log")
    axis = getattr(ax, f"{which}axis")
    places, labels = scale.ticks(most)
    axis.set_major_locator(ticker.FixedLocator(places))
    axis.set_major_formatter(ticker.FixedFormatter(labels))
    axis.set_minor_locator(ticker.NullLocator())
    getattr(ax, f"set_{which}lim")(scale.low, scale.high)
    if scale.lane:
        getattr(ax, "axvline" if which == "x" else "axhline")(
            scale.border, color=LINE, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1
        )


def _draw(ax: Axes, points: Points, x: Scale, y: Scale) -> tuple[list[Any], list[str]]:
    """Draw the points, and return what explains them."""
    few = len(points.counts) <= _FEW
    base = 36.0 if few else 16.0 if len(points.counts) <= 3000 else 6.0
    sizes = base * (1 + np.log10(points.counts))
    colors = [*colors_of(points.names, dark=is_dark(ax)), OTHER, UNKNOWN]
    labels = [
        *shown_all(points.names, _LABEL), number_of(points.others, "other"), "no protocol"
    ]  # fmt: skip
    # Large ones first, so that none hides another; alerted ones last.
    order = np.lexsort((-points.counts, -points.protocols, points.alerted))
    line = matplotlib("lines").Line2D
    handles, names = [], []
    for number, (color, label) in enumerate(zip(colors, labels, strict=True)):
        if (points.protocols == number).any():
            handles.append(line([], [], color=color, marker="o", linestyle="", markersize=6))
            names.append(label)
    shades = np.array(colors)
    for alerted, edge, width in ((False, "none", 0.0), (True, ACCENT, 1.4 if few else 0.8)):
        chosen = order[points.alerted[order] == alerted]
        if not len(chosen):
            continue
        ax.scatter(
            x.places(points.to_server[chosen]),
            y.places(points.to_client[chosen]),
            s=sizes[chosen] * (1.8 if alerted else 1),
            c=shades[points.protocols[chosen]],
            alpha=0.85 if alerted else 0.6,
            edgecolors=edge,
            linewidths=width,
            rasterized=len(chosen) > 3000,
            zorder=3 if alerted else 2,
        )
    if points.alerted.any():
        ring = line(
            [], [], marker="o", linestyle="", markersize=7, markerfacecolor="none",
            markeredgecolor=ACCENT, markeredgewidth=1.4,
        )  # fmt: skip
        handles.append(ring)
        names.append("with an alert")
    return handles, names
