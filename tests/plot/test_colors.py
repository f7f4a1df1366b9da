"""Colours tell names apart, and are seen."""

from __future__ import annotations

import itertools

import matplotlib.colors
import pytest

from suricata_eve.plot.colors import OTHER, SEVERITIES, UNKNOWN, colors_of

NAMES = [
    *("alert", "http", "dns", "tls", "flow", "fileinfo", "netflow", "anomaly", "smb", "ssh"),
    *("smtp", "ftp", "quic", "rdp", "mqtt", "drop", "failed"),
]
UNNAMED = [f"name {number}" for number in range(15)]


def contrast(color: str) -> float:
    """Return the contrast to black, as WCAG 2 defines it."""
    channels = matplotlib.colors.to_rgb(color)
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return (luminance + 0.05) / 0.05


@pytest.mark.parametrize("own", range(16))
def test_fifteen_names_have_different_colours(own: int) -> None:
    """However many of them have one of their own; as many as a picture shows at the most."""
    for first, dark in itertools.product(range(len(NAMES)), (False, True)):
        names = [*(NAMES * 2)[first : first + own], *UNNAMED[own:]]

        assert len({*colors_of(names, dark=dark), OTHER, UNKNOWN}) == 17


def test_on_black_all_are_seen() -> None:
    found = colors_of([*NAMES, *UNNAMED], dark=True) + colors_of(UNNAMED, dark=True)

    assert min(map(contrast, found)) > 3


def test_a_name_has_its_colour_whatever_else_there_is() -> None:
    assert colors_of(["x", "tls", "y"])[1] == colors_of(["tls"])[0]
    assert colors_of(["1", "7"], field="alert.severity")[0] == SEVERITIES["1"]
    assert colors_of(["1"])[0] != SEVERITIES["1"]
