"""Whoever and whatever a chapter names is on record, or on a list with the reason.

And where a chapter first names somebody, a note says who is meant.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.chapters.test_openers import TEXTS
from unsigned_peace import dataset
from unsigned_peace.publishing.chapters import who_is_meant

#: The tables whose names a chapter may use, with the columns that hold names.
TABLES = {
    "persons": ["name", "family_name", "also_called"],
    "roles": ["role"],
    "bodies": ["name", "also_called"],
    "terms": ["term"],
    "places": ["name_en", "name_ja_latin"],
    "documents": ["title"],
}
LISTED = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
#: A word with a capital letter inside a sentence: after a small letter, a comma or a figure.
NAME = re.compile(r"(?<=[a-z0-9,;] )[(“\"]?([A-Z][\w’'-]*)")
#: What is no running text of the book's own.
_NOT_PROSE = (
    "figure, script, .cell_input, .margin-notes, .also-named, .launch, .headerlink, .aims, "
    ".eyebrow, .cite-this, #further-reading, #exercises, #the-way-on, summary, cite, em, code"
)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w’'-]+", text)) | set(re.split(r"[\s/;]+", text))


def known() -> set[str]:
    """Every word of a name in the tables, and those of the list."""
    words = {word for group in LISTED["listed"] for word in group["names"]}
    for table, columns in TABLES.items():
        frame = dataset.load(table)
        for column in columns:
            for cell in frame[column].dropna():
                words |= _words(str(cell))
    return words | {f"{word}s" for word in words}


def named_in(html: str) -> set[str]:
    """The words with a capital inside a sentence, as the story of a page has them."""
    article = BeautifulSoup(html, "html.parser").find("article")
    for other in article.select(_NOT_PROSE):
        other.decompose()
    found = set()
    for block in article.find_all(["p", "li"]):
        if not block.find(["p", "li"]):
            text = re.sub(r"[“\"][^”\"]*[”\"]", "", " ".join(block.get_text().split()))
            found |= {re.sub(r"(?:[’']s|[’'])$", "", word) for word in NAME.findall(text)}
    return found


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_whoever_a_chapter_names_is_on_record_or_listed_with_a_reason(site, name):
    page = (site / "book" / f"{name}.html").read_text(encoding="utf-8")
    assert sorted(named_in(page) - known()) == []


def test_an_unknown_name_is_found():
    page = "<article><p>Then Shinzo Abe met <a>Ivan Nobody</a> in Moscow.</p></article>"
    assert named_in(page) - known() == {"Nobody"}


def test_the_list_holds_no_name_that_nothing_needs(site):
    listed = [name for group in LISTED["listed"] for name in group["names"]]
    used = set()
    for name in TEXTS:
        used |= named_in((site / "book" / f"{name}.html").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    assert sorted(set(listed) - used) == []
    assert all(group["reason"] for group in LISTED["listed"])


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_everybody_whom_a_chapter_names_has_one_note(site, name):
    """In the margin, or in the list of those whom the margin had no room for; and only once."""
    article = BeautifulSoup(
        (site / "book" / f"{name}.html").read_text(encoding="utf-8"), "html.parser"
    ).find("article")
    noted = [
        link["href"].partition("#")[2] for link in article.select(".margin-notes a, .also-named a")
    ]
    assert noted
    assert len(noted) == len(set(noted))
    for other in article.select(_NOT_PROSE + ", #check-yourself, .exhibit"):
        other.decompose()
    for entry in who_is_meant.mentioned(" ".join(article.get_text().split())):
        if entry.table == "persons":
            assert f"who-{entry.record_id}" in noted
