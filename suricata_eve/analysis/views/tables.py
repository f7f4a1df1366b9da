"""Tables of chosen events with columns and dtypes that no data changes.

A view names its columns: of which type, and which fields of EVE they are made of, best
first. What a type cannot hold exactly is missing in the table, and one warning counts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from suricata_eve.analysis.views.choice import choose, flag
from suricata_eve.analysis.views.reading import COMMON, Column, Rows
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["COMMON", "LAST", "Column", "Rows", "choose", "flag", "rows_of", "table", "view"]

LAST = (
    Column("signature", pa.string(), ("alert.signature",)),
    Column("host", pa.string(), ("host",)),
)
"""The last columns of a view that has rows of alerts."""


def table(
    frame: pd.DataFrame,
    positions: NDArray[np.int64],
    columns: Iterable[Column],
    *,
    method: str,
) -> pd.DataFrame:
    """Make a table with a row per event: what every view has, then its own columns.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed. Only the columns that the table is made of are read.
    positions : ndarray of int64
        Positions of the rows, in the order wanted.
    columns : iterable of Column
        The view's own.
    method : str
        The method's name, for messages.

    Returns
    -------
    DataFrame
        With the index labels of the rows.
    """
    return _made(Rows(frame, positions, method=method), columns)


def _made(rows: Rows, columns: Iterable[Column]) -> pd.DataFrame:
    data = rows.common() | rows.columns(columns)
    rows.warn()
    return arrow_frame(data, rows.index)


def rows_of(frame: pd.DataFrame, *, event_types: Sequence[str], alerts: bool, name: str) -> Rows:
    """Choose the events of a view, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    event_types : sequence of str
        The types of the protocol's own events.
    alerts : bool
        Whether to add the alerts that have the protocol's object.
    name : str
        Of the object and of the method, such as ``"http"``.

    Returns
    -------
    Rows
        To read columns from.
    """
    alerts_with = name if flag(alerts, "alerts") else None
    positions = choose(frame, event_types, method=name, fields_of=name, alerts_with=alerts_with)
    return Rows(frame, positions, method=name)


def view(
    frame: pd.DataFrame,
    columns: Iterable[Column],
    *,
    event_types: Sequence[str],
    alerts: bool,
    name: str,
) -> pd.DataFrame:
    """Make the view of a protocol, with a row per event in time order.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    columns : iterable of Column
        The view's own columns.
    event_types : sequence of str
        The types of the protocol's own events.
    alerts : bool
        Whether to add the alerts that have the protocol's object.
    name : str
        Of the object and of the method, such as ``"http"``.

    Returns
    -------
    DataFrame
        What every view has, its own columns, the signature and the host.
    """
    rows = rows_of(frame, event_types=event_types, alerts=alerts, name=name)
    return _made(rows, [*columns, *LAST])
