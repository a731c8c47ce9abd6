"""Every page of the built book in a real browser.

No outside requests, no errors, every chart there, with and without scripts.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.visits import CHART_PAGES, EDITION_PAGES, PAGES, PROSE_PAGES, SITE, Visit, until
from unsigned_peace import dataset
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.columns import FIRST_ROWS

#: Bytes: of a page's text as it is; of all that it loads unasked, compressed; of that and an
#: interactive chart. A page's text has its questions with whole answers, folded, notes in the
#: margin, and two or three drawings a chart; compressed it is a fifth.
HEAVIEST_TEXT, HEAVIEST_LOAD, HEAVIEST_LIVE = 380_000, 200_000, 550_000

#: On a page whose cells run in it, where that is prepared (see ``test_run_here``).
_COMPILES = "'wasm-unsafe-eval'"


#: The page for a wrong address looks for its files where the site's address says, and under a path
#: that no address names it asks above it first (see ``test_finding``).
PLACED = [page for page in PAGES if page != "404.html" or not os.environ.get("BOOK_UNDER")]


@pytest.mark.parametrize("name", PLACED)
def test_a_page_loads_light_with_nothing_from_outside_and_no_error(browser, address, name):
    with Visit(browser, address, name) as visit:
        visit.page.wait_for_timeout(150)
        assert visit.outside == []
        assert visit.errors == []
        assert (SITE / name).stat().st_size <= HEAVIEST_TEXT
        assert visit.weight() <= HEAVIEST_LOAD
        assert not any("vega" in address for address in visit.requested), (
            "the chart library is loaded though nobody came to a chart"
        )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_may_load_and_run_the_sites_own_files_only(name):
    text = (SITE / name).read_text(encoding="utf-8")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert policy, "no content security policy"
    assert (
        "default-src 'none'" in policy[1]
        and "unsafe" not in policy[1].replace(_COMPILES, "")
        and "http" not in policy[1]
        and "*" not in policy[1]
    )
    assert text.index("Content-Security-Policy") < min(
        text.find(tag) % len(text) for tag in ("<script", "<link", "<img")
    ), "it stands after what it is to govern"


@pytest.mark.parametrize("name", CHART_PAGES)
def test_every_chart_becomes_interactive_when_a_reader_comes_to_it(browser, address, name):
    with Visit(browser, address, name) as visit:
        figures = visit.page.locator("figure.chart")
        for position in range(figures.count()):
            drawing = figures.nth(position).locator(".drawing")
            drawing.scroll_into_view_if_needed()
            drawing.hover()
            figures.nth(position).locator(".drawing-live svg").first.wait_for(timeout=60_000)
        assert visit.errors == []
        assert visit.outside == []
        assert visit.weight() <= HEAVIEST_LIVE


@pytest.mark.parametrize("name", CHART_PAGES)
def test_every_chart_is_there_without_scripts(browser, address, name):
    with Visit(browser, address, name, java_script_enabled=False) as visit:
        for width in (1200, 360):
            visit.page.set_viewport_size({"width": width, "height": 800})
            figures = visit.page.locator("figure.chart")
            assert figures.count() > 0
            for position in range(figures.count()):
                drawings = figures.nth(position).locator(".drawing svg:visible")
                assert drawings.count() == 1
                box = drawings.bounding_box()
                assert 100 < box["width"] <= width and box["height"] > 60, (
                    f"{name}: chart {position + 1} at {width}"
                )


@pytest.mark.parametrize("name", CHART_PAGES)
def test_every_chart_has_description_sources_and_data(name):
    page = SITE / name
    exhibits = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(
        "figure.exhibit"
    )
    assert exhibits
    for figure in exhibits:
        assert len(figure.select_one("[id$=-description]").get_text()) > 40
        if name in EDITION_PAGES:  # it leads to the same exhibit in English
            link = f'a[href^="../book/"][href$="#{figure["id"]}"]'
            assert len(figure.select(link)) == 1
            continue
        assert figure.select(".exhibit-sources a")
        assert (page.parent / figure.select_one("a[download]")["href"]).is_file()


@pytest.mark.parametrize("name", PROSE_PAGES)
def test_a_page_fits_a_telephone(browser, address, name):
    with Visit(browser, address, name, viewport={"width": 360, "height": 800}) as visit:
        for width in (360, 320):
            visit.page.set_viewport_size({"width": width, "height": 800})
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_chart_with_controls_wakes_when_it_is_scrolled_to(browser, address):
    """Its controls stand above the drawing, where a reader who comes sees them."""
    with Visit(
        browser,
        address,
        "book/two-level-game.html#exhibit-win-sets",
        viewport={"width": 360, "height": 800},
    ) as visit:
        slider = visit.page.locator("#exhibit-win-sets .vega-bindings input")
        slider.wait_for(timeout=60_000)
        drawn = visit.page.locator("#exhibit-win-sets .drawing-live svg").first
        assert slider.bounding_box()["y"] < drawn.bounding_box()["y"]
        row = visit.page.locator("#exhibit-win-sets .vega-bind").first
        assert row.evaluate(
            "row => row.scrollWidth <= row.clientWidth && row.getBoundingClientRect().right <= 360"
        )


def test_a_finger_reads_a_mark(browser, address):
    with Visit(
        browser,
        address,
        "book/formulas.html",
        viewport={"width": 360, "height": 740},
        has_touch=True,
        is_mobile=True,
    ) as visit:
        drawing = visit.page.locator("#exhibit-islands-ladder .drawing")
        drawing.scroll_into_view_if_needed()
        drawing.tap()
        mark = drawing.locator(".drawing-live svg .mark-symbol path").nth(5)
        mark.wait_for(timeout=60_000)
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        visit.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        note = visit.page.locator("#vg-tooltip-element.visible")
        note.wait_for()
        assert (
            note.bounding_box()["x"] >= 0
            and note.bounding_box()["x"] + note.bounding_box()["width"] <= 360
        )
        visit.page.touchscreen.tap(340, 300)
        note.wait_for(state="hidden")


def test_a_menu_over_the_page_goes_once_it_has_led_somewhere(browser, address):
    with Visit(
        browser, address, "book/formulas.html", viewport={"width": 360, "height": 800}
    ) as visit:
        visit.page.locator(".opens-on-this-page").click()
        visit.page.locator("#on-this-page a").nth(3).click()
        visit.page.locator("#on-this-page").wait_for(state="hidden")


def test_paper_shows_no_buttons_and_no_menus(browser, address):
    with Visit(browser, address, "book/does-it-help.html") as visit:
        visit.page.emulate_media(media="print")
        shown = visit.page.locator("button:visible, nav:visible, form:visible, summary:visible")
        # what is printed open keeps its title
        printed = visit.page.locator(
            "details:is([open], .sd-dropdown, .answer, .exhibit-about) > summary:visible"
        )
        assert shown.count() == printed.count()


def test_the_rest_of_a_long_table_opens_without_scripts_and_is_on_paper(browser, address):
    with Visit(browser, address, "book/reading-the-news.html", java_script_enabled=False) as visit:
        table = visit.page.locator("#exhibit-claims-of-2019 .scrolls")
        every, shown = table.locator("tbody tr"), table.locator("tbody tr:visible")
        assert shown.count() == FIRST_ROWS < every.count()
        visit.page.emulate_media(media="print")
        assert shown.count() == every.count()
        visit.page.emulate_media(media="screen")
        table.locator("summary").click()
        assert shown.count() == every.count()


def test_a_record_leads_to_the_sentence_and_the_exhibits_that_use_it(browser, address):
    with Visit(browser, address, "book/records/events.html") as visit:
        uses = visit.page.locator("#events-1945-08-28-iturup-landing .used-in a")
        texts = uses.all_inner_texts()
        assert "text" in texts and any(text.startswith("chart") for text in texts)
        uses.nth(texts.index("text")).click()
        visit.page.locator("a.record:target").wait_for()
        assert "events-1945-08-28-iturup-landing" in visit.page.url


def test_the_timeline_filters_by_keyboard_and_without_a_server(browser):
    page_file = Path(SITE / "book" / "timeline.html").as_uri()
    context = browser.new_context()
    page = context.new_page()
    page.goto(page_file)
    everything = page.locator("#timeline li:visible").count()
    page.locator("#timeline-filter input[name=words]").focus()
    page.keyboard.type("Iturup")
    some = page.locator("#timeline li:visible").count()
    assert 0 < some < everything
    page.locator("#timeline-filter input[value=military]").focus()
    page.keyboard.press("Space")
    assert page.locator("#timeline li[data-kind=military]:visible").count() == 0
    page.locator("#timeline-filter button[type=reset]").focus()
    page.keyboard.press("Enter")
    until(page, f"document.querySelectorAll('#timeline li:not([hidden])').length === {everything}")
    context.close()


def test_the_timeline_is_whole_without_scripts(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(Path(SITE / "book" / "timeline.html").as_uri())
    assert page.locator("#timeline li:visible").count() > 100
    assert not page.locator("#timeline-filter").is_visible()
    context.close()


@pytest.mark.parametrize("width", [1200, 360])
def test_the_contents_show_where_the_reader_is(browser, address, width):
    """On the page that stands last in the contents, wherever these open."""
    with Visit(
        browser, address, "book/bibliography.html", viewport={"width": width, "height": 600}
    ) as visit:
        if width < 600:
            visit.page.locator(".opens-contents").click()
        here = visit.page.locator("#contents [aria-current]")
        here.wait_for()
        visit.page.wait_for_timeout(200)
        box = here.bounding_box()
        assert 0 <= box["y"] and box["y"] + box["height"] <= 600


@pytest.mark.parametrize("name", [page for page in PAGES if page not in ("index.html", "404.html")])
def test_a_page_says_who_made_it(name):
    text = (SITE / name).read_text(encoding="utf-8")
    colophon = re.search(r'<footer class="colophon">\s*<p>(.*?)</p>', text, re.DOTALL)
    if "unsigned-peace/redirect.js" in text and colophon is None:
        return  # it only leads on to where its page is now
    assert all(author in colophon[1] for author in imprint().authors) and "CC BY 4.0" in colophon[1]


def test_the_last_day_of_the_record_stands_on_the_page_about_the_data():
    last = dataset.horizon()
    assert f"the record covers is {last.day} {last:%B %Y}" in (
        SITE / "book" / "data-dictionary.html"
    ).read_text(encoding="utf-8")
