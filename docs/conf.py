"""How Sphinx builds the site."""

from __future__ import annotations

import sys
from pathlib import Path

import sphinx_autosummary_accessors

import suricata_eve  # registers df.eve, which the reference documents

sys.path.insert(0, str(Path(__file__).parent))

from drawing import draw
from drawing_loader import draw_loader

project = "suricata_eve"
author = "The suricata_eve developers"
copyright = author
release = suricata_eve.__version__
version = release

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_autosummary_accessors",
    "sphinx_copybutton",
    "sphinx_design",
    "eve_domain",
    "kernels",
    "notebooks",
]
exclude_patterns = ["_build", "capture", "jupyter_execute", "**.ipynb_checkpoints"]
templates_path = ["_templates", sphinx_autosummary_accessors.templates_path]

# -- pages that run -----------------------------------------------------------------------------
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_merge_streams = True
nb_render_image_options = {"alt": "The picture that the code above draws."}
nb_ipywidgets_js = {}  # no page has widgets, and their scripts would come from the network
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# -- reference ----------------------------------------------------------------------------------
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# The site is built without a network, hence without the inventories of other projects: names
# outside this package are shown, not linked.
nitpick_ignore_regex = [
    ("py:.*", r"(?!suricata_eve\b).*"),
    # Where a thing lives inside the package; the reference lists it where it is offered.
    ("py:mod", r"suricata_eve\.normalize"),
    ("py:obj", r"suricata_eve\.testing\.pool\.\w+"),
]

# -- look ---------------------------------------------------------------------------------------
html_theme = "pydata_sphinx_theme"
html_title = "suricata_eve"
html_static_path = ["_static"]
draw(Path(__file__).parent / "_static" / "drawn")
draw_loader(Path(__file__).parent / "_static" / "drawn")
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}
html_sidebars = {name: [] for name in ("index", "contributing", "changelog")}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


# -- one name, one place ------------------------------------------------------------------------
def _find_elsewhere(app, env, node, contnode):  # noqa: ANN001, ANN202
    """Resolve a name by where it is defined, when the reference lists where it is offered.

    ``suricata_eve.accessor.EveAccessor.alerts`` is listed as ``pandas.DataFrame.eve.alerts``, and
    ``suricata_eve.analysis.alerts.alerts`` as ``suricata_eve.analysis.alerts``.
    """
    target = node.get("reftarget", "")
    package, _, name = target.rpartition(".")
    offered = f"pandas.DataFrame.eve.{name}" if package.endswith("EveAccessor") else ""
    for other in (offered, f"{package.rpartition('.')[0]}.{name}", f"suricata_eve.{name}"):
        if other and other in env.domains["py"].objects:
            document = node["refdoc"]
            return env.domains["py"].resolve_xref(
                env, document, app.builder, "obj", other, node, contnode
            )
    return None


def setup(app):  # noqa: ANN001, ANN201
    """Connect the resolver."""
    app.connect("missing-reference", _find_elsewhere)
