"""Put the values of long columns that are mostly null into the rows of another order.

A wide frame has hundreds of columns as long as itself, and values in few rows of each. To take
every row of a column costs several times as much as to take its values, and to write where each
of them goes: into zeros, or into offsets between which there is nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.ingest.scatter import can_scatter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["Ranges", "Spread"]

Ranges: TypeAlias = "tuple[tuple[int, int], ...]"
"""First and end of ranges of values, ascending and apart."""

_DENSE = 16  # a value in more than every so many: other ways are quicker


class _Slots(NamedTuple):
    """Rows of the result, ascending, and what goes into them."""

    places: NDArray[np.int64]
    chosen: NDArray[np.int64]  # for each of them, which value
    bitmap: pa.Buffer  # a bit for each row of the result, set for these


class Spread:
    """Puts the values of one column after another where they go.

    Parameters
    ----------
    order : numpy.ndarray of int64
        For each value the row of the result that it goes into: a permutation.
    groups : iterable of Ranges
        The values that columns have: of all others, they have nulls.
    """

    def __init__(self, order: NDArray[np.int64], groups: Iterable[Ranges]) -> None:
        self._order = order
        self._length = len(order)
        cuts = {0, self._length}.union(*(pair for ranges in groups for pair in ranges))
        self._cuts = np.array(sorted(cuts), np.int64)
        # For each row the range between two cuts, in a small number that is quickly compared.
        self._part = np.empty(self._length, np.min_scalar_type(len(cuts)))
        for number, start in enumerate(self._cuts[:-1]):
            self._part[order[start : self._cuts[number + 1]]] = number
        self._value = np.empty(self._length, np.int64)
        self._value[order] = np.arange(self._length)
        # New memory costs more than what is written into it: this is used for all columns.
        self._flags = np.zeros(self._length, bool)
        self._before = np.zeros(self._length + 1, np.int64)
        self.start(())

    def start(self, ranges: Ranges) -> None:
        """Prepare for columns that have values in the same ranges.

        Parameters
        ----------
        ranges : Ranges
            One of the groups.
        """
        flags = self._flags
        flags[:] = False
        skipped = np.zeros(len(self._cuts), np.int64)
        count = 0
        for start, stop in ranges:
            low, high = np.searchsorted(self._cuts, (start, stop)).tolist()
            flags |= (self._part >= low) & (self._part < high)
            skipped[low:high] = start - count
            count += stop - start
        places = np.flatnonzero(flags)
        chosen = self._value[places]
        chosen -= skipped[self._part[places]]
        self._ranges = ranges
        self._all = _Slots(places, chosen, _packed(flags))
        self._valid: dict[bytes, _Slots] = {}
        self._before_of: _Slots | None = None

    def column(self, values: pa.Array) -> pa.Array:
        """Return a column of the result.

        Parameters
        ----------
        values : pyarrow.Array
            The values of the ranges, one range after the other; nulls stay nulls.

        Returns
        -------
        pyarrow.Array
            As long as the result, null wherever another value goes.
        """
        kind, slots = values.type, self._all
        if len(slots.places) == self._length:
            return values.take(pa.array(slots.chosen))
        if not can_scatter(kind):
            return values.take(self._indices())
        if values.null_count:
            slots = self._of_valid(values)
        children = None
        if pt.is_boolean(kind):
            flags = np.asarray(values.fill_null(pa.scalar(value=False)))
            buffers = [slots.bitmap, _packed(self._set(slots.places, flags[slots.chosen]))]
        elif pt.is_primitive(kind):
            buffers = [slots.bitmap, self._fixed(values, slots)]
        else:
            taken = values.take(pa.array(slots.chosen))
            buffers = [slots.bitmap, self._offsets(taken, slots), *taken.buffers()[2:]]
            if pt.is_nested(kind):
                buffers, children = buffers[:2], [taken.values]
        nulls = self._length - len(slots.places)
        return pa.Array.from_buffers(kind, self._length, buffers, nulls, 0, children)

    def _set(
        self, places: NDArray[np.int64], values: NDArray[np.bool_] | np.bool_
    ) -> NDArray[np.bool_]:
        """Return flags that are set at some places only, until they are set again."""
        self._flags[:] = False
        self._flags[places] = values
        return self._flags

    def _indices(self) -> pa.Array:
        """Tell which value each row of the result has, null for none."""
        numbers = np.zeros(self._length, np.int64)
        numbers[self._all.places] = self._all.chosen
        return pa.array(numbers, mask=~self._set(self._all.places, np.True_))

    def _of_valid(self, values: pa.Array) -> _Slots:
        """Return the rows of the values that are not null."""
        valid = np.asarray(values.is_valid())
        # The fields of one object are there in the same rows.
        key = np.packbits(valid).tobytes()
        slots = self._valid.get(key)
        if slots is not None:
            return slots
        if np.count_nonzero(valid) * _DENSE < len(valid):
            chosen = np.flatnonzero(valid)
            order = np.concatenate([self._order[start:stop] for start, stop in self._ranges])
            places = order[chosen]
            ascending = np.argsort(places)
            places, chosen = places[ascending], chosen[ascending]
        else:
            kept = valid[self._all.chosen]
            places, chosen = self._all.places[kept], self._all.chosen[kept]
        slots = _Slots(places, chosen, _packed(self._set(places, np.True_)))
        self._valid[key] = slots
        return slots

    def _fixed(self, values: pa.Array, slots: _Slots) -> pa.Buffer:
        """Return the values of a column whose values are all of the same width."""
        unsigned = np.dtype(f"u{values.type.bit_width // 8}")
        plain = np.frombuffer(values.buffers()[1], unsigned)[values.offset :]
        rows = np.zeros(self._length, unsigned)
        rows[slots.places] = plain.take(slots.chosen)
        return pa.py_buffer(rows)

    def _offsets(self, taken: pa.Array, slots: _Slots) -> pa.Buffer:
        """Return the offsets of a column, given its values without the nulls between them."""
        kind = taken.type
        large = pt.is_large_string(kind) or pt.is_large_binary(kind) or pt.is_large_list(kind)
        ends = np.frombuffer(taken.buffers()[1], np.int64 if large else np.int32)
        ends = ends[taken.offset : taken.offset + len(taken) + 1]
        if len(taken) * _DENSE < self._length:
            return pa.py_buffer(
                np.repeat(ends, np.diff(slots.places, prepend=-1, append=self._length))
            )
        if self._before_of is not slots:
            # How many values there are before each row, and in all.
            np.cumsum(self._set(slots.places, np.True_), out=self._before[1:])
            self._before_of = slots
        return pa.py_buffer(ends.take(self._before))


def _packed(flags: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
