"""Reading a whole file, plain and compressed, and repairing a frame of json_normalize."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import suricata_eve

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture


def test_read_whole(benchmark: BenchmarkFixture, eve_file: Path) -> None:
    frame = benchmark(suricata_eve.read_eve, eve_file)

    assert len(frame) == frame.attrs["eve"]["lines"]


def test_read_whole_in_file_order(benchmark: BenchmarkFixture, eve_file: Path) -> None:
    frame = benchmark(suricata_eve.read_eve, eve_file, order="file")

    assert frame.index.is_monotonic_increasing


def test_read_gzip(benchmark: BenchmarkFixture, lines: list[bytes]) -> None:
    packed = gzip.compress(b"".join(lines), compresslevel=1)
    frame = benchmark(lambda: suricata_eve.read_eve(io.BytesIO(packed)))

    assert len(frame) == len(lines)


def test_read_with_bad_lines(benchmark: BenchmarkFixture, lines: list[bytes]) -> None:
    """One line in a hundred is cut short: what the slow path costs beside the fast one."""
    damaged = [
        line[: len(line) // 2] + b"\n" if i % 100 == 0 else line for i, line in enumerate(lines)
    ]
    text = b"".join(damaged)
    frame = benchmark(lambda: suricata_eve.read_eve(io.BytesIO(text), on_bad_lines="skip"))

    assert frame.attrs["eve"]["bad_lines"] == -(-len(lines) // 100)


@pytest.fixture(scope="session")
def plain(lines: list[bytes]) -> pd.DataFrame:
    return pd.json_normalize([json.loads(line) for line in lines])


def test_json_normalize(benchmark: BenchmarkFixture, lines: list[bytes]) -> None:
    """The baseline: what a notebook does without this package."""
    frame = benchmark.pedantic(
        lambda: pd.json_normalize([json.loads(line) for line in lines]), rounds=3
    )

    assert len(frame) == len(lines)


def test_normalize_types(benchmark: BenchmarkFixture, plain: pd.DataFrame) -> None:
    frame = benchmark.pedantic(suricata_eve.normalize_types, args=(plain,), rounds=3)

    assert frame.shape == plain.shape
