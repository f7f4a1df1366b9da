"""Methods of ``df.eve`` that tell what is in a frame, and what is rare or new in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from suricata_eve.analysis.baselines import Baseline

__all__ = ["Uniqueness"]


class Uniqueness:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def fields(self) -> pd.DataFrame:
        """Tell of each column what it holds, in how many events of which types.

        Returns
        -------
        DataFrame
            One row per column, in the order of the frame. Columns: ``field``, its name;
            ``dtype``, as text; ``events``, how many have a value; ``event_types``, the
            types of these events, sorted, or missing in a frame without ``event_type``;
            ``distinct``, how many different values; ``example``, the most frequent of
            these as text; ``since``, the first release of Suricata whose schema has the
            field, missing for fields of no schema.

        Raises
        ------
        EveValueError
            If there are several columns ``event_type``.

        See Also
        --------
        EveAccessor.unique : The values of one field.
        suricata_eve.analysis.fields : The function behind this method.

        Notes
        -----
        Of a column of lists, ``distinct`` and ``example`` are of their elements, and an
        empty list counts as a value in ``events``. An example has at most 60 characters,
        with escapes for those that do not print, and is an empty text only where there is
        no other. The schemas begin with Suricata 7.0.0, which in ``since`` also stands for
        what is older; ``main`` is what no release had yet when this package was made.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> fields = df.eve.fields()
        >>> dns = fields[fields["field"].isin(["dns.rrname", "dns.rcode", "tls.sni"])]
        >>> dns[["field", "events", "distinct", "example", "since"]]
                  field  events  distinct          example  since
        66    dns.rcode     107         4          NOERROR  7.0.0
        68   dns.rrname     223        30  deb.example.net  7.0.0
        245     tls.sni      26         3  www.example.org  7.0.0
        >>> list(dns["event_types"].iloc[0])
        ['dns']
        """
        return analysis.fields(self._frame)

    def unique(self, field: str) -> pd.DataFrame:
        """Tell of each value of a field how often, when and between whom it was seen.

        Parameters
        ----------
        field : str
            A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
            ``community_id``, whether or not the frame has them as columns.

        Returns
        -------
        DataFrame
            One row per distinct value, the one of most events first, then by value.
            Columns: ``value``; ``count``, how many events have it; ``share``, their part
            of the events that have a value of the field; ``first_seen`` and ``last_seen``;
            ``clients`` and ``servers``, how many distinct addresses of each.

        Raises
        ------
        MissingColumnError
            If the frame has no such field, as when no event has it.
        EveValueError
            If there are several columns of this name.

        See Also
        --------
        EveAccessor.rare : The other end of this table, also by groups.
        EveAccessor.new_values : What an earlier frame does not have.
        EveAccessor.fields : Which columns there are.
        EveAccessor.group_summary : Several fields at once, with lists of values.
        suricata_eve.analysis.unique : The function behind this method.

        Notes
        -----
        Events are counted, not transactions: one HTTP request may have an ``http``, an
        ``alert`` and a ``fileinfo`` event, each with its ``http.url``. Choose a type first,
        as in ``df.eve.events("http").eve.unique("http.url")``. Such a part of a log has no
        ``flow`` events to tell who the client is: ``df.eve.orient()`` keeps that.

        Of a column of lists, the elements are the values; an event counts once for each
        value that it has, so that shares may add up to more than 1. A missing value makes
        no row. Times and numbers of addresses are missing where no event of the value has
        a time, or an address.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j").eve.orient()
        >>> agents = df.eve.events("ssh").eve.unique("ssh.client.software_version")
        >>> agents[["value", "count", "share", "clients"]].head(3)
                    value  count     share  clients
        0  paramiko_2.7.2     14  0.215385       14
        1   OpenSSH_7.4p1     13       0.2       13
        2              Go     12  0.184615       12
        """
        return analysis.unique(self._frame, field)

    def rare(
        self,
        field: str,
        *,
        by: str | Iterable[str] | None = None,
        max_share: float = 0.01,
    ) -> pd.DataFrame:
        """Return the values of a field that few of the events have, the rarest first.

        Parameters
        ----------
        field : str
            A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
            ``community_id``, whether or not the frame has them as columns.
        by : str or iterable of str, optional
            Fields that make groups, such as ``server_ip``. The values of each group are
            counted on their own; events without a value in one of the fields are in none.
        max_share : float, default 0.01
            What part a value has at most of the events that have the field (in its
            group), above 0 and up to 1.

        Returns
        -------
        DataFrame
            The columns of :meth:`unique`, behind those of the groups. The smallest share
            comes first, then by group and value.

        Raises
        ------
        EveOptionError
            If `max_share` is not above 0 and up to 1; or if `by` is empty, names the field
            itself, or a column that the result has.
        EveTypeError
            If a field of `by` holds lists or objects, or an option is of another type.
        MissingColumnError
            If the frame has no such field, as when no event has it.

        See Also
        --------
        EveAccessor.unique : All values, and how events are counted.
        EveAccessor.new_values : What an earlier frame does not have.
        suricata_eve.analysis.rare : The function behind this method.

        Notes
        -----
        A share says little about few events: with the default, nothing is rare among fewer
        than 100, of which one is more than 1 %. So small groups give no rows unless you
        raise `max_share`. What was seen once, however few events there are, is
        ``df.eve.unique(field).query("count == 1")``.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j").eve.orient().eve.events("http")
        >>> df.eve.rare("http.hostname")[["value", "count", "clients"]].head(3)
                       value  count  clients
        0             ${jndi      1        1
        1       203.0.113.77      1        1
        2  [2001:db8:20::20]      1        1
        >>> odd = df.eve.rare("http.http_content_type", by="http.hostname")
        >>> odd[["http.hostname", "value", "count", "share"]]
             http.hostname               value  count     share
        0    198.51.100.20     application/pdf      1  0.001289
        1  www.example.org          text/plain      1  0.002577
        2  www.example.org  text/x-shellscript      1  0.002577
        """
        return analysis.rare(self._frame, field, by=by, max_share=max_share)

    def new_values(self, field: str, baseline: Baseline) -> pd.DataFrame:
        """Return the values of a field that an earlier frame does not have.

        Parameters
        ----------
        field : str
            A column; or ``client_ip``, ``client_port``, ``server_ip``, ``server_port`` or
            ``community_id``, whether or not the frame has them as columns.
        baseline : DataFrame, Series, Index, array or iterable
            Earlier events; or the known values themselves, such as those that
            :meth:`unique` gave.

        Returns
        -------
        DataFrame
            The rows of :meth:`unique` whose values are not in the baseline. Counts and
            shares are of this frame's events.

        Raises
        ------
        EveTypeError
            If `baseline` is something else, or its values cannot be compared with those
            here, such as times with text.
        MissingColumnError
            If neither of the frames nor Suricata has such a field; or if `baseline` is a
            frame without any field of EVE.

        See Also
        --------
        EveAccessor.unique : All values, and how events are counted.
        EveAccessor.rare : What is odd without a baseline.
        suricata_eve.analysis.new_values : The function behind this method.

        Notes
        -----
        Values are compared for what they are, whatever the two dtypes: as if both frames
        had been read at once. A log in which no event has the field has no such column:
        as a baseline it makes every value new, and in it nothing is.

        Examples
        --------
        >>> import pandas as pd
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j").eve.orient().eve.events("http")
        >>> first_day = df["timestamp"] < pd.Timestamp("2022-01-02", tz="UTC")
        >>> new = df[~first_day].eve.new_values("http.http_user_agent", df[first_day])
        >>> len(new), int(new["value"].str.contains("${", regex=False).sum())
        (13, 11)
        >>> usual = ["GET", "HEAD", "POST", "PUT"]
        >>> list(df.eve.new_values("http.http_method", usual)["value"].head(2))
        ['PROPFIND', 'OPTIONS']
        """
        return analysis.new_values(self._frame, field, baseline)
