"""Every chart and table that a chapter shows has a whole card.

Low confidence is never drawn in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unsigned_peace import load, paths
from unsigned_peace.exhibits import card_of, caution, exhibits_of
from unsigned_peace.notebooks.record import load_executed
from unsigned_peace.notebooks.source import chapters

CHAPTERS = chapters()
SOURCES = set(load("sources")["source_id"])


def exhibits(chapter) -> list[tuple[str, dict]]:
    return list(exhibits_of(load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb")))


def charts(chapter) -> list[dict]:
    return [chart for kind, chart in exhibits(chapter) if kind == "chart"]


def cards(chapter) -> list[dict]:
    return [card_of(exhibit) for _, exhibit in exhibits(chapter)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_exhibit_has_its_card(chapter):
    found = cards(chapter)
    assert found
    for card in found:
        assert len(card["description"]) > 40 and len(card["title"]) > 10, card["name"]
        assert card["sources"] and set(card["sources"]) <= SOURCES, card["name"]
    names = [card["name"] for card in found]
    assert len(set(names)) == len(names), "two exhibits of one chapter share an address"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_low_confidence_is_said_where_it_is_drawn(chapter):
    for chart in charts(chapter):
        card = card_of(chart)
        drawn = [
            row
            for rows in chart.get("datasets", {}).values()
            if isinstance(rows, list)
            for row in rows
            if isinstance(row, dict)
        ]
        if any(row.get("confidence") == "low" for row in drawn):
            assert card["low_confidence"] > 0, (
                f"{card['name']} draws records of low confidence that its card does not count"
            )
        said = " ".join(chart["title"].get("subtitle", []))
        assert caution(card) in said.replace("\n", " "), card["name"]


def test_all_chapters_together_have_charts_that_answer_when_moved():
    interactive = [
        chart
        for chapter in CHAPTERS
        for chart in charts(chapter)
        if any("bind" in param for param in chart.get("params", []))
    ]
    assert len(interactive) >= 3


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_two_charts_of_a_page_share_an_input(chapter):
    """Radio buttons of one name on one page are one group: a click on one clears the other."""
    names = [
        param["name"]
        for chart in charts(chapter)
        for param in chart.get("params", [])
        if "bind" in param
    ]
    assert len(set(names)) == len(names), f"two charts have an input of one name: {names}"


#: Charts of yearly figures: a mark is a year and has no words of its own.
OF_YEARS = {
    "meetings-and-documents",
    "side-by-side",
    "levels-and-changes",
    "two-clumps",
    "lags",
    "trade-long-view",
}


def tooltips(node: object) -> Iterator[list[dict]]:
    """What a pointer reads from marks: the fields of each, in order."""
    if isinstance(node, dict):
        if "tooltip" in node.get("encoding", {}):
            said = node["encoding"]["tooltip"]
            yield said if isinstance(said, list) else [said]
        for key, value in node.items():
            if key not in ("datasets", "usermeta", "config"):
                yield from tooltips(value)
    elif isinstance(node, list):
        for value in node:
            yield from tooltips(value)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_pointer_reads_words_first(chapter):
    """A title, an answer or a name; when, who and how much follow."""
    for chart in charts(chapter):
        name = card_of(chart)["name"]
        first = [said[0] for said in tooltips(chart)]
        if name not in OF_YEARS:
            wrong = [
                field
                for field in first
                if field.get("type") == "temporal"
                or field.get("field", "").endswith("_id")
                or field.get("field") in ("when", "date", "year", "government", "country")
            ]
            assert wrong == [], name
