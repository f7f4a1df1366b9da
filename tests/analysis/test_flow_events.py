"""Flow-ID correlation takes what tells flows in any shape, and never goes over floats."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import alerts, by_flow
from suricata_eve.errors import EveTypeError, EveValueError, MissingColumnError

TEXT, INT = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
TIME = pd.ArrowDtype(pa.timestamp("us", "UTC"))
ONE, TWO, THREE = 2**53, 2**53 + 1, 7  # the first two are the same float


@pytest.fixture
def frame() -> pd.DataFrame:
    times = [5, 1, 1, None, 2, 0, 3]
    micro = [None if value is None else value * 10**6 for value in times]
    return pd.DataFrame(
        {
            "timestamp": pd.Series(micro, dtype=INT).astype(TIME),
            "event_type": pd.Series(
                ["alert", "alert", "http", "http", "flow", "stats", "flow"], dtype=TEXT
            ),
            "flow_id": pd.Series([TWO, ONE, TWO, TWO, ONE, None, THREE], dtype=INT),
            "http.url": pd.Series([None, None, "/", "/x", None, None, None], dtype=TEXT),
            "stats.uptime": pd.Series([None] * 5 + [1, None], dtype=INT),
        }
    ).set_axis([40, 31, 20, 3, 11, 7, 5])


TWO_PLACES = [20, 40, 3]  # in time order, the one without a time last


def places(found: pd.DataFrame) -> list[int]:
    return found.index.tolist()


def test_every_flow_comes_sorted_by_flow_time_and_place(frame: pd.DataFrame) -> None:
    expected = frame.loc[[5, 31, 11, 20, 40, 3]].drop(columns="stats.uptime")

    pd.testing.assert_frame_equal(by_flow(frame), expected)


def test_events_of_the_same_time_stay_in_file_order(frame: pd.DataFrame) -> None:
    same = frame.assign(timestamp=frame["timestamp"].iloc[0], flow_id=frame["flow_id"].iloc[0])

    assert places(by_flow(same)) == sorted(frame.index)


@pytest.mark.parametrize(
    "flows",
    [
        TWO,
        np.int64(TWO),
        np.uint64(TWO),
        [TWO],
        (TWO, None, TWO),
        {TWO},
        [TWO, float("nan"), pd.NA],
        range(TWO, TWO + 1),
        np.array([TWO, -5]),
        np.array([TWO], np.uint64),
        np.array([TWO, None], object),
        pd.Series([TWO, None], dtype="Int64"),
        pd.Series([TWO, None], dtype=INT, index=[3, 3]),
        pd.Series([TWO, 2**64 - 1], dtype="uint64"),
        pd.Series([TWO, 2**64 - 1], dtype=object),
        pd.Series([TWO], dtype="category"),
        pd.Index([TWO]),
        pd.array([TWO], dtype="UInt64"),
        pa.array([TWO, None]),
        pa.chunked_array([[TWO], []]),
        pd.DataFrame({"flow_id": [TWO], "other": ["x"]}),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}-{np.size(value)}",
)
def test_one_flow_is_found_by_its_id_in_any_shape(frame: pd.DataFrame, flows: Any) -> None:
    expected = frame.loc[TWO_PLACES].drop(columns="stats.uptime")

    pd.testing.assert_frame_equal(by_flow(frame, flows), expected)


def test_an_iterator_is_read_once(frame: pd.DataFrame) -> None:
    assert places(by_flow(frame, (flow for flow in [TWO]))) == TWO_PLACES


@pytest.mark.parametrize(
    "dtype", [bool, "boolean", pd.ArrowDtype(pa.bool_()), object, "category"], ids=str
)
def test_a_mask_means_the_flows_of_its_events(frame: pd.DataFrame, dtype: Any) -> None:
    mask = (frame["http.url"] == "/").fillna(value=False).astype(bool).astype(dtype)
    if dtype == "category":
        mask = mask.astype(bool)

    for given in (mask, mask.sample(frac=1, random_state=3), mask[mask.astype(bool)]):
        assert places(by_flow(frame, given)) == TWO_PLACES
    for plain in (mask.to_numpy(), mask.tolist(), mask.array, pd.Index(mask)):
        assert places(by_flow(frame, plain)) == TWO_PLACES


def test_what_a_mask_does_not_know_is_not_chosen(frame: pd.DataFrame) -> None:
    mask = (frame["http.url"] == "/").astype(pd.ArrowDtype(pa.bool_()))

    assert mask.isna().any()
    assert places(by_flow(frame, mask)) == TWO_PLACES
    assert places(by_flow(frame, mask.astype(object))) == TWO_PLACES


def test_chosen_events_without_a_flow_bring_none(frame: pd.DataFrame) -> None:
    assert places(by_flow(frame, frame["event_type"] == "stats")) == []


@pytest.mark.parametrize(
    "flows",
    [[], [None], np.array([]), pd.Series([], dtype=object), [1], -1, pd.Index([])],
    ids=repr,
)
def test_no_flow_at_all_gives_the_core_columns(frame: pd.DataFrame, flows: Any) -> None:
    expected = frame.iloc[:0][["timestamp", "event_type", "flow_id"]]

    pd.testing.assert_frame_equal(by_flow(frame, flows), expected)


@pytest.mark.parametrize("flows", [float(THREE), [float(THREE)], np.array([THREE, np.nan])])
def test_whole_floats_are_ids(frame: pd.DataFrame, flows: Any) -> None:
    assert places(by_flow(frame, flows)) == [5]


@pytest.mark.parametrize("flows", [[float(TWO)], pd.Series([1.0, 2.0**60]), np.array([7.5])])
def test_a_float_that_may_be_several_ids_is_refused(frame: pd.DataFrame, flows: Any) -> None:
    with pytest.raises(EveValueError, match=r"'flows' are floats that are not whole or not below"):
        by_flow(frame, flows)


def test_a_frame_whose_ids_became_floats_is_refused(frame: pd.DataFrame) -> None:
    floats = frame.assign(
        flow_id=frame["flow_id"].astype("Float64").to_numpy("float64", na_value=np.nan)
    )

    with pytest.raises(EveValueError, match="'flow_id' are floats"):
        by_flow(floats, [THREE])


def test_a_frame_with_small_floats_keeps_them(frame: pd.DataFrame) -> None:
    floats = frame.assign(flow_id=[3.0, np.nan, 3.0, 1.0, 1.0, 1.0, 2.0])

    found = by_flow(floats, [3])

    pd.testing.assert_frame_equal(found, floats.loc[[20, 40]].drop(columns="stats.uptime"))


@pytest.mark.parametrize("ids", [[2**64 - 1, 2**63, 5], [2**64 - 2, 5, 2**63]])
def test_ids_beyond_int64_are_exact(frame: pd.DataFrame, ids: list[int]) -> None:
    huge = frame.iloc[:3].assign(flow_id=pd.arrays.ArrowExtensionArray(pa.array(ids, pa.uint64())))

    for flow in ids:
        assert by_flow(huge, flow)["flow_id"].tolist() == [flow]
    assert by_flow(huge)["flow_id"].tolist() == sorted(ids)
    assert len(by_flow(huge, [-1, -(2**63)])) == 0


@pytest.mark.parametrize(
    ("flows", "error", "text"),
    [
        ("1", EveTypeError, "not str: '1'"),
        (b"1", EveTypeError, "not bytes: b'1'"),
        ({"flow_id": 1}, EveTypeError, "not dict"),
        (["1", "2"], EveTypeError, "these are object, the first is '1'"),
        ([True, 5], EveTypeError, "these are object, the first is True"),
        (True, EveTypeError, "cannot be one boolean"),
        (object, EveTypeError, "these are object"),
        ([[1]], EveTypeError, "the first is [1]"),
        (np.zeros((2, 2)), EveTypeError, "flows have one dimension, not 2"),
        (pd.MultiIndex.from_tuples([(1, 2)]), EveTypeError, "cannot be a MultiIndex"),
        (pd.Series(pd.to_datetime(["2022-01-01"])), EveTypeError, "these are datetime64["),
        (np.ones(3, bool), EveValueError, "the mask has 3 values and the frame 7 events"),
        ([], None, ""),
        (np.array([], bool), EveValueError, "the mask has 0 values and the frame 7 events"),
        (pd.Series([True], index=[99]), EveValueError, "1 of the mask's 1 chosen events are not"),
        (pd.DataFrame({"id": [1]}), MissingColumnError, "by_flow() needs the column 'flow_id'"),
    ],
    ids=str,
)
def test_what_tells_no_flows_is_an_error(
    frame: pd.DataFrame, flows: Any, error: type[Exception] | None, text: str
) -> None:
    if error is None:
        assert len(by_flow(frame, flows)) == 0
        return
    with pytest.raises(error, match=re.escape(text)):
        by_flow(frame, flows)


def test_a_mask_of_another_index_needs_unique_labels(frame: pd.DataFrame) -> None:
    twice = frame.set_axis([1, 1, 2, 3, 4, 5, 6])

    assert len(by_flow(twice, twice["http.url"] == "/")) == 3
    with pytest.raises(EveValueError, match="labels are not unique"):
        by_flow(twice, pd.Series([True], index=[2]))


@pytest.mark.parametrize("column", ["flow_id", "timestamp"])
def test_a_missing_column_is_named(frame: pd.DataFrame, column: str) -> None:
    with pytest.raises(MissingColumnError, match=rf"by_flow\(\) needs the column '{column}'"):
        by_flow(frame.drop(columns=column), [1])


def test_nothing_that_was_given_changes(frame: pd.DataFrame) -> None:
    before, ids = frame.copy(deep=True), pd.Series([TWO, None], dtype=object)
    mask = frame["http.url"].notna()
    given = mask.copy()

    by_flow(frame, ids)
    by_flow(frame, mask)

    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_series_equal(mask, given)
    assert ids.tolist() == [TWO, None]


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_alerts_of_the_sample_bring_their_flows(
    request: pytest.FixtureRequest, sample: str
) -> None:
    events = request.getfixturevalue(sample)
    log4j = alerts(events, sid=range(9000001, 9000010))

    found = by_flow(events, log4j)

    assert found["flow_id"].nunique() == 86
    chosen = events[events["flow_id"].isin(log4j["flow_id"])].sort_index()
    expected = chosen.sort_values(["flow_id", "timestamp"], kind="stable")
    pd.testing.assert_frame_equal(found, expected.dropna(axis="columns", how="all"))
    assert by_flow(events)["flow_id"].nunique() == 1799
