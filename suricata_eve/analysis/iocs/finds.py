"""Indicators that are found in texts, as arrays: of which text, of which kind, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode, first_places
from suricata_eve.analysis.endpoints import combined
from suricata_eve.analysis.iocs.hosts import FILE_ENDINGS, read_hosts

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Finds", "join_finds", "no_finds", "of_hosts", "valid_finds"]


class Finds(NamedTuple):
    """Indicators in some texts."""

    texts: NDArray[np.int64]
    """For each the number of its text."""

    kinds: NDArray[np.int64]
    """For each the number of its kind."""

    indicators: pa.Array
    """What they are."""


def no_finds() -> Finds:
    """Return what is found in no text.

    Returns
    -------
    Finds
        Of length 0.
    """
    return Finds(np.empty(0, np.int64), np.empty(0, np.int64), pa.array([], pa.string()))


def join_finds(parts: list[Finds]) -> Finds:
    """Put finds in the same texts together.

    Parameters
    ----------
    parts : list of Finds
        Several.

    Returns
    -------
    Finds
        All of them, each once: a text may have one ten thousand times.
    """
    parts = [no_finds(), *parts]
    texts = np.concatenate([part.texts for part in parts])
    kinds = np.concatenate([part.kinds for part in parts])
    values = pa.concat_arrays([part.indicators.cast(pa.string()) for part in parts])
    codes = combined([texts, kinds, encode(values).codes])
    first = first_places(codes, int(codes.max(initial=-1)) + 1)
    return Finds(texts[first], kinds[first], values.take(pa.array(first)))


def valid_finds(texts: NDArray[np.int64], kinds: NDArray[np.int64], values: pa.Array) -> Finds:
    """Keep what has a kind and a value.

    Parameters
    ----------
    texts : ndarray of int64
        The numbers of the texts that they are from.
    kinds : ndarray of int64
        The numbers of their kinds, -1 for none.
    values : pyarrow.Array
        What they are, null for none.

    Returns
    -------
    Finds
        Those.
    """
    mask = (kinds >= 0) & np.asarray(values.is_valid())
    return Finds(texts[mask], kinds[mask], values.filter(pa.array(mask)).cast(pa.string()))


def of_hosts(texts: NDArray[np.int64], hosts: pa.Array, *, free: bool = False) -> Finds:
    """Read texts as hosts, each whole.

    Parameters
    ----------
    texts : ndarray of int64
        The numbers of the texts that they are from.
    hosts : pyarrow.Array
        What may be a host.
    free : bool, default False
        Whether they are from free text, where names that end as files do are none.

    Returns
    -------
    Finds
        The hosts.
    """
    found = read_hosts(hosts)
    kinds = found.kinds
    if free:
        files = pc.match_substring_regex(found.spelled, FILE_ENDINGS).fill_null(fill_value=False)
        kinds = np.where(np.asarray(files), -1, kinds)
    return valid_finds(texts, kinds, found.spelled)
