"""The one type that a column has in all files of an event type, as the values come.

What the schema gives a type has it from the start, but that ``int64`` becomes ``uint64``. The
type of every other column is what holds all of its values so far. These are not looked at
again: of each column a sample is kept that needs the same type as all of them do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.dataset.layout import LINE, column_of, field_of
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.settle import settle
from suricata_eve.ingest.values import list_array, pruned, texts
from suricata_eve.schema.fields import arrow_type, sort_key

__all__ = ["EMPTY", "Kinds", "conforms", "storable"]

EMPTY = "__empty__"
"""Stands in a file for the members that objects in a list do not have: Parquet needs one."""

_DEEPEST = 32  # levels of lists and objects; Arrow's readers take 64 in IPC, 100 in Parquet


class Kinds:
    """Types of the columns of one event type; what it is given comes to have them.

    Parameters
    ----------
    schema : pyarrow.Schema, optional
        Columns of the files so far.
    sample : pyarrow.RecordBatch, optional
        The sample that was kept of them.

    Attributes
    ----------
    changed : bool
        Whether a column has another type than when this was made, so that files may lag behind.
    widened : set of str
        Columns of integers of which some parts were ``int64`` and some ``uint64``: with negative
        values as well, ``int64`` is their type (see `narrow`).
    """

    def __init__(
        self, schema: pa.Schema | None = None, sample: pa.RecordBatch | None = None
    ) -> None:
        self._types: dict[str, pa.DataType] = {}
        self._samples: dict[str, pa.Array] = {}
        if schema is not None:
            self._types = {
                field_of(field.name): field.type for field in schema if field.name != LINE
            }
        if sample is not None:
            self._samples = {
                field_of(name): array
                for name, array in zip(sample.schema.names, sample.columns, strict=True)
            }
        self.changed = False
        self.widened: set[str] = set()

    @property
    def schema(self) -> pa.Schema:
        """The columns of the files."""
        names = sorted(self._types, key=sort_key)
        fields = [pa.field(column_of(name), self._types[name]) for name in names]
        return pa.schema([pa.field(LINE, pa.int64()), *fields])

    @property
    def sample(self) -> pa.RecordBatch | None:
        """The sample to keep; None if the schema gives every column its type."""
        if not self._samples:
            return None
        rows = max(map(len, self._samples.values()))
        arrays = [
            pa.concat_arrays([array, pa.nulls(rows - len(array), array.type)])
            for array in self._samples.values()
        ]
        return pa.record_batch(arrays, names=list(map(column_of, self._samples)))

    def conform(self, table: pa.Table, report: Report) -> pa.Table:
        """Give a table the types, which widen where it needs that.

        Parameters
        ----------
        table : pyarrow.Table
            Events; one column a field.
        report : Report
            Told where values of several kinds became text.

        Returns
        -------
        pyarrow.Table
            The columns that have a value.
        """
        columns: dict[str, pa.ChunkedArray] = {}
        for path, column in zip(table.column_names, table.columns, strict=True):
            if pt.is_null(column.type):
                continue
            if path not in self._samples and self._types.get(path) == column.type:
                if column.null_count < len(column):
                    columns[path] = column  # as nearly all are
                continue
            if _depth(column.type) > _DEEPEST:
                column = _as_text(column)  # noqa: PLW2901
                report.texts.add(path)
            known = arrow_type(path)
            if known is not None and not pt.is_list(known):
                conformed = self._known(path, column)
            else:
                conformed = self._loose(path, column, report)
            # Where all values were replaced, the type is all that is left of them.
            if conformed.null_count < len(conformed):
                columns[path] = conformed
        return pa.table(columns)

    def narrow(self, path: str) -> None:
        """Make a column that was widened ``int64`` again, which its negative values need."""
        self._types[path] = pa.int64()

    def recast(self, path: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Give a column of an older type the present one.

        Parameters
        ----------
        path : str
            Its field.
        column : pyarrow.ChunkedArray
            Values that were taken into account.

        Returns
        -------
        pyarrow.ChunkedArray
            The same values, but for those that no column of ``int64`` holds, which are null.
        """
        kind = self._types[path]
        if path in self._samples:
            parts = [self._samples[path], *column.chunks]
            return pa.chunked_array(settle(path, parts, Report(), [])[1:], kind)
        return _narrowed(column) if kind == pa.int64() else column.cast(kind)

    def together(
        self, path: str, columns: Sequence[pa.ChunkedArray]
    ) -> tuple[list[pa.ChunkedArray], int]:
        """Give columns of one field, which came one after the other, one type.

        Parameters
        ----------
        path : str
            Their field.
        columns : sequence of pyarrow.ChunkedArray
            Values that were taken into account.

        Returns
        -------
        list of pyarrow.ChunkedArray
            The same values, but for those that no column of ``int64`` holds beside negative
            ones, which are null.
        int
            How many these are.
        """
        if path in self._samples:
            return [self.recast(path, column) for column in columns], 0
        try:
            return [column.cast(pa.uint64()) for column in columns], 0
        except pa.ArrowInvalid:
            narrow = [_narrowed(column) for column in columns]
        had = sum(column.null_count for column in columns)
        return narrow, sum(column.null_count for column in narrow) - had

    def _known(self, path: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        kind = self._types.setdefault(path, column.type)
        if column.type == kind:
            return column
        # Of int64 and uint64; what has negative values waits until all of them are known.
        self.widened.add(path)
        if kind != pa.uint64():
            self._types[path] = pa.uint64()
            self.changed = True
            return column
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            self.changed = True
            return column

    def _loose(self, path: str, column: pa.ChunkedArray, report: Report) -> pa.ChunkedArray:
        had = self._types.get(path)
        if had is None:
            self._samples[path] = _sample(column.chunks)
            self._types[path] = column.type
            return column
        before = self._samples[path]
        if had == column.type:
            if not _is_complete(before):
                self._samples[path] = _sample([before, *column.chunks])
            return column
        told = Report()
        parts = settle(path, [before, *column.chunks], told, [])
        self._samples[path] = _sample(parts)
        report.texts |= told.texts
        report.misfits.update(told.misfits)
        kind = parts[0].type
        self._types[path] = kind
        self.changed = self.changed or not conforms(had, kind)
        return pa.chunked_array(parts[1:], kind)


def _depth(kind: pa.DataType) -> int:
    if not pt.is_nested(kind):
        return 0
    return 1 + max((_depth(kind.field(n).type) for n in range(kind.num_fields)), default=0)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    parts = [texts([pruned(value) for value in chunk.to_pylist()]) for chunk in column.chunks]
    return pa.chunked_array(parts, pa.string())


def _narrowed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return integers as ``int64``; those that are too large are null."""
    if column.type == pa.uint64():
        fitting = pc.less_equal(column, pa.scalar(2**63 - 1, pa.uint64()))
        column = pc.if_else(fitting, column, pa.scalar(None, pa.uint64()))
    return column.cast(pa.int64())


def conforms(kind: pa.DataType, final: pa.DataType) -> bool:
    """Tell whether a column of a file can stay as it is.

    Parameters
    ----------
    kind : pyarrow.DataType
        The type that it has there.
    final : pyarrow.DataType
        The type that the column has in all files.

    Returns
    -------
    bool
        Whether they are the same, but for members that objects in lists lack.
    """
    if pt.is_list(kind) and pt.is_list(final):
        return conforms(kind.value_type, final.value_type)
    if pt.is_struct(kind) and pt.is_struct(final):
        types = {final.field(n).name: final.field(n).type for n in range(final.num_fields)}
        members = [kind.field(n) for n in range(kind.num_fields)]
        return all(
            member.name == EMPTY
            or (member.name in types and conforms(member.type, types[member.name]))
            for member in members
        )
    return bool(kind == final)


def storable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as Parquet can hold it: objects without any member get `EMPTY`.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        The column.

    Returns
    -------
    pyarrow.ChunkedArray
        Itself for nearly all.
    """
    if not _has_empty(column.type):
        return column
    return pa.chunked_array([_filled(chunk) for chunk in column.chunks], _filled_type(column.type))


def _has_empty(kind: pa.DataType) -> bool:
    if pt.is_list(kind):
        return _has_empty(kind.value_type)
    if not pt.is_struct(kind):
        return False
    return not kind.num_fields or any(
        _has_empty(kind.field(n).type) for n in range(kind.num_fields)
    )


def _filled_type(kind: pa.DataType) -> pa.DataType:
    return _filled(pa.array([], kind)).type


def _filled(array: pa.Array) -> pa.Array:
    if not _has_empty(array.type):
        return array
    missing = np.asarray(array.is_null())
    if pt.is_list(array.type):
        lengths = np.asarray(array.value_lengths().fill_null(0))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        return list_array(offsets, _filled(array.flatten()), missing)
    children = {
        field.name: _filled(child) for field, child in zip(array.type, array.flatten(), strict=True)
    }
    children = children or {EMPTY: pa.nulls(len(array), pa.bool_())}
    return pa.StructArray.from_arrays(
        list(children.values()), list(children), mask=pa.array(missing)
    )


def _sample(arrays: Sequence[pa.Array]) -> pa.Array:
    """Return few values that need the type that all values of arrays of one type need."""
    kind = arrays[0].type
    held = [array for array in arrays if array.null_count < len(array)]
    if not held:
        return pa.nulls(0, kind)
    if pt.is_integer(kind):
        bounds = [bound for array in held for bound in pc.min_max(array).as_py().values()]
        return pa.array([min(bounds), max(bounds)], kind)
    if pt.is_list(kind):
        elements = _sample([array.flatten() for array in held])
        return list_array(np.array([0, len(elements)]), elements, np.array([False]))
    if not pt.is_struct(kind):
        return _first(kind)
    if not kind.num_fields:
        return pa.array([{}], kind)
    members = [_sample(parts) for parts in zip(*(array.flatten() for array in held), strict=True)]
    rows = max(1, *map(len, members))
    children = [
        pa.concat_arrays([member, pa.nulls(rows - len(member), member.type)]) for member in members
    ]
    return pa.StructArray.from_arrays(children, [kind.field(n).name for n in range(len(children))])


def _first(kind: pa.DataType) -> pa.Array:
    """Return a value of a type of which all values need the same."""
    if pt.is_string(kind):
        return pa.array([""], kind)
    return pa.array([True if pt.is_boolean(kind) else 0.5], kind)


def _is_complete(sample: pa.Array) -> bool:
    """Tell whether more values of the same type would leave a sample as it is."""
    kind = sample.type
    if sample.null_count == len(sample) or pt.is_integer(kind):
        return False
    if pt.is_list(kind):
        return _is_complete(sample.flatten())
    if pt.is_struct(kind):
        return all(_is_complete(member) for member in sample.flatten())
    return True
