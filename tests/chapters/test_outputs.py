"""The committed executed notebooks are of these chapters and of today's inputs.

Their figures are those that a fresh run gives.

A fresh run of each is nbval's (the notebooks in tests/outputs): it compares the outputs of all
cells, of which the last shows the figures in prose. Here is what holds without a run: that
notebooks and chapters belong together.
"""

from __future__ import annotations

import pytest

from unsigned_peace import paths
from unsigned_peace.notebooks.record import load_executed, stale
from unsigned_peace.notebooks.source import chapters, read, what_runs

CHAPTERS = chapters()
REMEDY = "run `make reference` and review `git diff tests/outputs`"


def figures_of(cells: list) -> dict[str, str]:
    """What each figure of a chapter's prose shows, by its name."""
    return {
        figure["expression"]: figure["result"]["data"]["text/plain"]
        for cell in cells
        for figure in cell.metadata.get("user_expressions", [])
    }


def test_there_is_one_executed_notebook_for_each_chapter():
    assert {path.stem for path in paths.REFERENCE.glob("*.ipynb")} == {
        path.stem for path in CHAPTERS
    }, REMEDY


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_cells_are_the_chapter_s(chapter):
    executed = load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb")
    runs, _ = what_runs(read(chapter.read_text(encoding="utf-8")))
    assert [cell.source for cell in executed.cells] == [cell.source for cell in runs.cells], REMEDY


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_it_was_made_from_has_changed(chapter):
    executed = load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb")
    runs, _ = what_runs(read(chapter.read_text(encoding="utf-8")))
    assert stale(executed, runs) == [], REMEDY


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_its_last_cell_shows_every_figure_of_its_prose(chapter):
    cells = load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb").cells
    figures = figures_of(cells)
    if figures:
        shown = cells[-1].outputs[0].data["text/plain"]
        assert [
            name
            for name, value in figures.items()
            if f"{name!r}: {value}" not in shown.replace("\n ", " ")
        ] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_figure_of_its_prose_stands_in_quotation_marks(chapter):
    """A plain string shows as Python writes it: give it to ``prose.Figure``."""
    cells = load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb").cells
    shown = figures_of(cells)
    assert {name: text for name, text in shown.items() if text[:1] in "'\""} == {}
