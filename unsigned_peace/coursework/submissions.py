"""What students hand in: found, read defensively, and put back into the order and the locked cells of the assignment.

Nothing here writes, and nothing runs. A submission is data of unknown origin: of a notebook only
the kind, the text and the ``grade_id`` of its cells are used.
"""

from __future__ import annotations

import codecs
import copy
import hashlib
import json
import os
import re
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unsigned_peace.coursework.assignments import Assignment, grade_id

#: Bounds of what is read: a file in bytes, cells, and the text of one cell in characters.
MAX_FILE, MAX_CELLS, MAX_CELL = 256 * 2**20, 2_000, 200_000


class Unreadable(ValueError):
    """A submission is no notebook that can be read; the message says what is wrong with it."""


@dataclass(frozen=True)
class Cell:
    """Of a submitted cell, all that is used."""

    kind: str
    source: str
    grade_id: str | None


@dataclass
class Submission:
    """A submission ready to run: official cells in their order, the student's text in those that are theirs."""

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)


# finding -----------------------------------------------------------------------------------------

def students(folder: Path) -> list[str]:
    """The students who have a folder, by name."""
    return _folders(folder)


def assignments_of(folder: Path, student: str) -> list[str]:
    """The assignments for which a student has a folder, by name. Raises ``Unreadable`` if their folder cannot be read, or named."""
    try:
        student.encode("utf-8")
        return _folders(folder / student)
    except UnicodeEncodeError as error:
        raise Unreadable("the name of the student's folder is not UTF-8; give it another") from error
    except OSError as error:
        raise Unreadable(f"the student's folder cannot be opened ({error.strerror})") from error


def _folders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))


@dataclass(frozen=True)
class Stray:
    """A notebook that lies where none is looked for, by its path below the folder of submissions."""

    path: tuple[str, ...]
    #: The assignment that its name, or the name of a folder around it, suggests.
    stem: str | None
    #: Whose folder it lies in, if in any.
    student: str | None

    def belongs(self, asked: str | None = None) -> str:
        """In words: where it lies, and where it should, perhaps, if the assignment ``asked`` for is missing."""
        stem = self.stem or asked or "<assignment>"
        perhaps = "if it is this assignment, " if asked and not self.stem else ""
        return _printable(f"{'/'.join(self.path)} lies where it is not looked for; {perhaps}it belongs at {self.student or '<student>'}/{stem}/{stem}.ipynb")


#: So many stray notebooks of a student, or loose ones, are named, from so many folders deep.
MAX_STRAYS, MAX_DEPTH = 20, 3


def strays(folder: Path, stems: Iterable[str]) -> list[Stray]:
    """The notebooks that lie in no folder of an assignment, by path: loose, in a folder of another name, or too deep."""
    stems = sorted(stems, key=lambda stem: (-len(stem), stem))
    found = []
    for places in (_notebooks(folder, 0, ()), *(_notebooks(folder / student, MAX_DEPTH, stems) for student in students(folder))):
        for path in places[:MAX_STRAYS]:
            path = path.relative_to(folder).parts
            if path[0] in stems:  # folders of students in a folder of the assignment
                found.append(Stray(path, path[0], path[1] if path[2:] else None))
                continue
            names = (f"-{re.sub(r'[^a-z0-9]+', '-', name.lower())}-" for name in reversed([*path[1:-1], path[-1][:-len('.ipynb')]]))
            found.append(Stray(path, next((stem for name in names for stem in stems if f"-{stem}-" in name), None), path[0] if path[1:] else None))
    return sorted(found, key=lambda stray: stray.path)


