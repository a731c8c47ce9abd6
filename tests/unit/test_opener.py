"""How a page opens and where its code folds: on small trees of nodes, as MyST-NB makes them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode

from unsigned_peace.publishing.chapters import opener
from unsigned_peace.publishing.chapters.folds import _join
from unsigned_peace.publishing.chapters.outputs import CODE_PLACE

HTML = SimpleNamespace(
    builder=SimpleNamespace(format="html"), config=SimpleNamespace(root_doc="book/index")
)


def cell(code: str, shows: str = "") -> nodes.container:
    source = nodes.container("", nodes.literal_block("", code), nb_element="cell_code_source")
    made = nodes.container("", HideCodeCellNode("", source), nb_element="cell_code")
    if shows:
        made += nodes.container("", nodes.raw("", shows, format="html"))
    return made


def exhibit(name: str) -> str:
    return f'<figure class="exhibit" id="{name}">{CODE_PLACE}</figure>'


def section(title: str, *children: nodes.Node) -> nodes.section:
    return nodes.section("", nodes.title("", title), *children)


def document(*children: nodes.Node) -> nodes.document:
    made = nodes.document(None, None)
    made += children
    return made


def folds(tree: nodes.Element) -> list[tuple[str, str]]:
    """Each fold: its title, and the code in it."""
    return [
        (fold["title"], " ".join(block.astext() for block in fold.findall(nodes.literal_block)))
        for fold in tree.findall(HideCodeCellNode)
    ]


def test_neighbours_are_one_fold_inside_the_exhibit_they_lead_to():
    page = document(section("Why?", cell("a"), cell("b"), cell("c", exhibit("map"))))
    _join(HTML, page, "book/why")
    assert folds(page) == [("Code, 3 cells", "a b c")]
    before, fold, after = page[0][1][0].children
    assert before.astext() == '<figure class="exhibit" id="map">' and after.astext() == "</figure>"
    assert isinstance(fold, HideCodeCellNode)


def test_no_code_is_folded_before_the_first_picture_even_over_headings():
    page = document(
        section(
            "Why?",
            cell("load"),
            nodes.paragraph("", "scene"),
            section("First", cell("figures"), nodes.paragraph("", "text")),
            section("Second", cell("chart", exhibit("bars")), cell("more")),
            section("Third", nodes.paragraph("", "end")),
        )
    )
    _join(HTML, page, "book/why")
    assert folds(page) == [("Code, 3 cells", "load figures chart"), ("Code, 1 cell", "more")]
    assert not folds(page[0][2]) and not folds(page[0][4])


def test_a_page_with_code_and_no_picture_shows_it_at_its_end():
    page = document(section("How?", cell("a"), nodes.paragraph("", "text")))
    _join(HTML, page, "book/how")
    assert folds(page) == [("Code, 1 cell", "a")]
    assert page[0].children[-1].get("nb_element") == "cell_code"


def test_the_first_page_of_the_book_has_its_code_in_one_fold_at_its_foot():
    page = document(
        section("Book", cell("a", exhibit("map")), section("Why", cell("b", exhibit("bars"))))
    )
    _join(HTML, page, "book/index")
    assert folds(page) == [("Code, 2 cells", "a b")]
    assert page[0].children[-1].get("nb_element") == "cell_code"


def test_an_exhibit_without_folded_code_keeps_no_mark():
    shown = nodes.container(
        "", nodes.container("", nodes.raw("", exhibit("x"), format="html")), nb_element="cell_code"
    )
    page = document(section("How?", shown))
    _join(HTML, page, "book/how")
    assert CODE_PLACE not in page.astext() and folds(page) == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [("1945-1946", "1945–46"), ("1855-1945", "1855–1945"), (2019, "2019"), ("2019-2019", "2019")],
)
def test_a_period_is_shown_short(said, shown):
    assert str(opener.period(said)) == shown


@pytest.mark.parametrize("said", ["1945 to 1946", "1946-1945", "1700", "soon", "1945-2090"])
def test_what_is_no_period_is_said(said):
    with pytest.raises(ValueError, match="is not a year or two"):
        opener.period(said)


def test_no_period_is_none():
    assert opener.period(None) is None and opener.period("") is None


def test_the_line_of_time_marks_seven_years_and_the_period():
    band = opener.time_band(opener.period("1945-1946"))
    assert band.count("<text") == 7
    assert '<rect x="51.4%" y="3" width="1.1%"' in band
    assert opener.time_band(None).count("<rect") == 1


ENVIRONMENT = SimpleNamespace(
    external_site_map=SimpleNamespace(
        root=SimpleNamespace(
            subtrees=[
                SimpleNamespace(caption="Begin here", items=["book/how"]),
                SimpleNamespace(caption="The story", items=["book/one", "book/two"]),
            ]
        )
    ),
    metadata={"book/how": {}, "book/one": {"period": "1945"}, "book/two": {"period": "1945-1946"}},
)


def test_a_page_says_where_it_stands():
    assert opener.place_in_book(ENVIRONMENT, "book/two") == "The story, chapter 2 of 2"
    assert opener.place_in_book(ENVIRONMENT, "book/how") == "Begin here"
    assert opener.place_in_book(ENVIRONMENT, "book/index") == ""


@pytest.mark.parametrize("early", [True, False], ids=["in the opener", "below"])
def test_the_opener_has_scene_picture_short_answer_and_aims_in_this_order(early):
    code = nodes.container("", nodes.literal_block("", "load"), nb_element="cell_code")
    chart = nodes.raw("", '<figure class="exhibit chart">', format="html")
    picture = nodes.container("", chart, nb_element="cell_code")
    answer = nodes.admonition("", nodes.paragraph("", "four"), classes=["short-answer"])
    aims = nodes.admonition("", classes=["aims"])
    page = document(
        section(
            "Why?",
            code,
            nodes.paragraph("", "scene"),
            aims,
            picture,
            nodes.paragraph("", "rest"),
            *([answer] if early else []),
            section("First", nodes.paragraph("", "text"), *([] if early else [answer])),
        )
    )
    app = SimpleNamespace(builder=HTML.builder, env=ENVIRONMENT)
    opener._open(app, page, "book/two")
    eyebrow, title, band, box, first = page[0].children
    assert eyebrow.astext() == "The story, chapter 2 of 2 · 1945–46" and title.astext() == "Why?"
    assert "<svg" in band.astext() and first.astext() == "First\n\ntext"
    assert box[0].astext() == "scene" and box[1] is picture and box[2] is answer
    assert box[3].astext() == "rest" and box[4] is code and box[5] is aims
