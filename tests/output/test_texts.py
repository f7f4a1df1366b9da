"""Arrow arrays to JSON text: what Python's `json` reads from it is what was there."""

from __future__ import annotations

import datetime as dt
import json
import math
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.output.objects import joined
from suricata_eve.output.texts import NonFinite, depth, has_text, spelled, value_text
from suricata_eve.testing import strategies as eve

STRINGS = pa.list_(pa.string())
POINT = pa.struct([("x", pa.int64()), ("y", pa.string())])


def texts(array: pa.Array, *, keep: bool = True, whole_seconds: bool = False) -> list[str | None]:
    text = value_text(array, NonFinite(keep=keep), whole_seconds=whole_seconds)
    return joined(text).to_pylist()  # type: ignore[no-any-return]


def loaded(array: pa.Array) -> list[Any]:
    return [None if text is None else json.loads(text) for text in texts(array)]


def test_every_character_of_ascii_survives_and_control_characters_are_escaped() -> None:
    values = [chr(code) for code in range(128)] + ["".join(map(chr, range(128)))]
    written = texts(pa.array(values))

    assert [json.loads(text) for text in written if text] == values
    assert not any(ord(char) < 32 for text in written if text for char in text)


@given(st.lists(st.one_of(st.none(), eve.texts())), st.integers(0, 3))
def test_text_is_what_python_writes(values: list[str | None], start: int) -> None:
    """Also of a slice, whose offsets do not start at 0."""
    array = pa.array(values, pa.string()).slice(start)
    expected = [v if v is None else json.dumps(v, ensure_ascii=False) for v in values[start:]]

    assert texts(array) == expected
    assert texts(array.cast(pa.large_string())) == expected


def test_text_beyond_ascii_is_not_escaped() -> None:
    assert texts(pa.array(["é\u2028\u0085\x7f😀"])) == ['"é\u2028\u0085\x7f😀"']


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int64(), pa.uint64()], ids=str)
def test_integers_are_exact(kind: pa.DataType) -> None:
    limits = np.iinfo(kind.to_pandas_dtype())
    values = [limits.min, None, 0, limits.max]

    assert loaded(pa.array(values, kind)) == values


@given(st.lists(st.floats(allow_nan=False)))
def test_doubles_are_exact_and_never_integers(values: list[float]) -> None:
    read = loaded(pa.array(values, pa.float64()))

    assert all(type(value) is float for value in read)
    assert struct.pack(f"{len(read)}d", *read) == struct.pack(f"{len(read)}d", *values)


def test_nan_and_infinities_are_kept_and_counted() -> None:
    numbers = NonFinite()
    array = pa.array([math.nan, math.inf, -math.inf, None, 1.0], from_pandas=False)

    text = joined(value_text(array, numbers))
    assert text.to_pylist() == ["NaN", "1e999", "-1e999", None, "1.0"]
    assert numbers.count == 3


def test_nan_and_infinities_are_dropped_and_are_null_in_lists() -> None:
    array = pa.array([math.nan, math.inf, 1.0], from_pandas=False)

    assert texts(array, keep=False) == [None, None, "1.0"]
    lists = pa.ListArray.from_arrays([0, 3], array)
    assert texts(lists, keep=False) == ["[null,null,1.0]"]


def test_booleans_and_decimals() -> None:
    assert texts(pa.array([True, None, False])) == ["true", None, "false"]
    numbers = [Decimal("1.50"), None, Decimal("-0.01")]
    assert texts(pa.array(numbers, pa.decimal128(9, 2))) == ["1.50", None, "-0.01"]


def times(ticks: Sequence[int | None], unit: str = "us", zone: str | None = "UTC") -> pa.Array:
    return pa.array(ticks, pa.int64()).cast(pa.timestamp(unit, zone))


def test_times_are_in_the_form_of_suricata() -> None:
    noon = int(dt.datetime(2022, 1, 1, 12, tzinfo=dt.UTC).timestamp()) * 10**6

    assert texts(times([noon + 115874, None])) == ['"2022-01-01T12:00:00.115874+0000"', None]
    assert texts(times([noon], zone="America/New_York")) == ['"2022-01-01T12:00:00.000000+0000"']
    assert texts(times([noon], zone=None)) == ['"2022-01-01T12:00:00.000000+0000"']


