"""A hunt, from the file to the answer, in under ten lines and without plain pandas."""

from __future__ import annotations

import gzip
import ipaddress
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import suricata_eve as se
from suricata_eve import EveAccessor

DATA = Path(__file__).parent / "data"


@pytest.fixture(params=["7", "8"])
def eve_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The sample of a release, as a file that one was given."""
    packed = resources.files("suricata_eve").joinpath("sample", "log4j.json.gz").read_bytes()
    if request.param == "8":
        packed = (DATA / "log4j-suricata8.json.gz").read_bytes()
    path = tmp_path / "eve.json"
    path.write_bytes(gzip.decompress(packed))
    return path


def test_which_client_attacked_what_how_and_who_else_does_that(
    eve_file: Path, truth: dict[str, Any]
) -> None:
    df = se.read_eve(eve_file).eve.orient()
    attacks = EveAccessor(df).alerts(signature="(?i)log4j")
    who = EveAccessor(attacks).group_summary(["client_ip", "server_ip"], ["server_port"])
    how = EveAccessor(attacks).payloads()
    story = EveAccessor(df).timeline(attacks)
    others = EveAccessor(df).related(how, on="client_ip")
    odd = EveAccessor(others).unexpected_ports()

    # The rules fire on three of the decoys as well, which are no lookups.
    planted = [flow for flow in truth["log4j_flows"] if flow["expect_alert"]]
    fired = planted + [flow for flow in truth["decoys"] if flow["may_alert"]]
    ends = {(long(flow["src_ip"]), long(flow["dest_ip"])) for flow in fired}
    assert set(zip(who["client_ip"], who["server_ip"], strict=True)) == ends
    commands = {payload["decoded"] for payload in truth["payloads"].values()}
    assert len(commands & set(how["decoded"].dropna())) >= 9
    assert story["flow_id"].nunique() == len(fired)
    assert set(others["client_ip"]) == {long(flow["src_ip"]) for flow in planted}
    lookups = {(long(flow["src_ip"]), flow["dest_port"]) for flow in planted}
    elsewhere = {(client, port) for client, port in lookups if port != 80}
    found = set(zip(odd["client_ip"], odd["server_port"], strict=True))
    assert elsewhere <= found


def test_from_the_file_to_the_report_in_under_fifteen_lines(
    eve_file: Path, truth: dict[str, Any], tmp_path: Path
) -> None:
    """What a notebook would hold; everything that leaves it is there, and is the incident's."""
    df = se.read_eve(eve_file).eve.orient()
    attacks = EveAccessor(df).alerts(signature="(?i)log4j")
    incident = EveAccessor(df).by_flow(attacks)
    hidden = EveAccessor(incident).payloads()
    listed = EveAccessor(incident).indicators(defang=True)
    edges = EveAccessor(incident).edges("client_ip", "server_ip")
    numbers = EveAccessor(df).features("client_ip")
    drawn = EveAccessor(df).plot.timeline()
    EveAccessor(incident).to_pcap(tmp_path / "incident.pcap")
    page, sheet = EveAccessor(incident).report(tmp_path / "incident.html")

    flows = [flow for flow in truth["log4j_flows"] if flow["expect_alert"]]
    clients = {long(flow["src_ip"]) for flow in flows}
    assert clients <= set(edges["source"]) <= set(numbers.index)
    assert drawn.get_title(loc="left")
    assert (tmp_path / "incident.pcap").stat().st_size > 1000
    text = page.read_text(encoding="utf-8")
    rows = pd.read_csv(sheet, dtype_backend="pyarrow")
    assert clients <= set(rows["client_ip"].dropna())
    assert set(hidden["match"]) <= set(rows.loc[rows["section"] == "payload", "text"])
    addresses = {"203.0.113.77", "203.0.113.78", "203.0.113.79", "203.0.113.80", "203.0.113.81"}
    named = set(se.refang(listed["indicator"]))
    assert addresses | {"192.0.2.66", "http://203.0.113.77/lh.sh", "cb.example.net"} <= named
    assert [one for one in listed["indicator"].head(50) if one not in text] == []


def long(address: str) -> str:
    """Return an address as Suricata writes it."""
    parsed = ipaddress.ip_address(address)
    return str(parsed) if parsed.version == 4 else parsed.exploded
