"""Read the page of a report as a strict reader would, and its CSV."""

from __future__ import annotations

import csv
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

__all__ = ["HOSTILE", "Page", "read_page", "read_sheet"]

# What a tag may have; `*` may be on any.
ALLOWED: dict[str, set[str]] = {
    "html": {"lang", "dir", "translate"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "a": {"href"},
    "h2": {"id"},
    "nav": {"aria-label"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "th": {"class", "scope"},
    "svg": {"viewbox", "preserveaspectratio", "role", "aria-label"},
    "rect": {"class", "x", "y", "width", "height"},
    **{tag: {"class"} for tag in ("body", "p", "td", "span")},
    **{tag: set() for tag in ("head", "title", "style", "h1", "dl", "dt", "dd", "ul", "li")},
    **{tag: set() for tag in ("small", "bdi", "br", "figure", "figcaption", "g", "footer")},
    **{tag: set() for tag in ("table", "thead", "tbody", "tr", "details", "summary")},
}
VOID = {"meta", "br", "rect"}
EQUIV = {"Content-Security-Policy", "x-dns-prefetch-control"}

HOSTILE = (
    "<script>document.title='alive'</script>",
    "<script src=http://127.0.0.1:{port}/js></script>",
    "<img src=x onerror=\"document.title='alive'\">",
    "<img src=http://127.0.0.1:{port}/img>",
    "<svg onload=\"document.title='alive'\"><rect/></svg>",
    "</bdi></td></tr></table><script>document.title='alive'</script>",
    "</style><script>document.title='alive'</script>",
    "</title><script>document.title='alive'</script>",
    "--><script>document.title='alive'</script><!--",
    "]]><script>document.title='alive'</script><![CDATA[",
    "javascript:document.title='alive'",
    "<a href=\"javascript:document.title='alive'\">x</a>",
    "\" onmouseover=\"document.title='alive'\" x=\"",
    "' autofocus onfocus='document.title=1' x='",
    "&#x3c;script&#x3e;document.title='alive'&#x3c;/script&#x3e;",
    "&lt;b&gt; &amp;amp; &quot; &NotAnEntity;",
    "$\\href{javascript:document.title=1}{x}$ \\(y\\) \\[z\\] $$q$$",
    "a\u2028b\u2029c\u0085d",
    "${document.title='alive'} {{7*7}} <%= 7*7 %> #{7*7}",
    "<iframe srcdoc=\"<script>parent.document.title='alive'</script>\"></iframe>",
    "<iframe src=http://127.0.0.1:{port}/frame></iframe>",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.1:{port}/away>",
    "<link rel=stylesheet href=http://127.0.0.1:{port}/css>",
    "<link rel=dns-prefetch href=//ahead.invalid>",
    "<style>body{{background:url(http://127.0.0.1:{port}/bg)}}</style>",
    '<p style="background:url(http://127.0.0.1:{port}/inline)">x</p>',
    "<base href=http://127.0.0.1:{port}/>",
    "<form action=http://127.0.0.1:{port}/form><button autofocus>x</button></form>",
    "<object data=http://127.0.0.1:{port}/object></object><embed src=x>",
    "<math><mtext><table><mglyph><style><img src=x onerror=document.title=1>",
    '<noscript><p title="</noscript><img src=x onerror=document.title=1>">',
    "<plaintext>", "<textarea>", "<!doctype html><frameset>", "<xmp>", "<template>",
    "+ADw-script+AD4-document.title=1+ADw-/script+AD4-",
    "\x1b[2J\x1b]0;alive\x07", "\x00\x01<script\x00>x", "\ufeff\ufffe",
    "evil\u202egnp.exe", "\u2066isolated\u2069", "zero\u200bwidth\u200d\u00ad",
    "pile" + "\u0301\u0336\u0489" * 20, "\u0628\u0627\u0644\u0639 \u05d0\u05d1",
    "=cmd|' /C calc'!A0", "+1-1", "-2+3", "@SUM(1+1)", " =1+1", "\t=1+1", "\r\n=1+1",
    "'=1+1", "''", "'", '"=1+1', "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201", "\u3000=1",
    "x;=1+1", 'x; "=1+1', "x,=1+1", 'a"b""c', "a,b;c|d", "-", "",
)  # fmt: skip
"""Texts that want to be something else; `{port}` stands for where they want to call."""


class Page(HTMLParser):
    """A page, of which every tag and attribute was expected."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.wrong: list[str] = []
        self.texts: list[str] = []
        self.title = ""
        self.heading = ""
        self.tables: dict[str, list[list[str]]] = {}
        self.section = ""

    def handle_decl(self, decl: str) -> None:
        if decl != "DOCTYPE html" or self.tags:
            self.wrong.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(f"<![{data}]>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        given = dict(attrs)
        if tag not in ALLOWED or not given.keys() <= ALLOWED[tag]:
            self.wrong.append(f"<{tag} {attrs}>")
        if tag == "a" and not str(given.get("href", "#")).startswith("#"):
            self.wrong.append(f"a link to {given['href']}")
        if given.get("http-equiv") and given["http-equiv"] not in EQUIV:
            self.wrong.append(f"a meta {attrs}")
        if tag not in VOID:
            self.open.append(tag)
        if tag == "h2":
            self.section = str(given.get("id"))
            self.tables[self.section] = []
        elif tag == "tr":
            self.tables[self.section].append([])
        elif tag in ("td", "th"):
            self.tables[self.section][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            self.title += data
        if "h1" in self.open:
            self.heading += data
        if "td" in self.open or "th" in self.open:
            self.tables[self.section][-1][-1] += data
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, in and out of tables."""
        return "\n".join(self.texts)

    @property
    def shape(self) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
        """The tags with their attributes, without the drawing."""
        drawn = {"svg", "g", "rect", "title"}
        return [one for one in self.tags if one[0] not in drawn]


def read_page(data: bytes | Path) -> Page:
    """Read a page that must be ASCII, well-formed and of known tags only."""
    raw = data.read_bytes() if isinstance(data, Path) else data
    page = Page()
    page.feed(raw.decode("ascii"))
    page.close()
    assert page.wrong == []
    assert page.open == []
    return page


def read_sheet(path: Path) -> list[dict[str, Any]]:
    """Read a CSV by the standard library; each line is a row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert len(rows) == path.read_bytes().count(b"\n") - 1
    assert all(None not in row and None not in row.values() for row in rows)
    return rows
