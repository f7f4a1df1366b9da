"""Laws: a dataset holds what one read gives, however its logs came, and whatever came between."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dataset_crash
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow.fs import LocalFileSystem

from suricata_eve import read_eve, scan_eve
from suricata_eve.dataset import intake, kinds, parts, waiting, write
from suricata_eve.dataset.layout import LINE, key_values
from suricata_eve.dataset.manifest import Manifest, load
from suricata_eve.dataset_reader import read_dataset

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.EveWarning"),
]

SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, 2**64, -(2**63)]),
    st.sampled_from([0.5, 1.0, -0.0, 1e300]),
    st.sampled_from(["", "t", "1"]),
    st.booleans(),
)
MEMBERS = st.dictionaries(st.sampled_from("ab"), SCALARS, max_size=2)
# One kind of nesting in a field: what became text inside of a list cannot become a number again.
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "x": SCALARS,
    "lists": st.lists(SCALARS, max_size=2),
    "objects": st.lists(MEMBERS, max_size=2),
    "nested": st.lists(st.lists(MEMBERS, max_size=2), max_size=2),
    "vlan": st.lists(st.sampled_from([1, 70_000]), max_size=2),
    "flow_id": st.sampled_from([-1, 5, 2**63, "7", "no", 2**64]),
    "dest_port": st.sampled_from([443, 65_536, "80"]),
    "date": SCALARS,
    "_line": SCALARS,
    "Hour": SCALARS,
    "late": SCALARS,
}
TIMES = [f"2026-03-0{day}T{hour}:00:00.5+0000" for day in (1, 2) for hour in ("00", "07", "23")]
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(["dns", "alert", "a/b", "x" * 300, None]),
        "timestamp": st.sampled_from([*TIMES, "nonsense", None]),
        **FIELDS,
    },
)
LINES = st.one_of(
    EVENTS.map(lambda event: json.dumps(event).encode()), st.sampled_from([b"", b"{cut", b"[1]"])
)


@st.composite
def logs(draw: st.DrawFn) -> list[bytes]:
    """Sources: lines with their ends; the last of a source may lack it."""
    sources: list[bytes] = []
    for lines in draw(st.lists(st.lists(LINES, min_size=1, max_size=6), min_size=1, max_size=3)):
        # What starts as another source does may be that source when it had grown.
        lines.insert(0, b'{"n":%d}' % len(sources))
        log = b"\n".join(lines) + b"\n"
        is_event = lines[-1].endswith(b"}")
        sources.append(log[:-1] if is_event and draw(st.booleans()) else log)
    return sources


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[bytes], int | None]]:
    """Calls: the sources as they are by then, and at which step the call is killed."""
    whole = draw(logs())
    total = sum(map(len, whole))
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=3)))
    calls: list[tuple[list[bytes], int | None]] = []
    for cut in [*cuts, total]:
        have, left = [], cut
        for log in whole:
            have.append(log[:left])
            left = max(0, left - len(log))
        killed = draw(st.lists(st.integers(0, 60), max_size=2))
        calls += [(have, step) for step in killed]
        calls.append((have, None))
    return calls


@contextmanager
def limits(size: int) -> Iterator[None]:
    """Blocks, row groups and commits of a few lines each."""
    small = size < 1000
    with (
        patch.object(write, "_RUN_BYTES", size),
        patch.object(write, "_COMMIT_BYTES", 2 * size),
        patch.object(write, "_COMMIT_AT_END", size),
        patch.object(intake, "_STEP_BYTES", size),
        patch.object(waiting, "_WAITING_BYTES", 2 * size),
        patch.object(waiting, "_GROUP_ROWS", 3 if small else 100),
        patch.object(parts, "_PENDING_BYTES", 4 * size),
        patch.object(parts, "_GROUP_ROWS", 3 if small else 100),
        patch.object(parts, "_MAX_OPEN", 2 if small else 64),
    ):
        yield


def manifest_of(root: Path) -> Manifest:
    return load(LocalFileSystem(), str(root))


def check_files(root: Path) -> None:
    """What the manifest tells of files is so, and no others are there."""
    manifest = manifest_of(root)
    assert manifest.staged is None
    assert manifest.lagging == []
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.parquet")}
    assert found == {file.path for file in manifest.files}
    assert not list(root.rglob("*.unfinished"))
    for file in manifest.files:
        with pq.ParquetFile(root / file.path) as parquet:
            table = parquet.read()
        lines = table.column(LINE).to_pylist()
        assert lines == sorted(set(lines))
        assert (lines[0], lines[-1], len(lines)) == (file.first_line, file.last_line, file.rows)
        assert (root / file.path).stat().st_size == file.bytes
        assert key_values(file.path)["event_type"] == file.event_type
        schema = manifest.schemas[file.event_type]
        for field in table.schema:
            assert kinds.conforms(field.type, schema.field(field.name).type)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@settings(max_examples=settings().max_examples // 3)
@given(
    histories(),
    st.sampled_from([200, 1 << 20]),
    st.sampled_from([("event_type", "date"), ("hour", "event_type")]),
)
def test_however_it_came(
    calls: list[tuple[list[bytes], int | None]], size: int, keys: tuple[str, ...]
) -> None:
    """Sources that come one after the other, growing, in any number of calls, some killed."""
    with tempfile.TemporaryDirectory() as folder, limits(size):
        root = Path(folder) / "out"
        for sources, step in calls:
            scan = scan_eve(sources, on_bad_lines="skip")
            with dataset_crash.crashing(step), suppress(dataset_crash.Crash):
                scan.to_parquet(root, partition_by=keys)
        again = scan_eve(calls[-1][0], on_bad_lines="skip").to_parquet(root, partition_by=keys)
        assert set(again["status"]) <= {"known"}

        check_files(root)
        expected = read_eve(calls[-1][0], on_bad_lines="skip")
        same(read_dataset(root), expected)
        whole = Path(folder) / "whole"
        scan_eve(calls[-1][0], on_bad_lines="skip").to_parquet(whole, partition_by=keys)
        assert schemas(manifest_of(root)) == schemas(manifest_of(whole))
        assert manifest_of(root).lines == manifest_of(whole).lines


def schemas(manifest: Manifest) -> dict[str, pa.Schema]:
    return {name: replace_order(schema) for name, schema in manifest.schemas.items()}


def replace_order(schema: pa.Schema) -> pa.Schema:
    return pa.schema(sorted(schema, key=lambda field: field.name))
