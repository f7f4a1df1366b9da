"""Gather the texts of columns that may hold something, and search each once."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.base64text import Encoded, decode_text
from suricata_eve.analysis.contents import classify
from suricata_eve.analysis.copies import HEADER_FIELDS, Occurrences
from suricata_eve.analysis.hidden import CANDIDATE, LONG_RUN, Finding, search_texts
from suricata_eve.analysis.textcolumns import text_leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from suricata_eve.analysis.textcolumns import Leaf

__all__ = ["Gathering"]


class _Place(NamedTuple):
    """Texts of a column, by their number, and where they are."""

    column: int
    rows: NDArray[np.int64]
    texts: NDArray[np.int64]
    headers: pa.Array | None
    encoded: bool


class Gathering:
    """The texts of a frame that may hold something, and where they are.

    Parameters
    ----------
    binary : bool
        Whether Base64 of bytes is wanted too.

    Attributes
    ----------
    names : list of str
        The columns that have such texts; occurrences count them.
    """

    def __init__(self, *, binary: bool) -> None:
        self.names: list[str] = []
        self._binary = binary
        self._texts: dict[str, int] = {}
        self._encoded: dict[str, int] = {}
        self._places: list[_Place] = []

    def look(self, name: str, data: pa.ChunkedArray) -> None:
        """Note the texts of a column that may hold something.

        Parameters
        ----------
        name : str
            The column.
        data : pyarrow.ChunkedArray
            Its values: text, lists of text or of objects with text.
        """
        for leaf in text_leaves(data):
            codes = leaf.values.dictionary_encode()
            mask = pc.match_substring_regex(codes.dictionary, CANDIDATE)
            if self._binary:
                mask = pc.or_(mask, pc.match_substring_regex(codes.dictionary, LONG_RUN))
            hits = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
            self._note(name, leaf, codes, hits, encoded=False)

    def decode(self, name: str, data: pa.ChunkedArray) -> None:
        """Note the texts of a column that EVE has encoded, all of them.

        Parameters
        ----------
        name : str
            The column.
        data : pyarrow.ChunkedArray
            Its values.
        """
        for leaf in text_leaves(data):
            codes = leaf.values.dictionary_encode()
            self._note(name, leaf, codes, np.arange(len(codes.dictionary)), encoded=True)

    def _note(
        self,
        name: str,
        leaf: Leaf,
        codes: pa.DictionaryArray,
        hits: NDArray[np.int64],
        *,
        encoded: bool,
    ) -> None:
        if not len(hits):
            return
        known = self._encoded if encoded else self._texts
        numbers = np.full(len(codes.dictionary), -1, dtype=np.int64)
        hit_texts = codes.dictionary.take(pa.array(hits)).to_pylist()
        numbers[hits] = [known.setdefault(text, len(known)) for text in hit_texts]
        number = numbers[codes.indices.to_numpy(zero_copy_only=False)]
        kept = np.flatnonzero(number >= 0)
        headers = leaf.names.take(pa.array(kept)) if leaf.names is not None else None
        if name not in self.names:
            self.names.append(name)
        column = self.names.index(name)
        self._places.append(_Place(column, leaf.rows[kept], number[kept], headers, encoded))

    def search(self) -> tuple[list[Finding], Occurrences]:
        """Search the texts, each distinct one once.

        Returns
        -------
        list of Finding
            What they hold.
        Occurrences
            Where that is.
        """
        per_text = search_texts(list(self._texts), binary=self._binary)
        first_encoded = len(per_text)
        per_text.extend([_decoded(text)] for text in self._encoded)
        counts = np.array([len(found) for found in per_text], dtype=np.int64)
        starts = np.cumsum(counts) - counts
        rows, columns, findings, twins = ([np.zeros(0, dtype=np.int64)] for _ in range(4))
        for place in self._places:
            texts = place.texts + first_encoded if place.encoded else place.texts
            count = counts[texts]
            source = np.repeat(np.arange(len(texts)), count)
            inside = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
            rows.append(place.rows[source])
            columns.append(np.full(len(source), place.column))
            findings.append(starts[texts][source] + inside)
            twins.append(self._twins(place)[source])
        occurrences = Occurrences(
            np.concatenate(rows),
            np.concatenate(columns),
            np.concatenate(findings),
            np.concatenate(twins),
        )
        return [finding for found in per_text for finding in found], occurrences

    def _twins(self, place: _Place) -> NDArray[np.int64]:
        """Return for each header the number of the column that logs it alone, or -1."""
        fields = HEADER_FIELDS.get(self.names[place.column])
        if fields is None or place.headers is None:
            return np.full(len(place.rows), -1, dtype=np.int64)
        codes = pc.utf8_lower(pc.fill_null(place.headers, "")).dictionary_encode()
        numbers = {name: number for number, name in enumerate(self.names)}
        known = [
            numbers.get(fields.get(header, "http." + header.replace("-", "_")), -1)
            for header in codes.dictionary.to_pylist()
        ]
        twins = np.array(known, dtype=np.int64)
        return np.asarray(twins[codes.indices.to_numpy(zero_copy_only=False)])


def _decoded(text: str) -> Finding:
    """Decode a field that EVE wrote as Base64."""
    try:
        data = binascii.a2b_base64(text)
    except (binascii.Error, ValueError):
        return Finding("eve", text)
    found = decode_text(data)
    decoded, encoding = (found[0], f"base64 {found[1]}") if found else (None, "base64")
    payload = Encoded(0, len(text), text, encoding, data, decoded)
    return Finding("eve", text, payload=payload, content=classify(decoded))
