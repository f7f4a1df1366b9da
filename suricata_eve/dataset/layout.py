"""Names in a dataset: its folders, its files, and its columns beside those of the keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

__all__ = [
    "KEYS",
    "LINE",
    "LOCK",
    "MANIFEST",
    "MISSING",
    "OTHER_TYPES",
    "OWN",
    "TYPE",
    "column_of",
    "event_type_of",
    "field_of",
    "folder_of",
    "key_values",
    "staged_path",
    "type_name",
]

OWN = "_eve"
"""The folder of what is no event; other readers skip names with an underscore."""

MANIFEST = f"{OWN}/manifest.json"
LOCK = f"{OWN}/lock"

KEYS = ("event_type", "date", "hour")
"""What folders can be made by, from the outermost one."""

LINE = "_line"
"""The column of the number of an event's line over all sources, from 0."""

MISSING = "__HIVE_DEFAULT_PARTITION__"
"""The name of a key's folder for events without it."""

OTHER_TYPES = "__other__"
"""Stands for event types that have no folder of their own; their files have `TYPE`."""

TYPE = "_event_type"
"""The column of the event type in these, as `column_of` has it, since other readers take
"event_type" from the folder's name."""

_MAX_NAME = 100
# Other readers take "Date" for "date".
_COLLIDING = re.compile(r"_*(?:event_type|date|hour)|_+line", re.IGNORECASE)
_ESCAPED = re.compile(r"_+(?:event_type|date|hour)|__+line", re.IGNORECASE)


def type_name(event_type: str | None) -> str:
    """Return the name of an event type in the name of its folder.

    Parameters
    ----------
    event_type : str or None
        The type.

    Returns
    -------
    str
        The type, percent-encoded; `MISSING` for None, and `OTHER_TYPES` for one whose name
        cannot be that of a folder.
    """
    if event_type is None:
        return MISSING
    name = quote(event_type, safe="")
    return name if len(name) <= _MAX_NAME and name != MISSING else OTHER_TYPES


def event_type_of(name: str) -> str | None:
    """Return the event type that a name stands for.

    Parameters
    ----------
    name : str
        What `type_name` returned; `OTHER_TYPES` stands for several.

    Returns
    -------
    str or None
        The type.
    """
    return None if name == MISSING else unquote(name)


def folder_of(keys: Sequence[str], values: Sequence[str]) -> str:
    """Return the folder of events, within their dataset.

    Parameters
    ----------
    keys : sequence of str
        Of `KEYS`.
    values : sequence of str
        As many; that of the type as `type_name` returns it.

    Returns
    -------
    str
        Such as ``event_type=alert/date=2026-03-02``.
    """
    return "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))


def key_values(path: str) -> dict[str, str]:
    """Return the keys that the path of a file tells.

    Parameters
    ----------
    path : str
        Within the dataset.

    Returns
    -------
    dict of str to str
        Keys to values, as `folder_of` took them.
    """
    return dict(part.split("=", 1) for part in path.split("/")[:-1] if "=" in part)


def staged_path(commit: int, path: str) -> str:
    """Return where a file of a commit is until it has its place.

    Parameters
    ----------
    commit : int
        The number of the commit.
    path : str
        The file's path within the dataset.

    Returns
    -------
    str
        Another such path.
    """
    # Not the ending of data, so that no pattern of another reader finds it.
    return f"{OWN}/staged/{commit}/{path}.unfinished"


def column_of(field: str) -> str:
    """Return the name that a field's column has in the files.

    Parameters
    ----------
    field : str
        Path of the field.

    Returns
    -------
    str
        The same, or with an underscore in front where it would be a key's or `LINE`.
    """
    return f"_{field}" if _COLLIDING.fullmatch(field) else field


def field_of(column: str) -> str:
    """Return the field that a column of a file holds.

    Parameters
    ----------
    column : str
        What `column_of` returned.

    Returns
    -------
    str
        Path of the field.
    """
    return column[1:] if _ESCAPED.fullmatch(column) else column
