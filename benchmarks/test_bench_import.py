"""What `import suricata_eve` costs beyond pandas and pyarrow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

SCRIPT = """
import time
import pandas, pyarrow, pyarrow.compute, pyarrow.json
start = time.perf_counter()
import suricata_eve
print(time.perf_counter() - start)
"""


def test_import(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Compiled, as installed packages are; the benchmark's own time includes pandas."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    seconds: list[float] = []

    def run() -> None:
        command = [sys.executable, "-c", SCRIPT]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        seconds.append(float(done.stdout))

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    benchmark.extra_info["import_ms"] = round(min(seconds) * 1000, 1)

    assert list(tmp_path.rglob("suricata_eve/__init__*.pyc"))
