"""What helps readers to find, follow and cite: search without a server, figures to their code, the page for the lost, citations."""

from __future__ import annotations

import functools
import http.server
import threading

import pytest

from tests.visits import SITE


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def page_without_scripts(browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def host():
    """A host as hosts of static sites are: where an address leads nowhere it sends the page for the lost."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments) -> None:
            pass

        def send_error(self, code, message=None, explain=None) -> None:
            body = (SITE / "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


# search ------------------------------------------------------------------------------------------

def test_search_works_from_a_folder_without_a_server(page):
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=Shimoda")
    result = page.locator("#search-results li a[href*='borders.html']").first
    result.wait_for(timeout=10000)
    result.click()
    page.get_by_role("heading", level=1, name="Who administered what before?").wait_for()
    assert page.url.startswith("file:")


def test_search_finds_years_and_leads_to_records(page):
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=1956")
    page.locator("#search-results li a[href*='joint-declaration.html']").first.wait_for(timeout=10000)
    pages = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.getAttribute('href').includes('/records/'))")
    assert pages == sorted(pages) and any(pages), "chapters stand before records"
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=Krasnoyarsk 1997")
    record = page.locator("#found-records a[href*='meetings.html#meetings-1997-11-01-krasnoyarsk']")
    page.locator("#found-records").evaluate("list => list.open = true")
    record.click()
    page.locator("#meetings-1997-11-01-krasnoyarsk").wait_for()
    page.goto(f"{(SITE / 'search.html').as_uri()}?q=Zzyzx")
    page.get_by_text("No page has all of these words").wait_for()


@pytest.mark.parametrize("width", [1200, 360])
def test_the_search_field_of_a_page_leads_to_results_without_a_server(browser, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((SITE / "book" / "islands.html").as_uri())
    field = page.get_by_label("Search the book")
    if not field.is_visible():
        page.get_by_role("button", name="Contents", exact=True).click()
    field.fill("Khrushchev")
    field.press("Enter")
    page.locator("#search-results li a[href*='joint-declaration.html']").first.wait_for(timeout=10000)
    context.close()


# figures -----------------------------------------------------------------------------------------

def test_a_figure_leads_to_its_code_and_record_without_scripts(page_without_scripts):
    page = page_without_scripts
    page.goto((SITE / "book" / "public-opinion.html").as_uri())
    figure = page.locator("a.computed-figure").first
    place = page.locator(f"[id='{figure.get_attribute('href')[1:]}']")
    assert not place.is_visible()
    figure.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash !== ''")
    assert place.is_visible()
    assert figure.inner_text() in place.inner_text()
    entry = page.locator("ul.computed li", has=place)
    entry.locator("a").first.click()
    page.wait_for_url("**/records/**")
    page.locator(":target").wait_for()


def test_a_figure_unfolds_its_code_in_browsers_that_do_not_do_so_themselves(page):
    page.goto((SITE / "book" / "public-opinion.html").as_uri())
    place = page.locator("[id='computed-ru_against']")
    page.evaluate("history.pushState(null, '', '#computed-ru_against'); dispatchEvent(new HashChangeEvent('hashchange'))")
    assert place.is_visible()


# the page for the lost ---------------------------------------------------------------------------

@pytest.mark.parametrize("depth", ["nowhere", "book/nowhere.html", "book/records/nowhere/deeper/"])
def test_a_lost_reader_finds_contents_at_any_depth(page_without_scripts, host, depth):
    page = page_without_scripts
    assert page.goto(f"{host}/{depth}").status == 404
    links = page.locator("nav a").all()
    assert len(links) > 15
    for link in links[:3]:
        assert page.request.get(link.evaluate("link => link.href")).ok


def test_a_lost_reader_can_search(page, host):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and "404" not in message.text and errors.append(message.text))
    page.goto(f"{host}/book/records/nowhere.html")
    page.get_by_label("Words to look for").fill("Shikotan")
    page.get_by_role("button", name="Search").press("Enter")
    page.locator("#search-results li a").first.wait_for(timeout=10000)
    assert errors == []


# citations ---------------------------------------------------------------------------------------

def test_a_chapter_says_how_to_cite_it_in_two_forms_to_copy(page):
    page.goto((SITE / "book" / "islands.html").as_uri())
    page.locator("details.cite-this summary").click()
    text, bibtex = (page.locator("details.cite-this pre").nth(position).inner_text() for position in (0, 1))
    assert "What and where are the islands?" in text and "The Unsigned Peace authors" in text
    assert bibtex.startswith("@incollection{unsigned-peace-islands,") and bibtex.rstrip().endswith("}")
    assert page.locator("details.cite-this button.copybtn").count() == 2


def test_the_dataset_says_how_to_cite_it_and_changes_are_told():
    downloads = (SITE / "book" / "downloads.html").read_text(encoding="utf-8")
    assert "Data set, version" in downloads and "@misc" in downloads
    assert "0.1.0 (2026-11-22)" in (SITE / "book" / "changes.html").read_text(encoding="utf-8")
