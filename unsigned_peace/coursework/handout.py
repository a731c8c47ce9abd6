"""What an instructor hands out, and the key that is kept: a course directory in
``_build/coursework``.
"""

from __future__ import annotations

import copy
import multiprocessing
import os
from pathlib import Path

import nbformat

from unsigned_peace.coursework.assignments import SUITE, Assignment
from unsigned_peace.coursework.course import prepare, write_notebook
from unsigned_peace.coursework.grading import circumstances, execute
from unsigned_peace.coursework.scoring import Examiner
from unsigned_peace.coursework.submissions import Submission
from unsigned_peace.files import digest, files_in, write_zip
from unsigned_peace.paths import ROOT
from unsigned_peace.processes import deaf_to_the_keyboard

FOLDER = ROOT / "_build" / "coursework"
#: All that students need to run chapters and assignments; `coursework/` and its tests hold the
#: answers and are not among it.
FOR_STUDENTS = (
    "Makefile",
    "README.md",
    "LICENSE",
    "CITATION.cff",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "pyproject.toml",
    "_config.yml",
    "_toc.yml",
    "bench/results.json",
    "book",
    "data",
    "my-work/README.md",
    "tests/outputs",
    "unsigned_peace",
)
STUDENTS_BOOK = "unsigned-peace-for-students"


def students_book() -> dict[str, Path]:
    """The files of the book that students may have: name in the zip, and the file."""
    files = {
        path.relative_to(ROOT).as_posix(): path
        for name in FOR_STUDENTS
        for path in files_in(ROOT / name)
    }
    return files | {
        "requirements.txt": ROOT / "requirements-chapters.txt"
    }  # to run chapters takes half of what it takes to build the book


def write(folder: Path, assignments: list[Assignment]) -> list[str]:
    """Student versions in ``release/``, the book without answers as a zip, keys with their outputs
    in ``key/``; returns faults, a line each.
    """
    prepare(folder, assignments)
    write_zip(folder / f"{STUDENTS_BOOK}.zip", STUDENTS_BOOK, students_book())
    around = circumstances()
    tasks = [(folder, assignment, digest(around, assignment.digest)) for assignment in assignments]
    with deaf_to_the_keyboard():
        pool = multiprocessing.get_context("fork").Pool(
            max(1, min(os.cpu_count() or 1, len(tasks)))
        )
    with pool:
        faults = pool.starmap(_key, tasks)
    return sorted(fault for found in faults for fault in found)


def _key(folder: Path, assignment: Assignment, made_from: str) -> list[str]:
    path = folder / "key" / f"{assignment.stem}.ipynb"
    try:
        if nbformat.read(path, as_version=4).metadata[SUITE]["made_from"] == made_from:
            return []
    except (OSError, ValueError, KeyError, TypeError):
        pass
    key = Submission(copy.deepcopy(assignment.source))
    with Examiner(assignment) as examiner:
        done = execute(assignment, key, examiner)
    lost = [
        f"{task.name}: {done.points[task.name]:g} of {task.points:g} points"
        for task in assignment.tasks
        if done.points[task.name] != task.points
    ]
    if done.status != "graded" or lost:
        return [
            (
                f"coursework/{assignment.stem}.md: the key does not get full marks "
                f"({'; '.join([*lost, *done.notes] or [done.status])}); `python -m "
                f"unsigned_peace.coursework check {assignment.stem}` says why"
            )
        ]
    key.notebook.metadata[SUITE] = {"made_from": made_from}
    write_notebook(path, key.notebook)
    return []
