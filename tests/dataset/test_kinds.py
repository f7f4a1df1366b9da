"""Types of columns by samples: few values decide as all of them would."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.dataset.kinds import Kinds, conforms, storable
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.unify import unify
from suricata_eve.ingest.values import build, pruned


def table(values: list[Any], path: str = "x") -> pa.Table:
    (array,), _ = unify([build(values, lenient=True)])
    return pa.table({path: array})


CASES: dict[str, list[list[Any]]] = {
    "integers": [[1, 2], [2**53 + 1], [-5]],
    "exact-doubles": [[1, 2**53], [0.5], [-(2**53)]],
    "inexact-doubles": [[1, 2**53 + 1], [0.5]],
    "inexact-later": [[0.5], [1], [-(2**53) - 1]],
    "unsigned": [[1], [2**63], [5]],
    "unsigned-and-negative": [[-1], [2**63]],
    "text": [[1.0, 2.5], ["t"], [[1, None]], [{"b": 1, "a": None}]],
    "booleans": [[True], [False, None]],
    "lists": [[[]], [[None]], [[1]], [[0.5, None]]],
    "texts-in-lists": [[["a"]], [[]], [["b"]]],
    "objects": [[[{"a": 1}]], [[{"b": "t"}, {}]], [[{"a": 0.5, "c": [1]}]], [[None]]],
    "nothing-in-objects": [[[{}]], [[{}, None]], [[{"a": {}}]]],
    "nested": [[[[1]], [[]]], [[["t"]]]],
}


@pytest.mark.parametrize("parts", CASES.values(), ids=CASES)
@pytest.mark.parametrize("kept", [False, True], ids=["at-once", "over-calls"])
def test_types_are_those_of_all_values_at_once(parts: list[list[Any]], kept: bool) -> None:  # noqa: FBT001
    kinds = Kinds()
    found = []
    for values in parts:
        conformed = kinds.conform(table(values), Report())
        found.append(conformed.column("x") if "x" in conformed.column_names else None)
        if kept:  # as another call finds it in the manifest
            kinds = Kinds(kinds.schema, kinds.sample)
    (whole,), _ = unify([build([value for part in parts for value in part], lenient=True)])

    assert kinds.schema.field("x").type == whole.type
    columns = [kinds.recast("x", column) for column in found if column is not None]
    values = [pruned(value) for column in columns for value in column.to_pylist()]
    expected = [pruned(value) for value in whole.to_pylist()]
    assert [one for one in values if one is not None] == [
        one for one in expected if one is not None
    ]


def test_samples_do_not_grow() -> None:
    kinds = Kinds()
    for n in range(50):
        objects = [[{"a": n, "b": str(n), "c": [n]}] * 20] * 30
        kinds.conform(table(objects), Report())
    sample = kinds.sample
    assert sample is not None
    assert sample.num_rows == 1
    assert sample.column(0).to_pylist() == [
        [{"a": 0, "b": "", "c": [0, 49]}, {"a": 49, "b": None, "c": None}]
    ]


def test_known_fields_need_no_sample() -> None:
    kinds = Kinds()
    kinds.conform(pa.table({"dest_port": pa.array([1], pa.uint16())}), Report())
    assert kinds.sample is None
    assert str(kinds.schema.field("dest_port").type) == "uint16"


def test_a_column_whose_values_were_all_replaced_is_in_the_schema_alone() -> None:
    kinds = Kinds()
    found = kinds.conform(pa.table({"flow_id": pa.nulls(2, pa.int64())}), Report())
    assert found.column_names == []
    assert kinds.schema.names == ["_line", "flow_id"]


def test_what_conforms_needs_no_new_file() -> None:
    def objects(**members: pa.DataType) -> pa.DataType:
        return pa.list_(pa.struct(list(members.items())))

    integer, text = pa.int64(), pa.string()
    assert conforms(integer, integer)
    assert not conforms(integer, text)
    assert not conforms(pa.list_(integer), pa.list_(text))
    assert conforms(objects(a=integer), objects(a=integer, b=text))
    assert not conforms(objects(a=integer, b=text), objects(a=integer))
    assert not conforms(objects(a=integer), objects(a=text))
    assert conforms(objects(__empty__=pa.bool_()), objects(a=integer))


@pytest.mark.parametrize(
    "values", [[[{}], None, [], [None, {}]], [[{"a": {}}, {}], [None]], [[[{}], None], []]]
)
def test_what_parquet_cannot_hold_keeps_its_place(values: list[Any]) -> None:
    kind = build(values, lenient=False)
    column = pa.chunked_array([kind, kind.slice(1), kind.slice(0, 1)])
    found = storable(column)

    (settled,), _ = unify([pa.concat_arrays(found.chunks)])
    assert pruned(settled.to_pylist()) == pruned(column.to_pylist())
    assert storable(found) is found
