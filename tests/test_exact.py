"""`read_eve` equals Python's `json`, cell by cell, on whole real files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

import suricata_eve
from suricata_eve.testing import assert_equals_json, assert_eve_frame_equal

ROOT = Path(__file__).resolve().parent.parent
SAMPLE8 = ROOT / "tests" / "data" / "log4j-suricata8.json.gz"


def test_sample_of_suricata_7_equals_json(sample7: pd.DataFrame) -> None:
    with gzip.open(Path(suricata_eve.__file__).parent / "sample" / "log4j.json.gz") as lines:
        assert_equals_json(sample7, lines)


def test_sample_of_suricata_8_equals_json(sample8: pd.DataFrame) -> None:
    with gzip.open(SAMPLE8) as lines:
        assert_equals_json(sample8, lines)


def test_corpus_equals_json(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        df = suricata_eve.read_eve(path, on_bad_lines="error")
        with gzip.open(path) as lines:
            assert_equals_json(df, lines)


def test_nullable_dtypes_equal_json() -> None:
    df = suricata_eve.read_eve(SAMPLE8, dtype_backend="numpy_nullable")
    assert df["flow_id"].dtype == pd.Int64Dtype()
    with gzip.open(SAMPLE8) as lines:
        assert_equals_json(df, lines)


def test_file_order_is_the_sorted_index(sample8: pd.DataFrame) -> None:
    assert_eve_frame_equal(suricata_eve.read_eve(SAMPLE8, order="file"), sample8.sort_index())


def test_grouped_order_is_by_first_appearance_of_the_type(sample8: pd.DataFrame) -> None:
    in_file = sample8["event_type"].sort_index()
    first = {kind: place for place, kind in enumerate(pd.unique(in_file))}
    expected = in_file.iloc[in_file.map(first).argsort(kind="stable")]

    assert sample8.index.tolist() == expected.index.tolist()


def test_the_oracle_notices_one_changed_cell(sample8: pd.DataFrame) -> None:
    """A frame that is wrong in one place of a million does not pass."""
    ids = sample8["flow_id"]
    first = ids.first_valid_index()
    changed = sample8.assign(flow_id=ids.where(ids.index != first, ids + 1))
    with (
        gzip.open(SAMPLE8) as lines,
        pytest.raises(AssertionError, match=r"column 'flow_id' differs in 1 values; line \d+: "),
    ):
        assert_equals_json(changed, lines)
