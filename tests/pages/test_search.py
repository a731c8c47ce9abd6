"""Search, from a folder without a server: what readers ask for, and what must come first.

``searches.yaml`` holds the queries; all of them are asked in one visit of the browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
import yaml
from playwright.sync_api import Page

from tests.conftest import ROOT
from tests.serving import compressed
from tests.visits import SITE, Visit, complaints

QUERIES = yaml.safe_load((ROOT / "tests/pages/searches.yaml").read_text(encoding="utf-8"))
FOUND = "#search-results:not([aria-busy]) > *"
#: Kilobytes that the page and all that it looks through may have, compressed: what a line of
#: 3 Mbit/s brings in a second. Asked for by who searches, not by who reads.
HEAVIEST = 360


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


def look(page: Page, query: str) -> None:
    page.goto(f"{(SITE / 'search.html').as_uri()}?q={quote(query)}")
    page.locator(FOUND).first.wait_for()


def addresses(page: Page, selector: str) -> list[str]:
    links = page.locator(selector)
    return links.evaluate_all("links => links.map(link => link.getAttribute('href'))")


def test_there_are_sixty_queries_in_three_languages():
    asked = [query["ask"] for query in QUERIES]
    assert len(set(asked)) == len(asked) >= 60
    assert sum(any("\u3041" <= sign <= "\uff9f" for sign in query) for query in asked) >= 10
    assert sum(any("\u0400" <= sign <= "\u04ff" for sign in query) for query in asked) >= 7


@pytest.mark.parametrize("query", QUERIES, ids=[query["ask"] for query in QUERIES])
def test_what_a_reader_looks_for_comes_first(page, query):
    look(page, query["ask"])
    pages = addresses(page, "#found-pages a.search-page")
    records = [link.split("#")[1] for link in addresses(page, "#found-records > ul a")]
    if "page" in query:
        named = query["page"] if isinstance(query["page"], list) else [query["page"]]
        assert sorted(pages[: len(named)]) == sorted(f"{name}.html" for name in named), pages
    else:
        assert pages == []
    if "record" in query:
        assert records[:1] == [query["record"]], records
    if "among" in query:
        assert query["among"] in records, records


def test_places_have_excerpts_with_the_words_marked_and_open(page):
    look(page, "Ｋｏ̄no Hatoyama")
    places = page.locator("#search-results ul > li")
    marked = places.locator("mark").all_inner_texts()
    assert {"Kono", "Hatoyama"} <= set(marked)
    assert places.count() == places.locator("p.search-excerpt").count() > 5
    assert complaints(page) == []
    place = page.locator("#found-records a[href*='#']").first
    anchor = place.get_attribute("href").split("#")[1]
    place.click()
    page.locator(f"[id='{anchor}']").wait_for()
    assert page.url.startswith("file:")


def test_every_place_that_is_found_is_there():
    text = (SITE / "_static/unsigned-peace/text.js").read_text(encoding="utf-8")
    pages = yaml.safe_load(text.removeprefix("window.unsignedPeaceText=").rstrip().rstrip(";"))
    assert len(pages) > 40
    for address, _, _, places in pages:
        html = (SITE / address).read_text(encoding="utf-8")
        for anchor, _, _ in places:
            assert not anchor or f'id="{anchor}"' in html, f"{address}#{anchor}"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("the", "Nearly every page has \u201cthe\u201d. Add a word that fewer pages have."),
        ("Zzyzx", "No page has any of these words."),
        ("the Shimoda", "Left out, since nearly every page has them: \u201cthe\u201d."),
        ("Shimoda Zzyzx", "No page has all of these words; these have most."),
    ],
)
def test_what_was_not_looked_for_or_found_is_said(page, query, said):
    look(page, query)
    assert said in " ".join(page.locator(".search-said").all_inner_texts())


def test_the_page_and_what_it_looks_through_are_light(browser, address):
    with Visit(browser, address, "search.html?q=Shimoda") as visit:
        visit.page.locator("#found-pages").wait_for()
        names = {url.removeprefix(f"{address}/").split("?")[0] for url in visit.requested}
        assert "_static/unsigned-peace/text.js" in names and visit.errors == []
        own = [name for name in names if "/fonts/" not in name]  # they come with any page
        assert sum(len(compressed(SITE / name)) for name in own) <= HEAVIEST * 1000
    with Visit(browser, address, "search.html") as visit:
        visit.page.wait_for_load_state("networkidle")
        assert visit.weight() <= 30_000  # nothing is asked for yet


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Ｓｈｉｍｏｄａ", "Shimoda"),
        ("Hokkaidō", "Hokkaido"),
        ("Japan's", "Japan"),
        ("1855", "1855"),
    ],
)
def test_the_timeline_s_filter_compares_words_as_search_does(page, asked, written):
    page.goto((SITE / "book/timeline.html").as_uri())
    every = page.locator("#timeline li").count()
    page.get_by_label("Words").fill(asked)
    shown = page.locator("#timeline li:visible")
    assert 0 < shown.count() < every
    assert all(written in text for text in shown.all_inner_texts())
