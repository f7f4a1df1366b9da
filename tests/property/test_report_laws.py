"""Whatever text is in a log: in a report it is text, in the page and in the CSV."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pages import HOSTILE, read_page, read_sheet

from suricata_eve import report
from suricata_eve.printable import plain
from suricata_eve.reports.sections import COLUMNS
from suricata_eve.testing import strategies as eve

pytestmark = [
    pytest.mark.property,
    pytest.mark.filterwarnings("ignore::suricata_eve.errors.EveWarning"),
]

FRAGMENTS = [
    *HOSTILE,
    *("<", ">", "&", '"', "'", "=", "+", "-", "@", ";", ",", "|", "\\", "&lt", "<!--", "<?", " "),
    *("\n", "\r", "\t", "\x00", "\u2028", "\ufeff", "\u3000", "\xa0", "\u0301", "\U000e0001"),
    *("${jndi:ldap://192.0.2.66/a}", "http://evil.example/=x", "a@b.example", "script>"),
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=3).map("".join) | eve.texts(max_size=20)
FIELDS = (
    *("alert.signature", "alert.category", "alert.action", "app_proto", "proto", "host"),
    *("http.url", "http.http_user_agent", "http.hostname", "src_ip", "dest_ip", "flow.state"),
    *("dns.rrname", "tls.sni", "fileinfo.filename", "fileinfo.sha256", "community_id"),
)
ROWS = st.fixed_dictionaries(
    {
        "event_type": st.sampled_from(["alert", "alert", "http", "flow", "fileinfo", "tls"])
        | TEXTS,
        "timestamp": st.none() | st.integers(0, 2**51) | st.integers(-(2**63) + 1, 2**63 - 1),
        "flow_id": st.none() | st.integers(1, 4) | eve.flow_ids(),
        "alert.severity": st.none() | st.integers(-1, 4) | st.just(2**63 - 1),
        "flow.bytes_toserver": st.none() | st.integers(-5, 2**53),
        **{name: st.none() | TEXTS for name in FIELDS},
    }
)
KINDS = {"timestamp": pa.timestamp("us", "UTC"), "flow_id": pa.int64()}
KINDS |= {"alert.severity": pa.int64(), "flow.bytes_toserver": pa.int64()}


def written(rows: list[dict[str, Any]], title: str) -> tuple[bytes, list[dict[str, Any]]]:
    names = ["event_type", "timestamp", "flow_id", *KINDS, *FIELDS]
    columns = {
        name: pd.arrays.ArrowExtensionArray(
            pa.array([row[name] for row in rows], KINDS.get(name, pa.string()))
        )
        for name in names
    }
    with tempfile.TemporaryDirectory() as folder:
        page, table = report(pd.DataFrame(columns), f"{folder}/a.html", title=title)
        return page.read_bytes(), read_sheet(Path(table))


def is_formula(cell: str) -> bool:
    """Tell whether a spreadsheet may calculate with a cell, or with a part of it behind a ``;``."""
    parts = cell.split(";") if not cell.startswith("'") else cell.split(";")[1:]
    signs = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
    # Up to what is not blank and no quote, with which a cell may begin all the same.
    begins = (re.sub(r"^[\s\"`\u2018\u2019\u201c\u201d]+", "", part) for part in parts)
    return any(begin[:1] and begin[0] in signs for begin in begins)


NUMBERS = {name for name, kind in COLUMNS.items() if not pa.types.is_string(kind)} - {"flow_id"}


@given(rows=st.lists(ROWS, max_size=4), title=TEXTS)
def test_text_is_text(rows: list[dict[str, Any]], title: str) -> None:
    data, table = written(rows, title)
    page = read_page(data)
    signatures = [row["alert.signature"] for row in rows if row["event_type"] == "alert"]

    # Only the tags of the template, and no cell more or less.
    for cells in page.tables.values():
        assert len({len(row) for row in cells}) <= 1
    shown = [row[2] for row in page.tables["alert"][1:]]
    assert len(shown) == len(signatures)
    expected = sorted(plain(text or "") for text in signatures)
    short = [text for text in expected if len(text) <= 240]
    assert [text for text in sorted(shown) if text in short] == short
    if len(plain(title)) <= 200:
        assert page.title == plain(title)

    listed = [row["text"] for row in table if row["section"] == "alert"]
    assert not any(is_formula(cell) for row in table for key, cell in row.items()
                   if key not in NUMBERS)  # fmt: skip
    assert sorted(cell.removeprefix("'") for cell in listed if ";" not in cell) == [
        text for text in expected if ";" not in text
    ]
    assert all(cell == plain(cell) for row in table for cell in row.values())


def test_the_law_could_fail() -> None:
    """What spreadsheets calculate with is seen in a cell, and what is made text is not."""
    assert all(map(is_formula, ["=1", ' "=1', "-", "\uff201", "a; +1", "'a;=1"]))
    assert not any(map(is_formula, ["'=1", "a=1", "", "a;'=1", "''-1"]))
