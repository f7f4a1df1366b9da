"""Whoever writes a dataset may end at any moment: nothing half-written is read, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dataset_crash
import pandas as pd
import pytest

from suricata_eve import read_eve, scan_eve
from suricata_eve.dataset import intake, write
from suricata_eve.dataset_reader import read_dataset
from suricata_eve.errors import EveDatasetError

pytestmark = pytest.mark.filterwarnings("ignore::suricata_eve.EveWarning")


def log(*values: Any) -> bytes:
    return b"".join(
        json.dumps({"event_type": "ab"[n % 2], "n": n, "x": value}).encode() + b"\n"
        for n, value in enumerate(values)
    )


# The second call writes the files of the first anew, since x becomes text; in two commits.
FIRST = log(1, 2, 3, 4)
SECOND = FIRST + log("t", 6, 7, 8, 9, 10)


@pytest.fixture(autouse=True)
def small_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_RUN_BYTES", 1)
    monkeypatch.setattr(intake, "_STEP_BYTES", 120)
    monkeypatch.setattr(write, "_COMMIT_BYTES", 100)


def written(root: Path, last: int | None) -> int:
    """Write both states of the log, the second until a step; return how many steps it took."""
    scan_eve(FIRST).to_parquet(root)
    with dataset_crash.crashing(last) as counted:
        scan_eve(SECOND).to_parquet(root)
    return counted.done


def check(root: Path) -> None:
    """What is read is what was taken up to some line, each event once."""
    have = read_dataset(root)
    lines = sorted(have.index)
    assert 4 <= len(lines) <= 10
    assert lines == list(range(len(lines)))
    log_so_far = b"".join(SECOND.splitlines(keepends=True)[: len(lines)])
    pd.testing.assert_frame_equal(have, read_eve(log_so_far))


def test_a_crash_at_any_step(tmp_path: Path) -> None:
    total = written(tmp_path / "whole", None)
    expected = read_eve(SECOND)
    pd.testing.assert_frame_equal(read_dataset(tmp_path / "whole"), expected)
    assert total >= 20

    # After one step is before the next one.
    for last in range(0, 2 * total, 2):
        root = tmp_path / str(last)
        with pytest.raises(dataset_crash.Crash):
            written(root, last)
        check(root)
        scan_eve(SECOND).to_parquet(root)
        pd.testing.assert_frame_equal(read_dataset(root), expected)
        assert sorted(path.name for path in (root / "_eve").iterdir()) == ["lock", "manifest.json"]


@pytest.mark.parametrize("step", range(0, 18, 2))
def test_a_full_disk_at_any_step(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tidies up does its work here, and takes nothing away."""
    scan_eve(FIRST).to_parquet(tmp_path)
    done = 0
    replace, fsync = Path.replace, os.fsync

    def count() -> None:
        nonlocal done
        done += 1
        if done > step:
            raise OSError(28, "No space left on device")

    def replaced(self: Path, target: Path) -> Path:
        count()
        return replace(self, target)

    def synced(file: int) -> None:
        count()
        fsync(file)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replaced)
        patched.setattr(os, "fsync", synced)
        with pytest.raises(OSError, match="No space left"):
            scan_eve(SECOND).to_parquet(tmp_path)
    check(tmp_path)
    scan_eve(SECOND).to_parquet(tmp_path)
    pd.testing.assert_frame_equal(read_dataset(tmp_path), read_eve(SECOND))


WRITER = """
import sys
from suricata_eve import scan_eve
from suricata_eve.dataset import intake, write
write._RUN_BYTES = intake._STEP_BYTES = write._COMMIT_BYTES = 2000
scan_eve(sys.argv[1]).to_parquet(sys.argv[2])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal on this system")
def test_a_killed_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it keep its lock; while it lives, nobody else writes."""
    source, root = tmp_path / "eve.json", tmp_path / "out"
    source.write_bytes(log(*range(4000)))
    command = [sys.executable, "-c", WRITER, str(source), str(root)]
    with subprocess.Popen(command) as process:
        while not (root / "_eve" / "manifest.json").exists():
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)
        if process.poll() is None:
            with pytest.raises(EveDatasetError, match="is being written by someone else"):
                scan_eve(source).to_parquet(root)
        process.kill()
    have = read_dataset(root)
    assert sorted(have.index) == list(range(len(have)))
    monkeypatch.setattr(write, "_COMMIT_BYTES", 1 << 30)
    monkeypatch.setattr(intake, "_STEP_BYTES", 1 << 20)
    scan_eve(source).to_parquet(root)
    pd.testing.assert_frame_equal(read_dataset(root), read_eve(source))
