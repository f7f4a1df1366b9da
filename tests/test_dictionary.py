"""The reference has every field, event type, key of the report, method and documented module."""

from __future__ import annotations

import html
import importlib
import os
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from dictionary import HOLDERS, dtype_of, releases_of, render, write

import suricata_eve
from suricata_eve.ingest.report import Report
from suricata_eve.schema.event_types import EVENT_TYPES, logger_of, setting_for
from suricata_eve.schema.fields import Field, arrow_type, fields

DOCS = Path(__file__).parent.parent / "docs"
REFERENCE = DOCS / "reference"

# Event types that another setting writes than the one by which a missing column is explained.
OTHER_SETTINGS = {"engine": "type: json", "packet": "alert"}


class Row(NamedTuple):
    """What a row of the dictionary shows."""

    path: str
    name: str
    json_type: str
    dtype: str
    releases: str
    setting: str


def rows() -> list[Row]:
    found = []
    for anchor, cells in re.findall(r'^<tr id="([^"]+)">(.*)</tr>$', render(), re.MULTILINE):
        shown = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", cells)]
        found.append(Row(*(html.unescape(text) for text in (anchor, *shown))))
    return found


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    return heading.lower().replace("_", "-").replace(".", "-").replace(" ", "-")


# -- the dictionary -------------------------------------------------------------------------------


def test_the_dictionary_has_every_field_exactly_once() -> None:
    assert sorted(row.path for row in rows()) == sorted(fields())


def test_each_field_of_the_dictionary_shows_its_name_type_releases_and_setting() -> None:
    for row in rows():
        field = fields()[row.path]

        assert row.name == row.path
        assert row.json_type == field.json_type
        assert row.releases == releases_of(field)
        assert row.setting == (setting_for(row.path) or "").replace("'", "")


def test_each_field_of_the_dictionary_shows_the_dtype_of_the_contract() -> None:
    for row in rows():
        known = arrow_type(row.path)

        if known is not None:
            assert row.dtype == str(pd.ArrowDtype(known))
        elif row.json_type.startswith("array"):
            assert row.dtype.startswith("list<item: ")
        else:
            assert row.json_type == "object"
            assert "column" in row.dtype


def test_the_dtypes_of_the_dictionary_are_those_of_a_frame() -> None:
    df = suricata_eve.load_sample("log4j")
    known = {path: dtype_of(fields()[path]) for path in df.columns if path in fields()}
    has = {path: str(df[path].dtype) for path in known}

    assert len(known) > 600
    assert {path: dtype for path, dtype in known.items() if "…" not in dtype} == {
        path: dtype for path, dtype in has.items() if "…" not in known[path]
    }
    for path, dtype in known.items():
        assert has[path].startswith(dtype.partition("…")[0])


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("7.0.0", "main", "7.0.0 to main"),
        ("8.0.0", "main", "since 8.0.0"),
        ("7.0.0", "7.0.15", "until 7.0.15"),
        ("8.0.0", "8.0.5", "8.0.0 to 8.0.5"),
        ("8.0.0", "8.0.0", "8.0.0 only"),
        ("main", "main", "main only"),
    ],
)
def test_releases_are_told_in_words(first: str, last: str, words: str) -> None:
    assert releases_of(Field("a.b", "string", first, last)) == words


def test_each_object_of_the_dictionary_is_an_event_type_or_explained() -> None:
    headings = set(re.findall(r"^## (\w+)$", render(), re.MULTILINE))

    assert headings - set(EVENT_TYPES) == set(HOLDERS)
    assert not set(HOLDERS) & set(EVENT_TYPES)


def test_an_unchanged_dictionary_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "generated" / "fields.inc"
    write(path)
    os.utime(path, (1, 1))
    write(path)

    assert path.stat().st_mtime == 1
    assert path.read_text(encoding="utf-8") == render()

    path.write_text("older", encoding="utf-8")
    write(path)

    assert path.read_text(encoding="utf-8") == render()


def test_pages_link_to_fields_that_are_there() -> None:
    linked = {
        name
        for path in DOCS.glob("*/*.md")
        for name in re.findall(r"\{eve:field\}`([^`]+)`", path.read_text(encoding="utf-8"))
    }

    assert linked
    assert linked <= set(fields())


# -- the event types ------------------------------------------------------------------------------


def event_types() -> dict[str, str]:
    """Return what the page says of each type."""
    parts = re.split(r"^### (\S+)$", page("event-types.md"), flags=re.MULTILINE)
    ends = (re.split(r"^## ", text, flags=re.MULTILINE)[0].strip() for text in parts[2::2])
    return dict(zip(parts[1::2], ends, strict=True))


def test_the_page_of_event_types_has_each_type_exactly_once() -> None:
    headings = re.findall(r"^### (.+)$", page("event-types.md"), re.MULTILINE)

    assert sorted(headings) == sorted(EVENT_TYPES)


def test_the_page_says_of_each_type_what_it_is_its_fields_and_its_setting() -> None:
    for name, text in event_types().items():
        setting = re.search(r"^- Setting: (.+)$", text, re.MULTILINE)

        assert re.match(r"[A-Z][^.:]+[.:]", text), name
        assert re.search(r"^- Fields: .*(fields\.md#|eve:field)", text, re.MULTILINE), name
        assert setting, name
        assert f"`{OTHER_SETTINGS.get(name) or logger_of(name)}`" in setting[1], name


