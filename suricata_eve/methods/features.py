"""The method of ``df.eve`` that makes numbers for machine learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["Features"]


class Features:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def features(self, by: str | Iterable[str]) -> pd.DataFrame:
        """Describe each value of a field by numbers, for machine learning.

        Parameters
        ----------
        by : str or iterable of str
            The field, or several, whose combinations are meant. ``client_ip``,
            ``client_port``, ``server_ip``, ``server_port`` and ``community_id`` are told
            where the frame has no such column. Of a field of lists, each element is a
            value. ``"flow_id"`` stands for connections.

        Returns
        -------
        DataFrame
            A row per value; the values are the index, sorted. Whatever the events, these
            columns in this order, all ``float64`` of NumPy, none missing or infinite, so
            that a model that was fitted on one day takes the next:

            - events: ``events``, all of them; ``flows``, connections of these (by
              ``flow_id``); ``flow_events``, those of type ``flow``; of these by protocol
              ``tcp_flows``, ``udp_flows``, ``icmp_flows``; ``alerts``, and those of
              severity 1, 2, 3 as ``alerts_severity_1`` and so on; ``anomalies``; ``files``
              (``fileinfo``); ``http_events``, ``dns_events``, ``tls_events``,
              ``ssh_events``, ``smb_events``, ``ftp_events`` (and ``ftp_data``),
              ``smtp_events``; ``other_events``, of any other type but ``netflow``;
            - how many different: ``clients``, ``servers``, ``server_ports``,
              ``protocols`` (``app_proto``, but ``failed`` and ``unknown``), ``signatures``,
              ``host_names``, ``urls``, ``user_agents``, ``http_methods``, ``dns_names``
              (asked for), ``server_names`` (``tls.sni``);
            - traffic: ``packets_to_server``, ``packets_to_client``, and ``packets_mean``,
              both ways, per flow event; ``bytes_to_server``, ``bytes_to_client``,
              ``bytes_mean`` and ``bytes_max``, both ways, of a flow event;
            - seconds from the first packet of a flow event to its last:
              ``duration_sum``, ``duration_mean``, ``duration_max``;
            - shares from 0 to 1: ``bytes_to_client_share`` of the bytes; of the flow
              events ``unanswered_share`` (no packet to the client),
              ``unestablished_share`` (``flow.state`` is ``new``), ``reset_share`` (of
              those of TCP, that saw a RST), ``failed_share`` (no protocol was
              recognized: ``app_proto`` is ``failed``), ``alerted_share``;
            - answers: ``http_responses``, ``http`` events with a status, and the shares
              ``http_2xx_share``, ``http_3xx_share``, ``http_4xx_share``,
              ``http_5xx_share`` of them; ``dns_responses``, ``dns`` events with a
              response code, and ``dns_error_share``, those of another than ``NOERROR``;
            - characters: ``url_length_mean``, ``url_length_max``,
              ``dns_name_length_mean``, each different text once;
            - time: ``active_seconds`` from first to last; ``active_hours``, different
              hours of UTC in which something began; ``events_per_second``, of
              ``active_seconds`` or of one second if those are fewer; ``gap_mean``,
              seconds from the start of one flow to that of the next, and ``gap_cv``,
              their standard deviation divided by their mean: near 0 for what comes as
              regularly as a beacon, 1 for what comes at random, more for bursts.

        Raises
        ------
        EveTypeError
            If `by` is no name, or values of the field are objects.
        EveOptionError
            If `by` names nothing.
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the field is neither in the
            frame nor known to EVE. A field that EVE has and this frame has not gives a
            table without rows.

        Warns
        -----
        EveWarning
            If values are of a kind that cannot be used, with their number.

        See Also
        --------
        EveAccessor.group_summary : What the values are, rather than how many.
        EveAccessor.flows : The flows themselves.
        suricata_eve.analysis.features : The function behind this method.

        Notes
        -----
        An event counts to the value that it has. One that has none counts to every value of
        its connection, so that the bytes of a ``flow`` event count for the user agent of
        its requests; with several fields in `by`, to every combination there that agrees
        with what it has. Where a connection has several values, their rows together
        thus exceed the total. Events of connections without a value are in no row, and
        ``stats`` events nowhere.

        A share or a mean of nothing is 0: the column of what it is a share of says so. A
        ``gap_cv`` of fewer than 3 ``flows`` is 0 as well and tells nothing.

        Bytes, packets and durations are those of ``flow`` events. ``netflow`` events tell
        of the same packets once more, and count as ``events`` alone.

        A ``flow`` or ``netflow`` event is of the time when its packets came, not of when
        it was logged. A flow starts at the earliest time that any of its events tells.

        A row of ``by="flow_id"`` is a connection. Where Suricata gave an ID twice, there
        are two rows of that label, the earlier connection first (with several sensors, by
        ``host`` within an ID).

        Sums of integers are exact up to 2**53. No text is a feature, only how long texts
        are and how many: whoever writes ``curl`` into a user agent is not told from a
        browser by it.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> clients = df.eve.features(by="client_ip")
        >>> clients.shape
        (681, 62)
        >>> shown = ["flows", "urls", "http_4xx_share", "unanswered_share"]
        >>> clients[shown].nlargest(3, "urls").rename_axis(None)
                       flows  urls  http_4xx_share  unanswered_share
        203.0.113.5     43.0  33.0             1.0               0.0
        198.19.3.44     34.0  30.0             1.0               0.0
        203.0.113.240   48.0  30.0             1.0               0.0
        """
        return analysis.features(self._frame, by)
