"""Client and server of each event: asked where all events of its flow are, told at home."""

from __future__ import annotations

from typing import Any

import dask.dataframe as dd
import pandas as pd
import pyarrow as pa

from suricata_eve import analysis
from suricata_eve.analysis.orientation import ENDS, EVIDENCE
from suricata_eve.analysis.orientation import orientation as told_of
from suricata_eve.dask.flows import PLACE, beside, home, in_flows
from suricata_eve.dask.parcels import kept_packed

__all__ = ["evidence", "orient", "orientation"]


def evidence(frame: dd.DataFrame | pd.DataFrame) -> list[str]:
    """Return the columns of a frame that tell client and server.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame or DataFrame
        Events.

    Returns
    -------
    list of str
        Their names.
    """
    return [name for name in (*EVIDENCE, *ENDS) if name in frame.columns]


def orient(frame: dd.DataFrame) -> dd.DataFrame:
    """Add client and server to events.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events. Those of all types help to tell.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.orient` gives it, with partitions and rows as they
        are in the frame.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.orient : The same as a method, with examples.

    Notes
    -----
    A frame of nothing but what tells and numbers or times is made once, and waits, packed, in
    the memory of the workers or where they spill it. Of others what tells is made before, and
    everything once more.
    """
    meta = analysis.orient(frame._meta)  # noqa: SLF001
    if _is_small(frame._meta):  # noqa: SLF001
        frame = kept_packed(frame, _as_it_is, meta=frame._meta)  # noqa: SLF001
    told = orientation(frame, method="orient")
    return beside(frame, _with_ends, told, meta=meta)


def _is_small(meta: pd.DataFrame) -> bool:
    """Tell whether rows take little more room than what tells of them, which waits in any case."""
    told = {*EVIDENCE, *ENDS}
    return all(name in told or _has_width(dtype) for name, dtype in meta.dtypes.items())


def _has_width(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return bool(pa.types.is_primitive(dtype.pyarrow_dtype))
    return bool(dtype.kind in "biufmM")


def _as_it_is(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


def orientation(frame: dd.DataFrame, *, method: str = "orientation") -> dd.DataFrame:
    """Tell client and server of events.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events. Those of all types help to tell.
    method : str, default "orientation"
        Who asks, for messages.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.orientation` gives it, partition by partition and
        row by row as in the frame.

    Raises
    ------
    MissingColumnError
        If the frame has no ``src_ip`` or ``dest_ip``.

    Notes
    -----
    The columns that tell are read once more, apart from the others, and sent to the
    partition of their flow; what that tells is sent back. A task holds these columns of a
    partition, or of the flows that share a partition.
    """
    meta = told_of(frame._meta, method=method)  # noqa: SLF001
    names = evidence(frame)
    alone = "flow_id" not in names or not {"src_ip", "dest_ip"} <= set(names)
    if frame.npartitions == 1 or alone:
        return frame[names].map_partitions(told_of, method=method, meta=meta)
    rows = in_flows(frame, names)
    told = rows.map_partitions(_told, meta=_told(rows._meta))  # noqa: SLF001
    return home(told, frame.npartitions)[list(ENDS)]


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    result = told_of(rows)
    for name in PLACE:
        result[name] = rows[name].array
    return result


def _with_ends(rows: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    kept = rows.loc[:, ~rows.columns.isin(list(ENDS))]
    result = kept.copy(deep=False)
    for name in ENDS:
        result[name] = told[name].array
    return result
