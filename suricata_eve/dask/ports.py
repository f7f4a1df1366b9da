"""Application protocols on ports that are not their own, told where all events of a flow are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve.analysis.columns import instant_column, joined
from suricata_eve.analysis.order import times_at
from suricata_eve.analysis.ports import found_ports
from suricata_eve.dask.exchange import by_range
from suricata_eve.dask.flows import PLACE, in_flows
from suricata_eve.dask.orientation import evidence

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

__all__ = ["unexpected_ports"]

_READ = ("app_proto", "app_proto_ts", "app_proto_tc", "app_proto_orig", "proto")
_TIES = ("no time", "moment", "label", *PLACE)


def unexpected_ports(
    frame: dd.DataFrame, *, expected: Mapping[str, Iterable[int]] | None = None
) -> dd.DataFrame:
    """Return the flows whose application protocol does not fit their port.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events.
    expected : mapping of str to iterable of int, optional
        For protocols as ``app_proto`` names them, the ports to expect them on, in place of
        those in the table of ``suricata_eve.schema.ports``.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.unexpected_ports` gives it, in the order of time
        over all partitions; each has an index of its own. ``flow_id`` is of ``uint64``
        only where it is in the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.unexpected_ports : The same as a method.

    Notes
    -----
    A task holds the events of the flows that share a partition, without the columns that
    tell nothing of ports, or the rows of the result of some range of time.
    """
    if expected is not None:
        expected = _kept(expected)
    meta, _ = found_ports(frame._meta, expected=expected)  # noqa: SLF001
    meta = meta.astype({"flow_id": pd.ArrowDtype(_kind_of_ids(frame._meta))})  # noqa: SLF001
    names = [*evidence(frame), *(name for name in _READ if name in frame.columns)]
    rows = in_flows(frame, names)
    found = rows.map_partitions(_found, expected, meta, meta=_found(rows._meta, expected, meta))  # noqa: SLF001
    return by_range(found, _first_seen, partial(_sorted, names=list(meta.columns)), meta=meta)


def _kept(expected: Any) -> Any:
    """Return a mapping whose iterables can be read again, by each task."""
    if not isinstance(expected, Mapping):
        return expected  # which is an error that is told as for any frame
    return {
        name: list(ports)
        if isinstance(ports, Iterable) and not isinstance(ports, str | bytes)
        else ports
        for name, ports in expected.items()
    }


def _kind_of_ids(meta: pd.DataFrame) -> pa.DataType:
    unsigned = "flow_id" in meta.columns and meta["flow_id"].dtype.kind == "u"
    return pa.uint64() if unsigned else pa.int64()


def _found(rows: pd.DataFrame, expected: Any, like: pd.DataFrame) -> pd.DataFrame:
    found, positions = found_ports(rows.drop(columns=list(PLACE)), expected=expected)
    result = found.astype({"flow_id": like["flow_id"].dtype})
    times = times_at(rows, positions)
    # Positions in a frame are places only as long as all of it is here.
    labels = times.place if pd.api.types.is_integer_dtype(rows.index.dtype) else 0 * positions
    keys = (times.no_time.astype(np.int64), times.moment, labels)
    for name, values in zip(_TIES, keys, strict=False):
        result[name] = pd.arrays.ArrowExtensionArray(pa.array(values, pa.int64()))
    for name in PLACE:
        result[name] = rows[name].take(positions).array
    return result


def _first_seen(rows: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    times = joined(instant_column(rows["first_seen"]).cast(pa.int64()))
    return np.asarray(times.fill_null(0)), np.asarray(times.is_null())


def _sorted(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    first, never = _first_seen(rows)
    ties = [rows[name].to_numpy(np.int64) for name in _TIES]
    order = np.lexsort([*ties[::-1], first, never])
    return rows[names].take(order).reset_index(drop=True)
