"""`to_pcap` writes every packet of some events once, at its time, as what it is."""

from __future__ import annotations

import base64
import gzip
import io
import json
import shutil
import subprocess
import warnings
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from capture_reader import Packet, read_capture

import suricata_eve
from suricata_eve import (
    EveOptionError,
    EveTypeError,
    EveValueError,
    EveWarning,
    MissingColumnError,
    to_pcap,
)

DATA = Path(__file__).parent / "data"
SHIPPED = Path(suricata_eve.__file__).parent / "sample" / "log4j.json.gz"
SAMPLES = [SHIPPED, DATA / "log4j-suricata8.json.gz"]
AS_FILES_SAY = {12: 101, 14: 101, 778: 101}


def written(frame: pd.DataFrame, **options: Any) -> list[Packet]:
    file = io.BytesIO()
    options = {"format": "pcapng"} | options
    assert to_pcap(frame, file, **options) is None  # type: ignore[func-returns-value]
    return read_capture(file.getvalue())


def event(data: bytes | str | None, time: str | None = "", linktype: Any = 1, **more: Any) -> Any:
    """Return an event with a packet, as a line has it."""
    fields: dict[str, Any] = {"event_type": "alert", **more}
    if time is not None:
        fields["timestamp"] = time or "2026-01-01T00:00:00.000001+0000"
    if data is not None:
        fields["packet"] = data if isinstance(data, str) else base64.b64encode(data).decode()
    if linktype is not None:
        fields["packet_info"] = {"linktype": linktype}
    return fields


def frame_of(*events: dict[str, Any], **options: Any) -> pd.DataFrame:
    lines = b"".join(json.dumps(fields).encode() + b"\n" for fields in events)
    return suricata_eve.read_eve(io.BytesIO(lines), **options)


