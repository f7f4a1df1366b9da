"""`read_eve`: its options, the two families of dtypes, the order of rows, warnings and attrs."""

from __future__ import annotations

import datetime as dt
import inspect
import io
import json
import math
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve import read_eve, scan_eve
from suricata_eve.errors import EveOptionError, EveParseError, EveWarning

WHEN = dt.datetime(2022, 1, 1, 7, 41, 17, 115874, tzinfo=dt.UTC)
EVENTS: list[dict[str, Any]] = [
    {
        "timestamp": "2022-01-01T03:41:17.115874-0400",
        "flow_id": 2**53 + 1,
        "event_type": "http",
        "dest_port": 80,
        "http": {"url": "/", "request_headers": [{"name": "Host", "value": "x"}, {"name": "A"}]},
    },
    {"event_type": "stats", "stats": {"uptime": 7}, "score": 0.5},
    {"event_type": "http", "flow_id": 5, "vlan": [], "smb": {"session_id": 2**64 - 1}},
    {"event_type": "stats", "stats": {"uptime": 8}, "fileinfo": {"stored": True}, "vlan": [1]},
]
KINDS = {
    "timestamp": pa.timestamp("us", "UTC"),
    "flow_id": pa.int64(),
    "event_type": pa.string(),
    "dest_port": pa.uint16(),
    "score": pa.float64(),
    "vlan": pa.list_(pa.int64()),
    "fileinfo.stored": pa.bool_(),
    "http.request_headers": pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())])),
    "http.url": pa.string(),
    "smb.session_id": pa.uint64(),
    "stats.uptime": pa.int64(),
}
ROWS: dict[int, dict[str, Any]] = {
    0: {
        "timestamp": WHEN,
        "flow_id": 2**53 + 1,
        "event_type": "http",
        "dest_port": 80,
        "http.url": "/",
        "http.request_headers": [{"name": "Host", "value": "x"}, {"name": "A", "value": None}],
    },
    1: {"event_type": "stats", "stats.uptime": 7, "score": 0.5},
    2: {"event_type": "http", "flow_id": 5, "vlan": [], "smb.session_id": 2**64 - 1},
    3: {"event_type": "stats", "stats.uptime": 8, "fileinfo.stored": True, "vlan": [1]},
}


def lines(events: list[dict[str, Any]]) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(event).encode() + b"\n" for event in events))


def expected(order: list[int]) -> pd.DataFrame:
    columns = {
        name: pd.array(pa.array([ROWS[n].get(name) for n in order], kind), pd.ArrowDtype(kind))
        for name, kind in KINDS.items()
    }
    return pd.DataFrame(columns, index=order)


@pytest.mark.parametrize(("order", "rows"), [("grouped", [0, 2, 1, 3]), ("file", [0, 1, 2, 3])])
def test_the_whole_frame(order: Any, rows: list[int]) -> None:
    """Columns in the schema's order, exact values, line numbers as the index."""
    frame = read_eve(lines(EVENTS), order=order)

    pd.testing.assert_frame_equal(frame, expected(rows))


def test_grouped_is_the_default_and_sorting_it_is_file_order() -> None:
    frame = read_eve(lines(EVENTS))

    pd.testing.assert_frame_equal(frame, read_eve(lines(EVENTS), order="grouped"))
    pd.testing.assert_frame_equal(frame.sort_index(), read_eve(lines(EVENTS), order="file"))


# --- dtypes -----------------------------------------------------------------------------------


