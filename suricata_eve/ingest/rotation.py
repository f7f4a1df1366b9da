"""The order in which rotated logs were written, as their names tell it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TypeAlias

__all__ = ["Key", "natural_key", "rotation_key", "unpacked_name"]

Key: TypeAlias = "tuple[object, ...]"

_PACKED = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".zstd", ".lz4")
_LOG = re.compile(r"\.(?:json|jsonl|ndjson|log)(?![0-9A-Za-z])")
# A date, perhaps with a time; of bounded length, so that the search is linear.
_DATE = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_.]?([01][0-9])[-_.]?([0-3][0-9])"
    r"(?:[-_T:]?([0-2][0-9])(?:[-_:]?([0-5][0-9])(?:[-_:]?([0-5][0-9]))?)?)?(?![0-9])"
)
_SECONDS = re.compile(r"(?<![0-9])1[0-9]{9}(?![0-9])")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]+(?![0-9A-Za-z])")


def natural_key(text: str) -> Key:
    """Return a key that sorts the numbers inside a text by their value.

    Parameters
    ----------
    text : str
        Such as the name of a file.

    Returns
    -------
    tuple
        Texts and numbers in turn.

    Examples
    --------
    >>> from suricata_eve.ingest.rotation import natural_key
    >>> sorted(["eve.10.json", "eve.9.json"], key=natural_key)
    ['eve.9.json', 'eve.10.json']
    """
    parts = re.split(r"([0-9]+)", text)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))


def unpacked_name(name: str) -> str:
    """Return the name of a file without what tells its compression.

    Parameters
    ----------
    name : str
        Name of a file.

    Returns
    -------
    str
        The name that it has when it is not compressed.

    Examples
    --------
    >>> from suricata_eve.ingest.rotation import unpacked_name
    >>> unpacked_name("eve.json.2.gz"), unpacked_name("eve.json")
    ('eve.json.2', 'eve.json')
    """
    for suffix in _PACKED:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def rotation_key(name: str) -> Key:
    """Return a key that sorts the names of a log's files from the oldest to the live one.

    Files with a date or a time in their name come first, by it; then those with a number
    behind their extension, where a larger number is older; then those without either.
    Files that are alike in this, such as those of several threads, stand side by side.

    Parameters
    ----------
    name : str
        Name of a file, without its folder.

    Returns
    -------
    tuple
        The key.

    Examples
    --------
    >>> from suricata_eve.ingest.rotation import rotation_key
    >>> names = ["eve.json", "eve.json.1", "eve.json.10.gz", "eve.json.9.gz"]
    >>> sorted(names, key=rotation_key)
    ['eve.json.10.gz', 'eve.json.9.gz', 'eve.json.1', 'eve.json']
    >>> names = ["eve.json", "eve-2026-01-01.json", "eve-2026-01-01-12:30.json"]
    >>> sorted(names, key=rotation_key)
    ['eve-2026-01-01.json', 'eve-2026-01-01-12:30.json', 'eve.json']
    """
    bare = unpacked_name(name)
    times = tuple(
        [_moment(int(seconds)) for seconds in _SECONDS.findall(bare)]
        or ["".join(parts) for parts in _DATE.findall(bare)]
    )
    undated = _DATE.sub("", _SECONDS.sub("", bare))
    log = _LOG.search(undated)
    stem, tail = (undated[: log.end()], undated[log.end() :]) if log else _at_number(undated)
    number = _NUMBER.search(tail)
    age = int(number[0]) if number else 0
    rank = 0 if times else 1 if tail else 2
    return (rank, times, -age, natural_key(stem), natural_key(name))


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d%H%M%S")


def _at_number(name: str) -> tuple[str, str]:
    """Cut a name without a known extension in front of the number at its end."""
    stem, dot, number = name.rpartition(".")
    return (stem, dot + number) if re.fullmatch("[0-9]+", number) and dot else (name, "")
