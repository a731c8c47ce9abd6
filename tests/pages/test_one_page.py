"""One page to carry: one side of A4 each, with what the chapter says and nothing else."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.chapters.test_openers import TEXTS
from tests.visits import SITE, Visit

NAMES = ["book", *sorted(TEXTS)]
A4 = (595, 842)


def _words(html) -> str:
    return " ".join(html.get_text().split())


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_one_side_of_a4(browser, address, name):
    with Visit(browser, address, f"book/one-page/{name}.html") as visit:
        printed = visit.page.pdf(prefer_css_page_size=True, print_background=True)
    pages = PdfReader(io.BytesIO(printed)).pages
    assert len(pages) == 1
    assert tuple(round(float(side)) for side in pages[0].mediabox[2:]) == A4


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_all_that_it_says_stands_in_the_chapter(name):
    chapter, carried = (
        BeautifulSoup((SITE / page).read_text(encoding="utf-8"), "html.parser").find("article")
        for page in (f"book/{name}.html", f"book/one-page/{name}.html")
    )
    whole = _words(chapter)
    answer = carried.select_one(".one-page-answer")
    parts = [answer, *carried.select(".one-page-boxes p, .one-page-questions li")]
    assert [_words(part) for part in parts if _words(part) not in whole] == []
    findings = carried.select(".one-page-findings li")
    assert len(findings) == 5
    assert all(_words(finding.small) for finding in findings)
    titles = {_words(title) for title in chapter.select(".exhibit-title")}
    for finding in findings:
        finding.small.decompose()
        assert _words(finding) in titles
    assert len(carried.select(".one-page-questions li")) == 3
    assert carried.select_one(".one-page-picture svg")
