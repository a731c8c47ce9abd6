"""Every control is reached and worked by keyboard.

A walk over a page of each kind, then each control at work.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from tests.visits import Visit, until

KINDS = [
    "book/public-opinion.html",
    "book/timeline.html",
    "book/downloads.html",
    "book/records/islands.html",
    "search.html",
]

#: What the reader is on: its place among all controls, its name, whether its focus shows and where.
_HERE = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  return {
    place: window.controls.indexOf(here), html: here.outerHTML.slice(0, 120),
    name: (
      here.getAttribute("aria-label") || here.labels?.[0]?.textContent || here.textContent || ""
    ).trim(),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
_CONTROLS = """() => {
  const kinds = 'a[href], button, input, select, summary, [tabindex="0"]';
  const grouped = (input) => input.type === "radio" && !input.checked; // arrows reach these
  const shown = (each) => each.checkVisibility({ visibilityProperty: true });
  window.controls = [...document.querySelectorAll(kinds)]
    .filter((each) => shown(each) && !grouped(each));
  return window.controls.length;
}"""

_GONE = """() => window.controls.flatMap((each, place) =>
  each.matches(".drawing-wake") && !each.checkVisibility() ? [place] : [])"""


@pytest.mark.parametrize("name", KINDS)
def test_tab_goes_through_every_control_once_in_order_and_shows_where_it_is(browser, address, name):
    with Visit(browser, address, name, reduced_motion="reduce") as visit:
        count = visit.page.evaluate(_CONTROLS)
        assert count > 10
        walked = []
        for _ in range(count + 1):
            visit.page.keyboard.press("Tab")
            here = visit.page.evaluate(_HERE)
            if here is None or (walked and here["place"] == walked[0]["place"]):
                break
            walked.append(here)
        gone = visit.page.evaluate(_GONE)  # a chart that came meanwhile has its controls there
        places = [here["place"] for here in walked if here["place"] >= 0]
        assert [place for place in places if place not in gone] == [
            place for place in range(count) if place not in gone
        ], "a control is left out, or out of order"
        assert [here["html"] for here in walked if not here["ring"]] == [], "no visible focus"
        assert [here["html"] for here in walked if not here["name"]] == [], "no name"
        assert [here["html"] for here in walked if not here["shown"]] == [], "out of sight"


def test_the_skip_link_leads_past_the_menus(browser, address):
    with Visit(browser, address, "book/islands.html") as visit:
        visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "content"
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate(
            "document.querySelector('main').contains(document.activeElement)"
        )


def test_the_theme_is_chosen_and_kept(browser, address):
    with Visit(browser, address, "book/islands.html", color_scheme="light") as visit:
        paper = "getComputedStyle(document.documentElement).backgroundColor"
        light = visit.page.evaluate(paper)
        visit.page.locator("#theme").focus()
        for theme in ("light", "dark"):
            visit.page.keyboard.press("Enter")
            assert visit.page.locator("#theme").inner_text().strip() == f"Theme: {theme}"
        assert visit.page.evaluate(paper) != light
        visit.page.reload()
        assert visit.page.evaluate(paper) != light, "the choice is forgotten"
        visit.page.locator("#theme").press("Space")
        assert visit.page.evaluate(paper) == light


@pytest.mark.parametrize("scripts", [True, False])
def test_menus_of_a_telephone_open_close_and_lead_on(browser, address, scripts):
    """With scripts off too."""
    with Visit(
        browser,
        address,
        "book/islands.html",
        viewport={"width": 360, "height": 800},
        java_script_enabled=scripts,
    ) as visit:
        for menu, opener in (
            ("#contents", ".opens-contents"),
            ("#on-this-page", ".opens-on-this-page"),
        ):
            assert not visit.page.locator(menu).is_visible()
            visit.page.locator(opener).press("Enter")
            assert visit.page.locator(menu).is_visible()
            visit.page.keyboard.press("Escape")
            assert not visit.page.locator(menu).is_visible()
        visit.page.locator(".opens-contents").press("Enter")
        visit.page.locator("#contents").get_by_role(
            "link", name="What would the publics accept?"
        ).press("Enter")
        visit.page.wait_for_url("**/public-opinion.html")


def test_code_unfolds_and_is_copied(browser, address):
    with Visit(
        browser, address, "book/islands.html", permissions=["clipboard-read", "clipboard-write"]
    ) as visit:
        folded = visit.page.locator("details.folded").first
        folded.locator("summary").press("Enter")
        code = folded.locator("pre").first.text_content()
        button = folded.locator(".copybtn").first
        button.press("Enter")
        until(visit.page, "document.querySelector('.copybtn').textContent === 'Copied'")
        assert visit.page.evaluate("navigator.clipboard.readText()") == code


def test_data_of_a_chart_are_downloaded(browser, address):
    with Visit(browser, address, "book/islands.html") as visit:
        about = visit.page.locator(".exhibit-about").first
        about.locator("summary").first.press("Enter")
        with visit.page.expect_download() as download:
            about.locator("a[download]").first.press("Enter")
        assert download.value.suggested_filename.endswith(".csv")


def test_controls_of_a_chart_change_it(browser, address):
    """The button that stands for controls not yet there wakes them and hands the focus on.

    Arrows then change the drawing.
    """
    with Visit(browser, address, "book/public-opinion.html") as visit:
        figure = visit.page.locator(
            "figure.chart", has=visit.page.locator(".drawing[data-controls]")
        ).first
        figure.locator(".drawing-wake").press("Enter")
        figure.locator(".drawing-live svg").first.wait_for(timeout=60_000)
        until(visit.page, "document.activeElement.closest('.vega-bindings')")
        before = figure.locator(".drawing-live svg").first.inner_html()
        visit.page.keyboard.press("ArrowRight")
        until(
            visit.page,
            "before => document.querySelector('.drawing-live svg').innerHTML !== before",
            arg=before,
        )


def test_controls_that_come_while_a_reader_is_on_their_button_take_the_focus(browser, address):
    """A chart that is seen wakes by itself, later than a reader by keyboard comes to it."""
    with Visit(browser, address, "book/islands.html") as visit:
        held: list[Route] = []
        visit.page.route("**/vega.js*", lambda route: held.append(route))
        visit.page.goto(f"{address}/book/public-opinion.html")
        visit.page.locator(".drawing-wake").first.focus()
        until(visit.page, "document.activeElement.matches('.drawing-wake')")
        while not held:
            visit.page.wait_for_timeout(20)
        held.pop().continue_()
        until(visit.page, "document.activeElement.closest('.vega-bindings')")


def test_the_search_in_the_masthead_leads_to_results(browser, address):
    with Visit(browser, address, "book/islands.html") as visit:
        visit.page.locator(".masthead input[name=q]").focus()
        visit.page.keyboard.type("Etorofu")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/search.html?q=Etorofu")
        visit.page.locator("#search-results li a").first.wait_for()
        assert visit.errors == []
