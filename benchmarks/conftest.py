"""Data for the benchmarks, made from the shipped sample with a fixed seed."""

from __future__ import annotations

import gzip
import random
from importlib import resources
from typing import TYPE_CHECKING

import pytest

import suricata_eve

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

SEED = 7


@pytest.fixture(scope="session")
def lines() -> list[bytes]:
    """The lines of the sample, shuffled: event types alternate, as several threads write them."""
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    found = gzip.decompress(packed).splitlines(keepends=True)
    random.Random(SEED).shuffle(found)  # noqa: S311
    return found


@pytest.fixture(scope="session", params=[1, 5], ids=["10k-events", "50k-events"])
def eve_file(
    request: pytest.FixtureRequest, lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A file that holds the lines once, or several times."""
    path: Path = tmp_path_factory.mktemp("eve") / "eve.json"
    path.write_bytes(b"".join(lines) * request.param)
    return path


@pytest.fixture(scope="session")
def frame(eve_file: Path) -> pd.DataFrame:
    """The events of the file."""
    return suricata_eve.read_eve(eve_file)
