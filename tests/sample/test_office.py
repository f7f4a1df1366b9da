"""The office sample holds what its ground truth says, and nothing that points at anybody."""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import suricata_eve

TRUTH = Path(__file__).resolve().parent.parent / "data" / "office-truth.json"
DAY_3 = pd.Timestamp("2026-03-04", tz="UTC")
RANGES = [
    ipaddress.ip_network(one)
    for one in ("10.20.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
RESERVED = ("example", "test", "example.com", "example.net", "example.org", "10.in-addr.arpa")


@pytest.fixture(scope="module")
def office() -> pd.DataFrame:
    """The sample; shared, so tests must not change it."""
    return suricata_eve.load_sample("office")


@pytest.fixture(scope="module")
def flows(office: pd.DataFrame) -> pd.DataFrame:
    """Its flow events, with whole seconds in ``second``."""
    found = office[office["event_type"] == "flow"]
    return found.assign(second=pd.to_datetime(found["flow.start"], utc=True).dt.floor("s"))


@pytest.fixture(scope="module")
def planted() -> dict[str, Any]:
    """What was planted in the capture behind it."""
    truth: dict[str, Any] = json.loads(TRUTH.read_text(encoding="utf-8"))
    return truth


def seconds(times: pd.Series) -> list[str]:
    """Spell times as the ground truth does."""
    return [one.isoformat() for one in times.dt.floor("s")]


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return the rows of some columns."""
    return list(frame[list(columns)].itertuples(index=False, name=None))


def begun(flows: pd.DataFrame, ids: pd.Series) -> list[str]:
    """Return when flows began, in order."""
    return seconds(flows[flows["flow_id"].isin(ids)]["second"].sort_values())


def is_reserved(name: str) -> bool:
    return any(f".{name}".endswith(f".{one}") for one in RESERVED)


def is_allowed(text: str) -> bool:
    return any(ipaddress.ip_address(text) in one for one in RANGES)


# -- the whole -----------------------------------------------------------------------------------
def test_the_office_sample_is_what_its_description_says(office: pd.DataFrame) -> None:
    assert len(office) == 7125
    assert office["event_type"].value_counts().to_dict() == {
        "flow": 2432,
        "dns": 1986,
        "tls": 1024,
        "smb": 700,
        "http": 574,
        "fileinfo": 279,
        "dhcp": 72,
        "alert": 36,
        "ssh": 22,
    }
    assert office.attrs["eve"]["bad_lines"] == 0
    assert office.attrs["eve"]["bad_values"] == 0


def test_each_event_is_of_the_three_days_and_has_a_community_id(office: pd.DataFrame) -> None:
    days = office["timestamp"].dt.strftime("%Y-%m-%d")

    assert set(days) == {"2026-03-02", "2026-03-03", "2026-03-04"}
    assert (office["community_id"] == office.eve.community_id()).all()


def test_each_flow_has_a_flow_id_of_its_own(office: pd.DataFrame, flows: pd.DataFrame) -> None:
    assert flows["flow_id"].is_unique
    assert set(office["flow_id"]) == set(flows["flow_id"])


def test_addresses_are_private_or_reserved_for_documentation(office: pd.DataFrame) -> None:
    dns = office.eve.dns()
    addresses = {*office["src_ip"], *office["dest_ip"], *dns[dns["rrtype"] == "A"]["rdata"]}

    assert [one for one in addresses if not pd.isna(one) and not is_allowed(one)] == []


def test_names_are_reserved_ones(office: pd.DataFrame) -> None:
    dns = office.eve.dns(sections=("question", "answer", "authority", "additional"))
    pointing = dns[dns["rrtype"].isin(["CNAME", "PTR"])]["rdata"].dropna()
    hosts = {one.partition(":")[0] for one in office["http.hostname"].dropna()}
    names = {*dns["rrname"].dropna(), *pointing, *office["tls.sni"].dropna(), *hosts}
    odd = {one for one in names if not is_reserved(one)}

    assert len(names) > 300
    assert {one for one in odd if not one.replace(".", "").isdigit()} == set()
    assert all(is_allowed(one) for one in odd)


def test_workstations_tell_their_names_and_users(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    staff = {one: host for one, host in planted["hosts"].items() if "user" in host}
    asked = office[(office["event_type"] == "dhcp") & office["dhcp.hostname"].notna()]
    smb = office.eve.smb().dropna(subset=["ntlmssp_user"])
    ordinary = smb[smb["ntlmssp_user"] != planted["lateral"]["user"]]
    users = {(one, host["name"], host["user"]) for one, host in staff.items()}

    assert set(rows(asked, "dhcp.client_ip", "dhcp.hostname")) == {one[:2] for one in users}
    assert set(rows(ordinary, "client_ip", "ntlmssp_host", "ntlmssp_user")) == users


# -- what is hidden ------------------------------------------------------------------------------
def test_the_tunnel_asks_for_as_many_names_as_were_planted(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    tunnel = planted["tunnel"]
    dns = office.eve.dns(alerts=False)
    below = dns[dns["query_rrname"].fillna("").str.endswith("." + tunnel["domain"])]
    asked = below[below["type"] == "request"]
    answered = below[below["type"] == "response"]

    assert asked["query_rrname"].nunique() == len(asked) == tunnel["queries"]
    assert answered["query_rrname"].nunique() == len(answered) == tunnel["queries"]
    assert asked["query_rrtype"].value_counts().to_dict() == tunnel["rrtypes"]
    assert asked["flow_id"].nunique() == tunnel["flows"]
    ends = {(tunnel["client"], tunnel["resolver"])}
    assert set(rows(asked, "client_ip", "server_ip")) == ends
    assert seconds(asked["timestamp"].iloc[[0, -1]]) == [tunnel["first"], tunnel["last"]]
    assert sha256("\n".join(asked["query_rrname"]).encode()).hexdigest() == tunnel["names_sha256"]


def test_the_generated_names_do_not_exist(office: pd.DataFrame, planted: dict[str, Any]) -> None:
    burst = planted["generated_names"]
    dns = office.eve.dns(alerts=False)
    failed = dns[(dns["rcode"] == burst["rcode"]) & (dns["client_ip"] == burst["client"])]

    assert failed["query_rrname"].tolist() == burst["names"]
    assert seconds(failed["timestamp"].iloc[[0, -1]]) == [burst["first"], burst["last"]]
    assert len(failed) == burst["queries"] == 60


def test_the_beacon_calls_each_minute_with_flows_of_one_size(
    flows: pd.DataFrame, planted: dict[str, Any]
) -> None:
    beacon = planted["beacon"]
    found = flows[flows["dest_ip"] == beacon["server"]].sort_values("second")
    gaps = found["second"].diff().dropna().dt.total_seconds()
    low, high = (beacon["period_s"] * (1 + side * beacon["jitter"]) for side in (-1, 1))

    assert len(found) == beacon["flows"]
    assert set(rows(found, "src_ip", "dest_port")) == {(beacon["client"], beacon["port"])}
    assert seconds(found["second"].iloc[[0, -1]]) == [beacon["first"], beacon["last"]]
    assert gaps.between(low - 1, high + 1).all()
    assert abs(gaps.mean() - beacon["period_s"]) < 1
    assert len(set(rows(found, "flow.bytes_toserver", "flow.bytes_toclient"))) == 1


def test_nobody_else_greets_like_the_beacon(office: pd.DataFrame, planted: dict[str, Any]) -> None:
    beacon = planted["beacon"]
    tls = office.eve.tls(alerts=False)
    found = tls[tls["ja4"] == beacon["ja4"]]

    assert set(rows(found, "client_ip", "server_ip")) == {(beacon["client"], beacon["server"])}
    assert len(found) == (tls["server_ip"] == beacon["server"]).sum() == beacon["flows"]
    assert len(set(found["ja3"])) == 1
    assert tls["ja3"].isin(found["ja3"]).sum() == beacon["flows"]
    assert found["sni"].isna().all()
    assert set(rows(found, "subject", "issuer")) == {(beacon["subject"], beacon["issuer"])}


def test_the_program_is_started_on_the_workstations_that_were_planted(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    lateral = planted["lateral"]
    smb = office.eve.smb(alerts=False)
    moved = smb[smb["ntlmssp_user"] == lateral["user"]]
    shares = smb[smb["share"].fillna("").str.endswith("\\" + lateral["share"])]
    pipes = smb[smb["filename"] == lateral["pipe"]]
    started = {one["server"] for one in lateral["targets"] if one["result"] == "started"}
    refused = {
        one["server"] for one in lateral["targets"] if one["result"] == "STATUS_LOGON_FAILURE"
    }

    assert moved["server_ip"].tolist() == [one["server"] for one in lateral["targets"]]
    assert set(moved["client_ip"]) == {lateral["client"]}
    assert set(moved[moved["status"] == "STATUS_LOGON_FAILURE"]["server_ip"]) == refused
    assert set(shares["server_ip"]) == set(pipes["server_ip"]) == started
    assert {*shares["client_ip"], *pipes["client_ip"]} == {lateral["client"]}
    for target in started:
        calls = smb[(smb["server_ip"] == target) & smb["dcerpc_opnum"].notna()]
        assert calls["dcerpc_opnum"].tolist() == [15, 12, 19, 2, 0, 0]
        assert all(lateral["interface"] in str(one) for one in calls["dcerpc_interfaces"])


def test_workstations_talk_to_each_other_only_when_the_program_spreads(
    flows: pd.DataFrame, planted: dict[str, Any]
) -> None:
    lateral = planted["lateral"]
    staff = [one for one, host in planted["hosts"].items() if "user" in host]
    between = flows[flows["src_ip"].isin(staff) & flows["dest_ip"].isin(staff)]
    between = between.sort_values("second")

    assert set(rows(between, "src_ip", "dest_port")) == {(lateral["client"], 445)}
    assert between["dest_ip"].tolist() == [one["server"] for one in lateral["targets"]]
    assert seconds(between["second"]) == [one["time"] for one in lateral["targets"]]


def test_one_program_is_downloaded_twice_and_spreads(
    office: pd.DataFrame, flows: pd.DataFrame, planted: dict[str, Any]
) -> None:
    downloads, lateral = planted["downloads"], planted["lateral"]
    files = office.eve.files(alerts=False)
    same = files[files["sha256"] == downloads["sha256"]]
    web, shares = same[same["app_proto"] == "http"], same[same["app_proto"] == "smb"]
    columns = ["client_ip", "server_ip", "http_hostname", "http_url"]

    assert rows(web, *columns) == [
        (one["client"], one["server"], one["host"], one["url"]) for one in downloads["downloads"]
    ]
    assert begun(flows, web["flow_id"]) == [one["time"] for one in downloads["downloads"]]
    assert lateral["sha256"] == downloads["sha256"]
    assert shares["server_ip"].tolist() == [
        one["server"] for one in lateral["targets"] if one["result"] == "started"
    ]
    assert set(shares["filename"]) == {lateral["file"]}
    assert set(same["size"]) == {downloads["size"]}
    assert same["magic"].str.startswith("PE32 executable").all()
    assert files["magic"].fillna("").str.startswith("PE32").sum() == len(same)


def test_one_archive_leaves(
    office: pd.DataFrame, flows: pd.DataFrame, planted: dict[str, Any]
) -> None:
    upload = planted["upload"]
    files = office.eve.files(alerts=False)
    (index,) = files.index[files["sha256"] == upload["sha256"]]
    sent = files.loc[index]
    web = office.eve.http(alerts=False)
    agents = web[web["flow_id"] == sent["flow_id"]]["user_agent"]

    assert sent["sender_ip"] == sent["client_ip"] == upload["client"]
    assert sent["http_hostname"] + sent["http_url"] == upload["host"] + upload["url"]
    assert sent["receiver_ip"] == sent["server_ip"] == upload["server"]
    assert begun(flows, pd.Series([sent["flow_id"]])) == [upload["time"]]
    assert agents.tolist() == [upload["user_agent"]]
    assert sent["size"] == upload["size"]
    assert sent["magic"].startswith("Zip archive data")


def test_unexpected_ports_finds_exactly_what_was_misplaced(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    found = office.eve.unexpected_ports()
    columns = ["client_ip", "server_ip", "server_port", "proto", "app_proto", "reason"]
    names = ["client", "server", "port", "proto", "app_proto", "reason"]

    assert rows(found, *columns) == [tuple(one[name] for name in names) for one in planted["ports"]]
    assert seconds(found["first_seen"]) == [one["time"] for one in planted["ports"]]


# -- what is new ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "field",
    ["tls.ja4", "tls.sni", "http.http_user_agent", "http.hostname", "dest_ip", "dns.rrname"],
)
def test_the_third_day_has_the_new_values_that_were_planted(
    field: str, office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    earlier = office[office["timestamp"] < DAY_3]
    found = office[office["timestamp"] >= DAY_3].eve.new_values(field, earlier)

    assert sorted(found["value"]) == planted["new_on_day_3"][field]


def test_a_new_program_calls_a_new_server_and_three_people_a_new_site(
    office: pd.DataFrame, flows: pd.DataFrame, planted: dict[str, Any]
) -> None:
    newcomer, launch = planted["newcomer"], planted["decoys"]["launch"]
    tls = office.eve.tls(alerts=False)
    program, site = tls[tls["sni"] == newcomer["sni"]], tls[tls["sni"] == launch["sni"]]
    times = begun(flows, program["flow_id"])

    assert set(rows(program, "client_ip", "server_ip", "ja4")) == {
        (newcomer["client"], newcomer["server"], newcomer["ja4"])
    }
    assert (len(times), times[0], times[-1]) == (
        newcomer["flows"],
        newcomer["first"],
        newcomer["last"],
    )
    assert site["client_ip"].tolist() == [one["client"] for one in launch["visits"]]
    assert set(site["server_ip"]) == {launch["server"]}
    assert begun(flows, site["flow_id"]) == [one["time"] for one in launch["visits"]]


def test_a_browser_has_another_ja3_in_each_connection_and_one_ja4(office: pd.DataFrame) -> None:
    tls = office.eve.tls(alerts=False)
    per_ja4 = tls.groupby("ja4")["ja3"].agg(["nunique", "size"])
    changing = per_ja4[per_ja4["nunique"] > 1]

    assert len(changing) == 1
    assert (changing["nunique"] == changing["size"]).all()


# -- what looks like it --------------------------------------------------------------------------
def test_an_updater_and_a_monitor_keep_time_too(
    flows: pd.DataFrame, planted: dict[str, Any]
) -> None:
    updater, monitor = planted["decoys"]["updater"], planted["decoys"]["monitor"]
    updates = flows[flows["dest_ip"] == updater["server"]]
    polls = flows[(flows["src_ip"] == monitor["client"]) & (flows["dest_ip"] == monitor["server"])]
    polls = polls.sort_values("second")
    gaps = polls["second"].diff().dropna().dt.total_seconds()

    assert updates["src_ip"].value_counts().to_dict() == updater["flows"]
    assert len(polls) == 3 * monitor["per_day"]
    assert (gaps.between(monitor["period_s"] - 1, monitor["period_s"] + 1)).sum() == len(polls) - 3


def test_hashes_in_names_are_asked_for_by_many(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    dns = office.eve.dns(alerts=False)
    asked = dns[dns["type"] == "request"]
    for kind in ("virus_lookups", "cdn_names"):
        decoy = planted["decoys"][kind]
        hashed = asked[asked["query_rrname"].fillna("").str.endswith("." + decoy["domain"])]
        hashed = hashed[hashed["query_rrname"].str.match(r"[0-9a-f]{32,48}\.")]
        pairs = Counter(rows(hashed, "client_ip", "query_rrname"))

        assert pairs == Counter((one["client"], one["name"]) for one in decoy["queries"])
        assert hashed["client_ip"].nunique() > 7


def test_people_mistype_passwords_and_miss_files(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    decoys = planted["decoys"]
    smb = office.eve.smb(alerts=False)
    ordinary = smb[smb["client_ip"] != planted["lateral"]["client"]]
    failed = ordinary[ordinary["status"] == "STATUS_LOGON_FAILURE"]

    assert failed["client_ip"].tolist() == [
        one["client"] for one in sorted(decoys["mistyped_passwords"], key=lambda one: one["time"])
    ]
    assert (smb["status"] == "STATUS_NO_SUCH_FILE").sum() == decoys["missing_files"]


# -- what the rules say --------------------------------------------------------------------------
def test_rules_fire_as_often_as_planted_and_miss_the_tunnel_and_the_beacon(
    office: pd.DataFrame, planted: dict[str, Any]
) -> None:
    alerts = office.eve.alerts()
    counts = {str(sid): n for sid, n in alerts["alert.signature_id"].value_counts().items()}
    flagged = office[office["flow_id"].isin(alerts["flow_id"])]
    names = flagged["dns.rrname"].dropna()

    assert counts == planted["alerts"]
    assert planted["beacon"]["server"] not in set(flagged["dest_ip"])
    assert not names.str.endswith(planted["tunnel"]["domain"]).any()
