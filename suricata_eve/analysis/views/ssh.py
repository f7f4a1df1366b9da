"""SSH sessions, one a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from suricata_eve.analysis.views.tables import Column, view

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ssh"]

_COLUMNS = [
    Column(f"{side}_{name}", pa.string(), tuple(f"ssh.{side}.{field}" for field in fields))
    for side in ("client", "server")
    for name, fields in (
        ("software", ("software_version",)),
        ("proto", ("proto_version",)),
        ("hassh", ("hassh.hash", "hassh")),
        ("hassh_string", ("hassh.string",)),
    )
]


def ssh(frame: pd.DataFrame, *, alerts: bool = True) -> pd.DataFrame:
    """Return SSH sessions, one a row, in time order.

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
        - ``client_software``, ``client_proto``, ``server_software``, ``server_proto``
          (string): the software and the version of the protocol that each side names;
        - ``client_hassh``, ``server_hassh`` (string): hashes of the algorithms that each
          side offers; ``client_hassh_string``, ``server_hassh_string``: these algorithms;
        - ``signature`` (string): of an alert; ``host`` (string): the sensor, if it is named.

    Raises
    ------
    MissingColumnError
        If ``event_type`` or ``timestamp`` is missing, or the events are not flat.
    EveTypeError
        If an option is of another type.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.ssh : The same as a method, with examples.
    """
    return view(frame, _COLUMNS, event_types=["ssh"], alerts=alerts, name="ssh")
