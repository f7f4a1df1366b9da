"""URLs as indicators: in one spelling, without a character that a list or a screen acts on."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.codes import encode
from suricata_eve.analysis.iocs.hosts import Hosts, read_hosts
from suricata_eve.analysis.iocs.matching import glued
from suricata_eve.analysis.templates import only

__all__ = ["AUTHORITY", "MAX_URL", "SCHEMES", "Urls", "read_urls"]

MAX_URL = 8_192
"""How many characters a URL has at most; of a longer one the host is left."""

SCHEMES = (
    "https?|ftps?|sftp|tftp|ldaps?|rmi|iiop|iiopname|dns|nds|nis|corba|corbaname|wss?|smb|ssh"
    "|telnet|tcp|udp|gopher"
)
"""Those that text is searched for: of downloads, of JNDI, of shells."""

AUTHORITY = r"(?:[\w.~%!$&*+=:-]+@)?(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::[0-9]{1,5})?"
"""User, host and port (RE2)."""

_PARTS = (
    r"(?s)\A(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/?#@\[\]]*@)?"
    r"(?P<host>\[[^\]/?#@]*\]|[^\[\]:/?#@]*)(?P<port>:[0-9]{1,5})?(?P<rest>[/?#].*)?\z"
)
# RFC 3986, without the square brackets that only an address has.
_SAFE = r"\A[A-Za-z0-9!$&'()*+,;=:@/?#%._~-]*\z"
_KEPT = "!$&'()*+,;=:@/?#%._~-"
# What a reader would take for a defanged character.
_DEFANGED = r"(?i)\((\.|dot|@|at|:|://|/)\)"
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ldap": 389}
_DEFAULTS = "|".join(f"{scheme}:{port}" for scheme, port in _DEFAULT_PORTS.items())


class Urls(NamedTuple):
    """What some texts are as URLs."""

    spelled: pa.Array
    """The URL in its one spelling, null where the text is none."""

    hosts: Hosts
    """The host of each; there too where the URL is too long."""


def read_urls(texts: pa.Array) -> Urls:
    """Read texts as URLs, each whole.

    Parameters
    ----------
    texts : pyarrow.Array
        Distinct texts, without nulls.

    Returns
    -------
    Urls
        With scheme and host in lower case, without the default port, with a path, and with
        all but the characters of RFC 3986 percent-encoded. The host is an address or a
        domain name.
    """
    parts = pc.extract_regex(texts.cast(pa.large_string()), _PARTS)
    scheme, user, host, port, rest = (
        pc.struct_field(parts, name) for name in ("scheme", "user", "host", "port", "rest")
    )
    scheme = pc.ascii_lower(scheme)
    coded = encode(host)
    distinct = read_hosts(coded.values)
    codes = pa.array(coded.codes, mask=coded.codes < 0)
    there = coded.codes >= 0
    kinds = np.full(len(texts), -1, np.int64)
    kinds[there] = distinct.kinds[coded.codes[there]]
    values = distinct.spelled.take(codes).cast(pa.large_string())
    number = only(pc.greater(pc.binary_length(port), 1), pc.utf8_slice_codeunits(port, 1))
    large = pc.greater(number.cast(pa.int32()), 65_535).fill_null(fill_value=False)
    kinds[np.asarray(large)] = -1
    hosts = Hosts(only(pa.array(kinds >= 0), values), kinds)
    is_default = pc.match_substring_regex(glued([scheme, port]), rf"\A(?:{_DEFAULTS})\z")
    shown = pc.coalesce(only(pa.array(kinds == 1), glued(["[", hosts.spelled, "]"])), hosts.spelled)
    port = pc.coalesce(only(pc.invert(is_default), port), pa.scalar("", port.type))
    path = _path(scheme, _spelled(rest))
    spelled = glued([scheme, "://", _spelled(user), shown, port, path])
    fits = pc.less_equal(pc.binary_length(spelled), MAX_URL)
    return Urls(only(fits, spelled), hosts)


def _path(scheme: pa.Array, rest: pa.Array) -> pa.Array:
    """Give a path to URLs of the web that have none (RFC 3986, 6.2.3)."""
    bare = pc.and_(
        pc.match_substring_regex(scheme, r"\A(?:https?|wss?)\z"),
        pc.invert(pc.starts_with(rest, "/")),
    )
    return pc.coalesce(only(bare, glued(["/", rest])), rest)


def _spelled(part: pa.Array) -> pa.Array:
    """Percent-encode what may not stand in a URL as it is."""
    unsafe = pc.fill_null(pc.invert(pc.match_substring_regex(part, _SAFE)), fill_value=False)
    places = np.flatnonzero(np.asarray(unsafe))
    if len(places):
        coded = part.take(pa.array(places)).to_pylist()
        quoted = [quote(text[: MAX_URL + 1], safe=_KEPT) for text in coded]
        part = pc.replace_with_mask(part, unsafe, pa.array(quoted, part.type))
    return pc.replace_substring_regex(part, _DEFANGED, r"%28\1%29")
