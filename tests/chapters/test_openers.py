"""How a chapter opens and ends: picture, short answer, five questions with an aim each."""

from __future__ import annotations

import re

import pytest

from tests.chapters import full_chapters

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in full_chapters()}


def box(text: str, name: str) -> str:
    """The inside of the one box of a name."""
    [found] = re.findall(rf"^:::\{{{name}\}}\n(.*?)^:::$", text, re.MULTILINE | re.DOTALL)
    return found


def test_the_twelve_chapters_are_there():
    assert len(TEXTS) >= 12


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_short_answer_has_four_sentences_with_a_computed_figure(name):
    answer = box(TEXTS[name], "short-answer")
    # what a role shows is one word here: an address or a figure may have a full stop
    words = re.sub(r"\{[a-z]+\}`([^`<]*)(?:<[^`]*>)?`", "X", answer)
    assert len(re.findall(r"[.?!][\"')]*(?=\s|\Z)", words)) == 4
    assert "{eval}`" in answer


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_five_questions_test_the_aims(name):
    aims = re.findall(r"^(\d)\. ", box(TEXTS[name], "aims"), re.MULTILINE)
    questions = re.findall(r"^\d\. .*", box(TEXTS[name], "check-yourself"), re.MULTILINE)
    assert len(questions) == 5
    tested = [re.search(r"\(aims? ([\d, and]+)\)$", question) for question in questions]
    assert all(tested), "a question does not end with its aim"
    assert set(re.findall(r"\d", " ".join(each[1] for each in tested))) <= set(aims)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_first_picture_comes_before_the_first_heading(name):
    opening = re.split(r"^## ", TEXTS[name], maxsplit=1, flags=re.MULTILINE)[0]
    assert re.search(r"^(?:\w+ = )?(?:figure|table)\(", opening, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_chapter_says_what_it_knows_what_with_a_margin_and_what_not(name):
    for kind in ("known", "with-a-margin", "not-known"):
        assert box(TEXTS[name], kind).strip()


def test_each_chapter_has_its_card_on_the_first_page_and_no_other_page_has_one(site):
    first = (site / "book" / "index.html").read_text(encoding="utf-8")
    carded = re.findall(r'class="card-facts".*?<a href="([\w-]+)\.html">', first, re.DOTALL)
    assert sorted(carded) == sorted(TEXTS)
