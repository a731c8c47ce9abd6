"""Every address that the book has published still leads to its page and place, moved or not."""

from __future__ import annotations

import shutil

import pytest

from tests.building.small import SECOND, make, make_project, write
from tests.pages.addresses import LIST, addresses
from tests.visits import SITE
from unsigned_peace.publishing.frame.redirects import published, with_anchor

#: Headings, and the address that the words of each give it.
HEADINGS = {"国後島と択捉島": "国後島と択捉島", "Путин, 2018 год": "путин-2018-год", "1956": "1956"}
REMEDY = "say in book/redirects.yml where it is now"


def test_every_page_and_download_that_was_published_is_there():
    assert [page for page in published(LIST) if not (SITE / page).is_file()] == [], REMEDY


def test_every_place_that_was_published_is_there():
    now = addresses(SITE)
    gone = [
        f"{page}#{place}"
        for page, places in published(LIST).items()
        for place in places
        if place not in now.get(page, ())
    ]
    assert gone == [], REMEDY


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>a</p><section id="new">b', '<p>a</p><span id="old"></span><section id="new">b'),
        ('<ul><li class="x" id="new">b', '<ul><li class="x" id="new"><span id="old"></span>b'),
        ('<tr id="new"><td class="x">b', '<tr id="new"><td class="x"><span id="old"></span>b'),
        ('<p id="newer">b', '<p id="newer">b'),
    ],
)
def test_an_anchor_stands_where_html_allows_it(html, expected):
    assert with_anchor(html, "old", "new") == expected


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A small book that once had other pages and places, with headings in three scripts."""
    folder = tmp_path_factory.mktemp("moved") / "book"
    folder.mkdir()
    make_project(folder)
    headings = "".join(f"\n## {heading}\n\nA line.\n" for heading in HEADINGS)
    write(folder, SECOND + headings, "second")
    (folder / "tests" / "pages").mkdir(parents=True)
    (folder / "tests" / "pages" / "addresses.txt").write_text(
        "book/old.html\n#a-heading\n#what-it-rested-on\nbook/records/places-of-old.html\n"
        "#places-iturup\nbook/second.html\n#places-iturup\n#what-it-rested-on\n",
        encoding="utf-8",
    )
    (folder / "book" / "redirects.yml").write_text(
        "book/old.html: book/second.html\nbook/old.html#what-it-rested-on: "
        "book/second.html#what-it-rests-on\n"
        "book/records/places-of-old.html: book/records/places.html\n"
        "book/second.html#what-it-rested-on: book/second.html#what-it-rests-on\n",
        encoding="utf-8",
    )
    status, output = make(folder)
    assert status == 0, output
    return folder


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("book/old.html#what-it-rested-on", "book/second.html#what-it-rests-on"),
        ("book/old.html#a-heading", "book/second.html"),
        ("book/records/places-of-old.html#places-iturup", "book/records/places.html#places-iturup"),
        ("book/second.html#places-iturup", "book/records/places.html#places-iturup"),
    ],
)
def test_a_place_that_has_moved_leads_on(moved, browser, old, new, scripts):
    page = browser.new_context(java_script_enabled=scripts).new_page()
    page.goto((moved / "_build" / "html").as_uri() + f"/{old}")
    if not page.url.endswith(new):
        if not old.startswith("book/second"):
            assert not scripts, "the script leads on by itself"
        page.locator(f"[id='{old.partition('#')[2]}'] a").click()
    page.wait_for_url(f"**/{new}")
    assert "#" not in new or page.locator(f"[id='{new.partition('#')[2]}']").is_visible()
    page.context.close()


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_in_any_script_is_reached_by_its_words(moved, browser, heading):
    """Not by its place on the page, which moves as soon as a heading is added above."""
    page = browser.new_page()
    page.goto(f"{(moved / '_build/html/book/second.html').as_uri()}#{HEADINGS[heading]}")
    assert page.locator(":target").get_by_role("heading", name=heading).is_visible()
    page.close()


def test_a_place_that_was_renamed_keeps_its_anchor(moved):
    text = (moved / "_build" / "html" / "book" / "second.html").read_text(encoding="utf-8")
    assert '<span id="what-it-rested-on"></span><section id="what-it-rests-on">' in text


def test_what_is_gone_without_a_word_fails_the_build_and_is_named(moved, tmp_path):
    folder = shutil.copytree(moved, tmp_path / "book")
    with (folder / "tests" / "pages" / "addresses.txt").open("a", encoding="utf-8") as addresses:
        addresses.write("#a-lost-place\nbook/lost.html\n")
    status, output = make(folder)
    assert status == 1
    assert (
        "book/second.html#a-lost-place: book/new.html#place" in output
        and '"book/lost.html: book/new.html"' in output
    )
