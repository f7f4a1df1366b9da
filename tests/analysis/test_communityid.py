"""The Community ID is what Suricata writes and what the specification says, and never a guess."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import community_id
from suricata_eve.errors import EveOptionError, EveTypeError, MissingColumnError

TYPES = {
    "event_type": pa.string(),
    "host": pa.string(),
    "flow_id": pa.int64(),
    "src_ip": pa.string(),
    "src_port": pa.uint16(),
    "dest_ip": pa.string(),
    "dest_port": pa.uint16(),
    "proto": pa.string(),
    "icmp_type": pa.int64(),
    "icmp_code": pa.int64(),
    "spi": pa.int64(),
    "flow.src_ip": pa.string(),
    "flow.src_port": pa.uint16(),
    "flow.dest_ip": pa.string(),
    "flow.dest_port": pa.uint16(),
    "flow.start": pa.timestamp("us", "UTC"),
    "community_id": pa.string(),
}
CLIENT, SERVER, PROXY = "192.0.2.1", "198.51.100.1", "203.0.113.7"

# fmt: off
# github.com/corelight/community-id-spec, baseline/baseline_deflt.json and baseline_seed1.json:
# protocol, addresses, ports (of ICMP: the type, and its counterpart or code), IDs for two seeds.
BASELINE: list[tuple[int, str, int | None, str, int | None, str, str]] = [
    (58, "fe80::200:86ff:fe05:80da", 135, "fe80::260:97ff:fe07:69ea", 136,
     "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="),
    (58, "fe80::260:97ff:fe07:69ea", 136, "fe80::200:86ff:fe05:80da", 135,
     "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="),
    (58, "fe80::260:97ff:fe07:69ea", 135, "fe80::200:86ff:fe05:80da", 136,
     "1:zavyT/cezQr1fmImYCwYnMXbgck=", "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM="),
    (58, "fe80::200:86ff:fe05:80da", 136, "fe80::260:97ff:fe07:69ea", 135,
     "1:zavyT/cezQr1fmImYCwYnMXbgck=", "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM="),
    (58, "3ffe:501:1800:2345::2", 3, "3ffe:507:0:1:200:86ff:fe05:80da", 0,
     "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=", "1:lVEtCZpYu84Xqaa++3lXFyuu2n4="),
    (58, "3ffe:501:410:0:2c0:dfff:fe47:33e", 1, "3ffe:507:0:1:200:86ff:fe05:80da", 4,
     "1:hLZd0XGWojozrvxqE0dWB1iM6R0=", "1:W8MHwXpWzpoSTD+cGcaJr4u0ys8="),
    (58, "3ffe:507:0:1:200:86ff:fe05:80da", 128, "3ffe:501:0:1001::2", 129,
     "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=", "1:GfZxjAkDk2MkegpBYHV6tadtFXQ="),
    (58, "3ffe:501:0:1001::2", 129, "3ffe:507:0:1:200:86ff:fe05:80da", 128,
     "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=", "1:GfZxjAkDk2MkegpBYHV6tadtFXQ="),
    (58, "fe80::200:86ff:fe05:80da", 133, "ff02::2", 134,
     "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=", "1:L7Ka0ZMYu+J3bL4ulW2PrqyXNo8="),
    (58, "fe80::260:97ff:fe07:69ea", 134, "ff02::1", 133,
     "1:pkvHqCL88/tg1k4cPigmZXUtL00=", "1:K/ee5UCqAMAQXDorP5nSa2CGLjc="),
    (1, "192.168.0.89", 8, "192.168.0.1", 0,
     "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="),
    (1, "192.168.0.1", 0, "192.168.0.89", 8,
     "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="),
    (1, "10.0.0.1", 11, "10.0.0.2", 0,
     "1:YHxtAirCG//0OzkcVAukqKQN9xM=", "1:XjUibYHaafLQ3pxQeiMI8g25q20="),
    (6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", "1:eJYTW6AOzFLlSUoESovMjnu7rMw="),
    (6, "2607:f8b0:400c:c03::1a", 25, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", "1:eJYTW6AOzFLlSUoESovMjnu7rMw="),
    (132, "192.168.170.8", 7, "192.168.170.56", 7,
     "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg="),
    (132, "192.168.170.56", 7, "192.168.170.8", 7,
     "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg="),
    (6, "128.232.110.120", 34855, "66.35.250.204", 80,
     "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="),
    (6, "66.35.250.204", 80, "128.232.110.120", 34855,
     "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="),
    (17, "192.168.1.52", 54585, "8.8.8.8", 53,
     "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="),
    (17, "8.8.8.8", 53, "192.168.1.52", 54585,
     "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="),
    (46, "10.1.12.1", None, "10.1.12.2", None,
     "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=", "1:rYir8gphR31noO9iDRQmF/BteEI="),
    (46, "10.1.12.2", None, "10.1.12.1", None,
     "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=", "1:rYir8gphR31noO9iDRQmF/BteEI="),
]
# fmt: on
DNS, DNS_ID = BASELINE[19], BASELINE[19][5]


def event(
    proto: str | None,
    source: str | None = CLIENT,
    source_port: int | None = None,
    target: str | None = SERVER,
    target_port: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    known = {"proto": proto, "src_ip": source, "dest_ip": target, "flow_id": 1}
    known |= {"src_port": source_port, "dest_port": target_port, "event_type": "alert"}
    return known | {name.replace("__", "."): value for name, value in more.items()}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=pd.ArrowDtype(kind))
        for name, kind in TYPES.items()
    }
    return pd.DataFrame(columns).set_axis(np.arange(len(rows)) * 3 + 7)


def ids(*rows: dict[str, Any], **options: Any) -> list[str | None]:
    return [None if pd.isna(one) else one for one in community_id(frame(*rows), **options)]


def of_baseline(row: tuple[Any, ...]) -> dict[str, Any]:
    proto, source, source_port, target, target_port = row[:5]
    if proto in (1, 58):
        more = {"icmp_type": source_port, "icmp_code": target_port}
        return event(str(proto), source, None, target, None, flow_id=None, **more)
    return event(str(proto), source, source_port, target, target_port, flow_id=None)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_ids_are_those_of_the_specification(seed: int) -> None:
    told = ids(*map(of_baseline, BASELINE), seed=seed, dialect="spec")

    assert told == [row[5 + seed] for row in BASELINE]


@pytest.mark.parametrize("dialect", ["suricata", "suricata-7"])
def test_what_has_ports_or_is_a_request_is_the_same_in_each_dialect(dialect: str) -> None:
    rows = [row for row in BASELINE if row[0] != 46 and (row[0], row[2]) != (58, 1)]
    rows = [row for row in rows if (row[0], row[2]) != (1, 11)]

    assert ids(*map(of_baseline, rows), dialect=dialect) == [row[5] for row in rows]
    assert len(rows) == 19


@pytest.mark.parametrize("dialect", ["suricata", "suricata-7"])
@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_ids_are_those_that_suricata_wrote(
    request: pytest.FixtureRequest, sample: str, dialect: Any
) -> None:
    """And where it wrote none, there is none: stats, what has no flow."""
    events = request.getfixturevalue(sample)
    before = events.copy(deep=True)

    told = community_id(events, dialect=dialect)

    pd.testing.assert_series_equal(told, events["community_id"])
    pd.testing.assert_frame_equal(events, before)
    assert int(told.notna().sum()) == {"sample7": 9676, "sample8": 9679}[sample]


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
def test_the_ids_are_those_that_suricata_wrote_about_all_kinds_of_traffic(
    corpus_files: list[Path],
) -> None:
    counts = {}
    for path in corpus_files:
        events = suricata_eve.read_eve(path)
        told = community_id(events)
        pd.testing.assert_series_equal(told, events["community_id"])
        # By itself as well, when the log does not have the IDs that tell its dialect.
        dialect: Any = "suricata-7" if "-7." in path.name else "suricata"
        bare = events.drop(columns="community_id")
        pd.testing.assert_series_equal(community_id(bare, dialect=dialect), told)
        counts[path.name] = int(told.notna().sum())

    assert counts == {"suricata-7.0.10.json.gz": 9816, "suricata-8.0.7.json.gz": 9984}


@pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning")
def test_dialects_differ_only_where_they_are_said_to(corpus_files: list[Path]) -> None:
    """Two ports of one address; ICMP types without a counterpart, and what has no ports."""
    for path in corpus_files:
        events = suricata_eve.read_eve(path)
        suricata = community_id(events, dialect="suricata")
        same_address = (events["src_ip"] == events["dest_ip"]).fillna(value=False)
        with_ports = events["proto"].isin(["TCP", "UDP", "SCTP"])

        differ = suricata.fillna("") != community_id(events, dialect="suricata-7").fillna("")
        assert same_address[differ].all()
        assert differ.any()
        differ = suricata.fillna("") != community_id(events, dialect="spec").fillna("")
        assert not with_ports[differ].any()
        assert differ.any()


def test_the_result_has_the_index_and_dtype_of_the_contract() -> None:
    made = frame(of_baseline(DNS), {"event_type": "stats"}, of_baseline(DNS))
    made.index = pd.Index([4, 4, 9])

    told = community_id(made)

    expected = pd.arrays.ArrowExtensionArray(pa.array([DNS_ID, None, DNS_ID], pa.string()))
    pd.testing.assert_series_equal(told, pd.Series(expected, made.index, name="community_id"))


@pytest.mark.parametrize("rows", [0, 2])
def test_without_any_id_the_dtype_stays(rows: int) -> None:
    told = community_id(frame(*[{"event_type": "stats"}] * rows))

    expected = pd.arrays.ArrowExtensionArray(pa.nulls(rows, pa.string()))
    index = np.arange(rows) * 3 + 7
    pd.testing.assert_series_equal(told, pd.Series(expected, index, name="community_id"))


@pytest.mark.parametrize("name", ["UDP", "udp", "Udp", "17", "017"])
def test_a_protocol_is_known_by_any_name(name: str) -> None:
    assert ids({**of_baseline(DNS), "proto": name}) == [DNS_ID]


@pytest.mark.parametrize(
    ("names", "number"),
    [(["ICMPv6", "icmp6", "IPv6-ICMP"], "58"), (["ESP", "esp"], "50"), (["RSVP"], "46")],
)
def test_other_protocols_are_known_by_name_as_well(names: list[str], number: str) -> None:
    rows = [
        event(name, "2001:db8::1", None, "2001:db8::2", icmp_type=135, icmp_code=0)
        for name in (number, *names)
    ]

    told = ids(*rows, dialect="spec")

    assert told[0] is not None
    assert set(told) == {told[0]}


@pytest.mark.parametrize("name", ["", "ip", "UDP ", "256", "-1", "1e1", "١٧", "\x00", "17\n", None])
def test_what_is_no_protocol_has_no_id(name: str | None) -> None:
    assert ids({**of_baseline(DNS), "proto": name}) == [None]


@pytest.mark.parametrize(
    "spelling",
    [
        "2607:f8b0:400c:0c03:0000:0000:0000:001a",
        "2607:F8B0:400C:C03:0:0:0:1A",
        "2607:f8b0:400c:c03::0.0.0.26",
    ],
)
def test_an_address_is_the_same_in_each_spelling(spelling: str) -> None:
    row = BASELINE[14]

    assert ids({**of_baseline(row), "src_ip": spelling}) == [row[5]]


HOSTILE = [
    "",
    " 8.8.8.8",
    "8.8.8",
    "8.8.8.8.8",
    "08.8.8.8",
    "8.8.8.256",
    "0x8.8.8.8",
    "134744072",
    "٨.8.8.8",
    "8.8.8.8\x00",
    "::1%eth0",
    "fe80::1%1",
    "1::2::3",
    "12345::",
    ":",
    "[::1]",
    "example.org",
    "\ud7ff\U0010ffff",
    "8" * 100_000,
    "::ffff:8.8.8.8",
    None,
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("side", ["src_ip", "dest_ip"])
def test_what_is_no_address_or_of_another_kind_has_no_id(text: str | None, side: str) -> None:
    row = {**of_baseline(DNS), side: text}

    assert ids(row, dialect="suricata") == [None]
    assert ids(row, dialect="spec") == [None]


def test_ipv4_in_ipv6_is_not_ipv4() -> None:
    v4 = event("TCP", "192.0.2.1", 50000, "198.51.100.1", 80)
    v6 = event("TCP", "::ffff:192.0.2.1", 50000, "::ffff:198.51.100.1", 80)

    assert len({*ids(v4, v6)} - {None}) == 2


def test_what_could_not_be_decoded_has_no_id() -> None:
    """Suricata writes ports of 0 for TCP and UDP, and no type for ICMP."""
    broken = [
        event("TCP", CLIENT, 0, SERVER, 0, flow_id=None),
        event("UDP", CLIENT, 0, SERVER, 0, flow_id=None),
        event("TCP", CLIENT, 80),
        event("TCP"),
        event("ICMP"),
        event("ICMP", icmp_type=256, icmp_code=0),
        event("ICMP", icmp_type=-1, icmp_code=0),
        event("ICMP", "2001:db8::1", None, "2001:db8::2", icmp_type=8, icmp_code=0),
        event("IPv6-ICMP", icmp_type=128, icmp_code=0),
        event("IPv6-Frag", "2001:db8::1", None, "2001:db8::2"),
        event("HOPOPT", "2001:db8::1", None, "2001:db8::2"),
    ]
    for dialect in ("suricata", "spec"):
        told = ids(*({**row, "flow_id": None} for row in broken), dialect=dialect)
        assert told == [None] * len(broken)


def test_a_port_of_0_in_a_flow_is_a_port() -> None:
    tcp = event("TCP", CLIENT, 0, SERVER, 0)

    assert ids(tcp) == ids(tcp, dialect="spec") != [None]


def test_ports_that_are_none_have_no_id() -> None:
    made = frame(of_baseline(DNS), of_baseline(DNS), of_baseline(DNS))

    for bad in ([70000, -1, 53], [2**64 - 1, 2**63, 53]):
        kind = pa.uint64() if max(bad) > 2**63 else pa.int64()
        ports = pd.arrays.ArrowExtensionArray(pa.array(bad, kind))
        told = community_id(made.assign(dest_port=ports))
        assert told.isna().tolist() == [True, True, False]


def test_suricata_and_the_specification_differ_about_icmp_without_a_counterpart() -> None:
    """Code 9 of type 77: in the specification for the second port, in Suricata for nothing."""
    low = event("ICMP", icmp_type=77, icmp_code=9)
    high = event("ICMP", SERVER, None, CLIENT, icmp_type=77, icmp_code=9)

    for there in (low, high):
        other = {**there, "icmp_code": 1}
        assert len({*ids(there, other)} - {None}) == 1
        assert len({*ids(there, other, dialect="spec")} - {None}) == 2
        assert ids({**there, "icmp_code": None}, dialect="spec") == [None]
    # What goes the other way is another flow in both.
    assert len({*ids(low, high)}) == len({*ids(low, high, dialect="spec")}) == 2


@pytest.mark.parametrize("pair", [(146, 147), (148, 149), (151, 152), (157, 158)])
def test_suricata_pairs_more_types_of_icmpv6(pair: tuple[int, int]) -> None:
    there = event("IPv6-ICMP", "2001:db8::1", None, "2001:db8::2", icmp_type=pair[0], icmp_code=0)
    back = {**there, "src_ip": "2001:db8::2", "dest_ip": "2001:db8::1", "icmp_type": pair[1]}

    assert len({*ids(there, back)}) == 1
    assert len({*ids(there, back, dialect="spec")}) == 2


@pytest.mark.parametrize("kind", [3, 4, 5, 11, 12])
def test_an_icmp_error_has_the_id_of_the_flow_that_it_is_about(kind: int) -> None:
    """Suricata opens no flow for it; a router may have sent it."""
    error = event("ICMP", PROXY, None, CLIENT, icmp_type=kind, icmp_code=1)
    flow = event("UDP", CLIENT, 50000, SERVER, 53, event_type="flow")
    dns = {**flow, "event_type": "dns"}
    (expected,) = ids(flow)

    assert ids(error, flow) == [expected, expected]
    assert ids(error, dns) == [expected, expected]
    assert ids(error) == [None]
    assert ids({**error, "flow_id": None}, flow) == [None, expected]
    assert ids({**error, "flow_id": 2}, flow) == [None, expected]
    assert ids({**error, "host": "a"}, {**flow, "host": "b"}) == [None, expected]
    assert ids(error, flow, dialect="spec")[0] not in {expected, None}


def test_events_of_a_flow_that_contradict_each_other_do_not_tell() -> None:
    error = event("ICMP", PROXY, None, CLIENT, icmp_type=3, icmp_code=1)
    one, other = (event("UDP", CLIENT, port, SERVER, 53, event_type="flow") for port in (1, 2))

    assert ids(error, one, other)[0] is None


def test_the_flow_event_tells_before_others() -> None:
    error = event("ICMP", PROXY, None, CLIENT, icmp_type=3, icmp_code=1)
    flow = event("UDP", CLIENT, 50000, SERVER, 53, event_type="flow")
    other = event("UDP", CLIENT, 50001, SERVER, 53, event_type="dns")

    assert ids(error, other, flow)[0] == ids(flow)[0]


def test_of_esp_the_flow_event_tells_the_spi() -> None:
    flow = event("ESP", event_type="flow", spi=0x0001_0141)
    alert = event("ESP")

    told = ids(flow, alert)

    assert told[0] is not None
    assert told[0] == told[1]
    assert ids({**flow, "spi": 0x0141}) == [told[0]]
    assert ids({**flow, "spi": 0x0001_0142}) != [told[0]]
    assert ids(alert) == [None]
    assert ids(alert, dialect="spec") != [None]


def test_a_protocol_without_ports_needs_a_flow_in_suricata() -> None:
    gre = event("GRE")

    assert ids({**gre, "flow_id": None}) == [None]
    assert ids({**gre, "flow_id": None}, dialect="spec") == ids(gre, dialect="spec") != [None]
    assert ids(gre) not in ([None], ids(gre, dialect="spec"))


def test_an_address_of_x_forwarded_for_is_not_the_one_of_the_flow() -> None:
    """With ``xff: mode: overwrite``, an alert shows it in place of the proxy's."""
    flow = event("TCP", PROXY, 50000, SERVER, 80, event_type="flow")
    alert = event("TCP", CLIENT, 50000, SERVER, 80)
    back = event("TCP", SERVER, 80, CLIENT, 50000)
    ipv6 = {**alert, "src_ip": "2001:db8::1"}
    names = ("src_ip", "src_port", "dest_ip", "dest_port")
    itself = {**alert, **{f"flow.{name}": flow[name] for name in names}, "flow_id": 2}
    (expected,) = ids(flow)

    assert ids(flow, alert, back, ipv6, itself) == [expected] * 5
    assert ids({**itself, "flow.dest_port": None}) == ids(alert) != [expected]


