"""The fast path: what Arrow reads is what `json` reads; what it would not is refused, cheaply."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as arrow_json
import pytest

from suricata_eve.ingest import parse as module
from suricata_eve.ingest.lines import find_lines
from suricata_eve.ingest.parse import Declared, parse, seed
from suricata_eve.ingest.salvage import flatten
from suricata_eve.ingest.values import pruned

BIG = 2**53 + 1


def as_lines(lines: Sequence[str | bytes]) -> pa.Array:
    block = b"".join((one.encode() if isinstance(one, str) else one) + b"\n" for one in lines)
    return find_lines(block).as_arrow()


def same(read: Any, truth: Any, *, double: bool) -> bool:
    """Compare strictly, but for integers in a column of doubles."""
    if isinstance(truth, list):
        return len(read) == len(truth) and all(
            same(a, b, double=double) for a, b in zip(read, truth, strict=True)
        )
    if isinstance(truth, dict):
        return read.keys() == truth.keys() and all(
            same(read[key], truth[key], double=double) for key in truth
        )
    kind = float if double and type(truth) is int else type(truth)
    return type(read) is kind and read == truth


def check(lines: Sequence[str], declared: Declared | None = None) -> tuple[list[int], set[str]]:
    """Parse, compare all that was read with `json`; return what was refused, and the paths."""
    refused: list[int] = []
    seen: list[int] = []
    paths: set[str] = set()
    for parsed in parse(as_lines(lines), seed() if declared is None else declared):
        positions = parsed.positions.tolist()
        assert positions == sorted(positions)
        seen += positions
        if parsed.columns is None:
            refused += positions
            continue
        truths = [flatten(json.loads(lines[position])) for position in positions]
        # What `json` has and no column has would be lost.
        assert {path for truth in truths for path in truth} == set(parsed.columns)
        paths |= set(parsed.columns)
        for path, array in parsed.columns.items():
            array.validate(full=True)
            double = "double" in str(array.type)
            for value, truth in zip(array.to_pylist(), truths, strict=True):
                if path not in truth:
                    assert value is None, (path, value)
                else:
                    assert same(pruned(value), pruned(truth[path]), double=double), (path, value)
    assert sorted(seen) == list(range(len(lines)))
    return sorted(refused), paths


# --- read by Arrow, exactly ------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ['{"a":1}', '{"b":"x"}', '{"a":null,"b":null}', "{}"],
        ['{"a":9223372036854775807}', '{"a":-9223372036854775808}'],
        ['{"a":0.1}', '{"a":1e-7}', '{"a":123456789.12345679}', '{"a":5e-324}', '{"a":2}'],
        ['{"a":9007199254740991}', '{"a":0.5}', '{"a":-9007199254740991}'],
        ['{"a":"2021-12-10"}', '{"a":"2021-12-10 06:12:44"}', '{"a":"2021-12-10T06:12:44Z"}'],
        ['{"a":"2021-12-10"}', '{"a":"text"}'],
        ['{"a":["2021-12-10"]}', '{"a":["2021-12-10T00:00:00Z",null]}'],
        ['{"a":{"b":"2021-12-10"}}', '{"a":{"b":"2021-12-11"}}'],
        ['{"a":[{"b":"2021-12-10"}]}', '{"a":[{"b":"2021-12-11","c":["2021-12-12"]}]}'],
        ['{"timestamp":"2022-01-01T03:41:17.115874+0000"}'],
        ['{"flow":{"start":"2022-01-01T03:41:17.115874+0000","age":5}}'],
        ['{"smb":{"session_id":18446744073709551615}}', '{"smb":{"session_id":1}}'],
        ['{"smb":{"session_id":9223372036854775808,"x":1.5}}'],
        ['{"smb":{"session_id":-1}}'],
        ['{"tls":{"ja4":"a"}}', '{"tls":{"sni":"b"}}'],
        ['{"a":{"b":{"c":{"d":[[1],[]]}}}}', '{"a":{"b":{"e":true}}}'],
        ['{"a":"\\ud83d\\ude00 \\u0000 \\u001b \\u202e \\\\xe9"}'],
        ['{"\\u0061":1}', '{"":2}', '{"a b.c":3}'],
        ['{ "a" : 1 , "b" : [ 1 , 2 ] }'],
        ['{"a":"' + "x" * 3_000_000 + '"}', '{"a":"y"}'],
        ['{"a":[1,null,2]}', '{"a":[]}', '{"a":null}'],
    ],
)
def test_read_exactly(lines: list[str]) -> None:
    refused, _ = check(lines * 20)

    assert refused == []


@pytest.mark.parametrize("depth", [1, 2, module._MAX_DEPTH - 1])
def test_depth_up_to_the_limit_is_read(depth: int) -> None:
    assert check(['{"x":' + "[" * depth + "1" + "]" * depth + "}"])[0] == []
    assert check(['{"x":' * depth + "1" + "}" * depth])[0] == []


# --- refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        '{"tls":{"subject":"a","subject":"b"}}',
        '{"a.b":1,"a":{"b":2}}',
        '{"a":{"b.c":1,"b":{"c":2}}}',
        '{"n":18446744073709551616}',
        '{"n":9223372036854775808}',
        '{"smb":{"session_id":18446744073709551616}}',
        '{"n":-9223372036854775809}',
        '{"n":1e400}',
        '{"n":NaN}',
        '{"n":-Infinity}',
        '{"x":{"y":[{"z":[[NaN]]}]}}',
        '{"x":1,}',
        '{"x":}',
        '{"x":tru}',
        '{"x":"\\ud800"}',
        '{"x":' + "[" * 65 + "]" * 65 + "}",
        '{"x":' + '{"y":' * 65 + "1" + "}" * 66,
    ],
)
def test_refused_alone_and_among_others(line: str) -> None:
    """Whatever is beside it is read nonetheless, but for a few neighbours."""
    assert check([line])[0] == [0]
    lines = ['{"event_type":"t","k":"2021-12-10"}'] * 999
    lines.insert(700, line)
    refused, paths = check(lines)

    assert 700 in refused
    assert len(refused) <= module._FEW
    assert paths == {"event_type", "k"}


@pytest.mark.parametrize(
    "lines",
    [
        ['{"x":1}', '{"x":"1"}'],
        ['{"x":true}', '{"x":0}'],
        ['{"x":[1]}', '{"x":{"y":1}}'],
        ['{"x":[1]}', '{"x":["a"]}'],
        ['{"x":1} {"x":2}', '{"x":3}'],
        ['{"x":1}{"x":"}', '{"}'],
    ],
)
def test_lines_that_do_not_go_together_are_refused(lines: list[str]) -> None:
    """Also where as many values as lines are found, but not one in each."""
    (parsed,) = parse(as_lines(lines), seed())

    assert parsed.positions.tolist() == [0, 1]
    assert parsed.columns is None


@pytest.mark.parametrize("wrap", ["{}", "[{}]", '[{{"y":{}}}]', '[[{{"y":{{"z":[{}]}}}}]]'])
def test_integers_beyond_doubles_beside_fractions(wrap: str) -> None:
    """Only the lines of which Arrow cannot tell the integer are refused, at any depth."""
    numbers = ["0.5", str(BIG), "1", str(-BIG), "1.5", str(2**53), str(2**53 - 1)]
    lines = ['{"x":' + wrap.format(number) + "}" for number in numbers]
    refused, _ = check(lines * 10)

    assert {position % 7 for position in refused} == {1, 3, 5}
    assert len(refused) == 30


def test_integers_beyond_doubles_among_themselves_are_exact() -> None:
    assert check([f'{{"x":{BIG},"y":[{BIG}],"z":[{{"w":{-BIG}}}]}}'] * 50)[0] == []


NULLS = [
    ["[null,null]", "[1]"],
    ["[1]", "[null,null]"],
    ["[null,null]", "[null]", '["a","b"]'],
    ["[null]", "[[null,null]]", "[[1],null]"],
    ["[[],[null]]", "[[null,null,null]]", "[[0.5]]"],
    ["[null,null]", '[{"a":1}]', "[null]"],
    ['[{"a":null},{"a":[null,null]}]', '[{"a":[1]}]'],
    ["[]", "[null]", "null", "[null,null,null]"],
    ["[null,null]", "[true]", "[]"],
]


@pytest.mark.parametrize("values", NULLS)
@pytest.mark.parametrize("times", [1, 3, 40])
def test_nulls_in_lists_of_a_type_not_yet_known(values: list[str], times: int) -> None:
    """Arrow's parser miscounts them; what it miscounts is never taken for what the lines say."""
    lines = [f'{{"k":{n},"x":{value}}}' for n, value in enumerate(values * times)]
    lines += [f'{{"k":-1,"o":{{"x":{value}}}}}' for value in values * times]

    check(lines)
    check(lines[::-1])


