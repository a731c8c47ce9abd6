"""A page for each assignment: its student version, with cells that run and answers to save.

What is saved is a notebook of the form that ``make grade`` takes. A page is made only where ``make
live`` prepared both the runtime and the student versions; it knows no key and no hidden test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from sphinx.application import Sphinx

from unsigned_peace.live import runtime
from unsigned_peace.publishing.html.templates import render

#: The folder of the site with these pages, and what their cells go by in the browser.
FOLDER = "coursework"


def name_in_browser(stem: str) -> str:
    """What an assignment's cells go by: never what a chapter's do."""
    return f"{FOLDER}-{stem}"


def page_of(stem: str) -> str:
    return f"{FOLDER}/{stem}"


def stem_of(page: str) -> str | None:
    """The assignment whose page this is, if it is one."""
    folder, _, stem = page.partition("/")
    return stem if folder == FOLDER and stem in runtime.assignments() else None


def code(notebook: dict) -> list[str]:
    """The code of an assignment's cells, in their order."""
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def write(folder: Path) -> None:
    """Puts the code of all assignments, and the notebooks that are saved, where pages find them."""
    for stem, notebook in runtime.assignments().items():
        for ending, content in (("json", code(notebook)), ("ipynb", notebook)):
            (folder / f"{name_in_browser(stem)}.{ending}").write_text(
                json.dumps(content, ensure_ascii=False), encoding="utf-8"
            )


def _pages(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    if app.builder.name != "html":
        return
    for stem, notebook in runtime.assignments().items():
        markdown = MarkdownIt("commonmark").enable("table")
        cells = [
            {
                "kind": _kind(cell),
                "shown": markdown.render(cell["source"]),
                "source": cell["source"],
                "position": position,
            }
            for position, cell in enumerate(notebook["cells"])
        ]
        title = notebook["cells"][0]["source"].splitlines()[0].lstrip("# ")
        body = render("assignment.html", cells=cells, stem=stem)
        yield page_of(stem), {"title": title, "body": body, "metatags": ""}, "page.html"


def _kind(cell: dict) -> str:
    """``text``, ``essay`` (written by the student), ``code``, ``check`` or ``answer``."""
    marks = cell["metadata"].get("nbgrader", {})
    if cell["cell_type"] == "markdown":
        return "essay" if marks.get("solution") else "text"
    if marks.get("solution"):
        return "answer"
    return "check" if marks.get("grade") else "code"


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", _pages)
