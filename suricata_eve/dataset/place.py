"""Where a dataset is: a folder of this machine, or one that fsspec knows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from suricata_eve.dataset.layout import MANIFEST
from suricata_eve.dataset.manifest import Manifest, load
from suricata_eve.errors import (
    EveDatasetError,
    EveOptionError,
    EveTypeError,
)
from suricata_eve.ingest.remote import filesystem_of, is_url, shown

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

__all__ = ["Place", "folder_at", "open_dataset", "place_of"]


@dataclass(frozen=True)
class Place:
    """The folder of a dataset.

    Attributes
    ----------
    filesystem : pyarrow.fs.FileSystem
        Where it is.
    root : str
        Its path there.
    name : str
        What messages call it: a URL without passwords and signatures.
    """

    filesystem: FileSystem
    root: str
    name: str

    def path(self, inside: str) -> str:
        """Return the path of a file, given the one within the dataset."""
        return f"{self.root}/{inside}"


def folder_at(dest: str | os.PathLike[str]) -> Path:
    """Return the folder of this machine that a path means.

    Parameters
    ----------
    dest : str or path
        What was passed; ``~`` is expanded.

    Returns
    -------
    path
        The whole path; whether there is anything is not looked at.

    Raises
    ------
    EveTypeError, EveOptionError
        If it is no path of text, empty, or one that no file of Parquet's can have.
    """
    text = dest if isinstance(dest, str) else os.fspath(dest) if hasattr(dest, "__fspath__") else 0
    if not isinstance(text, str):
        msg = f"dest must be a str or a path, not {type(dest).__name__}: {dest!r}"
        raise EveTypeError(msg)
    if not text:  # a variable that is not set is no folder
        msg = "dest is empty; it must name the folder of a dataset ('.' for this one)"
        raise EveOptionError(msg)
    try:
        is_utf8 = bool(text.encode())
    except UnicodeEncodeError:
        is_utf8 = False
    if "\0" in text or not is_utf8:
        msg = f"dest={text!r} holds what is no UTF-8, or a NUL; choose another folder"
        raise EveOptionError(msg)
    # Whole, since pyarrow takes "eve:1" for a URL.
    return Path(text).expanduser().absolute()


def place_of(dest: str | os.PathLike[str]) -> Place:
    """Return where a dataset is.

    Parameters
    ----------
    dest : str or path
        A path, in which ``~`` is expanded, or a URL that fsspec knows.

    Returns
    -------
    Place
        The place; whether there is anything is not looked at.

    Raises
    ------
    EveTypeError, EveOptionError
        As :func:`folder_at`.
    MissingDependencyError
        If it is a URL, and ``fsspec``, or the package that it needs for this kind of URL, is
        not installed.
    """
    from pyarrow.fs import FSSpecHandler, LocalFileSystem, PyFileSystem  # noqa: PLC0415

    text = dest if isinstance(dest, str) else ""
    if not is_url(text):
        path = folder_at(dest)
        return Place(LocalFileSystem(), path.as_posix().rstrip("/"), str(path))
    filesystem, root = filesystem_of(text)
    return Place(PyFileSystem(FSSpecHandler(filesystem)), root.rstrip("/"), shown(text))


def open_dataset(dest: str | os.PathLike[str]) -> tuple[Place, Manifest]:
    """Find a dataset, and read its manifest.

    Parameters
    ----------
    dest : str or path
        A path, in which ``~`` is expanded, or a URL that fsspec knows.

    Returns
    -------
    Place
        Where it is.
    Manifest
        What is in it.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    EveDatasetError
        If it is no dataset of this package, or its manifest is damaged or of a newer format.
    MissingDependencyError
        As :func:`place_of`.
    """
    from pyarrow.fs import FileType  # noqa: PLC0415

    place = place_of(dest)
    try:
        return place, load(place.filesystem, place.root)
    except (FileNotFoundError, NotADirectoryError) as error:
        kind = place.filesystem.get_file_info(place.root).type
        if kind == FileType.NotFound:
            msg = f"there is no {place.name}"
            raise FileNotFoundError(msg) from error
        msg = (
            f"{place.name} is no dataset that scan_eve(...).to_parquet wrote: it has no "
            f"{MANIFEST}; pyarrow, duckdb and polars read other Parquet files"
        )
        raise EveDatasetError(msg) from error
