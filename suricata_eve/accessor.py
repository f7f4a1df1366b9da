"""``df.eve``: the functions of this package as methods of a DataFrame.

Importing this module registers the accessor, its only side effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from suricata_eve import analysis
from suricata_eve.errors import NotEveFrameError
from suricata_eve.methods.exports import Exports
from suricata_eve.methods.features import Features
from suricata_eve.methods.graphs import Graphs
from suricata_eve.methods.identity import Identity
from suricata_eve.methods.indicators import Indicators
from suricata_eve.methods.packets import Packets
from suricata_eve.methods.plots import Pictures
from suricata_eve.methods.ports import Ports
from suricata_eve.methods.reports import Reports
from suricata_eve.methods.traffic import Traffic
from suricata_eve.methods.uniqueness import Uniqueness
from suricata_eve.methods.views import Views
from suricata_eve.normalize import normalize_types
from suricata_eve.schema.fields import is_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


__all__ = ["EveAccessor"]


@pd.api.extensions.register_dataframe_accessor("eve")
class EveAccessor(
    Identity,
    Indicators,
    Ports,
    Reports,
    Uniqueness,
    Views,
    Traffic,
    Exports,
    Packets,
    Pictures,
    Features,
    Graphs,
):
    """Methods for a DataFrame of EVE events, as ``df.eve``.

    Each is one call of a pure function of the same name, in
    :mod:`suricata_eve.analysis` or :mod:`suricata_eve.normalize`; use those where a type
    checker should see what you call. No method changes its frame.

    Parameters
    ----------
    frame : DataFrame
        Any frame with a column that EVE has.

    Raises
    ------
    NotEveFrameError
        If no column has a name that EVE knows. It is an ``AttributeError``, so that
        ``hasattr(df, "eve")`` tells.

    Notes
    -----
    A column that is called ``eve`` is only reached as ``df["eve"]``.

    Examples
    --------
    >>> import suricata_eve
    >>> df = suricata_eve.load_sample("log4j")
    >>> len(df.eve.alerts(decoder_events=False))
    832
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        names: list[object] = list(frame.columns)
        if not any(isinstance(name, str) and is_known(name) for name in names):
            shown = ", ".join(map(repr, names[:5])) + (", ..." if len(names) > 5 else "")
            msg = (
                f"no column of this frame is a field of EVE ({shown or 'it has none'}); .eve needs "
                f"events, as suricata_eve.read_eve() gives them, or the columns of "
                f"pd.json_normalize(events), named like 'event_type' and 'alert.signature'"
            )
            raise NotEveFrameError(msg)
        self._frame = frame

    def normalize_types(
        self,
        *,
        errors: Literal["raise", "coerce"] = "raise",
        integer_na: int | None = None,
    ) -> pd.DataFrame:
        """Give every column the dtype that ``read_eve`` gives it.

        For frames that came another way: ``pd.json_normalize``, ``read_json``,
        ``read_csv``, Elastic. Float ``flow_id`` and ports become integers, text becomes
        times, a missing value stays missing. Unknown columns stay.

        Parameters
        ----------
        errors : {"raise", "coerce"}, default "raise"
            Whether a value that its field's dtype cannot hold is an error, or becomes
            missing, with a warning that counts.
        integer_na : int, optional
            What to put where an integer is missing. By default it stays missing.

        Returns
        -------
        DataFrame
            A new frame with the same index.

        Raises
        ------
        EveValueError
            If a value cannot be held, and ``errors="raise"``.
        EveOptionError
            If an option is not one of its choices.

        See Also
        --------
        suricata_eve.read_eve : Read EVE with these dtypes to begin with.

        Examples
        --------
        >>> import pandas as pd
        >>> import suricata_eve
        >>> tls = {"event_type": "tls", "dest_port": 443, "tls": {"sni": "www.example.org"}}
        >>> plain = pd.json_normalize([tls, {"event_type": "stats"}])
        >>> plain["dest_port"].tolist()
        [443.0, nan]
        >>> plain.eve.normalize_types()["dest_port"].tolist()
        [443, <NA>]
        """
        return normalize_types(self._frame, errors=errors, integer_na=integer_na)

    def events(self, event_type: str | Iterable[str]) -> pd.DataFrame:
        """Return the events of a type, without the columns that are empty in them.

        Parameters
        ----------
        event_type : str or iterable of str
            One type, such as ``"http"``, or several.

        Returns
        -------
        DataFrame
            The events in the order of the frame, with their index labels. A type that
            Suricata has and this frame does not gives no rows, the core columns and those
            of :meth:`orient`, if the frame has them.

        Raises
        ------
        EveOptionError
            If a type is neither one of Suricata's nor in the frame.
        EveTypeError
            If a type is not text.
        MissingColumnError
            If the frame has no column ``event_type``.

        See Also
        --------
        EveAccessor.alerts : Alerts in time order, with filters.
        suricata_eve.analysis.events : The function behind this method.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> tls = df.eve.events("tls")
        >>> tls[["tls.version", "tls.sni"]].dropna().head(2)
            tls.version           tls.sni
        19      TLS 1.2  shop.example.org
        529       TLSv1   www.example.org
        """
        return analysis.events(self._frame, event_type)

    def alerts(
        self,
        *,
        signature: str | Iterable[str] | None = None,
        category: str | Iterable[str] | None = None,
        severity: int | Iterable[int] | None = None,
        sid: int | Iterable[int] | None = None,
        decoder_events: bool = True,
        view: Literal["all", "concise"] = "all",
    ) -> pd.DataFrame:
        """Return the alerts in time order, without empty columns.

        An alert must meet every filter that is given. Alerts of the same time stay in
        the order of the file.

        Parameters
        ----------
        signature : str or iterable of str, optional
            A regular expression to search for in ``alert.signature``, or several, of
            which one must be found. The syntax is RE2's, which is safe on any text:
            ``(?i)`` ignores case, there is no look-around.
        category : str or iterable of str, optional
            The exact ``alert.category``, or several.
        severity : int or iterable of int, optional
            The ``alert.severity``, or several; 1 is the most severe.
        sid : int or iterable of int, optional
            The ``alert.signature_id``, or several; a ``range`` does.
        decoder_events : bool, default True
            Whether to keep the category "Generic Protocol Command Decode", in which
            Suricata's decoders report odd packets.
        view : {"all", "concise"}, default "all"
            Every column that is not empty; or ``timestamp``, ``flow_id``, ``client``,
            ``server``, ``signature`` and ``category``, always with the same dtypes.
            An alert on a response has the server as its ``src_ip``; ``client`` is who
            opened the flow: by ``flow.src_ip``, else by ``direction``, else by the other
            events of the flow, else ``src_ip``.

        Returns
        -------
        DataFrame
            The alerts, with their index labels.

        Raises
        ------
        EveOptionError
            If ``signature`` is not a regular expression of RE2, or ``view`` not a view.
        EveTypeError
            If a filter is of another type.
        MissingColumnError
            If a column is missing that a filter or the view needs.

        See Also
        --------
        EveAccessor.by_flow : All events of the flows of some alerts.
        EveAccessor.group_summary : Count and compare alerts.
        EveAccessor.orient : Client and server of every event.
        suricata_eve.analysis.alerts : The function behind this method.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> log4j = df.eve.alerts(signature="(?i)log4j", view="concise")
        >>> log4j[["client", "server"]].head(2)
                   client         server
        15  203.0.113.152  198.51.100.20
        16  203.0.113.152  198.51.100.20
        >>> df.eve.alerts(sid=range(9000001, 9000010))["flow_id"].nunique()
        86
        """
        return analysis.alerts(
            self._frame,
            signature=signature,
            category=category,
            severity=severity,
            sid=sid,
            decoder_events=decoder_events,
            view=view,
        )

    def payloads(
        self,
        columns: Sequence[str] | None = None,
        *,
        kinds: Sequence[Literal["jndi", "base64", "eve"]] = ("jndi", "base64"),
        content: Literal["command", "text", "any"] = "command",
    ) -> pd.DataFrame:
        """Return what is hidden in text fields: lookups and Base64, resolved and decoded.

        Parameters
        ----------
        columns : sequence of str, optional
            The columns to search; by default all text that an attacker controls, each
            distinct text once.
        kinds : sequence of {"jndi", "base64", "eve"}, default ("jndi", "base64")
            What to look for: JNDI lookups, Base64 elsewhere, and the fields that EVE
            itself writes as Base64, such as ``payload``.
        content : {"command", "text", "any"}, default "command"
            Which Base64 outside of lookups is worth a row: what decodes to a command
            line or script, to any readable text, or to anything.

        Returns
        -------
        DataFrame
            One row per finding, with the index label of the event that it was found in.
            Columns: ``timestamp``, ``flow_id``, ``event_type``, ``client_ip`` and
            ``server_ip`` of the event; ``field``, ``kind`` and ``match``, the text as it was
            sent; of a lookup ``resolved``, ``scheme``, ``callback_host``,
            ``callback_port`` and ``path``; of Base64 ``encoded``, ``encoding``,
            ``content`` (what it is), ``decoded`` (text) and ``data`` (bytes).

        Raises
        ------
        EveOptionError
            If an option is not one of its choices.
        MissingColumnError
            If one of ``columns`` is missing.

        See Also
        --------
        EveAccessor.group_summary : Which sources tried which payload.
        suricata_eve.analysis.payloads : The function behind this method.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> found = df.eve.alerts(sid=9000001).eve.payloads()
        >>> found["scheme"].unique().tolist()
        ['ldap', 'rmi']
        """
        return analysis.payloads(self._frame, columns, kinds=kinds, content=content)

    def group_summary(
        self,
        by: str | Iterable[str],
        fields: str | Iterable[str] | None = None,
        *,
        max_unique: int = 100,
    ) -> pd.DataFrame:
        """Summarize groups of events: count, first and last seen, values of fields.

        Each field is summarized on its own, so that several lists do not multiply each
        other.

        Parameters
        ----------
        by : str or iterable of str
            The columns that make the groups. Events without a value in one of them are
            in no group, as with ``DataFrame.groupby``: a summary by ``alert.signature``
            is one of the alerts.
        fields : str or iterable of str, optional
            The columns to summarize. By default those of ``src_ip``, ``dest_ip``,
            ``dest_port``, ``app_proto`` and ``flow_id`` that the frame has.
        max_unique : int, default 100
            How many values ``<field>.unique`` has at most; the numbers count all.

        Returns
        -------
        DataFrame
            One row per group, the largest first, those of equal size by group. Columns:
            the groups as they were, ``count``, ``first_seen``, ``last_seen``, and per
            field ``<field>.count`` (values present), ``<field>.nunique`` (distinct ones)
            and ``<field>.unique`` (a list of these, in the order of first appearance).
            Of a column of lists, the elements are counted.

        Raises
        ------
        EveOptionError
            If ``by`` is empty, or ``max_unique`` negative.
        EveTypeError
            If a column of ``by`` holds lists or objects, or a name is not text.
        MissingColumnError
            If one of the columns, or ``timestamp``, is missing.

        See Also
        --------
        EveAccessor.alerts : What is mostly grouped.
        suricata_eve.analysis.group_summary : The function behind this method.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> summary = df.eve.group_summary("alert.category", ["src_ip", "dest_port"])
        >>> summary[["alert.category", "count", "src_ip.nunique"]].head(3)
                        alert.category  count  src_ip.nunique
        0                Misc activity    203             165
        1       Web Application Attack    143              85
        2  Detection of a Network Scan    119             105
        """
        return analysis.group_summary(self._frame, by, fields, max_unique=max_unique)
