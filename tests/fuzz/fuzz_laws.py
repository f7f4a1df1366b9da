"""Laws of reading, each checked on any file: what an option changes, and what it does not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
from fuzz_reading import Input, blanked, body_of, filtered, read, scan, values_of

from suricata_eve import to_json
from suricata_eve.errors import EveParseError
from suricata_eve.ingest.compression import LOOK_BYTES, is_compressed
from suricata_eve.ingest.sources import blocks
from suricata_eve.schema.fields import arrow_type
from suricata_eve.testing import assert_equals_json, assert_eve_frame_equal
from suricata_eve.testing.oracle import events_of

__all__ = ["LAWS", "check_packed"]


def check_packed(data: bytes, how: dict[str, Any]) -> None:
    """A file that looks compressed gives what a plain file of the same bytes does, or nothing."""
    notes: list[str] = []
    plain = b"".join(map(bytes, blocks(data, block_bytes=1 << 16, note=notes.append)))
    frame = read(data, how)
    if not is_compressed(plain[:LOOK_BYTES]):
        assert_eve_frame_equal(frame, read(plain, how))
    assert len(frame.attrs["eve"]["notes"]) == len(notes)


def _paths(given: Input) -> None:
    """Neither the parser nor the size of blocks changes anything."""
    other = {**given.how, "fast": not given.how["fast"], "block_bytes": 1 + given.numbers[0] * 8}
    frame = read(given.data, other)

    assert_eve_frame_equal(frame, given.full)
    assert frame.attrs == given.full.attrs


def _file_order(given: Input) -> None:
    """Rows in file order are the same rows; those of a type stay together otherwise."""
    assert_eve_frame_equal(read(given.data, given.how, order="file"), given.full.sort_index())
    if "event_type" in given.full:
        kinds = given.full["event_type"].fillna("\0none").tolist()
        assert sum(a != b for a, b in pairwise(kinds)) < max(1, len(set(kinds)))


def _nullable(given: Input) -> None:
    """Pandas' own dtypes hold the same values."""
    frame = read(given.data, given.how, dtype_backend="numpy_nullable")

    assert_equals_json(frame, io.BytesIO(given.data))
    assert frame.index.tolist() == given.full.index.tolist()


def _round_trip(given: Input) -> None:
    """What is written is read as the same frame."""
    options = {
        "order": ("grouped", "file")[given.numbers[0] & 1],
        "dtype_backend": ("pyarrow", "numpy_nullable")[given.numbers[0] >> 1 & 1],
    }
    frame = read(given.data, given.how, **options)
    file = io.BytesIO()
    to_json(frame, file)
    back = read(file.getvalue(), given.how, on_bad_lines="error", **options)
    if not frame.notna().any(axis=None):
        assert len(back) == len(frame)
        return
    # A column without a value is there where all its values did not fit their field.
    kept = frame.loc[:, frame.notna().any()]
    order = np.argsort(np.argsort(frame.index))
    assert_eve_frame_equal(back, kept.set_axis(pd.Index(order), axis=0))


def _filters(given: Input) -> None:
    """The rows are those that filtering gives, read as if the others were not there."""
    options, chosen = filtered(given)
    frame = read(given.data, given.how, **options)

    assert sorted(frame.index) == sorted(chosen)
    assert_eve_frame_equal(frame, read(blanked(given.lines, chosen), given.how))


