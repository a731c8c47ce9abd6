"""What a student reads when the book's environment or a file is missing.

A sentence that says what to do.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT
from unsigned_peace import dataset
from unsigned_peace.notebooks.source import chapters, read


def first_cell(chapter: Path) -> str:
    return next(
        cell.source
        for cell in read(chapter.read_text(encoding="utf-8")).cells
        if cell.cell_type == "code"
    )


@pytest.mark.parametrize("chapter", chapters(), ids=lambda path: path.stem)
def test_the_first_cell_says_what_it_needs_and_asks_for_the_book_first(chapter):
    needs, first_import, *_ = first_cell(chapter).splitlines()
    assert needs == (
        '# Needs the book\'s own environment: "make lab", '
        'Binder or a class\'s hub (page "Run it yourself").'
    )
    assert re.match(r"from unsigned_peace import \w+", first_import)


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory) -> Path:
    """A Python with nothing installed, as a student's own may be."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    return folder / "bin" / "python"


def run(python: Path | str, code: str, **environment: str) -> str:
    done = subprocess.run(
        [python, "-c", code],
        capture_output=True,
        check=False,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONPATH": "", **environment},
    )
    assert done.returncode != 0
    return done.stderr.splitlines()[-1]


def test_outside_the_environment_the_line_that_fails_is_the_one_that_says_what_is_needed(
    bare_python,
):
    assert (
        run(bare_python, first_cell(ROOT / "book" / "islands.md"))
        == "ModuleNotFoundError: No module named 'unsigned_peace'"
    )


def test_a_missing_package_is_named_with_the_way_to_start(bare_python):
    said = run(bare_python, first_cell(ROOT / "book" / "islands.md"), PYTHONPATH=str(ROOT))
    assert said.startswith(
        f"ModuleNotFoundError: not installed in this Python ({bare_python}): altair, numpy, pandas."
    )
    assert "type `make lab` in the folder of the book" in said


def test_an_old_python_is_named_with_what_is_needed():
    said = run(
        sys.executable,
        "import sys; sys.version_info, sys.version = (3, 9, 1), '3.9.1 (old)'; "
        "import unsigned_peace",
    )
    assert said.startswith(
        "ImportError: the book needs Python 3.11 or later, and this is Python 3.9.1."
    )
    assert "make lab" in said


def test_a_missing_table_is_named_with_the_way_to_get_it_back(tmp_path, monkeypatch):
    (tmp_path / "datapackage.json").write_bytes((ROOT / "data" / "datapackage.json").read_bytes())
    monkeypatch.setenv("UNSIGNED_PEACE_DATA", str(tmp_path))
    with pytest.raises(
        FileNotFoundError,
        match=r"the dataset has no file polls\.csv in .*`git checkout data` brings its files back",
    ):
        dataset.load("polls")


def test_a_missing_description_is_named_too(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"the dataset has no file datapackage\.json"):
        dataset.descriptor(tmp_path)
