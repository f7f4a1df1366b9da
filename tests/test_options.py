"""What users pass to the readers: every mistake is told before anything is opened."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import our_threads
import pandas as pd
import pyarrow as pa
import pytest

from suricata_eve import BadLine, read_eve, scan_eve
from suricata_eve.errors import EveOptionError, EveTypeError, EveWarning
from suricata_eve.ingest.selection import EVERYTHING
from suricata_eve.options import rows_of, selection_of, wanted_of

LOG = (
    b'{"timestamp":"2022-01-01T00:00:00Z","flow_id":1,"event_type":"dns"}\n'
    b'{"timestamp":"2022-01-01T00:00:01Z","flow_id":2,"event_type":"tls"}\n'
    b'{"timestamp":"2022-01-01T00:00:02Z","flow_id":9007199254740993,"event_type":""}\n'
    b'{"timestamp":"2022-01-01T00:00:03Z","flow_id":18446744073709551615}\n'
)


def shown(value: Any) -> str:
    """Return an id that is the same with every numpy."""
    return f"{type(value).__name__}-{value!r}"


def lines_read(**options: Any) -> list[int]:
    """Return which lines are read."""
    return sorted(read_eve(LOG, **options).index)


def refused(**options: Any) -> Exception:
    """Return what is raised, before the missing file is looked for."""
    with pytest.raises((EveTypeError, EveOptionError)) as caught:
        scan_eve("/no/such/file", **options)
    return caught.value


# --- what is refused, and why ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["event_types", "exclude_event_types", "columns"])
@pytest.mark.parametrize("value", [5, 0, True, False, b"dns", b"", 0.5, pd.NA], ids=shown)
def test_texts_are_a_text_or_a_list_of_texts(name: str, value: Any) -> None:
    """Also what is false: an option that is wrong is not one that was left out."""
    error = refused(**{name: value})

    assert isinstance(error, EveTypeError)
    assert str(error) == f"{name}={value!r} is neither a text nor a list of texts"


@pytest.mark.parametrize("name", ["event_types", "exclude_event_types", "columns"])
@pytest.mark.parametrize("value", [5, None, b"dns", ["dns"], pd.NA], ids=shown)
def test_what_is_in_a_list_of_texts_is_text(name: str, value: Any) -> None:
    error = refused(**{name: ["dns", value]})

    assert isinstance(error, EveTypeError)
    assert str(error) == f"{name}={['dns', value]!r}: {value!r} is not a text"


@pytest.mark.parametrize(
    "value", [-1, True, False, 1.0, "3", np.int8(-3), np.True_, pd.NA], ids=shown
)
def test_a_number_of_events_is_one(value: Any) -> None:
    error = refused(nrows=value)

    assert isinstance(error, EveOptionError)
    assert str(error) == f"nrows={value!r} is not a number of events"


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "5", None, pd.NA, float("nan")], ids=shown)
def test_a_batch_has_a_positive_number_of_events(value: Any) -> None:
    """It is checked at once rather than at the first batch."""
    with pytest.raises(EveOptionError) as caught:
        scan_eve("/no/such/file").batches(events=value)

    assert str(caught.value) == f"events={value!r} is not a positive number of events"


NO_TIMES: dict[str, Any] = {
    "word": "soon",
    "empty": "",
    "month-13": "2022-13-01",
    "hour-25": "2022-06-01T25:00",
    "now": "now",
    "today": "today",
    "NaT-text": "NaT",
    "NaT": pd.NaT,
    "numpy-NaT": np.datetime64("NaT"),
    "NA": pd.NA,
    "bytes": b"2022",
    "list": ["2022-01-01"],
    "timedelta": dt.timedelta(1),
    "time": dt.time(1),
    "year-99999": "99999-01-01",
}


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("value", NO_TIMES.values(), ids=NO_TIMES)
def test_a_time_is_one(name: str, value: Any) -> None:
    """Words for the present are none: in which time zone?"""
    error = refused(**{name: value})

    assert isinstance(error, EveOptionError)
    assert str(error).startswith(f"{name}={value!r} is not a time")


@pytest.mark.parametrize(
    "value", [1641008477, 1641008477.5, np.int64(5), True, float("nan")], ids=shown
)
def test_a_number_is_not_taken_for_a_time(value: Any) -> None:
    """As nanoseconds, as pandas takes it, seconds since 1970 would let everything through."""
    error = refused(since=value)

    assert isinstance(error, EveOptionError)
    assert str(error) == (
        f"since={value!r} is not a time; pd.Timestamp(number, unit='s') makes one of seconds"
    )


@pytest.mark.parametrize(
    "value",
    [1.0, [1.0], np.float64(2), np.array([1.0]), pd.Series([1, None]), pd.Series([1.5, 2.5])],
    ids=["float", "list", "numpy", "ndarray", "series-with-nan", "series"],
)
def test_a_flow_id_that_was_a_float_is_refused_with_a_hint(value: Any) -> None:
    error = refused(flow_ids=value)

    assert isinstance(error, EveTypeError)
    assert re.fullmatch(
        r"flow_ids: \S+ is not an integer; a flow ID that was a float may have lost digits",
        str(error),
    )


@pytest.mark.parametrize(
    "value",
    [True, [np.True_], pd.Series([True, False]), np.array([True]), pd.array([True, None])],
    ids=["bool", "list", "series", "ndarray", "boolean-array"],
)
def test_a_mask_is_not_taken_for_flow_ids(value: Any) -> None:
    """True would be flow 1."""
    error = refused(flow_ids=value)

    assert isinstance(error, EveTypeError)
    assert "is not an integer; a mask must be applied first" in str(error)


@pytest.mark.parametrize("value", ["1", b"1", None, (1, 2), pd.NA], ids=shown)
def test_a_flow_id_is_an_integer(value: Any) -> None:
    error = refused(flow_ids=[1, value])

    assert isinstance(error, EveTypeError)
    assert str(error) == f"flow_ids: {value!r} is not an integer"


@pytest.mark.parametrize("value", ["a\nb", b"\n", ["x", "\n"]], ids=shown)
def test_a_text_with_a_line_end_is_in_no_line(value: Any) -> None:
    error = refused(contains=value)

    assert isinstance(error, EveOptionError)
    assert "a line end is in no line" in str(error)


@pytest.mark.parametrize("value", [5, True, pd.NA, [5], [None], [bytearray(b"dns")]], ids=shown)
def test_what_a_line_is_to_contain_is_text(value: Any) -> None:
    error = refused(contains=value)

    assert isinstance(error, EveTypeError)
    assert str(error).startswith(f"contains={value!r}")


@pytest.mark.parametrize("value", ["*", "ht*", "*.url", "http.*.b", "a.*.*", "http*", "a**"])
def test_an_asterisk_may_only_follow_the_last_dot(value: str) -> None:
    error = refused(columns=["flow_id", value])

    assert isinstance(error, EveOptionError)
    assert str(error).startswith(f"columns={value!r}: '*' may only follow the last dot")
    assert "a function" in str(error)


@pytest.mark.parametrize("value", ["raise", "", None, 5, ["warn"]], ids=shown)
def test_what_to_do_about_bad_lines_is_a_choice_or_a_function(value: Any) -> None:
    error = refused(on_bad_lines=value)

    assert isinstance(error, EveOptionError)
    assert str(error) == f"on_bad_lines={value!r} is not one of 'warn', 'error', 'skip'"


# --- every way to say the same -----------------------------------------------------------------

NAMES: dict[str, Callable[[list[str]], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "generator": iter,
    "dict": dict.fromkeys,
    "series": lambda names: pd.Series(names, index=range(7, 7 + len(names))),
    "arrow-series": lambda names: pd.Series(names, dtype=pd.ArrowDtype(pa.string())),
    "index": pd.Index,
    "ndarray": np.array,
}


@pytest.mark.parametrize("kind", NAMES)
def test_event_types_of_any_kind_of_list(kind: str) -> None:
    make = NAMES[kind]

    assert lines_read(event_types=make(["dns", "tls"])) == [0, 1]
    assert lines_read(exclude_event_types=make(["dns", "tls"])) == [2, 3]
    assert lines_read(event_types=make(["dns"]), exclude_event_types=make(["dns"])) == []
    assert lines_read(columns=make(["flow_id"])) == [0, 1, 2, 3]


def test_the_empty_text_is_an_event_type() -> None:
    assert lines_read(event_types="") == [2]
    assert lines_read(exclude_event_types="") == [0, 1, 3]


def test_an_empty_list_asks_for_nothing_and_excludes_nothing() -> None:
    assert lines_read(event_types=[]) == []
    assert lines_read(flow_ids=[]) == []
    assert lines_read(contains=[]) == []
    assert lines_read(exclude_event_types=[]) == [0, 1, 2, 3]
    assert (
        selection_of(
            event_types=None,
            exclude_event_types=[],
            flow_ids=None,
            since=None,
            until=None,
            contains=None,
        )
        is EVERYTHING
    )


IDS: dict[str, Any] = {
    "list": [1, 2**53 + 1],
    "generator": range(1, 2**53 + 2, 2**53),
    "numpy-integers": [np.int64(1), np.uint64(2**53 + 1)],
    "ndarray": np.array([[1], [2**53 + 1]]),
    "series": pd.Series([1, 2**53 + 1], index=["x", "x"]),
    "index": pd.Index([1, 2**53 + 1]),
    "with-missing": pd.Series([1, None, 2**53 + 1], dtype="Int64"),
    "arrow-with-missing": pd.Series([1, None, 2**53 + 1], dtype=pd.ArrowDtype(pa.int64())),
    "unique-with-missing": pd.Series(
        [1, None, 2**53 + 1], dtype=pd.ArrowDtype(pa.int64())
    ).unique(),
    "array-with-missing": pd.array([1, None, 2**53 + 1], dtype="Int64"),
    "index-with-missing": pd.Index([1, None, 2**53 + 1], dtype="Int64"),
    "category": pd.Series([1, 2**53 + 1], dtype="category"),
    "too-large-as-well": [1, 2**53 + 1, 2**200, -(2**200)],
}


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
def test_flow_ids_of_any_kind_of_list_exactly(ids: Any) -> None:
    """Missing ones are nobody's; the neighbours of a large one are other flows."""
    assert lines_read(flow_ids=ids) == [0, 2]


