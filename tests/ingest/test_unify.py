"""Parts of a column to one type: exact, and the same however the column is cut into parts."""

from __future__ import annotations

import itertools
from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.ingest.unify import fit, unify
from suricata_eve.ingest.values import Conflict, build, pruned, text_of

I64, U64, F64, STR, BOOL, NULL = (
    pa.int64(),
    pa.uint64(),
    pa.float64(),
    pa.string(),
    pa.bool_(),
    pa.null(),
)
HEADERS = pa.list_(pa.struct([("name", STR), ("value", STR)]))
BIG = 2**53 + 1

COLUMNS: list[list[Any]] = [
    [1, None, 2],
    [1, 0.5, None],
    [2**53, 0.5, -(2**53)],
    [BIG, 0.5, None],
    [2**64 - 1, 0, None],
    [2**64 - 1, -1, 5],
    [2**64, 1, None],
    ["a", 1, None],
    ["a", None, "1"],
    [True, 1, None],
    [True, 0.5, "x"],
    [[], None, []],
    [[1], [], None],
    [[1], [0.5], [None]],
    [[BIG], [0.5], None],
    [[BIG], [0.5], ["x"]],
    [[None, None], [1], []],
    [[None], [None, None], None],
    [["a"], [1], [["b"]]],
    [[1], 1, None],
    [[1], "a", {"x": 1}],
    [[[1]], [[0.5, None]], [[]]],
    [[{"a": 1}], [{"b": "x"}], [{}]],
    [[{"a": 1}], [{"a": 0.5}], None],
    [[{"a": 1}], [{"a": "x"}], [{"a": None}]],
    [[{"b": {"c": [1]}}], [{"b": {"c": [0.5]}}], [{"b": {}}]],
    [[{"b": {"c": [BIG]}}], [{"b": {"c": [0.5]}}], [{"b": None}]],
    [[{"z": 1, "a": 2}], [{"a": 3, "z": 4}], [{"a": None, "z": None}]],
    [[{}], [{}], [None]],
    [[{"a": []}], [{"a": [None]}], [{"a": [1, 2]}]],
    [[{"a": 1}], [[1]], ["x"]],
]


def part(values: list[Any]) -> pa.Array | list[Any]:
    """Make a part as a reader would: an array where one holds the values exactly."""
    try:
        return build(values, lenient=False)
    except Conflict:
        return values


def joined(arrays: list[pa.Array]) -> pa.Array:
    for array in arrays:
        array.validate(full=True)
    return pa.concat_arrays(arrays)


def plain(array: pa.Array) -> list[Any]:
    return [pruned(value) for value in array.to_pylist()]


def cuts(length: int) -> list[list[int]]:
    """Return every way to cut a column into parts, empty ones included once."""
    inner = range(1, length)
    ways = [
        [0, *ends, length]
        for count in range(length)
        for ends in itertools.combinations(inner, count)
    ]
    return [*ways, [0, 0, 1, length, length]]


@pytest.mark.parametrize("values", COLUMNS)
@pytest.mark.parametrize("hint", [None, STR, pa.list_(I64), HEADERS])
def test_parts_do_not_matter(values: list[Any], hint: pa.DataType | None) -> None:
    """Type, values and the word of mixed kinds are those of the column as one list."""
    for order in itertools.permutations(values):
        column = list(order)
        (whole,), mixed = unify([column], hint)
        for way in cuts(len(column)):
            parts = [part(column[a:b]) for a, b in itertools.pairwise(way)]
            arrays, told = unify(parts, hint)

            assert [len(array) for array in arrays] == [len(each) for each in parts]
            assert {array.type for array in arrays} == {whole.type}
            assert plain(joined(arrays)) == plain(whole)
            assert told == mixed


@pytest.mark.parametrize("values", COLUMNS)
def test_the_order_of_the_values_does_not_matter(values: list[Any]) -> None:
    results = {unify([list(order)])[0][0].type for order in itertools.permutations(values)}

    assert len(results) == 1


@pytest.mark.parametrize(
    ("values", "expected", "mixed"),
    [
        ([1, None], [1, None], False),
        ([1, 0.5], [1.0, 0.5], False),
        ([BIG, 0.5], [str(BIG), "0.5"], True),
        ([[BIG], [0.5]], [[str(BIG)], ["0.5"]], True),
        ([[{"a": BIG}], [{"a": 0.5}]], [[{"a": str(BIG)}], [{"a": "0.5"}]], True),
        ([2**64 - 1, -1], [str(2**64 - 1), "-1"], True),
        (["a", 1], ["a", "1"], True),
        ([[], None], [[], None], False),
        ([[{"b": 1, "a": None}], [{"c": [None]}]], [[{"b": 1}], [{"c": [None]}]], False),
    ],
)
def test_what_becomes_of_values(values: list[Any], expected: list[Any], *, mixed: bool) -> None:
    arrays, told = unify([part([value]) for value in values])

    assert repr(plain(joined(arrays))) == repr(expected)
    assert told is mixed


@pytest.mark.parametrize("values", COLUMNS)
def test_a_field_known_as_text_is_text_value_by_value(values: list[Any]) -> None:
    arrays, mixed = unify([part([value]) for value in values], STR)
    expected = [None if value is None else text_of(value) for value in values]

    assert joined(arrays).equals(pa.array(expected, STR))
    assert mixed == any(not isinstance(value, str | None) for value in values)


@pytest.mark.parametrize("parts", [[[]], [[None], [None, None]]])
def test_nothing_stays_nothing(parts: list[Any]) -> None:
    for hint in (None, STR):
        arrays, mixed = unify([build(each, lenient=False) for each in parts], hint)

        assert [len(array) for array in arrays] == [len(each) for each in parts]
        assert joined(arrays).null_count == sum(map(len, parts))
        assert mixed is False


