"""Pages are set in the fonts that they ship: served, light, whole, and no text moves for them."""

from __future__ import annotations

import shutil

import pytest

from tests.visits import CHART_PAGES, EDITION_PAGES, PROSE_PAGES, SITE, Visit, until
from unsigned_peace.publishing.frame import fonts

#: Bytes of fonts that a first visit loads at most. Pages in Russian need two alphabets.
HEAVIEST = {"en": 70_000, "ru": 116_000, "ja": 0}
#: How much of a window may move while a page loads.
MOST_SHIFT = 0.01
#: The network that Lighthouse tries telephones on.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
#: A chapter with charts, tables, notes in the margin and titles in italics.
CHAPTER = "book/formulas.html"

_COME = "() => document.fonts.status === 'loaded' && document.fonts.ready.then(() => true)"
#: Every text that stands on the page in a face that is not there: bold in the serif, slanted in the
#: sans. A browser would make it up from the one that is.
_MADE_UP = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const parent = walker.currentNode.parentElement;
    if (!text || !parent.getClientRects().length) continue;
    const style = getComputedStyle(parent);
    const [family, slant, weight] = [style.fontFamily, style.fontStyle, style.fontWeight];
    const made = family.startsWith('"Source Serif') ? weight !== "400" : slant !== "normal";
    if (made && family.startsWith('"Source')) {
      found.add(`${parent.outerHTML.slice(0, 80)}: ${text.slice(0, 40)}`);
    }
  }
  return [...found];
}"""
#: The sum of all that moved, and what moved, from the very beginning of a page.
_OBSERVE = """
window.moved = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map(({ node }) => node?.outerHTML ?? node?.textContent ?? "");
    window.moved.push([entry.value, nodes.map((text) => text.slice(0, 80))]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


def language(page: str) -> str:
    return page[:2] if page in EDITION_PAGES else "en"


def test_a_font_that_is_not_the_one_taken_in_stops_the_build(tmp_path, monkeypatch):
    shutil.copytree(fonts.FOLDER, tmp_path / "fonts")
    monkeypatch.setattr(fonts, "FOLDER", tmp_path / "fonts")
    first, *_ = fonts.files("en")
    first.write_bytes(first.read_bytes() + b"\0")
    with pytest.raises(fonts.FontError, match=first.name):
        fonts.files("en")


@pytest.mark.parametrize("edition", ["en", "ru", "ja"])
def test_a_site_ships_its_fonts_to_the_byte_with_their_terms(edition):
    folder = SITE / ("" if edition == "en" else edition) / "_static/unsigned-peace/fonts"
    shipped = {path.name: path.read_bytes() for path in folder.glob("*")}
    expected = {path.name: path.read_bytes() for path in fonts.files(edition)}
    if expected:
        expected["OFL.txt"] = fonts.TERMS.read_bytes()
        assert b"Reserved Font Name" in expected["OFL.txt"]
    assert shipped == expected


@pytest.mark.parametrize("name", PROSE_PAGES)
def test_a_page_is_set_in_whole_faces_that_weigh_little(browser, address, name):
    with Visit(browser, address, name) as visit:
        until(visit.page, _COME)
        loaded = visit.fonts()
        assert visit.errors == []
        assert sum((SITE / path).stat().st_size for path in loaded) <= HEAVIEST[language(name)]
        assert bool(loaded) == (language(name) != "ja")
        assert visit.page.evaluate(_MADE_UP) == []


def test_a_page_from_a_disk_is_set_in_them_too(browser):
    page = browser.new_page()
    page.goto((SITE / CHAPTER).as_uri())
    until(page, _COME)
    assert (
        page.evaluate("""() => [...document.fonts].filter(
      (face) => face.status === "loaded" && /Source/.test(face.family)).length""")
        >= 2
    )
    page.close()


@pytest.mark.parametrize("width", [1440, 768, 360])
@pytest.mark.parametrize("name", ["book/index.html", "book/does-it-help.html", "ru/index.html"])
def test_no_text_moves_when_its_font_comes(browser, address, name, width):
    """On a slow telephone network, with nothing kept of earlier visits."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(_OBSERVE)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_4G)
    # a machine that stalls is no slower network
    page.goto(f"{address}/{name}", wait_until="load", timeout=120_000)
    until(page, _COME)
    page.wait_for_timeout(300)
    moved = page.evaluate("window.moved")
    context.close()
    assert sum(value for value, _ in moved) <= MOST_SHIFT, moved


def test_charts_are_in_the_sans_of_the_page(browser, address):
    name = CHAPTER
    assert name in CHART_PAGES
    with Visit(browser, address, name) as visit:
        families = visit.page.locator("figure.chart .drawing svg text").evaluate_all(
            "all => all.map((text) => getComputedStyle(text).fontFamily.split(',')[0])"
        )
    sans, serif = '"Source Sans 3"', '"Source Serif 4"'
    assert sans in families and set(families) <= {sans, serif}
