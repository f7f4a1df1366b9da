"""The columns and types that a frame announces, and rows brought to just these.

Dask must know a frame's dtypes before any of it is read. What a task reads is typed as if
a value that needs the announced type were among it; the outcome is then what all files at
once would give, or it does not fit, which is an error rather than another value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from suricata_eve.errors import EveTypeError, EveValueError
from suricata_eve.ingest.nulls import Nulls
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.selection import Selection
from suricata_eve.ingest.values import pruned
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.schema.fields import arrow_type, fields, sort_key

__all__ = [
    "Announced",
    "OnNewFields",
    "announced_schema",
    "check_types",
    "chosen_of",
    "example",
    "witnesses",
]

OnNewFields: TypeAlias = Literal["error", "warn", "skip"]

_LAST = 2**62  # the line of the witnesses, behind all others


@dataclass(frozen=True)
class Announced:
    """Columns with their types.

    Attributes
    ----------
    types : mapping of str to pyarrow.DataType
        Types by path, in order.
    is_open : bool
        Whether a field that is none of them would be read, if it were there.
    fix : str
        What to do about a value that does not fit, as the end of a sentence.
    """

    types: Mapping[str, pa.DataType]
    is_open: bool = False
    fix: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        # It travels with every task, and is mostly what the schema tells there as well.
        others = {path: kind for path, kind in self.types.items() if kind != arrow_type(path)}
        return _unpickled, (tuple(self.types), others, self.is_open, self.fix)

    def witness(self) -> Segment | None:
        """Return one event that needs the announced types, None if the schema's are these."""
        columns = {
            path: pa.array([example(kind)], kind)
            for path, kind in self.types.items()
            if not pt.is_null(kind) and (pt.is_nested(kind) or kind != arrow_type(path))
        }
        if not columns:
            return None
        lines = np.array([_LAST])
        # No event has a type like this, so that it is in a group of its own.
        return Segment((), "", 0, lines, np.zeros(1, np.int64), columns)  # type: ignore[arg-type]

    def of(
        self, table: pa.Table, rows: int, *, name: str, on_new_fields: OnNewFields
    ) -> tuple[pa.Table, str | None]:
        """Bring a table to the announced columns and types.

        Parameters
        ----------
        table : pyarrow.Table
            Events, read together with the witness.
        rows : int
            How many they are, with columns or without.
        name : str
            What messages call where they come from.
        on_new_fields : {"error", "warn", "skip"}
            What to do about values that are in no announced column.

        Returns
        -------
        pyarrow.Table
            The announced columns.
        str or None
            What was left out, in a sentence.

        Raises
        ------
        EveValueError
            If a value fits no announced column, or not the type of its own.
        """
        nulls = Nulls(rows)
        columns: dict[str, pa.ChunkedArray] = {}
        new: dict[str, pa.DataType] = {}
        held = dict(zip(table.column_names, table.columns, strict=True))
        for path, kind in self.types.items():
            column = held.pop(path, None)
            if column is None or column.null_count == len(column):
                empty = [nulls.of(kind, rows)] if rows else []
                columns[path] = pa.chunked_array(empty, kind)
                continue
            if column.type != kind:
                if not _has_more(column.type, kind):
                    raise _misfit(name, path, column.type, kind, self.fix)
                new[path] = column.type
                column = pa.chunked_array([_less(chunk, kind) for chunk in column.chunks], kind)
            columns[path] = column
        new |= {
            path: column.type
            for path, column in held.items()
            if self.is_open and column.null_count < len(column)
        }
        message = None
        if new and on_new_fields != "skip":
            some = [f"{path} ({_short(kind)})" for path, kind in list(new.items())[:5]]
            more = f" and {len(new) - 5} more" if len(new) > 5 else ""
            what = f"fields that the frame was not announced to have: {', '.join(some)}{more}"
            if on_new_fields == "error":
                msg = f"{name}: has {what}; {self.fix}, or on_new_fields='warn' leaves them out"
                raise EveValueError(msg)
            message = f"{name}: left out {what}"
        return pa.table(columns), message


def _unpickled(names: tuple[str, ...], others: dict[str, pa.DataType], *rest: Any) -> Announced:
    types = {path: others[path] if path in others else arrow_type(path) for path in names}
    return Announced(types, *rest)


def announced_schema(
    selection: Selection, wanted: Wanted | None, sampled: pa.Schema | None
) -> pa.Schema:
    """Return the columns that a frame has, as far as a schema and samples tell.

    Parameters
    ----------
    selection : Selection
        Which events are asked for.
    wanted : Wanted or None
        Which columns; None for all.
    sampled : pyarrow.Schema or None
        What samples hold.

    Returns
    -------
    pyarrow.Schema
        All fields of single values and of lists of these that Suricata's schema has, those
        below ``stats`` only if events of that type are asked for, and all that the samples
        have, in the order of a frame.
    """
    types = {path: kind for path in fields() if (kind := arrow_type(path)) is not None}
    if not selection.has_type("stats"):
        types = {path: kind for path, kind in types.items() if not path.startswith("stats.")}
    if sampled is not None:
        types |= {field.name: field.type for field in sampled}
    known = pa.schema([(path, types[path]) for path in sorted(types, key=sort_key)])
    return known if wanted is None else chosen_of(known, wanted)


