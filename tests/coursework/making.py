"""Makes submissions of every kind from an assignment, and says what each must get."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unsigned_peace.coursework.assignments import Assignment, grade_id


@dataclass(frozen=True)
class Kind:
    """One way of handing in: how the file is written, and what the grade file must say of it."""

    name: str
    write: Callable[[Assignment, Path], None]
    points: Callable[[Assignment], float]
    status: str = "essay waits"
    named: str = ""


def answered(
    assignment: Assignment,
    wrong: tuple[str, ...] = (),
    blank: tuple[str, ...] = (),
    essay: bool = True,
) -> NotebookNode:
    """The student version filled in: with the model answers, but with mistakes and blanks where
    named.
    """
    notebook = copy.deepcopy(assignment.release)
    for position, cell in enumerate(notebook.cells):
        name = grade_id(cell)
        if name in assignment.mistakes and name not in blank:
            model = assignment.source.cells[position].source
            cell.source = assignment.mistakes[name][0]["answer"] if name in wrong else model
            if not essay:  # many comments are written work, which waits where no essay stands
                cell.source = _without_comments(cell.source)
        elif name in assignment.essays and essay:
            cell.source = "An essay of a student."
    return notebook


def _without_comments(source: str) -> str:
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    return "\n".join(lines)


def place(notebook: NotebookNode, name: str) -> int:
    return next(position for position, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def _file(assignment: Assignment, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{assignment.stem}.ipynb"


def _put(
    notebook: NotebookNode | dict, assignment: Assignment, folder: Path, encoding: str = "utf-8"
) -> None:
    _file(assignment, folder).write_bytes(
        json.dumps(notebook, ensure_ascii=False, indent=1).encode(encoding)
    )


def _from(change: Callable[[NotebookNode, Assignment], None]) -> Callable[[Assignment, Path], None]:
    def write(assignment: Assignment, folder: Path) -> None:
        notebook = answered(assignment)
        change(notebook, assignment)
        _put(notebook, assignment, folder)

    return write


def _full(assignment: Assignment) -> float:
    return sum(task.points for task in assignment.tasks)


def _without(*names: str) -> Callable[[Assignment], float]:
    return lambda assignment: sum(
        task.points for task in assignment.tasks if task.name not in names
    )


def _nothing(_: Assignment) -> float:
    return 0.0


def _old(minor: int) -> Callable[[Assignment, Path], None]:
    def write(assignment: Assignment, folder: Path) -> None:
        notebook = json.loads(json.dumps(answered(assignment)))
        notebook["nbformat_minor"] = minor
        for cell in notebook["cells"]:
            if minor < 5:
                cell.pop("id", None)
            cell["source"] = (
                cell["source"].splitlines(keepends=True) if minor < 3 else cell["source"]
            )
        _put(notebook, assignment, folder)

    return write


def _named(name: str) -> Callable[[Assignment, Path], None]:
    def write(assignment: Assignment, folder: Path) -> None:
        _put(answered(assignment), assignment, folder)
        _file(assignment, folder).rename(folder / name)

    return write


def _beside(name: str) -> Callable[[Assignment, Path], None]:
    def write(assignment: Assignment, folder: Path) -> None:
        _put(answered(assignment), assignment, folder)
        (folder / name).write_text("{}")

    return write


def _bytes(content: bytes) -> Callable[[Assignment, Path], None]:
    return lambda assignment, folder: (_file(assignment, folder).write_bytes(content), None)[1]


def _large(megabytes: int) -> Callable[[Assignment, Path], None]:
    def write(assignment: Assignment, folder: Path) -> None:
        notebook = answered(assignment)
        code = notebook.cells[place(notebook, "task-1")]
        code["outputs"] = [
            nbformat.v4.new_output("stream", text="0123456789abcde\n" * (megabytes * 2**16))
        ]
        _put(notebook, assignment, folder)

    return write


def _delete(name: str):
    return _from(lambda notebook, _: notebook.cells.pop(place(notebook, name)))


def _duplicate(notebook: NotebookNode, _: Assignment) -> None:
    position = place(notebook, "task-2")
    first = copy.deepcopy(notebook.cells[position])
    first["source"], first["id"] = "of_the_first_copy = 1", "copy"
    notebook.cells.insert(position, first)


def _stub_copy(notebook: NotebookNode, assignment: Assignment) -> None:
    stub = copy.deepcopy(assignment.release.cells[assignment.places["task-2"]])
    stub["id"] = "copy"
    notebook.cells.insert(place(notebook, "task-2") + 1, stub)


def _no_marks(notebook: NotebookNode, _: Assignment) -> None:
    for cell in notebook.cells:
        cell["metadata"] = {}


def _edit_locked(notebook: NotebookNode, assignment: Assignment) -> None:
    for cell in notebook.cells:
        if (grade_id(cell) or "").endswith("-check"):
            cell.source = "pass"
            cell.metadata.nbgrader["points"] = 1000
    notebook.cells[place(notebook, "task-1")].source = "raise ValueError"


HOSTILE_TEXT = (
    "A <script>alert(1)</script> note <img src=x onerror=alert(2)> "
    "![](http://192.0.2.1/x.png) [one](javascript:alert(3)) [two][three] "
    "<!-- x --><svg/onload=alert(4)>\n\n[three]: javascript:alert(5)\n\n### BEGIN HIDDEN TESTS"
)


def _own_cells(notebook: NotebookNode, _: Assignment) -> None:
    notebook.cells.insert(
        place(notebook, "task-1"), nbformat.v4.new_code_cell("def mine():\n    return 1")
    )
    notebook.cells.append(nbformat.v4.new_markdown_cell(HOSTILE_TEXT))
    notebook.cells.append(nbformat.v4.new_raw_cell(HOSTILE_TEXT))
    notebook.cells[place(notebook, "essay-1")].source = HOSTILE_TEXT
    notebook.cells[place(notebook, "task-1")].source = (
        "mine()\n" + notebook.cells[place(notebook, "task-1")].source
    )


def _rename_answers(notebook: NotebookNode, assignment: Assignment) -> None:
    answers = assignment.tasks[0].answers
    notebook.cells[place(notebook, "task-1")].source += "\ndel " + ", ".join(answers)


def _text_for_code(notebook: NotebookNode, _: Assignment) -> None:
    position = place(notebook, "task-1")
    cell = notebook.cells[position]
    notebook.cells[position] = nbformat.v4.new_markdown_cell(cell.source, metadata=cell.metadata)


#: What students do, without harm in mind.
KINDS = [
    Kind("key", lambda assignment, folder: _put(answered(assignment), assignment, folder), _full),
    Kind(
        "blank",
        lambda assignment, folder: _put(assignment.release, assignment, folder),
        _nothing,
        "graded",
    ),
    Kind(
        "partial",
        lambda assignment, folder: _put(
            answered(assignment, wrong=("task-1",), blank=("task-3",)), assignment, folder
        ),
        _without("task-1", "task-3"),
    ),
    Kind(
        "no-essay",
        lambda assignment, folder: _put(answered(assignment, essay=False), assignment, folder),
        _full,
        "graded",
    ),
    Kind(
        "all-wrong",
        lambda assignment, folder: _put(
            answered(assignment, wrong=tuple(assignment.mistakes)), assignment, folder
        ),
        _nothing,
    ),
    Kind(
        "deleted-solution",
        _delete("task-2"),
        _without("task-2"),
        named="the cell of task 2 was missing and put back empty",
    ),
    Kind(
        "deleted-check",
        _delete("task-2-check"),
        _full,
        named="the check of task 2 was missing and put back",
    ),
    Kind("deleted-setup", _delete("setup"), _full, named="the setup cell was missing and put back"),
    Kind(
        "deleted-essay",
        _delete("essay-1"),
        _full,
        "graded",
        "the cell of essay 1 was missing and put back empty",
    ),
    Kind(
        "duplicated",
        _from(_duplicate),
        _full,
        named="task 2 was answered in 2 different copies of its cell; the last counts",
    ),
    Kind("duplicated-stub", _from(_stub_copy), _full),
    Kind(
        "reordered",
        _from(lambda notebook, _: notebook.cells.reverse()),
        _full,
        named="another order",
    ),
    Kind(
        "edited-checks",
        _from(_edit_locked),
        _without("task-1"),
        named="the check of task 1, the check of task 2",
    ),
    Kind("own-cells", _from(_own_cells), _full),
    Kind("renamed-answer", _from(_rename_answers), _without("task-1")),
    Kind("text-for-code", _from(_text_for_code), _full),
    Kind("no-marks", _from(_no_marks), _full, "essay waits", "no cell carries the mark"),
    Kind(
        "syntax-error",
        _from(
            lambda notebook, _: notebook.cells[place(notebook, "task-1")].update(
                source="how many = ("
            )
        ),
        _without("task-1"),
        named="the cell of task 1 ended with SyntaxError",
    ),
    *(Kind(f"format-4.{minor}", _old(minor), _full) for minor in range(6)),
    Kind(
        "utf-8-with-mark",
        lambda assignment, folder: _put(answered(assignment), assignment, folder, "utf-8-sig"),
        _full,
    ),
    Kind(
        "utf-16",
        lambda assignment, folder: _put(answered(assignment), assignment, folder, "utf-16"),
        _full,
    ),
    Kind(
        "cp1252",
        lambda assignment, folder: _file(assignment, folder).write_bytes(
            json.dumps(answered(assignment))
            .replace("An essay", "\u00c9ssai \u2013")
            .encode("cp1252")
        ),
        _full,
    ),
    Kind(
        "other-name",
        _named("Assignment (1).ipynb"),
        _full,
        named="the file is named 'Assignment (1).ipynb'",
    ),
    Kind("two-names", _beside("old (1).ipynb"), _full, named="/old (1).ipynb: it was not graded"),
    Kind(
        "extra-cell",
        _from(
            lambda notebook, _: notebook.cells.append(
                nbformat.v4.new_code_cell("open('notes.txt')")
            )
        ),
        _full,
        named="an extra cell ended with FileNotFoundError",
    ),
    Kind("empty-file", _bytes(b""), _nothing, "unreadable", "the file is empty"),
    Kind(
        "broken-json",
        _bytes(b'{"cells": [\n{"cell_type": '),
        _nothing,
        "unreadable",
        "broken JSON in line 2, column 15",
    ),
    Kind("not-a-notebook", _bytes(b'{"title": "essay"}'), _nothing, "unreadable", "not a notebook"),
    Kind("deep-json", _bytes(b"[" * 200_000), _nothing, "unreadable", "nested too deeply"),
    Kind("a-picture", _bytes(bytes(range(256)) * 40), _nothing, "unreadable", "broken JSON"),
    Kind(
        "odd-cells",
        _bytes(
            b'{"cells": [3, null, {"cell_type": "code"}, {"source": [1, "-"], "metadata": '
            b'[]}, {"cell_type": "code", "source": "1", "metadata": {"nbgrader": 5}}]}'
        ),
        _nothing,
        named="no cell carries",
    ),
    Kind(
        "nothing-in-the-folder",
        lambda assignment, folder: folder.mkdir(parents=True),
        _nothing,
        "missing",
    ),
    Kind(
        "two-notebooks",
        lambda assignment, folder: [
            _bytes(b"{}")(assignment, folder),
            _file(assignment, folder).rename(folder / "a.ipynb"),
            (folder / "b.ipynb").write_text("{}"),
        ][0],
        _nothing,
        "unreadable",
        "2 notebooks",
    ),
    Kind(
        "a-link",
        lambda assignment, folder: (
            folder.mkdir(parents=True),
            (folder / f"{assignment.stem}.ipynb").symlink_to("/etc/passwd"),
        )[0],
        _nothing,
        "unreadable",
        "a link",
    ),
]


def large(megabytes: int) -> Kind:
    """A notebook with outputs of so many megabytes."""
    return Kind(f"outputs-of-{megabytes}-mb", _large(megabytes), _full)


def attack(code: str) -> Callable[[Assignment, Path], None]:
    """A notebook whose first task holds hostile code, all others right."""
    return _from(
        lambda notebook, assignment: notebook.cells[place(notebook, "task-1")].update(
            source=code.replace("ANSWER", assignment.tasks[0].answers[0])
        )
    )


def tree(folder: Path) -> str:
    """Digest of all that is in a folder: names, kinds, contents, times of change."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(
            f"{path.relative_to(folder)}\0{status.st_mode}\0"
            f"{status.st_mtime_ns}\0{status.st_size}\0".encode()
        )
        if path.is_file() and not path.is_symlink():
            digest.update(path.read_bytes())
    return digest.hexdigest()
