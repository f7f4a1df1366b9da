"""Counters of Suricata, as values and as rates from record to record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import joined, require_columns
from suricata_eve.analysis.views.quantities import ratio, seconds
from suricata_eve.analysis.views.tables import Rows, choose
from suricata_eve.errors import EveTypeError
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS
from suricata_eve.schema.fields import arrow_type

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["STATS_COUNTERS", "stats"]

STATS_COUNTERS = (
    "capture.kernel_packets",
    "capture.kernel_drops",
    "decoder.pkts",
    "decoder.bytes",
    "decoder.invalid",
    "flow.tcp",
    "flow.udp",
    "tcp.reassembly_gap",
    "detect.alert",
)
"""The counters that are told when none are named."""

_SECOND = 1_000_000
_PACKETS, _DROPS = "capture.kernel_packets", "capture.kernel_drops"


def stats(frame: pd.DataFrame, *, counters: str | Iterable[str] = STATS_COUNTERS) -> pd.DataFrame:
    """Return the records of Suricata's counters in time order, with rates.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    counters : str or iterable of str, optional
        Names of counters: the columns of EVE, with or without ``stats.`` at the front.

    Returns
    -------
    DataFrame
        A row per ``stats`` event, with its index label, and these columns:

        - ``timestamp`` (timestamp[us, UTC]): when it was written, also where an old
          capture was read; ``host`` (string);
        - ``uptime`` (int64): seconds since Suricata started;
        - ``seconds`` (double): since the previous record of the same run of Suricata;
          missing in the first one;
        - per counter, ``<counter>`` (int64): its value, and ``<counter>.rate`` (double): how
          much it grew per second since that record; missing where it did not grow but fell,
          where no time passed, and where a record does not have the counter;
        - ``drops`` (int64): packets that the capture lost since that record, of
          ``capture.kernel_drops``; missing where no time passed;
        - ``drop_share`` (double): their share of the growth of ``capture.kernel_packets``,
          from 0 to 1; missing where that did not grow.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.stats : The same as a method, with examples.
    """
    names = _names(counters)
    positions = choose(frame, ["stats"], method="stats")
    rows = Rows(frame, positions, method="stats")
    if len(rows):
        unknown = [name for name in names if arrow_type(f"stats.{name}") is None]
        require_columns(frame, [f"stats.{name}" for name in unknown], method="stats")

    times = joined(rows.column(UTC_MICROSECONDS, "timestamp"))
    uptime = joined(rows.column(pa.int64(), "stats.uptime"))
    host = joined(rows.column(pa.string(), "host"))
    previous = _previous(times, uptime, host)
    moments = times.cast(pa.int64())
    elapsed = seconds(pc.subtract(moments, moments.take(previous)))
    passed = pc.greater(elapsed, 0).fill_null(fill_value=False)
    values = {
        name: joined(rows.column(pa.int64(), f"stats.{name}"))
        for name in dict.fromkeys([*names, _PACKETS, _DROPS])
    }
    rows.warn()
    growth = {name: _growth(data, previous, passed) for name, data in values.items()}
    data = {"timestamp": times, "host": host, "uptime": uptime, "seconds": elapsed}
    for name in names:
        data[name] = values[name]
        data[f"{name}.rate"] = ratio(growth[name], elapsed)
    data["drops"] = growth[_DROPS]
    data["drop_share"] = ratio(growth[_DROPS], growth[_PACKETS])
    return arrow_frame(data, rows.index)


def _names(counters: object) -> list[str]:
    if isinstance(counters, str) or not isinstance(counters, Iterable):
        counters = [counters]
    names = []
    for name in counters:
        if not isinstance(name, str):
            msg = f"counters are names such as 'decoder.pkts', not {type(name).__name__}: {name!r}"
            raise EveTypeError(msg)
        names.append(name.removeprefix("stats."))
    return list(dict.fromkeys(names))


def _previous(times: pa.Array, uptime: pa.Array, host: pa.Array) -> pa.Array:
    """Return the place of the previous record of the same run; null in the first of a run.

    A run is told by its host and the second that it started in: the time less the uptime.
    Suricata takes both from one clock (counters.c, output-json-stats.c), but one after the
    other, so that a second between them is no other run.

    Several instances without a name may have started in one second. They are taken for one
    run, in which the uptime does not always rise; what stands beside such a place is not
    compared, and nothing is where two records are of one time. One place is no trouble:
    Suricata writes a last record as it stops, maybe in the same second as the one before.
    """
    if len(times) == 0:
        return pa.array([], pa.int64())
    runs = _runs(times, uptime, host)
    order = np.argsort(runs, kind="stable")
    run = runs[order]
    same = run[1:] == run[:-1]
    moment = np.asarray(times.cast(pa.int64()).fill_null(0))[order]
    timed = np.asarray(times.is_valid())[order]
    up = np.asarray(uptime.fill_null(0))[order]
    known = np.asarray(uptime.is_valid())[order]

    # Of each record but the first, and the one before it:
    stuck = same & known[1:] & known[:-1] & (up[1:] <= up[:-1])
    last = np.append(~same, True)[1:]
    alone = np.bincount(run[1:][stuck], minlength=len(run))[run[1:]] == 1
    soon = (up[1:] == up[:-1]) & (moment[1:] - moment[:-1] < _SECOND)
    trouble = stuck & ~(last & alone & soon)
    at_once = same & timed[1:] & timed[:-1] & (moment[1:] == moment[:-1])

    beside = np.append(False, trouble) | np.append(trouble, False)
    mixed = np.zeros(len(run), bool)
    mixed[run[1:][at_once]] = True
    compared = same & ~beside[1:] & ~beside[:-1] & ~mixed[run[1:]]
    previous = np.full(len(runs), -1, np.int64)
    previous[order[1:][compared]] = order[:-1][compared]
    return pa.array(previous, mask=previous < 0)


def _runs(times: pa.Array, uptime: pa.Array, host: pa.Array) -> NDArray[np.int64]:
    """Give a number to each record, the same for those of one run.

    The starts of a run are not more than a second apart, from the first to the last.
    """
    hosts = np.asarray(host.dictionary_encode().indices.fill_null(-1)).astype(np.int64)
    moment = np.asarray(times.cast(pa.int64()).fill_null(0)) // _SECOND
    start = moment - np.asarray(uptime.fill_null(0))
    known = np.asarray(pc.and_(times.is_valid(), uptime.is_valid()))
    order = np.lexsort((start, known, hosts))
    start = np.where(known, start, 0)[order]
    apart = (
        (hosts[order[1:]] != hosts[order[:-1]])
        | (known[order[1:]] != known[order[:-1]])
        | (start[1:] - start[:-1] > 1)
    )
    # Between two such places the starts go up by ones: two of them make a run.
    first = np.append(0, np.flatnonzero(apart) + 1)
    chain = np.append(0, np.cumsum(apart))
    part = (start - start[first[chain]]) // 2
    apart |= part[1:] != part[:-1]
    runs = np.zeros(len(order), np.int64)
    runs[order[1:]] = np.cumsum(apart)
    return runs


def _growth(values: pa.Array, previous: pa.Array, passed: pa.Array) -> pa.Array:
    """Return by how much each value exceeds the one before, where time passed and it does."""
    before = values.take(previous)
    growth = pc.subtract(values, before)
    # The difference of integers far apart wraps around, and is below zero then.
    grew = pc.and_(pc.greater_equal(values, before), pc.greater_equal(growth, 0))
    return pc.if_else(pc.and_(grew, passed), growth, pa.scalar(None, pa.int64()))
