"""What readers met and nobody had thought of: print, filters, long outputs, names searched."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.visits import SITE, Visit, until


@pytest.mark.parametrize("scripts", [True, False])
def test_closed_boxes_are_printed_open(browser, address, scripts):
    with Visit(browser, address, "book/islands.html", java_script_enabled=scripts) as visit:
        page = visit.page
        boxes = page.locator("details:is(.sd-dropdown, .answer)")
        assert boxes.count() > 3 and page.locator("details.sd-dropdown[open]").count() == 0
        page.emulate_media(media="print")
        heights = boxes.evaluate_all(
            "all => all.map(box => [box.getBoundingClientRect().height, "
            "box.querySelector('summary').getBoundingClientRect().height])"
        )
        assert all(whole > summary + 10 for whole, summary in heights), heights
        assert page.locator("details.folded:visible").count() == 0  # code is on the screen


@pytest.mark.parametrize("page", ["book/formulas.html", "ja/formulas.html", "ru/formulas.html"])
def test_a_sheet_says_nothing_in_another_language_than_its_own(browser, address, page):
    """Words of the stylesheet are English."""
    with Visit(browser, address, page) as visit:
        visit.page.emulate_media(media="print")
        words = visit.page.evaluate(
            "[...document.querySelectorAll('*')].filter(one => one.checkVisibility())"
            ".flatMap(one => ['::before', '::after'].map(at => getComputedStyle(one, at).content))"
            ".filter(said => /[a-z]{3}/.test(said) && !/^(none|normal|counter)/.test(said))"
        )
        assert bool(words) is page.startswith("book/"), words


def test_what_was_opened_for_print_closes_again(browser, address):
    with Visit(browser, address, "book/islands.html") as visit:
        states = []
        for event in ("beforeprint", "afterprint"):
            visit.page.evaluate(f"dispatchEvent(new Event('{event}'))")
            states.append(visit.page.locator("details.sd-dropdown[open]").count())
        assert states[0] > 0 and states[1] == 0


def test_the_timeline_says_why_turned_years_show_nothing(browser, address):
    with Visit(browser, address, "book/timeline.html") as visit:
        form = visit.page.locator("#timeline-filter")
        form.get_by_label("From").fill("1990")
        form.get_by_label("to", exact=True).fill("1950")
        said = form.locator("output").inner_text()
        assert said.startswith("0 of ")
        assert said.endswith("from 1990 to 1950 there is no year; exchange the two")
        form.get_by_role("button", name="Show all").click()
        until(
            visit.page,
            "!document.querySelector('#timeline-filter output').value.includes('exchange')",
        )


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("Gorbachev", "who-mikhail-gorbachev"),
        ("Khrushchev", "who-nikita-khrushchev"),
        ("Shigemitsu", "who-mamoru-shigemitsu"),
        ("Shinzo Abe", "who-shinzo-abe"),
    ],
)
def test_a_name_leads_to_the_person_and_to_the_story_before_questions(browser, name, entry):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.goto(f"{(SITE / 'search.html').as_uri()}?q={quote(name)}")
    page.locator("#search-results:not([aria-busy]) > *").first.wait_for()
    first = page.locator("#search-results a").first.get_attribute("href")
    assert first.endswith(f"#{entry}")
    asking = ("#exercises", "#check-yourself", "#further-reading")
    for found in page.locator("#found-pages > li").all():
        places = [link.get_attribute("href") for link in found.locator("ul a").all()]
        told = [place for place in places if not place.endswith(asking)]
        assert places[: len(told)] == told, places
    context.close()
