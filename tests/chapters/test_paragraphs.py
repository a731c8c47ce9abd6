"""Paragraphs of the story: few figures in each, so that a reader keeps the argument."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from tests.chapters.test_openers import TEXTS

#: More figures and dates than this belong into a table or a chart.
MOST = 8
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
#: A date counts once, and so do the two ends of a span.
FIGURE = re.compile(
    rf"\d{{1,2}}(?: and \d{{1,2}})? {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}}"
    r"|\d[\d.,]*(?: to \d[\d.,]*)?"
)
#: What is read one by one, or is no running text.
_NOT_STORY = "#check-yourself, #exercises, #further-reading, figure, .margin-notes, .also-named"


def figures(paragraph) -> list[str]:
    """The figures and dates of a paragraph in digits, and its computed figures in words."""
    found = FIGURE.findall(paragraph.get_text())
    spelled = [each.get_text() for each in paragraph.select("a.computed-figure")]
    return found + [text for text in spelled if not re.search(r"\d", text)]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_paragraph_has_at_most_eight_figures(site, name):
    page = (site / "book" / f"{name}.html").read_text(encoding="utf-8")
    article = BeautifulSoup(page, "html.parser").find("article")
    for other in article.select(_NOT_STORY):
        other.decompose()
    dense = [
        f"{len(figures(each))}: {each.get_text()[:70]}"
        for each in article.find_all("p")
        if len(figures(each)) > MOST
    ]
    assert dense == []


def test_a_date_and_a_span_are_one_figure_each():
    text = (
        "<p>On 17 and 18 December 2016, 41 to 58 percent of <a class='computed-figure'>six</a></p>"
    )
    assert len(figures(BeautifulSoup(text, "html.parser").p)) == 3