def test_the_fields_of_each_type_are_sections_of_the_dictionary() -> None:
    headings = {anchor(name) for name in re.findall(r"^##+ (.+)$", render(), re.MULTILINE)}
    linked = re.findall(r"\(fields\.md#([^)]+)\)", page("event-types.md"))
    own = {name for name, text in event_types().items() if f"[{name}](fields.md" in text}

    assert {anchor(name) for name in linked} <= headings
    # The others have the objects of another type, or one that the schema leaves open.
    assert set(EVENT_TYPES) - own == {"doh2", "http2", "ikev2", "packet", "stream_tcp"}


def test_the_methods_for_event_types_are_methods() -> None:
    method = r"`df\.eve\.(\w+)\(\) <pandas\.DataFrame\.eve\.(\w+)>`"
    linked = re.findall(method, page("event-types.md"))

    assert linked
    for shown, target in linked:
        assert shown == target
        assert hasattr(suricata_eve.EveAccessor, target)


# -- the report -----------------------------------------------------------------------------------


def test_the_page_of_the_report_has_each_of_its_keys_exactly_once() -> None:
    terms = re.findall(r"^(`\w+`(?:, `\w+`)*)\n: ", page("report.md"), re.MULTILINE)
    keys = [key for term in terms for key in re.findall(r"\w+", term)]

    assert sorted(keys) == sorted(Report().as_attrs())


# -- methods and functions ------------------------------------------------------------------------


def entries() -> dict[str, list[str]]:
    """Return the entries of all autosummary blocks by the module that they are of."""
    found: dict[str, list[str]] = {}
    part = (
        r"^\.\. (?:current)?module:: (\S+)$|^\.\. data:: (\S+)$"
        r"|^\.\. autosummary::\n((?: {3}.*\n|\n)+)"
    )
    for path in REFERENCE.glob("*.rst"):
        names: list[str] = []
        for module, single, block in re.findall(part, page(path.name), re.MULTILINE):
            if module:
                names = found.setdefault(module, [])
            names += [single] if single else re.findall(r"^ {3}([\w.]+)$", block, re.MULTILINE)
    return found


MODULES = sorted(set(entries()) - {"pandas", "suricata_eve.methods.plots"})


def test_the_documented_modules_are_those_with_public_names() -> None:
    assert MODULES == [
        "suricata_eve",
        "suricata_eve.analysis",
        "suricata_eve.dask",
        "suricata_eve.plot",
        "suricata_eve.testing",
        "suricata_eve.testing.strategies",
    ]


@pytest.mark.parametrize("module", MODULES)
def test_each_public_name_of_a_module_is_listed_exactly_once(module: str) -> None:
    public = pytest.importorskip(module, exc_type=ImportError)
    names = [name for name in entries()[module] if "." not in name]

    assert sorted(names) == sorted(public.__all__)


@pytest.mark.parametrize("module", [*MODULES, "suricata_eve.methods.plots"])
def test_each_method_of_a_class_with_listed_methods_is_listed_exactly_once(module: str) -> None:
    pytest.importorskip(module, exc_type=ImportError)
    methods = Counter(name for name in entries()[module] if "." in name)
    for owner in {name.partition(".")[0] for name in methods}:
        kind = getattr(importlib.import_module(module), owner)

        public = Counter(f"{owner}.{name}" for name in dir(kind) if not name.startswith("_"))
        assert Counter(name for name in methods.elements() if name.startswith(owner)) == public


def test_each_method_of_the_accessor_is_in_exactly_one_topic() -> None:
    methods = [name for name in dir(suricata_eve.EveAccessor) if not name.startswith("_")]

    assert sorted(entries()["pandas"]) == [f"DataFrame.eve.{name}" for name in sorted(methods)]


@pytest.mark.parametrize("name", ["accessor.rst", "functions.rst"])
def test_each_topic_says_what_it_is_for(name: str) -> None:
    topics = re.split(r"^(.+)\n-{3,}\n", page(name), flags=re.MULTILINE)
    for heading, text in zip(topics[1::2], topics[2::2], strict=True):
        if heading not in {"The class", "The version"}:
            first = text.strip().split("\n\n")[0]

            assert not first.startswith(".."), heading
            assert first.endswith("."), heading


def test_the_map_of_the_reference_leads_to_each_page_once_and_says_what_it_has() -> None:
    text = page("index.md")
    pages = sorted(path.name for path in REFERENCE.iterdir() if path.suffix in {".md", ".rst"})
    described = re.findall(r"^\[[^\]]+\]\(([\w.-]+)\)\n: .+\.$", text, re.MULTILINE)
    trees = re.findall(r"```\{toctree\}\n(.*?)```", text, re.DOTALL)
    listed = [line for tree in trees for line in tree.splitlines() if re.match(r"[\w-]+$", line)]

    pages.remove("index.md")
    assert sorted(described) == pages
    assert sorted(listed) == sorted(Path(name).stem for name in pages)
