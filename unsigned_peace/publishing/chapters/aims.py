"""The box of aims at the head of a chapter: minutes of reading, and a key to its links."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

#: How fast a student reads a text of this kind.
WORDS_A_MINUTE = 180
#: What is no part of the story: questions, exercises, further reading, each a section.
_QUESTIONS = re.compile(
    r"^## (?:Check yourself|Exercises|Further reading)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


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


def reading_minutes(text: str) -> int:
    """How long reading a chapter takes, in whole minutes: short answer, story and charts."""
    return max(1, round(reading_words(text) / WORDS_A_MINUTE))


def reading_words(text: str) -> int:
    """The words that a reader reads: prose but the questions, and fifty for each exhibit."""
    text = _QUESTIONS.sub("", text)
    prose = re.sub(
        r"^(`{3,}|~{3,})\s*\{code-cell\}.*?^\1\s*$", " ", text, flags=re.MULTILINE | re.DOTALL
    )
    prose = re.sub(r"\A---.*?^---\s*$", " ", prose, flags=re.MULTILINE | re.DOTALL)
    return len(prose.split()) + 50 * len(
        re.findall(r"^(?:figure|table)\(|[ =(](?:figure|table)\($", text, flags=re.MULTILINE)
    )


def setup(app: Sphinx) -> None:
    app.add_directive("aims", AimsDirective)
