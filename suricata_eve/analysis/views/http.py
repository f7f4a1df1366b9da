"""HTTP requests, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.views.tables import LAST, Column, rows_of
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["http"]

_TEXT, _INTEGER = pa.string(), pa.int64()
_COLUMNS = (
    Column("tx_id", _INTEGER, ("tx_id",)),
    Column("method", _TEXT, ("http.http_method",)),
    Column("hostname", _TEXT, ("http.hostname",)),
    Column("http_port", pa.uint16(), ("http.http_port",)),
    Column("url", _TEXT, ("http.url",)),
    Column("protocol", _TEXT, ("http.protocol",)),
    Column("status", _INTEGER, ("http.status",)),
    Column("length", _INTEGER, ("http.length",)),
    Column("content_type", _TEXT, ("http.http_content_type",)),
    Column("redirect", _TEXT, ("http.redirect",)),
    Column("user_agent", _TEXT, ("http.http_user_agent",)),
    Column("referrer", _TEXT, ("http.http_refer",)),
    Column("xff", _TEXT, ("http.xff",)),
    Column("stream_id", _INTEGER, ("http.http2.stream_id",)),
    *LAST,
)


def http(frame: pd.DataFrame, *, alerts: bool = True) -> pd.DataFrame:
    """Return HTTP requests with their responses, one a row, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.
    alerts : bool, default True
        Whether alerts that log a request are rows as well.

    Returns
    -------
    DataFrame
        With the index labels of the events, and these columns:

        - ``timestamp`` (timestamp[us, UTC]), ``flow_id`` (int64; uint64 if one exceeds
          it), ``event_type`` (string);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16);
        - ``tx_id`` (int64): number of the transaction in its flow;
        - ``method``, ``hostname``, ``url`` (string), ``http_port`` (uint16): of the
          request; the port is the one that the Host header names;
        - ``protocol`` (string): such as ``HTTP/1.1``, or ``HTTP/2``;
        - ``status`` (int64), ``length`` (int64, bytes of the body), ``content_type``,
          ``redirect`` (string): of the response;
        - ``user_agent``, ``referrer`` (string): of the request;
        - ``xff`` (string): X-Forwarded-For, where Suricata is set to log it;
        - ``stream_id`` (int64): of HTTP/2;
        - ``signature`` (string): of an alert; ``host`` (string): the sensor, if it is named.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
    EveTypeError
        If an option is of another type.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.http : The same as a method, with examples.
    """
    rows = rows_of(frame, event_types=["http"], alerts=alerts, name="http")
    data = rows.common() | rows.columns(_COLUMNS)
    # Events of HTTP/2 have a version in place of a protocol.
    version = rows.column(_TEXT, "http.version")
    if version.null_count < len(version):
        named = pc.binary_join_element_wise("HTTP/", version, "")
        data["protocol"] = pc.coalesce(data["protocol"], named)
    # Suricata 7 writes 0 where no port was named.
    no_port = pc.equal(data["http_port"], pa.scalar(0, pa.uint16()))
    data["http_port"] = pc.if_else(no_port, pa.scalar(None, pa.uint16()), data["http_port"])
    rows.warn()
    return arrow_frame(data, rows.index)
