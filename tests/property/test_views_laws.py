"""Laws of the tables of protocols, against oracles that loop over JSON."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import suricata_eve
from suricata_eve.analysis import dns, files, http, smb, ssh, tls
from suricata_eve.analysis.views.dns import Section
from suricata_eve.testing import assert_eve_frame_equal
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

Event = dict[str, Any]
VIEWS: list[Callable[..., pd.DataFrame]] = [dns, files, http, smb, ssh, tls]
SECTIONS = get_args(Section)


# DNS ---------------------------------------------------------------------------------------

BITS = {"aa": 0x0400, "tc": 0x0200, "rd": 0x0100, "ra": 0x0080}
ZONE_FILE = {
    "soa": ["mname", "rname", "serial", "refresh", "retry", "expire", "minimum"],
    "srv": ["priority", "weight", "port", "name"],
    "sshfp": ["algo", "type", "fingerprint"],
}


def as_text(kind: str, value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if not value:
        return None
    if kind in ZONE_FILE and set(ZONE_FILE[kind]) <= set(value):
        return " ".join(str(value[name]) for name in ZONE_FILE[kind])
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def record(section: str, given_record: Event) -> Event:
    found = [
        text
        for name in ("rdata", *sorted(set(given_record) - {"rdata"}))
        if name == "rdata" or isinstance(given_record[name], dict | list)
        if (text := as_text(name, given_record.get(name))) is not None
    ]
    made = {name: given_record.get(name) for name in ("rrname", "rrtype", "ttl")}
    return {"section": section, **made, "rdata": found[0] if found else None}


def message_rows(told: Event, *, counted: bool, single_allowed: bool = True) -> list[Event]:
    """Return the rows of one message, a dict with the members that Suricata gives it."""
    kind = {"query": "request", "answer": "response"}.get(told.get("type", ""), told.get("type"))
    single = single_allowed and ("ttl" in told or "rdata" in told)
    answers = [record("answer", told)] if single else []
    answers += [record("answer", each) for each in told.get("answers", [])]
    if not told.get("answers"):
        for rrtype, values in sorted(told.get("grouped", {}).items()):
            answers += [
                {"section": "answer", "rrtype": rrtype, "rdata": as_text(rrtype.lower(), value)}
                for value in values
            ]
    questions = [record("question", each) for each in told.get("queries", [])]
    if not questions and not single and ("rrname" in told or "rrtype" in told):
        questions = [record("question", {k: told[k] for k in ("rrname", "rrtype") if k in told})]
    first = questions[0] if questions else {}

    count: int | None = len(answers)
    if single or (not answers and not (kind == "response" and counted)):
        count = None
    about = {name: told.get(name) for name in ("id", "tx_id", "rcode", "opcode", "flags", *BITS)}
    if kind == "request" and about["rcode"] == "NOERROR":
        about["rcode"] = None
    if "flags" in told:
        word = int(told["flags"], 16)
        about |= {name: bool(word & bit) for name, bit in BITS.items()}
    about |= {
        "type": kind,
        "answer_count": count,
        "query_rrname": first.get("rrname"),
        "query_rrtype": first.get("rrtype"),
    }
    rows = (questions or [{"section": "question"}]) if kind == "request" or not answers else []
    rows = rows + answers
    rows += [record("authority", each) for each in told.get("authorities", [])]
    rows += [record("additional", each) for each in told.get("additionals", [])]
    return [{**about, **row} for row in rows]


def dns_rows(event: Event) -> list[Event]:
    told = event.get("dns", {})
    queries, answer = told.get("query", []), told.get("answer")
    rows = []
    for query in queries:
        rows += message_rows({"type": "query", **query}, counted=False, single_allowed=False)
    if "type" in told or not (queries or answer):
        rows += message_rows(told, counted=True)
    if answer:
        rows += message_rows(answer, counted=False)
    return rows


DNS_COLUMNS = (
    *("type", "section", "id", "tx_id", "query_rrname", "query_rrtype", "rrname", "rrtype"),
    *("ttl", "rdata", "rcode", "answer_count", "opcode", "flags", *BITS),
)


def cells(table: pd.DataFrame, columns: tuple[str, ...]) -> list[Event]:
    """Return the rows of a table as dicts, with the line of the event."""
    arrays = {"line": pa.array(table.index)} | {c: pa.array(table[c].array) for c in columns}
    rows: list[Event] = pa.table(arrays).to_pylist()
    return rows


def in_time_order(events: list[Event]) -> Iterator[tuple[int, Event]]:
    lines = sorted(range(len(events)), key=lambda line: (events[line]["timestamp"], line))
    return ((line, events[line]) for line in lines)


def expected_rows(
    events: list[Event],
    own: str,
    rows_of: Callable[[Event], list[Event]],
    columns: tuple[str, ...],
    *,
    alerts: bool = True,
) -> list[Event]:
    name = {"fileinfo": "files"}.get(own, own)
    return [
        {"line": line, **{column: row.get(column) for column in columns}}
        for line, event in in_time_order(events)
        if event["event_type"] == own
        or (alerts and event["event_type"] == "alert" and event.get(name))
        for row in rows_of(event)
    ]


def read(events: list[Event]) -> pd.DataFrame:
    lines = "\n".join(json.dumps(event) for event in events)
    return suricata_eve.read_eve(io.BytesIO(lines.encode()))


def optional(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    return st.fixed_dictionaries({}, optional=members)


NAMES = st.sampled_from(["a.example", "b.example", ""]) | eve.texts(max_size=3)
TYPES = st.sampled_from(["A", "CNAME", "TXT"])
NUMBERS = st.integers(0, 3) | st.integers(0, 2**32 - 1)
QUESTION = optional(rrname=NAMES, rrtype=TYPES)
SOA = st.fixed_dictionaries({n: NAMES if n[1:] == "name" else NUMBERS for n in ZONE_FILE["soa"]})
SRV = st.fixed_dictionaries({n: NAMES if n == "name" else NUMBERS for n in ZONE_FILE["srv"]})
SSHFP = st.fixed_dictionaries({"algo": NUMBERS, "type": NUMBERS, "fingerprint": NAMES})
PART_OF_SRV = optional(priority=NUMBERS, name=NAMES)
OPT = st.lists(st.fixed_dictionaries({"code": NUMBERS, "data": NAMES}), min_size=1, max_size=2)
DATA = st.one_of(
    st.just({}),
    *(
        st.fixed_dictionaries({name: values})
        for name, values in (
            ("rdata", NAMES),
            ("soa", SOA),
            ("srv", SRV),
            ("srv", PART_OF_SRV),
            ("sshfp", SSHFP),
            ("opt", OPT),
        )
    ),
)
RECORD = st.builds(lambda head, data: head | data, optional(rrname=NAMES, ttl=NUMBERS), DATA)
RECORDS = st.lists(st.builds(lambda kind, r: {"rrtype": kind, **r}, TYPES, RECORD), max_size=3)
GROUPED = optional(
    A=st.lists(NAMES, min_size=1, max_size=2),
    TXT=st.lists(NAMES, min_size=1, max_size=2),
    SRV=st.lists(SRV, min_size=1, max_size=2),
)
FLAGS = st.integers(0, 2**16 - 1).map("{:x}".format)
HEADER = optional(
    id=NUMBERS,
    tx_id=NUMBERS,
    flags=FLAGS,
    rcode=st.sampled_from(["NOERROR", "NXDOMAIN"]),
    opcode=NUMBERS,
)
SECTION_LISTS = {
    "answers": RECORDS,
    "grouped": GROUPED,
    "authorities": RECORDS,
    "additionals": RECORDS,
}


def joined(*parts: st.SearchStrategy[Event]) -> st.SearchStrategy[Event]:
    return st.tuples(*parts).map(lambda all_parts: {k: v for p in all_parts for k, v in p.items()})


def of_type(*names: str) -> st.SearchStrategy[Event]:
    return st.fixed_dictionaries({"type": st.sampled_from(names)})


VERSION_1 = joined(of_type("answer"), HEADER, QUESTION, optional(ttl=NUMBERS, rdata=NAMES))
VERSION_2 = joined(of_type("query", "answer"), HEADER, QUESTION, optional(**SECTION_LISTS))
QUESTIONS = optional(queries=st.lists(QUESTION, max_size=2))
VERSION_3 = joined(of_type("request", "response"), HEADER, QUESTIONS, optional(**SECTION_LISTS))
IN_ALERT = optional(query=st.lists(joined(HEADER, QUESTION), max_size=2), answer=VERSION_2)
DNS = st.one_of(VERSION_1, VERSION_2, VERSION_3, IN_ALERT)
TIMES = st.integers(0, 3).map("2026-01-01T00:00:0{}.000000+0000".format)


def event_of(kinds: list[str], **objects: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    return st.fixed_dictionaries(
        {"timestamp": TIMES, "event_type": st.sampled_from(kinds), **objects}
    )


def pruned(value: Any) -> Any:
    """Leave out empty objects, which no reader can tell from absent ones."""
    if isinstance(value, dict):
        inner = {key: pruned(child) for key, child in value.items()}
        return {key: child for key, child in inner.items() if child != {}}
    if isinstance(value, list):
        return [pruned(child) for child in value]
    return value


DNS_EVENTS = st.lists(event_of(["dns", "alert"], dns=DNS).map(pruned), min_size=1, max_size=5)


@given(DNS_EVENTS)
def test_dns_is_what_loops_tell(events: list[Event]) -> None:
    """Every section of every message, in whichever form and mix of forms."""
    table = dns(read(events), sections=SECTIONS)

    assert cells(table, DNS_COLUMNS) == expected_rows(events, "dns", dns_rows, DNS_COLUMNS)


@given(DNS_EVENTS, st.sets(st.sampled_from(SECTIONS), min_size=1), st.data())
def test_options_of_dns_choose_rows(
    events: list[Event], sections: set[Section], data: st.DataObject
) -> None:
    alerts = data.draw(st.booleans())
    frame = read(events)
    everything = dns(frame, sections=SECTIONS)

    chosen = dns(frame, sections=sections, alerts=alerts)

    keep = everything["section"].isin(sections)
    if not alerts:
        keep &= everything["event_type"] == "dns"
    pd.testing.assert_frame_equal(chosen, everything[keep])


ASKED = st.fixed_dictionaries({"rrname": NAMES, "rrtype": TYPES})
TRANSACTION = st.fixed_dictionaries(
    {
        "asked": st.lists(ASKED, min_size=1, max_size=2),
        "id": NUMBERS,
        "opcode": NUMBERS,
        "rcode": st.sampled_from(["NOERROR", "NXDOMAIN"]),
        "flags": FLAGS,
        "answers": RECORDS,
        "authorities": RECORDS,
    }
)
WHEN = "2026-01-01T00:00:00.000000+0000"


def version_2(made: Event) -> list[Event]:
    about = {name: made[name] for name in ("id", "opcode")}
    queries = [{"type": "query", "tx_id": 0, **about, **asked} for asked in made["asked"]]
    lists = {name: made[name] for name in ("answers", "authorities") if made[name]}
    told = {"type": "answer", "flags": made["flags"], "rcode": made["rcode"], **about}
    return [*queries, {**told, **made["asked"][0], **lists}]


def version_3(made: Event) -> list[Event]:
    about = {name: made[name] for name in ("id", "opcode")} | {"queries": made["asked"]}
    request = {"type": "request", "tx_id": 0, "flags": "100", "rd": True, "rcode": "NOERROR"}
    lists = {name: made[name] for name in ("answers", "authorities") if made[name]}
    told = {"type": "response", "tx_id": 1, "flags": made["flags"], "rcode": made["rcode"]}
    return [{**request, **about}, {**told, **about, **lists}]


@given(TRANSACTION)
def test_both_versions_of_a_transaction_give_the_same_rows(made: Event) -> None:
    """Except for what version 2 does not log: flags of requests, some numbers, more questions."""
    tables = []
    for spelled in (version_2(made), version_3(made)):
        events = [{"timestamp": WHEN, "event_type": "dns", "dns": told} for told in spelled]
        table = dns(read(events), sections=SECTIONS).reset_index(drop=True)
        second = (table["type"] == "response") & (table["section"] == "question")
        table = table[~(second & table.duplicated(["type", "section"]))].reset_index(drop=True)
        request = table["type"] == "request"
        table.loc[request, ["flags", *BITS, "query_rrname", "query_rrtype"]] = pd.NA
        tables.append(table.drop(columns="tx_id"))

    pd.testing.assert_frame_equal(tables[0], tables[1])


# Files -------------------------------------------------------------------------------------

FILE = optional(
    tx_id=NUMBERS,
    file_id=NUMBERS,
    filename=NAMES,
    size=NUMBERS | st.just(2**53 - 1),
    state=st.sampled_from(["CLOSED", "TRUNCATED"]),
    gaps=st.booleans(),
    stored=st.booleans(),
    start=NUMBERS,
    md5=NAMES,
    sha256=NAMES,
)
FILE_COLUMNS = (
    *("tx_id", "file_id", "filename", "size", "state", "gaps", "stored", "start", "end"),
    *("magic", "md5", "sha1", "sha256", "http_url", "signature", "sender_ip"),
)


def file_rows(event: Event) -> list[Event]:
    is_alert = event["event_type"] == "alert"
    listed = event.get("files", []) if is_alert else [event.get("fileinfo", {})]
    about = {
        "http_url": event.get("http", {}).get("url"),
        "signature": event.get("alert", {}).get("signature"),
        "sender_ip": event.get("src_ip"),
    }
    return [{**file, **about} for file in listed]


FILE_EVENTS = st.lists(
    st.one_of(
        event_of(["fileinfo"], fileinfo=FILE, http=optional(url=NAMES)),
        event_of(
            ["alert"],
            files=st.lists(FILE, max_size=3),
            alert=optional(signature=NAMES),
            src_ip=eve.ip_addresses(),
            dest_ip=eve.ip_addresses(),
        ),
    ).map(pruned),
    min_size=1,
    max_size=5,
)


@given(FILE_EVENTS)
def test_files_are_what_loops_find(events: list[Event]) -> None:
    table = files(read(events))

    assert cells(table, FILE_COLUMNS) == expected_rows(events, "fileinfo", file_rows, FILE_COLUMNS)


# Others ------------------------------------------------------------------------------------


def at(event: Event, *path: str) -> Any:
    found: Any = event
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def tls_rows(event: Event) -> list[Event]:
    told = event.get("tls", {})
    ja4 = told.get("ja4")
    return [
        {
            "sni": told.get("sni"),
            "version": told.get("version"),
            "session_resumed": told.get("session_resumed"),
            "subject": told.get("subject"),
            "issuer": told.get("issuerdn"),
            "fingerprint": told.get("fingerprint"),
            "subject_alt_names": told.get("subjectaltname"),
            "chain_length": len(told["chain"]) if "chain" in told else None,
            "ja3": at(told, "ja3", "hash"),
            "ja3s_string": at(told, "ja3s", "string"),
            "ja4": at(ja4, "hash") if isinstance(ja4, dict) else ja4,
            "client_subject": at(told, "client", "subject"),
        }
    ]


def http_rows(event: Event) -> list[Event]:
    told = event.get("http", {})
    port, version = told.get("http_port"), told.get("version")
    return [
        {
            "tx_id": event.get("tx_id"),
            "method": told.get("http_method"),
            "hostname": told.get("hostname"),
            "http_port": port or None,
            "url": told.get("url"),
            "protocol": told.get("protocol") or (f"HTTP/{version}" if version else None),
            "status": told.get("status"),
            "length": told.get("length"),
            "content_type": told.get("http_content_type"),
            "redirect": told.get("redirect"),
            "user_agent": told.get("http_user_agent"),
            "referrer": told.get("http_refer"),
            "stream_id": at(told, "http2", "stream_id"),
            "signature": at(event, "alert", "signature"),
        }
    ]


def ssh_rows(event: Event) -> list[Event]:
    return [
        {
            f"{side}_{name}": at(event, "ssh", side, *path)
            for side in ("client", "server")
            for name, path in (
                ("software", ["software_version"]),
                ("proto", ["proto_version"]),
                ("hassh", ["hassh", "hash"]),
                ("hassh_string", ["hassh", "string"]),
            )
        }
    ]


def smb_rows(event: Event) -> list[Event]:
    told = event.get("smb", {})
    interfaces = [each["uuid"] for each in at(told, "dcerpc", "interfaces") or []]
    plain = ("id", "dialect", "command", "status", "status_code", "session_id", "tree_id")
    more = ("filename", "share", "named_pipe", "disposition", "size", "client_guid", "fuid")
    return [
        {
            **{name: told.get(name) for name in (*plain, *more)},
            "ntlmssp_user": at(told, "ntlmssp", "user"),
            "ntlmssp_domain": at(told, "ntlmssp", "domain"),
            "kerberos_snames": at(told, "kerberos", "snames"),
            "dcerpc_opnum": at(told, "dcerpc", "opnum"),
            "dcerpc_interfaces": list(dict.fromkeys(interfaces)) or None,
            "client_os": at(told, "request", "native_os"),
            "rename_to": at(told, "rename", "to"),
        }
    ]


ORACLES = {
    "dns": (dns, "dns", dns_rows),
    "files": (files, "fileinfo", file_rows),
    "http": (http, "http", http_rows),
    "smb": (smb, "smb", smb_rows),
    "ssh": (ssh, "ssh", ssh_rows),
    "tls": (tls, "tls", tls_rows),
}
COLUMNS = {"dns": DNS_COLUMNS, "files": FILE_COLUMNS}


def check_against_loops(name: str, frame: pd.DataFrame, events: list[Event]) -> None:
    view, own, rows_of = ORACLES[name]
    columns = COLUMNS.get(name) or tuple(rows_of({"event_type": own})[0])
    options: dict[str, Any] = {"sections": SECTIONS} if name == "dns" else {}
    for alerts in (True, False):
        table = view(frame, alerts=alerts, **options)
        expected = expected_rows(events, own, rows_of, columns, alerts=alerts)
        assert cells(table, columns) == expected


DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"


def parsed(path: Path) -> list[Event]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", ORACLES)
def test_the_samples_are_what_loops_tell(
    name: str, sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    folder = Path(suricata_eve.__file__).parent / "sample"

    check_against_loops(name, sample7, parsed(folder / "log4j.json.gz"))
    check_against_loops(name, sample8, parsed(DATA_FOLDER / "log4j-suricata8.json.gz"))


def test_larger_logs_are_what_loops_tell(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        frame, events = suricata_eve.read_eve(path), parsed(path)
        for name in ORACLES:
            check_against_loops(name, frame, events)


OF_VIEWS = ["dns", "fileinfo", "http", "smb", "tls", "alert", "flow"]
ANY_EVENTS = st.lists(
    eve.events(event_types=OF_VIEWS),
    min_size=1,
    max_size=6,
)


VIEW = st.sampled_from(VIEWS)


@given(ANY_EVENTS, VIEW, st.randoms(use_true_random=False))
def test_a_view_does_not_depend_on_the_order_of_rows(
    events: list[Event], view: Callable[..., pd.DataFrame], random: Any
) -> None:
    frame = read(events)
    order = list(range(len(frame)))
    random.shuffle(order)

    pd.testing.assert_frame_equal(view(frame.iloc[order]), view(frame))


@given(ANY_EVENTS, VIEW)
def test_columns_and_dtypes_are_always_the_same(
    events: list[Event], view: Callable[..., pd.DataFrame]
) -> None:
    """Whether there are rows or not; but an ID beyond int64 makes all IDs unsigned."""
    frame = read(events)
    nothing = pd.DataFrame({"event_type": ["stats"], "timestamp": [WHEN]})

    table, empty = view(frame), view(nothing)

    assert table["flow_id"].dtype in (pd.ArrowDtype(pa.int64()), pd.ArrowDtype(pa.uint64()))
    assert empty["flow_id"].dtype == pd.ArrowDtype(pa.int64())
    pd.testing.assert_series_equal(table.dtypes.drop("flow_id"), empty.dtypes.drop("flow_id"))
    assert list(table.columns) == list(empty.columns)
    assert len(empty) == 0


@given(
    st.tuples(st.just(dns), DNS_EVENTS)
    | st.tuples(st.just(files), FILE_EVENTS)
    | st.tuples(st.sampled_from([http, tls]), ANY_EVENTS)
)
def test_a_view_does_not_depend_on_the_dtypes_of_the_frame(
    view_and_events: tuple[Callable[..., pd.DataFrame], list[Event]],
) -> None:
    """Those of pandas itself, and objects as json_normalize leaves them."""
    view, events = view_and_events
    lines = "\n".join(json.dumps(event) for event in events).encode()
    nullable = suricata_eve.read_eve(io.BytesIO(lines), dtype_backend="numpy_nullable")
    others = [nullable, pd.json_normalize(events)] if view in (dns, files) else [nullable]
    table = view(read(events))
    for other in others:
        pd.testing.assert_frame_equal(view(other), table, check_index_type=False)


@given(ANY_EVENTS, VIEW)
def test_a_view_changes_no_frame(events: list[Event], view: Callable[..., pd.DataFrame]) -> None:
    frame = read(events)
    before = frame.copy(deep=True)

    table = view(frame)
    if len(table):
        table.loc[table.index[0], "client_ip"] = "changed"
        table.loc[table.index[0], "flow_id"] = 5

    assert_eve_frame_equal(frame, before)
