"""Groups of events over all partitions: how many, when, and which values they have.

A partition tells of each of its groups how many events, when, and how many values (a *table*),
and of each field which values a group has, each once (*pairs*). Tables are merged in a tree.
Pairs go to a bucket by a hash of group and value, where they are counted; what a bucket tells
is the number for each group, and the first few values of it, which again are merged in a tree.
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
from suricata_eve.dask.exchange import exchanged
from suricata_eve.dask.flows import mixed
from suricata_eve.dask.hashing import hashed
from suricata_eve.dask.packing import stacked
from suricata_eve.errors import EveTypeError
from suricata_eve.frame import arrow_frame
from suricata_eve.schema.fields import INSTANTS, PORTS, arrow_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["group_summary"]

_FIELD, _PLACE = "eve field", "eve place"  # no field of EVE has a space in its name
_PARTITION = 1 << 40  # places of a partition


class _Shape(NamedTuple):
    """What is asked for, and what results and what is on the way look like."""

    plan: Plan
    types: list[pa.DataType]
    """Of the values of each field."""
    result: pd.DataFrame
    table: pd.DataFrame
    numbers: pd.DataFrame
    pairs: pd.DataFrame

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
    A task holds the named columns of a partition; the pairs that share a bucket; or a few
    summaries, each of no more groups and values than the result.
    """
    meta = frame._meta  # noqa: SLF001
    plan = plan_of(meta, by, fields, max_unique=max_unique)
    names = {*plan.keys, *plan.fields, "timestamp"}
    narrow = frame[[name for name in meta.columns if name in names]]
    shape = _shape(narrow._meta, plan)  # noqa: SLF001

    summarize = dask.delayed(_part, pure=False, nout=2)
    parts = [summarize(part, number, shape) for number, part in enumerate(narrow.to_delayed())]
    table = merged([table for table, _ in parts], _merged_tables, more=[shape])
    bucket = dask.delayed(_bucket, pure=False)
    if len(parts) == 1:
        buckets = [bucket(parts[0][1], shape)]
    else:
        with dask.config.set({"dataframe.convert-string": False}):
            pairs = dd.from_delayed(
                [pairs for _, pairs in parts], meta=shape.pairs, verify_meta=False
            )
        met = exchanged(pairs, _route, more=[shape], npartitions=len(parts), meta=shape.pairs)
        buckets = [bucket(part, shape) for part in met.to_delayed()]
    values = merged(buckets, _merged_buckets, more=[shape])
    result = dask.delayed(_result, pure=False)(table, values, shape)
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
    keys = result[plan.keys]
    count = arrow_frame({"n": pa.array([], pa.int64())})["n"]
    values = {f"eve value {n}": pd.Series([], dtype=pd.ArrowDtype(t)) for n, t in enumerate(types)}
    return _Shape(
        plan,
        types,
        result,
        table=result[[*plan.keys, "count", "first_seen", "last_seen"]].assign(
            **{columns_of(name)[0]: count for name in plan.fields}
        ),
        numbers=keys.assign(**{columns_of(name)[1]: count for name in plan.fields}),
        pairs=keys.assign(**{_FIELD: count, _PLACE: count, **values}),
    )


def _kind_of_objects(name: str) -> pa.DataType:
    """Return the type of values that are objects of Python, which do not tell it before."""
    kind = arrow_type(name)
    if kind is None or name in INSTANTS:
        return pa.string()
    if name in PORTS:
        return pa.int64()
    return kind.value_type if pt.is_list(kind) else kind