def _columns(given: Input) -> None:
    """The columns are those of the whole frame, in the order asked for, each once."""
    first, *bits = given.numbers
    there = [name for name in given.full.columns if "*" not in name]
    names = [name for n, name in enumerate(there) if bits[n % 4] >> n // 4 % 8 & 1]
    asked = [*names[first % 7 :], *names[: first % 7]]
    asked += [("no.such", "alert.signature", "http.*", "x.*", "dest_port")[first % 5]] * (first & 1)
    expected: dict[str, Any] = {}
    for one in asked:
        inside = [n for n in given.full.columns if n.startswith(one[:-1])]
        found = inside if one.endswith(".*") else [one]
        expected.update((name, given.full.get(name)) for name in found)

    frame = read(given.data, given.how, columns=asked)
    chosen = read(given.data, given.how, columns=names.__contains__)

    assert frame.index.tolist() == given.full.index.tolist()
    assert frame.columns.tolist() == list(expected)
    for name, column in expected.items():
        if column is None:
            assert frame[name].isna().all()
            assert frame[name].dtype == pd.ArrowDtype(arrow_type(name) or pa.null())
        else:
            assert_eve_frame_equal(frame[[name]], column.to_frame())
    # A function is asked for what is there, which a column without a value need not be.
    held = [name for name in names if given.full[name].notna().any()]
    assert_eve_frame_equal(chosen.loc[:, chosen.notna().any()], given.full[held])


def _nrows(given: Input) -> None:
    """The first rows in file order, read as if the file ended behind them."""
    options, chosen = filtered(given)
    number = given.numbers[-1] % 32
    first = set(sorted(chosen)[:number])
    frame = read(given.data, given.how, nrows=number, **options)

    assert_eve_frame_equal(frame, read(blanked(given.lines, first), given.how))
    if len(first) == number:
        assert frame.attrs["eve"]["lines"] == max(first, default=-1) + 1


def _batches(given: Input) -> None:
    """Side by side in file order, the batches are the whole, each read as if it were all."""
    options, chosen = filtered(given)
    number = given.numbers[-1] % 32 + 1
    order = sorted(chosen)
    expected = [set(order[i : i + number]) for i in range(0, len(order), number)] or [set()]
    with mock.patch("suricata_eve.scan._BATCH_BLOCK_BYTES", given.how["block_bytes"]):
        frames = list(scan(given.data, given.how, **options).batches(events=number))

    for frame, lines in zip(frames, expected, strict=True):
        assert_eve_frame_equal(frame, read(blanked(given.lines, lines), given.how))
    whole = read(given.data, given.how, **options)
    for count in ("lines", "events", "bad_lines", "nul_bytes"):
        assert sum(f.attrs["eve"][count] for f in frames) == whole.attrs["eve"][count], count


def _by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(data)
        return bytes(sink.getvalue())

    return pack


_PACKS: tuple[Callable[[bytes], bytes], ...] = (
    gzip.compress,
    lambda data: bz2.compress(data, 1),
    lambda data: lzma.compress(data, preset=0),
    _by_arrow("zstd"),
    _by_arrow("lz4"),
)


def _compressed(given: Input) -> None:
    """Compressed data, in two members, is what it holds; cut or damaged, the start of that."""
    kind, middle, end, place, flip = given.numbers
    pack = _PACKS[kind % len(_PACKS)]
    split = len(given.data) * middle // 255
    packed = pack(given.data[:split]) + pack(given.data[split:])
    frame = read(io.BytesIO(packed), given.how)

    assert_eve_frame_equal(frame, given.full)
    cut = bytearray(packed[: max(LOOK_BYTES, len(packed) * end // 255)])
    cut[place % len(cut)] ^= flip
    if is_compressed(bytes(cut[:LOOK_BYTES])):
        check_packed(bytes(cut), given.how)


def _other_results(given: Input) -> None:
    """One table, a table of each type, and counts tell of the same events."""
    kinds = values_of(given.full, "event_type", str)
    tables = scan(given.data, given.how).tables()
    whole = scan(given.data, given.how, order="file").to_arrow()
    counts = scan(given.data, given.how).count()

    assert {name: len(table) for name, table in tables.items()} == Counter(kinds.values())
    ordered = given.full.sort_index()
    assert whole.column_names == ordered.columns.tolist()
    for name in whole.column_names:
        column = pa.array(ordered[name].array)
        # repr, since NaN is not equal to itself.
        assert repr(_plain(whole[name])) == repr(_plain(column)), name
    # A line that only starts and ends as an object counts, so there may be more.
    if not given.full.attrs["eve"]["bad_lines"]:
        names = [None if pd.isna(name) else name for name in counts.index]
        assert dict(zip(names, counts.tolist(), strict=True)) == Counter(kinds.values())


def _plain(array: Any) -> list[object]:
    values: list[object] = (
        array.cast(pa.int64()) if pa.types.is_timestamp(array.type) else array
    ).to_pylist()
    return values


def _bad_lines(given: Input) -> None:
    """The first bad line is raised for; a function is asked for each, and its answer is read."""
    events = dict(events_of(given.lines))
    bad = [n for n, line in enumerate(given.lines) if body_of(line) and n not in events]
    try:
        frame = read(given.data, given.how, on_bad_lines="error")
    except EveParseError as error:
        assert error.line - 1 == bad[0]  # noqa: PT017 - whether it is raised is in question
    else:
        assert not bad
        assert_eve_frame_equal(frame, given.full)

    asked: dict[int, bytes] = {}
    answers = (b'{"x":1}', b"", b"bad", b'{"event_type":"dns","x":"y"}', None)

    def answer(line: Any) -> bytes | None:
        asked[line.line - 1] = line.text
        return answers[given.numbers[line.line % 5] % 5]

    mended = read(given.data, given.how, on_bad_lines=answer)
    assert asked == {n: given.lines[n] for n in bad}
    replaced = [
        (answers[given.numbers[(n + 1) % 5] % 5] or b"") + b"\n" if n in asked else line
        for n, line in enumerate(given.lines)
    ]
    assert_eve_frame_equal(mended, read(b"".join(replaced), given.how))


def _two_sources(given: Input) -> None:
    """Two files, one after the other, are one file; none knows of the other's last line."""
    place = int.from_bytes(given.numbers[:2], "big") % (len(given.data) + 1)
    head, tail = given.data[:place], given.data[place:]
    if any(is_compressed(part[:LOOK_BYTES]) for part in (head, tail)):
        return
    frame = read([head, b"", tail], given.how)
    gap = b"\n" if head and tail and not head.endswith(b"\n") else b""

    assert_eve_frame_equal(frame, read(head + gap + tail, given.how))


LAWS: dict[str, Callable[[Input], None]] = {
    "paths": _paths,
    "file order": _file_order,
    "nullable": _nullable,
    "round trip": _round_trip,
    "filters": _filters,
    "columns": _columns,
    "nrows": _nrows,
    "batches": _batches,
    "compressed": _compressed,
    "other results": _other_results,
    "bad lines": _bad_lines,
    "two sources": _two_sources,
}
