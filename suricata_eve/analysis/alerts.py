"""Alerts in time order, filtered, whole or concise."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple, SupportsIndex

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import (
    instant_column,
    integer_column,
    require_columns,
    text_column,
)
from suricata_eve.analysis.events import events_at
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.orientation import orientation
from suricata_eve.analysis.rows import take_column, take_rows
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "DECODER_CATEGORY",
    "Filters",
    "alerts",
    "alerts_at",
    "check_view",
    "concise",
    "filters_of",
]

DECODER_CATEGORY = "Generic Protocol Command Decode"
"""Category of the rules that come with Suricata's decoders, most of them noise."""


def alerts(
    frame: pd.DataFrame,
    *,
    signature: str | Iterable[str] | None = None,
    category: str | Iterable[str] | None = None,
    severity: int | Iterable[int] | None = None,
    sid: int | Iterable[int] | None = None,
    decoder_events: bool = True,
    view: Literal["all", "concise"] = "all",
) -> pd.DataFrame:
    """Return the alerts in time order.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    signature : str or iterable of str, optional
        Regular expressions (RE2) of which one is found in ``alert.signature``.
    category : str or iterable of str, optional
        Values of ``alert.category``.
    severity : int or iterable of int, optional
        Values of ``alert.severity``; 1 is the most severe.
    sid : int or iterable of int, optional
        Values of ``alert.signature_id``; a ``range`` does.
    decoder_events : bool, default True
        Whether to keep the category "Generic Protocol Command Decode".
    view : {"all", "concise"}, default "all"
        Every column that is not empty, or six that tell who did what to whom.

    Returns
    -------
    DataFrame
        The alerts, with their index labels.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.alerts : The same as a method, with examples.
    suricata_eve.analysis.orientation.orientation : How client and server are told.
    """
    check_view(view)
    filters = filters_of(
        signature=signature,
        category=category,
        severity=severity,
        sid=sid,
        decoder_events=decoder_events,
    )
    require_columns(frame, ["event_type", "timestamp"], method="alerts")
    positions = time_order(frame, alerts_at(frame, filters))
    if view == "concise":
        return concise(frame, positions)
    return take_rows(frame, positions)


def check_view(view: object) -> None:
    """Raise the error for a view that there is not.

    Parameters
    ----------
    view : object
        What a caller named.

    Raises
    ------
    EveOptionError
        If it is neither ``"all"`` nor ``"concise"``.
    """
    if view not in ("all", "concise"):
        msg = f"view is 'all' or 'concise', not {view!r}"
        raise EveOptionError(msg)


class Filters(NamedTuple):
    """Which alerts are wanted; None is any."""

    signatures: list[str] | None
    categories: list[str] | None
    severities: list[int] | None
    sids: list[int] | None
    decoder_events: bool

    def columns(self) -> list[str]:
        """Return the columns that tell."""
        given = {
            "alert.signature": self.signatures is not None,
            "alert.category": self.categories is not None or not self.decoder_events,
            "alert.severity": self.severities is not None,
            "alert.signature_id": self.sids is not None,
        }
        return ["event_type", *(name for name, is_given in given.items() if is_given)]


def filters_of(
    *,
    signature: str | Iterable[str] | None = None,
    category: str | Iterable[str] | None = None,
    severity: int | Iterable[int] | None = None,
    sid: int | Iterable[int] | None = None,
    decoder_events: bool = True,
) -> Filters:
    """Check the filters of :func:`alerts`.

    Parameters
    ----------
    signature : str or iterable of str, optional
        Regular expressions.
    category : str or iterable of str, optional
        Values of ``alert.category``.
    severity : int or iterable of int, optional
        Values of ``alert.severity``.
    sid : int or iterable of int, optional
        Values of ``alert.signature_id``.
    decoder_events : bool, default True
        Whether to keep what decoders report.

    Returns
    -------
    Filters
        The same as lists.
    """
    signatures = _texts(signature, "signature")
    filters = Filters(
        signatures,
        _texts(category, "category"),
        _integers(severity, "severity"),
        _integers(sid, "sid"),
        bool(decoder_events),
    )
    for pattern in signatures or ():
        _match(pa.array([""]), pattern)  # a bad one is refused also where there is no alert
    return filters


