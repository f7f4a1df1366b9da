"""Law: rows put in another order are the rows that Arrow takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.ingest.rows import reordered

pytestmark = pytest.mark.property

INTEGERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
STRUCTS = st.fixed_dictionaries({"a": TEXTS | st.none(), "b": st.lists(INTEGERS, max_size=2)})
VALUES: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.bool_(): st.booleans(),
    pa.uint16(): st.integers(0, 2**16 - 1),
    pa.int64(): INTEGERS,
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.timestamp("us", "UTC"): INTEGERS,
    pa.string(): TEXTS,
    pa.large_string(): TEXTS,
    pa.null(): st.none(),
    pa.list_(pa.string()): st.lists(TEXTS | st.none(), max_size=3),
    pa.large_list(pa.bool_()): st.lists(st.booleans() | st.none(), max_size=3),
    pa.list_(pa.struct([("a", pa.string()), ("b", pa.list_(pa.int64()))])): st.lists(
        STRUCTS | st.none(), max_size=3
    ),
    pa.struct([("a", pa.string()), ("b", pa.list_(pa.int64()))]): STRUCTS,
    pa.dictionary(pa.int32(), pa.string()): TEXTS,
}


@st.composite
def columns(draw: st.DrawFn, rows: int) -> pa.ChunkedArray:
    """Columns of so many rows: chunks without values, without nulls and with both."""
    kind = draw(st.sampled_from(list(VALUES)))
    cuts = draw(st.lists(st.integers(0, rows), max_size=5).map(sorted))
    chunks = []
    for start, stop in zip([0, *cuts], [*cuts, rows], strict=True):
        before, after = draw(st.integers(0, 9)), draw(st.integers(0, 2))
        cells = draw(st.sampled_from([st.none(), VALUES[kind], st.none() | VALUES[kind]]))
        length = before + stop - start + after
        values = draw(st.lists(cells, min_size=length, max_size=length))
        chunks.append(pa.array(values, kind).slice(before, stop - start))
    return pa.chunked_array(chunks, kind)


@st.composite
def cases(draw: st.DrawFn) -> tuple[pa.Table, list[int]]:
    """Tables and an order of their rows; most orders have each row once."""
    rows = draw(st.integers(0, 40))
    drawn = draw(st.lists(columns(rows), max_size=4))
    some = st.lists(st.integers(0, rows - 1), max_size=rows) if rows else st.just([])
    order = draw(st.permutations(range(rows)) | some)
    return pa.table(drawn, [f"c{n}" for n in range(len(drawn))]), list(order)


@given(cases())
def test_rows_in_another_order_are_those_that_arrow_takes(case: tuple[pa.Table, list[int]]) -> None:
    """Of every type, however the column is cut into chunks and wherever it has values."""
    table, order = case
    found = reordered(table, np.array(order, np.int64))
    expected = table.take(pa.array(order, pa.int64()))

    found.validate(full=True)
    assert found.equals(expected)
    assert found.num_rows == expected.num_rows
    assert [column.null_count for column in found.columns] == [
        column.null_count for column in expected.columns
    ]
