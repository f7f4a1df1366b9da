"""What decides which events and columns a dataset holds: recorded once, compared afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from suricata_eve.dataset.layout import KEYS
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.ingest.read import Reading
from suricata_eve.ingest.wanted import Wanted

__all__ = ["check_same", "keys_of", "recorded", "with_times"]

_SHOWN = 10


def keys_of(partition_by: Sequence[str]) -> tuple[str, ...]:
    """Check what folders are to be made by.

    Parameters
    ----------
    partition_by : sequence of str
        What was passed.

    Returns
    -------
    tuple of str
        The same.

    Raises
    ------
    EveTypeError, EveOptionError
        If it is no sequence of different keys, or ``event_type`` is not one of them.
    """
    if isinstance(partition_by, str | bytes) or not isinstance(partition_by, Sequence):
        msg = f"partition_by={partition_by!r} is not a tuple of {', '.join(map(repr, KEYS))}"
        raise EveTypeError(msg)
    keys = tuple(partition_by)
    known = all(key in KEYS for key in keys) and len(set(keys)) == len(keys)
    if not known or "event_type" not in keys:
        msg = (
            f"partition_by={keys!r} is not made of 'event_type', which must be there, "
            "and of 'date' and 'hour', each once"
        )
        raise EveOptionError(msg)
    return keys


def recorded(reading: Reading) -> dict[str, Any]:
    """Return what decides which events and columns are read, as JSON holds it.

    Parameters
    ----------
    reading : Reading
        What to read, and how.

    Returns
    -------
    dict
        The options that are not at their defaults.

    Raises
    ------
    EveOptionError
        If one of them cannot be kept for a later call.
    """
    if reading.nrows is not None:
        msg = (
            f"nrows={reading.nrows} does not go with to_parquet, which takes all of a source, so "
            "that a later call can go on; since=, until= and event_types= take a part"
        )
        raise EveOptionError(msg)
    if reading.wanted is not None and reading.wanted.chooser is not None:
        msg = (
            "columns is a function, and a later call could not tell whether its own is the same; "
            "to_parquet takes names, and patterns such as 'http.*'"
        )
        raise EveOptionError(msg)
    chosen = reading.selection
    options = {
        "event_types": None if chosen.event_types is None else sorted(chosen.event_types),
        "exclude_event_types": sorted(chosen.exclude_event_types) or None,
        "flow_ids": None if chosen.flow_ids is None else sorted(chosen.flow_ids),
        "since": chosen.since,
        "until": chosen.until,
        "contains": None
        if chosen.contains is None
        else sorted(text.decode(errors="surrogateescape") for text in chosen.contains),
        "columns": None if reading.wanted is None else list(reading.wanted.patterns),
    }
    return {name: value for name, value in options.items() if value is not None}


def check_same(
    name: str,
    *,
    keys: tuple[Sequence[str], Sequence[str]],
    options: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """Check that a dataset goes on as it began.

    Parameters
    ----------
    name : str
        The dataset.
    keys : tuple of sequences of str
        The keys of the folders, of the dataset and as asked for.
    options : tuple of dicts
        What `recorded` returned, for the dataset and now.

    Raises
    ------
    EveOptionError
        If something differs; it is named.
    """
    before, now = map(tuple, keys)
    if before != now:
        msg = (
            f"partition_by={now!r}, and the folders of {name} are made by {before!r}; "
            "give that, or another dest"
        )
        raise EveOptionError(msg)
    had, have = options
    # Other orders of columns and of texts are the same dataset.
    differing = [key for key in {**had, **have} if _plain(had.get(key)) != _plain(have.get(key))]
    if differing:
        parts = [
            f"{key}={_shown(key, have.get(key))}, and {name} was written with "
            f"{key}={_shown(key, had.get(key))}"
            for key in differing
        ]
        msg = f"{'; '.join(parts)}; give the same, or another dest"
        raise EveOptionError(msg)


def with_times(reading: Reading) -> Reading:
    """Return a reading that gives ``timestamp`` as well, which tells the folder of an event.

    Parameters
    ----------
    reading : Reading
        What to read, and how.

    Returns
    -------
    Reading
        The same, with one column more if that is not asked for.
    """
    wanted = reading.wanted
    if wanted is None or wanted.shows("timestamp"):
        return reading
    patterns = (*wanted.patterns, "timestamp")
    return replace(reading, wanted=Wanted(patterns=patterns, needed=wanted.needed))


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def _shown(key: str, value: Any) -> str:
    if key in {"since", "until"} and value is not None:
        with suppress(OverflowError):
            value = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)).isoformat()
    if isinstance(value, list) and len(value) > _SHOWN:
        return f"[{', '.join(map(repr, value[:_SHOWN]))}, ...]"
    return repr(value)
