"""Law: reading several files is reading each, one after the other."""

from __future__ import annotations

import io

import pytest
from hypothesis import given

import suricata_eve
from suricata_eve.testing import assert_equals_json, assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

# Text alone, so that no field changes its type because of the other file.
FILES = eve.eve_files(lines=eve.lines(events=eve.events(unknown=eve.texts()), odd_spelling=False))
WILD = eve.eve_files(lines=eve.lines(events=eve.wild_events()), damaged=True)


def physical_lines(data: bytes) -> list[bytes]:
    return io.BytesIO(data).readlines()


@given(FILES, FILES)
def test_the_parts_are_in_the_whole(first: bytes, second: bytes) -> None:
    """The rows of each file are those that it gives alone; the second's lines count on."""
    whole = suricata_eve.read_eve([io.BytesIO(first), io.BytesIO(second)])

    start = 0
    for data in (first, second):
        part = suricata_eve.read_eve(io.BytesIO(data))
        part.index = part.index + start
        start += len(physical_lines(data))
        if len(part):
            rows = whole.loc[part.index].dropna(axis="columns", how="all")
            assert_eve_frame_equal(rows, part, check_dtype=False)
    assert whole.attrs["eve"]["lines"] == start


@given(WILD, WILD)
def test_the_whole_equals_json(first: bytes, second: bytes) -> None:
    """A last line without an end does not run into the first line of the next file."""
    df = suricata_eve.read_eve([io.BytesIO(first), io.BytesIO(second)])

    assert_equals_json(df, [*physical_lines(first), *physical_lines(second)])
