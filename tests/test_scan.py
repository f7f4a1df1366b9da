"""`scan_eve`: nothing is read until asked, and each way to have the events has the same ones."""

from __future__ import annotations

import gc
import gzip
import json
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import our_threads
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve import BadLine, read_eve, scan_eve
from suricata_eve import scan as scan_module
from suricata_eve.errors import EveParseError, EveWarning
from suricata_eve.ingest import read as read_module
from suricata_eve.scan import EveScan

SAMPLES = {
    "suricata7": Path(suricata_eve.__file__).parent / "sample" / "log4j.json.gz",
    "suricata8": Path(__file__).parent / "data" / "log4j-suricata8.json.gz",
}
METHODS: dict[str, Callable[[EveScan, Path], Any]] = {
    "to_pandas": lambda scan, _: scan.to_pandas(),
    "to_arrow": lambda scan, _: scan.to_arrow(),
    "tables": lambda scan, _: scan.tables(),
    "batches": lambda scan, _: list(scan.batches()),
    "count": lambda scan, _: scan.count(),
    "to_parquet": lambda scan, folder: scan.to_parquet(folder),
}
EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def event(number: int, kind: str | None = "dns", **more: Any) -> bytes:
    named = {} if kind is None else {"event_type": kind}
    return json.dumps({**named, "n": number, **more}).encode() + b"\n"


