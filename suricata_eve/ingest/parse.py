"""The fast path: lines of one event type, side by side, through Arrow's JSON parser.

What the parser refuses is halved until the culprits are few, and those go to
:mod:`suricata_eve.ingest.salvage`. What it would read inexactly goes there as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.types as pt

from suricata_eve.ingest.alike import reads_alike
from suricata_eve.ingest.lines import openers
from suricata_eve.ingest.salvage import MAX_DEPTH
from suricata_eve.ingest.values import EXACT
from suricata_eve.ingest.wanted import Wanted
from suricata_eve.ingest.width import wide_lines
from suricata_eve.schema.fields import INSTANTS, arrow_type

__all__ = ["Declared", "Parsed", "parse", "seed"]

_FEW = 32  # lines: below this, parsing each with json costs less than halving on
_MAX_DEPTH = 64  # levels; Arrow and this module recurse over types, json decides on the rest
# Arrow's JSON parser recurses for each level of nesting, and takes time that grows with the
# square of the levels; it is run on threads whose stack holds many times as many as these.
_MAX_OPENERS = 2000
_LESSONS = 4
_MAX_DECLARED = 1024  # fields at the top; events of known types have fewer
_MAX_READS = 4  # declaring text can bring out no new guess below lists more often than this


class Declared:
    """What the fields of a kind of line must be read as, learned while reading.

    Arrow's parser guesses types. Text that looks like a date in every line would become a
    timestamp, so text is declared as soon as it is seen; integers beyond int64 would become
    doubles, so fields known to use all 64 bits are declared as well.

    Parameters
    ----------
    schema : pyarrow.Schema
        What is declared before anything has been read.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._seen: pa.Schema | None = None
        self._lessons = 0

    @property
    def schema(self) -> pa.Schema:
        """What to declare."""
        seen = self._seen
        if seen is not None:
            # Only now, since most kinds of line are read in one go.
            self._schema = pa.schema(_declare_fields(list(seen), ""))
            self._seen = None
        return self._schema

    def learn(self, schema: pa.Schema, *, surprised: bool = False) -> None:
        """Take note of what was read without a wrong guess, in the end.

        Parameters
        ----------
        schema : pyarrow.Schema
            What was read.
        surprised : bool, default False
            Whether a guess was wrong first.
        """
        # Little that is new comes later; a field that is text is guessed right nearly always.
        self._lessons += 1
        if self._lessons > _LESSONS and not surprised:
            return
        # What is declared has a column in each table to come, whether it is there or not.
        if len(schema) <= _MAX_DECLARED:
            self._seen = schema


@dataclass(frozen=True)
class Parsed:
    """Some of the lines, parsed.

    Attributes
    ----------
    positions : numpy.ndarray
        Which of the lines these are.
    columns : dict or None
        Paths to columns; None where the parser refused the lines.
    """

    positions: np.ndarray
    columns: dict[str, pa.Array] | None


def seed(event_type: str | None = None) -> Declared:
    """Return what is declared before anything has been read: the instants of a type, as text.

    Parameters
    ----------
    event_type : str, optional
        Events of which type are to be read.

    Returns
    -------
    Declared
        To be passed to :func:`parse` for all lines of that kind.
    """
    within: dict[str, list[tuple[str, pa.DataType]]] = {}
    for path in sorted(INSTANTS):
        parent, _, name = path.rpartition(".")
        if parent == event_type or (event_type == "alert" and parent == "flow"):
            within.setdefault(parent, []).append((name, pa.string()))
    objects = [(parent, pa.struct(names)) for parent, names in within.items()]
    return Declared(pa.schema([("timestamp", pa.string()), *objects]))


