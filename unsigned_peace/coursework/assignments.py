"""Assignments: their sources (``coursework/*.md``) as notebooks, and nbgrader's versions of
them.
"""

from __future__ import annotations

import copy
import json
import logging
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
)

from unsigned_peace.files import digest
from unsigned_peace.paths import ROOT

SOURCES = ROOT / "coursework"
SUITE = "unsigned_peace"  # the key of our own metadata of a cell, as in executed chapters

logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbgrader logs what it also raises


class AssignmentError(ValueError):
    """An assignment cannot be read; the message names the file, the place and what was expected."""


@dataclass(frozen=True)
class Task:
    """One automatically graded task: where its cells are, what it asks for and what it gives."""

    name: str
    solution: int
    check: int
    answers: tuple[str, ...]
    points: float


@dataclass(frozen=True)
class Assignment:
    """One assignment; ``stem`` is the chapter's and nbgrader's identifier."""

    path: Path
    source: NotebookNode
    lines: list[int] = field(repr=False)

    @property
    def stem(self) -> str:
        return self.path.stem

    @cached_property
    def places(self) -> dict[str, int]:
        """The position of each cell by its ``grade_id``."""
        return {
            name: position
            for position, cell in enumerate(self.source.cells)
            if (name := grade_id(cell))
        }

    @cached_property
    def tasks(self) -> list[Task]:
        """The automatically graded tasks, in order."""
        tasks = []
        for position, cell in enumerate(self.source.cells):
            marks = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"):
                name = marks["grade_id"].removesuffix("-check")
                answers = tuple(cell.metadata.get(SUITE, {}).get("answers", ()))
                tasks.append(
                    Task(name, self.places.get(name, -1), position, answers, float(marks["points"]))
                )
        return tasks

    @cached_property
    def essays(self) -> dict[str, float]:
        """The points of each answer that a person marks, by ``grade_id``."""
        return {
            marks["grade_id"]: float(marks["points"])
            for cell in self.source.cells
            if (marks := cell.metadata.get("nbgrader", {})).get("grade") and marks.get("solution")
        }

    @property
    def max_score(self) -> float:
        return sum(task.points for task in self.tasks) + sum(self.essays.values())

    @cached_property
    def official(self) -> NotebookNode:
        """What nbgrader restores cells from: solutions cleared, hidden tests still there, checksums
        computed.
        """
        return _through(
            self.source, LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums
        )

    @cached_property
    def release(self) -> NotebookNode:
        """What students get: no solutions, no hidden tests, locked cells locked."""
        return _through(self.official, ClearHiddenTests, ComputeChecksums, CheckCellMetadata)

    @cached_property
    def digest(self) -> str:
        """Digest of all that the assignment says."""
        return digest(json.dumps(self.source, sort_keys=True))

    @cached_property
    def mistakes(self) -> dict[str, list[dict]]:
        """Common wrong answers by task, from ``mistakes/<stem>.yaml``."""
        path = self.path.parent / "mistakes" / f"{self.stem}.yaml"
        try:
            listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise AssignmentError(
                f"{shown(path)}: missing; it holds at least one common wrong answer for each task"
            ) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise AssignmentError(
                f"{shown(path)}: not YAML: {' '.join(str(error).split())}"
            ) from error
        if not isinstance(listed, dict) or not all(
            isinstance(wrong, list)
            and all(
                isinstance(entry, dict) and isinstance(entry.get("answer"), str) for entry in wrong
            )
            for wrong in listed.values()
        ):
            raise AssignmentError(
                f"{shown(path)}: expected a list for each task, each entry with `answer` "
                f"and `misconception`"
            )
        return listed


def grade_id(cell: NotebookNode) -> str | None:
    """nbgrader's identifier of a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def shown(path: Path) -> str:
    """A path as a message names it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _through(notebook: NotebookNode, *preprocessors: type[NbGraderPreprocessor]) -> NotebookNode:
    notebook = copy.deepcopy(notebook)
    for preprocessor in preprocessors:
        notebook, _ = preprocessor().preprocess(notebook, {})
    return notebook


def stems(folder: Path = SOURCES) -> list[str]:
    """The assignments that there are, by name."""
    return [path.stem for path in sorted(folder.glob("*.md"))]


def read(path: Path) -> Assignment:
    """An assignment from its source. Raises ``AssignmentError`` if it is not a notebook with cells
    for nbgrader.
    """
    # Here and not above: a grade depends on what is read, and not on how, so what grades imports
    # nothing of this (see NOT_IN_A_GRADE in grading).
    from unsigned_peace.notebooks.source import read as read_notebook

    try:
        notebook = read_notebook(path.read_text(encoding="utf-8"))
    except Exception as error:
        raise AssignmentError(
            f"{shown(path)}: not a MyST notebook: {' '.join(str(error).split())}"
        ) from error
    lines = [line + 1 for line in notebook.metadata.pop("source_map")]
    for position, cell in enumerate(notebook.cells):
        cell["id"] = grade_id(cell) or f"cell-{position}"
        cell["metadata"] = nbformat.from_dict(json.loads(json.dumps(cell.metadata)))
    notebook["metadata"] = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        }
    )
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    assignment = Assignment(path, notebook, lines)
    try:
        _ = assignment.official, assignment.release  # nbgrader's own checks
    except (ValidationError, RuntimeError, KeyError, ValueError) as error:
        raise AssignmentError(
            f"{shown(path)}: nbgrader refuses it: {str(error).splitlines()[0]}"
        ) from error
    return assignment


def paths(names: list[str] | None = None, folder: Path = SOURCES) -> list[Path]:
    """The sources of all assignments, or of those named. Raises ``AssignmentError`` for one that is
    not there.
    """
    there = stems(folder)
    for name in names or []:
        if name not in there:
            raise AssignmentError(
                f"there is no assignment {name!r} in {shown(folder)}/; there is: "
                f"{', '.join(there) or 'none'}"
            )
    return [folder / f"{name}.md" for name in names or there]
