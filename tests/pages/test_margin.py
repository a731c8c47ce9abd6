"""Notes in the margin: beside the text on a wide screen, below it on a telephone, few at a time."""

from __future__ import annotations

import pytest

from tests.chapters.test_openers import TEXTS
from tests.visits import Visit
from unsigned_peace.publishing.chapters.who_is_meant import NOTES_A_SCREEN, SCREEN

_NOTES = """() => [...document.querySelectorAll(".margin-notes p")].map(note => {
  const box = note.getBoundingClientRect();
  const text = note.closest(".noted").firstElementChild.getBoundingClientRect();
  return {top: box.top + scrollY, left: box.left, right: box.right, text: text.right,
    below: box.top >= text.bottom - 1, opener: !!note.closest(".opener")};
})"""


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_screen_has_at_most_three_notes_beside_the_text(browser, address, name):
    wide = {"width": 1440, "height": SCREEN}
    page = f"book/{name}.html"
    with Visit(browser, address, page, viewport=wide) as visit:
        notes = visit.page.evaluate(_NOTES)
    tops = [note["top"] for note in notes]
    assert tops and tops == sorted(tops)
    crowded = [top for top, later in zip(tops, tops[NOTES_A_SCREEN:]) if later - top < SCREEN]
    assert crowded == []
    assert all(note["opener"] or note["left"] > note["text"] for note in notes)


@pytest.mark.parametrize("name", ["formulas", "fast-track"])
def test_on_a_telephone_a_note_stands_below_its_text(browser, address, name):
    narrow = {"width": 360, "height": 800}
    with Visit(browser, address, f"book/{name}.html", viewport=narrow) as visit:
        notes = visit.page.evaluate(_NOTES)
    assert notes
    assert all(note["below"] and note["right"] <= narrow["width"] for note in notes)
