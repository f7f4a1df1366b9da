"""What a user's source means: the concrete files and streams to read, in order."""

from __future__ import annotations

import errno
import fnmatch
import glob
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.remote import RemoteFile, is_url, remote_files
from suricata_eve.ingest.rotation import Key, natural_key, rotation_key, unpacked_name

__all__ = ["EVE_FILES", "Found", "Place", "Source", "sources_of"]

Source: TypeAlias = "str | os.PathLike[str] | IO[bytes] | bytes | bytearray | memoryview"
"""What a user may give, alone or in a list."""

EVE_FILES = "eve*.json*"
"""What the files in a folder are called that are read."""


@dataclass(frozen=True)
class Found:
    """A file that a folder or a glob brought.

    Attributes
    ----------
    path : str
        Where it is.
    notes : tuple of str
        What a report must say of how it was found.
    """

    path: str
    notes: tuple[str, ...] = ()


Place: TypeAlias = "Source | Found | RemoteFile"
"""One file or stream, to be opened as it is."""


def sources_of(
    source: Source | Sequence[Source], *, storage_options: Mapping[str, Any] | None = None
) -> list[Place]:
    """Return the files and streams that a source means, in the order to read them.

    Parameters
    ----------
    source : str, path, URL, bytes, binary file object, or a sequence of these
        What the user gave. A path may start with ``~``. Unless there is a file of that very
        name, a string with ``*``, ``?`` or ``[`` is a glob (``**`` for folders of any depth).
        A folder means its files ``eve*.json*``. Both come oldest first, folder by folder,
        as :func:`~suricata_eve.ingest.rotation.rotation_key` sorts, and bring no file twice.
        Bytes are EVE text itself. A sequence keeps its order, and what is in it twice.
    storage_options : mapping, optional
        What ``fsspec`` is to know of the file systems of URLs, such as who asks.

    Returns
    -------
    list
        What :func:`~suricata_eve.ingest.sources.blocks` takes.

    Raises
    ------
    FileNotFoundError
        If a folder or a glob brings no file.
    EveTypeError
        If a source is something else.
    MissingDependencyError
        If it is a URL, and ``fsspec`` is not installed.
    """
    if isinstance(source, str | os.PathLike):
        return _located(source, storage_options)
    if isinstance(source, bytes | bytearray | memoryview):
        return [source]
    if hasattr(source, "read"):
        return [source]  # type: ignore[list-item]
    if isinstance(source, Sequence):
        return [
            one
            for each in source
            for one in sources_of(each, storage_options=storage_options)  # type: ignore[arg-type]
        ]
    msg = (
        f"cannot read EVE from {type(source).__name__}; expected a path, a list of paths, "
        "bytes or a binary file object"
    )
    raise EveTypeError(msg)


def _located(
    source: str | os.PathLike[str], storage_options: Mapping[str, Any] | None
) -> list[Place]:
    if isinstance(source, str) and is_url(source):
        return list(remote_files(source, pattern=EVE_FILES, options=storage_options))
    text = os.fsdecode(source)
    path = Path(text).expanduser()
    try:
        is_folder = path.is_dir() and text != ""  # a variable that is not set is no folder
        exists = is_folder or path.exists()
    except (OSError, ValueError):
        # Too long a name, a NUL in it: as for all that is wrong with a path, `open` tells.
        is_folder = exists = False
    if is_folder:
        inside = [each for each in path.iterdir() if fnmatch.fnmatchcase(each.name, EVE_FILES)]
        return list(_files(inside, sought=f"no file {EVE_FILES} in the folder", where=str(path)))
    if not exists and any(sign in str(path) for sign in "*?["):
        # Path.glob takes no absolute pattern, and would give hidden files.
        matches = glob.glob(str(path), recursive=True)  # noqa: PTH207
        sought = "No such file or directory, and no file matches it"
        return list(_files(map(Path, matches), sought=sought, where=str(path)))
    return [source]


def _files(paths: Iterable[Path], *, sought: str, where: str) -> list[Found]:
    """Take the files among some paths, each once, and put them in order."""
    files: dict[object, Path] = {}
    others: list[str] = []
    # A link that names the same file is the one to go: eve.json -> eve-2026-01-01.json.
    for path in sorted(paths, key=lambda path: (path.is_symlink(), _order(path))):
        try:
            status = path.stat()
        except PermissionError:
            files[path] = path
            continue
        except OSError:
            others.append(path.name)
            continue
        if stat.S_ISREG(status.st_mode):
            files.setdefault((status.st_dev, status.st_ino), path)
        elif not stat.S_ISDIR(status.st_mode):
            others.append(path.name)
    if not files:
        raise FileNotFoundError(errno.ENOENT, sought, where)
    ordered = sorted(files.values(), key=_order)
    notes = [[f"may hold the same events as {twin}"] if twin else [] for twin in _twins(ordered)]
    if others:
        notes[0].append(f"left out what is no file beside it: {', '.join(map(printable, others))}")
    return [Found(str(path), tuple(each)) for path, each in zip(ordered, notes, strict=True)]


def _order(path: Path) -> tuple[Key, Key]:
    return natural_key(str(path.parent)), rotation_key(path.name)


def _twins(paths: Iterable[Path]) -> list[str | None]:
    """Name, for each path, an earlier one that differs only in its compression."""
    seen: dict[Path, str] = {}
    twins = []
    for path in paths:
        plain = path.with_name(unpacked_name(path.name))
        twins.append(printable(seen[plain]) if plain in seen else None)
        seen.setdefault(plain, path.name)
    return twins


def printable(name: str) -> str:
    r"""Return a name such that it can stand in a line of text, and in JSON.

    Parameters
    ----------
    name : str
        Name of a file, which may hold any byte but NUL.

    Returns
    -------
    str
        The name, with what cannot be printed escaped, and bytes that are not UTF-8 as ``\xe9``.

    Examples
    --------
    >>> from suricata_eve.ingest.locate import printable
    >>> print(printable("eve\n\udce9.json"))
    eve\n\xe9.json
    """
    if name.isprintable():
        return name
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in name)


def _escaped(sign: str) -> str:
    if "\udc80" <= sign <= "\udcff":  # how Python spells a byte that is not UTF-8
        return f"\\x{ord(sign) - 0xDC00:02x}"
    return sign.encode("unicode_escape").decode()
