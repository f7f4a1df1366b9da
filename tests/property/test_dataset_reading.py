"""Law: a dataset reads back as its lines do, whichever calls wrote it and whatever is asked for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suricata_eve import read_dataset, read_eve, scan_eve
from suricata_eve.schema.fields import is_known
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

LOGS = st.lists(
    st.one_of(
        eve.eve_files(max_lines=6),
        eve.eve_files(lines=eve.lines(events=eve.wild_events()), damaged=True, max_lines=6),
    ),
    min_size=1,
    max_size=3,
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "event_types": st.lists(st.sampled_from(("alert", "dns", "http", "call", "")), max_size=3),
        "exclude_event_types": st.lists(st.sampled_from(("alert", "flow", "call")), max_size=2),
        "flow_ids": st.lists(st.integers(0, 5), max_size=3),
        "since": st.integers(0, 5),
        "until": st.integers(0, 5),
    },
)
HOW = st.fixed_dictionaries(
    {},
    optional={
        "order": st.just("file"),
        "dtype_backend": st.just("numpy_nullable"),
        "columns": st.sampled_from(
            (["timestamp", "flow_id", "src_ip"], ["event_type", "alert.*", "http.*"], "dest_port")
        ),
    },
)
# Each example writes files, and reads them.
EXAMPLES = max(10, settings().max_examples // 8)
KEYS = st.sampled_from((("event_type", "date"), ("event_type",), ("date", "hour", "event_type")))


@pytest.fixture(autouse=True, scope="module")
def _at_once() -> Iterator[None]:
    """Do not wait for the disk, which no reader notices."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def written(logs: list[bytes], keys: tuple[str, ...], folder: Path) -> bytes:
    """Write a dataset, a call for each log; return all lines."""
    parts = []
    for n, log in enumerate(logs):
        # A log that begins as an earlier one does would be taken for that one, grown.
        part = b'{"event_type":"call","n":%d}\n' % n + log
        parts.append(part if part.endswith(b"\n") else part + b"\n")
        scan_eve(parts[-1]).to_parquet(folder, partition_by=keys)
    return b"".join(parts)


@settings(max_examples=EXAMPLES)
@given(LOGS, KEYS, HOW)
def test_all_of_it(logs: list[bytes], keys: tuple[str, ...], how: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = written(logs, keys, Path(folder))
        frame = read_dataset(folder, **how)

    expected = read_eve(data, **how)
    odd = [name for name in expected.attrs["eve"]["text_fields"] if has_json(expected[name])]
    assert frame.columns.tolist() == expected.columns.tolist()
    assert_eve_frame_equal(frame.drop(columns=odd), expected.drop(columns=odd))
    for count in ("lines", "events", "bad_lines", "nul_bytes"):
        assert frame.attrs["eve"][count] == expected.attrs["eve"][count], count


def has_json(column: pd.Series[Any]) -> bool:
    """Tell whether values of several kinds in a list, or objects, may have become text twice."""
    return any(text.startswith(("[", "{")) for value in column for text in texts(value))


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | np.ndarray):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


@settings(max_examples=EXAMPLES)
@given(LOGS, KEYS, HOW, OPTIONS)
def test_a_part_of_it(
    logs: list[bytes], keys: tuple[str, ...], how: dict[str, Any], options: dict[str, Any]
) -> None:
    """Fields that the schema does not know may have another dtype, and so other text."""
    with tempfile.TemporaryDirectory() as folder:
        data = written(logs, keys, Path(folder))
        whole = read_eve(data)
        options = of_the_log(options, whole)
        frame = read_dataset(folder, **how, **options)

    expected = read_eve(data, **how, **options)
    assert frame.index.tolist() == expected.index.tolist()
    left_out = set(whole.attrs["eve"]["misfits"])
    assert_eve_frame_equal(*(sure(one, left_out) for one in (frame, expected)))


def of_the_log(options: dict[str, Any], whole: pd.DataFrame) -> dict[str, Any]:
    """Turn positions into times and flows that are there."""
    chosen = dict(options)
    for name in ("since", "until"):
        if name in chosen:
            times = whole.get("timestamp", pd.Series(dtype=object)).dropna().drop_duplicates()
            default = pd.Timestamp("2020-01-01", tz="UTC")
            chosen[name] = times.iloc[chosen[name] % len(times)] if len(times) else default
    if "flow_ids" in chosen:
        flows = whole.get("flow_id", pd.Series(dtype=object)).dropna().tolist()
        chosen["flow_ids"] = [flows[n % len(flows)] if flows else n for n in chosen["flow_ids"]]
    return chosen


def sure(frame: pd.DataFrame, left_out: set[str]) -> pd.DataFrame:
    """Return the known fields that have a value."""
    held = frame.dropna(axis=1, how="all")
    return held[[name for name in held.columns if is_known(name) and name not in left_out]]
