"""Live charts: the same for every reader, wherever they are; and what several on a page share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.visits import CHART_PAGES, SITE

#: Where readers are; in some of these places midnight, or a whole year, begins on another side of
#: UTC, and clocks were once moved at midnight.
ZONES = [
    "Asia/Tokyo",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Auckland",
]
_WAKE = """async () => {
  const figures = [...document.querySelectorAll("figure.chart")];
  for (const figure of figures) figure.querySelector(".drawing")
    .dispatchEvent(new PointerEvent("pointerenter"));
  await Promise.all(figures.map((figure) => figure.awake));
}"""
#: Of each chart the letters of its drawing and of the live one, the words of its inputs, which may
#: stand for a legend, and all that the live one shows; what a pointer reads of a mark stands in its
#: label.
_CHARTS = """() => Object.fromEntries(
  [...document.querySelectorAll("figure.chart")].map((figure) => {
    const letters = (svg) => [...svg.querySelectorAll("text")].map((text) => text.textContent);
    const live = figure.querySelector(".drawing-live svg");
    const seen = [...figure.querySelectorAll(".drawing svg")]
      .find((svg) => svg !== live && svg.closest(".drawing-wide"));
    return [figure.id, {
      drawn: letters(seen).sort(),
      live: letters(live).sort(),
      inputs: [...figure.querySelectorAll(".vega-bind input, .vega-bind option")]
        .map((input) => input.value),
      all: live.outerHTML.replace(/\\b(clip|gradient_)\\d+/g, "$1"),
    }];
  }),
)"""


def _woken(page: Page, name: str) -> dict[str, dict]:
    page.goto((SITE / name).as_uri())
    page.evaluate(_WAKE)
    return page.evaluate(_CHARTS)


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[dict[str, Page]]:
    """A page in each time zone, UTC among them."""
    contexts = {zone: browser.new_context(timezone_id=zone) for zone in ["UTC", *ZONES]}
    yield {zone: context.new_page() for zone, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module", params=CHART_PAGES)
def woken(pages, request) -> tuple[str, dict[str, dict]]:
    """A page whose charts were all woken in UTC, and what they show there."""
    return request.param, _woken(pages["UTC"], request.param)


def test_a_live_chart_is_the_drawing_in_every_time_zone(pages, woken):
    name, at_home = woken
    assert at_home
    for figure, chart in at_home.items():
        missing = Counter(chart["drawn"]) - Counter(chart["live"])
        assert set(missing) <= set(chart["inputs"]) and missing.total() == len(missing), figure
        assert not Counter(chart["live"]) - Counter(chart["drawn"]), figure
    if not any("T00:00:00" in text for text in _scripts(name)):
        return  # no chart with time
    for zone in ZONES:
        elsewhere = _woken(pages[zone], name)
        assert pages[zone].evaluate("new Date(0).getTimezoneOffset()") != 0
        moved = [figure for figure in at_home if elsewhere[figure]["all"] != at_home[figure]["all"]]
        assert moved == [], f"{name} in {zone}"


def _scripts(name: str) -> list[str]:
    chapter = name.rsplit("/", 1)[-1].removesuffix(".html")
    charts = SITE / "_static/unsigned-peace/charts"
    return [path.read_text(encoding="utf-8") for path in charts.glob(f"{chapter}-*.js")]


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("'1951-09-08'", "1951-09-08T00:00:00.000Z"),
        ("'1951-09-08T00:00:00'", "1951-09-08T00:00:00.000Z"),
        ("'1951-09-08T00:00:00Z'", "1951-09-08T00:00:00.000Z"),
        ("'1951-09-08T09:00:00+09:00'", "1951-09-08T00:00:00.000Z"),
        ("'8 September 1951'", "1951-09-08T00:00:00.000Z"),
        ("'8 September 1951 12:30'", "1951-09-08T12:30:00.000Z"),
        ("1951, 8, 8", "1951-09-08T00:00:00.000Z"),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
    ],
)
def test_the_clock_of_charts_is_that_of_the_drawings(pages, given, day):
    page = pages["Asia/Tokyo"]
    page.goto((SITE / CHART_PAGES[0]).as_uri())
    made = page.evaluate(f"new window.unsignedPeaceDate({given}).toISOString()")
    assert made == day
    hour = page.evaluate(f"new window.unsignedPeaceDate({given}).getHours()")
    assert hour == int(day[11:13])


def test_no_two_charts_share_a_choice(pages, woken):
    page = pages["UTC"]  # it shows what was woken
    owners = page.evaluate(
        "() => [...document.querySelectorAll('.vega-bindings input[type=radio]')]"
        ".map((button) => [button.name, button.closest('figure').id])"
    )
    assert len({tuple(pair) for pair in owners}) == len({name for name, _ in owners})
    checked = page.locator(".vega-bindings input[type=radio]:checked").count()
    assert checked == len({name for name, _ in owners})
