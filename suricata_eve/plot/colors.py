"""Colours: the same name has the same one in all pictures.

The first seven are those of Okabe and Ito, "Color Universal Design" (2008), which people with
any colour vision can tell apart; those that follow are of Paul Tol's "muted" scheme, "Colour
Schemes" (SRON/EPS/TN/09-002, 2021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ACCENT", "LINE", "MUTED", "NEUTRAL", "OTHER", "SEVERITIES", "UNKNOWN", "colors_of"]

_ORANGE, _SKY, _GREEN, _YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
_BLUE, _VERMILLION, _PURPLE = "#0072B2", "#D55E00", "#CC79A7"
_INDIGO, _WINE, _FOREST, _OLIVE = "#332288", "#882255", "#117733", "#999933"
_TEAL, _ROSE, _VIOLET, _CYAN = "#44AA99", "#CC6677", "#AA4499", "#88CCEE"
_SAND, _BROWN = "#DDCC77", "#661100"

ACCENT = _VERMILLION
"""Alerts."""

NEUTRAL = _BLUE
"""What needs no colour of its own."""

OTHER = "#A0A0A0"
"""All the others."""

UNKNOWN = "#CFCFCF"
"""What has no such value."""

MUTED = "#808080"
"""Notes: readable on white and on black."""

LINE = "#B0B0B0"
"""Grids and spines: visible on white and on black, in front of neither."""

SEVERITIES = {"1": _VERMILLION, "2": _ORANGE, "3": _SKY}
"""Of alerts, 1 the most severe; any other is grey."""

# Names of event types are mostly those of protocols, as in `app_proto`.
_NAMES = {
    "alert": _VERMILLION,
    "http": _BLUE,
    "dns": _GREEN,
    "tls": _ORANGE,
    "flow": _SKY,
    "fileinfo": _PURPLE,
    "netflow": "#B5DDF4",  # beside flow, whose halves they are
    "anomaly": _YELLOW,
    "smb": _WINE,
    "ssh": _INDIGO,
    "smtp": _FOREST,
    "ftp": _OLIVE,
    "quic": _TEAL,
    "rdp": _ROSE,
    "mqtt": _VIOLET,
    "drop": _BROWN,
    "failed": "#6E6E6E",  # as app_proto: data that no parser knew
    "TCP": _BLUE,
    "UDP": _GREEN,
    "ICMP": _ORANGE,
}
_POOL = (
    *(_BLUE, _ORANGE, _GREEN, _PURPLE, _SKY, _YELLOW),  # vermilion is for alerts
    *(_INDIGO, _WINE, _TEAL, _OLIVE, _FOREST, _VIOLET, _ROSE, _CYAN, _SAND),
)
_ON_DARK = {_INDIGO: "#8878E0", _WINE: "#B8336A", _BROWN: "#A0522D"}
"""Lighter ones for those that cannot be seen on black."""


def colors_of(names: Sequence[str], *, field: str = "", dark: bool = False) -> list[str]:
    """Give colours to names.

    Parameters
    ----------
    names : sequence of str
        The most frequent first.
    field : str, default ""
        Of which they are values.
    dark : bool, default False
        Whether they are drawn on a dark ground.

    Returns
    -------
    list of str
        One for each, as ``#RRGGBB``. Event types and protocols have one of their own; other
        names have the first that is free; up to fifteen names have different ones.
    """
    own = SEVERITIES if field == "alert.severity" else _NAMES
    fixed = {name: own[name] for name in names if name in own}
    free = [color for color in _POOL if color not in fixed.values()] or list(_POOL)
    others = [name for name in names if name not in fixed]
    given = {name: free[number % len(free)] for number, name in enumerate(others)}
    colors = [fixed.get(name) or given[name] for name in names]
    return [_ON_DARK.get(color, color) for color in colors] if dark else colors
