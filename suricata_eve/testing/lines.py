"""Strategies for EVE as bytes: lines in every spelling, damaged lines, whole files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from suricata_eve.testing import events as eve_events
from suricata_eve.testing._hypothesis import st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["damaged_lines", "eve_files", "lines", "spell_line"]

_SEPARATORS = ((",", ":"), (", ", ": "), (" ,\t", " :  "))
_ESCAPES = ("no", "ascii", "all")


class _Style(NamedTuple):
    """How a line is spelled."""

    separators: tuple[str, str] = (",", ":")
    escape: str = "no"
    order: int = 0
    repeat: object = None
    frame: tuple[str, str] = ("", "")


def spell_line(
    value: object, *, separators: tuple[str, str] = (",", ":"), escape: str = "no"
) -> str:
    r"""Write a JSON value in one line.

    Parameters
    ----------
    value : object
        What `json.dumps` takes.
    separators : tuple of str, default (",", ":")
        Between members, and between a name and its value.
    escape : {"no", "ascii", "all"}, default "no"
        Characters that become ``\uXXXX``: only those that must, those beyond ASCII, or
        every character of every text and name.

    Returns
    -------
    str
        The line, without its end.

    Examples
    --------
    >>> from suricata_eve.testing import strategies as eve
    >>> print(eve.spell_line({"é": "/"}, escape="all"))
    {"\u00e9":"\u002f"}
    """
    if escape != "all":
        return json.dumps(value, separators=separators, ensure_ascii=escape == "ascii")
    comma, colon = separators
    if isinstance(value, dict):
        members = (
            _escaped(key) + colon + spell_line(inner, separators=separators, escape=escape)
            for key, inner in value.items()
        )
        return "{" + comma.join(members) + "}"
    if isinstance(value, list):
        inner = (spell_line(item, separators=separators, escape=escape) for item in value)
        return "[" + comma.join(inner) + "]"
    return _escaped(value) if isinstance(value, str) else json.dumps(value)


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be").hex()
    return '"' + "".join(rf"\u{units[i : i + 4]}" for i in range(0, len(units), 4)) + '"'


def _write(event: dict[str, object], style: _Style) -> bytes:
    members = list(event.items())
    turn = style.order % max(len(members), 1)
    members = members[turn:] + members[:turn]
    if style.order % 2:
        members.reverse()
    comma, colon = style.separators

    def spelled(value: object) -> str:
        return spell_line(value, separators=style.separators, escape=style.escape)

    text = [spelled(name) + colon + spelled(value) for name, value in members]
    if style.repeat is not None and members:
        # The first of two equal names is the one that does not count.
        text.insert(0, spelled(members[-1][0]) + colon + spelled(style.repeat))
    before, after = style.frame
    return (before + "{" + comma.join(text) + "}" + after).encode()


def lines(
    *,
    events: SearchStrategy[dict[str, object]] | None = None,
    odd_spelling: bool = True,
) -> SearchStrategy[bytes]:
    r"""Make lines of EVE, in the spellings of many writers.

    Parameters
    ----------
    events : SearchStrategy of dict, optional
        What the lines hold, by default what `events` makes.
    odd_spelling : bool, default True
        Whether there are spaces, names in another order, escapes, a name that occurs
        twice and blanks around the object; else lines are compact, as of Suricata.

    Returns
    -------
    SearchStrategy of bytes
        Lines without their end.

    See Also
    --------
    damaged_lines : Lines that are broken in some way.
    eve_files : Many lines.

    Examples
    --------
    >>> import json
    >>> from hypothesis import given
    >>> from suricata_eve.testing import strategies as eve
    >>> @given(eve.lines())
    ... def check(line: bytes) -> None:
    ...     assert b"\n" not in line and "event_type" in json.loads(line)
    >>> check()
    """
    chosen = eve_events.events() if events is None else events
    if not odd_spelling:
        return chosen.map(lambda event: _write(event, _Style()))
    styles = st.builds(
        _Style,
        separators=st.sampled_from(_SEPARATORS),
        escape=st.sampled_from(_ESCAPES),
        order=st.integers(0, 7),
        repeat=st.sampled_from((None, None, 1, "dns", {"a": "b"}, [1.5])),
        frame=st.sampled_from((("", ""), ("", ""), (" \t", " \r"))),
    )
    return st.builds(_write, chosen, styles)


def _or_lines(chosen: SearchStrategy[bytes] | None) -> SearchStrategy[bytes]:
    return lines() if chosen is None else chosen


def _nest(depth: int, kind: str) -> bytes:
    opened, closed = ('{"a":', "}") if kind == "object" else ("[", "]")
    return ('{"event_type":"dns","deep":' + opened * depth + "1" + closed * depth + "}").encode()


_DAMAGED: tuple[bytes, ...] = (
    b"null",
    b"true",
    b"0",
    b'"text"',
    b"[]",
    b'[{"event_type":"dns"}]',
    b"{}",
    b"{",
    b"}",
    b"not json",
    b"PK\x03\x04",
    b"\xff\xfe{\x00}\x00",
    b"\x00" * 40,
    b"\xef\xbb\xbf",
    b'{"event_type":"dns",}',
    b"{'event_type':'dns'}",
    b'{"event_type":"dns","x":Inf}',
    b'{"event_type":"dns","x":-NaN}',
    b'{"event_type":"dns","x":NaN}',
    b'{"event_type":"dns","x":-Infinity}',
    b'{"event_type":"dns","x":1e400}',
    b'{"event_type":"dns","x":01}',
    b'{"event_type":"dns","x":1.}',
    b'{"event_type":"dns","x":+1}',
    b'{"event_type":"dns","x":"tab\there"}',
    b'{"event_type":"dns","x":"nul\x00here"}',
    b'{"event_type":"dns","x":"\\x41"}',
    b'{"event_type":"dns","x":"\\ud800"}',
    b'{"event_type":"dns","\\udfff":"\\ud83d\\ud83d\\ude00"}',
    b'{"event_type":"dns","x":"\xff\xc3"}',
    b'{"event_type":"dns","\xe9":"\xed\xa0\x80"}',
    b'{"event_type":"dns","x":1}{"event_type":"dns","x":2}',
    b'{"event_type":"dns","x":1} {"event_type":"dns"}',
    b'{"event_type":"dns","x":1} // comment',
    b'{"event_type":"dns","x":' + b"9" * 400 + b"}",
    b'{"event_type":"dns","x":' + b"7" * 5000 + b"}",
    b'{"event_type":"dns","x.y":1,"x":{"y":2}}',
    b'{"event_type":"dns","x":{"y":1},"x.y":2}',
    b'{"event_type":"dns","event_type":"http","rdp":{"event_type":"tls"}}',
    _nest(300, "list"),
    _nest(300, "object"),
    _nest(30_000, "list"),
    _nest(30_000, "object"),
)
"""Lines that are broken, or are not but look so to some reader."""


@st.composite
def _damages(draw: DrawFn, whole: SearchStrategy[bytes]) -> bytes:
    line = draw(whole)
    place = draw(st.integers(0, len(line)))
    left, right = line[:place], line[place:]
    return draw(
        st.sampled_from(
            (
                left,
                right,
                left + b"\xff" + right,
                left + b"\xe2\x82" + right,
                left + b"\x00" + right,
                left + b"\\ud800" + right,
                left + b'"' + right,
                left + b"\r" + right,
                left + b"\n" + right,
                b"\x00" * 9 + line + b"\x00",
                b"\xef\xbb\xbf" + line,
                line + line,
                line + b"\r",
            )
        )
    )


def damaged_lines(*, lines: SearchStrategy[bytes] | None = None) -> SearchStrategy[bytes]:
    """Make lines that are damaged: cut, padded, joined, not UTF-8, nested too deeply.

    Parameters
    ----------
    lines : SearchStrategy of bytes, optional
        The lines that are damaged, by default those of `lines`.

    Returns
    -------
    SearchStrategy of bytes
        Some can be read all the same; some hold an end of line inside.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> from suricata_eve.testing import strategies as eve
    >>> @settings(max_examples=10, deadline=None)
    ... @given(eve.damaged_lines())
    ... def check(line: bytes) -> None:
    ...     line.decode(errors="replace")
    >>> check()
    """
    whole = _or_lines(lines)
    return st.one_of(st.sampled_from(_DAMAGED), _damages(whole))


def eve_files(
    *,
    lines: SearchStrategy[bytes] | None = None,
    damaged: bool = False,
    max_lines: int = 12,
) -> SearchStrategy[bytes]:
    r"""Make the content of EVE files.

    Parameters
    ----------
    lines : SearchStrategy of bytes, optional
        Their lines, by default those of `lines`.
    damaged : bool, default False
        Whether some lines are damaged, or blank, and the last one may lack its end.
    max_lines : int, default 12
        How many lines there are at most.

    Returns
    -------
    SearchStrategy of bytes
        Also the empty file.

    Examples
    --------
    >>> import io
    >>> from hypothesis import given, settings
    >>> from suricata_eve import read_eve
    >>> from suricata_eve.testing import assert_equals_json, strategies as eve
    >>> @settings(max_examples=10, deadline=None)
    ... @given(eve.eve_files(damaged=True))
    ... def check(data: bytes) -> None:
    ...     df = read_eve(io.BytesIO(data), on_bad_lines="skip")
    ...     assert_equals_json(df, io.BytesIO(data))
    >>> check()
    """
    whole = _or_lines(lines)
    if not damaged:
        return st.lists(whole, max_size=max_lines).map(
            lambda many: b"".join(x + b"\n" for x in many)
        )
    blank = st.sampled_from((b"", b"", b" ", b"\r", b"\t\x00", b"\xef\xbb\xbf"))
    some = st.one_of(whole, whole, damaged_lines(lines=whole), blank)
    ends = st.sampled_from((b"\n", b""))
    return st.builds(
        lambda many, end: b"\n".join(many) + end, st.lists(some, max_size=max_lines), ends
    )
