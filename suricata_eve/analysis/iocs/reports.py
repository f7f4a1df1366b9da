"""Find indicators in texts that people write, and tell what their hosts are for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import joined
from suricata_eve.analysis.iocs.defanging import Texts, as_texts
from suricata_eve.analysis.iocs.finding import find_in_texts
from suricata_eve.analysis.iocs.hosts import Hosts, host_scopes
from suricata_eve.analysis.iocs.kinds import KINDS, Kinds, choose
from suricata_eve.analysis.iocs.places import pairs
from suricata_eve.analysis.iocs.urls import read_urls
from suricata_eve.frame import arrow_frame

__all__ = ["find_indicators", "scopes_of"]


def scopes_of(kind: int, values: pa.Array) -> pa.Array:
    """Tell of indicators of a kind what their hosts are for.

    Parameters
    ----------
    kind : int
        Its number.
    values : pyarrow.Array
        The indicators, without nulls.

    Returns
    -------
    pyarrow.Array
        For each its scope as text, null where it has no host.
    """
    if kind == KINDS.index("url"):
        return host_scopes(read_urls(values).hosts)
    if kind == KINDS.index("email"):
        names = pc.replace_substring_regex(values, r"\A.*@", "")
        return host_scopes(Hosts(names, np.full(len(values), KINDS.index("domain"))))
    if kind > KINDS.index("domain"):
        return pa.nulls(len(values), pa.string())
    return host_scopes(Hosts(values, np.full(len(values), kind)))


def find_indicators(texts: Texts, kinds: Kinds | None = None) -> pd.DataFrame:
    """Find indicators in texts that people write, such as reports, tickets and mails.

    Parameters
    ----------
    texts : Series, Index, array, iterable of str or str
        Texts of any length, defanged or not; missing ones hold nothing.
    kinds : str or iterable of str, optional
        Which kinds, of ``ipv4``, ``ipv6``, ``domain``, ``url``, ``email``, ``md5``,
        ``sha1`` and ``sha256``. All by default; of other kinds none is found.

    Returns
    -------
    DataFrame
        One row per text and indicator, in the order of texts, then of kinds, then of
        indicators, with the labels of a Series, else the numbers of the texts. Columns
        ``kind``, ``indicator`` (as :func:`defang` does not write it) and ``scope``, all of
        them strings, as of :meth:`suricata_eve.accessor.EveAccessor.indicators`.

    Raises
    ------
    EveOptionError
        If a kind is not known.
    EveTypeError
        If the texts are not texts.

    See Also
    --------
    refang : For lists of indicators, one a value.
    suricata_eve.accessor.EveAccessor.indicators : The same for events.

    Notes
    -----
    The rules are those of free text in events, with two more: 32, 40 or 64 hexadecimal
    digits that stand alone are a hash, and a name with a defanged dot is a domain. A bare
    name, such as ``example.com`` or ``install.sh``, is none.

    Examples
    --------
    >>> import suricata_eve as se
    >>> report = "It loads hxxp://203.0.113[.]77/lh.sh and asks cb[.]example[.]net (C2)."
    >>> found = se.find_indicators(report)
    >>> found[["kind", "indicator"]]
         kind                  indicator
    0    ipv4               203.0.113.77
    0  domain             cb.example.net
    0     url  http://203.0.113.77/lh.sh
    """
    chosen = choose(kinds, method="find_indicators")
    data, given = as_texts(texts, name="find_indicators")
    coded = encode(data.cast(pa.large_string()))
    found = find_in_texts(coded.values, report=True)
    wanted = np.isin(found.kinds, [KINDS.index(kind) for kind in chosen])
    columns = {"text": found.texts, "kind": found.kinds, "indicator": found.indicators}
    table = pa.table(columns).filter(pa.array(wanted))
    table = table.sort_by([(name, "ascending") for name in columns])
    # From distinct texts to all that are the same.
    places = np.flatnonzero(coded.codes >= 0)
    source, rows = pairs(coded.codes[places], np.asarray(table["text"]))
    table = table.take(pa.array(rows))
    numbers, values = np.asarray(table["kind"]), joined(table["indicator"])
    scopes = pa.nulls(len(values), pa.string())
    for kind in np.unique(numbers).tolist():
        mine = pa.array(numbers == kind)
        scopes = pc.replace_with_mask(scopes, mine, scopes_of(kind, values.filter(mine)))
    return arrow_frame(
        {
            "kind": pa.array(KINDS, pa.string()).take(pa.array(numbers)),
            "indicator": values,
            "scope": scopes,
        },
        given.index.take(places[source]),
    )
