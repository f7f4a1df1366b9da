"""Rows travel between partitions: none is lost, changed, or read twice."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import dask
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

import dask.dataframe as dd

from suricata_eve.dask import packing
from suricata_eve.dask.exchange import bucket_number, by_range, exchanged
from suricata_eve.dask.packing import conformed, packed, stacked, unpacked

LISTS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))


@pytest.fixture(autouse=True, params=["sync", "threads"])
def scheduler(request: pytest.FixtureRequest) -> Any:
    with dask.config.set(scheduler=request.param):
        yield


def frame_of(rows: int, *, first: int = 0) -> pd.DataFrame:
    """Make rows of every kind of column that frames of events have, and of others."""
    numbers = np.arange(first, first + rows)
    arrow = {
        "text": pa.array([f"{n}\n" if n % 3 else None for n in numbers], pa.string()),
        "big": pa.array([2**64 - 1 - int(n) for n in numbers], pa.uint64()),
        "time": pa.array([int(n) * 10**6 for n in numbers], pa.timestamp("us", "UTC")),
        "port": pa.array([int(n) % 2**16 for n in numbers], pa.uint16()),
        "lists": pa.array([[{"name": "a", "value": None}]] * rows, LISTS),
        "no list": pa.nulls(rows, LISTS),
        "no text": pa.nulls(rows, pa.string()),
        "no time": pa.nulls(rows, pa.timestamp("us", "UTC")),
    }
    frame = pd.DataFrame(
        {
            name: pd.arrays.ArrowExtensionArray(pa.chunked_array([data]))
            for name, data in arrow.items()
        },
        index=pd.Index(numbers * 10),
    )
    frame["numpy"] = numbers.astype(np.float64)
    frame["nullable"] = pd.array([None, *range(rows - 1)] if rows else [], dtype="Int64")
    frame["objects"] = pd.Series([{"a": [1]} for _ in numbers], index=frame.index, dtype=object)
    frame["objects of text"] = pd.Series([str(n) for n in numbers], frame.index, dtype=object)
    frame["no objects"] = pd.Series([pd.NA] * rows, index=frame.index, dtype=object)
    return frame


def in_parts(frame: pd.DataFrame, sizes: list[int], seen: list[int] | None = None) -> dd.DataFrame:
    """Cut a frame; `seen` is told of each partition that is made."""
    ends = np.cumsum([0, *sizes]).tolist()

    def part(number: int) -> pd.DataFrame:
        if seen is not None:
            seen.append(number)
        return frame.iloc[ends[number] : ends[number + 1]]

    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(part, list(range(len(sizes))), meta=frame.iloc[:0])


@pytest.fixture(params=["stream", "batch"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Pack as much does, or as little."""
    monkeypatch.setattr(packing, "_SMALL_BYTES", 0 if request.param == "stream" else 1 << 40)
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_what_is_packed_comes_back_the_same() -> None:
    frame = frame_of(7)

    pd.testing.assert_frame_equal(unpacked(packed(frame, [0, 7]), frame.iloc[:0]), frame)


@pytest.mark.usefixtures("way")
def test_parcels_are_put_below_one_another() -> None:
    frame = frame_of(9)
    parcels = [*packed(frame, [0, 4]), *packed(frame, [4, 6, 9]), *packed(frame, [9, 9])]

    pd.testing.assert_frame_equal(unpacked(parcels, frame.iloc[:0]), frame)


