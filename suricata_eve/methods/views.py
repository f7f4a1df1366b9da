"""Methods of ``df.eve`` that give tidy tables of a protocol, whatever the release of Suricata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from suricata_eve.analysis.views.dns import Section

__all__ = ["Views"]


class Views:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def dns(
        self,
        *,
        alerts: bool = True,
        sections: Section | Iterable[Section] = ("question", "answer"),
    ) -> pd.DataFrame:
        """Return DNS queries and answers, one a row, in time order.

        Parameters
        ----------
        alerts : bool, default True
            Whether alerts that log DNS are rows as well.
        sections : {"question", "answer", "authority", "additional"} or iterable of these
            Which sections of a message give rows; by default questions and answers.

        Returns
        -------
        DataFrame
            With the index labels of the events, and always these columns:

            - ``timestamp``, ``flow_id``, ``event_type``, ``client_ip``, ``client_port``,
              ``server_ip``, ``server_port``, ``proto``;
            - ``type``: the message is a ``request`` or a ``response``; ``section``: where in
              it the record stands; ``id``, ``tx_id``;
            - ``query_rrname``, ``query_rrtype``: what was asked for, also beside an answer;
            - ``rrname``, ``rrtype``, ``ttl``, ``rdata``: of the record;
            - ``rcode``, ``answer_count``: of a response;
            - ``opcode``, ``flags``, ``aa``, ``tc``, ``rd``, ``ra``: of the message;
            - ``signature`` of an alert; ``host``: the sensor, if it is named.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
        EveOptionError
            If ``sections`` names none, or one that DNS does not have.

        Warns
        -----
        EveWarning
            If a column cannot hold some values; or if ``dns`` events have no column ``dns.*``.

        See Also
        --------
        EveAccessor.events : Events of a type with all their fields.
        suricata_eve.analysis.dns : The function behind this method, with all dtypes.

        Notes
        -----
        A request has a row per question. A response has a row per answer, or, without
        answers, such as NXDOMAIN, per question. An event without any is a row too. Rows do
        not depend on the version of Suricata's DNS logging, 1 to 3, as far as each logs the
        same; what one does not log is missing, not guessed:

        - version 1 logs an event per answer, and not what was asked for;
        - version 2 logs no ``flags`` of requests, no ``tx_id`` of responses, and no answers
          in alerts;
        - answers that are only logged by type (``dns.grouped``) have no names and no
          ``ttl``; where they are logged both ways, they are not repeated;
        - a request has no ``rcode``: version 3 writes ``NOERROR``.

        ``aa``, ``tc``, ``rd`` and ``ra`` are read off ``flags``. An alert repeats what a
        ``dns`` event logs: count with ``alerts=False``, or by ``event_type``.

        Data of several parts is written as in a zone file: SOA (RFC 1035, 3.3.13), SRV (RFC
        2782), SSHFP (RFC 4255); of other types as JSON.

        DNS over HTTPS is here where ``dns`` events or alerts of Suricata 8 log it. Multicast
        DNS and LLMNR, which are event types of their own, are not: nobody in them is client
        or server.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> dns = df.eve.dns()
        >>> dns[dns["section"] == "answer"][["query_rrname", "rrtype", "rdata"]].head(3)
                query_rrname rrtype                   rdata
        128  ntp.example.net      A             192.0.2.213
        501  cdn.example.com  CNAME  edge-7.cdn.example.net
        501  cdn.example.com      A              192.0.2.77
        >>> dns["rcode"].value_counts().to_dict()
        {'NOERROR': 89, 'NXDOMAIN': 27, 'REFUSED': 9, 'SERVFAIL': 9}
        """
        return analysis.dns(self._frame, alerts=alerts, sections=sections)

    def http(self, *, alerts: bool = True) -> pd.DataFrame:
        """Return HTTP requests with their responses, one a row, in time order.

        Parameters
        ----------
        alerts : bool, default True
            Whether alerts that log a request are rows as well.

        Returns
        -------
        DataFrame
            With the index labels of the events, and always these columns:

            - ``timestamp``, ``flow_id``, ``event_type``, ``client_ip``, ``client_port``,
              ``server_ip``, ``server_port``, ``tx_id``;
            - ``method``, ``hostname``, ``http_port`` (of the Host header), ``url``,
              ``protocol``;
            - ``status``, ``length`` (bytes of the body), ``content_type``, ``redirect``;
            - ``user_agent``, ``referrer``, ``xff``, ``stream_id`` (of HTTP/2);
            - ``signature`` of an alert; ``host``: the sensor, if it is named.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If a column cannot hold some values; or if ``http`` events have no column ``http.*``.

        See Also
        --------
        EveAccessor.files : What was sent.
        EveAccessor.payloads : What is hidden in URLs and headers.
        suricata_eve.analysis.http : The function behind this method, with all dtypes.

        Notes
        -----
        An alert repeats the request that an ``http`` event logs: count with
        ``alerts=False``, or by ``event_type``. Headers and bodies stay in the events:
        ``df.loc[http.index, "http.request_headers"]``.

        HTTP/2 is logged as version 2, and is ``HTTP/2`` in ``protocol`` like ``HTTP/1.1``.
        Events of its stream 0 have settings, and no request. A status that is no number,
        such as ``2XX``, is missing; Suricata 8 has it in ``http.status_string``.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> http = df.eve.http(alerts=False)
        >>> http[["method", "hostname", "status"]].head(2)
          method         hostname  status
        0    GET    198.51.100.20     404
        3    GET  www.example.org     403
        >>> http["protocol"].value_counts().to_dict()
        {'HTTP/1.1': 1501, 'HTTP/1.0': 59, 'HTTP/2': 3, 'HTTP/3.9': 1}
        """
        return analysis.http(self._frame, alerts=alerts)

    def tls(self, *, alerts: bool = True) -> pd.DataFrame:
        """Return TLS sessions, one a row, in time order.

        Parameters
        ----------
        alerts : bool, default True
            Whether alerts that log a session are rows as well.

        Returns
        -------
        DataFrame
            With the index labels of the events, and always these columns:

            - ``timestamp``, ``flow_id``, ``event_type``, ``client_ip``, ``client_port``,
              ``server_ip``, ``server_port``;
            - ``sni``, ``version``, ``session_resumed``, ``from_proto``;
            - ``subject``, ``issuer``, ``subject_alt_names``, ``serial``, ``fingerprint``,
              ``not_before``, ``not_after``: of the server's certificate; ``chain_length``;
            - ``ja3``, ``ja3_string``, ``ja3s``, ``ja3s_string``, ``ja4``, whichever way they
              are logged; ``client_alpns``, ``server_alpns``;
            - ``client_subject``, ``client_issuer``, ``client_serial``,
              ``client_fingerprint``, ``client_not_before``, ``client_not_after``: of the
              client's certificate;
            - ``signature`` of an alert; ``host``: the sensor, if it is named.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If a column cannot hold some values; or if ``tls`` events have no column ``tls.*``.

        See Also
        --------
        suricata_eve.analysis.tls : The function behind this method, with all dtypes.

        Notes
        -----
        An alert repeats the session that a ``tls`` event logs: count with ``alerts=False``,
        or by ``event_type``.

        A session that is resumed, or is of TLS 1.3, shows no certificate. QUIC is an event
        type of its own, and not here.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> tls = df.eve.tls(alerts=False)
        >>> expired = tls[tls["not_after"] < tls["timestamp"]]
        >>> expired[["server_ip", "server_port", "subject"]]
                  server_ip  server_port       subject
        5830  198.51.100.20         8443  CN=localhost
        9071  198.51.100.20           80  CN=localhost
        """
        return analysis.tls(self._frame, alerts=alerts)

    def ssh(self, *, alerts: bool = True) -> pd.DataFrame:
        """Return SSH sessions, one a row, in time order.

        Parameters
        ----------
        alerts : bool, default True
            Whether alerts that log a session are rows as well.

        Returns
        -------
        DataFrame
            With the index labels of the events, and always these columns:

            - ``timestamp``, ``flow_id``, ``event_type``, ``client_ip``, ``client_port``,
              ``server_ip``, ``server_port``;
            - ``client_software``, ``client_proto``, ``client_hassh``,
              ``client_hassh_string``, and the same of the server;
            - ``signature`` of an alert; ``host``: the sensor, if it is named.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If a column cannot hold some values; or if ``ssh`` events have no column ``ssh.*``.

        See Also
        --------
        EveAccessor.unexpected_ports : Sessions on ports that are not SSH's.
        suricata_eve.analysis.ssh : The function behind this method, with all dtypes.

        Notes
        -----
        An alert repeats the session that an ``ssh`` event logs: count with
        ``alerts=False``, or by ``event_type``.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> ssh = df.eve.ssh(alerts=False)
        >>> ssh["client_software"].value_counts().head(2).to_dict()
        {'paramiko_2.7.2': 14, 'OpenSSH_7.4p1': 13}
        """
        return analysis.ssh(self._frame, alerts=alerts)

    def smb(self, *, alerts: bool = True) -> pd.DataFrame:
        """Return SMB transactions, one a row, in time order.

        Parameters
        ----------
        alerts : bool, default True
            Whether alerts that log a transaction are rows as well.

        Returns
        -------
        DataFrame
            With the index labels of the events, and always these columns:

            - ``timestamp``, ``flow_id``, ``event_type``, ``client_ip``, ``client_port``,
              ``server_ip``, ``server_port``;
            - ``id``, ``dialect``, ``command``, ``subcmd``, ``function``, ``status``,
              ``status_code``, ``session_id``, ``tree_id``;
            - ``share``, ``share_type``, ``named_pipe``;
            - ``filename``, ``directory``, ``disposition``, ``access``, ``size``, ``fuid``,
              ``rename_from``, ``rename_to``, ``set_info_level``;
            - ``ntlmssp_domain``, ``ntlmssp_user``, ``ntlmssp_host``, ``ntlmssp_version``,
              ``kerberos_realm``, ``kerberos_snames``: who logs on, and to what;
            - ``dcerpc_request``, ``dcerpc_response``, ``dcerpc_opnum``,
              ``dcerpc_interfaces``: remote calls;
            - ``client_guid``, ``server_guid``, ``client_dialects``, ``client_os``,
              ``client_lm``, ``server_os``, ``server_lm``;
            - ``signature`` of an alert; ``host``: the sensor, if it is named.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If a column cannot hold some values; or if ``smb`` events have no column ``smb.*``.

        See Also
        --------
        EveAccessor.files : Files that were sent, over SMB too.
        suricata_eve.analysis.smb : The function behind this method, with all dtypes.

        Notes
        -----
        An alert repeats the transaction that an ``smb`` event logs: count with
        ``alerts=False``, or by ``event_type``.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> smb = df.eve.smb()
        >>> smb[smb["filename"].notna()][["client_ip", "command", "filename"]]
                 client_ip              command filename
        1882  203.0.113.44  SMB2_COMMAND_CREATE   srvsvc
        """
        return analysis.smb(self._frame, alerts=alerts)

    def files(self, *, alerts: bool = True) -> pd.DataFrame:
        """Return files that were sent, one a row, in time order.

        Parameters
        ----------
        alerts : bool, default True
            Whether the files that alerts list are rows as well.

        Returns
        -------
        DataFrame
            With the index labels of the events, and always these columns:

            - ``timestamp``, ``flow_id``, ``event_type``, ``client_ip``, ``client_port``,
              ``server_ip``, ``server_port``, ``sender_ip``, ``receiver_ip``,
              ``app_proto``, ``tx_id``;
            - ``file_id``, ``filename``, ``size`` (bytes), ``state``, ``gaps``, ``stored``,
              ``start``, ``end``;
            - ``magic``, ``md5``, ``sha1``, ``sha256``;
            - ``http_hostname``, ``http_url``, ``email_from``, ``email_to``,
              ``email_subject``, ``smb_share``: where it came from;
            - ``signature`` of an alert; ``host``: the sensor, if it is named.

        Raises
        ------
        MissingColumnError
            If ``event_type`` or ``timestamp`` is missing, or the events are not flat.

        Warns
        -----
        EveWarning
            If a column cannot hold some values; or if there is no ``fileinfo.*`` column.

        See Also
        --------
        EveAccessor.http : HTTP requests.
        suricata_eve.analysis.files : The function behind this method, with all dtypes.

        Notes
        -----
        An alert repeats files that ``fileinfo`` events log, some before they are complete
        (``state``): count with ``alerts=False``, or by ``event_type``.

        The sender is the source of the event: Suricata writes ``fileinfo`` in the direction
        of the file (``output-json-file.c``), and in an alert the files that go the way of its
        packet (``output-json-alert.c``).

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> files = df.eve.files(alerts=False)
        >>> files[files["filename"].str.endswith(".sh")][["sender_ip", "filename", "size"]]
                  sender_ip               filename  size
        4622  198.51.100.20  /downloads/install.sh   105
        6206   203.0.113.77                 /lh.sh   170
        >>> uploads = files[files["sender_ip"] == files["client_ip"]]
        >>> uploads["app_proto"].value_counts().to_dict()
        {'http': 74, 'smtp': 1}
        """
        return analysis.files(self._frame, alerts=alerts)
