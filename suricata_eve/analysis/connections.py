"""Which events are of the same flow.

Suricata makes a ``flow_id`` of the flow's start and a hash of its endpoints, so that the
same endpoints can bring the same ID again, and two sensors can bring it at once. A flow
here is one ``host``, one ``flow_id`` and one start: of its own start an event tells in
``flow.start`` (flow events; alerts since Suricata 6) or ``netflow.start``. Where an ID has
several starts, an event that tells none is of the latest flow that had begun by then,
among those with its endpoints if there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import (
    instant_column,
    integer_column,
    joined,
    require_columns,
    require_once,
    text_column,
)
from suricata_eve.analysis.endpoints import Columns, endpoint_numbers
from suricata_eve.analysis.rows import take_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NO_TIME", "TELLING", "Connections", "connections", "together"]

_STARTS = ("flow.start", "netflow.start")
NO_TIME = -(2**63)
"""The start of a flow of which nothing tells, though its ID has several."""

TELLING = (
    *("flow_id", "host", "timestamp", *_STARTS),
    *("src_ip", "src_port", "dest_ip", "dest_port"),
    *("flow.src_ip", "flow.src_port", "flow.dest_ip", "flow.dest_port"),
)
"""The columns that tell which events are of the same flow."""


class Connections(NamedTuple):
    """The flow of each event, and what to sort flows by."""

    number: NDArray[np.int64]
    """Equal for events of the same flow, and only for those; -1 without ``flow_id``."""

    host: NDArray[np.int64]
    """Rank of the event's ``host`` among the hosts; -1 without one."""

    start: NDArray[np.int64]
    """Start of the flow in microseconds where its ID has several starts, else 0."""


