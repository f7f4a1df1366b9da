"""Texts come out of columns of any shape with their rows, and only an attacker's are searched."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis.textcolumns import EVE_BASE64, has_text, is_attacker_text, text_leaves

HEADER = pa.struct([("name", pa.string()), ("value", pa.string())])


def leaves(data: pa.Array | pa.ChunkedArray) -> dict[str, list[tuple[int, str]]]:
    chunked = data if isinstance(data, pa.ChunkedArray) else pa.chunked_array([data])
    return {
        leaf.path: list(zip(leaf.rows.tolist(), leaf.values.to_pylist(), strict=True))
        for leaf in text_leaves(chunked)
    }


def test_text_has_its_rows_across_chunks() -> None:
    data = pa.chunked_array(
        [["a", None], pa.nulls(3, pa.string()), [], [None, "b", "a"]], pa.string()
    )

    assert leaves(data) == {"": [(0, "a"), (6, "b"), (7, "a")]}


def test_lists_have_the_row_of_their_parent() -> None:
    data = pa.array([["a", None], None, [], ["b", "c"]], pa.list_(pa.string()))

    assert leaves(data) == {"": [(0, "a"), (3, "b"), (3, "c")]}
    assert leaves(data.slice(2)) == {"": [(1, "b"), (1, "c")]}


def test_lists_of_a_fixed_size_are_lists() -> None:
    data = pa.array([["a", "b"], None, ["c", None]], pa.list_(pa.string(), 2))

    assert has_text(data.type)
    assert leaves(data) == {"": [(0, "a"), (0, "b"), (2, "c")]}


def test_what_lies_behind_a_null_list_is_no_text() -> None:
    whole = pa.array([["a", "b"], ["c"], ["d"]])
    behind = pa.ListArray.from_arrays(
        whole.offsets, whole.values, mask=pa.array([False, True, False])
    )

    assert leaves(behind) == {"": [(0, "a"), (0, "b"), (2, "d")]}


@pytest.mark.parametrize("make", [pa.list_, pa.large_list])
def test_values_of_headers_know_their_names(make: type) -> None:
    rows = [
        [{"name": "A", "value": "1"}, {"name": "B", "value": None}],
        None,
        [None, {"name": None, "value": "2"}, {"name": "C", "value": "3"}],
    ]
    data = pa.chunked_array([pa.array(rows, make(HEADER)), pa.array(rows[:1], make(HEADER))])
    values = next(leaf for leaf in text_leaves(data) if leaf.path == "value")

    assert values.values.to_pylist() == ["1", "2", "3", "1"]
    assert values.rows.tolist() == [0, 2, 2, 3]
    assert values.names is not None
    assert values.names.to_pylist() == ["A", None, "C", "A"]
    assert leaves(data)["name"] == [(0, "A"), (0, "B"), (2, "C"), (3, "A"), (3, "B")]


def test_objects_are_searched_to_any_depth() -> None:
    inner = pa.struct([("text", pa.string()), ("number", pa.int64())])
    kind = pa.list_(
        pa.struct([("name", pa.int64()), ("value", pa.string()), ("in", pa.list_(inner))])
    )
    data = pa.array(
        [None, [{"name": 1, "value": "v", "in": [{"text": "t", "number": 1}, None]}]], kind
    )

    assert has_text(kind)
    assert leaves(data) == {"value": [(1, "v")], "in.text": [(1, "t")]}


def test_what_holds_no_text_has_no_leaves() -> None:
    for data in (pa.array([1]), pa.array([[1]]), pa.array([{"a": 1}]), pa.nulls(2)):
        assert not has_text(data.type)
        assert leaves(data) == {}


def test_rows_fit_numpy() -> None:
    (leaf,) = text_leaves(pa.chunked_array([["a"]]))

    assert leaf.rows.dtype == np.int64


ATTACKER = """
    http.url http.hostname http.http_user_agent http.http_refer http.request_headers
    http.response_headers http.http_request_body_printable http.xff dns.rrname dns.queries
    dns.answers dns.grouped.TXT tls.sni tls.subject tls.issuerdn smtp.helo smtp.mail_from
    email.subject email.to ssh.client.software_version ftp.command_data fileinfo.filename
    files payload_printable sip.uri smb.filename mqtt.publish.message ldap.responses
    ldap.request.search_request.base_object metadata.flowvars unknown.new_field
"""
NOT_ATTACKER = """
    timestamp event_type src_ip dest_ip proto app_proto community_id host in_iface pkt_src
    alert.signature alert.category alert.metadata.tag alert.source.ip anomaly.event flow.state
    flow.src_ip tcp.tcp_flags stats.uptime metadata.flowbits fileinfo.md5 fileinfo.sha256
    tls.fingerprint tls.ja3.hash tls.ja3.string tls.ja4 ssh.client.hassh.hash dhcp.client_ip
    dhcp.client_mac arp.src_mac payload packet http.http_request_body http.http_response_body
    tls.certificate tls.chain frame.payload tunnel.src_ip traffic.label direction
"""


@pytest.mark.parametrize("path", ATTACKER.split())
def test_fields_of_protocols_are_an_attackers_text(path: str) -> None:
    assert is_attacker_text(path)


@pytest.mark.parametrize("path", NOT_ATTACKER.split())
def test_what_suricata_or_a_rule_fills_is_not(path: str) -> None:
    assert not is_attacker_text(path)


def test_fields_that_eve_encodes_are_in_the_sample() -> None:
    df = suricata_eve.load_sample("log4j")

    assert set(EVE_BASE64) <= set(df.columns)
