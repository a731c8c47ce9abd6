"""A folder as nbgrader's course directory: sources, student versions, configuration, and the grade
book.
"""

from __future__ import annotations

import logging
import re
import warnings
from pathlib import Path
from typing import Self

import nbformat
import nbgrader.api
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.engine import URL
from sqlalchemy.exc import SAWarning
from tornado.log import app_log
from traitlets.config import Config

from unsigned_peace.commands import plain
from unsigned_peace.coursework.assignments import Assignment
from unsigned_peace.files import write_whole

COURSE = "unsigned-peace"
GRADEBOOK, SETTINGS = "gradebook.db", "nbgrader_config.py"
# nbgrader asks a program by name, which is not always this Python's, through a file in which a
# percent in the project's path is a sign of its own.
nbgrader.api.get_alembic_version = lambda: ScriptDirectory(ALEMBIC_DIR).get_current_head()


#: In the environment of nbgrader's pages: a name of the folder that they can read.
PLAIN = "UNSIGNED_PEACE_COURSE"
#: For nbgrader's own commands and pages, started in this folder.
CONFIGURATION = f'''import os

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "{COURSE}"
c.CourseDirectory.root = os.environ.get("{PLAIN}") or os.getcwd()
# The form for essays asks nobody outside for anything, and colours no code by what a cell calls
# itself.
c.HTMLExporter.mathjax_url = ""
c.HighlightMagicsPreprocessor.enabled = False
'''


def is_of_others(folder: Path) -> bool:
    """Whether a folder is a course directory that this project did not make. Records are this
    project's own: what is left of a folder that was deleted during a run has nothing else.
    """
    settings = folder / SETTINGS
    if not settings.exists():
        return (folder / GRADEBOOK).exists() and not any(folder.glob("records/*/*.json"))
    return f'course_id = "{COURSE}"' not in settings.read_text(encoding="utf-8", errors="replace")


def write_changed(path: Path, text: str) -> bool:
    """Writes a file whole or not at all, if that changes it; True if it does."""
    if path.exists() and path.read_bytes() == text.encode("utf-8"):
        return False
    write_whole(path, text)
    return True


def write_notebook(path: Path, notebook: NotebookNode) -> bool:
    """Writes a notebook whole or not at all; True if it changed."""
    return write_changed(path, nbformat.writes(notebook, version=4) + "\n")


def sweep(folder: Path) -> None:
    """Removes what a run that was killed, or had no more room, had begun to write."""
    for path in folder.rglob(".*"):
        if re.fullmatch(r"\..+\.\d+", path.name):
            path.unlink(missing_ok=True)


def database(folder: Path) -> URL:
    """The address of a course's grade book, whatever signs its folder's name has."""
    return URL.create("sqlite", database=str(folder.resolve() / GRADEBOOK))


def prepare(folder: Path, assignments: list[Assignment]) -> None:
    """Makes a folder a course directory, with sources, student versions and grade book up to date.

    Only what has changed is made anew; grades that the grade book holds stay.
    """
    if (folder / GRADEBOOK).exists():
        Gradebook(database(folder), COURSE).close()  # one that cannot be used is said here
    write_changed(folder / SETTINGS, CONFIGURATION)
    for assignment in assignments:
        name = f"{assignment.stem}/{assignment.stem}.ipynb"
        released = folder / "release" / name
        student_version = nbformat.writes(assignment.release, version=4) + "\n"
        changed = write_notebook(folder / "source" / name, assignment.source)
        if (
            not changed
            and released.exists()
            and released.read_text(encoding="utf-8") == student_version
            and _knows(folder, assignment)
        ):
            continue
        config = Config()
        config.CourseDirectory.course_id = COURSE
        config.CourseDirectory.assignment_id = assignment.stem
        with plain(folder) as root:
            config.CourseDirectory.root = str(root)
            converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
            converter.log = logging.getLogger("nbgrader.quiet")
            converter.log.setLevel(logging.ERROR)
            converter.force = True
            converter.start()
        # nbgrader's own, with its last line ended; a file that is cut short is not taken for whole
        write_changed(released, student_version)


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
        self.gradebook, self.notebook_id, self.assignment_id, self.student_id = (
            book,
            assignment,
            assignment,
            student,
        )
        for position, cell in enumerate(notebook.cells):
            self.preprocess_cell(cell, {}, position)


class Book:
    """The grade book of a course: one writer, in one process. A context manager."""

    def __init__(self, folder: Path) -> None:
        self._book = Gradebook(database(folder), COURSE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def save(self, notebook: NotebookNode, student: str, assignment: str) -> None:
        """Puts the scores that a graded notebook shows into the book; marks given by hand stay."""
        app_log.disabled = True  # what goes wrong is raised too, and said in a sentence
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own order of adding things
            self._book.update_or_create_student(student)
            self._book.update_or_create_submission(assignment, student)
        _Saver().save(self._book, notebook, student, assignment)

    def has(self, student: str, assignment: str) -> bool:
        """Whether the book holds a submission and its points."""
        try:
            return bool(self._book.find_submission_notebook(assignment, assignment, student).grades)
        except MissingEntry:
            return False

    def score(self, student: str, assignment: str) -> tuple[float, bool]:
        """A submission's points, automatic and by hand, and whether an essay waits to be marked."""
        submission = self._book.find_submission_notebook(assignment, assignment, student)
        return float(submission.score), bool(submission.needs_manual_grade)

    def points(self, student: str, assignment: str) -> dict[str, float]:
        """A submission's points by task and essay."""
        submission = self._book.find_submission_notebook(assignment, assignment, student)
        return {grade.name.removesuffix("-check"): grade.score for grade in submission.grades}

    def state(self, student: str, assignment: str) -> str:
        """All that feedback shows of a submission's grades and comments, as text: it changes when
        they do.
        """
        submission = self._book.find_submission_notebook(assignment, assignment, student)
        comments = sorted((comment.name, comment.comment) for comment in submission.comments)
        return repr((sorted(self.points(student, assignment).items()), comments))
