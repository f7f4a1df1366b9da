"""Offer each page that runs as a notebook, made of what was run for the page itself.

As a Sphinx extension this writes ``notebooks/<section>/<page>.ipynb`` into the site, for each page
of the tutorial and of the how-tos that has code, and puts a link to it below the page's title.
A page that cannot have its notebook fails the build.

``python docs/notebooks.py FOLDER`` runs all notebooks of a folder, each in an empty folder of its
own, and tells which failed.
"""

from __future__ import annotations

import ast
import os
import posixpath
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_cache import get_cache
from plain_markdown import PlainMarkdownError, TitleOf, plain
from sphinx.util.logging import getLogger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["setup"]

LOGGER = getLogger(__name__)

SECTIONS = ("tutorial/", "how-to/")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}

# What a kernel has once suricata_eve is installed in its environment.
THERE = {"IPython", "numpy", "pandas", "pyarrow", "suricata_eve"} | sys.stdlib_module_names
# How packages are called that are imported by another name.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "dask": "dask[dataframe,distributed]"}
# What calls for a package without importing it.
BEHIND_ATTRIBUTES = {"plot": "matplotlib", "to_networkx": "networkx"}
BEHIND_MODULES = {
    "suricata_eve.dask": DISTRIBUTIONS["dask"],
    "suricata_eve.plot": "matplotlib",
    "suricata_eve.testing.strategies": "hypothesis",
}


