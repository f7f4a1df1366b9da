"""Blocks joined: every line once, in a piece of its kind, with its number and offset."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from suricata_eve.ingest import joint as module
from suricata_eve.ingest.joint import Joint
from suricata_eve.ingest.lining import Kind, line_up
from suricata_eve.ingest.selection import EVERYTHING, Selection

BLOCKS = [
    b'{"event_type":"dns","n":0}\n{cut\n{"event_type":"tls","n":2}\n',
    b"\n",
    b'{"event_type":"tls","n":4}\n',
    b"",
    b'{"event_type":"dns","n":5}\n\xff\n{"event_type":"alert","app_proto":"http","n":7}\n{"n":8}',
]
LINES = b"".join(BLOCKS).splitlines(keepends=True)
FIRST, SOURCE_LINE, OFFSET = 1000, 990, 5000


def joined(blocks: list[bytes], selection: Selection = EVERYTHING) -> Joint:
    lined = [
        line_up(block, selection=selection, fast=True, counting=False, by_kind=True)
        for block in blocks
    ]
    return Joint(lined, source="eve.json", source_line=SOURCE_LINE, first_line=FIRST, offset=OFFSET)


def pieces(joint: Joint, positions: Any = None) -> list[tuple[Kind, list[int]]]:
    return [(kind, found.tolist()) for kind, found in joint.pieces(positions)]


def test_positions_go_on_from_block_to_block() -> None:
    joint = joined(BLOCKS)

    assert joint.total_lines == len(LINES) == 9
    assert [joint.line(position) for position in range(9)] == LINES
    assert [joint.number(position) for position in range(9)] == list(range(FIRST, FIRST + 9))
    assert [joint.position(FIRST + n) for n in range(9)] == list(range(9))
    assert joint.odd().tolist() == [1, 3, 6]


def test_every_plain_line_is_in_one_piece_of_its_kind() -> None:
    """Across blocks, in the order of the lines."""
    joint = joined(BLOCKS)
    found = dict(pieces(joint))

    assert len(found) == len(pieces(joint))
    assert sorted(found.values()) == [[0, 5], [2, 4], [7], [8]]
    assert (found[Kind("dns")], found[Kind("tls")], found[Kind(None)]) == ([0, 5], [2, 4], [8])


def test_positions_count_only_the_lines_that_are_left() -> None:
    """A gap in the numbers is not one in the positions."""
    joint = joined(BLOCKS, Selection(event_types=frozenset({"dns"})))
    left = [0, 1, 3, 5, 6, 8]

    assert joint.total_lines == 9
    assert [joint.number(position) - FIRST for position in range(len(left))] == left
    assert [joint.line(position) for position in range(len(left))] == [LINES[n] for n in left]
    assert joint.position(FIRST + 4) == left.index(5)
    assert joint.position(FIRST + 9) == len(left)
    assert joint.positions(np.array(left) + FIRST).tolist() == list(range(len(left)))


def test_a_segment_has_the_places_of_its_lines() -> None:
    """Numbers over all sources, offsets in its own."""
    segment = joined(BLOCKS).segment("dns", np.array([0, 5, 8]), {})

    assert segment.lines.tolist() == [FIRST, FIRST + 5, FIRST + 8]
    expected = [OFFSET + sum(map(len, LINES[:n])) for n in (0, 5, 8)]
    assert segment.offsets.tolist() == expected
    assert segment.mishap(1, "why") == ("eve.json", FIRST + 5 - SOURCE_LINE + 1, expected[1], "why")


@pytest.mark.parametrize(
    "positions", [[], [0], [8], [0, 1, 2], [2, 3, 4], list(range(9)), [0, 8], [3]], ids=str
)
def test_lines_are_gathered_from_their_blocks(positions: list[int]) -> None:
    joint = joined(BLOCKS)
    if not positions:
        assert pieces(joint, np.array([], np.int64)) == []
        return
    gathered = joint.gathered(np.array(positions))

    gathered.validate(full=True)
    assert gathered.to_pylist() == [LINES[n] for n in positions]
    wanted = sorted(set(positions) - {1, 3, 6})
    found = [position for _, piece in pieces(joint, np.array(positions)) for position in piece]
    assert sorted(found) == wanted


def test_pieces_are_cut_by_lines_and_by_size_the_largest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        b'{"event_type":"%s","t":"%s"}\n' % (b"ab"[n % 2 : n % 2 + 1], b"x" * n) for n in range(400)
    ]
    joint = joined([b"".join(rows[start : start + 50]) for start in range(0, 400, 50)])
    whole = pieces(joint)
    monkeypatch.setattr(module, "_PIECE_LINES", 30)
    by_lines = pieces(joint)
    monkeypatch.setattr(module, "_PIECE_LINES", 8192)
    monkeypatch.setattr(module, "_PIECE_BYTES", 5000)
    by_size = pieces(joint)

    assert len(whole) == 2
    assert max(len(piece) for _, piece in by_lines) == 30
    assert len(by_size) > 10
    for found in (whole, by_lines, by_size):
        for kind in (Kind("a"), Kind("b")):
            together = sorted(n for name, piece in found if name == kind for n in piece)
            assert together == list(range(kind == Kind("b"), 400, 2))
        assert all(piece == sorted(piece) for _, piece in found)
        sizes = [sum(len(rows[n]) for n in piece) for _, piece in found]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("count", [255, 256, 257, 3000, 70_000])
def test_rare_kinds_are_parsed_together(count: int) -> None:
    """Somebody's text as a type must not make a table for each line; frequent ones keep theirs."""
    rows = [b'{"event_type":"t%d"}\n' % n for n in range(count)] + [b'{"event_type":"dns"}\n'] * 9
    half = len(rows) // 2
    joint = joined([b"".join(rows[:half]), b"".join(rows[half:])])
    found = pieces(joint)

    assert len({kind for kind, _ in found}) <= 256
    assert len(found) <= 256 + count // 8192 + 1
    assert sorted(n for _, piece in found for n in piece) == list(range(len(rows)))
    assert [len(piece) for kind, piece in found if kind == Kind("dns")] == [9]


