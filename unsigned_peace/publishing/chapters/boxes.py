"""A chapter's boxes beside its aims: short answer, questions to check oneself, what is known."""

from __future__ import annotations

import re
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
_AIMS = re.compile(r"\s*\(aims? (\d(?:(?:, | and )\d)*)\)\s*$")


class ShortAnswer(SphinxDirective):
    """``{short-answer}``: a chapter's answer in four sentences, shown in the opener.

    It may be written where its figures have been computed, at the chapter's end.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        box = nodes.admonition(
            "",
            nodes.title("", "The short answer"),
            classes=["short-answer"],
            ids=["short-answer"],
        )
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class CheckYourself(SphinxDirective):
    """``{check-yourself}``: numbered questions with the aim each tests, answers folded."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        box = nodes.container("", classes=["check-yourself"])
        self.state.nested_parse(self.content, self.content_offset, box)
        questions = next((node for node in box.children if isinstance(node, nodes.Element)), None)
        if len(box) != 1 or not isinstance(questions, nodes.enumerated_list):
            self._fault("expected one numbered list of questions, each with its answer below")
            return [box]
        for number, item in enumerate(questions.children, 1):
            self._fold(number, item)
        return [box]

    def _fold(self, number: int, item: nodes.Element) -> None:
        question, answer = item.children[0], item.children[1:]
        last = question.children[-1]
        found = _AIMS.search(last.astext()) if isinstance(last, nodes.Text) else None
        if found is None:
            self._fault(f"question {number} does not end with its aim, such as (aim 2)")
            return
        if not answer:
            self._fault(f"question {number} has no answer: a paragraph below it, indented")
            return
        question.replace(last, nodes.Text(last.astext()[: found.start()] + " "))
        aims = f"aim{'s' if len(found[1]) > 1 else ''} {found[1]}"
        tested = [int(each) for each in re.findall(r"\d", found[1])]
        question += nodes.inline("", aims, classes=["tests-aim"], aims=tested)
        summary = (
            f"<summary>Answer<span class='visually-hidden'> to question {number}</span></summary>"
        )
        item.children[1:] = []
        item += nodes.raw("", f'<details class="answer">{summary}', format="html")
        item += answer
        item += nodes.raw("", "</details>", format="html")

    def _fault(self, what: str) -> None:
        logger.warning("check-yourself: %s", what, location=self.get_location())


class HowWellKnown(SphinxDirective):
    """``{known}``, ``{with-a-margin}``, ``{not-known}``: what a chapter knows, and how well.

    Their lines are solid, dashed and dotted, as in charts.
    """

    has_content = True
    titles: ClassVar[dict[str, str]] = {
        "known": "What we know",
        "with-a-margin": "What we know with a margin",
        "not-known": "What we do not know",
    }

    def run(self) -> list[nodes.Node]:
        box = nodes.admonition(
            "", nodes.title("", self.titles[self.name]), classes=["how-well", self.name]
        )
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def _name_aims_that_are_not(app: Sphinx, document: nodes.document) -> None:
    """Names each question that tests an aim which the chapter does not have."""
    boxes = [box for box in document.findall(nodes.admonition) if "aims" in box["classes"]]
    count = sum(len(each) for box in boxes for each in box.findall(nodes.enumerated_list))
    for mark in document.findall(nodes.inline):
        for aim in mark.get("aims", ()):
            if not 1 <= aim <= count:
                logger.warning(
                    "check-yourself: a question tests aim %d, and the chapter has %d",
                    aim,
                    count,
                    location=mark.parent,
                )


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", _name_aims_that_are_not)
    app.add_directive("short-answer", ShortAnswer)
    app.add_directive("check-yourself", CheckYourself)
    for name in HowWellKnown.titles:
        app.add_directive(name, HowWellKnown)
