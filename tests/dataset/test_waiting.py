"""What waits to be put together: bounded, in order, nothing lost."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.dataset import waiting as module
from suricata_eve.dataset.waiting import Waiting
from suricata_eve.ingest.segment import Segment


def segment(first: int, rows: int, columns: int = 1) -> Segment:
    lines = np.arange(first, first + rows)
    held = {f"c{n}": pa.array(lines) for n in range(columns)}
    return Segment("dns", "eve.json", 0, lines, lines, {**held})


def firsts(segments: list[Segment]) -> list[int]:
    return [int(one.lines[0]) for one in segments]


@pytest.mark.parametrize(("rows", "columns"), [(10, 1), (1, 40)])
def test_enough_rows_or_cells_of_a_type_do_not_wait(
    rows: int, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of other types do."""
    monkeypatch.setattr(module, "_GROUP_ROWS", 20)
    monkeypatch.setattr(module, "_GROUP_CELLS", 80)
    waiting = Waiting()
    waiting.add("a", segment(0, rows, columns))
    waiting.add("b", segment(50, 1))
    assert list(waiting.enough()) == []

    waiting.add("a", segment(100, rows, columns))
    assert [(name, firsts(found)) for name, found in waiting.enough()] == [("a", [0, 100])]
    assert list(waiting.enough()) == []
    assert [(name, firsts(found)) for name, found in waiting.rest()] == [("b", [50])]
    assert list(waiting.rest()) == []


def test_when_too_much_waits_half_of_it_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those first that have the most bytes in a column, which costs the least."""
    monkeypatch.setattr(module, "_WAITING_BYTES", 8 * 100)
    waiting = Waiting()
    waiting.add("wide", segment(0, 3, 20))
    waiting.add("narrow", segment(10, 40))
    waiting.add("short", segment(60, 2))
    assert [name for name, _ in waiting.enough()] == ["narrow", "wide"]
    assert [name for name, _ in waiting.rest()] == ["short"]


def test_values_that_no_arrow_type_holds_count_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITING_BYTES", 1000)
    waiting = Waiting()
    lines = np.arange(20)
    waiting.add("a", Segment("a", "eve.json", 0, lines, lines, {"x": [1, "t"] * 10}))
    assert [name for name, _ in waiting.enough()] == ["a"]
