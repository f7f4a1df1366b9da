r"""Bytes to lines: where each line is, which ones a fast parser can take, and what type each is.

A line is what ends in ``\n`` in bytes. Nothing is copied: lines are offsets into the block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Lines", "colons", "event_types", "find_lines", "is_plain", "openers"]

_NEWLINE, _RETURN, _OPEN, _CLOSE, _BRACKET, _COLON = b"\n\r{}[:"
_STEP = 1 << 20  # small enough that a step's temporary arrays stay in the cache

_EVENT_TYPE = r'"event_type"[ \t\r]*:[ \t\r]*"(?P<type>[^"\\]*)"'


@dataclass(frozen=True)
class Lines:
    """The lines of one block of bytes.

    Attributes
    ----------
    data : numpy.ndarray of uint8
        The block.
    offsets : numpy.ndarray of int64
        Where each line starts, and the end; a line includes its line end.
    block : bytes, bytearray or memoryview
        The block itself.
    """

    data: np.ndarray
    offsets: np.ndarray
    block: bytes | bytearray | memoryview

    @classmethod
    def of_array(cls, array: pa.Array) -> Lines:
        """Make lines of an array that was made anew, such as by ``take``."""
        _, offsets, data = array.buffers()
        block = b"" if data is None else memoryview(data)
        ends = np.frombuffer(offsets, np.int64)[: len(array) + 1]
        return cls(np.frombuffer(block, np.uint8)[: ends[-1]], ends, block)

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.offsets) - 1

    def as_arrow(self) -> pa.Array:
        """Return the lines as a ``large_binary`` array over the same bytes."""
        buffers = [None, pa.py_buffer(self.offsets), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.large_binary(), len(self), buffers)

    def line(self, number: int) -> bytes:
        """Return one line with its line end."""
        return self.data[self.offsets[number] : self.offsets[number + 1]].tobytes()

    def occurrences(self, text: bytes) -> int:
        """Count a text in the whole block.

        Parameters
        ----------
        text : bytes
            The text.

        Returns
        -------
        int
            How often it is there.
        """
        whole: object = self.block.obj if isinstance(self.block, memoryview) else self.block
        # A view has no count of its own; what it is of has, if it starts in the same place.
        if isinstance(whole, bytes | bytearray) and _address(whole) == _address(self.block):
            return whole.count(text, 0, len(self.data))
        return self.data.tobytes().count(text)


def _address(block: bytes | bytearray | memoryview) -> int:
    return np.frombuffer(block, np.uint8).ctypes.data if len(block) else 0


def find_lines(block: bytes | bytearray | memoryview) -> Lines:
    r"""Find the lines of a block.

    Parameters
    ----------
    block : bytes, bytearray or memoryview
        Bytes that start where a line starts.

    Returns
    -------
    Lines
        All lines; the last may lack its line end.

    Examples
    --------
    >>> from suricata_eve.ingest.lines import find_lines
    >>> lines = find_lines('{"a": "\u2028"}\n\n{}'.encode())
    >>> len(lines), lines.line(2)
    (3, b'{}')
    """
    data = np.frombuffer(block, np.uint8)
    offsets = np.append(0, _places(data, _NEWLINE) + 1)
    if len(data) and offsets[-1] != len(data):
        offsets = np.append(offsets, len(data))
    return Lines(data, offsets.astype(np.int64, copy=False), block)


def is_plain(lines: Lines) -> np.ndarray:
    """Tell which lines look like one JSON object each, in valid UTF-8.

    Only those go to Arrow's parser. That each of them starts with a brace and ends with
    one is what keeps the parser's rows and the lines in step: no JSON value can span from
    one such line to the next, so as many rows as lines means one row a line.

    Parameters
    ----------
    lines : Lines
        Lines of a block.

    Returns
    -------
    numpy.ndarray of bool
        One for each line.
    """
    data, starts, stops = lines.data, lines.offsets[:-1], lines.offsets[1:]
    if not len(starts):
        return np.empty(0, bool)
    last = stops - 1
    for blank in (_NEWLINE, _RETURN):
        last = np.where((last > starts) & (data[last] == blank), last - 1, last)
    plain: np.ndarray = (data[starts] == _OPEN) & (data[last] == _CLOSE) & (last > starts)
    plain &= _is_utf8(lines)
    return plain


def openers(array: pa.Array) -> np.ndarray:
    """Count the opening brackets and braces of each line: as many levels it has at most.

    Parameters
    ----------
    array : pyarrow.LargeBinaryArray
        Lines.

    Returns
    -------
    numpy.ndarray of int64
        One for each line; those inside text count as well.
    """
    # "[" and "{" are the same but for one bit.
    return _counted(array, _BRACKET, bits=0xDF)


def colons(array: pa.Array) -> np.ndarray:
    """Count the colons of each line: as many keys it has at most.

    Parameters
    ----------
    array : pyarrow.LargeBinaryArray
        Lines.

    Returns
    -------
    numpy.ndarray of int64
        One for each line; those inside text count as well.
    """
    return _counted(array, _COLON)


def _counted(array: pa.Array, byte: int, *, bits: int = 0xFF) -> np.ndarray:
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    start, stop = int(ends[0]), int(ends[-1])
    text = np.frombuffer(data, np.uint8)[start:stop] if data is not None else np.empty(0, np.uint8)
    return np.diff(np.searchsorted(_places(text, byte, bits=bits) + start, ends))


def _places(text: np.ndarray, byte: int, *, bits: int = 0xFF) -> np.ndarray:
    """Return where a byte is, of which only some bits count."""
    # One piece of memory for all steps: workers of Dask give what is freed back at once
    # (`MALLOC_TRIM_THRESHOLD_`), and new memory has to be cleared by the system.
    room = np.empty(min(_STEP, len(text)), np.uint8)
    found = [np.empty(0, np.int64)]
    for at in range(0, len(text), _STEP):
        step = text[at : at + _STEP]
        held = room[: len(step)]
        if bits != 0xFF:
            step = np.bitwise_and(step, np.uint8(bits), out=held)
        same = np.equal(step, np.uint8(byte), out=held.view(bool))
        found.append(np.flatnonzero(same) + at)
    return np.concatenate(found)


def _is_utf8(lines: Lines) -> np.ndarray | bool:
    array = lines.as_arrow()
    try:
        array.cast(pa.large_string())
    except pa.ArrowInvalid:
        return np.fromiter(
            (_decodes(lines.line(number)) for number in range(len(lines))), bool, len(lines)
        )
    return True


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def event_types(array: pa.Array) -> pa.Array:
    """Guess the event type of each line from its text, without parsing it.

    The guess is wrong where a nested field or a text holds the same words; what the parser
    finds decides in the end.

    Parameters
    ----------
    array : pyarrow.LargeBinaryArray
        Lines.

    Returns
    -------
    pyarrow.DictionaryArray
        The first ``"event_type"`` of each line, null where there is none.
    """
    # flatten() keeps what does not match null; field() would give an empty name.
    return pc.extract_regex(array, _EVENT_TYPE).flatten()[0].dictionary_encode()
