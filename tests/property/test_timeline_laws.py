"""Laws of the timeline: the events of by_flow, in order, each in one harmless line."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.analysis import by_flow, orientation, timeline
from suricata_eve.analysis.event_texts import TEXT_LIMIT, event_texts
from suricata_eve.analysis.templates import one_line
from suricata_eve.schema.event_types import EVENT_TYPES
from suricata_eve.terminal import printable
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"}
TYPES = st.sampled_from([*EVENT_TYPES, "other"])
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:0db8:0000:0000:0000:0000:0000:0001"])
ENVELOPE = st.fixed_dictionaries(
    {
        "event_type": TYPES,
        "timestamp": st.integers(0, 5).map(lambda second: f"2022-01-01T00:00:0{second}+0000"),
    },
    optional={
        "flow_id": st.integers(1, 4),
        "src_ip": ADDRESSES,
        "dest_ip": ADDRESSES,
        "src_port": st.sampled_from([80, 50000]),
        "dest_port": st.sampled_from([80, 50000]),
        "direction": st.sampled_from(["to_server", "to_client"]),
    },
)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Read events of all kinds and texts, a few of whose envelopes meet."""
    made = draw(st.lists(st.tuples(eve.events(), ENVELOPE), min_size=1, max_size=4))
    lines = [json.dumps(event | envelope) for event, envelope in made]
    # Never without the columns that a timeline needs.
    lines.append(
        json.dumps(
            {
                "event_type": "http",
                "timestamp": "2022-01-01T00:00:09Z",
                "flow_id": 1,
                "src_ip": "192.0.2.1",
                "dest_ip": "192.0.2.2",
            }
        )
    )
    return suricata_eve.read_eve(pa.BufferReader("\n".join(lines).encode()))


@given(frames(), st.lists(st.integers(1, 5), max_size=3), st.randoms(use_true_random=False))
def test_a_timeline_holds_the_events_of_by_flow(
    frame: pd.DataFrame, flows: list[int], random: Any
) -> None:
    """Whichever order the rows have."""
    told = timeline(frame, flows)

    assert sorted(told.index) == sorted(by_flow(frame, flows).index)
    assert told["timestamp"].is_monotonic_increasing
    assert (told["after"] == told["timestamp"] - told["timestamp"].min()).all()
    mine = frame.loc[told.index]
    assert told["event_type"].tolist() == mine["event_type"].tolist()
    assert told["flow_id"].tolist() == mine["flow_id"].tolist()
    order = list(range(len(frame)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(timeline(frame.iloc[order], flows), told)


@given(frames(), st.lists(ADDRESSES, max_size=2))
def test_a_client_is_the_client_of_all_its_lines(frame: pd.DataFrame, clients: list[str]) -> None:
    told = timeline(frame, pd.Series(clients, dtype="str"))

    sides = orientation(frame)
    assert set(told.index) == set(frame.index[sides["client_ip"].isin(clients)])
    ends = ["client_ip", "client_port", "server_ip", "server_port"]
    pd.testing.assert_frame_equal(told[ends], sides[ends].loc[told.index])


@given(frames())
def test_every_event_has_one_harmless_line(frame: pd.DataFrame) -> None:
    """Whatever its fields hold, and whichever others are told with it."""
    texts = event_texts(frame, np.arange(len(frame))).to_pylist()

    assert len(texts) == len(frame)
    for text in texts:
        assert 1 <= len(text) <= TEXT_LIMIT
        assert not UNSAFE & set(map(unicodedata.category, text))
    for place in {0, len(frame) - 1}:
        assert event_texts(frame, np.array([place])).to_pylist() == [texts[place]]


@given(st.lists(st.none() | eve.texts(max_size=40)), st.integers(1, 60))
def test_a_line_is_what_the_terminal_prints(texts: list[str | None], limit: int) -> None:
    lines = one_line(pa.array(texts, pa.string()), limit).to_pylist()

    for text, line in zip(texts, lines, strict=True):
        if text is None:
            assert line is None
            continue
        whole = printable(text)
        # One more, which the form NFC may join with the one before.
        if len(text) <= limit + 1:
            assert line == (whole if len(whole) <= limit else whole[: limit - 1] + "…")
        else:
            assert len(line) <= limit
            assert line.endswith("…")
