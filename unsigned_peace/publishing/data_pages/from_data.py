"""What directives share whose pages are made from tables."""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from unsigned_peace import dataset
from unsigned_peace.publishing.html.templates import render


class FromData(SphinxDirective):
    """A directive whose page is read again when a table that it shows changes.

    The descriptor counts as a part of every table.
    """

    def depends_on(self, tables: Iterable[str]) -> None:
        folder = dataset.data_folder()
        for name in ("datapackage.json", *(dataset.resource(table)["path"] for table in tables)):
            self.env.note_dependency(str(folder / name))

    def page(self, template: str, **values: object) -> list[nodes.Node]:
        return [nodes.raw("", render(template, **values), format="html")]

    def headed(self, title: str, anchor: str, body: str) -> nodes.section:
        """A section that the page's table of contents shows."""
        section = nodes.section(ids=[anchor])
        section += nodes.title("", title)
        section += nodes.raw("", body, format="html")
        return section
