r"""Undo the escapes that hide text in text: ``%24``, ``%2524``, ``\u0024``, ``\x24``, ``\/``.

Works on bytes, all of them at once, and keeps for each byte of the result the place
it came from, so that what is found in the plain text can be shown as it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_PASSES", "Plain", "undo_escapes"]

MAX_PASSES = 3
"""How often an escape of an escape is undone."""

_NOT_HEX = 255
_HEX = np.full(256, _NOT_HEX, dtype=np.uint8)
for _value, _digits in enumerate(zip(b"0123456789abcdef", b"0123456789ABCDEF", strict=True)):
    _HEX[list(_digits)] = _value

_PERCENT, _BACKSLASH, _SLASH, _U, _X = b"%\\/ux"


@dataclass(frozen=True, slots=True)
class Plain:
    """Bytes without their escapes, and where each of them came from.

    Attributes
    ----------
    data : bytes
        The plain bytes.
    starts, ends : ndarray of int64 or None
        For each byte, where its escape starts and ends in the original bytes. None if
        nothing was escaped, and every byte is where it was.
    """

    data: bytes
    starts: NDArray[np.int64] | None
    ends: NDArray[np.int64] | None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``data[start:end]`` is in the original bytes.

        Parameters
        ----------
        start, end : int
            Places in ``data``, ``end`` behind the last byte.

        Returns
        -------
        tuple of int
            Start and end in the original bytes.
        """
        if self.starts is None or self.ends is None:
            return start, end
        if start >= end:
            place = int(self.starts[start]) if start < len(self.starts) else int(self.ends[-1])
            return place, place
        return int(self.starts[start]), int(self.ends[end - 1])

    def places(self, origins: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where places of the original bytes are in ``data``.

        Parameters
        ----------
        origins : ndarray of int64
            Places in the original bytes.

        Returns
        -------
        ndarray of int64
            For each, the first byte of ``data`` that starts there or later.
        """
        if self.starts is None:
            return origins
        return np.searchsorted(self.starts, origins).astype(np.int64)


def undo_escapes(data: bytes, *, passes: int = MAX_PASSES) -> Plain:
    r"""Undo percent, ``\uXXXX``, ``\xXX`` and ``\/`` escapes, also nested ones.

    Parameters
    ----------
    data : bytes
        Text in UTF-8.
    passes : int, default 3
        How often to look again at what came out.

    Returns
    -------
    Plain
        The plain bytes and their origin. Bytes need not be UTF-8 any more.

    Examples
    --------
    >>> from suricata_eve.analysis.escapes import undo_escapes
    >>> undo_escapes(rb"/%2524%257B \u0024\u007b").data
    b'/${ ${'
    """
    plain = Plain(data, None, None)
    for _ in range(passes):
        if b"%" not in plain.data and b"\\" not in plain.data:
            break
        after = _undo_once(plain)
        if after is None:
            break
        plain = after
    return plain


def _hex_value(codes: NDArray[np.uint8], heads: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Read ``count`` hexadecimal digits at each of ``heads``; -1 where they are not."""
    value = np.zeros(len(heads), dtype=np.int64)
    valid = np.ones(len(heads), dtype=np.bool_)
    for place in range(count):
        digit = _HEX[codes[heads + place]]
        valid &= digit != _NOT_HEX
        value = value * 16 + digit
    value[~valid] = -1
    return value


def _undo_once(plain: Plain) -> Plain | None:
    size = len(plain.data)
    # Padded, so that digits can be read past the end.
    codes = np.frombuffer(plain.data + bytes(6), dtype=np.uint8)
    fresh = codes[:size].copy()
    drop = np.zeros(size + 6, dtype=np.bool_)
    first = np.arange(size)
    last = np.arange(size)

    def replace(heads: NDArray[np.int64], values: NDArray[np.int64], width: int) -> None:
        fresh[heads] = values
        last[heads] = heads + (width - 1)
        for place in range(1, width):
            drop[heads + place] = True

    percents = np.flatnonzero(fresh == _PERCENT)
    value = _hex_value(codes, percents + 1, 2)
    replace(percents[value >= 0], value[value >= 0], 3)

    slashes = np.flatnonzero(fresh == _BACKSLASH)
    kind = codes[slashes + 1]
    heads = slashes[kind == _SLASH]
    replace(heads, np.full(len(heads), _SLASH), 2)
    heads = slashes[kind == _X]
    value = _hex_value(codes, heads + 2, 2)
    replace(heads[value >= 0], value[value >= 0], 4)
    heads = slashes[kind == _U]
    value = _hex_value(codes, heads + 2, 4)
    heads, value = heads[value >= 0], value[value >= 0]
    narrow = value < 0x80
    replace(heads[narrow], value[narrow], 6)
    heads, value = heads[~narrow], value[~narrow]
    if len(heads):  # two or three bytes of UTF-8 in place of the six
        wide = value >= 0x800
        replace(heads, np.where(wide, 0xE0 | value >> 12, 0xC0 | value >> 6), 6)
        tails = [
            np.where(wide, 0x80 | (value >> 6 & 0x3F), 0x80 | value & 0x3F),
            0x80 | value & 0x3F,
        ]
        for place, (of, tail) in enumerate(zip((heads, heads[wide]), tails, strict=True), start=1):
            fresh[of + place] = tail if place == 1 else tail[wide]
            drop[of + place] = False
            first[of + place] = of
            last[of + place] = of + 5

    keep = np.flatnonzero(~drop[:size])
    if len(keep) == size and not np.any(fresh != codes[:size]):
        return None
    first, last = first[keep], last[keep]
    if plain.starts is not None and plain.ends is not None:
        starts, ends = plain.starts[first], plain.ends[last]
    else:
        starts, ends = first, last + 1
    return Plain(fresh[keep].tobytes(), starts, ends)
