"""Laws of the inventory of columns: what pandas counts, for events of any kind."""

from __future__ import annotations

import io
import json
import unicodedata
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.analysis import fields, unique
from suricata_eve.printable import UNSAFE
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

LOGS = st.lists(eve.events() | eve.wild_events(), max_size=6)


def read(made: list[dict[str, Any]], **options: Any) -> pd.DataFrame:
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, made)).encode()), **options)


@given(LOGS)
def test_it_is_what_pandas_counts(made: list[dict[str, Any]]) -> None:
    """Events and distinct values of each column, and the types of events that have one."""
    frame = read(made)

    found = fields(frame)

    assert found["field"].tolist() == list(frame)
    assert found["events"].tolist() == frame.notna().sum().tolist()
    told = zip(frame.items(), found["distinct"], found["event_types"], strict=True)
    for (name, column), distinct, types in told:
        if pa.types.is_nested(pa.array(column.array).type):
            assert distinct == len(unique(frame, str(name)))
        else:
            assert distinct == len(set(column.dropna().tolist()))
        if "event_type" in frame:
            assert list(types) == sorted(set(frame.loc[column.notna(), "event_type"].dropna()))


@given(LOGS, st.randoms(use_true_random=False))
def test_it_does_not_depend_on_the_order_of_events(made: list[dict[str, Any]], random: Any) -> None:
    """And its examples are one line that prints."""
    frame = read(made)
    order = list(range(len(frame)))
    random.shuffle(order)

    found = fields(frame)

    pd.testing.assert_frame_equal(fields(frame.iloc[order]), found)
    assert (found["example"].notna() == (found["distinct"] > 0)).all()
    for example in found["example"].dropna():
        assert not UNSAFE & set(map(unicodedata.category, example))
        assert len(example) <= 60


@given(LOGS)
def test_a_frame_of_any_dtypes_is_told_of(made: list[dict[str, Any]]) -> None:
    """With as many events in each column as pandas finds, and without changes to it."""
    for frame in (
        read(made, dtype_backend="numpy_nullable"),
        pd.json_normalize(made),
        pd.DataFrame(made),
    ):
        before = frame.copy(deep=True)

        found = fields(frame)

        assert found["events"].tolist() == frame.notna().sum().tolist()
        assert_eve_frame_equal(frame, before)
