"""Every drawing that the book publishes can be read, wide and on a telephone.

Letters are large enough, none leave the drawing, none lie on others, none were cut off. All
drawings are measured as a browser lays them out, in one page: in the font that they were drawn for,
which paper and notebooks show, and in the fonts of pages.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import combinations

import pytest

from tests.chapters.test_short_editions import charts as edition_charts
from unsigned_peace import paths
from unsigned_peace.editions.chromium import launched
from unsigned_peace.exhibits import card_of, exhibits_of
from unsigned_peace.notebooks.record import load_executed
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.palette import NARROW, WIDTHS
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.frame import fonts
from unsigned_peace.publishing.frame.pages import ASSETS
from unsigned_peace.publishing.short_editions.edition import editions

#: The least size of letters, in pixels of the drawing.
SMALLEST = {"page": 14, "wide": 14, "narrow": 13}
#: The most that a drawing may be wide: a wider one would be shrunk, its letters with it. A few
#: pixels are lost where none can be seen.
WIDEST = {"page": WIDTHS["page"], "wide": WIDTHS["page"], "narrow": NARROW + 6}

#: What a browser says of each text of each drawing: its words, size and box. A box is cut to what
#: ink a line of letters has, in parts of their size: a font leaves room above capitals and below
#: for accents, one more than another.
_TEXTS = """() => [...document.querySelectorAll("svg")].map((svg) => {
  const pen = document.createElement("canvas").getContext("2d");
  const view = svg.getBoundingClientRect();
  const found = [];
  for (const text of svg.querySelectorAll("text")) {
    const style = getComputedStyle(text);
    if (!text.textContent.trim() || style.opacity === "0") continue;
    const box = text.getBoundingClientRect();
    const size = parseFloat(style.fontSize);
    const upright = box.width >= box.height || text.textContent.trim().length < 4;
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = pen.measureText("x");
    const [above, below] = upright
      ? [room.fontBoundingBoxAscent - 0.725 * size, room.fontBoundingBoxDescent - 0.112 * size]
      : [0, 0];
    found.push({
      words: text.textContent.trim(), size,
      left: box.left - view.left, right: box.right - view.left,
      top: box.top - view.top + above, bottom: box.bottom - view.top - below,
    });
  }
  return { width: view.width, height: view.height, texts: found };
})"""

_LOAD = "Promise.all([...document.fonts].map((face) => face.load())).then(() => true)"


def charts() -> Iterator[tuple[str, dict]]:
    for chapter in chapters():
        executed = load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb")
        for kind, chart in exhibits_of(executed):
            if kind == "chart":
                yield f"{chapter.stem}:{card_of(chart)['name']}", chart
    for edition in editions():
        for name, _, chart, _ in edition_charts(edition):
            yield name, chart


CHARTS = dict(charts())


def letters_of_pages() -> str:
    """What of a page's style says in which letters drawings are; with the letters inside."""
    style = (ASSETS / "book.css").read_text(encoding="utf-8")
    said = "".join(re.findall(r".*\.drawing svg text.*\n", style))
    assert said.count("font-family") == 2
    return re.sub(
        r"fonts/([^\"]+\.woff2)",
        lambda match: (
            "data:font/woff2;base64,"
            + base64.b64encode((fonts.FOLDER / match[1]).read_bytes()).decode()
        ),
        fonts.style("ru") + said,
    )


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str, str], dict]:
    """For each chart, kind of drawing and its letters its width, height and texts."""
    names, drawings = [], []
    for name, chart in CHARTS.items():
        specification = drawing.drawn(chart)
        for kind, changes in drawing.changes(specification).items():
            names.append((name, kind))
            changed = drawing.changed(specification, changes)
            drawings.append(drawing.svg(changed, f"d{len(names)}"))
    page = "<!doctype html><style>svg { display: block }</style><body class=drawing>" + "\n".join(
        drawings
    )
    found = {}
    with launched() as browser:
        opened = browser.new_page(viewport={"width": 1200, "height": 800})
        opened.set_content(page)
        for letters in ("as drawn", "as on pages"):
            if letters == "as on pages":
                opened.add_style_tag(content=letters_of_pages())
                opened.evaluate(_LOAD)
            texts = opened.evaluate(_TEXTS)
            found |= {(*name, letters): drawn for name, drawn in zip(names, texts, strict=True)}
    return found


def outside(text: dict, drawn: dict) -> bool:
    return (
        min(text["left"], text["top"]) < -1
        or text["right"] > drawn["width"] + 1
        or text["bottom"] > drawn["height"] + 1
    )


def on_each_other(one: dict, other: dict) -> bool:
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    # a word drawn twice, once as its own halo, lies on itself
    same = one["words"] == other["words"] and abs(one["left"] - other["left"]) < 1
    return across > 1 and down > 1 and not same


def faults(drawn: dict, kind: str) -> list[str]:
    """What a reader cannot read in a drawing, a line each."""
    texts = drawn["texts"]
    return [
        *([f"{drawn['width']:g} px wide"] if drawn["width"] > WIDEST[kind] else []),
        *(
            f"{text['size']:g} px: {text['words']}"
            for text in texts
            if text["size"] < SMALLEST[kind]
        ),
        *(f"outside the view: {text['words']}" for text in texts if outside(text, drawn)),
        *(f"cut off: {text['words']}" for text in texts if text["words"].endswith("…")),
        *(
            f"on each other: {one['words']} / {other['words']}"
            for one, other in combinations(texts, 2)
            if on_each_other(one, other)
        ),
    ]


@pytest.mark.parametrize("name", CHARTS)
def test_a_drawing_can_be_read(measured, name):
    found = {
        (kind, letters): wrong
        for (of, kind, letters), drawn in measured.items()
        if of == name and (wrong := faults(drawn, kind))
    }
    assert found == {}
