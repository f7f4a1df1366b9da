"""Find Base64 in text, decode it, and say which text its bytes are.

Base64 of ASCII text has a shape: of four characters, the first three come from 28, 32
and 32 of the 64, since no byte has its top bit set. Runs of that shape, checked for all
places of a text at once, tell encoded text from words, paths and hashes.
"""

from __future__ import annotations

import binascii
import bisect
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = [
    "ASCII_GROUPS",
    "UTF16_GROUPS",
    "Encoded",
    "decode_base64",
    "decode_text",
    "encoded_path",
    "find_base64",
]

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ANY = r"[A-Za-z0-9+/_-]"
_GROUP = (
    r"[CDI-Za-f]",  # a byte that is a tab, a line end or printable: bits 7 to 2
    r"[A-HQ-Xg-nw-z0-3]",  # bit 7 of the second byte is 0
    r"[ABEFIJMNQRUVYZcdghklopstwx014589]",  # bit 7 of the third
    _ANY,
)
_WIDE_GROUP = (_GROUP[0], r"[AQgw]", r"[AB]", _ANY, "A", r"[A-H]", r"[AEIMQUYcgkosw048]", "A")
_LEAST = 3
_LEAST_WIDE = 2
_LEAST_INSIDE = 6  # where no delimiter says that a word starts
_LEAST_BINARY = 16
_USUAL_DISTANCE = 20  # of a slash in Base64; in paths they are closer

ASCII_GROUPS = f"(?:{''.join(_GROUP)}){{{_LEAST}}}"
"""Expression (RE2 and ``re``, linear) that Base64 of nine ASCII characters matches."""
UTF16_GROUPS = f"(?:{''.join(_WIDE_GROUP)}){{{_LEAST_WIDE}}}"
"""The same of six ASCII characters in UTF-16LE."""


def _table(characters: str) -> NDArray[np.bool_]:
    expression = re.compile(characters.encode())
    return np.array([expression.fullmatch(bytes([code])) is not None for code in range(256)])


_TABLES = [_table(characters) for characters in _GROUP]
_WIDE_TABLES = [_table(characters) for characters in _WIDE_GROUP]
_ALPHABET = _table(_ANY)
_WORD = _table("[A-Za-z0-9]")

_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_PATH_MARK = re.compile(r"base64[/,=:]", re.IGNORECASE)
_PATH_PAYLOAD = re.compile(r"([A-Za-z0-9+/_-]+)(={0,2})(?=$|[?#&;,}) \"'])")
_MIXED_CASE = (_table("[A-Z]"), _table("[a-z]"), _table("[0-9]"))
_HEX_TEXT = re.compile(rb"[0-9A-Fa-f]+")
_DELIMITERS = re.compile(rb"[/_-]")

