"""Law: a read equals `json.loads` of each line, flattened, whatever the lines hold."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given

import suricata_eve
from suricata_eve.testing import assert_equals_json
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]


def check(data: bytes) -> None:
    df = suricata_eve.read_eve(io.BytesIO(data))
    assert_equals_json(df, io.BytesIO(data))
    assert len(df) == df.attrs["eve"]["events"]


@given(eve.eve_files())
def test_events_of_the_schema(data: bytes) -> None:
    """Events that obey the schema, in any spelling, are read as `json` reads them."""
    check(data)


@given(eve.eve_files(lines=eve.lines(events=eve.wild_events())))
@example(b'{"x":[{"a":{"b":9007199254740993}},{"a":{"b":0.5}}]}\n')
@example(b'{"x":[{"a":{"b":1}}]}\n{"x":[{"a":{"c":[{"d":1e-7}]}}]}\n{"x":[{"a":1}]}\n')
@example(b'{"x":9223372036854775807}\n{"x":0.5}\n')
@example(b'{"x":18446744073709551615}\n{"x":-1}\n')
def test_wild_objects(data: bytes) -> None:
    """Objects that obey nothing are read as `json` reads them."""
    check(data)


@given(eve.eve_files(damaged=True))
@example(b'{"x":[{"a":{"b":Inf}}]}\n')
@example(b'{"event_type":"dns","x":1}{"event_type":"dns"}\n{"event_type":"dns","y":\n2}\n')
@example(b'{"event_type":"dns"}\x00}\n')
@example(b"\n\n\r\n\x00\n")
def test_damaged_lines(data: bytes) -> None:
    """Of damaged lines, those are events that `json` takes, and no others."""
    check(data)


@given(eve.eve_files(lines=eve.lines(events=eve.wild_events()), damaged=True))
def test_damaged_lines_of_wild_objects(data: bytes) -> None:
    """Damage and disorder together change nothing of that."""
    check(data)
