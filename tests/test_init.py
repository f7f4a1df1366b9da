"""The public names of the package, and what importing it costs and does."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType

import pytest

import suricata_eve


def modules() -> list[str]:
    found = pkgutil.walk_packages(suricata_eve.__path__, "suricata_eve.")
    return ["suricata_eve", *(module.name for module in found)]


def test_all_is_sorted_and_is_what_can_be_imported() -> None:
    names = {
        name
        for name, value in vars(suricata_eve).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    names -= {"annotations"}

    assert list(suricata_eve.__all__) == sorted(suricata_eve.__all__)
    assert set(suricata_eve.__all__) == names | {"__version__"}


@pytest.mark.parametrize("name", modules())
def test_every_public_module_lists_its_public_names(name: str) -> None:
    module = importlib.import_module(name)

    assert len(set(module.__all__)) == len(module.__all__)
    assert [one for one in module.__all__ if not hasattr(module, one)] == []


def test_the_version_is_that_of_the_installed_package() -> None:
    try:
        installed = version("suricata_eve")
    except PackageNotFoundError:
        pytest.skip("not installed, the checkout is tested")

    assert suricata_eve.__version__ == installed


def test_importing_registers_the_accessor_makes_tables_safe_and_does_nothing_else() -> None:
    """Two side effects: ``df.eve``, and two options of pandas. No library, no warning filter."""
    script = """
import json, sys, warnings
import numpy, pandas, pyarrow, pyarrow.compute, pyarrow.json
before, filters = set(sys.modules), list(warnings.filters)
accessors = set(pandas.DataFrame._accessors)
def options():
    warnings.simplefilter("ignore")  # some are deprecated
    names = pandas._config.config._registered_options
    values = {name: repr(pandas.get_option(name)) for name in names}
    warnings.resetwarnings()
    warnings.filters[:] = filters
    return values
old = options()
before = set(sys.modules)
import suricata_eve
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
kept = filters == list(warnings.filters)
new = options()
print(json.dumps({
    "accessors": sorted(set(pandas.DataFrame._accessors) - accessors),
    "filters": kept,
    "loaded": sorted(loaded - set(sys.stdlib_module_names)),
    "options": {name: value for name, value in new.items() if value != old.get(name)},
}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == {
        "accessors": ["eve"],
        "filters": True,
        "loaded": ["suricata_eve"],
        "options": {"display.html.use_mathjax": "False", "styler.html.mathjax": "False"},
    }
