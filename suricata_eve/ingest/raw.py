"""Bytes as they are stored, with the little that decompression needs: look ahead, go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from suricata_eve.errors import EveTypeError

__all__ = ["CHUNK_BYTES", "RawBytes"]

CHUNK_BYTES = 1 << 20
"""How much is read, and at most decompressed, in one step."""


class RawBytes:
    """A binary file, read from where it is.

    Parameters
    ----------
    file : binary file object
        Needs ``read`` alone; may give fewer bytes than it is asked for.
    advance : callable
        Told how many bytes were read, each byte once.
    """

    def __init__(self, file: Any, *, advance: Callable[[int], object]) -> None:
        self._file = file
        self._advance = advance
        self._start = _place(file)
        self._have = b""
        self._at = 0
        self._end = 0  # of what is in memory, counted from the start
        self._furthest = 0

    @property
    def can_rewind(self) -> bool:
        """Whether the file can seek."""
        return self._start is not None

    @property
    def position(self) -> int:
        """How many bytes were taken."""
        return self._end - len(self._have) + self._at

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; none only at the end."""
        if self._at == len(self._have):
            self._have, self._at = self._more(max(size, CHUNK_BYTES)), 0
        data = self._have[self._at : self._at + size]
        self._at += len(data)
        return data

    def exactly(self, size: int) -> bytes:
        """Return `size` bytes; fewer only at the end."""
        data = self.read(size)
        while len(data) < size and (more := self.read(size - len(data))):
            data += more
        return data

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end, without taking them."""
        while len(self._have) - self._at < size and (more := self._more(CHUNK_BYTES)):
            self._have, self._at = self._have[self._at :] + more, 0
        return self._have[self._at : self._at + size]

    def unread(self, size: int) -> None:
        """Give back the last bytes of the last `read`."""
        self._at -= size

    def skip_zeros(self) -> None:
        """Take bytes up to the next that is not zero."""
        while self.peek(1) == b"\0":
            part = self._have[self._at : self._at + 4096]
            self._at += len(part) - len(part.lstrip(b"\0"))

    def rewind(self, position: int) -> None:
        """Go back to where so many bytes had been taken; only if `can_rewind`."""
        self._file.seek((self._start or 0) + position)
        self._have, self._at, self._end = b"", 0, position

    def _more(self, size: int) -> bytes:
        data = self._file.read(size)
        if isinstance(data, bytearray | memoryview):
            data = bytes(data)
        if not isinstance(data, bytes):
            msg = (
                "the file object gives text; open it in binary mode ('rb')"
                if isinstance(data, str)
                else f"the file object gives {type(data).__name__}, expected bytes; "
                "it must be opened in binary and blocking mode"
            )
            raise EveTypeError(msg)
        self._end += len(data)
        if self._end > self._furthest:
            self._advance(self._end - self._furthest)
            self._furthest = self._end
        return data


def _place(file: Any) -> int | None:
    """Return where a file is, None if it cannot go back there."""
    seekable = getattr(file, "seekable", None)
    if seekable is None or not seekable():
        return None
    place: int = file.tell()
    return place
