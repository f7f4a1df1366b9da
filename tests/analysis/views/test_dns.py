"""DNS is one table, whichever version of its logging Suricata was set to."""

from __future__ import annotations

import io
import json
from typing import Any, get_args

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import dns
from suricata_eve.analysis.views.dns import Section
from suricata_eve.errors import EveOptionError, EveTypeError, EveWarning

WHEN = "2026-01-01T00:00:00.000000+0000"
SECTIONS: tuple[Section, ...] = get_args(Section)
BITS = ("aa", "tc", "rd", "ra")


def read(*told: dict[str, Any], kind: str = "dns") -> pd.DataFrame:
    events = [{"timestamp": WHEN, "event_type": kind, "dns": each} for each in told]
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, events)).encode()))


def rows(found: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(pa.array(found[name].array).to_pylist() for name in names), strict=True))


RECORD = ("section", "rrname", "rrtype", "ttl", "rdata")
ASKED = {"rrname": "a.example", "rrtype": "A"}
ANSWERS = [
    {"rrname": "a.example", "rrtype": "CNAME", "ttl": 60, "rdata": "b.example"},
    {"rrname": "b.example", "rrtype": "A", "ttl": 30, "rdata": "192.0.2.1"},
]
RESPONSE = {"type": "answer", "version": 2, "id": 7, "flags": "8180", "rcode": "NOERROR"}


def test_a_query_of_each_version() -> None:
    told = [
        {"type": "query", "id": 7, "tx_id": 0, **ASKED},
        {"version": 2, "type": "query", "id": 7, "tx_id": 0, "opcode": 0, **ASKED},
        {"version": 3, "type": "request", "id": 7, "tx_id": 0, "queries": [ASKED]},
    ]

    found = dns(read(*told))

    names = ("type", "section", "id", "rrname", "rrtype", "query_rrname", "answer_count")
    one = ("request", "question", 7, "a.example", "A", "a.example", None)
    assert rows(found, *names) == [one] * 3


def test_answers_of_version_1_are_an_event_each() -> None:
    """What was asked for is not told, and not guessed."""
    found = dns(read(*({"type": "answer", "id": 7, **each} for each in ANSWERS)))

    assert rows(found, *RECORD) == [("answer", *each.values()) for each in ANSWERS]
    assert found["query_rrname"].isna().all()
    assert found["answer_count"].isna().all()


def test_fingerprints_of_version_1() -> None:
    told = {"type": "answer", "rrname": "a", "rrtype": "SSHFP", "ttl": 5}

    found = dns(read({**told, "sshfp": {"algo": 1, "type": 2, "fingerprint": "0a:0b"}}))

    assert rows(found, *RECORD) == [("answer", "a", "SSHFP", 5, "1 2 0a:0b")]


@pytest.mark.parametrize(
    "told",
    [
        {**RESPONSE, **ASKED, "answers": ANSWERS},
        {**RESPONSE, "type": "response", "queries": [ASKED], "answers": ANSWERS},
    ],
)
def test_answers_of_later_versions_are_rows_beside_what_was_asked(told: dict[str, Any]) -> None:
    found = dns(read(told))

    assert rows(found, *RECORD) == [("answer", *each.values()) for each in ANSWERS]
    assert (
        rows(found, "query_rrname", "query_rrtype", "answer_count") == [("a.example", "A", 2)] * 2
    )
    assert found.index.tolist() == [0, 0]


def test_answers_that_are_logged_both_ways_are_not_repeated() -> None:
    grouped = {"CNAME": ["b.example"], "A": ["192.0.2.1"]}

    both = dns(read({**RESPONSE, **ASKED, "answers": ANSWERS, "grouped": grouped}))
    detailed = dns(read({**RESPONSE, **ASKED, "answers": ANSWERS}))
    alone = dns(read({**RESPONSE, **ASKED, "grouped": grouped}))

    pd.testing.assert_frame_equal(both, detailed)
    assert rows(alone, *RECORD) == [
        ("answer", None, "A", None, "192.0.2.1"),
        ("answer", None, "CNAME", None, "b.example"),
    ]
    assert rows(alone, "query_rrname", "answer_count") == [("a.example", 2)] * 2


@pytest.mark.parametrize(
    "told",
    [
        {**ASKED},
        {"queries": [ASKED]},
        {"queries": [ASKED], "answers": []},
    ],
)
def test_a_response_without_answers_is_a_row(told: dict[str, Any]) -> None:
    found = dns(read({**RESPONSE, "rcode": "NXDOMAIN", **told}))

    names = ("type", "section", "rrname", "rcode", "answer_count", "rdata")
    assert rows(found, *names) == [("response", "question", "a.example", "NXDOMAIN", 0, None)]


