"""Summaries of groups are exact, and never as large as an explode."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import alerts, group_summary
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError

TEXT, INT = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.int64())
HEADERS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
BIG = 2**53


@pytest.fixture
def frame() -> pd.DataFrame:
    host, accept = {"name": "Host", "value": "h"}, {"name": "Accept", "value": None}
    return pd.DataFrame(
        {
            "timestamp": seconds(30, 10, None, 20, 40, 5),
            "sig": pd.Series(["b", "a", "c", "b", None, "a"], dtype=TEXT),
            "flow_id": pd.Series([BIG + 1, BIG, None, BIG, 1, None], dtype=INT),
            "ports": pd.Series(
                [[80, 443], [80, None, 80], [], None, [1], [22]],
                dtype=pd.ArrowDtype(pa.list_(pa.uint16())),
            ),
            "headers": pd.Series(
                [[host, accept], [host, host], None, [accept, None], [host], []],
                dtype=pd.ArrowDtype(HEADERS),
            ),
        }
    ).set_axis([50, 3, 9, 1, 0, 7])


def arrow(values: list[Any], kind: pa.DataType) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, kind)])))


def seconds(*values: int | None) -> pd.Series:
    micro = [None if value is None else value * 10**6 for value in values]
    return arrow(micro, pa.timestamp("us", "UTC"))


def test_the_whole_summary_is_as_documented(frame: pd.DataFrame) -> None:
    host, accept = {"name": "Host", "value": "h"}, {"name": "Accept", "value": None}
    expected = pd.DataFrame(
        {
            "sig": arrow(["a", "b", "c"], pa.string()),
            "count": arrow([2, 2, 1], pa.int64()),
            "first_seen": seconds(5, 20, None),
            "last_seen": seconds(10, 30, None),
            "flow_id.count": arrow([1, 2, 0], pa.int64()),
            "flow_id.nunique": arrow([1, 2, 0], pa.int64()),
            "flow_id.unique": arrow([[BIG], [BIG + 1, BIG], []], pa.list_(pa.int64())),
            "ports.count": arrow([3, 2, 0], pa.int64()),
            "ports.nunique": arrow([2, 2, 0], pa.int64()),
            "ports.unique": arrow([[80, 22], [80, 443], []], pa.list_(pa.uint16())),
            "headers.count": arrow([2, 3, 0], pa.int64()),
            "headers.nunique": arrow([1, 2, 0], pa.int64()),
            "headers.unique": arrow([[host], [host, accept], []], HEADERS),
        }
    )

    found = group_summary(frame, "sig", ["flow_id", "ports", "headers"])

    pd.testing.assert_frame_equal(found, expected)


def test_several_keys_group_by_their_combinations(frame: pd.DataFrame) -> None:
    found = group_summary(frame, ["flow_id", "sig"], [])

    expected = pd.DataFrame(
        {
            "flow_id": arrow([BIG, BIG, BIG + 1], pa.int64()),
            "sig": arrow(["a", "b", "b"], pa.string()),
            "count": arrow([1, 1, 1], pa.int64()),
            "first_seen": seconds(10, 20, 30),
            "last_seen": seconds(10, 20, 30),
        }
    )
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("limit", [0, 1, np.int64(2), 10**9])
def test_the_list_is_cut_and_the_number_is_not(frame: pd.DataFrame, limit: int) -> None:
    found = group_summary(frame, "sig", "flow_id", max_unique=limit)

    assert found["flow_id.nunique"].tolist() == [1, 2, 0]
    assert [list(values) for values in found["flow_id.unique"]] == [
        [BIG][:limit],
        [BIG + 1, BIG][:limit],
        [],
    ]


def test_fields_that_are_not_named_are_those_that_are_there(frame: pd.DataFrame) -> None:
    more = frame.assign(src_ip="192.0.2.1", app_proto="http")

    assert [
        name for name in map(str, group_summary(more, "app_proto")) if name.endswith(".count")
    ] == [
        "src_ip.count",
        "flow_id.count",
    ]


def test_a_field_named_twice_is_summarized_once(frame: pd.DataFrame) -> None:
    found = group_summary(frame, ["sig", "sig"], ["flow_id", "flow_id"])

    pd.testing.assert_frame_equal(found, group_summary(frame, "sig", "flow_id"))


def plain(frame: pd.DataFrame) -> list[list[Any]]:
    return [
        [list(cell) if isinstance(cell, list | np.ndarray) else cell for cell in row]
        for row in frame.itertuples(index=False)
    ]


@pytest.mark.parametrize("dtype", [object, "string", "category", pd.ArrowDtype(pa.large_string())])
def test_a_key_of_any_dtype_keeps_it(frame: pd.DataFrame, dtype: Any) -> None:
    other = frame.assign(sig=frame["sig"].astype(object).where(frame["sig"].notna()).astype(dtype))

    found = group_summary(other, "sig", "sig")

    assert found["sig"].dtype == other["sig"].dtype
    assert plain(found) == plain(group_summary(frame, "sig", "sig"))
    assert found["sig.unique"].dtype == pd.ArrowDtype(pa.list_(pa.string()))


def test_python_lists_and_dicts_are_summarized_too(frame: pd.DataFrame) -> None:
    listed = {
        name: pd.Series(pa.array(frame[name].array).to_pylist(), index=frame.index, dtype=object)
        for name in ("ports", "headers")
    }
    objects = frame.assign(**listed)

    found = group_summary(objects, "sig", ["ports", "headers"])

    assert plain(found) == plain(group_summary(frame, "sig", ["ports", "headers"]))


def test_no_group_at_all_has_the_columns(frame: pd.DataFrame) -> None:
    for empty in (frame.iloc[:0], frame.loc[[0]]):
        found = group_summary(empty, "sig", ["flow_id", "headers"])

        assert len(found) == 0
        assert found.dtypes.equals(group_summary(frame, "sig", ["flow_id", "headers"]).dtypes)


def test_the_frame_stays_as_it_was(frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)

    group_summary(frame, ["sig", "flow_id"], ["ports", "headers"])

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"by": []}, EveOptionError, "no column to group by"),
        ({"by": "ports"}, EveTypeError, "cannot group by 'ports', whose values are lists"),
        ({"by": ["sig", "headers"]}, EveTypeError, "cannot group by 'headers'"),
        ({"by": 5}, EveTypeError, "by names columns, not int: 5"),
        ({"by": "sig", "fields": [None]}, EveTypeError, "fields names columns, not NoneType"),
        ({"by": "sig", "max_unique": -1}, EveOptionError, "0 or more, not -1"),
        ({"by": "sig", "max_unique": 2.5}, EveTypeError, "is an integer, not float: 2.5"),
        ({"by": "sig", "max_unique": True}, EveTypeError, "is an integer, not bool"),
        ({"by": "alert.signature"}, MissingColumnError, "with type 'alert' (suricata.yaml"),
        ({"by": "sig", "fields": "flow_ids"}, MissingColumnError, "Close to 'flow_ids': 'flow_id'"),
    ],
    ids=str,
)
def test_bad_arguments_are_told(
    frame: pd.DataFrame, arguments: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error) as caught:
        group_summary(frame, **arguments)

    assert text in str(caught.value)


def test_the_time_is_needed(frame: pd.DataFrame) -> None:
    with pytest.raises(MissingColumnError, match=r"group_summary\(\) needs the column 'timestamp'"):
        group_summary(frame.drop(columns="timestamp"), "sig")


def test_a_key_that_is_called_like_a_column_of_the_summary_is_told(frame: pd.DataFrame) -> None:
    with pytest.raises(EveOptionError, match="a column of the summary is called 'count'"):
        group_summary(frame.assign(count=1), "count")


def test_lists_do_not_multiply_each_other() -> None:
    """Exploding both columns would make 200 x 200 x 200 rows."""
    values = list(range(200))
    frame = pd.DataFrame(
        {
            "timestamp": pd.Series(["2022-01-01"] * 200, dtype="datetime64[us, UTC]"),
            "key": ["k"] * 200,
            "a": arrow([values] * 200, pa.list_(pa.int64())),
            "b": arrow([values] * 200, pa.list_(pa.int64())),
        }
    )

    tracemalloc.start()
    found = group_summary(frame, "key", ["a", "b"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found[["a.count", "b.nunique"]].iloc[0].tolist() == [40_000, 200]
    assert peak < 20_000_000


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_sample_agrees_with_groupby(request: pytest.FixtureRequest, sample: str) -> None:
    found = alerts(request.getfixturevalue(sample))

    summary = group_summary(found, "alert.signature", ["src_ip", "flow_id"]).set_index(
        "alert.signature"
    )

    groups = found.groupby("alert.signature")
    assert summary["count"].sum() == len(found)
    assert summary["count"].is_monotonic_decreasing
    for name, expected in {
        "count": groups.size(),
        "first_seen": groups["timestamp"].min(),
        "last_seen": groups["timestamp"].max(),
        "src_ip.nunique": groups["src_ip"].nunique(),
        "flow_id.count": groups["flow_id"].count(),
    }.items():
        assert summary[name].to_dict() == expected.to_dict()


def test_times_in_unaligned_memory_are_no_reason_to_write_to_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """As what came from another process, where Arrow's tables of groups would warn."""
    moments = np.array([3, 1, 2], np.int64)
    memory = pa.py_buffer(b"x" + moments.tobytes()).slice(1)
    times = pa.Array.from_buffers(pa.timestamp("us", "UTC"), 3, [None, memory])
    events = pd.DataFrame(
        {
            "timestamp": pd.arrays.ArrowExtensionArray(pa.chunked_array([times])),
            "sig": ["a", "b", "a"],
        }
    )

    found = group_summary(events, "sig", [])

    assert found["first_seen"].astype("int64[pyarrow]").tolist() == [2, 1]
    assert found["last_seen"].astype("int64[pyarrow]").tolist() == [3, 1]
    assert capfd.readouterr().err == ""
