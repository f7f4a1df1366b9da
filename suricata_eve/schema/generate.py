"""Make the packaged field table from a list of fields, one CSV row a path.

The CSV has the columns ``path, json_types, first_release_with_it, last_release_with_it``
and is drawn from the JSON schemas that Suricata publishes with each release
(``etc/schema.json``). Run it as ``python -m suricata_eve.schema.generate FIELDS.csv OUT.txt``.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

__all__ = ["compact", "main"]


def compact(rows: Iterable[Mapping[str, str]]) -> str:
    """Render the rows of the CSV as the packaged table.

    Fields of one object that share type and releases share a line, which makes the
    table an eighth of the CSV: most of it is counters under ``stats``.

    Parameters
    ----------
    rows : iterable of mapping
        The CSV's rows.

    Returns
    -------
    str
        Lines of ``parent TAB json_types TAB first TAB last TAB names``, names being
        separated by spaces; the parent of a top-level field is empty.
    """
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for row in rows:
        parent, _, name = row["path"].rpartition(".")
        key = (parent, row["json_types"], row["first_release_with_it"], row["last_release_with_it"])
        groups.setdefault(key, []).append(name)
    lines = ("\t".join((*key, " ".join(sorted(names)))) for key, names in sorted(groups.items()))
    return "".join(line + "\n" for line in lines)


def main(source: str, target: str) -> None:
    """Read the CSV file `source` and write the table to `target`.

    Parameters
    ----------
    source, target : str
        File names.
    """
    with Path(source).open(newline="", encoding="utf-8") as file:
        Path(target).write_text(compact(csv.DictReader(file)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
