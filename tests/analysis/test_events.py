"""Events of one type, or of several."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import events
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError

TEXT = pd.ArrowDtype(pa.string())
INT = pd.ArrowDtype(pa.int64())


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event_type": pd.Series(["http", "dns", None, "mine", "http"], dtype=TEXT),
            "flow_id": pd.Series([1, 2, 3, None, 2**53 + 1], dtype=INT),
            "http.url": pd.Series(["/", None, None, None, None], dtype=TEXT),
            "dns.rrname": pd.Series([None, "a.example", None, None, None], dtype=TEXT),
        }
    ).set_axis([30, 2, 11, 7, 5])


@pytest.mark.parametrize(
    "dtype", [TEXT, object, "string", "category", pd.ArrowDtype(pa.large_string())], ids=str
)
def test_one_type_comes_without_the_columns_of_others(frame: pd.DataFrame, dtype: Any) -> None:
    frame["event_type"] = frame["event_type"].astype(object).astype(dtype)

    found = events(frame, "http")

    pd.testing.assert_frame_equal(found, frame.loc[[30, 5], ["event_type", "flow_id", "http.url"]])


def test_several_types_come_in_the_order_of_the_frame(frame: pd.DataFrame) -> None:
    found = events(frame, ["mine", "dns", "dns"])

    pd.testing.assert_frame_equal(found, frame.loc[[2, 7], ["event_type", "flow_id", "dns.rrname"]])


def test_a_known_type_that_is_absent_has_no_rows_and_the_core_columns(frame: pd.DataFrame) -> None:
    found = events(frame, "mqtt")

    pd.testing.assert_frame_equal(found, frame.iloc[:0][["event_type", "flow_id"]])


def test_the_frame_stays_as_it_was(frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)

    found = events(frame, "http")
    found.loc[30, "flow_id"] = 0

    pd.testing.assert_frame_equal(frame, before)


def test_an_unknown_type_names_the_close_ones(frame: pd.DataFrame) -> None:
    with pytest.raises(EveOptionError) as caught:
        events(frame, ["dns", "htttp"])

    assert str(caught.value) == (
        "'htttp' is not an event type of Suricata, nor one of this frame; "
        "close: 'http', 'http2', 'tftp'"
    )


@pytest.mark.parametrize("value", [None, 5, ["dns", 5]])
def test_a_type_is_text(frame: pd.DataFrame, value: Any) -> None:
    with pytest.raises(EveTypeError, match="an event type is text, not "):
        events(frame, value)


def test_no_type_at_all_is_an_error(frame: pd.DataFrame) -> None:
    with pytest.raises(EveOptionError, match="no event type"):
        events(frame, [])


def test_the_column_is_needed(frame: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match=r"events\(\) needs the column 'event_type'"):
        events(frame.drop(columns="event_type"), "http")


@pytest.mark.parametrize(("name", "number"), [("http", 1575), ("dns", 223), ("mdns", 0)])
def test_the_sample_has_its_events(sample7: pd.DataFrame, name: str, number: int) -> None:
    found = events(sample7, name)

    assert len(found) == number
    expected = sample7[sample7["event_type"] == name].dropna(axis="columns", how="all")
    if number:
        pd.testing.assert_frame_equal(found, expected)
