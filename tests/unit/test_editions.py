"""A page of the site made ready for paper, on small pages."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree

import pytest

from unsigned_peace.editions import paper
from unsigned_peace.editions.epub import write_epub
from unsigned_peace.publishing.html.templates import css_text

PAGE = """<html><body><article><section id="a-chapter">
<h1>A chapter<a class="headerlink" href="#a-chapter">#</a></h1>
<p>Seven <a class="computed-figure" href="#computed-x">7</a>,
see <a href="other.html#there">the other</a>,
<a class="record" href="records/polls.html#p-1">a record</a>
and <a href="https://example.org/?a=1&amp;b=2" rel="external">outside</a>.</p>
<div class="cell"><details class="folded"><summary>Code, 2 cells</summary>
<div class="cell_input"><pre>import y</pre></div>
<div class="cell_input"><pre>x = 7  # id="a" href="/b"</pre>
<ul class="computed"><li><span id="computed-x">x</span></li></ul></div></details></div>
<figure class="exhibit chart" id="chart"><div class="drawing"><div class="drawing-wide">
<svg aria-hidden="true" viewBox="0 0 9 9" width="9">
<clipPath id="clip"><path d="M0,0"></path></clipPath>
<g clip-path="url(#clip)" fill="var(--chart-japan)"></g></svg></div>
<div class="drawing-narrow"><svg></svg></div></div>
<details><summary>About</summary><p id="chart-description">Two bars.</p>
<ul class="exhibit-sources"><li><a href="records/sources.html#s">A source</a></li></ul>
</details></figure>
<section id="hints"><h2>Hints</h2><details><summary>A hint</summary><p>Divide.</p></details>
<form><button>Go</button></form></section>
</section></article></body></html>"""


@pytest.fixture
def chapter(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "a-chapter.html").write_text(PAGE, encoding="utf-8")
    return paper.read_chapter("The story", "book/a-chapter", tmp_path)


def led_on(page, anchor):
    return f"{page}.xhtml#{anchor}" if page in ("book/a-chapter", "book/other", "code") else ""


def test_only_pages_that_make_sense_on_paper_are_printed_in_the_order_of_the_contents():
    toc = {
        "root": "book/index",
        "parts": [
            {"caption": "The story", "chapters": [{"file": "book/islands"}]},
            {
                "caption": "The record",
                "chapters": [
                    {"file": "book/downloads"},
                    {"file": "book/names"},
                    {"file": "book/records/index", "sections": [{"file": "book/records/polls"}]},
                ],
            },
        ],
    }
    assert paper.pages_to_print(toc) == [
        ("", "book/index"),
        ("The story", "book/islands"),
        ("The record", "book/names"),
    ]


def test_titles_and_sections_make_the_contents(chapter):
    assert (chapter.title, chapter.name) == ("A chapter", "a-chapter")
    assert chapter.sections() == [("hints", "Hints")]
    assert paper.code_of([chapter]).sections() == [("a-chapter", "A chapter")]


def test_what_only_works_on_a_screen_is_left_out_and_what_is_folded_is_unfolded(chapter):
    body = chapter.body
    assert not body.select("details, summary, form, button, .headerlink, .drawing-narrow")
    assert body.select_one(".unfolded .unfolded-title").get_text() == "A hint"


def test_folded_code_stands_whole_in_the_appendix_and_is_linked_both_ways(chapter):
    listing = paper.code_of([chapter]).body.select_one("#a-chapter #a-chapter-1")
    assert "import y" in listing.get_text() and "x = 7" in listing.get_text()
    assert chapter.body.select_one("#code-mark-1 a")["href"] == "/code.html#a-chapter-1"
    assert listing.find("a")["href"] == "/book/a-chapter.html#code-mark-1"
    assert listing.select_one("#a-chapter-computed-x")


def test_a_drawing_is_described_light_and_well_formed_and_its_source_is_named(chapter):
    drawing = chapter.body.select_one(".drawing")
    assert (drawing["role"], drawing["aria-label"]) == ("img", "Two bars.")
    assert "var(" not in str(drawing)
    svg = ElementTree.fromstring(drawing.find("svg").decode(formatter="minimal"))
    assert svg.get("viewBox") == "0 0 9 9" and svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert chapter.body.select_one("p.exhibit-sources").get_text() == "Source: A source"


def test_links_are_led_on_or_lead_nowhere_and_code_stays_as_it_is(chapter, monkeypatch):
    monkeypatch.setattr(paper, "_base_address", lambda: "")
    html = paper.printed(chapter.body, led_on, "c--")
    assert 'href="code.xhtml#a-chapter-computed-x"' in html
    assert 'href="book/other.xhtml#there"' in html
    assert '<a class="record">a record</a>' in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert 'id="c--clip"' in html and "url(#c--clip)" in html
    code = paper.printed(paper.code_of([chapter]).body, led_on, "code--")
    assert 'id="code--a-chapter-computed-x"' in code and 'x = 7  # id="a" href="/b"' in code


def test_records_are_linked_online_where_the_address_is_known(chapter, monkeypatch):
    monkeypatch.setattr(paper, "_base_address", lambda: "https://example.org/peace/")
    assert 'href="https://example.org/peace/book/records/polls.html#p-1"' in paper.printed(
        chapter.body, led_on
    )


def test_an_epub_is_well_formed_and_the_same_to_the_byte(chapter, tmp_path):
    one, two = tmp_path / "one.epub", tmp_path / "two.epub"
    for path in (one, two):
        write_epub([chapter], path)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as epub:
        assert (
            epub.infolist()[0].filename == "mimetype"
            and epub.infolist()[0].compress_type == zipfile.ZIP_STORED
        )
        for name in epub.namelist():
            if name.endswith(("xhtml", "opf", "xml")):
                ElementTree.fromstring(epub.read(name))
        assert b"@page" not in epub.read("EPUB/style.css")
        assert b'href="a-chapter.xhtml#hints"' in epub.read("EPUB/nav.xhtml")


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("署名なき平和", '"署名なき平和"'),
        ("Неподписанный мир", '"Неподписанный мир"'),
        ("Japan’s “two” & it's", '"Japan’s “two” & it\'s"'),
        ('a "b" \\ </style>', '"a \\22 b\\22  \\5c  \\3c /style>"'),
    ],
)
def test_a_running_head_has_a_title_in_its_own_letters(title, written):
    assert css_text(title) == written