INDEXES = {
    "range": pd.RangeIndex(5, 14),
    "named range": pd.RangeIndex(9, name="line"),
    "integers": pd.Index([9, 3, 3, -1, 0, 2**62, 5, 6, 7]),
    "named integers": pd.Index(range(1, 18, 2), dtype="int64", name="line"),
    "small integers": pd.Index([*range(9)], dtype="int8"),
    "large integers": pd.Index([2**64 - 1 - n for n in range(9)], dtype="uint64"),
    "floats": pd.Index([0.5, None, -0.0, *range(6)], dtype="float64"),
    "text": pd.Index(list("abcdefghi")),
    "times": pd.date_range("2026-01-01", periods=9, tz="UTC"),
    "arrow": pd.Index([*range(9)], dtype=pd.ArrowDtype(pa.int64())),
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("name", INDEXES)
def test_an_index_of_any_kind_comes_back(name: str) -> None:
    frame = frame_of(9).set_index(INDEXES[name])
    parcels = [*packed(frame, [0, 4, 8]), *packed(frame, [8, 9])]

    got = unpacked(parcels, frame.iloc[:0])

    pd.testing.assert_index_equal(got.index, frame.index, exact="equiv")


def test_indexes_of_several_kinds_are_put_together_as_pandas_does() -> None:
    labels = [pd.Index([2**63], dtype="uint64"), pd.RangeIndex(2), pd.Index([-1]), pd.Index([0.5])]
    frames = [frame_of(len(one)).set_index(one) for one in labels]
    parcels = [parcel for frame in frames for parcel in packed(frame, [0, len(frame)])]

    got = unpacked(parcels, frames[0].iloc[:0])

    pd.testing.assert_index_equal(got.index, labels[0].append(labels[1:]))


@pytest.mark.parametrize("columns", [["numpy"], ["no text"], []])
def test_rows_without_values_of_arrow_are_packed(way: str, columns: list[str]) -> None:
    frame = frame_of(4)[columns]

    assert len(packed(frame, [0, 4])) == 1, way
    pd.testing.assert_frame_equal(unpacked(packed(frame, [0, 4]), frame.iloc[:0]), frame)


def test_no_parcel_is_a_frame_without_rows() -> None:
    meta = frame_of(3).iloc[:0]

    pd.testing.assert_frame_equal(unpacked([], meta), meta)


def test_a_slice_is_packed_without_the_rest_of_its_buffers() -> None:
    frame = frame_of(10_000)

    assert len(packed(frame, [50, 60])[0]) < len(packed(frame, [0, 10_000])[0]) / 50


def test_empty_columns_take_no_room() -> None:
    """A thousand columns without a value weigh nothing on the way, and little behind it."""
    empty = {
        f"c{n}": pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.nulls(5000, pa.string())]))
        for n in range(1000)
    }
    frame = pd.DataFrame({"x": np.arange(5000)} | empty)

    (parcel,) = packed(frame, [0, 5000])
    before = pa.total_allocated_bytes()
    back = unpacked([parcel], frame.iloc[:0])

    assert len(parcel) < 200_000
    assert pa.total_allocated_bytes() - before < 1 << 20
    pd.testing.assert_frame_equal(back, frame)


def test_conformed_adds_what_is_missing_in_its_place() -> None:
    whole = frame_of(4)

    got = conformed(whole[["port", "text", "numpy"]], whole.iloc[:0])

    expected = whole.copy()
    for name in set(whole.columns) - {"port", "text", "numpy"}:
        expected[name] = pd.Series([pd.NA] * 4, index=whole.index, dtype=object).astype(
            whole[name].dtype
        )
    pd.testing.assert_frame_equal(got, expected)


def test_stacked_keeps_labels_that_repeat() -> None:
    frame = frame_of(3)

    got = stacked([frame, frame[["text"]]], frame.iloc[:0])

    assert got.index.tolist() == [0, 10, 20] * 2
    assert got["text"].tolist()[:3] == got["text"].tolist()[3:]
    assert got["port"].isna().tolist() == [False] * 3 + [True] * 3


def test_small_rows_go_to_fewer_partitions_and_never_to_more_than_256() -> None:
    numbers = [1, 4, 5, 14, 1000, 1024, 10**6]

    assert [bucket_number(number) for number in numbers] == [1, 1, 2, 4, 250, 256, 256]


