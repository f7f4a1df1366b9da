"""The reference lists every public name, and nothing that is not there; the README's code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import suricata_eve
import suricata_eve.analysis
import suricata_eve.plot
from suricata_eve import testing
from suricata_eve.testing import strategies

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"


def listed(page: str) -> list[str]:
    """Return the entries of the autosummary blocks and the data directives of a page."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    names = re.findall(r"^\.\. data:: (\S+)$", text, re.MULTILINE)
    for block in re.findall(r"^\.\. autosummary::\n((?:[ ]{3}.*\n|\n)+)", text, re.MULTILINE):
        names += re.findall(r"^ {3}([\w.]+)$", block, re.MULTILINE)
    return sorted(names)


def accessor_names() -> list[str]:
    return [name for name in dir(suricata_eve.EveAccessor) if not name.startswith("_")]


def test_every_public_name_has_an_entry_and_every_entry_is_a_public_name() -> None:
    entries = [*listed("functions.rst"), *listed("errors.rst"), "EveAccessor"]
    results = [f"EveScan.{name}" for name in dir(suricata_eve.EveScan) if name[0] != "_"]

    assert sorted(entries) == sorted([*suricata_eve.__all__, *results])


def test_every_method_of_the_accessor_has_an_entry() -> None:
    methods = [f"DataFrame.eve.{name}" for name in accessor_names()]

    assert listed("accessor.rst") == sorted([*methods, "EveAccessor"])


def test_every_function_of_analysis_has_an_entry() -> None:
    assert listed("analysis.rst") == suricata_eve.analysis.__all__


def test_every_name_of_dask_has_an_entry() -> None:
    dask = pytest.importorskip("suricata_eve.dask", exc_type=ImportError)
    public = [name for name in dir(dask.EveDaskAccessor) if not name.startswith("_")]
    methods = [f"EveDaskAccessor.{name}" for name in public]

    assert listed("dask.rst") == sorted([*dask.__all__, *methods])


def test_every_picture_has_an_entry() -> None:
    names = ["Plots", *(f"Plots.{name}" for name in suricata_eve.plot.__all__)]

    assert listed("plot.rst") == sorted([*names, *suricata_eve.plot.__all__])


def test_every_name_of_testing_has_an_entry() -> None:
    names = [*testing.__all__, *strategies.__all__]

    assert listed("testing.rst") == sorted(names)


@pytest.mark.filterwarnings("default")
def test_the_code_of_the_readme_runs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102

    assert len(code.strip().splitlines()) <= 10
    assert len(names["found"]) > 90  # type: ignore[arg-type]


def test_the_front_page_shows_the_code_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    front = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    shared = [line for line in code.splitlines() if line][:6]

    assert [line for line in shared if line not in front] == []