@pytest.mark.parametrize(
    "other",
    [
        {"src_port": 50001},
        {"src_port": 50001, "src_ip": PROXY},
        {"src_ip": CLIENT, "dest_ip": CLIENT},
        {"proto": "UDP"},
    ],
    ids=str,
)
def test_an_event_of_another_connection_with_its_flow_id_keeps_its_own(
    other: dict[str, Any],
) -> None:
    flow = event("TCP", PROXY, 50000, SERVER, 80, event_type="flow")
    alert = {**event("TCP", CLIENT, 50000, SERVER, 80), **other}

    assert ids(flow, alert) == [*ids(flow), *ids(alert)]


def test_two_ports_of_one_address_come_in_their_order() -> None:
    """With 7.0.10, in that of their bytes exchanged: 2443 is 0x098b, 1212 is 0x04bc."""
    local = event("TCP", "127.0.0.1", 2443, "127.0.0.1", 1212)
    back = event("TCP", "127.0.0.1", 1212, "127.0.0.1", 2443)

    new, old = ids(local, back), ids(local, back, dialect="suricata-7")

    assert new == ids(local, back, dialect="spec") == [new[0]] * 2
    assert old == ["1:TsqLqTUYi4hxgU20VU3RtzGroJQ="] * 2
    assert new[0] not in {old[0], None}


