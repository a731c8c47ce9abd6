"""Every cell of every chapter, run in the page, and all that can go wrong there."""

from __future__ import annotations

import http.server
import threading
from typing import ClassVar

import pytest
from playwright.sync_api import Page

from tests.running import PATIENCE, RUNTIME, committed, differences, prepared, press
from tests.serving import served
from tests.visits import SITE, Visit, complaints, until
from unsigned_peace.notebooks.source import chapters

STEMS = [path.stem for path in chapters()]
CHAPTER = "book/reading-this-book.html"
_LOOP = "while True:\n    pass"


@pytest.fixture(autouse=True, scope="module")
def _runtime():
    assert prepared(), f"there is no {RUNTIME}: `make live`, then `make book`, and run this again"


@pytest.fixture(scope="module")
def visit(browser, address):
    """One page for all that leaves Python as it found it, or able to go on."""
    with Visit(browser, address, CHAPTER) as visit:
        yield visit


@pytest.fixture
def own_visit(browser, address):
    with Visit(browser, address, CHAPTER) as visit:
        yield visit


def edit(page: Page, text: str, number: int = 0) -> dict:
    """Types a cell's text anew and runs it; the cell is opened first if it is not."""
    if not page.locator(".cell_input").nth(number).locator(".run-editor").count():
        press(page, number)
    page.locator(".cell_input").nth(number).locator(".run-editor").fill(text)
    return press(page, number)


def note(page: Page) -> str:
    return page.locator(".run-note").first.inner_text()


@pytest.mark.parametrize("chapter", STEMS)
def test_every_cell_gives_what_the_book_shows(browser, address, chapter):
    page = f"book/{chapter}.html"
    with Visit(browser, address, page) as visit:
        outputs, wrong, seen = committed(chapter), [], set()
        for number in range(visit.page.locator(".cell_input:not(.of-your-own)").count()):
            ran = press(visit.page, number)
            seen.add(ran["index"])
            found = [str(ran["error"])] if ran["error"] else []
            found += differences(outputs[ran["index"]], ran["outputs"])
            wrong += [f"cell {ran['index'] + 1}: {line}" for line in found]
        assert wrong == []
        assert seen == set(range(len(outputs)))
        assert visit.outside == [] and visit.errors == []


@pytest.mark.parametrize("number", [3, 9])
def test_a_cell_alone_finds_what_it_needs(browser, address, number):
    """Pressed first, a cell runs those above that it needs and gives the same."""
    for chapter in STEMS:
        with Visit(browser, address, f"book/{chapter}.html") as visit:
            count = visit.page.locator(".cell_input:not(.of-your-own)").count()
            ran = press(visit.page, count - 1 - number % count)
            assert ran["error"] is None, (chapter, ran["error"])
            assert differences(committed(chapter)[ran["index"]], ran["outputs"]) == []


def test_a_changed_datum_changes_what_is_shown_and_the_book_s_version_comes_back(visit):
    assert edit(visit.page, "1 + 1")["outputs"][0]["data"] == {"text/plain": "2"}
    assert edit(visit.page, "1 + 2")["outputs"][0]["data"] == {"text/plain": "3"}
    visit.page.get_by_role("button", name="Back to the book's version").first.click()
    assert visit.page.locator(".run-result:visible").count() == 0
    assert "book's version" in note(visit.page)


@pytest.mark.parametrize(
    ("text", "last", "line"),
    [
        ("x = 1\nprint((x)", "SyntaxError: '(' was never closed", 2),
        ("a = 1\nb = a / 0", "ZeroDivisionError: division by zero", 2),
        ("from unsigned_peace import load\nload('pols')", "KeyError", 2),
        ("import a_package_that_is_not_there", "ModuleNotFoundError", 1),
        ("raise SystemExit", "SystemExit: the cell ended itself", 1),
    ],
)
def test_an_error_says_what_is_wrong_and_where(visit, text, last, line):
    error = edit(visit.page, text)["error"]
    assert error["last"].startswith(last) and error["line"] == line
    assert edit(visit.page, "1")["error"] is None


def test_an_endless_loop_is_stopped_and_python_starts_again(visit):
    press(visit.page, 0)
    editor = visit.page.locator(".run-editor").first
    editor.fill(_LOOP)
    editor.press("Control+Enter")
    visit.page.get_by_text("Running", exact=False).first.wait_for()
    visit.page.get_by_role("button", name="Stop").first.click()
    assert "Stopped" in note(visit.page)
    assert edit(visit.page, "40 + 2")["outputs"][0]["data"] == {"text/plain": "42"}


def test_ten_million_rows_are_counted_and_not_drawn(visit):
    rows = "import pandas as pd\nmany = pd.DataFrame({'x': range(10_000_000)})\n"
    assert edit(visit.page, f"{rows}len(many)")["outputs"][0]["data"]["text/plain"] == "10000000"
    chart = "import altair as alt\nalt.Chart(many).mark_point().encode(x='x:Q')"
    error = edit(visit.page, f"{rows}{chart}")["error"]
    assert "10,000,000 rows, more than a page can draw" in error["last"]
    printed = edit(visit.page, "for n in range(200_000):\n    print(n)")["outputs"][0]["text"]
    assert printed.endswith("... and more, which is not shown\n")


class _Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another host, which would answer anybody: what it was asked is kept."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "text/javascript")
        self.end_headers()
        self.wfile.write(b"1;")

    do_OPTIONS = do_POST = do_GET

    def log_message(self, *_arguments) -> None:
        pass


