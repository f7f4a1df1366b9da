"""Targets of lookups are taken apart as the victim would."""

from __future__ import annotations

import pytest

from suricata_eve.analysis.targets import parse_target


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "path"),
    [
        ("ldap://h:1389/a/b", "ldap", "h", 1389, "a/b"),
        ("LDAPS://h.example.net", "ldaps", "h.example.net", None, None),
        ("rmi://192.0.2.1:1099/", "rmi", "192.0.2.1", 1099, None),
        ("dns://h/a?b=c", "dns", "h", None, "a?b=c"),
        ("dns://h?b", "dns", "h", None, "?b"),
        ("ldap:/h:1/a", "ldap", "h", 1, "a"),
        ("ldap://127.0.0.1#evil.example.net:1389/a", "ldap", "evil.example.net", 1389, "a"),
        ("ldap://127.0.0.1#.evil.example.net/a", "ldap", "evil.example.net", None, "a"),
        ("ldap://127.0.0.1#/a", "ldap", "127.0.0.1", None, "a"),
        ("ldap://user:secret@h:1/a", "ldap", "h", 1, "a"),
        ("ldap://[2001:db8:bad::77]:1389/a", "ldap", "2001:db8:bad::77", 1389, "a"),
        ("ldap://[::ffff:192.0.2.1]/a", "ldap", "::ffff:192.0.2.1", None, "a"),
        ("ldap://2001:db8::1/a", "ldap", "2001:db8::1", None, "a"),
        ("dns://${hostName}.x.net/a", "dns", "${hostName}.x.net", None, "a"),
        ("dns://${env:A/B:C}.x.net:53/a", "dns", "${env:A/B:C}.x.net", 53, "a"),
        ("dns://${env:${x}}:5/a", "dns", "${env:${x}}", 5, "a"),
        ("ldap://h:/a", "ldap", "h", None, "a"),
        ("ldap://h:99999/a", "ldap", "h", None, "a"),
        ("ldap://h:\u0661/a", "ldap", "h", None, "a"),
        ("ldap://h:65535/a", "ldap", "h", 65535, "a"),
        ("ldap://h_1-2.\u00e9xample/a", "ldap", "h_1-2.\u00e9xample", None, "a"),
        ("corbaname:iiop:1.2@h:1050#a/b", "corbaname", "h", 1050, "a/b"),
        ("corbaloc::h/a", "corbaloc", "h", None, "a"),
    ],
)
def test_a_target_is_taken_apart(
    text: str, scheme: str, host: str, port: int | None, path: str | None
) -> None:
    target = parse_target(text)

    assert target is not None
    assert (target.scheme, target.host, target.port, target.path) == (scheme, host, port, path)
    assert target.resolved == scheme + text[len(scheme) :]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "java:comp/env",
        "ldap",
        "ldap:",
        "ldap://",
        "ldap:///a",
        "ldap://./a",
        "ldap:// h",
        "ldap://+what+is+it",
        "ldap://[zz]/a",
        "ldap://h{a/b",
        "ldap://${open",
        "ldap://" + "a" * 3_000,
        "1ldap://h",
    ],
)
def test_without_a_scheme_or_a_host_there_is_no_target(text: str) -> None:
    assert parse_target(text) is None
