"""The committed executed notebooks: of these chapters, of today's inputs, and with the figures that a fresh run gives.

The outputs of code cells are compared by nbval (the notebooks in tests/outputs); here are the
figures in prose, which nbval does not see, and that notebooks and chapters belong together.
"""

from __future__ import annotations

import asyncio

import pytest

from unsigned_peace import paths
from unsigned_peace.notebooks.record import load_executed, stale
from unsigned_peace.notebooks.run import run
from unsigned_peace.notebooks.source import chapters, read, what_runs

CHAPTERS = chapters()
REMEDY = "run `make reference` and review `git diff tests/outputs`"


def test_there_is_one_executed_notebook_for_each_chapter():
    assert {path.stem for path in paths.REFERENCE.glob("*.ipynb")} == {path.stem for path in CHAPTERS}, REMEDY


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
def test_a_fresh_run_gives_the_same_figures(chapter):
    committed = load_executed(paths.REFERENCE / f"{chapter.stem}.ipynb")
    fresh = asyncio.run(run(chapter))
    assert _figures(fresh) == _figures(committed), REMEDY


def _figures(executed) -> list[tuple[str, str]]:
    return [
        (figure["expression"], figure["result"]["data"]["text/plain"])
        for cell in executed.cells
        for figure in cell.metadata.get("user_expressions", [])
    ]