def test_several_questions_are_several_rows() -> None:
    other = {"rrname": "c.example", "rrtype": "TXT"}

    found = dns(read({"type": "request", "queries": [ASKED, other]}))

    assert rows(found, "rrname", "query_rrname") == [
        ("a.example", "a.example"),
        ("c.example", "a.example"),
    ]


def test_an_event_without_anything_is_a_row() -> None:
    found = dns(read({"type": "request", "queries": []}, {"type": "response"}, {"id": 1}))

    assert rows(found, "type", "section", "rrname") == [
        ("request", "question", None),
        ("response", "question", None),
        (None, "question", None),
    ]


def test_alerts_of_version_2() -> None:
    """They list requests, and of a response have no answers: how many is not known."""
    query = {"type": "query", "id": 7, "tx_id": 0, "opcode": 0, **ASKED}
    answer = {**RESPONSE, **ASKED}

    found = dns(read({"version": 2, "query": [query, query], "answer": answer}, kind="alert"))

    names = ("type", "section", "id", "rrname", "rcode", "answer_count")
    asked = ("request", "question", 7, "a.example", None, None)
    assert rows(found, *names) == [
        asked,
        asked,
        ("response", "question", 7, "a.example", "NOERROR", None),
    ]


def test_a_request_has_no_code() -> None:
    """Version 3 writes the 0 of its header as NOERROR; any other code is odd, and told."""
    told = {"type": "request", "queries": [ASKED]}

    found = dns(read({**told, "rcode": "NOERROR"}, {**told, "rcode": "NOTZONE"}))

    assert rows(found, "rcode") == [(None,), ("NOTZONE",)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"flags": "8180", "rd": True, "ra": True}, (False, False, True, True)),
        ({"flags": "8780", "aa": True}, (True, True, True, True)),
        ({"flags": "100"}, (False, False, True, False)),
        ({}, (None, None, None, None)),
        ({"rd": True}, (None, None, True, None)),
        ({"flags": "none", "aa": True}, (True, None, None, None)),
        ({"flags": "0x81", "aa": True}, (True, None, None, None)),
        ({"flags": "1_00"}, (None, None, None, None)),
        ({"flags": "١"}, (None, None, None, None)),
    ],
)
def test_flags_that_are_not_set_are_false_where_the_header_is_known(
    told: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert rows(dns(read({**RESPONSE, "flags": None, **told, **ASKED})), *BITS) == [expected]


SOA = {
    "mname": "ns.example",
    "rname": "admin.example",
    "serial": 2026010100,
    "refresh": 7200,
    "retry": 900,
    "expire": 1209600,
    "minimum": 86400,
}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"rdata": ""}, ""),
        ({"soa": SOA}, "ns.example admin.example 2026010100 7200 900 1209600 86400"),
        ({"soa": {**SOA, "mname_truncated": True}}, " ".join(map(str, SOA.values()))),
        ({"soa": {"mname": "a", "serial": 1}}, '{"mname":"a","serial":1}'),
        ({"srv": {"priority": 20, "weight": 1, "port": 5060, "name": "a"}}, "20 1 5060 a"),
        ({"sshfp": {"fingerprint": "0a:0b", "algo": 1, "type": 2}}, "1 2 0a:0b"),
        ({"opt": [{"data": "57af", "code": 10}]}, '[{"code":10,"data":"57af"}]'),
        ({"opt": []}, None),
        ({}, None),
        ({"svcb": {"priority": 1, "keys": ["é"]}}, '{"keys":["é"],"priority":1}'),
    ],
)
@pytest.mark.parametrize("field", ["answers", "authorities", "additionals"])
def test_data_of_any_type_is_text(data: dict[str, Any], text: str | None, field: str) -> None:
    plain = {"rrname": "z", "rrtype": "A", "ttl": 1, "rdata": "192.0.2.1"}
    told = {**RESPONSE, **ASKED, field: [{"rrname": "x", "rrtype": "T", "ttl": 1, **data}, plain]}

    found = dns(read(told, {"type": "query"}), sections=SECTIONS)

    section = {"answers": "answer", "authorities": "authority", "additionals": "additional"}[field]
    records = found[found["section"] == section]
    assert rows(records, "rrname", "rdata") == [("x", text), ("z", "192.0.2.1")]


