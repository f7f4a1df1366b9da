"""Indicators in free text and in what is hidden in it, each distinct text searched once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.hidden import CANDIDATE as HIDDEN
from suricata_eve.analysis.hidden import search_texts
from suricata_eve.analysis.iocs.finding import FREE_TEXT, find_in_texts
from suricata_eve.analysis.iocs.finds import Finds, join_finds, no_finds, of_hosts
from suricata_eve.analysis.iocs.places import Piece, Place, expanded, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DECODED", "Pool"]

DECODED = " (decoded)"
"""What is added to a field's name for what was decoded of its text."""


class Pool:
    """Free texts of all fields, each to be searched once.

    Parameters
    ----------
    text : bool
        Whether to search them as they are.
    payloads : bool
        Whether to search what they decode to.
    """

    def __init__(self, *, text: bool, payloads: bool) -> None:
        self._patterns = [FREE_TEXT] * text + [HIDDEN] * payloads
        self._text = text
        self._payloads = payloads
        self._places: list[Place] = []
        self._pieces: list[pa.Array] = []
        self._size = 0

    def add(self, place: Place, texts: pa.Array) -> None:
        """Note the texts that may hold something.

        Parameters
        ----------
        place : Place
            Where they are.
        texts : pyarrow.Array
            The distinct texts of this place.
        """
        mask = np.zeros(len(texts), bool)
        for pattern in self._patterns:
            mask |= np.asarray(pc.match_substring_regex(texts, pattern))
        hits = np.flatnonzero(mask)
        if not len(hits):
            return
        numbers = np.full(len(texts), -1, np.int64)
        numbers[hits] = np.arange(self._size, self._size + len(hits))
        self._size += len(hits)
        self._pieces.append(texts.take(pa.array(hits)))
        mine = numbers[place.texts]
        kept = mine >= 0
        self._places.append(place._replace(rows=place.rows[kept], texts=mine[kept]))

    def search(self, wanted: frozenset[int]) -> Iterator[Piece]:
        """Search all texts.

        Parameters
        ----------
        wanted : frozenset of int
            Numbers of kinds.

        Yields
        ------
        Piece
            What they hold.
        """
        if not self._places:
            return
        coded = encode(pa.concat_arrays(self._pieces))
        found = find_in_texts(coded.values) if self._text else no_finds()
        decoded = _decoded(coded.values) if self._payloads else no_finds()
        for place in self._places:
            here = place._replace(texts=coded.codes[place.texts])
            yield from expanded(here, found, wanted)
            yield from expanded(here._replace(field=place.field + DECODED), decoded, wanted)


def _decoded(texts: pa.Array) -> Finds:
    """Find indicators in what is hidden in texts."""
    hits = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, HIDDEN)))
    hidden: dict[str, list[tuple[int, str]]] = {"commands": [], "lookups": [], "hosts": []}
    searched = search_texts(texts.take(pa.array(hits)).to_pylist())
    for number, findings in zip(hits.tolist(), searched, strict=True):
        for finding in findings:
            if finding.payload is not None and finding.payload.text is not None:
                hidden["commands"].append((number, finding.payload.text))
            if finding.lookup is not None:
                hidden["lookups"].append((number, finding.lookup.resolved))
                if finding.lookup.host:
                    hidden["hosts"].append((number, finding.lookup.host))
    parts = []
    for name, several in hidden.items():
        if not several:
            continue
        numbers = np.array([number for number, _ in several], np.int64)
        coded = encode(pa.array([text for _, text in several], pa.large_string()))
        distinct = np.arange(len(coded.values))
        found = (
            of_hosts(distinct, coded.values)
            if name == "hosts"
            else find_in_texts(coded.values, commands=name == "commands")
        )
        # Each distinct text was searched once: back to the texts that held it.
        source, places = pairs(coded.codes, found.texts)
        parts.append(
            Finds(numbers[source], found.kinds[places], found.indicators.take(pa.array(places)))
        )
    return join_finds(parts)