class NotebookError(ValueError):
    """A page has no notebook."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the build."""
    app.connect("html-page-context", _offer)
    app.connect("build-finished", _write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# -- which pages --------------------------------------------------------------------------------
def _has_notebook(env: BuildEnvironment, page: str) -> bool:
    """Tell whether a page is of those that are offered."""
    if not page.startswith(SECTIONS) or page not in env.found_docs:
        return False
    return "{code-cell}" in Path(env.doc2path(page)).read_text(encoding="utf-8")


def _place(page: str) -> str:
    return f"notebooks/{page}.ipynb"


def _offer(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Put the link below the title of a page."""
    if app.builder.format != "html" or not _has_notebook(app.env, pagename):
        return
    address = escape(context["pathto"](_place(pagename), resource=True))
    link = f'<a download href="{address}">Download this page as a notebook</a>'
    title = "</h1>"
    body = context["body"].replace(title, f'{title}\n<p class="notebook-link">{link}</p>', 1)
    context["body"] = body


def _write_all(app: Sphinx, exception: Exception | None) -> None:
    """Write the notebooks of all pages, and no others."""
    if exception is not None or app.builder.format != "html":
        return
    executed = Path(app.env.mystnb_config.output_folder)  # type: ignore[attr-defined]
    folder = Path(app.outdir) / "notebooks"
    written = set()
    for page in sorted(app.env.found_docs):
        if not _has_notebook(app.env, page):
            continue
        try:
            text = _notebook_text(app.env, page, executed / f"{page}.ipynb")
        except NotebookError as error:
            LOGGER.warning("no notebook can be made of this page: %s", error, location=page)
            app.statuscode = 1
            continue
        target = Path(app.outdir) / _place(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.add(target)
    for old in set(folder.rglob("*.ipynb")) - written:
        old.unlink()


# -- one notebook -------------------------------------------------------------------------------
def _notebook_text(env: BuildEnvironment, page: str, source: Path) -> str:
    """Return the notebook of a page as JSON, the same for the same page and outputs."""
    try:
        made = _notebook(env, page, _executed(env, source))
        nbformat.validate(made)
    except (KeyError, nbformat.ValidationError, PlainMarkdownError, SyntaxError) as error:
        raise NotebookError(str(error)) from error
    return nbformat.writes(made) + "\n"


def _executed(env: BuildEnvironment, source: Path) -> NotebookNode:
    """Return the notebook of a page as it was run."""
    if source.is_file():
        notebook = nbformat.read(source, as_version=4)
        if _was_run(notebook):
            return notebook
        settings = env.mystnb_config  # type: ignore[attr-defined]
        if settings.execution_mode == "cache":  # of which myst-nb writes the code alone
            cache = get_cache(settings.execution_cache_path)
            notebook = cache.merge_match_into_notebook(notebook)[1]
            if _was_run(notebook):
                return notebook
    msg = "not all of its cells were run; build the site anew (-E)"
    raise NotebookError(msg)


def _was_run(notebook: NotebookNode) -> bool:
    return all(
        cell.execution_count
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.source and "skip-execution" not in _tags(cell)
    )


def _notebook(env: BuildEnvironment, page: str, executed: NotebookNode) -> NotebookNode:
    def title_of(target: str) -> str | None:
        path = posixpath.join(posixpath.dirname(page), target.partition("#")[0])
        path = posixpath.normpath(path)
        title = env.titles.get(posixpath.splitext(path)[0]) or env.titles.get(path)
        return None if title is None else title.astext()

    cells = list(_cells(executed.cells, title_of))
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    _say_what_it_needs(cells, sorted(_packages(code)))
    for number, cell in enumerate(cells, 1):
        cell.id = f"cell-{number}"
    metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _cells(cells: list[NotebookNode], title_of: TitleOf) -> Iterator[NotebookNode]:
    """Yield the cells that somebody who opens the notebook wants."""
    shown = [cell.cell_type == "code" and not _is_hidden(cell) for cell in cells]
    last = max((at for at, is_shown in enumerate(shown) if is_shown), default=-1)
    for at, cell in enumerate(cells):
        if cell.cell_type == "code":
            # What is hidden behind all others cleans up; what is before them, they may need.
            if shown[at] or at < last:
                yield _code_cell(cell)
        elif text := plain(cell.source, title_of):
            yield nbformat.v4.new_markdown_cell(text)


def _tags(cell: NotebookNode) -> set[str]:
    return {tag.replace("_", "-") for tag in cell.metadata.get("tags", [])}


def _is_hidden(cell: NotebookNode) -> bool:
    return "remove-cell" in _tags(cell)


def _code_cell(cell: NotebookNode) -> NotebookNode:
    tags = _tags(cell)
    outputs = [] if tags & {"remove-output", "remove-cell"} else cell.outputs
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if f"remove-{output.name}" in tags:
                continue
            # In how many parts a text arrives differs from run to run.
            if kept and kept[-1].output_type == "stream" and kept[-1].name == output.name:
                kept[-1].text += output.text
                continue
        kept.append(output)
    made = nbformat.v4.new_code_cell(
        cell.source, execution_count=cell.execution_count, outputs=kept
    )
    if "raises-exception" in tags:  # so that what is below it is run as well
        made.metadata["tags"] = ["raises-exception"]
    return made


# -- what it needs ------------------------------------------------------------------------------
def _packages(code: Iterable[str]) -> set[str]:
    """Return the packages that code needs, beyond those that come with suricata_eve."""
    found = set()
    for node in (node for source in code for node in ast.walk(ast.parse(source))):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute) and node.attr in BEHIND_ATTRIBUTES:
            found.add(BEHIND_ATTRIBUTES[node.attr])
        for module in modules:
            root = module.partition(".")[0]
            if root not in THERE:
                found.add(DISTRIBUTIONS.get(root, root))
            elif module in BEHIND_MODULES:
                found.add(BEHIND_MODULES[module])
    return found


def _say_what_it_needs(cells: list[NotebookNode], packages: list[str]) -> None:
    """Say it below the title."""
    title, end, rest = cells[0].source.partition("\n") if cells else ("", "", "")
    if not title.startswith("# ") or cells[0].cell_type != "markdown":
        msg = "it must begin with its title"
        raise PlainMarkdownError(msg)
    names = [f"`{name}`" for name in ["suricata_eve", *packages]]
    listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    needs = f"*To run this notebook, install {listed} in the environment of its kernel.*"
    cells[0].source = f"{title}\n\n{needs}{end}{rest}"


# -- by hand ------------------------------------------------------------------------------------
def _run(path: Path) -> tuple[bool, str]:
    """Run a notebook in an empty folder; return whether that went well, and what to say of it."""
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionError  # noqa: PLC0415

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        try:
            NotebookClient(notebook, timeout=300, resources=resources).execute()
        except CellExecutionError as error:
            return False, f"{error.ename}: {error.evalue}"
        left = ", ".join(sorted(os.listdir(folder)))  # noqa: PTH208
    return True, f"runs, and leaves {left} where it runs" if left else "runs"


def _main(folder: str) -> int:
    failed = 0
    paths = sorted(Path(folder).rglob("*.ipynb"))
    for path in paths:
        is_well, said = _run(path)
        failed += not is_well
        sys.stdout.write(f"{path.relative_to(folder).as_posix()}: {said}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(paths)} notebooks, {failed} failed\n")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
