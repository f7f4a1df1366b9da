"""`to_json` writes EVE that `read_eve`, `jq` and Python read: nested, exact, in index order."""

from __future__ import annotations

import copy
import gzip
import io
import json
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve import EveOptionError, EveTypeError, EveWarning, to_json, writer
from suricata_eve.schema.fields import INSTANTS
from suricata_eve.testing import assert_eve_frame_equal, flatten

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = {
    "7": ROOT / "suricata_eve" / "sample" / "log4j.json.gz",
    "8": ROOT / "tests" / "data" / "log4j-suricata8.json.gz",
}


def written(df: pd.DataFrame, **options: Any) -> bytes:
    file = io.BytesIO()
    assert to_json(df, file, **options) is None  # type: ignore[func-returns-value]
    return file.getvalue()


def lines(df: pd.DataFrame, **options: Any) -> list[str]:
    text = written(df, **options).decode()
    assert text == "" or text.endswith("\n")
    return text.split("\n")[:-1]


def strictly(line: str | bytes) -> dict[str, object]:
    def refuse(constant: str) -> object:
        raise AssertionError(constant)

    event: dict[str, object] = json.loads(line, parse_constant=refuse)
    return event


def normal(event: dict[str, object]) -> dict[str, object]:
    """Flatten an event, its times as instants: they may have been written in another form."""
    flat = flatten(event)
    return {
        path: datetime.fromisoformat(str(value)) if path in INSTANTS else value
        for path, value in flat.items()
    }


