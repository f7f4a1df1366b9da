"""Client and server of each event: asked where all events of its flow are, told at home.

What comes home is which side is the client's and what tells it, two small numbers an event, in the
order in which its partition sent its events; addresses are there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve import analysis
from suricata_eve.analysis.orientation import ENDS, orient_by, told_sides
from suricata_eve.analysis.sides import EVIDENCE, Sides
from suricata_eve.dask.exchange import arriving, bucket_number, exchanged, is_few, sent_rows
from suricata_eve.dask.flows import (
    PARTITION,
    PLACE,
    POSITION,
    place_of,
    to_flow,
    to_home,
    with_place,
)
from suricata_eve.dask.packing import Columns, conformed, packed, unpacked
from suricata_eve.dask.parcels import (
    arrived,
    delayed_of,
    frame_of,
    own_rows,
    parcels_frame,
    parts_of,
)
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from dask.delayed import Delayed
    from numpy.typing import NDArray

__all__ = ["evidence", "orient"]

_SIDE, _RULE = "eve side", "eve rule"


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
    Rows are made once, and wait, packed, in the memory of the workers or where they spill them,
    until it is told who is who. Of a frame of nothing but what tells and numbers or times they are
    what is sent as well. A task holds a partition, or what tells of the flows that share one.
    """
    meta = analysis.orient(frame._meta)  # noqa: SLF001
    tells = evidence(frame)
    alone = "flow_id" not in tells or not {"src_ip", "dest_ip"} <= set(tells)
    if frame.npartitions == 1 or alone:
        return frame.map_partitions(analysis.orient, meta=meta, enforce_metadata=False)
    number = bucket_number(frame.npartitions)
    small = _is_small(frame._meta)  # noqa: SLF001
    kept, sent = _sent(frame, tells, number, small=small)
    rows = frame if small else frame[tells]
    told = _told_at_home(sent, _with_place(rows._meta, 0), [*tells, *PLACE])  # noqa: SLF001
    both = dask.delayed(_Home, pure=False)
    parts = [both(parcels, sides) for parcels, sides in zip(kept, told, strict=True)]
    divisions = frame.divisions if frame.known_divisions else None
    # Unpacked and given all columns in the task that needs it.
    return frame_of(parts, meta, divisions).map_partitions(
        _at_home,
        number,
        like=Columns.of(_with_place(frame._meta, 0)),  # noqa: SLF001
        out=Columns.of(meta),
        meta=meta,
        enforce_metadata=False,
    )


class _Home(NamedTuple):
    """A partition that waits to be looked at."""

    kept: pd.DataFrame
    """Its rows, in parcels."""

    told: pd.DataFrame
    """What came back for them, in the order in which they were sent."""


def _is_small(meta: pd.DataFrame) -> bool:
    """Tell whether rows take little more room than what tells of them, which is sent."""
    told = {*EVIDENCE, *ENDS}
    return all(name in told or _has_width(dtype) for name, dtype in meta.dtypes.items())


def _has_width(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return bool(pa.types.is_primitive(dtype.pyarrow_dtype))
    return bool(dtype.kind in "biufmM")


def _sent(
    frame: dd.DataFrame, tells: list[str], npartitions: int, *, small: bool
) -> tuple[list[Delayed], list[Delayed]]:
    """Return what is kept of partitions, and what they send."""
    if small:
        sent = parts_of(frame, partial(_sending, npartitions=npartitions))
        return sent, sent
    both = parts_of(frame, partial(_keeping, tells=tells, npartitions=npartitions))
    return [part[0] for part in both], [part[1] for part in both]


def _told_at_home(sent: list[Delayed], like: pd.DataFrame, keep: list[str]) -> list[Delayed]:
    """Return which sides are told of what partitions sent, in the same order."""
    number, meta = bucket_number(len(sent)), _sides(like)
    if not is_few(len(sent)):
        flows = arriving(sent, like, keep=keep, npartitions=number)
        told = arrived([flows], _sides, meta=meta)
        return delayed_of(exchanged(told, to_home, npartitions=len(sent), meta=meta))
    # As tasks of frames these would have parts made once for each of them and once for home.
    tell, take = (dask.delayed(each, pure=False) for each in (_told_of_own, own_rows))
    answers = [tell(sent, goal, Columns.of(like), keep) for goal in range(number)]
    return [take(answers, home, Columns.of(meta), keep=None) for home in range(len(sent))]


def _told_of_own(
    sent: list[pd.DataFrame], goal: int, like: Columns, keep: list[str]
) -> pd.DataFrame:
    return sent_rows(_sides(own_rows(sent, goal, like, keep=keep)), to_home, len(sent), source=goal)


def _with_place(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    return with_place(rows, number, np.arange(len(rows)))


def _sending(
    rows: pd.DataFrame, npartitions: int, partition_info: dict[str, Any] | None = None
) -> pd.DataFrame:
    number = partition_info["number"] if partition_info else 0
    return sent_rows(_with_place(rows, number), to_flow, npartitions, source=number)


def _keeping(
    rows: pd.DataFrame,
    tells: list[str],
    npartitions: int,
    partition_info: dict[str, Any] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep rows as they are, and send what tells."""
    parcels = packed(rows, [0, len(rows)])
    kept = parcels_frame(parcels, np.zeros(len(parcels), np.int64))
    return kept, _sending(rows[tells].reset_index(drop=True), npartitions, partition_info)


def _sides(rows: pd.DataFrame) -> pd.DataFrame:
    told = told_sides(rows)
    return arrow_frame(
        {
            PARTITION: pa.array(rows[PARTITION].array),
            _SIDE: pa.array(told.sides),
            _RULE: pa.array(told.rules),
        }
    )


def _at_home(home: _Home, npartitions: int, *, like: Columns, out: Columns) -> pd.DataFrame:
    """Unpack rows, and give them what came back."""
    rows = unpacked(home.kept["parcel"].tolist(), like, keep=("flow_id",))
    if POSITION in rows.columns:
        places = place_of(rows)[1]
        order = np.empty(len(places), np.int64)
        order[places] = np.arange(len(places))
        rows = rows.drop(columns=list(PLACE)).take(order)
    else:
        places = np.argsort(to_flow(rows, npartitions), kind="stable")
    return conformed(orient_by(rows, _in_order(home.told, places)), out)


def _in_order(told: pd.DataFrame, places: NDArray[np.int64]) -> Sides:
    """Put what is told where it belongs."""
    result = Sides(np.empty(len(places), np.int8), np.empty(len(places), np.int8))
    for values, name in zip(result, (_SIDE, _RULE), strict=True):
        values[places] = told[name].to_numpy(np.int8)
    return result