def small_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Read in many small blocks, as a large file is."""
    monkeypatch.setattr(scan_module, "_BATCH_BLOCK_BYTES", size)
    monkeypatch.setattr(read_module, "_STEP_BYTES", size)


# --- nothing before it is asked for --------------------------------------------------------------


@EVERY_METHOD
def test_nothing_is_opened_until_a_result_is_asked_for(
    method: Callable[[EveScan, Path], Any], tmp_path: Path
) -> None:
    """The file may come later; each call reads it anew."""
    path = tmp_path / "eve.json"
    scan = scan_eve(path)
    scan_eve(["/no/such/folder/*.json", 7])  # type: ignore[list-item]
    with pytest.raises(FileNotFoundError):
        method(scan, tmp_path / "first")
    path.write_bytes(event(1))
    method(scan, tmp_path / "second")
    path.write_bytes(event(1) * 3)

    assert len(scan.to_pandas()) == 3


def test_batches_open_nothing_before_the_first_is_asked_for(tmp_path: Path) -> None:
    batches = scan_eve(tmp_path / "no").batches()

    with pytest.raises(FileNotFoundError):
        next(batches)


def test_the_repr_is_the_call_without_defaults() -> None:
    path = "/var/log/suricata/archive/2022/eve-2022-01-01.json.gz"
    scan = scan_eve(
        path, event_types="alert", since="2022-01-01", nrows=5, order="file", progress=False
    )

    assert repr(scan) == (
        f"scan_eve('{path}', event_types='alert', since='2022-01-01', nrows=5, order='file')"
    )
    assert repr(scan_eve(path)) == f"scan_eve('{path}')"
    assert repr(eval(repr(scan), {"scan_eve": scan_eve})) == repr(scan)  # noqa: S307


def test_the_repr_is_short_whatever_was_passed() -> None:
    data = event(1) * 100_000
    scan = scan_eve([data] * 50, flow_ids=range(10**6), contains=["x" * 10**6] * 50)

    assert len(repr(scan)) < 3000
    assert len(repr(scan_eve(data, flow_ids=list(range(10**6))))) < 500


def test_a_scan_is_not_changed_by_what_is_asked_of_it(tmp_path: Path) -> None:
    scan = scan_eve(event(1) + event(2, "tls"), event_types=["dns"])
    before = repr(scan)
    frame = scan.to_pandas()
    for method in METHODS.values():
        method(scan, tmp_path / str(len(list(tmp_path.iterdir()))))
    frame["n"] = 0

    assert repr(scan) == before
    assert scan.to_pandas()["n"].tolist() == [1]
    with pytest.raises(AttributeError):
        scan.source = "other"  # type: ignore[attr-defined]


# --- the same events in every way ----------------------------------------------------------------

OPTIONS: dict[str, dict[str, Any]] = {
    "all": {},
    "file-order": {"order": "file"},
    "types": {"event_types": ["alert", "dns", "arp"]},
    "no-types": {"exclude_event_types": ["netflow", "flow", "stats"]},
    "times": {"since": "2022-01-02T06:00:00+0100", "until": "2022-01-02T12:00:00"},
    "contains": {"contains": ["jndi", b"ldap"]},
    "columns": {"columns": ["alert.signature", "http.*", "flow_id"]},
    "rows": {"nrows": 1234, "exclude_event_types": "netflow"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_arrow_tables_and_batches_are_the_frame(options: dict[str, Any]) -> None:
    scan = scan_eve(SAMPLES["suricata8"], **options)
    frame = scan.to_pandas()

    table = scan.to_arrow()
    assert len(frame) > 0
    assert table.column_names == frame.columns.tolist()
    for name in table.column_names:
        assert table.column(name).equals(pa.chunked_array(pa.array(frame[name].array))), name
    assert json.loads(table.schema.metadata[b"eve"]) == frame.attrs["eve"]

    grouped = scan_eve(SAMPLES["suricata8"], **{**options, "order": "grouped"}).to_pandas()
    start = 0
    for narrow in scan.tables().values():
        rows = grouped.iloc[start : start + len(narrow)].dropna(axis="columns", how="all")
        start += len(narrow)
        assert narrow.column_names == (list(rows.columns) or grouped.columns[:1].tolist())
        for name in rows.columns:
            assert narrow.column(name).combine_chunks().equals(pa.array(rows[name].array)), name
        assert json.loads(narrow.schema.metadata[b"eve"]) == frame.attrs["eve"]
    assert start == len(frame)

    batches = list(scan.batches(events=3000))
    assert all(len(batch) == 3000 for batch in batches[:-1])
    # In the order of the file, and in the one asked for within each.
    lines = np.concatenate([np.sort(batch.index) for batch in batches])
    assert lines.tolist() == sorted(frame.index)
    for batch in batches:
        part = frame.loc[sorted(batch.index) if options.get("order") == "file" else batch.index]
        held = part.columns[part.notna().any()]
        pd.testing.assert_frame_equal(batch[held], part[held], check_column_type=False)


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_counts_are_those_of_the_frame(sample: str, backend: Any) -> None:
    """In the same dtypes, names included, whatever lets events through."""
    for options in [{k: v for k, v in one.items() if k != "columns"} for one in OPTIONS.values()]:
        scan = scan_eve(SAMPLES[sample], dtype_backend=backend, **options)
        counts = scan.count()
        frame = scan_eve(
            SAMPLES[sample], dtype_backend=backend, columns="event_type", **options
        ).to_pandas()
        expected = frame["event_type"].value_counts(dropna=False)

        # pandas counts a `string` column in Arrow's integers, whatever the other columns are.
        pd.testing.assert_series_equal(
            counts.sort_index(), expected.sort_index(), check_dtype=backend == "pyarrow"
        )
        assert (
            str(counts.dtype) == {"pyarrow": "int64[pyarrow]", "numpy_nullable": "Int64"}[backend]
        )
        assert counts.is_monotonic_decreasing


@pytest.mark.filterwarnings("ignore:values of several kinds became text in event_type")
@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_events_without_a_type_are_counted_as_missing(backend: Any) -> None:
    """Missing, null; but the empty text is a type, and a number is its digits."""
    kinds = [None, "", 5, "5", None]
    data = b"{}\n" + b"".join(json.dumps({"event_type": kind}).encode() + b"\n" for kind in kinds)
    scan = scan_eve(data, dtype_backend=backend)
    counts = scan.count()

    expected = scan.to_pandas()["event_type"].value_counts(dropna=False)
    pd.testing.assert_series_equal(counts, expected, check_dtype=backend == "pyarrow")
    assert counts.tolist() == [3, 2, 1]
    assert counts.index.isna().tolist() == [True, False, False]
    assert counts.index[1:].tolist() == ["5", ""]


@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_no_events_are_an_empty_count(backend: Any) -> None:
    counts = scan_eve(b"\n", dtype_backend=backend).count()

    assert len(counts) == 0
    assert (counts.name, counts.index.name) == ("count", "event_type")
    assert str(counts.dtype) == {"pyarrow": "int64[pyarrow]", "numpy_nullable": "Int64"}[backend]


@pytest.mark.parametrize("order", ["grouped", "file"])
@pytest.mark.parametrize("backend", ["pyarrow", "numpy_nullable"])
def test_batches_have_the_dtypes_and_the_order_asked_for(order: Any, backend: Any) -> None:
    data = event(0) + event(1, "tls") + event(2) + event(3, "tls") + event(4)
    options: dict[str, Any] = {"order": order, "dtype_backend": backend}
    batches = list(scan_eve(data, **options).batches(events=4))

    assert [batch.index.tolist() for batch in batches] == [
        [0, 2, 1, 3] if order == "grouped" else [0, 1, 2, 3],
        [4],
    ]
    whole = read_eve(data, **options)
    for batch in batches:
        pd.testing.assert_frame_equal(batch, whole.loc[batch.index])


@pytest.mark.parametrize("block", [1, 100, 1 << 20])
@pytest.mark.parametrize("rows", [0, 1, 7, 20, 39, 40, 41])
def test_batches_of_the_first_rows_are_those_rows(
    rows: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However batches, blocks and the last row lie, none is lost, and types are each batch's."""
    small_blocks(monkeypatch, block)
    data = b"".join(event(n, ("dns", "tls")[n % 2], x=n if n < 20 else str(n)) for n in range(40))
    for events in (1, 3, 8, 100):
        scan = scan_eve(data, nrows=rows, on_bad_lines="skip")
        batches = list(scan.batches(events=events))

        found = [n for batch in batches for n in sorted(batch.get("n", []))]
        assert found == list(range(40))[:rows]
        assert {len(batch) for batch in batches[:-1]} <= {events}
        for batch in batches if rows else []:
            assert {type(value) for value in batch["x"]} == {str if batch["n"].max() >= 20 else int}


