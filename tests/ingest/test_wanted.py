"""Which columns are read, which are shown, and what may be declared to a parser."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.fields import arrow_type, fields

FOUND = [
    "timestamp",
    "flow_id",
    "event_type",
    "http",
    "http.url",
    "http.hostname",
    "http.a.b",
    "https.x",
    "unknown",
    "unknown.x",
    "",
    ".",
    ".a",
    "a.",
]


@pytest.mark.parametrize(
    ("patterns", "shown"),
    [
        ([], []),
        (["flow_id"], ["flow_id"]),
        (["unknown", "flow_id"], ["unknown", "flow_id"]),
        (["none", "flow_id"], ["none", "flow_id"]),
        (["http.*"], ["http.a.b", "http.hostname", "http.url"]),
        (["http.url", "http.*"], ["http.url", "http.a.b", "http.hostname"]),
        (["http.*", "http.url"], ["http.a.b", "http.hostname", "http.url"]),
        (["http.a.*"], ["http.a.b"]),
        (["none.*"], []),
        ([".*"], [".", ".a"]),
        (["a."], ["a."]),
        (["a..*"], []),
        ([""], [""]),
    ],
    ids=str,
)
def test_columns_come_as_asked_for_each_once(patterns: list[str], shown: list[str]) -> None:
    """A name is there in any case; what a pattern finds comes in the schema's order."""
    wanted = Wanted(patterns=tuple(patterns))

    assert sorted(wanted.ordered(reversed(FOUND))) == sorted(shown)
    assert [path for path in wanted.ordered(FOUND) if path in patterns] == [
        path for path in shown if path in patterns
    ]
    assert wanted.ordered(FOUND) == wanted.ordered(reversed(FOUND))
    assert {path for path in FOUND if wanted.shows(path)} == set(shown) & set(FOUND)


def test_the_order_of_patterns_goes_before_that_of_the_schema() -> None:
    wanted = Wanted(patterns=("unknown.*", "http.url", "flow_id", "http.*"))

    assert wanted.ordered(FOUND)[:3] == ["unknown.x", "http.url", "flow_id"]
    assert set(wanted.ordered(FOUND)[3:]) == {"http.a.b", "http.hostname"}


def test_what_decides_on_events_is_read_and_not_shown() -> None:
    wanted = Wanted(patterns=("http.*",), needed=("event_type", "timestamp"))

    assert [path for path in FOUND if wanted.reads(path)] == [
        "timestamp",
        "event_type",
        "http.url",
        "http.hostname",
        "http.a.b",
    ]
    assert not wanted.shows("timestamp")
    assert wanted.names == ()


def test_a_function_shows_what_it_says_in_the_order_of_the_schema() -> None:
    wanted = Wanted(chooser=lambda path: path[:1] in "uf", needed=("event_type",))

    assert wanted.ordered(reversed(FOUND)) == wanted.ordered(FOUND)
    assert set(wanted.ordered(FOUND)) == {"flow_id", "unknown", "unknown.x", ""}
    assert wanted.reads("event_type")
    assert not wanted.shows("event_type")
    assert wanted.names == ()


UNDECLARED: dict[str, Wanted] = {
    "pattern": Wanted(patterns=("flow_id", "http.*")),
    "function": Wanted(chooser=lambda _: False, needed=("flow_id",)),
    "unknown": Wanted(patterns=("flow_id", "unknown")),
    "list": Wanted(patterns=("vlan",)),
    "needed-unknown": Wanted(patterns=("flow_id",), needed=("unknown",)),
    "value-and-object": Wanted(patterns=("tls.ja4", "tls.ja4.hash")),
    "object-and-value": Wanted(patterns=("tls.ja4.hash", "tls.ja4")),
}


@pytest.mark.parametrize("wanted", UNDECLARED.values(), ids=UNDECLARED)
def test_nothing_is_declared_where_that_could_lose_a_value(wanted: Wanted) -> None:
    assert wanted.schema is None


def parsed(schema: pa.Schema, event: dict[str, Any]) -> dict[str, Any]:
    """Return what Arrow's parser makes of an event with what is declared and no more."""
    from pyarrow import json as pj

    options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    table = pj.read_json(pa.BufferReader(json.dumps(event).encode()), parse_options=options)
    (row,) = table.to_pylist()
    return {str(name): value for name, value in row.items()}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for child in value.values() for leaf in leaves(child)]
    return [] if value is None else [value]


def spelled(path: str, value: Any) -> list[dict[str, Any]]:
    """Return every object that flattens to one value at a path."""
    head, *rest = path.split(".")
    if not rest:
        return [{head: value}]
    tail = ".".join(rest)
    merged = [{f"{head}.{key}": v for key, v in one.items()} for one in spelled(tail, value)]
    return [{head: one} for one in spelled(tail, value)] + merged


@pytest.mark.parametrize(
    "path", ["flow_id", "http.url", "tls.ja3.hash", "dnp3.request.application.control.fin"]
)
def test_a_value_is_read_however_its_path_is_spelled(path: str) -> None:
    """Dots may be in keys, between them, or both."""
    schema = Wanted(patterns=(path,), needed=("event_type",)).schema
    assert schema is not None
    value = {pa.int64(): 7, pa.string(): "x", pa.bool_(): True}[arrow_type(path)]

    for event in spelled(path, value):
        assert leaves(parsed(schema, {"other": [1], "event_type": "e", **event})) in (
            [value, "e"],
            ["e", value],
        )


def test_only_what_is_asked_for_is_declared() -> None:
    schema = Wanted(patterns=("dest_port", "timestamp"), needed=("event_type",)).schema

    assert schema is not None
    # A port that exceeds its type must be seen to be told of; times are parsed later.
    assert {field.name: field.type for field in schema} == {
        "dest_port": pa.int64(),
        "timestamp": pa.string(),
        "event_type": pa.string(),
    }


@pytest.mark.parametrize("path", [path for path in fields() if path.count(".") >= 5][:1])
def test_a_path_of_very_many_parts_is_not_declared(path: str) -> None:
    """Each part doubles the ways to spell it."""
    assert Wanted(patterns=(path,)).schema is None
