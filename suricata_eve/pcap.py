"""Write the packets in events as a capture file, for Wireshark, tcpdump and Suricata itself."""

from __future__ import annotations

import contextlib
import operator
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from suricata_eve.analysis.columns import (
    instant_column,
    integer_column,
    joined,
    require_columns,
    require_once,
    text_column,
)
from suricata_eve.analysis.order import time_order
from suricata_eve.analysis.rows import take_column
from suricata_eve.errors import EveOptionError, EveValueError
from suricata_eve.frame import series
from suricata_eve.ingest.report import many
from suricata_eve.options import check_choice
from suricata_eve.output.captures import (
    LONGEST,
    PCAP_SECONDS,
    Packets,
    comment_options,
    decode_base64,
    pcap,
    pcapng,
)
from suricata_eve.output.targets import Compression, Target, writing
from suricata_eve.printable import plain
from suricata_eve.warn import warn

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CaptureFormat", "Duplicates", "to_pcap"]

CaptureFormat: TypeAlias = Literal["infer", "pcap", "pcapng"]
Duplicates: TypeAlias = Literal["drop", "keep"]

_NO_LINKTYPE = 2**16  # files have 16 bits for it
_RAW = 101
# Suricata logs the number of its platform (DLT), files have one for all (LINKTYPE). Of those
# that Suricata decodes (src/util-datalink.h) only raw IP has two: 12, and 14 on OpenBSD. 778 is
# GRE over IP from a Linux device, whose packets start with their IP header.
_LINKTYPES = {12: _RAW, 14: _RAW, 778: _RAW}
# Each starts with an IP header, whose version tells 4 from 6.
_ALL_RAW = {_RAW, 228, 229}
# Suricata ends a stream with a packet of its own, of IP and TCP headers and nothing else, that
# it logs with the link type of the capture (src/flow-timeout.c, PktSrcToString in src/decode.c).
_MADE_UP = "stream"
_WITHOUT_LINKTYPE = "without a link type"
_NAMES = {
    0: "BSD loopback",
    1: "Ethernet",
    9: "PPP",
    _RAW: "raw IP",
    104: "Cisco HDLC",
    113: "Linux cooked",
    228: "IPv4",
    229: "IPv6",
    276: "Linux cooked v2",
}


class _Found(NamedTuple):
    """The packets of some rows: an element of each for each of them."""

    rows: NDArray[np.int64]
    times: NDArray[np.int64]
    linktypes: NDArray[np.int64]
    data: pa.Array


def to_pcap(
    frame: pd.DataFrame,
    path: Target,
    *,
    format: CaptureFormat = "infer",  # noqa: A002 -- as readers and writers of pandas call it
    duplicates: Duplicates = "drop",
    linktype: int | None = None,
    compression: Compression | None = "infer",
) -> None:
    """Write the packets of events as a pcap or pcapng file.

    Parameters
    ----------
    frame : pandas.DataFrame
        Events with the columns ``packet``, ``timestamp`` and ``packet_info.linktype``.
    path : str, path or binary file object
        Where to write.
    format : {"infer", "pcap", "pcapng"}, default "infer"
        By default pcapng if the path says so, else pcap.
    duplicates : {"drop", "keep"}, default "drop"
        Whether a packet that several events hold is written once or for each.
    linktype : int, optional
        The link type of packets whose event tells none.
    compression : {"infer", "gzip", "bz2", "xz", "zstd", "lz4"}, optional
        How to compress; by default by the name's ending, None for not at all.

    Raises
    ------
    MissingColumnError
        If there is no column ``packet`` or ``timestamp``.
    EveValueError
        If there is no packet to write, or those for a pcap file are of several link types.
    EveOptionError
        If an option is not one of its choices.
    EveTypeError
        If a column holds something else, or `path` cannot be written to.

    Warns
    -----
    EveWarning
        If packets were left out.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.to_pcap : The method, described in full, with examples.
    suricata_eve.to_json : Writes events as EVE.
    """
    check_choice("format", format, CaptureFormat)
    check_choice("duplicates", duplicates, Duplicates)
    given = _given(linktype)
    as_pcapng = _is_pcapng(path) if format == "infer" else format == "pcapng"
    require_columns(frame, ["packet", "timestamp"], method="to_pcap")
    require_once(
        frame,
        ["packet_info.linktype", "pkt_src", "alert.signature", "alert.signature_id"],
        method="to_pcap",
    )
    found = _found(frame, given, seconds=2**63 if as_pcapng else PCAP_SECONDS)
    numbers, first = _numbered(found, apart=duplicates == "keep")
    linktypes = found.linktypes[first]
    if not as_pcapng:
        linktypes = _one_linktype(linktypes)
    packets = Packets(
        times=found.times[first],
        linktypes=linktypes,
        data=found.data.take(pa.array(first)),
        options=_comments(frame, found.rows, numbers, len(first), wanted=as_pcapng),
    )
    with writing(path, compression=compression) as write:
        for piece in pcapng(packets) if as_pcapng else pcap(packets):
            write(piece)