def read_quietly(path: Path) -> pd.DataFrame:
    """Read a file in which some lines are broken."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EveWarning)
        return suricata_eve.read_eve(path)


def true_packets(path: Path) -> list[Packet]:
    """Return the distinct packets of a file by time, read with `json`."""
    found: dict[tuple[int, int, bytes], int] = {}
    for number, line in enumerate(gzip.decompress(path.read_bytes()).splitlines()):
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        # What Suricata made up to end a stream was never captured.
        made_up = isinstance(fields, dict) and fields.get("pkt_src", "").startswith("stream")
        if isinstance(fields, dict) and "packet" in fields and not made_up:
            moment = np.datetime64(pd.Timestamp(fields["timestamp"]).tz_convert(None), "us")
            linktype = fields["packet_info"]["linktype"]
            data = base64.b64decode(fields["packet"], validate=True)
            key = (int(moment.astype(int)), AS_FILES_SAY.get(linktype, linktype), data)
            found.setdefault(key, number)
    return [Packet(*key) for key in sorted(found, key=lambda key: (key[0], found[key]))]


def bare(packets: Iterable[Packet]) -> list[Packet]:
    return [packet._replace(comments=()) for packet in packets]


@pytest.mark.parametrize("path", SAMPLES, ids=["7", "8"])
def test_every_packet_of_a_sample_is_there_once_by_time(path: Path) -> None:
    assert bare(written(suricata_eve.read_eve(path))) == true_packets(path)


def test_every_packet_of_the_corpora_is_there_once_by_time(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        frame = read_quietly(path)
        if "packet" in frame:
            assert bare(written(frame)) == true_packets(path), path.name


def test_a_pcap_file_holds_the_same_packets_without_comments(sample7: pd.DataFrame) -> None:
    assert written(sample7, format="pcap") == bare(written(sample7))


def test_one_packet_of_several_alerts_is_written_once_and_says_so() -> None:
    alerts = [
        event(b"same", alert={"signature": "first", "signature_id": 5}),
        event(b"same", alert={"signature": "second", "signature_id": 2**40}),
        event(b"same", alert={"signature": "first", "signature_id": 5}),
        event(b"other", alert={"signature": "third"}),
        event(b"quiet"),
    ]
    frame = frame_of(*alerts)
    time = 1_767_225_600_000_001

    assert written(frame) == [
        Packet(time, 1, b"same", ("first (sid 5)", f"second (sid {2**40})")),
        Packet(time, 1, b"other", ("third",)),
        Packet(time, 1, b"quiet"),
    ]
    assert [packet.comments for packet in written(frame, duplicates="keep")] == [
        ("first (sid 5)",),
        (f"second (sid {2**40})",),
        ("first (sid 5)",),
        ("third",),
        (),
    ]


def test_packets_differ_by_time_link_type_or_bytes() -> None:
    later = "2026-01-01T00:00:00.000002+0000"
    frame = frame_of(event(b"a"), event(b"a", later), event(b"a", linktype=0), event(b"b"))

    assert len(written(frame)) == 4


def test_signatures_that_would_deceive_are_shown_escaped() -> None:
    frame = frame_of(event(b"", alert={"signature": "a\x1b[2J\u202eb\n</x>\0"}))

    (packet,) = written(frame)
    assert packet.comments == ("a\\x1b[2J\\u202eb\\n</x>\\x00",)


def test_packets_come_by_time_and_then_by_line() -> None:
    first, last = "2026-01-01T01:00:00.5+0100", "2026-01-01T00:00:01+0000"
    frame = frame_of(event(b"3", last), event(b"1", first), event(b"4", last), event(b"2", first))

    assert [packet.data for packet in written(frame)] == [b"1", b"2", b"3", b"4"]
    assert [packet.data for packet in written(frame.iloc[::-1])] == [b"1", b"2", b"3", b"4"]
    unlabelled = frame.iloc[::-1].reset_index(drop=True)
    assert [packet.data for packet in written(unlabelled)] == [b"2", b"1", b"4", b"3"]
    labelled = frame.set_axis(pd.Index(["x", "x", "y", "x"]))
    assert [packet.data for packet in written(labelled)] == [b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize(("logged", "filed"), [(12, 101), (14, 101), (101, 101), (778, 101)])
def test_raw_ip_has_one_number_in_files(logged: int, filed: int) -> None:
    frame = frame_of(event(b"E", linktype=logged))

    assert [packet.linktype for packet in written(frame)] == [filed]
    assert [packet.linktype for packet in written(frame, format="pcap")] == [filed]


@pytest.mark.parametrize("linktype", [0, 1, 9, 104, 113, 147, 228, 229, 276, 65535])
def test_other_link_types_stay_what_they_are(linktype: int) -> None:
    frame = frame_of(event(b"E", linktype=linktype))

    assert [packet.linktype for packet in written(frame)] == [linktype]
    assert [packet.linktype for packet in written(frame, format="pcap")] == [linktype]


def test_packets_that_all_start_with_ip_are_of_one_type_in_a_pcap_file() -> None:
    frame = frame_of(*(event(b"%d" % kind, linktype=kind) for kind in (12, 228, 229)))

    assert {packet.linktype for packet in written(frame)} == {101, 228, 229}
    assert {packet.linktype for packet in written(frame, format="pcap")} == {101}


def test_several_link_types_are_no_pcap_file(tmp_path: Path) -> None:
    """The message counts them and says how to go on; following it works."""
    kinds = (1, 12, 1, 113, 999)
    df = frame_of(*(event(bytes([place]), linktype=kind) for place, kind in enumerate(kinds)))
    file = tmp_path / "alerts.pcap"
    with pytest.raises(EveValueError) as caught:
        to_pcap(df, file)

    assert str(caught.value) == (
        "a pcap file holds one link type, and these packets have 4: 2 of Ethernet (1), 1 of raw "
        "IP (101), 1 of Linux cooked (113), 1 of link type (999). Write all of them for Wireshark "
        "with a name that ends in .pcapng, or format='pcapng'; or choose rows first, as in "
        "df[df['packet_info.linktype'] == 1]"
    )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EveValueError, match=r"== 113\]$"):
        to_pcap(df[df["packet_info.linktype"].isin([12, 113])], file)
    to_pcap(df, tmp_path / "alerts.pcapng")
    to_pcap(df[df["packet_info.linktype"] == 1], file)
    assert [packet.data for packet in read_capture(file.read_bytes())] == [b"\0", b"\2"]


def test_headers_that_suricata_made_up_are_no_packets() -> None:
    """They have the link type of the capture, and start with IP all the same."""
    frame = frame_of(
        event(b"E", pkt_src="stream (flow timeout)"),
        event(b"E", pkt_src="wire/pcap"),
        event(b"F", pkt_src="gre tunnel", linktype=12),
        event(b"G", pkt_src="stream (detect/log)", linktype=12),
        event(b"H"),
    )

    assert [packet.data for packet in written(frame)] == [b"E", b"F", b"H"]
    with pytest.raises(EveValueError, match=r"2 packets here, and none was captured.*by_flow"):
        written(frame.iloc[[0, 3]])


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("x", "d4c3"),
        ("x.pcap", "d4c3"),
        ("x.cap", "d4c3"),
        ("x.pcapng", "0a0d"),
        ("X.PcapNG", "0a0d"),
        ("x.pcap.gz", "1f8b"),
        ("x.pcapng.gz", "1f8b"),
    ],
)
def test_the_name_tells_format_and_compression(tmp_path: Path, name: str, start: str) -> None:
    frame = frame_of(event(b"a"))
    to_pcap(frame, tmp_path / name)
    content = (tmp_path / name).read_bytes()

    assert content[:2].hex() == start
    plain = gzip.decompress(content) if name.endswith(".gz") else content
    assert plain[:4].hex() == ("0a0d0d0a" if "ng" in name.lower() else "d4c3b2a1")
    to_pcap(frame, tmp_path / name, format="pcapng", compression=None)
    assert (tmp_path / name).read_bytes()[:4].hex() == "0a0d0d0a"


def test_what_cannot_be_written_is_counted_and_the_rest_is_written() -> None:
    frame = frame_of(
        event(b"good"),
        event("no base64"),
        event("A==="),
        event(b"x", linktype=None),
        event(b"x", linktype=70_000),
        event(b"x", linktype=-1),
        event(b"x", time=None),
        event(b"x", time="1969-12-31T23:59:59.999999+0000"),
    )
    frame.index = pd.Index([f"row{place}" for place in range(len(frame))])
    with pytest.warns(EveWarning) as caught:
        packets = written(frame)

    assert [packet.data for packet in packets] == [b"good"]
    told = (
        "7 of 8 packets left out: 2 not Base64 (the first in row 'row1'), 3 without a link type "
        "(the first in row 'row3'), 1 without a time (the first in row 'row6'), 1 at a time that "
        "the file has no number for (the first in row 'row7'); pass linktype=1 if those without "
        "one are of Ethernet"
    )
    assert [str(warning.message) for warning in caught] == [told]
    assert caught[0].filename == __file__


def test_a_packet_that_would_keep_programs_from_reading_on_is_left_out(tmp_path: Path) -> None:
    """Wireshark and libpcap stop at one of more than 262,144 bytes, and miss what follows."""
    longest = bytes(262_144)
    packets = [b"\0" * 60, longest, longest + b"\0", b"\1" * 60]
    frame = frame_of(*(event(data, f"2026-01-01T00:00:0{n}Z") for n, data in enumerate(packets)))

    for name in ("a.pcap", "a.pcapng"):
        with pytest.warns(EveWarning, match=r"1 of 4 packets left out: 1 longer than .*row 2\)"):
            to_pcap(frame, tmp_path / name)
        assert [row[0] for row in tshark(tmp_path / name, "frame.len")] == ["60", "262144", "60"]


def test_a_link_type_can_be_given_for_packets_without_one() -> None:
    frame = frame_of(event(b"a", linktype=None), event(b"b", linktype=9))
    assert [packet.linktype for packet in written(frame, linktype=1)] == [1, 9]
    assert [packet.linktype for packet in written(frame, linktype=12)] == [101, 9]

    frame = frame.drop(columns="packet_info.linktype")
    assert [packet.linktype for packet in written(frame, linktype=np.int64(1))] == [1, 1]
    with pytest.raises(EveValueError, match=r"2 without a link type.*linktype=1"):
        written(frame)


def test_times_are_exact_to_the_microsecond_as_far_as_a_format_goes() -> None:
    times = [0, 1, 2**31 * 10**6 - 1, 2**32 * 10**6 - 1]
    frame = frame_of(*(event(b"%d" % time) for time in times))
    instants = pa.array(times, pa.timestamp("us", "UTC"))
    frame["timestamp"] = pd.array(instants, dtype=pd.ArrowDtype(instants.type))
    assert [packet.time for packet in written(frame, format="pcap")] == times

    frame["timestamp"] += pd.Timedelta(1, "us")
    assert [packet.time for packet in written(frame)] == [time + 1 for time in times]
    with pytest.warns(EveWarning, match=r"1 at a time .* no number for"):
        assert len(written(frame, format="pcap")) == 3


def test_empty_packets_are_packets() -> None:
    assert [packet.data for packet in written(frame_of(event(b"", linktype=12)))] == [b""]


def test_nothing_to_write_is_an_error_that_says_what_to_set(sample7: pd.DataFrame) -> None:
    with pytest.raises(EveValueError, match=r"none of the \d+ events has a packet.*packet: yes"):
        written(sample7[sample7["event_type"] == "dns"])
    with pytest.raises(EveValueError, match=r"none of the 0 events has a packet"):
        written(sample7.head(0))
    with pytest.raises(MissingColumnError, match="'packet: yes'"):
        written(sample7.drop(columns="packet"))
    with pytest.raises(MissingColumnError, match="timestamp"):
        written(sample7.drop(columns="timestamp"))
    with pytest.raises(EveValueError, match=r"none of 1 packet can be written: 1 not Base64"):
        written(frame_of(event("?")))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"format": "pcap-ng"}, EveOptionError),
        ({"duplicates": True}, EveOptionError),
        ({"linktype": -1}, EveOptionError),
        ({"linktype": 2**16}, EveOptionError),
        ({"linktype": True}, EveOptionError),
        ({"linktype": "ethernet"}, EveOptionError),
        ({"compression": "zip"}, EveOptionError),
    ],
    ids=str,
)
def test_bad_options_are_named(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        written(frame_of(event(b"a")), **options)
    assert next(iter(options)) in str(caught.value)


def test_bad_targets_and_columns_are_refused(tmp_path: Path) -> None:
    frame = frame_of(event(b"a"))
    with pytest.raises(EveTypeError):
        to_pcap(frame, 5)  # type: ignore[arg-type]
    with pytest.raises(EveOptionError, match="archive"):
        to_pcap(frame, tmp_path / "x.zip")
    with pytest.raises(EveValueError, match="has 2"):
        to_pcap(pd.concat([frame, frame[["packet"]]], axis="columns"), io.BytesIO())
    with pytest.raises(EveTypeError):
        to_pcap(frame.assign(packet=pd.Series([["a"]])), io.BytesIO())


def test_frames_of_other_dtypes_give_the_same_file(sample7: pd.DataFrame) -> None:
    expected = written(sample7)
    nullable = suricata_eve.read_eve(SHIPPED, dtype_backend="numpy_nullable")
    lines = gzip.decompress(SHIPPED.read_bytes()).splitlines()
    raw = pd.json_normalize([json.loads(line) for line in lines])

    assert written(nullable) == expected
    assert written(raw) == expected
    assert written(raw.eve.normalize_types()) == expected
    assert written(pd.concat([sample7.iloc[5000:], sample7.iloc[:5000]])) == expected


def test_the_frame_stays_as_it_is() -> None:
    frame = frame_of(event(b"a", alert={"signature": "s"}))
    before = frame.copy()
    written(frame)

    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == before.attrs


# What other programs read, where they are at hand.


def tshark(file: Path, *fields: str) -> list[list[str]]:
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("no tshark on the PATH")
    command = [program, "-n", "-r", str(file), "-T", "fields", "-E", "separator=/t"]
    for name in fields:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, check=True)
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


WIRESHARK = {0: "15", 1: "1", 9: "4", 101: "7", 104: "28", 113: "25", 228: "129", 229: "130"}


@pytest.mark.parametrize("path", SAMPLES, ids=["7", "8"])
def test_wireshark_reads_every_packet_of_a_sample(path: Path, tmp_path: Path) -> None:
    check_with_wireshark(suricata_eve.read_eve(path), tmp_path)


def test_wireshark_reads_every_packet_of_the_corpora(
    corpus_files: list[Path], tmp_path: Path
) -> None:
    for path in corpus_files:
        frame = read_quietly(path)
        if "packet" in frame:
            check_with_wireshark(frame, tmp_path)


def check_with_wireshark(frame: pd.DataFrame, folder: Path) -> None:
    expected = written(frame)
    file = folder / "all.pcapng"
    to_pcap(frame, file)
    rows = tshark(file, "frame.time_epoch", "frame.encap_type", "frame.len", "frame.comment")

    assert len(rows) == len(expected)
    for (time, encapsulation, length, comments), packet in zip(rows, expected, strict=True):
        seconds, _, fraction = time.partition(".")
        assert int(seconds) * 1_000_000 + int(fraction[:6]) == packet.time
        assert encapsulation == WIRESHARK.get(packet.linktype, encapsulation)
        assert int(length) == len(packet.data)
        assert comments == ",".join(packet.comments)


@pytest.mark.parametrize("path", SAMPLES, ids=["7", "8"])
def test_wireshark_sees_the_ends_that_the_event_has(path: Path, tmp_path: Path) -> None:
    """The packets are those of their events: addresses, ports and times agree."""
    frame = suricata_eve.read_eve(path)
    events = frame[frame["packet"].notna() & (frame["pkt_src"] == "wire/pcap")]
    file = tmp_path / "keep.pcap"
    to_pcap(events, file, duplicates="keep")
    rows = tshark(file, *(f"{name}.{end}" for name in ("ip", "ipv6") for end in ("src", "dst")))
    rows = [[value for value in row if value] for row in rows]
    ports = tshark(
        file, *(f"{name}.{end}port" for name in ("tcp", "udp") for end in ("src", "dst"))
    )
    ports = [[value for value in row if value] for row in ports]
    ends = ["src_ip", "dest_ip", "src_port", "dest_port", "proto"]
    events = events.sort_index().sort_values("timestamp", kind="stable")[ends]

    compared = 0
    for addresses, numbers, told in zip(rows, ports, events.to_numpy(object), strict=True):
        # Ports of 0 are those of headers that Suricata could not read.
        if not pd.isna(told[4]) and told[4] in ("TCP", "UDP") and told[2]:
            assert [*map(ip_address, addresses)] == [*map(ip_address, told[:2])]
            assert [*map(int, numbers)] == [*told[2:4]]
            compared += 1
    assert compared > 800


@pytest.mark.parametrize("name", ["x.pcap", "x.pcapng", "x.pcap.gz"])
def test_libpcap_reads_files_of_one_link_type(
    sample7: pd.DataFrame, tmp_path: Path, name: str
) -> None:
    """Suricata reads with it too."""
    program = shutil.which("tcpdump")
    if program is None:
        pytest.skip("no tcpdump on the PATH")
    file = tmp_path / name
    to_pcap(sample7, file)
    command = [program, "-n", "-tt", "-r", "-"]
    given = gzip.decompress(file.read_bytes()) if name.endswith(".gz") else file.read_bytes()
    done = subprocess.run(command, input=given, capture_output=True, check=True)

    assert len(done.stdout.splitlines()) >= len(written(sample7)) > 700


SURICATA = """%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [flow, stats]
"""


def suricata(file: Path, folder: Path) -> pd.DataFrame:
    """Return what Suricata logs of a capture, with no rules: flows, and its counters."""
    program = shutil.which("suricata")
    if program is None:
        pytest.skip("no suricata on the PATH")
    folder.mkdir()
    (folder / "suricata.yaml").write_text(SURICATA, encoding="utf-8")
    options = {"-c": folder / "suricata.yaml", "-S": "/dev/null", "-l": folder, "-k": "none"}
    given = [str(part) for option in options.items() for part in option]
    command = [program, "-r", str(file), "--runmode", "single", *given]
    subprocess.run(command, capture_output=True, check=True)
    return suricata_eve.read_eve(folder / "eve.json")


@pytest.mark.parametrize("path", SAMPLES, ids=["7", "8"])
@pytest.mark.parametrize("name", ["x.pcap", "x.pcapng"])
def test_suricata_reads_every_packet_back_at_its_time(
    path: Path, name: str, tmp_path: Path
) -> None:
    frame = suricata_eve.read_eve(path)
    to_pcap(frame, tmp_path / name)
    logged = suricata(tmp_path / name, tmp_path / "logs")

    expected = written(frame)
    assert logged["stats.decoder.pkts"].max() == len(expected)
    assert logged["stats.decoder.bytes"].max() == sum(len(packet.data) for packet in expected)
    times = {pd.Timestamp(packet.time, unit="us", tz="UTC") for packet in expected}
    assert len(set(logged["flow.start"].dropna())) > 500
    assert set(logged["flow.start"].dropna()) <= times


def test_suricata_reads_each_of_its_link_types_back(
    corpus_files: list[Path], tmp_path: Path
) -> None:
    for path in corpus_files:
        frame = read_quietly(path)
        linktypes = frame["packet_info.linktype"]
        for linktype in set(linktypes.dropna()) - {276}:  # Suricata 8 reads it, 7 does not
            chosen = frame[linktypes.eq(linktype).to_numpy(bool, na_value=False)]
            case = f"{path.name}-{linktype}"
            to_pcap(chosen, tmp_path / f"{case}.pcap")
            logged = suricata(tmp_path / f"{case}.pcap", tmp_path / case)

            assert logged["stats.decoder.pkts"].max() == len(written(chosen))
