"""What readers take along: chapters as notebooks that every Jupyter shows, and the wheel."""

from __future__ import annotations

import ast
import re
import sys
import zipfile

import nbformat
import pytest

from tests.visits import SITE
from unsigned_peace import wheel
from unsigned_peace.files import file_digest
from unsigned_peace.notebooks.portable import in_words
from unsigned_peace.notebooks.source import chapters, read
from unsigned_peace.paths import ROOT

FOLDER = SITE / "downloads" / "chapters"
#: What only the book's own pages understand.
_OF_THE_PAGES = re.compile(r"\{[a-z-]+\}`|^\s*:::|^\s*`{3,}\{|\]\([\w/-]+\.md", re.MULTILINE)


@pytest.mark.parametrize("name", [path.stem for path in chapters()])
def test_a_notebook_says_in_plain_markdown_what_the_chapter_says(name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    first, *others = notebook.cells
    assert first.cell_type == "markdown" and wheel.NAME in first.source
    prose = "\n\n".join(cell.source for cell in others if cell.cell_type == "markdown")
    assert _OF_THE_PAGES.search(prose) is None
    assert all(cell.execution_count for cell in others if cell.cell_type == "code")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It is {eval}`far` kilometres.", "It is 3.7 kilometres."),
        (":::{admonition} Look again\n:class: look-again\nNo.\n:::", "**Look again**\n\nNo."),
        (":::{aims}\n1. find;\n:::", "**After this chapter you can**\n\n1. find;"),
        (
            "1. Task\n\n   ```{dropdown} An answer\n   Yes.\n   ```",
            "1. Task\n\n   **An answer**\n\n   Yes.",
        ),
        ("```python\nx = 1\n```", "```python\nx = 1\n```"),
        (":::{cards}\n:::\nAfter", "After"),
        ("See [the borders](borders.md#place).", "See the borders."),
        ("See [a paper](https://doi.org/1).", "See [a paper](https://doi.org/1)."),
        ("(place)=\n## Heading", "## Heading"),
    ],
)
def test_roles_and_boxes_are_said_in_words(written, shown):
    assert in_words(written, {"far": "3.7"}) == shown


def test_the_wheel_is_the_same_every_time_and_holds_nothing_that_grades(tmp_path):
    made = wheel.write_wheel(tmp_path / "one")
    assert file_digest(made) == file_digest(wheel.write_wheel(tmp_path / "other"))
    assert file_digest(made) == file_digest(FOLDER / wheel.NAME)
    names = zipfile.ZipFile(made).namelist()
    assert "unsigned_peace/carried/data/polls.csv" in names
    assert not [name for name in names if "coursework" in name or "notebooks/" in name]


def test_the_wheel_has_every_module_that_a_chapter_or_an_assignment_imports(tmp_path):
    names = zipfile.ZipFile(wheel.write_wheel(tmp_path)).namelist()
    there = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in names
        if name.endswith(".py")
    }
    asked = {
        (path.name, node.module)
        for path in (*chapters(), *(ROOT / "coursework").glob("*.md"))
        for cell in read(path.read_text(encoding="utf-8")).cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unsigned_peace")
    }
    assert len(asked) > 20 and [each for each in sorted(asked) if each[1] not in there] == []


def test_from_the_wheel_data_and_captions_are_found(tmp_path, monkeypatch):
    with zipfile.ZipFile(wheel.write_wheel(tmp_path)) as made:
        made.extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    for name in [name for name in sys.modules if name.split(".")[0] == "unsigned_peace"]:
        monkeypatch.delitem(sys.modules, name)
    from unsigned_peace import load
    from unsigned_peace.captions import load_captions

    assert len(load("polls")) > 0
    assert "map" in load_captions("index", {})
