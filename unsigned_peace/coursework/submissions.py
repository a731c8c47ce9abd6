"""What students hand in: read defensively, and put back into the order and the locked cells of the
assignment.

Nothing here writes, and nothing runs. A submission is data of unknown origin: of a notebook only
the kind, the text, the pictures and the ``grade_id`` of its cells are used, and whether a cell is
said to have run without an error.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from unsigned_peace.coursework import inert, written
from unsigned_peace.coursework.assignments import Assignment, grade_id

#: Bounds of what is read: a file in bytes, cells, and in characters the text of one cell and of
#: all.
MAX_FILE, MAX_CELLS, MAX_CELL, MAX_TEXT = 256 * 2**20, 2_000, 200_000, 2_000_000


class Unreadable(ValueError):
    """A submission is no notebook that can be read; the message says what is wrong with it."""


@dataclass(frozen=True)
class Cell:
    """Of a submitted cell, all that is used."""

    kind: str
    source: str
    grade_id: str | None
    pictures: inert.Pictures = field(default_factory=inert.Pictures, compare=False)
    #: Whether it ran where it was written, and showed no error there.
    ran: bool = False


@dataclass
class Submission:
    """A submission ready to run: official cells in their order, the student's text in those that
    are theirs.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    #: Whether the student wrote into the cells of answers and nowhere else; empty cells aside.
    first_form: bool = True
    #: The cells, by their ``id``, that ran without an error where they were written.
    ran: set[str] = field(default_factory=set)


# reading -----------------------------------------------------------------------------------------