def test_a_cell_may_ask_no_other_host(visit):
    """Whatever way it takes: the other host, here another port, hears nothing."""
    ways = (
        "import js\nasked = js.XMLHttpRequest.new()\nasked.open('GET', URL, False)\nasked.send()",
        "import js\njs.importScripts(URL)",
        "from pyodide.http import open_url\nopen_url(URL)",
        "import js\njs.fetch(URL)",
        "import js\njs.WebSocket.new(URL.replace('http', 'ws'))",
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for way in ways:
            edit(visit.page, way.replace("URL", f"'http://127.0.0.1:{server.server_port}/x.js'"))
        edit(visit.page, "1")
        assert _Elsewhere.asked == []
    finally:
        server.shutdown()
        server.server_close()


def test_what_was_typed_is_there_again_until_one_starts_afresh(own_visit):
    page = own_visit.page
    edit(page, "6 * 7")
    page.reload()
    press(page, 0)
    assert page.locator(".run-editor").first.input_value() == "6 * 7"
    page.get_by_role("button", name="Start afresh").first.click()  # and does not mean it
    assert page.locator(".run-editor").first.input_value() == "6 * 7"
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start afresh").first.click()
    assert page.locator(".run-editor").first.input_value() != "6 * 7"
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('cells'))") == []


def test_a_browser_that_keeps_nothing_runs_cells_and_says_so(own_visit):
    page = own_visit.page
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('no room'); }; }")
    press(page, 0)
    page.locator(".run-editor").first.fill("2 + 2")
    assert "keeps nothing" in note(page)
    assert press(page, 0)["outputs"][0]["data"] == {"text/plain": "4"}


def test_a_download_that_breaks_off_is_said_and_goes_on_at_the_next_press(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}")
    context.route("**/pandas-*.packed*", lambda route: route.abort())
    assert "could not be loaded" in press(page, 0)["error"]["last"]
    context.unroute("**/pandas-*.packed*")
    assert press(page, 0)["error"] is None
    context.close()


def test_two_tabs_run_each_for_itself_and_a_closed_one_disturbs_nobody(browser, address):
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(f"{address}/{CHAPTER}")
    assert edit(first, "name = 'first'\nname")["error"] is None
    assert edit(second, "name")["error"]["last"].startswith("NameError")
    first.close()
    assert edit(second, "1 + 1")["outputs"][0]["data"] == {"text/plain": "2"}
    context.close()


def test_a_second_visit_transfers_nothing(browser, address):
    context = browser.new_context()
    for visited in range(2):
        page = context.new_page()
        asked: list[str] = []
        context.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(f"{address}/{CHAPTER}")
        assert press(page, 0)["error"] is None
        assert any(".packed" in url for url in asked) == (visited == 0)
        page.close()
    context.close()


COMPILED = """async (change) => {
  const kept = await caches.open("unsigned-peace-live");
  const [request] = (await kept.keys()).filter(({ url }) => url.includes("/compiled?"));
  if (request && change) await kept.put(request, new Response("damaged"));
  return Boolean(request);
}"""


def test_what_python_compiled_is_kept_and_taken_over_unless_it_is_damaged(browser, address):
    """A cell shows the same; what is damaged is made anew."""
    context = browser.new_context()
    shown = []
    for damages in (False, True, False):
        page = context.new_page()
        page.goto(f"{address}/{CHAPTER}")
        shown.append(press(page, 0))
        until(page, COMPILED)
        if damages:
            page.evaluate(COMPILED, True)
        page.close()
    assert shown[0]["error"] is None and shown[0] == shown[1] == shown[2]
    context.close()


def test_a_second_visit_needs_no_network(browser):
    context = browser.new_context()
    with served(SITE) as address:
        page = context.new_page()
        page.goto(f"{address}/{CHAPTER}")
        assert press(page, 0)["error"] is None
        until(page, "() => navigator.serviceWorker.controller !== null")
        until(
            page,
            "async () => (await (await caches.open('unsigned-peace-offline')).keys())"
            ".some(({ url }) => url.endsWith('/pyodide.asm.js'))",
        )
        page.close()
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}")  # there is no server any more
    assert press(page, 0)["error"] is None
    context.close()


def test_a_reader_s_own_cell_finds_what_the_chapter_makes(browser, address):
    with Visit(browser, address, "book/islands.html") as visit:
        page = visit.page
        page.get_by_role("button", name="Write code of your own here").click()
        editor = page.get_by_label("Code of your own")
        editor.fill('"habomai" in islands.index')
        editor.press("Control+Enter")
        given = page.locator(".of-your-own .run-result pre")
        given.wait_for(timeout=PATIENCE)
        assert given.inner_text() == "True"
        page.reload()  # it is there again
        page.get_by_role("button", name="Write code of your own here").click()
        assert "habomai" in page.get_by_label("Code of your own").input_value()
        assert visit.errors == [] and visit.outside == []


def test_all_of_it_is_within_reach_of_a_keyboard(own_visit):
    page = own_visit.page
    page.locator(".run-here button:visible").first.focus()
    page.keyboard.press("Enter")
    page.locator(".run-editor").first.wait_for()
    page.get_by_text("Done in", exact=False).first.wait_for(timeout=240_000)
    assert page.evaluate("document.activeElement.className") == "run-editor"
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent"))
    assert "Run again" in names and "Start afresh" in names
    assert page.locator(".run-tools [role=status]").first.inner_text().startswith("Done in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_axe_finds_nothing_wrong_with_editors_and_results(browser, address, scheme, width):
    options = {"color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}
    size = {"width": width, "height": 900}
    with Visit(browser, address, "book/islands.html", viewport=size, **options) as visit:
        for number in range(visit.page.locator(".cell_input:not(.of-your-own)").count()):
            if number % 4 == 3:
                press(visit.page, number)
        edit(visit.page, "nothing")
        assert complaints(visit.page) == []
