"""The parts of a column to the type that the schema gives to its field.

A known field of integers, booleans, times or text has one type, whatever a file holds: what
does not fit is null, counted and placed. Lists, and fields that the schema does not know,
have the type that holds all their values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.ingest.coerce import coerce
from suricata_eve.ingest.report import Report
from suricata_eve.ingest.segment import Segment
from suricata_eve.ingest.times import UTC_MICROSECONDS, parse_instants
from suricata_eve.ingest.unify import Part, fit, unify
from suricata_eve.schema.fields import arrow_type

__all__ = ["settle"]


def settle(
    path: str, parts: Sequence[Part], report: Report, segments: Sequence[Segment]
) -> list[pa.Array]:
    """Bring a column's parts to one type.

    Parameters
    ----------
    path : str
        The column.
    parts : sequence of pyarrow.Array or list
        Its parts.
    report : Report
        Told what had to change.
    segments : sequence of Segment
        Where each part comes from, to place values that do not fit.

    Returns
    -------
    list of pyarrow.Array
        One for each part, all of one type.
    """
    target = arrow_type(path)
    if _is_settled(parts, target):  # as times are that come from a dataset, rather than as text
        return list(parts)
    if target == UTC_MICROSECONDS:
        arrays, _ = unify(parts, pa.string())
        return _instants(path, arrays, report, segments)
    arrays, mixed = unify(parts, target)
    if target is not None and (pt.is_integer(target) or pt.is_boolean(target)):
        fitting = fit(arrays, target)
        if fitting is None:
            fitting = _scalars(path, arrays, target, report=report, segments=segments)
            if any(_is_converted(*pair) for pair in zip(parts, fitting, strict=True)):
                report.converted.add(path)
        return fitting
    if mixed:
        report.texts.add(path)
    if target is None or arrays[0].type == target:
        return arrays
    fitting = fit(arrays, target)
    if fitting is None:
        report.misfits[path] = str(arrays[0].type)
        return arrays
    return fitting


def _is_settled(parts: Sequence[Part], target: pa.DataType | None) -> bool:
    """Tell whether nothing is to be done, as for most columns of most files."""
    if not all(isinstance(part, pa.Array) for part in parts):
        return False
    kind = parts[0].type  # type: ignore[union-attr]
    if pt.is_nested(kind) or pt.is_null(kind) or target not in (None, kind):
        return False
    return all(part.type == kind for part in parts)  # type: ignore[union-attr]


def _instants(
    path: str, arrays: Sequence[pa.Array], report: Report, segments: Sequence[Segment]
) -> list[pa.Array]:
    parsed = [parse_instants(array) for array in arrays]
    for instants, segment in zip(parsed, segments, strict=True):
        report.cut_times += instants.cut
        report.add_values(
            segment.mishap(row, f"{path} is not a time") for row in instants.bad.tolist()
        )
    return [instants.values for instants in parsed]


def _scalars(
    path: str,
    arrays: Sequence[pa.Array],
    target: pa.DataType,
    *,
    report: Report,
    segments: Sequence[Segment],
) -> list[pa.Array]:
    """Give integers and booleans their type, null and reported where they are none."""
    # At once, since whether int64 must widen to uint64 depends on all of them.
    whole = coerce(pa.concat_arrays(arrays), target).array
    ends = np.cumsum([len(array) for array in arrays]).tolist()
    results = [
        whole.slice(end - len(array), len(array)) for array, end in zip(arrays, ends, strict=True)
    ]
    reason = f"{path} is not {_noun(target)}"
    for array, result, segment in zip(arrays, results, segments, strict=True):
        bad = np.flatnonzero(np.asarray(pc.and_(array.is_valid(), result.is_null())))
        report.add_values(segment.mishap(row, reason) for row in bad.tolist())
    return results


def _noun(target: pa.DataType) -> str:
    if pt.is_boolean(target):
        return "true or false"
    return "a port" if target == pa.uint16() else "an integer of 64 bits"


def _is_converted(part: Part, result: pa.Array) -> bool:
    """Tell whether a value was spelt as another kind; a whole double is the same integer."""
    own = (int, float) if pt.is_integer(result.type) else (bool,)
    if isinstance(part, list):
        kept = result.is_valid().to_pylist()
        return any(
            valid and type(value) not in own for value, valid in zip(part, kept, strict=True)
        )
    is_number = pt.is_integer(part.type) or pt.is_floating(part.type)
    is_own = is_number if int in own else pt.is_boolean(part.type)
    return not is_own and result.null_count < len(result)
