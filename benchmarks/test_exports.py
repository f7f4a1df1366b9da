"""What leaves a notebook is measured, each output of the accessor by a call of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import exports
import kit
import matplotlib as mpl
import pytest

from suricata_eve.methods.plots import Plots


def test_every_picture_and_every_writer_is_measured() -> None:
    pictures = {f"plot.{name}" for name in vars(Plots) if not name.startswith("_")}

    called = {call.partition("(")[0] for call in exports.OUTPUTS}
    assert called == pictures | {"report", "to_json", "to_pcap"}


def test_the_table_says_how_much_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    grown = kit.grown_sample(str(tmp_path), events=10_000)
    into = tmp_path / "exports.json"
    monkeypatch.setattr(sys, "argv", ["exports.py", str(grown), "--repeat=1", f"--json={into}"])
    backend = mpl.get_backend()

    exports.main()

    mpl.use(backend)
    rows = json.loads(into.read_text(encoding="utf-8"))["outputs"]
    assert [row["call"] for row in rows] == list(exports.OUTPUTS)
    assert all(row["size"] > 10_000 for row in rows)
    assert "| `report(path)` | " in capsys.readouterr().out
