"""What a notebook shows of a frame is an attacker's text, and nothing of it comes alive."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from types import ModuleType, SimpleNamespace
from typing import Any

import kit
import pandas as pd
import pytest
from browser import Visitor

import suricata_eve
from suricata_eve import display
from suricata_eve.analysis.textcolumns import is_attacker_text

HOSTILE = (
    "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    "</td></table><a href='javascript:alert(1)'>x</a> $\\href{javascript:alert(2)}{y}$ ${jndi:a}$"
)
# All that pandas needs for a table. A `class` or `style` cannot do more than look odd.
TAGS = {"div", "p", "style", "table", "tbody", "td", "th", "thead", "tr"}
ATTRIBUTES = {"border", "class", "scoped", "style", "colspan", "halign", "rowspan", "valign"}
BOTH = {"tex2jax_ignore", "mathjax_ignore"}


class Page(HTMLParser):
    """The tags and attributes of a page, and which classes stand around its cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.around: list[set[str]] = []
        self._open: list[tuple[str, set[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._open.append((tag, set((dict(attrs).get("class") or "").split())))
        if tag in ("td", "th"):
            self.around.append(set().union(*(classes for _, classes in self._open)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass


def is_still(html: str, *, classes: set[str]) -> bool:
    page = Page(html)
    return (
        page.tags <= TAGS
        and page.attributes <= ATTRIBUTES
        and all(classes <= around for around in page.around)
    )


@pytest.fixture(scope="module")
def hostile(sample7: pd.DataFrame) -> pd.DataFrame:
    """The sample, with the same text in every field that an attacker can choose."""
    frame = sample7.copy()
    for name in frame.columns:
        is_text = pd.api.types.is_string_dtype(frame[name].dtype)
        if is_text and (is_attacker_text(name) or name == "alert.signature"):
            frame[name] = frame[name].where(frame[name].isna(), HOSTILE)
    return frame


@pytest.fixture(scope="module")
def given(hostile: pd.DataFrame) -> kit.Given:
    return kit.given(hostile)


def test_the_check_sees_what_is_alive() -> None:
    """It could fail: each part of the text is found if it is not escaped."""
    table = "<table class='tex2jax_ignore mathjax_ignore'><tr><td>{}</td></tr></table>"

    assert is_still(table.format("text"), classes=BOTH)
    assert not is_still(table.format("<img src=x>"), classes=BOTH)
    assert not is_still(table.format("<div onclick='x'>"), classes=BOTH)
    assert not is_still("<table class='tex2jax_ignore'><tr><td>", classes=BOTH)
    assert not is_still(table.format("x") + "<table><tr><td>", classes=BOTH)


@pytest.mark.parametrize("call", list(kit.METHODS))
def test_the_result_of_every_method_is_shown_still(call: str, given: kit.Given) -> None:
    result = kit.METHODS[call](given)
    frame = result.to_frame() if isinstance(result, pd.Series) else result
    with pd.option_context("display.max_columns", None, "display.max_colwidth", None):
        html = frame.head(10)._repr_html_()  # type: ignore[operator]

    assert is_still(html, classes={"dataframe", "tex2jax_ignore"})
    assert is_still(display._wrapping("styler.html.mathjax")(frame.head(10)) or "", classes=BOTH)


def labelled() -> pd.DataFrame:
    """Return a frame with the text in every place that a table has."""
    index = pd.MultiIndex.from_tuples([(HOSTILE, 1), (HOSTILE, 2)], names=[HOSTILE, None])
    columns = pd.Index([HOSTILE, "b"], name=HOSTILE)
    frame = pd.DataFrame([[HOSTILE, [HOSTILE]], [{HOSTILE: 1}, 2]], index=index, columns=columns)
    frame.attrs[HOSTILE] = HOSTILE
    return frame


def test_labels_names_and_objects_are_escaped() -> None:
    html = labelled()._repr_html_()  # type: ignore[operator]

    assert is_still(html, classes={"tex2jax_ignore"})
    assert is_still(labelled().to_html(), classes={"tex2jax_ignore"})


def test_nothing_comes_alive_in_a_browser(visit: Visitor, given: kit.Given) -> None:
    with pd.option_context("display.max_colwidth", None):
        tables = [
            result.head(3).to_html()
            for result in (labelled(), given.alerts, given.frame, given.alerts.eve.timeline(10))
            if isinstance(result, pd.DataFrame)
        ]
    seen = visit("<!doctype html><title>quiet</title>" + "".join(tables))

    assert seen.title == "quiet"
    assert seen.requests == []
    assert seen.console == []
    assert HOSTILE in seen.text


SHELL = """
import json, warnings
warnings.simplefilter("ignore")
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
formatter = shell.display_formatter.formatters["text/html"]
{before}
shell.run_cell('''
import importlib
import pandas as pd
import suricata_eve
importlib.reload(suricata_eve)
frame = pd.DataFrame({{"a": ["<i>$x$</i>"]}})
''', silent=True)
frame, pd = shell.user_ns["frame"], shell.user_ns["pd"]
shown = [formatter(frame), formatter(frame.loc[:, ["a"]]), formatter(frame.to_numpy())]
data, _ = shell.display_formatter.format(frame["a"])
pd.set_option("display.html.use_mathjax", True)
shown.append(formatter(frame))
pd.set_option("display.notebook_repr_html", False)
shown.append(formatter(frame))
print(json.dumps([shown, data]))
"""


def in_ipython(before: str = "") -> tuple[list[str | None], dict[str, str]]:
    pytest.importorskip("IPython")
    done = subprocess.run(
        [sys.executable, "-c", SHELL.format(before=before)],
        capture_output=True,
        text=True,
        check=True,
    )
    shown, data = json.loads(done.stdout.splitlines()[-1])
    return shown, data


def test_ipython_shows_frames_that_mathjax_leaves_alone() -> None:
    """With the classes of MathJax 2 and of 3; a column is text and has no HTML at all."""
    (frame, part, array, turned_back, off), column = in_ipython()

    assert frame is not None
    assert part is not None
    assert turned_back is not None
    assert is_still(frame, classes=BOTH)
    assert is_still(part, classes=BOTH)
    assert frame.count("mathjax_ignore") == 1  # although it was imported twice
    assert array is None
    assert list(column) == ["text/plain"]
    assert "mathjax_ignore" not in turned_back
    assert off is None


def test_a_formatter_that_is_there_stays() -> None:
    before = """
import pandas
formatter.for_type(pandas.DataFrame, lambda frame: "mine")
"""
    (frame, *_), _ = in_ipython(before)

    assert frame == "mine"


class Formatter:
    """As much of IPython's formatter as is used."""

    def __init__(self, **known: object) -> None:
        self.known: dict[str, Any] = dict(known)

    def for_type_by_name(self, module: str, name: str, function: Any = None) -> Any:
        before = self.known.get(name)
        if function is not None:
            assert module.startswith("pandas")
            self.known[name] = function
        return before


def shell_with(formatter: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that pandas knows MathJax 2 only, in a shell with this formatter."""
    shell = SimpleNamespace(display_formatter=SimpleNamespace(formatters={"text/html": formatter}))
    module: Any = ModuleType("IPython")
    module.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setattr(pd.DataFrame, "to_html", lambda _: "<table class='tex2jax_ignore'>")


def test_an_older_pandas_gets_a_formatter_once(monkeypatch: pytest.MonkeyPatch) -> None:
    formatter = Formatter()
    shell_with(formatter, monkeypatch)
    display.leave_math_alone()
    first = dict(formatter.known)
    display.leave_math_alone()

    assert set(first) == {"DataFrame", "Styler"}
    assert formatter.known == first
    styler = SimpleNamespace(_repr_html_=lambda: "<table>")
    assert first["Styler"](styler) == '<div class="tex2jax_ignore mathjax_ignore"><table></div>'
    with pd.option_context("styler.html.mathjax", True):  # noqa: FBT003
        assert first["Styler"](styler) == "<table>"
    assert first["Styler"](SimpleNamespace(_repr_html_=lambda: None)) is None
    # A frame of a class that wants no HTML.
    assert first["DataFrame"](SimpleNamespace(_repr_html_=None)) is None


@pytest.mark.parametrize(
    "module",
    [None, ModuleType("IPython"), SimpleNamespace(get_ipython=lambda: None), object()],
    ids=["nothing", "half imported", "no shell", "something else"],
)
def test_odd_shells_keep_nobody_from_importing(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell_with(object(), monkeypatch)
    display.leave_math_alone()
    monkeypatch.setitem(sys.modules, "IPython", module)
    display.leave_math_alone()

    assert pd.get_option("display.html.use_mathjax") is False


def test_no_class_of_the_package_makes_html_of_its_own() -> None:
    """What is shown of others is their text form, which notebooks do not read as HTML."""
    for name in suricata_eve.__all__:
        value = getattr(suricata_eve, name)
        assert [one for one in dir(value) if one.startswith("_repr_")] == [], name
