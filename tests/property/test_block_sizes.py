"""Law: it does not matter where one block of a file ends and the next begins."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suricata_eve.ingest.read import Reading, read_table
from suricata_eve.testing import strategies as eve

pytestmark = pytest.mark.property

FILES = st.one_of(
    eve.eve_files(max_lines=20),
    eve.eve_files(lines=eve.lines(events=eve.wild_events()), damaged=True),
)


@given(FILES, st.one_of(st.integers(1, 300), st.integers(1, 100_000)), st.sampled_from((1, 2, 3)))
@example(b'{"x":1}\n{"x":0.5}\n{"x":9007199254740993}\n', 1, 1)
@example(b'{"timestamp":"2020-01-01T00:00Z"}\n{"timestamp":"2020-01-01T00:00:00"}\n', 1, 1)
@example(b'{"x":[{"b":1}]}\n{"x":[{"a":1}]}\n{"x":[]}\n{"x":[null]}\n', 1, 1)
def test_blocks_of_any_size(data: bytes, block_bytes: int, threads: int) -> None:
    """The table, the lines and the report are those of the file read as one block."""
    whole, whole_report = read_table(Reading(io.BytesIO(data), threads=1))
    parts, parts_report = read_table(
        Reading(io.BytesIO(data), block_bytes=block_bytes, threads=threads)
    )

    assert whole.table.schema == parts.table.schema
    assert whole.lines.tolist() == parts.lines.tolist()
    # repr, since NaN is not equal to itself, and 0.0 is equal to -0.0.
    assert repr(whole.table.to_pydict()) == repr(parts.table.to_pydict())
    assert sorted(whole_report.examples) == sorted(parts_report.examples)
    assert {**whole_report.as_attrs(), "examples": []} == {
        **parts_report.as_attrs(),
        "examples": [],
    }