def _part(rows: pd.DataFrame, number: int, shape: _Shape) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table and the pairs of a partition."""
    plan = shape.plan
    positions, columns = members(rows, plan.keys)
    groups, firsts = numbered(columns)
    places = positions[firsts]
    keys = {key: take_column(rows[key], places).reset_index(drop=True) for key in plan.keys}
    times = joined(instant_column(take_column(rows["timestamp"], positions)))
    first, last = spans(groups, times, times)
    size = len(firsts)
    data: dict[str, Any] = {
        "count": np.bincount(groups, minlength=size),
        "first_seen": first,
        "last_seen": last,
    }
    pairs = []
    for field, name in enumerate(plan.fields):
        of_value, codes, distinct = values_of(column_at(rows, name, positions), groups)
        data[columns_of(name)[0]] = np.bincount(of_value, minlength=size)
        pair, which = pd.factorize(of_value * max(len(distinct), 1) + codes)
        of_pair, codes = np.divmod(which, max(len(distinct), 1))
        place = number * _PARTITION + first_places(np.asarray(pair, np.int64), len(which))
        values = _of_type(distinct, shape.types[field], name).take(pa.array(codes, pa.int64()))
        data_of_pairs = {_FIELD: np.full(len(which), field), _PLACE: place}
        data_of_pairs[f"eve value {field}"] = values
        pairs.append(_pairs(keys, of_pair, data_of_pairs))
    table = pd.DataFrame(keys | {name: _column(values) for name, values in data.items()})
    return table, stacked(pairs or [shape.pairs], shape.pairs)


def _column(values: Any) -> Any:
    if isinstance(values, np.ndarray):
        values = pa.array(values, pa.int64())
    if isinstance(values, pa.Array):
        values = pa.chunked_array([values])
    return pd.arrays.ArrowExtensionArray(values)


def _pairs(
    keys: dict[str, pd.Series], groups: NDArray[np.int64], values: dict[str, Any]
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {key: column.array.take(groups) for key, column in keys.items()}
        | {name: _column(each) for name, each in values.items()}
    )
    # Objects stay objects, where pandas would read them as text.
    return frame.astype({key: column.dtype for key, column in keys.items()})


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


def _merged_tables(tables: Sequence[pd.DataFrame], shape: _Shape) -> pd.DataFrame:
    """Merge tables of partitions in order, so that the first of a group comes first."""
    rows = stacked(tables, shape.table)
    return _summed(rows, shape, [name for name in rows.columns if name not in shape.plan.keys])


def _summed(rows: pd.DataFrame, shape: _Shape, names: Iterable[str]) -> pd.DataFrame:
    groups, firsts = numbered(shape.keys_of(rows))
    data: dict[str, Any] = {}
    if "first_seen" in rows.columns:
        times = (joined(arrow_column(rows[name])) for name in ("first_seen", "last_seen"))
        data["first_seen"], data["last_seen"] = spans(groups, *times)
    for name in names:
        if name not in data:
            data[name] = np.zeros(len(firsts), np.int64)
            np.add.at(data[name], groups, rows[name].to_numpy(np.int64))
    keys = rows[shape.plan.keys].take(firsts).reset_index(drop=True)
    sums = {name: _column(values) for name, values in data.items()}
    return pd.DataFrame(dict(keys.items()) | sums)[list(rows.columns)]


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
    """How many values groups have, and the first few pairs of each."""

    numbers: pd.DataFrame
    pairs: pd.DataFrame


def _bucket(pairs: pd.DataFrame, shape: _Shape) -> _Bucket:
    """Count the pairs of a bucket, which come in order of their places."""
    groups, firsts = numbered(shape.keys_of(pairs))
    keys = pairs[shape.plan.keys].take(firsts).reset_index(drop=True)
    fields = pairs[_FIELD].to_numpy(np.int64)
    numbers: dict[Any, Any] = dict(keys.items())
    kept = []
    for field, name in enumerate(shape.plan.fields):
        own = np.flatnonzero(fields == field)
        codes, distinct = encode(column_at(pairs, f"eve value {field}", own))
        pair, which = pd.factorize(groups[own] * max(len(distinct), 1) + codes)
        once = own[first_places(np.asarray(pair, np.int64), len(which))]
        nunique, chosen, _ = listed(groups[once], len(firsts), shape.plan.limit)
        numbers[columns_of(name)[1]] = _column(nunique)
        kept.append(once[chosen])
    places = np.concatenate([np.zeros(0, np.int64), *kept])
    return _Bucket(pd.DataFrame(numbers), pairs.take(places).reset_index(drop=True))


def _merged_buckets(buckets: Sequence[_Bucket], shape: _Shape) -> _Bucket:
    names = [columns_of(name)[1] for name in shape.plan.fields]
    numbers = stacked([bucket.numbers for bucket in buckets], shape.numbers)
    pairs = stacked([bucket.pairs for bucket in buckets], shape.pairs)
    groups, _ = numbered(shape.keys_of(pairs))
    kept = [places for places, _ in _first_of_groups(pairs, groups, shape)]
    places = np.concatenate([np.zeros(0, np.int64), *kept])
    return _Bucket(_summed(numbers, shape, names), pairs.take(places).reset_index(drop=True))


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


def _result(table: pd.DataFrame, values: _Bucket, shape: _Shape) -> pd.DataFrame:
    plan = shape.plan
    if not len(table):
        return shape.result
    keys = shape.keys_of(table)
    table = table.take(ranked(table["count"].to_numpy(np.int64), keys)).reset_index(drop=True)
    # The groups of the table, each once, are first: so their numbers are their places.
    everything = [part[plan.keys] for part in (table, values.numbers, values.pairs)]
    groups, _ = numbered(shape.keys_of(stacked(everything, shape.result[plan.keys])))
    _, of_numbers, of_pairs = np.split(groups, np.cumsum([len(part) for part in everything])[:-1])
    data = {name: table[name] for name in [*plan.keys, "count", "first_seen", "last_seen"]}
    firsts = _first_of_groups(values.pairs, of_pairs, shape, len(table))
    for field, (name, (places, offsets)) in enumerate(zip(plan.fields, firsts, strict=True)):
        count, nunique, unique = columns_of(name)
        data[count] = table[count]
        numbers = np.zeros(len(table), np.int64)
        numbers[of_numbers] = values.numbers[nunique].to_numpy(np.int64)
        data[nunique] = _column(numbers)
        elements = column_at(values.pairs, f"eve value {field}", places)
        data[unique] = _column(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), elements))
    return pd.DataFrame(data)[list(shape.result.columns)]