def test_arrow_has_the_order_asked_for() -> None:
    data = event(0) + event(1, "tls") + event(2)

    assert scan_eve(data).to_arrow().column("n").to_pylist() == [0, 2, 1]
    assert scan_eve(data, order="file").to_arrow().column("n").to_pylist() == [0, 1, 2]


@EVERY_METHOD
def test_a_bad_line_stops_every_way_that_reads_it(
    method: Callable[[EveScan, Path], Any], tmp_path: Path
) -> None:
    scan = scan_eve(event(0) + b"{cut\n" + event(2), on_bad_lines="error")
    with pytest.raises(EveParseError, match=r"^<bytes>, line 2, byte \d+: ") as caught:
        method(scan, tmp_path)

    assert (caught.value.line, caught.value.offset) == (2, len(event(0)))


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow", "tables", "count"])
def test_a_bad_line_behind_the_last_row_stops_nothing(method: str) -> None:
    scan = scan_eve(event(0) + event(1) + b"{cut\n", on_bad_lines="error", nrows=2)

    getattr(scan, method)()
    assert scan.to_pandas().attrs["eve"]["lines"] == 2


# --- sources and options together ----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a log folder: three files of ten lines, the oldest packed, with a bad line each."""
    for position, name in enumerate(("eve.json.2.gz", "eve.json.1", "eve.json")):
        lines = [event(10 * position + n, ("dns", "tls", None)[n % 3], flow_id=n) for n in range(9)]
        lines.insert(4, b"{cut\n")
        data = b"".join(lines)
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    (tmp_path / "fast.log").write_bytes(b"not EVE\n")
    return tmp_path


def test_line_numbers_run_over_all_sources(folder: Path) -> None:
    """Oldest first; bad lines are numbered within their source."""
    with pytest.warns(EveWarning, match=r"^3 of 30 lines left out"):
        frame = read_eve(folder, order="file")

    expected = [line for line in range(30) if line % 10 != 4]
    assert frame.index.tolist() == expected
    assert frame["n"].tolist() == [10 * p + n for p in range(3) for n in range(9)]
    attrs = frame.attrs["eve"]
    names = [str(folder / name) for name in ("eve.json.2.gz", "eve.json.1", "eve.json")]
    assert attrs["sources"] == names
    assert [(one["source"], one["line"]) for one in attrs["examples"]] == [(n, 5) for n in names]