def _notebooks(folder: Path, depth: int, stems: Collection[str]) -> list[Path]:
    """Notebooks in a folder and so many levels of folders in it, except in folders of these names that hold one themselves."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []
    entries = [entry for entry in entries if not entry.name.startswith(".") and not entry.is_symlink()]
    found = [Path(entry.path) for entry in entries if _is_notebook(entry.name) and entry.is_file()]
    for entry in entries:
        if depth and entry.is_dir():
            below = _notebooks(Path(entry.path), depth - 1, ())
            if not (entry.name in stems and any(path.parent == Path(entry.path) for path in below)):
                found += below
    return found


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb") and not name.startswith(".")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def find(folder: Path, stem: str) -> tuple[Path | None, list[str]]:
    """The notebook of an assignment in a student's folder for it, and what to note about its name.

    A notebook of another name is taken if it is the only one. Raises ``Unreadable`` if it cannot be told which is meant.
    """
    if not folder.is_dir():
        return None, []
    exact = folder / f"{stem}.ipynb"
    others = sorted(entry.name for entry in os.scandir(folder) if _is_notebook(entry.name) and entry.name != exact.name)
    if os.path.lexists(exact):
        return exact, [f"{len(others) + 1} notebooks in the folder: {exact.name} was graded, not {', '.join(map(_short, others[:3]))}{' and others' if others[3:] else ''}"] if others else []
    if len(others) > 1:
        raise Unreadable(f"{len(others)} notebooks, none of them named {stem}.ipynb")
    if others:
        return folder / others[0], [f"the file is named {_short(others[0])}"]
    return None, []


def contents(path: Path) -> bytes:
    """A submitted file whole. Raises ``Unreadable`` if it is no plain file, or too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable("it is a link, not a file" if path.is_symlink() else f"it cannot be opened ({error.strerror})") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is not a plain file")
        if status.st_size > MAX_FILE:
            raise Unreadable(f"it has {status.st_size / 2**20:.0f} MB; at most {MAX_FILE // 2**20} MB are read")
        return file.read(MAX_FILE)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# reading -----------------------------------------------------------------------------------------

def _text(data: bytes) -> str:
    if not data.strip():
        raise Unreadable("the file is empty")
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x00" in data[:4]:
        return data.decode("utf-16-be" if data[:1] == b"\x00" else "utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read(data: bytes) -> list[Cell]:
    """The cells of a submitted notebook of any format from 4.0. Raises ``Unreadable`` if there are none to be had."""
    try:
        notebook = json.loads(_text(data))
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not a notebook: broken JSON in line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise Unreadable("it is not a notebook: JSON nested too deeply") from error
    except MemoryError as error:
        raise Unreadable("it needs more memory to be read than it may have") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        raise Unreadable("it is a notebook of format 3: open it in Jupyter and save it again" if old else "it is JSON, but not a notebook: no list of cells")
    cells = []
    for cell in notebook["cells"][:MAX_CELLS + 1]:
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        if not isinstance(source, str) or len(source) > MAX_CELL:
            raise Unreadable(f"a cell of more than {MAX_CELL} characters" if isinstance(source, str) else "a cell without text")
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        kind = cell.get("cell_type") if cell.get("cell_type") in ("code", "markdown", "raw") else "raw"
        cells.append(Cell(kind, _clean(source), name if isinstance(name, str) else None))
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"more than {MAX_CELLS} cells")
    return cells


def _clean(source: str) -> str:
    """Text that can be stored: lone surrogates and NUL, which no tool writes, become question marks."""
    return source.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")


def _short(name: str) -> str:
    return repr(re.sub(r"[^\w .()+-]", "?", name)[:60])


# putting in order --------------------------------------------------------------------------------

