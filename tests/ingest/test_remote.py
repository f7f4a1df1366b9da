"""URLs, by way of fsspec: files, folders and globs as they are on disk."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from suricata_eve.errors import MissingDependencyError
from suricata_eve.ingest.remote import RemoteFile, is_url, remote_files
from suricata_eve.ingest.sources import blocks, names, sources_of, total_bytes

fsspec = pytest.importorskip("fsspec")

FILES = {
    "eve.json": b"live\n",
    "eve.json.10.gz": gzip.compress(b"ten\n"),
    "eve.json.9.gz": gzip.compress(b"nine\n"),
    "eve[1].json": b"brackets\n",
    "fast.log": b"fast\n",
    "eve-folder.json/eve.json": b"deeper\n",
}


@pytest.fixture
def memory() -> Iterator[str]:
    """Return the URL of a folder in memory."""
    filesystem = fsspec.filesystem("memory")
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]
    for name, data in FILES.items():
        filesystem.pipe(f"/logs/{name}", data)
    yield "memory://logs"
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]


def text(source: Any) -> bytes:
    """Return all that a source holds."""
    places = sources_of(source)
    assert all(isinstance(place, RemoteFile) for place in places)
    return b"".join(
        bytes(block)
        for place in places
        for block in blocks(place, block_bytes=1 << 20, note=pytest.fail)
    )


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("s3://bucket/eve.json", True),
        ("memory://eve.json", True),
        ("simplecache::s3://bucket/eve.json", True),
        ("zip://*.json::http://host/a.zip", True),
        ("git+ssh://host/a", True),
        ("/var/log/eve.json", False),
        ("eve-2026-01-01-12:30.json", False),
        ("c://eve.json", False),
        ("./s3://bucket", False),
        ("a b://c", False),
        ("://c", False),
        ("", False),
    ],
)
def test_what_is_a_url(path: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_url(path) is is_one


def test_a_file(memory: str) -> None:
    assert text(f"{memory}/eve.json") == b"live\n"
    assert text(f"{memory}/eve.json.9.gz") == b"nine\n"
    assert text([f"{memory}/eve.json", [f"{memory}/eve.json"]]) == b"live\nlive\n"


@pytest.mark.parametrize("path", ["", "/"])
def test_a_folder_in_the_order_of_rotation(memory: str, path: str) -> None:
    assert text(memory + path) == b"ten\nnine\nlive\nbrackets\n"


@pytest.mark.parametrize(
    ("pattern", "data"),
    [
        ("eve*.gz", b"ten\nnine\n"),
        ("eve.json*", b"ten\nnine\nlive\n"),
        ("**/eve.json", b"deeper\nlive\n"),
        ("eve[1].json", b"brackets\n"),
    ],
)
def test_a_glob(memory: str, pattern: str, data: bytes) -> None:
    """A folder that it matches is left out; a file of that very name is meant."""
    found = text(f"{memory}/{pattern}")

    assert sorted(found.splitlines()) == sorted(data.splitlines())
    if "**" not in pattern:
        assert found == data


@pytest.mark.parametrize("path", ["/no.json", "/no*.json", "/no/", "/eve-fold*"])
def test_what_is_not_there_is_an_error(memory: str, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        sources_of(memory + path)


def test_a_folder_without_eve_files_says_what_was_looked_for(memory: str) -> None:
    fsspec.filesystem("memory").pipe("/other/fast.log", b"")

    with pytest.raises(FileNotFoundError, match=r"^no file matches eve\*\.json\* in memory://oth"):
        sources_of("memory://other")
    with pytest.raises(FileNotFoundError, match=r"^no file matches memory://logs/no\*$"):
        sources_of(f"{memory}/no*")


def test_names_and_sizes(memory: str) -> None:
    places = sources_of([f"{memory}/eve.json", f"{memory}/*.gz"])

    assert names(places) == [
        "memory://logs/eve.json",
        "memory:///logs/eve.json.10.gz",
        "memory:///logs/eve.json.9.gz",
    ]
    assert total_bytes(places) == sum(
        len(FILES[name]) for name in ("eve.json", "eve.json.10.gz", "eve.json.9.gz")
    )


def test_what_is_read_is_counted(memory: str) -> None:
    (place,) = sources_of(f"{memory}/eve.json.9.gz")
    counted: list[int] = []
    list(blocks(place, block_bytes=4, note=pytest.fail, advance=counted.append))

    assert sum(counted) == total_bytes([place])


def test_local_files_by_url(tmp_path: Path) -> None:
    (tmp_path / "eve.json").write_bytes(b"a\n")

    assert text(f"file://{tmp_path}/eve.json") == b"a\n"
    assert text(f"file://{tmp_path}") == b"a\n"
    assert text(f"simplecache::file://{tmp_path}/eve.json") == b"a\n"


def test_a_folder_is_listed_anew(memory: str) -> None:
    """What was seen before may have been rotated since."""
    before = text(memory)
    fsspec.filesystem("memory").pipe("/logs/eve.json.11", b"eleven\n")

    assert text(memory) == b"eleven\n" + before


class Server:
    """A file system that says little and counts what it is asked."""

    def __init__(self, size: int | None) -> None:
        self.size = size
        self.asked: list[str] = []

    def invalidate_cache(self) -> None: ...

    def exists(self, path: str) -> bool:
        self.asked.append(f"exists {path}")
        return True

    def info(self, path: str) -> dict[str, Any]:
        self.asked.append(f"info {path}")
        return {"name": path, "type": "file", "size": self.size}


@pytest.mark.parametrize("size", [None, 7])
def test_a_query_is_no_glob_and_a_server_need_not_tell_sizes(
    monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    """And what a URL holds that must not be told stands in no report."""
    server = Server(size)
    url = "https://user:secret@host/eve.json?signature=secret"
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda url: (server, url))
    (file,) = remote_files(url, pattern="eve*.json*")

    assert (file.path, file.name) == (url, "https://host/eve.json")
    assert "secret" not in str(names([file]))
    assert server.asked == [f"exists {url}", f"info {url}"]
    assert total_bytes([file]) == size


def test_a_server_that_fails_to_tell_the_size(memory: str) -> None:
    (place,) = sources_of(f"{memory}/eve.json")
    fsspec.filesystem("memory").rm("/logs/eve.json")

    assert total_bytes([place]) is None


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(
        MissingDependencyError,
        match=r"^reading s3://logs/a needs fsspec, .*; pip install 'suricata_eve\[remote\]'$",
    ):
        sources_of("s3://user:secret@logs/a")


def test_without_the_package_of_a_scheme_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        msg = "Install s3fs to access S3"
        raise ImportError(msg)

    monkeypatch.setattr(fsspec.core, "url_to_fs", refuse)
    with pytest.raises(MissingDependencyError, match=r"not installed: Install s3fs to access S3$"):
        sources_of("s3://logs/eve.json")
