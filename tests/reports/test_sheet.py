"""No text becomes a formula, and each can be had back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from report_pages import read_sheet

from suricata_eve.reports.sections import COLUMNS, Section, section
from suricata_eve.reports.sheet import BEGINNING, CELL, safe_texts, sheet


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("GET /", "GET /"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-2+3", "'-2+3"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\u00a0\u3000=1", "'\u00a0\u3000=1"),
        ('"=1', "'\"=1"),
        ("'=1", "''=1"),
        ("' OR 1=1", "'' OR 1=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff201", "'\uff201"),
        ("\u22121", "'\u22121"),
        # A tab or a line break is shown as an escape, which no spreadsheet takes for anything.
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ("a\nb", "a\\nb"),
        ("\x00=1", "\\x00=1"),
        ("\u202e=1", "\\u202e=1"),
        ("a;=1", "a;'=1"),
        ('a; "=1', "a; \"'=1"),
        ("Bot/2.1; +http://a.example", "Bot/2.1; '+http://a.example"),
        (";;=1;-", ";;'=1;'-"),
        ("a=b;c=d", "a=b;c=d"),
        ("a,=1", "a,=1"),
        ("1,5", "1,5"),
        ("", ""),
        (None, None),
    ],
)
def test_what_could_be_a_formula_is_text(text: str | None, cell: str | None) -> None:
    assert safe_texts(pa.array([text], pa.string())).to_pylist() == [cell]


def test_the_limit_of_a_cell() -> None:
    """Whatever is put in, a cell stays within what Excel holds."""
    texts = ["a" * 50_000, "\U0001f600" * 50_000, ";=" * 50_000, "\x01" * 50_000, "=" * 50_000]
    cells = safe_texts(pa.array(texts)).to_pylist()

    assert all(len(cell.encode("utf-16-le")) // 2 <= 32_767 for cell in cells)
    assert cells[0] == "a" * (CELL - 1) + "…"


def one(table: dict[str, Any]) -> Section:
    return section("x", "", "", {name: pa.array(values) for name, values in table.items()}, ())


def written(tmp_path: Path, *sections: Section) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(b"".join(sheet(sections)))
    return path


def test_the_bytes_of_a_file(tmp_path: Path) -> None:
    """Text in quotes, numbers without, missing values as nothing, lines that end in LF."""
    times = pa.array([0, None, 1_640_995_200_000_001], pa.timestamp("us", "UTC"))
    made = one(
        {
            "time": times,
            "flow_id": [2**63 - 1, 5, None],
            "text": ['a"b,c', "", None],
            "count": pa.array([-1, None, 3], pa.int64()),
            "alerted": [True, None, False],
            "duration": [0.5, 1e-06, None],
        }
    )
    data = written(tmp_path, made).read_bytes()
    empty = dict.fromkeys(COLUMNS, "")
    lines = [
        {"section": '"x"', "time": '"1970-01-01T00:00:00.000000Z"', "count": "-1",
         "flow_id": f"\"'{2**63 - 1}\"", "text": '"a""b,c"', "alerted": "true", "duration": "0.5"},
        {"section": '"x"', "flow_id": "\"'5\"", "text": '""', "duration": "0.000001"},
        {"section": '"x"', "time": '"2022-01-01T00:00:00.000001Z"', "count": "3",
         "alerted": "false"},
    ]  # fmt: skip

    assert data.startswith(BEGINNING)
    assert data.decode("utf-8-sig").split("\n") == [
        ",".join(f'"{name}"' for name in COLUMNS),
        *(",".join((empty | line).values()) for line in lines),
        "",
    ]


def test_many_rows_are_written_in_parts(tmp_path: Path) -> None:
    """With slices, of which Arrow keeps the whole behind them."""
    count = 200_000
    made = one({"text": [f"é{n % 7}" for n in range(count)], "count": np.arange(count)})
    parts = list(sheet([made]))
    table = pd.read_csv(written(tmp_path, made), low_memory=False)

    assert len(parts) == 1 + -(-count // 8192)
    assert table["count"].tolist() == list(range(count))
    assert table["text"].tolist() == made.table["text"].to_pylist()


def test_parts_stay_small_however_long_the_texts_are() -> None:
    """Memory does not grow with the file, and no part comes near the 2 GB of Arrow's offsets."""
    made = one({"text": ["a" * 4000] * 20_000, "decoded": ["b" * 4000] * 20_000})
    sizes = [len(part) for part in sheet([made])]

    assert sum(sizes) > 160_000_000
    assert max(sizes) < 80_000_000


def test_sections_without_rows(tmp_path: Path) -> None:
    made = one({"text": pa.array([], pa.string()), "count": pa.array([], pa.int64())})

    assert read_sheet(written(tmp_path, made)) == []
    assert read_sheet(written(tmp_path)) == []
