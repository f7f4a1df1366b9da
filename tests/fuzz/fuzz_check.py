"""What must hold of any bytes that are read as EVE: the frame is what `json` reads, line by line.

The first bytes of an input choose how it is read and which law is checked besides, the others
are the file. No fuzzer is needed here; what one found is a regression test of its own.
"""

from __future__ import annotations

import io
import json
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
from fuzz_laws import LAWS, check_packed
from fuzz_reading import Input, body_of, limited, read

from suricata_eve.errors import EveWarning
from suricata_eve.ingest.compression import LOOK_BYTES, is_compressed
from suricata_eve.ingest.report import MAX_EXAMPLES
from suricata_eve.testing import assert_equals_json, flatten
from suricata_eve.testing.oracle import events_of

__all__ = ["HEADER_BYTES", "check"]

_TEXT = pd.ArrowDtype(pa.string())

HEADER_BYTES = 8
"""How many bytes at the start of an input choose what is checked."""


def check(data: bytes) -> None:
    """Read an input, compare it with `json`, and check one law besides.

    Parameters
    ----------
    data : bytes
        The header (missing bytes are 0), and the file.

    Raises
    ------
    AssertionError
        If the frame, the report or the law is wrong; any other exception is wrong as well.
    """
    header, data = data[:HEADER_BYTES].ljust(HEADER_BYTES, b"\0"), data[HEADER_BYTES:]
    law, limits, reading, *_ = header
    how = {
        "threads": 2,
        "fast": reading % 4 != 3,
        "block_bytes": (1 << 20, 1 << 20, 1 << 20, 1, 100, 500)[reading // 4 % 6],
    }
    with warnings.catch_warnings(), limited(limits, threads=reading >= 240):
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", EveWarning)
        if is_compressed(data[:LOOK_BYTES]):
            check_packed(data, how)
            return
        full = read(data, how)
        assert_equals_json(full, io.BytesIO(data))
        _check_report(full, data)
        given = Input(data, list(io.BytesIO(data)), full, how, header[3:])
        list(LAWS.values())[law % len(LAWS)](given)


def _check_report(frame: pd.DataFrame, data: bytes) -> None:
    """Every line is an event, blank, or told of, and every value is there or told of."""
    lines = list(io.BytesIO(data))
    events = dict(events_of(lines))
    bodies = [body_of(line) for line in lines]
    bad = {n for n, body in enumerate(bodies) if body and n not in events}
    mended = {n for n in events if _is_mended(bodies[n])}
    starts = np.cumsum([0, *map(len, lines)]).tolist()
    report = frame.attrs["eve"]
    told = report["examples"]

    assert json.loads(json.dumps(report)) == report
    assert report["lines"] == len(lines)
    assert report["events"] == len(events) == len(frame)
    assert report["bad_lines"] == len(bad)
    assert report["nul_bytes"] == sum(
        line.count(b"\0") - body.count(b"\0") for line, body in zip(lines, bodies, strict=True)
    )
    # A value that the frame lacks did not fit its field.
    flat = [flatten(event) for event in events.values()]
    values = Counter(path for event in flat for path in event)
    lacking = values.total() - int(frame.notna().to_numpy().sum())
    assert report["bad_values"] == lacking + len(mended)
    assert report["bad_values"] == sum(report["bad_value_reasons"].values())
    # Of lists, elements may have become text.
    mixed = {p for event in flat for p, value in event.items() if not isinstance(value, str)}
    texts = {path for path, dtype in frame.dtypes.items() if dtype == _TEXT}
    told_of = {path for path in report["text_fields"] if path in texts}
    assert told_of == mixed & texts
    assert len(told) == min(report["bad_lines"] + report["bad_values"], MAX_EXAMPLES)
    assert [one["line"] for one in told] == sorted(one["line"] for one in told)
    for one in told:
        assert one["offset"] == starts[one["line"] - 1], one
        assert one["reason"], one
    if len(told) < MAX_EXAMPLES:
        assert bad | mended <= {one["line"] - 1 for one in told} <= bad | set(events)


def _is_mended(body: bytes) -> bool:
    """Tell whether a line holds bytes or escapes that are no text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return True
    return any(
        "\ud800" <= char <= "\udfff" for char in json.dumps(json.loads(text), ensure_ascii=False)
    )