@pytest.mark.parametrize("value", [2, np.int64(2), np.uint8(2), np.array(2)], ids=shown)
def test_one_flow_id_may_stand_alone(value: Any) -> None:
    assert lines_read(flow_ids=value) == [1]


def test_flow_ids_of_a_frame_find_its_flows() -> None:
    """One that exceeds int64 included, and whatever the dtypes."""
    for backend in ("pyarrow", "numpy_nullable"):
        frame = read_eve(LOG, dtype_backend=backend)
        assert lines_read(flow_ids=frame["flow_id"]) == [0, 1, 2, 3]
        assert lines_read(flow_ids=frame["flow_id"].unique()) == [0, 1, 2, 3]
        assert lines_read(flow_ids=frame.loc[[3], "flow_id"]) == [3]


TIMES: dict[str, Any] = {
    "text": "2022-01-01T00:00:01Z",
    "without-zone": "2022-01-01 00:00:01",
    "other-zone": "2021-12-31T20:00:01-0400",
    "datetime": dt.datetime(2022, 1, 1, 0, 0, 1),  # noqa: DTZ001 - without a zone it is UTC
    "aware": dt.datetime(2022, 1, 1, 1, 0, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    "timestamp": pd.Timestamp("2022-01-01T00:00:01"),
    "datetime64-s": np.datetime64("2022-01-01T00:00:01"),
    "datetime64-ns": np.datetime64("2022-01-01T00:00:01.000000000"),
    "first-after": "2022-01-01T00:00:00.000000001Z",
}


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES)
def test_times_of_any_kind(time: Any) -> None:
    """`since` is part of the range, `until` is not; a nanosecond decides."""
    if time == TIMES["first-after"]:
        assert lines_read(since=time) == [1, 2, 3]
        assert lines_read(until=time) == [0]
    assert lines_read(since=time) == [1, 2, 3]
    assert lines_read(until=time) == [0]
    assert lines_read(since=time, until=time) == []