def _given(linktype: object) -> int | None:
    if linktype is None:
        return None
    with contextlib.suppress(TypeError):
        number = operator.index(linktype)  # type: ignore[arg-type]
        if not isinstance(linktype, bool) and 0 <= number < _NO_LINKTYPE:
            return number
    msg = f"linktype={linktype!r} is not the number of a link type, such as 1 for Ethernet"
    raise EveOptionError(msg)


def _is_pcapng(path: Any) -> bool:
    """Tell whether a path ends in ``.pcapng``, before what is a compression's."""
    if not isinstance(path, str | os.PathLike):
        return False
    return ".pcapng" in [suffix.lower() for suffix in Path(path).suffixes[-2:]]


def _found(frame: pd.DataFrame, linktype: int | None, *, seconds: int) -> _Found:
    """Return the packets that can be written, by time, and warn of the others."""
    rows = _rows(frame)
    labels = frame.index.take(rows)
    instants = instant_column(take_column(frame["timestamp"], rows))
    ordered = pd.DataFrame({"timestamp": series(instants, labels)})
    order = time_order(ordered, np.arange(len(rows)))
    rows = rows[order]
    moments = instants.take(pa.array(order)).cast(pa.int64())
    times = np.asarray(moments.fill_null(0))
    types = _linktypes(frame, rows, linktype)
    texts = joined(text_column(take_column(frame["packet"], rows)).cast(pa.large_string()))
    data, not_base64 = decode_base64(texts)
    too_long = np.asarray(pc.binary_length(data)) > LONGEST
    no_time = np.asarray(moments.is_null())
    outside = ~no_time & ((times < 0) | (times // 1_000_000 >= seconds))
    left_out = {
        "not Base64": not_base64,
        _WITHOUT_LINKTYPE: types < 0,
        "without a time": no_time,
        "at a time that the file has no number for": outside,
        f"longer than the {LONGEST:,} bytes that programs read": too_long,
    }
    good = ~np.logical_or.reduce(list(left_out.values()))
    if not good.all():
        _tell(left_out, labels.take(order), good)
    return _Found(rows[good], times[good], types[good], data.filter(pa.array(good)))


def _rows(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return which events have a packet that was captured."""
    rows = np.flatnonzero(frame["packet"].notna().to_numpy(bool))
    if not len(rows):
        msg = (
            f"none of the {many(len(frame), 'event')} has a packet; Suricata writes them with "
            f"'packet: yes' of type 'alert' (suricata.yaml, outputs: eve-log: types)"
        )
        raise EveValueError(msg)
    if "pkt_src" not in frame.columns:
        return rows
    made_up = pc.starts_with(text_column(take_column(frame["pkt_src"], rows)), _MADE_UP)
    captured: NDArray[np.int64] = rows[~np.asarray(pc.fill_null(made_up, fill_value=False))]
    if not len(captured):
        msg = (
            f"{many(len(rows), 'packet')} here, and none was captured: Suricata made up headers to "
            f"end a stream (pkt_src is 'stream ...'); df.eve.by_flow() finds what else is logged "
            f"of their flows"
        )
        raise EveValueError(msg)
    return captured


def _linktypes(
    frame: pd.DataFrame, rows: NDArray[np.int64], linktype: int | None
) -> NDArray[np.int64]:
    """Return the link types of packets as files number them, -1 where none is known."""
    missing = _NO_LINKTYPE if linktype is None else linktype
    if "packet_info.linktype" in frame.columns:
        told = integer_column(take_column(frame["packet_info.linktype"], rows))
        types = np.minimum(np.asarray(told.fill_null(missing)), _NO_LINKTYPE).astype(np.int64)
    else:
        types = np.full(len(rows), missing, np.int64)
    for platform, number in _LINKTYPES.items():
        types[types == platform] = number
    return np.where((types >= 0) & (types < _NO_LINKTYPE), types, -1)


def _tell(
    left_out: dict[str, NDArray[np.bool_]], labels: pd.Index[Any], good: NDArray[np.bool_]
) -> None:
    """Warn of packets that are not written; raise if none is left."""
    reasons = []
    for reason, which in left_out.items():
        if which.any():
            place = int(which.argmax())
            label = labels[place : place + 1].tolist()[0]
            reasons.append(f"{int(which.sum()):,} {reason} (the first in row {label!r})")
    told = ", ".join(reasons)
    if left_out[_WITHOUT_LINKTYPE].any():
        told += "; pass linktype=1 if those without one are of Ethernet"
    if not good.any():
        msg = f"none of {many(len(good), 'packet')} can be written: {told}"
        raise EveValueError(msg)
    warn(f"{int((~good).sum()):,} of {many(len(good), 'packet')} left out: {told}")


def _numbered(found: _Found, *, apart: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give equal packets one number; return the number of each, and the first of each number."""
    if apart:
        every = np.arange(len(found.rows))
        return every, every
    codes = np.asarray(found.data.dictionary_encode().indices).astype(np.int64)
    order = np.lexsort([codes, found.linktypes, found.times])
    is_new = np.ones(len(order), bool)
    is_new[1:] = False
    for key in (codes, found.linktypes, found.times):
        is_new[1:] |= np.diff(key[order]) != 0
    first = np.sort(order[is_new])
    # The sort is stable, so the first of equal packets is the first in the file's order.
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.searchsorted(first, order[is_new])[np.cumsum(is_new) - 1]
    return numbers, first


def _one_linktype(linktypes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the one link type of a pcap file, for every packet."""
    types, counts = np.unique(linktypes, return_counts=True)
    if len(types) == 1:
        return linktypes
    if set(types.tolist()) <= _ALL_RAW:
        return np.full(len(linktypes), _RAW, np.int64)
    listed = ", ".join(
        f"{count:,} of {_NAMES.get(number, 'link type')} ({number})"
        for number, count in zip(types.tolist(), counts.tolist(), strict=True)
    )
    # Rows of raw IP have another number, and are never all.
    common = int(types[np.argmax(np.where(types == _RAW, 0, counts))])
    msg = (
        f"a pcap file holds one link type, and these packets have {len(types)}: {listed}. Write "
        f"all of them for Wireshark with a name that ends in .pcapng, or format='pcapng'; or "
        f"choose rows first, as in df[df['packet_info.linktype'] == {common}]"
    )
    raise EveValueError(msg)


def _comments(
    frame: pd.DataFrame,
    rows: NDArray[np.int64],
    numbers: NDArray[np.int64],
    count: int,
    *,
    wanted: bool,
) -> pa.Array:
    """Return options that tell which alerts each packet raised."""
    nothing = np.zeros(0, np.int64)
    if not wanted or "alert.signature" not in frame.columns:
        return comment_options([], nothing, nothing, count)
    texts = text_column(take_column(frame["alert.signature"], rows))
    if "alert.signature_id" in frame.columns:
        sids = integer_column(take_column(frame["alert.signature_id"], rows)).cast(pa.string())
        named = pc.binary_join_element_wise(texts, pc.fill_null(sids, ""), "\0")
    else:
        named = pc.binary_join_element_wise(texts, "", "\0")
    encoded = joined(named).dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1)).astype(np.int64)
    said = np.flatnonzero(codes >= 0)
    # Each once on a packet, and there in the order of the events.
    pairs = numbers[said] * (len(encoded.dictionary) + 1) + codes[said]
    said = np.sort(said[np.unique(pairs, return_index=True)[1]])
    said = said[np.argsort(numbers[said], kind="stable")]
    comments = [_comment(text) for text in encoded.dictionary.to_pylist()]
    return comment_options(comments, codes[said], numbers[said], count)


def _comment(named: str) -> str:
    signature, _, sid = named.rpartition("\0")
    return plain(f"{signature} (sid {sid})" if sid else signature)
