"""The manifest of a dataset: what is in it, from which sources, with which types.

It is replaced as a whole, so that a reader sees the dataset as it was before a commit or
as it is after it.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from suricata_eve.dataset.layout import MANIFEST
from suricata_eve.errors import EveDatasetError

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

__all__ = ["FORMAT", "DataFile", "Manifest", "SourceProgress", "load", "save", "unfinished"]

FORMAT = 1
"""The number of the format that this version writes."""


@dataclass(frozen=True)
class DataFile:
    """One file of events, all of one folder.

    Attributes
    ----------
    path : str
        Within the dataset, with ``/``.
    event_type : str
        As :func:`suricata_eve.dataset.layout.type_name` returns it.
    rows, bytes : int
        Its events, and its size.
    first_line, last_line : int
        The least and the largest number of a line over all sources, from 0.
    first_seen, last_seen : int or None
        The least and the largest ``timestamp``, in microseconds since 1970; None if no event
        has one.
    no_time : int
        Events without a ``timestamp``.
    """

    path: str
    event_type: str
    rows: int
    bytes: int
    first_line: int
    last_line: int
    first_seen: int | None
    last_seen: int | None
    no_time: int


@dataclass
class SourceProgress:
    """How much of a source is in the dataset.

    Attributes
    ----------
    name : str
        What it was called when it was read last.
    head : str
        Digest of its first bytes, at most 4096, of those that were taken.
    bytes : int
        How many were taken, decompressed.
    digest : str
        Digest of these.
    lines, events : int
        How many lines they are, and events that went into the dataset.
    file : list of int, or None
        Of a file that was read to its end: device, inode, size, and time of its last change
        in nanoseconds; None if it is none, or was not.
    path : str
        The file's whole path; empty if it is none.
    cut : bool
        Whether its last line was taken before it had a line end.
    marks : list
        What it was when earlier calls had read it to its end, the last ones: how many bytes,
        and `digest` and `head` of these.
    """

    name: str
    head: str
    bytes: int
    digest: str
    lines: int
    events: int
    file: list[int] | None = None
    path: str = ""
    cut: bool = False
    marks: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass
class Manifest:
    """All of a dataset but its events.

    Attributes
    ----------
    partition_by : tuple of str
        The keys that folders are made by.
    options : dict
        What decides which events and columns are in it, as JSON holds it.
    lines : int
        Lines of all sources so far.
    commits : int
        How many there were.
    schemas : dict of str to pyarrow.Schema
        Of each event type, by its name in the name of its folder: every column of its files
        (:func:`suricata_eve.dataset.layout.column_of` gives the names), with the one type that
        it has in all of them, but for `lagging` ones. A file may lack columns, and a list of
        objects in it members.
    samples : dict of str to pyarrow.RecordBatch
        By the same names: few values of each column whose type the data decides, which need
        that type as all of its values do.
    sources : list of SourceProgress
        In the order in which they came.
    files : list of DataFile
        All files. Those of `staged` are where
        :func:`suricata_eve.dataset.layout.staged_path` says, or at their path already.
    staged : int or None
        Number of a commit whose files may not have their place yet.
    lagging : list of str
        Paths of files that may have columns of an older type than `schemas` gives.
    report : dict
        Of all calls: what ``df.attrs["eve"]`` has of a read, but for ``sources``, ``notes``
        and ``examples``.
    """

    partition_by: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    lines: int = 0
    commits: int = 0
    schemas: dict[str, pa.Schema] = field(default_factory=dict)
    samples: dict[str, pa.RecordBatch] = field(default_factory=dict)
    sources: list[SourceProgress] = field(default_factory=list)
    files: list[DataFile] = field(default_factory=list)
    staged: int | None = None
    lagging: list[str] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)


def load(filesystem: FileSystem, root: str) -> Manifest:
    """Read the manifest of a dataset.

    Parameters
    ----------
    filesystem : pyarrow.fs.FileSystem
        Where the dataset is.
    root : str
        Path of its folder there.

    Returns
    -------
    Manifest
        The manifest.

    Raises
    ------
    FileNotFoundError
        If there is none.
    EveDatasetError
        If it is damaged, or of a newer format.
    """
    path = f"{root.rstrip('/')}/{MANIFEST}"
    with filesystem.open_input_stream(path) as stream:
        data = stream.read()
    try:
        content = json.loads(data)
        number = content["format"]
        if number == FORMAT:
            return _manifest(content)
    except (ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        msg = f"{path} is no manifest of a dataset, or damaged: {error!r}"
        raise EveDatasetError(msg) from error
    msg = (
        f"{path} is of format {number!r}, and this version of suricata_eve reads format {FORMAT}; "
        "a newer version is needed"
    )
    raise EveDatasetError(msg)


def save(root: Path, manifest: Manifest) -> None:
    """Replace the manifest of a dataset, such that one or the other is there at any time.

    Parameters
    ----------
    root : path
        The dataset's folder on this machine.
    manifest : Manifest
        The manifest.
    """
    path, other = root / MANIFEST, unfinished(root)
    text = json.dumps(_content(manifest), separators=(",", ":"))
    with other.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    other.replace(path)
    _sync_folder(path.parent)


def unfinished(root: Path) -> Path:
    """Return where a manifest is until it is complete; nobody reads it there.

    Parameters
    ----------
    root : path
        The dataset's folder on this machine.

    Returns
    -------
    path
        The file.
    """
    path = root / MANIFEST
    return path.with_name(f"{path.name}.unfinished")


def _sync_folder(folder: Path) -> None:
    """Make sure that a power cut does not undo a change of names; Windows has no way to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _content(manifest: Manifest) -> dict[str, Any]:
    content = {"format": FORMAT, **vars(manifest)}
    content["schemas"] = {
        name: _text(schema.serialize()) for name, schema in manifest.schemas.items()
    }
    content["samples"] = {
        name: [_text(batch.schema.serialize()), _text(batch.serialize())]
        for name, batch in manifest.samples.items()
    }
    content["sources"] = [asdict(source) for source in manifest.sources]
    content["files"] = [vars(file) for file in manifest.files]
    return content


def _manifest(content: dict[str, Any]) -> Manifest:
    del content["format"]
    content["partition_by"] = tuple(content["partition_by"])
    content["schemas"] = {
        name: pa.ipc.read_schema(_buffer(text)) for name, text in content["schemas"].items()
    }
    content["samples"] = {
        name: pa.ipc.read_record_batch(_buffer(batch), pa.ipc.read_schema(_buffer(schema)))
        for name, (schema, batch) in content["samples"].items()
    }
    content["sources"] = [
        SourceProgress(**{**source, "marks": [tuple(mark) for mark in source["marks"]]})
        for source in content["sources"]
    ]
    content["files"] = [DataFile(**file) for file in content["files"]]
    return Manifest(**content)


def _text(buffer: pa.Buffer) -> str:
    return base64.b64encode(buffer).decode()


def _buffer(text: str) -> pa.Buffer:
    return pa.py_buffer(base64.b64decode(text))