def test_times_of_certificates_have_whole_seconds() -> None:
    assert texts(times([0, 1, None]), whole_seconds=True) == [
        '"1970-01-01T00:00:00"',
        '"1970-01-01T00:00:00.000001+0000"',
        None,
    ]


def test_digits_beyond_the_microsecond_are_written_where_there_are_some() -> None:
    assert texts(times([1000], "ns")) == ['"1970-01-01T00:00:00.000001+0000"']
    assert texts(times([1001], "ns")) == ['"1970-01-01T00:00:00.000001001+0000"']
    assert texts(times([1], "s")) == ['"1970-01-01T00:00:01.000000+0000"']


def test_times_outside_the_calendar_have_a_text() -> None:
    ticks = [-(2**63), -62_135_596_800_000_001, 253_402_300_800_000_000, 2**63 - 1, 0]

    assert texts(times(ticks)) == [
        None,  # NaT
        '"0000-12-31T23:59:59.999999+0000"',
        '"10000-01-01T00:00:00.000000+0000"',
        '"294247-01-10T04:00:54.775807+0000"',
        '"1970-01-01T00:00:00.000000+0000"',
    ]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([["a", None, 'q"'], [], None, ["b"]], STRINGS),
        ([["a", None], [], None], pa.large_list(pa.string())),
        ([[1, 2], None, [3, None]], pa.list_(pa.int64(), 2)),
        ([[["a"], None, []], None], pa.list_(STRINGS)),
        ([None, []], pa.list_(pa.null())),
        ([[True], [False, None]], pa.list_(pa.bool_())),
    ],
    ids=str,
)
def test_lists(values: list[Any], kind: pa.DataType) -> None:
    """Nulls and empty lists are kept apart, in a slice as well."""
    array = pa.array(values, kind)

    assert loaded(array) == values
    assert loaded(array.slice(1)) == values[1:]


def test_a_list_that_is_null_hides_its_elements() -> None:
    """Arrow allows elements behind a null, which must not shift those of the others."""
    array = pa.Array.from_buffers(
        pa.list_(pa.int64()),
        3,
        [pa.py_buffer(b"\x05"), pa.py_buffer(np.array([0, 1, 3, 4], np.int32))],
        children=[pa.array([1, 2, 3, 4])],
    )

    assert texts(array) == ["[1]", None, "[4]"]


def test_objects_in_lists_leave_nulls_out() -> None:
    values = [[{"x": 1, "y": "a"}, {"x": None, "y": "b"}, {"x": None, "y": None}, None], None]
    expected = [[{"x": 1, "y": "a"}, {"y": "b"}, {}, None], None]

    assert loaded(pa.array(values, pa.list_(POINT))) == expected


def test_objects_without_any_key() -> None:
    assert texts(pa.array([{}, None], pa.struct([]))) == ["{}", None]


@given(st.lists(eve.json_values(leaves=st.one_of(eve.scalars(), eve.numbers())), max_size=4))
def test_single_values_are_written_as_python_reads_them(values: list[Any]) -> None:
    text = spelled(values, NonFinite())

    assert text is not None
    assert json.loads(text) == pruned(values)
    assert "\n" not in text


def pruned(value: Any) -> Any:
    if isinstance(value, list):
        return [pruned(element) for element in value]
    if isinstance(value, dict):
        return {k: pruned(element) for k, element in value.items() if element is not None}
    return value


def test_single_values_that_are_not_finite() -> None:
    numbers = NonFinite()

    assert spelled([math.nan, {"a": -math.inf}], numbers) == '[NaN,{"a":-1e999}]'
    assert numbers.count == 2
    assert spelled([math.nan, {"a": math.inf}], NonFinite(keep=False)) == "[null,{}]"


def test_types_without_text_are_told() -> None:
    there = [pa.null(), pa.bool_(), pa.uint8(), pa.float16(), STRINGS, POINT, pa.decimal128(5, 2)]
    absent = [pa.binary(), pa.duration("s"), pa.date32(), pa.map_(pa.string(), pa.int8())]

    assert all(map(has_text, there))
    assert not any(
        map(has_text, [*absent, pa.list_(pa.binary()), pa.struct([("a", pa.time32("s"))])])
    )


def test_depth_counts_lists_and_objects() -> None:
    assert depth(pa.int64()) == 0
    assert depth(pa.list_(POINT)) == 2
    assert depth(pa.list_(pa.struct([("a", STRINGS)]))) == 3
