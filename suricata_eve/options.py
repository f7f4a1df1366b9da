"""What users pass to the readers, checked and turned into what the readers work with."""

from __future__ import annotations

import datetime as dt
import json
import operator
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, SupportsIndex, TypeAlias, get_args

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.ingest.report import Mender, Mishap
from suricata_eve.ingest.selection import EVERYTHING, Selection
from suricata_eve.ingest.wanted import Wanted

__all__ = [
    "BadLine",
    "Columns",
    "FlowIds",
    "Texts",
    "Time",
    "batch_of",
    "check_choice",
    "integer_of",
    "mender_of",
    "rows_of",
    "selection_of",
    "wanted_of",
]

Texts: TypeAlias = "str | Iterable[str]"
FlowIds: TypeAlias = "int | Iterable[int] | pd.Series[Any] | pd.Index[Any] | ExtensionArray"
Time: TypeAlias = "str | dt.datetime | np.datetime64"
Columns: TypeAlias = "str | Iterable[str] | Callable[[str], bool]"


_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}


class BadLine(NamedTuple):
    """A line that is no event, as ``on_bad_lines=`` gets it if it is a function."""

    source: str
    """Name of the source."""
    line: int
    """Number of the line in its source, from 1."""
    offset: int
    """Byte offset of the line's start in its source, decompressed."""
    reason: str
    """Why it is no event."""
    text: bytes
    """The line itself, with its line end."""


def check_choice(name: str, value: object, choices: object) -> None:
    """Check that an option is one of its choices.

    Parameters
    ----------
    name : str
        The option.
    value : object
        What was passed.
    choices : typing.Literal
        What may be.

    Raises
    ------
    EveOptionError
        If it is none of them.
    """
    options = get_args(choices)
    if not isinstance(value, str) or value not in options:
        msg = f"{name}={value!r} is not one of {', '.join(map(repr, options))}"
        raise EveOptionError(msg)


def selection_of(
    *,
    event_types: Texts | None,
    exclude_event_types: Texts | None,
    flow_ids: FlowIds | None,
    since: Time | None,
    until: Time | None,
    contains: str | bytes | Iterable[str | bytes] | None,
) -> Selection:
    """Return the conditions that options set.

    Parameters
    ----------
    event_types, exclude_event_types, flow_ids, since, until, contains
        As :func:`suricata_eve.read_eve` takes them.

    Returns
    -------
    Selection
        The conditions.

    Raises
    ------
    EveTypeError, EveOptionError
        If an option is of the wrong kind, or no text, number or time that it can be.
    """
    selection = Selection(
        event_types=None if event_types is None else _texts("event_types", event_types),
        exclude_event_types=frozenset()
        if exclude_event_types is None
        else _texts("exclude_event_types", exclude_event_types),
        flow_ids=None if flow_ids is None else _integers("flow_ids", flow_ids),
        since=_microseconds("since", since),
        until=_microseconds("until", until),
        contains=None if contains is None else _needles(contains),
    )
    return EVERYTHING if selection == EVERYTHING else selection


def wanted_of(columns: Columns | None, selection: Selection) -> Wanted | None:
    """Return the columns that an option asks for.

    Parameters
    ----------
    columns : str, iterable of str, callable or None
        As :func:`suricata_eve.read_eve` takes it.
    selection : Selection
        The conditions, whose fields must be read as well.

    Returns
    -------
    Wanted or None
        The columns; None for all.

    Raises
    ------
    EveTypeError, EveOptionError
        If it is something else, or a pattern that is not understood.
    """
    if columns is None:
        return None
    needed = tuple(dict.fromkeys([*selection.paths, "event_type"]))
    if callable(columns):
        return Wanted(chooser=_asked_once(columns), needed=needed)
    patterns = tuple(dict.fromkeys(_listed("columns", columns)))
    for pattern in patterns:
        if "*" in pattern.removesuffix(".*"):
            msg = (
                f"columns={pattern!r}: '*' may only follow the last dot, as in 'http.*'; "
                "a function, such as a regular expression's match, can choose by any rule"
            )
            raise EveOptionError(msg)
    return Wanted(patterns=patterns, needed=needed)


def rows_of(nrows: int | None) -> int | None:
    """Return a number of events.

    Parameters
    ----------
    nrows : int or None
        What was passed.

    Returns
    -------
    int or None
        The number.

    Raises
    ------
    EveOptionError
        If it is no number of events.
    """
    if nrows is None:
        return None
    rows = _integer(nrows)
    if rows is None or rows < 0:
        msg = f"nrows={nrows!r} is not a number of events"
        raise EveOptionError(msg)
    return rows


def batch_of(events: int) -> int:
    """Return how many events a batch has.

    Parameters
    ----------
    events : int
        What was passed.

    Returns
    -------
    int
        The number.

    Raises
    ------
    EveOptionError
        If it is no positive number.
    """
    number = _integer(events)
    if number is None or number < 1:
        msg = f"events={events!r} is not a positive number of events"
        raise EveOptionError(msg)
    return number