def cells(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Return Python values by column, None where one is missing."""

    def plain(value: Any) -> Any:
        if value is pd.NA or value is pd.NaT or value is None:
            return None
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, list):
            return [plain(element) for element in value]
        if isinstance(value, dict):
            return {key: plain(v) for key, v in value.items() if v is not None}
        return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value

    return {str(name): [plain(value) for value in frame[name].array] for name in frame}


@pytest.mark.parametrize("order", ["grouped", "file"])
def test_nullable_dtypes_hold_what_arrow_dtypes_hold(order: Any) -> None:
    frame = read_eve(lines(EVENTS), order=order, dtype_backend="numpy_nullable")
    other = read_eve(lines(EVENTS), order=order)

    assert {str(name): str(dtype) for name, dtype in frame.dtypes.items()} == {
        "timestamp": "datetime64[us, UTC]",
        "flow_id": "Int64",
        "event_type": "string",
        "dest_port": "UInt16",
        "score": "Float64",
        "vlan": "object",
        "fileinfo.stored": "boolean",
        "http.request_headers": "object",
        "http.url": "string",
        "smb.session_id": "UInt64",
        "stats.uptime": "Int64",
    }
    assert frame.index.tolist() == other.index.tolist()
    assert cells(frame) == cells(other)
    assert frame.attrs == other.attrs


def test_nullable_dtypes_of_a_real_file_hold_what_arrow_dtypes_hold(sample8: pd.DataFrame) -> None:
    path = Path(__file__).parent / "data" / "log4j-suricata8.json.gz"
    frame = read_eve(path, dtype_backend="numpy_nullable")

    assert not [name for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.ArrowDtype)]
    assert frame.columns.tolist() == sample8.columns.tolist()
    for name in sample8.columns[::9]:
        assert cells(frame[[name]]) == cells(sample8[[name]])


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_events_of_lists_alone_have_their_rows(backend: Any) -> None:
    frame = read_eve(lines([{"a": [1]}, {}, {"a": [None]}]), dtype_backend=backend)

    assert frame.index.tolist() == [0, 1, 2]
    assert cells(frame) == {"a": [[1], None, [None]]}


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_infinite_numbers_are_numbers(backend: Any) -> None:
    frame = read_eve(io.BytesIO(b'{"a":Infinity}\n{"a":-1e999}\n{}\n'), dtype_backend=backend)

    assert cells(frame) == {"a": [math.inf, -math.inf, None]}


# --- options -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "choices"),
    [
        ("on_bad_lines", "'warn', 'error', 'skip'"),
        ("order", "'grouped', 'file'"),
        ("dtype_backend", "'pyarrow', 'numpy_nullable'"),
    ],
)
@pytest.mark.parametrize("value", ["WARN", "", None, True, 0])
def test_an_option_must_be_one_of_its_choices(option: str, choices: str, value: Any) -> None:
    """It is checked before anything is read, and the message lists the choices."""
    with pytest.raises(EveOptionError) as caught:
        read_eve("/no/such/file", **{option: value})

    assert str(caught.value) == f"{option}={value!r} is not one of {choices}"


def test_an_option_that_cannot_be_hashed_is_none_of_its_choices() -> None:
    with pytest.raises(EveOptionError, match=r"^order=\['file'\] is not one of "):
        read_eve(io.BytesIO(), order=["file"])  # type: ignore[arg-type]


def test_options_go_by_name_and_the_defaults_are_choices() -> None:
    source, *options = inspect.signature(read_eve).parameters.values()

    assert source.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert {option.kind for option in options} == {inspect.Parameter.KEYWORD_ONLY}
    defaults = {option.name: option.default for option in options}
    chosen = {name: default for name, default in defaults.items() if default is not None}
    assert chosen == {
        "on_bad_lines": "warn",
        "order": "grouped",
        "dtype_backend": "pyarrow",
        "progress": False,
    }


def test_a_scan_has_the_options_of_a_read() -> None:
    read, scan = inspect.signature(read_eve), inspect.signature(scan_eve)

    assert read.parameters == scan.parameters


# --- warnings and attrs ---------------------------------------------------------------------------

DAMAGED = (
    b'{"timestamp":"soon","vlan":[0.5],"x":1}\n'
    b"cut\n"
    b'{"timestamp":"2022-01-01T00:00:00.1234567Z","x":"y","z":"\xff"}\n'
    b"\0\n"
)
ATTRS = {
    "sources": ["<stream>"],
    "lines": 4,
    "events": 2,
    "bad_lines": 1,
    "bad_values": 2,
    "bad_value_reasons": {
        "bytes that are not UTF-8 became U+FFFD": 1,
        "timestamp is not a time": 1,
    },
    "nul_bytes": 1,
    "cut_times": 1,
    "converted_fields": [],
    "text_fields": ["x"],
    "misfits": {"vlan": "list<item: double>"},
    "notes": [],
}
MESSAGE = (
    "1 of 4 lines left out; 2 values replaced: bytes that are not UTF-8 became U+FFFD (1), "
    "timestamp is not a time (1) (first: <stream>, line 1: timestamp is not a time); 1 time "
    "cut to the microsecond; values of several kinds became text in x; not of their schema type: "
    'vlan (list<item: double>); details in df.attrs["eve"]'
)


@pytest.mark.parametrize("order", ["grouped", "file"])
@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_all_that_changed_is_in_one_warning_and_in_attrs(order: Any, backend: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = read_eve(io.BytesIO(DAMAGED), order=order, dtype_backend=backend)

    (warning,) = caught
    assert (warning.category, str(warning.message)) == (EveWarning, MESSAGE)
    assert warning.filename == __file__
    assert list(frame.attrs) == ["eve"]
    attrs = frame.attrs["eve"]
    assert json.loads(json.dumps(attrs)) == attrs
    assert [(e["line"], e["offset"]) for e in attrs.pop("examples")] == [
        (1, 0),
        (2, 40),
        (3, 44),
    ]
    assert attrs == ATTRS


def test_skip_reads_the_same_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = read_eve(io.BytesIO(DAMAGED), on_bad_lines="skip")
    with pytest.warns(EveWarning):
        other = read_eve(io.BytesIO(DAMAGED))

    pd.testing.assert_frame_equal(frame, other)
    assert frame.attrs == other.attrs


def test_error_raises_for_lines_and_warns_of_values() -> None:
    with pytest.raises(EveParseError, match=r"^<stream>, line 2, byte 40: cut off or not JSON"):
        read_eve(io.BytesIO(DAMAGED), on_bad_lines="error")
    with pytest.warns(
        EveWarning,
        match=r"^1 value replaced: timestamp is not a time \(1\) \(first: <stream>, line 1: ",
    ):
        read_eve(io.BytesIO(DAMAGED[:40]), on_bad_lines="error")


def test_each_read_has_its_own_report() -> None:
    first, second = read_eve(lines(EVENTS)), read_eve(lines(EVENTS[:1]))

    assert first.attrs["eve"]["events"] == 4
    assert second.attrs["eve"]["events"] == 1
    assert first.attrs["eve"] is not second.attrs["eve"]
