"""Arrow arrays of any origin to the contract's types, exactly or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from suricata_eve.ingest.times import UTC_MICROSECONDS, parse_instants
from suricata_eve.ingest.unify import fit
from suricata_eve.ingest.values import EXACT, pruned, texts

__all__ = ["Coerced", "coerce", "restore_integers"]

_WHOLE = r"^[+-]?[0-9]+$"
_WHOLE_FLOAT = r"^[+-]?[0-9]+\.0*$"
_EXPONENT = r"^[+-]?[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,2}$"
_TRUE, _FALSE = "^(true|True|TRUE|1)$", "^(false|False|FALSE|0)$"


@dataclass
class Coerced:
    """An array of the contract's type, and what it took.

    Attributes
    ----------
    array : pyarrow.Array
        As long as the array before.
    bad : numpy.ndarray of int64
        Positions of values that the type cannot hold; null in `array`.
    inexact : int
        Integers that had been floats of 2**53 or more: the nearest, maybe not the true one.
    misfit : bool
        Whether the type is not the schema's, because no value may be guessed.
    cut : int
        Times that had digits beyond the microsecond.
    """

    array: pa.Array
    bad: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    inexact: int = 0
    misfit: bool = False
    cut: int = 0


def coerce(array: pa.Array, target: pa.DataType) -> Coerced:
    """Bring an array to the type that the schema gives to its field.

    Parameters
    ----------
    array : pyarrow.Array
        Numbers, text, booleans, times or lists.
    target : pyarrow.DataType
        The schema's type.

    Returns
    -------
    Coerced
        The values of `target`; of ``uint64`` where the target is ``int64`` and a value
        exceeds it.
    """
    if array.type == target:
        return Coerced(array)
    if array.null_count == len(array):
        return Coerced(pa.nulls(len(array), target))
    if target == UTC_MICROSECONDS:
        return _to_instants(array)
    if pt.is_string(target):
        return Coerced(texts([pruned(value) for value in array.to_pylist()]))
    if pt.is_integer(target):
        return _to_integers(array, target)
    if pt.is_boolean(target):
        return _to_booleans(array)
    return _to_lists(array, target)


def restore_integers(array: pa.Array) -> pa.Array:
    """Return whole doubles with missing values as the integers that pandas made floats of.

    Parameters
    ----------
    array : pyarrow.DoubleArray
        A column that pandas holds as floats.

    Returns
    -------
    pyarrow.Array
        ``int64``; the array itself if nothing is missing, or a value is not whole, or is
        2**53 or more and so may have been another integer.
    """
    if not array.null_count or array.null_count == len(array):
        return array
    whole = pc.and_(pc.equal(array, pc.floor(array)), pc.less(pc.abs(array), float(EXACT)))
    return array if whole.false_count else array.cast(pa.int64())


def _left_out(before: pa.Array, after: pa.Array) -> np.ndarray:
    """Return the positions that held a value before, and hold none after."""
    return np.flatnonzero(np.asarray(pc.and_(before.is_valid(), after.is_null())))


def _to_instants(array: pa.Array) -> Coerced:
    if pt.is_timestamp(array.type):
        if array.type.tz is None:
            array = array.cast(pa.timestamp(array.type.unit, "UTC"))
        cut = 0
        if array.type.unit == "ns":
            # Towards the past, as text is cut; a cast would go towards 1970.
            floor = pc.floor_temporal(array, unit="microsecond")
            cut = pc.sum(pc.not_equal(floor, array)).as_py() or 0
            array = floor
        return Coerced(array.cast(UTC_MICROSECONDS), cut=cut)
    if pt.is_string(array.type):
        parsed = parse_instants(array)
        return Coerced(parsed.values, parsed.bad, cut=parsed.cut)
    # A number may count seconds or milliseconds: that would be a guess.
    nothing = pa.nulls(len(array), UTC_MICROSECONDS)
    return Coerced(nothing, _left_out(array, nothing))


def _to_integers(array: pa.Array, target: pa.DataType) -> Coerced:
    rounded = None
    if pt.is_decimal(array.type):
        integers, _ = _parse_integers(array.cast(pa.string()), target)
    elif pt.is_string(array.type):
        integers, rounded = _parse_integers(array, target)
    elif pt.is_floating(array.type):
        # Among integers NaN is what pandas has for a missing value.
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
        integers, rounded = _floats_to_integers(array.cast(pa.float64()), target)
    elif pt.is_integer(array.type):
        integers = array
    else:
        nothing = pa.nulls(len(array), target)
        return Coerced(nothing, _left_out(array, nothing))
    integers = _narrowed(integers, target)
    inexact = 0
    if rounded is not None:
        inexact = pc.sum(pc.and_kleene(rounded, integers.is_valid())).as_py() or 0
    return Coerced(integers, _left_out(array, integers), inexact)


def _narrowed(integers: pa.Array, target: pa.DataType) -> pa.Array:
    """Cast integers to `target`, null where one does not fit; int64 may widen to uint64."""
    bounds = pc.min_max(integers).as_py()
    low, high = bounds["min"] or 0, bounds["max"] or 0
    if target == pa.int64() and high >= 2**63 and low >= 0:
        target = pa.uint64()
    limits = np.iinfo(target.to_pandas_dtype())
    if low < limits.min or high > limits.max:
        inside = pc.invert(_outside(integers, int(limits.min), int(limits.max)))
        integers = pc.if_else(inside, integers, pa.scalar(None, integers.type))
    return integers.cast(target)


def _outside(integers: pa.Array, low: int, high: int) -> pa.Array:
    """Compare with limits that the integers' own type may not hold."""
    own = np.iinfo(integers.type.to_pandas_dtype())
    below = pc.less(integers, pa.scalar(max(low, int(own.min)), integers.type))
    above = pc.greater(integers, pa.scalar(min(high, int(own.max)), integers.type))
    return pc.or_(below, above)


