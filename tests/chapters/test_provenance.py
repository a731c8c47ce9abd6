"""Where figures come from: the cell, the tables and the records that the code names.

This agrees with what ran.
"""

from __future__ import annotations

import nbformat
import pytest

from unsigned_peace.notebooks.record import RECORD
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.publishing.chapters import provenance
from unsigned_peace.publishing.chapters.executed import load_chapter

CHAPTERS = chapters()


def chapter(*cells):
    """Cells as (code) or [prose]."""
    made = [
        nbformat.v4.new_markdown_cell(cell[0])
        if isinstance(cell, list)
        else nbformat.v4.new_code_cell(cell)
        for cell in cells
    ]
    return nbformat.v4.new_notebook(cells=made)


def origins(*cells):
    return {figure.name: figure for figure in provenance.computed_figures(chapter(*cells))}


def test_a_figure_comes_from_the_cell_that_assigned_it_last_before_the_sentence():
    found = origins("a = 1\nb = 2", ["{eval}`a` {eval}`b`"], "a = 3", ["{eval}`a`"])
    assert (found["a"].cell, found["b"].cell) == (0, 0)
    assert origins("a = 1", "a = 3", ["{eval}`a`"])["a"].cell == 1


def test_tables_and_identifiers_are_followed_through_names():
    code = (
        'from unsigned_peace import load\nplaces = load("places").set_index("place_id")\n'
        'row = places.loc["iturup"]\nname, other = row["name_en"], 5'
    )
    found = origins(code, ["{eval}`name` {eval}`other`"])
    assert found["name"].origin.tables == {"places"}
    assert found["name"].origin.records() == [("places", "iturup")]
    assert found["other"].origin == provenance.Origin()


def test_a_function_of_the_package_brings_the_tables_that_it_loads():
    found = origins(
        "from unsigned_peace import polling\nanswers = polling.answers()\nn = len(answers)",
        ["{eval}`n`"],
    )
    assert found["n"].origin.tables == {
        "poll_answers",
        "poll_questions",
        "polls",
        "sampling_errors",
    }


def test_tables_chosen_from_a_list_are_those_in_the_list():
    found = origins(
        'from unsigned_peace import load\nnames = ["events", "places"]\nn = sum(len(load(name)) '
        "for name in names)",
        ["{eval}`n`"],
    )
    assert found["n"].origin.tables == {"events", "places"}


def test_a_parameter_or_a_loop_variable_is_not_the_name_outside():
    code = (
        'from unsigned_peace import load\nx = load("polls")\ndef half(x):\n    return x / 2\n'
        "n = half(3)\nm = max(x for x in (1, 2))"
    )
    found = origins(code, ["{eval}`n` {eval}`m`"])
    assert not found["n"].origin.tables and not found["m"].origin.tables


def test_a_changed_frame_keeps_what_it_rested_on():
    found = origins(
        'from unsigned_peace import load\nf = load("polls")\nf["x"] = len(load("events"))\n'
        "n = len(f)",
        ["{eval}`n`"],
    )
    assert found["n"].origin.tables == {"polls", "events"}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_figure_of_the_book_has_an_origin_that_agrees_with_what_was_executed(site, path):
    chapter = load_chapter(f"book/{path.stem}", path.read_text(encoding="utf-8"))
    found = {figure.name: figure for figure in provenance.computed_figures(chapter.source)}
    assert set(found) == set(chapter.figures)
    tables_read = set(chapter.executed.metadata[RECORD]["inputs"]["tables"])
    for figure in found.values():
        assert figure.origin.tables <= tables_read
        assert chapter.source.cells[figure.cell].cell_type == "code"
