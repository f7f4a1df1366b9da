"""Law: what is decided before parsing is what reading everything and filtering gives."""

from __future__ import annotations

import dataclasses
import datetime as dt
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from look_alikes import look_alikes

from suricata_eve import read_eve, scan_eve
from suricata_eve.ingest.salvage import salvage
from suricata_eve.schema.fields import arrow_type
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

LINES = st.one_of(look_alikes(), look_alikes(), eve.lines(), eve.damaged_lines())
RUNS = st.lists(st.tuples(LINES, st.sampled_from((1, 1, 1, 1, 40))), max_size=8)
FILES = RUNS.map(lambda runs: [line for line, times in runs for _ in range(times)])

TYPES = st.sampled_from(("alert", "dns", "tls", "http", "5", "", "h\u00e9", '["alert"]', "flow"))
IDS = st.sampled_from((1, 2, -1, 0, 2**63, 2**64 - 1, 99999999999999999999999))
MOMENTS = st.sampled_from(
    (
        "2022-01-01T03:41:17.115874Z",
        "2022-01-01T03:41:17.115875Z",
        "2022-01-01T07:41:17.115874Z",
        "2022-01-01",
        "2022-01-02",
        "1970-01-01",
    )
)
NEEDLES = st.sampled_from(
    ("alert", "/", r"\/", "\u00e9", "", "}", "a.b", "[", "\\", b"\xff", "\0", "Inf", ".*")
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "event_types": st.lists(TYPES, max_size=3),
        "exclude_event_types": st.lists(TYPES, max_size=3),
        "flow_ids": st.lists(IDS, max_size=3),
        "since": MOMENTS,
        "until": MOMENTS,
        "contains": st.lists(NEEDLES, max_size=2),
    },
)
HOW = st.fixed_dictionaries(
    {},
    optional={
        "block_bytes": st.sampled_from((1, 200, 5000)),
        "threads": st.just(1),
        "fast": st.sampled_from((False,)),
    },
)


def lines_of(lines: list[bytes]) -> list[bytes]:
    """Return what lines the bytes really have, since made-up ones may hold a line end."""
    return b"\n".join(lines).split(b"\n")


def asked_for(full: pd.DataFrame, lines: list[bytes], options: dict[str, Any]) -> np.ndarray:
    """Filter afterwards, by the finished frame and the lines themselves."""
    missing = pd.Series(None, index=full.index, dtype=object)
    kinds, ids, times = (
        [None if pd.isna(value) else value for value in full.get(name, missing).tolist()]
        for name in ("event_type", "flow_id", "timestamp")
    )
    since, until = (_moment(options.get(name)) for name in ("since", "until"))
    needles = [n.encode() if isinstance(n, str) else n for n in options.get("contains", [b""])]
    mask = [
        ("event_types" not in options or kind in options["event_types"])
        and kind not in options.get("exclude_event_types", ())
        and ("flow_ids" not in options or flow_id in options["flow_ids"])
        and (since is None or (time is not None and time >= since))
        and (until is None or (time is not None and time < until))
        and any(needle in lines[line] for needle in needles)
        for kind, flow_id, time, line in zip(kinds, ids, times, full.index, strict=True)
    ]
    return np.array(mask, bool)


