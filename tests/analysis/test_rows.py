"""Rows are taken as pandas takes them, less the columns that are empty in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.analysis import rows
from suricata_eve.analysis.orientation import ENDS
from suricata_eve.analysis.rows import SIDES, take_column, take_rows

INDEX = [7, 0, 3, 9, 4, 2]


def arrow(*chunks: pa.Array) -> pd.arrays.ArrowExtensionArray:
    return pd.arrays.ArrowExtensionArray(pa.chunked_array(list(chunks)))


@pytest.fixture
def frame() -> pd.DataFrame:
    """Three event types of two rows, as the reader makes them, beside other dtypes."""
    text, none = pa.array(["a", "b"]), pa.nulls(2, pa.string())
    headers = pa.array([[{"name": "Host", "value": "h"}], []])
    columns = {
        "event_type": arrow(pa.array(["x"] * 2), pa.array(["y"] * 2), pa.array(["z"] * 2)),
        "flow_id": arrow(
            pa.array([1, 2]), pa.array([3, None], pa.int64()), pa.nulls(2, pa.int64())
        ),
        "only.x": arrow(text, none, none),
        "only.z": arrow(none, none, text),
        "headers": arrow(pa.nulls(2, headers.type), headers, pa.nulls(2, headers.type)),
        "cut.elsewhere": arrow(pa.array([1]), pa.array([2, 3, 4, None, 6])),
        "no.chunks.differ": arrow(pa.array([True, None, None, None, None, False])),
        "nothing": arrow(pa.nulls(6)),
        "kind": arrow(pa.array(["k", None, "k", "l", None, None]).dictionary_encode()),
    }
    made = pd.DataFrame(columns, index=INDEX)
    made["object"] = pd.Series([None, "t", [1], None, {"a": 1}, None], index=INDEX, dtype=object)
    made["texts"] = pd.Series(["t", None, "u", None, None, "v"], index=INDEX, dtype=object)
    made["string"] = pd.Series(["s", None, None, None, None, "s"], index=INDEX, dtype="string")
    made["float"] = [1.5, np.nan, np.nan, 2.5, np.nan, np.nan]
    made["int"] = range(6)
    made["nullable"] = pd.array([1, None, None, 2, None, 2**62 + 1], dtype="Int64")
    made["time"] = pd.Series([pd.Timestamp("2022-01-01", tz="UTC")], index=INDEX[:1])
    made["category"] = pd.Categorical(["p", None, None, "q", None, None])
    made.attrs["eve"] = {"lines": 6, "examples": []}
    return made


@pytest.mark.parametrize(
    "positions",
    [
        [0, 1],
        [2, 3],
        [5, 4],
        [0],
        [4],
        [1, 3, 5],
        [5, 3, 1],
        [4, 0, 3, 1, 5, 2],
        [0, 1, 2, 3, 4, 5],
        [2, 2, 2],
        [3, 0, 3],
    ],
    ids=str,
)
def test_the_rows_are_those_of_iloc_without_empty_columns(
    frame: pd.DataFrame, positions: list[int]
) -> None:
    taken = take_rows(frame, np.array(positions))

    pd.testing.assert_frame_equal(taken, frame.iloc[positions].dropna(axis="columns", how="all"))


def test_every_dtype_and_label_stays(frame: pd.DataFrame) -> None:
    taken = take_rows(frame, np.array([3, 0]))

    assert taken.index.tolist() == [9, 7]
    assert taken.dtypes.to_dict() == {name: frame.dtypes[name] for name in taken.columns}
    assert "only.x" in taken
    assert "only.z" not in taken


def test_the_frame_does_not_change(frame: pd.DataFrame) -> None:
    before = frame.copy(deep=True)

    taken = take_rows(frame, np.array([0, 1]))
    taken.loc[7, "flow_id"] = 99
    taken.loc[7, "int"] = 99
    taken.attrs["eve"]["lines"] = 0

    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {"eve": {"lines": 6, "examples": []}}


def test_without_rows_the_core_columns_stay(frame: pd.DataFrame) -> None:
    taken = take_rows(frame, np.array([], np.int64))

    pd.testing.assert_frame_equal(taken, frame.iloc[:0][["event_type", "flow_id"]])


def test_without_rows_the_columns_of_orient_stay(frame: pd.DataFrame) -> None:
    """What goes on with an oriented frame finds nothing, rather than no column."""
    oriented = frame.assign(**dict.fromkeys(SIDES, frame["flow_id"]))
    taken = take_rows(oriented, np.array([], np.int64))

    assert list(taken.columns) == ["event_type", "flow_id", *SIDES]
    assert taken.dtypes.equals(oriented.dtypes[taken.columns])
    assert tuple(ENDS) == SIDES


def test_columns_of_the_same_name_both_stay(frame: pd.DataFrame) -> None:
    twice = pd.concat([frame[["flow_id"]], frame[["only.x"]], frame[["flow_id"]]], axis=1)

    pd.testing.assert_frame_equal(take_rows(twice, np.array([5, 2])), twice.iloc[[5, 2], [0, 2]])


def test_a_run_of_rows_in_one_chunk_shares_its_memory() -> None:
    """Taking one event type of a large frame must not copy its text."""
    chunk = pa.array(["text"] * 1000)
    frame = pd.DataFrame({"a": arrow(chunk, pa.nulls(1000, pa.string()))})

    taken = pa.chunked_array([pa.array(take_rows(frame, np.arange(10, 900))["a"].array)])

    assert taken.chunk(0).buffers()[2].address == chunk.buffers()[2].address


@pytest.mark.parametrize("positions", [[4, 1], [1], []], ids=str)
@pytest.mark.parametrize("name", ["only.x", "headers", "nullable", "object", "nothing", "kind"])
def test_a_column_is_taken_with_its_missing_values(
    frame: pd.DataFrame, name: str, positions: list[int]
) -> None:
    taken = take_column(frame[name], np.array(positions, np.int64))

    pd.testing.assert_series_equal(taken, frame[name].iloc[positions])


@pytest.fixture
def wide() -> pd.DataFrame:
    """Events of three types in two chunks each, some fields rare, and some cut elsewhere."""
    header = pa.struct([("name", pa.string()), ("value", pa.string())])
    random = np.random.default_rng(5)
    length = 60

    def column(kind: pa.DataType, cells: list[object], types: str, rare: float) -> object:
        chunks = []
        for event_type in "xxyyzz":
            some = [
                cells[int(random.integers(len(cells)))]
                if event_type in types and random.random() > rare
                else None
                for _ in range(length)
            ]
            chunks.append(pa.array(some, kind))
        return arrow(*chunks)

    columns = {
        "event_type": column(pa.string(), ["x", "y"], "xyz", 0),
        "flow_id": column(pa.int64(), [1, 2**62], "xy", 0.1),
        "port": column(pa.uint16(), [0, 80], "xz", 0),
        "text": column(pa.string(), ["", "a", "bc"], "y", 0.2),
        "rare": column(pa.string(), ["r"], "xyz", 0.97),
        "flag": column(pa.bool_(), [True, False], "xz", 0.5),
        "time": column(pa.timestamp("us", "UTC"), [0, 10**15], "yz", 0.3),
        "numbers": column(pa.list_(pa.int64()), [[], [1, None]], "z", 0.1),
        "headers": column(pa.list_(header), [[{"name": "a", "value": None}], []], "x", 0.4),
        "object": column(header, [{"name": "a", "value": "b"}], "y", 0.4),
        "none": column(pa.string(), [], "", 0),
    }
    whole = pa.array(columns["text"])
    whole = pa.concat_arrays(whole.chunks)
    columns["elsewhere"] = arrow(whole[:100], whole[100:101], whole[101:])
    columns["kind"] = arrow(whole.dictionary_encode())
    return pd.DataFrame(columns, index=random.permutation(6 * length))


def order_of(name: str) -> np.ndarray:
    random = np.random.default_rng(11)
    orders = {
        "shuffled": random.permutation(360),
        "reversed": np.arange(360)[::-1],
        "some": random.permutation(360)[:150],
        "few": random.permutation(360)[:5],
        "repeated": random.integers(0, 360, 500),
        "twice": np.repeat(np.arange(360), 2),
        "one type": random.permutation(np.arange(120, 240)),
        "one chunk": random.permutation(np.arange(60)),
        "ascending": np.flatnonzero(random.random(360) < 0.4),
        "interleaved": np.arange(360).reshape(6, 60).T.ravel(),
    }
    return orders[name]


@pytest.mark.parametrize(
    "order",
    [
        "shuffled",
        "reversed",
        "some",
        "few",
        "repeated",
        "twice",
        "one type",
        "one chunk",
        "ascending",
        "interleaved",
    ],
)
@pytest.mark.parametrize("limit", [2**31, 500], ids=["one array", "many arrays"])
def test_rows_in_any_order_are_those_of_iloc(
    wide: pd.DataFrame, order: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where an array could not hold the text of all of them."""
    monkeypatch.setattr(rows, "_ARRAY_LIMIT", limit)
    positions = order_of(order)
    before = wide.copy(deep=True)

    taken = take_rows(wide, positions)

    pd.testing.assert_frame_equal(taken, wide.iloc[positions].dropna(axis="columns", how="all"))
    pd.testing.assert_frame_equal(wide, before)
    for name in taken:
        data = pa.array(taken[name].array)
        for chunk in data.chunks if isinstance(data, pa.ChunkedArray) else [data]:
            chunk.validate(full=True)
    for name in wide:
        expected = wide[name].iloc[positions]
        pd.testing.assert_series_equal(take_column(wide[name], positions), expected)


def test_a_change_of_one_column_changes_no_other(wide: pd.DataFrame) -> None:
    """Though columns with values in the same rows share memory."""
    twice = wide.assign(again=wide["port"])
    taken = take_rows(twice, np.arange(360)[::-1])
    before = taken.copy(deep=True)

    taken["port"] = taken["port"].fillna(9)

    pd.testing.assert_frame_equal(taken.drop(columns="port"), before.drop(columns="port"))
    pd.testing.assert_series_equal(taken["again"], before["port"], check_names=False)
