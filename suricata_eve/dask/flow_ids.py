"""Sets of flow IDs that tasks make, merge and look into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import integer_column, joined
from suricata_eve.analysis.flow_events import ids_of, is_in

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["among", "ids_in", "union"]


def ids_in(values: pd.Series) -> pa.Array:
    """Return flow IDs, each once.

    Parameters
    ----------
    values : Series
        Flow IDs of any dtype.

    Returns
    -------
    pyarrow.Array
        Of type int64, or uint64 if one does not fit in int64.

    Raises
    ------
    EveTypeError
        If they are not integers.
    """
    return pc.unique(joined(ids_of(values))).drop_null()


def union(sets: Sequence[pa.Array]) -> pa.Array:
    """Return what is in any of some sets.

    Parameters
    ----------
    sets : sequence of pyarrow.Array
        As :func:`ids_in` gives them.

    Returns
    -------
    pyarrow.Array
        Their IDs, each once.
    """
    kinds = {one.type for one in sets}
    if len(kinds) > 1:
        # Negative ones are none of Suricata's, and have no place beside such large ones.
        whole = pa.uint64()
        sets = [
            one if one.type == whole else one.filter(pc.greater_equal(one, 0)).cast(whole)
            for one in sets
        ]
    return pc.unique(pa.chunked_array(sets))


def among(values: pd.Series, ids: pa.Array) -> NDArray[np.bool_]:
    """Tell which flow IDs are in a set.

    Parameters
    ----------
    values : Series
        Flow IDs of any dtype.
    ids : pyarrow.Array
        The set.

    Returns
    -------
    ndarray of bool
        One for each value.
    """
    return is_in(joined(integer_column(values)), ids)