def _moment(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def blanked(lines: list[bytes], kept: set[int]) -> bytes:
    """Return the file with nothing in all but some of the lines."""
    return b"\n".join(line if n in kept else b"" for n, line in enumerate(lines))


def scanned(data: bytes, how: dict[str, Any], **options: Any) -> Any:
    scan = scan_eve(data, **options)
    return dataclasses.replace(scan, _reading=dataclasses.replace(scan._reading, **how))


@given(FILES, OPTIONS, HOW)
def test_rows(made: list[bytes], options: dict[str, Any], how: dict[str, Any]) -> None:
    """The rows are those that filtering gives, and read as if the others were not there."""
    lines = lines_of(made)
    data = b"\n".join(lines)
    full = read_eve(data)
    chosen = full.index[asked_for(full, lines, options)]

    frame = scanned(data, how, **options).to_pandas()

    assert sorted(frame.index) == sorted(chosen)
    assert_eve_frame_equal(frame, read_eve(blanked(lines, set(chosen))))


NAMES = (
    "timestamp",
    "flow_id",
    "event_type",
    "src_ip",
    "dest_port",
    "alert.signature",
    "alert.signature_id",
    "alert.gid",
    "http.url",
    "http.length",
    "tls.ja4",
    "tls.ja4.hash",
    "vlan",
    "unknown",
    "stats.uptime",
    "no.such",
    ".",
    "v",
)
PREFIXES = ("http.*", "tls.*", "alert.*", "x.*", ".*", "no.such.*")


@given(FILES, st.lists(st.sampled_from(NAMES + PREFIXES), max_size=5), HOW)
def test_columns(made: list[bytes], asked: list[str], how: dict[str, Any]) -> None:
    """The columns are those of the whole frame, in the order asked for, each once."""
    data = b"\n".join(lines_of(made))
    full = read_eve(data)
    expected: dict[str, Any] = {}
    for one in asked:
        if one.endswith(".*"):
            names = [name for name in full.columns if name.startswith(one[:-1])]
        else:
            names = [one]
        expected.update((name, full.get(name)) for name in names)

    frame = scanned(data, how, columns=asked).to_pandas()

    assert frame.index.tolist() == full.index.tolist()
    assert frame.columns.tolist() == list(expected)
    for name, column in expected.items():
        if column is None:
            kind = arrow_type(name) or pa.null()
            assert frame[name].isna().all()
            assert frame[name].dtype == pd.ArrowDtype(kind)
        else:
            assert_eve_frame_equal(frame[[name]], column.to_frame())


@given(FILES, st.sets(st.sampled_from(NAMES)), OPTIONS, HOW)
def test_columns_of_rows(
    made: list[bytes], asked: set[str], options: dict[str, Any], how: dict[str, Any]
) -> None:
    """A function chooses columns; names and a function agree; rows are not changed by it."""
    data = b"\n".join(lines_of(made))
    full = read_eve(data, **options)

    frame = scanned(data, how, columns=asked.__contains__, **options).to_pandas()
    named = scanned(data, how, columns=frame.columns.tolist(), **options).to_pandas()

    expected = full[[name for name in full.columns if name in asked and full[name].notna().any()]]
    kept = frame[[name for name in frame.columns if frame[name].notna().any()]]
    assert_eve_frame_equal(kept, expected)
    assert_eve_frame_equal(named, frame)


@given(FILES, OPTIONS, st.integers(0, 60), HOW)
def test_nrows(made: list[bytes], options: dict[str, Any], rows: int, how: dict[str, Any]) -> None:
    """The first rows in file order, read as if the file ended behind them."""
    lines = lines_of(made)
    data = b"\n".join(lines)
    full = read_eve(data, **options)
    first = set(sorted(full.index)[:rows])

    frame = scanned(data, how, nrows=rows, **options).to_pandas()

    assert set(frame.index) == first
    assert_eve_frame_equal(frame, read_eve(blanked(lines, first)))
    # Nothing behind the last row is told of, whatever was read ahead.
    if len(first) == rows:
        assert frame.attrs["eve"]["lines"] == max(first, default=-1) + 1


@given(FILES, OPTIONS, st.integers(1, 60), HOW)
def test_batches(
    made: list[bytes], options: dict[str, Any], events: int, how: dict[str, Any]
) -> None:
    """Side by side in file order, the batches are the whole, each read as if it were all."""
    lines = lines_of(made)
    data = b"\n".join(lines)
    full = read_eve(data, **options)
    order = sorted(full.index)

    frames = list(scanned(data, how, **options).batches(events=events))

    expected = [set(order[i : i + events]) for i in range(0, len(order), events)] or [set()]
    assert [set(frame.index) for frame in frames] == expected
    for frame, chosen in zip(frames, expected, strict=True):
        assert_eve_frame_equal(frame, read_eve(blanked(lines, chosen)))
    for count in ("lines", "events", "bad_lines", "nul_bytes"):
        assert sum(frame.attrs["eve"][count] for frame in frames) == full.attrs["eve"][count]


@given(FILES, OPTIONS, HOW)
def test_count(made: list[bytes], options: dict[str, Any], how: dict[str, Any]) -> None:
    """As many events of each type as the frame has, but for lines that only look like one."""
    lines = [line for line in lines_of(made) if not _looks_like_an_event(line)]
    data = b"\n".join(lines)
    full = read_eve(data, **options)
    kinds = full.get("event_type", pd.Series(None, index=full.index, dtype=object))

    count = scanned(data, how, **options).count()

    expected = Counter(None if pd.isna(kind) else kind for kind in kinds.tolist())
    names = [None if pd.isna(name) else name for name in count.index]
    assert dict(zip(names, count.tolist(), strict=True)) == expected
    assert count.tolist() == sorted(count.tolist(), reverse=True)


def _looks_like_an_event(line: bytes) -> bool:
    return line.startswith(b"{") and salvage(line).event is None


@given(FILES, OPTIONS)
def test_tables_and_arrow(made: list[bytes], options: dict[str, Any]) -> None:
    """One table a type, side by side the frame; and one table of all."""
    data = b"\n".join(lines_of(made))
    with warnings.catch_warnings():
        frame = read_eve(data, **options)

    tables = scan_eve(data, **options).tables()
    whole = scan_eve(data, order="file", **options).to_arrow()

    start = 0
    for name, table in tables.items():
        rows = frame.iloc[start : start + len(table)]
        start += len(table)
        held = [column for column in rows.columns if rows[column].notna().any()]
        assert table.column_names == (held or frame.columns[:1].tolist())
        assert {None if pd.isna(kind) else kind for kind in rows.get("event_type", [])} in (
            {name},
            set(),
        )
        for column in held:
            assert repr(table[column].to_pylist()) == repr(
                pa.chunked_array(pa.array(rows[column].array)).to_pylist()
            )
    assert start == len(frame)
    ordered = frame.sort_index()
    assert whole.column_names == frame.columns.tolist()
    for column in whole.column_names:
        assert repr(whole[column].to_pylist()) == repr(pa.array(ordered[column].array).to_pylist())