@pytest.mark.parametrize("seed", [-1, 2**16, 10**30, np.int64(-1)])
def test_a_seed_beyond_16_bits_is_an_error(seed: int) -> None:
    with pytest.raises(EveOptionError, match=r"^seed is a number of 16 bits, from 0 to 65535, not"):
        community_id(frame(), seed=seed)


@pytest.mark.parametrize("seed", ["0", 1.0, None, True, b"\0", [1]])
def test_a_seed_that_is_no_integer_is_an_error(seed: Any) -> None:
    with pytest.raises(EveTypeError, match=r"^seed is an integer, not \w+: "):
        community_id(frame(), seed=seed)


def test_a_seed_of_any_integer_type_does() -> None:
    row = of_baseline(DNS)

    assert ids(row, seed=np.uint16(1)) == ids(row, seed=1) == [DNS[6]]
    assert len({*ids(row, seed=65535), *ids(row, seed=256), *ids(row, seed=1)}) == 3


def test_the_ids_of_a_log_tell_its_dialect() -> None:
    """Of two ports of one address, as nothing else is written in two ways by Suricata."""
    local = event("TCP", "127.0.0.1", 2443, "127.0.0.1", 1212)
    old, new = (ids(local, dialect=dialect) for dialect in ("suricata-7", "suricata"))
    assert old != new

    assert ids({**local, "community_id": old[0]}) == old
    assert ids({**local, "community_id": new[0]}) == new
    assert ids({**local, "community_id": "1:other"}) == new
    assert ids({**local, "community_id": None}, {**local, "community_id": old[0]}) == old * 2


