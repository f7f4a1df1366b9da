"""Methods of ``df.eve`` that compare protocols with their ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

__all__ = ["Ports"]


class Ports:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def unexpected_ports(
        self, *, expected: Mapping[str, Iterable[int]] | None = None
    ) -> pd.DataFrame:
        """Return the flows whose application protocol does not fit their port.

        Parameters
        ----------
        expected : mapping of str to iterable of int, optional
            For protocols as ``app_proto`` names them, the ports to expect them on, in place
            of those known: ``{"http": [80, 8080], "ssh": [22, 2222]}``. On none of them a
            protocol is reported, whatever else is known of the port; with an empty list, on
            all. ``"failed"`` stands for flows with data that Suricata did not recognize.

        Returns
        -------
        DataFrame
            One row per flow, in the order of time, with the columns ``first_seen``,
            ``flow_id``, ``client_ip``, ``client_port``, ``server_ip``, ``server_port``,
            ``proto``, ``app_proto``; ``reason``; ``expected_ports``, the ports of the
            protocol as text; ``port_owner``, the protocol that the server's port belongs
            to; ``events`` and ``alerts``, how many the flow has.

        Raises
        ------
        EveTypeError
            If ``expected`` is no mapping of texts to integers.
        EveOptionError
            If a port in it is not from 0 to 65535, or a protocol is not spelled as
            Suricata does (``"HTTP"``); a name that is not known is none of these.
        MissingColumnError
            If the frame has no ``event_type`` or ``timestamp``, or events of protocols
            without addresses or ports.

        See Also
        --------
        EveAccessor.by_flow : All events of the flows that were found.
        suricata_eve.analysis.unexpected_ports : The function behind this method.

        Notes
        -----
        The reasons, of which a flow has the first that is true:

        ``alternate_port``
            The port is registered as an alternative: HTTP on 8080, TLS on 8443.
        ``port_of_another``
            It belongs to another protocol: HTTP on 53, SSH on 443, HTTP on 8443.
        ``unrecognized``
            It belongs to a protocol that Suricata recognizes with its own settings, and
            Suricata did not recognize the data (``failed``).
        ``client_port``
            The protocol's port is that of the client. The flow was seen only from the
            middle, and runs the other way; or somebody chose it to pass a filter.
        ``not_its_port``
            The port is not one of the protocol: SSH on 2222, HTTP on 4444.
        ``both_ephemeral``
            Nothing is known of the protocol, the client's port is from 32768 on, where
            Linux gives ports to clients, and the server's from 49152 on, where no service
            can be registered (RFC 6335).

        What a flow spoke is told by ``app_proto`` of its events, that of the ``flow`` event
        first, or by the type of an event, such as ``http``. Flows of which Suricata saw no
        data, such as those of a port scan, are never found. A flow that went over to another
        protocol, such as SMTP to TLS, may be on a port of the one before. Protocols that
        agree on a port (FTP data, DCE RPC, BitTorrent) are only found on a port of another.
        The server is who :func:`suricata_eve.analysis.orientation` tells; where nothing
        tells, the protocol's port on either side is in order.

        Ports are per transport, so that 443 is that of TLS over TCP and of QUIC over UDP.
        They are in ``suricata_eve.schema.ports``, from the registry of IANA; ``http2``,
        ``websocket`` and ``doh2`` have those of ``http``. Ports that `expected` takes from
        a protocol have no owner any more; those that it adds get none.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> found = df.eve.unexpected_ports()
        >>> found["reason"].value_counts().to_dict()
        {'not_its_port': 18, 'port_of_another': 10, 'alternate_port': 7, 'both_ephemeral': 2}
        >>> another = found[found["reason"] == "port_of_another"]
        >>> another[["app_proto", "server_port", "port_owner"]].drop_duplicates()
           app_proto  server_port port_owner
        7       http           53        dns
        9       http         8443        tls
        27       ssh          443        tls
        35       tls           80       http
        >>> web = [80, 4444, 8080, 8443, 8888, 50080]
        >>> found = df.eve.unexpected_ports(expected={"http": web, "ssh": [22, 2222]})
        >>> found[["app_proto", "server_port", "reason"]]
          app_proto  server_port           reason
        0    failed        49152   both_ephemeral
        1      http           53  port_of_another
        2       tls         8443   alternate_port
        3    failed        55555   both_ephemeral
        4      http           53  port_of_another
        5       ssh          443  port_of_another
        6       tls           80  port_of_another
        """
        return analysis.unexpected_ports(self._frame, expected=expected)
