"""Shows what ``make bench`` measured, on a page of the book."""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Benchmark(SphinxDirective):
    """``{benchmark} PART``: the table of one part of ``bench/results.json``, and when and on what it was measured."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / "bench" / "results.json"
        self.env.note_dependency(str(path))
        part = json.loads(path.read_text(encoding="utf-8")).get(self.arguments[0])
        if part is None:
            return [nodes.paragraph("", "This has not been measured yet.")]
        measured = f"Measured on {part['date']} with {part['processors']} processors, in one run; other machines give other seconds."
        return [_table(part["columns"], part["rows"]), nodes.paragraph("", measured, classes=["measured"])]


def _table(columns: list[str], rows: list[list[str]]) -> nodes.table:
    def line(cells: list[str]) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))

    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in columns), cols=len(columns))
    group += nodes.thead("", line(columns))
    group += nodes.tbody("", *(line(row) for row in rows))
    return nodes.table("", group)


def setup(app: Sphinx) -> None:
    app.add_directive("benchmark", Benchmark)
