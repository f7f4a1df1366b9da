"""The comparison runs, names what it cannot run, and does not pass over unlike answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import compare
import pytest
from measure import Result, Task, measure, measure_all
from ways import ALERTS, WHOLE

if TYPE_CHECKING:
    from ways import Way

SCRIPT = Path(__file__).with_name("compare.py")
EVENT = '{"timestamp":"2026-01-05T10:00:00.000000+0000","event_type":"flow","flow_id":1}\n'
ALERT = (
    '{"timestamp":"2026-01-05T10:00:00.000000+0000","event_type":"alert","src_ip":"10.0.0.1",'
    '"dest_ip":"10.0.0.2","alert":{"signature":"A","rev":1},"packet_info":{"linktype":1}}\n'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with 30 flows and 20 alerts, its name with a quote in it."""
    path = tmp_path / "eve's.json"
    path.write_text(EVENT * 30 + ALERT * 20, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [*WHOLE, *ALERTS])
def test_every_way_finds_every_event(name: str, path: Path) -> None:
    way = {**WHOLE, **ALERTS}[name]
    for module in way.modules:
        pytest.importorskip(module)

    result = measure(Task(name, str(path)))

    assert result.facts == {"rows": 20 if name in ALERTS else 50}
    assert 0 < result.seconds <= result.first
    assert result.cpu > 0
    assert 0 < result.rest <= result.peak


def test_the_tables_have_a_row_for_every_way(path: Path, tmp_path: Path) -> None:
    into = tmp_path / "figures.json"
    command = [sys.executable, str(SCRIPT), str(path), "--repeat", "1", "--json", str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(into.read_text(encoding="utf-8"))

    assert "50 events" in done.stdout
    for way in (*WHOLE.values(), *ALERTS.values()):
        assert f"| {way.title} | " in done.stdout
    assert "events found: 50 by every way" in done.stdout
    assert "events found: 20 by every way" in done.stdout
    assert set(figures["results"]) == {*WHOLE, *ALERTS}
    assert figures["files"] == [
        {"name": path.name, "bytes": path.stat().st_size, "events": 50},
    ]
    assert figures["versions"]["pandas"]


def test_a_way_whose_library_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    way = WHOLE["json"]._replace(title="absent", modules=("no_such_library",))
    monkeypatch.setitem(WHOLE, "absent", way)
    monkeypatch.setattr("measure.WAYS", {"absent": way})

    assert compare.compare(path, repeat=1, only="absent")
    assert "| absent | skipped: no_such_library is not installed |" in capsys.readouterr().out


def test_ways_that_find_unlike_numbers_of_events_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    def outcomes(tasks: list[Task], *, repeat: int) -> dict[Task, Result | str]:
        assert repeat == 1
        return {
            task: Result(2.0, 2.0, 3.0, 1, 2, {"rows": rows})
            for rows, task in enumerate(tasks, 50)
            if task.way in {"suricata_eve", "json"}
        }

    monkeypatch.setattr(compare, "measure_all", outcomes)

    assert not compare.compare(path, repeat=1)
    assert "events found: suricata_eve 50, json 51" in capsys.readouterr().out


def test_a_way_that_fails_is_not_tried_again_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    tried: list[Task] = []

    def run(task: Task) -> Result | str:
        tried.append(task)
        return "broken" if task.way == "json" else Result(1 / len(tried), 1, 1, 1, len(tried), {})

    monkeypatch.setattr("measure._in_own_process", run)
    bad, good = Task("json", str(path)), Task("suricata_eve", str(path))

    found = measure_all([bad, good], repeat=3)

    assert tried == [bad, good, good, good]
    assert found == {bad: "broken", good: Result(0.25, 1, 1, 1, 4, {})}


def test_the_package_is_the_first_way_of_each_table() -> None:
    """What the others are compared with."""
    tables: list[dict[str, Way]] = [WHOLE, ALERTS]

    assert [next(iter(ways.values())).modules for ways in tables] == [("suricata_eve",)] * 2
