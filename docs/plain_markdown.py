"""Turn MyST Markdown into Markdown that reads well wherever a notebook is opened.

What MyST adds is taken back: directives become quotes and fenced code, roles become code or text,
and links to other pages become their titles. What this module does not know is an error, so that
nothing of a page is lost in its notebook without a word.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator

__all__ = ["PlainMarkdownError", "TitleOf", "plain"]

TitleOf = Callable[[str], str | None]
"""Gives the title of the page that a relative link leads to, or None if there is no such page."""

QUOTES = {
    "attention", "caution", "danger", "error", "hint", "important", "note", "seealso", "tip",
    "warning",
}  # fmt: skip
TITLED_QUOTES = {"admonition", "dropdown"}
CODE = {"code", "code-block", "sourcecode"}
TITLED = {"card", "grid-item-card", "tab-item"}
CONTENT = {"container", "div", "grid", "grid-item", "tab-set"}
NOTHING = {"index", "raw", "toctree"}
NAMES = {"seealso": "See also"}

CODE_ROLES = {"code", "command", "field", "file", "kbd", "literal", "program"}
TEXT_ROLES = {"abbr", "term"}
PAGE_ROLES = {"doc", "ref"}
OBJECT_ROLES = {"any", "attr", "class", "data", "exc", "func", "meth", "mod", "obj"}

FENCE = re.compile(r"^(?P<indent>\s*)(?P<mark>`{3,}(?=[^`]*$)|~{3,}|:{3,})(?P<info>.*)$")
DIRECTIVE = re.compile(r"^\s*\{(?P<name>[\w:.-]+)\}\s*(?P<title>.*?)\s*$")
OPTION = re.compile(r"^:[\w-]+:(\s|$)")
ROLE = re.compile(r"\{(?P<name>[A-Za-z][\w:.+-]*)\}(?P<mark>`+)")
TICKS = re.compile(r"`+")
TAG = re.compile(r"<(?:!--.*?-->|[A-Za-z/][^<>\n]*>)", re.DOTALL)
EXPLICIT = re.compile(r"^(?P<title>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
FOOTNOTE = re.compile(r"\[\^(?P<name>[^\]\s]+)\](?P<colon>:?)")
DEFINED = re.compile(r"^\[[^\]^]+\]:\s*(?P<target>\S+)")
LABEL = re.compile(r"^\([\w:./-]+\)=\s*$")


class PlainMarkdownError(ValueError):
    """A page holds what no plain Markdown is known for."""


def plain(text: str, title_of: TitleOf) -> str:
    """Return the Markdown of a cell without what only MyST understands."""
    footnotes: dict[str, int] = {}
    lines = "\n".join(_blocks(text.split("\n"), title_of, footnotes)).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", lines)


# -- blocks -------------------------------------------------------------------------------------
def _blocks(lines: list[str], title_of: TitleOf, footnotes: dict[str, int]) -> Iterator[str]:
    """Yield the lines of the plain text."""
    waiting: list[str] = []
    at = 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        if fence is None:
            waiting.append(lines[at])
            at += 1
            continue
        yield from _prose(waiting, title_of, footnotes)
        waiting = []
        end = _end_of(fence, lines, at)
        indent = len(fence["indent"])
        body = [line[indent:] if line[:indent].isspace() else line for line in lines[at + 1 : end]]
        inner = list(_fenced(fence, body, title_of, footnotes))
        yield from (textwrap.indent(line, fence["indent"]) for line in inner)
        at = end + 1
    yield from _prose(waiting, title_of, footnotes)


def _end_of(fence: re.Match[str], lines: list[str], start: int) -> int:
    mark = fence["mark"]
    for place in range(start + 1, len(lines)):
        line = lines[place].strip()
        if len(line) >= len(mark) and set(line) == {mark[0]}:
            return place
    msg = f"what begins with {lines[start].strip()!r} has no end"
    raise PlainMarkdownError(msg)


def _fenced(
    fence: re.Match[str], body: list[str], title_of: TitleOf, footnotes: dict[str, int]
) -> Iterator[str]:
    directive = DIRECTIVE.match(fence["info"])
    if directive is None:
        yield from [fence["mark"] + fence["info"], *body, fence["mark"]]
        return
    name, title = directive["name"], directive["title"]
    body = _without_options(body)
    if name in NOTHING:
        return
    if name in CODE:
        marks = max((len(found) for line in body for found in TICKS.findall(line)), default=0)
        mark = "`" * max(3, marks + 1)
        yield from [mark + title, *body, mark]
        return
    inner = list(_blocks(body, title_of, footnotes))
    shown = _inline(title, title_of, footnotes)
    if name in QUOTES or name in TITLED_QUOTES:
        if name in QUOTES:
            inner = [shown, *inner] if shown else inner
            shown = NAMES.get(name, name.capitalize())
        yield from (f"> {line}".rstrip() for line in [f"**{shown}**", "", *inner])
    elif name in TITLED:
        yield from [f"**{shown}**", "", *inner]
    elif name in CONTENT:
        yield from inner
    else:
        msg = f"the directive {name!r} has no plain form yet; give it one in plain_markdown.py"
        raise PlainMarkdownError(msg)


def _without_options(body: list[str]) -> list[str]:
    """Leave out the options of a directive, and the empty lines around its content."""
    if body and body[0].strip() == "---":
        body = body[body.index("---", 1) + 1 :]
    at = 0
    while at < len(body) and OPTION.match(body[at]):
        at += 1
    return "\n".join(body[at:]).strip("\n").split("\n") if body[at:] else []


def _prose(lines: list[str], title_of: TitleOf, footnotes: dict[str, int]) -> Iterator[str]:
    """Yield lines outside of fences, paragraph by paragraph: no mark reaches beyond one."""
    lines = [line for line in lines if not LABEL.match(line) and not line.startswith("% ")]
    for line in lines:
        defined = DEFINED.match(line)
        if defined is not None and not ELSEWHERE.match(defined["target"]):
            msg = f"{line!r}: write a link to another page where it stands"
            raise PlainMarkdownError(msg)
    text = "\n".join(_definitions(lines))
    for part in re.split(r"(\n\s*\n)", text):
        shown = part if not part.strip() else _inline(part, title_of, footnotes)
        yield from (shown.split("\n") if part.strip() else [""] * (part.count("\n") - 1))


def _definitions(lines: list[str]) -> list[str]:
    """Write the lists of terms and definitions as lists."""
    result: list[str] = []
    for line in lines:
        if not line.startswith(": "):
            result.append(line)
            continue
        term = next((at for at in range(len(result) - 1, -1, -1) if result[at].strip()), None)
        if term is not None and not result[term].startswith((" ", "- **")):
            del result[term + 1 :]
            result[term] = f"- **{result[term]}**: {line[2:]}"
        else:  # a second definition of the same term
            result.append(line[1:])
    return result


# -- inside of lines ----------------------------------------------------------------------------
def _inline(text: str, title_of: TitleOf, footnotes: dict[str, int]) -> str:
    parts: list[str] = []
    at = 0
    while at < len(text):
        piece, at = _piece(text, at, title_of, footnotes)
        parts.append(piece)
    return "".join(parts)


def _piece(text: str, at: int, title_of: TitleOf, footnotes: dict[str, int]) -> tuple[str, int]:
    """Return what the text at a place becomes, and where it goes on."""
    sign = text[at]
    if sign == "\\":
        return text[at : at + 2], at + 2
    if sign == "`":
        return _code(text, at)
    if sign == "{" and (role := ROLE.match(text, at)):
        content, end = _until(text, role.end(), role["mark"])
        return _role(role["name"], content, title_of), end
    if sign == "<" and (tag := TAG.match(text, at)):
        return ("" if tag[0].startswith("<!--") else tag[0]), tag.end()
    if sign == "!" and text.startswith("![", at):
        msg = f"{text[at : at + 60]!r}: a picture of a file cannot be in a notebook"
        raise PlainMarkdownError(msg)
    if sign == "[":
        return _bracket(text, at, title_of, footnotes)
    # Notebooks take what is between two dollars for a formula; here it never is one.
    return ("\\$" if sign == "$" else sign), at + 1


def _code(text: str, at: int) -> tuple[str, int]:
    mark = TICKS.match(text, at)
    assert mark is not None  # noqa: S101
    try:
        _, end = _until(text, mark.end(), mark[0])
    except PlainMarkdownError:  # a backtick that begins nothing
        end = mark.end()
    return text[at:end], end


def _until(text: str, start: int, mark: str) -> tuple[str, int]:
    """Return the text up to a run of backticks of the same length, and where that ends."""
    for found in TICKS.finditer(text, start):
        if len(found[0]) == len(mark):
            return text[start : found.start()], found.end()
    msg = f"{mark}{text[start : start + 40]!r} has no end"
    raise PlainMarkdownError(msg)


def _role(name: str, content: str, title_of: TitleOf) -> str:
    name = name.rpartition(":")[2]
    explicit = EXPLICIT.match(content)
    if name in CODE_ROLES:
        return f"`{content}`"
    if name in TEXT_ROLES:
        return explicit["title"] if explicit else content
    if name in PAGE_ROLES:
        return explicit["title"] if explicit else f"*{title_of(content) or content}*"
    if name in OBJECT_ROLES:
        shown = explicit["title"] if explicit else content.removeprefix("!")
        return f"`{shown.rpartition('.')[2] if shown.startswith('~') else shown}`"
    msg = f"the role {name!r} has no plain form yet; give it one in plain_markdown.py"
    raise PlainMarkdownError(msg)


def _bracket(text: str, at: int, title_of: TitleOf, footnotes: dict[str, int]) -> tuple[str, int]:
    """Return a link, a footnote, or the bracket as it is."""
    if footnote := FOOTNOTE.match(text, at):
        number = footnotes.setdefault(footnote["name"], len(footnotes) + 1)
        return f"\\[{number}\\]", footnote.end()
    close = _closing(text, at)
    if close is None or not text.startswith("(", close + 1):
        return "[", at + 1
    end = text.find(")", close)
    target = text[close + 2 : end].strip().split(" ")[0].strip("<>")
    shown = _inline(text[at + 1 : close], title_of, footnotes)
    if ELSEWHERE.match(target):
        return f"[{shown}]({target})", end + 1
    if target.startswith("#"):
        return shown, end + 1
    title = title_of(target)  # Sphinx itself warns where there is no such page
    if title is None or not shown or shown.strip("`*").casefold() == title.casefold():
        return (shown if title is None else f"*{title}*"), end + 1
    return f"{shown} (*{title}*)", end + 1


def _closing(text: str, at: int) -> int | None:
    """Return the place of the bracket that closes the one at a place, past those in code."""
    depth = 0
    while at < len(text):
        if text[at] == "`":
            _, at = _code(text, at)
            continue
        if text[at] == "\\":
            at += 2
            continue
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    return None
