"""Input that is no EVE, or is damaged: what is kept, counted, told, and raised."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import suricata_eve
from suricata_eve.errors import EveOptionError, EveParseError, EveTypeError, EveWarning
from suricata_eve.ingest import salvage
from suricata_eve.schema.fields import CORE
from suricata_eve.testing import assert_equals_json, assert_eve_frame_equal, oracle

GOOD = b'{"timestamp":"2022-01-01T00:00:00.000000+0000","flow_id":7,"event_type":"dns"}'


def read(data: bytes, **options: Any) -> pd.DataFrame:
    """Read without a warning, and compare with `json` line by line."""
    df = suricata_eve.read_eve(io.BytesIO(data), **{"on_bad_lines": "skip", **options})
    assert_equals_json(df, io.BytesIO(data))
    return df


def report(df: pd.DataFrame) -> dict[str, Any]:
    attrs: dict[str, Any] = df.attrs["eve"]
    return attrs


def counts(df: pd.DataFrame) -> tuple[int, int, int, int]:
    """Return lines, events, bad lines, bad values."""
    attrs = report(df)
    return attrs["lines"], attrs["events"], attrs["bad_lines"], attrs["bad_values"]


def reasons(df: pd.DataFrame) -> list[str]:
    return [example["reason"] for example in report(df)["examples"]]


# --- sources ------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "no-such-eve.json"
    with pytest.raises(FileNotFoundError, match=r"no-such-eve\.json"):
        suricata_eve.read_eve(path)


def test_a_missing_file_among_others_is_named(tmp_path: Path) -> None:
    there = tmp_path / "eve.json"
    there.write_bytes(GOOD)
    with pytest.raises(FileNotFoundError, match=r"eve\.2\.json"):
        suricata_eve.read_eve([there, tmp_path / "eve.2.json"])


def test_a_folder_without_logs(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=tmp_path.name):
        suricata_eve.read_eve(tmp_path)


@pytest.mark.parametrize("source", [7, None, io.StringIO(GOOD.decode())])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(EveTypeError):
        suricata_eve.read_eve(source)


@pytest.mark.parametrize("option", ["on_bad_lines", "order", "dtype_backend"])
def test_an_option_that_is_none_of_its_choices(option: str) -> None:
    with pytest.raises(EveOptionError, match=rf"{option}='no' is not one of '"):
        suricata_eve.read_eve(io.BytesIO(GOOD), **{option: "no"})  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\n\x00\x00", b"\xef\xbb\xbf"])
def test_an_empty_file_has_the_core_columns(data: bytes) -> None:
    df = read(data, on_bad_lines="error")

    assert len(df) == 0
    assert tuple(df.columns) == CORE
    assert str(df["timestamp"].dtype) == "timestamp[us, tz=UTC][pyarrow]"
    assert str(df["flow_id"].dtype) == "int64[pyarrow]"
    assert str(df["dest_port"].dtype) == "uint16[pyarrow]"
    assert report(df)["bad_lines"] == 0


def test_no_source_at_all_is_empty() -> None:
    df = suricata_eve.read_eve([])

    assert (len(df), tuple(df.columns), report(df)["sources"]) == (0, CORE, [])


def test_gzip_that_ends_early_is_read_up_to_there() -> None:
    whole = b"\n".join([GOOD] * 500) + b"\n"
    packed = gzip.compress(whole)[:-40]
    with pytest.warns(EveWarning, match="ends early"):
        df = suricata_eve.read_eve(io.BytesIO(packed))

    assert 0 < len(df) <= 500


# --- bad lines: counted, placed, told -------------------------------------------------

BROKEN = b"\n".join([GOOD, b"", b"not json", GOOD[:30], GOOD, b"[1]", b'"x"', GOOD]) + b"\n"


def test_bad_lines_are_counted_and_placed() -> None:
    """`attrs` holds plain JSON values, places count lines from 1 and bytes from 0."""
    df = read(BROKEN)
    attrs = report(df)

    assert df.index.tolist() == [0, 4, 7]
    assert json.loads(json.dumps(attrs)) == attrs
    assert attrs["sources"] == ["<stream>"]
    assert counts(df) == (8, 3, 4, 0)
    assert [(e["source"], e["line"], e["offset"]) for e in attrs["examples"]] == [
        ("<stream>", line, BROKEN.find(start))
        for line, start in ((3, b"not"), (4, GOOD[:30] + b"\n"), (6, b"[1]"), (7, b'"x"'))
    ]
    assert all(set(e) == {"source", "line", "offset", "reason"} for e in attrs["examples"])
    assert "not an object" in reasons(df)[2]


def test_places_count_within_each_source(tmp_path: Path) -> None:
    """The index counts on over the sources, the places do not."""
    first, second = tmp_path / "eve.1.json", tmp_path / "eve.2.json.gz"
    first.write_bytes(GOOD + b"\n" + GOOD)
    second.write_bytes(gzip.compress(b"\n" + GOOD + b"\nbad\n"))
    df = suricata_eve.read_eve([first, second], on_bad_lines="skip")

    assert df.index.tolist() == [0, 1, 3]
    assert report(df)["sources"] == [str(first), str(second)]
    (example,) = report(df)["examples"]
    assert example["source"] == str(second)
    assert (example["line"], example["offset"]) == (3, 2 + len(GOOD))


def test_one_warning_for_all() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        suricata_eve.read_eve(io.BytesIO(BROKEN))

    (warning,) = caught
    assert warning.category is EveWarning
    assert warning.filename == __file__
    assert "4 of 8 lines" in str(warning.message)
    assert "line 3" in str(warning.message)


def test_skip_says_nothing_and_counts() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        df = suricata_eve.read_eve(io.BytesIO(BROKEN), on_bad_lines="skip")

    assert report(df)["bad_lines"] == 4


def test_error_raises_for_the_first_bad_line() -> None:
    with pytest.raises(EveParseError, match=r"<stream>, line 3, byte 80: ") as caught:
        suricata_eve.read_eve(io.BytesIO(BROKEN), on_bad_lines="error")

    error = caught.value
    assert (error.source, error.line, error.offset) == ("<stream>", 3, BROKEN.find(b"not"))
    assert error.reason
    assert isinstance(error, ValueError)


def test_at_most_100_examples_and_all_are_counted() -> None:
    df = read(b"bad\n" * 1000 + GOOD)

    assert counts(df) == (1001, 1, 1000, 0)
    assert [example["line"] for example in report(df)["examples"]] == list(range(1, 101))


def test_a_sound_file_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        df = suricata_eve.read_eve(io.BytesIO(GOOD + b"\r\n\r\n" + GOOD))

    assert counts(df) == (3, 2, 0, 0)


# --- where a line ends ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "index"),
    [
        (b'{"x":"a\xe2\x80\xa8b\xc2\x85c"}\n{"x":"d"}\n', [0, 1]),  # U+2028 and U+0085
        (b'{"x":1}\r\n\r\n{"x":2}\r\n', [0, 2]),
        (b'{"x":1}\n{"x":2}', [0, 1]),
        (b'{"x":1}\n \t\n\n{"x":2}\n\n', [0, 3]),
        (b'\xef\xbb\xbf{"x":1}\n\xef\xbb\xbf{"x":2}\n', [0, 1]),
        (b'\x00\x00\x00{"x":1}\x00\n\x00\x00\n{"x":2}\n\x00\x00', [0, 2]),
        (b' {"x":1}\t\n', [0]),
    ],
)
def test_these_are_no_errors(data: bytes, index: list[int]) -> None:
    df = read(data, on_bad_lines="error")

    assert df.index.tolist() == index
    assert report(df)["nul_bytes"] == data.count(b"\x00")


def test_nul_padding_of_a_truncated_file_is_counted() -> None:
    df = read(b"\x00" * 5000 + GOOD + b"\n" + GOOD + b"\n")

    assert (counts(df), report(df)["nul_bytes"]) == ((2, 2, 0, 0), 5000)


def test_a_line_that_is_cut_is_a_bad_line() -> None:
    """Suricata is still writing the last one; there it is no less bad."""
    df = read(GOOD + b"\n" + GOOD[:-10])

    assert counts(df) == (2, 1, 1, 0)


@pytest.mark.parametrize(
    "line",
    [
        b'{"event_type":"dns"}{"event_type":"dns"}',
        b'{"event_type":"dns"} {"event_type":"dns"}',
        b'{"event_type":"dns"}\x00{"event_type":"dns"}',
        b'{"event_type":"dns"}}',
        b'{"event_type":"dns","x":Inf}',
        b'{"event_type":"dns","x":-NaN}',
        b'{"event_type":"dns","x":[{"a":{"b":Inf}}]}',
        b'{"event_type":"dns","x":"a\tb"}',
        b'{"event_type":"dns",}',
        b"{'event_type':'dns'}",
    ],
)
def test_what_json_refuses_is_no_event(line: bytes) -> None:
    """Arrow takes some of these, as one row or two; beside good lines and alone."""
    assert counts(read(line)) == (1, 0, 1, 0)
    assert read(GOOD + b"\n" + line + b"\n" + GOOD).index.tolist() == [0, 2]


def test_an_object_over_two_lines_is_two_bad_lines() -> None:
    """Also where a line with two objects makes up the number of rows."""
    df = read(b'{"x":1}{"x":2}\n{"x":\n3}\n{"x":4}\n')

    assert (df.index.tolist(), counts(df)) == ([3], (4, 1, 3, 0))


# --- size and depth ---------------------------------------------------------------------


def nested(depth: int, *, kind: str = "list") -> bytes:
    """Make a line whose objects and lists are `depth` levels deep."""
    opened, closed = (b"[", b"]") if kind == "list" else (b'{"a":', b"}")
    return b'{"x":' + opened * (depth - 1) + b"1" + closed * (depth - 1) + b"}"


def test_the_limit_of_depth_is_the_documented_one() -> None:
    assert salvage.MAX_DEPTH == oracle.MAX_DEPTH == 200


@pytest.mark.parametrize("kind", ["list", "object"])
@pytest.mark.parametrize("depth", [2, 63, 64, 65, 66, 130, 200])
def test_lines_up_to_the_limit_of_depth_are_events(depth: int, kind: str) -> None:
    df = read(nested(depth, kind=kind) + b"\n" + GOOD)

    assert counts(df) == (2, 2, 0, 0)


@pytest.mark.parametrize("kind", ["list", "object"])
@pytest.mark.parametrize("depth", [201, 999, 7_990, 8_010, 100_000])
def test_deeper_lines_are_bad_lines(depth: int, kind: str) -> None:
    df = read(GOOD + b"\n" + nested(depth, kind=kind) + b"\n" + GOOD)

    assert counts(df) == (3, 2, 1, 0)
    assert "nested deeper" in reasons(df)[0]


def test_no_depth_kills_the_process() -> None:
    """A parser that recurses for each level would die of these, not raise."""
    code = """
