"""The box of aims at the head of a chapter: minutes of reading, and a key to its links."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.publishing.chapters.reading_time import reading_minutes


class AimsDirective(SphinxDirective):
    """``{aims}``: what a reader can do after the chapter, and how long reading it takes."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        with open(self.env.doc2path(self.env.docname), encoding="utf-8") as page:
            minutes = reading_minutes(page.read())
        box = nodes.admonition("", nodes.title("", "After this chapter you can"), classes=["aims"])
        self.state.nested_parse(self.content, self.content_offset, box)
        box += nodes.paragraph(
            "", f"About {minutes} minutes, charts included.", classes=["reading-time"]
        )
        box += nodes.paragraph(
            "",
            "",
            nodes.inline("", "A link like this", classes=["key-link"]),
            nodes.Text(" opens a record with its sources, or a page; "),
            nodes.inline("", "a dotted figure", classes=["key-figure"]),
            nodes.Text(" opens the code that computed it."),
            classes=["key"],
        )
        return [box]


def setup(app: Sphinx) -> None:
    app.add_directive("aims", AimsDirective)
