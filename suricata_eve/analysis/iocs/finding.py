"""Find indicators in free text, by what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.iocs import kinds as names
from suricata_eve.analysis.iocs.defanging import DOT, MARKS, undone
from suricata_eve.analysis.iocs.hosts import FILE_ENDINGS, read_hosts
from suricata_eve.analysis.iocs.matching import Matches, find_all, glued, padded
from suricata_eve.analysis.iocs.urls import AUTHORITY, SCHEMES, read_urls
from suricata_eve.analysis.templates import only

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FREE_TEXT", "Finds", "find_in_texts", "join_finds", "no_finds", "of_hosts"]

_KIND = {name: number for number, name in enumerate(names.KINDS)}
_NESTED = 3  # how many URLs within URLs are followed

# Letters of other scripts, marks, and what does not show: a name with one goes on.
_ALIEN = r"\pL\pN\pM\p{Cf}\p{Co}"

_NAME = r"[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?\.[A-Za-z][0-9A-Za-z-]*[0-9A-Za-z]"
_QUAD = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_NO_QUAD = r"\A0"  # a version: there is no host in 0.0.0.0/8

# What a text must have to be worth a search; in percent escapes "://" and "@".
FREE_TEXT = rf"://|@|[0-9]\.[0-9]{{1,3}}\.[0-9]|:[0-9A-Fa-f]{{0,4}}:|/dev/(?:tcp|udp)/|%3[Aa]%2[Ff]|%40|{MARKS}"
_ESCAPED = r"%3[Aa]%2[Ff]|%40"
_ESCAPED_URL = rf"(?i:(?:{SCHEMES})%3a%2f%2f)[0-9A-Za-z%._~+!$*,:=@/?-]+"
_ESCAPED_EMAIL = r"[0-9A-Za-z_.+-]+%40[0-9A-Za-z.-]+"

# A URL ends at a blank, a quote, an angle bracket, and where a shell would end it; a ";" may only
# begin a parameter. Of other scripts letters, digits and signs are part of it.
_URL = (
    rf"(?i:{SCHEMES})://{AUTHORITY}"
    r"(?:[/?#](?:[0-9A-Za-z!#$%&()*+,\-./:=?@\[\]{}_~\\^]|[^\x00-\x7f\pZ\p{Cc}\pP]|;[0-9A-Za-z_-]+=)*)?"
)
# What is around may make it a part of something longer: "shttp", a host that is a template.
_URL_BEFORE = r"[^0-9A-Za-z+-]\z"
# The value of a parameter in another URL ends where the next begins.
_PARAMETER_BEFORE = r"[?&][^\s?&=/]*=\z"
# Suricata prints a dot for every byte that is none of text: behind a URL it belongs to it no more.
_DOTS = r"[^/.]\.\."
_URL_AFTER = rf"\A(?:[^\w$%@:\\{{*{_ALIEN}-]|:[\s\"'<])"

_IPV4_BEFORE = r"(?:[\s\"'`=,;(\[<{@|&>:?#!+*~\\^]|//|/dev/(?:tcp|udp)/)\z"
_IPV4_AFTER = r"\A(?:[\s\"'`,;)\]>}<|&?#!*\\$]|:[0-9\s]|\.\s|/)"
# A number of a version is written like an address: after such a word or a product's name
# it is one. A network (192.0.2.0/24) is no address.
_VERSION_BEFORE = (
    r"(?i)(?:\b(?:v|ver|version|rv|release|rev|build|android|ios|os|nt|msie|trident|clr|linux|kernel"
    r"|firefox|chrome|safari|opera|edge|java|php|python|nginx|apache|openssl|openssh)"
    r"[\"']?[\s:=/]{1,3}[\"']?)\z"
)
_NETWORK_AFTER = r"\A/[0-9]{1,2}(?:[^\w./]|\z)"
# Behind a slash there are addresses with a port, else versions and parts of paths.
_SLASH_BEFORE, _PORT_AFTER = r"[^/]/\z", r"\A:[0-9]{1,5}(?:\D|\z)"

_IPV6_RUN = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}"
# Not a time, a hardware address, nor "Foo::Bar": a group of four with a digit, and no few.
_IPV6 = r"\A(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\z|\A[0-9A-Fa-f]{3,4}:[0-9A-Fa-f:]*\z"
_PAIRS = r"\A(?:[0-9A-Fa-f]{2}:){7}[0-9A-Fa-f]{2}\z"  # a serial number
_IPV6_AROUND = r"[0-9A-Za-z_:.%-]"

_EMAIL = rf"[0-9A-Za-z_](?:[0-9A-Za-z_.+-]*[0-9A-Za-z_+-])?@{_NAME}"
_NOT_EMAIL_BEFORE = rf"(?:[0-9A-Za-z_.%+@$\\{_ALIEN}-]|://[^\s/@]*|(?i:sips?|xmpp|jid):)\z"
_NOT_EMAIL_AFTER = rf"\A(?:[\w@%{_ALIEN}-]|\.\S|://)"
# Algorithms of SSH are called like mail addresses (RFC 4251, 6).
_SSH = (
    r"(?i)@(?:openssh\.com|libssh\.org|lysator\.liu?(?:\.se)?|ssh\.com|tinyssh\.org|libassh\.org"
    r"|putty\.projects\.tartarus\.org)\z"
)

_HASH = r"[0-9A-Fa-f]{32,}"
_HASH_AROUND = r"[\w-]"
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}

# In commands a bare name is a host where a port or, for what loads files, a path follows.
_LOADS = r"(?i)\b(?:curl|wget|fetch|aria2c|lwp-download|certutil|bitsadmin|iwr)\b"
_TARGET = rf"{_NAME}(?::[0-9]{{1,5}}|/)"
_TARGET_BEFORE = r"[\s\"'`(=|]\z"
_SOCKET = rf"/dev/(?:tcp|udp)/{_NAME}/[0-9]"
_CONNECT = rf"\b(?i:nc|ncat|netcat|telnet)(?:\s+-[0-9A-Za-z]+)*\s+{_NAME}\s+[0-9]{{1,5}}\b"

# In reports a name with a dot in brackets was meant.
_PART = r"[0-9A-Za-z_-]+"
_MARKED_NAME = rf"(?:{_PART}(?:\.|{DOT}))*{_PART}{DOT}{_PART}(?:(?:\.|{DOT}){_PART})*"


class Finds(NamedTuple):
    """Indicators in some texts; one that is there twice may come twice."""

    texts: NDArray[np.int64]
    """For each the number of its text."""

    kinds: NDArray[np.int64]
    """For each the number of its kind."""

    indicators: pa.Array
    """What they are."""


def no_finds() -> Finds:
    """Return what is found in no text.

    Returns
    -------
    Finds
        Of length 0.
    """
    return Finds(np.empty(0, np.int64), np.empty(0, np.int64), pa.array([], pa.string()))


def join_finds(parts: list[Finds]) -> Finds:
    """Put finds in the same texts together.

    Parameters
    ----------
    parts : list of Finds
        Several.

    Returns
    -------
    Finds
        All of them.
    """
    parts = [no_finds(), *parts]
    return Finds(
        np.concatenate([part.texts for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        pa.concat_arrays([part.indicators.cast(pa.string()) for part in parts]),
    )


def _kept(texts: NDArray[np.int64], kinds: NDArray[np.int64], values: pa.Array) -> Finds:
    """Keep what has a kind and a value."""
    mask = (kinds >= 0) & np.asarray(values.is_valid())
    return Finds(texts[mask], kinds[mask], values.filter(pa.array(mask)).cast(pa.string()))


def of_hosts(texts: NDArray[np.int64], hosts: pa.Array, *, free: bool = False) -> Finds:
    """Read texts as hosts, each whole.

    Parameters
    ----------
    texts : ndarray of int64
        The numbers of the texts that they are from.
    hosts : pyarrow.Array
        What may be a host.
    free : bool, default False
        Whether they are from free text, where names that end as files do are none.

    Returns
    -------
    Finds
        The hosts.
    """
    found = read_hosts(hosts)
    kinds = found.kinds
    if free:
        files = pc.match_substring_regex(found.spelled, FILE_ENDINGS).fill_null(fill_value=False)
        kinds = np.where(np.asarray(files), -1, kinds)
    return _kept(texts, kinds, found.spelled)


def find_in_texts(texts: pa.Array, *, report: bool = False, commands: bool = False) -> Finds:
    """Find indicators in free text, defanged or not.

    Parameters
    ----------
    texts : pyarrow.Array
        Distinct texts, without nulls.
    report : bool, default False
        Whether somebody wrote them about indicators: hashes, and bare names with a
        defanged dot, are some only there.
    commands : bool, default False
        Whether they are command lines, in which a name with a port is a host.

    Returns
    -------
    Finds
        Addresses, domains, URLs, mail addresses and, of reports, hashes.
    """
    pattern = rf"{FREE_TEXT}|{_HASH}" if report else FREE_TEXT
    if commands:
        pattern = rf"{pattern}|{_TARGET}|{_CONNECT}"
    hits = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, pattern)))
    if not len(hits):
        return no_finds()
    chosen = texts.take(pa.array(hits))
    plain = _unescaped(chosen)
    numbers = np.concatenate([hits, hits[plain.texts]])
    chosen = pa.concat_arrays([chosen, plain.values])
    parts = []
    if report:
        parts += [_marked_names(padded(chosen))]
    lines = padded(undone(chosen))
    parts += [*_urls(lines), _ipv4(lines), _ipv6(lines), *_emails(lines)]
    if report:
        parts.append(_hashes(lines))
    if commands:
        parts += _targets(lines)
    found = join_finds(parts)
    return Finds(numbers[found.texts], found.kinds, found.indicators)


def _unescaped(texts: pa.Array) -> Matches:
    """Return URLs and mail addresses that are percent-encoded in texts, plain."""
    escaped = np.flatnonzero(np.asarray(_is(texts, _ESCAPED)))
    if not len(escaped):
        return Matches(escaped, *[pa.array([], texts.type)] * 3)
    lines = padded(texts.take(pa.array(escaped)))
    urls = find_all(lines, _ESCAPED_URL)
    emails = find_all(lines, _ESCAPED_EMAIL)
    emails = emails.where(_is(emails.before, r"[^0-9A-Za-z%]\z"))
    values = pa.concat_arrays([urls.values, emails.values])
    plain = pa.array([unquote(text) for text in values.to_pylist()], texts.type)
    nothing = pa.nulls(len(plain), texts.type)
    numbers = escaped[np.concatenate([urls.texts, emails.texts])]
    return Matches(numbers, plain, nothing, nothing)


def _is(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.match_substring_regex(texts, pattern)


def _urls(lines: pa.Array) -> list[Finds]:
    """Find URLs, also those within others, and their hosts."""
    parts = []
    numbers = np.arange(len(lines))
    for _ in range(_NESTED):
        found = find_all(lines, _URL)
        if not len(found.texts):
            break
        found = found.where(pc.and_(_is(found.before, _URL_BEFORE), _is(found.after, _URL_AFTER)))
        if not len(found.values):
            break
        values = found.values
        inside = _is(found.before, _PARAMETER_BEFORE)
        shorter = pc.replace_substring_regex(values, r"(?s)&.*\z", "")
        values = pc.coalesce(only(inside, shorter), values)
        coded = encode(pc.replace_substring_regex(values, r"[.,:!?*$\\^]+\z", ""))
        read = read_urls(_balanced(coded.values))
        codes = pa.array(coded.codes)
        texts = numbers[found.texts]
        urls = read.spelled.take(codes)
        whole = np.where(np.asarray(_is(urls, _DOTS).fill_null(fill_value=False)), -1, _KIND["url"])
        parts.append(_kept(texts, whole, urls))
        parts.append(_kept(texts, read.hosts.kinds[coded.codes], read.hosts.spelled.take(codes)))
        rests = read.rests.take(codes)
        inner = np.flatnonzero(np.asarray(rests.is_valid()))
        lines, numbers = padded(rests.take(pa.array(inner))), texts[inner]
    return parts


def _balanced(urls: pa.Array) -> pa.Array:
    """Cut URLs at the first bracket that closes and was not opened in them."""
    odd = _is(urls, r"[)\]}]")
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
                return url[:place].rstrip(".,;:!?*$\\^")
    return url


def _ipv4(lines: pa.Array) -> Finds:
    found = find_all(lines, _QUAD)
    if not len(found.texts):
        return no_finds()
    behind_slash = pc.and_(_is(found.before, _SLASH_BEFORE), _is(found.after, _PORT_AFTER))
    free = pc.or_(_is(found.before, _IPV4_BEFORE), behind_slash)
    other = pc.or_(_is(found.before, _VERSION_BEFORE), _is(found.after, _NETWORK_AFTER))
    ends = pc.and_(_is(found.after, _IPV4_AFTER), pc.invert(other))
    ends = pc.and_not(ends, _is(found.values, _NO_QUAD))
    return _addresses(found.where(pc.and_(free, ends)))


def _ipv6(lines: pa.Array) -> Finds:
    found = find_all(lines, _IPV6_RUN)
    if not len(found.texts):
        return no_finds()
    around = pc.or_(_is(found.before, rf"{_IPV6_AROUND}\z"), _is(found.after, rf"\A{_IPV6_AROUND}"))
    whole = pc.and_(_is(found.values, _IPV6), _is(found.values, r"[0-9]"))
    whole = pc.and_not(whole, _is(found.values, _PAIRS))
    empty = pc.or_(pc.equal(found.before, ""), pc.equal(found.after, ""))
    return _addresses(found.where(pc.and_not(whole, pc.or_(around, empty))))


def _addresses(found: Matches) -> Finds:
    coded = encode(found.values)
    read = read_hosts(coded.values, addresses_only=True)
    return _kept(found.texts, read.kinds[coded.codes], read.spelled.take(pa.array(coded.codes)))


def _emails(lines: pa.Array) -> list[Finds]:
    """Find mail addresses and their domains."""
    found = find_all(lines, _EMAIL)
    if not len(found.texts):
        return []
    ssh = _is(found.values, _SSH)
    other = pc.or_(_is(found.before, _NOT_EMAIL_BEFORE), _is(found.after, _NOT_EMAIL_AFTER))
    found = found.where(pc.invert(pc.or_(ssh, other)))
    coded = encode(found.values)
    split = pc.extract_regex(coded.values, r"\A(?P<local>[^@]*)@(?P<domain>.*)\z")
    local, domain = (pc.struct_field(split, name) for name in ("local", "domain"))
    fits = pc.and_(
        pc.less_equal(pc.binary_length(local), 64),
        pc.invert(pc.or_(_is(pc.ascii_lower(domain), FILE_ENDINGS), _is(local, r"\.\."))),
    )
    read = read_hosts(domain)
    kinds = np.where(np.asarray(fits) & (read.kinds == _KIND["domain"]), _KIND["domain"], -1)
    emails = glued([local.cast(pa.string()), "@", read.spelled.cast(pa.string())])
    codes = pa.array(coded.codes)
    kinds = kinds[coded.codes]
    return [
        _kept(found.texts, np.where(kinds < 0, -1, _KIND["email"]), emails.take(codes)),
        _kept(found.texts, kinds, read.spelled.take(codes)),
    ]


def _hashes(lines: pa.Array) -> Finds:
    found = find_all(lines, _HASH)
    if not len(found.texts):
        return no_finds()
    around = pc.or_(_is(found.before, rf"{_HASH_AROUND}\z"), _is(found.after, rf"\A{_HASH_AROUND}"))
    found = found.where(pc.invert(around))
    lengths = np.asarray(pc.binary_length(found.values)).astype(np.int64)
    kinds = np.full(len(lengths), -1, np.int64)
    for length, name in _HASHES.items():
        kinds[lengths == length] = _KIND[name]
    return _kept(found.texts, kinds, pc.ascii_lower(found.values))


def _marked_names(lines: pa.Array) -> Finds:
    found = find_all(lines, _MARKED_NAME)
    if not len(found.texts):
        return no_finds()
    around = pc.or_(_is(found.before, r"[\w@%/-]\z"), _is(found.after, r"\A[\w@-]"))
    found = found.where(pc.invert(around))
    return of_hosts(found.texts, undone(found.values))


def _targets(lines: pa.Array) -> list[Finds]:
    """Find the hosts that commands connect to."""
    loads = np.asarray(_is(lines, _LOADS))
    found = find_all(lines, _TARGET)
    paths = pc.invert(pc.ends_with(found.values, "/"))
    mask = pc.and_(
        _is(found.before, _TARGET_BEFORE), pc.or_(paths, pa.array(loads[found.texts], pa.bool_()))
    )
    found = found.where(mask)
    parts = [of_hosts(found.texts, _named(found.values, r"[/:][0-9]*\z"), free=True)]
    found = find_all(lines, _SOCKET)
    parts.append(of_hosts(found.texts, _named(found.values, r"\A/dev/(?:tcp|udp)/|/[0-9]\z")))
    found = find_all(lines, _CONNECT)
    parts.append(of_hosts(found.texts, _named(found.values, r"\A.*\s(\S+)\s+[0-9]+\z", r"\1")))
    return parts


def _named(values: pa.Array, pattern: str, kept: str = "") -> pa.Array:
    return pc.replace_substring_regex(values, pattern, kept)
