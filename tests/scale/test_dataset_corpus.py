"""Whole corpora as datasets: what is read back is what their lines are read as."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from suricata_eve import read_dataset, read_eve, scan_eve
from suricata_eve.testing import assert_eve_frame_equal

pytestmark = pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")


def test_a_corpus(corpus_files: list[Path], tmp_path: Path) -> None:
    """Many days with few events each, in two calls; all of it, a part of its time, some flows."""
    for path in corpus_files:
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        dest = tmp_path / path.name
        for part in (lines[: len(lines) // 2], lines[len(lines) // 2 :]):
            scan_eve(b"".join(part)).to_parquet(dest)
        whole = read_eve(path)

        assert_eve_frame_equal(read_dataset(dest), whole)
        times = whole["timestamp"].dropna().sort_values()
        asked: list[dict[str, Any]] = [
            {"until": times.iloc[len(times) // 3]},
            {"flow_ids": whole["flow_id"].dropna().unique()[:5]},
        ]
        for options in asked:
            found, expected = read_dataset(dest, **options), read_eve(path, **options)
            assert found.index.equals(expected.index)
            assert found["timestamp"].equals(expected["timestamp"])
