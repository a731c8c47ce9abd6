"""Citations are made from the citation file alone, and only name an address that is known."""

from __future__ import annotations

import re

import pybtex
import pytest
from sphinx.errors import ExtensionError

from unsigned_peace.publishing.about.citation import chapter_citation, dataset_citation
from unsigned_peace.publishing.frame.address import site_root
from unsigned_peace.publishing.frame.imprint import Imprint, imprint
from unsigned_peace.publishing.html import bibtex


def test_a_chapter_is_cited_within_the_book():
    text, bibtex = chapter_citation("Where & what?", "islands")
    book = imprint()
    assert text == (
        f"{'; '.join(book.authors)} ({book.year}). Where & what? In {book.title} (version "
        f"{book.edition})."
    )
    assert (
        bibtex.startswith("@incollection{unsigned-peace-islands,\n  author = {{")
        and r"title = {Where \& what?}" in bibtex
    )
    assert "url" not in bibtex


@pytest.mark.parametrize("kind", ["incollection", "article", "misc"])
@pytest.mark.parametrize(
    "title",
    [
        "What did Japan and Russia say of Iturup/Etorofu in 1956?",
        "TASS on the Soviet-Japanese Joint Declaration: a second look",
        "Khrushchev’s letter & Курилы",
    ],
)
def test_a_style_that_lowers_capitals_leaves_those_of_names(kind, title):
    within = {"incollection": "booktitle", "article": "journal", "misc": "note"}[kind]
    fields = {"author": "{A Group}", "title": title, within: "The Whole", "year": "2026"}
    entry = bibtex.entry(kind, "key", fields)
    shown = pybtex.format_from_string(entry, style="plain", output_backend="plaintext")
    words = re.findall(r"\w+", title.replace("&", "and"))
    shown_words = re.findall(r"\w+", shown.replace("&", "and"))
    assert [word for word in words if word not in shown_words] == []


def test_a_known_address_is_part_of_both_forms():
    text, bibtex = dataset_citation("https://example.org/a_b")
    assert text.endswith(" https://example.org/a_b") and "url = {https://example.org/a_b}" in bibtex


def test_the_citation_file_may_name_persons_and_must_not_lack_anything(tmp_path):
    file, changes = tmp_path / "CITATION.cff", tmp_path / "CHANGELOG.md"
    file.write_text(
        "title: T\nversion: 2\ndate-released: 2027-01-02\nauthors:\n- {given-names: A, "
        "family-names: B}\n",
        encoding="utf-8",
    )
    assert imprint(file, changes) == Imprint("T", ("A B",), "2", "2027-01-02")
    file.write_text("title: T\nauthors: []\n", encoding="utf-8")
    with pytest.raises(ExtensionError, match="authors, version, date-released missing"):
        imprint.__wrapped__(file)


@pytest.mark.parametrize(
    ("heading", "edition"),
    [("2.0.0 (2027-01-02)", "2.0.0"), ("Not yet released", "2.0.0, with later changes")],
)
def test_a_state_after_a_release_is_not_cited_as_that_release(tmp_path, heading, edition):
    file, changes = tmp_path / "CITATION.cff", tmp_path / "CHANGELOG.md"
    file.write_text(
        "title: T\nversion: 2.0.0\ndate-released: 2027-01-02\nauthors: [{name: A}]\n",
        encoding="utf-8",
    )
    changes.write_text(
        f"# What changed\n\n## {heading}\n\n- All.\n\n## 2.0.0 (2027-01-02)\n", encoding="utf-8"
    )
    assert imprint(file, changes).edition == edition


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("", "/"),
        ("https://example.org", "/"),
        ("https://example.org/peace", "/peace/"),
        ("https://example.org/peace/", "/peace/"),
    ],
)
def test_a_lost_reader_is_led_from_the_root_of_the_site(address, root):
    assert site_root(address) == root
