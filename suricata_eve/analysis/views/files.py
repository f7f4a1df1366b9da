"""Files that were sent, one a row: events of their own, and lists in alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.views.choice import choose, flag
from suricata_eve.analysis.views.largetext import spread
from suricata_eve.analysis.views.tables import LAST, Column, Rows
from suricata_eve.analysis.views.values import member
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["files"]

_TEXT, _INTEGER = pa.string(), pa.int64()
_SENT = (
    Column("sender_ip", _TEXT, ("src_ip",)),
    Column("receiver_ip", _TEXT, ("dest_ip",)),
    Column("app_proto", _TEXT, ("app_proto",)),
)
# As members of an event's `fileinfo`, and of the objects in an alert's `files`.
_FILE = {
    "tx_id": _INTEGER,
    "file_id": _INTEGER,
    "filename": _TEXT,
    "size": _INTEGER,
    "state": _TEXT,
    "gaps": pa.bool_(),
    "stored": pa.bool_(),
    "start": _INTEGER,
    "end": _INTEGER,
    "magic": _TEXT,
    "md5": _TEXT,
    "sha1": _TEXT,
    "sha256": _TEXT,
}
_ORIGIN = (
    Column("http_hostname", _TEXT, ("http.hostname",)),
    Column("http_url", _TEXT, ("http.url",)),
    Column("email_from", _TEXT, ("email.from",)),
    Column("email_to", pa.list_(_TEXT), ("email.to",)),
    Column("email_subject", _TEXT, ("email.subject",)),
    Column("smb_share", _TEXT, ("smb.share",)),
    *LAST,
)


def files(frame: pd.DataFrame, *, alerts: bool = True) -> pd.DataFrame:
    """Return files that were sent, one a row, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.
    alerts : bool, default True
        Whether the ``files`` of alerts are rows as well: an alert with several gives
        several.

    Returns
    -------
    DataFrame
        With the index labels of the events, and these columns:

        - ``timestamp`` (timestamp[us, UTC]), ``flow_id`` (int64; uint64 if one exceeds
          it), ``event_type`` (string, ``fileinfo`` or ``alert``);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16);
        - ``sender_ip``, ``receiver_ip`` (string): a server sends a download, a client an
          upload;
        - ``app_proto`` (string);
        - ``tx_id`` (int64): number of the transaction in its flow; ``file_id`` (int64):
          of a file that is stored;
        - ``filename`` (string): of HTTP, the path of the URL with its escapes decoded, if
          nothing else names the file;
        - ``size`` (int64, bytes), ``state`` (string, ``CLOSED`` for a whole file),
          ``gaps``, ``stored`` (bool), ``start``, ``end`` (int64, offsets in bytes of a
          part that was asked for);
        - ``magic``, ``md5``, ``sha1``, ``sha256`` (string): as far as Suricata is set to
          log them;
        - ``http_hostname``, ``http_url``, ``email_from``, ``email_subject``, ``smb_share``
          (string), ``email_to`` (list of string): where the file came from;
        - ``signature`` (string): of an alert; ``host`` (string): the sensor, if it is named.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
    EveTypeError
        If an option is of another type.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.files : The same as a method, with examples.
    """
    alerts_with = "files" if flag(alerts, "alerts") else None
    positions = choose(
        frame, ["fileinfo"], method="files", fields_of="fileinfo", alerts_with=alerts_with
    )
    rows = Rows(frame, positions, method="files")
    data = rows.common() | rows.columns(_SENT)
    file, parents = _files(rows)
    origin = rows.columns(_ORIGIN)
    rows.warn()
    if parents is None:
        return arrow_frame(data | file | origin, rows.index)
    data, origin = (spread(part, parents, method="files") for part in (data, origin))
    return arrow_frame(data | file | origin, rows.index.take(parents))


def _files(
    rows: Rows,
) -> tuple[dict[str, pa.ChunkedArray], NDArray[np.int64] | None]:
    """Return what is known of each file, and the row it is of; None if each row has one."""
    own = rows.columns(Column(name, kind, (f"fileinfo.{name}",)) for name, kind in _FILE.items())
    is_alert = pc.equal(rows.column(_TEXT, "event_type"), "alert").fill_null(fill_value=False)
    alert = np.asarray(is_alert, bool)
    if not alert.any():
        return own, None
    parents, objects = rows.objects("files")
    of_alert = alert[parents]
    if not of_alert.all():  # the fileinfo events of another producer may have lists too
        parents, objects = parents[of_alert], objects.filter(pa.array(of_alert))
    listed = {
        name: rows.fit(f"files[].{name}", member(objects, name), kind)
        for name, kind in _FILE.items()
    }
    owners = np.flatnonzero(~alert)
    everyone = np.concatenate([owners, parents])
    order = np.argsort(everyone, kind="stable")
    mine = spread(own, owners, method="files")
    together = {
        name: pa.chunked_array([*column.chunks, listed[name]], column.type)
        for name, column in mine.items()
    }
    return spread(together, order, method="files"), everyone[order]
