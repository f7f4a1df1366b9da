"""Tables that would be too wide are seen before they are made."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from suricata_eve import scan_eve
from suricata_eve.ingest import width as module
from suricata_eve.ingest.parse import seed
from suricata_eve.ingest.width import wide_lines


def as_lines(events: Sequence[Mapping[str, object]]) -> pa.Array:
    return pa.array([json.dumps(event, separators=(",", ":")) + "\n" for event in events]).cast(
        pa.large_binary()
    )


def test_a_line_of_very_many_keys() -> None:
    """That one alone; a line as long with few keys, or few keys in all, is as others are."""
    many = {f"key{n}": n for n in range(3000)}
    few = {"body": 'x":' * 3000}
    stats = {"stats": {f"counter{n:020}": n for n in range(600)}}

    assert wide_lines(as_lines([few, stats])).tolist() == [False, False]
    assert wide_lines(as_lines([{"a": 1}, many, stats])).tolist() == [False, True, False]


def test_names_that_keep_coming() -> None:
    """Where each event has names of its own, none is made a table of."""
    own = as_lines([{f"name{n}_{k}": k for k in range(20)} for n in range(5000)])
    nested = as_lines([{"mqtt": {"properties": {f"p{n}": "v"}}} for n in range(8192)])

    assert wide_lines(own).all()
    assert wide_lines(nested).all()


def test_names_that_are_the_same_in_all() -> None:
    """However many lines, and whatever their values hold."""
    wide = as_lines([{f"name{k}": f"{n}" for k in range(500)} for n in range(600)])
    values = as_lines([{"a": f"text {n}", "b": {"c": f"{n}"}} for n in range(8192)])
    few = as_lines([{f"name{n}": 1} for n in range(module._SAMPLE)])

    for lines in (wide, values, few, as_lines([])):
        assert not wide_lines(lines).any()


@pytest.mark.parametrize("place", [0, 1500, 2999])
def test_one_wide_event_among_others_costs_no_memory_in_their_rows(place: int) -> None:
    events: list[dict[str, object]] = [{"event_type": "x", "n": n} for n in range(3000)]
    events[place] |= {f"key{k}": str(k) for k in range(5000)}
    data = b"".join(line.as_py() for line in as_lines(events))

    table = scan_eve(data).to_arrow()

    assert table.num_columns == 5002
    assert table["n"].to_pylist() == list(range(3000))
    assert table["key4999"].to_pylist() == [None] * place + ["4999"] + [None] * (2999 - place)
    # Cells of four bytes would take 60 MB.
    assert table.get_total_buffer_size() < 5_000_000


def test_very_many_fields_are_not_declared() -> None:
    """Else each table to come would have a column for each of them."""
    declared = seed()
    declared.learn(pa.schema([(f"key{n}", pa.string()) for n in range(2000)]))
    assert declared.schema == seed().schema

    declared.learn(pa.schema([("a", pa.string()), ("b", pa.int64())]))
    assert declared.schema == pa.schema([("a", pa.string())])


@pytest.mark.parametrize("length", [1, 2, 3])
def test_bytes_never_tell_of_fewer_names_than_there_are(length: int) -> None:
    """Were all names as short as can be: where these are too few, nothing is counted."""
    texts = [chr(n) for n in range(32, 127) if chr(n) not in '"\\']
    names = [
        "".join(found) for found in itertools.islice(itertools.product(texts, repeat=length), 9000)
    ]
    lines = as_lines(
        [dict.fromkeys(names[start : start + 90], 1) for start in range(0, len(names), 90)]
    )

    assert module._most_names(lines) >= len(names)
    assert module._most_names(lines[1:2]) >= len(names[90:180])