# Control characters other than tab and line ends do not occur in text.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufff0-\uffff]"
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Base64 that was found, and what it holds.

    Attributes
    ----------
    start, end : int
        Where it is, ``end`` behind its padding.
    encoded : str
        The Base64, with its padding.
    encoding : str
        ``base64`` or ``base64url``; ``unpadded`` or ``cut`` where it is; the charset of
        its text: ``utf-8``, ``utf-16le`` or ``latin-1``. As in ``base64 unpadded utf-8``.
    data : bytes
        What it decodes to.
    text : str or None
        The text of these bytes; None if they are not text.
    """

    start: int
    end: int
    encoded: str
    encoding: str
    data: bytes
    text: str | None


def decode_base64(encoded: bytes) -> bytes | None:
    """Decode Base64 of either alphabet, with or without padding, also cut short.

    Parameters
    ----------
    encoded : bytes
        The Base64. Its last character is dropped if it alone makes no byte.

    Returns
    -------
    bytes or None
        None if it holds other characters, those of both alphabets, or not one byte.

    Examples
    --------
    >>> from suricata_eve.analysis.base64text import decode_base64
    >>> decode_base64(b"aWQ=") == decode_base64(b"aWQ") == b"id"
    True
    """
    body = encoded.rstrip(b"=")
    if (b"-" in body or b"_" in body) and (b"+" in body or b"/" in body):
        return None
    body = body.translate(_TO_STANDARD)
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return binascii.a2b_base64(body + b"=" * (-len(body) % 4), strict_mode=True) or None
    except binascii.Error:
        return None


def decode_text(data: bytes) -> tuple[str, str] | None:
    """Decode bytes to the text they are, whichever of three charsets it is.

    Parameters
    ----------
    data : bytes
        Any bytes; a last character may be cut off.

    Returns
    -------
    tuple of str or None
        Text and charset (``utf-8``, ``utf-16le`` or ``latin-1``). None if it is not text.

    Examples
    --------
    >>> from suricata_eve.analysis.base64text import decode_text
    >>> decode_text("id".encode("utf-16le"))
    ('id', 'utf-16le')
    >>> decode_text(bytes(range(16))) is None
    True
    """
    text: str | None = None
    half = len(data) // 2
    if half and data[1::2].count(0) * 2 >= half and data[: half * 2 : 2].count(0) * 8 <= half:
        text = data[: half * 2].decode("utf-16le", "ignore")
        return None if _NOT_TEXT.search(text) else (text, "utf-16le")
    body = data.rstrip(b"\0")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(body) - 3 and error.reason == "unexpected end of data":
            text = body[: error.start].decode("utf-8")
    if text is not None:
        return None if not text or _NOT_TEXT.search(text) else (text, "utf-8")
    high = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    letters = len(body) - len(body.translate(None, bytes(range(0xC0, 0x100))))
    if len(body) >= 8 and high * 4 <= len(body) and letters * 5 >= high * 4:
        text = body.decode("latin-1")
        return None if _NOT_TEXT.search(text) else (text, "latin-1")
    return None


def _encoded(data: bytes, start: int, end: int, *, cut: bool = False) -> Encoded | None:
    """Decode ``data[start:end]``, which may be followed by padding."""
    raw = decode_base64(data[start:end])
    if raw is None:
        return None
    length = end - start
    tail = data[end : end + (-length % 4 if length % 4 > 1 else 0)]
    padding = len(tail) - len(tail.lstrip(b"="))
    encoded = data[start : end + padding].decode("ascii")
    found = decode_text(raw)
    words = ["base64url" if "-" in encoded or "_" in encoded else "base64"]
    if cut or length % 4 == 1:
        words.append("cut")
    elif len(encoded) % 4:
        words.append("unpadded")
    if found:
        words.append(found[1])
    return Encoded(start, end + padding, encoded, " ".join(words), raw, found[0] if found else None)


def encoded_path(path: str, *, cut: bool = False) -> Encoded | None:
    """Decode the Base64 that the path of a JNDI lookup says it holds.

    Parameters
    ----------
    path : str
        Such as ``Basic/Command/Base64/aWQ=``.
    cut : bool, default False
        Whether the lookup was cut off, and so perhaps the Base64.

    Returns
    -------
    Encoded or None
        What follows ``Base64/``, however short. None if the path does not say so, or if
        what follows does not decode.

    Examples
    --------
    >>> from suricata_eve.analysis.base64text import encoded_path
    >>> encoded_path("Basic/Command/Base64/aWQ=").text
    'id'
    >>> encoded_path("Basic/Command/Base64/not*base64") is None
    True
    """
    mark = _PATH_MARK.search(path)
    if mark is None or not path.isascii():
        return None
    payload = _PATH_PAYLOAD.match(path, mark.end())
    if payload is None:
        return None
    found = _encoded(path.encode("ascii"), payload.start(1), payload.end(1), cut=cut)
    # A few bytes that are no text are more likely a word that follows "base64/".
    return found if found and (found.text or len(found.data) >= 12) else None


def _streaks(good: NDArray[np.bool_], step: int) -> NDArray[np.int32]:
    """Return for each place how many good groups of ``step`` characters start there."""
    streaks = np.zeros(len(good) + step, dtype=np.int32)
    for phase in range(step):
        lane = good[phase::step]
        places = np.arange(len(lane), dtype=np.int32)
        next_bad = np.where(lane, np.int32(len(lane)), places)[::-1]
        next_bad = np.minimum.accumulate(next_bad)[::-1]
        streaks[phase : phase + len(lane) * step : step] = next_bad - places
    return streaks


def _good(codes: NDArray[np.uint8], tables: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return for each place whether a group of Base64 text can start there."""
    size = len(codes) - len(tables) + 1
    if size <= 0:
        return np.zeros(0, dtype=np.bool_)
    good = tables[0][codes[:size]]
    for place, table in enumerate(tables[1:], start=1):
        good &= table[codes[place : place + size]]
    return good


def find_base64(data: bytes, *, binary: bool = False) -> list[Encoded]:
    """Find Base64 in text, of text unless asked for more.

    Parameters
    ----------
    data : bytes
        Text in UTF-8, or several texts with line ends between.
    binary : bool, default False
        Find also what decodes to other bytes, or to text that is mostly not ASCII. Text
        inside such bytes is then found twice, alone and with all around it.

    Returns
    -------
    list of Encoded
        By place. Texts shorter than nine characters are not found.

    Examples
    --------
    >>> from suricata_eve.analysis.base64text import find_base64
    >>> (found,) = find_base64(b"/go?u=aHR0cDovL3d3dy5leGFtcGxlLm9yZy9ibG9n&x=1")
    >>> found.text, found.encoding
    ('http://www.example.org/blog', 'base64 utf-8')
    """
    codes = np.frombuffer(data, dtype=np.uint8)
    found = list(_text_runs(data, codes))
    if binary:
        found.extend(_other_runs(data, codes, found))
        found.sort(key=lambda encoded: encoded.start)
    return found