FAR: dict[str, tuple[Any, Any]] = {
    "datetime": (
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))),
        dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.timezone(-dt.timedelta(hours=5))),
    ),
    "timestamp": (pd.Timestamp.min, pd.Timestamp.max),
    "datetime64": (np.datetime64(-(2**62), "s"), np.datetime64(2**62, "s")),
    "years": (np.datetime64("-99999-01-01"), np.datetime64("99999-01-01")),
}


@pytest.mark.parametrize(("early", "late"), FAR.values(), ids=FAR)
def test_times_far_away_are_before_or_after_everything(early: Any, late: Any) -> None:
    assert lines_read(since=early, until=late) == [0, 1, 2, 3]
    assert lines_read(since=late) == []
    assert lines_read(until=early) == []


@pytest.mark.parametrize(
    ("needles", "lines"),
    [
        ("dns", [0]),
        (b"dns", [0]),
        (["dns", b"tls", "none"], [0, 1]),
        ("", [0, 1, 2, 3]),
        ('"event_type":""', [2]),
        (".", []),
        ("9007199254740993", [2]),
        ("\ud800", []),
        (b"\xff", []),
        ("\r", []),
    ],
    ids=[
        "text",
        "bytes",
        "list",
        "empty",
        "quotes",
        "dot",
        "digits",
        "surrogate",
        "byte",
        "return",
    ],
)
def test_lines_contain_a_text_byte_for_byte(needles: Any, lines: list[int]) -> None:
    assert lines_read(contains=needles) == lines


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, np.int64(2), 10**30], ids=shown)
def test_so_many_rows_at_most(rows: Any) -> None:
    assert lines_read(nrows=rows) == [0, 1, 2, 3][: int(rows)]
    assert type(rows_of(rows)) is int


