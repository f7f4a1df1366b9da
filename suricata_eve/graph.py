"""Graphs of networkx, which is imported when one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.edges import edges
from suricata_eve.optional import import_optional_dependency
from suricata_eve.printable import plain

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["to_networkx"]


def to_networkx(
    frame: pd.DataFrame, source: str = "client_ip", target: str = "server_ip"
) -> nx.DiGraph:
    """Make a graph of networkx of which values of two fields meet in events.

    Parameters
    ----------
    frame : DataFrame
        Events; it is not changed.
    source : str, default "client_ip"
        A field.
    target : str, default "server_ip"
        A field of the same event.

    Returns
    -------
    networkx.DiGraph
        A node per value, an edge per pair that meets.

    Raises
    ------
    MissingDependencyError
        If networkx is not installed.
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or a field that EVE does not have.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.to_networkx : The same as a method, with examples.
    """
    networkx = import_optional_dependency("networkx", extra="graph", purpose="to_networkx()")
    table = edges(frame, source, target)
    columns = {name: _plain_values(pa.array(table[name].array)) for name in table.columns}
    tails, heads = columns.pop("source"), columns.pop("target")

    graph = networkx.DiGraph()
    fields: dict[Any, list[str]] = {}
    for field, values in ((source, tails), (target, heads)):
        for value in dict.fromkeys(values):
            named = fields.setdefault(value, [])
            if field not in named:
                named.append(field)
    for value, named in fields.items():
        graph.add_node(value, label=plain(str(value)), fields=", ".join(named))
    columns = {"weight": columns["count"], **columns}
    rows = zip(*columns.values(), strict=True)
    graph.add_edges_from(
        (
            tail,
            head,
            {name: cell for name, cell in zip(columns, row, strict=True) if cell is not None},
        )
        for tail, head, row in zip(tails, heads, rows, strict=True)
    )
    return graph


def _plain_values(data: pa.ChunkedArray) -> list[Any]:
    """Return what files of graphs can hold: numbers, booleans, and text, as which times are."""
    if pa.types.is_timestamp(data.type):
        # Without the zone, for which Arrow would look into a database.
        data = pc.strftime(data.cast(pa.timestamp("us")), "%Y-%m-%dT%H:%M:%S+00:00")
    values: list[Any] = data.to_pylist()
    return values
