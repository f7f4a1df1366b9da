"""Law: the fast path through Arrow and the slow path through `json` give the same table."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suricata_eve.ingest.read import Reading, read_table
from suricata_eve.testing import strategies as eve

pytestmark = pytest.mark.property


def check(data: bytes) -> None:
    fast, fast_report = read_table(Reading(io.BytesIO(data), fast=True))
    slow, slow_report = read_table(Reading(io.BytesIO(data), fast=False))

    assert fast.table.schema == slow.table.schema
    assert fast.lines.tolist() == slow.lines.tolist()
    # repr, since NaN is not equal to itself, and 0.0 is equal to -0.0.
    assert repr(fast.table.to_pydict()) == repr(slow.table.to_pydict())
    assert sorted(fast_report.examples) == sorted(slow_report.examples)
    assert {**fast_report.as_attrs(), "examples": []} == {**slow_report.as_attrs(), "examples": []}


@given(eve.eve_files())
def test_events_of_the_schema(data: bytes) -> None:
    """Type by type, value by value, event by event."""
    check(data)


@given(eve.eve_files(lines=eve.lines(events=eve.wild_events()), damaged=True))
@example(b'{"event_type":"dns","x":[{"a":{"b":Inf}}]}\n')
@example(b'{"event_type":"dns","x":"2021-12-10"}\n{"event_type":"dns","x":"x"}\n')
@example(b'{"smb":{"session_id":18446744073709551615}}\n{"smb":{"session_id":1}}\n')
@example(b'{"event_type":"dns","event_type":"http"}\n{"event\\u005ftype":"tls"}\n')
def test_wild_and_damaged_lines(data: bytes) -> None:
    """The same lines are left out, for the same reasons."""
    check(data)


@given(
    st.lists(
        st.tuples(
            st.one_of(eve.lines(), eve.lines(events=eve.wild_events()), eve.damaged_lines()),
            st.sampled_from((1, 1, 1, 50)),
        ),
        max_size=8,
    )
)
def test_lines_that_one_path_refuses_among_many(runs: list[tuple[bytes, int]]) -> None:
    """A bad line, wherever it is among many good ones, costs only itself."""
    check(b"".join((line + b"\n") * times for line, times in runs))