def test_empty_lists_are_of_the_hinted_type_else_of_text() -> None:
    parts = [build([[]], lenient=False), build([None, [None]], lenient=False)]

    assert unify(parts)[0][0].type == pa.list_(STR)
    assert unify(parts, pa.list_(I64))[0][0].type == pa.list_(I64)
    assert unify(parts, HEADERS)[0][0].type.value_type.num_fields in {0, 2}


@pytest.mark.parametrize(
    "values",
    [
        [1, None, 2, None],
        ["a", None, "b", ""],
        [True, None, False, True],
        [[1, 2], None, [], [3]],
        [[{"a": 1}], None, [{}, None], [{"a": 2}]],
        [[["x"]], None, [], [[], None]],
    ],
)
@pytest.mark.parametrize("beside", [[None], [0.5], [[0.5]], [[{"b": 1}]], ["t"]])
def test_slices_are_read_from_where_they_start(values: list[Any], beside: list[Any]) -> None:
    """Parts are slices of larger arrays, whose first bit is not the first of their buffers."""
    long = build(values * 5, lenient=False)
    for start, stop in ((1, 4), (3, 20), (9, 18), (19, 20), (7, 7)):
        expected, _ = unify([(values * 5)[start:stop], beside])
        arrays, _ = unify([long.slice(start, stop - start), part(beside)])

        assert [plain(array) for array in arrays] == [plain(array) for array in expected]
        joined(arrays)


def test_keys_that_are_null_throughout_are_none_whatever_their_type() -> None:
    """Arrow's parser makes a null child of `{"a":null}`; a slice can leave nulls of any type."""
    inner = pa.struct([("z", I64), ("n", NULL), ("a", pa.struct([("m", STR), ("k", STR)]))])
    values = [[{"z": 1, "n": None, "a": {"m": "x", "k": None}}], [{"z": None, "n": None, "a": {}}]]
    long = pa.array([*values, [{"z": 5, "a": {"k": "y"}}]], pa.list_(inner))
    arrays, _ = unify([long.slice(0, 2), long.slice(1, 1)])

    assert joined(arrays).type == pa.list_(pa.struct([("a", pa.struct([("m", STR)])), ("z", I64)]))
    assert plain(arrays[0]) == [[{"z": 1, "a": {"m": "x"}}], [{"a": {}}]]


def test_the_parts_are_not_changed() -> None:
    array = build([[{"b": 1}], None], lenient=False)
    before = array.to_pylist()
    values = [[{"a": None, "b": "x"}]]
    unify([array, values])

    assert array.to_pylist() == before
    assert values == [[{"a": None, "b": "x"}]]


# --- the schema's type -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "target", "fits"),
    [
        ([1, None, 65535], pa.uint16(), True),
        ([0, 65536], pa.uint16(), False),
        ([-1], pa.uint16(), False),
        ([2**63 - 1], I64, True),
        ([2**63], I64, False),
        ([0], U64, True),
        ([-1], U64, False),
        ([1.0], I64, False),
        (["1"], I64, False),
        ([True], I64, False),
        ([1], STR, False),
        ([[1], None], pa.list_(I64), True),
        ([[0.5]], pa.list_(I64), False),
        ([["a"]], pa.list_(I64), False),
        ([[], [None]], pa.list_(I64), True),
        ([[{"name": "a", "value": "b"}]], HEADERS, True),
        ([[{"name": "a"}], [{}]], HEADERS, True),
        ([[{"name": "a", "more": 1}]], HEADERS, True),
        ([[{"name": 1}]], HEADERS, False),
        ([["a"]], HEADERS, False),
    ],
)
def test_fit_casts_only_what_survives(
    values: list[Any], target: pa.DataType, *, fits: bool
) -> None:
    arrays = [build(values, lenient=False), build(values, lenient=False).slice(1)]
    fitted = fit(arrays, target)

    assert (fitted is not None) == fits
    if fitted is not None:
        assert [plain(array) for array in fitted] == [plain(array) for array in arrays]
        assert fitted[0].type == fitted[1].type
        joined(fitted)


def test_fields_beyond_those_of_the_target_are_kept() -> None:
    array = build([[{"more": 1, "value": "x"}]], lenient=False)
    fitted = fit([array], HEADERS)

    assert fitted is not None
    assert plain(fitted[0]) == [[{"more": 1, "value": "x"}]]
    kinds = {field.name: field.type for field in fitted[0].type.value_type}
    assert kinds == {"more": I64, "name": STR, "value": STR}


@pytest.mark.parametrize("start", [0, 1])
def test_values_outside_a_slice_do_not_matter(start: int) -> None:
    """Not to the type, and not to what is exact, whichever end they are at."""
    lists = build([[BIG], [1], [BIG]], lenient=False).slice(start, 2 - start)
    arrays, mixed = unify([lists.slice(1 - start, 1), part([[0.5]])])

    assert (mixed, repr(plain(joined(arrays)))) == (False, "[[1.0], [0.5]]")

    objects = build([[{"a": 1}], [{"b": 1}]], lenient=False)
    arrays, _ = unify([objects.slice(start, 1)])
    assert arrays[0].type == pa.list_(pa.struct([("ab"[start], I64)]))

    late = pa.ListArray.from_arrays(pa.array([1, 2], pa.int32()), pa.array([BIG, 1]))
    arrays, mixed = unify([late, part([[0.5]])])
    assert (mixed, repr(plain(joined(arrays)))) == (False, "[[1.0], [0.5]]")
