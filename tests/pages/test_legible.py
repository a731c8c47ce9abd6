"""Charts can be read on a telephone and in both themes.

Colours stand out against the page, letters are large enough.
"""

from __future__ import annotations

import pytest

from tests.visits import CHART_PAGES, Visit

#: Letters of a drawing on a telephone, in pixels of the screen.
SMALLEST_LETTERS = 13

_LETTERS_AND_MARKS = """() => {
  const seen = (element) => element.getBoundingClientRect().width > 0;
  const none = (paint) => /soft|rule|paper|none|transparent/.test(paint);
  const paper = getComputedStyle(document.documentElement).backgroundColor;
  const found = { letters: [], marks: [], paper };
  for (const svg of document.querySelectorAll("figure.chart .drawing svg")) {
    // of drawings for other widths the colours alone
    const scale = seen(svg) ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : null;
    for (const text of svg.querySelectorAll("text")) {
      const style = getComputedStyle(text);
      const onBar = text.closest("[fill]").getAttribute("fill").includes("paper");
      if (!text.textContent.trim()) continue;
      const size = scale === null ? null : parseFloat(style.fontSize) * scale;
      found.letters.push([text.textContent, size, onBar ? null : style.fill]);
    }
    for (const mark of svg.querySelectorAll("path, circle")) {
      const said = (name) => mark.closest(`[${name}]`)?.getAttribute(name) ?? "none";
      const [fill, stroke] = [said("fill"), said("stroke")];
      const paint = !none(fill) ? "fill" : !none(stroke) ? "stroke" : null;
      if (paint) found.marks.push(getComputedStyle(mark)[paint]);
    }
  }
  return found;
}"""


def _luminance(colour: str) -> float:
    parts = [
        int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]
    ]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", CHART_PAGES)
def test_letters_and_marks_stand_out_from_the_page(browser, address, name):
    with Visit(browser, address, name, viewport={"width": 360, "height": 800}) as visit:
        for scheme in ("light", "dark"):
            visit.page.emulate_media(color_scheme=scheme)
            found = visit.page.evaluate(_LETTERS_AND_MARKS)
            letters, paper = found["letters"], found["paper"]
            assert (_luminance(paper) < 0.1) == (scheme == "dark")
            sizes = {text: size for text, size, _ in letters if size is not None}
            assert sizes and found["marks"]
            assert {text: size for text, size in sizes.items() if size < SMALLEST_LETTERS} == {}
            assert {
                colour for _, _, colour in letters if colour and contrast(colour, paper) < 4.5
            } == set()
            assert {colour for colour in found["marks"] if contrast(colour, paper) < 3} == set()


@pytest.mark.parametrize("kept", ["automatic", "light", "dark"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_a_system_forces_its_colours_they_win(browser, address, scheme, kept):
    """Over a theme that the reader chose here before, too."""
    with Visit(
        browser, address, "book/formulas.html", color_scheme=scheme, forced_colors="active"
    ) as visit:
        visit.page.evaluate("theme => localStorage.setItem('theme', theme)", kept)
        visit.page.reload()
        found = visit.page.evaluate(_LETTERS_AND_MARKS)
        paper, ink = visit.page.evaluate("""() => {
          const probe = document.createElement("div");
          probe.style.cssText = "background: Canvas; color: CanvasText";
          document.body.append(probe);
          const style = getComputedStyle(probe);
          return [style.backgroundColor, style.color];
        }""")
        edges = visit.page.locator("#contents a, #on-this-page a").evaluate_all(
            "all => all.map(link => [link.matches('[aria-current]'), "
            "getComputedStyle(link).borderLeftColor])"
        )
    assert found["paper"] == paper
    assert found["letters"] and found["marks"]
    assert {
        colour for _, _, colour in found["letters"] if colour and contrast(colour, paper) < 4.5
    } == set()
    assert {colour for colour in found["marks"] if contrast(colour, paper) < 3} == set()
    assert contrast(ink, paper) >= 7
    assert {contrast(colour, paper) > 1.1 for is_here, colour in edges if is_here} == {True}
    assert {contrast(colour, paper) > 1.1 for is_here, colour in edges if not is_here} == {False}
