"""The parts of one column, read apart, brought to one type that holds all of them exactly.

A part is an Arrow array, or a list of Python values where no Arrow type held them.
The outcome depends on the values alone, not on where one part ends and the next begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.ingest.values import EXACT, Conflict, build, pruned, texts

__all__ = ["Part", "Unified", "fit", "unify"]

Part: TypeAlias = "pa.Array | list[Any]"
Unified: TypeAlias = "tuple[list[pa.Array], bool]"


def unify(parts: Sequence[Part], hint: pa.DataType | None = None) -> Unified:
    """Bring the parts of a column to one type.

    Parameters
    ----------
    parts : sequence of pyarrow.Array or list
        The column's parts, in order.
    hint : pyarrow.DataType, optional
        The type that the schema gives. It decides what lists hold that are all empty; and
        where it is text, all else becomes text, value by value.

    Returns
    -------
    list of pyarrow.Array
        As many arrays, each as long as its part, all of one type.
    bool
        Whether values of several kinds became text on the way.
    """
    arrays = [part for part in parts if isinstance(part, pa.Array)]
    as_text = hint is not None and pt.is_string(hint)
    if len(arrays) == len(parts):
        try:
            conformed = _conform(arrays)
        except Conflict:
            pass
        else:
            kind = conformed[0].type
            if not as_text or pt.is_string(kind) or pt.is_null(kind):
                return _settle(_hinted(_undeclared(conformed), hint)), False
    values = list(
        chain.from_iterable(
            [pruned(value) for value in part.to_pylist()] if isinstance(part, pa.Array) else part
            for part in parts
        )
    )
    whole, mixed = _whole(values, as_text=as_text)
    ends = np.cumsum([len(part) for part in parts])
    slices = [
        whole.slice(end - len(part), len(part)) for part, end in zip(parts, ends, strict=True)
    ]
    return _settle(_hinted(_undeclared(slices), hint)), mixed


def _whole(values: list[Any], *, as_text: bool) -> tuple[pa.Array, bool]:
    """Build the whole column at once; tell whether it took text to hold it."""
    if as_text:
        return texts(values), not all(isinstance(value, str | None) for value in values)
    try:
        return build(values, lenient=False), False
    except Conflict:
        return build(values, lenient=True), True


def _hinted(arrays: list[pa.Array], hint: pa.DataType | None) -> list[pa.Array]:
    if hint is None or not (pt.is_list(hint) and pt.is_list(arrays[0].type)):
        return arrays
    try:
        return _conform([pa.array([], hint), *arrays])[1:]
    except Conflict:
        return arrays


def fit(arrays: Sequence[pa.Array], target: pa.DataType) -> list[pa.Array] | None:
    """Cast the arrays of one type to the type that the schema gives, if every value survives.

    Parameters
    ----------
    arrays : sequence of pyarrow.Array
        Arrays of one type.
    target : pyarrow.DataType
        The type wanted.

    Returns
    -------
    list of pyarrow.Array or None
        None if some value does not fit exactly.
    """
    kind = arrays[0].type
    if kind == target:
        return list(arrays)
    if pt.is_integer(target) and pt.is_integer(kind):
        try:
            return [array.cast(target) for array in arrays]
        except pa.ArrowInvalid:
            return None
    if pt.is_list(target) and pt.is_list(kind):
        empty = pa.array([], target)
        try:
            conformed = _conform([empty, *arrays])[1:]
        except Conflict:
            return None
        # Fields beyond those of the target are more than it promises, not a misfit.
        return conformed if conformed[0].type == target or _extends(conformed, target) else None
    return None


def _extends(arrays: Sequence[pa.Array], target: pa.DataType) -> bool:
    have, want = arrays[0].type.value_type, target.value_type
    if not (pt.is_struct(have) and pt.is_struct(want)):
        return False
    types = {have.field(i).name: have.field(i).type for i in range(have.num_fields)}
    fields = [want.field(i) for i in range(want.num_fields)]
    return all(types.get(field.name) == field.type for field in fields)


def _conform(arrays: list[pa.Array]) -> list[pa.Array]:
    """Bring arrays to one type, exactly, or raise Conflict."""
    types = {array.type for array in arrays}
    if len(types) == 1:
        return arrays
    solid = [kind for kind in types if not pt.is_null(kind)]
    if len(solid) == 1:
        return [
            pa.nulls(len(array), solid[0]) if pt.is_null(array.type) else array for array in arrays
        ]
    if all(map(_is_number, solid)):
        return _conform_numbers(arrays)
    if all(map(pt.is_list, solid)):
        return _conform_lists(arrays)
    if all(map(pt.is_struct, solid)):
        return _conform_structs(arrays)
    raise Conflict


def _is_number(kind: pa.DataType) -> bool:
    return bool(pt.is_integer(kind) or pt.is_float64(kind))


def _conform_numbers(arrays: list[pa.Array]) -> list[pa.Array]:
    bounds = [
        bound
        for array in arrays
        if pt.is_integer(array.type)
        for bound in pc.min_max(array).as_py().values()
        if bound is not None
    ]
    low, high = min(bounds, default=0), max(bounds, default=0)
    if any(pt.is_float64(array.type) for array in arrays):
        target = pa.float64()
        exact = low >= -EXACT and high <= EXACT
    elif high < 2**63:
        target, exact = pa.int64(), True
    else:
        target, exact = pa.uint64(), low >= 0
    if not exact:
        raise Conflict
    return [array.cast(target) for array in arrays]


def _conform_lists(arrays: list[pa.Array]) -> list[pa.Array]:
    arrays = [_unsliced(array) for array in arrays]
    elements = _conform([_elements(array) for array in arrays])
    return [
        pa.Array.from_buffers(
            pa.list_(element.type), len(array), _validity_and_offsets(array), children=[element]
        )
        for array, element in zip(arrays, elements, strict=True)
    ]


def _elements(array: pa.Array) -> pa.Array:
    return pa.nulls(0) if pt.is_null(array.type) else array.values


def _validity_and_offsets(array: pa.Array) -> list[pa.Buffer | None]:
    if pt.is_null(array.type):
        zeros = pa.py_buffer(np.zeros(len(array) + 1, np.int32))
        return [pa.py_buffer(bytes(len(array) // 8 + 1)), zeros]
    return list(array.buffers()[:2])


def _conform_structs(arrays: list[pa.Array]) -> list[pa.Array]:
    arrays = [_unsliced(array) for array in arrays]
    names = sorted(
        {
            array.type.field(i).name
            for array in arrays
            if pt.is_struct(array.type)
            for i in range(array.type.num_fields)
        }
    )
    columns = [_conform([_child(array, name) for array in arrays]) for name in names]
    results = []
    for position, array in enumerate(arrays):
        children = [column[position] for column in columns]
        fields = list(zip(names, (child.type for child in children), strict=True))
        if pt.is_null(array.type):
            validity = pa.py_buffer(bytes(len(array) // 8 + 1))
        else:
            validity = array.buffers()[0]
        results.append(
            pa.Array.from_buffers(pa.struct(fields), len(array), [validity], children=children)
        )
    return results


def _child(array: pa.Array, name: str) -> pa.Array:
    if pt.is_struct(array.type):
        position = array.type.get_field_index(name)
        if position >= 0:
            return array.field(position)
    return pa.nulls(len(array))


def _unsliced(array: pa.Array) -> pa.Array:
    """Copy an array that is a part of another, so that its buffers hold it and nothing else."""
    if not array.offset and not (pt.is_list(array.type) and _spans_less(array)):
        return array
    return array.take(pa.array(np.arange(len(array))))


def _spans_less(array: pa.Array) -> bool:
    """Tell whether lists whose buffers start with them leave elements at either end."""
    if not len(array):
        return len(array.values) > 0
    ends = np.frombuffer(array.buffers()[1], np.int32)
    return bool(ends[0] > 0 or ends[len(array)] < len(array.values))


def _settle(arrays: list[pa.Array]) -> list[pa.Array]:
    """Give nested types one form: sorted keys, none that is null throughout, no null elements."""
    kind = arrays[0].type
    if pt.is_list(kind):
        if pt.is_null(kind.value_type):
            return _conform([pa.array([], pa.list_(pa.string())), *arrays])[1:]
        arrays = [_unsliced(array) for array in arrays]
        elements = _settle(_undeclared([array.values for array in arrays]))
        return [
            pa.Array.from_buffers(
                pa.list_(element.type), len(array), array.buffers()[:2], children=[element]
            )
            for array, element in zip(arrays, elements, strict=True)
        ]
    if pt.is_struct(kind):
        return _settle_structs([_unsliced(array) for array in arrays])
    return arrays


def _undeclared(arrays: list[pa.Array]) -> list[pa.Array]:
    """Forget what lists without any element would hold: others were read with these."""
    kind = arrays[0].type
    if not (pt.is_list(kind) and pt.is_nested(kind.value_type)):
        return arrays
    arrays = [_unsliced(array) for array in arrays]
    if any(array.values.null_count < len(array.values) for array in arrays):
        return arrays
    return [
        pa.Array.from_buffers(
            pa.list_(pa.null()),
            len(array),
            array.buffers()[:2],
            children=[pa.nulls(len(array.values))],
        )
        for array in arrays
    ]


def _settle_structs(arrays: list[pa.Array]) -> list[pa.Array]:
    kind = arrays[0].type
    columns = {}
    for name in sorted(kind.field(i).name for i in range(kind.num_fields)):
        children = [array.field(name) for array in arrays]
        if any(child.null_count < len(child) for child in children):
            columns[name] = _settle(_undeclared(children))
    struct = pa.struct([(name, children[0].type) for name, children in columns.items()])
    return [
        pa.Array.from_buffers(
            struct,
            len(array),
            array.buffers()[:1],
            children=[children[position] for children in columns.values()],
        )
        for position, array in enumerate(arrays)
    ]
