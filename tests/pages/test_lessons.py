"""Lessons on paper: 45 minutes, a sheet each for handout, questions and answers."""

from __future__ import annotations

import io
import re

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.visits import SITE, Visit

LESSONS = sorted(
    path.relative_to(SITE).as_posix() for path in (SITE / "book" / "teaching").glob("lesson-*.html")
)


def _article(page: str):
    return BeautifulSoup((SITE / page).read_text(encoding="utf-8"), "html.parser").find("article")


def test_there_are_three():
    assert len(LESSONS) == 3


@pytest.mark.parametrize("page", LESSONS)
def test_the_plan_fills_a_lesson_and_each_question_has_its_answer(page):
    article = _article(page)
    rows = article.select("#plan tbody tr")
    assert sum(int(row.td.get_text()) for row in rows) == 45
    assert article.select("#handout figure.on-paper")
    asked, answered = (article.select(f"#{part} ol > li") for part in ("questions", "answers"))
    assert len(asked) == len(answered) == 3
    assert all(item.get_text().strip().endswith(("?", ".")) for item in asked)
    assert not article.select(".from-chapter a, .from-chapter details")


@pytest.mark.parametrize("page", LESSONS)
def test_each_part_begins_a_sheet_and_the_handout_is_one(browser, address, page):
    with Visit(browser, address, page) as visit:
        printed = visit.page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    sheets = [
        re.sub(r"^\d+ / \d+ ", "", " ".join(sheet.extract_text().split()))  # without its number
        for sheet in PdfReader(io.BytesIO(printed)).pages
    ]
    begins = {
        part: next(n for n, text in enumerate(sheets) if re.match(part, text))
        for part in ("Handout", "Questions", "Answers")
    }
    assert begins["Questions"] == begins["Handout"] + 1
    assert begins["Answers"] == begins["Questions"] + 1
