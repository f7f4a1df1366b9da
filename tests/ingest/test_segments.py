"""Blocks to segments: every event once, under its true type, with its place."""

from __future__ import annotations

import json
import threading
from typing import Any

import numpy as np
import our_threads
import pytest

from suricata_eve.ingest import joint
from suricata_eve.ingest import segment as segment_module
from suricata_eve.ingest import segments as module
from suricata_eve.ingest.report import Mishap, Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.segments import Segmenter


def line(kind: str | None, number: int, **more: Any) -> bytes:
    event = {} if kind is None else {"event_type": kind}
    return json.dumps({**event, "n": number, **more}).encode() + b"\n"


def segments(*blocks: bytes, threads: int = 2, fast: bool = True) -> tuple[list[Segment], Report]:
    return collected(Segmenter(threads=threads, fast=fast), *blocks)


def collected(
    segmenter: Segmenter, *blocks: bytes, source: str = "eve.json"
) -> tuple[list[Segment], Report]:
    """Return all segments, and the report that comes of reading them."""
    report, found = Report(), []
    for block in segmenter.read(blocks, source=source):
        report.lines += block.lines
        report.add(block.found)
        found += block.segments
    report.events = sum(len(segment.lines) for segment in found)
    return found, report


def rows(found: list[Segment]) -> list[tuple[int, str | None, int, int]]:
    """Return line, type, offset and value of each event, by line."""
    return sorted(
        (int(number), segment.event_type, int(offset), value)
        for segment in found
        for number, offset, value in zip(
            segment.lines, segment.offsets, list(segment.columns["n"]), strict=True
        )
        for value in [value.as_py() if hasattr(value, "as_py") else value]
    )


def expected(data: bytes) -> list[tuple[int, str | None, int, int]]:
    """Return the same from `json`, for lines that are events with a number."""
    result = []
    offset = 0
    for number, text in enumerate(data.splitlines(keepends=True)):
        try:
            event = json.loads(text)
        except ValueError:
            event = {}
        if "n" in event:
            result.append((number, event.get("event_type"), offset, event["n"]))
        offset += len(text)
    return result


LINES = [
    line("dns", 1),
    line("http", 2, http={"url": "/"}),
    b"\n",
    line("dns", 3, dns={"event_type": "no"}),
    b'{"dns":{"event_type":"x"},"event_type":"dns","n":4}\n',
    b"not json\n",
    line(None, 5),
    b'{"event_type" :"tls","n":6,"n":7}\n',
    b' {"event_type":"tls","n":8}\r\n',
    b'{"event_type":"t\\u006cs","n":9}\n',
    line("", 10),
    b'{"event_type":"h\xc3\xa9","n":11}\n',
    line("dns", 12) + b"\0\0" + line("http", 13),
    line("dns", 14)[:-1],
]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("per_block", [1, 2, 5, 100])
def test_every_event_once_with_type_and_place(per_block: int, threads: int, *, fast: bool) -> None:
    blocks = [b"".join(LINES[i : i + per_block]) for i in range(0, len(LINES), per_block)]
    found, report = segments(*blocks, threads=threads, fast=fast)
    truth = expected(b"".join(LINES).replace(b"\0\0", b"  "))

    assert rows(found) == truth
    assert all((np.diff(segment.lines) > 0).all() for segment in found)
    assert (report.lines, report.events) == (len(LINES) + 1, len(truth))
    assert (report.bad_lines, report.nul_bytes) == (1, 2)
    assert report.examples == [
        Mishap("eve.json", 6, sum(map(len, LINES[:5])), report.examples[0].reason)
    ]


def test_no_blocks_and_blank_blocks_have_no_events() -> None:
    assert segments() == ([], Report())
    assert segments(b"\n\n", b"\n") == ([], Report(lines=3))


