"""The box of aims at the head of a chapter, with the time that reading it takes."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

#: How fast a student reads a text of this kind.
WORDS_A_MINUTE = 180


class AimsDirective(SphinxDirective):
    """``{aims}``: what a reader can do after the chapter, and how long reading it takes."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        with open(self.env.doc2path(self.env.docname), encoding="utf-8") as page:
            minutes = reading_minutes(page.read())
        box = nodes.admonition("", nodes.title("", "After this chapter you can"), classes=["aims"])
        self.state.nested_parse(self.content, self.content_offset, box)
        box += nodes.paragraph("", f"Reading time: about {minutes} minutes, charts included. The code runs in less than a minute.", classes=["reading-time"])
        return [box]


def reading_minutes(text: str) -> int:
    """How long reading a chapter takes, in whole minutes, charts included."""
    return max(1, round(reading_words(text) / WORDS_A_MINUTE))


def reading_words(text: str) -> int:
    """The words of a chapter that a reader reads: its prose, and fifty for each chart or table."""
    prose = re.sub(r"^(`{3,}|~{3,})\s*\{code-cell\}.*?^\1\s*$", " ", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"\A---.*?^---\s*$", " ", prose, flags=re.MULTILINE | re.DOTALL)
    return len(prose.split()) + 50 * len(re.findall(r"^(?:figure|table)\(|[ =(](?:figure|table)\($", text, flags=re.MULTILINE))


def setup(app: Sphinx) -> None:
    app.add_directive("aims", AimsDirective)