def original(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        yield from file


@pytest.mark.parametrize("sample", SAMPLES)
def test_lines_are_the_events_that_were_read(sample: str) -> None:
    """Key by key equal to the file, but for nulls, empty objects and the form of times."""
    df = suricata_eve.read_eve(SAMPLES[sample])
    found = written(df).splitlines()
    expected = list(original(SAMPLES[sample]))

    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        event = strictly(mine)
        assert normal(event) == normal(json.loads(theirs))
        assert all("." not in key for key in event)


def test_corpus_is_read_as_it_was_written(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        df = suricata_eve.read_eve(path)
        data = written(df)
        assert_eve_frame_equal(suricata_eve.read_eve(io.BytesIO(data)), df)
        for mine, theirs in zip(data.splitlines(), original(path), strict=True):
            assert normal(strictly(mine)) == normal(json.loads(theirs))


@pytest.mark.parametrize("sample", SAMPLES)
def test_times_are_spelled_as_suricata_spells_them(sample: str) -> None:
    def times(lines: Iterator[bytes]) -> list[dict[str, object]]:
        flat = (flatten(json.loads(line)) for line in lines)
        return [{path: event[path] for path in sorted(INSTANTS & event.keys())} for event in flat]

    df = suricata_eve.read_eve(SAMPLES[sample])

    assert times(iter(written(df).splitlines())) == times(original(SAMPLES[sample]))


def test_keys_come_in_the_order_of_the_columns(sample7: pd.DataFrame) -> None:
    event = json.loads(lines(sample7.eve.alerts(sid=9000001).head(1))[0])

    assert list(event)[:8] == [
        "timestamp",
        "flow_id",
        "event_type",
        "src_ip",
        "src_port",
        "dest_ip",
        "dest_port",
        "proto",
    ]


def test_rows_are_written_in_index_order(sample7: pd.DataFrame) -> None:
    """However they stand, and in several blocks of rows."""
    few = sample7.iloc[::50]
    shuffled = few.sample(frac=1, random_state=1)

    assert shuffled.index.tolist() != few.sort_index().index.tolist()
    assert written(shuffled) == written(few) == written(few.sort_index())


def test_blocks_of_rows_do_not_show(sample7: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    few = sample7.iloc[::50]
    whole = written(few)
    monkeypatch.setattr(writer, "_ROWS", 7)
    monkeypatch.setattr(writer, "_TYPES", 2)

    assert written(few) == whole


def test_equal_labels_stay_as_they_stand() -> None:
    df = pd.DataFrame({"n": [0, 1, 2, 3]}, index=[5, 1, 5, 1])

    assert lines(df) == ['{"n":1}', '{"n":3}', '{"n":0}', '{"n":2}']


@pytest.mark.parametrize(
    "index",
    [
        pd.MultiIndex.from_tuples([("b", 1), ("a", 2), ("a", 1)]),
        pd.DatetimeIndex(["2022-01-03", "2022-01-02", "2022-01-01"]),
        pd.Index(["c", "b", "a"]),
        pd.Index([2.5, 1.5, -np.inf]),
    ],
    ids=["multi", "times", "text", "floats"],
)
def test_any_index_that_sorts_will_do(index: pd.Index) -> None:
    df = pd.DataFrame({"n": [0, 1, 2]}, index=index)

    assert lines(df) == [f'{{"n":{n}}}' for n in df.sort_index()["n"]]


def test_an_index_that_does_not_sort_is_refused() -> None:
    with pytest.raises(EveTypeError, match=r"^the index cannot be sorted.*reset_index"):
        written(pd.DataFrame({"n": [0, 1]}, index=pd.Index(["a", 1], dtype=object)))


HOSTILE = [
    '"},{"event_type":"alert"}',
    "two\nlines\r\n",
    "nul\0",
    "\\",
    "\\u0041",
    "\x1b[31m",
    "a\u2028b\u2029c\u0085d",
    "\ufeff",
    "😀",
    "".join(map(chr, range(0x20))) + '"\\\x7f',
]


def test_no_value_breaks_its_line() -> None:
    df = pd.DataFrame({"event_type": HOSTILE, "x.y": HOSTILE[::-1], "l": [[v] for v in HOSTILE]})
    data = written(df)

    assert data.count(b"\n") == len(df)
    assert [json.loads(line) for line in data.split(b"\n")[:-1]] == [
        {"event_type": a, "x": {"y": b}, "l": [a]}
        for a, b in zip(HOSTILE, HOSTILE[::-1], strict=True)
    ]


def test_no_name_breaks_its_line() -> None:
    df = pd.DataFrame([range(len(HOSTILE))], columns=HOSTILE)
    (line,) = lines(df)

    assert flatten(json.loads(line)) == dict(zip(HOSTILE, range(len(HOSTILE)), strict=True))


def test_empty_parts_of_names_come_back() -> None:
    names = ["", ".", "..", "a..b", ".x", "x.", "a.", "x..", "a"]
    df = pd.DataFrame([range(len(names))], columns=names)
    (line,) = lines(df)

    assert flatten(json.loads(line)) == dict(zip(names, range(len(names)), strict=True))
    back = suricata_eve.read_eve(io.BytesIO(line.encode()))
    assert back.iloc[0].to_dict() == dict(zip(names, range(len(names)), strict=True))


def test_a_value_beside_an_object_is_read_again() -> None:
    """`tls.ja4` is text in one release and an object in another; here one event has both."""
    df = pd.DataFrame({"event_type": "tls", "tls.ja4": ["t13", None], "tls.ja4.hash": ["h", "h"]})

    assert lines(df) == [
        '{"event_type":"tls","tls":{"ja4":"t13","ja4.hash":"h"}}',
        '{"event_type":"tls","tls":{"ja4":{"hash":"h"}}}',
    ]
    back = suricata_eve.read_eve(io.BytesIO(written(df)))
    assert back["tls.ja4"].fillna("").tolist() == ["t13", ""]
    assert back["tls.ja4.hash"].tolist() == ["h", "h"]


def test_integers_are_exact() -> None:
    values = [2**53 + 1, None, -(2**63), 2**63 - 1]
    df = pd.DataFrame({"flow_id": pd.array(values, dtype="Int64")})

    assert [json.loads(line).get("flow_id") for line in lines(df)] == values
    large = pd.DataFrame({"x": pd.array([2**64 - 1], dtype="UInt64")})
    assert lines(large) == ['{"x":18446744073709551615}']


def not_finite() -> pd.DataFrame:
    numbers = pa.array([float("nan"), float("inf"), 1.0, None], from_pandas=False)
    return pd.DataFrame({"event_type": "x", "n": pd.arrays.ArrowExtensionArray(numbers)})


def test_nan_and_infinities_are_kept_with_a_warning() -> None:
    message = (
        r"^2 numbers written as NaN or 1e999, which read_eve, Python and jq read and strict "
        r"parsers refuse; non_finite='drop' leaves them out$"
    )
    with pytest.warns(EveWarning, match=message) as caught:
        data = written(not_finite())

    assert caught[0].filename == __file__
    back = suricata_eve.read_eve(io.BytesIO(data))
    assert_eve_frame_equal(back[["n"]].reset_index(drop=True), not_finite()[["n"]])


def test_nan_and_infinities_can_be_dropped() -> None:
    assert [strictly(line).get("n") for line in lines(not_finite(), non_finite="drop")] == [
        None,
        None,
        1.0,
        None,
    ]


def test_nan_of_numpy_is_a_missing_value() -> None:
    assert lines(pd.DataFrame({"n": [np.nan, 1.5]})) == ["{}", '{"n":1.5}']


def test_frames_that_came_another_way_are_written() -> None:
    events = [
        {"event_type": "dns", "dns": {"id": 1, "answers": [{"ttl": 5}, {"rdata": "é"}]}},
        {"event_type": "tls", "tls": {"sni": "example.org"}},
    ]

    assert [json.loads(line) for line in lines(pd.DataFrame(events))] == events
    with_floats = [json.loads(line) for line in lines(pd.json_normalize(events))]
    assert with_floats == events


def test_two_columns_of_one_path_are_refused() -> None:
    df = pd.DataFrame({"dns": [{"id": 1}], "dns.id": [2]})

    with pytest.raises(EveTypeError, match=r"two columns named 'dns\.id' once it is flat"):
        written(df)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["a", "a"], r"^the frame has two columns named 'a'; rename or drop one$"),
        (["a", 5], r"^column 5 is named by int, and keys in JSON are text; rename it"),
        ([("a", "b"), ("a", "c")], r"^the frame's columns are a MultiIndex; join their levels"),
    ],
    ids=["twice", "number", "levels"],
)
def test_names_that_cannot_be_keys_are_refused(columns: list[Any], message: str) -> None:
    df = pd.DataFrame([[1, 2]])
    df.columns = pd.Index(columns)

    with pytest.raises(EveTypeError, match=message):
        written(df)


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(EveOptionError, match=r"^non_finite='null' is not one of 'keep', 'drop'$"):
        written(pd.DataFrame({"a": [1]}), non_finite="null")


