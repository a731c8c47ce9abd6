"""What students hand in: read defensively, and put back into the order and the locked cells of the
assignment.

Nothing here writes, and nothing runs. A submission is data of unknown origin: of a notebook only
the kind, the text, the pictures and the ``grade_id`` of its cells are used, and whether a cell is
said to have run without an error.
"""

from __future__ import annotations

import ast
import copy
import io
import itertools
import json
import os
import re
import stat
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unsigned_peace.coursework import inert
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
                f"it has {status.st_size / 2**20:.0f} MB; at most {MAX_FILE // 2**20} MB are read"
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
    cells = [_cell(cell) for cell in notebook["cells"][: MAX_CELLS + 1] if isinstance(cell, dict)]
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"more than {MAX_CELLS} cells")
    if sum(len(cell.source) for cell in cells) > MAX_TEXT:
        raise Unreadable(f"more than {MAX_TEXT} characters in its cells")
    return cells


def _cell(cell: dict) -> Cell:
    kind = str(cell.get("cell_type"))
    kind = kind if kind in ("code", "markdown") else "raw"
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
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
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        for form, content in bundle.items() if isinstance(bundle, dict) else ():
            content = (
                "".join(part for part in content if isinstance(part, str))
                if isinstance(content, list)
                else content
            )
            if isinstance(content, str):
                pictures.add(name, form, content)
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
    untouched one counts; earlier copies run before it. Cells that the assignment does not know
    stay behind the cell that they followed. What a student wrote into a locked cell of code runs
    too, as a cell of theirs: behind the setup cell, and before a check. What a student wrote in
    other cells than an essay's is put into that too, if nothing else stands there, so that it
    waits for a person.
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
    followers: dict[str, list[Cell]] = {}
    altered: dict[str, list[Cell]] = {}
    within: list[Cell] = []
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
            and cell.kind == kinds[asked]
        ):
            name = asked  # the first cell below a question
        if name is None:
            if cell.source.strip() and _letters(cell.source) not in untouched:
                followers.setdefault(anchor, []).append(cell)
            continue
        if name != "about":
            anchor = name
        seen.append(name)
        if name in own:
            answers.setdefault(name, []).append(cell)
        elif cell.source.strip() not in (given[name].strip(), stubs[name].strip()):
            if name not in restored:
                restored.append(name)
            if cell.kind == kinds[name] == "code":
                altered.setdefault(name, []).append(cell)
            added = _added(cell.source, given[name])
            if added and (cell.kind != "code" or _is_written(Cell("code", added, None))):
                followers.setdefault(anchor, []).append(
                    Cell("markdown", added, None, cell.pictures)
                )
            elif added:
                within.append(Cell("code", added, None))
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
        name: [copy_ for copy_ in copies if copy_.source.strip() != stubs[name].strip()]
        for name, copies in answers.items()
    }
    tasks = [
        cell for name, copies in answers.items() for cell in copies if name not in assignment.essays
    ]
    others = [*(cell for cells in followers.values() for cell in cells), *within, *tasks]
    elsewhere = [cell for cell in others if _is_written(cell)]
    rest = [cell for cell in others if cell.kind == "code" and cell not in elsewhere]
    elsewhere += _in_pieces(assignment, rest, tasks)
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
        notebook.cells += [plain(earlier, official.cell_type) for earlier in changed[:-1]]
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
            cell["source"] = shown.gathered(_text_of(written) for written in elsewhere)
        notebook.cells.append(cell)
        if place == "setup":
            notebook.cells += into
        notebook.cells += [plain(follower) for follower in followers.get(place, [])]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = grade_id(cell) or f"own-{number}"
    if shown.absent:
        notes.append(
            f"{shown.absent} picture{'s' if shown.absent > 1 else ''} could not be shown: "
            f"not in the notebook, or too large"
        )
    notebook.metadata["language_info"]["pygments_lexer"] = inert.lexer(
        cell.source for cell in notebook.cells if cell.cell_type == "code"
    )
    return Submission(notebook, notes, {cell["id"] for cell in ran})


def _plain(cell: Cell, shown: inert.Renderer, kind: str | None = None) -> NotebookNode:
    if (kind or cell.kind) == "code":
        return nbformat.v4.new_code_cell(cell.source)
    return nbformat.v4.new_markdown_cell(shown.markdown(cell.source, cell.pictures))


def _added(text: str, official: str) -> str:
    """The lines that a student wrote into a cell of the assignment."""
    before = {_letters(line) for line in official.splitlines()}
    return "\n".join(line for line in text.splitlines() if _letters(line) not in before).strip()


#: So many words of comments, of texts or of what is no code, in a cell of code are taken for
#: writing; a text within it of fewer words than the second is a value, and not writing.
WORDS_IN_CODE, WORDS_IN_TEXT = 30, 8


