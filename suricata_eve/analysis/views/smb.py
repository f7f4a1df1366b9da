"""SMB transactions, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.views.tables import LAST, Column, Rows, rows_of
from suricata_eve.analysis.views.values import member, to_lists
from suricata_eve.frame import arrow_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["smb"]

_TEXT, _INTEGER, _TEXTS = pa.string(), pa.int64(), pa.list_(pa.string())
_TRANSACTION = (
    Column("id", _INTEGER, ("smb.id",)),
    Column("dialect", _TEXT, ("smb.dialect",)),
    Column("command", _TEXT, ("smb.command",)),
    Column("subcmd", _TEXT, ("smb.subcmd",)),
    Column("function", _TEXT, ("smb.function",)),
    Column("status", _TEXT, ("smb.status",)),
    Column("status_code", _TEXT, ("smb.status_code",)),
    Column("session_id", pa.uint64(), ("smb.session_id",)),
    Column("tree_id", _INTEGER, ("smb.tree_id",)),
    Column("share", _TEXT, ("smb.share",)),
    Column("share_type", _TEXT, ("smb.share_type",)),
    Column("named_pipe", _TEXT, ("smb.named_pipe",)),
    Column("filename", _TEXT, ("smb.filename",)),
    Column("directory", _TEXT, ("smb.directory",)),
    Column("disposition", _TEXT, ("smb.disposition",)),
    Column("access", _TEXT, ("smb.access",)),
    Column("size", _INTEGER, ("smb.size",)),
    Column("fuid", _TEXT, ("smb.fuid",)),
    Column("rename_from", _TEXT, ("smb.rename.from",)),
    Column("rename_to", _TEXT, ("smb.rename.to",)),
    Column("set_info_level", _TEXT, ("smb.set_info.info_level",)),
    Column("ntlmssp_domain", _TEXT, ("smb.ntlmssp.domain",)),
    Column("ntlmssp_user", _TEXT, ("smb.ntlmssp.user",)),
    Column("ntlmssp_host", _TEXT, ("smb.ntlmssp.host",)),
    Column("ntlmssp_version", _TEXT, ("smb.ntlmssp.version",)),
    Column("kerberos_realm", _TEXT, ("smb.kerberos.realm",)),
    Column("kerberos_snames", _TEXTS, ("smb.kerberos.snames",)),
    Column("dcerpc_request", _TEXT, ("smb.dcerpc.request",)),
    Column("dcerpc_response", _TEXT, ("smb.dcerpc.response",)),
    Column("dcerpc_opnum", _INTEGER, ("smb.dcerpc.opnum",)),
)
_PEERS = (
    Column("client_guid", _TEXT, ("smb.client_guid",)),
    Column("server_guid", _TEXT, ("smb.server_guid",)),
    Column("client_dialects", _TEXTS, ("smb.client_dialects",)),
    Column("client_os", _TEXT, ("smb.request.native_os",)),
    Column("client_lm", _TEXT, ("smb.request.native_lm",)),
    Column("server_os", _TEXT, ("smb.response.native_os",)),
    Column("server_lm", _TEXT, ("smb.response.native_lm",)),
    *LAST,
)


def smb(frame: pd.DataFrame, *, alerts: bool = True) -> pd.DataFrame:
    """Return SMB transactions, one a row, in time order.

    Parameters
    ----------
    frame : DataFrame
        Events with ``event_type`` and ``timestamp``; it is not changed.
    alerts : bool, default True
        Whether alerts that log a transaction are rows as well.

    Returns
    -------
    DataFrame
        With the index labels of the events, and these columns:

        - ``timestamp`` (timestamp[us, UTC]), ``flow_id`` (int64; uint64 if one exceeds
          it), ``event_type`` (string);
        - ``client_ip``, ``server_ip`` (string), ``client_port``, ``server_port`` (uint16);
        - ``id`` (int64): number of the transaction in its flow; ``dialect``, ``command``,
          ``subcmd``, ``function`` (string);
        - ``status``, ``status_code`` (string): of the response, as a name and as the
          hexadecimal NTSTATUS;
        - ``session_id`` (uint64), ``tree_id`` (int64);
        - ``share``, ``share_type``, ``named_pipe`` (string): what a tree connect opens;
        - ``filename``, ``directory``, ``disposition``, ``access`` (string), ``size``
          (int64, bytes), ``fuid`` (string): of the file;
        - ``rename_from``, ``rename_to``, ``set_info_level`` (string);
        - ``ntlmssp_domain``, ``ntlmssp_user``, ``ntlmssp_host``, ``ntlmssp_version``
          (string): who logs on; ``kerberos_realm`` (string), ``kerberos_snames`` (list of
          string): for which service;
        - ``dcerpc_request``, ``dcerpc_response`` (string), ``dcerpc_opnum`` (int64):
          remote calls; ``dcerpc_interfaces`` (list of string): the UUIDs of what they are
          of;
        - ``client_guid``, ``server_guid`` (string), ``client_dialects`` (list of string);
        - ``client_os``, ``client_lm``, ``server_os``, ``server_lm`` (string): the operating
          system and LAN manager that SMB 1 names;
        - ``signature`` (string): of an alert; ``host`` (string): the sensor, if it is named.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
    EveTypeError
        If an option is of another type.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.smb : The same as a method, with examples.
    """
    rows = rows_of(frame, event_types=["smb"], alerts=alerts, name="smb")
    data = rows.common() | rows.columns(_TRANSACTION)
    data["dcerpc_interfaces"] = _interfaces(rows)
    data |= rows.columns(_PEERS)
    rows.warn()
    return arrow_frame(data, rows.index)


def _interfaces(rows: Rows) -> pa.Array:
    """Return the distinct UUIDs of each row: Suricata 7 repeats one per transfer syntax."""
    name = "smb.dcerpc.interfaces"
    parents, objects = rows.objects(name)
    texts = rows.fit(f"{name}[].uuid", member(objects, "uuid"), _TEXT)
    codes = encode(texts).codes
    pairs = parents * (int(codes.max(initial=-1)) + 2) + codes + 1
    firsts = np.sort(np.unique(pairs, return_index=True)[1])
    counts = np.bincount(parents[firsts], minlength=len(rows))
    return to_lists(counts, texts.take(pa.array(firsts)))
