"""The Community ID of an event is that of its two endpoints, whichever way round they are."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suricata_eve.analysis import community_id

pytestmark = pytest.mark.property

DIALECTS: list[Any] = ["suricata", "suricata-7", "spec"]
TYPES = {
    "event_type": pa.string(),
    "flow_id": pa.int64(),
    "src_ip": pa.string(),
    "src_port": pa.int64(),
    "dest_ip": pa.string(),
    "dest_port": pa.int64(),
    "proto": pa.string(),
    "icmp_type": pa.int64(),
    "icmp_code": pa.int64(),
    "spi": pa.int64(),
}
# Requests and replies of ICMP and of ICMPv6, of which the last four are Suricata's alone.
PAIRS = {1: [(8, 0), (13, 14), (15, 16), (17, 18), (10, 9)]}
PAIRS[58] = [(128, 129), (135, 136), (133, 134), (130, 131), (139, 140), (144, 145)]
MORE = [(146, 147), (148, 149), (151, 152), (157, 158)]

ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "192.0.2.9", "::1", "::ffff:10.0.0.1"]) | (
    st.ip_addresses().map(str)
)
PORTS = st.sampled_from([0, 1, 255, 256, 511, 65535]) | st.integers(0, 65535)
NAMES = {"TCP": 6, "UDP": 17, "SCTP": 132, "ICMP": 1, "IPv6-ICMP": 58, "ESP": 50, "GRE": 47}
NAMES |= {"IP-in-IP": 4, "IPv6": 41, "IPv6-Frag": 44, "tcp": 6, "17": 17, "89": 89, "?": -1}


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """Return an event of a flow that has no other event."""
    row: dict[str, Any] = {
        "event_type": draw(st.sampled_from(["alert", "flow"])),
        "src_ip": draw(ADDRESSES | st.none()),
        "dest_ip": draw(ADDRESSES | st.sampled_from(["", "x"])),
        "proto": draw(st.sampled_from([*NAMES, None])),
    }
    number = NAMES.get(row["proto"], -1)
    if number in (6, 17, 132):
        row |= {"src_port": draw(PORTS), "dest_port": draw(PORTS | st.none())}
    if number in (1, 58):
        kinds = st.sampled_from([0, 3, 8, 11, 77, 128, 129, 143, 146, 158]) | st.integers(0, 255)
        row |= {"icmp_type": draw(kinds | st.none()), "icmp_code": draw(st.integers(0, 255))}
    if number == 50:
        row["spi"] = draw(st.sampled_from([0, 1, 2**16, 2**32 - 1, None]))
    return row


def frame(made: list[dict[str, Any]], flows: list[int | None]) -> pd.DataFrame:
    found = [{**row, "flow_id": flow} for row, flow in zip(made, flows, strict=True)]
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in found], dtype=pd.ArrowDtype(kind))
            for name, kind in TYPES.items()
        }
    )


def told(made: pd.DataFrame, **options: Any) -> list[str | None]:
    return [None if pd.isna(one) else one for one in community_id(made, **options)]


def ports_of(
    row: dict[str, Any], number: int, *, in_flow: bool, spec: bool
) -> tuple[int | None, ...] | None:
    """Return what stands for the ports: two numbers, none, or None if nothing tells them."""
    if number in (6, 17, 132):
        ports = row["src_port"], row["dest_port"]
        return ports if in_flow or ports != (0, 0) else None
    if number in (1, 58):
        kind = row["icmp_type"]
        if not spec and number == 1 and kind in (3, 4, 5, 11, 12):
            return None
        return kind, counterparts(number, spec=spec).get(kind, row["icmp_code"] if spec else 0)
    if spec:
        return ()
    if not in_flow:
        return None
    return (row["spi"] and row["spi"] % 2**16, 0) if number == 50 else (0, 0)


def counterparts(number: int, *, spec: bool) -> dict[int, int]:
    pairs = PAIRS[number] + (MORE if number == 58 and not spec else [])
    return dict(pairs) | {reply: request for request, reply in pairs}


def oracle(row: dict[str, Any], *, in_flow: bool, seed: int, dialect: str) -> str | None:
    """Tell the ID of one event that has no other of its flow beside it."""
    spec = dialect == "spec"
    try:
        source, target = (ipaddress.ip_address(row[name]) for name in ("src_ip", "dest_ip"))
    except ValueError:
        return None
    number = NAMES.get(row["proto"], -1)
    families = {source.version, target.version}
    if number in (-1, 44) or families != {{1: 4, 58: 6}.get(number, source.version)}:
        return None
    ports = ports_of(row, number, in_flow=in_flow, spec=spec)
    if ports is None or None in ports:
        return None
    order: Any = "little" if dialect == "suricata-7" else "big"
    packed = [port.to_bytes(2, "big") for port in ports if port is not None] or [b"", b""]
    ends = list(zip((source.packed, target.packed), packed, strict=True))
    if not (spec and number in PAIRS and ports[0] not in counterparts(number, spec=spec)):
        ends.sort(key=lambda end: (end[0], int.from_bytes(end[1], order)))
    (first, first_port), (second, second_port) = ends
    message = seed.to_bytes(2, "big") + first + second + bytes([number, 0])
    digest = hashlib.sha1(message + first_port + second_port, usedforsecurity=False).digest()
    return "1:" + base64.b64encode(digest).decode()


@given(st.lists(rows(), max_size=8), st.integers(0, 65535), st.sampled_from(DIALECTS), st.data())
def test_an_id_is_the_hash_of_the_endpoints(
    made: list[dict[str, Any]], seed: int, dialect: str, data: st.DataObject
) -> None:
    flows = [data.draw(st.sampled_from([None, number])) for number in range(len(made))]

    expected = [
        oracle(row, in_flow=flow is not None, seed=seed, dialect=dialect)
        for row, flow in zip(made, flows, strict=True)
    ]
    assert told(frame(made, flows), seed=seed, dialect=dialect) == expected


@given(st.lists(rows(), min_size=1, max_size=8), st.sampled_from(DIALECTS))
def test_an_id_is_the_same_from_either_side(made: list[dict[str, Any]], dialect: str) -> None:
    """The request and the reply of an exchange, also of ICMP, are of one ID."""
    answers = {number: counterparts(number, spec=True) for number in PAIRS}
    two_way, turned = [], []
    for row in made:
        number = NAMES.get(row["proto"], -1)
        if number == 50 or (number in answers and row["icmp_type"] not in answers[number]):
            continue  # an SPI is of one way; so is what nothing answers
        back = {**row, "src_ip": row["dest_ip"], "dest_ip": row["src_ip"]}
        back |= {"src_port": row.get("dest_port"), "dest_port": row.get("src_port")}
        if number in answers:
            back["icmp_type"] = answers[number][row["icmp_type"]]
        two_way.append(row)
        turned.append(back)
    flows: list[int | None] = list(range(len(two_way)))

    there, back_again = (told(frame(each, flows), dialect=dialect) for each in (two_way, turned))

    assert there == back_again


@given(st.lists(rows(), max_size=8), st.sampled_from(DIALECTS), st.data())
def test_the_order_of_events_does_not_matter(
    made: list[dict[str, Any]], dialect: Any, data: st.DataObject
) -> None:
    """Though the events of a flow tell for each other."""
    flows = [data.draw(st.sampled_from([None, 1, 2])) for _ in made]
    events = frame(made, flows)
    order = data.draw(st.permutations(range(len(made))))

    mixed = community_id(events.iloc[order], dialect=dialect)

    pd.testing.assert_series_equal(mixed.sort_index(), community_id(events, dialect=dialect))


@given(st.lists(rows(), max_size=8), st.sampled_from(DIALECTS), st.data())
def test_events_of_other_flows_tell_nothing(
    made: list[dict[str, Any]], dialect: Any, data: st.DataObject
) -> None:
    flows = [data.draw(st.sampled_from([None, 1, 2])) for _ in made]
    events = frame(made, flows)

    alone = [community_id(part, dialect=dialect) for _, part in events.groupby("flow_id")]

    whole = community_id(events, dialect=dialect)[events["flow_id"].notna()]
    expected = pd.concat(alone).sort_index() if alone else whole
    pd.testing.assert_series_equal(whole, expected)