def rebuild(assignment: Assignment, cells: list[Cell]) -> Submission:
    """The assignment's official cells with a student's answers in them, and the student's other cells where they stood.

    Locked cells, their order and their marks are the assignment's own. Of a task's answer the
    last copy that is not the untouched one counts; earlier copies run before it. Cells that
    the assignment does not know stay behind the cell that they followed.
    """
    own = {name for name, position in assignment.places.items() if assignment.source.cells[position].metadata.nbgrader.get("solution")}
    stubs = {grade_id(cell): cell.source for cell in assignment.official.cells}
    given = {grade_id(cell): cell.source for cell in assignment.release.cells}
    answers: dict[str, list[Cell]] = {}
    followers: dict[str, list[Cell]] = {}
    seen: list[str] = []
    notes: list[str] = []
    anchor = "setup"  # nothing of a student's runs before the setup cell
    restored = []
    for cell in cells:
        if cell.grade_id not in assignment.places:
            if cell.source.strip():
                followers.setdefault(anchor, []).append(cell)
            continue
        if cell.grade_id != "about":
            anchor = cell.grade_id
        seen.append(cell.grade_id)
        if cell.grade_id in own:
            answers.setdefault(cell.grade_id, []).append(cell)
        elif cell.source.strip() not in (given[cell.grade_id].strip(), stubs[cell.grade_id].strip()) and cell.grade_id not in restored:
            restored.append(cell.grade_id)
    notes += _deviations(assignment, seen, restored, own)
    notebook = nbformat.v4.new_notebook(metadata=copy.deepcopy(assignment.source.metadata))
    for official in assignment.official.cells:
        name = grade_id(official)
        cell = copy.deepcopy(official)
        if name in own and name in answers:
            changed = [copy_ for copy_ in answers[name] if copy_.source.strip() != stubs[name].strip()]
            if len(changed) > 1:
                notes.append(f"{named(name)} was answered in {len(changed)} different copies of its cell; the last counts")
            for earlier in changed[:-1]:
                notebook.cells.append(_plain(earlier, official.cell_type))
            if changed:
                cell["source"] = changed[-1].source if official.cell_type == "code" else harmless(changed[-1].source)
        notebook.cells.append(cell)
        notebook.cells += [_plain(follower) for follower in followers.get(name, [])]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = grade_id(cell) or f"own-{number}"
    return Submission(notebook, notes)


def _plain(cell: Cell, kind: str | None = None) -> NotebookNode:
    if (kind or cell.kind) == "code":
        return nbformat.v4.new_code_cell(cell.source)
    return nbformat.v4.new_markdown_cell(harmless(cell.source))


def harmless(text: str) -> str:
    """A student's Markdown without markup and links that a browser would act on: nbgrader's pages show it to whoever marks it."""
    text = re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", text)
    text = re.sub(r"\](?=[(\[])", "] ", text)
    return re.sub(r"^(\s{0,3})\[(?=[^\]\n]*\]:)", r"\1\\[", text, flags=re.M)


def named(name: str) -> str:
    """A task or an essay as a reader knows it, from the ``grade_id`` of one of its cells: "task 3", "essay 1"."""
    return re.sub(r"^(task|essay)-(\d+).*", r"\1 \2", name, flags=re.S)


def cell_named(name: str | None) -> str:
    """A cell in plain words, by its ``grade_id``; without one it is the student's own."""
    if name is None:
        return "an extra cell"
    if (what := named(name)) == name:
        return {"setup": "the setup cell", "about": "the first cell"}.get(name, f"the cell {name}")
    return f"the {'check' if name.endswith('-check') else 'question' if name.endswith('-question') else 'cell'} of {what}"


def _listed(names: list[str], what: str) -> str:
    """Cells in plain words, then what befell them."""
    cells = [cell_named(name) for name in names]
    cells = [*cells[:5], f"{len(cells) - 5} more"] if len(cells) > 6 else cells
    return f"{', '.join(cells[:-1])} and {cells[-1]} were {what}" if cells[1:] else f"{cells[0]} was {what}"


def _deviations(assignment: Assignment, seen: list[str], restored: list[str], own: set[str]) -> list[str]:
    """What a student did to the assignment's cells, in words."""
    notes = []
    if not seen:
        return ["no cell carries the mark that says which task it answers; all cells ran after the setup cell"]
    missing = [name for name in assignment.places if name not in seen]
    first = list(dict.fromkeys(seen))
    for names, how in (([name for name in missing if name in own], " empty"), ([name for name in missing if name not in own], "")):
        if names:
            notes.append(_listed(names, f"missing and put back{how}"))
    if first != sorted(first, key=assignment.places.__getitem__):
        notes.append("the cells were in another order and were put back")
    if restored:
        notes.append(_listed(restored, "changed and put back as before"))
    return notes
