"""Text to points in time: which spellings count, and that the neighbours do not matter."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from suricata_eve.ingest.times import UTC_MICROSECONDS, parse_instants

TIMES = {
    "2022-01-01T03:41:17.115874+0000": "2022-01-01T03:41:17.115874",
    "2022-01-01T03:41:17.115874-0400": "2022-01-01T07:41:17.115874",
    "2022-01-01T03:41:17.115874+02:00": "2022-01-01T01:41:17.115874",
    "2022-01-01T03:41:17.115874+05:45": "2021-12-31T21:56:17.115874",
    "2022-01-01T03:41:17.115874Z": "2022-01-01T03:41:17.115874",
    "2022-01-01T03:41:17.115874+02": "2022-01-01T01:41:17.115874",
    "2022-01-01T03:41:17.115874": "2022-01-01T03:41:17.115874",
    "2022-01-01 03:41:17.115874": "2022-01-01T03:41:17.115874",
    "2022-01-01 03:41:17.115874-08:00": "2022-01-01T11:41:17.115874",
    "2022-01-01T03:41:17": "2022-01-01T03:41:17",
    "2022-01-01T03:41:17+0000": "2022-01-01T03:41:17",
    "2022-01-01T03:41:17.1Z": "2022-01-01T03:41:17.100000",
    "2022-01-01T03:41:17.12": "2022-01-01T03:41:17.120000",
    "2022-01-01T03:41:17.1234567Z": "2022-01-01T03:41:17.123456",
    "2022-01-01T03:41:17.123456000": "2022-01-01T03:41:17.123456",
    "2022-01-01T03:41:17.999999999+0000": "2022-01-01T03:41:17.999999",
    "1969-12-31T23:59:59.9999999Z": "1969-12-31T23:59:59.999999",
    "2022-01-01T03:41Z": "2022-01-01T03:41:00",
    "2022-01-01T03:41": "2022-01-01T03:41:00",
    "2022-01-01T03Z": "2022-01-01T03:00:00",
    "2020-02-29T00:00:00Z": "2020-02-29T00:00:00",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999",
    "1970-01-01T00:00:00+2359": "1969-12-31T00:01:00",
}
NONE = [
    "",
    " ",
    "yesterday",
    "2022-01-01",
    "2022-01-01T",
    "2022-13-01T00:00:00Z",
    "2021-02-29T00:00:00Z",
    "2022-01-01T24:00:00Z",
    "2022-01-01T23:59:60Z",
    "2022-01-01T00:00:00.Z",
    "2022-01-01T00:00:00.1234567890Z",
    "2022-01-01T00:00:00+24:00",
    "2022-01-01T00:00:00+00:60",
    "2022-01-01T00:00:00 +0000",
    "2022-01-01T00:00:00+000",
    "2022-01-01T00:00:00z",
    "2022-01-01t00:00:00Z",
    "2022-01-01T00:00:00Z\n",
    "\n2022-01-01T00:00:00Z",
    "2022-01-01T00:00:00Z\0",
    "2022-01-01T00:00:00ZZ",
    "２０２２-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+0100",
    "9999-12-31T23:59:59-0100",
    "+2022-01-01T00:00:00Z",
    "1640995200",
    "1640995200.5",
    "NaT",
    "${jndi:ldap://x}",
    "2022-01-01T00:00:00Z" * 1000,
]
# Neighbours that bring out each way of parsing: the quick one, the mixed, and one by one.
COMPANY: dict[str, list[str | None]] = {
    "alone": [],
    "zoned": ["2020-01-01T00:00:00.000000+0000"],
    "naive": ["2020-01-01T00:00:00"],
    "mixed": ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.123456700", None],
    "wrong": ["2020-13-01T00:00:00Z", None],
    "no time": ["x", "2020-01-01T00:00:00"],
}


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("company", COMPANY)
@pytest.mark.parametrize(("text", "instant"), TIMES.items())
def test_a_time_is_its_instant_in_any_company(text: str, instant: str, company: str) -> None:
    beside = COMPANY[company]
    parsed = parse_instants(pa.array([*beside, text], pa.string()))

    assert parsed.values.type == UTC_MICROSECONDS
    assert parsed.values[-1].as_py() == utc(instant)
    assert len(beside) not in parsed.bad


@pytest.mark.parametrize("company", COMPANY)
@pytest.mark.parametrize("text", NONE)
def test_what_is_no_time_is_missing_and_told_in_any_company(text: str, company: str) -> None:
    beside = COMPANY[company]
    parsed = parse_instants(pa.array([*beside, text], pa.string()))
    without = parse_instants(pa.array(beside, pa.string()))

    assert parsed.values.to_pylist() == [*without.values.to_pylist(), None]
    assert parsed.bad.tolist() == [*without.bad.tolist(), len(beside)]


def test_a_missing_text_is_no_bad_one() -> None:
    parsed = parse_instants(pa.array([None, "x", None, "2020-01-01T00:00:00", ""], pa.string()))

    assert parsed.values.is_null().to_pylist() == [True, True, True, False, True]
    assert parsed.bad.tolist() == [1, 4]


@pytest.mark.parametrize("texts", [[], [None], [None, None]])
def test_no_times(texts: list[str | None]) -> None:
    parsed = parse_instants(pa.array(texts, pa.string()))

    assert parsed.values.equals(pa.nulls(len(texts), UTC_MICROSECONDS))
    assert (parsed.bad.tolist(), parsed.cut) == ([], 0)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("2020-01-01T00:00:00.1234567Z", 1),
        ("2020-01-01T00:00:00.000000001Z", 1),
        ("2020-01-01T00:00:00.1234560Z", 0),
        ("2020-01-01T00:00:00.123456000Z", 0),
        ("2020-01-01T00:00:00.123456Z", 0),
        ("x.1234567", 0),
    ],
)
def test_digits_that_are_lost_are_counted(text: str, cut: int) -> None:
    """Only of times, and only what is not 0."""
    texts = pa.array([text, "2020-01-01T00:00:00Z", text], pa.string())

    assert parse_instants(texts).cut == 2 * cut


def test_a_slice_is_parsed_as_a_whole_array() -> None:
    texts = [*TIMES, *NONE]
    sliced = pa.array(["x", *texts, "x"], pa.string()).slice(1, len(texts))

    assert parse_instants(sliced).values.equals(parse_instants(pa.array(texts)).values)
    assert parse_instants(sliced).bad.tolist() == list(range(len(TIMES), len(texts)))