@pytest.mark.parametrize("rows", [0, 2, 3, 5, 6, 8, 9, 99])
def test_rows_are_counted_over_all_sources(rows: int, folder: Path) -> None:
    """Of the events that the other options let through; nothing behind the last is told of."""
    options: dict[str, Any] = {"event_types": "tls", "columns": ["n", "flow_id"]}
    with pytest.warns(EveWarning):
        full = read_eve(folder, **options)
    scan = scan_eve(folder, nrows=rows, on_bad_lines="skip", **options)
    frame = scan.to_pandas()

    assert len(full) == 9
    pd.testing.assert_frame_equal(frame, full.iloc[:rows], check_dtype=rows > 0)
    if 0 < rows <= 9:
        assert frame.attrs["eve"]["lines"] == frame.index[-1] + 1
    assert scan.count().sum() == min(rows, 9)
    assert [len(batch) for batch in scan.batches(events=4)] == [
        len(range(start, min(start + 4, rows, 9))) for start in range(0, max(min(rows, 9), 1), 4)
    ]


def test_a_file_behind_the_last_row_is_not_opened(folder: Path) -> None:
    sources = [folder / "eve.json", folder / "gone.json"]
    with pytest.raises(FileNotFoundError):
        read_eve(sources, on_bad_lines="skip")

    assert len(read_eve(sources, nrows=9, on_bad_lines="skip")) == 9


def test_files_whose_fields_differ_in_type_are_one_frame(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_bytes(event(1, x=1))
    second.write_bytes(event(2, x="t"))
    scan = scan_eve([first, second])
    with pytest.warns(EveWarning, match="values of several kinds became text in x"):
        frame = scan.to_pandas()

    assert frame["x"].tolist() == ["1", "t"]
    assert scan_eve([first, second], nrows=1).to_pandas()["x"].tolist() == [1]
    assert [batch["x"].tolist() for batch in scan.batches(events=1)] == [[1], ["t"]]


# --- columns -----------------------------------------------------------------------------------


def test_a_column_that_nobody_has_is_there_and_told_with_a_hint() -> None:
    with pytest.warns(EveWarning) as caught:
        frame = read_eve(event(1), columns=["n", "alert.signatur", "zzz"])

    (warning,) = caught
    assert str(warning.message) == (
        "no event has 'alert.signatur' (did you mean 'alert.signature'?); no event has 'zzz'; "
        'details in df.attrs["eve"]'
    )
    assert frame.columns.tolist() == ["n", "alert.signatur", "zzz"]
    assert frame["zzz"].isna().all()
    assert frame.attrs["eve"]["notes"] == [
        "no event has 'alert.signatur' (did you mean 'alert.signature'?)",
        "no event has 'zzz'",
    ]


def test_a_known_column_without_values_is_no_mistake() -> None:
    frame = read_eve(event(1), columns=["alert.signature", "dest_port", "vlan"])

    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "alert.signature": "string[pyarrow]",
        "dest_port": "uint16[pyarrow]",
        "vlan": "list<item: int64>[pyarrow]",
    }
    assert frame.isna().all(axis=None)


def test_neither_a_pattern_nor_a_function_that_finds_nothing_is_told() -> None:
    """Which columns there are is what they ask."""
    assert read_eve(event(1), columns="no.*").shape == (1, 0)
    assert read_eve(event(1), columns=lambda _: False).shape == (1, 0)


# --- functions for bad lines and blocks ----------------------------------------------------------


BAD_EVERYWHERE = b"".join(
    b"{cut %d\n" % n if n % 3 == 0 else event(n, ("dns", "tls")[n % 2]) for n in range(300)
)


