"""Summaries on Dask: exact, in one order, and with no task that holds all values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

pytest.importorskip("dask.dataframe")

import dask
from dask_frames import dealt, in_parts

import suricata_eve.dask  # noqa: F401
from suricata_eve import EveTypeError
from suricata_eve.analysis.codes import encode
from suricata_eve.dask import summary
from suricata_eve.dask.hashing import hashed

TIME = pa.timestamp("us", "UTC")


@pytest.fixture(autouse=True)
def scheduler() -> Any:
    with dask.config.set(scheduler="sync"):
        yield


def arrow(kind: pa.DataType, values: Any) -> Any:
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, kind)]))


def frame_of(rows: int, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"timestamp": arrow(TIME, range(rows))})
    return frame.assign(event_type=arrow(pa.string(), ["a"] * rows), **columns)


def same(ddf: Any, *given: Any, **options: Any) -> pd.DataFrame:
    """Summarize both ways, and return the result if it is the same."""
    got = ddf.eve.group_summary(*given, **options)
    result: pd.DataFrame = got.compute()
    expected = ddf.compute().eve.group_summary(*given, **options)
    assert got.npartitions == 1
    pd.testing.assert_frame_equal(result, expected)
    assert got._meta.dtypes.equals(expected.dtypes)
    return result


def test_values_of_a_large_group_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """One group with a value for each event: no bucket gets more than its share of them."""
    sizes: list[int] = []

    def told(pairs: pd.DataFrame, shape: Any) -> Any:
        sizes.append(len(pairs))
        return bucket(pairs, shape)

    bucket = summary._bucket
    monkeypatch.setattr(summary, "_bucket", told)
    frame = frame_of(4000, flow_id=arrow(pa.int64(), np.arange(4000) << 32))

    result = same(dealt(frame, 32), "event_type", max_unique=2)

    assert result["flow_id.nunique"].tolist() == [4000]
    assert result["flow_id.unique"].tolist() == [[0, 32 << 32]]
    assert len(sizes) == 8
    assert max(sizes) < 4000 / 8 * 1.3


def test_a_value_that_all_events_have_travels_once_for_each_partition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []

    def told(pairs: pd.DataFrame, shape: Any) -> Any:
        sizes.append(len(pairs))
        return bucket(pairs, shape)

    bucket = summary._bucket
    monkeypatch.setattr(summary, "_bucket", told)
    frame = frame_of(1000, proto=arrow(pa.string(), ["TCP"] * 1000))

    same(dealt(frame, 5), "event_type", "proto")

    assert sum(sizes) == 5 * 2  # and the group itself


def test_values_are_listed_in_the_order_of_the_frame_over_all_partitions() -> None:
    values = ["d", "b", "d", "a", "c", "b", "a", "e"]
    frame = frame_of(8, proto=arrow(pa.string(), values))

    for sizes in ([8], [1, 1, 6], [0, 3, 0, 5], [2, 2, 2, 2]):
        result = same(in_parts(frame, sizes), "event_type", "proto", max_unique=4)
        assert result["proto.unique"].tolist() == [["d", "b", "a", "c"]]


def test_zeros_are_one_value_and_the_first_is_shown() -> None:
    """Also as a part of others, and where another partition has the other sign."""
    parts = pa.list_(pa.struct([("x", pa.float64())]))
    zeros = [-0.0, 0.0, float("nan"), 0.0, float("nan"), -0.0]
    frame = frame_of(
        6,
        share=arrow(pa.float64(), zeros),
        parts=arrow(parts, [[{"x": zero}] for zero in zeros]),
        **{"flow.age": arrow(pa.float64(), zeros)},
    )

    result = same(in_parts(frame, [1, 2, 3]), "share", ["parts", "flow.age"])

    assert result["parts.nunique"].tolist() == [1, 1]
    assert str(result["share"].iloc[0]) == "-0.0"


def test_numpy_and_objects_are_taken_as_in_pandas() -> None:
    """Where a column does not tell its type, the schema does."""
    frame = pd.DataFrame(
        {
            "timestamp": ["2022-01-01T00:00:00.000000+0000", None, "2022-01-02T00:00:00Z"] * 2,
            "event_type": pd.Series(["dns", "tls", None] * 2, dtype=object),
            "src_port": [53.0, np.nan, 54.0] * 2,
            "dest_port": pd.Series([53, None, 54] * 2, dtype=object),
            "tls.sni": pd.Series([None, "a", None] * 2, dtype=object),
            "vlan": pd.Series([None, [1, 2], [2]] * 2, dtype=object),
            "pcap_cnt": range(6),
        }
    )
    ddf = in_parts(frame, [2, 1, 3])

    same(ddf, ["event_type"], ["src_port", "dest_port", "tls.sni", "vlan", "pcap_cnt", "timestamp"])
    same(ddf, ["src_port"], ["event_type"])
    same(ddf, ["dest_port", "event_type"], [])


def test_objects_of_another_type_are_an_error_and_no_other_dtype() -> None:
    frame = frame_of(2, mine=pd.Series([1, 2], dtype=object))
    got = in_parts(frame, [1, 1]).eve.group_summary("event_type", "mine")

    assert str(got._meta["mine.unique"].dtype) == "list<item: string>[pyarrow]"
    with pytest.raises(EveTypeError, match=r"'mine' has values of type int64 .*normalize_types"):
        got.compute()


def test_lists_make_no_groups() -> None:
    lists = arrow(pa.list_(pa.int64()), [[1], None])
    known = frame_of(2, vlan=lists)
    objects = frame_of(2, vlan=pd.Series([[1], None], dtype=object))

    with pytest.raises(EveTypeError, match="cannot group by 'vlan'"):
        in_parts(known, [1, 1]).eve.group_summary("vlan")
    got = in_parts(objects, [1, 1]).eve.group_summary("vlan")
    with pytest.raises(EveTypeError, match="cannot group by 'vlan'"):
        got.compute()


def test_no_fields_and_no_events() -> None:
    frame = frame_of(3, proto=arrow(pa.string(), [None, None, None]))

    assert len(same(in_parts(frame, [1, 2]), "event_type", [])) == 1
    assert len(same(in_parts(frame, [1, 2]), "proto", ["event_type"])) == 0
    assert len(same(in_parts(frame.iloc[:0], [0]), "event_type", "proto")) == 0


HASHED = {
    "text": pa.array(["", "a", None, "\x00", "é", "a"]),
    "large text": pa.array(["b", "a", None, "b"], pa.large_string()),
    "integers": pa.array([0, 1, None, -1, 2**63 - 1, 1]),
    "unsigned": pa.array([0, 2**64 - 1, None, 0], pa.uint64()),
    "floats": pa.array([0.0, -0.0, float("nan"), None, 1.5, float("nan")]),
    "booleans": pa.array([True, False, None, True]),
    "times": pa.array([0, 1, None, 1], TIME),
    "days": pa.array([0, 1, None, 1], pa.date32()),
    "bytes": pa.array([b"", b"\xff", None, b"\xff"]),
    "none": pa.nulls(3),
    "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
    "structs": pa.array([{"a": 1}, {"a": None}, None, {"a": 1}, {"a": -1}]),
    "lists": pa.array([[1, 2], [2, 1], [], None, [1, 2], [None], [1], [2]]),
    "fixed lists": pa.array([[1, 2], [2, 1], None, [1, 2]], pa.list_(pa.int64(), 2)),
    "nested": pa.array([[{"a": [0.0]}], [{"a": [-0.0]}], [{"a": []}], [{"a": None}], [], None]),
}


@pytest.mark.parametrize("name", HASHED)
def test_hashes_are_equal_for_equal_values_and_only_for_these(name: str) -> None:
    """A collision of 64 bits would be chance; where the values stand does not matter."""
    data = HASHED[name]
    codes = encode(data).codes
    hashes = hashed(data)

    assert (pd.factorize(hashes)[0] == pd.factorize(codes)[0]).all()
    order = np.arange(len(data))[::-1]
    assert (hashed(data.take(pa.array(order))) == hashes[order]).all()
    assert (hashed(data.slice(1)) == hashes[1:]).all()


def test_numbers_have_one_hash_whatever_their_type() -> None:
    whole = pa.array([0, 1, 5])
    kinds = (pa.uint16(), pa.float64(), pa.float32(), pa.uint64())

    assert all((hashed(whole.cast(kind)) == hashed(whole)).all() for kind in kinds)