def test_an_unknown_dialect_is_an_error() -> None:
    with pytest.raises(EveOptionError, match=r"dialect='zeek' is not one of 'suricata', "):
        community_id(frame(), dialect="zeek")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["src_ip", "dest_ip", "proto"])
def test_addresses_and_protocol_are_needed(name: str) -> None:
    message = f"community_id.. needs the column '{name}'"
    with pytest.raises(MissingColumnError, match=message):
        community_id(frame(of_baseline(DNS)).drop(columns=name))


def test_other_columns_are_not_needed() -> None:
    made = frame(of_baseline(DNS), event("ICMP", icmp_type=8, icmp_code=0))
    few = made[["src_ip", "dest_ip", "proto"]]
    some = made[["src_ip", "dest_ip", "proto", "src_port", "dest_port", "icmp_type"]]

    assert community_id(few).isna().all()
    pd.testing.assert_series_equal(community_id(some), community_id(made))
    assert community_id(some).notna().all()


NULLABLE = {
    pd.ArrowDtype(pa.string()): "string",
    pd.ArrowDtype(pa.int64()): "Int64",
    pd.ArrowDtype(pa.uint16()): "UInt16",
    pd.ArrowDtype(pa.timestamp("us", "UTC")): "datetime64[us, UTC]",
}