def chosen_of(schema: pa.Schema, wanted: Wanted) -> pa.Schema:
    """Return the columns that are asked for.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns that there are.
    wanted : Wanted
        Which of them to give; one that is asked for by name comes in any case.

    Returns
    -------
    pyarrow.Schema
        Columns in the order asked for.
    """
    types = dict(zip(schema.names, schema.types, strict=True))
    order = wanted.ordered(types)
    return pa.schema([(path, types.get(path) or arrow_type(path) or pa.null()) for path in order])


def check_types(schema: pa.Schema) -> None:
    """Check that columns have types that reading can give them.

    Parameters
    ----------
    schema : pyarrow.Schema
        What was passed as ``schema=``.

    Raises
    ------
    EveTypeError
        If one has another type, or there are two of one name.
    """
    if not isinstance(schema, pa.Schema):
        msg = f"schema={schema!r} is no pyarrow.Schema; suricata_eve.dask.infer_schema makes one"
        raise EveTypeError(msg)
    for field in schema:
        known = arrow_type(field.name)
        is_single = known is not None and not pt.is_nested(known)
        allowed = (known, pa.uint64()) if known == pa.int64() else (known,)
        if field.type not in allowed if is_single else not _can_be_read(field.type):
            kinds = " or ".join(map(str, allowed)) if is_single else "a type that JSON has"
            msg = f"schema: {field.name!r} is {field.type}, and is read as {kinds}"
            raise EveTypeError(msg)
    if len(set(schema.names)) < len(schema):
        twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
        msg = f"schema: there are two columns of the name {twice[0]!r}"
        raise EveTypeError(msg)


def witnesses(table: pa.Table) -> pa.Table:
    """Return few values of each column that need its type, as all of its values do.

    Parameters
    ----------
    table : pyarrow.Table
        Events.

    Returns
    -------
    pyarrow.Table
        The same columns; at least one row if there are any.
    """
    found: dict[str, list[Any]] = {}
    for path, column in zip(table.column_names, table.columns, strict=True):
        chunks = [chunk for chunk in column.chunks if chunk.null_count < len(chunk)]
        kind = column.type
        if pt.is_timestamp(kind) or not chunks:
            found[path] = [None]  # that there is such a column is all there is to know
        else:
            found[path] = _needing(pa.concat_arrays(chunks)) or [None]
    rows = max(map(len, found.values()), default=0)
    return pa.table(
        {
            path: pa.array([*values, *[None] * (rows - len(values))], table.schema.field(path).type)
            for path, values in found.items()
        }
    )


def _needing(array: pa.Array) -> list[Any]:
    """Return values that need an array's type together, though no fewer of its kinds would."""
    kind = array.type
    if array.null_count == len(array):
        return []
    if pt.is_integer(kind):
        numbers = np.asarray(array.drop_null())
        return sorted({int(numbers.min()), int(numbers.max())})
    if pt.is_list(kind):
        elements = _needing(array.flatten())
        return [elements]
    if pt.is_struct(kind):
        names = [kind.field(place).name for place in range(kind.num_fields)]
        return [
            {name: value}
            for name, child in zip(names, array.flatten(), strict=True)
            for value in _needing(child)
        ] or [{}]
    return [example(kind)]


def example(kind: pa.DataType) -> Any:
    """Return a value that no other type holds.

    Parameters
    ----------
    kind : pyarrow.DataType
        A type that reading gives.

    Returns
    -------
    object
        As Python has it; None for types without such a value, as that of times.
    """
    if pt.is_list(kind):
        element = example(kind.value_type)
        return [] if element is None else [element]
    if pt.is_struct(kind):
        return {kind.field(n).name: example(kind.field(n).type) for n in range(kind.num_fields)}
    examples = {
        pa.string(): "x",
        pa.int64(): 0,
        pa.uint64(): 2**64 - 1,
        pa.uint16(): 0,
        pa.float64(): 0.5,
        pa.bool_(): True,
    }
    return examples.get(kind)


def _can_be_read(kind: pa.DataType) -> bool:
    if pt.is_list(kind):
        return _can_be_read(kind.value_type)
    if pt.is_struct(kind):
        return all(_can_be_read(kind.field(n).type) for n in range(kind.num_fields))
    readable = (pa.string(), pa.int64(), pa.uint64(), pa.float64(), pa.bool_(), pa.null())
    return kind in readable


def _has_more(kind: pa.DataType, less: pa.DataType) -> bool:
    """Tell whether a type is another with more members in its objects."""
    if pt.is_list(kind) and pt.is_list(less):
        return _has_more(kind.value_type, less.value_type)
    if pt.is_struct(kind) and pt.is_struct(less):
        members = {kind.field(n).name: kind.field(n).type for n in range(kind.num_fields)}
        return all(
            one.name in members and _has_more(members[one.name], one.type)
            for one in map(less.field, range(less.num_fields))
        )
    return bool(kind == less)


def _less(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Leave out the members that a type does not have."""
    return pa.array(map(pruned, array.to_pylist()), kind)


def _misfit(
    name: str, path: str, found: pa.DataType, announced: pa.DataType, fix: str
) -> EveValueError:
    msg = f"{name}: {path!r} holds {_short(found)}, and was announced as {_short(announced)}; {fix}"
    return EveValueError(msg)


def _short(kind: pa.DataType) -> str:
    text = str(kind).replace("item: ", "").replace("element: ", "")
    return text if len(text) <= 80 else f"{text[:77]}..."
