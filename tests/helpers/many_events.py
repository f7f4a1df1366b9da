"""Logs of any size, made of the shipped sample: each copy has flows of its own, an hour later."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

__all__ = ["copies", "write_many"]

_TIME = re.compile(rb'"(timestamp|start|end)":"([0-9T:.-]{26})')
_FLOW = re.compile(rb'"flow_id":([0-9]{1,19})')


def copies(number: int) -> Iterator[bytes]:
    """Yield the sample so many times, the times and flow IDs of each copy moved."""
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    once = gzip.decompress(packed)
    for copy in range(number):
        moved = _TIME.sub(lambda found, later=copy: _later(found, later), once)  # type: ignore[misc]
        yield _FLOW.sub(lambda found, n=copy: b'"flow_id":%d' % (int(found[1]) + n), moved)  # type: ignore[misc]


def _later(found: re.Match[bytes], hours: int) -> bytes:
    moved = datetime.fromisoformat(found[2].decode()) + timedelta(hours=hours)
    return b'"%s":"%s' % (found[1], moved.isoformat(timespec="microseconds").encode())


def write_many(path: Path, *, events: int) -> int:
    """Write whole copies of the sample, as many events as asked for at least; return how many."""
    written = 0
    with path.open("wb") as out:
        for copy in copies(events):
            if written >= events:
                break
            out.write(copy)
            written += copy.count(b"\n")
    return written
