"""`normalize_types`: the dtypes of the contract for a frame from anywhere, and nothing lost."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve import normalize_types, read_eve
from suricata_eve.errors import EveWarning

UTC = "timestamp[us, tz=UTC][pyarrow]"
EVENTS: list[dict[str, Any]] = [
    {
        "timestamp": "2022-01-01T03:41:17.115874-0400",
        "flow_id": 1_080_000_000_000_001,
        "event_type": "http",
        "src_ip": "2001:0db8:0000:0000:0000:0000:0000:0001",
        "src_port": 49152,
        "dest_port": 80,
        "http": {"url": "/${jndi:x}", "status": 200, "request_headers": [{"name": "Host"}]},
        "mine": {"note": "2021-12-10", "n": 7},
    },
    {
        "timestamp": "2022-01-01T03:41:18.000000+0000",
        "event_type": "stats",
        "stats": {"uptime": 7, "decoder": {"pkts": 5}},
    },
    {
        "timestamp": "2022-01-01 03:41:19",
        "flow_id": 5,
        "event_type": "dns",
        "vlan": [7, 8],
        "dns": {"rrname": "0443.example", "answers": [{"ttl": 5, "rdata": "x"}]},
        "fileinfo": {"stored": False},
    },
]
INDEX = pd.Index(["b", "a", "b"], name="place")  # not unique, not sorted


def objects(*values: Any) -> pd.Series:
    column = np.empty(len(values), object)
    column[:] = values
    return pd.Series(column, index=["b", "a", "b", "c", "c"][: len(values)])


def arrow(values: list[Any], dtype: str) -> pd.Series:
    return pd.Series(values, dtype=dtype, index=["b", "a", "b", "c", "c"][: len(values)])


def read(events: list[dict[str, Any]]) -> pd.DataFrame:
    """Read events as a file, in its order, with the index of the tests."""
    data = "".join(json.dumps(event) + "\n" for event in events).encode()
    return read_eve(io.BytesIO(data), order="file").set_axis(INDEX)


def assert_same_columns(frame: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare all but the order of the columns."""
    pd.testing.assert_frame_equal(frame[list(expected.columns)], expected, check_flags=False)
    assert set(frame.columns) == set(expected.columns)


def normalized(column: pd.Series, name: str = "flow_id", **options: Any) -> pd.Series:
    frame = column.to_frame(name)
    before = frame.copy(deep=True)
    result = normalize_types(frame, **options)
    pd.testing.assert_frame_equal(frame, before)
    assert result.index.equals(frame.index)
    made: pd.Series = result[name]
    return made


# --- frames from elsewhere --------------------------------------------------------------------


def test_json_normalize() -> None:
    frame = pd.json_normalize(EVENTS).set_axis(INDEX)
    assert frame["flow_id"].dtype == "float64"

    assert_same_columns(normalize_types(frame), read(EVENTS))


def test_json_normalize_to_one_level_and_objects_as_they_are() -> None:
    for frame in (pd.json_normalize(EVENTS, max_level=0), pd.DataFrame(EVENTS)):
        assert isinstance(frame.loc[0, "http"], dict)
        assert_same_columns(normalize_types(frame.set_axis(INDEX)), read(EVENTS))


@pytest.mark.parametrize("backend", [{}, {"dtype_backend": "pyarrow"}, {"dtype": False}])
def test_read_json(backend: dict[str, Any]) -> None:
    text = "\n".join(map(json.dumps, EVENTS))
    frame = pd.read_json(io.StringIO(text), lines=True, **backend).set_axis(INDEX)

    assert_same_columns(normalize_types(frame), read(EVENTS))


@pytest.mark.parametrize("options", [{}, {"dtype_backend": "pyarrow"}, {"dtype": str}])
def test_read_csv(options: dict[str, Any]) -> None:
    """Lists come as text of JSON; lists of objects do not come from CSV."""
    expected = read(EVENTS).drop(columns=["dns.answers", "http.request_headers"])
    text = expected.astype({"vlan": object}).assign(vlan=["", "", "[7, 8]"]).to_csv(index=False)
    result = normalize_types(pd.read_csv(io.StringIO(text), **options).set_axis(INDEX))
    if "dtype" in options:  # nothing tells that an unknown field held numbers
        expected["mine.n"] = arrow(["7", None, None], "string[pyarrow]").set_axis(INDEX)
        expected = expected.astype({"mine.n": pd.ArrowDtype(pa.string())})

    assert_same_columns(result, expected)


