"""Find URLs in free text, as JSON, HTML, a shell and other URLs quote them, and where each ends."""

from __future__ import annotations

from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.iocs.finds import Finds, valid_finds
from suricata_eve.analysis.iocs.hosts import FILE_ENDINGS
from suricata_eve.analysis.iocs.kinds import KINDS
from suricata_eve.analysis.iocs.matching import ALIEN, Matches, find_all, is_like, padded
from suricata_eve.analysis.iocs.urls import AUTHORITY, SCHEMES, read_urls
from suricata_eve.analysis.templates import only

__all__ = ["LINKED", "find_urls", "unescaped", "unquoted"]

LINKED = r"://|%3[Aa]%2[Ff]|%40|:\\/\\/"
"""What a text with a URL has, plain or escaped, and an escaped mail address too (RE2)."""

_NESTED = 3  # how many URLs within URLs are followed

_ESCAPED = r"%3[Aa]%2[Ff]|%40"
_ESCAPED_URL = rf"(?i:(?:{SCHEMES})%3a%2f%2f)[0-9A-Za-z%._~+!$*,:=@/?-]+"
_ESCAPED_EMAIL = r"[0-9A-Za-z_.+-]+%40[0-9A-Za-z.-]+"

# As JSON and HTML write what stands in a URL or at its end, and lists.
_QUOTED = (
    r":\\/\\/|\\u00[0-9A-Fa-f]{2}|&(?:amp|quot|apos|lt|gt|#[0-9]{2,3}|#[xX][0-9A-Fa-f]{2});"
    rf"|,(?i:{SCHEMES})://"
)
_QUOTES = (
    (r"\\/", "/"),
    (r"&amp;|\\u0026", "&"),
    (r"\\u003[dD]", "="),
    (r"\\u007[dD]", "}"),
    (r"&(?:quot|apos|lt|gt|#0?3[49]|#0?6[02]|#[xX](?:2[27]|3[ceCE]));|\\u00(?:2[27]|3[ceCE])", '"'),
    (rf",((?i:{SCHEMES})://)", r", \1"),
)

# A URL ends at a blank, a quote, an angle bracket, a backslash, and where a shell would end it; a
# ";" may only begin a parameter. Of other scripts letters, digits and signs are part of it.
_URL = (
    rf"(?i:{SCHEMES})://{AUTHORITY}"
    r"(?:[/?#](?:[0-9A-Za-z!#$%&()*+,\-./:=?@\[\]{}_~^]|[^\x00-\x7f\pZ\p{Cc}\pP]|;[0-9A-Za-z_-]+=)*)?"
)
# What is around may make it a part of something longer: "xhttp", a host that is a template.
_BEFORE = r"(?:[^0-9A-Za-z-]|%[0-9A-Fa-f]{2}|\\[nrt])\z"
_AFTER = rf"\A(?:[^\w$%@:\\{{*{ALIEN}-]|:[\s\"'<]|\\[^@.UuXx])"
# Where a URL ends in what stands around it: the value of a parameter where the next begins, a
# word of an escaped command with the word, a lookup as it does.
_ENDS = (
    (r"[?&][^\s?&=/]*=\z", r"&"),
    (r"(?:[0-9A-Za-z]\+|%[0-9A-Fa-f]{2})\z", r"\+|%(?:0[9AaDd]|2[0279]|3[BbEe]|60|7[CcDd])"),
    (r"(?i)jndi(?::|%3a)\z", r"%7[Dd]"),
    (r"", r"(?i)\$\{?IFS"),
)
_TRAILING = r"[.,:!?*$^]+\z"
# Who cuts a text short writes dots, and Suricata prints one for every byte that is no text.
_CUT_SHORT, _CUT_BEHIND = r"[^/.=&?]\.\.", r"\A(?:\x{2026}|[\r\n]\.\.|\r[^\n])"
_ONLY_HOST = r"\A[^/]*//[^/?#]*\z|\A[^/]*//[^/?#]*\.\."
_TEMPLATE = r"\$\{"


def unquoted(texts: pa.Array) -> pa.Array:
    """Undo how JSON and HTML write URLs, and take lists of them apart.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts.

    Returns
    -------
    pyarrow.Array
        The texts, those with such a thing changed: to be searched, not to be shown.
    """
    mask = is_like(texts, _QUOTED)
    places = np.flatnonzero(np.asarray(mask))
    if not len(places):
        return texts
    plain = texts.take(pa.array(places))
    for pattern, replacement in _QUOTES:
        plain = pc.replace_substring_regex(plain, pattern, replacement)
    return pc.replace_with_mask(texts, mask, plain)