def test_line_numbers_go_on_from_source_to_source() -> None:
    segmenter = Segmenter(threads=1)
    first, _ = collected(segmenter, line("a", 0), line("a", 1), source="one")
    second, report = collected(segmenter, b"\n" + line("a", 3) + b"bad\n", source="two")

    assert [segment.lines.tolist() for segment in first] == [[0], [1]]
    assert [segment.lines.tolist() for segment in second] == [[3]]
    assert [segment.offsets.tolist() for segment in second] == [[1]]
    assert second[0].mishap(0, "why") == Mishap("two", 2, 1, "why")
    assert report.examples[0][:3] == ("two", 3, 1 + len(line("a", 3)))


def test_a_column_that_no_event_of_a_type_has_is_not_in_its_segment() -> None:
    data = b"".join([line("a", 1, only=1), b'{"x":{"event_type":"a"},"event_type":"b","n":2}\n'])
    found, _ = segments(data)

    assert {segment.event_type: sorted(segment.columns) for segment in found} == {
        "a": ["event_type", "n", "only"],
        "b": ["event_type", "n", "x.event_type"],
    }


def test_the_types_of_odd_values_are_their_text() -> None:
    data = b'{"event_type":7,"n":1}\n{"event_type":["a",1.0],"n":2}\n{"event_type":null,"n":3}\n'
    for fast in (True, False):
        found, _ = segments(data, fast=fast)

        assert [row[1] for row in rows(found)] == ["7", '["a",1]', None]


@pytest.mark.parametrize("count", [255, 256, 257, 3000])
def test_any_number_of_types(count: int) -> None:
    """Beyond some, the rare ones are parsed together, and still told apart."""
    data = b"".join(line(f"t{n % count}", n) for n in range(count * 2))
    found, _ = segments(data)

    assert rows(found) == expected(data)
    assert {segment.event_type for segment in found} == {f"t{n}" for n in range(count)}


@pytest.mark.parametrize("fast", [True, False])
def test_segments_are_narrow_where_each_event_brings_its_own_columns(
    monkeypatch: pytest.MonkeyPatch, *, fast: bool
) -> None:
    """Else cells would grow with the square of the events."""
    monkeypatch.setattr(segment_module, "_WIDE", 50)
    data = b"".join(line("mqtt", n, **{f"k{n}": n, "all": 1}) for n in range(1000))
    found, _ = segments(data, fast=fast)

    assert rows(found) == expected(data)
    assert max(len(segment.columns) for segment in found) <= 50 + 3
    assert sum(len(segment.lines) for segment in found) == 1000


def test_pieces_are_cut_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint, "_PIECE_BYTES", 500)
    data = b"".join(line("a" if n % 3 else "b", n) for n in range(500))
    found, _ = segments(data, threads=3)

    assert len(found) > 10
    assert rows(found) == expected(data)


def test_the_stack_size_of_other_threads_is_as_before() -> None:
    before = threading.stack_size()
    segments(line("a", 1))

    assert threading.stack_size() == before


def test_no_thread_is_left_when_the_reader_stops() -> None:
    reader = Segmenter(threads=2).read([line("a", n) for n in range(9)], source="x")
    next(reader)
    reader.close()

    assert our_threads.left() == []


def test_blocks_are_read_as_they_are_needed() -> None:
    """Three at a time, however many there are."""
    taken: list[int] = []

    def blocks() -> Any:
        for number in range(10):
            taken.append(number)
            yield line("a", number)

    reader = Segmenter(threads=1).read(blocks(), source="x")
    next(reader)
    assert taken == [0, 1, 2]
    next(reader)
    assert taken == [0, 1, 2, 3]
    reader.close()


def test_an_error_in_a_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        msg = "broken"
        raise MemoryError(msg)

    monkeypatch.setattr(module, "parse", broken)
    with pytest.raises(MemoryError, match="broken"):
        segments(line("a", 1))


def test_a_thread_that_cannot_start_is_an_error_and_leaves_none_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(threading.enumerate())
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def refuse_the_second(thread: threading.Thread) -> None:
        if started:
            msg = "can't start new thread"
            raise RuntimeError(msg)
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse_the_second)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        list(Segmenter(threads=2).read([b"{}\n"], source="x"))

    for thread in started:
        thread.join(timeout=10)
    assert set(threading.enumerate()) <= before
