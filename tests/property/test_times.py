"""Law: a time is the same instant, whatever its offset and its digits."""

from __future__ import annotations

import datetime as dt
import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.testing import pool
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

UTC_MICROSECONDS = "timestamp[us, tz=UTC][pyarrow]"
SPELLINGS = st.tuples(eve.moments(), st.sampled_from(pool.OFFSETS), st.sampled_from((0, 3, 6, 7)))
SPELLED = st.lists(SPELLINGS, min_size=1, max_size=8)


def kept(moment: dt.datetime, digits: int) -> int:
    """Return what `digits` digits leave of an instant, in microseconds since 1970."""
    whole = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    unit: int = 10 ** max(6 - digits, 0)
    return whole // unit * unit


def instants(times: pd.Series) -> list[int]:
    assert str(times.dtype) == UTC_MICROSECONDS
    return times.astype("int64[pyarrow]").tolist()


@given(SPELLED)
def test_every_spelling_is_read_as_its_instant(spelled: list[tuple[dt.datetime, str, int]]) -> None:
    """`timestamp`, and a time within an object, are instants in UTC to the microsecond."""
    texts = [eve.spell_time(time, offset=off, digits=n) for time, off, n in spelled]
    lines = [json.dumps({"timestamp": t, "flow": {"start": t}}) for t in texts]
    df = suricata_eve.read_eve(io.BytesIO("\n".join(lines).encode()))

    expected = [kept(time, digits) for time, _, digits in spelled]
    assert instants(df["timestamp"]) == expected
    assert instants(df["flow.start"]) == expected


@given(SPELLED)
def test_normalize_types_makes_the_same_instants(
    spelled: list[tuple[dt.datetime, str, int]],
) -> None:
    """Text columns that someone has already become the same instants."""
    texts = [eve.spell_time(time, offset=off, digits=n) for time, off, n in spelled]
    df = pd.DataFrame({"timestamp": texts, "event_type": "dns"}, index=range(7, 7 + len(texts)))

    expected = [kept(time, digits) for time, _, digits in spelled]
    assert instants(df.eve.normalize_types()["timestamp"]) == expected


@given(eve.moments(), st.sampled_from(pool.OFFSETS))
def test_the_neighbours_do_not_matter(moment: dt.datetime, offset: str) -> None:
    """One time is read alike alone, beside other spellings, and beside text that is none."""
    text = eve.spell_time(moment, offset=offset)
    for others in ([], ["2021-12-10T06:12:44Z"], ["2021-12-10T06:12:44", "yesterday"]):
        lines = [json.dumps({"timestamp": one}) for one in (text, *others)]
        df = suricata_eve.read_eve(io.BytesIO("\n".join(lines).encode()))

        assert instants(df["timestamp"])[0] == kept(moment, 6)