def odd_last(rows: pd.DataFrame, npartitions: int, *more: Any) -> np.ndarray:
    assert all(isinstance(one, int) for one in more)
    return np.asarray(rows["port"].to_numpy(np.int64) % 2 * (npartitions - 1))


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("npartitions", [1, 2, 5])
def test_rows_arrive_where_they_are_sent_in_the_order_of_their_partitions(npartitions: int) -> None:
    frame = frame_of(23)
    parts = in_parts(frame, [5, 0, 11, 7])

    sent = exchanged(parts, odd_last, npartitions=npartitions, meta=frame.iloc[:0])
    got = [part.compute() for part in sent.partitions]

    goal = odd_last(frame, npartitions)
    assert len(got) == npartitions
    for number, part in enumerate(got):
        pd.testing.assert_frame_equal(part, frame[goal == number])


@pytest.mark.usefixtures("travel")
def test_a_delayed_argument_is_its_value() -> None:
    frame = frame_of(8)
    told = dask.delayed(int)("7")

    sent = exchanged(
        in_parts(frame, [3, 5]), odd_last, npartitions=2, meta=frame.iloc[:0], more=[told]
    )

    assert len(sent.compute()) == 8


def by_port(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return rows["port"].to_numpy(np.int64), np.asarray(rows["text"].isna(), bool)


@pytest.mark.usefixtures("travel")
@pytest.mark.parametrize("sizes", [[60], [20, 20, 20], [1, 58, 0, 1], [0, 0, 60]])
def test_by_range_is_an_order_over_all_partitions(sizes: list[int]) -> None:
    """Keys never fall from one partition to the next, equal ones meet, those without go last."""
    frame = frame_of(60)
    frame["port"] = pd.Series(
        np.random.default_rng(7).integers(0, 9, 60), index=frame.index
    ).astype(frame["port"].dtype)

    ranged = by_range(in_parts(frame, sizes), by_port)
    parts = [part.compute() for part in ranged.partitions]

    assert len(parts) == len(sizes)
    keyed = [part[part["text"].notna()]["port"].astype(int) for part in parts]
    filled = [keys for keys in keyed if len(keys)]
    for before, after in pairwise(filled):
        assert before.max() < after.min()
    if len(sizes) > 1:
        assert all(part["text"].notna().all() for part in parts[:-1])
    assert sorted(label for part in parts for label in part.index) == frame.index.tolist()
    for part in parts:
        pd.testing.assert_frame_equal(part, frame.loc[part.index])


@pytest.mark.usefixtures("travel")
def test_by_range_shares_rows_out() -> None:
    frame = frame_of(4000)
    frame["text"] = frame["text"].fillna("x")

    ranged = by_range(in_parts(frame, [1000, 3000, 0, 0]), by_port)

    sizes = [len(part.compute()) for part in ranged.partitions]
    assert min(sizes) > 900
    assert max(sizes) < 1100


@pytest.mark.usefixtures("travel")
def test_partitions_of_two_results_are_not_taken_for_those_of_the_same_rows() -> None:
    """Dask pairs the partitions of frames that have one origin, whatever rows are in them."""
    frame = frame_of(30)[["port", "text"]]
    other = frame.assign(port=frame["port"].to_numpy()[::-1])
    ranged, others = (by_range(in_parts(one, [10, 20]), by_port) for one in (frame, other))

    both = ranged.assign(other=others["port"]).compute()

    assert not ranged.compute().index.equals(others.compute().index)
    pd.testing.assert_frame_equal(both.sort_index(), frame.assign(other=other["port"]).sort_index())
    same = ranged[ranged["port"] > 5]
    assert not any("Align" in type(part).__name__ for part in same.expr.walk())


@pytest.mark.usefixtures("travel")
def test_nothing_is_made_before_it_is_asked_for_and_then_once() -> None:
    """Cutting a range needs every partition twice."""
    seen: list[int] = []

    ranged = by_range(in_parts(frame_of(30), [10, 20], seen), by_port)
    assert seen == []

    assert len(ranged.compute()) == 30
    assert sorted(seen) == [0, 1]
