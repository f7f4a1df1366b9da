"""Files behind URLs, as ``fsspec`` gives them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from suricata_eve.errors import MissingDependencyError
from suricata_eve.ingest.rotation import natural_key, rotation_key
from suricata_eve.optional import import_optional_dependency

__all__ = ["RemoteFile", "filesystem_of", "is_url", "remote_files"]

# Two letters at least: one is a drive.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+(?:::|://)")


@dataclass(frozen=True, eq=False)
class RemoteFile:
    """A file of a file system of ``fsspec``.

    Attributes
    ----------
    filesystem : fsspec.AbstractFileSystem
        Where it is.
    path : str
        Its path there.
    name : str
        Its URL as reports show it, without passwords and signatures.
    """

    filesystem: Any
    path: str
    name: str

    def open(self) -> IO[bytes]:
        """Return the file, opened for reading."""
        file: IO[bytes] = self.filesystem.open(self.path, "rb")
        return file

    def size(self) -> int | None:
        """Return how many bytes the file has, None where the server does not say."""
        try:
            size = self.filesystem.info(self.path).get("size")
        except OSError:
            return None
        return None if size is None else int(size)


def is_url(text: str) -> bool:
    """Tell whether a text is a URL rather than a path.

    Parameters
    ----------
    text : str
        What the user gave.

    Returns
    -------
    bool
        True for ``scheme://...`` and chains such as ``simplecache::s3://...``.

    Examples
    --------
    >>> from suricata_eve.ingest.remote import is_url
    >>> is_url("s3://logs/eve.json"), is_url("/var/log/eve.json"), is_url("eve-12:30.json")
    (True, False, False)
    """
    return "://" in text and _URL.match(text) is not None


def remote_files(
    url: str, *, pattern: str, options: Mapping[str, Any] | None = None
) -> list[RemoteFile]:
    """Find the files that a URL means, oldest first.

    Parameters
    ----------
    url : str
        URL of a file or of a folder, or one with ``*``, ``?``, ``[`` in it.
    pattern : str
        What files of a folder are called.
    options : mapping, optional
        For the file system.

    Returns
    -------
    list of RemoteFile
        One for a file; those that match for a folder or a glob.

    Raises
    ------
    MissingDependencyError
        If ``fsspec``, or the package that it needs for this kind of URL, is not installed.
    FileNotFoundError
        If there is no such file.
    """
    filesystem, path = filesystem_of(url, options=options)
    if any(sign in path for sign in "*?[") and not filesystem.exists(path):
        found = filesystem.glob(path, detail=True).values()
        sought = f"no file matches {shown(url)}"
    elif path.endswith("/") or filesystem.info(path)["type"] == "directory":
        listed = filesystem.ls(path, detail=True)
        found = [entry for entry in listed if fnmatch.fnmatchcase(_base(entry), pattern)]
        sought = f"no file matches {pattern} in {shown(url)}"
    else:
        return [RemoteFile(filesystem, path, shown(url))]
    files = [entry for entry in found if entry["type"] != "directory"]
    if not files:
        raise FileNotFoundError(sought)
    return [
        RemoteFile(filesystem, entry["name"], shown(filesystem.unstrip_protocol(entry["name"])))
        for entry in sorted(files, key=_order)
    ]


def filesystem_of(url: str, *, options: Mapping[str, Any] | None = None) -> tuple[Any, str]:
    """Return the file system of a URL, and the path there.

    Parameters
    ----------
    url : str
        The URL.
    options : mapping, optional
        For the file system.

    Returns
    -------
    fsspec.AbstractFileSystem
        It looks anew at what is there.
    str
        The path.

    Raises
    ------
    MissingDependencyError
        If ``fsspec``, or the package that it needs for this kind of URL, is not installed.
    """
    purpose = f"reading {shown(url)}"
    fsspec = import_optional_dependency("fsspec", extra="remote", purpose=purpose)
    try:
        filesystem, path = fsspec.core.url_to_fs(url, **(options or {}))
    except ImportError as error:
        msg = f"{purpose} needs a package that is not installed: {error}"
        raise MissingDependencyError(msg) from error
    # What was listed earlier may have been rotated, or written anew, since.
    filesystem.invalidate_cache()
    return filesystem, path


def shown(url: str) -> str:
    """Return a URL without what must not stand in a report: passwords and signed queries."""
    url = re.sub(r"://[^/@]*@", "://", url)
    return url.partition("?")[0] if "http" in url.partition("://")[0] else url


def _order(entry: dict[str, Any]) -> tuple[object, ...]:
    folder, _, name = entry["name"].rpartition("/")
    return (natural_key(folder), rotation_key(name))


def _base(entry: dict[str, Any]) -> str:
    base: str = entry["name"].rpartition("/")[2]
    return base
