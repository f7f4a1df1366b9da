"""Methods of ``df.eve`` that make graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis
from suricata_eve.graph import to_networkx

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

__all__ = ["Graphs"]


class Graphs:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def edges(self, source: str = "client_ip", target: str = "server_ip") -> pd.DataFrame:
        """Return which values of two fields meet in events, how often, and when.

        Parameters
        ----------
        source : str, default "client_ip"
            A field. ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` and
            ``community_id`` are told where the frame has no such column.
        target : str, default "server_ip"
            A field, likewise. Of fields of lists, each element meets each.

        Returns
        -------
        DataFrame
            A row per pair of values, the most frequent first, then in the order of the
            values. Columns: ``source``, ``target``; ``count``, the events that have both;
            ``flows``, their connections; ``alerts``, how many of the events are alerts;
            ``first_seen``, ``last_seen``.

        Raises
        ------
        EveTypeError
            If a field is no name, or its values are objects.
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or a field is neither in the
            frame nor known to EVE. A field that EVE has and this frame has not gives a
            table without rows.

        See Also
        --------
        EveAccessor.to_networkx : The same as a graph.
        EveAccessor.orient : Who the client is.
        suricata_eve.analysis.edges : The function behind this method, with all dtypes.

        Notes
        -----
        Both values must be in one event. ``stats`` events never count. For fields that no
        event has together, such as the user agent of a request and the file name of an
        SMB event, take the events of one first (``by_flow``, ``related``) and join on what
        they share, such as the client.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> edges = df.eve.edges("http.hostname", "http.http_method")
        >>> edges[["source", "target", "count", "flows", "alerts"]].head(3)
                    source target  count  flows  alerts
        0    198.51.100.20    GET   1895    583     437
        1  www.example.org    GET    855    258      94
        2      example.org    GET    174     62      50
        """
        return analysis.edges(self._frame, source, target)

    def to_networkx(self, source: str = "client_ip", target: str = "server_ip") -> nx.DiGraph:
        """Make a graph of networkx of which values of two fields meet in events.

        Parameters
        ----------
        source : str, default "client_ip"
            A field, as :meth:`edges` takes it.
        target : str, default "server_ip"
            A field, likewise.

        Returns
        -------
        networkx.DiGraph
            A node per value, an edge per pair that meets in an event. Edges have
            ``count`` and the same as ``weight``, ``flows``, ``alerts``, ``first_seen`` and
            ``last_seen``; nodes have ``fields``, the names of the fields that have the
            value, and ``label``, the value as harmless text. All of these are integers or
            text, which every format of files for graphs can hold; times are ISO 8601.

        Raises
        ------
        MissingDependencyError
            If networkx is not installed: ``pip install 'suricata_eve[graph]'``.
        EveTypeError, MissingColumnError
            As :meth:`edges` raises them.

        See Also
        --------
        EveAccessor.edges : The same as a table.

        Notes
        -----
        An address that is the client of one event and the server of another is one node.
        Edges lead from source to target; ``graph.to_undirected()`` gives a graph without
        directions.

        Nodes are the values as they are, and text is the attacker's: control characters in
        it make XML invalid, and most files do not tell the text ``80`` from the port 80. For
        a file, number the nodes, which keep their labels:
        ``networkx.convert_node_labels_to_integers(graph)``. Labels in their place would not
        do, since two values may have the same.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> graph = df.eve.to_networkx()
        >>> print(graph)
        DiGraph with 684 nodes and 683 edges
        >>> graph.nodes["203.0.113.77"]["fields"]
        'client_ip, server_ip'
        >>> graph.edges["198.51.100.30", "203.0.113.77"]["flows"]
        2
        """
        return to_networkx(self._frame, source, target)
