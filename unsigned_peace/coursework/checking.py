"""Looks for authors' faults in assignments: the form, and whether key, stub and common mistakes get
their points.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import zip_longest

from nbformat import NotebookNode

from unsigned_peace.coursework.assignments import (
    SUITE,
    Assignment,
    AssignmentError,
    Task,
    grade_id,
    shown,
)
from unsigned_peace.coursework.sandbox import Limits, Process, Stopped
from unsigned_peace.coursework.scoring import Examiner, ask_cell
from unsigned_peace.paths import CHAPTERS

TASK_POINTS, ESSAY_POINTS, TASKS, ESSAY_WORDS = 20, 10, range(5, 9), range(120, 201)
_BEGIN_SOLUTION, _END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
_BEGIN_HIDDEN, _END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
_AIM = re.compile(r"^\*Aim (\d+) of the chapter: .+\*$", re.MULTILINE)


def faults(assignment: Assignment) -> list[str]:
    """Every fault of an assignment, a line each; those of its form first, and only these if there
    are any.
    """
    form = list(_form(assignment))
    return form or list(_points(assignment))


def _at(assignment: Assignment, position: int, problem: str) -> str:
    cell = assignment.source.cells[position]
    return (
        f"{shown(assignment.path)}:{assignment.lines[position]}: {grade_id(cell) or 'cell'}: "
        f"{problem}"
    )


# the form ----------------------------------------------------------------------------------------


def _form(assignment: Assignment) -> Iterator[str]:
    cells = assignment.source.cells
    numbers, essays = _numbers(assignment, "task"), _numbers(assignment, "essay")
    expected = [
        "about",
        "setup",
        *(f"task-{n}{part}" for n in numbers for part in ("-question", "", "-check")),
        *(f"essay-{n}{part}" for n in essays for part in ("-question", "")),
    ]
    for position, cell in enumerate(cells):
        if not grade_id(cell):
            yield _at(
                assignment,
                position,
                "this cell has no nbgrader.grade_id; each cell of an assignment carries "
                "one (see the format of cells)",
            )
    found = [name for cell in cells if (name := grade_id(cell))]
    if found != expected:
        both = zip_longest(found, expected, fillvalue="the end")
        there, due = next((name, other) for name, other in both if name != other)
        yield (
            f"{shown(assignment.path)}: cells are about, setup, then for each task its "
            f"question, solution and check, then essays: expected {due}, found {there}"
        )
        return
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) not in TASKS:
        yield (
            f"{shown(assignment.path)}: expected {TASKS[0]} to {TASKS[-1]} tasks numbered from "
            f"1, found {numbers}"
        )
    if essays not in ([1], [1, 2]):
        yield (
            f"{shown(assignment.path)}: expected one or two essays numbered from 1, found {essays}"
        )
    for total, kind, points in (
        (TASK_POINTS, "tasks", sum(task.points for task in assignment.tasks)),
        (ESSAY_POINTS, "essays", sum(assignment.essays.values())),
    ):
        if points != total:
            yield f"{shown(assignment.path)}: points of {kind} sum to {points:g}, expected {total}"
    chapter = CHAPTERS / f"{assignment.stem}.md"
    if not chapter.exists():
        yield f"{shown(assignment.path)}: there is no chapter {assignment.stem!r} in book/"
    if not cells[0].source.startswith("# Coursework: "):
        yield _at(assignment, 0, "expected a title that begins with '# Coursework: '")
    for position, cell in enumerate(cells):
        yield from _marks(assignment, position)
    aims = []
    for task in assignment.tasks:
        yield from _task(assignment, task)
        aims.append(cells[task.check].metadata.get(SUITE, {}).get("aim"))
    if chapter.exists() and (
        block := re.search(
            r"^:::+\{aims\}\n(.*?)^:::",
            chapter.read_text(encoding="utf-8"),
            re.MULTILINE | re.DOTALL,
        )
    ):
        for aim in re.findall(r"^(\d+)\.", block[1], re.MULTILINE):
            if int(aim) not in aims:
                yield f"{shown(assignment.path)}: no task tests aim {aim} of the chapter"
    for name in assignment.essays:
        yield from _essay(assignment, name)
    yield from _mistakes(assignment)
    yield from _kept_back(assignment)


def _numbers(assignment: Assignment, kind: str) -> list[int]:
    """The numbers of the tasks, or of the essays, that any cell belongs to."""
    found = (re.match(rf"{kind}-(\d+)(?:-|$)", name) for name in assignment.places)
    return sorted({int(match[1]) for match in found if match})


def _marks(assignment: Assignment, position: int) -> Iterator[str]:
    cell = assignment.source.cells[position]
    name, marks = cell.metadata.nbgrader["grade_id"], cell.metadata.nbgrader
    solution, check = bool(re.fullmatch(r"(task|essay)-\d+", name)), name.endswith("-check")
    due = {
        "solution": solution,
        "grade": check or name.startswith("essay") and solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
    }
    for key, value in due.items():
        if marks.get(key, False if key == "task" else None) != value:
            yield _at(
                assignment, position, f"nbgrader.{key} is {marks.get(key)!r}, expected {value!r}"
            )
    kind = (
        "code" if name == "setup" or check or solution and name.startswith("task") else "markdown"
    )
    if cell.cell_type != kind:
        yield _at(assignment, position, f"expected a {'code' if kind == 'code' else 'text'} cell")


def _task(assignment: Assignment, task: Task) -> Iterator[str]:
    cells = assignment.source.cells
    question, solution, check = (
        cells[task.solution - 1].source,
        cells[task.solution].source,
        cells[task.check],
    )
    number = task.name.removeprefix("task-")
    head = re.match(r"## Task (\d+): .+ \((\d+) points?\)", question)
    aim = _AIM.search(question)
    visible, _, rest = check.source.partition(_BEGIN_HIDDEN)
    try:
        tree = ast.parse(check.source)
        bare = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert) and n.msg is None]
        wrong = None
    except SyntaxError as error:
        bare, wrong = [], error
    for holds, position, problem in (
        (
            head and head[1] == number and float(head[2]) == task.points,
            task.solution - 1,
            f"expected a heading '## Task {number}: ... ({task.points:g} points)'",
        ),
        (
            aim and int(aim[1]) == check.metadata.get(SUITE, {}).get("aim"),
            task.solution - 1,
            (
                "expected a line '*Aim i of the chapter: ...*' with the aim that the check's "
                "metadata names"
            ),
        ),
        (
            "<details>" in question and "</details>" in question,
            task.solution - 1,
            "expected a hint in <details><summary>Hint</summary> ... </details>",
        ),
        (
            task.answers,
            task.check,
            "expected `unsigned_peace: {answers: [...], aim: i}` in the metadata",
        ),
        *(
            (
                f"`{answer}`" in question,
                task.solution - 1,
                f"the answer `{answer}` is not named in the question",
            )
            for answer in task.answers
        ),
        *(
            (
                source.count(begin) == source.count(end) == 1
                and source.index(begin) < source.index(end),
                position,
                f"expected one '{begin}' ... '{end}'",
            )
            for begin, end, source, position in (
                (_BEGIN_SOLUTION, _END_SOLUTION, solution, task.solution),
                (_BEGIN_HIDDEN, _END_HIDDEN, check.source, task.check),
            )
        ),
        (
            check.source.startswith("#") and not check.source.startswith("###"),
            task.check,
            (
                "expected a comment first: what the visible checks check, and that more is "
                "checked after handing in"
            ),
        ),
        ("assert" in visible, task.check, "expected a visible assert on kind and plausibility"),
        (
            "assert" in rest.partition(_END_HIDDEN)[0],
            task.check,
            "expected a hidden assert on the value",
        ),
        *(
            (False, task.check, f"line {line} of the cell: an assert without a message")
            for line in bare
        ),
        (wrong is None, task.check, f"not Python: {wrong}"),
    ):
        if not holds:
            yield _at(assignment, position, problem)


def _essay(assignment: Assignment, name: str) -> Iterator[str]:
    position = assignment.places[name]
    words = len(re.findall(r"[\w'’-]+", assignment.source.cells[position].source))
    if words not in ESSAY_WORDS:
        yield _at(
            assignment,
            position,
            f"a model answer of {words} words, expected {ESSAY_WORDS[0]} to {ESSAY_WORDS[-1]}",
        )
    question = assignment.source.cells[position - 1].source
    if not re.search(r"^\|.*\|\s*\n\|[\s:|-]+\|", question, re.MULTILINE):
        yield _at(
            assignment, position - 1, "expected a rubric as a table (criterion; full; half; none)"
        )


def _mistakes(assignment: Assignment) -> Iterator[str]:
    try:
        mistakes = assignment.mistakes
    except AssignmentError as error:
        yield str(error)
        return
    names = [task.name for task in assignment.tasks]
    place = shown(assignment.path.parent / "mistakes" / f"{assignment.stem}.yaml")
    for name in mistakes:
        if name not in names:
            yield f"{place}: {name}: there is no such task"
    for name in names:
        if not mistakes.get(name):
            yield f"{place}: {name}: expected at least one common wrong answer"
        for number, wrong in enumerate(mistakes.get(name, []), 1):
            if not isinstance(wrong.get("misconception"), str) or not set(wrong) <= {
                "answer",
                "misconception",
                "keeps",
            }:
                yield (
                    f"{place}: {name}, answer {number}: expected `answer` and `misconception` "
                    f"(and `keeps`, if it keeps points)"
                )


def kept_back(assignment: Assignment) -> set[str]:
    """Lines of solutions, model answers and hidden tests that may stand nowhere in what students
    get.
    """
    lines = set()
    for cell in assignment.source.cells:
        source, marks = cell.source, cell.metadata.nbgrader
        if cell.cell_type == "markdown" and marks.get("solution"):
            lines |= set(source.splitlines())
        for begin, end in ((_BEGIN_SOLUTION, _END_SOLUTION), (_BEGIN_HIDDEN, _END_HIDDEN)):
            if begin in source:
                lines |= set(source.partition(begin)[2].partition(end)[0].splitlines())
    given = {
        line.strip() for cell in assignment.source.cells for line in _visible(cell).splitlines()
    }
    return {line.strip() for line in lines if len(line.strip()) >= 25} - given


def _visible(cell: NotebookNode) -> str:
    if cell.cell_type == "markdown":
        return "" if cell.metadata.nbgrader.get("solution") else cell.source
    source = cell.source
    for begin, end in ((_BEGIN_SOLUTION, _END_SOLUTION), (_BEGIN_HIDDEN, _END_HIDDEN)):
        source = (
            source.partition(begin)[0] + source.partition(end)[2] if begin in source else source
        )
    return source


def _kept_back(assignment: Assignment) -> Iterator[str]:
    given = {line.strip() for cell in assignment.release.cells for line in cell.source.splitlines()}
    for line in sorted(kept_back(assignment)):
        if line in given:
            yield (
                f"{shown(assignment.path)}: the student version shows a line of the key: "
                f"{line[:80]}"
            )


# the points --------------------------------------------------------------------------------------

#: Where a dict is an answer, so is a Series: every answer that is one, as the other.
_IN_OTHER_FORM = """
import pandas
globals().update({
    name: pandas.Series(list(value.values()), index=list(value))
    for name, value in list(globals().items())
    if type(value) is dict and value and not name.startswith("_")
})
"""


def _points(assignment: Assignment) -> Iterator[str]:
    """Runs the key from top to bottom, and at each task, in copies of the process, the stub and the
    common mistakes.
    """
    cells, stubs = assignment.source.cells, assignment.official.cells
    place = shown(assignment.path.parent / "mistakes" / f"{assignment.stem}.yaml")
    try:
        with Process(Limits(total=300)) as key, Examiner(assignment) as examiner:
            key.start()
            for position, cell in enumerate(cells):
                task = next((task for task in assignment.tasks if task.solution == position), None)
                if task:
                    tell = list(task.answers)
                    for kind, source, due in [
                        ("the untouched student version", stubs[position].source, 0.0)
                    ] + [
                        (
                            f"{place}: {task.name}, answer {number}",
                            wrong["answer"],
                            float(wrong.get("keeps", 0)),
                        )
                        for number, wrong in enumerate(assignment.mistakes[task.name], 1)
                    ]:
                        said = ask_cell(key, {"try": source, "tell": tell})
                        _, score = examiner.test(task, said.told)
                        if score != due:
                            yield _at(
                                assignment,
                                position,
                                f"{kind} gets {score:g} of {task.points:g} points, "
                                f"expected {due:g}",
                            )
                        elif kind.startswith(place) and said.outputs.error:
                            yield (
                                f"{kind}: raises {said.outputs.error}; a mistake is a wrong "
                                f"answer, not a broken one ({said.outputs.last_words()[:100]})"
                            )
                        elif kind.startswith(place) and (
                            absent := [name for name in tell if name not in said.told.given]
                        ):
                            yield (
                                f"{kind}: leaves the answer {absent[0]} away "
                                f"({said.told.problems.get(absent[0])}); a mistake gives a wrong "
                                f"answer"
                            )
                if cell.cell_type != "code" or cell.metadata.nbgrader.get("grade"):
                    continue
                said = ask_cell(key, {"run": cell.source})
                if said.outputs.error or said.stopped:
                    yield _at(
                        assignment,
                        position,
                        f"the key raises {said.outputs.error or said.stopped}: "
                        f"{said.outputs.last_words()[:200]}",
                    )
                if said.gone:
                    return
                if task:
                    told = ask_cell(key, {"tell": list(task.answers)}).told
                    for name, problem in told.problems.items():
                        yield _at(
                            assignment,
                            position,
                            f"the key's answer `{name}` is not plain data: {problem}",
                        )
                    forms = [("the key gets", told)]
                    if "Series" in cells[task.check].source:
                        other = ask_cell(key, {"try": _IN_OTHER_FORM, "tell": tell}).told
                        forms.append(("the key, each dict as a Series, gets", other))
                    for who, answers in forms:
                        checked, score = examiner.test(task, answers)
                        if score != task.points:
                            shows = checked.outputs[-1] if checked.outputs else {}
                            yield _at(
                                assignment,
                                task.check,
                                f"{who} {score:g} of {task.points:g} points: "
                                f"{shows.get('ename', '')}: {shows.get('evalue', '')[:300]}",
                            )
    except Stopped as stopped:
        yield f"{shown(assignment.path)}: running the key was stopped ({stopped.reason})"
    except RuntimeError as error:
        yield f"{shown(assignment.path)}: {error}"