@pytest.mark.parametrize("dialect", ["suricata", "spec"])
def test_frames_of_other_dtypes_do(sample7: pd.DataFrame, dialect: Any) -> None:
    kinds = ["alert", "flow", "stats", "netflow"]
    names = [name for name in TYPES if name in sample7.columns] + ["netflow.start", "timestamp"]
    part = sample7.loc[sample7["event_type"].isin(kinds), names]
    expected = community_id(part, dialect=dialect)
    rows = pa.table({name: pa.array(part[name].array) for name in names}).to_pylist()
    plain = pd.DataFrame(rows, index=part.index)
    assert plain["src_port"].dtype == float

    for other in (
        part.astype({name: NULLABLE[dtype] for name, dtype in part.dtypes.items()}),
        plain,
        plain.astype({"src_ip": "category", "proto": object}),
    ):
        pd.testing.assert_series_equal(community_id(other, dialect=dialect), expected)


def test_a_protocol_may_be_a_number() -> None:
    made = frame(of_baseline(DNS)).assign(proto=[17])

    assert community_id(made).tolist() == [DNS_ID]


def test_the_method_is_the_function(sample7: pd.DataFrame) -> None:
    told = sample7.eve.community_id(seed=3, dialect="spec")

    pd.testing.assert_series_equal(told, community_id(sample7, seed=3, dialect="spec"))