# --- columns -----------------------------------------------------------------------------------


def test_no_columns_are_a_frame_of_rows() -> None:
    frame = read_eve(LOG, columns=[])

    pd.testing.assert_frame_equal(frame, pd.DataFrame(index=[0, 1, 2, 3]), check_column_type=False)


def test_the_columns_of_a_pattern_are_inside_the_object() -> None:
    """`http.*` is neither `http` itself nor `https`."""
    frame = read_eve(
        b'{"http":{"url":"/","hostname":"h"},"https":{"a":1},"httpx":1}\n{"http":"t"}\n',
        columns="http.*",
    )

    assert frame.columns.tolist() == ["http.hostname", "http.url"]


def test_a_function_is_asked_once_for_each_path_however_many_threads_read() -> None:
    """Nor is it asked by two threads at a time, which it need not be made for."""
    asked: Counter[str] = Counter()
    busy = threading.Lock()
    overlaps = []

    def choose(path: str) -> bool:
        if not busy.acquire(blocking=False):
            overlaps.append(path)
            return False
        asked[path] += 1
        threading.Event().wait(0.001)  # so that other threads come to the same path
        busy.release()
        return path != "n"

    lines = [
        f'{{"event_type":"{kind}","n":{n},"c{n % 40}":1}}\n' for n in range(4000) for kind in "abcd"
    ]
    scan = scan_eve("".join(lines).encode(), columns=choose)
    first, second = scan.to_pandas(), scan.to_pandas()

    assert set(asked.values()) == {1}
    assert overlaps == []
    assert sorted(first.columns) == sorted({f"c{n}" for n in range(40)} | {"event_type"})
    pd.testing.assert_frame_equal(first, second)


def test_what_a_function_answers_is_taken_as_true_or_false() -> None:
    """A regular expression's match is a function too."""
    frame = read_eve(LOG, columns=re.compile("flow|time").match)  # type: ignore[arg-type]

    assert frame.columns.tolist() == ["timestamp", "flow_id"]


def test_an_exception_in_a_function_is_raised_as_it_is() -> None:
    def choose(path: str) -> bool:
        raise KeyError(path)

    with pytest.raises(KeyError):
        read_eve(LOG, columns=choose)
    assert our_threads.left() == []


def test_what_decides_on_events_need_not_be_shown() -> None:
    wanted = wanted_of("flow_id", EVERYTHING)

    assert wanted is not None
    assert wanted.names == ("flow_id",)
    assert read_eve(LOG, columns="flow_id", event_types="dns", since="2022").columns.tolist() == [
        "flow_id"
    ]


# --- functions for bad lines ---------------------------------------------------------------------

BAD = b'{"event_type":"dns","n":1}\r\n{cut\n\n[1]\n{"event_type":"dns","n":2}\n\xff\xfe\nlast'
PLACES = [
    (2, 28, b"{cut\n"),
    (4, 34, b"[1]\n"),
    (6, 65, b"\xff\xfe\n"),
    (7, 68, b"last"),
]


class Keeper:
    """A function for `on_bad_lines` that keeps what it gets."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.seen: list[BadLine] = []

    def __call__(self, bad: BadLine) -> Any:
        self.seen.append(bad)
        return self.answer


def places(seen: list[BadLine]) -> list[tuple[int, int, bytes]]:
    return [(bad.line, bad.offset, bad.text) for bad in seen]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_function_gets_every_bad_line_with_its_place(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """In order, numbered within its source, offsets in the unpacked text; blank lines are fine."""
    first, second = tmp_path / "eve.json", tmp_path / "eve.json.1"
    for path in (first, second):
        path.write_bytes(pack(BAD))
    keep = Keeper()

    frame = read_eve([first, second], on_bad_lines=keep)

    assert [bad.source for bad in keep.seen] == [str(first)] * 4 + [str(second)] * 4
    assert places(keep.seen) == PLACES * 2
    assert {type(bad) for bad in keep.seen} == {BadLine}
    assert all(bad.reason for bad in keep.seen)
    assert {bad.reason for bad in keep.seen if bad.text == b"[1]\n"} == {"not an object: list"}
    assert frame.index.tolist() == [0, 4, 7, 11]
    assert frame.attrs["eve"]["bad_lines"] == 8
    assert [one["offset"] for one in frame.attrs["eve"]["examples"]] == [28, 34, 65, 68] * 2


ANSWERS: dict[str, Any] = {
    "dict": {"event_type": "mended", "n": 7},
    "str": '{"event_type":"mended","n":7}',
    "bytes": b'{"event_type":"mended","n":7}\n',
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_it_returns_is_read_in_place_of_the_line(answer: Any) -> None:
    """It keeps the line's number; nothing is warned of, and all is counted."""
    frame = read_eve(BAD, on_bad_lines=Keeper(answer))

    numbers, kinds = pd.ArrowDtype(pa.int64()), pd.ArrowDtype(pa.string())
    expected = pd.DataFrame(
        {
            "event_type": pd.Series(["dns"] * 2 + ["mended"] * 4, dtype=kinds),
            "n": pd.Series([1, 2, 7, 7, 7, 7], dtype=numbers),
        }
    ).set_axis([0, 4, 1, 3, 5, 6])
    pd.testing.assert_frame_equal(frame, expected)
    attrs = frame.attrs["eve"]
    assert (attrs["lines"], attrs["events"], attrs["bad_lines"]) == (7, 6, 0)
    assert attrs["bad_value_reasons"] == {"a line was replaced by on_bad_lines": 4}


