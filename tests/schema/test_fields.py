"""The table of fields: what is known, of which type, in which order."""

from __future__ import annotations

from importlib.resources import files

import pyarrow as pa
import pytest

from suricata_eve.schema.event_types import EVENT_TYPES
from suricata_eve.schema.fields import (
    CORE,
    INSTANTS,
    PORTS,
    Field,
    arrow_type,
    field,
    fields,
    is_known,
    sort_key,
)

STRING = pa.string()
HEADERS = pa.list_(pa.struct([("name", STRING), ("value", STRING)]))


def test_every_line_of_the_packaged_table_is_read() -> None:
    """As many fields as there are names in the table, each under its own path."""
    text = files("suricata_eve.schema").joinpath("fields.txt").read_text(encoding="utf-8")
    names = sum(line.split("\t")[4].count(" ") + 1 for line in text.splitlines())

    assert len(fields()) == names > 1500
    assert all(path == known.path for path, known in fields().items())


def test_fields_is_made_once() -> None:
    assert fields() is fields()


def test_a_field_tells_its_type_and_releases() -> None:
    assert field("alert.signature_id") == Field("alert.signature_id", "integer", "7.0.0", "main")
    assert field("tls.ja4") == Field("tls.ja4", "string", "7.0.6", "main")
    assert field("no.such.field") is None


@pytest.mark.parametrize("path", sorted({*CORE, *INSTANTS, *PORTS}))
def test_what_the_module_names_is_in_the_table(path: str) -> None:
    assert field(path) is not None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("timestamp", pa.timestamp("us", "UTC")),
        ("flow.end", pa.timestamp("us", "UTC")),
        ("tls.notafter", pa.timestamp("us", "UTC")),
        ("src_port", pa.uint16()),
        ("flow.dest_port", pa.uint16()),
        ("flow_id", pa.int64()),
        ("stats.uptime", pa.int64()),
        ("smb.session_id", pa.uint64()),
        ("alert.signature", STRING),
        ("fileinfo.stored", pa.bool_()),
        ("alert.metadata.created_at", pa.list_(STRING)),
        ("vlan", pa.list_(pa.int64())),
        ("http.request_headers", HEADERS),
        ("http.response_headers", HEADERS),
        ("files", None),  # a list of objects is of the type of what it holds
        ("stream_tcp", None),
        ("alert", None),
        ("no.such.field", None),
        ("", None),
    ],
)
def test_arrow_type(path: str, kind: pa.DataType | None) -> None:
    assert arrow_type(path) == kind


def test_only_objects_and_lists_of_anything_have_no_type() -> None:
    """A JSON type that the table brings and nobody thought of would show here."""
    untyped = {known.json_type for path, known in fields().items() if arrow_type(path) is None}

    assert untyped == {"object", "array<object>", "array<any>"}


@pytest.mark.parametrize("path", ["src_ip", "alert", "alert.metadata", "http.url", "stats"])
def test_objects_are_known_as_well_as_fields(path: str) -> None:
    assert is_known(path)


@pytest.mark.parametrize("path", ["", ".", "alert.", "aler", "alert.signatur", "Alert", "url"])
def test_parts_of_names_are_not_known(path: str) -> None:
    assert not is_known(path)


def test_columns_are_sorted_core_then_top_level_then_objects_then_stats() -> None:
    wanted = [*CORE, "app_proto", "host", "alert.rev", "http.url", "stats2.x", "stats.a", "stats.b"]

    mixed = sorted(wanted)

    assert mixed != wanted
    assert sorted(mixed, key=sort_key) == wanted


def test_the_order_is_total() -> None:
    """No two names have one key, whatever they look like."""
    names = [*fields(), "", ".", "stats", "stats.", "über", "\ud800"]

    assert len({sort_key(name) for name in names}) == len(names)


def test_core_has_a_type_each_and_no_name_twice() -> None:
    assert len(set(CORE)) == len(CORE)
    assert None not in {arrow_type(path) for path in CORE}


def test_event_types_are_sorted_and_unique() -> None:
    assert list(EVENT_TYPES) == sorted(set(EVENT_TYPES))
