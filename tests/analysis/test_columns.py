"""Columns of any dtype become exact Arrow data, and a missing column is a helpful error."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis.columns import (
    arrow_column,
    instant_column,
    integer_column,
    joined,
    require_columns,
    taken,
    text_column,
)
from suricata_eve.errors import EveTypeError, EveValueError, EveWarning, MissingColumnError

BIG = 2**53 + 1


def series(values: list[Any], dtype: Any) -> pd.Series:
    made: pd.Series = pd.Series(values, dtype=dtype, index=range(9, 9 - len(values), -1))
    return made.rename("flow_id")


@pytest.mark.parametrize("dtype", [object, "Int64", pd.ArrowDtype(pa.int64())], ids=str)
def test_integers_are_exact_whatever_holds_them(dtype: Any) -> None:
    data = integer_column(series([BIG, None, -1], dtype))

    assert data.type == pa.int64()
    assert data.to_pylist() == [BIG, None, -1]


@pytest.mark.parametrize("dtype", [object, "UInt64", pd.ArrowDtype(pa.uint64())], ids=str)
def test_what_exceeds_int64_is_uint64(dtype: Any) -> None:
    data = integer_column(series([2**64 - 1, 1], dtype))

    assert data.type == pa.uint64()
    assert data.to_pylist() == [2**64 - 1, 1]


def test_whole_floats_are_integers() -> None:
    assert integer_column(series([3.0, None], "float64")).to_pylist() == [3, None]


@pytest.mark.parametrize(("dtype", "bits"), [("float32", 24), ("float16", 11)])
def test_small_floats_are_integers_as_far_as_they_tell_them_apart(dtype: str, bits: int) -> None:
    assert integer_column(series([443, 2**bits - 1], dtype)).to_pylist() == [443, 2**bits - 1]
    with pytest.raises(EveValueError, match=f"not below 2\\*\\*{bits}"):
        integer_column(series([443, 2**bits], dtype))


@pytest.mark.parametrize("value", [1.5, 2.0**53, -(2.0**60), float("inf")])
def test_a_float_that_may_be_several_integers_is_refused(value: float) -> None:
    with pytest.raises(EveValueError, match=re.escape(repr(value))) as caught:
        integer_column(series([1.0, value], "float64"))

    assert "1 of 2 numbers of 'flow_id'" in str(caught.value)
    assert "suricata_eve.read_eve()" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [(["12"], object), (["12"], "string"), ([True], bool), ([[1]], object), ([1, "a"], object)],
)
def test_what_is_no_number_is_refused_with_the_fix(values: list[Any], dtype: Any) -> None:
    with pytest.raises(EveTypeError, match=r"'flow_id'.*df\.eve\.normalize_types\(\)"):
        integer_column(series(values, dtype))


@pytest.mark.parametrize(
    "dtype",
    [
        object,
        "string",
        "category",
        pd.ArrowDtype(pa.string()),
        pd.ArrowDtype(pa.large_string()),
        pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
    ],
    ids=str,
)
def test_text_is_text_whatever_holds_it(dtype: Any) -> None:
    data = text_column(series(["a", None, "\x00é"], dtype))

    assert data.type == pa.string()
    assert data.to_pylist() == ["a", None, "\x00é"]


def test_objects_are_no_text() -> None:
    with pytest.raises(EveTypeError, match=r"'flow_id' \(object\) should be text"):
        text_column(series([{"a": 1}], object))


NOON = dt.datetime(2022, 1, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["2022-01-01T12:00:00.000000+0000", None], object),
        (["2022-01-01T08:00:00-0400", None], "string"),
        (["2022-01-01T14:00:00+02:00", None], pd.ArrowDtype(pa.string())),
        (["2022-01-01T12:00:00", None], pd.ArrowDtype(pa.large_string())),
        ([NOON, None], pd.ArrowDtype(pa.timestamp("us", "UTC"))),
        ([NOON, None], pd.ArrowDtype(pa.timestamp("ns", "Europe/Paris"))),
        ([NOON, None], "datetime64[ns, UTC]"),
        ([NOON.replace(tzinfo=None), None], "datetime64[ns]"),
        ([NOON, None], object),
    ],
)
def test_times_are_instants_whatever_holds_them(values: list[Any], dtype: Any) -> None:
    data = instant_column(series(values, dtype))

    assert data.type == pa.timestamp("us", "UTC")
    assert data.cast(pa.int64()).to_pylist() == [int(NOON.timestamp()) * 10**6, None]


def test_text_that_is_no_time_is_missing_with_one_warning() -> None:
    column = series(["2022-01-01T12:00:00Z", "soon", None, "later"], object)

    with pytest.warns(EveWarning, match=r"2 values of 'flow_id' that are not times.*'soon'"):
        data = instant_column(column)

    assert data.null_count == 3


def test_numbers_are_no_times() -> None:
    with pytest.raises(EveTypeError, match=r"'flow_id' \(int64\) should hold times"):
        instant_column(series([1], "int64"))


def test_a_dictionary_becomes_its_values() -> None:
    column = pd.Series(pd.Categorical([3, None, 4]))

    assert arrow_column(column).to_pylist() == [3, None, 4]


@pytest.mark.parametrize("chunks", [[], [[1]], [[1], [2, None], []]])
def test_chunks_are_joined(chunks: list[list[int]]) -> None:
    data = pa.chunked_array(chunks, pa.int64())

    assert joined(data).equals(pa.array([x for chunk in chunks for x in chunk], pa.int64()))


def test_more_text_than_one_array_holds_is_joined_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suricata_eve.analysis.columns._TEXT_LIMIT", 10)

    whole = joined(pa.chunked_array([["aaaaaa"], ["bbbbbb", None]]))

    assert whole.equals(pa.array(["aaaaaa", "bbbbbb", None], pa.large_string()))


def message(frame: pd.DataFrame, *columns: str) -> str:
    with pytest.raises(MissingColumnError) as caught:
        require_columns(frame, columns, method="alerts")
    return str(caught.value)


def test_what_is_there_is_no_error() -> None:
    require_columns(pd.DataFrame({"a": [], "b": []}), ["b", "a"], method="alerts")


def test_the_error_names_method_column_and_logger() -> None:
    assert message(pd.DataFrame({"event_type": ["flow"]}), "alert.signature") == (
        "alerts() needs the column 'alert.signature', not in this frame. No event here has "
        "'alert.signature': keep the column when you select columns, or let Suricata write it "
        "with type 'alert' (suricata.yaml, outputs: eve-log: types)."
    )


def test_an_object_column_is_to_be_normalized() -> None:
    frame = pd.DataFrame({"alert": [{"signature": "s"}]})

    assert message(frame, "alert.signature") == (
        "alerts() needs the column 'alert.signature', not in this frame. Its column 'alert' is "
        "not flat: df.eve.normalize_types() makes 'alert.signature' of it."
    )


@pytest.mark.parametrize(
    "other", ["alert_signature", "Alert.Signature", "suricata.eve.alert.signature"]
)
def test_another_spelling_is_to_be_renamed(other: str) -> None:
    text = message(pd.DataFrame({other: ["s"]}), "alert.signature")

    assert text.endswith(
        f"If {other!r} is the same, use "
        f"df.rename(columns={{{other!r}: 'alert.signature'}}).eve.normalize_types()."
    )


@pytest.mark.parametrize(
    ("there", "asked", "says"),
    [
        ("client_ip", "clientip", "This frame calls it 'client_ip'."),
        ("My_Field", "my.field", "This frame calls it 'My_Field'."),
        ("http.url", "http.URL", "EVE calls it 'http.url'."),
    ],
)
def test_who_asks_in_another_spelling_is_told_the_right_one(
    there: str, asked: str, says: str
) -> None:
    """Nobody is told to rename a column after a slip of their own."""
    assert message(pd.DataFrame({there: [1]}), asked).endswith(says)


def test_a_core_column_was_dropped() -> None:
    assert message(pd.DataFrame({"timestamps": [1]}), "timestamp") == (
        "alerts() needs the column 'timestamp', not in this frame. Close to 'timestamp': "
        "'timestamps'. Suricata writes 'timestamp': keep it when you select columns."
    )


def test_unknown_columns_are_listed_with_what_comes_close() -> None:
    text = message(pd.DataFrame({"my.field": [1], 5: [1]}), "my.feild", "x")

    assert text.startswith("alerts() needs the columns 'my.feild', 'x', not in this frame.")
    assert "Close to 'my.feild': 'my.field'." in text


def test_two_columns_of_one_name_are_an_error() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["flow_id", "flow_id"])

    with pytest.raises(EveValueError, match=r"one column 'flow_id', and this frame has 2"):
        require_columns(frame.assign(x=1), ["x", "flow_id"], method="by_flow")
    require_columns(frame.assign(x=1), ["x"], method="by_flow")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("http.user_agent", "http.http_user_agent"), ("tls.SNI", "tls.sni"), ("srcip", "src_ip")],
)
def test_a_name_that_is_none_of_eve_is_told_the_one_that_is(
    sample7: pd.DataFrame, name: str, meant: str
) -> None:
    """What a user typed is to be corrected; the frame is right."""
    with pytest.raises(MissingColumnError, match=f"EVE calls it '{meant}'"):
        require_columns(sample7, [name], method="unique")


def test_a_close_name_is_named_once() -> None:
    """Though the frame has it, and the method knows it of itself."""
    frame = pd.DataFrame({"client_ip": ["192.0.2.1"]})

    with pytest.raises(MissingColumnError, match=r"Close to 'client_pi': 'client_ip'\. "):
        require_columns(frame, ["client_pi"], method="rare", also=["client_ip"])


@pytest.mark.parametrize("places", [[], [0], [1, 2, 3], [0, 0, 2], [2, 1], [0, 3, 4]])
def test_values_are_taken_whether_neighbours_or_not(places: list[int]) -> None:
    values = ["a", None, "c", "d", "e"]
    chunks = pa.chunked_array([values[:2], values[2:]])

    for data in (pa.array(values), chunks):
        found = taken(data, np.array(places, np.int64))
        assert found.equals(pa.array([values[place] for place in places], pa.string()))
