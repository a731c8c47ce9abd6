"""A folder as nbgrader's course directory: sources, student versions, configuration, and the grade book."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from unsigned_peace.coursework.assignments import Assignment

COURSE = "unsigned-peace"
GRADEBOOK = "gradebook.db"
#: For nbgrader's own commands and pages, started in this folder.
CONFIGURATION = f'''c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "{COURSE}"
# The form for essays asks nobody outside for anything, and colours no code by what a cell calls itself.
c.HTMLExporter.mathjax_url = ""
c.HighlightMagicsPreprocessor.enabled = False
'''


def write_whole(path: Path, data: bytes | str) -> bool:
    """Writes a file whole or not at all; True if it changed."""
    data = data.encode("utf-8") if isinstance(data, str) else data
    if path.exists() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{os.getpid()}.draft")
    draft.write_bytes(data)
    draft.replace(path)
    return True


def write_notebook(path: Path, notebook: NotebookNode) -> bool:
    """Writes a notebook whole or not at all; True if it changed."""
    return write_whole(path, nbformat.writes(notebook, version=4) + "\n")


def database(folder: Path) -> str:
    """The address of a course's grade book."""
    return f"sqlite:///{folder.resolve() / GRADEBOOK}"


@contextlib.contextmanager
def _own_tools() -> Iterator[None]:
    """nbgrader calls alembic by name when it makes a grade book; the one that belongs to this Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def prepare(folder: Path, assignments: list[Assignment]) -> None:
    """Makes a folder a course directory, with sources, student versions and grade book up to date.

    Only what has changed is made anew; grades that the grade book holds stay.
    """
    write_whole(folder / "nbgrader_config.py", CONFIGURATION)
    for assignment in assignments:
        name = f"{assignment.stem}/{assignment.stem}.ipynb"
        released = folder / "release" / name
        student_version = nbformat.writes(assignment.release, version=4) + "\n"
        changed = write_notebook(folder / "source" / name, assignment.source)
        if not changed and released.exists() and released.read_text(encoding="utf-8") == student_version and _knows(folder, assignment):
            continue
        config = Config()
        config.CourseDirectory.root = str(folder.resolve())
        config.CourseDirectory.course_id = COURSE
        config.CourseDirectory.assignment_id = assignment.stem
        with _own_tools():
            converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
            converter.log = logging.getLogger("nbgrader.quiet")
            converter.log.setLevel(logging.ERROR)
            converter.force = True
            converter.start()
        write_whole(released, student_version)  # nbgrader's own, with its last line ended; a file that is cut short is not taken for whole


def _knows(folder: Path, assignment: Assignment) -> bool:
    if not (folder / GRADEBOOK).exists():
        return False
    with Gradebook(database(folder), COURSE) as book:
        try:
            book.find_notebook(assignment.stem, assignment.stem)
        except MissingEntry:
            return False
    return True


class _Saver(SaveAutoGrades):
    """nbgrader's own saving of scores and comments, in a grade book that stays open."""

    def save(self, book: Gradebook, notebook: NotebookNode, student: str, assignment: str) -> None:
        self.gradebook, self.notebook_id, self.assignment_id, self.student_id = book, assignment, assignment, student
        for position, cell in enumerate(notebook.cells):
            self.preprocess_cell(cell, {}, position)


class Book:
    """The grade book of a course: one writer, in one process. A context manager."""

    def __init__(self, folder: Path) -> None:
        with _own_tools():
            self._book = Gradebook(database(folder), COURSE)

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_) -> None:
        self._book.close()

    def save(self, notebook: NotebookNode, student: str, assignment: str) -> None:
        """Puts the scores that a graded notebook shows into the book; marks given by hand stay."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own order of adding things
            self._book.update_or_create_student(student)
            self._book.update_or_create_submission(assignment, student)
        _Saver().save(self._book, notebook, student, assignment)

    def has(self, student: str, assignment: str) -> bool:
        """Whether the book holds a submission."""
        try:
            self._book.find_submission_notebook(assignment, assignment, student)
        except MissingEntry:
            return False
        return True

    def score(self, student: str, assignment: str) -> tuple[float, bool]:
        """A submission's points, automatic and by hand, and whether an essay waits to be marked."""
        submission = self._book.find_submission_notebook(assignment, assignment, student)
        return float(submission.score), bool(submission.needs_manual_grade)

    def state(self, student: str, assignment: str) -> str:
        """All that feedback shows of a submission's grades and comments, as text: it changes when they do."""
        submission = self._book.find_submission_notebook(assignment, assignment, student)
        grades = sorted((grade.name, grade.score) for grade in submission.grades)
        comments = sorted((comment.name, comment.comment) for comment in submission.comments)
        return repr((grades, comments))