def test_a_frame_without_rows_gives_an_empty_file(tmp_path: Path) -> None:
    to_json(pd.DataFrame({"event_type": pd.Series([], dtype=object)}), tmp_path / "eve.json")

    assert (tmp_path / "eve.json").read_bytes() == b""


def test_an_error_half_way_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_ROWS", 2)
    df = pd.DataFrame({"event_type": "x", "n": pd.Series([1, 2, 3, b"4"], dtype=object)})
    with pytest.raises(EveTypeError, match="column 'n' holds values of type bytes"):
        to_json(df, tmp_path / "eve.json")

    assert list(tmp_path.iterdir()) == []


def test_the_frame_stays_as_it_was(sample7: pd.DataFrame) -> None:
    df = sample7.head(50)
    before, attrs = df.copy(), copy.deepcopy(df.attrs)
    written(df)

    assert_eve_frame_equal(df, before)
    assert df.attrs == attrs


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_path_is_written_and_read(sample7: pd.DataFrame, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"eve.json{suffix}"
    sample7.eve.to_json(path)

    assert_eve_frame_equal(suricata_eve.read_eve(path), sample7)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_reads_it() -> None:
    """Events with every odd value, also such as no JSON has."""
    df = pd.concat(
        [
            suricata_eve.load_sample().iloc[::200],
            pd.DataFrame({"event_type": HOSTILE, "x.y": HOSTILE}),
            not_finite(),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = written(df)
    done = subprocess.run(["jq", "-c", ".event_type"], input=data, capture_output=True, check=True)  # noqa: S607

    expected = [json.loads(line)["event_type"] for line in data.splitlines()]
    assert [json.loads(line) for line in done.stdout.splitlines()] == expected
    assert done.stderr == b""
