"""Reads the source of a chapter.

Its cells, what of it runs, the figures that its prose asks for.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode

from unsigned_peace.paths import CHAPTERS

#: The tag of the last cell, which is in executed notebooks only.
FIGURES = "figures-in-prose"
_EVAL = re.compile(r"\{eval\}`([^`]+)`")
_FENCE = re.compile(r"^(`{3,}|~{3,})\s*(\S*)")


class ChapterError(Exception):
    """A chapter cannot be executed; the message names chapter, line and cell, and what happened."""


def read(text: str) -> NotebookNode:
    """A chapter's source as a notebook without outputs.

    ``metadata.source_map`` has the line of each cell.
    """
    return copy.deepcopy(_parsed(text))


@lru_cache(maxsize=256)  # more than there are pages
def _parsed(text: str) -> NotebookNode:
    """A build asks for each chapter three times; who asks may change what they get."""
    return read_myst_markdown_notebook(text, config=MdParserConfig(), add_source_map=True)


def chapters(folder: Path = CHAPTERS) -> list[Path]:
    """The chapters that have cells to run, by name."""
    return [
        path
        for path in sorted(folder.glob("*.md"))
        if is_myst_markdown_notebook(path.read_text(encoding="utf-8"))
    ]


def expressions(markdown: str) -> list[str]:
    """The expressions of the figures in a Markdown cell, in order: ``{eval}`name``` gives ``name``.

    Figures stand in text and in directives such as admonitions, not in blocks of code.
    """
    open_fences: list[tuple[str, bool]] = []
    text = []
    for line in markdown.splitlines():
        fence = _FENCE.match(line)
        if fence and open_fences and fence[1].startswith(open_fences[-1][0]) and not fence[2]:
            open_fences.pop()
        elif fence and not any(is_code for _, is_code in open_fences):
            open_fences.append(
                (fence[1], not fence[2].startswith("{") or fence[2].startswith("{code"))
            )
        elif not any(is_code for _, is_code in open_fences):
            text.append(line)
    return _EVAL.findall("\n".join(text))


def what_runs(chapter: NotebookNode) -> tuple[NotebookNode, list[int]]:
    """All of a chapter that runs, and the source line (from 1) of each of its cells.

    Code cells stay whole; of a Markdown cell only its figures stay; other prose is left out, so
    that editing it changes nothing here. A last cell shows all figures, so that they are outputs of
    the notebook too, which nbval compares.
    """
    cells: list[NotebookNode] = []
    lines: list[int] = []
    for cell, line in zip(chapter.cells, chapter.metadata["source_map"]):
        if cell.cell_type == "code":
            tags = cell.metadata.get("tags")
            runs = nbformat.v4.new_code_cell(cell.source, metadata={"tags": tags} if tags else {})
        elif cell.cell_type == "markdown" and (names := expressions(cell.source)):
            runs = nbformat.v4.new_markdown_cell("\n".join(f"{{eval}}`{name}`" for name in names))
        else:
            continue
        runs["id"] = f"cell-{len(cells)}"
        cells.append(runs)
        lines.append(line + 1)
    if names := sorted(
        {
            name
            for cell in chapter.cells
            if cell.cell_type == "markdown"
            for name in expressions(cell.source)
        }
    ):
        shown = "".join(f"    {name!r}: {name},\n" for name in names)
        cells.append(
            nbformat.v4.new_code_cell(
                f"# The figures in the prose of this chapter.\n{{\n{shown}}}",
                metadata={"tags": [FIGURES]},
                id=f"cell-{len(cells)}",
            )
        )
        lines.append(lines[-1])
    return nbformat.v4.new_notebook(cells=cells), lines
