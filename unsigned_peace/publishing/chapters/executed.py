"""Gives Sphinx the executed chapters: outputs under the cells, computed figures in the prose."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from docutils import nodes
from myst_nb.core.read import is_myst_markdown_notebook
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from unsigned_peace import dataset, paths, validation
from unsigned_peace.files import folder_digest
from unsigned_peace.notebooks import is_folded
from unsigned_peace.notebooks.keep import bring_up_to_date, remove_orphans
from unsigned_peace.notebooks.record import load_executed, stale
from unsigned_peace.notebooks.source import FIGURES, chapters, read, what_runs
from unsigned_peace.processes import one_at_a_time

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chapter:
    """A chapter as its page shows it: the source, and the executed notebook that belongs to it."""

    source: NotebookNode
    executed: NotebookNode

    @cached_property
    def figures(self) -> dict[str, str]:
        """The figures of the prose: what each name shows as."""
        return {
            figure["expression"]: figure["result"]["data"]["text/plain"]
            for cell in self.executed.cells
            for figure in cell.metadata.get("user_expressions", [])
        }


@cache
def loaded(path: Path) -> NotebookNode:
    """An executed notebook, read once a build.

    Raises ``ChapterError`` if it is damaged, ``FileNotFoundError`` if there is none.
    """
    return load_executed(path)


def executed_path(page: str) -> Path:
    """Where the executed notebook of a page is, if the page is a chapter."""
    return paths.EXECUTED / f"{page.rsplit('/', 1)[-1]}.ipynb"


def load_chapter(page: str, text: str) -> Chapter:
    """The chapter of a page. Raises ``ExtensionError`` if no execution of it holds."""
    source, path = read(text), executed_path(page)
    runs, _ = what_runs(source)
    if not path.exists() or stale(executed := loaded(path), runs):
        raise ExtensionError(
            f"{page}.md has cells that were not executed, or not with today's data. `make book` "
            "executes every page of book/ that begins with the front matter of a chapter (see "
            'CONTRIBUTING.md, "A chapter")'
        )
    return Chapter(source, executed)


#: The chapters that are being read, by their text, which is all that MyST-NB gives the reader of a
#: format.
_being_read: dict[str, Chapter] = {}


def chapter_being_read(environment: BuildEnvironment) -> Chapter | None:
    """The chapter on whose page Sphinx is at work; None on a page that is no chapter."""
    return environment.temp_data.get("unsigned_peace_chapter")


def _load(app: Sphinx, page: str, content: list[str]) -> None:
    """Loads a chapter once for all that its page asks.

    The page is read again when its execution changes.
    """
    if is_myst_markdown_notebook(content[0]):
        chapter = load_chapter(page, content[0])
        app.env.temp_data["unsigned_peace_chapter"] = _being_read[content[0]] = chapter
        app.env.note_dependency(str(executed_path(page)))


def read_chapter(text: str) -> NotebookNode:
    """Reads a page for MyST-NB.

    A chapter with the outputs of its execution, its code folded away.
    """
    chapter = _being_read.pop(text, None)
    if chapter is None:
        return read(text)
    notebook = copy.deepcopy(chapter.source)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = [
        cell
        for cell in chapter.executed.cells
        if cell.cell_type == "code" and FIGURES not in cell.metadata.get("tags", [])
    ]
    for cell, run in zip(code, ran, strict=True):
        cell["outputs"] = run.outputs
        cell["execution_count"] = run.execution_count
        tags = cell.metadata.setdefault("tags", [])
        if is_folded(tags) and "hide-input" not in tags:
            tags.append("hide-input")
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    for position, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{position}"  # random otherwise, so that no two builds would be the same
    return notebook


def figure_address(name: str) -> str:
    """The anchor of the place that says where a figure comes from (see ``provenance``).

    It is on the chapter's page.
    """
    return f"computed-{name}"


def sentence_address(name: str) -> str:
    """The anchor of the first place in the prose where a figure stands."""
    return f"figure-{name}"


class FigureRole(SphinxRole):
    """``{eval}`name```: a figure computed in the chapter, in the middle of a sentence.

    It is a link to where it comes from.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        chapter = chapter_being_read(self.env)
        if chapter is None or self.text not in chapter.figures:
            logger.warning(
                "the figure %r has no value in this chapter",
                self.text,
                location=self.get_location(),
                type="figure",
            )
            return [], []
        return [
            nodes.reference(
                self.rawtext,
                chapter.figures[self.text],
                refid=figure_address(self.text),
                classes=["computed-figure"],
                internal=True,
            )
        ], []


def _bring_up_to_date(app: Sphinx) -> None:
    """Executes the chapters that have to be, before Sphinx looks which pages have to be read.

    Raises ``ExtensionError`` with a line for each fault of the data or of a chapter.
    """
    loaded.cache_clear()
    data = folder_digest(dataset.data_folder())
    kept = vars(app.env)  # it stays from build to build
    if kept.get("sound_data") != data:
        if validation.report(dataset.data_folder()):
            raise ExtensionError("the dataset has faults: the lines above")
        kept["sound_data"] = data
    found = chapters()
    with one_at_a_time():
        remove_orphans(found, paths.EXECUTED)
        if faults := asyncio.run(bring_up_to_date(found, paths.EXECUTED)):
            raise ExtensionError("\n".join(faults))


def setup(app: Sphinx) -> None:
    app.add_role("eval", FigureRole(), override=True)
    app.connect("builder-inited", _bring_up_to_date, priority=100)
    app.connect("source-read", _load)
