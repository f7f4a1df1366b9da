"""Bytes of captures: Base64 as the standard library decodes it, and files as by hand."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from capture_reader import Packet, read_capture

from suricata_eve.output import captures
from suricata_eve.output.captures import (
    LONGEST,
    Packets,
    comment_options,
    decode_base64,
    pcap,
    pcapng,
)


def decoded(*texts: str) -> list[bytes | None]:
    data, bad = decode_base64(pa.array(texts, pa.large_string()))
    assert data.type == pa.large_binary()
    assert len(data) == len(bad) == len(texts)
    assert [value for value, wrong in zip(data.to_pylist(), bad, strict=True) if wrong] == [
        b""
    ] * int(bad.sum())
    return [None if wrong else value for value, wrong in zip(data.to_pylist(), bad, strict=True)]


def packets(*rows: tuple[int, int, bytes], options: pa.Array | None = None) -> Packets:
    nothing = np.zeros(0, np.int64)
    return Packets(
        np.array([time for time, _, _ in rows], np.int64),
        np.array([linktype for _, linktype, _ in rows], np.int64),
        pa.array([data for _, _, data in rows], pa.large_binary()),
        comment_options([], nothing, nothing, len(rows)) if options is None else options,
    )


def test_packets_of_every_length_are_decoded() -> None:
    values = [bytes(range(size)) for size in range(20)] + [bytes(range(256)), b"", b"\xff" * 3]

    assert decoded(*(base64.b64encode(value).decode() for value in values)) == values
    assert decoded() == []
    assert decoded("") == [b""]


@pytest.mark.parametrize(
    "text",
    [
        *("A", "AA", "AAA", "AAAAA", "=", "====", "A===", "AA=A", "=AAA", "A=AA", "AA==AAAA"),
        *("AAA=A===", "AAA\n", " AAA", "AA-_", "AAÄA", "é==", "A\0AA", "AA =", "AAA\u200b"),
    ],
)
def test_what_is_not_base64_is_told_and_spoils_no_neighbour(text: str) -> None:
    assert decoded("QQ==", text, "QUI=", "QUJD") == [b"A", None, b"AB", b"ABC"]
    assert decoded(text) == [None]
    assert decoded("QUJD", text) == [b"ABC", None]


def test_a_slice_is_decoded_as_itself() -> None:
    texts = pa.array(["!!!!", "QQ==", "QUI=", "?"], pa.large_string()).slice(1, 2)
    data, bad = decode_base64(texts)

    assert data.to_pylist() == [b"A", b"AB"]
    assert bad.tolist() == [False, False]


def test_a_pcap_file_is_as_written_by_hand() -> None:
    file = b"".join(pcap(packets((1_500_000, 1, b"abc"), ((2**32 - 1) * 1_000_000, 1, b""))))

    assert file == bytes.fromhex(
        "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000"
        "01000000 20a10700 03000000 03000000 616263"
        "ffffffff 00000000 00000000 00000000"
    )


def test_a_pcapng_file_is_as_written_by_hand() -> None:
    options = comment_options(["hi", "yes!"], np.array([0, 1]), np.array([1, 1]), 2)
    file = b"".join(pcapng(packets((1 << 33, 101, b"abc"), (5, 1, b"abcd"), options=options)))

    assert file == bytes.fromhex(
        "0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff"
        "0400 0c00 73757269636174615f657665 0000 0000 30000000"
        "01000000 14000000 0100 0000 00000400 14000000"
        "01000000 14000000 6500 0000 00000400 14000000"
        "06000000 24000000 01000000 02000000 00000000 03000000 03000000 61626300 24000000"
        "06000000 38000000 00000000 00000000 05000000 04000000 04000000 61626364"
        "0100 0200 68690000 0100 0400 79657321 0000 0000 38000000"
    )


def test_large_files_are_laid_out_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes, whatever the size of a part; a packet is in one part."""
    many = packets(*((time, time % 3, bytes(time % 50)) for time in range(200)))
    whole = b"".join(pcapng(many))
    monkeypatch.setattr(captures, "_BLOCK", 100)
    parts = list(pcapng(many))

    assert len(parts) > 50
    assert b"".join(parts) == whole
    assert read_capture(whole) == [Packet(time, time % 3, bytes(time % 50)) for time in range(200)]


@pytest.mark.parametrize("write", [pcap, pcapng])
def test_the_snap_length_is_that_of_the_longest_packet_that_can_be_read(write: Any) -> None:
    file = b"".join(write(packets((0, 1, bytes(LONGEST)))))

    assert read_capture(file) == [Packet(0, 1, bytes(LONGEST))]


def test_long_comments_are_cut_between_characters() -> None:
    options = comment_options(["ä" * 600, "\ud800"], np.array([0, 1]), np.array([0, 1]), 2)
    first, second = read_capture(
        b"".join(pcapng(packets((0, 1, b""), (0, 1, b""), options=options)))
    )

    assert first.comments == ("ä" * 510 + "…",)
    assert second.comments == ("?",)
