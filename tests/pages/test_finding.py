"""What helps readers to find, follow and cite.

Search without a server, figures to their code, the page 404, citations.
"""

from __future__ import annotations

import functools
import http.server
import re
import threading
from contextlib import contextmanager

import pytest

from tests.visits import SITE, until

#: Where the built site says that it is served.
ROOT = re.search('<base href="(.*?)">', (SITE / "404.html").read_text(encoding="utf-8"))[1]


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def page_without_scripts(browser):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1200, "height": 900}
    )
    yield context.new_page()
    context.close()


@contextmanager
def host(under):
    """A host as hosts of static sites are: an address that leads nowhere gets the page 404."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments) -> None:
            pass

        def translate_path(self, path) -> str:
            found = path.startswith(f"{under}/")
            return super().translate_path(path.removeprefix(under) if found else "/nowhere")

        def send_error(self, code, message=None, explain=None) -> None:
            body = (SITE / "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(SITE))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{under}"
    server.shutdown()
    server.server_close()


# search ------------------------------------------------------------------------------------------


def test_search_works_from_a_folder_without_a_server(page):
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=Shimoda")
    result = page.locator("#search-results li a[href*='borders.html']").first
    result.wait_for(timeout=60_000)
    result.click()
    page.get_by_role("heading", level=1, name="Who administered what before?").wait_for()
    assert page.url.startswith("file:")


def test_search_finds_years_and_leads_to_records(page):
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=1956")
    page.locator("#search-results li a[href*='joint-declaration.html']").first.wait_for(
        timeout=60_000
    )
    pages = page.locator("#search-results li a").evaluate_all(
        "links => links.map(link => link.closest('#found-records') !== null)"
    )
    assert pages == sorted(pages) and any(pages), "chapters stand before records"
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=Krasnoyarsk 1997")
    record = page.locator("#found-records a[href*='meetings.html#meetings-1997-11-01-krasnoyarsk']")
    record.click()
    page.locator("#meetings-1997-11-01-krasnoyarsk").wait_for()
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=Zzyzx")
    page.get_by_text("No page has any of these words").wait_for()


@pytest.mark.parametrize("width", [1200, 360])
def test_the_search_field_of_a_page_leads_to_results_without_a_server(browser, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((SITE / "book" / "islands.html").as_uri())
    field = page.get_by_label("Search the book")
    if not field.is_visible():  # no room for it: its button leads to the page that has one
        page.get_by_role("button", name="Search").click()
        field = page.get_by_label("Words, names, a year or a question")
    field.fill("Khrushchev")
    field.press("Enter")
    page.locator("#search-results li a[href*='joint-declaration.html']").first.wait_for(
        timeout=60_000
    )
    context.close()


@pytest.mark.parametrize("width", [1200, 360])
def test_the_search_of_a_page_leads_on_without_scripts(browser, width):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto((SITE / "book" / "islands.html").as_uri())
    page.get_by_role("button", name="Search").click()
    page.locator("noscript p").wait_for()
    assert "search.html" in page.url
    context.close()


# where one is ------------------------------------------------------------------------------------


def test_the_contents_mark_the_section_that_is_read(page):
    page.goto((SITE / "book" / "islands.html").as_uri())
    marked = page.locator("#contents [aria-current=location]")
    assert marked.count() == 0, "above the first heading no section is read"
    headings = page.locator("#contents .sections a")
    for place in (1, headings.count() - 1, 0):
        link = headings.nth(place)
        link.click()
        until(page, "here => here.hasAttribute('aria-current')", arg=link.element_handle())
        assert marked.count() == 1


def test_chapters_have_numbers_in_the_contents_and_on_the_way_on(page_without_scripts):
    page = page_without_scripts
    page.goto((SITE / "book" / "public-opinion.html").as_uri())
    numbers = page.locator("#contents .number").all_inner_texts()
    assert len(numbers) >= 12 and numbers == [str(n) for n in range(1, len(numbers) + 1)]
    place = page.locator(".eyebrow").inner_text()
    assert place.startswith(f"The questions, chapter 9 of {len(numbers)}")
    assert "chapter 8" in page.locator(".way-back").inner_text()
    assert "chapter 10" in page.locator(".way-forth").inner_text()


# figures -----------------------------------------------------------------------------------------


def test_a_figure_leads_to_its_code_and_record_without_scripts(page_without_scripts):
    page = page_without_scripts
    page.goto((SITE / "book" / "public-opinion.html").as_uri())
    figure = page.locator("a.computed-figure").first
    place = page.locator(f"[id='{figure.get_attribute('href')[1:]}']")
    assert not place.is_visible()
    figure.focus()
    page.keyboard.press("Enter")
    until(page, "location.hash !== ''")
    assert place.is_visible()
    assert figure.inner_text() in place.inner_text()
    place.locator("a.to-sentence").click()
    until(page, "location.hash.startsWith('#figure-')")
    assert page.evaluate("document.querySelector(':target').innerText") == figure.inner_text()
    page.go_back()
    entry = page.locator("ul.computed li", has=place)
    entry.locator("a:not(.to-sentence)").first.click()
    page.wait_for_url("**/records/**")
    page.locator(":target").wait_for()


def test_a_figure_unfolds_its_code_in_browsers_that_do_not_do_so_themselves(page):
    page.goto((SITE / "book" / "public-opinion.html").as_uri())
    place = page.locator("[id='computed-ru_against']")
    page.evaluate(
        "history.pushState(null, '', '#computed-ru_against'); "
        "dispatchEvent(new HashChangeEvent('hashchange'))"
    )
    assert place.is_visible()


def test_code_leads_back_to_the_very_sentence_and_one_switch_opens_all(page):
    page.goto((SITE / "book" / "islands.html").as_uri())
    again = page.locator("a.computed-figure[href='#computed-two_land']:not([id])").first
    again.click()
    page.locator("[id='computed-two_land'] a.to-sentence").click()
    assert again.evaluate("here => here === document.activeElement")
    folds = page.locator("details.folded")
    page.get_by_role("button", name="Show all code").click()
    assert folds.evaluate_all("all => all.every((fold) => fold.open)")
    page.get_by_role("button", name="Hide all code").click()
    assert folds.evaluate_all("all => all.every((fold) => !fold.open)")


def test_no_code_is_folded_before_the_first_picture(page_without_scripts):
    page = page_without_scripts
    page.goto((SITE / "book" / "islands.html").as_uri())
    first = page.locator("figure.exhibit, details.folded").first
    assert first.evaluate("here => here.localName") == "figure"


def test_each_chart_keeps_a_choice_of_its_own(page):
    page.goto((SITE / "book" / "formulas.html").as_uri())
    charts = page.locator("figure.chart:has([data-controls])")
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        chart.locator(".vega-bindings input").first.wait_for()
    chosen: set[str] = set()
    for chart in charts.all():
        names = {each.get_attribute("name") for each in chart.locator("input[type=radio]").all()}
        assert not names & chosen
        chosen |= names
        for name in names:
            assert page.locator(f"input[name='{name}']:checked").count() == 1
            assert chart.locator(f"input[name='{name}']:checked").count() == 1
    assert chosen


# 404: an address that leads nowhere --------------------------------------------------------


@pytest.mark.parametrize("depth", ["nowhere", "book/nowhere.html", "book/records/nowhere/deeper/"])
def test_a_lost_reader_finds_contents_at_any_depth_without_scripts(page_without_scripts, depth):
    page = page_without_scripts
    with host(ROOT.rstrip("/")) as address:
        assert page.goto(f"{address}/{depth}").status == 404
        links = page.locator("nav a").all()
        assert len(links) > 15
        for link in links[:3]:
            assert page.request.get(link.evaluate("link => link.href")).ok


@pytest.mark.parametrize("under", ["", "/another/path"])
def test_a_lost_reader_can_search_wherever_the_site_is_served(page, under):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type == "error" and "404" not in message.text and errors.append(message.text)
        ),
    )
    with host(under) as address:
        page.goto(f"{address}/book/records/nowhere.html")
        until(page, "address => document.baseURI == address", arg=f"{address}/")
        weight = "() => getComputedStyle(document.querySelector('h1')).fontWeight == '400'"
        until(page, weight)  # the book's own style is there
        page.get_by_label("Words to look for").fill("Shikotan")
        page.get_by_role("button", name="Search").press("Enter")
        page.locator("#search-results li a").first.wait_for(timeout=60_000)
    assert errors == []


# citations ---------------------------------------------------------------------------------------


def test_a_chapter_says_how_to_cite_it_in_two_forms_to_copy(page):
    page.goto((SITE / "book" / "islands.html").as_uri())
    page.locator("details.cite-this summary").click()
    text, bibtex = (
        page.locator("details.cite-this pre").nth(position).inner_text() for position in (0, 1)
    )
    assert "What and where are the islands?" in text and "The Unsigned Peace authors" in text
    assert bibtex.startswith("@incollection{unsigned-peace-islands,") and bibtex.rstrip().endswith(
        "}"
    )
    assert page.locator("details.cite-this button.copybtn").count() == 2


def test_the_dataset_says_how_to_cite_it_and_changes_are_told():
    downloads = (SITE / "book" / "downloads.html").read_text(encoding="utf-8")
    assert "Data set, version" in downloads and "@misc" in downloads
    assert "0.1.0 (2026-11-22)" in (SITE / "book" / "changes.html").read_text(encoding="utf-8")


def test_what_has_moved_is_said_to_who_comes_for_it_and_to_nobody_else(browser):
    page = browser.new_page()
    page.goto((SITE / "book" / "index.html").as_uri())
    lines = page.locator(".moved")
    assert lines.count() and page.locator(".moved:visible").count() == 0
    place = lines.first.get_attribute("id")
    page.goto((SITE / "book" / "index.html").as_uri() + f"#{place}")
    assert page.locator(".moved:visible").count() == 1
    page.close()
