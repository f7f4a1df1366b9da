"""Write the report of an incident."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from suricata_eve.analysis.columns import require_columns
from suricata_eve.errors import EveOptionError, EveTypeError
from suricata_eve.options import integer_of
from suricata_eve.output.targets import writing
from suricata_eve.reports.facts import facts
from suricata_eve.reports.gather import gathered
from suricata_eve.reports.page import page
from suricata_eve.reports.sheet import BEGINNING, sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["report"]

_SUFFIXES = (".html", ".htm")


def report(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    title: str = "Incident report",
    csv: bool = True,
    max_rows: int = 1000,
) -> tuple[Path, ...]:
    """Write an incident as one page of HTML for people, and a CSV beside it with every row.

    Parameters
    ----------
    frame : DataFrame
        The events of the incident, mostly those of some flows; it is not changed.
    path : str or path
        Where to write the page: a name that ends in ``.html`` or ``.htm``.
    title : str, default "Incident report"
        What the page is called.
    csv : bool, default True
        Whether to write the CSV, under the same name with the ending ``.csv``.
    max_rows : int, default 1000
        How many rows of each table the page shows.

    Returns
    -------
    tuple of pathlib.Path
        The files that were written, the page first.

    Raises
    ------
    MissingColumnError
        If the frame has no ``event_type`` or no ``timestamp``.
    EveOptionError
        If the name has another ending, ``max_rows`` is negative, or a file is in the CSV's
        place that this function did not write.
    EveTypeError
        If `path` is no path, `title` no text, `csv` neither True nor False, or `max_rows` no
        integer.
    OSError
        If the folder is not there, or as ``open`` raises it.

    See Also
    --------
    suricata_eve.accessor.EveAccessor.report : The method, described in full.

    Examples
    --------
    >>> import tempfile
    >>> import suricata_eve
    >>> df = suricata_eve.load_sample("log4j")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page, sheet = suricata_eve.report(df, f"{folder}/log4j.html", title="Log4Shell")
    >>> page.name, sheet.name
    ('log4j.html', 'log4j.csv')
    """
    limit = integer_of(
        "max_rows", max_rows, "how many rows of a table to show, 0 or more", least=0, most=math.inf
    )
    if not isinstance(title, str):
        msg = f"title is text, not {type(title).__name__}: {title!r}"
        raise EveTypeError(msg)
    if not isinstance(csv, bool | np.bool_):
        msg = f"csv is True or False, not {csv!r}; the table has the name of the page, with .csv"
        raise EveTypeError(msg)
    html = _html(path)
    table = html.with_suffix(".csv") if csv else None
    if table is not None:
        _check_own(table)
    require_columns(frame, ["event_type", "timestamp"], method="report")
    sections = gathered(frame)
    name = None if table is None else table.name
    data = page(title, facts(frame), sections, max_rows=limit, table=name)
    with writing(html, compression=None) as write:
        write(data)
        if table is None:
            return (html,)
        with writing(table, compression=None) as write_row:
            for part in sheet(sections):
                write_row(part)
    return html, table


def _html(path: object) -> Path:
    """Return the path of the page, if one can be written there."""
    if not isinstance(path, str | os.PathLike):
        msg = (
            f"report() writes two files and takes the path of the page, such as 'incident.html', "
            f"not {type(path).__name__}"
        )
        raise EveTypeError(msg)
    html = Path(path).expanduser()
    if html.suffix.lower() not in _SUFFIXES:
        msg = (
            f"report() writes a page of HTML, and {str(path)!r} is not the name of one, such as "
            f"'incident.html'; the CSV is put beside it"
        )
        raise EveOptionError(msg)
    if not html.parent.is_dir():
        msg = f"there is no folder {str(html.parent)!r} to write {html.name!r} to; make it first"
        raise FileNotFoundError(msg)
    return html


def _check_own(table: Path) -> None:
    """Refuse to replace a CSV that nobody named and that is no earlier report's."""
    if not table.exists():
        return
    if table.is_file():
        with table.open("rb") as file:
            if file.read(len(BEGINNING)) == BEGINNING:
                return
    msg = (
        f"{str(table)!r} is there already and no earlier report's: move it, name the page "
        f"otherwise, or leave the table out with csv=False"
    )
    raise EveOptionError(msg)