def _floats_to_integers(array: pa.Array, target: pa.DataType) -> tuple[pa.Array, pa.Array]:
    """Turn whole floats to integers, others to null; tell which may have been another integer."""
    finite = pc.and_(pc.is_finite(array), pc.equal(array, pc.floor(array)))
    array = pc.if_else(finite, array, pa.scalar(None, pa.float64()))
    rounded = pc.greater_equal(pc.abs(array), float(EXACT))
    bounds = pc.min_max(array).as_py()
    # As with integers: unsigned only where a value needs it and none is negative.
    unsigned = (bounds["max"] or 0.0) >= 2.0**63 and (bounds["min"] >= 0.0 or target == pa.uint64())
    low, high = (0.0, 2.0**64) if unsigned else (-(2.0**63), 2.0**63)
    inside = pc.and_(pc.greater_equal(array, low), pc.less(array, high))
    array = pc.if_else(inside, array, pa.scalar(None, pa.float64()))
    return array.cast(pa.uint64() if unsigned else pa.int64(), safe=False), rounded


def _parse_integers(array: pa.Array, target: pa.DataType) -> tuple[pa.Array, pa.Array]:
    """Parse integers as CSV and JSON writers spell them: ``443``, ``443.0``, ``1.08e+15``.

    Tell which were floats before and may have been another integer.
    """
    text = pc.utf8_trim_whitespace(array)
    whole = pc.match_substring_regex(text, _WHOLE)
    point = pc.match_substring_regex(text, _WHOLE_FLOAT)
    power = pc.match_substring_regex(text, _EXPONENT)
    digits = pc.if_else(point, pc.replace_substring_regex(text, r"\.0*$", ""), text)
    if pc.any(power).as_py():
        digits = pc.if_else(power, _without_exponents(text, power), digits)
    nothing = pa.scalar(None, pa.string())
    numbers = _digits_to_integers(
        pc.if_else(pc.or_(pc.or_(whole, point), power), digits, nothing), target
    )
    was_float = pc.or_(point, power)
    return numbers, pc.and_kleene(was_float, _outside(numbers, 1 - EXACT, EXACT - 1))


def _without_exponents(text: pa.Array, power: pa.Array) -> pa.Array:
    """Write ``1.08e+15`` as digits, null what is not whole; each distinct text once."""
    encoded = pc.if_else(power, text, pa.scalar(None, pa.string())).dictionary_encode()
    floats = [float(number) for number in encoded.dictionary.to_pylist()]
    digits = pa.array([str(int(x)) if x.is_integer() else None for x in floats], pa.string())
    return digits.take(encoded.indices)


def _digits_to_integers(digits: pa.Array, target: pa.DataType) -> pa.Array:
    """Cast digits to int64, or uint64 where that is needed; null what neither holds."""
    digits = pc.replace_substring_regex(digits, r"^\+", "")
    for kind in (pa.int64(), pa.uint64()):
        try:
            return digits.cast(kind)
        except pa.ArrowInvalid:
            continue
    values = [None if text is None else _bounded(text) for text in digits.to_pylist()]
    signed = target != pa.uint64() and min(filter(None, values), default=0) < 0
    low, high = (-(2**63), 2**63) if signed else (0, 2**64)
    kept = [value if value is not None and low <= value < high else None for value in values]
    return pa.array(kept, pa.int64() if signed else pa.uint64())


def _bounded(digits: str) -> int | None:
    # More digits are beyond 64 bits, and Python's parser is slow on thousands of them.
    sign = digits[0] if digits[0] == "-" else ""
    significant = digits.removeprefix(sign).lstrip("0") or "0"
    return int(sign + significant) if len(significant) <= 20 else None


def _to_booleans(array: pa.Array) -> Coerced:
    if pt.is_string(array.type):
        true = pc.match_substring_regex(array, _TRUE)
        known = pc.or_(true, pc.match_substring_regex(array, _FALSE))
    elif pt.is_integer(array.type) or pt.is_floating(array.type):
        # As scalars of its own type, since uint64 would become int64.
        true = pc.equal(array, pa.scalar(1, array.type))
        known = pc.or_(true, pc.equal(array, pa.scalar(0, array.type)))
    else:
        nothing = pa.nulls(len(array), pa.bool_())
        return Coerced(nothing, _left_out(array, nothing))
    values = pc.if_else(known, true, pa.scalar(None, pa.bool_()))
    return Coerced(values, _left_out(array, values))


def _to_lists(array: pa.Array, target: pa.DataType) -> Coerced:
    fitting = fit([array], target)
    return Coerced(array, misfit=True) if fitting is None else Coerced(fitting[0])