def alerts_at(frame: pd.DataFrame, filters: Filters) -> NDArray[np.int64]:
    """Return the positions of the alerts that meet all filters.

    Parameters
    ----------
    frame : DataFrame
        Events.
    filters : Filters
        Which alerts are wanted.

    Returns
    -------
    ndarray of int64
        Positions, ascending.
    """
    chosen = _Chosen(frame, events_at(frame, "alert"))
    if filters.signatures is not None:
        chosen.keep(_found(chosen.text("alert.signature"), filters.signatures))
    if filters.categories is not None:
        categories = pa.array(filters.categories, pa.string())
        chosen.keep(pc.is_in(chosen.text("alert.category"), value_set=categories))
    if filters.severities is not None:
        chosen.keep(_is_one_of(chosen.integers("alert.severity"), filters.severities))
    if filters.sids is not None:
        chosen.keep(_is_one_of(chosen.integers("alert.signature_id"), filters.sids))
    if not filters.decoder_events:
        noise = pc.equal(chosen.text("alert.category"), DECODER_CATEGORY)
        chosen.keep(pc.invert(noise.fill_null(fill_value=False)))
    return chosen.positions


class _Chosen:
    """Positions of rows that become fewer with every filter."""

    def __init__(self, frame: pd.DataFrame, positions: NDArray[np.int64]) -> None:
        self._frame = frame
        self.positions = positions

    def _column(self, name: str) -> pd.Series:
        if len(self.positions) == 0 and name not in self._frame.columns:
            # Nothing to filter: a log without alerts does not have the columns of alerts.
            return pd.Series([], dtype=pd.ArrowDtype(pa.null()), name=name)
        require_columns(self._frame, [name], method="alerts")
        return take_column(self._frame[name], self.positions)

    def text(self, name: str) -> pa.ChunkedArray:
        return text_column(self._column(name))

    def integers(self, name: str) -> pa.ChunkedArray:
        return integer_column(self._column(name))

    def keep(self, mask: pa.ChunkedArray) -> None:
        self.positions = self.positions[np.asarray(mask.fill_null(fill_value=False), bool)]


def _texts(value: str | Iterable[str] | None, name: str) -> list[str] | None:
    if value is None:
        return None
    items = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    for item in items:
        if not isinstance(item, str):
            msg = f"{name} is text or texts, not {type(item).__name__}: {item!r}"
            raise EveTypeError(msg)
    return [str(item) for item in items]


def _integers(value: int | Iterable[int] | None, name: str) -> list[int] | None:
    if value is None:
        return None
    items = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    numbers = []
    for item in items:
        if isinstance(item, bool | np.bool_) or not isinstance(item, SupportsIndex):
            msg = f"{name} is an integer or integers, not {type(item).__name__}: {item!r}"
            raise EveTypeError(msg)
        numbers.append(operator.index(item))
    return numbers


def _is_one_of(data: pa.ChunkedArray, numbers: list[int]) -> pa.ChunkedArray:
    low, high = (0, 2**64 - 1) if data.type == pa.uint64() else (-(2**63), 2**63 - 1)
    possible = [number for number in numbers if low <= number <= high]
    return pc.is_in(data, value_set=pa.array(possible, data.type))


def _match(texts: pa.Array, pattern: str) -> pa.BooleanArray:
    try:
        return pc.match_substring_regex(texts, pattern)
    except pa.ArrowInvalid as error:
        msg = (
            f"signature={pattern!r} is not a regular expression of RE2 "
            f"(https://github.com/google/re2/wiki/Syntax; it has no look-around): {error}"
        )
        raise EveOptionError(msg) from error


def _found(texts: pa.ChunkedArray, patterns: list[str]) -> pa.ChunkedArray:
    """Search each distinct text once."""
    distinct = pc.unique(texts).drop_null()
    found = np.zeros(len(distinct), bool)
    for pattern in patterns:
        found |= np.asarray(_match(distinct, pattern), bool)
    return pc.is_in(texts, value_set=distinct.filter(pa.array(found)))


def concise(frame: pd.DataFrame, positions: NDArray[np.int64]) -> pd.DataFrame:
    """Return what tells who did what to whom.

    Parameters
    ----------
    frame : DataFrame
        Events. Those of all types help to tell.
    positions : ndarray of int64
        Positions of alerts.

    Returns
    -------
    DataFrame
        ``timestamp``, ``flow_id``, ``client``, ``server``, ``signature`` and ``category`` of
        these, in this order.
    """
    alert = _Chosen(frame, positions)
    data = {
        "timestamp": instant_column(take_column(frame["timestamp"], positions)),
        "flow_id": alert.integers("flow_id"),
        "client": pa.chunked_array([], pa.string()),
        "server": pa.chunked_array([], pa.string()),
        "signature": alert.text("alert.signature"),
        "category": alert.text("alert.category"),
    }
    if len(positions):
        require_columns(frame, ["src_ip", "dest_ip"], method="alerts")
        sides = orientation(frame, positions)
        data |= {side: text_column(sides[f"{side}_ip"]) for side in ("client", "server")}
    return arrow_frame(data, frame.index.take(positions))
