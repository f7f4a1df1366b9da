"""How the bytes of a fuzzer are read: what chooses the options, and what is asked of a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve import scan_eve
from suricata_eve.ingest import ahead, assemble, joint, parse, rows, segment, segments

__all__ = ["Input", "blanked", "body_of", "filtered", "limited", "read", "scan", "values_of"]

_BLANK = b" \t\r\n\0"
_BOM = b"\xef\xbb\xbf"

_LIMITS: tuple[tuple[Any, str, int], ...] = (
    # What a large file meets now and then, a small one meets with limits as small as these:
    # above all, few lines are not all left to `json` for one among them that Arrow refuses.
    (parse, "_FEW", 1),
    (parse, "_MAX_OPENERS", 3),
    (parse, "_MAX_DEPTH", 2),
    (joint, "_PIECE_BYTES", 100),
    (joint, "_PIECE_LINES", 2),
    (joint, "_MAX_KINDS", 2),
    (segment, "_WIDE", 3),
    (assemble, "_MANY", 2),
    (rows, "_ROWS", 3),
    (rows, "_BYTES", 50),
)


class Input(NamedTuple):
    """A file, how it was read, and numbers that choose what else to do with it."""

    data: bytes
    lines: list[bytes]
    full: pd.DataFrame
    how: dict[str, Any]
    numbers: bytes


class _Here(Executor):
    """Does at once what it is given: most of a small read is waiting for threads to start."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def submit(self, function: Any, /, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **options))
        except Exception as error:  # noqa: BLE001 - whoever wants the result is told
            future.set_exception(error)
        return future


@contextmanager
def limited(bits: int, *, threads: bool) -> Iterator[None]:
    """Set some of the limits, and read without threads unless there are to be some."""
    with ExitStack() as stack:
        if not threads:
            stack.enter_context(mock.patch.object(segments, "deep_pool", _Here))
            for module in (ahead, rows):
                stack.enter_context(mock.patch.object(module, "ThreadPoolExecutor", _Here))
        for place, (module, name, limit) in enumerate(_LIMITS):
            if bits >> place % 8 & 1:
                stack.enter_context(mock.patch.object(module, name, limit))
        yield


def scan(source: Any, how: dict[str, Any], **options: Any) -> Any:
    """Prepare a read that does not decide by itself on threads and blocks."""
    made = scan_eve(source, **options)
    return dataclasses.replace(made, _reading=dataclasses.replace(made._reading, **how))


def read(source: Any, how: dict[str, Any], **options: Any) -> pd.DataFrame:
    frame: pd.DataFrame = scan(source, how, **options).to_pandas()
    return frame


def body_of(line: bytes) -> bytes:
    body = line.strip(_BLANK)
    while body.startswith(_BOM):
        body = body[len(_BOM) :].strip(_BLANK)
    return body


def filtered(given: Input) -> tuple[dict[str, Any], set[int]]:
    """Choose options by what is in the frame, and find the rows by the frame."""
    which, pick, more, place, size = given.numbers
    kinds = values_of(given.full, "event_type", str)
    ids = values_of(given.full, "flow_id", int)
    # As integers, since Python's datetime does not hold every time.
    times = values_of(given.full, "timestamp", int)
    types = [*sorted({kind for kind in kinds.values() if kind is not None}), "alert", "5", ""]
    flows = [*sorted({one for one in ids.values() if one is not None}), 1, -1, 2**64]
    moments = [*sorted({t for t in times.values() if t is not None}), 1640995200_000000]
    # Within the years that one can write.
    moment = min(max(moments[pick % len(moments)] + more % 3 - 1, -(10**16)), 10**17)
    needle = given.data[place : place + 1 + size % 16].partition(b"\n")[0]
    options: dict[str, Any] = {
        "event_types": [types[pick % len(types)], types[more % len(types)]],
        "exclude_event_types": types[pick % len(types)],
        "flow_ids": [flows[more % len(flows)]],
        "since": np.datetime64(moment, "us"),
        "until": np.datetime64(moment, "us"),
        "contains": [needle, b"no such"],
    }
    names = list(options)
    options = {name: options[name] for n, name in enumerate(names) if which >> n & 1}
    chosen = {
        line
        for line in given.full.index
        if kinds[line] in options.get("event_types", kinds.values())
        and ("exclude_event_types" not in options or kinds[line] != types[pick % len(types)])
        and ids[line] in options.get("flow_ids", ids.values())
        and ("since" not in options or ((t := times[line]) is not None and t >= moment))
        and ("until" not in options or ((t := times[line]) is not None and t < moment))
        and ("contains" not in options or any(n in given.lines[line] for n in options["contains"]))
    }
    return options, chosen


def values_of(frame: pd.DataFrame, name: str, kind: type) -> dict[int, Any]:
    """Return the values of a column by line, None where there is none."""
    lines = frame.index.tolist()
    if name not in frame:
        return dict.fromkeys(lines)
    array = pa.array(frame[name].array)
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    values = array.to_pylist()
    assert {type(value) for value in values} <= {kind, type(None)}
    return dict(zip(lines, values, strict=True))


def blanked(lines: list[bytes], kept: set[int]) -> bytes:
    """Return the file with nothing in all but some of the lines."""
    return b"".join(line if n in kept else b"\n" for n, line in enumerate(lines))
