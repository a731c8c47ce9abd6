"""Gives Sphinx the executed chapters: outputs under the cells, computed figures in the prose."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from docutils import nodes
from myst_nb.core.read import is_myst_markdown_notebook
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from unsigned_peace import paths
from unsigned_peace.notebooks.record import cells_digest, cells_of, load_executed, stale
from unsigned_peace.notebooks.source import read, what_runs

logger = logging.getLogger(__name__)


@cache
def _executed_by_cells() -> dict[str, Path]:
    """The executed notebooks at hand, by the digest of the cells they ran."""
    return {cells_of(path): path for path in sorted(paths.EXECUTED.glob("*.ipynb"))}


@cache
def loaded(path: Path) -> NotebookNode:
    """An executed notebook, read once a build. Raises ``ChapterError`` if it is damaged, ``FileNotFoundError`` if there is none."""
    return load_executed(path)


def executed_twin(chapter: NotebookNode) -> NotebookNode:
    """The executed notebook of a chapter. Raises ``ExtensionError`` if there is none that holds."""
    runs, _ = what_runs(chapter)
    path = _executed_by_cells().get(cells_digest(runs))
    if path is None or stale(executed := loaded(path), runs):
        title = next((line for cell in chapter.cells for line in cell.source.splitlines() if line.startswith("# ")), "a chapter")
        raise ExtensionError(
            f"{title!r} has cells that were not executed, or not with today's data. Run `make book`, which executes every page of book/ "
            "that begins with the front matter of a chapter (see CONTRIBUTING.md, \"A chapter\")"
        )
    return executed


def read_chapter(text: str) -> NotebookNode:
    """Reads a page for MyST-NB: a chapter with the outputs of its executed twin, its code folded away."""
    chapter = read(text)
    code = [cell for cell in chapter.cells if cell.cell_type == "code"]
    if not code:
        return chapter
    ran = [cell for cell in executed_twin(chapter).cells if cell.cell_type == "code"]
    for cell, run in zip(code, ran, strict=True):
        cell["outputs"] = run.outputs
        cell["execution_count"] = run.execution_count
        tags = cell.metadata.setdefault("tags", [])
        if "show-input" not in tags and "hide-input" not in tags:
            tags.append("hide-input")
    chapter.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    for position, cell in enumerate(chapter.cells):
        cell["id"] = f"cell-{position}"  # random otherwise, so that no two builds would be the same
    return chapter


def figures(chapter: NotebookNode) -> dict[str, str]:
    """The figures of a chapter's prose: what each name shows as."""
    return {
        figure["expression"]: figure["result"]["data"]["text/plain"]
        for cell in executed_twin(chapter).cells
        for figure in cell.metadata.get("user_expressions", [])
    }


def figure_address(name: str) -> str:
    """The anchor, on the chapter's page, of the place that says where a figure comes from (see ``provenance``)."""
    return f"computed-{name}"


class FigureRole(SphinxRole):
    """``{eval}`name```: a figure computed in the chapter, in the middle of a sentence, as a link to where it comes from."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        known = self.env.temp_data.get("unsigned_peace_figures")
        if known is None:
            with open(self.env.doc2path(self.env.docname), encoding="utf-8") as page:
                known = figures(read(page.read()))
            self.env.temp_data["unsigned_peace_figures"] = known
        if self.text not in known:
            logger.warning("the figure %r has no value in this chapter", self.text, location=self.get_location(), type="figure")
            return [], []
        return [nodes.reference(self.rawtext, known[self.text], refid=figure_address(self.text), classes=["computed-figure"], internal=True)], []


def _note_twin(app: Sphinx, docname: str, _content: list[str]) -> None:
    """A page is read again when its executed twin changed, though its own text did not."""
    path = paths.EXECUTED / f"{docname.rsplit('/', 1)[-1]}.ipynb"
    if path.exists() and is_myst_markdown_notebook(_content[0]):
        app.env.note_dependency(str(path))


def _forget(app: Sphinx) -> None:
    _executed_by_cells.cache_clear()
    loaded.cache_clear()


def setup(app: Sphinx) -> None:
    app.add_role("eval", FigureRole(), override=True)
    app.connect("builder-inited", _forget)
    app.connect("source-read", _note_twin)