def test_data_that_is_grouped_is_the_same_text() -> None:
    srv = {"priority": 20, "weight": 1, "port": 5060, "name": "a"}

    found = dns(
        read({**RESPONSE, **ASKED, "grouped": {"SOA": [SOA], "SRV": [srv], "TXT": ["", "b"]}})
    )

    assert rows(found, "rrtype", "rdata") == [
        ("SOA", "ns.example admin.example 2026010100 7200 900 1209600 86400"),
        ("SRV", "20 1 5060 a"),
        ("TXT", ""),
        ("TXT", "b"),
    ]


def test_sections_are_chosen(sample7: pd.DataFrame) -> None:
    everything = dns(sample7, sections=SECTIONS)

    pd.testing.assert_frame_equal(
        dns(sample7), everything[everything["section"].isin(["question", "answer"])]
    )
    pd.testing.assert_frame_equal(
        dns(sample7, sections="authority"), everything[everything["section"] == "authority"]
    )
    assert dns(sample7, sections="additional").dtypes.equals(everything.dtypes)
    assert len(everything) == 251 + 27


@pytest.mark.parametrize("sections", [(), "answers", ["question", "zone"]])
def test_sections_that_dns_does_not_have_are_refused(sections: Any, sample7: pd.DataFrame) -> None:
    with pytest.raises(EveOptionError, match="sections are one or more of 'question', 'answer'"):
        dns(sample7, sections=sections)


@pytest.mark.parametrize("sections", [3, [None]])
def test_sections_are_text(sections: Any, sample7: pd.DataFrame) -> None:
    with pytest.raises(EveTypeError, match="a section is text, not"):
        dns(sample7, sections=sections)


def test_what_is_no_list_of_records_is_counted() -> None:
    frame = read({**RESPONSE, **ASKED, "answers": ["a", "b"]}, {**RESPONSE})

    with pytest.warns(EveWarning, match=r"dns\(\): 2 values .*: dns\.answers \(2\)"):
        found = dns(frame)

    assert rows(found, "section", "rrname") == [("question", "a.example"), ("question", None)]


def test_hostile_names_stay_as_they_are() -> None:
    names = ["", "\x00", "\u202egpj.exe", "=cmd|'/C calc'!A0", "${jndi:ldap://a}", "a" * 70_000]

    found = dns(read(*({"type": "query", "rrname": name, "rrtype": "A"} for name in names)))

    assert rows(found, "rrname") == [(name,) for name in names]


def test_other_types_that_look_like_dns_are_no_rows() -> None:
    for kind in ("mdns", "llmnr", "fileinfo", "stats"):
        assert len(dns(read({"type": "request", "queries": [ASKED]}, kind=kind))) == 0


# The samples ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_planted_queries_are_found(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    frame = request.getfixturevalue(sample)
    found = dns(frame, alerts=False)
    for key in ("dns_nxdomain", "dns_callback_query", "dns_over_tcp"):
        for planted in truth["special"][key]:
            ends = (found["client_ip"] == planted["src_ip"]) & (
                found["client_port"] == planted["src_port"]
            )
            of_it = found[ends]
            assert set(of_it["server_ip"]) == {planted["dest_ip"]}
            assert set(of_it["server_port"]) == {53}
            assert set(of_it["proto"]) == {planted["proto"]}
            assert {"request", "response"} == set(of_it["type"])
            if "rcode" in planted:
                names = ("type", "section", "rrname", "query_rrname", "rcode")
                name = planted["rrname"]
                assert rows(of_it, *names) == [
                    ("request", "question", name, name, None),
                    ("response", "question", name, name, planted["rcode"]),
                ]
    alerts = dns(frame)
    (alert,) = rows(alerts[alerts["event_type"] == "alert"], "type", "rrname")
    assert alert == ("request", truth["special"]["dns_callback_query"][0]["rrname"])


def test_both_releases_tell_the_same_of_one_capture(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    """But version 2 logs no flags of requests, and numbers only requests."""
    seven, eight = (
        dns(sample, sections=SECTIONS).reset_index(drop=True) for sample in (sample7, sample8)
    )

    request = eight["type"] == "request"
    assert seven.loc[request, ["flags", *BITS]].isna().all(axis=None)
    assert set(eight.loc[request, "flags"]) == {"100"}
    eight.loc[request, ["flags", *BITS]] = pd.NA
    different = ["flow_id", "tx_id"]
    pd.testing.assert_frame_equal(seven.drop(columns=different), eight.drop(columns=different))
    assert seven.loc[~request, "tx_id"].isna().all()
    assert eight["tx_id"].notna().all()
