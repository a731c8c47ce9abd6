"""What a page says of itself when it is shared or listed.

Description, title, picture, whole addresses or none.
"""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document

from tests.conftest import ROOT
from unsigned_peace.publishing.frame import sharing
from unsigned_peace.publishing.frame.imprint import imprint

SENTENCE = "Two neighbours fought a short war at the end of a long one, and never signed."


def document(*content):
    doctree = new_document("page")
    section = nodes.section()
    section += nodes.title("", "A title")
    section += content
    doctree += section
    return doctree


def test_a_page_is_described_by_its_front_matter_then_by_its_first_paragraph_then_by_the_book():
    doctree = document(nodes.paragraph("", "Too short."), nodes.paragraph("", SENTENCE))
    assert (
        sharing.description(doctree, {"description": "Said by the author."})
        == "Said by the author."
    )
    assert sharing.description(doctree, {}) == SENTENCE
    assert sharing.description(None, {}) == imprint().title


def test_a_page_made_from_the_dataset_is_described_by_its_first_paragraph_without_the_download():
    raw = nodes.raw(
        "",
        "<p>One row is a survey by one pollster in one country &amp; year. 119 records.\n"
        '<a href="p.csv" download>This table as CSV</a>.</p><p>More</p>',
    )
    assert (
        sharing.description(document(raw), {})
        == "One row is a survey by one pollster in one country & year. 119 records."
    )


def test_a_box_describes_no_page():
    box = nodes.admonition(
        "",
        nodes.paragraph(
            "", "After this chapter you can read a share from a poll with its error and more."
        ),
    )
    assert sharing.description(document(box, nodes.paragraph("", SENTENCE)), {}) == SENTENCE


@pytest.mark.parametrize("text", [SENTENCE * 1, f"{SENTENCE} " * 9, "word " * 200])
def test_a_description_is_short_and_ends_where_something_ends(text):
    said = sharing.description(document(nodes.paragraph("", text)), {})
    assert len(said) <= sharing.MOST_CHARACTERS
    assert said.endswith((".", "word…"))


def tags(address, doctree, pagename="book/islands"):
    builder = SimpleNamespace(format="html", get_target_uri=lambda name: f"{name}.html")
    config = SimpleNamespace(html_baseurl=address, root_doc="book/index")
    app = SimpleNamespace(
        builder=builder,
        config=config,
        env=SimpleNamespace(doc2path=lambda name: str(ROOT / f"{name}.md")),
        outdir=None,
    )
    context = {"title": "What <em>and</em> where &amp; when", "meta": {}, "metatags": ""}
    sharing._add_tags(app, pagename, "", context, doctree)
    return dict(re.findall(r'(?:name|property)="([^"]+)" content="([^"]*)"', context["metatags"]))


def test_without_an_address_no_tag_needs_one():
    said = tags("", document(nodes.paragraph("", SENTENCE)))
    assert said["description"] == said["og:description"] == SENTENCE
    assert said["og:title"] == "What and where &amp; when"
    assert not [content for content in said.values() if "http" in content or ".png" in content]
    assert said["twitter:card"] == "summary"


@pytest.mark.parametrize("address", ["https://example.org/peace", "https://example.org/peace/"])
def test_with_an_address_a_page_names_itself_and_its_picture_in_full(address, monkeypatch):
    monkeypatch.setattr(sharing, "_picture", lambda *_: ("_static/sharing/islands.png", "A map"))
    said = tags(address, document(nodes.paragraph("", SENTENCE)))
    assert said["og:url"] == "https://example.org/peace/book/islands.html"
    assert said["og:image"] == "https://example.org/peace/_static/sharing/islands.png"
    assert said["og:image:alt"] == "A map" and said["twitter:card"] == "summary_large_image"


def test_a_picture_is_a_png_of_the_chapters_chart_in_the_size_of_previews():
    png = sharing._png.__wrapped__(
        "A title",
        "A finding",
        '{"mark": "bar", "data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x", "type": '
        '"quantitative"}}}',
    )
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == sharing.PICTURE
    assert png != sharing._png.__wrapped__("A title", "A finding", "")


def test_the_citation_file_names_the_book():
    book = imprint()
    assert (
        book.name == "The Unsigned Peace"
        and re.fullmatch(r"\d{4}-\d\d-\d\d", book.released)
        and book.authors
    )
