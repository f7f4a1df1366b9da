"""Methods of ``ddf.eve`` that choose and summarize events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from suricata_eve.dask.alerts import alerts
from suricata_eve.dask.events import events
from suricata_eve.dask.flow_events import LazyFlows, by_flow
from suricata_eve.dask.normalize import normalize_types
from suricata_eve.dask.summary import group_summary

if TYPE_CHECKING:
    import dask.dataframe as dd

__all__ = ["EventMethods"]


class EventMethods:
    """Methods of :class:`suricata_eve.dask.accessor.EveDaskAccessor`, which inherits them."""

    _frame: dd.DataFrame

    def normalize_types(
        self,
        *,
        errors: Literal["raise", "coerce"] = "raise",
        integer_na: int | None = None,
    ) -> dd.DataFrame:
        """Give every column the dtype that ``read_eve`` gives it, as far as it is known before.

        For frames that came another way, such as ``dd.read_json(..., lines=True)``.

        Parameters
        ----------
        errors : {"raise", "coerce"}, default "raise"
            Whether a value that its field's dtype cannot hold is an error, or becomes
            missing, with a warning that counts.
        integer_na : int, optional
            What to put where an integer is missing. By default it stays missing.

        Returns
        -------
        dask.dataframe.DataFrame
            Partition by partition and row by row as the frame.

        Raises
        ------
        EveOptionError
            If an option is not one of its choices.
        EveValueError
            If a value cannot be held, and ``errors="raise"``; when it is computed.
        EveTypeError
            If a column holds something else than was known before; when it is computed.

        See Also
        --------
        suricata_eve.EveAccessor.normalize_types : The same in pandas.

        Notes
        -----
        A column's dtype must be known before its values are. So

        - a field of Suricata's schema has the schema's type, or ``uint64`` where that is
          ``int64`` and the column is one of ``uint64``;
        - a column of objects such as ``alert`` becomes a column for each field that the
          schema has in it, which may stay empty;
        - of other columns, floats of NumPy stay floats, also where all are whole; a column of
          Python objects is one of text; every other keeps its dtype, or the wider one that
          pandas' method gives it.

        What does not fit is an error and not another dtype: a field inside an object that the
        schema does not have, a list of objects, a number where text was expected. Drop such a
        column, give it a dtype with ``astype``, or read the log with
        ``suricata_eve.dask.read_eve``, which finds out more.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import pandas as pd
        >>> import suricata_eve.dask
        >>> tls = {"event_type": "tls", "dest_port": 443, "tls.sni": "www.example.org"}
        >>> plain = pd.json_normalize([tls, {"event_type": "stats"}])
        >>> ddf = dd.from_pandas(plain, npartitions=2)
        >>> ddf.eve.normalize_types()["dest_port"].compute().tolist()
        [443, <NA>]
        """
        return normalize_types(self._frame, errors=errors, integer_na=integer_na)

    def events(self, event_type: str | Iterable[str]) -> dd.DataFrame:
        """Return the events of a type.

        Parameters
        ----------
        event_type : str or iterable of str
            One type, such as ``"http"``, or several.

        Returns
        -------
        dask.dataframe.DataFrame
            The events in the order of the frame, with their index labels and all columns.

        Raises
        ------
        EveOptionError
            If a type is neither one of Suricata's nor in the frame. Whether it is in the frame
            is told when the result is computed, which then reads ``event_type`` first.
        EveTypeError
            If a type is not text.
        MissingColumnError
            If the frame has no column ``event_type``.

        See Also
        --------
        EveDaskAccessor.alerts : Alerts in time order, with filters.
        suricata_eve.EveAccessor.events : The same in pandas.

        Notes
        -----
        Of a log or dataset as it was read, perhaps with columns chosen, events of other types are
        not read, as with ``event_types=``; of a log, unless bad lines are errors or are given to
        a function.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> tls = ddf.eve.events("tls").compute()
        >>> tls[["tls.version", "tls.sni"]].dropna().head(2)
            tls.version           tls.sni
        19      TLS 1.2  shop.example.org
        529       TLSv1   www.example.org
        """
        return events(self._frame, event_type)

    def alerts(
        self,
        *,
        signature: str | Iterable[str] | None = None,
        category: str | Iterable[str] | None = None,
        severity: int | Iterable[int] | None = None,
        sid: int | Iterable[int] | None = None,
        decoder_events: bool = True,
        view: Literal["all", "concise"] = "all",
    ) -> dd.DataFrame:
        """Return the alerts in the order of time over all partitions.

        An alert must meet every filter that is given.

        Parameters
        ----------
        signature : str or iterable of str, optional
            A regular expression of RE2 to search for in ``alert.signature``, or several, of
            which one must be found.
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
            Every column; or ``timestamp``, ``flow_id``, ``client``, ``server``, ``signature``
            and ``category``, always with the same dtypes.

        Returns
        -------
        dask.dataframe.DataFrame
            The alerts, with their index labels. Those of the same time are in the order of an
            index of integers, as the readers give it, else in that of the frame.

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
        EveDaskAccessor.by_flow : All events of the flows of some alerts.
        EveDaskAccessor.group_summary : Count and compare alerts.
        suricata_eve.EveAccessor.alerts : The same in pandas.

        Notes
        -----
        The alerts of all partitions meet to be put in order. For the concise view, client and
        server of an alert that does not tell them itself are asked of the other events of its
        flow, which takes a second pass over the few columns that tell.

        Of a log or dataset as it was read, perhaps with columns chosen, the others' events are
        not read: lines without an alert are not parsed, unless bad ones are errors or are given
        to a function, and no files of other types are opened.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> log4j = ddf.eve.alerts(signature="(?i)log4j", view="concise").compute()
        >>> log4j[["client", "server"]].head(2)
                   client         server
        15  203.0.113.152  198.51.100.20
        16  203.0.113.152  198.51.100.20
        """
        return alerts(
            self._frame,
            signature=signature,
            category=category,
            severity=severity,
            sid=sid,
            decoder_events=decoder_events,
            view=view,
        )

    def by_flow(self, flows: LazyFlows = None) -> dd.DataFrame:
        """Return all events of some flows, flow by flow in time order.

        Parameters
        ----------
        flows : int, iterable of int, Series, Index, array, boolean mask or DataFrame, optional
            Which flows: IDs, or a boolean mask of events whose flows are meant, or a frame
            with the column ``flow_id``, such as what :meth:`alerts` returns; each of pandas
            or Dask. A mask of Dask is one of this frame, as ``ddf["alert.severity"] == 1``.
            Missing IDs are ignored. Without it, every flow.

        Returns
        -------
        dask.dataframe.DataFrame
            The events, sorted by flow, then time, then place, over all partitions. Events
            without a flow are never among them.

        Raises
        ------
        EveTypeError
            If ``flows`` is none of these.
        EveValueError
            If an ID is a float that may stand for several integers, or if a mask does not fit
            the frame. What of this is in the data is told when the result is computed.
        MissingColumnError
            If the frame has no ``flow_id`` or no ``timestamp``.

        See Also
        --------
        EveDaskAccessor.alerts : Alerts, whose flows are mostly what one wants.
        suricata_eve.EveAccessor.by_flow : The same in pandas, and what a flow is.

        Notes
        -----
        The frame is read twice: once for the IDs of the flows that are meant, of which every
        task gets the whole set; then for their events, which alone travel. A mask that is in
        memory also needs the labels of the whole frame there.

        Of a log as it was read, perhaps with columns chosen, only lines of these flows are then
        parsed, as with ``flow_ids=`` (of at most 1,048,576 flows, and unless bad lines are errors
        or are given to a function); and the first time only alerts, for those of
        ``ddf.eve.alerts()``.

        Of a Dask frame of flows, a column ``host`` without any value counts as none.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> flows = ddf.eve.by_flow(ddf.eve.alerts(sid=9000021)).compute()
        >>> flows["event_type"].value_counts().to_dict()
        {'alert': 4, 'netflow': 2, 'http': 1, 'fileinfo': 1, 'flow': 1}
        """
        return by_flow(self._frame, flows)

    def group_summary(
        self,
        by: str | Iterable[str],
        fields: str | Iterable[str] | None = None,
        *,
        max_unique: int = 100,
    ) -> dd.DataFrame:
        """Summarize groups of events: count, first and last seen, values of fields.

        Parameters
        ----------
        by : str or iterable of str
            The columns that make the groups. Events without a value in one of them are
            in no group, as with ``DataFrame.groupby``.
        fields : str or iterable of str, optional
            The columns to summarize. By default those of ``src_ip``, ``dest_ip``,
            ``dest_port``, ``app_proto`` and ``flow_id`` that the frame has.
        max_unique : int, default 100
            How many values ``<field>.unique`` has at most; the numbers count all.

        Returns
        -------
        dask.dataframe.DataFrame
            One partition with one row per group, the largest first, those of equal size by
            group. Columns: the groups as they were, ``count``, ``first_seen``,
            ``last_seen``, and per field ``<field>.count`` (values present),
            ``<field>.nunique`` (distinct ones, exactly) and ``<field>.unique`` (a list of
            these, in the order of first appearance). Of a column of lists, the elements are
            counted.

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
        EveDaskAccessor.alerts : What is mostly grouped.
        suricata_eve.EveAccessor.group_summary : The same in pandas.

        Notes
        -----
        Each partition is summarized on its own, and the summaries are merged a few at a time.
        What is distinct in a partition travels to be counted, by a hash of group and value,
        so that neither a large group nor a frequent value comes into one task as a whole.

        The type of ``<field>.unique`` is that of the column; of a column of Python objects,
        the one that the schema says, and text for a field that it does not know. Values of
        another type are an error when they are computed: :meth:`normalize_types` gives such
        columns a dtype.

        Examples
        --------
        >>> import dask.dataframe as dd
        >>> import suricata_eve.dask
        >>> ddf = dd.from_pandas(suricata_eve.load_sample("log4j"), npartitions=4)
        >>> summary = ddf.eve.group_summary("alert.category", ["src_ip", "dest_port"]).compute()
        >>> summary[["alert.category", "count", "src_ip.nunique"]].head(3)
                        alert.category  count  src_ip.nunique
        0                Misc activity    203             165
        1       Web Application Attack    143              85
        2  Detection of a Network Scan    119             105
        """
        return group_summary(self._frame, by, fields, max_unique=max_unique)
