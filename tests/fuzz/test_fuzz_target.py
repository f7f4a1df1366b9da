"""The fuzz target is sound: it takes what is right, finds what is wrong, and runs by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_check import HEADER_BYTES, check
from fuzz_laws import LAWS
from fuzz_seeds import mutated, seeds, tokens

from suricata_eve.ingest import parse, salvage, segments

SCRIPT = Path(__file__).with_name("fuzz_read_eve.py")
SEEDS = seeds()


@pytest.mark.parametrize("law", range(len(LAWS)), ids=list(LAWS))
def test_seeds_are_read_as_json_reads_them(law: int) -> None:
    chosen = [seed for seed in SEEDS if seed[0] == law]
    assert len(chosen) >= 10
    for seed in chosen:
        check(seed)


def test_an_input_of_less_than_a_header_is_an_empty_file() -> None:
    for size in range(HEADER_BYTES + 1):
        check(b"\1" * size)


def check_all() -> None:
    for seed in SEEDS:
        check(seed)


FAULTS = {
    "a number that was rounded": (parse, "_doubtful_rows", lambda _: None),
    "a line that is left out": (salvage, "MAX_DEPTH", 0),
    "text that became something else": (parse, "_any_guessed", lambda _: False),
    "rows that were not asked for": (segments, "selected", lambda segment, _: segment.lines >= 0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the seeds shows each; none of them needs the fuzzer's luck."""
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises(AssertionError):
        check_all()


def test_changed_inputs_are_of_use() -> None:
    """They differ, keep to the length, are the same for the same number, and reach all laws."""
    made = [mutated(SEEDS[n % len(SEEDS)], 500, n) for n in range(500)]

    assert made == [mutated(SEEDS[n % len(SEEDS)], 500, n) for n in range(500)]
    assert max(map(len, made)) == 500
    assert len(set(made)) > 400
    assert {one[0] % len(LAWS) for one in made} == set(range(len(LAWS)))


def test_words_are_short_and_each_is_there_once() -> None:
    words = tokens()

    assert len(set(words)) == len(words) > 100
    assert {b'"event_type"', b"\xff", b"NaN"} <= set(words)


def test_it_runs_without_atheris(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--random", "-max_total_time=1"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.endswith("runs, nothing found\n")
