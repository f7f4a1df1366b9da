"""The method of ``df.eve`` that lists indicators of compromise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suricata_eve import analysis

if TYPE_CHECKING:
    import pandas as pd

    from suricata_eve.analysis.iocs.kinds import Kinds
    from suricata_eve.analysis.iocs.table import Sources

__all__ = ["Indicators"]


class Indicators:
    """Methods of :class:`suricata_eve.accessor.EveAccessor`, which inherits them."""

    _frame: pd.DataFrame

    def indicators(
        self,
        kinds: Kinds | None = None,
        *,
        sources: Sources = ("fields", "text", "payloads"),
        defang: bool = False,
    ) -> pd.DataFrame:
        """List the addresses, domains, URLs, mail addresses, hashes and fingerprints of events.

        Parameters
        ----------
        kinds : str or iterable of str, optional
            Which kinds: ``ipv4``, ``ipv6``, ``domain``, ``url``, ``email``; ``md5``,
            ``sha1``, ``sha256`` of files; the fingerprints ``ja3``, ``ja3s``, ``ja4``,
            ``hassh``, ``hassh_server``, ``cyu``, ``x509_sha1``. All by default.
        sources : {"fields", "text", "payloads"} or sequence of them, default all
            Where from: fields that mean an indicator, such as ``dns.rrname``; free text
            that somebody on the network chose, such as ``http.http_user_agent``; what
            :meth:`~suricata_eve.EveAccessor.payloads` decodes and resolves of that text.
        defang : bool, default False
            Whether ``indicator`` is written harmlessly, as ``hxxp://192[.]0[.]2[.]1/``.

        Returns
        -------
        DataFrame
            One row per kind and indicator: in the order of kinds above, the most frequent
            first, then by ``indicator``. Always these columns, with a RangeIndex:
            ``kind``; ``indicator``, in one spelling; ``count``, how many events have it,
            ``first_seen`` and ``last_seen`` of these; ``fields``, a list of the fields
            where it is, sorted; and ``scope``, what an address or the host of a name, URL
            or mail address is for, missing for hashes and fingerprints.

        Raises
        ------
        EveOptionError
            If a kind or a source is not one of the choices.
        EveTypeError
            If ``kinds`` is neither text nor an iterable of it.
        MissingColumnError
            If the frame has no column ``timestamp``.
        EveValueError
            If it has several of it, or several ``http.hostname`` or ``http.http_port``.

        See Also
        --------
        suricata_eve.defang : Write indicators harmlessly.
        suricata_eve.refang : Read a defanged list, to hunt for it.
        suricata_eve.find_indicators : The same for texts, such as a report.
        EveAccessor.related : All events that have an indicator.
        suricata_eve.analysis.indicators : The function behind this method.

        Notes
        -----
        An indicator may end up on a block list, so doubt leaves it out, and nothing is one
        that is not whole and valid. Look at ``scope`` and ``fields`` before you block: your
        own servers are in the table too.

        **Spelling.** IPv6 as RFC 5952 has it; names and hashes in lower case, names without
        a dot at their end, fingerprints of certificates without colons. URLs have scheme
        and host in lower case, no default port, a path, and percent escapes for all
        characters outside of RFC 3986, control characters among them; one of more than
        8,192 characters is left out, its host is not. A name has two labels at least, and
        only ASCII: IDN is there as ``xn--``.

        **Fields.** Addresses are the fields whose names end in ``_ip`` or ``.ip`` and a few
        of DHCP and SNMP; domains those of DNS, mDNS and LLMNR (also of ``arpa``),
        ``http.hostname``, ``tls.sni``, ``quic.sni``, ``tls.subjectaltname`` and the common
        name of ``tls.subject`` (``*.`` is left out), ``smtp.helo``, ``email.url``. A URL is
        put together of ``http.hostname``, ``http.http_port`` (or the port that HTTP/2 has in
        the name) and an ``http.url`` that begins with ``/``, and counted for the latter; its
        scheme is ``http``, since Suricata sees it in the clear. Hashes are those of
        ``fileinfo`` and ``files`` alone: in other text such digits are sessions, tags or
        names of caches. An alert carries copies of such fields, and counts. What Suricata or
        the writer of a rule says (signatures, references) is not looked at.

        **Free text.** URLs of schemes that load or connect, mail addresses, and addresses,
        as they are, percent-encoded, quoted by JSON or HTML, or defanged (``hxxp``,
        ``[.]``). A URL ends with the word of an escaped command (``wget+http://a/b+-O``);
        of one that is cut short (``...``) or a template (``${x}``) only the host is left.
        Four numbers are an address unless what is around tells a version
        (``Chrome/79.0.39.117``, ``Skype 8.55.0.123``), a part of a path or of a longer
        number, or a network (``/24``); IPv6 is one in ranges that are in use. A bare name
        is a domain only as the host of a URL or mail address: ``install.sh`` could be
        either. In decoded commands it is one also before a port, after ``/dev/tcp/``, after
        ``curl`` or ``wget``, or before a path where such a program is in the command. No
        mail addresses are names of SSH algorithms (``aes128-gcm@openssh.com``), numbers of
        messages (``Message-ID``), principals of Kerberos, and ``user:password@host``.

        **Decoded.** What a lookup or Base64 in a field holds is in ``<field> (decoded)``:
        ``http.url (decoded)``. EVE's own Base64, such as ``payload``, is not decoded: what
        prints of it is in ``payload_printable``.

        **Scopes.** Of addresses by IANA's registries of special-purpose addresses:
        ``global``, ``private``, ``shared``, ``loopback``, ``link_local``, ``multicast``,
        ``broadcast``, ``this_network``, ``documentation``, ``benchmarking``, ``reserved``;
        of names ``documentation`` (RFC 2606), ``special_use`` (RFC 6761 and its registry;
        ``onion``, ``local``, ``internal``, ``arpa``), else ``global``.

        Examples
        --------
        >>> import suricata_eve
        >>> df = suricata_eve.load_sample("log4j")
        >>> log4j = df.eve.by_flow(df.eve.alerts(signature="Log4j"))
        >>> found = log4j.eve.indicators(sources="payloads")
        >>> found[["kind", "indicator", "count", "scope"]].head(2)
           kind     indicator  count          scope
        0  ipv4  203.0.113.77    237  documentation
        1  ipv4  203.0.113.78     93  documentation
        >>> scripts = found[found["indicator"].str.startswith("http:")]
        >>> print(suricata_eve.defang(scripts["indicator"]).head(2).to_string())
        14          hxxp://203[.]0[.]113[.]77/lh.sh
        17    hxxp://203[.]0[.]113[.]78:8088/s?id=7

        A defanged list that was pasted finds the events:

        >>> pasted = suricata_eve.refang(["203[.]0[.]113[.]77", "203[.]0[.]113[.]78"])
        >>> df.eve.related(pasted, on="server_ip")["event_type"].value_counts().head(2).to_dict()
        {'alert': 4, 'netflow': 4}
        """
        return analysis.indicators(self._frame, kinds, sources=sources, defang=defang)
