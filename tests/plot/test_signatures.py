"""The most frequent signatures: what is drawn is what was counted."""

from __future__ import annotations

from collections import Counter, defaultdict

import matplotlib.colors
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from suricata_eve.analysis import orientation
from suricata_eve.errors import MissingColumnError
from suricata_eve.plot import signatures
from suricata_eve.plot.colors import OTHER, SEVERITIES
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
    assert {matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches} == {OTHER.lower()}
    assert ax.get_xlabel() == "alerts\n1 alert without a signature"


@pytest.mark.parametrize("kinds", [[], ["flow"], ["alert"]], ids=str)
def test_without_alerts_the_picture_says_so(kinds: list[str]) -> None:
    ax = signatures(pd.DataFrame({"event_type": pd.Series(kinds, dtype=object)}))

    assert [text.get_text() for text in ax.texts] == ["no alerts"]


def test_the_type_is_needed() -> None:
    with pytest.raises(MissingColumnError, match=r"signatures\(\) needs the column 'event_type'"):
        signatures(pd.DataFrame({"alert.signature": ["a"]}))
