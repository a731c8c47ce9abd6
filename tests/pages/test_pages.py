"""Every page of the built book in a real browser: no outside requests, no errors, every chart there, with and without scripts."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import WHAT_TO_DO, find
from tests.conftest import ROOT

SITE = ROOT / "_build" / "html"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_static" not in path.parts)
CHART_PAGES = [page for page in PAGES if 'class="exhibit chart"' in (SITE / page).read_text(encoding="utf-8")]
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments) -> None:
        pass


@pytest.fixture(scope="session")
def address(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    path = find()
    assert path, WHAT_TO_DO
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A visit of one page that remembers what went wrong."""

    def __init__(self, browser: Browser, address: str, page: str, **options) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        self.page: Page = self.context.new_page()
        self.page.on("request", lambda request: request.url.startswith((address, "data:", "blob:")) or self.outside.append(request.url))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", lambda response: response.status >= 400 and self.errors.append(f"{response.status} {response.url}"))
        self.page.goto(f"{address}/{page}", wait_until="load")

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_problem) -> None:
        self.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_with_nothing_from_outside_and_no_error(browser, address, name):
    with Visit(browser, address, name) as visit:
        visit.page.wait_for_timeout(150)
        assert visit.outside == []
        assert visit.errors == []


@pytest.mark.parametrize("name", CHART_PAGES)
def test_every_chart_becomes_interactive_when_a_reader_comes_to_it(browser, address, name):
    with Visit(browser, address, name) as visit:
        figures = visit.page.locator("figure.chart")
        for position in range(figures.count()):
            drawing = figures.nth(position).locator(".drawing")
            drawing.scroll_into_view_if_needed()
            drawing.hover()
            figures.nth(position).locator(".drawing-live svg").first.wait_for(timeout=15000)
        assert visit.errors == []
        assert visit.outside == []


@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("name", CHART_PAGES)
def test_every_chart_is_there_without_scripts(browser, address, name, width):
    with Visit(browser, address, name, java_script_enabled=False, viewport={"width": width, "height": 800}) as visit:
        figures = visit.page.locator("figure.chart")
        assert figures.count() > 0
        for position in range(figures.count()):
            drawings = figures.nth(position).locator(".drawing svg:visible")
            assert drawings.count() == 1
            box = drawings.bounding_box()
            assert 100 < box["width"] <= width and box["height"] > 60, f"{name}: chart {position + 1}"


@pytest.mark.parametrize("name", CHART_PAGES)
def test_every_chart_has_description_sources_and_data(browser, address, name):
    with Visit(browser, address, name) as visit:
        for figure in visit.page.locator("figure.exhibit").all():
            assert len(figure.locator("[id$=-description]").text_content()) > 40
            assert figure.locator(".exhibit-sources a").count() >= 1
            download = figure.locator("a[download]").first.get_attribute("href")
            assert visit.page.request.get(visit.page.evaluate("href => new URL(href, location).href", download)).ok


@pytest.mark.parametrize("name", [page for page in PAGES if page.startswith("book/") and "/records/" not in page])
def test_a_page_fits_a_telephone(browser, address, name):
    with Visit(browser, address, name, viewport={"width": 360, "height": 800}) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", CHART_PAGES)
def test_charts_suit_the_dark_theme(browser, address, name):
    """The ink of every chart is the page's: light on dark."""
    with Visit(browser, address, name, color_scheme="dark") as visit:
        inks = visit.page.evaluate(
            """[...document.querySelectorAll('figure.chart .drawing-wide text')]
            .filter(text => !text.getAttribute('fill').includes('--chart-paper')) // names written on a bar
            .map(text => getComputedStyle(text).fill)"""
        )
        assert inks
        for ink in set(inks):
            red, green, blue = (int(part) for part in ink.removeprefix("rgb(").removesuffix(")").split(",")[:3])
            assert red + green + blue > 330, f"{ink} is too dark for a dark page"


def test_the_timeline_filters_by_keyboard_and_without_a_server(browser):
    page_file = Path(SITE / "book" / "timeline.html").as_uri()
    context = browser.new_context()
    page = context.new_page()
    page.goto(page_file)
    everything = page.locator("#timeline > li:visible").count()
    page.locator("#timeline-filter input[name=words]").focus()
    page.keyboard.type("Iturup")
    some = page.locator("#timeline > li:visible").count()
    assert 0 < some < everything
    page.locator("#timeline-filter input[value=military]").focus()
    page.keyboard.press("Space")
    assert page.locator("#timeline > li[data-kind=military]:visible").count() == 0
    page.locator("#timeline-filter button[type=reset]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('#timeline > li:not([hidden])').length === {everything}")
    context.close()


def test_the_timeline_is_whole_without_scripts(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(Path(SITE / "book" / "timeline.html").as_uri())
    assert page.locator("#timeline > li:visible").count() > 100
    assert not page.locator("#timeline-filter").is_visible()
    context.close()
