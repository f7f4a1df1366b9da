"""Sources to a dataset: what it does not have of them yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from suricata_eve.dataset.behind import Behind
from suricata_eve.dataset.intake import Intake
from suricata_eve.dataset.known import Known, file_of
from suricata_eve.dataset.layout import KEYS, LOCK, MANIFEST, OWN
from suricata_eve.dataset.lock import locked
from suricata_eve.dataset.manifest import Manifest, load
from suricata_eve.dataset.place import folder_at
from suricata_eve.dataset.settings import check_same, keys_of, recorded, with_times
from suricata_eve.dataset.store import Store
from suricata_eve.errors import EveOptionError
from suricata_eve.ingest.locate import Found
from suricata_eve.ingest.read import Reading, segmenter_of
from suricata_eve.ingest.remote import is_url
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.rest import read_rest
from suricata_eve.ingest.sources import Place, names, sources_of, total_bytes

__all__ = ["Added", "Status", "write_dataset"]

Status: TypeAlias = Literal["written", "continued", "known"]

_RUN_BYTES = 42 << 20
_COMMIT_BYTES = 1 << 30
"""Within a source there is a commit when so many bytes have come since the last one."""
_COMMIT_AT_END = 128 << 20
"""And at the end of a source when so many have: each commit makes files of its own."""


class Added(NamedTuple):
    """What a source has brought."""

    source: str
    status: Status
    lines: int
    events: int
    bytes: int


def write_dataset(
    reading: Reading, dest: str | os.PathLike[str], *, partition_by: Sequence[str]
) -> tuple[list[Added], Report]:
    """Add to a dataset what it does not have of sources yet.

    Parameters
    ----------
    reading : Reading
        What to read, and how.
    dest : str or path
        The dataset; a folder that is one, is empty, or is not there yet.
    partition_by : sequence of str
        What folders are made by.

    Returns
    -------
    list of Added
        What each source has brought.
    Report
        What was read, left out and changed by this call.

    Raises
    ------
    FileExistsError
        If the folder is not empty, and no dataset.
    EveOptionError
        If it is a URL; if an option is none for a dataset, or not the one that this dataset
        was begun with.
    EveDatasetError
        If someone else is writing to it, or it is of a newer format or damaged.
    """
    keys, options = keys_of(partition_by), recorded(reading)
    root = _folder(dest)
    sources = _without_own(sources_of(reading.source), root)
    (root / OWN).mkdir(parents=True, exist_ok=True)
    with locked(root / LOCK, what=str(root)):
        manifest = _begun(root)
        if manifest.sources:
            check_same(
                str(root),
                keys=(manifest.partition_by, keys),
                options=(manifest.options, options),
            )
        else:
            manifest = replace(manifest, partition_by=keys, options=options)
        total = Report(sources=names(sources))
        asked = with_times(replace(reading, block_bytes=_RUN_BYTES))
        store = Store(
            root,
            manifest,
            total,
            wanted=asked.wanted,
            without_times=asked.wanted != reading.wanted,
        )
        store.recover()
        with Behind("writer") as writer, Behind("digest") as hashing:
            writing = _Writing(asked, store, writer, hashing, total)
            try:
                return writing.add(sources), total
            finally:
                # Here, where the thread that writes has ended what it was doing.
                writer.end()
                store.abandon()


class _Writing:
    """One call: its sources, one after the other."""

    def __init__(
        self, reading: Reading, store: Store, writer: Behind, hashing: Behind, total: Report
    ) -> None:
        self._reading = reading
        self._store = store
        self._writer = writer
        self._hashing = hashing
        self._total = total
        self._lines = store.manifest.lines
        self._known = Known(store.manifest.sources)
        self._segmenter = segmenter_of(reading, line=self._lines)
        self._since = 0  # bytes taken since the last commit
        self._new = False  # whether there is anything to commit
        self._renamed = False

    def add(self, sources: Sequence[Place]) -> list[Added]:
        """Add what is new in sources."""
        progress = self._reading.progress or (lambda _: nullcontext())
        with progress(total_bytes(sources)) as advance:
            added = [
                self._source(source, name, advance)
                for source, name in zip(sources, self._total.sources, strict=True)
            ]
        if self._new:
            self._commit()
        self._writer.wait()
        if self._renamed or not self._store.manifest.commits:
            self._store.rename(self._known)
        return added

    def _source(self, source: Place, name: str, advance: Callable[[int], object] | None) -> Added:
        path, file = file_of(source)
        if self._known.unchanged(path, file):
            if advance is not None and file is not None:
                advance(file[2])
            return Added(name, "known", 0, 0, 0)
        intake = Intake(
            source,
            name,
            self._known,
            hashing=self._hashing,
            note=self._total.notes.append,
            advance=advance,
        )
        with ExitStack() as stack:
            stack.callback(intake.close)
            if intake.is_old:
                return Added(name, "known", 0, 0, 0)
            return self._taken(intake, name)

    def _taken(self, intake: Intake, name: str) -> Added:
        known, place = intake.known, intake.place
        had = (known.bytes, known.lines, known.events) if known is not None else (0, 0, 0)
        lines, events, position = had[1], had[2], intake.offset
        runs = read_rest(
            self._reading,
            intake.blocks(),
            self._segmenter,
            name=name,
            lines=lines,
            offset=position,
        )
        with closing(runs):
            for run in runs:
                lines += run.report.lines
                events += run.report.events
                self._lines += run.report.lines
                self._since += run.stop - position
                position = run.stop
                self._new = True
                self._writer.call(partial(self._store.add, run))
                del run
                if self._since >= _COMMIT_BYTES:
                    progress = intake.progress(position, lines=lines, events=events)
                    place = self._known.put(progress, place)
                    self._commit()
        progress = intake.progress(None, lines=lines, events=events)
        if progress.bytes:
            self._renamed = self._renamed or progress != known
            self._new = self._new or progress.bytes > had[0]
            self._known.put(progress, place)
        if self._since >= _COMMIT_AT_END:
            self._commit()
        status: Status = "written" if known is None else "continued"
        if progress.bytes == had[0]:
            status = "known"
        return Added(name, status, lines - had[1], events - had[2], progress.bytes - had[0])

    def _commit(self) -> None:
        self._writer.call(partial(self._store.commit, list(self._known), self._lines))
        self._since, self._new, self._renamed = 0, False, False


def _folder(dest: str | os.PathLike[str]) -> Path:
    """Return the folder of a dataset that is there, or can be made."""
    if isinstance(dest, str) and is_url(dest):
        msg = f"dest={dest!r} is a URL; it must be a folder of this machine"
        raise EveOptionError(msg)
    folder = folder_at(dest)
    if not folder.exists() or (folder / MANIFEST).is_file():
        return folder
    # The first call may have ended before there was a manifest.
    if folder.is_dir() and not {path.name for path in folder.iterdir()} - {OWN}:
        return folder
    msg = (
        f"{folder} exists, and is neither empty nor a dataset that to_parquet wrote; choose "
        "another folder, or remove it first"
    )
    raise FileExistsError(msg)


def _without_own(sources: Sequence[Place], root: Path) -> list[Place]:
    """Leave out files of the dataset that a pattern has found, as ``**/*.json`` its manifest."""
    own, kept = root.resolve(), []
    for source in sources:
        if isinstance(source, Found):
            path = Path(source.path).resolve()
            inside = path.relative_to(own).parts[0] if path.is_relative_to(own) else ""
            if inside == OWN or inside.partition("=")[0] in KEYS:
                continue
        kept.append(source)
    return kept


def _begun(root: Path) -> Manifest:
    from pyarrow.fs import LocalFileSystem  # noqa: PLC0415

    try:
        return load(LocalFileSystem(), root.as_posix())
    except FileNotFoundError:
        return Manifest(())
