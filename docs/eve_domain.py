"""A domain of Sphinx for the fields of EVE, which the page ``reference/fields`` lists.

The role ``eve:field`` makes a link to the row of a field; one that is not known is a warning of
``sphinx-build -n``. The site's search finds fields by their names and leads to their rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import dictionary
from docutils import nodes
from sphinx.domains import Domain, ObjType
from sphinx.roles import XRefRole
from sphinx.util.nodes import make_refnode

from suricata_eve.schema.fields import fields

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sphinx.application import Sphinx

PAGE = "reference/fields"
LAST, NEVER = 2, -1  # Where the search lists an object, see Domain.get_objects


class EveDomain(Domain):
    """The fields of EVE."""

    name = "eve"
    label = "EVE"
    object_types: ClassVar[dict[str, ObjType]] = {"field": ObjType("field", "field")}
    roles: ClassVar[dict[str, XRefRole]] = {"field": XRefRole()}

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """List the fields; the thousand counters of ``stats`` would bury what one looks for."""
        for path in fields():
            yield path, path, "field", PAGE, path, NEVER if path.startswith("stats.") else LAST

    def resolve_xref(self, *asked: Any) -> nodes.reference | None:
        """Return a link to the row of a field."""
        _, page, builder, _, target, _, shown = asked
        if target not in fields():
            return None
        return make_refnode(builder, page, PAGE, target, shown, target)

    def resolve_any_xref(self, *_: Any) -> list[Any]:
        """Return nothing: a name without a role is not a field."""
        return []

    def merge_domaindata(self, *_: Any) -> None:
        """Do nothing: what there is does not come from pages."""


def _write(app: Sphinx) -> None:
    dictionary.write(Path(app.srcdir) / "reference" / "generated" / "fields.inc")


def _add_filter(app: Sphinx, page: str, *_: object) -> None:
    if page == PAGE:
        app.add_css_file("fields.css")
        app.add_js_file("fields.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the tables before pages are read, and add the domain and the filter."""
    app.add_domain(EveDomain)
    app.connect("builder-inited", _write)
    app.connect("html-page-context", _add_filter)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
