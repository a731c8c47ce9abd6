"""The page that instructors follow: what it has them type works as it stands."""

from __future__ import annotations

import re
import runpy
import textwrap
from pathlib import Path

import pytest

from scripts import format_cells
from unsigned_peace import captions
from unsigned_peace.paths import ROOT

PAGE = (ROOT / "book" / "teaching" / "make-it-yours.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def block(fence: str, language: str) -> str:
    """What stands in the one block of a list item that is written in a language."""
    [found] = re.findall(
        rf"^   {fence}{language}\n(.*?)^   {fence}$", PAGE, re.MULTILINE | re.DOTALL
    )
    return textwrap.dedent(found)


@pytest.fixture
def chapter(tmp_path) -> Path:
    path = tmp_path / "samples.md"
    path.write_text(block("````", "markdown"), encoding="utf-8")
    return path


def test_the_chapter_to_copy_is_in_the_form_that_tests_ask_for(chapter):
    before = chapter.read_text(encoding="utf-8")
    assert format_cells.main([str(chapter)]) == 0
    assert chapter.read_text(encoding="utf-8") == before


def test_the_chapter_to_copy_runs_with_the_captions_to_copy(chapter, tmp_path, monkeypatch):
    monkeypatch.setattr(captions, "CAPTIONS", tmp_path)
    (tmp_path / "samples.yaml").write_text(block("```", "yaml"), encoding="utf-8")
    text = chapter.read_text(encoding="utf-8")
    code = tmp_path / "samples.py"
    parts = (text[start:end] for start, end, _ in format_cells.cells(text))
    code.write_text("".join(parts), encoding="utf-8")
    names = runpy.run_path(str(code))
    title = captions.load_captions("samples", names)["samples"].title
    assert names["middle"] in title and "{eval}" not in title
    assert all(figure in names for figure in re.findall(r"\{eval\}`(\w+)`", text))


def test_each_command_that_the_page_names_is_there():
    named = set(re.findall(r"(?:^ *|`)make ([a-z]+)", PAGE, re.MULTILINE))
    assert named and named <= set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