def parse(lines: pa.Array, declared: Declared, wanted: Wanted | None = None) -> Iterator[Parsed]:
    """Parse lines, in order, with Arrow.

    Parameters
    ----------
    lines : pyarrow.LargeBinaryArray
        Lines that :func:`suricata_eve.ingest.lines.is_plain` lets through, each with its
        line end (the last may lack it).
    declared : Declared
        What is known of their fields; it grows.
    wanted : Wanted, optional
        The columns to read; all by default.

    Yields
    ------
    Parsed
        All lines, each once. Ascending within one `Parsed`, and mostly from one to the next.
    """
    positions = np.arange(len(lines))
    most = _MAX_OPENERS if wanted is None else MAX_DEPTH
    levels = _levels_at_most(lines, longer=most)
    odd = levels > _MAX_OPENERS
    if wanted is not None and wanted.schema is not None:
        alike = reads_alike(lines, levels)
        chosen = lines if alike.all() else lines.take(pa.array(np.flatnonzero(alike)))
        columns = _read_declared(chosen, wanted.schema)
        if columns is not None:
            yield Parsed(positions[alike], columns)
            others = np.flatnonzero(~alike)
            positions, odd, lines = positions[others], odd[others], lines.take(pa.array(others))
    odd = odd | wide_lines(lines)
    if odd.any():
        yield Parsed(positions[odd], None)
        positions, lines = positions[~odd], lines.take(pa.array(np.flatnonzero(~odd)))
    if wanted is None:
        yield from _parse(lines, positions, declared)
        return
    for parsed in _parse(lines, positions, declared):
        columns = parsed.columns
        if columns is not None:
            columns = {path: part for path, part in columns.items() if wanted.reads(path)}
        yield Parsed(parsed.positions, columns)


def _levels_at_most(lines: pa.Array, *, longer: int) -> np.ndarray:
    """Return how many levels each line has at most, if it has more bytes than that; else 0."""
    levels = np.zeros(len(lines), np.int64)
    long = np.flatnonzero(np.asarray(pc.binary_length(lines)) > longer)
    if len(long):
        # Not copied where that is most of the work.
        chosen = lines.take(pa.array(long)) if 2 * len(long) < len(lines) else lines
        counts = openers(chosen)
        levels[long] = counts if len(counts) == len(long) else counts[long]
    return levels


def _parse(lines: pa.Array, positions: np.ndarray, declared: Declared) -> Iterator[Parsed]:
    if not len(positions):
        return
    table = _read(lines, declared)
    columns = None if table is None else _columns(table)
    if columns is None:
        if len(positions) <= _FEW:
            yield Parsed(positions, None)
            return
        middle = len(positions) // 2
        yield from _parse(lines.slice(0, middle), positions[:middle], declared)
        yield from _parse(lines.slice(middle), positions[middle:], declared)
        return
    doubtful = _doubtful_rows(columns)
    if doubtful is None:
        yield Parsed(positions, columns)
        return
    yield Parsed(positions[doubtful], None)
    exact = np.flatnonzero(~doubtful)
    yield from _parse(lines.take(pa.array(exact)), positions[exact], declared)


def _table(lines: pa.Array, schema: pa.Schema, *, others: str) -> pa.Table:
    """Run the parser over lines; `others` says what to do about fields not declared."""
    buffer = _ndjson(lines)
    return pj.read_json(
        pa.BufferReader(buffer),
        # One block, whatever its size: types cannot change between blocks, and no object is
        # longer than a block.
        read_options=pj.ReadOptions(use_threads=False, block_size=buffer.size + 1),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior=others),
    )


def _ndjson(lines: pa.Array) -> pa.Buffer:
    offsets = np.frombuffer(lines.buffers()[1], np.int64)
    start, stop = offsets[lines.offset], offsets[lines.offset + len(lines)]
    return lines.buffers()[2].slice(int(start), int(stop - start))


def _read(lines: pa.Array, declared: Declared) -> pa.Table | None:
    """Read lines until no text was taken for a date; None if the parser refuses them."""
    for start in (declared.schema, pa.schema([])):
        schema = start
        for _ in range(_MAX_READS):
            try:
                table = _table(lines, schema, others="infer")
                # The parser miscounts nulls in lists whose type it does not know yet, and
                # gives arrays whose lists end behind their elements.
                table.validate()
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                break
            kinds = [field.type for field in table.schema]
            if table.num_rows != len(lines) or _levels(kinds) > _MAX_DEPTH:
                return None
            if not _any_guessed(table.schema):
                declared.learn(table.schema, surprised=schema is not start)
                return table
            schema = pa.schema(_declare_fields(list(table.schema), ""))
    return None


def _read_declared(lines: pa.Array, schema: pa.Schema) -> dict[str, pa.Array] | None:
    """Read declared fields alone; None if the parser refuses the lines."""
    try:
        table = _table(lines, schema, others="ignore")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return _columns(table) if table.num_rows == len(lines) else None


