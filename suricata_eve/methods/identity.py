"""Methods of ``df.eve`` that tell who talks to whom, and which events belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    import pandas as pd

    from suricata_eve.analysis.flow_events import Flows
    from suricata_eve.analysis.flow_tuples import Dialect
    from suricata_eve.analysis.related import Related

__all__ = ["Identity"]


class Identity:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def orient(self) -> pd.DataFrame:
        """Add client and server to every event that has addresses.

        ``src_ip`` follows the packet: of an alert on a response, of a downloaded file, of a
        DNS response in Suricata 8 it is the server. Here it is told who opened the flow.

        Returns
        -------
        DataFrame
            The events with five more columns: ``client_ip``, ``client_port`` (uint16),
            ``server_ip``, ``server_port`` and ``orientation``, which rule told:

            - ``flow``: the event's own ``flow.src_ip``, or it is the flow event;
            - ``direction``: its own ``direction``;
            - ``flow_event``: the flow event of the same flow;
            - ``event``: another event of that flow, by its ``flow.src_ip`` or ``direction``;
            - ``request``: an event of that flow, or itself, whose type Suricata logs from
              client to server, such as ``http``;
            - ``src_ip``: nothing told, and the source stands in for the client.

            All are missing in events without addresses, such as ``stats``. Where the frame
            is oriented already, what an earlier call told is kept.

        Raises
        ------
        MissingColumnError
            If the frame has no ``src_ip`` or ``dest_ip``.
        EveValueError
            If a port does not fit in 16 bits.

        See Also
        --------
        EveAccessor.related : All events of the same client or server.
        EveAccessor.by_flow : All events of some flows.
        suricata_eve.analysis.orient : The function behind this method.
        suricata_eve.analysis.orientation : These five columns alone.

        Notes
        -----
        Orient the whole log first and choose events then: of alerts alone, the flow event
        that tells may not be among them. What was told stays with the events that are
        chosen later, and every other method goes by it.

        Events that contradict each other do not tell, and the order of events never
        matters. Of a log that holds nothing but ``netflow`` events nothing tells: both
        records of a flow show their own sender. Where Suricata puts an address of
        X-Forwarded-For in place of the sender's (``xff: overwrite``), it is the client of
        those events, and the proxy that of the others.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> files = df.eve.orient().eve.events("fileinfo")
        >>> files[["src_ip", "client_ip", "server_ip", "orientation"]].head(2)
                  src_ip      client_ip      server_ip orientation
        1  198.51.100.20    192.0.2.139  198.51.100.20  flow_event
        5  198.51.100.20  203.0.113.104  198.51.100.20  flow_event
        """
        return analysis.orient(self._frame)

    def related(self, events: Related, *, on: str = "flow_id") -> pd.DataFrame:
        """Return all events that have the value of a field that some events have.

        The step from one finding to everything else of the same client, host name, file
        hash or fingerprint.

        Parameters
        ----------
        events : DataFrame, boolean mask, Series, Index, array, iterable or scalar
            The events to start from: a frame, such as what :meth:`alerts` or
            :meth:`payloads` returns; a mask of events (a Series is aligned by its index);
            or values of the field. IP addresses may be spelled in any way.
        on : str, default "flow_id"
            The field to pivot by: any column, or one of ``client_ip``, ``client_port``,
            ``server_ip``, ``server_port`` and ``community_id`` also where the frame has no
            such column. Of a column of lists, one element in common is enough.

        Returns
        -------
        DataFrame
            The events, those given among them, without the columns that are empty in them,
            sorted by the value, then time, then place in the file. On ``flow_id`` it is what
            :meth:`by_flow` returns.

        Raises
        ------
        MissingColumnError
            If the field is not in the frame or in `events`, or ``timestamp`` is missing.
        EveTypeError
            If `events` is none of these, or its values cannot be compared with the field's.
        EveValueError
            If a mask does not fit the frame, or a text given for an address is none and
            not in the frame either.

        See Also
        --------
        EveAccessor.by_flow : The same on flows.
        EveAccessor.orient : Who is the client.
        EveAccessor.timeline : The events of a client as a story.
        suricata_eve.analysis.related : The function behind this method.

        Notes
        -----
        A missing value is never the same as another: events without one are never related.

        Examples
        --------
        Everything that the clients did that sent Log4j lookups to the server:

        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> log4j = df.eve.alerts(signature="(?i)log4j")
        >>> everything = df.eve.related(log4j, on="client_ip")
        >>> len(log4j), len(everything)
        (172, 1105)
        >>> len(df.eve.related("198.18.4.77", on="client_ip"))
        20
        """
        return analysis.related(self._frame, events, on=on)

    def by_flow(self, flows: Flows = None) -> pd.DataFrame:
        """Return all events of some flows, flow by flow in time order.

        Parameters
        ----------
        flows : int, iterable of int, Series, Index, array, boolean mask or DataFrame, optional
            Which flows: IDs, or a boolean mask of events whose flows are meant, or a
            frame with the column ``flow_id``, such as what :meth:`alerts` returns. A
            mask that is a Series is aligned by its index, and may be one of some of the
            events only. Missing IDs are ignored. Without it, every flow.

        Returns
        -------
        DataFrame
            The events, without the columns that are empty in them, sorted by flow, then
            time, then place in the file. Events without a flow are never among them.

        Raises
        ------
        EveTypeError
            If ``flows`` is none of these.
        EveValueError
            If an ID is a float that is not whole or not below 2**53, as such floats
            stand for several integers; or if a mask does not fit the frame.
        MissingColumnError
            If the frame has no ``flow_id`` or no ``timestamp``.

        See Also
        --------
        EveAccessor.alerts : Alerts, whose flows are mostly what one wants.
        EveAccessor.related : The same on any other field.
        suricata_eve.analysis.by_flow : The function behind this method.

        Notes
        -----
        Flow IDs are not unique: Suricata makes them of the flow's start and its endpoints,
        so that one can come again in a long log, or on another sensor. What is taken as one
        flow has one ``host``, one ID and, where the events tell of several starts
        (``flow.start``, ``netflow.start``), one start. Events, or a mask of them, mean
        their own flow; an ID means every flow that has it. So does a frame without ``host``
        where events with that ID tell theirs, and an event without a time.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> flows = df.eve.by_flow(df.eve.alerts(sid=9000021))
        >>> flows["event_type"].value_counts().to_dict()
        {'alert': 4, 'netflow': 2, 'http': 1, 'fileinfo': 1, 'flow': 1}
        """
        return analysis.by_flow(self._frame, flows)

    def community_id(self, *, seed: int = 0, dialect: Dialect | None = None) -> pd.Series:
        """Return the Community ID of each event, by which other programs know its flow.

        Zeek, Wireshark, Arkime, Security Onion and others write it, and so does Suricata
        with ``community-id: yes``. It is a hash of the two endpoints and the protocol, the
        same whichever way the event goes.

        Parameters
        ----------
        seed : int, default 0
            The seed that the other program uses: ``community-id-seed`` of ``suricata.yaml``,
            0 to 65535.
        dialect : {"suricata", "suricata-7", "spec"}, optional
            Whose IDs, as they differ where a protocol has no ports: those that Suricata
            writes; those of Suricata 7.0.10, which also differ between two ports of one
            address; or those of the specification, which Zeek follows. By default
            Suricata's, of the release that the IDs tell that the log itself has.

        Returns
        -------
        Series
            ``community_id`` (string), with the index of the events. It is ``<NA>`` where
            nothing tells the ID exactly: without addresses, for fragments, for packets that
            could not be decoded.

        Raises
        ------
        EveTypeError
            If the seed is no integer.
        EveOptionError
            If the seed does not fit in 16 bits, or the dialect is none of these.
        MissingColumnError
            If the frame has no ``src_ip``, ``dest_ip`` or ``proto``.

        See Also
        --------
        EveAccessor.by_flow : All events of some flows, by Suricata's own ID.
        suricata_eve.analysis.community_id : The function behind this method.

        Notes
        -----
        This is version 1 (https://github.com/corelight/community-id-spec). All dialects give
        the same for TCP, UDP, SCTP and the requests and replies of ICMP, but for two ports of
        one address. They differ for other types of ICMP, ESP and protocols without ports.

        In Suricata, an ID belongs to a flow. Of an ICMP error it is that of the TCP or UDP
        flow that the error is about, told here if the frame has other events of that flow.
        ESP, tunnels and other protocols need the event's ``flow_id``. In the dialect
        ``"spec"``, each event has an ID of its own addresses, protocol and type.

        Where an alert or a request shows an address of ``X-Forwarded-For`` for its own, the
        ID is the flow's, if the event's ``flow.src_ip`` or the flow event tells it.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> ids = df.eve.community_id()
        >>> ids[df["event_type"] == "ssh"].iloc[0]
        '1:kC75MzoMMH/DKszHvmfnQ5GYNfc='

        They are those that Suricata wrote:

        >>> ids.equals(df["community_id"])
        True
        """
        return analysis.community_id(self._frame, seed=seed, dialect=dialect)
