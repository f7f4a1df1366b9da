"""Every method is measured, on a log in which no flow comes twice."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import kit
import pytest

import suricata_eve

# These are measured elsewhere: reading as a whole, writing, pictures, graphs, payloads and repairs.
ELSEWHERE = {"normalize_types", "payloads", "plot", "report", "to_json", "to_networkx", "to_pcap"}


def test_every_method_is_called() -> None:
    called = {call.partition("(")[0] for call in kit.METHODS}

    names = {name for name in dir(suricata_eve.EveAccessor) if not name.startswith("_")}
    assert called == names - ELSEWHERE


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kit.grown_sample(str(tmp_path_factory.mktemp("eve")), events=20_000)


def test_the_sample_grows_without_repeating_a_flow(grown: Path) -> None:
    frame = suricata_eve.read_eve(grown)

    assert len(frame) == 2 * 9_722
    assert frame["flow_id"].nunique() == 2 * 1_799
    months = frame["timestamp"][frame["event_type"] == "flow"].dt.month
    assert months.value_counts().to_dict() == {1: 1_800, 2: 1_800}


@pytest.fixture(scope="module")
def given(grown: Path) -> kit.Given:
    return kit.given(suricata_eve.read_eve(grown))


@pytest.mark.parametrize("call", list(kit.METHODS))
def test_each_call_finds_something(call: str, given: kit.Given) -> None:
    assert len(kit.METHODS[call](given))


def test_the_table_says_what_is_over_the_limit(
    grown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    into = tmp_path / "kit.json"
    monkeypatch.setattr(kit, "METHODS", {"alerts()": kit.METHODS["alerts()"]})
    options = ["--repeat", "1", "--limit", "0", "--json", str(into)]
    monkeypatch.setattr(sys, "argv", ["kit.py", str(grown), *options])

    kit.main()

    assert "| `alerts()` | " in (shown := capsys.readouterr().out)
    assert shown.rstrip().endswith("| 1,726 | **no** |")
    assert json.loads(into.read_text(encoding="utf-8"))["calls"][0]["rows"] == 1_726
