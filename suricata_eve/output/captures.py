"""The bytes of capture files: Base64 of packets decoded, pcap and pcapng laid out.

Everything is done for many packets at once. Fields of fixed size are NumPy records, and
Arrow joins them with the packets, so that no packet is touched in Python.

The formats are those of draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "LONGEST",
    "PCAP_SECONDS",
    "Packets",
    "comment_options",
    "decode_base64",
    "pcap",
    "pcapng",
]

PCAP_SECONDS = 2**32
"""The first second since 1970 that a pcap file has no number for."""

LONGEST = 262_144
"""The most bytes of a packet that libpcap and Wireshark take: they read nothing behind a longer
one (MAXIMUM_SNAPLEN in libpcap's pcap-int.h, WTAP_MAX_PACKET_SIZE_STANDARD in Wireshark's wtap.h).
"""

_BLOCK = 1 << 25  # bytes of packets that are laid out at a time
_APPLICATION = b"suricata_eve"

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_IS_OTHER = np.ones(256, bool)
_IS_OTHER[np.frombuffer(_ALPHABET, np.uint8)] = False

_COMMENT, _USER_APPLICATION, _END = 1, 4, 0
_COMMENT_BYTES = 1024  # far more than a signature has; the format's limit is 65,535

_PCAP_RECORD = np.dtype(
    [("seconds", "<u4"), ("microseconds", "<u4"), ("captured", "<u4"), ("length", "<u4")]
)
_PCAPNG_HEAD = np.dtype(
    [
        ("type", "<u4"),
        ("total", "<u4"),
        ("interface", "<u4"),
        ("high", "<u4"),
        ("low", "<u4"),
        ("captured", "<u4"),
        ("length", "<u4"),
    ]
)


class Packets(NamedTuple):
    """Packets in the order of the file, with an element of each for each of them."""

    times: NDArray[np.int64]
    """Microseconds since 1970, not before."""
    linktypes: NDArray[np.int64]
    """Numbers of LINKTYPE, below 65,536."""
    data: pa.Array
    """The bytes, as large_binary, of each no more than ``LONGEST``."""
    options: pa.Array
    """What :func:`comment_options` returns."""


def decode_base64(texts: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Decode texts of Base64, padded, as Suricata writes it.

    Parameters
    ----------
    texts : pyarrow.Array
        Of large_string, without nulls.

    Returns
    -------
    data : pyarrow.Array
        The bytes as large_binary; none for what is not Base64.
    bad : ndarray of bool
        Which texts are not.
    """
    offsets, characters = _buffers(texts)
    lengths = np.diff(offsets)
    ends = offsets[1:]
    # A text has 0, 1 or 2 signs of padding at its end; one elsewhere is not Base64.
    last, second = (_character(characters, offsets, ends - back) for back in (1, 2))
    pads = np.where(last == ord("="), np.where(second == ord("="), 2, 1), 0)
    strange = np.flatnonzero(_IS_OTHER[characters])
    others = np.diff(np.searchsorted(strange, offsets))
    bad = (lengths % 4 != 0) | (others != pads)
    if bad.any():
        good = pc.replace_with_mask(texts, pa.array(bad), pa.scalar("", texts.type))
        data, _ = decode_base64(good)
        return data, bad
    # All texts in one: three bytes of four characters each, padding read as zeros and cut off.
    zeros = characters.copy()
    zeros[strange] = ord("A")
    decoded = np.frombuffer(binascii.a2b_base64(zeros.data), np.uint8)
    keep = np.ones(len(decoded), bool)
    stops = ends // 4 * 3
    keep[stops[pads > 0] - 1] = False
    keep[stops[pads > 1] - 2] = False
    sizes = np.concatenate([[0], np.cumsum(lengths // 4 * 3 - pads)])
    return _binary(sizes, decoded[keep]), bad


def _character(
    characters: NDArray[np.uint8], offsets: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return characters at places; NUL for those before the start of their text."""
    inside = places >= offsets[:-1]
    found = np.zeros(len(places), np.uint8)
    found[inside] = characters[places[inside]]
    return found


def _buffers(values: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return the offsets, from 0, and the bytes of large_string or large_binary."""
    _, offsets, data = values.buffers()
    if offsets is None or data is None or not len(values):
        return np.zeros(len(values) + 1, np.int64), np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]
    return places - places[0], np.frombuffer(data, np.uint8)[places[0] : places[-1]]


def _binary(offsets: NDArray[np.int64], data: NDArray[np.generic]) -> pa.Array:
    """Return values that lie one after the other in some bytes."""
    buffers = [None, pa.py_buffer(offsets.astype(np.int64)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)


def _records(records: NDArray[np.void]) -> pa.Array:
    size = records.dtype.itemsize
    return _binary(np.arange(len(records) + 1) * size, records)


def comment_options(
    comments: Sequence[str], codes: NDArray[np.int64], packets: NDArray[np.int64], count: int
) -> pa.Array:
    """Lay out comments on packets as options of pcapng.

    Parameters
    ----------
    comments : sequence of str
        Distinct comments; of a long one the start is taken.
    codes : ndarray of int64
        Which comments are made.
    packets : ndarray of int64
        On which packet each is made, ascending.
    count : int
        How many packets there are.

    Returns
    -------
    pyarrow.Array
        For each packet its options as large_binary, empty where it has no comment.
    """
    laid = pa.array([_option(_COMMENT, _cut(text)) for text in comments], pa.large_binary())
    last = pa.array([_END.to_bytes(4, "little")], pa.large_binary())
    commented, starts = np.unique(packets, return_index=True)
    # After the comments of each packet comes the end of its options.
    order = np.insert(codes, [*starts[1:], len(codes)][: len(commented)], len(comments))
    offsets = np.zeros(count + 1, np.int64)
    np.add.at(offsets, packets + 1, 1)
    offsets[commented + 1] += 1
    offsets = np.cumsum(offsets)
    values = pa.concat_arrays([laid, last]).take(pa.array(order))
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), values)
    return pc.binary_join(lists, pa.scalar(b"", pa.large_binary()))


def _cut(text: str) -> bytes:
    data = text.encode(errors="replace")
    if len(data) <= _COMMENT_BYTES:
        return data
    return data[: _COMMENT_BYTES - 3].decode(errors="ignore").encode() + "…".encode()


def _option(code: int, value: bytes) -> bytes:
    head = code.to_bytes(2, "little") + len(value).to_bytes(2, "little")
    return head + value + bytes(-len(value) % 4)


def pcap(packets: Packets) -> Iterator[memoryview | bytes]:
    """Lay packets out as a pcap file with microseconds.

    Parameters
    ----------
    packets : Packets
        All of one link type, before the year 2106; their options are not written.

    Yields
    ------
    bytes
        The file, piece by piece.
    """
    numbers = (0xA1B2C3D4, 2 | 4 << 16, 0, 0, LONGEST, int(packets.linktypes[0]))
    yield np.array(numbers, "<u4").tobytes()
    for part in _parts(packets):
        sizes = _sizes(part.data)
        records = np.zeros(len(sizes), _PCAP_RECORD)
        records["seconds"], records["microseconds"] = np.divmod(part.times, 1_000_000)
        records["captured"] = records["length"] = sizes
        yield _joined(_records(records), part.data)


def pcapng(packets: Packets) -> Iterator[memoryview | bytes]:
    """Lay packets out as a pcapng file: one section, an interface for each link type.

    Parameters
    ----------
    packets : Packets
        Of any link types.

    Yields
    ------
    bytes
        The file, piece by piece.
    """
    version = np.array([0x1A2B3C4D, 1, 0xFFFFFFFF, 0xFFFFFFFF], "<u4").tobytes()
    options = _option(_USER_APPLICATION, _APPLICATION) + _option(_END, b"")
    yield _framed(0x0A0D0D0A, version + options)
    types, interfaces = np.unique(packets.linktypes, return_inverse=True)
    for linktype in types.tolist():
        yield _framed(1, np.array([linktype, LONGEST], "<u4").tobytes())
    fills = pa.array([bytes(size) for size in range(4)], pa.large_binary())
    for part in _parts(packets._replace(linktypes=interfaces)):
        sizes = _sizes(part.data)
        heads = np.zeros(len(sizes), _PCAPNG_HEAD)
        heads["type"] = 6
        heads["interface"] = part.linktypes
        heads["high"], heads["low"] = part.times >> 32, part.times & 0xFFFFFFFF
        heads["captured"] = heads["length"] = sizes
        fill = -sizes % 4
        heads["total"] = _PCAPNG_HEAD.itemsize + sizes + fill + _sizes(part.options) + 4
        fillings = fills.take(pa.array(fill))
        totals = _records(np.ascontiguousarray(heads["total"]))
        yield _joined(_records(heads), part.data, fillings, part.options, totals)


def _framed(kind: int, body: bytes) -> bytes:
    total = (12 + len(body)).to_bytes(4, "little")
    return kind.to_bytes(4, "little") + total + body + total


def _sizes(values: pa.Array) -> NDArray[np.int64]:
    return np.diff(_buffers(values)[0])


def _parts(packets: Packets) -> Iterator[Packets]:
    """Cut packets into parts of about the same size in bytes."""
    ends = np.cumsum(_sizes(packets.data) + _sizes(packets.options) + 32)
    cuts = np.flatnonzero(np.diff(ends // _BLOCK)) + 1
    for start, stop in zip([0, *cuts], [*cuts, len(ends)], strict=True):
        yield Packets(*(column[start:stop] for column in packets))


def _joined(*columns: pa.Array) -> memoryview:
    """Return the values of several columns, row by row, one after the other."""
    rows = pc.binary_join_element_wise(*columns, pa.scalar(b"", pa.large_binary()))
    return _buffers(rows)[1].data