# --- culprits ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 4095, 4096, 8190, 8191])
def test_a_culprit_among_thousands_costs_few_reads(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    usual = arrow_json.read_json

    def counted(*given: Any, **options: Any) -> pa.Table:
        reads.append(1)
        return usual(*given, **options)

    monkeypatch.setattr(arrow_json, "read_json", counted)
    lines = [f'{{"n":{n},"s":"2021-12-10"}}' for n in range(8192)]
    lines[place] = '{"n":1,"n":2}'
    refused, _ = check(lines)

    assert place in refused
    assert len(refused) <= module._FEW
    assert len(reads) <= 4 * np.log2(len(lines))


def test_every_line_a_culprit_costs_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    size = [0]
    usual = arrow_json.read_json

    def counted(source: pa.NativeFile, **options: Any) -> pa.Table:
        size[0] += source.size()
        return usual(source, **options)

    monkeypatch.setattr(arrow_json, "read_json", counted)
    lines = ['{"n":1,"n":2}'] * 2048
    refused, _ = check(lines)

    assert refused == list(range(2048))
    assert size[0] < 3 * np.log2(2048) * sum(map(len, lines))


def test_slices_of_lines_are_parsed() -> None:
    lines = as_lines([f'{{"n":{n}}}' for n in range(10)]).slice(3, 4)
    (parsed,) = parse(lines, seed())

    assert parsed.positions.tolist() == [0, 1, 2, 3]
    assert parsed.columns is not None
    assert parsed.columns["n"].to_pylist() == [3, 4, 5, 6]


def test_no_lines_give_nothing() -> None:
    assert list(parse(as_lines([]), seed())) == []


# --- what is declared ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"x":"text"}', '{"x":1}'),
        ('{"x":"2021-12-10"}', '{"x":true}'),
        ('{"x":["text"]}', '{"x":[1,2]}'),
        ('{"x":"text"}', '{"x":{"y":"2021-12-10"}}'),
        ('{"x":{"y":"text"}}', '{"x":"2021-12-10"}'),
        ('{"x":[{"y":"text"}]}', '{"x":[{"y":0.5,"z":"2021-12-10"}]}'),
        ('{"timestamp":"2022-01-01T00:00:00Z"}', '{"timestamp":1640995200}'),
        ('{"smb":{"session_id":18446744073709551615}}', '{"smb":{"session_id":"x"}}'),
    ],
)
def test_what_was_learned_does_not_change_what_is_read(first: str, second: str) -> None:
    """Fields are declared as they were seen; lines where they are otherwise read as alone."""
    declared = seed()
    assert check([first] * 40, declared)[0] == []
    refused, paths = check([second] * 40, declared)

    assert refused == []
    assert paths == set(flatten(json.loads(second)))


def test_text_is_declared_once_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then date-like text costs no second read."""
    declared = seed()
    list(parse(as_lines(['{"a":{"b":["2021-12-10"]},"n":1}']), declared))
    kind = declared.schema.field("a").type

    assert kind == pa.struct([("b", pa.list_(pa.string()))])
    assert "n" not in declared.schema.names

    reads: list[int] = []
    usual = arrow_json.read_json

    def counted(*given: Any, **options: Any) -> pa.Table:
        reads.append(1)
        return usual(*given, **options)

    monkeypatch.setattr(arrow_json, "read_json", counted)
    list(parse(as_lines(['{"a":{"b":["2021-12-11"]},"n":1}']), declared))
    assert len(reads) == 1


def test_declared_fields_that_are_absent_make_no_column() -> None:
    declared = seed()
    check(['{"x":"a","y":{"z":"b"}}'], declared)
    _, paths = check(['{"w":1}'] * 3, declared)

    assert paths == {"w"}
