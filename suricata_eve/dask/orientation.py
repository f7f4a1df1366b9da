"""Client and server of each event: asked where all events of its flow are, told at home.

What comes home is which side is the client's and what tells it, two small numbers an event, in the
order in which its partition sent its events; addresses are there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve import analysis
from suricata_eve.analysis.orientation import ENDS, orient_by, told_sides
from suricata_eve.analysis.sides import EVIDENCE, Sides
from suricata_eve.dask.exchange import arriving, bucket_number, exchanged, sent_rows
from suricata_eve.dask.flows import PARTITION, PLACE, beside, place_of, to_flow, to_home, with_place
from suricata_eve.dask.packing import Columns, conformed, unpacked
from suricata_eve.dask.parcels import arrived, delayed_of, frame_of, parts_of
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    A frame of nothing but what tells and numbers or times is made once: its rows wait, packed,
    in the memory of the workers or where they spill them, and are what is sent. Of others what
    tells is made and sent first, and everything once more. A task holds a partition, or these
    columns of the flows that share one.
    """
    meta = analysis.orient(frame._meta)  # noqa: SLF001
    tells = evidence(frame)
    alone = "flow_id" not in tells or not {"src_ip", "dest_ip"} <= set(tells)
    if frame.npartitions == 1 or alone:
        return frame.map_partitions(analysis.orient, meta=meta, enforce_metadata=False)
    if not _is_small(frame._meta):  # noqa: SLF001
        told = _told_at_home(frame[tells], tells)
        number = bucket_number(frame.npartitions)
        return beside(frame, partial(_as_sent, npartitions=number), told[1], meta=meta)
    sent, told = _told_at_home(frame, tells)
    like = Columns.of(_with_place(frame._meta, 0))  # noqa: SLF001
    at_home = dask.delayed(_at_home, pure=False)
    parts = [
        at_home(parcels, sides, like) for parcels, sides in zip(sent, delayed_of(told), strict=True)
    ]
    divisions = frame.divisions if frame.known_divisions else None
    return frame_of(parts, meta, divisions).map_partitions(
        conformed, Columns.of(meta), meta=meta, enforce_metadata=False
    )


def _is_small(meta: pd.DataFrame) -> bool:
    """Tell whether rows take little more room than what tells of them, which waits in any case."""
    told = {*EVIDENCE, *ENDS}
    return all(name in told or _has_width(dtype) for name, dtype in meta.dtypes.items())


def _has_width(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return bool(pa.types.is_primitive(dtype.pyarrow_dtype))
    return bool(dtype.kind in "biufmM")


def _told_at_home(frame: dd.DataFrame, tells: Sequence[str]) -> tuple[list[Delayed], dd.DataFrame]:
    """Return what partitions send, and which sides are told of it, in the same order."""
    number = bucket_number(frame.npartitions)
    sent = parts_of(frame, partial(_asking, npartitions=number))
    like = _with_place(frame._meta, 0)  # noqa: SLF001
    keep = [*tells, *PLACE]
    answers = arrived(
        [arriving(sent, like, keep=keep, npartitions=number)], _sides, meta=_sides(like)
    )
    home = exchanged(answers, to_home, npartitions=frame.npartitions, meta=answers._meta)  # noqa: SLF001
    return sent, home


def _with_place(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    return with_place(rows, number, np.arange(len(rows)))


def _asking(
    rows: pd.DataFrame, npartitions: int, partition_info: dict[str, Any] | None = None
) -> pd.DataFrame:
    number = partition_info["number"] if partition_info else 0
    return sent_rows(_with_place(rows, number), to_flow, npartitions, source=number)


def _sides(rows: pd.DataFrame) -> pd.DataFrame:
    told = told_sides(rows)
    return arrow_frame(
        {
            PARTITION: pa.array(rows[PARTITION].array),
            _SIDE: pa.array(told.sides),
            _RULE: pa.array(told.rules),
        }
    )


def _as_sent(rows: pd.DataFrame, told: pd.DataFrame, npartitions: int) -> pd.DataFrame:
    """Give rows that were sent what came back for them."""
    places = np.argsort(to_flow(rows, npartitions), kind="stable")
    return orient_by(rows, _in_order(told, places))


def _at_home(parcels: pd.DataFrame, told: pd.DataFrame, like: Columns) -> pd.DataFrame:
    """Take rows out of what was sent, and give them what came back."""
    rows = unpacked(parcels["parcel"].tolist(), like, keep=PLACE)
    places = place_of(rows)[1]
    order = np.empty(len(places), np.int64)
    order[places] = np.arange(len(places))
    return orient_by(rows.drop(columns=list(PLACE)).take(order), _in_order(told, places))


def _in_order(told: pd.DataFrame, places: NDArray[np.int64]) -> Sides:
    """Put what is told where it belongs."""
    result = Sides(np.empty(len(places), np.int8), np.empty(len(places), np.int8))
    for values, name in zip(result, (_SIDE, _RULE), strict=True):
        values[places] = told[name].to_numpy(np.int8)
    return result
