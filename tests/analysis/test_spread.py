"""Values go where they belong, and all other rows of the result are null."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.analysis.spread import Spread

LENGTH = 200
HEADER = pa.struct([("name", pa.string()), ("value", pa.int64())])
VALUES: list[tuple[pa.DataType, list[Any]]] = [
    (pa.int64(), [0, -1, 2**62]),
    (pa.uint64(), [0, 2**64 - 1]),
    (pa.uint16(), [0, 65535]),
    (pa.int8(), [-128, 127]),
    (pa.float64(), [0.0, -0.0, 1e300, float("inf")]),
    (pa.float16(), [np.float16(1.5), np.float16(0)]),
    (pa.bool_(), [True, False]),
    (pa.timestamp("us", "UTC"), [dt.datetime(2022, 1, 1, tzinfo=dt.UTC)]),
    (pa.date32(), [dt.date(2022, 1, 1)]),
    (pa.time64("us"), [dt.time(1, 2, 3)]),
    (pa.duration("us"), [dt.timedelta(seconds=3)]),
    (pa.string(), ["", "a", "ab\x00", "é" * 50]),
    (pa.large_string(), ["", "a", "é" * 50]),
    (pa.binary(), [b"", b"\x00", b"ab"]),
    (pa.large_binary(), [b"", b"ab"]),
    (pa.binary(2), [b"ab", b"\x00\x00"]),
    (pa.decimal128(20, 2), [Decimal("1.50"), Decimal("-3.00")]),
    (pa.list_(pa.string()), [[], ["a", None], ["b"] * 3]),
    (pa.list_(HEADER), [[], [{"name": "Host", "value": 1}, None]]),
    (pa.list_(pa.list_(pa.int64())), [[], [[1], [], None]]),
    (pa.large_list(pa.int64()), [[], [1, None]]),
    (pa.list_(pa.int64(), 2), [[1, 2], [3, None]]),
    (HEADER, [{"name": "a", "value": None}, {"name": None, "value": 2}]),
    (pa.map_(pa.string(), pa.int64()), [[("a", 1)], []]),
]
NAMES = [str(kind) for kind, _ in VALUES]


def values_of(kind: pa.DataType, pool: list[Any], length: int, *, nulls: float) -> pa.Array:
    """Return values that start in the middle of their memory, as those of a slice do."""
    random = np.random.default_rng(length)
    cells = [
        None if random.random() < nulls else pool[int(random.integers(len(pool)))]
        for _ in range(length + 3)
    ]
    return pa.array(cells, kind)[3:]


@pytest.mark.parametrize("nulls", [0.0, 0.3, 0.98])
@pytest.mark.parametrize(
    "ranges",
    [((0, 200),), ((0, 3),), ((197, 200),), ((40, 150),), ((5, 8), (9, 70), (180, 200)), ((7, 8),)],
    ids=str,
)
@pytest.mark.parametrize(("kind", "pool"), VALUES, ids=NAMES)
def test_each_value_goes_into_its_row(
    kind: pa.DataType, pool: list[Any], ranges: tuple[tuple[int, int], ...], nulls: float
) -> None:
    order = np.random.default_rng(7).permutation(LENGTH)
    spread = Spread(order, [((1, 50),), ranges])
    values = values_of(kind, pool, sum(stop - start for start, stop in ranges), nulls=nulls)
    before = values.to_pylist()
    expected: list[Any] = [None] * LENGTH
    numbers = [number for start, stop in ranges for number in range(start, stop)]
    for number, value in zip(numbers, before, strict=True):
        expected[order[number]] = value

    spread.start(ranges)
    results = [spread.column(values) for _ in range(2)]

    for result in results:
        result.validate(full=True)
        assert result.type == kind
        assert result.to_pylist() == pa.array(expected, kind).to_pylist()
        assert result.null_count == expected.count(None)
    assert values.to_pylist() == before


def test_columns_of_other_rows_do_not_mix() -> None:
    """The memory that is used again holds nothing of the columns before."""
    order = np.random.default_rng(3).permutation(LENGTH)
    groups = [((0, 150),), ((20, 21),), ((0, 10), (100, 190))]
    spread = Spread(order, groups)

    for ranges in [*groups, *reversed(groups)]:
        spread.start(ranges)
        numbers = [number for start, stop in ranges for number in range(start, stop)]
        for nulls in (0.0, 0.5, 0.0):
            for kind, pool in VALUES[:1] + VALUES[6:7] + VALUES[11:12] + VALUES[17:18]:
                values = values_of(kind, pool, len(numbers), nulls=nulls)
                expected = pa.nulls(LENGTH, kind).to_pylist()
                for number, value in zip(numbers, values.to_pylist(), strict=True):
                    expected[order[number]] = value
                assert spread.column(values).to_pylist() == expected


def test_the_same_rows_share_their_bitmap() -> None:
    """Hundreds of columns of one object would else each have one."""
    spread = Spread(np.arange(LENGTH)[::-1], [((0, 100),)])
    spread.start(((0, 100),))
    cells = [None, 1] * 50

    one, other = (spread.column(pa.array(cells, kind)) for kind in (pa.int64(), pa.uint16()))

    assert one.buffers()[0].address == other.buffers()[0].address


def test_memory_of_a_result_is_its_own() -> None:
    """What comes later does not change it."""
    spread = Spread(np.arange(LENGTH)[::-1], [((0, 150),)])
    spread.start(((0, 150),))
    first = [spread.column(values_of(kind, pool, 150, nulls=0.2)) for kind, pool in VALUES]
    before = [column.to_pylist() for column in first]

    for kind, pool in VALUES:
        spread.column(values_of(kind, pool[::-1], 150, nulls=0.6))

    assert [column.to_pylist() for column in first] == before