@pytest.mark.parametrize("block", [50, 1000, 1 << 20])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_function_is_asked_once_for_a_line_however_blocks_are_divided(
    block: int, pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the lines, also where the types of a divided block are found anew."""
    small_blocks(monkeypatch, block)
    path = tmp_path / "eve.json"
    path.write_bytes(pack(BAD_EVERYWHERE))
    asked: list[int] = []

    def mend(bad: BadLine) -> dict[str, Any]:
        asked.append(bad.line)
        assert bad.text == b"{cut %d\n" % (bad.line - 1)
        assert BAD_EVERYWHERE[bad.offset :].startswith(bad.text)
        return {"event_type": "mended", "n": bad.line - 1}

    every = list(range(1, 301, 3))
    scan = scan_eve(path, on_bad_lines=mend)
    batches = list(scan.batches(events=7))
    assert asked == every
    assert [n for batch in batches for n in sorted(batch["n"])] == list(range(300))
    assert [n for batch in batches for n in sorted(batch.index)] == list(range(300))

    asked.clear()
    first = scan_eve(path, on_bad_lines=mend, nrows=100, order="file").to_pandas()
    assert first["n"].tolist() == list(range(100))
    assert asked == every[: len(asked)]

    for method in ("to_pandas", "to_arrow", "tables", "count"):
        asked.clear()
        getattr(scan, method)()
        assert asked == every, method


def test_lines_that_are_ruled_out_are_not_asked_about() -> None:
    """They are not looked at further, as the documentation says."""
    asked: list[int] = []
    data = b'{"event_type":"dns", cut\n{"event_type":"tls", cut\n'
    read_eve(data, event_types="dns", on_bad_lines=lambda bad: asked.append(bad.line))

    assert asked == [1]


def test_a_function_may_read_another_file(tmp_path: Path) -> None:
    """Such as what was kept of the line elsewhere."""
    kept = tmp_path / "kept.json"
    kept.write_bytes(event(7, "kept"))
    frame = read_eve(
        event(1) + b"{cut\n",
        on_bad_lines=lambda _: {str(k): v for k, v in read_eve(kept).iloc[0].items()},
    )

    assert frame["n"].tolist() == [1, 7]


# --- memory and threads --------------------------------------------------------------------------


def test_batches_do_not_keep_what_they_gave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the frame before, nor ever more of the blocks it came from."""
    small_blocks(monkeypatch, 1 << 16)
    path = tmp_path / "eve.json"
    path.write_bytes(b"".join(event(n, ("dns", "tls")[n % 2], t="x" * 400) for n in range(20_000)))
    gc.collect()
    before = pa.total_allocated_bytes()
    references: list[weakref.ref[pd.DataFrame]] = []
    held = []

    for frame in scan_eve(path).batches(events=300):
        assert not [ref for ref in references if ref() is not None]
        references.append(weakref.ref(frame))
        held.append(pa.total_allocated_bytes() - before)
        del frame

    assert len(references) == 67
    assert max(held) < path.stat().st_size / 4
    assert np.mean(held[-20:]) < 3 * np.mean(held[10:30]) + (1 << 20)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_batches_that_are_given_up_leave_no_thread_and_no_open_file(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `close`, by `break`, or by an exception in the loop."""
    small_blocks(monkeypatch, 1000)
    path = tmp_path / "eve.json"
    path.write_bytes(pack(b"".join(event(n) for n in range(5000))))

    batches = scan_eve(path).batches(events=10)
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert our_threads.left() == []
    for _ in scan_eve(path).batches(events=10):
        break

    def fail() -> None:
        for frame in scan_eve(path).batches(events=10):
            raise LookupError(len(frame))

    with pytest.raises(LookupError):
        fail()
    gc.collect()
    assert our_threads.left() == []


def test_an_exception_that_is_kept_keeps_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As notebooks keep the last one, and with it what the reader had in hand."""
    small_blocks(monkeypatch, 1000)
    path = tmp_path / "eve.json.gz"
    path.write_bytes(gzip.compress(b"{cut\n" + b"".join(event(n) for n in range(5000))))

    def fail(bad: BadLine) -> None:
        raise LookupError(bad.line)

    with pytest.raises(LookupError, match=r"^1$") as caught:
        next(scan_eve(path, on_bad_lines=fail).batches(events=10))
    assert our_threads.left() == []
    del caught


def test_a_file_object_is_read_from_where_it_stands_and_left_open(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_bytes(event(1) + event(2))
    with path.open("rb") as file:
        file.readline()
        scan = scan_eve(file)
        assert scan.to_pandas()["n"].tolist() == [2]
        assert not file.closed
        assert len(scan.to_pandas()) == 0


def test_an_event_type_that_nobody_knows_is_told_with_a_hint() -> None:
    """Of several that are asked for, only that one; a known type may well be in no event."""
    with pytest.warns(EveWarning, match=r"no event is of type 'alrt' \(did you mean 'alert'\?\)"):
        frame = read_eve(b'{"event_type":"dns"}\n', event_types=["alrt", "dns", "tls"])

    assert frame["event_type"].tolist() == ["dns"]
    assert (
        read_eve(b'{"event_type":"odd"}\n', event_types=["odd", "tls"]).attrs["eve"]["notes"] == []
    )
