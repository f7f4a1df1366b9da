"""Modules import from layers below their own, and nothing from outside but three packages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import suricata_eve

PACKAGE = Path(suricata_eve.__file__).parent

# From the bottom up. What stands in one line is one layer: its modules do not import each
# other, but those inside one package may, as long as there is no circle.
LAYERS = (
    ("errors",),
    ("optional", "printable"),
    ("schema",),
    ("ingest",),
    ("frame", "arrays", "warn", "progress", "options", "display"),
    ("dataset",),
    ("output",),
    ("scan", "normalize"),
    ("reader", "dataset_reader", "writer"),
    ("analysis", "sample", "terminal"),
    ("graph", "pcap", "plot"),
    ("reports",),
    ("methods",),
    ("accessor", "triage"),
    ("dask",),
    ("",),
    ("testing",),
    ("__main__",),
)
OUTSIDE = {"numpy", "pandas", "pyarrow"}
# Layers that must work without pandas, and the one that may use hypothesis.
WITHOUT_PANDAS = {"errors", "schema", "ingest"}
# Matplotlib is named in annotations alone: tests/plot/test_plot.py sees that it is not loaded.
EXTRAS = {
    "testing": {"hypothesis"},
    "plot": {"matplotlib"},
    "methods": {"matplotlib", "networkx"},
    "graph": {"networkx"},
    "dask": {"dask"},
}

RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path) -> Iterator[tuple[str, str | None, int]]:
    """Yield every import at any depth: module, name taken from it, line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: a relative import"
            for alias in node.names:
                yield str(node.module), alias.name, node.lineno


def own_imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the modules of this package that a file imports."""
    for module, name, line in imports(path):
        if module.partition(".")[0] != "suricata_eve":
            continue
        target = module.partition(".")[2]
        below = f"{target}.{name}".lstrip(".")
        yield (below if below in MODULES else target), line


def layer(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_layer(module: str) -> None:
    assert layer(module) in RANK


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    """An upward or a sideways import fails, wherever in a module it stands."""
    for target, line in own_imports(MODULES[module]):
        if layer(target) != layer(module):
            assert RANK[layer(target)] < RANK[layer(module)], (
                f"{MODULES[module]}, line {line}: {module or 'suricata_eve'} imports {target}"
            )


def test_no_circle_within_a_layer() -> None:
    graph = {m: {t for t, _ in own_imports(p) if t != m} for m, p in MODULES.items()}
    # Take away, again and again, what imports nothing that is left.
    while leaves := [module for module, targets in graph.items() if not targets & graph.keys()]:
        for module in leaves:
            del graph[module]

    assert not graph, f"these import each other in a circle: {sorted(graph)}"


@pytest.mark.parametrize("module", MODULES)
def test_nothing_from_outside(module: str) -> None:
    """The standard library, three packages, and hypothesis in `testing` alone."""
    allowed = {"suricata_eve"} | OUTSIDE | EXTRAS.get(layer(module), set())
    if layer(module) in WITHOUT_PANDAS:
        allowed -= {"pandas"}
    for target, _, line in imports(MODULES[module]):
        root = target.partition(".")[0]
        assert root in allowed or root in sys.stdlib_module_names, (
            f"{MODULES[module]}, line {line}: imports {target}"
        )


def test_the_walk_sees_an_import_at_any_depth(tmp_path: Path) -> None:
    """The checks above could fail: an import inside a function of a class is found."""
    file = tmp_path / "module.py"
    code = "class A:\n  def f(self):\n    if self:\n      from suricata_eve import reader\n"
    file.write_text(code, encoding="utf-8")

    assert list(own_imports(file)) == [("reader", 4)]


def test_modules_are_short() -> None:
    """A module over 400 lines holds more than one topic."""
    lengths = {name: len(path.read_bytes().splitlines()) for name, path in MODULES.items()}

    assert {name: length for name, length in lengths.items() if length > 400} == {}
