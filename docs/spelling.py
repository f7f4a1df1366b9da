"""Check the spelling of all prose: README.md, the pages of the site, docstrings and comments.

``python docs/spelling.py`` reads the text that people read, leaves out code, names and addresses,
and looks each word up in an English dictionary. Words that are right and not in it stand in
``docs/words.txt``, one a line: the terms of this field, names, and British spellings. A word in
lower case there is right with a capital, too, and any with an ``'s``. ``--fix`` sorts the list, and
takes out what is twice in it, or in no text any more.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from spylls.hunspell import Dictionary

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
WORDS = ROOT / "docs" / "words.txt"

# Words of letters alone, which no sign joins to something that is no word. Behind a hyphen there is
# one if there is one before it, and else the option of a command.
WORD = re.compile(
    r"(?<![\w.@/\\$&#])(?<!(?<![^\W\d_])-)[^\W\d_]+(?:['\u2019][^\W\d_]+)*(?![\w@/\\(=]|\.\w)"
)
CODE_FENCE = re.compile(r"^(?P<indent>\s*)(?P<mark>`{3,}|~{3,})(?P<info>.*)$")
CODE_COMMENT = re.compile(r"(?:^|\s{2})# (?P<text>.*)$")
FOR_TOOLS = re.compile(r"#!|# (?:fmt|noqa|pragma|type|ruff|mypy):?")
PROSE_DIRECTIVE = re.compile(
    r"\b(?:admonition|caution|dropdown|important|note|seealso|tip|warning)(?:\}|::)"
)
MARKUP = re.compile(
    r"<!--.*?-->|<[A-Za-z/][^<>]*>"  # comments, tags and addresses
    r"|\{[\w:+-]+\}(?=`)"  # the names of roles
    r"|:[\w:+-]+:(?=`)"
    r"|(?P<ticks>`+)(?:(?!`).|\n(?!\s*\n))*?(?P=ticks)(?!`)"  # code, and what is referred to
    r"|(?<=\])\([^()\s]*\)"  # the targets of links
    r"|\bhttps?:\S+",
    re.DOTALL,
)


def main(arguments: list[str]) -> int:
    """Say which words are not known, and return the exit status."""
    listed = set(WORDS.read_text(encoding="utf-8").split())
    found = words()
    dictionary = Dictionary.from_files("en_US")
    unknown = {
        word: places
        for word, places in found.items()
        if not any(dictionary.lookup(form) for form in (word, without_s(word)))
    }
    if "--fix" in arguments:
        listed &= {form for word in unknown for form in forms(word)}
        listed = {word for word in listed if not listed & (forms(word) - {word})}
        lines = sorted(listed, key=lambda word: (word.casefold(), word))
        WORDS.write_text("".join(f"{word}\n" for word in lines), encoding="utf-8")
    wrong = {word: places for word, places in unknown.items() if listed.isdisjoint(forms(word))}
    said = [f"{', '.join(places[:3])}: {word}" for word, places in sorted(wrong.items())]
    said += [f"{len(found)} words, {len(wrong)} neither in the dictionary nor in docs/words.txt"]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if wrong or not found else 0


def without_s(word: str) -> str:
    """Return a word without the ending of the genitive."""
    return re.sub(r"['\u2019]s?$", "", word)


def forms(word: str) -> set[str]:
    """Return the forms in which a word may stand in the list."""
    return {word, word.lower(), without_s(word), without_s(word).lower()}


def words() -> dict[str, list[str]]:
    """Return every word, and the lines where it is."""
    found = defaultdict(list)
    for path, first, text in texts():
        for number, line in enumerate(text.split("\n"), first):
            for match in WORD.finditer(line):
                stem = re.split(r"['\u2019]", match[0])[0]
                # Abbreviations, and names such as DataFrame, are not for a dictionary.
                if len(stem) > 1 and (stem.islower() or stem.istitle()):
                    found[match[0]].append(f"{path.relative_to(ROOT)}:{number}")
    return found


# -- what is read -------------------------------------------------------------------------------
def texts() -> Iterator[tuple[Path, int, str]]:
    """Yield each text without its markup: the file, the number of its first line, the text."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for path in pages:
        if not {"_build", "generated"} & set(path.parts):
            yield path, 1, blank(MARKUP, markdown(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "docs").rglob("*.rst")):
        if not {"_build", "generated", "_templates"} & set(path.parts):
            yield path, 1, blank(MARKUP, restructured(path.read_text(encoding="utf-8")))
    modules = [*(ROOT / "suricata_eve").rglob("*.py"), *(ROOT / "docs").glob("*.py")]
    for path in sorted(modules):
        for first, text in docstrings(path):
            yield path, first, blank(MARKUP, restructured(text))
        for number, text in comments(path):
            yield path, number, blank(MARKUP, text)


def blank(pattern: re.Pattern[str], text: str) -> str:
    """Take out what a pattern finds, and keep the lines."""
    return pattern.sub(lambda match: " . " + "\n" * match[0].count("\n"), text)


def markdown(text: str) -> str:
    """Empty the lines of code and of front matter."""
    lines = text.split("\n")
    code = ""
    front = lines[0] == "---"
    for at, line in enumerate(lines):
        fence = CODE_FENCE.match(line)
        if front:
            front = at == 0 or line != "---"
            lines[at] = ""
        elif code:
            comment = CODE_COMMENT.search(line)
            lines[at] = comment["text"] if comment else ""
            code = "" if fence and fence["mark"].startswith(code) and not fence["info"] else code
        elif fence:
            code = "" if PROSE_DIRECTIVE.search(fence["info"]) else fence["mark"]
            lines[at] = ""
        elif re.match(r"^\s*:[\w-]+:(\s|$)", line):
            lines[at] = ""
    return "\n".join(lines)


def restructured(text: str) -> str:
    """Empty the lines of examples, of literal blocks, of directives and of parameters."""
    lines = text.split("\n")
    example = False
    literal: int | None = None
    for at, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if literal is not None and line.strip() and indent <= literal:
            literal = None
        example = line.strip() != "" and (example or line.lstrip().startswith(">>>"))
        if example or literal is not None or re.match(r"^\s*[\w*, .]+ : ", line):
            lines[at] = ""
        elif re.match(r"^\s*\.\. ", line):
            literal = None if PROSE_DIRECTIVE.search(line) else indent
            lines[at] = ""
        elif line.rstrip().endswith("::"):
            literal = indent
    return "\n".join(lines)


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the docstrings of a module, with the numbers of their lines."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            expression = node.body[0]
            assert isinstance(expression, ast.Expr)  # noqa: S101
            assert isinstance(expression.value, ast.Constant)  # noqa: S101
            yield expression.lineno, str(expression.value.value)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments of a module that have a line of their own and are for people."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            alone = token.line.lstrip().startswith("#")
            if token.type == tokenize.COMMENT and alone and not FOR_TOOLS.match(token.string):
                yield token.start[0], token.string[1:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
