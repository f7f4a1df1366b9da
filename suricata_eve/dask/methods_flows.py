"""Methods of ``ddf.eve`` that look at flows, texts and features of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from suricata_eve.dask.features import features
from suricata_eve.dask.orientation import orient
from suricata_eve.dask.payloads import payloads
from suricata_eve.dask.ports import unexpected_ports
from suricata_eve.dask.uniqueness import unique

if TYPE_CHECKING:
    import dask.dataframe as dd

__all__ = ["FlowMethods"]


class FlowMethods:
    """Methods of :class:`suricata_eve.dask.accessor.EveDaskAccessor`, which inherits them."""

    _frame: dd.DataFrame

    def orient(self) -> dd.DataFrame:
        """Add client and server to every event that has addresses.

        Returns
        -------
        dask.dataframe.DataFrame
            The events with ``client_ip``, ``client_port``, ``server_ip``, ``server_port``
            and ``orientation``, partition by partition and row by row as the frame.

        Raises
        ------
        MissingColumnError
            If the frame has no ``src_ip`` or ``dest_ip``.
        EveValueError
            If a port does not fit in 16 bits; when it is computed.

        See Also
        --------
        suricata_eve.EveAccessor.orient : The same in pandas, and what tells.

        Notes
        -----
        The frame is read once. What tells, 20 columns at most, is sent to where all events of
        their flow are, and the answers back; until then all columns wait, packed to about a
        quarter of the text of a log, in the memory of the workers or where they spill it. Choose
        columns first, with ``ddf[columns]``: chosen later, all others are read and wait as well.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> files = ddf.eve.orient().eve.events("fileinfo").eve.to_pandas()
        >>> files[["src_ip", "client_ip", "server_ip", "orientation"]].head(2)
                  src_ip      client_ip      server_ip orientation
        1  198.51.100.20    192.0.2.139  198.51.100.20  flow_event
        5  198.51.100.20  203.0.113.104  198.51.100.20  flow_event
        """
        return orient(self._frame)

    def payloads(
        self,
        columns: Sequence[str] | None = None,
        *,
        kinds: Sequence[Literal["jndi", "base64", "eve"]] = ("jndi", "base64"),
        content: Literal["command", "text", "any"] = "command",
    ) -> dd.DataFrame:
        """Return what is hidden in text fields: lookups and Base64, resolved and decoded.

        Parameters
        ----------
        columns : sequence of str, optional
            The columns to search; by default all text that an attacker controls.
        kinds : sequence of {"jndi", "base64", "eve"}, default ("jndi", "base64")
            What to look for.
        content : {"command", "text", "any"}, default "command"
            Which Base64 outside of lookups is worth a row.

        Returns
        -------
        dask.dataframe.DataFrame
            One row per finding, with the index label of its event, partition by partition as
            the frame. The columns are those that pandas' method tells.

        Raises
        ------
        EveOptionError
            If an option is not one of its choices.
        MissingColumnError
            If one of ``columns`` is missing.

        See Also
        --------
        suricata_eve.EveAccessor.payloads : The same in pandas, and its columns.

        Notes
        -----
        Each partition is searched on its own. Then only the flows with findings are asked for
        client and server.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> found = ddf.eve.alerts(sid=9000001).eve.payloads().compute()
        >>> found["scheme"].unique().tolist()
        ['ldap', 'rmi']
        """
        return payloads(self._frame, columns, kinds=kinds, content=content)

    def unexpected_ports(
        self, *, expected: Mapping[str, Iterable[int]] | None = None
    ) -> dd.DataFrame:
        """Return the flows whose application protocol does not fit their port.

        Parameters
        ----------
        expected : mapping of str to iterable of int, optional
            For protocols as ``app_proto`` names them, the ports to expect them on, in place
            of those known.

        Returns
        -------
        dask.dataframe.DataFrame
            One row per flow, in the order of time over all partitions. The columns are those
            of pandas' method; ``flow_id`` is ``uint64`` only where it is in the frame.

        Raises
        ------
        EveTypeError
            If ``expected`` is no mapping of texts to integers.
        EveOptionError
            If a port in it is not from 0 to 65535, or a protocol is not spelled as
            Suricata does.
        MissingColumnError
            If the frame has no ``event_type`` or ``timestamp``; or when it is computed, if it
            has events of protocols without addresses or ports.

        See Also
        --------
        suricata_eve.EveAccessor.unexpected_ports : The same in pandas, with the reasons.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> found = ddf.eve.unexpected_ports().compute()
        >>> found["reason"].value_counts().to_dict()
        {'not_its_port': 18, 'port_of_another': 10, 'alternate_port': 7, 'both_ephemeral': 2}
        """
        return unexpected_ports(self._frame, expected=expected)

    def unique(self, field: str) -> dd.DataFrame:
        """Tell of each value of a field how often, when and between whom it was seen.

        Parameters
        ----------
        field : str
            A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
            ``community_id``, whether or not the frame has them as columns.

        Returns
        -------
        dask.dataframe.DataFrame
            One row per distinct value, the one of most events first, then by value, over all
            partitions. Columns: ``value``, ``count``, ``share``, ``first_seen``,
            ``last_seen``, ``clients`` and ``servers``.

        Raises
        ------
        MissingColumnError
            If the frame has no such field.
        EveTypeError
            If the column holds objects of Python, and nothing tells of which type they are.

        See Also
        --------
        suricata_eve.EveAccessor.unique : The same in pandas, and what is counted.

        Notes
        -----
        Counts are exact, also the numbers of distinct clients and servers. What is told of a
        value comes from parts that are put together, so that one that all events have is
        as cheap as any other.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> agents = ddf.eve.events("ssh").eve.unique("ssh.client.software_version")
        >>> agents = agents.compute().reset_index(drop=True)
        >>> agents[["value", "count", "clients"]].head(3)
                    value  count  clients
        0  paramiko_2.7.2     14       14
        1   OpenSSH_7.4p1     13       13
        2              Go     12       12
        """
        return unique(self._frame, field)

    def features(self, by: str | Iterable[str]) -> dd.DataFrame:
        """Describe each value of a field by numbers, for machine learning.

        Parameters
        ----------
        by : str or iterable of str
            The field, or several, whose combinations are meant.

        Returns
        -------
        dask.dataframe.DataFrame
            A row per value; the values are the index, sorted over all partitions. The
            columns are those of pandas' method, to the last bit the same.

        Raises
        ------
        EveTypeError
            If `by` is no name, or values of the field are objects.
        EveOptionError
            If `by` names nothing.
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the field is neither in the
            frame nor known to EVE.

        Warns
        -----
        EveWarning
            If values are of a kind that cannot be used, for each part of the events.

        See Also
        --------
        suricata_eve.EveAccessor.features : The same in pandas, with all columns.

        Notes
        -----
        The starts of all flows of one value are in one task, eight bytes each, as the gaps
        between them count: 100 million flows of the same value need some gigabytes there.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> clients = ddf.eve.features(by="client_ip").compute()
        >>> clients.shape
        (681, 62)
        >>> clients[["flows", "urls"]].nlargest(3, "urls").rename_axis(None)
                       flows  urls
        203.0.113.5     43.0  33.0
        198.19.3.44     34.0  30.0
        203.0.113.240   48.0  30.0
        """
        return features(self._frame, by)
