"""Memory for blocks that is used again, once nobody looks at it any more.

New memory costs more than reading a cached file into it: the system clears every page.
"""

from __future__ import annotations

__all__ = ["Buffers"]

_KEPT_BYTES = 96 << 20


class Buffers:
    """A few buffers of one size.

    Parameters
    ----------
    size : int
        How large each is.
    most : int, optional
        How many are kept; by default those of 96 MiB, and at least 4: one block is parsed, one
        waits, one is ready, and one is made.

    Examples
    --------
    >>> from suricata_eve.ingest.buffers import Buffers
    >>> buffers = Buffers(size=8)
    >>> first = buffers.take()
    >>> view = memoryview(first)
    >>> buffers.take() is first
    False
    >>> view.release()
    >>> buffers.take() is first
    True
    """

    def __init__(self, *, size: int, most: int | None = None) -> None:
        self._size = size
        self._most = max(4, _KEPT_BYTES // max(1, size)) if most is None else most
        self._kept: list[bytearray] = []

    def take(self) -> bytearray:
        """Return a buffer that nobody has a view of; what it holds is of no meaning."""
        for buffer in self._kept:
            if _is_free(buffer):
                return buffer
        buffer = bytearray(self._size)
        if len(self._kept) < self._most:
            self._kept.append(buffer)
        return buffer


def _is_free(buffer: bytearray) -> bool:
    """Tell whether nothing looks at the memory of a buffer.

    Python itself knows: it refuses to change the length of a `bytearray` while there is a
    view of it, or of a part, or an array over it, in whatever library.
    """
    try:
        buffer.append(buffer.pop())
    except BufferError:
        return False
    return True
