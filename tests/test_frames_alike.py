"""Every table is the same, whatever the frame of the same events is made of."""

from __future__ import annotations

import gzip
import json
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import pytest

import suricata_eve
from suricata_eve.analysis.endpoints import Columns

WAYS = ["numpy_nullable", "normalized", "oriented", "chunks", "shuffled"]
TABLES: list[tuple[str, dict[str, Any]]] = [
    ("alerts", {"view": "concise"}),
    ("payloads", {}),
    ("indicators", {}),
    ("community_id", {}),
    ("unexpected_ports", {}),
    ("unique", {"field": "http.http_user_agent"}),
    ("unique", {"field": "client_port"}),
    ("unique", {"field": "alert.metadata.tag"}),
    ("rare", {"field": "http.url", "by": "server_ip"}),
    *((view, {}) for view in ("dns", "http", "tls", "ssh", "smb", "files", "flows", "stats")),
    ("timeline", {"flow": "203.0.113.201"}),
    ("features", {"by": "client_ip"}),
    ("features", {"by": ["flow_id", "http.http_user_agent"]}),
    ("edges", {}),
    ("edges", {"source": "alert.metadata.tag", "target": "server_port"}),
]
EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("orient", {}),
    ("by_flow", {}),
    ("related", {"events": ["198.18.4.77"], "on": "client_ip"}),
    ("related", {"events": ["/"], "on": "http.url"}),
]


def lines() -> list[bytes]:
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    return gzip.decompress(packed).splitlines()


@pytest.fixture(scope="module", params=WAYS)
def other(request: pytest.FixtureRequest, sample7: pd.DataFrame) -> pd.DataFrame:
    """The sample in another form; of some of them the rows are in another order."""
    if request.param == "numpy_nullable":
        path = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz")
        with resources.as_file(path) as file:
            return suricata_eve.read_eve(file, dtype_backend="numpy_nullable")
    if request.param == "normalized":
        plain = pd.json_normalize([json.loads(line) for line in lines()])
        return suricata_eve.normalize_types(plain)
    if request.param == "oriented":
        return suricata_eve.analysis.orient(sample7)
    if request.param == "chunks":
        return pd.concat([sample7.iloc[:100], sample7.iloc[100:5000], sample7.iloc[5000:]])
    order = np.random.default_rng(7).permutation(len(sample7))
    return sample7.iloc[order]


def call(frame: pd.DataFrame, name: str, options: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(getattr(suricata_eve.analysis, name)(frame, **options))


@pytest.mark.parametrize(("name", "options"), TABLES, ids=str)
def test_a_table_is_the_same(
    sample7: pd.DataFrame, other: pd.DataFrame, name: str, options: dict[str, Any]
) -> None:
    expected, found = (call(frame, name, options) for frame in (sample7, other))

    if name == "community_id":  # in the order of the frame
        expected, found = expected.sort_index(), found.sort_index()
    if name == "payloads":  # in the order of the frame, and in an event of its columns
        by = ["line", "field", "match", "encoded"]
        expected, found = (
            table.rename_axis("line").reset_index().sort_values(by, ignore_index=True)
            for table in (expected, found)
        )
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(("name", "options"), EVENTS, ids=str)
def test_the_same_events_are_chosen(
    sample7: pd.DataFrame, other: pd.DataFrame, name: str, options: dict[str, Any]
) -> None:
    expected, found = (call(frame, name, options) for frame in (sample7, other))

    if name == "orient":
        expected, found = expected.sort_index(), found.sort_index()
        ends = list(suricata_eve.analysis.orientation(sample7))
        pd.testing.assert_frame_equal(found[ends], expected[ends])
    assert found.index.tolist() == expected.index.tolist()
    for column in ("src_ip", "http.url"):
        texts = (Columns(frame).text(column) for frame in (found, expected))
        assert next(texts).equals(next(texts))
