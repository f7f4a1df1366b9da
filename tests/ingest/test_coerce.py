"""Arrow arrays of any origin to the contract's types: exactly, or missing and told."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from suricata_eve.ingest.coerce import coerce, restore_integers

I64, U64, U16, F64, STR, BOOL = (
    pa.int64(),
    pa.uint64(),
    pa.uint16(),
    pa.float64(),
    pa.string(),
    pa.bool_(),
)
UTC = pa.timestamp("us", "UTC")
BIG = 2**53
TARGETS = [I64, U64, U16, STR, BOOL, UTC, pa.list_(STR), pa.list_(I64)]


def arrays(values: list[Any], kind: pa.DataType) -> list[pa.Array]:
    """Return the values as an array and as a slice of a longer one."""
    array = pa.array(values, kind)
    longer = pa.concat_arrays([array, array, array])
    return [array, longer.slice(len(array), len(array))]


@pytest.mark.parametrize("target", TARGETS)
def test_what_has_its_type_is_returned_as_it_is(target: pa.DataType) -> None:
    array = pa.nulls(2, target)

    assert coerce(array, target).array is array


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", [pa.null(), F64, STR, I64, BOOL, UTC, pa.list_(F64)])
@pytest.mark.parametrize("rows", [0, 3])
def test_nothing_is_nothing_of_the_type_wanted(
    kind: pa.DataType, target: pa.DataType, rows: int
) -> None:
    coerced = coerce(pa.nulls(rows, kind), target)

    assert coerced.array.equals(pa.nulls(rows, target))
    assert (len(coerced.bad), coerced.inexact, coerced.misfit, coerced.cut) == (0, 0, False, 0)


# --- integers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind", "target", "expected", "bad", "inexact"),
    [
        # floats, as pandas makes them of integers beside missing ones
        ([443.0, None, 0.0, -0.0], F64, U16, [443, None, 0, 0], [], 0),
        ([65536.0, -1.0, 0.5, math.nan, math.inf], F64, U16, [None] * 5, [0, 1, 2, 4], 0),
        ([BIG - 1.0, None], F64, I64, [BIG - 1, None], [], 0),
        ([float(BIG), -float(BIG), 1.0], F64, I64, [BIG, -BIG, 1], [], 2),
        ([1.5, BIG / 4 + 0.5, 1e300], F64, I64, [None, None, None], [0, 1, 2], 0),
        ([2.0**63, 1.0], F64, I64, [2**63, 1], [], 1),
        ([2.0**63, -1.0], F64, I64, [None, -1], [0], 0),
        ([-(2.0**63), 1.0], F64, I64, [-(2**63), 1], [], 1),
        ([2.0**64], F64, U64, [None], [0], 0),
        ([float(BIG), 7.0], F64, U16, [None, 7], [0], 0),
        # integers
        ([1, 65535, None], I64, U16, [1, 65535, None], [], 0),
        ([65536, -1, 7], I64, U16, [None, None, 7], [0, 1], 0),
        ([2**64 - 1, 443], U64, U16, [None, 443], [0], 0),
        ([2**63 - 1, None], U64, I64, [2**63 - 1, None], [], 0),
        ([2**63, 5], U64, I64, [2**63, 5], [], 0),
        ([-1, 5], I64, U64, [None, 5], [0], 0),
        # text
        (["443", " 443\t", "+443", "00443", "443.", "443.000"], STR, U16, [443] * 6, [], 0),
        (["4.43e2", "443e0", "4430E-1", "44300e-2"], STR, U16, [443, 443, None, None], [2, 3], 0),
        (["", " ", "x", "0x1BB", "4_4", "1,234", "٤", "443\0", "--1", "4.5"], STR, U16,
         [None] * 10, list(range(10)), 0),
        (["9007199254740993", None, "-9007199254740993"], STR, I64,
         [BIG + 1, None, -BIG - 1], [], 0),
        (["9007199254740993.0", "9007199254740991.0"], STR, I64, [BIG + 1, BIG - 1], [], 1),
        (["9007199254740993", "1.08e+15", "9.1e15"], STR, I64,
         [BIG + 1, 1_080_000_000_000_000, 9_100_000_000_000_000], [], 1),
        (["9223372036854775808", "5"], STR, I64, [2**63, 5], [], 0),
        (["9223372036854775808", "-5"], STR, I64, [None, -5], [0], 0),
        (["18446744073709551616", "-9223372036854775809", "7"], STR, I64,
         [None, None, 7], [0, 1], 0),
        (["9" * 5000, "0" * 5000 + "7"], STR, I64, [None, 7], [0], 0),
        (["1e99", "1e400", "9e18", "9.3e18"], STR, U64,
         [None, None, 9 * 10**18, 9_300_000_000_000_000_000], [0, 1], 2),
        (["18446744073709551615", "65535"], STR, U16, [None, 65535], [0], 0),
        # what is no number
        ([True, None], BOOL, I64, [None, None], [0], 0),
        ([dt.datetime(2022, 1, 1, tzinfo=dt.UTC)], UTC, I64, [None], [0], 0),
        ([[1]], pa.list_(I64), I64, [None], [0], 0),
    ],
)  # fmt: skip
def test_integers(  # noqa: PLR0917
    values: list[Any],
    kind: pa.DataType,
    target: pa.DataType,
    expected: list[Any],
    bad: list[int],
    inexact: int,
) -> None:
    """Never by way of a float, unless they were floats; then those of 2**53 are counted."""
    for array in arrays(values, kind):
        coerced = coerce(array, target)
        coerced.array.validate(full=True)

        assert coerced.array.to_pylist() == expected
        assert coerced.array.type in {target, U64}
        assert (coerced.bad.tolist(), coerced.inexact) == (bad, inexact)
        assert coerced.misfit is False


def test_int64_widens_to_uint64_only_where_it_must() -> None:
    assert coerce(pa.array(["1"]), I64).array.type == I64
    assert coerce(pa.array([2**63 - 1], U64), I64).array.type == I64
    assert coerce(pa.array([2**63], U64), I64).array.type == U64


def test_decimals_are_exact_integers() -> None:
    values = [decimal.Decimal(n) for n in ("9007199254740993", "7.00", "0.50")]
    coerced = coerce(pa.array([*values, None], pa.decimal128(30, 2)), I64)

    assert coerced.array.to_pylist() == [BIG + 1, 7, None, None]
    assert (coerced.bad.tolist(), coerced.inexact) == ([2], 0)


# --- text and booleans ----------------------------------------------------------------------


def test_text_is_that_of_json() -> None:
    assert coerce(pa.array([443.0, None, 0.5]), STR).array.to_pylist() == ["443", None, "0.5"]
    assert coerce(pa.array([True, False]), STR).array.to_pylist() == ["true", "false"]
    assert coerce(pa.array([2**64 - 1], U64), STR).array.to_pylist() == [str(2**64 - 1)]
    assert coerce(pa.array([["a", None]]), STR).array.to_pylist() == ['["a",null]']


@pytest.mark.parametrize(
    ("values", "expected", "bad"),
    [
        (["true", "True", "TRUE", None, "false", "False", "FALSE"],
         [True, True, True, None, False, False, False], []),
        (["", "yes", "tRUE", "true ", "1", "0"], [None] * 4 + [True, False], [0, 1, 2, 3]),
        ([1, 0, 2, None, -1], [True, False, None, None, None], [2, 4]),
        ([1.0, 0.0, -0.0, 0.5, math.nan], [True, False, False, None, None], [3, 4]),
        ([[True]], [None], [0]),
    ],
)  # fmt: skip
def test_booleans(values: list[Any], expected: list[Any], bad: list[int]) -> None:
    for array in arrays(values, pa.array(values).type):
        coerced = coerce(array, BOOL)

        assert coerced.array.to_pylist() == expected
        assert coerced.bad.tolist() == bad


# --- times ------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize(("zone", "hour"), [(None, 3), ("UTC", 3), ("Europe/Berlin", 2)])
def test_times_of_any_unit_and_zone(unit: str, zone: str | None, hour: int) -> None:
    """Naive ones are UTC, as in EVE; others are the same instant."""
    when = dt.datetime(2022, 1, 1, 3, tzinfo=dt.UTC)
    local = pa.array([when, None], pa.timestamp(unit))
    array = pc.assume_timezone(local, zone) if zone else local
    coerced = coerce(array, UTC)

    assert coerced.array.equals(pa.array([dt.datetime(2022, 1, 1, hour, tzinfo=dt.UTC), None], UTC))
    assert (len(coerced.bad), coerced.cut) == (0, 0)


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_nanoseconds_are_cut_towards_the_past_and_counted(zone: str | None) -> None:
    """Before 1970 as after it, and as text is."""
    ticks = pa.array([1_999, 1_000, -1, -1_000, None], I64)
    coerced = coerce(ticks.cast(pa.timestamp("ns", zone)), UTC)

    assert coerced.array.cast(I64).to_pylist() == [1, 1, -1, -1, None]
    assert coerced.cut == 2
    text = coerce(pa.array(["1969-12-31T23:59:59.999999999Z"]), UTC)
    assert (text.array.cast(I64).to_pylist(), text.cut) == ([-1], 1)


def test_text_that_is_no_time_is_bad_and_numbers_are_no_times() -> None:
    """A number may count seconds or milliseconds: that would be a guess."""
    assert coerce(pa.array(["2022-01-01T00:00:00Z", "x", None]), UTC).bad.tolist() == [1]
    for values in ([1640995200, None], [0.5, None], [True, None]):
        coerced = coerce(pa.array(values), UTC)

        assert coerced.array.equals(pa.nulls(2, UTC))
        assert coerced.bad.tolist() == [0]


# --- lists ------------------------------------------------------------------------------------


def test_lists_fit_or_are_kept_as_they_are() -> None:
    fitting = coerce(pa.array([[1], None], pa.list_(pa.int8())), pa.list_(I64))
    assert fitting.array.equals(pa.array([[1], None], pa.list_(I64)))
    assert fitting.misfit is False

    for array in (pa.array([["a"], None]), pa.array([7, None]), pa.array([[0.5]])):
        kept = coerce(array, pa.list_(I64))
        assert kept.array is array
        assert (kept.misfit, len(kept.bad)) == (True, 0)


# --- integers that pandas made floats of --------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        ([1.0, None], True),
        ([BIG - 1.0, None, -0.0], True),
        ([1.0, 2.0], False),  # no reason to have been integers
        ([None, None], False),
        ([], False),
        ([0.5, None], False),
        ([float(BIG), None], False),
        ([math.inf, None], False),
        ([math.nan, None, 1.0], False),
    ],
)
def test_restore_integers(values: list[float | None], *, whole: bool) -> None:
    for array in arrays(values, F64):
        restored = restore_integers(array)

        assert restored.type == (I64 if whole else F64)
        assert str(restored.to_pylist()) == (
            str([v if v is None else int(v) for v in values]) if whole else str(values)
        )
