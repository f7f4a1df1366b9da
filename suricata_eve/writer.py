"""Write frames of events as EVE: rows in their order, dotted columns as nested objects.

A frame is worked on in blocks of rows, and in a block by event type, so that columns that a
type does not have cost nothing and memory does not grow with the frame.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.errors import EveTypeError
from suricata_eve.ingest.report import many
from suricata_eve.options import check_choice
from suricata_eve.output.columns import Column
from suricata_eve.output.lines import Lines
from suricata_eve.output.targets import Compression, Target, writing
from suricata_eve.output.texts import NonFinite
from suricata_eve.warn import warn

__all__ = ["NonFiniteNumbers", "to_json"]

NonFiniteNumbers: TypeAlias = Literal["keep", "drop"]

_ROWS = 1 << 15  # of a block
_TYPES = 64  # event types that are worked on apart


def to_json(
    frame: pd.DataFrame,
    path: Target,
    *,
    compression: Compression | None = "infer",
    non_finite: NonFiniteNumbers = "keep",
) -> None:
    r"""Write events as EVE: one JSON object a line, nested, in index order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Events, one a row; columns are dotted paths.
    path : str, path or binary file object
        Where to write.
    compression : {"infer", "gzip", "bz2", "xz", "zstd", "lz4"}, optional
        How to compress; by default by the name's ending, None for not at all.
    non_finite : {"keep", "drop"}, default "keep"
        What to do about NaN and infinities.

    Raises
    ------
    EveTypeError
        If a column has no text in JSON, or `path` cannot be written to.
    EveOptionError
        If an option is not one of its choices.

    Warns
    -----
    EveWarning
        If NaN or infinities were written.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.to_json : The method, described in full.
    suricata_eve.read_eve : Reads what this writes.

    Examples
    --------
    >>> import io
    >>> import pandas as pd
    >>> from suricata_eve import to_json
    >>> file = io.BytesIO()
    >>> to_json(pd.DataFrame({"event_type": ["dns"], "dns.id": [7]}), file)
    >>> file.getvalue()
    b'{"event_type":"dns","dns":{"id":7}}\n'
    """
    check_choice("non_finite", non_finite, NonFiniteNumbers)
    _check(frame)
    numbers = NonFinite(keep=non_finite == "keep")
    types = _types(frame)
    lines = Lines(_columns(frame, types), types, numbers)
    order = _order(frame.index)
    with writing(path, compression=compression) as write:
        for start in range(0, len(order), _ROWS):
            for data in lines.of(order[start : start + _ROWS]):
                write(data)
    if numbers.count and numbers.keep:
        msg = (
            f"{many(numbers.count, 'number')} written as NaN or 1e999, which read_eve, Python and "
            f"jq read and strict parsers refuse; non_finite='drop' leaves them out"
        )
        warn(msg)


def _check(frame: pd.DataFrame) -> None:
    if isinstance(frame.columns, pd.MultiIndex):
        msg = "the frame's columns are a MultiIndex; join their levels with dots first"
        raise EveTypeError(msg)
    names: list[object] = list(frame.columns)
    for name in names:
        if not isinstance(name, str):
            msg = (
                f"column {name!r} is named by {type(name).__name__}, and keys in JSON are text; "
                f"rename it, for example with df.rename(columns=str)"
            )
            raise EveTypeError(msg)
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        msg = f"the frame has two columns named {twice!r}; rename or drop one"
        raise EveTypeError(msg)


def _columns(frame: pd.DataFrame, types: np.ndarray) -> list[Column]:
    bare = frame.copy(deep=False)
    bare.attrs = {}  # pandas would copy them for every column
    return [Column(str(name), column, types) for name, column in bare.items()]


def _types(frame: pd.DataFrame) -> np.ndarray:
    """Give event types numbers from 0; rare ones beyond many share one."""
    try:
        codes, _ = pd.factorize(frame["event_type"])
    except (KeyError, TypeError, pa.ArrowException):  # no such column, or one of lists
        return np.zeros(len(frame), np.int64)
    common = np.argsort(-np.bincount(codes + 1), kind="stable")[:_TYPES]
    return np.unique(np.where(np.isin(codes + 1, common), codes, -2), return_inverse=True)[1]


def _order(index: pd.Index) -> np.ndarray:
    """Return the positions of rows by their labels; of equal labels, as they stand."""
    positions = np.arange(len(index))
    if index.is_monotonic_increasing:
        return positions
    try:
        return pd.Series(positions, index=index).sort_index(kind="stable").to_numpy()
    except TypeError as error:
        msg = f"the index cannot be sorted ({error}); use df.reset_index(drop=True) to write as is"
        raise EveTypeError(msg) from error
