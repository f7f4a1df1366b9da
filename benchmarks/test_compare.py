"""The comparison runs, and names what it cannot run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("compare.py")
EVENT = '{"timestamp":"2026-01-05T10:00:00.000000+0000","event_type":"flow","flow_id":1}\n'


def test_the_table_has_a_row_for_every_way(tmp_path: Path) -> None:
    path = tmp_path / "eve.json"
    path.write_text(EVENT * 50, encoding="utf-8")
    command = [sys.executable, str(SCRIPT), str(path), "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "50 events" in done.stdout
    for way in ("json.loads", "polars", "duckdb", "read_json(lines", "orjson.loads", "read_eve"):
        assert f"`{way}" in done.stdout.replace("`pd.", "`").replace("suricata_eve.", "")
    assert done.stdout.count(" MB |") >= 3
