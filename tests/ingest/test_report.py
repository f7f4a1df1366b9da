"""What was left out or changed: all counted, a hundred placed, told in one sentence."""

from __future__ import annotations

import json

import pytest

from suricata_eve.ingest.report import MAX_EXAMPLES, Mishap, Report


def mishaps(count: int, reason: str = "r") -> list[Mishap]:
    return [Mishap("eve.json", n + 1, 10 * n, reason) for n in range(count)]


def test_a_read_without_mishaps_has_no_message() -> None:
    assert Report().message() is None
    assert Report(sources=["a"], lines=5, events=4, nul_bytes=7).message() is None


def test_all_are_counted_and_the_first_kept() -> None:
    report = Report()
    report.add_values(mishaps(30, "value"))
    report.add_lines(iter(mishaps(MAX_EXAMPLES, "line")))
    report.add_values(mishaps(1, "late"))

    assert (report.bad_lines, report.bad_values) == (MAX_EXAMPLES, 31)
    assert report.examples == mishaps(30, "value") + mishaps(MAX_EXAMPLES - 30, "line")


def full() -> Report:
    report = Report(
        sources=["b.json", "a.json"], lines=9, events=5, nul_bytes=3, cut_times=2, texts={"y", "x"}
    )
    report.misfits = {"vlan": "list<double>", "dest_port": "int64"}
    report.notes = ["a.json: ends early"]
    report.add_lines([Mishap("b.json", 4, 77, "cut off")])
    report.add_values([Mishap("a.json", 1, 0, "no time")] * 2)
    return report


def test_attrs_are_plain_json() -> None:
    attrs = full().as_attrs()

    assert attrs == {
        "sources": ["b.json", "a.json"],
        "lines": 9,
        "events": 5,
        "bad_lines": 1,
        "bad_values": 2,
        "bad_value_reasons": {"no time": 2},
        "nul_bytes": 3,
        "cut_times": 2,
        "converted_fields": [],
        "text_fields": ["x", "y"],
        "misfits": {"dest_port": "int64", "vlan": "list<double>"},
        "notes": ["a.json: ends early"],
        "examples": [
            {"source": "b.json", "line": 4, "offset": 77, "reason": "cut off"},
            {"source": "a.json", "line": 1, "offset": 0, "reason": "no time"},
            {"source": "a.json", "line": 1, "offset": 0, "reason": "no time"},
        ],
    }
    assert json.loads(json.dumps(attrs)) == attrs
    assert list(Report().as_attrs()) == list(attrs)


def test_attrs_are_a_copy() -> None:
    report = full()
    attrs = report.as_attrs()
    attrs["notes"].append("x")
    attrs["misfits"].clear()
    attrs["examples"][0]["line"] = 0

    assert report.as_attrs() == full().as_attrs()


def test_the_message_tells_all_of_it_once() -> None:
    assert full().message() == (
        "1 of 9 lines left out; 2 values replaced: no time (2) (first: b.json, line 4: cut off); "
        "2 times cut to the microsecond; values of several kinds became text in x, y; "
        "not of their schema type: dest_port (int64), vlan (list<double>); "
        'a.json: ends early; details in df.attrs["eve"]'
    )


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(cut_times=1), "1 time cut to the microsecond"),
        (Report(texts={"a"}), "values of several kinds became text in a"),
        (Report(misfits={"a": "string"}), "not of their schema type: a (string)"),
        (Report(notes=["n", "m"]), "n; m"),
    ],
)
def test_each_part_stands_alone(report: Report, words: str) -> None:
    assert report.message() == words + '; details in df.attrs["eve"]'


def test_long_lists_of_names_are_shortened() -> None:
    message = Report(texts={f"f{n:02}" for n in range(20)}).message()

    assert message is not None
    assert "in f00, f01, f02, f03, f04, f05, f06, f07 and 12 more;" in message
