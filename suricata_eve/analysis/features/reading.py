"""The events that count, and their fields as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import instant_column, joined, taken, text_column
from suricata_eve.analysis.connections import together
from suricata_eve.analysis.features.groups import NEVER
from suricata_eve.analysis.fieldvalues import Sides
from suricata_eve.analysis.orientation import has_ends
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.views.reading import Rows
from suricata_eve.analysis.views.values import member
from suricata_eve.ingest.times import UTC_MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["Events", "Told"]

_LARGEST = 2**62  # so that two can be added


class Told(NamedTuple):
    """The distinct values of something, and which events tell which."""

    event: NDArray[np.int64]
    code: NDArray[np.int64]
    distinct: pa.Array


class Events:
    """The events of a frame that are about traffic: all but those of type ``stats``.

    Numbers of events, here and in what is made of them, are their places among these.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.
    fields : iterable of str
        The fields that will be read: at once is quicker than one by one.
    method : str
        The method, for messages.
    """

    def __init__(self, frame: pd.DataFrame, fields: Iterable[str], *, method: str) -> None:
        types = encode(joined(text_column(frame["event_type"])))
        names = types.values.to_pylist()  # noqa: PD011 -- of Arrow
        self._type_of = {name: code for code, name in enumerate(names)}
        counted = types.codes != self._type_of.get("stats", -2)
        self.at = np.flatnonzero(counted).astype(np.int64)
        """Their positions in the frame."""
        self._types = types.codes[self.at]
        self.connections = together([frame])[0] if "flow_id" in frame.columns else None
        """Flows of all events of the frame; None without ``flow_id``."""
        self.sides = Sides(frame, None if self.connections is None else self.connections.number)
        self._has_ends = has_ends(frame)
        self._frame = frame
        self._rows = Rows(frame, self.at, method=method)
        self._rows.take(fields)

    def __len__(self) -> int:
        return len(self.at)

    def of_type(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Return the events of some types.

        Parameters
        ----------
        names : sequence of str
            The types.

        Returns
        -------
        ndarray of int64
            Numbers of events, ascending.
        """
        codes = [self._type_of[name] for name in names if name in self._type_of]
        if len(codes) == 1:
            return np.flatnonzero(self._types == codes[0])
        return np.flatnonzero(np.isin(self._types, codes))

    def quantity(self, field: str, events: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return a field that counts something.

        Parameters
        ----------
        field : str
            A path.
        events : ndarray of int64
            Numbers of events.

        Returns
        -------
        ndarray of int64
            A number for each of them, -1 where it is missing or below 0.
        """
        values = np.asarray(self._of(pa.int64(), field, events).fill_null(-1))
        clipped: NDArray[np.int64] = np.clip(values, -1, _LARGEST)
        return clipped

    def is_true(self, field: str, events: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell where a field of booleans is true.

        Parameters
        ----------
        field : str
            A path.
        events : ndarray of int64
            Numbers of events.

        Returns
        -------
        ndarray of bool
            For each of them.
        """
        return np.asarray(self._of(pa.bool_(), field, events).fill_null(fill_value=False), bool)

    def equals(self, field: str, value: str, events: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell where a field of text has one value.

        Parameters
        ----------
        field : str
            A path.
        value : str
            The value.
        events : ndarray of int64
            Numbers of events.

        Returns
        -------
        ndarray of bool
            For each of them.
        """
        found = pc.equal(self._of(pa.string(), field, events), value)
        return np.asarray(found.fill_null(fill_value=False), bool)

    def has_text(self, field: str, events: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell where a field of text has any value.

        Parameters
        ----------
        field : str
            A path.
        events : ndarray of int64
            Numbers of events.

        Returns
        -------
        ndarray of bool
            For each of them.
        """
        return np.asarray(self._of(pa.string(), field, events).is_valid(), bool)

    def instants(self, field: str, events: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return a field of times.

        Parameters
        ----------
        field : str
            A path.
        events : ndarray of int64
            Numbers of events.

        Returns
        -------
        ndarray of int64
            Microseconds since 1970 for each of them, ``NEVER`` where there is none.
        """
        data = self._of(UTC_MICROSECONDS, field, events)
        return np.asarray(data.cast(pa.int64()).fill_null(NEVER))

    def timestamps(self) -> NDArray[np.int64]:
        """Return when all events were logged.

        Returns
        -------
        ndarray of int64
            Microseconds since 1970, ``NEVER`` where there is none.
        """
        data = instant_column(take_column(self._frame["timestamp"], self.at))
        return np.array(joined(data.cast(pa.int64())).fill_null(NEVER))

    def told(self, field: str, kind: pa.DataType) -> Told:
        """Return the distinct values of a field of scalars.

        Parameters
        ----------
        field : str
            A path.
        kind : pyarrow.DataType
            Their type.

        Returns
        -------
        Told
            The values, of all events.
        """
        places, chunks, start = [np.empty(0, np.int64)], [], 0
        for chunk in self._rows.column(kind, field).chunks:
            if chunk.null_count < len(chunk):  # in most types of events nothing has it
                places.append(np.arange(start, start + len(chunk)))
                chunks.append(chunk)
            start += len(chunk)
        return _told(np.concatenate(places), joined(pa.chunked_array(chunks, kind)))

    def told_by_objects(self, field: str, key: str) -> Told:
        """Return the distinct texts under a key of the objects in a field's lists.

        Parameters
        ----------
        field : str
            A path.
        key : str
            The key.

        Returns
        -------
        Told
            The texts, of all events.
        """
        owner, objects = self._rows.objects(field)
        texts = self._rows.fit(f"{field}[].{key}", member(objects, key), pa.string())
        return _told(owner, texts)

    def told_by_sides(self, name: str) -> Told:
        """Return the distinct values of what :func:`orientation` tells.

        Parameters
        ----------
        name : str
            One of its columns.

        Returns
        -------
        Told
            The values, of all events.
        """
        if not self._has_ends:
            return _told(np.zeros(0, np.int64), pa.nulls(0, pa.string()))
        return _told(np.arange(len(self)), self.sides.column(name, self.at))

    def warn(self) -> None:
        """Tell, in one warning, how many values were of a kind that could not be used."""
        self._rows.warn()

    def _of(self, kind: pa.DataType, field: str, events: NDArray[np.int64]) -> pa.Array:
        if self._rows.taken(field) is None:
            return pa.nulls(len(events), kind)
        return taken(self._rows.column(kind, field), events)


def _told(event: NDArray[np.int64], data: pa.Array) -> Told:
    codes, values = encode(data)
    known = np.flatnonzero(codes >= 0)
    return Told(event[known], codes[known], values)