def unescaped(texts: pa.Array) -> Matches:
    """Return URLs and mail addresses that are percent-encoded in texts, plain.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts, without nulls.

    Returns
    -------
    Matches
        Without what is around them.
    """
    escaped = np.flatnonzero(np.asarray(is_like(texts, _ESCAPED)))
    if not len(escaped):
        return Matches(escaped, *[pa.array([], texts.type)] * 3)
    lines = padded(texts.take(pa.array(escaped)))
    urls = find_all(lines, _ESCAPED_URL)
    emails = find_all(lines, _ESCAPED_EMAIL)
    emails = emails.where(is_like(emails.before, r"[^0-9A-Za-z%]\z"))
    values = pa.concat_arrays([urls.values, emails.values])
    plain = pa.array([unquote(text) for text in values.to_pylist()], texts.type)
    nothing = pa.nulls(len(plain), texts.type)
    numbers = escaped[np.concatenate([urls.texts, emails.texts])]
    return Matches(numbers, plain, nothing, nothing)


def find_urls(lines: pa.Array) -> list[Finds]:
    """Find URLs, also those within others, and their hosts.

    Parameters
    ----------
    lines : pyarrow.Array
        Texts of :func:`~suricata_eve.analysis.iocs.matching.padded`.

    Returns
    -------
    list of Finds
        URLs, and hosts.
    """
    parts = []
    numbers = np.arange(len(lines))
    for _ in range(_NESTED):
        found = find_all(lines, _URL)
        if not len(found.texts):
            break
        found = found.where(pc.and_(is_like(found.before, _BEFORE), is_like(found.after, _AFTER)))
        if not len(found.values):
            break
        values = _ended(found)
        whole = pc.equal(pc.binary_length(values), pc.binary_length(found.values))
        short = pc.or_(
            is_like(values, _CUT_SHORT), pc.and_(whole, is_like(found.after, _CUT_BEHIND))
        )
        lost = np.asarray(pc.and_(short, is_like(values, _ONLY_HOST))).astype(bool)
        no_url = np.asarray(pc.or_(short, is_like(values, _TEMPLATE))).astype(bool)
        coded = encode(pc.replace_substring_regex(values, _TRAILING, ""))
        read = read_urls(_balanced(coded.values))
        codes = pa.array(coded.codes)
        texts = numbers[found.texts]
        is_file = is_like(read.hosts.spelled, FILE_ENDINGS).fill_null(fill_value=False)
        no_host = np.asarray(is_file).astype(bool)[coded.codes]
        urls = np.where(no_url | no_host, -1, KINDS.index("url"))
        hosts = np.where(lost | no_host, -1, read.hosts.kinds[coded.codes])
        parts.append(valid_finds(texts, urls, read.spelled.take(codes)))
        parts.append(valid_finds(texts, hosts, read.hosts.spelled.take(codes)))
        inside = pc.replace_substring_regex(found.values, r"\A[^:]*://", "")
        inner = np.flatnonzero(np.asarray(is_like(inside, "://")))
        lines, numbers = padded(inside.take(pa.array(inner))), texts[inner]
    return parts


def _ended(found: Matches) -> pa.Array:
    """Cut URLs where those around them end."""
    values = found.values
    for before, end in _ENDS:
        if pc.any(is_like(values, end)).as_py():
            cut = pc.replace_substring_regex(values, rf"(?s)(?:{end}).*\z", "")
            values = pc.coalesce(only(is_like(found.before, before), cut), values)
    return values


def _balanced(urls: pa.Array) -> pa.Array:
    """Cut URLs at the first bracket that closes and was not opened in them."""
    odd = is_like(urls, r"[)\]}]")
    places = np.flatnonzero(np.asarray(odd))
    if not len(places):
        return urls
    cut = [_cut(text) for text in urls.take(pa.array(places)).to_pylist()]
    return pc.replace_with_mask(urls, odd, pa.array(cut, urls.type))


def _cut(url: str) -> str:
    depth = {")": 0, "]": 0, "}": 0}
    closing = {"(": ")", "[": "]", "{": "}"}
    for place, char in enumerate(url):
        if char in closing:
            depth[closing[char]] += 1
        elif char in depth:
            depth[char] -= 1
            if depth[char] < 0:
                return url[:place].rstrip(".,;:!?*$^")
    return url
