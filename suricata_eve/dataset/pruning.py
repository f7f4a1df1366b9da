"""Which files of a dataset may hold events that are asked for, as its manifest tells."""

from __future__ import annotations

from suricata_eve.dataset.layout import OTHER_TYPES, event_type_of
from suricata_eve.dataset.manifest import DataFile, Manifest
from suricata_eve.ingest.selection import EVERYTHING, Selection

__all__ = ["files_of", "is_whole", "may_hold"]


def files_of(manifest: Manifest, selection: Selection = EVERYTHING) -> list[DataFile]:
    """List the files that may hold events that are asked for, in the order of their rows.

    Parameters
    ----------
    manifest : Manifest
        What is in the dataset.
    selection : Selection, optional
        Which events; all by default.

    Returns
    -------
    list of DataFile
        Those of one event type follow one another; types as they first appear in the dataset,
        files by their first line. The files of one type may hold lines between those of each
        other.
    """
    first: dict[str, int] = {}
    for file in manifest.files:
        first[file.event_type] = min(file.first_line, first.get(file.event_type, file.first_line))
    kept = [file for file in manifest.files if may_hold(file, selection)]
    return sorted(
        kept, key=lambda file: (first[file.event_type], file.event_type, file.first_line, file.path)
    )


def may_hold(file: DataFile, selection: Selection) -> bool:
    """Tell whether a file may hold events that are asked for.

    Parameters
    ----------
    file : DataFile
        The file.
    selection : Selection
        Which events are.

    Returns
    -------
    bool
        False if it need not be opened.
    """
    if not file.rows or not _may_have_type(file.event_type, selection):
        return False
    return _may_be_in_time(file, selection)


def is_whole(file: DataFile, selection: Selection) -> bool:
    """Tell whether all events of a file are asked for, as far as types do not decide.

    Parameters
    ----------
    file : DataFile
        The file.
    selection : Selection
        Which events are.

    Returns
    -------
    bool
        False if the events must be looked at.
    """
    if selection.flow_ids is not None:
        return False
    if not selection.by_time:
        return True
    if file.no_time or file.first_seen is None or file.last_seen is None:
        return False
    since, until = selection.since, selection.until
    return (since is None or file.first_seen >= since) and (until is None or file.last_seen < until)


def _may_have_type(name: str, selection: Selection) -> bool:
    if name == OTHER_TYPES:  # any type that came late is there too
        return selection.event_types is None or bool(selection.event_types)
    return selection.has_type(event_type_of(name))


def _may_be_in_time(file: DataFile, selection: Selection) -> bool:
    if not selection.by_time:
        return True
    if file.first_seen is None or file.last_seen is None:
        return False
    since, until = selection.since, selection.until
    return (since is None or file.last_seen >= since) and (until is None or file.first_seen < until)
