"""Write indicators so that nothing follows them by accident, and read what was written so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.columns import joined, text_column
from suricata_eve.analysis.iocs.matching import glued
from suricata_eve.analysis.templates import only
from suricata_eve.errors import EveTypeError
from suricata_eve.frame import series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DOT",
    "MARKS",
    "Texts",
    "as_texts",
    "defang",
    "defanged",
    "refang",
    "refanged",
    "undone",
]

Texts: TypeAlias = "pd.Series | pd.Index | NDArray[np.generic] | Iterable[str | None] | str"
"""Texts of any container; one text stands for itself."""

_OPEN, _CLOSE = r"[\[({][ \t]?", r"[ \t]?[\])}]"
DOT = rf"{_OPEN}(?:\.|(?i:dot)){_CLOSE}"
"""A defanged dot (RE2)."""

_HTTP = r"(?:h(?:xx|\*\*|__|\[(?:xx|tt)\])p|meow)"
MARKS = rf"{_OPEN}(?:\.|:|://|/|@|(?i:dot|at)){_CLOSE}|(?i:\b(?:{_HTTP}|fxp)s?://)"
"""What tells that a text holds something defanged (RE2)."""

_UNDO = (
    (DOT, "."),
    (rf"{_OPEN}://{_CLOSE}", "://"),
    (rf"{_OPEN}:{_CLOSE}", ":"),
    (rf"{_OPEN}/{_CLOSE}", "/"),
    (rf"{_OPEN}(?:@|(?i:at)){_CLOSE}", "@"),
)
_SCHEMES = ((rf"(?i){_HTTP}(s?)://", r"http\1://"), (r"(?i)fxp(s?)://", r"ftp\1://"))

_PARTS = r"(?s)\A(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)\z"
_IPV6 = r"\A[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\z"


def undone(texts: pa.Array) -> pa.Array:
    """Undo what makes indicators harmless, wherever it is in texts.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts of any length.

    Returns
    -------
    pyarrow.Array
        The texts; nothing else in them is changed.
    """
    if not pc.any(pc.match_substring_regex(texts, MARKS)).as_py():
        return texts
    for pattern, plain in _UNDO:
        texts = pc.replace_substring_regex(texts, pattern, plain)
    for pattern, plain in _SCHEMES:
        texts = pc.replace_substring_regex(
            texts, rf"(\A|[^0-9A-Za-z]){pattern}", "\\1" + plain.replace("\\1", "\\2")
        )
    return texts


def refanged(texts: pa.Array) -> pa.Array:
    """Undo it in texts that are an indicator each.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts.

    Returns
    -------
    pyarrow.Array
        The indicators.
    """
    texts = pc.utf8_trim_whitespace(texts)
    for pattern, plain in _UNDO:
        texts = pc.replace_substring_regex(texts, pattern, plain)
    for pattern, plain in _SCHEMES:
        texts = pc.replace_substring_regex(texts, rf"\A{pattern}", plain)
    return texts


def defanged(texts: pa.Array) -> pa.Array:
    """Make texts harmless that are an indicator each, however they are written.

    Parameters
    ----------
    texts : pyarrow.Array
        Indicators.

    Returns
    -------
    pyarrow.Array
        The same, defanged.
    """
    texts = refanged(texts)
    parts = pc.extract_regex(texts, _PARTS)
    scheme, authority, rest = (
        pc.struct_field(parts, name).cast(texts.type) for name in ("scheme", "authority", "rest")
    )
    scheme = pc.replace_substring_regex(scheme, r"(?i)\Ahttp(s?)\z", r"hxxp\1://")
    scheme = pc.replace_substring_regex(scheme, r"(?i)\Aftp(s?)\z", r"fxp\1://")
    scheme = pc.replace_substring_regex(scheme, r"([^/])\z", r"\1[://]")
    linked = glued([scheme, _marked(authority), rest])
    bare = pc.replace_substring(_marked(texts), "@", "[@]")
    is_ipv6 = pc.match_substring_regex(texts, _IPV6)
    colons = pc.replace_substring(bare, ":", "[:]")
    return pc.coalesce(linked, only(is_ipv6, colons), bare)


def _marked(texts: pa.Array) -> pa.Array:
    return pc.replace_substring(texts, ".", "[.]")


def as_texts(values: object, *, name: str) -> tuple[pa.Array, pd.Series]:
    """Return values that a caller gave as Arrow text.

    Parameters
    ----------
    values : Series, Index, array, iterable of str or str
        Texts.
    name : str
        The function that got them, for messages.

    Returns
    -------
    tuple of pyarrow.Array and pandas.Series
        The texts, and a Series of them as they were given.

    Raises
    ------
    EveTypeError
        If they are no texts.
    """
    given: object = [values] if isinstance(values, str) else values
    try:
        column = given if isinstance(given, pd.Series) else pd.Series(list(given))  # type: ignore[call-overload]
        data = joined(text_column(column.rename(name))) if len(column) else None
    except (TypeError, EveTypeError) as error:
        msg = f"{name}() takes texts, not {type(values).__name__}: {str(values)[:60]!r}"
        raise EveTypeError(msg) from error
    if data is None:
        data = pa.array([], pa.string())
    if pa.types.is_null(data.type):
        data = data.cast(pa.string())
    return data, column


def defang(values: Texts) -> pd.Series:
    """Write indicators so that no program makes a link of them, and nobody clicks on one.

    Parameters
    ----------
    values : Series, Index, array, iterable of str or str
        Indicators, one a value; missing ones stay so. What is defanged already stays as it is.

    Returns
    -------
    Series
        Text of ``ArrowDtype``, with index and name of a Series. ``http`` is ``hxxp``, ``ftp`` is
        ``fxp`` and other schemes have ``[://]``; the dots of hosts, mail addresses and
        names are ``[.]``, the colons of an IPv6 address ``[:]``, an ``@`` is ``[@]``. Hashes
        have none of that.

    Raises
    ------
    EveTypeError
        If the values are not texts.

    See Also
    --------
    refang : The way back.
    suricata_eve.accessor.EveAccessor.indicators : The indicators of events, also defanged.

    Examples
    --------
    >>> import suricata_eve as se
    >>> se.defang(["http://192.0.2.66/p?x=1.5", "a.b@example.com", "2001:db8::77"]).tolist()
    ['hxxp://192[.]0[.]2[.]66/p?x=1.5', 'a[.]b[@]example[.]com', '2001[:]db8[:][:]77']
    """
    texts, given = as_texts(values, name="defang")
    return _each(texts, given, defanged)


def refang(values: Texts) -> pd.Series:
    """Read defanged indicators, as reports have them.

    Parameters
    ----------
    values : Series, Index, array, iterable of str or str
        Indicators, one a value; missing ones stay so. What is not defanged stays as it is,
        but for blanks around it.

    Returns
    -------
    Series
        Text of ``ArrowDtype``, with index and name of a Series. Undone are ``hxxp``, ``h**p``,
        ``h__p``, ``h[tt]p``, ``h[xx]p``, ``meow`` and ``fxp`` with or without ``s``, and in
        square, round or curly brackets ``.``, ``:``, ``://``, ``/``, ``@``, ``dot``, ``at``.

    Raises
    ------
    EveTypeError
        If the values are not texts.

    See Also
    --------
    defang : The way there; ``refang(defang(x))`` is ``x`` for every indicator.
    find_indicators : The indicators of whole texts, defanged or not.

    Examples
    --------
    >>> import suricata_eve as se
    >>> df = se.load_sample("log4j")
    >>> pasted = se.refang(["203[.]0.113(.)77 ", "192.0.2[dot]66"])
    >>> pasted.tolist()
    ['203.0.113.77', '192.0.2.66']
    >>> len(df.eve.related(pasted, on="server_ip"))
    12
    """
    texts, given = as_texts(values, name="refang")
    return _each(texts, given, refanged)


def _each(texts: pa.Array, given: pd.Series, change: Callable[[pa.Array], pa.Array]) -> pd.Series:
    """Change each distinct text once."""
    codes, distinct = encode(texts)
    changed = change(distinct).cast(pa.string())
    result: pd.Series = series(changed.take(pa.array(codes, mask=codes < 0)), given.index)
    result.name = given.name
    return result
