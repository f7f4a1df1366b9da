"""Find indicators in free text, by what stands around them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.iocs import kinds as names
from suricata_eve.analysis.iocs.defanging import DOT, MARKS, undone
from suricata_eve.analysis.iocs.finds import Finds, join_finds, no_finds, of_hosts, valid_finds
from suricata_eve.analysis.iocs.hosts import FILE_ENDINGS, read_hosts
from suricata_eve.analysis.iocs.links import LINKED, find_urls, unescaped, unquoted
from suricata_eve.analysis.iocs.matching import ALIEN, Matches, find_all, glued, padded
from suricata_eve.analysis.iocs.matching import is_like as _is

__all__ = ["FREE_TEXT", "find_in_texts"]

_KIND = {name: number for number, name in enumerate(names.KINDS)}

_NAME = r"[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?\.[A-Za-z][0-9A-Za-z-]*[0-9A-Za-z]"
_QUAD = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
# Versions, since no host is in 0.0.0.0/8, and the start of all names of SNMP.
_NO_QUAD = r"\A0|\A1\.3\.6\.1\z"

FREE_TEXT = rf"{LINKED}|@|[0-9]\.[0-9]{{1,3}}\.[0-9]|:[0-9A-Fa-f]{{0,4}}:|/dev/(?:tcp|udp)/|{MARKS}"
"""What a text must have to be worth a search (RE2)."""

_IPV4_BEFORE = r"(?:[\s\"'`=,;(\[<{@|&>:?#!+*~\\^]|//|/dev/(?:tcp|udp)/)\z"
_IPV4_AFTER = r"\A(?:[\s\"'`,;)\]>}<|&?#!*\\$]|:[0-9\s]|\.\s|/)"
# A number of a version is written like an address: after such a word or a product's name
# it is one. A network (192.0.2.0/24) is no address.
_VERSION_BEFORE = (
    r"(?i)(?:\b(?:v|rv|rel|release|rev|revision|build|firmware|section|chapter|figure|android|ios|os|nt"
    r"|msie|trident|clr|linux|kernel|firefox|chrome|safari|opera|edge|java|php|python|nginx|apache"
    r"|openssl|openssh)|version|(?:\b|_|app|client|os|sdk|soft)ver)[\"']?[\s:=/>]{1,3}[\"']?\z"
)
# "Skype 8.55.0.123", but not "Server 192.0.2.1", nor before a port.
_PRODUCT_BEFORE = r"\b[A-Z][0-9A-Za-z]+ \z"
_NO_PRODUCT_BEFORE = (
    r"(?i)\b(?:ip|ip4|ipv4|addr|address|host|hostname|server|client|source|src|dest|destination|dst"
    r"|from|to|by|via|at|for|with|and|or|is|in|on|of|gateway|dns|nameserver|router|node|remote|peer"
    r"|target|attacker|victim|scanner|origin|proxy|interface|listen|bind|contact|helo|ehlo|get|post"
    r"|connect|ping|ssh|telnet|t?ftp|nc|ncat|curl|wget|udp|tcp|tls|https?|c2|port|user|[a-z]+ed) \z"
)
_NETWORK_AFTER = r"\A/[0-9]{1,2}(?:[^\w./]|\z)"
# Behind a slash there are addresses with a port, else versions and parts of paths.
_SLASH_BEFORE, _PORT_AFTER = r"[^/]/\z", r"\A:[0-9]{1,5}(?:\D|\z)"

_IPV6_RUN = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}"
# In ranges that are in use: not a time, a hardware address, a serial number, nor "add::1".
_IPV6 = r"\A(?i:[23][0-9a-f]{3}|f[cdef][0-9a-f]{2}|64:ff9b):[0-9A-Fa-f:]*\z"
_IPV6_AROUND = r"[0-9A-Za-z_:.%-]"
_IPV6_AFTER = rf"\A(?:{_IPV6_AROUND}|/[0-9]{{1,3}}(?:[^\w./]|\z))"

_EMAIL = rf"[0-9A-Za-z_](?:[0-9A-Za-z_.+-]*[0-9A-Za-z_+-])?@{_NAME}"
# What goes on to the left, names in Kerberos ("host/a.b@REALM"), passwords ("a:b@host"), numbers
# of messages; and other things than mail that are written so.
_NOT_EMAIL_BEFORE = (
    rf"(?:[0-9A-Za-z_.%+@$\\{ALIEN}-]|[0-9A-Za-z]'|://[^\s/@]*|[\s\"'][0-9A-Za-z]+/|[0-9A-Za-z]:"
    r"|(?i:message-id|in-reply-to|references|content-id): ?<)\z"
)
_EMAIL_BEFORE = r"(?i)\b(?:(?:e-?)?mail(?:to)?|from|to|b?cc|reply-to|sender|smtp|acct):\z"
_NOT_EMAIL_AFTER = rf"\A(?:[\w@%({ALIEN}-]|\.\S|://|:[\w.~-]+/)"
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
_CONNECT = (
    r"\b(?i:nc|ncat|netcat|telnet)(?:\s+-[0-9A-Za-z]+(?:\s+/[\w/.-]+)?)*"
    rf"\s+{_NAME}\s+[0-9]{{1,5}}\b"
)
# Options without a value: what follows one that has a value may be a file.
_LOAD = rf"\b(?i:curl|wget)(?:\s+-(?:[46fgikLnqsSv]+|[nq]*O[ ]?-))*\s+{_NAME}"
_LOAD_AFTER = r"\A[\s|;&)\"'`]"

# In reports a name with a dot in brackets was meant.
_PART = r"[0-9A-Za-z_-]+"
_MARKED_NAME = rf"(?:{_PART}(?:\.|{DOT}))*{_PART}{DOT}{_PART}(?:(?:\.|{DOT}){_PART})*"


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
        pattern = rf"{pattern}|{_TARGET}|{_CONNECT}|{_LOAD}"
    hits = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, pattern)))
    if not len(hits):
        return no_finds()
    chosen = texts.take(pa.array(hits))
    plain = unescaped(chosen)
    numbers = np.concatenate([hits, hits[plain.texts]])
    chosen = pa.concat_arrays([chosen, plain.values])
    parts = []
    if report:
        parts += [_marked_names(padded(chosen))]
    lines = padded(unquoted(undone(chosen)))
    parts += [*find_urls(lines), _ipv4(lines, report=report), _ipv6(lines), *_emails(lines)]
    if report:
        parts.append(_hashes(lines))
    if commands:
        parts += _targets(lines)
    found = join_finds(parts)
    return Finds(numbers[found.texts], found.kinds, found.indicators)


def _ipv4(lines: pa.Array, *, report: bool) -> Finds:
    found = find_all(lines, _QUAD)
    if not len(found.texts):
        return no_finds()
    behind_slash = pc.and_(_is(found.before, _SLASH_BEFORE), _is(found.after, _PORT_AFTER))
    free = pc.or_(_is(found.before, _IPV4_BEFORE), behind_slash)
    other = pc.or_(_is(found.before, _VERSION_BEFORE), _is(found.after, _NETWORK_AFTER))
    if not report:
        product = pc.and_not(
            _is(found.before, _PRODUCT_BEFORE), _is(found.before, _NO_PRODUCT_BEFORE)
        )
        other = pc.or_(other, pc.and_not(product, _is(found.after, _PORT_AFTER)))
    ends = pc.and_(_is(found.after, _IPV4_AFTER), pc.invert(other))
    ends = pc.and_not(ends, _is(found.values, _NO_QUAD))
    return _addresses(found.where(pc.and_(free, ends)))


def _ipv6(lines: pa.Array) -> Finds:
    found = find_all(lines, _IPV6_RUN)
    if not len(found.texts):
        return no_finds()
    around = pc.or_(_is(found.before, rf"{_IPV6_AROUND}\z"), _is(found.after, _IPV6_AFTER))
    empty = pc.or_(pc.equal(found.before, ""), pc.equal(found.after, ""))
    return _addresses(found.where(pc.and_not(_is(found.values, _IPV6), pc.or_(around, empty))))


def _addresses(found: Matches) -> Finds:
    coded = encode(found.values)
    read = read_hosts(coded.values, addresses_only=True)
    return valid_finds(
        found.texts, read.kinds[coded.codes], read.spelled.take(pa.array(coded.codes))
    )


def _emails(lines: pa.Array) -> list[Finds]:
    """Find mail addresses and their domains."""
    found = find_all(lines, _EMAIL)
    if not len(found.texts):
        return []
    ssh = _is(found.values, _SSH)
    before = pc.and_not(_is(found.before, _NOT_EMAIL_BEFORE), _is(found.before, _EMAIL_BEFORE))
    other = pc.or_(before, _is(found.after, _NOT_EMAIL_AFTER))
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
        valid_finds(found.texts, np.where(kinds < 0, -1, _KIND["email"]), emails.take(codes)),
        valid_finds(found.texts, kinds, read.spelled.take(codes)),
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
    return valid_finds(found.texts, kinds, pc.ascii_lower(found.values))


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
    found = find_all(lines, _LOAD)
    found = found.where(_is(found.after, _LOAD_AFTER))
    parts.append(of_hosts(found.texts, _named(found.values, r"(?s)\A.*\s"), free=True))
    return parts


def _named(values: pa.Array, pattern: str, kept: str = "") -> pa.Array:
    return pc.replace_substring_regex(values, pattern, kept)