def contents(path: Path) -> bytes:
    """A submitted file whole. Raises ``Unreadable`` if it is no plain file, lies behind a link, or
    is too large.
    """
    try:
        if os.path.realpath(path.parent) != str(path.parent):
            raise Unreadable("it lies behind a link, and links are not followed")
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(
            "it is a link, not a file"
            if path.is_symlink()
            else f"it cannot be opened ({error.strerror})"
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is not a plain file")
        if status.st_size > MAX_FILE:
            raise Unreadable(
                f"it has {math.ceil(status.st_size / 2**20)} MB; at most {MAX_FILE // 2**20} MB "
                f"are read"
            )
        return file.read(status.st_size)


def _loaded(data: bytes) -> object:
    try:
        return json.loads(data)  # of any encoding of Unicode
    except UnicodeDecodeError:
        return json.loads(data.decode("cp1252", "replace"))


def read(data: bytes) -> list[Cell]:
    """The cells of a submitted notebook of any format from 4.0. Raises ``Unreadable`` if there are
    none to be had.
    """
    from unsigned_peace.coursework.collecting import kind

    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        notebook = _loaded(data)
    except json.JSONDecodeError as error:
        raise Unreadable(
            kind(data)
            or f"it is not a notebook: broken JSON in line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise Unreadable("it is not a notebook: JSON nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable(f"it is not a notebook: {error}"[:200]) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        raise Unreadable(
            "it is a notebook of format 3: open it in Jupyter and save it again"
            if old
            else "it is JSON, but not a notebook: no list of cells"
        )
    there = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    if len(there) > MAX_CELLS:
        raise Unreadable(f"more than {MAX_CELLS} cells")
    cells = list(map(_cell, there))
    if sum(len(cell.source) for cell in cells) > MAX_TEXT:
        raise Unreadable(f"more than {MAX_TEXT} characters in its cells")
    return cells


def _cell(cell: dict) -> Cell:
    kind = str(cell.get("cell_type"))
    kind = kind if kind in ("code", "markdown") else "raw"
    source = cell.get("source", "")
    if isinstance(source, list):  # what should be a line and is none is shown as it stands
        source = "".join(
            part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
            for part in source
        )
    pictures = inert.Pictures()
    if isinstance(source, str) and kind != "code":
        source = pictures.lift(source)
    if not isinstance(source, str) or len(source) > MAX_CELL:
        raise Unreadable(
            f"a cell of more than {MAX_CELL} characters"
            if isinstance(source, str)
            else "a cell without text"
        )
    attached = cell.get("attachments")
    if kind == "code" and attached and isinstance(source, str) and not source.strip():
        kind = "raw"  # a picture is no code, whatever its cell says of itself
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        for form, content in bundle.items() if isinstance(bundle, dict) else ():
            content = (
                "".join(part for part in content if isinstance(part, str))
                if isinstance(content, list)
                else content
            )
            if isinstance(content, str):
                pictures.add(name, form, content)
    if kind != "code" and isinstance(attached, dict):
        for name, place in ((name, quote(name, errors="replace")) for name in attached):
            called = "|".join(map(re.escape, (name, place)))
            if not re.search(rf"attachment:(?:{called})(?![\w.%-])", source):
                source += f"\n\n![](attachment:{place})"
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    outputs = cell.get("outputs")
    ran = (
        isinstance(cell.get("execution_count"), int)
        and isinstance(outputs, list)
        and not any(
            isinstance(output, dict) and output.get("output_type") == "error" for output in outputs
        )
    )
    return Cell(kind, _clean(source), name if isinstance(name, str) else None, pictures, ran)


def _clean(source: str) -> str:
    """Text that can be stored, with line ends as everywhere: lone surrogates and NUL, which no tool
    writes, become question marks.
    """
    return (
        re.sub(r"\r\n?", "\n", source)
        .replace("\x00", "?")
        .encode("utf-8", "replace")
        .decode("utf-8")
    )


# which assignment --------------------------------------------------------------------------------


def _letters(text: str) -> str:
    """What makes two texts the same to a reader: their letters and signs, without the space
    between.
    """
    return "".join(text.split())


def _questions(assignment: Assignment) -> set[str]:
    return {
        _letters(cell.source)
        for cell in assignment.release.cells
        if cell.cell_type == "markdown" and (grade_id(cell) or "").endswith("-question")
    }


def headings(assignment: Assignment) -> set[bytes]:
    """The headings of an assignment's questions, as a file of a notebook may hold them: up to
    where JSON writes a sign in another way.
    """
    return {
        json.dumps(cell.source, ensure_ascii=escaped)[1:].encode().partition(b"\\")[0]
        for cell in assignment.release.cells
        if cell.cell_type == "markdown" and cell.source.startswith("#")
        for escaped in (True, False)
    }


def wrong_assignment(
    cells: list[Cell], assignment: Assignment, others: Iterable[Assignment]
) -> str | None:
    """The name of another assignment whose questions a notebook holds, if it holds none of this
    one's.
    """
    texts = {_letters(cell.source) for cell in cells if cell.kind != "code"}
    if texts & _questions(assignment):
        return None
    return next(
        (
            other.stem
            for other in others
            if other is not assignment
            and len(texts & (_questions(other) - _questions(assignment))) > 1
        ),
        None,
    )


# putting in order --------------------------------------------------------------------------------


def rebuild(assignment: Assignment, cells: list[Cell]) -> Submission:
    """The assignment's official cells with a student's answers in them, and the student's other
    cells where they stood.

    Locked cells, their order and their marks are the assignment's own; where a platform dropped
    the marks, a cell is known by its text. Of a task's answer the last copy that is not the
    untouched one counts; earlier copies run before it, and one below another task is a cell of
    the student's own. Those stay behind the cell that they followed; what stood above the setup
    cell runs behind it, and the setup cell once more, so that it takes nothing away. What a student
    wrote into a locked cell of code runs too, as a cell of theirs: behind the setup cell, and of a
    check what stands below it behind it, the rest before. What a student wrote in other cells than
    an essay's is put into that too, if nothing else stands there, so that it waits for a person.
    """
    own = {
        name
        for name, position in assignment.places.items()
        if assignment.source.cells[position].metadata.nbgrader.get("solution")
    }
    stubs = {grade_id(cell): cell.source for cell in assignment.official.cells}
    given = {grade_id(cell): cell.source for cell in assignment.release.cells}
    known = {
        _letters(text): name
        for texts in (stubs, given)
        for name, text in texts.items()
        if name not in own
    }
    untouched = {_letters(stubs[name]) for name in own}
    kinds = {grade_id(cell): cell.cell_type for cell in assignment.official.cells}
    marked = any(cell.grade_id in assignment.places for cell in cells)
    answers: dict[str, list[Cell]] = {}
    earlier: dict[str, list[Cell]] = {}  # copies of an answer, and what stood between them
    followers: dict[str, list[Cell]] = {}
    altered: dict[str, list[Cell]] = {}
    within: list[Cell] = []
    above: list[Cell] = []  # the setup cell
    seen: list[str] = []
    anchor = "setup"  # nothing of a student's runs before the setup cell
    restored = []
    for cell in cells:
        name = (
            cell.grade_id
            if cell.grade_id in assignment.places
            else known.get(_letters(cell.source))
        )
        asked = anchor.removesuffix("-question")
        if (
            name is None
            and not marked
            and asked in own
            and asked not in answers
            and (cell.kind == kinds[asked] or asked in assignment.essays)
            and cell.source.strip()
        ):
            name = asked  # the first cell below a question
        if name and _is_another(name, cell, anchor, answers, seen, kinds):
            if name not in seen:
                seen.append(name)
                restored += [] if name in own else [name]
            if cell.kind != "code" and _letters(cell.source) in known:
                continue
            if name in assignment.essays:  # where a platform dropped its mark
                cell = dataclasses.replace(cell, grade_id=name)
            name = None
        if name is None:
            if cell.source.strip() and _letters(cell.source) not in untouched:
                followers.setdefault(anchor, []).append(cell)
                if anchor == "setup" not in seen and cell.kind == "code":
                    above.append(cell)
            continue
        if name != "about":
            anchor = name
        seen.append(name)
        if name in own:
            copies = answers.setdefault(name, [])
            if copies:
                earlier.setdefault(name, []).extend([copies[-1], *followers.pop(name, [])])
            copies.append(cell)
        elif cell.source.strip() not in (given[name].strip(), stubs[name].strip()):
            if name not in restored:
                restored.append(name)
            if cell.kind == kinds[name] == "code":
                before, below = _around(cell, given[name] if name != "setup" else "")
                altered.setdefault(name, []).append(before)
                followers.setdefault(name, []).extend(below)
                within.append(Cell("code", _added(before.source, given[name]), None))
            elif added := _added(cell.source, given[name]):
                followers.setdefault(anchor, []).append(
                    Cell("markdown", added, None, cell.pictures)
                )
    notes = (
        _deviations(assignment, seen, restored, own)
        if marked
        else [
            (
                "no cell carries the mark that says which task it answers; all cells ran where "
                "they stood"
            )
        ]
    )
    answers = {
        name: [
            copy_
            for copy_ in copies
            if _letters(copy_.source) != _letters(stubs[name])
            and (name not in assignment.essays or copy_.source.strip())
        ]
        for name, copies in answers.items()
    }
    for name, copies in answers.items():
        # a copy made text is switched off, unless there is no other; a person may read it
        answers[name] = [copy_ for copy_ in copies if copy_.kind == kinds[name]] or copies
        said = earlier.setdefault(name, [])
        said += [
            copy_
            for copy_ in copies
            if not any(copy_ is other for other in (*answers[name], *said))
        ]
    tasks = [
        cell for name, copies in answers.items() for cell in copies if name not in assignment.essays
    ]
    loose = [
        cell
        for cells in (*followers.values(), *earlier.values())
        for cell in cells
        if _letters(cell.source) not in known  # a copy of what the assignment says
        and not any(cell is answer for copies in answers.values() for answer in copies)
    ]
    elsewhere = _writing(assignment, [*loose, *within, *tasks])
    # two essays may stand in the cell of one
    elsewhere += [cell for name in assignment.essays for cell in answers.get(name, [])]
    shown = inert.Renderer()
    ran: list[NotebookNode] = []

    def plain(cell: Cell, kind: str | None = None) -> NotebookNode:
        made = _plain(cell, shown, kind)
        ran.extend([made] if cell.ran else [])
        return made

    notebook = nbformat.v4.new_notebook(metadata=copy.deepcopy(assignment.source.metadata))
    for official in assignment.official.cells:
        place = grade_id(official) or ""
        cell = copy.deepcopy(official)
        changed = answers.get(place, [])
        if len(changed) > 1:
            notes.append(
                f"{named(place)} was answered in {len(changed)} different copies of its "
                f"cell; the last counts"
            )
        notebook.cells += [
            plain(cell_, official.cell_type if cell_ in changed else None)
            for cell_ in earlier.get(place, [])
            if _letters(cell_.source) not in untouched and not (changed and cell_ is changed[-1])
        ]
        into = [plain(changed_) for changed_ in altered.get(place, [])]
        if place != "setup":
            notebook.cells += into
        if changed:
            ran.extend([cell] if changed[-1].ran else [])
            cell["source"] = (
                changed[-1].source
                if official.cell_type == "code"
                else shown.markdown(changed[-1].source, changed[-1].pictures)
            )
        elif place in assignment.essays and elsewhere:
            notes.append(
                f"nothing stands in the cell of {named(place)}, but something is written "
                f"elsewhere: it waits to be read"
            )
            cell["source"] = shown.gathered(
                (one.source, None if _is_code(one) else one.pictures) for one in elsewhere
            )
        notebook.cells.append(cell)
        behind = followers.get(place, [])
        if place == "setup":
            last = max(
                (at + 1 for at, follower in enumerate(behind) if follower in above), default=0
            )
            notebook.cells += map(plain, behind[:last])
            if last:
                notebook.cells.append(nbformat.v4.new_code_cell(cell.source))
            notebook.cells += into
            behind = behind[last:]
        notebook.cells += map(plain, behind)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = grade_id(cell) or f"own-{number}"
    if shown.absent:
        notes.append(
            f"{shown.absent} picture{'s' if shown.absent > 1 else ''} could not be shown: "
            f"not in the notebook, too large, or of a kind that is not shown"
        )
    notebook.metadata["language_info"]["pygments_lexer"] = inert.lexer(
        cell.source for cell in notebook.cells if cell.cell_type == "code"
    )
    first_form = _is_as_handed_out(cells, given, stubs, kinds, own)
    return Submission(notebook, notes, first_form, {cell["id"] for cell in ran})


def _is_as_handed_out(
    cells: list[Cell],
    given: dict[str | None, str],
    stubs: dict[str | None, str],
    kinds: dict[str | None, str],
    own: set[str],
) -> bool:
    """Whether a notebook has the assignment's cells, each once, in their order and of their kind,
    the locked ones as they were, and no others that are not empty.
    """
    there = [cell for cell in cells if cell.grade_id in kinds or cell.source.strip()]
    return [(cell.grade_id, cell.kind) for cell in there] == list(kinds.items()) and all(
        cell.source.strip() in (given[cell.grade_id].strip(), stubs[cell.grade_id].strip())
        for cell in there
        if cell.grade_id not in own
    )


def _is_another(
    name: str,
    cell: Cell,
    anchor: str,
    answers: dict[str, list[Cell]],
    seen: list[str],
    kinds: dict[str | None, str],
) -> bool:
    """Whether a cell with the mark or the text of an official one is a cell of the student's own:
    a copy of a locked cell, or of another below another task, made to write something else in; or
    code in the place of text, which is to run.
    """
    if name not in answers and name in seen:
        return True
    if cell.kind == "code" != kinds[name]:
        return written.computes(cell.source)
    return name in seen and re.sub(r"-(?:question|check)$", "", anchor) != name


def _around(check: Cell, official: str) -> tuple[Cell, list[Cell]]:
    """What a student made of a check's cell: up to its last line that is official, and what they
    wrote below, if each of the two is code by itself.
    """
    lines, end = check.source.splitlines(), 0
    for line in filter(None, map(_letters, official.splitlines())):
        ends = [at + 1 for at in range(end, len(lines)) if _letters(lines[at]) == line]
        if not ends:
            return check, []
        end = ends[0]
    before, below = (
        dataclasses.replace(check, source="\n".join(part)) for part in (lines[:end], lines[end:])
    )
    if not all(part.source.strip() and _is_code(part) for part in (before, below)):
        return check, []
    return before, [below]


def _plain(cell: Cell, shown: inert.Renderer, kind: str | None = None) -> NotebookNode:
    if (kind or cell.kind) == "code":
        return nbformat.v4.new_code_cell(cell.source)
    return nbformat.v4.new_markdown_cell(shown.markdown(cell.source, cell.pictures))


def _added(text: str, official: str) -> str:
    """The lines that a student wrote into a cell of the assignment."""
    before = {_letters(line) for line in official.splitlines()}
    return "\n".join(line for line in text.splitlines() if _letters(line) not in before).strip()


def _is_code(cell: Cell) -> bool:
    return cell.kind == "code" and written.statements(cell.source) is not None


def _writing(assignment: Assignment, cells: list[Cell]) -> list[Cell]:
    """Of a student's cells those that a person has to read where an essay's cell is empty: all of
    text, and of code those with words that the assignment's code has not, if these are many.

    Of a student who wrote no essay, much-commented code may wait for a person: that costs a glance,
    an essay that is not seen costs its points.
    """
    texts = [
        cell
        for cell in cells
        if cell.source.strip() and (cell.kind != "code" or cell.grade_id in assignment.essays)
    ]
    code = written.in_code(assignment, [cell.source for cell in cells if cell not in texts])
    return [cell for cell in cells if cell in texts or cell.source in code]


def named(name: str) -> str:
    """A task or an essay as a reader knows it, from the ``grade_id`` of one of its cells: "task 3",
    "essay 1".
    """
    return re.sub(r"^(task|essay)-(\d+).*", r"\1 \2", name, flags=re.DOTALL)


def cell_named(name: str | None) -> str:
    """A cell in plain words, by its ``grade_id``; without one it is the student's own."""
    if name is None:
        return "an extra cell"
    if (what := named(name)) == name:
        return {"setup": "the setup cell", "about": "the first cell"}.get(name, f"the cell {name}")
    part = name.rpartition("-")[2]
    return f"the {part if part in ('check', 'question') else 'cell'} of {what}"


def _listed(names: list[str], what: str) -> str:
    """Cells in plain words, then what befell them."""
    cells = [cell_named(name) for name in names]
    cells = [*cells[:5], f"{len(cells) - 5} more"] if len(cells) > 6 else cells
    return (
        f"{', '.join(cells[:-1])} and {cells[-1]} were {what}"
        if cells[1:]
        else f"{cells[0]} was {what}"
    )


def _deviations(
    assignment: Assignment, seen: list[str], restored: list[str], own: set[str]
) -> list[str]:
    """What a student did to the assignment's cells, in words."""
    notes = []
    missing = [name for name in assignment.places if name not in seen]
    first = list(dict.fromkeys(seen))
    for names, how in (
        ([name for name in missing if name in own], " empty"),
        ([name for name in missing if name not in own], ""),
    ):
        if names:
            notes.append(_listed(names, f"missing and put back{how}"))
    if first != sorted(first, key=assignment.places.__getitem__):
        notes.append("the cells were in another order and were put back")
    if restored:
        notes.append(_listed(restored, "changed and put back as before"))
    return notes
