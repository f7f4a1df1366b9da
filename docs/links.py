"""Check the built site: every link leads somewhere, and nothing is loaded from elsewhere.

``python docs/links.py FOLDER`` reads each HTML and CSS file of a site and fails on

- a link, picture, script, style or frame whose file is not there,
- an ``#anchor`` that its page does not have,
- an address of the machine: ``file:``, a path from the root, or the folder of the build in a text,
- whatever a page would load from another host as it is opened.

Links to other sites are not followed; ``--external`` prints them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["check"]

ELSEWHERE = re.compile(r"https?:|//", re.IGNORECASE)

# A file of the theme that it needs while it is built.
NO_PAGES = {"_static/webpack-macros.html"}

# What a browser asks for as it opens a page, and what it asks for when somebody clicks.
LOADED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
CLICKED = {"a": ("href",), "area": ("href",), "form": ("action",)}
# Of <link>, these are addresses to go to; all others are loaded.
LINKS_TO_GO_TO = {"alternate", "author", "canonical", "help", "index", "next", "prev", "search"}

IN_CSS = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
IN_SCRIPT = re.compile(
    r"""(?:\bfrom|\bimport|\bimport\s*\(|\bfetch\s*\()\s*["'`](https?:[^"'`]+)"""
)
# Folders of the one who built the site: in a text, they differ from build to build.
OF_THE_BUILD = re.compile(
    rf"{re.escape(str(Path(__file__).parent.parent))}\b"
    rf"|{re.escape(tempfile.gettempdir())}/(?:tmp[a-z0-9_]{{8}}|ipykernel_\d+)\b"
)


@dataclass(frozen=True)
class Link:
    """An address in a page."""

    target: str
    line: int
    loaded: bool


@dataclass
class Page(HTMLParser):
    """What a page has to say of itself and of others."""

    anchors: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    inside: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note anchors and addresses of an element."""
        values = {name: value or "" for name, value in attrs}
        self.inside = tag
        named = ("id", "name") if tag == "a" else ("id",)
        self.anchors |= {values[name] for name in named if values.get(name)}
        for name in LOADED.get(tag, ()):
            addresses = values.get(name, "")
            if name == "srcset" and not addresses.startswith("data:"):
                self._note(*(part.split()[0] for part in addresses.split(",") if part.split()))
            else:
                self._note(addresses)
        for name in CLICKED.get(tag, ()):
            self._note(values.get(name, ""), loaded=False)
        if tag == "link":
            relations = set(values.get("rel", "").lower().split())
            self._note(values.get("href", ""), loaded=not relations & LINKS_TO_GO_TO)
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            self._note(values.get("content", "").partition("=")[2])
        self._note(*in_css(values.get("style", "")))
        if "srcdoc" in values:  # a page within the page
            inner = Page()
            inner.feed(values["srcdoc"])
            within = {f"#{anchor}" for anchor in inner.anchors}
            self._note(*(link.target for link in inner.links if link.target not in within))

    def handle_endtag(self, tag: str) -> None:
        """Leave scripts and styles."""
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        """Look into scripts and styles."""
        if self.inside == "style":
            self._note(*in_css(data))
        elif self.inside == "script":
            self._note(*IN_SCRIPT.findall(data))

    def _note(self, *targets: str, loaded: bool = True) -> None:
        line = self.getpos()[0]
        self.links += [Link(target.strip(), line, loaded) for target in targets if target.strip()]


def in_css(text: str) -> list[str]:
    """Return the addresses in a style sheet."""
    return [first or second for first, second in IN_CSS.findall(text)]


def read(path: Path) -> Page:
    """Read an HTML or a CSS file."""
    text = path.read_text(encoding="utf-8")
    page = Page()
    if path.suffix == ".css":
        page.links = [Link(target.strip(), 0, loaded=True) for target in in_css(text)]
    else:
        page.feed(text)
        page.close()
    return page


def check(site: Path) -> tuple[list[str], dict[str, set[str]]]:
    """Return what is wrong, a line each, and the pages that link to each external address."""
    files = [path for path in sorted(site.rglob("*")) if path.suffix in {".html", ".css"}]
    pages = {
        path: read(path) for path in files if path.relative_to(site).as_posix() not in NO_PAGES
    }
    wrong = []
    external = defaultdict(set)
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for link in page.links:
            if ELSEWHERE.match(link.target):
                external[link.target].add(name)
            if reason := fault(link, path, site, pages):
                wrong.append(f"{name}, line {link.line}: {link.target[:120]}: {reason}")
        if path.suffix == ".html":
            found = sorted(set(OF_THE_BUILD.findall(path.read_text(encoding="utf-8"))))
            wrong += [f"{name}: shows a folder of the machine: {folder}" for folder in found]
    return wrong, external


def fault(link: Link, path: Path, site: Path, pages: dict[Path, Page]) -> str:
    """Return what is wrong with a link, or an empty text."""
    try:
        parts = urlsplit(link.target)
    except ValueError as error:
        return str(error)
    if ELSEWHERE.match(link.target):
        return "is loaded from another host" if link.loaded else ""
    if parts.scheme in ({"data"} if link.loaded else {"data", "mailto"}):
        return ""
    if parts.scheme:
        return f"no address of a site begins with {parts.scheme}:"
    if parts.path.startswith("/"):
        return "a path from the root, where the site may not be"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    return fault_inside(target, unquote(parts.fragment), site, pages)


def fault_inside(target: Path, anchor: str, site: Path, pages: dict[Path, Page]) -> str:
    """Return what is wrong with a file of the site and an anchor in it, or an empty text."""
    if not target.is_relative_to(site):
        return "is outside of the site"
    if not target.is_file():
        return "no such file"
    if anchor and target in pages and anchor not in pages[target].anchors:
        return f"no such anchor in {target.relative_to(site).as_posix()}"
    return ""


def main(arguments: list[str]) -> int:
    """Say what is wrong, and return the exit status."""
    site = Path(next(argument for argument in arguments if not argument.startswith("-"))).resolve()
    wrong, external = check(site)
    said = []
    if "--external" in arguments:
        said += [f"{at}  ({', '.join(sorted(names))})" for at, names in sorted(external.items())]
    pages = sum(1 for _ in site.rglob("*.html"))
    said += [*wrong, f"{pages} pages, {len(external)} external addresses, {len(wrong)} faults"]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
