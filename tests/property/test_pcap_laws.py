"""Laws of `to_pcap`: what is read back from a file is what the events hold."""

from __future__ import annotations

import base64
import io

import pandas as pd
import pyarrow as pa
import pytest
from capture_reader import Packet, read_capture
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.frame import arrow_frame
from suricata_eve.pcap import to_pcap

pytestmark = pytest.mark.property

events = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2**31 * 10**6, 2**32 * 10**6 - 1]) | st.integers(0, 10**15),
        st.sampled_from([1, 12, 101, 113, 276]),
        st.sampled_from([b"", b"a", b"ab"]) | st.binary(max_size=80),
        st.none() | st.sampled_from(["s", "t", "\u202e"]) | st.text(max_size=30),
    ),
    min_size=1,
    max_size=30,
)


def frame_of(rows: list[tuple[int, int, bytes, str | None]]) -> pd.DataFrame:
    times, linktypes, data, signatures = zip(*rows, strict=True)
    return arrow_frame(
        {
            "timestamp": pa.array(times, pa.timestamp("us", "UTC")),
            "packet": pa.array([base64.b64encode(one).decode() for one in data], pa.string()),
            "packet_info.linktype": pa.array(linktypes, pa.int64()),
            "alert.signature": pa.array(
                [s if s is None else s.encode(errors="replace").decode() for s in signatures],
                pa.string(),
            ),
        }
    )


@given(events)
def test_what_is_read_back_is_what_was_there(
    rows: list[tuple[int, int, bytes, str | None]],
) -> None:
    file, kept = io.BytesIO(), io.BytesIO()
    to_pcap(frame_of(rows), file, format="pcapng")
    to_pcap(frame_of(rows), kept, format="pcapng", duplicates="keep")
    packets = [Packet(time, {12: 101}.get(kind, kind), data) for time, kind, data, _ in rows]
    expected = sorted(packets, key=lambda packet: packet.time)

    bare = [packet._replace(comments=()) for packet in read_capture(kept.getvalue())]
    assert bare == expected
    once = read_capture(file.getvalue())
    assert [packet._replace(comments=()) for packet in once] == list(dict.fromkeys(expected))
    assert sum(bool(packet.comments) for packet in once) == len(
        {packet for packet, row in zip(packets, rows, strict=True) if row[3] is not None}
    )


@given(events)
def test_both_formats_hold_the_same(rows: list[tuple[int, int, bytes, str | None]]) -> None:
    frame = frame_of([(time, 1, data, None) for time, _, data, _ in rows])
    one, other = io.BytesIO(), io.BytesIO()
    to_pcap(frame, one, format="pcap")
    to_pcap(frame, other, format="pcapng")

    assert read_capture(one.getvalue()) == read_capture(other.getvalue())


@given(st.lists(st.text("AQ=/+9-_ \n", max_size=9) | st.text(max_size=5), min_size=1))
def test_base64_is_what_the_standard_library_takes_for_it(texts: list[str]) -> None:
    """Texts of whole groups of four, in the alphabet, padded at the end and nowhere else."""
    from suricata_eve.output.captures import decode_base64

    def expected(text: str) -> bytes | None:
        try:
            data = base64.b64decode(text.encode("ascii"), validate=True)
        except ValueError:
            return None
        return (
            data
            if len(text) % 4 == 0 and len(data) == len(text) // 4 * 3 - text.count("=")
            else None
        )

    values = [text for text in texts if text.isprintable() or "\n" in text]
    data, bad = decode_base64(pa.array(values, pa.large_string()))
    found = [None if wrong else one for one, wrong in zip(data.to_pylist(), bad, strict=True)]

    assert found == [expected(text) for text in values]
