"""The table of fields, made from a list of them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from suricata_eve.schema.generate import compact, main

COLUMNS = ("path", "json_types", "first_release_with_it", "last_release_with_it")
ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / os.environ.get("SURICATA_EVE_DATA", "../shared") / "eve-fields.csv"


def rows(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, line.split(","), strict=True)) for line in lines]


def test_fields_alike_share_a_line() -> None:
    made = compact(
        rows(
            "b.z,integer,7.0.0,main",
            "b.a,integer,7.0.0,main",
            "top,string,7.0.0,main",
            "b.s,string,7.0.0,main",
            "b.new,integer,8.0.0,main",
            "b.gone,integer,7.0.0,8.0.1",
            "b.c.a,integer,7.0.0,main",
        )
    )

    assert made == (
        "\tstring\t7.0.0\tmain\ttop\n"
        "b\tinteger\t7.0.0\t8.0.1\tgone\n"
        "b\tinteger\t7.0.0\tmain\ta z\n"
        "b\tinteger\t8.0.0\tmain\tnew\n"
        "b\tstring\t7.0.0\tmain\ts\n"
        "b.c\tinteger\t7.0.0\tmain\ta\n"
    )


def test_the_order_of_the_rows_does_not_matter() -> None:
    given = rows("b,string,1,2", "a,string,1,2", "a.b,string,1,2")

    assert compact(given) == compact(given[::-1])


def test_no_rows_make_an_empty_table() -> None:
    assert compact([]) == ""


def test_main_writes_what_compact_makes(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.txt"
    source.write_text(",".join(COLUMNS) + "\nalert.rev,integer,7.0.0,main\n", encoding="utf-8")
    main(str(source), str(target))

    assert target.read_bytes() == b"alert\tinteger\t7.0.0\tmain\trev\n"


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.txt"
    source.write_text(",".join(COLUMNS) + "\nhost,string,7.0.1,main\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "suricata_eve.schema.generate", str(source), str(target)], check=True
    )

    assert target.read_text(encoding="utf-8") == "\tstring\t7.0.1\tmain\thost\n"


@pytest.mark.skipif(not SOURCE.exists(), reason="the list of fields does not ship")
def test_the_packaged_table_is_made_from_the_list_of_fields() -> None:
    with SOURCE.open(newline="", encoding="utf-8") as file:
        made = compact(csv.DictReader(file))

    assert made == files("suricata_eve.schema").joinpath("fields.txt").read_text(encoding="utf-8")
