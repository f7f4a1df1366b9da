"""Files to begin with, words that matter, and a mutator that knows what a line of EVE is."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeAlias

from fuzz_check import HEADER_BYTES
from fuzz_laws import LAWS

from suricata_eve.schema.fields import CORE, INSTANTS, arrow_type, fields
from suricata_eve.testing.pool import INTEGERS, KEYS, NUMBER_SPELLINGS, OFFSETS, TEXTS

__all__ = ["mutated", "seeds", "tokens"]

_Value: TypeAlias = "Callable[[random.Random], str]"

# What has been hard for some reader, at some time, and what looks like it.
_LINES = (
    (
        '{"timestamp":"2022-01-01T03:41:17.115874-0400","flow_id":9007199254740993,'
        '"event_type":"alert","alert":{"signature":"ET"},"dest_port":443,"app_proto":"http"}'
    ),
    '{"event_type":"dns","flow_id":1,"dns":{"id":7,"answers":[{"rdata":"192.0.2.1","ttl":5}]}}',
    '{"event_type":"http","flow_id":1,"http":{"url":"/${jndi:ldap://h/a}","status":200},"vlan":[1]}',
    '{"rdp":{"event_type":"connect"},"event_type":"rdp","flow_id":"1"}',
    r'{"event\u005ftype":"tls","tls":{"subject":"a","subject":"b"},"tls":{"ja4":{"hash":"h"}}}',
    '{"timestamp":"2022-01-01","event_type":5,"flow_id":18446744073709551615,"tls":{"ja4":"t"}}',
    r'{"t":"\"event_type\":\"alert\"","event_type":"dns","u":"\ud800"}',
    '{"x":[{"a":{"b":1}},[0.5],null],"x.y":"2021-12-10","":{"":-0}}',
    '{"x":{"y":1},"x.y":true,"v":[1,"a",{"k":[]}],"dest_port":"80"}',
    '{"event_type":"stats","stats":{"uptime":1e0,"capture":{"kernel_packets":1.0}}}',
    '{"event_type":"dns","x":Inf,"y":-Infinity}',
    '{"event_type":"dns","x":[[[[[[NaN]]]]]]}',
    '{"x":1}{"x":2}',
    '{"x":\n3}',
    "[1]",
    "",
    " \t\r",
    "\0\0",
    "\ufeff{}",
)
_ENDS = ("\n", "\n", "\n", "\r\n", "")
_NUMBERS = (*map(str, INTEGERS), *NUMBER_SPELLINGS, "NaN", "-Infinity", "Inf", "-NaN", "1" * 401)
_WORDS = ("true", "false", "null", "[]", "{}", "[null]", '""', "[[]]", "[{}]")
_HOLE = "a hole"
_CONTROL = ("\0", "\r", "\t", "\ufeff", "\x1f", "\u2028", "\n", "{", "}", '"', ",", ":", "\\")


def seeds() -> list[bytes]:
    """Make inputs, some for each law.

    Returns
    -------
    list of bytes
        Headers with files of up to 2 KB.
    """
    packed = (files("suricata_eve") / "sample" / "log4j.json.gz").read_bytes()
    shown: dict[object, bytes] = {}
    for line in gzip.decompress(packed).splitlines(keepends=True):
        if len(line) < 800:
            shown.setdefault(json.loads(line).get("event_type"), line)
    real = list(shown.values())
    made = [f"{line}\n".encode() for line in _LINES]
    parts = (real[:2], real[2:4], real[4:6], made[:3], made[3:6], made[6:9], made[9:])
    found = [b"".join(part) for part in parts]
    found += [b"", gzip.compress(made[0]), made[7] * 30]
    return [
        bytes([law, (law * 37 + n * 73) % 256, n, *(n * 25 % 256,) * (HEADER_BYTES - 3)]) + file
        for law in range(len(LAWS))
        for n, file in enumerate(found)
    ]


def tokens() -> list[bytes]:
    """Return words that mean something in EVE, for a fuzzer's dictionary."""
    names = [*CORE, *sorted(INSTANTS), *KEYS, "alert", "dns", "http", "ja4", "answers", "stats"]
    values = [json.dumps(text) for text in TEXTS]
    texts = [*_LINES, *_NUMBERS, *_WORDS, *_CONTROL, *values, *map(json.dumps, names)]
    found = [text.encode() for text in texts]
    found += [b"\xff", b"\xc3", b"\xed\xa0\x80", rb"\ud800", rb"\u0065", b"\x1f\x8b", b"BZh91AY&SY"]
    return [token for token in dict.fromkeys(found) if 0 < len(token) <= 60]


def mutated(
    data: bytes, most: int, seed: int, *, otherwise: Callable[[bytes, int], bytes] | None = None
) -> bytes:
    """Change an input in one or a few places.

    Parameters
    ----------
    data : bytes
        The input.
    most : int
        How long the result may be.
    seed : int
        Chooses the changes.
    otherwise : callable, optional
        A fuzzer's own mutator, for changes that know nothing of lines.

    Returns
    -------
    bytes
        Another input.
    """
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        header, file = data[:HEADER_BYTES].ljust(HEADER_BYTES, b"\0"), data[HEADER_BYTES:]
        kind = rng.random()
        if kind < 0.15:
            place = rng.randrange(HEADER_BYTES)
            header = header[:place] + bytes([rng.randrange(256)]) + header[place + 1 :]
        elif kind < 0.3:
            if otherwise is not None:
                file = otherwise(file, max(most - HEADER_BYTES, 1))
            else:
                file = _bytes_changed(file, rng)
        elif kind < 0.5:
            file = _bytes_changed(file, rng)
        elif kind < 0.65:
            file = _lines_changed(file, rng)
        elif kind < 0.85:
            file = _event_changed(file, rng)
        else:
            file = _field_changed(file, rng)
        data = (header + file)[:most]
    return data


