"""Groups of events over all partitions: how many, when, and which values they have.

A partition tells of each of its groups how many events, and when, and of each field which
values a group has, each once, and how often. These rows go to a bucket by a hash of group and
value, where they are counted; what a bucket tells are the numbers for each group, and the first
few values of it, which are merged in a tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.analysis.codes import encode, first_places
from suricata_eve.analysis.columns import arrow_column, instant_column, joined
from suricata_eve.analysis.rows import take_column
from suricata_eve.analysis.summary import (
    Plan,
    column_at,
    columns_of,
    listed,
    members,
    numbered,
    plan_of,
    ranked,
    spans,
    values_of,
)
from suricata_eve.analysis.summary import group_summary as summary_of
from suricata_eve.dask.collecting import merged
from suricata_eve.dask.exchange import bucket_number, exchanged
from suricata_eve.dask.flows import mixed
from suricata_eve.dask.hashing import hashed
from suricata_eve.dask.packing import stacked
from suricata_eve.dask.parcels import delayed_of
from suricata_eve.errors import EveTypeError
from suricata_eve.frame import arrow_frame
from suricata_eve.schema.fields import INSTANTS, PORTS, arrow_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["group_summary"]

_FIELD, _PLACE = "eve field", "eve place"  # no field of EVE has a space in its name
_NUMBERS = ("count", "first_seen", "last_seen")
_ITSELF = -1  # not a field: the row of the group itself
_PARTITION = 1 << 40  # places of a partition


class _Shape(NamedTuple):
    """What is asked for, and what results and what is on the way look like."""

    plan: Plan
    types: list[pa.DataType]
    """Of the values of each field."""
    result: pd.DataFrame
    rows: pd.DataFrame
    """Of a partition, about groups and their values."""

    pairs: pd.DataFrame
    """Groups and values alone."""

    numbers: pd.DataFrame

    def keys_of(self, rows: pd.DataFrame) -> list[pa.Array]:
        """Return what makes the groups of rows."""
        return [joined(arrow_column(rows[key])) for key in self.plan.keys]


def group_summary(
    frame: dd.DataFrame,
    by: str | Iterable[str],
    fields: str | Iterable[str] | None = None,
    *,
    max_unique: int = 100,
) -> dd.DataFrame:
    """Summarize groups of events: count, first and last seen, values of fields.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    by : str or iterable of str
        The columns that make the groups. Events without a value in one of them are in no
        group.
    fields : str or iterable of str, optional
        The columns to summarize; without it, those of ``SUMMARY_FIELDS`` that are there.
    max_unique : int, default 100
        How many distinct values to list at most.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.group_summary` gives it, in one partition.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.group_summary : The same as a method.

    Notes
    -----
    A task holds the named columns of a partition; the groups and values that share a bucket; or
    a few summaries, each of no more groups and values than the result.
    """
    meta = frame._meta  # noqa: SLF001
    plan = plan_of(meta, by, fields, max_unique=max_unique)
    names = {*plan.keys, *plan.fields, "timestamp"}
    narrow = frame[[name for name in meta.columns if name in names]]
    shape = _shape(narrow._meta, plan)  # noqa: SLF001

    # Together with what makes a partition, and with what packs the rows of it.
    rows = narrow.map_partitions(_part, shape, meta=shape.rows, enforce_metadata=False)
    if rows.npartitions > 1:
        number = bucket_number(rows.npartitions)
        rows = exchanged(rows, _route, more=[shape], npartitions=number, meta=shape.rows)
    met = rows.map_partitions(_bucket, shape, meta=("x", object), enforce_metadata=False)
    values = merged(delayed_of(met), _merged_buckets, more=[shape])
    result = dask.delayed(_result, pure=False)(values, shape)
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_delayed([result], meta=shape.result, verify_meta=False)


def _shape(meta: pd.DataFrame, plan: Plan) -> _Shape:
    result = summary_of(meta, plan.keys, plan.fields, max_unique=plan.limit)
    types = []
    for name in plan.fields:
        unique = columns_of(name)[2]
        kind = arrow_column(result[unique]).type.value_type
        if pt.is_null(kind):
            kind = _kind_of_objects(name)
            result[unique] = result[unique].astype(pd.ArrowDtype(pa.list_(kind)))
        types.append(kind)
    number = arrow_frame({"n": pa.array([], pa.int64())})["n"]
    values = {f"eve value {n}": pd.Series([], dtype=pd.ArrowDtype(t)) for n, t in enumerate(types)}
    pairs = result[plan.keys].assign(**{_FIELD: number, _PLACE: number, **values})
    groups = result[[*plan.keys, *_NUMBERS]]
    counts = {column: number for name in plan.fields for column in columns_of(name)[:2]}
    return _Shape(
        plan,
        types,
        result,
        rows=pairs.assign(**groups[list(_NUMBERS)]),
        pairs=pairs,
        numbers=groups.assign(**{_PLACE: number, **counts}),
    )


def _kind_of_objects(name: str) -> pa.DataType:
    """Return the type of values that are objects of Python, which do not tell it before."""
    kind = arrow_type(name)
    if kind is None or name in INSTANTS:
        return pa.string()
    if name in PORTS:
        return pa.int64()
    return kind.value_type if pt.is_list(kind) else kind


def _part(
    rows: pd.DataFrame, shape: _Shape, partition_info: dict[str, Any] | None = None
) -> pd.DataFrame:
    """Return what a partition tells of its groups, and of each value of these."""
    plan = shape.plan
    before = (partition_info["number"] if partition_info else 0) * _PARTITION
    positions, columns = members(rows, plan.keys)
    groups, firsts = numbered(columns)
    places = positions[firsts]
    keys = {key: take_column(rows[key], places).reset_index(drop=True) for key in plan.keys}
    times = joined(instant_column(take_column(rows["timestamp"], positions)))
    size = len(firsts)
    numbers = (np.bincount(groups, minlength=size), *spans(groups, times, times))
    data = {_FIELD: np.full(size, _ITSELF), _PLACE: before + np.arange(size)}
    told = [_rows(keys, np.arange(size), data | dict(zip(_NUMBERS, numbers, strict=True)))]
    for field, name in enumerate(plan.fields):
        of_value, codes, distinct = values_of(column_at(rows, name, positions), groups)
        pair, which = pd.factorize(of_value * max(len(distinct), 1) + codes)
        of_pair, codes = np.divmod(which, max(len(distinct), 1))
        values = _of_type(distinct, shape.types[field], name).take(pa.array(codes, pa.int64()))
        data = {
            _FIELD: np.full(len(which), field),
            _PLACE: before + first_places(np.asarray(pair, np.int64), len(which)),
            _NUMBERS[0]: np.bincount(pair, minlength=len(which)),
            f"eve value {field}": values,
        }
        told.append(_rows(keys, of_pair, data))
    return stacked(told, shape.rows)


def _column(values: Any) -> Any:
    if isinstance(values, np.ndarray):
        values = pa.array(values, pa.int64())
    if isinstance(values, pa.Array):
        values = pa.chunked_array([values])
    return pd.arrays.ArrowExtensionArray(values)


def _rows(
    keys: dict[str, pd.Series], groups: NDArray[np.int64], values: dict[str, Any]
) -> pd.DataFrame:
    # Objects stay objects, where pandas would read them as text.
    repeated = {
        key: pd.Series(column.array.take(groups), dtype=column.dtype)
        for key, column in keys.items()
    }
    return pd.DataFrame(repeated | {name: _column(each) for name, each in values.items()})


def _of_type(values: pa.Array, kind: pa.DataType, name: str) -> pa.Array:
    if values.type == kind or pt.is_null(values.type):
        return values.cast(kind)
    integers = pt.is_integer(values.type) and pt.is_integer(kind)
    if integers or pt.is_large_string(values.type):
        return values.cast(kind)
    msg = (
        f"the column {name!r} has values of type {values.type} where {kind} was expected of a "
        f"column of objects; ddf.eve.normalize_types() or ddf.astype gives it a dtype"
    )
    raise EveTypeError(msg)


def _route(rows: pd.DataFrame, npartitions: int, shape: _Shape) -> NDArray[np.int64]:
    columns = shape.keys_of(rows)
    groups, firsts = numbered(columns)
    fields = rows[_FIELD].to_numpy(np.int64)
    result = fields.astype(np.uint64)
    for column in columns:
        result = mixed(result + hashed(column.take(pa.array(firsts)))[groups])
    for field in range(len(shape.types)):
        own = np.flatnonzero(fields == field)
        result[own] = mixed(result[own] + hashed(column_at(rows, f"eve value {field}", own)))
    return (result % np.uint64(npartitions)).astype(np.int64)


class _Bucket(NamedTuple):
    """What is known of groups, and the first few pairs of each."""

    numbers: pd.DataFrame
    """With the place where a group is first; the last one there is, where another has it."""

    pairs: pd.DataFrame


def _bucket(rows: pd.DataFrame, shape: _Shape) -> _Bucket:
    """Count the rows of a bucket, which come partition by partition."""
    groups, firsts = numbered(shape.keys_of(rows))
    size = len(firsts)
    fields, counts, places = (rows[name].to_numpy(np.int64) for name in (_FIELD, "count", _PLACE))
    itself = np.flatnonzero(fields == _ITSELF)
    place = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(place, groups[itself], places[itself])
    numbers: dict[str, Any] = {
        "count": _added(groups[itself], counts[itself], size),
        _PLACE: place,
        **_times(rows, groups),
    }
    kept = [np.zeros(0, np.int64)]
    for field, name in enumerate(shape.plan.fields):
        own = np.flatnonzero(fields == field)
        codes, distinct = encode(column_at(rows, f"eve value {field}", own))
        pair, which = pd.factorize(groups[own] * max(len(distinct), 1) + codes)
        once = own[first_places(np.asarray(pair, np.int64), len(which))]
        count, nunique, _ = columns_of(name)
        numbers[count] = _added(groups[own], counts[own], size)
        numbers[nunique], chosen, _ = listed(groups[once], size, shape.plan.limit)
        kept.append(once[chosen])
    pairs = rows[list(shape.pairs.columns)].take(np.concatenate(kept)).reset_index(drop=True)
    return _Bucket(_numbers(rows, firsts, numbers, shape), pairs)


def _merged_buckets(buckets: Sequence[_Bucket], shape: _Shape) -> _Bucket:
    rows = stacked([bucket.numbers for bucket in buckets], shape.numbers)
    # What stands for a group is how it is written where it is first.
    rows = rows.take(np.argsort(rows[_PLACE].to_numpy(np.int64), kind="stable"))
    groups, firsts = numbered(shape.keys_of(rows))
    numbers = {
        name: _added(groups, rows[name].to_numpy(np.int64), len(firsts))
        for name in rows.columns.difference([*shape.plan.keys, *_NUMBERS[1:], _PLACE])
    }
    numbers |= _times(rows, groups)
    numbers[_PLACE] = rows[_PLACE].to_numpy(np.int64)[firsts]
    pairs = stacked([bucket.pairs for bucket in buckets], shape.pairs)
    of_pairs, _ = numbered(shape.keys_of(pairs))
    kept = [places for places, _ in _first_of_groups(pairs, of_pairs, shape)]
    places = np.concatenate([np.zeros(0, np.int64), *kept])
    pairs = pairs.take(places).reset_index(drop=True)
    return _Bucket(_numbers(rows, firsts, numbers, shape), pairs)


def _added(groups: NDArray[np.int64], counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    total = np.zeros(size, np.int64)
    np.add.at(total, groups, counts)
    return total


def _times(rows: pd.DataFrame, groups: NDArray[np.int64]) -> dict[str, Any]:
    names = _NUMBERS[1:]
    times = [joined(arrow_column(rows[name])) for name in names]
    return dict(zip(names, spans(groups, times[0], times[1]), strict=True))


def _numbers(
    rows: pd.DataFrame, firsts: NDArray[np.int64], numbers: dict[str, Any], shape: _Shape
) -> pd.DataFrame:
    keys = rows[shape.plan.keys].take(firsts).reset_index(drop=True)
    columns = {name: _column(values) for name, values in numbers.items()}
    return keys.assign(**columns)[list(shape.numbers.columns)]


def _first_of_groups(
    pairs: pd.DataFrame, groups: NDArray[np.int64], shape: _Shape, number: int | None = None
) -> Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield for each field where the pairs to list are, group by group, and where each begins."""
    number = int(groups.max(initial=-1)) + 1 if number is None else number
    fields, places = (pairs[name].to_numpy(np.int64) for name in (_FIELD, _PLACE))
    for field in range(len(shape.types)):
        own = np.flatnonzero(fields == field)
        own = own[np.argsort(places[own], kind="stable")]
        _, chosen, offsets = listed(groups[own], number, shape.plan.limit)
        yield own[chosen], offsets


def _result(values: _Bucket, shape: _Shape) -> pd.DataFrame:
    plan = shape.plan
    table = values.numbers
    if not len(table):
        return shape.result
    keys = shape.keys_of(table)
    table = table.take(ranked(table["count"].to_numpy(np.int64), keys)).reset_index(drop=True)
    # The groups of the table, each once, are first: so their numbers are their places.
    both = stacked([part[plan.keys] for part in (table, values.pairs)], shape.result[plan.keys])
    of_pairs = numbered(shape.keys_of(both))[0][len(table) :]
    data = {name: table[name] for name in [*plan.keys, *_NUMBERS]}
    firsts = _first_of_groups(values.pairs, of_pairs, shape, len(table))
    for field, (name, (places, offsets)) in enumerate(zip(plan.fields, firsts, strict=True)):
        count, nunique, unique = columns_of(name)
        data[count], data[nunique] = table[count], table[nunique]
        elements = column_at(values.pairs, f"eve value {field}", places)
        data[unique] = _column(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements))
    return pd.DataFrame(data)[list(shape.result.columns)]
