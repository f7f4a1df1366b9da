"""Files are one table: those of fileinfo events, and those that alerts list."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import suricata_eve
from suricata_eve.analysis import files
from suricata_eve.errors import EveWarning

WHEN = "2026-01-01T00:00:00.000000+0000"


def read(*events: dict[str, Any]) -> pd.DataFrame:
    made = [{"timestamp": WHEN, **event} for event in events]
    return suricata_eve.read_eve(io.BytesIO("\n".join(map(json.dumps, made)).encode()))


def rows(found: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(pa.array(found[name].array).to_pylist() for name in names), strict=True))


def of_flow(found: pd.DataFrame, planted: dict[str, Any]) -> pd.DataFrame:
    ends = (found["client_ip"] == planted["src_ip"]) & (found["client_port"] == planted["src_port"])
    of_it: pd.DataFrame = found[ends]
    return of_it


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_planted_downloads_are_found_with_their_hashes(
    sample: str, truth: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    """The server sends them, whichever way the event was written."""
    found = files(request.getfixturevalue(sample), alerts=False)

    for planted in truth["special"]["shell_script_download"]:
        names = ("http_url", "size", "sha256", "md5", "state", "sender_ip", "receiver_ip")
        told = (planted["url"], planted["size"], planted["sha256"], planted["md5"], "CLOSED")
        (row,) = rows(of_flow(found, planted), *names)
        assert row == (*told, planted["dest_ip"], planted["src_ip"])


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_who_sends_what(sample: str, truth: dict[str, Any], request: pytest.FixtureRequest) -> None:
    found = files(request.getfixturevalue(sample), alerts=False)
    (mail,) = truth["special"]["smtp_mail_with_attachment"]
    (ftp,) = truth["special"]["ftp_data_both_ports_high"]
    (lost,) = truth["special"]["lost_segment"]

    names = ("app_proto", "filename", "sender_ip", "email_from", "email_to")
    assert rows(of_flow(found, mail), *names) == [
        ("smtp", "order.pdf", mail["src_ip"], "Anna <anna@example.com>", ["info@example.org"])
    ]
    assert rows(of_flow(found, ftp), *names[:3]) == [("ftp-data", "readme.txt", ftp["dest_ip"])]
    assert rows(of_flow(found, lost), "state", "gaps", "md5") == [("TRUNCATED", True, None)]
    is_end = (found["sender_ip"] == found["client_ip"]) | (found["sender_ip"] == found["server_ip"])
    assert is_end.all()


def test_both_releases_tell_the_same_of_one_capture(
    sample7: pd.DataFrame, sample8: pd.DataFrame
) -> None:
    """But they write some at other times, and 7 has no host name of HTTP/2."""
    by = ["client_ip", "client_port", "tx_id", "sender_ip", "filename"]
    seven, eight = (
        files(sample, alerts=False).sort_values(by, kind="stable").reset_index(drop=True)
        for sample in (sample7, sample8)
    )

    eight.loc[eight["app_proto"] == "http2", "http_hostname"] = pd.NA
    different = ["flow_id", "timestamp"]
    pd.testing.assert_frame_equal(seven.drop(columns=different), eight.drop(columns=different))


@pytest.mark.parametrize("sample", ["sample7", "sample8"])
def test_the_sender_of_an_alert_is_that_of_the_file(
    sample: str, request: pytest.FixtureRequest
) -> None:
    found = files(request.getfixturevalue(sample))
    is_alert = found["event_type"] == "alert"
    names = ["flow_id", "tx_id", "sender_ip", "filename"]
    logged = set(rows(found[~is_alert], *names))

    listed = set(rows(found[is_alert], *names))

    assert len(listed) > 90
    assert listed <= logged


def test_an_alert_with_several_files_gives_several_rows_in_their_order() -> None:
    frame = read(
        {"event_type": "alert", "files": [{"filename": name, "size": 1} for name in "ba"]},
        {"event_type": "fileinfo", "fileinfo": {"filename": "c"}},
        {"event_type": "alert", "files": []},
        {"event_type": "alert", "files": [None, {"filename": "d"}]},
        {"event_type": "alert", "alert": {"signature": "no file"}},
        {"event_type": "fileinfo"},
    )

    found = files(frame)

    assert rows(found, "event_type", "filename", "size") == [
        ("alert", "b", 1),
        ("alert", "a", 1),
        ("fileinfo", "c", None),
        ("alert", "d", None),
        ("fileinfo", None, None),
    ]
    assert found.index.tolist() == [0, 0, 1, 3, 5]


def test_only_alerts_list_files() -> None:
    listed = [{"filename": "listed"}]
    frame = read(
        {"event_type": "fileinfo", "fileinfo": {"filename": "own"}, "files": listed},
        {"event_type": "alert", "fileinfo": {"filename": "own"}, "files": listed},
    )

    assert rows(files(frame), "event_type", "filename") == [
        ("fileinfo", "own"),
        ("alert", "listed"),
    ]


def test_what_is_no_list_of_objects_is_counted() -> None:
    own = {"event_type": "fileinfo", "fileinfo": {"size": 1}}
    frame = read({"event_type": "alert", "files": ["a", "b"]}, own)

    with pytest.warns(EveWarning, match=r"files\(\): 2 values .*: files \(2\)"):
        found = files(frame)

    assert rows(found, "event_type") == [("fileinfo",)]


def test_values_in_lists_are_exact_or_missing() -> None:
    sizes = [2**63 - 1, 2**63, "12", 1.5]
    with pytest.warns(EveWarning, match="became text in files"):
        frame = read(
            {"event_type": "alert", "files": [{"size": size} for size in sizes]},
            {"event_type": "fileinfo", "fileinfo": {"size": 2**63 - 1}},
        )

    with pytest.warns(EveWarning, match=r"files\(\): 2 values .*: files\[\]\.size \(2\)"):
        found = files(frame)

    assert rows(found, "size") == [(2**63 - 1,), (None,), (12,), (None,), (2**63 - 1,)]