def _bytes_changed(file: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(file) + 1)
    stop = min(len(file), start + rng.choice((0, 0, 1, 2, rng.randrange(50))))
    inside = file[start:stop] * rng.choice((0, 2))
    return file[:start] + rng.choice((inside, rng.choice(_TOKENS))) + file[stop:]


def _lines_changed(file: bytes, rng: random.Random) -> bytes:
    lines = file.splitlines(keepends=True) or [b""]
    place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            lines[place] *= rng.choice((0, 2, 5))
        case 1:
            lines[place], lines[other] = lines[other], lines[place]
        case 2:
            lines.insert(place, (rng.choice(_LINES) + rng.choice(_ENDS)).encode())
        case 3:
            lines[place] = lines[place].rstrip(b"\n") + rng.choice(_ENDS).encode()
        case _:
            lines[place] = lines[place][: rng.randrange(len(lines[place]) + 1)] + b"\n"
    return b"".join(lines)


def _field_changed(file: bytes, rng: random.Random) -> bytes:
    """Give some events a field that the schema knows, or one that it does not: each its value."""
    path = rng.choice((rng.choice(rng.choice(_TYPED)), rng.choice(KEYS), "x.y"))
    kinds = rng.sample(_VALUES, rng.choice((1, 1, 2)))
    lines = file.splitlines(keepends=True)
    for place, line in enumerate(lines):
        event = _event(line)
        if event is not None and rng.random() < 0.6:
            _put(event, path.split("."), _HOLE)
            lines[place] = _spelled(event, rng, rng.choice(kinds))
    return b"".join(lines)


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _event_changed(file: bytes, rng: random.Random) -> bytes:
    """Change one value or name of one event."""
    lines = file.splitlines(keepends=True) or [b""]
    place = rng.randrange(len(lines))
    event = _event(lines[place])
    if event is None:
        return _lines_changed(file, rng)
    parent: Any = event
    while True:
        key: Any = rng.choice([*parent, None] if isinstance(parent, dict) else range(len(parent)))
        child = parent[key] if key is not None else None
        if not isinstance(child, dict | list) or not child or rng.random() < 0.3:
            break
        parent = child
    if isinstance(parent, dict) and (key is None or rng.random() < 0.3):
        parent[rng.choice(_NAMES)] = parent.pop(key) if key in parent else _HOLE
    elif rng.random() < 0.2:
        parent[key] = rng.choice(([child], {"x": child}, [child, child], str(child)))
    else:
        parent[key] = _HOLE
    lines[place] = _spelled(event, rng, rng.choice(_VALUES))
    return b"".join(lines)


def _put(event: dict[str, Any], keys: list[str], value: object) -> None:
    """Set a field at its path, with dots in the key where there is something else on the way."""
    while len(keys) > 1 and isinstance(event.setdefault(keys[0], {}), dict):
        event, keys = event[keys[0]], keys[1:]
    event[".".join(keys)] = value


def _spelled(event: dict[str, Any], rng: random.Random, kind: _Value) -> bytes:
    """Write an event, with a value in place of the hole, some of which `json` cannot write."""
    separators = rng.choice(((",", ":"), (", ", ": ")))
    text = json.dumps(event, ensure_ascii=rng.random() < 0.2, separators=separators)
    value = kind(rng)
    if rng.random() < 0.2:
        value = rng.choice(("[%s]", "[%s,%s]", '[{"x":%s}]', '{"x":%s}')).replace("%s", value)
    text = text.replace(json.dumps(_HOLE), value)
    return text.encode(errors="surrogatepass") + rng.choice(_ENDS).encode()


def _number(rng: random.Random) -> str:
    return rng.choice(_NUMBERS)


def _word(rng: random.Random) -> str:
    return rng.choice(_WORDS)


def _text(rng: random.Random) -> str:
    return json.dumps(rng.choice((*TEXTS, *_NUMBERS)))


def _time(rng: random.Random) -> str:
    day = rng.choice(("2022-01-01", "1969-12-31", "9999-12-31", "0001-01-01", "2022-02-30"))
    fraction = rng.choice(("", ".1", ".115874", ".1158749", ".000000000"))
    return f'"{day}{rng.choice("T ")}03:41:17{fraction}{rng.choice(OFFSETS)}"'


_VALUES: tuple[_Value, ...] = (_number, _text, _time, _word)
_NAMES = (*CORE, *KEYS, *sorted(INSTANTS), "tls", "ja4", "dns", "http", "alert", "vlan", "stats")
_TOKENS = tuple(tokens())
# Fields that the schema knows, by their type, of which some are rare.
_KINDS = {str(arrow_type(path)) for path in fields()}
_TYPED = [[path for path in fields() if str(arrow_type(path)) == kind] for kind in sorted(_KINDS)]
