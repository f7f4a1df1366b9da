"""Hypothesis profiles, and the data that tests share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import browser
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

import suricata_eve

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"

# An example reads a file or two, which is slow to hypothesis and quick to a person.
_COMMON: dict[str, Any] = {
    "deadline": None,
    "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("dev", max_examples=100, **_COMMON)
# The same examples in every run, so that a check of a change tells about that change.
settings.register_profile("ci", max_examples=60, derandomize=True, **_COMMON)
# For the other versions: what differs between them shows in few examples.
settings.register_profile("quick", max_examples=20, derandomize=True, **_COMMON)
settings.register_profile("thorough", max_examples=3000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session")
def sample7() -> pd.DataFrame:
    """The Suricata 7 sample; shared, so tests must not change it."""
    return suricata_eve.load_sample("log4j")


@pytest.fixture(scope="session")
def sample8() -> pd.DataFrame:
    """The Suricata 8 sample; shared, so tests must not change it."""
    return suricata_eve.read_eve(DATA / "log4j-suricata8.json.gz")


@pytest.fixture(scope="session")
def truth() -> dict[str, Any]:
    """What was planted in the capture behind both samples."""
    planted: dict[str, Any] = json.loads((DATA / "truth.json").read_text(encoding="utf-8"))
    return planted


@pytest.fixture(scope="session")
def corpus_files() -> list[Path]:
    """Larger EVE files that do not ship, in the folder that SURICATA_EVE_DATA names."""
    folder = Path(os.environ.get("SURICATA_EVE_DATA", "../shared"))
    files = sorted((ROOT / folder / "corpus").glob("*.json.gz"))
    if not files:
        pytest.skip(f"no EVE files in {folder}/corpus")
    return files


@pytest.fixture
def visit(tmp_path_factory: pytest.TempPathFactory) -> browser.Visitor:
    """Open a page in Chromium: ``visit(path_or_html)`` tells what it says, does and asks for."""
    if browser.browser() is None:
        pytest.skip("no Chromium on the PATH")
    return lambda page: browser.visit(page, tmp_path_factory.mktemp("browser"))
