"""The strategies make what they say, and the nasty values among it."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from suricata_eve.errors import EveOptionError
from suricata_eve.schema.fields import fields
from suricata_eve.testing import pool, strategies
from suricata_eve.testing import strategies as eve
from suricata_eve.testing.events import SHAPES
from suricata_eve.testing.oracle import events_of, instant

pytestmark = pytest.mark.property

KNOWN = [path for paths in SHAPES.values() for path in paths if path in fields()]
# One that is found will do, the smallest is not of interest.
QUICK = settings(max_examples=2000, deadline=None, database=None, phases=[Phase.generate])


def test_all_names_are_there_and_sorted() -> None:
    assert strategies.__all__ == sorted(strategies.__all__)
    assert all(hasattr(strategies, name) for name in strategies.__all__)


@pytest.mark.parametrize("text", pool.TEXTS)
def test_every_text_of_the_pool_occurs(text: str) -> None:
    assert find(eve.texts(), lambda made: made == text, settings=QUICK) == text


@pytest.mark.parametrize("edge", [2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)])
def test_integers_meet_the_edges(edge: int) -> None:
    assert find(eve.integers(), lambda made: made == edge, settings=QUICK) == edge


@given(st.integers(-100, 100), st.integers(0, 100), st.data())
def test_integers_keep_their_bounds(low: int, span: int, data: st.DataObject) -> None:
    assert low <= data.draw(eve.integers(min_value=low, max_value=low + span)) <= low + span


def test_bounds_that_exclude_everything_raise() -> None:
    with pytest.raises(InvalidArgument):
        eve.integers(min_value=1, max_value=0).validate()


def test_an_event_type_without_a_shape_raises() -> None:
    with pytest.raises(EveOptionError, match=r"event_types \['nope'\] are unknown here"):
        eve.events(event_types=["dns", "nope"])


@pytest.mark.parametrize("path", ["nope", "alert", "dns.authorities"])
def test_a_path_whose_type_is_not_known_raises(path: str) -> None:
    with pytest.raises(EveOptionError, match=f"path '{path}' is no field"):
        eve.known_values(path)


@pytest.mark.parametrize("path", sorted(set(KNOWN)))
def test_shapes_name_fields_of_the_schema(path: str) -> None:
    eve.known_values(path).validate()


def test_shapes_name_only_fields_of_the_schema() -> None:
    assert {path for paths in SHAPES.values() for path in paths} - set(KNOWN) == set()


@given(eve.timestamps())
def test_timestamps_are_times(text: str) -> None:
    formed, moment = instant(text)

    assert formed
    assert moment is not None


@given(eve.moments(), st.sampled_from(pool.OFFSETS))
def test_a_spelled_time_is_the_moment(moment: dt.datetime, offset: str) -> None:
    text = eve.spell_time(moment, offset=offset)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

    assert instant(text) == (True, (moment - epoch) // dt.timedelta(microseconds=1))


@given(eve.json_values(), st.sampled_from(("no", "ascii", "all")))
def test_a_spelled_line_is_the_value(value: object, escape: str) -> None:
    line = eve.spell_line(value, separators=(" , ", ": "), escape=escape)

    assert "\n" not in line
    assert repr(json.loads(line)) == repr(value)


@given(eve.lines(events=eve.events(event_types=["tls"])))
def test_a_line_is_an_event_of_its_type(line: bytes) -> None:
    ((number, event),) = events_of([line])

    assert (number, event["event_type"]) == (0, "tls")


@given(st.data())
def test_the_last_of_two_equal_names_is_the_event_s(data: st.DataObject) -> None:
    """A spelling may repeat a name, never with another value behind it."""
    event = data.draw(eve.events())
    line = data.draw(eve.lines(events=st.just(event)))

    assert json.loads(line) == json.loads(json.dumps(event))


def test_files_are_damaged_only_on_request() -> None:
    find(eve.eve_files(damaged=True), lambda data: b"\xff" in data, settings=QUICK)

    @settings(max_examples=50, deadline=None)
    @given(eve.eve_files())
    def whole(data: bytes) -> None:
        lines = io.BytesIO(data).readlines()
        assert [n for n, _ in events_of(lines)] == list(range(len(lines)))

    whole()
