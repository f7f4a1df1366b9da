"""The whole way from sources to a table; it does not depend on blocks, threads or the path."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.errors import EveParseError, EveTypeError
from suricata_eve.ingest.read import Reading, read_table
from suricata_eve.ingest.report import Report


def event(number: int, **more: Any) -> bytes:
    kind = ("flow", "dns", "alert")[number % 3]
    return json.dumps({"event_type": kind, "n": number, **more}).encode() + b"\n"


def hostile() -> bytes:
    """Return lines of which each path through the reader sees some."""
    lines = [
        event(0, when="2021-12-10"),
        event(1, x=2**63),
        event(2, x=0.5),
        b"\0\0" + event(3, x=2**53 + 1),
        b"{broken\n",
        event(5, t="\udcff"),
        b'{"event_type":"dns","n":6,"n":7}\n',
        event(8, timestamp="never"),
        event(9, timestamp="2022-01-01T00:00:00.1234567Z"),
        event(10, vlan=[None, None]),
        event(11, vlan=[1]),
        event(12, src_port=70000),
        b"\xef\xbb\xbf" + event(13, tls={"ja4": "t"}),
        event(14, tls={"ja4": {"hash": "h"}}),
        event(15, m=[{"a": 1}]),
        event(16, m=[{"a": "1", "b": [0.5]}]),
        b"\n",
        b'{"event_type":"dns","n":17,"b":"\xff"}\n',
    ]
    return b"".join(lines) * 3 + event(18)[:-1]


def read(data: bytes, **options: Any) -> tuple[pa.Table, list[int], Report]:
    assembled, report = read_table(Reading(io.BytesIO(data), **options))
    assembled.table.validate(full=True)
    return assembled.table, assembled.lines.tolist(), report


@pytest.mark.parametrize("block_bytes", [1, 100, 1000, 1 << 20])
@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("fast", [True, False])
def test_nothing_depends_on_how_it_is_read(block_bytes: int, threads: int, *, fast: bool) -> None:
    """Table and counts are those of one block, one thread, and `json` for every line."""
    table, lines, report = read(hostile(), threads=1, fast=False)
    options = {"block_bytes": block_bytes, "threads": threads, "fast": fast}
    other, other_lines, other_report = read(hostile(), **options)

    assert other.schema == table.schema
    assert other_lines == lines
    assert other.combine_chunks().equals(table.combine_chunks())
    assert sorted(other_report.examples) == sorted(report.examples)
    report.examples = other_report.examples = []
    assert other_report == report


def test_sources_are_read_one_after_the_other(tmp_path: Path) -> None:
    first, second = tmp_path / "eve.json", tmp_path / "eve.json.1.gz"
    first.write_bytes(event(0) + event(3) + event(1)[:-1])
    second.write_bytes(gzip.compress(b"\n" + event(6)))
    assembled, report = read_table(Reading([first, str(second), io.BytesIO(event(4))]))

    assert assembled.lines.tolist() == [0, 1, 4, 2, 5]
    assert assembled.table.column("n").to_pylist() == [0, 3, 6, 1, 4]
    assert report.sources == [str(first), str(second), "<stream>"]
    assert (report.lines, report.events) == (6, 5)


def test_the_same_source_twice_is_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(event(0))
    assembled, _ = read_table(Reading([path, path]))

    assert assembled.lines.tolist() == [0, 1]


def test_notes_name_their_source(tmp_path: Path) -> None:
    cut, padded = tmp_path / "cut.gz", tmp_path / "garbage.gz"
    cut.write_bytes(gzip.compress(event(0))[:-4])
    padded.write_bytes(gzip.compress(event(1)) + b"?")
    assembled, report = read_table(Reading([cut, padded]))

    assert assembled.lines.tolist() == [0, 1]
    assert report.notes == [
        f"{cut}: compressed data ends early; read up to there",
        f"{padded}: bytes after the compressed data are not gzip; left out",
    ]


def test_the_first_bad_line_stops() -> None:
    """Also if another path finds a later one first, and with nothing behind it being read."""
    data = event(0) + b"{bad\n" + event(1, n=2**70) + b"{worse\n" + event(2)
    for options in ({}, {"fast": False}, {"block_bytes": 1}, {"threads": 1}):
        with pytest.raises(EveParseError) as caught:
            read(data, stop_at_bad_line=True, **options)
        error = caught.value

        assert (error.source, error.line, error.offset) == ("<stream>", 2, len(event(0)))
        assert error.reason.startswith("cut off or not JSON")
        assert str(error) == (
            f"<stream>, line 2, byte {len(event(0))}: {error.reason}; "
            "on_bad_lines='warn' reads the others"
        )


def test_a_bad_line_behind_the_last_event_stops() -> None:
    with pytest.raises(EveParseError, match="line 2"):
        read(event(0) + b"bad", stop_at_bad_line=True)
    with pytest.raises(EveParseError, match="line 1"):
        read(b"bad", stop_at_bad_line=True)


def test_the_bad_line_is_that_of_the_first_source_that_has_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(event(0) * 3)
    bad.write_bytes(event(0) + b"bad\n")
    with pytest.raises(EveParseError, match=rf"^{bad}, line 2, byte {len(event(0))}: "):
        read_table(Reading([good, bad, tmp_path / "not reached.json"], stop_at_bad_line=True))


def test_what_is_mended_does_not_stop() -> None:
    """A value that is replaced is no bad line."""
    _, lines, report = read(b'{"timestamp":"x","a":"\xff"}\n', stop_at_bad_line=True)

    assert lines == [0]
    assert (report.bad_lines, report.bad_values) == (0, 2)


def test_no_sources_and_no_events() -> None:
    for source in ([], io.BytesIO(), [io.BytesIO(b"\n"), io.BytesIO()]):
        assembled, report = read_table(Reading(source))

        assert assembled.table.num_rows == report.events == 0
        assert len(assembled.lines) == 0


def test_what_is_no_source_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(EveTypeError):
        read_table(Reading([tmp_path / "not opened.json", 7]))  # type: ignore[list-item]


def test_the_integer_minus_zero_has_no_sign_beside_fractions() -> None:
    data = b'{"x":-0}\n{"x":0.5}\n{"x":-0.0}\n'
    for fast in (True, False):
        assembled, _ = read_table(Reading(io.BytesIO(data), fast=fast))

        assert repr(assembled.table["x"].to_pylist()) == "[0.0, 0.5, -0.0]"
