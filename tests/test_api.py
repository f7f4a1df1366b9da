"""Every public object is documented as numpydoc wants it, and extras are asked for by name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import suricata_eve
import suricata_eve.dask
from suricata_eve.accessor import EveAccessor
from suricata_eve.dask import EveDaskAccessor
from suricata_eve.methods.plots import Plots

SECTIONS = (
    "Parameters",
    "Attributes",
    "Returns",
    "Yields",
    "Raises",
    "Warns",
    "See Also",
    "Notes",
    "Examples",
)


def modules() -> Iterator[Any]:
    yield suricata_eve
    for found in pkgutil.walk_packages(suricata_eve.__path__, "suricata_eve."):
        yield importlib.import_module(found.name)


def public_objects() -> dict[str, Any]:
    """Return the classes and functions that modules list, and methods, by qualified name."""
    found: dict[str, Any] = {}
    for module in modules():
        for name in module.__all__:
            value = getattr(module, name)
            if not callable(value) or not str(value.__module__).startswith("suricata_eve"):
                continue
            if inspect.isfunction(value) or inspect.isclass(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
            if inspect.isclass(value):
                for method_name, method in vars(value).items():
                    if inspect.isfunction(method) and not method_name.startswith("_"):
                        found[f"{method.__module__}.{method.__qualname__}"] = method
    return found


PUBLIC = public_objects()
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
# What users see first: these also have an example and say what to read next.
FRONT = {
    **{name: getattr(suricata_eve, name) for name in suricata_eve.__all__},
    **{name: getattr(EveAccessor, name) for name in dir(EveAccessor) if not name.startswith("_")},
    **{f"dask.{name}": getattr(suricata_eve.dask, name) for name in suricata_eve.dask.__all__},
    **{f"dask.{name}": getattr(EveDaskAccessor, name) for name in dir(EveDaskAccessor)},
    **{f"plot.{name}": value for name, value in vars(Plots).items() if not name.startswith("_")},
}
FRONT = {
    name: value
    for name, value in FRONT.items()
    if inspect.isfunction(value) and not value.__name__.startswith("_")
}


def sections(value: Any) -> dict[str, str]:
    """Split a docstring into its summary and its sections."""
    text = inspect.getdoc(value) or ""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", text, flags=re.MULTILINE)
    found = {"Summary": parts[0]}
    return found | dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(body: str) -> list[str]:
    """Return the names that a section of parameters describes."""
    heads = re.findall(r"^(\S.*)$", body, re.MULTILINE)
    return [name.strip() for head in heads for name in head.partition(" :")[0].split(",")]


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


@pytest.mark.parametrize("name", PUBLIC)
def test_the_summary_is_one_sentence_in_one_line(name: str) -> None:
    summary = sections(PUBLIC[name])["Summary"].strip().split("\n\n")[0]

    assert summary
    assert "\n" not in summary
    assert summary.endswith(".")


@pytest.mark.parametrize("name", PUBLIC)
def test_sections_are_numpydoc_in_its_order(name: str) -> None:
    titles = [title for title in sections(PUBLIC[name]) if title != "Summary"]

    assert titles == [title for title in SECTIONS if title in titles]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parameters_are_those_of_the_signature(name: str) -> None:
    """All of them, in order; a one-line docstring may do for a method of a helper class."""
    described = entries(sections(FUNCTIONS[name]).get("Parameters", ""))
    helper = name.count(".") > FUNCTIONS[name].__module__.count(".") + 1
    if helper and not described and FUNCTIONS[name] not in FRONT.values():
        return

    assert described == parameters(FUNCTIONS[name])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_returned_is_described(name: str) -> None:
    function = FUNCTIONS[name]
    result = str(inspect.signature(function).return_annotation)
    found = sections(function)
    helper = name.count(".") > function.__module__.count(".") + 1
    # One line may say it all, where there is nothing to pass.
    says = set(found) == {"Summary"} and found["Summary"].startswith("Return ")
    if says and (helper or not parameters(function)):
        return

    if result == "None":
        assert "Returns" not in found
    elif result.startswith(("Iterator[", "Generator[")):
        assert "Yields" in found or "Returns" in found
    else:
        assert "Returns" in found


@pytest.mark.parametrize("name", FRONT)
def test_front_names_have_an_example_and_say_what_to_read_next(name: str) -> None:
    found = sections(FRONT[name])

    assert ">>>" in found["Examples"]
    assert found["See Also"].strip()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_options_are_keyword_only_and_typed(name: str) -> None:
    """No boolean is positional, nothing is passed through, everything has a type."""
    function = FUNCTIONS[name]
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        assert parameter.annotation is not inspect.Parameter.empty
        assert parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        if "bool" in str(parameter.annotation).split("|")[0]:
            assert parameter.kind is parameter.KEYWORD_ONLY


def test_the_checks_could_fail() -> None:
    def undocumented(value: int) -> int:
        """Do something."""
        return value

    assert entries(sections(undocumented).get("Parameters", "")) != parameters(undocumented)


def test_strategies_without_hypothesis_name_the_extra() -> None:
    """The asserts need nothing; the strategies say what to install."""
    code = """
import sys
sys.modules["hypothesis"] = None
import suricata_eve.testing
try:
    import suricata_eve.testing.strategies
except suricata_eve.MissingDependencyError as error:
    print(error)
    print(isinstance(error, ImportError), error.name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    message, kind = done.stdout.splitlines()
    assert "pip install suricata_eve[testing]" in message
    assert kind == "True hypothesis"


def test_the_asserts_do_not_load_hypothesis() -> None:
    code = "import sys, suricata_eve.testing; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
