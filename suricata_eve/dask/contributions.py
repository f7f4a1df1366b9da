"""What flows contribute to the rows of a table of features, as frames that can be put together.

A row of sums is the contribution of some flows to a value; sums of integers and the largest of
them are the same however events are dealt out. A thing is one of the different ones that are
counted of a value: an address, a URL, an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode, first_places, list_elements
from suricata_eve.analysis.columns import arrow_column, joined
from suricata_eve.analysis.features.activity import LONG
from suricata_eve.analysis.features.groups import Lengths, Sums, Total
from suricata_eve.analysis.features.table import columns_of, contributions
from suricata_eve.analysis.features.traffic import gaps
from suricata_eve.dask.flows import mixed
from suricata_eve.dask.hashing import hashed
from suricata_eve.dask.packing import stacked
from suricata_eve.dask.values import as_kind
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from suricata_eve.analysis.features.reading import Told
    from suricata_eve.analysis.features.table import Contributions

__all__ = ["Labels", "by_labels", "by_thing", "contributed", "summed", "things_counted"]

_COUNT, _LOW, _HIGH, _MOST = "count ", "low ", "high ", "most "
_STARTS = "starts"
_THING = ("of", "text", "number")
_THINGS = (
    *("clients", "servers", "server_ports", "protocols", "signatures", "host_names"),
    *("user_agents", "http_methods", "server_names", "urls", "dns_names", "active_hours"),
)
_NONE = np.zeros(0, np.int64)


class Labels(NamedTuple):
    """The fields whose values are the rows of a table."""

    names: tuple[str, ...]
    kinds: tuple[pa.DataType, ...]

    @property
    def columns(self) -> list[str]:
        """The columns that hold the values on their way."""
        return [f"label {place}" for place in range(len(self.names))]

    def frame(self, index: pd.Index) -> pd.DataFrame:
        """Return the labels of a table as columns."""
        levels = [index.get_level_values(place) for place in range(len(self.names))]
        data = [joined(arrow_column(pd.Series(level.array, name=level.name))) for level in levels]
        cast = [
            as_kind(values, kind, name, method="features")
            for values, kind, name in zip(data, self.kinds, self.names, strict=True)
        ]
        return arrow_frame(dict(zip(self.columns, cast, strict=True)))

    def data(self, rows: pd.DataFrame) -> list[pa.Array]:
        """Return the values of such columns."""
        return [joined(arrow_column(rows[name])) for name in self.columns]

    def hashes(self, rows: pd.DataFrame) -> NDArray[np.uint64]:
        """Return a number for each combination of values."""
        result = np.zeros(len(rows), np.uint64)
        for data in self.data(rows):
            result = mixed(result + hashed(data))
        return result

    def numbered(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """Return the number of each combination of values, in the order of first appearance.

        Parameters
        ----------
        rows : DataFrame
            With columns for labels.

        Returns
        -------
        ndarray of int64
            From 0 without gaps.
        """
        return _numbered([encode(data).codes for data in self.data(rows)])


def _numbered(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Give numbers to the combinations of codes from -1, in the order of first appearance."""
    number = np.zeros(len(codes[0]), np.int64)
    for code in codes:
        # Not above the square of the number of rows, which 64 bits hold.
        pairs = number * (int(code.max(initial=-1)) + 2) + code + 1
        number = np.asarray(pd.factorize(pairs)[0], np.int64)
    return number


def by_labels(rows: pd.DataFrame, npartitions: int, labels: Labels) -> NDArray[np.int64]:
    """Return the partition of the value of each row.

    Parameters
    ----------
    rows : DataFrame
        With columns for labels.
    npartitions : int
        How many partitions there are.
    labels : Labels
        Fields of the values.

    Returns
    -------
    ndarray of int64
        Numbers of partitions.
    """
    return (labels.hashes(rows) % np.uint64(npartitions)).astype(np.int64)


def by_thing(rows: pd.DataFrame, npartitions: int, labels: Labels) -> NDArray[np.int64]:
    """Return a partition for each value and thing, which spreads those of one value.

    Parameters
    ----------
    rows : DataFrame
        With columns for labels and things.
    npartitions : int
        How many partitions there are.
    labels : Labels
        Fields of the values.

    Returns
    -------
    ndarray of int64
        Numbers of partitions.
    """
    number = labels.hashes(rows)
    for name in _THING:
        number = mixed(number + hashed(joined(arrow_column(rows[name]))))
    return (number % np.uint64(npartitions)).astype(np.int64)


