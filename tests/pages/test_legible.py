"""Charts can be read: on a telephone, in both themes, colours against the page, letters large enough."""

from __future__ import annotations

import pytest

from tests.visits import CHART_PAGES, Visit

#: Letters of a drawing on a telephone, in pixels of the screen.
SMALLEST_LETTERS = 9.5

_LETTERS_AND_MARKS = """() => {
  const seen = (element) => element.getBoundingClientRect().width > 0;
  const found = { letters: [], marks: [], paper: getComputedStyle(document.documentElement).backgroundColor };
  for (const svg of document.querySelectorAll("figure.chart .drawing svg")) {
    if (!seen(svg)) continue;
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    for (const text of svg.querySelectorAll("text")) {
      const style = getComputedStyle(text);
      const paper = text.closest("[fill]").getAttribute("fill").includes("paper"); // letters on a bar
      if (text.textContent.trim()) found.letters.push([text.textContent, parseFloat(style.fontSize) * scale, paper ? null : style.fill]);
    }
    for (const mark of svg.querySelectorAll("path, circle")) {
      const said = (name) => mark.closest(`[${name}]`)?.getAttribute(name) ?? "none";
      const [fill, stroke] = [said("fill"), said("stroke")];
      const paint = /soft|rule|paper|none|transparent/.test(fill) ? (/soft|rule|paper|none|transparent/.test(stroke) ? null : "stroke") : "fill";
      if (paint) found.marks.push(getComputedStyle(mark)[paint]);
    }
  }
  return found;
}"""


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CHART_PAGES)
def test_letters_and_marks_stand_out_from_the_page(browser, address, name, scheme):
    with Visit(browser, address, name, color_scheme=scheme, viewport={"width": 360, "height": 800}) as visit:
        found = visit.page.evaluate(_LETTERS_AND_MARKS)
    assert found["letters"] and found["marks"]
    assert {text: size for text, size, _ in found["letters"] if size < SMALLEST_LETTERS} == {}
    assert {colour for _, _, colour in found["letters"] if colour and contrast(colour, found["paper"]) < 4.5} == set()
    assert {colour for colour in found["marks"] if contrast(colour, found["paper"]) < 3} == set()
