"""TLS sessions, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from suricata_eve.analysis.views.tables import LAST, Column, rows_of
from suricata_eve.frame import arrow_frame
from suricata_eve.ingest.times import UTC_MICROSECONDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["tls"]

_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
_SESSION = (
    Column("sni", _TEXT, ("tls.sni",)),
    Column("version", _TEXT, ("tls.version",)),
    Column("session_resumed", pa.bool_(), ("tls.session_resumed",)),
    Column("from_proto", _TEXT, ("tls.from_proto",)),
    Column("subject", _TEXT, ("tls.subject",)),
    Column("issuer", _TEXT, ("tls.issuerdn",)),
    Column("subject_alt_names", _TEXTS, ("tls.subjectaltname",)),
    Column("serial", _TEXT, ("tls.serial",)),
    Column("fingerprint", _TEXT, ("tls.fingerprint",)),
    Column("not_before", UTC_MICROSECONDS, ("tls.notbefore",)),
    Column("not_after", UTC_MICROSECONDS, ("tls.notafter",)),
)
# A hash is an object, with what was hashed, or plain text: that depends on the release.
_HASHES = (
    Column("ja3", _TEXT, ("tls.ja3.hash", "tls.ja3")),
    Column("ja3_string", _TEXT, ("tls.ja3.string",)),
    Column("ja3s", _TEXT, ("tls.ja3s.hash", "tls.ja3s")),
    Column("ja3s_string", _TEXT, ("tls.ja3s.string",)),
    Column("ja4", _TEXT, ("tls.ja4", "tls.ja4.hash")),
    Column("client_alpns", _TEXTS, ("tls.client_alpns",)),
    Column("server_alpns", _TEXTS, ("tls.server_alpns",)),
    Column("client_subject", _TEXT, ("tls.client.subject",)),
    Column("client_issuer", _TEXT, ("tls.client.issuerdn",)),
    Column("client_serial", _TEXT, ("tls.client.serial",)),
    Column("client_fingerprint", _TEXT, ("tls.client.fingerprint",)),
    Column("client_not_before", UTC_MICROSECONDS, ("tls.client.notbefore",)),
    Column("client_not_after", UTC_MICROSECONDS, ("tls.client.notafter",)),
    *LAST,
)


def tls(frame: pd.DataFrame, *, alerts: bool = True) -> pd.DataFrame:
    """Return TLS sessions, one a row, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.
    alerts : bool, default True
        Whether alerts that log a session are rows as well.

    Returns
    -------
    DataFrame
        With the index labels of the events, and these columns:

        - ``timestamp`` (timestamp[us, UTC]), ``flow_id`` (int64; uint64 if one exceeds
          it), ``event_type`` (string);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16);
        - ``sni``, ``version`` (string), ``session_resumed`` (bool, missing where Suricata
          does not log it), ``from_proto`` (string, the protocol before STARTTLS);
        - ``subject``, ``issuer``, ``serial``, ``fingerprint`` (string, SHA-1),
          ``subject_alt_names`` (list of string), ``not_before``, ``not_after``
          (timestamp[us, UTC]): of the server's certificate;
        - ``chain_length`` (int64): certificates that the server sent, if they are logged;
        - ``ja3``, ``ja3s``, ``ja4`` (string): hashes of the client's and (``ja3s``) the
          server's hello; ``ja3_string``, ``ja3s_string``: what the first two are made of;
        - ``client_alpns``, ``server_alpns`` (list of string): protocols offered and taken;
        - ``client_subject``, ``client_issuer``, ``client_serial``, ``client_fingerprint``,
          ``client_not_before``, ``client_not_after``: of the client's certificate;
        - ``signature`` (string): of an alert; ``host`` (string): the sensor, if it is named.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
    EveTypeError
        If an option is of another type.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.tls : The same as a method, with examples.
    """
    rows = rows_of(frame, event_types=["tls"], alerts=alerts, name="tls")
    data = rows.common() | rows.columns(_SESSION)
    data["chain_length"] = rows.lengths("tls.chain")
    data |= rows.columns(_HASHES)
    rows.warn()
    return arrow_frame(data, rows.index)
