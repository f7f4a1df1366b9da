"""Law: the order of rows is a choice, not another result."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given

import suricata_eve
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

FILES = eve.eve_files(damaged=True)


@given(FILES)
def test_file_order_is_the_sorted_index(data: bytes) -> None:
    """Asked for or made by hand: every row at its line, ascending."""
    grouped = suricata_eve.read_eve(io.BytesIO(data))
    ordered = suricata_eve.read_eve(io.BytesIO(data), order="file")

    assert_eve_frame_equal(ordered, grouped.sort_index())


@given(FILES)
def test_grouped_order_is_by_first_appearance(data: bytes) -> None:
    """Types as they first appear, events of a type as they stand in the file."""
    grouped = suricata_eve.read_eve(io.BytesIO(data))
    if "event_type" not in grouped or grouped.empty:
        return
    types = grouped["event_type"].astype(object).where(grouped["event_type"].notna(), None)
    in_file = types.sort_index()
    first = {kind: place for place, kind in reversed(list(enumerate(in_file)))}
    expected = pd.Series([first[kind] for kind in in_file], in_file.index)

    assert grouped.index.tolist() == expected.sort_values(kind="stable").index.tolist()
