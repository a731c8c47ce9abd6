"""Shows what ``make bench`` measured, on a page of the book."""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.publishing.html.templates import render


class Benchmark(SphinxDirective):
    """``{benchmark} PART``: the table of one part of ``bench/results.json``.

    It says when and on what it was measured.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / "bench" / "results.json"
        self.env.note_dependency(str(path))
        part = json.loads(path.read_text(encoding="utf-8")).get(self.arguments[0])
        if part is None:
            return [nodes.paragraph("", "This has not been measured yet.")]
        return [nodes.raw("", render("benchmark.html", **part), format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("benchmark", Benchmark)
