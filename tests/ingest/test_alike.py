"""Where a parser that skips fields would take what json refuses is known beforehand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from suricata_eve.ingest.alike import reads_alike
from suricata_eve.ingest.lines import openers


def alike(*texts: str) -> list[bool]:
    lines = pa.array([text + "\n" for text in texts]).cast(pa.large_binary())
    result: list[bool] = reads_alike(lines, openers(lines)).tolist()
    return result


@pytest.mark.parametrize("digits", [4300, 4301, 4400, 20_000])
@pytest.mark.parametrize("before", [0, 1, 37, 99, 100, 101, 5000])
def test_numbers_that_python_does_not_convert(digits: int, before: int) -> None:
    """Wherever they stand in a line and in the block."""
    long = '{"a":"' + "x" * before + '","v":' + "7" * digits + "}"
    plain = '{"a":"' + "x" * (before + digits) + '"}'

    assert alike(plain, long, plain, plain)[1] is False
    assert alike(plain, plain) == [True, True]


def test_numbers_of_fewer_digits_and_digits_in_pieces() -> None:
    pieces = '{"a":"' + ("1" * 20 + ".") * 900 + '"}'
    short = '{"a":' + "1" * 3000 + ',"b":"' + "x" * 3000 + '"}'

    assert alike(pieces, short, '{"a":1}') == [True, True, True]


@pytest.mark.parametrize("number", ["Inf", "-Inf", "-NaN"])
def test_numbers_that_json_does_not_know(number: str) -> None:
    lines = [f'{{"v":{number}}}', f'{{"v": {number} ,"b":1}}', f'{{"v":[1,{number}]}}', '{"v":1}']

    assert alike(*lines) == [False, False, False, True]


def test_numbers_and_texts_that_only_look_like_these() -> None:
    lines = ['{"v":Infinity}', '{"v":-Infinity}', '{"v":NaN}', '{"v":"Inf"}', '{"v":"Information"}']

    assert alike(*lines) == [True] * 5


def test_nesting_beyond_what_is_an_event() -> None:
    assert alike('{"a":' + "[" * 199 + "]" * 199 + "}", '{"a":' + "[" * 200 + "]" * 200 + "}") == [
        True,
        False,
    ]
    assert alike() == []
    assert reads_alike(pa.array([], pa.large_binary()), np.empty(0, int)).tolist() == []
