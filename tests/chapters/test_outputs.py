"""The committed executed notebooks: of these chapters, of today's inputs, and with the figures that a fresh run gives.

The outputs of code cells are compared by nbval (the notebooks in tests/outputs); here are the
figures in prose, which nbval does not see, and that notebooks and chapters belong together.
"""

from __future__ import annotations

import asyncio

import pytest

from unsigned_peace import execution

CHAPTERS = execution.chapters()
REMEDY = "run `make reference` and review `git diff tests/outputs`"


def test_there_is_one_executed_notebook_for_each_chapter():
    assert {path.stem for path in execution.REFERENCE.glob("*.ipynb")} == {path.stem for path in CHAPTERS}, REMEDY


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_cells_are_the_chapter_s(chapter):
    executed = execution.load_executed(execution.REFERENCE / f"{chapter.stem}.ipynb")
    runs, _ = execution.what_runs(execution.read(chapter.read_text(encoding="utf-8")))
    assert [cell.source for cell in executed.cells] == [cell.source for cell in runs.cells], REMEDY


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_it_was_made_from_has_changed(chapter):
    executed = execution.load_executed(execution.REFERENCE / f"{chapter.stem}.ipynb")
    runs, _ = execution.what_runs(execution.read(chapter.read_text(encoding="utf-8")))
    assert execution.stale(executed, runs) == [], REMEDY


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_fresh_run_gives_the_same_figures(chapter):
    committed = execution.load_executed(execution.REFERENCE / f"{chapter.stem}.ipynb")
    fresh = asyncio.run(execution.run(chapter))
    assert _figures(fresh) == _figures(committed), REMEDY


def _figures(executed) -> list[tuple[str, str]]:
    return [
        (figure["expression"], figure["result"]["data"]["text/plain"])
        for cell in executed.cells
        for figure in cell.metadata.get("user_expressions", [])
    ]