def integer_of(option: str, value: object, what: str, *, least: int, most: float) -> int:
    """Return the integer that an option is.

    Parameters
    ----------
    option : str
        Its name.
    value : object
        What was passed.
    what : str
        What it has to be, for the message.
    least : int
        The least that it may be.
    most : float
        The most; infinity if there is none.

    Returns
    -------
    int
        The integer.

    Raises
    ------
    EveTypeError
        If it is no integer.
    EveOptionError
        If it is less or more.
    """
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        msg = f"{option} is an integer, not {type(value).__name__}: {value!r}"
        raise EveTypeError(msg)
    number = operator.index(value)
    if not least <= number <= most:
        msg = f"{option} is {what}, not {number}"
        raise EveOptionError(msg)
    return number


def mender_of(function: Callable[[BadLine], object]) -> Mender:
    """Return what asks a user's function for a line to read in the place of a bad one.

    Parameters
    ----------
    function : callable
        Given a :class:`BadLine`, returns None, or a line as text, bytes or a dict.

    Returns
    -------
    callable
        The same, in bytes.
    """

    def mended(mishap: Mishap, line: bytes) -> bytes | None:
        answer = function(BadLine(*mishap, line))
        if answer is None or isinstance(answer, bytes):
            return answer
        if isinstance(answer, str):
            return answer.encode(errors="surrogatepass")
        place = f"for line {mishap.line} of {mishap.source}"
        if isinstance(answer, dict):
            try:
                return json.dumps(answer).encode()
            except (TypeError, ValueError, RecursionError) as error:
                msg = f"on_bad_lines returned a dict {place} that JSON cannot hold: {error}"
                raise EveTypeError(msg) from error
        msg = (
            f"on_bad_lines returned {type(answer).__name__} {place}; "
            "expected None, or an event as a dict, str or bytes"
        )
        raise EveTypeError(msg)

    return mended


def _asked_once(function: Callable[[str], bool]) -> Callable[[str], bool]:
    """Ask a user's function once for each path, and never on two threads at a time."""
    answers: dict[str, bool] = {}
    lock = threading.RLock()

    def answer(path: str) -> bool:
        if path not in answers:
            with lock:
                if path not in answers:
                    answers[path] = bool(function(path))
        return answers[path]

    return answer


def _listed(name: str, value: object) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if isinstance(values, bytes) or not isinstance(values, Iterable):
        msg = f"{name}={value!r} is neither a text nor a list of texts"
        raise EveTypeError(msg)
    texts = list(values)
    for text in texts:
        if not isinstance(text, str):
            msg = f"{name}={value!r}: {text!r} is not a text"
            raise EveTypeError(msg)
    return texts


def _texts(name: str, value: Texts) -> frozenset[str]:
    return frozenset(_listed(name, value))


def _integers(name: str, value: FlowIds) -> frozenset[int]:
    # Missing ones are dropped from what comes from a frame, such as from unique().
    if isinstance(value, pd.Series | pd.Index | ExtensionArray):
        values: Iterable[Any] = value.dropna().tolist()
    elif isinstance(value, np.ndarray):
        values = value.ravel().tolist()
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        values = value
    else:
        values = [value]
    integers = set()
    for number in values:
        integer = _integer(number)
        if integer is None:
            msg = f"{name}: {number!r} is not an integer"
            if isinstance(number, float):
                msg += "; a flow ID that was a float may have lost digits"
            if isinstance(number, bool | np.bool_):
                msg += "; a mask must be applied first, as in df.loc[mask, 'flow_id']"
            raise EveTypeError(msg)
        integers.add(integer)
    return frozenset(integers)


def _integer(value: object) -> int | None:
    """Return an integer of any kind as an int; a bool is none."""
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _microseconds(name: str, value: Time | None) -> int | None:
    """Return the first whole microsecond since 1970 that is not before a time."""
    if value is None:
        return None
    if isinstance(value, int | float | np.number):
        msg = f"{name}={value!r} is not a time; pd.Timestamp(number, unit='s') makes one of seconds"
        raise EveOptionError(msg)
    # What "now" and "today" are depends on a time zone that nobody named.
    if isinstance(value, str) and not any(map(str.isdigit, value)):
        msg = f"{name}={value!r} is not a time"
        raise EveOptionError(msg)
    try:
        time = pd.Timestamp(value)
    except (TypeError, ValueError) as error:
        msg = f"{name}={value!r} is not a time: {error}"
        raise EveOptionError(msg) from error
    if pd.isna(time):
        msg = f"{name}={value!r} is not a time"
        raise EveOptionError(msg)
    # The zone only changes what is shown; without one it is UTC.
    whole = int(time.to_datetime64().astype(np.int64))
    if time.unit == "ns":
        return -(-whole // 1000)
    return max(-(2**63), min(whole * _MICROSECONDS[time.unit], 2**63 - 1))


def _needles(value: str | bytes | Iterable[str | bytes]) -> tuple[bytes, ...]:
    values = [value] if isinstance(value, str | bytes) else value
    if not isinstance(values, Iterable):
        msg = f"contains={value!r} is neither a text nor a list of texts"
        raise EveTypeError(msg)
    needles = []
    for text in values:
        if not isinstance(text, str | bytes):
            msg = f"contains={value!r}: {text!r} is not a text"
            raise EveTypeError(msg)
        needle = text.encode(errors="surrogatepass") if isinstance(text, str) else text
        if b"\n" in needle:
            msg = f"contains={text!r}: a line end is in no line"
            raise EveOptionError(msg)
        needles.append(needle)
    return tuple(dict.fromkeys(needles))
