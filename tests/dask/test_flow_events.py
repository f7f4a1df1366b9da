"""Flows on Dask: what tells them may be lazy, and hosts and starts are told as in pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

import dask
import dask.dataframe as dd
from dask_frames import dealt, failing, in_parts

import suricata_eve.dask  # noqa: F401
from suricata_eve import EveTypeError, EveValueError, MissingColumnError
from suricata_eve.dask.exchange import Parts, by_range, sent_by_range
from suricata_eve.dask.packing import unpacked

TIME = pa.timestamp("us", "UTC")
# Flow 7 on two hosts, on host a started twice; flow 8 has no host.
ROWS = [
    # flow_id, host, timestamp, flow.start
    (7, "a", 10, 1),
    (8, None, 3, None),
    (7, "b", 5, None),
    (None, "a", 4, None),
    (7, "a", 30, 20),
    (8, None, 2, None),
    (7, "a", 25, None),
    (7, "b", 6, None),
    (7, "a", 9, None),
]


@pytest.fixture(autouse=True)
def scheduler() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    kinds = {"flow_id": pa.int64(), "host": pa.string(), "timestamp": TIME, "flow.start": TIME}
    columns = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            name: pd.arrays.ArrowExtensionArray(pa.array(values, kind))
            for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }
    )


EVENTS = frame_of(ROWS)


@pytest.mark.parametrize("npartitions", [1, 3])
@pytest.mark.parametrize("rows", [[0], [2], [4], [6], [1, 3], []], ids=str)
@pytest.mark.parametrize("columns", ["all", "no host", "only IDs"])
def test_a_frame_means_the_flows_of_its_events(
    npartitions: int, rows: list[int], columns: str
) -> None:
    """A host or a start that it does not tell makes it mean every flow with its ID."""
    names: dict[str, list[str]] = {
        "all": EVENTS.columns.tolist(),
        "no host": ["flow_id", "timestamp", "flow.start"],
    }
    given: pd.DataFrame = EVENTS.take(rows)[names.get(columns, ["flow_id"])]
    ddf = dealt(EVENTS, npartitions)
    expected = ddf.compute().eve.by_flow(given)

    pd.testing.assert_frame_equal(ddf.eve.by_flow(given).eve.to_pandas(), expected)
    lazy = in_parts(given, [0, len(given)])
    if "host" in given.columns and given["host"].isna().all():
        expected = ddf.compute().eve.by_flow(given.drop(columns="host"))
    pd.testing.assert_frame_equal(ddf.eve.by_flow(lazy).eve.to_pandas(), expected)


MASK = (EVENTS["flow.start"].notna() & (EVENTS["host"] == "a")).fillna(False)  # noqa: FBT003


FLOWS: dict[str, Any] = {
    "an ID": 7,
    "IDs": [8, None],
    "an array": np.array([7.0]),
    "an index": pd.Index([8]),
    "a Series": pd.Series([8, 7], index=[5, 5]),
    "a mask": MASK,
    "a mask in another order": MASK[::-1],
    "a mask of some": MASK[MASK],
    "booleans": MASK.tolist(),
    "a mask of none": np.zeros(len(EVENTS), bool),
    "a frame": pd.DataFrame({"flow_id": [7], "host": ["b"]}),
}


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.parametrize("sizes", [[9], [4, 0, 5]], ids=str)
def test_what_is_in_memory_is_taken_as_in_pandas(name: str, sizes: list[int]) -> None:
    flows = FLOWS[name]
    got = in_parts(EVENTS, sizes).eve.by_flow(flows)

    pd.testing.assert_frame_equal(got.eve.to_pandas(), EVENTS.eve.by_flow(flows))


def test_what_is_lazy_is_taken_as_what_it_computes_to() -> None:
    ddf = in_parts(EVENTS, [4, 0, 5])
    other = in_parts(EVENTS.iloc[1:3], [1, 1])
    cases: list[tuple[Any, Any]] = [
        (ddf["host"] == "b", EVENTS["host"] == "b"),
        (other["flow_id"], [8, 7]),
        (other.set_index("flow_id").index, [8, 7]),
        (other, EVENTS.iloc[1:3]),
        (ddf[ddf["host"] == "b"], EVENTS[EVENTS["host"] == "b"]),
    ]
    for lazy, known in cases:
        pd.testing.assert_frame_equal(
            ddf.eve.by_flow(lazy).eve.to_pandas(), EVENTS.eve.by_flow(known)
        )


def test_a_mask_of_some_events_is_aligned_within_partitions() -> None:
    ddf = in_parts(EVENTS, [4, 5])
    some = ddf[~ddf["flow_id"].isna()]

    got = ddf.eve.by_flow(some["host"] == "b")

    pd.testing.assert_frame_equal(got.eve.to_pandas(), EVENTS.eve.by_flow(EVENTS["host"] == "b"))


def test_what_cannot_tell_flows_is_an_error() -> None:
    ddf = failing(EVENTS, 3)

    with pytest.raises(EveTypeError, match="flows are integers, a boolean mask or a frame"):
        ddf.eve.by_flow(["a"])
    with pytest.raises(EveTypeError, match="not str"):
        ddf.eve.by_flow("7")
    with pytest.raises(EveTypeError, match="flows of Dask are a DataFrame, a Series or an Index"):
        ddf.eve.by_flow(ddf["flow_id"].sum())
    with pytest.raises(EveValueError, match="the mask has 2 partitions and the frame 3"):
        ddf.eve.by_flow(failing(EVENTS, 2)["host"] == "a")
    with pytest.raises(MissingColumnError, match="'flow_id'"):
        ddf.eve.by_flow(ddf[["host"]])
    with pytest.raises(MissingColumnError, match="'flow_id'"):
        ddf.eve.by_flow(EVENTS[["host"]])
    with pytest.raises(EveTypeError, match="should hold integers"):
        ddf.eve.by_flow(pd.DataFrame({"flow_id": ["x"]}))
    with pytest.raises(EveValueError, match="not whole"):
        ddf.eve.by_flow(pd.DataFrame({"flow_id": [1.5]}))


def test_what_only_values_tell_is_an_error_when_it_is_computed() -> None:
    ddf = in_parts(EVENTS, [4, 5])

    for flows, message in (
        ([True], "the mask has 1 values and the frame 9 events"),
        (pd.Series([True], index=[99]), "are not in the frame"),
        (ddf["host"], "flows are integers, a boolean mask or a frame"),
        (ddf["flow_id"] + 0.5, "not whole"),
    ):
        got = ddf.eve.by_flow(flows)
        with pytest.raises((EveTypeError, EveValueError), match=message):
            got.compute()


def test_a_mask_that_is_cut_in_other_places_is_an_error() -> None:
    events = EVENTS.set_axis(range(len(EVENTS)))
    ddf = dd.from_pandas(events, npartitions=2)
    other = ddf.repartition(divisions=[0, 1, 8])

    with pytest.raises(EveValueError, match="are not in the frame"):
        ddf.eve.by_flow(~other["host"].isna()).compute()


def test_only_events_of_wanted_flows_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is what was asked for, not the frame."""
    from suricata_eve.dask import flow_events

    sent: list[int] = []

    def told(frames: list[Parts]) -> None:
        for frame in frames:
            held = [part.parcels for part in dask.compute(*frame.parts)]
            sent.append(sum(len(unpacked(parcels)) for parcels in held if parcels))

    def range_told(frame: Parts, *more: Any, **options: Any) -> dd.DataFrame:
        told([frame])
        return by_range(frame, *more, **options)

    def sent_told(frames: list[Parts], key: Any) -> Any:
        told(frames)
        return sent_by_range(frames, key)

    monkeypatch.setattr(flow_events, "by_range", range_told)
    monkeypatch.setattr(flow_events, "sent_by_range", sent_told)
    ddf = in_parts(EVENTS, [4, 5])
    for flows in (8, ddf["host"].isna() & ~ddf["flow_id"].isna(), ddf["flow_id"].isin([8])):
        ddf.eve.by_flow(flows)
    ddf.eve.by_flow(in_parts(EVENTS.iloc[[1]], [1]))

    assert sent == [2, 2, 2, 2, 1]


def test_a_mask_is_read_together_with_what_it_is_for() -> None:
    read: list[tuple[int, int]] = []

    def part(number: int, columns: list[str] | None = None) -> pd.DataFrame:
        rows = EVENTS.iloc[4 * number : 4 * number + 4]
        rows = rows if columns is None else rows[columns]
        read.append((number, rows.shape[1]))
        return rows

    with dask.config.set({"dataframe.convert-string": False}):
        ddf = dd.from_map(part, [0, 1], meta=EVENTS.iloc[:0])
    ddf.eve.by_flow(ddf["host"] == "a").compute(scheduler="sync")

    assert sorted(read) == sorted((n, width) for n in (0, 1) for width in (2, EVENTS.shape[1]))
