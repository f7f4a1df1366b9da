"""The event types of EVE, and which setting of ``suricata.yaml`` writes a field.

The types are those that Suricata 7 and 8 can write; a few are of older releases
(``ikev2``) or of newer ones (``llmnr``).
"""

from __future__ import annotations

__all__ = ["EVENT_TYPES", "logger_of", "setting_for"]

EVENT_TYPES = (
    "alert",
    "anomaly",
    "arp",
    "bittorrent_dht",
    "dcerpc",
    "dhcp",
    "dnp3",
    "dns",
    "doh2",
    "drop",
    "engine",
    "enip",
    "fileinfo",
    "flow",
    "frame",
    "ftp",
    "ftp_data",
    "http",
    "http2",
    "ike",
    "ikev2",
    "krb5",
    "ldap",
    "llmnr",
    "mdns",
    "metadata",
    "modbus",
    "mqtt",
    "netflow",
    "nfs",
    "ntp",
    "packet",
    "pgsql",
    "pop3",
    "quic",
    "rdp",
    "rfb",
    "sip",
    "smb",
    "smtp",
    "snmp",
    "ssh",
    "stats",
    "stream_tcp",
    "template",
    "tftp",
    "tls",
    "websocket",
)
"""Values that ``event_type`` has, sorted."""

# Where the logger of a field's first part is not called like that part.
_LOGGERS = {
    "bittorrent_dht": "bittorrent-dht",
    "email": "smtp",
    "fileinfo": "files",
    "files": "alert",
    "ftp_data": "ftp",
    "packet": "alert",
    "packet_info": "alert",
    "payload": "alert",
    "payload_length": "alert",
    "payload_printable": "alert",
    "stream": "alert",
    "stream_tcp": "stream",
    "verdict": "alert",
}

# Fields that a logger writes only when an option says so.
_OPTIONS = {
    "alert.rule": "'raw: yes' below 'metadata: rule:' of type 'alert'",
    "community_id": "'community-id: true' of 'eve-log'",
    "engine": "'type: json' of an output below 'logging: outputs:'",
    "ether": "'ethernet: yes' of 'eve-log'",
    "fileinfo.md5": "'force-hash: [md5]' of type 'files'",
    "fileinfo.sha1": "'force-hash: [sha1]' of type 'files'",
    "fileinfo.sha256": "'force-hash: [sha256]' of type 'files'",
    "http.http_request_body": "'http-body: yes' of type 'alert'",
    "http.http_request_body_printable": "'http-body-printable: yes' of type 'alert'",
    "http.http_response_body": "'http-body: yes' of type 'alert'",
    "http.http_response_body_printable": "'http-body-printable: yes' of type 'alert'",
    "http.http2": "type 'http2'",
    "http.request_headers": "'dump-all-headers: both' of type 'http'",
    "http.response_headers": "'dump-all-headers: both' of type 'http'",
    "metadata": "type 'metadata', or 'metadata: yes' of type 'alert'",
    "packet": "'packet: yes' of type 'alert'",
    "payload": "'payload: yes' of type 'alert'",
    "payload_length": "'payload-length: yes' of type 'alert'",
    "payload_printable": "'payload-printable: yes' of type 'alert'",
    "verdict": "'verdict: yes' of type 'alert'",
}


def logger_of(path: str) -> str | None:
    """Return the type of ``eve-log`` that writes a field.

    Parameters
    ----------
    path : str
        A dotted path, such as ``"fileinfo.sha256"``.

    Returns
    -------
    str or None
        The name in the list ``outputs: eve-log: types:`` of ``suricata.yaml``; None
        for fields that belong to no type alone, such as ``src_ip``.

    Examples
    --------
    >>> from suricata_eve.schema.event_types import logger_of
    >>> logger_of("fileinfo.sha256"), logger_of("src_ip")
    ('files', None)
    """
    first = path.partition(".")[0]
    if first in _LOGGERS:
        return _LOGGERS[first]
    return first if first in EVENT_TYPES else None


def setting_for(path: str) -> str | None:
    """Return what to set in ``suricata.yaml`` so that a field is written.

    Parameters
    ----------
    path : str
        A dotted path, such as ``"payload_printable"``.

    Returns
    -------
    str or None
        Words for the end of a sentence; None for what no setting is known to bring.

    Examples
    --------
    >>> from suricata_eve.schema.event_types import setting_for
    >>> setting_for("alert.signature")
    "type 'alert'"
    >>> setting_for("payload_printable")
    "'payload-printable: yes' of type 'alert'"
    """
    name = path
    while name:  # an object's setting is that of all in it
        if name in _OPTIONS:
            return _OPTIONS[name]
        name = name.rpartition(".")[0]
    logger = logger_of(path)
    return None if logger is None else f"type '{logger}'"
