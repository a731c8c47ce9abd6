"""Cells that run in the page: one chapter where the runtime is prepared, no trace where not.

The audit runs every cell of every chapter, and what can go wrong.
"""

from __future__ import annotations

import pytest

from tests.running import RUNTIME, committed, differences, prepared, press
from tests.visits import PROSE_PAGES, SITE, Visit, complaints
from unsigned_peace.publishing.frame.pages import POLICY

CHAPTER = "reading-this-book"


@pytest.fixture(scope="module")
def with_cells() -> list[str]:
    return [
        name
        for name in PROSE_PAGES
        if 'class="cell_input' in (SITE / name).read_text(encoding="utf-8")
    ]


def test_a_page_may_do_more_than_others_only_where_its_cells_run(with_cells):
    allowed = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    runs = f"{allowed}; worker-src blob:; frame-src 'self'" if prepared() else POLICY
    assert with_cells
    for name in PROSE_PAGES:
        page = (SITE / name).read_text(encoding="utf-8")
        policy = runs if name in with_cells else POLICY
        assert f'content="{policy}"' in page, name
        assert ("live/page.js" in page) == (prepared() and name in with_cells), name
    assert RUNTIME.exists() == prepared()


def test_nothing_is_loaded_before_a_press_and_no_button_is_dead(browser, address):
    with Visit(browser, address, f"book/{CHAPTER}.html") as visit:
        visit.page.wait_for_load_state("networkidle")
        loaded = [url for url in visit.requested if "/live/" in url]
        buttons = visit.page.locator(".run-here button").count()
        if prepared():
            assert [url.rpartition("/")[2].partition("?")[0] for url in loaded] == ["page.js"]
            assert buttons >= visit.page.locator(".cell_input:not(.of-your-own)").count() > 0
        else:
            assert loaded == [] and buttons == 0


def test_a_book_on_a_disk_has_no_button(browser):
    page = browser.new_page()
    page.goto((SITE / f"book/{CHAPTER}.html").as_uri())
    assert page.locator(".run-here").count() == 0
    said = page.locator("p.launch").inner_text()
    assert ("where it is read from the web" in said) == prepared()
    page.close()


def test_the_cells_of_a_chapter_give_what_the_book_shows(browser, address):
    """Without a prepared runtime there is nothing to run, which the tests above hold to."""
    if not prepared():
        assert not RUNTIME.exists()
        return
    with Visit(browser, address, f"book/{CHAPTER}.html", bypass_csp=False) as visit:
        outputs = committed(CHAPTER)
        seen = set()
        for number in range(visit.page.locator(".cell_input:not(.of-your-own)").count()):
            ran = press(visit.page, number)
            assert ran["error"] is None, ran
            assert differences(outputs[ran["index"]], ran["outputs"]) == []
            seen.add(ran["index"])
        assert seen == set(range(len(outputs)))
        assert visit.outside == [] and visit.errors == []


def test_the_editor_is_accessible_and_an_error_says_where(browser, address):
    if not prepared():
        assert not RUNTIME.exists()
        return
    with Visit(browser, address, f"book/{CHAPTER}.html", bypass_csp=True) as visit:
        page = visit.page
        press(page, 0)
        editor = page.locator(".run-editor").first
        editor.fill("events = 3\nevens + 1")
        ran = press(page, 0)
        assert ran["error"]["last"].startswith("NameError: name 'evens' is not defined")
        assert (ran["error"]["line"], ran["error"]["code"]) == (2, "evens + 1")
        assert "In line 2 of this cell:" in page.locator(".run-error").inner_text()
        assert complaints(page) == []
        page.emulate_media(color_scheme="dark")
        assert complaints(page, ["color-contrast"]) == []
