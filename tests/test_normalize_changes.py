"""`normalize_types`: what it refuses, what it tells, what it leaves as it is."""

from __future__ import annotations

import json
import math
import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve import normalize_types
from suricata_eve.errors import EveOptionError, EveTypeError, EveValueError, EveWarning

BIG = 2**53
INDEX = pd.MultiIndex.from_tuples([("x", 7), ("x", 3), ("y", 7)], names=["host", "n"])


def frame_of(*values: Any, name: str = "flow_id", index: Any = None) -> pd.DataFrame:
    column = np.empty(len(values), object)
    column[:] = values
    return pd.DataFrame({name: column}, index=INDEX[: len(values)] if index is None else index)


def quietly(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Normalize where any warning is an error; check that the frame stays as it is."""
    before, attrs = frame.copy(deep=True), json.dumps(frame.attrs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = normalize_types(frame, **options)
    pd.testing.assert_frame_equal(frame, before)
    assert json.dumps(frame.attrs) == attrs
    assert result.index.equals(frame.index)
    assert result.index.names == frame.index.names
    return result


def warned(frame: pd.DataFrame, **options: Any) -> tuple[pd.DataFrame, str]:
    """Normalize, and return the text of the one warning."""
    before = frame.copy(deep=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = normalize_types(frame, **options)
    pd.testing.assert_frame_equal(frame, before)
    (warning,) = caught
    assert warning.category is EveWarning
    return result, str(warning.message)


# --- errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "shown", "kind"),
    [
        ("src_port", 65536.0, "65536.0", "uint16"),
        ("src_port", -1, "-1", "uint16"),
        ("src_port", "https", "'https'", "uint16"),
        ("flow_id", 0.5, "0.5", "int64"),
        ("flow_id", 2**64, "'18446744073709551616'", "int64"),
        ("flow_id", math.inf, "inf", "int64"),
        ("flow_id", True, "True", "int64"),
        ("flow_id", 1j, "1j", "int64"),
        ("flow_id", "x" * 99, "'" + "x" * 56 + "...", "int64"),
        ("flow_id", {"a"}, "{'a'}", "int64"),
        ("timestamp", "soon", "'soon'", "timestamp[us, tz=UTC]"),
        ("timestamp", 1640995200, "1640995200", "timestamp[us, tz=UTC]"),
        ("timestamp", pd.Period("2022", "Y"), "Period('2022', 'Y-DEC')", "timestamp[us, tz=UTC]"),
        ("flow.age", pd.Timedelta(1, "s"), "Timedelta('0 days 00:00:01')", "int64"),
        ("fileinfo.stored", "yes", "'yes'", "bool"),
        ("proto", b"TCP", "b'TCP'", "string"),
        ("proto", pd.Timestamp("2022-01-01"), "Timestamp('2022-01-01 00:00:00')", "string"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("index", "label"), [(INDEX[:3], "('x', 3)"), ([4, 9, 4], "9"), (["a", "b", "a"], "'b'")]
)
def test_a_value_that_does_not_fit_is_named_or_missing(  # noqa: PLR0917
    name: str, value: Any, shown: str, kind: str, index: Any, label: str
) -> None:
    """With its column, itself, its row, what cannot hold it, and what to do."""
    frame = frame_of(None, value, value, name=name, index=index)
    expected = (
        f"column {name!r} holds {shown} at row {label}, which {kind} cannot hold exactly "
        "(2 such values); errors='coerce' makes them <NA>"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(EveValueError, match=f"^{re.escape(expected)}$"):
            normalize_types(frame)

    result, message = warned(frame, errors="coerce")
    assert result[name].isna().all()
    assert str(result[name].dtype) == f"{kind}[pyarrow]"
    assert message == (
        f"2 values became <NA>, since the dtype of their field cannot hold them: {name} (2)"
    )


def test_other_dtypes_that_do_not_fit_are_named_too() -> None:
    for column in (
        pd.Series([b"x"], dtype=pd.ArrowDtype(pa.binary())),
        pd.Series([pd.Timedelta(1, "s")]),
        pd.Series(pd.to_datetime(["2022-01-01"])),
        pd.Series(pd.period_range("2022", periods=1, freq="D")),
        pd.Series([1j]),
    ):
        with pytest.raises(EveValueError, match=r"^column 'proto' holds .+ at row 0, which string"):
            normalize_types(column.to_frame("proto"))
        result, _ = warned(column.to_frame("proto"), errors="coerce")
        assert result["proto"].isna().all()


def test_coerce_counts_by_column_and_keeps_the_others() -> None:
    frame = pd.DataFrame(
        {"src_port": [70000, 443, "x"], "flow_id": [0.5, 7, None], "proto": ["a", "b", "c"]},
        index=INDEX,
    )
    result, message = warned(frame, errors="coerce")

    expected = pd.DataFrame(
        {
            "src_port": pd.Series([None, 443, None], INDEX, "uint16[pyarrow]"),
            "flow_id": pd.Series([None, 7, None], INDEX, "int64[pyarrow]"),
            "proto": pd.Series(["a", "b", "c"], INDEX, pd.ArrowDtype(pa.string())),
        }
    )
    pd.testing.assert_frame_equal(result, expected)
    assert message == (
        "3 values became <NA>, since the dtype of their field cannot hold them: "
        "flow_id (1), src_port (2)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"errors": "ignore"}, "errors='ignore' is not one of 'raise', 'coerce'"),
        ({"errors": None}, "errors=None is not one of 'raise', 'coerce'"),
        ({"integer_na": True}, "integer_na=True is not an int; leave it out"),
        ({"integer_na": 0.0}, "integer_na=0.0 is not an int; leave it out"),
        ({"integer_na": -1}, "integer_na=-1 does not fit column 'src_port' of uint16"),
        ({"integer_na": 65536}, "integer_na=65536 does not fit column 'src_port' of uint16"),
    ],
)
def test_options_that_are_none(options: dict[str, Any], message: str) -> None:
    with pytest.raises(EveOptionError, match=f"^{re.escape(message)}"):
        normalize_types(frame_of(1, None, name="src_port"), **options)


def test_columns_that_are_no_paths() -> None:
    multi = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))
    with pytest.raises(EveTypeError, match=r"^the frame's columns are a MultiIndex; join"):
        normalize_types(multi)
    twice = pd.DataFrame([[1, 2]], columns=["proto", "proto"])
    with pytest.raises(EveTypeError, match=r"^the frame has two columns named 'proto'; rename"):
        normalize_types(twice)


# --- integers that were floats ------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "Float64", "double[pyarrow]", "object", "string"])
def test_integers_of_2_to_the_53_that_were_floats_are_counted(dtype: str) -> None:
    values = [float(BIG), None, -float(BIG) * 2, BIG - 1.0, float(2**62)]
    texts = [None if value is None else f"{value:.1f}" for value in values]
    column = pd.Series(texts if dtype == "string" else values, dtype=dtype)
    frame = pd.DataFrame({"flow_id": column, "dns.id": [float(BIG)] * 5})
    result, message = warned(frame)

    assert result["flow_id"].tolist() == [BIG, pd.NA, -2 * BIG, BIG - 1, 2**62]
    assert message == (
        "8 integers had become floats of 2**53 or more and may not be the true ones: "
        "dns.id (5), flow_id (3); read the file with read_eve to have them exactly"
    )


def test_integers_that_were_never_floats_are_exact_and_quiet() -> None:
    for values in ([BIG + 1, None, -(2**63)], [str(BIG + 1), None, str(-(2**63))]):
        result = quietly(frame_of(*values))

        assert result["flow_id"].tolist() == [BIG + 1, pd.NA, -(2**63)]


def test_unknown_columns_of_floats_that_pandas_made_of_integers_are_integers_again() -> None:
    frame = pd.DataFrame({"a": [1.0, None], "b": [1.0, 2.0], "c": [0.5, None], "d": [1e300, None]})
    result = quietly(frame)

    kinds = [str(dtype).removesuffix("[pyarrow]") for dtype in result.dtypes]
    assert kinds == ["int64", "double", "double", "double"]


# --- integer_na ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fill", [0, 65535])
def test_integer_na_fills_integers_and_nothing_else(fill: int) -> None:
    frame = pd.DataFrame(
        {
            "src_port": [443.0, None, None],
            "flow_id": [None, None, 7.0],
            "my.count": [1, None, 2],
            "proto": [None, "TCP", None],
            "score": [0.5, None, None],
            "timestamp": ["2022-01-01T00:00:00Z", None, None],
            "fileinfo.stored": [True, None, None],
            "vlan": [[1, None], None, None],
        },
        index=INDEX,
    )
    filled = quietly(frame, integer_na=fill)
    expected = quietly(frame)
    for name in ("src_port", "flow_id", "my.count"):
        expected[name] = expected[name].fillna(fill)

    pd.testing.assert_frame_equal(filled, expected)


# --- what is left as it is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([b"x", "y", None], dtype=object),
        pd.Series([{1}, None, 2], dtype=object),
        pd.Series([object(), None, 1.5], dtype=object),
        pd.Series([1j, 2j, 3j]),
        pd.Series(pd.period_range("2022", periods=3, freq="D")),
        pd.Series(pd.interval_range(0, 3)),
        pd.Series(pd.to_timedelta([1, 2, 3], unit="s")),
        pd.Series([b"x", None, b""], dtype=pd.ArrowDtype(pa.binary())),
        pd.Series([[b"x"], None, []], dtype=pd.ArrowDtype(pa.list_(pa.binary()))),
    ],
)
def test_unknown_columns_of_what_json_does_not_know_stay_as_they_are(column: pd.Series) -> None:
    frame = pd.DataFrame({"mine.own": column.array, "flow_id": [1.0, None, 2.0]}, index=INDEX)
    result = quietly(frame)

    pd.testing.assert_series_equal(result["mine.own"], frame["mine.own"])
    assert str(result["flow_id"].dtype) == "int64[pyarrow]"


def test_unknown_columns_survive_in_place() -> None:
    names = ["zz", "src_port", 7, "", "ü.${x}", ("a", "b"), "proto", None, 0.5]
    frame = pd.DataFrame([[str(n) for n in range(9)]] * 3, index=INDEX)
    frame.columns = pd.Index(names, dtype=object, name="paths", tupleize_cols=False)
    result = quietly(frame)

    assert result.columns.tolist() == names
    assert result.columns.name == "paths"
    assert result["zz"].tolist() == ["0"] * 3
    assert result["src_port"].tolist() == [1] * 3
    assert result[7].dtype == frame[7].dtype


def test_attrs_are_kept_and_not_shared() -> None:
    frame = frame_of(1.0, None)
    frame.attrs = {"eve": {"notes": ["n"]}, "mine": 1}
    result = quietly(frame)
    assert result.attrs == frame.attrs

    result.attrs["eve"]["notes"].append("m")
    assert frame.attrs == {"eve": {"notes": ["n"]}, "mine": 1}


@pytest.mark.parametrize("name", ["src_port", "flow_id", "mine"])
@pytest.mark.parametrize("dtype", ["int64", "uint16", "float64"])
def test_what_is_written_to_the_frame_later_is_not_in_the_result(name: str, dtype: str) -> None:
    memory = np.array([1, 2, 3], dtype)
    frame = pd.DataFrame({name: memory}, copy=False)
    result = quietly(frame)
    memory[:] = 7

    assert frame[name].tolist() == [7, 7, 7]
    assert result[name].tolist() == [1, 2, 3]


@pytest.mark.parametrize("rows", [INDEX[:0], INDEX])
def test_frames_without_rows_or_columns(rows: pd.Index) -> None:
    assert quietly(pd.DataFrame(index=rows)).shape == (len(rows), 0)
    empty = quietly(pd.DataFrame({"flow_id": [], "timestamp": [], "mine": []}, index=INDEX[:0]))

    assert empty.shape == (0, 3)
    assert str(empty["flow_id"].dtype) == "int64[pyarrow]"
    assert str(empty["timestamp"].dtype) == "timestamp[us, tz=UTC][pyarrow]"


# --- objects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("arrow", [False, True])
def test_objects_become_columns_in_their_place(*, arrow: bool) -> None:
    flow = [{"start": "2022-01-01T00:00:00Z", "pkts_toserver": 7, "own": {"x": [1]}}, None, {}]
    column = pd.Series(flow, index=INDEX)
    if arrow:
        own = pa.struct([("x", pa.list_(pa.int8()))])
        kinds = [("start", pa.string()), ("pkts_toserver", pa.int64()), ("own", own)]
        column = column.astype(pd.ArrowDtype(pa.struct(kinds)))
    frame = pd.DataFrame({"proto": ["TCP"] * 3, "flow": column, "zz": [1.0, None, None]})
    result = quietly(frame)

    assert ",".join(map(str, result)) == "proto,flow.start,flow.pkts_toserver,flow.own.x,zz"
    assert result["flow.pkts_toserver"].tolist() == [7, pd.NA, pd.NA]
    assert str(result["flow.start"].dtype) == "timestamp[us, tz=UTC][pyarrow]"
    assert result["flow.own.x"].iloc[0] == [1]


def test_of_two_columns_that_become_one_the_first_value_counts() -> None:
    """In every dtype, row by row."""
    frame = pd.DataFrame(
        {
            "flow": [{"start": "2022-01-01T00:00:00Z", "src_port": 1}, {"own": 1}, None],
            "flow.start": ["2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z", None],
            "flow.src_port": [7.0, 8.0, None],
            "flow.own": [["x"], ["y"], None],
        },
        index=INDEX,
    )
    result = quietly(frame)

    assert result["flow.start"].dt.year.tolist() == [2022, 2024, pd.NA]
    assert result["flow.src_port"].tolist() == [1, 8, pd.NA]
    assert str(result["flow.src_port"].dtype) == "uint16[pyarrow]"
    assert result["flow.own"].tolist() == ['["x"]', "1", pd.NA]


def test_two_columns_that_become_one_and_cannot_be_joined() -> None:
    frame = pd.DataFrame({"a": [{"b": 1}], "a.b": [b"x"]})
    with pytest.raises(EveTypeError, match=r"^the frame has two columns named 'a\.b' once it is"):
        normalize_types(frame)


def test_an_object_that_cannot_be_flattened_is_kept_and_named() -> None:
    frame = frame_of({"sid": {1, 2}}, None, name="alert")
    result, message = warned(frame)

    pd.testing.assert_frame_equal(result, frame)
    assert message == "not of their schema type, kept as they are: alert"


# --- lists and text -----------------------------------------------------------------------------


def test_lists_written_as_json_are_lists() -> None:
    result = quietly(frame_of("[1, null]", None, "[]", name="vlan"))

    assert pa.array(result["vlan"].array).to_pylist() == [[1, None], None, []]
    assert result["vlan"].dtype == pd.ArrowDtype(pa.list_(pa.int64()))


@pytest.mark.parametrize(
    "text", ["7", "[1", "[1] x", "x", "", '{"a":1}', "[" * 100_000, "[" * 500 + "]" * 500]
)
def test_text_in_a_field_of_lists_is_kept_and_named(text: str) -> None:
    result, message = warned(frame_of("[1]", text, None, name="vlan"))

    assert result["vlan"].tolist() == ["[1]", text, pd.NA]
    assert message == "not of their schema type, kept as they are: vlan"


def test_several_kinds_become_text_and_are_named() -> None:
    result, message = warned(
        pd.DataFrame({"b.mine": [1, "x", [1.0]], "proto": ["TCP", 6, None], "a": [1, "1", None]})
    )

    assert result["b.mine"].tolist() == ["1", "x", "[1]"]
    assert result["proto"].tolist() == ["TCP", "6", pd.NA]
    assert message == "values of several kinds became text: a, b.mine, proto"


def test_all_is_told_in_one_warning() -> None:
    frame = pd.DataFrame(
        {
            "flow_id": [float(BIG), 0.5],
            "proto": [1, "x"],
            "vlan": ["x", None],
            "timestamp": ["2022-01-01T00:00:00.1234567Z", None],
        }
    )
    _, message = warned(frame, errors="coerce")

    assert [part.split(" ", 1)[1][:9] for part in message.split("; ")] == [
        "integer h",
        "the file ",
        "value bec",
        "time cut ",
        "of severa",
        "of their ",
    ]