#: A line that Jupyter and not Python reads: a command of its own (%time), or of the system's (!ls),
#: also where a variable takes what it says; a question (load?).
_COMMAND = re.compile(
    r"^([ \t]*+)(?:[%!?].*|[\w, \t]+=[ \t]*[%!].*|[\w.%]+\?{1,2}[ \t]*)$", re.MULTILINE
)
#: A word; of scripts that leave no blank between words, two letters.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{1,2}|[^\W\d_]{2,}|[^\W\d_a-zA-Z]")


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _parts(cell: Cell) -> tuple[list[str], list[str], list[str], list[str]] | None:
    """Of a cell of code its comments, the texts that stand alone, all other texts, and the lines
    that Jupyter reads; None if it is no code.
    """
    source = _COMMAND.sub(r"\1pass", cell.source)
    try:
        nodes = list(ast.walk(ast.parse(source)))
        alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts = [
            node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        comments = [
            token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return None
    return (
        comments,
        [str(node.value) for node in texts if id(node) in alone],
        [str(node.value) for node in texts if id(node) not in alone],
        [line[0].strip() for line in _COMMAND.finditer(cell.source)],
    )


def _text_of(cell: Cell) -> tuple[str, inert.Pictures]:
    """What a person wrote in a cell, as Markdown: of code its comments and texts, or all of it if
    it is no code.
    """
    if cell.kind != "code" or (parts := _parts(cell)) is None:
        return cell.source, cell.pictures
    comments, alone, texts, _ = parts
    long = [text for text in texts if _words(text) >= WORDS_IN_TEXT]
    return "\n".join([*comments, *alone, *long]), cell.pictures


_SIGN = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
#: A word of a sentence, and no name of a column or a file; of scripts that leave no blank between
#: words, a sign.
_PROSE = re.compile(
    r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|(?<![^\s=])[\"'(«„“]*[^\W\d_]+[\"'.,;:!?)»“”]*(?!\S)"
)


def _is_prose(text: str) -> bool:
    """Whether a text may be a piece of a sentence: two words, or as many signs as a label in such a
    script seldom has.
    """
    found = _PROSE.findall(text)
    return len(found) > (WORDS_IN_TEXT - 1 if _SIGN.search(text) else 1)


#: nbgrader's lines around a model answer, as they are read here.
_MARKERS = ("BEGIN SOLUTION", "END SOLUTION")


def _in_pieces(assignment: Assignment, cells: list[Cell], tasks: list[Cell]) -> list[Cell]:
    """What is written in the code of a notebook in pieces so short that none is taken for writing:
    as cells of Markdown, if all of it together is so much.

    Texts that the assignment itself names are values. A right answer may say as much as the model
    answer, which has comments and labels too.
    """
    official = _letters("\n".join(cell.source for cell in assignment.release.cells))
    model = [
        Cell("code", assignment.source.cells[task.solution].source, None)
        for task in assignment.tasks
    ]

    def counted(pieces: Iterable[str]) -> int:
        return sum(len(_PROSE.findall(piece)) for piece in pieces)

    def pieces(cell: Cell) -> tuple[list[str], list[str]]:
        if (parts := _parts(cell)) is None:
            return [], [cell.source]
        comments, *texts = parts
        said = [
            text
            for text in dict.fromkeys(itertools.chain(*texts))
            if _is_prose(text) and _letters(text) not in official
        ]
        return [comment for comment in comments if comment not in _MARKERS], said

    found = [(cell, *pieces(cell)) for cell in cells]
    allowed = [pieces(cell) for cell in model]
    beside = [comments for cell, comments, _ in found if cell in tasks and _computes(cell)]
    comments = sum(_words(comment) for _, comments, _ in found for comment in comments)
    free = sum(_words(comment) for comments, _ in allowed for comment in comments)
    comments -= min(free, sum(map(_words, itertools.chain(*beside))))
    texts = counted(dict.fromkeys(itertools.chain(*(texts for *_, texts in found))))
    texts -= min(texts, counted(itertools.chain(*(texts for _, texts in allowed))))
    if comments + texts < WORDS_IN_CODE:
        return []
    return [
        Cell("markdown", "\n".join([*comments, *texts]), None)
        for _, comments, texts in found
        if comments or texts
    ]


def _computes(cell: Cell) -> bool:
    """Whether a cell of code holds more than comments and texts."""
    try:
        statements = ast.parse(cell.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not all(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, (ast.Constant, ast.JoinedStr))
        for statement in statements
    )


def _is_written(cell: Cell) -> bool:
    """Whether a cell holds work that only a person can mark: words, or a picture; of code many
    words, or some that stand alone, which is what nobody computes with.
    """
    if cell.kind != "code":
        return _words(cell.source) >= 1
    return _words(_text_of(cell)[0]) >= WORDS_IN_CODE or _standing_alone(cell) >= WORDS_IN_TEXT


def _standing_alone(cell: Cell) -> int:
    """How many words of sentences stand in a cell of code as texts that nothing is done with."""
    try:
        statements = ast.parse(_COMMAND.sub(r"\1pass", cell.source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    return sum(
        len(_PROSE.findall(statement.value.value))
        for statement in statements
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


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
