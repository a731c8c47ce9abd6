"""A chapter as a notebook that runs anywhere: prose in plain Markdown, code with its outputs.

What only the book's pages understand (roles, boxes) is said in words; figures stand as text. The
first cell says what to install.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode

from unsigned_peace.notebooks.legible import legible
from unsigned_peace.notebooks.source import FIGURES
from unsigned_peace.paths import data_folder

_EVAL = re.compile(r"\{eval\}`([^`]+)`")
#: Links to records, and to pages and places of the book, lead nowhere outside of it.
_INSIDE_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\((?:\.\./data/|#|(?:[\w-]+/)*[\w-]+\.md)[^)]*\)")
_OPENS = re.compile(
    r"^(?P<indent>\s*)(?P<fence>:{3,}|`{3,})\{(?P<name>[a-z-]+)\}[ \t]*(?P<title>.*)$"
)
#: Boxes that arrange what the site's first page links to.
_OF_THE_SITE = ("cards", "div")
_ANCHOR = re.compile(r"^\([a-z0-9-]+\)=\s*$", re.MULTILINE)


def portable(
    source: NotebookNode, executed: NotebookNode, figures: Mapping[str, str], install: str
) -> NotebookNode:
    """The notebook of a chapter, from its source and its execution.

    ``figures`` are those of its prose by name, ``install`` the sentence and the command for the
    first cell, in Markdown.
    """
    ran = iter(
        cell
        for cell in executed.cells
        if cell.cell_type == "code" and FIGURES not in cell.metadata.get("tags", [])
    )
    cells = [nbformat.v4.new_markdown_cell(install, id="install")]
    for position, cell in enumerate(source.cells):
        name = f"cell-{position}"
        if cell.cell_type == "code":
            run = next(ran)
            cells.append(
                nbformat.v4.new_code_cell(
                    cell.source, outputs=run.outputs, execution_count=run.execution_count, id=name
                )
            )
        elif text := in_words(cell.source, figures):
            cells.append(nbformat.v4.new_markdown_cell(text, id=name))
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )


def in_words(text: str, figures: Mapping[str, str]) -> str:
    """The prose of a cell as Markdown that every notebook shows."""
    text = _EVAL.sub(lambda match: figures[match[1]], text)
    text = _INSIDE_LINK.sub(r"\1", legible(text, data_folder()))
    return _ANCHOR.sub("", _without_boxes(text)).strip()


def _without_boxes(text: str) -> str:
    """Boxes as what they hold, under their title; fences of code stay."""
    lines: list[str] = []
    open_boxes: list[tuple[str, bool]] = []  # the fence of each, and whether what it holds is shown
    opening = False  # options follow the line that opens a box
    for line in text.splitlines():
        if opening and re.match(r"\s*:[a-z-]+:", line):
            continue
        opening = False
        if (box := _OPENS.match(line)) and box["name"] not in ("code-cell",):
            shown = box["name"] not in _OF_THE_SITE and all(shown for _, shown in open_boxes)
            open_boxes.append((box["fence"], shown))
            opening = True
            if shown and box["title"]:
                lines += [f"{box['indent']}**{box['title'].strip()}**", ""]
        elif open_boxes and line.strip() == open_boxes[-1][0]:
            open_boxes.pop()
        elif all(shown for _, shown in open_boxes):
            lines.append(line)
    return "\n".join(lines)
