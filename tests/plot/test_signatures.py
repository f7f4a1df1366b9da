"""The most frequent signatures: what is drawn is what was counted."""

from __future__ import annotations

from collections import Counter, defaultdict

import matplotlib.colors
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from suricata_eve.analysis import orientation
from suricata_eve.errors import MissingColumnError
from suricata_eve.plot import signatures
from suricata_eve.plot.colors import OTHER, SEVERITIES, UNKNOWN
from suricata_eve.plot.signatures import count_signatures


def widths(ax: Axes) -> list[int]:
    return [int(bar.get_width()) for bar in ax.patches]  # type: ignore[attr-defined]


def beside(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


def test_bars_are_the_alerts_of_signatures(sample: pd.DataFrame) -> None:
    alerts = sample[sample["event_type"] == "alert"]
    counts = Counter(alerts["alert.signature"])
    clients: dict[str, set[str]] = defaultdict(set)
    told = orientation(sample).loc[alerts.index, "client_ip"].dropna()
    for name, client in zip(alerts.loc[told.index, "alert.signature"], told, strict=True):
        clients[name].add(client)
    expected = sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    found = count_signatures(sample, top=20)
    ax = signatures(sample)

    assert list(zip(found.names, found.counts.tolist(), strict=True)) == expected[:20]
    assert widths(ax) == [count for _, count in expected[:20]]
    assert [label.get_text()[:12] for label in ax.get_yticklabels()] == [
        name[:12] for name, _ in expected[:20]
    ]
    assert beside(ax) == [
        f"{count:,}  ({len(clients[name])} client{'s' * (len(clients[name]) != 1)})"
        for name, count in expected[:20]
    ]
    rest = [count for _, count in expected[20:]]
    assert ax.get_xlabel() == f"alerts\nnot shown: {len(rest)} signatures with {sum(rest)} alerts"


def test_a_bar_has_the_colour_of_its_worst_severity(sample: pd.DataFrame) -> None:
    alerts = sample[sample["event_type"] == "alert"]
    worst = alerts.groupby("alert.signature")["alert.severity"].min()
    found = count_signatures(sample, top=60)

    ax = signatures(sample, top=60)

    assert [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches] == [
        SEVERITIES[str(worst[name])].lower() for name in found.names
    ]


def test_what_is_not_known_is_grey_and_without_clients() -> None:
    frame = pd.DataFrame({"event_type": ["alert"] * 3, "alert.signature": ["b", "a", None]})

    ax = signatures(frame)

    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert beside(ax) == ["1", "1"]
    assert {matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches} == {
        UNKNOWN.lower()
    }
    assert ax.get_xlabel() == "alerts\n1 alert without a signature"


def test_severities_without_a_colour_of_their_own_are_explained_together() -> None:
    """A rule may have any priority up to 255."""
    severities = [1, 4, 9, 255, None]
    frame = pd.DataFrame(
        {
            "event_type": "alert",
            "alert.signature": list("abcde"),
            "alert.severity": pd.array(severities, "Int64"),
        }
    )

    ax = signatures(frame)
    legend = ax.get_legend()

    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "1 (highest)",
        "4 to 255",
        "unknown",
    ]
    colors = [SEVERITIES["1"], OTHER, OTHER, OTHER, UNKNOWN]
    assert [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches] == [
        color.lower() for color in colors
    ]


@pytest.mark.parametrize("family", ["DejaVu Sans", "DejaVu Sans Mono"])
def test_what_is_beside_the_longest_bar_has_room(sample7: pd.DataFrame, family: str) -> None:
    with plt.rc_context({"font.family": family}):
        ax = signatures(sample7)
        ax.figure.canvas.draw()
        legend = ax.get_legend()
        assert legend is not None
        first = next(text for text in ax.texts if isinstance(text, Annotation))

        assert first.get_window_extent().x1 < legend.get_window_extent().x0


@pytest.mark.parametrize("kinds", [[], ["flow"], ["alert"]], ids=str)
def test_without_alerts_the_picture_says_so(kinds: list[str]) -> None:
    ax = signatures(pd.DataFrame({"event_type": pd.Series(kinds, dtype=object)}))

    assert [text.get_text() for text in ax.texts] == ["no alerts"]


def test_the_type_is_needed() -> None:
    with pytest.raises(MissingColumnError, match=r"signatures\(\) needs the column 'event_type'"):
        signatures(pd.DataFrame({"alert.signature": ["a"]}))
