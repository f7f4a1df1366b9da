"""What a source means: files, folders and globs, oldest first, none twice."""

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.locate import Found, printable, sources_of


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder with a rotated log, and other things."""
    for name in ("eve.json", "eve.json.1", "eve.json.2.gz", "eve.json.10.gz", "eve-2025.json"):
        (tmp_path / name).write_bytes(b"")
    for name in ("fast.log", "eve.log", "EVE.json", ".eve.json", "reve.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "eve-folder.json").mkdir()
    return tmp_path


ORDER = ["eve.json.10.gz", "eve.json.2.gz", "eve.json.1", "eve-2025.json", "eve.json"]


def found(source: Any) -> list[str]:
    """Return the names of the files that a folder or a glob brings."""
    places = sources_of(source)
    assert all(isinstance(place, Found) for place in places)
    return [Path(place.path).name for place in places]  # type: ignore[union-attr]


def notes(source: Any) -> dict[str, tuple[str, ...]]:
    return {Path(p.path).name: p.notes for p in sources_of(source) if p.notes}  # type: ignore[union-attr]


# --- one, or several ------------------------------------------------------------------------


def test_one_source_or_several() -> None:
    stream = io.BytesIO()

    assert sources_of("a") == ["a"]
    assert sources_of(Path("a")) == [Path("a")]
    assert sources_of(stream) == [stream]
    assert sources_of(["a", Path("b"), stream]) == ["a", Path("b"), stream]
    assert sources_of(("a", Path("b"))) == ["a", Path("b")]
    assert sources_of([]) == []


def test_lists_keep_their_order_and_repetitions_at_any_depth() -> None:
    nested: Any = ["b", ["a", ("b", [], [["a"]])], "a"]

    assert sources_of(nested) == ["b", "a", "b", "a", "a"]


@pytest.mark.parametrize("data", [b"{}", bytearray(b"{}"), memoryview(b"{}")])
def test_bytes_are_a_source(data: Any) -> None:
    assert sources_of(data) == [data]
    assert sources_of(["a", data]) == ["a", data]


@pytest.mark.parametrize("source", [None, 7, {"a"}, ["a", 7], iter(["a"]), {"a": 1}])
def test_what_else_is_no_source(source: Any) -> None:
    with pytest.raises(EveTypeError, match=r"^cannot read EVE from \w+; expected a path"):
        sources_of(source)


@pytest.mark.parametrize(
    "path",
    ["", "/no/such/eve.json", "eve\0.json", "x" * 5000, "http:/a", "c:eve.json", "~nobody/a"],
)
def test_what_is_wrong_with_a_path_is_told_when_it_is_opened(path: str) -> None:
    assert sources_of(path) == [path]


# --- folders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, Path, lambda path: f"{path}/"])
def test_a_folder_means_its_eve_files_oldest_first(logs: Path, kind: Any) -> None:
    assert found(kind(logs)) == ORDER
    assert {Path(place.path).parent for place in sources_of(logs)} == {logs}  # type: ignore[union-attr]


def test_a_folder_in_a_list_is_a_folder_too(logs: Path) -> None:
    places = sources_of([logs / "eve.json", logs, "x"])

    assert places[0] == logs / "eve.json"
    assert len(places) == 1 + len(ORDER) + 1


def test_the_home_folder_is_expanded(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(logs))

    assert found("~") == ORDER
    assert found("~/*.1") == ["eve.json.1"]
    assert sources_of("~/eve.json") == ["~/eve.json"]


def test_a_folder_without_eve_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "fast.log").write_bytes(b"")
    with pytest.raises(FileNotFoundError) as caught:
        sources_of(tmp_path)

    assert str(caught.value) == f"[Errno 2] no file eve*.json* in the folder: {str(tmp_path)!r}"
    assert caught.value.filename == str(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    try:
        with pytest.raises(PermissionError):
            sources_of(tmp_path)
    finally:
        tmp_path.chmod(0o700)


# --- globs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("eve*.json*", ORDER),
        ("eve.json.?", ["eve.json.1"]),
        ("eve.json.[0-9]*", ["eve.json.10.gz", "eve.json.2.gz", "eve.json.1"]),
        ("*.log", ["eve.log", "fast.log"]),
        ("**/eve.json", ["eve.json"]),
    ],
)
def test_a_glob_gives_the_same_order(logs: Path, pattern: str, expected: list[str]) -> None:
    assert found(f"{logs}/{pattern}") == expected
    assert found(logs / pattern) == expected


def test_a_relative_glob(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(logs)

    assert sources_of("eve.json.*.gz") == [Found("eve.json.10.gz"), Found("eve.json.2.gz")]
    assert found(".") == ORDER


def test_a_glob_over_folders_goes_folder_by_folder(tmp_path: Path) -> None:
    """Folders in the order of the numbers in their names."""
    for sensor in ("sensor10", "sensor9", "sensor9/old"):
        (tmp_path / sensor).mkdir(exist_ok=True)
        for name in ("eve.json", "eve.json.1"):
            (tmp_path / sensor / name).write_bytes(b"")
    places = [Path(p.path).relative_to(tmp_path) for p in sources_of(f"{tmp_path}/**/eve*")]  # type: ignore[union-attr]

    assert [str(place) for place in places] == [
        str(Path(folder, name))
        for folder in ("sensor9", "sensor9/old", "sensor10")
        for name in ("eve.json.1", "eve.json")
    ]


@pytest.mark.parametrize("name", ["eve[1].json", "eve*.json", "eve?.json", "[a]*"])
def test_a_file_of_that_very_name_is_meant(tmp_path: Path, name: str) -> None:
    for each in (name, "eve1.json"):
        (tmp_path / each).write_bytes(b"")

    assert sources_of(f"{tmp_path}/{name}") == [f"{tmp_path}/{name}"]


def test_a_folder_of_that_very_name_is_meant(tmp_path: Path) -> None:
    folder = tmp_path / "logs[1]"
    folder.mkdir()
    (folder / "eve.json").write_bytes(b"")

    assert found(folder) == ["eve.json"]


@pytest.mark.parametrize("pattern", ["no*.json", "**/no.json", "[x]", "eve-fold*"])
def test_a_glob_that_matches_no_file_is_an_error(logs: Path, pattern: str) -> None:
    """A folder is no file."""
    with pytest.raises(FileNotFoundError) as caught:
        sources_of(["eve.json", str(logs / pattern)])

    assert str(caught.value) == (
        f"[Errno 2] No such file or directory, and no file matches it: {str(logs / pattern)!r}"
    )


# --- the same file twice ----------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["", "*.json*", "**/*.json*"])
def test_links_to_a_file_that_is_there_are_left_out(tmp_path: Path, pattern: str) -> None:
    """As Suricata's `eve.json` is a link to today's file."""
    today = tmp_path / "eve-2026-01-02.json"
    today.write_bytes(b"")
    (tmp_path / "eve-2026-01-01.json").write_bytes(b"")
    (tmp_path / "eve.json").symlink_to(today.name)
    (tmp_path / "eve-0.json").symlink_to(today)
    (tmp_path / "eve.json.1").hardlink_to(today)

    assert found(tmp_path / pattern) == ["eve-2026-01-01.json", "eve-2026-01-02.json"]


def test_a_link_to_a_file_elsewhere_is_read(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "elsewhere").write_bytes(b"")
    (tmp_path / "logs/eve.json").symlink_to("../elsewhere")

    assert found(tmp_path / "logs") == ["eve.json"]


def test_a_folder_given_twice_in_a_list_is_read_twice(logs: Path) -> None:
    assert found([logs, logs]) == ORDER * 2


# --- what must be told ---------------------------------------------------------------------------


def test_a_file_and_its_compressed_copy_are_both_read_and_told(tmp_path: Path) -> None:
    """As logrotate leaves them while it compresses."""
    for name in ("eve.json", "eve.json.1", "eve.json.1.gz", "eve.json.1.zst", "eve.json.2.gz"):
        (tmp_path / name).write_bytes(b"")

    assert len(found(tmp_path)) == 5
    assert notes(tmp_path) == {
        "eve.json.1.gz": ("may hold the same events as eve.json.1",),
        "eve.json.1.zst": ("may hold the same events as eve.json.1",),
    }


def test_no_copy_is_seen_in_another_folder(tmp_path: Path) -> None:
    for name in ("a/eve.json.1", "b/eve.json.1.gz"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"")

    assert notes(f"{tmp_path}/*/eve*") == {}


@pytest.mark.skipif(sys.platform == "win32", reason="no such files")
def test_what_is_no_file_is_left_out_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to nothing, a pipe that would be waited for, a socket that cannot be opened."""
    (tmp_path / "eve.json").write_bytes(b"")
    (tmp_path / "eve-gone\n.json").symlink_to("nothing")
    (tmp_path / "eve-loop.json").symlink_to("eve-loop.json")
    os.mkfifo(tmp_path / "eve-pipe.json")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("eve-socket.json")

        told = "left out what is no file beside it: "
        told += r"eve-pipe.json, eve-socket.json, eve-gone\n.json, eve-loop.json"
        assert found(tmp_path) == ["eve.json"]
        assert notes(tmp_path) == {"eve.json": (told,)}
        with pytest.raises(FileNotFoundError):
            sources_of(f"{tmp_path}/eve-pi*")


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("eve.json", "eve.json"),
        ("日本 é.json", "日本 é.json"),
        ("a\nb\r\t\x1b[31m", r"a\nb\r\t\x1b[31m"),
        (os.fsdecode(b"\xe9\xff.json"), r"\xe9\xff.json"),
        ("\ud800", r"\ud800"),
        ("\u202e\u2028", r"\u202e\u2028"),
        ("", ""),
    ],
)
def test_a_name_can_stand_in_a_line_of_text(name: str, shown: str) -> None:
    assert printable(name) == shown
    assert printable(name).encode().decode() == shown


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_any_name_is_found(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/eve\n\xe9.json"
    with open(odd, "wb"):  # noqa: PTH123
        pass
    (place,) = sources_of(tmp_path)

    assert isinstance(place, Found)
    assert os.fsencode(place.path) == odd
