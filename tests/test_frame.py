"""Arrow tables to frames, in both families of dtypes, with the index given."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve.frame import DtypeBackend, arrow_frame, series, to_frame

UTC = pa.timestamp("us", "UTC")
WHEN = dt.datetime(2022, 1, 1, 3, 41, 17, 115874, tzinfo=dt.UTC)
HEADERS = pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())]))
BIG = 2**53 + 1
INDEX = [7, 3, 9]
COLUMNS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "timestamp": (UTC, [WHEN, None, WHEN]),
    "flow_id": (pa.int64(), [BIG, None, -BIG]),
    "smb.session_id": (pa.uint64(), [2**64 - 1, 0, None]),
    "src_port": (pa.uint16(), [None, 0, 65535]),
    "proto": (pa.string(), ["TCP", None, ""]),
    "score": (pa.float64(), [0.1, None, float("inf")]),
    "fileinfo.stored": (pa.bool_(), [True, False, None]),
    "vlan": (pa.list_(pa.int64()), [[BIG, None], None, []]),
    "http.request_headers": (HEADERS, [[{"name": "a"}, {}], None, [{"name": "b", "value": "c"}]]),
    "http.url": (pa.string(), ["/", "\0${", None]),
}
NULLABLE = {
    "timestamp": "datetime64[us, UTC]",
    "flow_id": "Int64",
    "smb.session_id": "UInt64",
    "src_port": "UInt16",
    "proto": "string",
    "score": "Float64",
    "fileinfo.stored": "boolean",
    "vlan": "object",
    "http.request_headers": "object",
    "http.url": "string",
}


def table(names: list[str] | None = None, *, chunked: bool = True) -> pa.Table:
    whole = pa.table(
        {name: pa.array(COLUMNS[name][1], COLUMNS[name][0]) for name in names or COLUMNS}
    )
    return pa.concat_tables(
        [whole.slice(0, 1), whole.slice(1, 0), whole.slice(1)] if chunked else [whole]
    )


def addresses(column: pa.ChunkedArray) -> set[int]:
    return {buffer.address for chunk in column.chunks for buffer in chunk.buffers() if buffer}


@pytest.mark.parametrize("chunked", [False, True])
def test_arrow_dtypes_without_a_copy(*, chunked: bool) -> None:
    given = table(chunked=chunked)
    frame = to_frame(given, pd.Index(INDEX), dtype_backend="pyarrow")

    assert list(frame.columns) == list(COLUMNS)
    assert frame.index.tolist() == INDEX
    for name, (kind, _) in COLUMNS.items():
        assert frame[name].dtype == pd.ArrowDtype(kind)
        held = pa.chunked_array(pa.array(frame[name].array))
        assert held.equals(given.column(name))
        assert addresses(held) <= addresses(given.column(name))


@pytest.mark.parametrize("chunked", [False, True])
def test_nullable_dtypes_hold_the_same_values(*, chunked: bool) -> None:
    frame = to_frame(table(chunked=chunked), pd.Index(INDEX), dtype_backend="numpy_nullable")

    assert [(name, str(dtype)) for name, dtype in frame.dtypes.items()] == [*NULLABLE.items()]
    assert frame.index.tolist() == INDEX
    for name, (_, values) in COLUMNS.items():
        held = [None if value is pd.NA or value is pd.NaT else value for value in frame[name]]
        pruned = [[{}, {"name": "a"}][::-1], None, values[2]] if "headers" in name else values
        assert held == pruned, name
        assert [type(v) for v in held if isinstance(v, list)] == [list] * sum(
            isinstance(v, list) for v in values
        )


def test_lists_are_python_lists_without_null_keys() -> None:
    frame = to_frame(table(), pd.Index(INDEX), dtype_backend="numpy_nullable")

    assert frame.loc[7, "http.request_headers"] == [{"name": "a"}, {}]
    assert frame.loc[3, "vlan"] is pd.NA


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
@pytest.mark.parametrize("names", [["vlan"], ["flow_id"], ["vlan", "http.request_headers"]])
@pytest.mark.parametrize("rows", [0, 3])
def test_any_choice_of_columns_and_no_rows(
    backend: DtypeBackend, names: list[str], rows: int
) -> None:
    frame = to_frame(table(names).slice(0, rows), pd.Index(INDEX[:rows]), dtype_backend=backend)

    assert frame.shape == (rows, len(names))
    assert list(frame.columns) == names
    assert frame.index.tolist() == INDEX[:rows]


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_a_frame_can_be_written_to_and_the_table_stays(backend: DtypeBackend) -> None:
    given = table()
    before = given.to_pydict()
    frame = to_frame(given, pd.Index(INDEX), dtype_backend=backend)
    frame.loc[7, "flow_id"] = 5
    frame.loc[3, "proto"] = "x"
    frame["new"] = 1

    assert frame.loc[7, "flow_id"] == 5
    assert given.to_pydict() == before


@pytest.mark.parametrize("array", [pa.array([BIG, None, 1]), pa.chunked_array([[BIG], [None, 1]])])
def test_series_of_an_array(array: Any) -> None:
    expected = pd.Series([BIG, None, 1], index=INDEX, dtype="int64[pyarrow]")

    pd.testing.assert_series_equal(series(array, pd.Index(INDEX)), expected)


def test_series_keeps_the_index_it_is_given() -> None:
    index = pd.Index(["b", "b"], name="place")
    made = series(pa.array([[1], None]), index)

    assert made.index.equals(index)
    assert made.index.name == "place"
    assert made.dtype == pd.ArrowDtype(pa.list_(pa.int64()))
    assert np.array_equal(made.isna(), [False, True])


def test_columns_by_name_make_a_frame_without_a_copy() -> None:
    given = table()
    whole = {name: column.combine_chunks() for name, column in zip(COLUMNS, given, strict=True)}

    frame = arrow_frame({**whole, "proto": given["proto"]}, pd.Index(INDEX))

    pd.testing.assert_frame_equal(frame, to_frame(given, pd.Index(INDEX), dtype_backend="pyarrow"))
    held = pa.chunked_array(pa.array(frame["http.url"].array))
    assert addresses(held) == addresses(pa.chunked_array([whole["http.url"]]))
    pd.testing.assert_index_equal(arrow_frame(whole).index, pd.RangeIndex(3))
    assert arrow_frame({}).shape == (0, 0)
