"""The report as one page of HTML: no script, no link out, nothing loaded, text only as text.

The bytes are ASCII, what is beyond is written as numbers: no guess at the encoding changes what
the page is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from suricata_eve.ingest.report import many
from suricata_eve.reports.bars import bars
from suricata_eve.reports.cells import cells, stamp, word
from suricata_eve.reports.style import STYLE, policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from suricata_eve.reports.facts import Facts
    from suricata_eve.reports.sections import Form, Section

__all__ = ["page"]

# What phones would make links of.
_NOT_FOUND = "telephone=no, date=no, address=no, email=no, url=no"
_CLASSES: dict[Form, str] = {
    "text": "text",
    "change": "text",
    "number": "number",
    "seconds": "number",
    "id": "number",
    "time": "time",
}


def page(
    title: str, told: Facts, sections: Sequence[Section], *, max_rows: int, table: str | None
) -> bytes:
    """Write the page.

    Parameters
    ----------
    title : str
        Of the page; any text.
    told : Facts
        The headline.
    sections : sequence of Section
        The tables, in order.
    max_rows : int
        How many rows of each are shown at most.
    table : str or None
        Name of the file that has all rows, if there is one.

    Returns
    -------
    bytes
        HTML.
    """
    name = word(title, limit=200)
    body = [
        f"<h1>{name}</h1>",
        f'<p class="lead">{_lead(told, sections)}</p>',
        _strip(sections),
        _facts(told),
        _contents(sections),
        *(_section(one, max_rows, table) for one in sections),
        "<footer>",
        f"<p><small>{_legend(table)}</small></p>",
        "</footer>",
    ]
    html = "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en" dir="ltr" translate="no">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy()}">',
            '<meta http-equiv="x-dns-prefetch-control" content="off">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="robots" content="noindex, nofollow, noarchive">',
            f'<meta name="format-detection" content="{_NOT_FOUND}">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{name}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            # Should a page of notes take this one in, its MathJax leaves it alone.
            '<body class="tex2jax_ignore mathjax_ignore notranslate">',
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )
    return html.encode("ascii", "xmlcharrefreplace")


def _lead(told: Facts, sections: Sequence[Section]) -> str:
    """Return the incident in a sentence or two."""
    lengths = {one.key: one.length for one in sections}
    count = _many(lengths["alert"], "alert")
    if lengths["signature"]:
        count += f" of {_many(lengths['signature'], 'signature')}"
    text = f"{count} among {_many(told.events, 'event')}"
    if told.flows:
        text += f" of {_many(told.flows, 'flow')}"
    if told.clients:
        text += f", {_many(told.clients, 'client')} and {_many(told.servers, 'server')}"
    if told.first is not None and told.last is not None:
        text += f", from {word(stamp(told.first))} to {word(stamp(told.last))} UTC"
    return f"{text}."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {many(number, noun).partition(' ')[2]}"


def _strip(sections: Sequence[Section]) -> str:
    alerts = next(one for one in sections if one.key == "alert").table
    times = alerts["time"].cast(pa.int64())
    known = times.is_valid()
    if times.null_count == len(times):
        return "<p>No alerts.</p>" if len(times) == 0 else "<p>No alert has a time.</p>"
    severity = np.asarray(alerts["severity"].filter(known).fill_null(0)).astype(np.int64)
    return bars(np.asarray(times.filter(known)), severity)


def _facts(told: Facts) -> str:
    rows = [
        f"<dt>{word(what)}</dt><dd><bdi>{word(text, limit=800)}</bdi></dd>"
        for what, text in told.listed
    ]
    return "\n".join(["<dl>", *rows, "</dl>"])


def _contents(sections: Sequence[Section]) -> str:
    items = [
        f'<li><a href="#{one.key}">{one.title}</a> <small>{one.length:,}</small></li>'
        for one in sections
    ]
    return "\n".join(['<nav aria-label="Contents">', "<ul>", *items, "</ul>", "</nav>"])


def _section(one: Section, max_rows: int, table: str | None) -> str:
    heading = f'<h2 id="{one.key}">{one.title} <small>{one.length:,}</small></h2>'
    if one.length == 0:
        return f'{heading}\n<p class="note">None.</p>'
    note = one.note
    shown = np.sort(one.order[:max_rows])
    if len(shown) < one.length:
        note += f" {len(shown):,} of {one.length:,} are shown, {one.chosen_by}"
        note += "." if table is None else f"; all are in {word(table)}."
    if len(shown) == 0:
        return f'{heading}\n<p class="note">{note}</p>'
    rows = pa.array(shown)
    heads, columns = [], []
    for column in one.page:
        kind = _CLASSES.get(column.form)
        attribute = f' class="{kind}"' if kind else ""
        head = f"{column.head}, UTC" if column.form == "time" else column.head
        heads.append(f'<th scope="col"{attribute}>{head}</th>')
        made = cells(one.table, column.names, rows, column.form)
        columns.append([f"<td{attribute}>{cell}</td>" for cell in made])
    lines = ["<tr>" + "".join(line) + "</tr>" for line in zip(*columns, strict=True)]
    return "\n".join(
        [
            heading,
            f'<p class="note">{note}</p>',
            f'<div class="box {one.key}" tabindex="0" role="region" aria-label="{one.title}">',
            "<table>",
            f"<thead><tr>{''.join(heads)}</tr></thead>",
            "<tbody>",
            *lines,
            "</tbody>",
            "</table>",
            "</div>",
        ]
    )


def _legend(table: str | None) -> str:
    text = (
        "All times are UTC, cut to the millisecond. Characters that a screen could act on, and "
        "those that cannot be seen, are shown as escapes such as \\n and \\u202e. Addresses of "
        "indicators are written so that no program takes them for links."
    )
    if table is not None:
        text += (
            f" {word(table)} has every row, with times to the microsecond; a ' before a text or "
            f"a flow there keeps a spreadsheet from calculating with it."
        )
    return text