def _text_runs(data: bytes, codes: NDArray[np.uint8]) -> Iterator[Encoded]:
    good = _good(codes, _TABLES)
    if not good.any():
        return
    size = len(codes)
    streaks = _streaks(good, 4)[:size]
    wide = np.zeros(size, dtype=np.int32)
    wide_good = _good(codes, _WIDE_TABLES)
    if wide_good.any():
        counted = _streaks(wide_good, 8)
        wide[: len(wide_good)] = counted[: len(wide_good)]
    starts = np.ones(size, dtype=np.bool_)
    starts[1:] = ~_WORD[codes[:-1]]
    full = np.zeros(size, dtype=np.int32)
    full[: len(streaks)] = streaks
    inside = full >= _LEAST_INSIDE
    inside[4:] &= full[:-4] == 0
    # One group will do where the rest of the run is mostly ASCII.
    places = np.flatnonzero((starts & ((full > 0) | (wide >= _LEAST_WIDE))) | inside)
    breaks = np.append(np.flatnonzero(~_ALPHABET[codes]), size)
    stops = breaks[np.searchsorted(breaks, places)]
    totals = (stops - places) // 4
    counts = _counts(good, size)
    shares = counts[places] - counts[places + 4 * totals]
    mostly = (shares >= _LEAST) & (shares * 10 >= totals * 6)
    chosen = mostly | (full[places] >= _LEAST) | (wide[places] >= _LEAST_WIDE)
    places, stops, mostly = places[chosen], stops[chosen], mostly[chosen]
    done, tried = 0, -1
    for start, stop, whole in zip(places.tolist(), stops.tolist(), mostly.tolist(), strict=True):
        if start < done:
            continue
        groups, width = (
            (int(wide[start]), 8) if wide[start] >= _LEAST_WIDE else (int(full[start]), 4)
        )
        end = start + groups * width
        run: Encoded | None = None
        if stop - end < width:
            run = _encoded(data, start, stop)
        elif whole and stop != tried:  # its other letters may not be ASCII; tried once for a run
            tried = stop
            run = _encoded(data, start, stop)
        if (run is None or run.text is None) and (groups >= _LEAST or width == 8):
            tail = data[end : min(end + width, stop)]
            cut = next((n for n, code in enumerate(tail) if not _WORD[code]), 0)
            run = _encoded(data, start, end + cut)
            if run is None or run.text is None:
                run = _encoded(data, start, end) if cut else None
        if run is not None and run.text is not None:
            yield run
            done = run.end


def _counts(good: NDArray[np.bool_], size: int) -> NDArray[np.int32]:
    """Return for each place how many good groups there are from it on, four by four."""
    counts = np.zeros(size + 8, dtype=np.int32)
    for phase in range(4):
        lane = good[phase::4]
        total = np.cumsum(lane[::-1], dtype=np.int32)[::-1]
        counts[phase : phase + 4 * len(lane) : 4] = total
    return counts


def _other_runs(data: bytes, codes: NDArray[np.uint8], known: list[Encoded]) -> Iterator[Encoded]:
    """Yield Base64 that ``_text_runs`` cannot see by its shape."""
    inside = np.concatenate(([False], _ALPHABET[codes], [False]))
    edges = np.flatnonzero(inside[1:] != inside[:-1]).tolist()
    # How much of the data is known already, up to each known piece.
    starts = [run.start for run in known]
    covered = [0, *itertools.accumulate(run.end - run.start for run in known)]
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start < _LEAST_BINARY:
            continue
        first, last = bisect.bisect_left(starts, start), bisect.bisect_left(starts, stop)
        if 2 * (covered[last] - covered[first]) >= stop - start:
            continue
        for left, right in _pieces(data, start, stop):
            if right - left >= _LEAST_BINARY and _looks_random(data[left:right]):
                piece = _encoded(data, left, right)
                if piece is not None:
                    yield piece


def _pieces(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield a run of Base64's characters whole, or in pieces if it is rather a path."""
    run = data[start:stop]
    delimiters = [match.start() for match in _DELIMITERS.finditer(run)]
    if (
        b"+" in run
        or data[stop : stop + 1] == b"="
        or len(delimiters) * _USUAL_DISTANCE <= len(run)
        or ((raw := decode_base64(run)) is not None and decode_text(raw) is not None)
    ):
        yield start, stop
        return
    left = 0
    for right in [*delimiters, len(run)]:
        yield start + left, start + right
        left = right + 1


def _looks_random(run: bytes) -> bool:
    """Tell Base64 of bytes from words and from hexadecimal digits."""
    codes = np.frombuffer(run, dtype=np.uint8)
    return not _HEX_TEXT.fullmatch(run) and all(table[codes].any() for table in _MIXED_CASE)
