"""Events to the folders of their dates and hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from suricata_eve.dataset.layout import MISSING

__all__ = ["divided"]

_HOUR = 3_600_000_000  # in microseconds
_NO_TIME = np.iinfo(np.int64).min


def divided(
    table: pa.Table, times: pa.ChunkedArray | None, keys: Sequence[str]
) -> Iterator[tuple[dict[str, str], pa.Table]]:
    """Divide events by the UTC date and hour of their time.

    Parameters
    ----------
    table : pyarrow.Table
        Events, at least one.
    times : pyarrow.ChunkedArray of timestamp[us, UTC], or None
        Their times; None if no event has one.
    keys : sequence of str
        Of ``date`` and ``hour``; others are passed over.

    Yields
    ------
    dict of str to str
        Values of the keys.
    pyarrow.Table
        Their events, in their order. Where these are few of many, it does not keep the memory
        of the others.
    """
    keys = [key for key in keys if key in {"date", "hour"}]
    slots = _slots(times, keys, len(table))
    if not keys or (slots[0] == slots).all():
        yield _values(int(slots[0]), keys), table
        return
    table = table.combine_chunks()
    order = np.argsort(slots, kind="stable")
    cuts = [0, *(np.flatnonzero(np.diff(slots[order])) + 1).tolist(), len(table)]
    for start, stop in pairwise(cuts):
        rows = order[start:stop]
        first, count = int(rows[0]), len(rows)
        follow = int(rows[-1]) - first + 1 == count
        is_most = 2 * count > len(table)
        part = table.slice(first, count) if follow and is_most else table.take(pa.array(rows))
        yield _values(int(slots[first]), keys), part


def _slots(times: pa.ChunkedArray | None, keys: Sequence[str], rows: int) -> np.ndarray:
    """Return a number for each event that tells the values of its keys."""
    if times is None or not keys:
        return np.full(rows, _NO_TIME)
    numbers = np.asarray(times.cast(pa.int64()).fill_null(_NO_TIME))
    hours = numbers // _HOUR
    if "hour" not in keys:
        hours = hours // 24 * 24
    elif "date" not in keys:
        hours = hours % 24
    return np.where(numbers == _NO_TIME, _NO_TIME, hours)


def _values(slot: int, keys: Sequence[str]) -> dict[str, str]:
    if slot == _NO_TIME:
        return dict.fromkeys(keys, MISSING)
    date = str(np.datetime64(slot // 24, "D"))
    values = {"date": date, "hour": f"{slot % 24:02}"}
    return {key: values[key] for key in keys}
