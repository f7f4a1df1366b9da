"""Find indicators in texts that people write, and tell what their hosts are for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.iocs.defanging import Texts, as_texts
from suricata_eve.analysis.iocs.finding import find_in_texts
from suricata_eve.analysis.iocs.hosts import Hosts, host_scopes
from suricata_eve.analysis.iocs.kinds import KINDS, Kinds, choose
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
    codes, names = encode(found.indicators)
    rank = np.empty(len(names), np.int64)
    rank[np.asarray(pc.sort_indices(names))] = np.arange(len(rank))
    keys = np.column_stack([found.texts, found.kinds, rank[codes]])[wanted]
    keys = np.unique(keys, axis=0) if len(keys) else keys
    back = np.argsort(rank)
    # From distinct texts to all that are the same.
    counts = np.bincount(keys[:, 0], minlength=len(coded.values))
    starts = np.cumsum(counts) - counts
    places = np.flatnonzero(coded.codes >= 0)
    many = counts[coded.codes[places]]
    source = np.repeat(places, many)
    inside = np.arange(len(source)) - np.repeat(np.cumsum(many) - many, many)
    rows = keys[starts[coded.codes[source]] + inside]
    values = names.take(pa.array(back[rows[:, 2]]))
    scopes = np.full(len(rows), -1, np.int64)
    told, start = [pa.array([], pa.string())], 0
    for kind in np.unique(rows[:, 1]).tolist():
        mine = np.flatnonzero(rows[:, 1] == kind)
        told.append(scopes_of(kind, values.take(pa.array(mine))))
        scopes[mine] = np.arange(start, start + len(mine))
        start += len(mine)
    return arrow_frame(
        {
            "kind": pa.array(KINDS, pa.string()).take(pa.array(rows[:, 1])),
            "indicator": values,
            "scope": pa.concat_arrays(told).take(pa.array(scopes)),
        },
        given.index.take(source),
    )
