"""Where lines are, which of them Arrow may see, and what type their text suggests."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest import lines as module
from suricata_eve.ingest.lines import event_types, find_lines, is_plain, openers


def texts(block: bytes) -> list[bytes]:
    lines = find_lines(block)
    return [lines.line(number) for number in range(len(lines))]


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\n",
        b"a",
        b"a\n",
        b"\n\na\r\n\nb",
        b"\r\x0b\x0c\x85\n",
        "\u2028\u2029\u0085\n\ud7ff".encode(),
        b"\0\0\n\xff\xfe\n",
        b"x" * 5000 + b"\n" + b"y" * 3,
    ],
)
@pytest.mark.parametrize("step", [1, 2, 1 << 20])
def test_a_line_ends_with_a_line_feed_and_nothing_else(
    block: bytes, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_STEP", step)
    lines = find_lines(memoryview(block))
    expected = [line + b"\n" for line in block.split(b"\n")]
    expected[-1] = expected[-1][:-1]

    assert texts(block) == [line for line in expected if line]
    assert lines.offsets.dtype == np.int64
    assert lines.as_arrow().to_pylist() == texts(block)


def test_lines_are_not_copied() -> None:
    block = b"a\nbc\n"
    lines = find_lines(block)
    array = lines.as_arrow()
    address = np.frombuffer(block, np.uint8).ctypes.data

    assert array.type == pa.large_binary()
    assert lines.data.ctypes.data == address
    assert array.buffers()[2].address == address


PLAIN = [b"{}", b"{}\n", b"{}\r\n", b'{"a":1}\n', '{"é":"\u2028"}\n'.encode(), b"{not json}"]
ODD = [
    b"\n",
    b"\r\n",
    b"{",
    b"}",
    b"{\n",
    b"}\n",
    b" {}\n",
    b"{} \n",
    b"{}\r\r\n",
    b"{}\0\n",
    b"\0{}\n",
    b"\xef\xbb\xbf{}\n",
    b"[{}]\n",
    b"null\n",
    b'{"a":"\xff"}\n',
    b'{"a":"\xc3"}\n',
    b'{"a":"\xed\xa0\x80"}\n',  # a surrogate
    b'{"a":"\xc0\x80"}\n',  # overlong
    b'{"a":1\n',
]
MIXED = [line for line in (*PLAIN, *ODD) if line.endswith(b"\n") and line.count(b"\n") == 1]


@pytest.mark.parametrize("line", PLAIN)
def test_a_plain_line(line: bytes) -> None:
    assert is_plain(find_lines(line)).tolist() == [True]


@pytest.mark.parametrize("line", ODD)
def test_an_odd_line(line: bytes) -> None:
    assert is_plain(find_lines(line)).tolist() == [False]


def test_each_line_is_judged_on_its_own() -> None:
    """Bad UTF-8 in one line condemns no other, though all are first checked at once."""
    expected = [line in PLAIN for line in MIXED]

    assert any(expected)
    assert not all(expected)
    assert is_plain(find_lines(b"".join(MIXED))).tolist() == expected
    assert is_plain(find_lines(b"".join(MIXED[::-1]))).tolist() == expected[::-1]


def test_a_character_cut_by_the_line_end_is_odd_on_both_sides() -> None:
    """Both lines together would be valid bytes if a line end were none."""
    assert is_plain(find_lines(b'{"\xe2\x80\n\xa8"}\n{}')).tolist() == [False, False, True]


def test_no_lines() -> None:
    assert is_plain(find_lines(b"")).tolist() == []
    assert event_types(find_lines(b"").as_arrow()).to_pylist() == []


def test_openers_are_counted_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets and braces that open, in text as well; of a slice, those of its lines."""
    monkeypatch.setattr(module, "_STEP", 7)
    array = find_lines(b'{"a":[{"b":"[x]{"}]}\n\n[[[[\n{}\nx').as_arrow()

    assert openers(array).tolist() == [5, 0, 4, 1, 0]
    assert openers(array.slice(2, 2)).tolist() == [4, 1]
    assert openers(array.slice(2, 0)).tolist() == []


def test_a_text_is_counted_in_the_block_alone() -> None:
    """Also where the block is a view into something longer."""
    whole = b"abcab\nab"
    for block in (b"abcab\n", bytearray(b"abcab\n"), memoryview(whole)[:6]):
        assert find_lines(block).occurrences(b"ab") == 2
    assert find_lines(memoryview(whole)[3:]).occurrences(b"ab") == 2
    assert find_lines(b"").occurrences(b"ab") == 0


# --- event types -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('{"event_type":"alert"}', b"alert"),
        ('{"a":1,"event_type" :"alert"}', b"alert"),
        ('{"event_type": \t "alert"}', b"alert"),
        ('{"event_type":"a","event_type":"b"}', b"a"),
        ('{"event_type":""}', b""),
        ('{"event_type":"a\\u0062"}', None),
        ('{"event_type":7}', None),
        ('{"event_type":null}', None),
        ('{"rdp":{"event_type":"x"},"event_type":"rdp"}', b"x"),
        (r'{"x":"\"event_type\":\"no\"","event_type":"dns"}', b"dns"),
        ('{"event_type":"é"}', "é".encode()),
        ('{"event_type":"cut', None),
        ("", None),
    ],
)
def test_the_first_event_type_in_the_text(line: str, name: bytes | None) -> None:
    guessed = event_types(pa.array([b"{}", line.encode(), b"{}"], pa.large_binary()))

    assert guessed.to_pylist() == [None, name, None]


def test_types_are_encoded_once_each() -> None:
    lines = [json.dumps({"event_type": f"t{n % 3}"}).encode() for n in range(1000)]
    guessed = event_types(pa.array(lines, pa.large_binary()))

    assert isinstance(guessed, pa.DictionaryArray)
    assert guessed.dictionary.to_pylist() == [b"t0", b"t1", b"t2"]
