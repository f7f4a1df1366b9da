"""Methods of ``df.eve`` that tell of flows, of counters, and of what happened in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis
from suricata_eve.analysis.views.stats import STATS_COUNTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from suricata_eve.analysis.timeline import FlowsOrClients

__all__ = ["Traffic"]


class Traffic:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def flows(self) -> pd.DataFrame:
        """Return the flows that ``flow`` events tell of, one a row, in the order of their start.

        Returns
        -------
        DataFrame
            With the index labels of the events; those that start at once are in the order
            of ``timestamp``, and those without a start come last. Always these columns:

            - ``start``, ``end``: of the first and the last packet; ``duration``: seconds
              between them;
            - ``flow_id``, ``client_ip``, ``client_port``, ``server_ip``, ``server_port``,
              ``proto``, ``app_proto``;
            - ``packets_to_server``, ``packets_to_client``, ``bytes_to_server``,
              ``bytes_to_client``, and both ways together: ``packets``, ``bytes``;
            - ``ratio``: bytes to the client per byte to the server, so that downloads are
              far above 1 and uploads near 0; missing where none went to the server;
            - ``state``, ``reason``, ``alerted``, ``action``, ``tx_count``;
            - ``tcp_state``, ``tcp_flags``, ``tcp_flags_to_server``,
              ``tcp_flags_to_client``, ``icmp_type``, ``icmp_code``;
            - ``exception_policy``, ``vlan``: lists;
            - ``parent_id``, ``community_id``, ``host``.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If values are of a kind that their column cannot hold, with their number.

        See Also
        --------
        EveAccessor.timeline : What happened in a flow.
        EveAccessor.by_flow : All events of some flows.
        suricata_eve.analysis.flows : The function behind this method, with all dtypes.

        Notes
        -----
        Suricata logs a flow when it has ended and timed out, minutes after its last packet;
        one that was still open when the log was taken has no row. Bytes are those of whole
        packets, with their headers.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> flows = df.eve.flows()
        >>> flows.nlargest(2, "bytes")[["app_proto", "client_ip", "bytes", "duration"]]
             app_proto      client_ip  bytes  duration
        1553      http  203.0.113.222  13617   0.41681
        1547      http  203.0.113.222   8293  0.366984
        """
        return analysis.flows(self._frame)

    def stats(self, *, counters: str | Iterable[str] = STATS_COUNTERS) -> pd.DataFrame:
        """Return the records of Suricata's counters in time order, with rates.

        Parameters
        ----------
        counters : str or iterable of str, optional
            Which counters, by their names in EVE without ``stats.``, such as
            ``"tcp.sessions"`` or, with ``threads: yes``,
            ``"threads.W#01-eth0.decoder.pkts"``. By default packets of the capture and of
            the decoder, flows, gaps and alerts.

        Returns
        -------
        DataFrame
            A row per ``stats`` event, with its index label. Columns: ``timestamp``,
            ``host``, ``uptime``; ``seconds`` since the previous record of the same run of
            Suricata; per counter its value, and ``<counter>.rate``, by how much it grew per
            second; ``drops``, the packets that the capture lost since that record, and
            ``drop_share``, their share from 0 to 1. No rate is below 0 or infinite: what
            cannot be told is missing.

        Raises
        ------
        EveTypeError
            If a name is not text.
        MissingColumnError
            If a name is neither in the frame nor that of a counter that Suricata is known
            to have (``"decoder"`` only holds some); or if ``event_type`` or ``timestamp``
            is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If values are of a kind that their column cannot hold, with their number.

        See Also
        --------
        EveAccessor.flows : What the traffic was.
        suricata_eve.analysis.stats : The function behind this method, with all dtypes.

        Notes
        -----
        Counters start at 0 with Suricata. Which records are of one run is told by ``host``
        and by the time less the uptime, so that records of two sensors, or of a sensor that
        was restarted, are not compared. Sensors without ``host`` that started in the same
        second look like one: where their records give them away, by times that are equal or
        an uptime that does not rise, ``seconds`` and all rates are missing. The same holds
        for a log that was read twice. Counters that can fall, such as ``tcp.memuse``,
        have a rate only where they grow: look at their values.

        ``drop_share`` is the growth of ``capture.kernel_drops`` divided by that of
        ``capture.kernel_packets``. With AF_PACKET, the kernel counts the packets that it
        drops among all (``packet_getsockopt`` in Linux's ``net/packet/af_packet.c``), and
        so this is the share of what arrived; Suricata's user guide ("Performance
        Analysis") wants it below 0.01. PF_RING does not count them among all
        (Suricata's ``source-pfring.c``): there it is drops per packet received. DPDK has
        other counters, ``capture.packets`` and ``capture.dpdk.imissed``; pcap files have
        none.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> stats = df.eve.stats(counters="decoder.pkts")
        >>> stats[["uptime", "decoder.pkts", "decoder.pkts.rate"]].round(1).iloc[2:5]
              uptime  decoder.pkts  decoder.pkts.rate
        946        3             0                0.0
        1199       4          1665             1664.1
        1518       5          1665                0.0
        """
        return analysis.stats(self._frame, counters=counters)

    def timeline(self, flow: FlowsOrClients) -> pd.DataFrame:
        r"""Tell what happened in some flows, or what some clients did: a line an event.

        Parameters
        ----------
        flow : int, str, iterable of int or str, Series, Index, array, mask or DataFrame
            Flows as :meth:`by_flow` takes them: an ID or IDs, a boolean mask of events, or
            a frame with ``flow_id``. Or text: the IP address of a client, or several, for
            all events in which it is the client. IPv6 does in any spelling.

        Returns
        -------
        DataFrame
            The events in time order, with their index labels, and always these columns:
            ``timestamp``; ``after``, the time since the first row; ``flow_id``,
            ``event_type``; ``client_ip``, ``client_port``, ``server_ip``, ``server_port``;
            ``direction``, ``to_server`` or ``to_client`` where the event is about one way
            and that is known; ``text``, what happened. Flows or clients that are not in
            the frame give an empty table.

        Raises
        ------
        EveTypeError
            If `flow` is none of these.
        EveValueError
            If text is no IP address; or an ID is a float that may stand for several; or a
            mask does not fit the frame.
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or ``flow_id`` for flows, or
            ``src_ip`` or ``dest_ip`` for clients, unless ``client_ip`` and ``server_ip``
            are there; or if the events are not flat.

        See Also
        --------
        EveAccessor.by_flow : The same events with all their columns.
        EveAccessor.orient : How client and server are told.
        suricata_eve.analysis.timeline : The function behind this method, with all dtypes.

        Notes
        -----
        A text is for reading; its words may change between versions. It is one line of at
        most 240 characters, and each field in it at most 100; a cut is marked with an
        ellipsis. Control, format and combining characters, which could forge a line or turn
        it around, are written as escapes such as ``\n`` and ``\u202e``.

        ``pd.set_option("display.max_colwidth", None)`` shows whole texts.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> story = df.eve.timeline(df.eve.alerts(sid=9000020).head(1))
        >>> for kind, text in zip(story["event_type"], story["text"], strict=True):
        ...     print(f"{kind:9}{text[:70]}")
        alert    [3] HUNT Scripted client user agent (Misc activity) sid 9000033
        http     GET www.example.org/downloads/install.sh -> 200, 105 bytes, text/x-she
        alert    [1] HUNT Shell script in HTTP response body (Executable code was detec
        fileinfo /downloads/install.sh, 105 bytes, sha256 66833aba1f78657bf90300cfc8337
        flow     TCP http closed (timeout) after 0.323 s, to server 6 packets 435 bytes
        netflow  TCP http 6 packets 435 bytes in 0.323 s
        netflow  TCP http 4 packets 517 bytes in 0.323 s
        """
        return analysis.timeline(self._frame, flow)
