"""Citations are made from the citation file alone, and only name an address that is known."""

from __future__ import annotations

import pytest
from sphinx.errors import ExtensionError

from unsigned_peace.publishing.about.citation import chapter_citation, dataset_citation
from unsigned_peace.publishing.frame.not_found import site_root
from unsigned_peace.publishing.frame.imprint import Imprint, imprint


def test_a_chapter_is_cited_within_the_book():
    text, bibtex = chapter_citation("Where & what?", "islands")
    book = imprint()
    assert text == f"{'; '.join(book.authors)} ({book.year}). Where & what? In {book.title} (version {book.version})."
    assert bibtex.startswith("@incollection{unsigned-peace-islands,\n  author = {{") and r"title = {Where \& what?}" in bibtex
    assert "url" not in bibtex


def test_a_known_address_is_part_of_both_forms():
    text, bibtex = dataset_citation("https://example.org/a_b")
    assert text.endswith(" https://example.org/a_b") and "url = {https://example.org/a_b}" in bibtex


def test_the_citation_file_may_name_persons_and_must_not_lack_anything(tmp_path):
    file = tmp_path / "CITATION.cff"
    file.write_text("title: T\nversion: 2\ndate-released: 2027-01-02\nauthors:\n- {given-names: A, family-names: B}\n", encoding="utf-8")
    assert imprint(file) == Imprint("T", ("A B",), "2", "2027-01-02")
    file.write_text("title: T\nauthors: []\n", encoding="utf-8")
    with pytest.raises(ExtensionError, match="authors, version, date-released missing"):
        imprint.__wrapped__(file)


@pytest.mark.parametrize(("address", "root"), [("", "/"), ("https://example.org", "/"), ("https://example.org/peace", "/peace/"), ("https://example.org/peace/", "/peace/")])
def test_a_lost_reader_is_led_from_the_root_of_the_site(address, root):
    assert site_root(address) == root
