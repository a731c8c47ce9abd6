"""Each assignment of the book is sound, and what must be kept back is kept back; authors' faults
are named.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from tests.coursework import sample
from unsigned_peace.coursework import handout
from unsigned_peace.coursework.assignments import SOURCES, AssignmentError, paths, read, stems
from unsigned_peace.coursework.checking import faults, kept_back
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.paths import CHAPTERS, ROOT

BOOK = stems()
NOT_TASKS = {"index", "reading-this-book", "texts"}


@pytest.mark.parametrize("stem", BOOK)
def test_the_key_gets_full_marks_the_stub_none_and_mistakes_lose_their_points(stem):
    assert faults(read(SOURCES / f"{stem}.md")) == []


def test_each_chapter_has_an_assignment():
    asked = {path.stem for path in chapters(CHAPTERS)} - NOT_TASKS
    assert set(BOOK) <= asked and len(BOOK) >= 12


@pytest.mark.parametrize("stem", BOOK)
def test_nothing_of_the_key_is_on_the_pages(stem, site):
    chapter = (ROOT / "book" / f"{stem}.md").read_text(encoding="utf-8")
    lines = {line.strip() for line in chapter.splitlines()}
    secrets = {  # what the chapter shows is no secret, a record that it names neither
        line
        for line in kept_back(read(SOURCES / f"{stem}.md")) - lines
        if not (re.fullmatch(r'"[\w-]+",', line) and line.rstrip(",") in chapter)
    }
    assert len(secrets) > 10
    for page in [
        *site.rglob("*.html"),
        *site.rglob("*.ipynb"),
        *site.rglob("*.md"),
        *site.rglob("*.js"),
        *site.rglob("*.json"),
    ]:
        text = page.read_text(encoding="utf-8", errors="replace")
        assert "BEGIN SOLUTION" not in text and "BEGIN HIDDEN" not in text, page
        shown = {line.strip() for line in text.splitlines()}
        assert not secrets & shown, page


def test_no_archive_on_the_pages_holds_coursework(site):
    for archive in site.rglob("*.zip"):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                assert "coursework" not in Path(
                    name
                ).parts and b"BEGIN SOLUTION" not in opened.read(name), name


@pytest.mark.parametrize("stem", BOOK)
def test_a_student_version_is_a_notebook_without_key(stem):
    assignment = read(SOURCES / f"{stem}.md")
    nbformat.validate(assignment.release)
    lines = {line.strip() for cell in assignment.release.cells for line in cell.source.splitlines()}
    assert not kept_back(assignment) & lines
    text = nbformat.writes(assignment.release)
    assert (
        "BEGIN SOLUTION" not in text
        and "HIDDEN TESTS" not in text
        and "YOUR CODE HERE" in text
        and "YOUR ANSWER HERE" in text
    )
    assert all(
        cell.metadata.editable is False and cell.metadata.deletable is False
        for cell in assignment.release.cells
        if cell.metadata.nbgrader.locked
    )


@pytest.fixture
def folder(tmp_path):
    sample.write(tmp_path)
    return tmp_path


def changed(folder: Path, old: str, new: str, name: str = f"{sample.STEM}.md") -> list[str]:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return faults(read(folder / f"{sample.STEM}.md"))


def test_the_sample_is_sound(folder):
    assert faults(read(folder / f"{sample.STEM}.md")) == []


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("(4 points)", "(5 points)", "expected a heading '## Task 1: ... (4 points)'"),
        ("points: 4", "points: 3", "points of tasks sum to 19, expected 20"),
        ('"points": 10', '"points": 9', "points of essays sum to 9, expected 10"),
        ("aim: 3", "aim: 1", "no task tests aim 3"),
        (
            "`how_many`: ",
            "`how_many_there_are`: ",
            "the answer `how_many` is not named in the question",
        ),
        ("<details>", "<p>", "expected a hint"),
        ("# Checks the kind", "assert how_many, 'x'  # Checks", "expected a comment first"),
        ("grade_id: task-2,", "grade_id: task-7,", "expected task-2"),
        (
            "grade_id: task-1, locked: false",
            "grade_id: task-1, locked: true",
            "nbgrader.locked is True, expected False",
        ),
        (
            "assert how_many is not None, ",
            "assert how_many is not None  # ",
            "an assert without a message",
        ),
        ("word149", "", "a model answer of 149 words"),
        ("| --- | --- | --- | --- |", "", "expected a rubric"),
    ],
)
def test_a_fault_of_the_form_is_named(folder, old, new, expected):
    if expected.startswith("a model"):
        old, new = sample.ESSAY, sample.ESSAY.rsplit(" ", 31)[0]
        expected = "a model answer of 119 words, expected 120 to 200"
    found = changed(folder, old, new)
    assert any(expected in fault for fault in found), found
    assert all(f"{sample.STEM}.md:" in fault for fault in found)


@pytest.mark.parametrize(
    "old, new, expected",
    [
        (
            "how_many = len(documents)",
            "how_many = len(documents) + 1",
            "the key gets 0 of 4 points: AssertionError: how_many: look at the table again",
        ),
        (
            "how_many = len(documents)",
            "how_many = len",
            "the key's answer `how_many` is not plain data",
        ),
        ("how_many = len(documents)", "1 / 0", "the key raises ZeroDivisionError"),
        (
            "assert how_many == len(documents)",
            "assert True",
            "answer 1 gets 4 of 4 points, expected 0",
        ),
        (
            'documents = load("documents")',
            'documents = load("nothing")',
            "the setup cell of joint-declaration raises KeyError",
        ),
    ],
)
def test_a_key_that_does_not_fit_its_tests_is_named(folder, old, new, expected):
    found = changed(folder, old, new)
    assert any(expected in fault for fault in found), found


def test_a_stub_that_passes_is_named(folder):
    found = changed(
        folder,
        "### BEGIN SOLUTION\nhow_many = len(documents)",
        "how_many = len(documents)\n### BEGIN SOLUTION",
    )
    assert any(
        "the untouched student version gets 4 of 4 points, expected 0" in fault for fault in found
    ), found


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("task-1:", "task-9:", "task-9: there is no such task"),
        (
            "how_many = len(documents.columns)",
            "how_many = 1 / 0",
            "task-1, answer 1: raises ZeroDivisionError",
        ),
        (
            "how_many = len(documents.columns)",
            "other = 3",
            "task-1, answer 1: leaves the answer how_many away",
        ),
        (
            "how_many = len(documents.columns)",
            "how_many = len(documents)",
            "task-1, answer 1 gets 4 of 4 points, expected 0",
        ),
        ("task-1:", "task-1: 3\nignored:", "expected a list for each task"),
    ],
)
def test_a_fault_of_a_mistake_is_named(folder, old, new, expected):
    found = changed(folder, old, new, f"mistakes/{sample.STEM}.yaml")
    assert any(expected in fault for fault in found), found


def test_what_nbgrader_refuses_is_named(folder):
    with pytest.raises(
        AssignmentError, match="nbgrader refuses it: no end solution|nbgrader refuses it"
    ):
        changed(folder, "### END SOLUTION", "")


def test_an_assignment_that_is_not_there_is_named(folder):
    with pytest.raises(
        AssignmentError, match="there is no assignment 'island' in .*; there is: joint-declaration"
    ):
        paths(["island"], folder)


def test_the_command_makes_a_key_and_a_student_version():
    """As `make coursework` does it for all: what makes keys runs in processes of its own, where a
    fault is easily unseen.
    """
    key = handout.FOLDER / "key" / "islands.ipynb"
    key.unlink(missing_ok=True)
    command = [sys.executable, "-m", "unsigned_peace.coursework", "write", "islands"]
    said = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert said.returncode == 0 and not said.stderr and "1 assignments:" in said.stdout, said
    notebook = nbformat.read(key, as_version=4)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert (handout.FOLDER / "release" / "islands" / "islands.ipynb").exists()


def test_coursework_writes_student_versions_and_keys_apart(folder, tmp_path):
    assignment = read(folder / f"{sample.STEM}.md")
    out = tmp_path / "out"
    assert handout.write(out, [assignment]) == []
    released = (out / "release" / sample.STEM / f"{sample.STEM}.ipynb").read_text(encoding="utf-8")
    key = nbformat.read(out / "key" / f"{sample.STEM}.ipynb", as_version=4)
    nbformat.validate(key)
    assert "BEGIN SOLUTION" not in released and "HIDDEN" not in released
    assert any("BEGIN SOLUTION" in cell.source for cell in key.cells) and not any(
        output.output_type == "error" for cell in key.cells for output in cell.get("outputs", [])
    )
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.ipynb")}
    assert handout.write(out, [assignment]) == []
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.ipynb")} == before