def test_an_event_in_place_of_a_line_is_selected_like_any_other() -> None:
    mended = Keeper({"event_type": "mended", "n": 7})

    assert read_eve(BAD, on_bad_lines=mended, event_types="mended").index.tolist() == [1, 3, 5, 6]
    assert read_eve(BAD, on_bad_lines=mended, event_types="dns").index.tolist() == [0, 4]
    assert scan_eve(BAD, on_bad_lines=mended).count().to_dict() == {"mended": 4, "dns": 2}


@pytest.mark.parametrize("answer", ["nope", b"[1]", "", "{}\n{}", b"\xff"], ids=shown)
def test_a_replacement_that_is_no_event_is_left_out_and_counted(answer: Any) -> None:
    keep = Keeper(answer)
    frame = read_eve(BAD, on_bad_lines=keep)

    assert len(keep.seen) == 4
    assert frame["n"].tolist() == [1, 2]
    attrs = frame.attrs["eve"]
    assert attrs["bad_lines"] == 4
    assert all("; replaced: " in one["reason"] for one in attrs["examples"])


@pytest.mark.parametrize("answer", [5, True, [{}], bytearray(b"{}"), ("{}",)], ids=shown)
def test_an_answer_of_another_kind_is_an_error_that_names_the_line(answer: Any) -> None:
    with pytest.raises(EveTypeError) as caught:
        read_eve(BAD, on_bad_lines=Keeper(answer))

    assert str(caught.value) == (
        f"on_bad_lines returned {type(answer).__name__} for line 2 of <bytes>; "
        "expected None, or an event as a dict, str or bytes"
    )


CIRCLE: dict[str, Any] = {}
CIRCLE["self"] = CIRCLE


@pytest.mark.parametrize(
    "answer",
    [{"n": np.int64(1)}, {"t": dt.date.max}, {"s": {1}}, {(1,): 1}, CIRCLE],
    ids=["numpy", "datetime", "set", "key", "circle"],
)
def test_a_dict_that_json_cannot_hold_is_an_error_that_names_the_line(answer: Any) -> None:
    with pytest.raises(EveTypeError) as caught:
        read_eve(BAD, on_bad_lines=Keeper(answer))

    assert str(caught.value).startswith(
        "on_bad_lines returned a dict for line 2 of <bytes> that JSON cannot hold: "
    )


def test_the_warning_about_values_does_not_tell_of_lines_that_a_function_saw() -> None:
    """Neither of those left out nor of those replaced, nor as the first example."""
    log = b'{cut\n[1]\n{"timestamp":"soon"}\n'
    answers = iter([None, "{}"])
    with pytest.warns(EveWarning) as caught:
        read_eve(log, on_bad_lines=lambda _: next(answers))

    (warning,) = caught
    assert str(warning.message) == (
        "1 value replaced: timestamp is not a time (1) "
        '(first: <bytes>, line 3: timestamp is not a time); details in df.attrs["eve"]'
    )


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow", "tables", "count", "batches"])
def test_an_exception_in_it_is_raised_as_it_is_and_leaves_no_thread(method: str) -> None:
    def fail(bad: BadLine) -> None:
        raise LookupError(bad.line)

    with pytest.raises(LookupError, match=r"^2$"):
        list(getattr(scan_eve(gzip.compress(BAD), on_bad_lines=fail), method)())
    assert our_threads.left() == []