def test_alerts_of_a_protocol_have_a_piece_if_they_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_FEW_LINES", 5)
    names = [b"http"] * 9 + [b"tls"] * 4 + [b"dns"] * 5
    rows = [b'{"event_type":"alert","app_proto":"%s"}\n' % name for name in names]
    rows.append(b'{"event_type":"alert"}\n')
    found = dict(pieces(joined(rows)))

    assert found == {
        Kind("alert", "http"): list(range(9)),
        Kind("alert", "dns"): list(range(13, 18)),
        Kind("alert"): [9, 10, 11, 12, 18],
    }


def test_a_joint_may_have_no_lines() -> None:
    joint = joined([b"", b""])

    assert joint.total_lines == 0
    assert joint.odd().tolist() == []
    assert pieces(joint) == []
    assert joint.position(FIRST) == 0


def test_text_goes_when_all_pieces_have_been_gathered_but_for_lines_that_are_kept() -> None:
    """Lines that the parser must not see are kept, and those that it has refused."""
    buffers = [bytearray(block) for block in BLOCKS]
    blocks = [memoryview(buffer) for buffer in buffers]
    joint = joined(blocks)  # type: ignore[arg-type]
    del blocks
    found = [positions for _, positions in joint.pieces()]
    joint.release_after(len(found))
    for positions in found:
        assert not is_free(buffers)
        gathered = joint.gathered(positions)
        assert gathered.to_pylist() == [LINES[position] for position in positions]
        if positions.tolist() == [0, 5]:
            joint.keep(positions[1:], gathered[1:])
    assert is_free(buffers)
    for position in (1, 3, 5, 6):
        assert joint.line(position) == LINES[position]
    assert joint.odd().tolist() == [1, 3, 6]
    assert [joint.number(position) for position in range(9)] == list(range(FIRST, FIRST + 9))


def test_text_goes_at_once_when_there_is_nothing_to_gather() -> None:
    buffer = bytearray(b"{cut\n")
    joint = joined([memoryview(buffer)])  # type: ignore[list-item]
    joint.release_after(0)

    assert is_free([buffer])
    assert joint.line(0) == b"{cut\n"


def is_free(buffers: list[bytearray]) -> bool:
    """Tell whether nothing has a view of any of them: then their length can change."""
    try:
        for buffer in buffers:
            buffer.append(10)
            buffer.pop()
    except BufferError:
        return False
    return True
