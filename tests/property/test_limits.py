"""Law: limits that only make reading quick do not change what is read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suricata_eve.ingest import assemble, joint, lines, parse, rows, segment
from suricata_eve.ingest.read import Reading, read_table
from suricata_eve.testing import strategies as eve

pytestmark = pytest.mark.property

# Each is crossed in a large file now and then; here a small one crosses it all the time.
LIMITS = {
    (lines, "_STEP"): (1, 50),
    (parse, "_MAX_OPENERS"): (1, 3),
    (parse, "_FEW"): (1, 2, 5),
    (parse, "_MAX_DEPTH"): (1, 2, 3),
    (joint, "_PIECE_BYTES"): (1, 200),
    (joint, "_PIECE_LINES"): (1, 3),
    (segment, "_WIDE"): (1, 4),
    (joint, "_MAX_KINDS"): (1, 2),
    (assemble, "_MANY"): (1, 2),
    (rows, "_ROWS"): (1, 5),
    (rows, "_BYTES"): (1, 100),
}
CHOSEN = st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in LIMITS.items()})

LINES = st.one_of(
    eve.lines(),
    eve.lines(events=eve.wild_events()),
    eve.damaged_lines(),
)
# Runs of a line that a parser takes at once, among lines that it does not take.
FILES = st.lists(st.tuples(LINES, st.sampled_from((1, 1, 1, 40))), max_size=10).map(
    lambda runs: b"".join((line + b"\n") * times for line, times in runs)
)


# An example reads hundreds of lines one by one, and takes ten times as long as of other laws.
@settings(max_examples=settings().max_examples // 3)
@given(FILES, CHOSEN)
def test_small_limits(data: bytes, limits: dict[tuple[object, str], int]) -> None:
    """The table, the lines and the report are the same with limits of a few bytes or lines."""
    usual, usual_report = read_table(Reading(io.BytesIO(data)))
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), limit in limits.items():
            patch.setattr(module, name, limit)
        small, small_report = read_table(Reading(io.BytesIO(data)))

    assert usual.table.schema == small.table.schema
    assert usual.lines.tolist() == small.lines.tolist()
    # repr, since NaN is not equal to itself, and 0.0 is equal to -0.0.
    assert repr(usual.table.to_pydict()) == repr(small.table.to_pydict())
    usual_attrs, small_attrs = usual_report.as_attrs(), small_report.as_attrs()
    # Which of the mishaps become examples, when there are many, may differ.
    assert {**usual_attrs, "examples": []} == {**small_attrs, "examples": []}