def contributed(rows: pd.DataFrame, labels: Labels) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what events contribute to each value, and the different things that it has.

    Parameters
    ----------
    rows : DataFrame
        All events of some flows.
    labels : Labels
        Fields of them.

    Returns
    -------
    tuple of DataFrame
        A row for each value, and one for each thing that it has.
    """
    found = contributions(rows, labels.names)
    values = labels.frame(found.labels)
    sums = found.sums()
    columns: dict[str, Any] = {_COUNT + name: count for name, count in sums.counts.items()}
    for name, total in sums.totals.items():
        columns[_LOW + name], columns[_HIGH + name] = total.halves()
    columns |= {_MOST + name: most for name, most in sums.largest.items()}
    arrays = {name: pa.array(column.astype(np.int64)) for name, column in columns.items()}
    added = values.assign(**arrow_frame({**arrays, _STARTS: _starts(found)}))
    told = dict(found.different())
    things = [_things(values, found, told[name], of) for of, name in enumerate(_THINGS)]
    found.events.warn()
    return added, stacked(things, things[0].iloc[:0])


def _starts(found: Contributions) -> pa.Array:
    """Return for each row when its flows began, as a list."""
    parts = [(_NONE, _NONE), *found.begun_flows()]
    row, start = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(row, kind="stable")
    ends = np.append(0, np.cumsum(np.bincount(row, minlength=found.groups.size)))
    return pa.LargeListArray.from_arrays(pa.array(ends), pa.array(start[order]))


def _things(values: pd.DataFrame, found: Contributions, told: Told, of: int) -> pd.DataFrame:
    pairs = [(_NONE, _NONE), *found.groups.pairs(told.event, told.code)]
    row, code = (np.concatenate(each) for each in zip(*pairs, strict=True))
    data = told.distinct.take(pa.array(code))
    text, number = pa.nulls(len(code), pa.string()), pa.nulls(len(code), pa.int64())
    if pa.types.is_integer(data.type):
        number = data.cast(pa.int64())
    else:
        text = data.cast(pa.string())
    thing = (pa.array(np.full(len(code), of, np.int8)), text, number)
    result = values.take(row).reset_index(drop=True)
    return result.assign(**arrow_frame(dict(zip(_THING, thing, strict=True))))


def things_counted(rows: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return how many different things of each kind values have here, and how long these are.

    Parameters
    ----------
    rows : DataFrame
        Values and things, the same ones more than once.
    labels : Labels
        Fields of the values.

    Returns
    -------
    DataFrame
        A row for each value and kind of things.
    """
    of, text, number = (joined(arrow_column(rows[name])) for name in _THING)
    group = _numbered([labels.numbered(rows), encode(of).codes])
    thing = _numbered([group, encode(text).codes, encode(number).codes])
    once = first_places(thing, int(thing.max(initial=-1)) + 1)
    group = group[once]
    size = int(group.max(initial=-1)) + 1
    lengths = np.asarray(pc.utf8_length(text.take(pa.array(once))).fill_null(0)).astype(np.int64)
    total, largest = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(total, group, lengths)
    np.maximum.at(largest, group, lengths)
    firsts = once[first_places(group, size)]
    result = rows[[*labels.columns, "of"]].take(firsts).reset_index(drop=True)
    counts = {"things": np.bincount(group, minlength=size), "total": total, "largest": largest}
    return result.assign(**arrow_frame({name: pa.array(data) for name, data in counts.items()}))


def summed(sums: pd.DataFrame, counts: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Put together all that was contributed to some values.

    Parameters
    ----------
    sums : DataFrame
        What :func:`contributed` told of them.
    counts : DataFrame
        What :func:`things_counted` told of them.
    labels : Labels
        Fields of the values.

    Returns
    -------
    DataFrame
        A row for each value, with the values and the columns ``FEATURES``.
    """
    names = labels.columns
    row = labels.numbered(stacked([sums[names], counts[names]], sums[names].iloc[:0]))
    row, of_counts = np.split(row, [len(sums)])
    size = int(row.max(initial=-1)) + 1

    def put(name: str, how: Any, start: Any = 0) -> Any:
        result = np.full(size, start, np.int64)
        how.at(result, row, sums[name].to_numpy(np.int64))
        return result

    def named(prefix: str) -> list[str]:
        return [name.removeprefix(prefix) for name in sums.columns if name.startswith(prefix)]

    lowest = np.iinfo(np.int64).min
    all_sums = Sums(
        {name: put(_COUNT + name, np.add).astype(np.float64) for name in named(_COUNT)},
        {
            name: Total.of(put(_LOW + name, np.add), put(_HIGH + name, np.add))
            for name in named(_LOW)
        },
        {name: put(_MOST + name, np.maximum, lowest) for name in named(_MOST)},
    )
    of = counts["of"].to_numpy(np.int64)
    lengths = {
        name: _lengths(counts[of == number], of_counts[of == number], size, long=name in LONG)
        for number, name in enumerate(_THINGS)
    }
    of_row, starts = list_elements(joined(arrow_column(sums[_STARTS])))
    regular = gaps(row[of_row], np.asarray(starts), size)
    values = sums[names].take(first_places(row, size)).reset_index(drop=True)
    return values.assign(**columns_of(all_sums, lengths, regular))


def _lengths(counts: pd.DataFrame, row: NDArray[np.int64], size: int, *, long: bool) -> Lengths:
    number = _added(row, counts["things"], size)
    if not long:
        return Lengths(number, number, number)
    total = _added(row, counts["total"], size)
    largest = np.zeros(size)
    np.maximum.at(largest, row, counts["largest"].to_numpy(np.int64))
    return Lengths(number, total, largest)


def _added(row: NDArray[np.int64], numbers: pd.Series, size: int) -> NDArray[np.float64]:
    return np.bincount(row, numbers.to_numpy(np.float64), size).astype(np.float64, copy=False)