def connections(
    frame: pd.DataFrame, positions: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Tell which events are of the same flow.

    Parameters
    ----------
    frame : DataFrame
        Events with the column ``flow_id``; it is not changed. Those of all types help to
        tell.
    positions : ndarray of int64, optional
        Positions of the rows to tell about; all by default.

    Returns
    -------
    ndarray of int64
        A number per row, equal for events of the same flow; -1 without ``flow_id``.

    Raises
    ------
    MissingColumnError
        If the frame has no ``flow_id``.
    """
    number = together([frame])[0].number
    return number if positions is None else number[positions]


def together(frames: Sequence[pd.DataFrame]) -> list[Connections]:
    """Tell which events of several frames are of the same flow.

    Parameters
    ----------
    frames : sequence of DataFrame
        Events; numbers are equal across them.

    Returns
    -------
    list of Connections
        One per frame.
    """
    for frame in frames:
        require_columns(frame, ["flow_id"], method="connections")
        require_once(frame, TELLING, method="connections")
    ends = np.cumsum([len(frame) for frame in frames])
    flows = [_bits(integer_column(frame["flow_id"])) for frame in frames]
    flow = np.concatenate([bits for bits, _ in flows])
    known = np.concatenate([valid for _, valid in flows])
    host = _hosts(frames)
    number, _ = pd.factorize(flow)
    if host.max(initial=-1) >= 0:
        number, _ = pd.factorize(number * (host.max() + 2) + host)
    number = np.asarray(number, np.int64)
    number[~known] = -1
    start = np.zeros(len(number), np.int64)

    own = _own_starts(frames)
    several = _with_several_starts(number, own)
    rows = np.flatnonzero(several[number] & known) if several.any() else np.zeros(0, np.int64)
    if len(rows):
        start[rows] = _starts_of(frames, rows, number[rows], own[rows])
        parts = pd.DataFrame({"flow": number[rows], "start": start[rows]})
        number[rows] = len(several) + parts.groupby(["flow", "start"], sort=False).ngroup()
    cuts = ends[:-1]
    split = (np.split(part, cuts) for part in (number, host, start))
    return [Connections(*parts) for parts in zip(*split, strict=True)]


def _bits(data: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return integers of 64 bits as signed ones, which keeps them apart, and which are there."""
    whole = joined(data)
    return np.asarray(whole.fill_null(0)).astype(np.int64), np.asarray(whole.is_valid())


def _hosts(frames: Sequence[pd.DataFrame]) -> NDArray[np.int64]:
    """Return the rank of each event's host, -1 where there is none."""
    parts = [
        text_column(frame["host"]) if "host" in frame.columns else pa.chunked_array([_nulls(frame)])
        for frame in frames
    ]
    if all(part.null_count == len(part) for part in parts):
        return np.full(sum(map(len, frames)), -1, np.int64)
    whole = joined(pa.chunked_array([chunk for part in parts for chunk in part.chunks]))
    encoded = whole.dictionary_encode()
    rank = np.empty(len(encoded.dictionary) + 1, np.int64)
    rank[np.asarray(pc.sort_indices(encoded.dictionary))] = np.arange(len(encoded.dictionary))
    rank[-1] = -1
    ranks: NDArray[np.int64] = rank[np.asarray(encoded.indices.fill_null(len(rank) - 1))]
    return ranks


def _nulls(frame: pd.DataFrame) -> pa.Array:
    return pa.nulls(len(frame), pa.string())


def _own_starts(frames: Sequence[pd.DataFrame]) -> NDArray[np.int64]:
    """Return the start that each event tells of its flow, in microseconds."""
    own = np.full(sum(map(len, frames)), NO_TIME, np.int64)
    offset = 0
    for frame in frames:
        for name in _STARTS:
            if name in frame.columns:
                told = np.flatnonzero(np.asarray(frame[name].notna(), bool))
                times = instant_column(take_column(frame[name], told)).cast(pa.int64())
                own[offset + told] = np.asarray(joined(times).fill_null(NO_TIME))
        offset += len(frame)
    return own


def _with_several_starts(number: NDArray[np.int64], own: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of which flow IDs there are several starts."""
    size = int(number.max(initial=-1)) + 1
    rows = np.flatnonzero((own != NO_TIME) & (number >= 0))
    # The last start of each, whichever that is: all others are the same, or there are several.
    last = np.full(size, NO_TIME, np.int64)
    last[number[rows]] = own[rows]
    several = np.zeros(size + 1, bool)  # the last is for -1
    several[number[rows][own[rows] != last[number[rows]]]] = True
    return several


def _starts_of(
    frames: Sequence[pd.DataFrame],
    rows: NDArray[np.int64],
    number: NDArray[np.int64],
    own: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the start of the flow of each row, of IDs that have several."""
    low, high = _endpoints(frames, rows)
    told = own != NO_TIME
    events = pd.DataFrame(
        {"flow": number, "low": low, "high": high, "time": _times(frames, rows), "start": own}
    )
    starts = events.loc[told, ["flow", "low", "high", "start"]].drop_duplicates()
    open_rows = events.index[~told & (events["time"] != NO_TIME)]
    result = own.copy()
    for by in (["flow", "low", "high"], ["flow"]):
        if not len(open_rows):
            break
        asked = events.loc[open_rows, [*by, "time"]]
        answer = _latest_before(asked, starts[[*by, "start"]].drop_duplicates(), by)
        result[open_rows] = answer
        open_rows = open_rows[answer == NO_TIME]
    return result


def _latest_before(asked: pd.DataFrame, starts: pd.DataFrame, by: list[str]) -> NDArray[np.int64]:
    """Return the latest start up to each time, else the first after it."""
    # One number per group on both sides, as merge_asof is quick with one key.
    both = pd.concat([asked[by], starts[by]], ignore_index=True)
    group = both.groupby(by, sort=False).ngroup().to_numpy()
    left = pd.DataFrame({"group": group[: len(asked)], "time": asked["time"].to_numpy()})
    begun = starts["start"].to_numpy()
    right = pd.DataFrame({"group": group[len(asked) :], "time": begun})
    # Where there is none, merge_asof makes floats, which hold a place and not a time.
    right["place"] = np.arange(len(right))
    left, right = left.sort_values("time", kind="stable"), right.sort_values("time", kind="stable")
    answer = np.full(len(asked), NO_TIME, np.int64)
    for direction in ("backward", "forward"):
        if not len(left):
            break
        found = pd.merge_asof(left, right, on="time", by="group", direction=direction)
        hit = found["place"].notna().to_numpy()
        answer[left.index[hit]] = begun[found["place"][hit].to_numpy(np.int64)]
        left = left[~hit]
    return answer


def _times(frames: Sequence[pd.DataFrame], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    parts = []
    for frame, places in _split(frames, rows):
        if "timestamp" not in frame.columns:
            parts.append(np.full(len(places), NO_TIME, np.int64))
            continue
        times = instant_column(take_column(frame["timestamp"], places)).cast(pa.int64())
        parts.append(np.asarray(joined(times).fill_null(NO_TIME)))
    return np.concatenate(parts)


def _split(
    frames: Sequence[pd.DataFrame], rows: NDArray[np.int64]
) -> list[tuple[pd.DataFrame, NDArray[np.int64]]]:
    """Sort rows, ascending over all frames, into their frames."""
    parts, offset = [], 0
    for frame in frames:
        inside = rows[(rows >= offset) & (rows < offset + len(frame))]
        parts.append((frame, inside - offset))
        offset += len(frame)
    return parts


def _endpoints(
    frames: Sequence[pd.DataFrame], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the two endpoints of each row as numbers, the smaller first.

    Those of the flow where the event tells them: X-Forwarded-For may stand in for others.
    """
    ends: list[tuple[pa.Array, pa.Array]] = []
    for frame, places in _split(frames, rows):
        columns = Columns(frame, places)
        for side in ("src", "dest"):
            flow_ip = columns.text(f"flow.{side}_ip")
            ports = columns.ports(f"flow.{side}_port"), columns.ports(f"{side}_port")
            ends.append(
                (
                    pc.coalesce(flow_ip, columns.text(f"{side}_ip")),
                    pc.if_else(flow_ip.is_valid(), *ports),
                )
            )
    numbers = endpoint_numbers(ends)
    source, target = np.concatenate(numbers[::2]), np.concatenate(numbers[1::2])
    return np.minimum(source, target), np.maximum(source, target)
