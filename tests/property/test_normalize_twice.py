"""Law: normalizing twice is normalizing once."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]


@given(st.lists(eve.events(), min_size=1, max_size=6))
def test_of_frames_of_json_normalize(events: list[dict[str, object]]) -> None:
    df = pd.json_normalize(events)
    once = df.eve.normalize_types(errors="coerce")

    assert_eve_frame_equal(once.eve.normalize_types(), once)


@given(st.lists(eve.wild_events(), min_size=1, max_size=6))
def test_of_wild_frames(events: list[dict[str, object]]) -> None:
    """What once fits needs no coercion any more, so the second time raises nothing."""
    df = pd.DataFrame([{**event, "event_type": "dns"} for event in events])
    once = df.eve.normalize_types(errors="coerce")

    assert_eve_frame_equal(once.eve.normalize_types(), once)


FILES = eve.eve_files(damaged=True)


@given(FILES)
def test_of_what_was_read(data: bytes) -> None:
    """A frame of `read_eve` is normal already."""
    df = suricata_eve.read_eve(io.BytesIO(data))

    assert_eve_frame_equal(df.eve.normalize_types(), df)


@given(FILES.filter(lambda data: b"NaN" not in data))
def test_of_the_other_backend(data: bytes) -> None:
    """A frame of nullable dtypes becomes that of Arrow's; pandas takes NaN for missing there."""
    df = suricata_eve.read_eve(io.BytesIO(data))
    nullable = suricata_eve.read_eve(io.BytesIO(data), dtype_backend="numpy_nullable")

    assert_eve_frame_equal(nullable, df, check_dtype=False)
    assert_eve_frame_equal(nullable.eve.normalize_types(), df)
