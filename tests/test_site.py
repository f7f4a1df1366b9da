"""What the site is made and checked with: plain Markdown for notebooks, and links that lead on."""

from __future__ import annotations

from pathlib import Path

import pytest
from links import check
from plain_markdown import PlainMarkdownError, plain

TITLES = {"../reference/reading.md": "Reading", "flows.md#ends": "Pivot by flow"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# A title\n\nA text.", "# A title\n\nA text."),
        (":::{tip}\nOne.\nTwo `{x}`.\n:::", "> **Tip**\n>\n> One.\n> Two `{x}`."),
        ("::::{note} Look\n:class: x\n\nA.\n::::", "> **Note**\n>\n> Look\n> A."),
        (":::{admonition} A `b`\n:::", "> **A `b`**\n>"),
        ("```{code-block} sh\n:caption: x\n\nls\n```", "```sh\nls\n```"),
        ("````{code-block} md\n```\nx\n```\n````", "````md\n```\nx\n```\n````"),
        ("```python\n{x}`y` $a$ [b](c.md)\n```", "```python\n{x}`y` $a$ [b](c.md)\n```"),
        ("- a\n\n  ```{code-block} sh\n  ls\n  ```", "- a\n\n  ```sh\n  ls\n  ```"),
        (":::{tip}\n```{code-block} sh\nls\n```\n:::", "> **Tip**\n>\n> ```sh\n> ls\n> ```"),
        ("A\n\n```{raw} html\n<b>x</b>\n```\n\nB", "A\n\nB"),
        ("(label)=\n## Head\n% not shown\nA", "## Head\nA"),
        ("Term\n: What it is,\n  at length.", "- **Term**: What it is,\n  at length."),
        ("{meth}`df.eve.dns <pandas.DataFrame.eve.dns>`", "`df.eve.dns`"),
        ("{func}`suricata_eve.read_eve`, {func}`~a.b`", "`suricata_eve.read_eve`, `b`"),
        ("{eve:field}`http.url` and {abbr}`JA4 (a hash)`", "`http.url` and JA4 (a hash)"),
        ("see [](../reference/reading.md)", "see *Reading*"),
        ("see [the\npage](flows.md#ends)", "see the\npage (*Pivot by flow*)"),
        ("[Reading](../reference/reading.md), [gone](gone.md)", "*Reading*, gone"),
        ("[`a]b`](flows.md#ends), [here](#x)", "`a]b` (*Pivot by flow*), here"),
        (
            "[RFC](https://www.rfc-editor.org/a_(b).txt)",
            "[RFC](https://www.rfc-editor.org/a_(b).txt)",
        ),
        ("one `${jndi:x}` and ${jndi:y}", "one `${jndi:x}` and \\${jndi:y}"),
        ("a `{b}` and `c`, ``d`e``", "a `{b}` and `c`, ``d`e``"),
        ("one[^a] two[^b]\n\n[^a]: A", "one\\[1\\] two\\[2\\]\n\n\\[1\\] A"),
        ("a <!-- not\nshown --> b < c", "a  b < c"),
    ],
)
def test_markdown_is_plain(written: str, shown: str) -> None:
    assert plain(written, TITLES.get) == shown


@pytest.mark.parametrize(
    "written",
    [
        "```{mermaid}\na --> b\n```",
        "{unknown}`x`",
        ":::{tip}\nno end",
        "{meth}`no end",
        "![a picture](x.png)",
        "[there]: other.md",
    ],
)
def test_what_has_no_plain_form_is_an_error(written: str) -> None:
    """So that nothing of a page is missing in its notebook without a word."""
    with pytest.raises(PlainMarkdownError):
        plain(written, TITLES.get)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    pages = {
        "index.html": "<h1 id=top>A</h1><a href='sub/b.html#x%20y'></a><a href='#'></a>",
        "sub/b.html": "<p id='x y'></p><a name=old></a><a href='../index.html?a=1#top'></a>",
        "style.css": "@import 'sub/b.html'; p { background: url(data:x) }",
    }
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_site_whose_links_lead_somewhere_has_no_fault(site: Path) -> None:
    with (site / "index.html").open("a", encoding="utf-8") as file:
        file.write("<a href=https://suricata.io>S</a><a href=mailto:a@example.org>m</a>")
        file.write("<iframe srcdoc='&lt;p id=in>&lt;a href=#in>&lt;/a>'></iframe>")

    assert check(site) == ([], {"https://suricata.io": {"index.html"}})


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<a href=none.html></a>", "no such file"),
        ("<a href=sub/></a>", "no such file"),
        ("<a href=#none></a>", "no such anchor in index.html"),
        ("<a href=sub/b.html#none></a>", "no such anchor in sub/b.html"),
        ("<a href=../outside.html></a>", "is outside of the site"),
        ("<a href=/index.html></a>", "a path from the root, where the site may not be"),
        ("<a href=file:///etc/passwd></a>", "no address of a site begins with file:"),
        ("<a href=javascript:x()></a>", "no address of a site begins with javascript:"),
        ("<a href=http://[></a>", "Invalid IPv6 URL"),
        ("<script src=//cdn.example.org/x.js></script>", "is loaded from another host"),
        (
            "<script>import a from 'https://cdn.example.org/a.mjs'</script>",
            "is loaded from another",
        ),
        ("<link rel=stylesheet href=http://a.example.org/x.css>", "is loaded from another host"),
        ("<link rel=preconnect href=https://a.example.org>", "is loaded from another host"),
        ("<img src=x.png srcset='x.png 1x, y.png 2x'>", "no such file"),
        ("<style>@font-face { src: url('https://a.example.org/f') }</style>", "another host"),
        ("<p style='background: url(https://a.example.org/f)'></p>", "another host"),
        ("<iframe srcdoc='&lt;img src=https://a.example.org/x>'></iframe>", "another host"),
        ("<meta http-equiv=refresh content='0; url=https://a.example.org/'>", "another host"),
        (f"<p>{Path(__file__).parent.parent}/docs</p>", "shows a folder of the machine"),
    ],
)
def test_what_leads_nowhere_or_away_is_told(site: Path, markup: str, reason: str) -> None:
    with (site / "index.html").open("a", encoding="utf-8") as file:
        file.write("\n" + markup)
    wrong, _ = check(site)

    assert wrong
    assert all(line.startswith("index.html") and reason in line for line in wrong)