def test_the_frame_of_read_eve_is_what_it_was(sample8: pd.DataFrame) -> None:
    part = sample8.iloc[::97].sample(frac=1, random_state=7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = normalize_types(part)

    pd.testing.assert_frame_equal(result, part)


@pytest.mark.parametrize("text", ["443", " 443 ", "443.0", "4.43e2", "+443", "00443"])
def test_numbers_as_text(text: str) -> None:
    """As Elasticsearch and CSV give them."""
    expected = arrow([443, None], "uint16[pyarrow]").rename("src_port")

    pd.testing.assert_series_equal(normalized(objects(text, None), "src_port"), expected)
    pd.testing.assert_series_equal(
        normalized(objects(text, None).astype("category"), "src_port"), expected
    )


# --- dtypes -----------------------------------------------------------------------------------

FLOW_IDS = [
    arrow([5, 7], "int64"),
    arrow([5, 7], "uint8"),
    arrow([5.0, 7.0], "float64"),
    arrow([5, 7], "Int64"),
    arrow([5, 7], "float32"),
    arrow([5, 7], "int32[pyarrow]"),
    arrow([5, 7], "double[pyarrow]"),
    arrow(["5", "7"], "string"),
    arrow(["5", "7"], "string[pyarrow]"),
    arrow(["5", "7"], "category"),
    arrow([5, 7], "category"),
    arrow([5, 7], "Sparse[int64]"),
    objects(5, 7),
    objects(5, "7"),
    objects(np.int64(5), np.uint8(7)),
    objects(5.0, 7),
    objects(decimal.Decimal(5), decimal.Decimal("7.0")),
]


@pytest.mark.parametrize("column", FLOW_IDS)
def test_integers_of_any_dtype(column: pd.Series) -> None:
    expected = arrow([5, 7], "int64[pyarrow]").rename("flow_id")

    pd.testing.assert_series_equal(normalized(column), expected)


@pytest.mark.parametrize("missing", [None, pd.NA, math.nan, pd.NaT])
@pytest.mark.parametrize("name", ["flow_id", "src_port", "timestamp", "proto", "vlan", "my.own"])
def test_missing_stays_missing(missing: Any, name: str) -> None:
    value = {"timestamp": "2022-01-01T00:00:00Z", "proto": "TCP", "vlan": [1]}.get(name, 5)
    result = normalized(objects(missing, value, missing), name)

    assert result.isna().tolist() == [True, False, True]
    assert isinstance(result.dtype, pd.ArrowDtype)


@pytest.mark.parametrize("column", [objects(None, None), arrow([math.nan] * 2, "float64")])
def test_a_column_without_values_has_its_dtype(column: pd.Series) -> None:
    assert str(normalized(column).dtype) == "int64[pyarrow]"
    assert str(normalized(column, "timestamp").dtype) == UTC
    assert normalized(column, "my.own").isna().all()


TIMES = [
    pd.Series(pd.to_datetime(["2022-01-01T03:00"])),
    pd.Series(pd.to_datetime(["2022-01-01T03:00"]).as_unit("s")),
    pd.Series(pd.to_datetime(["2022-01-01T04:00"]).tz_localize("Europe/Berlin")),
    pd.Series([dt.datetime(2022, 1, 1, 3)], dtype=object),  # noqa: DTZ001
    pd.Series([dt.datetime(2022, 1, 1, 3, tzinfo=dt.UTC)], dtype=object),
    pd.Series([pd.Timestamp("2022-01-01T04:00+0100")], dtype=object),
    pd.Series([np.datetime64("2022-01-01T03:00", "ns")], dtype=object),
    pd.Series(["2022-01-01T04:00:00.000+01:00"], dtype="string"),
    pd.Series(pd.to_datetime(["2022-01-01T03:00"])).astype("timestamp[ms][pyarrow]"),
]


@pytest.mark.parametrize("column", TIMES)
def test_times_of_any_dtype_are_instants(column: pd.Series) -> None:
    result = normalized(column, "flow.start")

    assert str(result.dtype) == UTC
    assert result.item() == pd.Timestamp("2022-01-01T03:00", tz="UTC")


def test_datetimes_beside_text_are_instants() -> None:
    column = objects(pd.Timestamp("2022-01-01T03:00"), "2022-01-01T04:00:00+0100", None)
    result = normalized(column, "timestamp")

    assert result.iloc[:2].tolist() == [pd.Timestamp("2022-01-01T03:00", tz="UTC")] * 2
    assert result.iloc[2] is pd.NA


def test_nanoseconds_are_cut_with_a_warning() -> None:
    for column in (
        pd.Series(pd.to_datetime(["2022-01-01T03:00:00.123456789"])),
        objects("2022-01-01T03:00:00.123456789"),
    ):
        with pytest.warns(EveWarning, match=r"^1 time cut to the microsecond: timestamp \(1\)$"):
            result = normalized(column, "timestamp")
        assert result.item() == pd.Timestamp("2022-01-01T03:00:00.123456", tz="UTC")


@pytest.mark.parametrize(
    ("value", "text"),
    [(443, "443"), (443.0, "443"), (True, "true"), ([1, 2], "[1,2]"), ("2021-12-10", "2021-12-10")],
)
def test_text_fields_are_text(value: Any, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EveWarning)
        result = normalized(objects(value, None), "dns.rrname")

    pd.testing.assert_series_equal(
        result,
        arrow([text, None], "string").astype(pd.ArrowDtype(pa.string())).rename("dns.rrname"),
    )