def _any_guessed(schema: pa.Schema) -> bool:
    text = str(schema)
    # Quicker than a walk over hundreds of types, which are seldom in doubt.
    if "timestamp[" not in text and "double" not in text:
        return False
    return any(_guessed(field.type, field.name) for field in schema)


def _guessed(kind: pa.DataType, path: str) -> bool:
    """Tell whether a type is a guess of the parser's that changes values."""
    if pt.is_struct(kind):
        return any(
            _guessed(kind.field(i).type, f"{path}.{kind.field(i).name}")
            for i in range(kind.num_fields)
        )
    if pt.is_list(kind):
        return _guessed(kind.value_type, f"{path}[]")
    if pt.is_float64(kind):
        return bool(arrow_type(path) == pa.uint64())
    return bool(pt.is_timestamp(kind))


def _declare_fields(fields: list[pa.Field], prefix: str) -> list[pa.Field]:
    """Return the fields to declare: text as text, wide integers as such, nothing else."""
    kinds = [(field.name, _declare(field.type, prefix + field.name)) for field in fields]
    return [pa.field(name, kind) for name, kind in kinds if kind is not None]


def _declare(kind: pa.DataType, path: str) -> pa.DataType | None:
    if pt.is_string(kind) or pt.is_timestamp(kind):
        return pa.string()
    if pt.is_struct(kind):
        children = _declare_fields([kind.field(i) for i in range(kind.num_fields)], path + ".")
        return pa.struct(children) if children else None
    if pt.is_list(kind):
        element = _declare(kind.value_type, path + "[]")
        return None if element is None else pa.list_(element)
    if arrow_type(path) == pa.uint64():
        return pa.uint64()
    return None


def _columns(table: pa.Table) -> dict[str, pa.Array] | None:
    """Flatten a table's structs; None where two columns would have one name."""
    columns: dict[str, pa.Array] = {}
    level = [(name, table.column(i).chunk(0)) for i, name in enumerate(table.column_names)]
    while level:
        deeper = []
        for path, array in level:
            if array.null_count == len(array):
                continue
            if pt.is_struct(array.type):
                names = [array.type.field(i).name for i in range(array.type.num_fields)]
                deeper += [
                    (f"{path}.{name}", child)
                    for name, child in zip(names, array.flatten(), strict=True)
                ]
            elif path in columns:
                return None
            else:
                columns[path] = array
        level = deeper
    return columns


def _levels(kinds: list[pa.DataType]) -> int:
    """Return how deep types nest, up to one more than is of interest, without recursion."""
    for depth in range(_MAX_DEPTH + 1):
        kinds = [
            kind.field(i).type
            for kind in kinds
            if pt.is_nested(kind)
            for i in range(kind.num_fields)
        ]
        if not kinds:
            return depth
    return _MAX_DEPTH + 1


def _doubtful_rows(columns: dict[str, pa.Array]) -> np.ndarray | None:
    """Find the rows with a double that may not be what the line says; None if there is none.

    An integer beyond 2**53 may have been rounded, the integer -0 has become -0.0, and the
    parser takes ``Inf`` and the like, which ``json`` does not.
    """
    return _any_of(_doubtful(array) for array in columns.values())


def _any_of(masks: Iterable[np.ndarray | None]) -> np.ndarray | None:
    found = [mask for mask in masks if mask is not None]
    return np.logical_or.reduce(found) if found else None


def _doubtful(array: pa.Array) -> np.ndarray | None:
    if pt.is_float64(array.type):
        numbers = np.asarray(array.fill_null(0.0))
        # A zero with a sign may be the integer -0, which has none.
        doubtful = ~(np.abs(numbers) < EXACT) | ((numbers == 0) & np.signbit(numbers))
        return doubtful if doubtful.any() else None
    if pt.is_struct(array.type):
        return _any_of(_doubtful(child) for child in array.flatten())
    if pt.is_list(array.type):
        found = _doubtful(array.flatten())
        if found is not None:
            rows = np.zeros(len(array), bool)
            rows[np.asarray(pc.list_parent_indices(array))[found]] = True
            return rows
    return None
