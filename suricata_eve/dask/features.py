"""Numbers about each value of a field, of contributions from all partitions.

Where all events of a flow are, what they contribute is added up by value. These rows, with the
starts of the value's flows, go to the partition of the value; each different thing that a value
has goes to a partition by both, is counted there, and the count goes to that of the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa

from suricata_eve import analysis
from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import arrow_column, joined
from suricata_eve.analysis.communityid import READ as OF_COMMUNITY_ID
from suricata_eve.analysis.features.membership import field_names
from suricata_eve.analysis.features.table import FEATURES, FIELDS
from suricata_eve.analysis.ranks import value_places
from suricata_eve.dask.contributions import (
    Labels,
    by_labels,
    by_thing,
    contributed,
    summed,
    things_counted,
)
from suricata_eve.dask.exchange import bucket_number, by_range, exchanged
from suricata_eve.dask.flows import PLACE, by_flow_id, in_flows
from suricata_eve.dask.orientation import evidence
from suricata_eve.dask.parcels import delayed_of
from suricata_eve.dask.values import PREFIX, kind_of_values, prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["features"]


def features(frame: dd.DataFrame, by: str | Iterable[str]) -> dd.DataFrame:
    """Describe each value of a field by numbers, for machine learning.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Events. Those of all types help.
    by : str or iterable of str
        The field, such as ``"client_ip"`` or ``"flow_id"``, or several, whose combinations
        are meant.

    Returns
    -------
    dask.dataframe.DataFrame
        As :func:`suricata_eve.analysis.features` gives it, in order over all partitions.

    See Also
    --------
    suricata_eve.dask.accessor.EveDaskAccessor.features : The same as a method.

    Notes
    -----
    A task holds what is needed of the events of the flows that share a partition; or a part of
    the values, of what they have, and of the starts of their flows. The starts of all flows
    of one value are in one task: eight bytes a flow, and a few times as much to sort them.
    """
    names = field_names(by, method="features")
    labels = _labels(analysis.features(frame._meta, names).index, names)  # noqa: SLF001
    part = _part(frame, names)
    if "flow_id" in names and "flow_id" in frame.columns:
        # All of a flow is in one place, and so is all that counts to it.
        rows = in_flows(frame, list(part.columns))
        table = rows.map_partitions(_whole, labels, meta=_whole(rows._meta, labels))  # noqa: SLF001
    else:
        table = _merged(part, labels)
    meta = _ordered(table._meta, labels)  # noqa: SLF001
    return by_range(table, _first_label).map_partitions(_ordered, labels, meta=meta)


def _labels(index: pd.Index, names: Sequence[str]) -> Labels:
    levels = [pa.array(index.get_level_values(place).array) for place in range(len(names))]
    return Labels(
        tuple(names),
        tuple(
            kind_of_values(level.type, name, method="features")
            for level, name in zip(levels, names, strict=True)
        ),
    )


def _part(frame: dd.DataFrame, names: Sequence[str]) -> dd.DataFrame:
    wanted = {"event_type", "timestamp", *names, *FIELDS, *evidence(frame)}
    if "community_id" in names:
        wanted.update(OF_COMMUNITY_ID)
    # Objects that a field may be in: these are refused where they are.
    wanted |= {name[:end] for name in wanted for end in range(len(name)) if name[end] == "."}
    return frame[[name for name in frame.columns if name in wanted]]


def _whole(rows: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Return the rows of the table that are about the flows here."""
    table = analysis.features(rows.drop(columns=list(PLACE)), list(labels.names))
    return labels.frame(table.index).assign(**{name: table[name].to_numpy() for name in FEATURES})


def _merged(part: dd.DataFrame, labels: Labels) -> dd.DataFrame:
    """Return the table of what the flows of all partitions contribute."""
    number = bucket_number(part.npartitions)
    empty = contributed(part._meta, labels)  # noqa: SLF001
    tasks = [dask.delayed(contributed)(rows, labels) for rows in delayed_of(by_flow_id(part))]
    with dask.config.set({"dataframe.convert-string": False}):
        sums, things = (
            dd.from_delayed([task[place] for task in tasks], meta=meta, verify_meta=False)
            for place, meta in enumerate(empty)
        )
    if len(tasks) > 1:
        sums = exchanged(sums, by_labels, more=[labels], npartitions=number, meta=empty[0])
        things = exchanged(things, by_thing, more=[labels], npartitions=number, meta=empty[1])
    counted = things_counted(empty[1], labels)
    counts = things.map_partitions(things_counted, labels, meta=counted)
    if number > 1:
        counts = exchanged(counts, by_labels, more=[labels], npartitions=number, meta=counted)
    meta = summed(empty[0], counted, labels)
    return sums.map_partitions(summed, counts, labels, meta=meta, align_dataframes=False)


def _first_label(rows: pd.DataFrame) -> tuple[NDArray[np.bytes_], NDArray[np.bool_]]:
    values = joined(arrow_column(rows.iloc[:, 0]))
    keys = prefixes(values).view(f"S{PREFIX}").reshape(-1)
    return keys, np.zeros(len(keys), bool)


def _ordered(rows: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Sort rows by their labels, which become the index; those of equal ones stay in order."""
    places = []
    for data in labels.data(rows):
        codes, distinct = encode(data)
        places.append(value_places(distinct)[codes])
    ordered = rows.take(np.lexsort(places[::-1]))
    levels = [pd.Index(ordered[name].array, name=name) for name in labels.columns]
    index = levels[0].rename(labels.names[0])
    if len(levels) > 1:
        index = pd.MultiIndex.from_arrays(levels, names=labels.names)
    return ordered[list(FEATURES)].set_axis(index, axis="index")