import io, suricata_eve
for depth in (7_000, 20_000, 1_000_000):
    for opened, closed in ((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")):
        for end in (closed * depth, b""):
            data = b'{"x":' + opened * depth + b"1" + end + b"}\\n" + b'{"x":1}\\n'
            df = suricata_eve.read_eve(io.BytesIO(data), on_bad_lines="skip")
            assert df.index.tolist() == [1], df
print("alive")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )

    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr[-2000:]


def test_long_lines() -> None:
    """Real bodies reach 250 KB; also a line far beyond any block is one line."""
    long = [json.dumps({"x": "é" * size, "n": size}).encode() for size in (250_000, 4_000_000)]
    df = read(b"\n".join([GOOD, *long, GOOD]))

    assert df["x"].dropna().str.len().tolist() == [250_000, 4_000_000]
    assert df["n"].dropna().tolist() == [250_000, 4_000_000]


def test_an_event_with_50000_keys() -> None:
    event = {f"k{i}": i for i in range(50_000)}
    df = suricata_eve.read_eve(io.BytesIO(json.dumps(event).encode() + b"\n" + GOOD))

    assert (len(df), df.shape[1]) == (2, 50_003)
    assert df.loc[0, "k49999"] == 49_999


def test_a_file_with_1000_event_types() -> None:
    lines = [json.dumps({"event_type": f"t{i % 1000}", "x": i}).encode() for i in range(3000)]
    df = read(b"\n".join(lines))

    assert df["event_type"].nunique() == 1000
    assert df["x"].tolist() == [i + 1000 * n for i in range(1000) for n in range(3)]


# --- names ------------------------------------------------------------------------------


def test_of_a_duplicate_key_the_last_value_counts() -> None:
    """As `json` does; Suricata 6 writes `tls.subject` twice."""
    df = read(
        b'{"event_type":"tls","tls":{"subject":"CN=a","subject":"CN=b"}}\n'
        b'{"event_type":"tls","tls":{"sni":1},"tls":{"subject":"CN=c"}}\n'
        b'{"event_type":"tls","tls":{"subject":"CN=d"}}\n'
    )

    assert df["tls.subject"].tolist() == ["CN=b", "CN=c", "CN=d"]
    assert list(df.columns) == ["event_type", "tls.subject"]


def test_of_two_paths_that_become_one_the_last_counts() -> None:
    df = read(b'{"a.b":1,"a":{"b":2}}\n{"a":{"b":3},"a.b":4}\n{"a":{"b":5}}\n{"a.b":6}\n')

    assert df["a.b"].tolist() == [2, 4, 5, 6]


def test_an_object_in_one_event_and_a_scalar_in_another_are_two_columns() -> None:
    df = read(b'{"tls":{"ja4":"t13"}}\n{"tls":{"ja4":{"hash":"t12"}}}\n')

    assert df["tls.ja4"].tolist() == ["t13", pd.NA]
    assert df["tls.ja4.hash"].tolist() == [pd.NA, "t12"]


def test_null_and_the_empty_object_make_no_column() -> None:
    df = read(b'{"a":null,"b":{},"c":{"d":{},"e":null},"f":1,"g":[]}\n')

    assert list(df.columns) == ["f", "g"]


@pytest.mark.parametrize("value", ["7", "null", "[1]", "true", '{"a":1}'])
def test_an_event_whose_type_is_no_text_is_kept(value: str) -> None:
    df = read(b'{"event_type":%s,"x":1}\n{"x":2}\n' % value.encode() + GOOD)

    assert df["x"].dropna().tolist() == [1, 2]
    assert len(df) == 3


def test_words_that_look_like_the_event_type_do_not_mislead() -> None:
    lines = (
        b'{"note":"\\"event_type\\":\\"alert\\"","event_type":"dns"}',
        b'{"rdp":{"event_type":"connect"},"event_type":"rdp"}',
        b'{"event_type":"a","event_type":"http"}',
        b'{"event\\u005ftype":"tls"}',
        b'{"event_type" : "ssh"}',
    )
    df = read(b"\n".join(lines))

    assert df["event_type"].sort_index().tolist() == ["dns", "rdp", "http", "tls", "ssh"]
    assert df["rdp.event_type"].dropna().tolist() == ["connect"]


# --- values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ("9223372036854775807 -9223372036854775808", "int64[pyarrow]"),
        ("9223372036854775807 0.5", "string[pyarrow]"),
        ("9007199254740992 0.5", "double[pyarrow]"),
        ("9007199254740993 0.5", "string[pyarrow]"),
        ("18446744073709551615 0", "uint64[pyarrow]"),
        ("18446744073709551615 -1", "string[pyarrow]"),
        ("18446744073709551616 1", "string[pyarrow]"),
        ("9" * 400 + " 1", "string[pyarrow]"),
        ("1.0 2", "double[pyarrow]"),
        ("NaN Infinity -Infinity 1", "double[pyarrow]"),
        ("1e400 5e-324", "double[pyarrow]"),
        ("true false", "bool[pyarrow]"),
        ("true 1", "string[pyarrow]"),
        ('"00123" "1e5"', "string[pyarrow]"),
        ('"2021-12-10" "2021-12-10T06:12:44Z"', "string[pyarrow]"),
        ('["2021-12-10"] ["x"]', "list<item: string>[pyarrow]"),
        ("[1] [0.5]", "list<item: double>[pyarrow]"),
        ('[1] ["a"]', "list<item: string>[pyarrow]"),
        ("[] []", "list<item: string>[pyarrow]"),
        ("[null,null] []", "list<item: string>[pyarrow]"),
        ("[1] 1", "string[pyarrow]"),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_dtype_of_an_unknown_field(values: str, dtype: str, apart: bool) -> None:  # noqa: FBT001
    """The narrowest that is exact for all values, in one event type or in several."""
    lines = [
        b'{"event_type":"t%d","x":%s}' % (apart * n, value.encode())
        for n, value in enumerate(values.split())
    ]
    df = read(b"\n".join(lines))

    assert str(df["x"].dtype) == dtype


def test_an_integer_longer_than_python_reads_is_a_bad_line() -> None:
    df = read(GOOD + b'\n{"x":' + b"1" * 5000 + b"}\n" + GOOD)

    assert (df.index.tolist(), counts(df)) == ([0, 2], (3, 2, 1, 0))
    assert "too many digits" in reasons(df)[0]


def test_known_integers_are_exact_beside_missing_ones() -> None:
    df = read(b'{"flow_id":9007199254740993,"src_port":65535}\n{"smb":{"session_id":1}}\n')

    assert df["flow_id"].tolist() == [9007199254740993, pd.NA]
    assert df["src_port"].tolist() == [65535, pd.NA]
    assert df.dtypes.astype(str).to_dict() == {
        "flow_id": "int64[pyarrow]",
        "src_port": "uint16[pyarrow]",
        "smb.session_id": "uint64[pyarrow]",
    }


def test_a_known_field_keeps_its_type_and_what_does_not_fit_is_named() -> None:
    """A port beyond 16 bits, a number in a text field, text in an integer field."""
    lines = (
        b'{"src_port":70000,"proto":17,"flow":{"age":"old"}}',
        b'{"src_port":1,"proto":"TCP","flow":{"age":3}}',
    )
    data = b"\n".join(lines)
    with pytest.warns(EveWarning) as caught:
        df = suricata_eve.read_eve(io.BytesIO(data))
    assert_equals_json(df, io.BytesIO(data))

    (warning,) = caught
    assert all(name in str(warning.message) for name in ("src_port", "proto", "flow.age"))
    assert df["src_port"].tolist() == [pd.NA, 1]
    assert df["proto"].tolist() == ["17", "TCP"]
    assert df["flow.age"].tolist() == [pd.NA, 3]
    assert [str(df[name].dtype) for name in ("src_port", "flow.age")] == [
        "uint16[pyarrow]",
        "int64[pyarrow]",
    ]
    assert [(e["line"], e["reason"]) for e in df.attrs["eve"]["examples"]] == [
        (1, "src_port is not a port"),
        (1, "flow.age is not an integer of 64 bits"),
    ]


def test_a_port_that_is_spelt_as_text_is_that_port() -> None:
    data = b'{"src_port":"443"}\n{"src_port":80}\n'
    with pytest.warns(EveWarning, match="another kind were converted in src_port"):
        df = suricata_eve.read_eve(io.BytesIO(data))

    assert df["src_port"].tolist() == [443, 80]
    assert df.attrs["eve"]["converted_fields"] == ["src_port"]


def test_text_of_what_has_no_exact_type() -> None:
    values = ('"text"', "true", "12", "1.5", "2.0", '{"b":1,"a":[null,{"c":null}]}', "[]", '"é"')
    df = read(b"\n".join(b'{"x":[%s]}' % value.encode() for value in values))

    expected = ["text", "true", "12", "1.5", "2", '{"a":[null,{}],"b":1}', "[]", "é"]
    assert df["x"].tolist() == [[text] for text in expected]


def test_text_stays_text_and_is_not_changed() -> None:
    texts = ["00123", "2021-12-10T00:00:00Z", "", " ", "\x00\x1b\u202e", "\\xe9", "nan", "=1+1"]
    df = read("\n".join(json.dumps({"http": {"url": text}}) for text in texts).encode())

    assert df["http.url"].tolist() == texts
    assert str(df["http.url"].dtype) == "string[pyarrow]"


@pytest.mark.parametrize(
    ("line", "text", "words"),
    [
        (b'{"x":"a\xff"}', "a\ufffd", "UTF-8"),
        (b'{"x":"a\xe2\x82"}', "a\ufffd", "UTF-8"),
        (b'{"x":"a\\ud800"}', "a\ufffd", "surrogate"),
        (b'{"x":"\\udc00\\ud83d\\ude00"}', "\ufffd😀", "surrogate"),
    ],
)
def test_text_that_is_no_unicode_is_mended_and_told(line: bytes, text: str, words: str) -> None:
    df = read(GOOD + b"\n" + line)

    assert df["x"].dropna().tolist() == [text]
    assert counts(df) == (2, 2, 0, 1)
    (example,) = report(df)["examples"]
    assert (example["line"], example["offset"]) == (2, len(GOOD) + 1)
    assert words in example["reason"]


@pytest.mark.parametrize(
    "value",
    [
        '"yesterday"',
        '"2022-13-01T00:00:00Z"',
        '"2022-02-30T00:00:00+0000"',
        '"0000-01-01T00:00:00Z"',
        '"9999-12-31T23:59:59-1200"',
        '""',
        "7",
        "[]",
    ],
)
def test_a_time_that_is_none_is_missing_counted_and_placed(value: str) -> None:
    data = GOOD + b'\n{"timestamp":%s,"event_type":"dns"}\n' % value.encode()
    df = read(data)

    assert df["timestamp"].isna().tolist() == [False, True]
    assert str(df["timestamp"].dtype) == "timestamp[us, tz=UTC][pyarrow]"
    assert counts(df) == (2, 2, 0, 1)
    (example,) = report(df)["examples"]
    assert (example["line"], example["offset"]) == (2, len(GOOD) + 1)
    assert "timestamp" in example["reason"]
    with pytest.warns(EveWarning, match=r"1 values? replaced.*timestamp"):
        suricata_eve.read_eve(io.BytesIO(data))


def test_digits_beyond_the_microsecond_are_cut_and_told() -> None:
    data = b'{"timestamp":"2022-01-01T00:00:00.1234567Z"}\n{"timestamp":"2022-01-01T00:00:00Z"}'
    with pytest.warns(EveWarning, match="1 times? cut"):
        df = suricata_eve.read_eve(io.BytesIO(data))

    assert df["timestamp"].iloc[0] == pd.Timestamp("2022-01-01T00:00:00.123456Z")


def test_dtype_does_not_depend_on_the_lines_in_between() -> None:
    """Many good lines around one that Arrow refuses: the same frame as without Arrow's help."""
    lines = [json.dumps({"event_type": "dns", "flow_id": i, "x": f"{i}"}) for i in range(3000)]
    lines[1234] = '{"event_type":"dns","flow_id":1234,"x":"1234","x":"last"}'
    lines[2000] = '{"event_type":"dns","flow_id":18446744073709551615}'
    df = read("\n".join(lines).encode())

    assert df.loc[1234, "x"] == "last"
    assert df.loc[2000, "flow_id"] == 18446744073709551615
    assert str(df["flow_id"].dtype) == "uint64[pyarrow]"


def test_nothing_depends_on_attrs() -> None:
    df = read(GOOD)
    without = df.copy()
    without.attrs = {}

    assert_eve_frame_equal(df, without)
    assert_eve_frame_equal(df.eve.events("dns"), without.eve.events("dns"))
