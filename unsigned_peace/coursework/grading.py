"""Grades a folder of submissions: each in a process of its own, side by side, resumable.

A submission goes through: read -> rebuilt from the official cells -> the student's cells run in
a sandbox -> answers cross as plain data -> official tests run in a clean process -> nbgrader reads
the points from their outputs -> grade book. Everything about one submission happens in a child
process with bounds, so that none can stop another; the grade book has one writer, the parent.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unsigned_peace.coursework import collecting, inert, submissions
from unsigned_peace.coursework.assignments import Assignment, Task, grade_id
from unsigned_peace.coursework.course import (
    Book,
    is_of_others,
    prepare,
    sweep,
    write_changed,
    write_notebook,
)
from unsigned_peace.coursework.runner import lower
from unsigned_peace.coursework.sandbox import (
    Interrupted,
    Limits,
    Process,
    Stopped,
    memory_left,
    probe,
)
from unsigned_peace.coursework.scoring import Examiner, Said, Told, ask_cell
from unsigned_peace.dataset import data_folder
from unsigned_peace.files import digest, file_digest
from unsigned_peace.paths import LOCK, PACKAGE

LIMITS = Limits()
#: Bounds of the child process that handles one submission: seconds, and bytes of memory. It has
#: time
#: for all that its submission may take, and for an examiner whom every answer delays.
CHILD_SECONDS, CHILD_MEMORY = 600, 4 * 2**30
#: So long, in characters, is what a message says at most beside what to look at and all errors.
MAX_MESSAGE = 1_000
#: An answer of so many characters at most is read again.
MAX_REREAD = 20_000
#: With this a child process says that the examiner it was given is used up.
_RENEWED = 3

#: Every status that a line of the grade file may have, and what it means.
STATUSES = {
    "graded": "all points are known",
    "essay waits": "the tasks are graded; an essay is to be read and marked by a person",
    "missing": "nothing was handed in",
    "unreadable": "what was handed in is no notebook that can be read; the message says why",
    "unknown": "there is no assignment of this name",
    "stopped: time": "the code ran too long; what it had answered by then is graded",
    "stopped: memory": "the code wanted too much memory; what it had answered is graded",
    "stopped: processes": "the code started too many processes; what it had answered is graded",
    "stopped: output": "the code printed too much; what it had answered is graded",
    "stopped: exit": "the code ended its own process; what it had answered is graded",
    "failed": "there is no grade: the grader failed, or something outside the submission stopped "
    "it; the message says what, and the next run grades it again",
}


#: Of a line that says that a student handed in nothing, where nobody handed in anything.
NO_ASSIGNMENT = ""


class GradingError(Exception):
    """Grading cannot begin; the message says why."""


@dataclass
class Outcome:
    """What is kept of a submission besides its graded notebook."""

    key: str
    status: str
    message: str
    #: Whether there is a graded notebook.
    notebook: bool = False

    #: Whether the grade book has it.
    saved: bool = False
    #: Whether the next run may keep it, if nothing has changed.
    final: bool = True


# one submission ----------------------------------------------------------------------------------


@dataclass
class Executed:
    """What came of running a submission."""

    status: str
    #: Of each task by its name.
    points: dict[str, float]
    #: Which cells ended with an error.
    errors: list[str]
    notes: list[str]
    #: What is said before these, by task: which were answered in more than one try.
    tries: dict[str, str]
    #: The tasks whose answers became others below their check, whatever they were in the end.
    changed: set[str]
    #: Those whose answers are too large for that to be seen.
    large: set[str]
    #: Whether this is final.
    final: bool


#: So many of a student's own cells that ended with an error are named, beside those of the
#: assignment.
MAX_ERRORS = 6


def execute(
    assignment: Assignment,
    submission: submissions.Submission,
    examiner: Examiner,
    limits: Limits = LIMITS,
    hidden: tuple[Path, ...] = (),
) -> Executed:
    """Runs a rebuilt submission and its tests, and puts all outputs into its notebook; of
    ``hidden`` folders its code sees nothing.

    An answer is read where its check stands, so what comes later cannot take away what was right
    before. Each is read again below, also one that is right, so that code cannot tell by that
    whether it is; of one that has not its full points the first that is another is tried, and the
    last. All are checked when the process has ended.
    Below its reading a check runs among the cells too, as in any notebook: later cells may use what
    it names. What it says there counts for nothing.
    Raises ``Interrupted`` if something that the submission did not do ended it.
    """
    tasks = {f"{task.name}-check": task for task in assignment.tasks}
    visible = {grade_id(cell): cell.source for cell in assignment.release.cells}
    points: dict[str, float] = {}
    notes: list[str] = []
    errors: list[str] = []
    tries: dict[str, str] = {}
    reasons: list[str] = []
    count = 0
    read: dict[str, _Read] = {}

    def check(task: Task, cell: NotebookNode, told: Told) -> None:
        checked, reached = examiner.test(task, told)
        if reached < points.setdefault(task.name, 0.0):
            return
        points[task.name], cell["outputs"] = reached, checked.outputs
        begin = f"{submissions.named(task.name)}: "
        notes[:] = [note for note in notes if not note.startswith(begin)]
        notes.extend(
            f"{begin}{answer} is {problem}"
            for answer, problem in told.problems.items()
            if problem != "missing"
        )

    with Process(limits, hidden, always=True) as process:
        alive = True
        try:
            process.start()
        except Stopped as stopped:
            raise RuntimeError(
                f"the sandbox did not start: {process.said() or stopped.reason}"
            ) from stopped
        for position, cell in enumerate(submission.notebook.cells):
            if cell.cell_type != "code":
                continue
            name, said = grade_id(cell), Said()
            task = tasks.get(name or "")
            count += 1
            if alive and task:
                said = ask_cell(process, {"tell": list(task.answers)})
            elif alive:
                said = ask_cell(
                    process, {"run": cell.source}, limits.total if name == "setup" else None
                )  # the setup cell is ours, and on a busy machine slow
            error = said.error
            if said.gone:
                alive = False
                reasons.append(str(said.stopped))
                # Whether code that runs wild is stopped in a task's cell or before its check
                # depends on the machine's load.
                place = submissions.cell_named(name and name.removesuffix("-check"))
                errors = [note for note in errors if not note.startswith(f"{place} ended with")]
                notes.append(f"the code was stopped in {place}")
            elif said.stopped and not reasons:
                reasons.append(said.stopped)
            if error is not None and not (
                said.gone or task or error == "NotImplementedError" and _untouched(assignment, cell)
            ):
                elsewhere = cell.get("id") in submission.ran
                kind = re.sub(r"[^\w.]", "", error)[:60] or "an error without a name"
                errors.append(
                    f"{submissions.cell_named(name)} ended with {kind}"
                    f"{', and did not where it was written' if elsewhere else ''}"
                )
            cell["outputs"], cell["execution_count"] = said.outputs.list, count
            if task is not None:
                first = next(iter(said.digests), None)
                read[task.name] = _Read(task, cell, said.told, digest=first)
                if alive and (ran := ask_cell(process, {"run": visible[name]})).gone:
                    alive = False
                    reasons.append(str(ran.stopped))
                    notes.append(f"the code was stopped in {submissions.cell_named(name)}")
            if alive and read and (ended := _read_again(process, read.values())):
                alive = False
                reasons.append(ended)
                notes.append(f"the code was stopped after {submissions.cell_named(name)}")
        if (
            process.disturbed and alive
        ):  # of a process that was stopped, what it still wrote is a matter of moments
            notes.append("wrote into the channel of the grader, without effect")
        if process.exceeded and alive:
            reasons.append(process.exceeded)
            notes.append("what it left running was stopped")
    # Only now: how long a check took would tell code that still runs whether it was right. And all
    # of them: else what ends a check from within would come about for wrong answers alone.
    for one in read.values():
        check(one.task, one.cell, one.at_check)
        before = points[one.task.name]
        for told in one.below:
            check(one.task, one.cell, told)
        if one.below and before < one.task.points:
            missing = "missing" in one.at_check.problems.values()
            gained = missing or points[one.task.name] > before
            tries[one.task.name] = (
                f"{submissions.named(one.task.name)} was answered below its check"
                f"{'' if gained else ', and not better'}"
            )
    for cell in submission.notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "execute_result":
                output["execution_count"] = cell.execution_count
    reason = reasons[-1] if reasons else None
    status = f"stopped: {_PLAINLY.get(reason, reason)}" if reason else "graded"
    if waited := "clock" in reasons:
        notes.append(
            "it waited and did not compute, which a busy machine can cause too: the next run "
            "tries it again"
        )
    errors = list(dict.fromkeys(errors))
    own = [note for note in errors if note.startswith(submissions.cell_named(None))]
    if unnamed := own[MAX_ERRORS:]:
        errors = [note for note in errors if note not in unnamed]
        errors.append(f"so did {len(unnamed)} more cells")
    changed = {name for name, one in read.items() if one.changed}
    large = {name for name, one in read.items() if one.is_large}
    return Executed(status, points, errors, notes, tries, changed, large, not waited)


@dataclass
class _Read:
    """What was read of a task: at its check, and below, where it may be answered too. Of readings
    below two and no more: answers that are guessed a cell each get no points.
    """

    task: Task
    cell: NotebookNode
    #: What was read at the check.
    at_check: Told
    #: What was read below and is another: the first, and the last. A name that held an answer is
    #: free for other uses afterwards, as in any notebook.
    below: list[Told] = field(default_factory=list)
    #: A digest of the answers as they were last; None if it was not told.
    digest: str | None = None
    #: Whether they were ever another than at the check.
    changed: bool = False

    @property
    def last(self) -> Told:
        return (self.below or [self.at_check])[-1]

    @property
    def is_large(self) -> bool:
        return len(str(self.last.encoded)) > MAX_REREAD

    def add(self, told: Told) -> None:
        if told != self.last:
            self.below = [*self.below[:1], told]


def _read_again(process: Process, read: Iterable[_Read]) -> str | None:
    """Looks at the answers again, of each task where they are not large, and reads those that are
    others than before; in a word what ended the process, if it is gone.
    """
    looked_at = [one for one in read if not one.is_large]
    if not looked_at:
        return None
    said = ask_cell(process, {"digest": [list(one.task.answers) for one in looked_at]})
    if said.gone:
        return str(said.stopped)
    for one, now in zip(looked_at, said.digests, strict=False):  # forged, there may be fewer
        before, one.digest = one.digest, now
        if before in (None, now):
            continue
        one.changed = True
        told = ask_cell(process, {"tell": list(one.task.answers)})
        if told.gone:
            return str(told.stopped)
        if "missing" not in told.told.problems.values():
            one.add(told.told)
    return None


#: What ``runner`` tells apart, and a grade file does not.
_PLAINLY = {"clock": "time", "killed": "exit"}


def _untouched(assignment: Assignment, cell: NotebookNode) -> bool:
    """Whether a cell is still as it was handed out."""
    position = assignment.places.get(grade_id(cell) or "")
    return position is not None and cell.source == assignment.official.cells[position].source


def grade(
    assignment: Assignment,
    path: Path,
    notes: list[str],
    examiner: Examiner,
    key: str,
    others: Iterable[Assignment] = (),
    hidden: tuple[Path, ...] = (),
) -> tuple[Outcome, NotebookNode | None]:
    """Grades one submitted file; never raises for what is in it, but for lack of memory on this
    machine.
    """
    try:
        cells = submissions.read(submissions.contents(path))
        if other := submissions.wrong_assignment(cells, assignment, others):
            raise submissions.Unreadable(f"it is the notebook of another assignment: {other}")
        submission = submissions.rebuild(assignment, cells)
    except submissions.Unreadable as problem:
        return Outcome(key, "unreadable", "; ".join([str(problem), *notes])), None
    except MemoryError:
        if (
            (left := memory_left()) is not None
            and left < CHILD_MEMORY
            or lower("AS", CHILD_MEMORY) is not None
        ):
            raise MemoryError(
                "this machine has, or allows, less memory than reading it may take"
            ) from None
        needs = "it needs more memory to be read than it may have"
        return Outcome(key, "unreadable", "; ".join([needs, *notes])), None
    done = execute(assignment, submission, examiner, hidden=hidden)
    look = _to_look_at(assignment, submission, done)
    first = [*look, *done.tries.values(), *done.errors]
    rest = _cut("; ".join(dict.fromkeys([*notes, *submission.notes, *done.notes])))
    message = "; ".join([*first, *filter(None, [rest])])
    outcome = Outcome(key, done.status, message, notebook=True, final=done.final)
    return outcome, submission.notebook


def _cut(message: str) -> str:
    """So much of a message that a table has room for it; it says so if more was to be said."""
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]} (and more)"


def _to_look_at(
    assignment: Assignment, submission: submissions.Submission, done: Executed
) -> list[str]:
    """What a teacher should look at: tasks without their full points, where a student did more than
    write into the cells of answers, each answer once.

    There are more ways to answer elsewhere than can be read by rule; none of them may cost points
    without a word.
    """
    short = [
        task
        for task in assignment.tasks
        if done.points.get(task.name, 0.0) < task.points
        and (
            not submission.first_form
            or done.status != "graded"
            or task.name in done.changed | done.large
        )
    ]
    if not short:
        return []
    tasks = ", ".join(submissions.named(task.name) for task in short)
    how = (
        "not only the cells of answers were written into"
        if not submission.first_form
        else "the code was stopped"
        if done.status != "graded"
        else "answers are too large to see whether others came below"
        if all(task.name in done.large for task in short)
        else "an answer came below its check"
    )
    return [f"look at {tasks}: points are missing, and {how}"]


# many --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One submission to be graded."""

    student: str
    assignment: Assignment
    path: Path
    notes: tuple[str, ...]
    key: str
    #: All assignments, to tell which one a notebook is of.
    others: tuple[Assignment, ...] = ()
    #: The folder of submissions that it lies in.
    root: Path | None = None


@dataclass
class _Now:
    """A submission that is being graded."""

    job: Job
    process: ForkProcess
    #: Seconds that it has left.
    left: float = CHILD_SECONDS


@dataclass
class _Slot:
    """A place where one submission at a time is graded, with an examiner kept warm."""

    now: _Now | None = None
    examiner: Examiner | None = None

    def stop(self) -> None:
        """Lets the examiner go."""
        if self.examiner:
            self.examiner.stop()
            self.examiner = None


def record_path(out: Path, student: str, stem: str) -> Path:
    return out / "records" / student / f"{stem}.json"


def graded_path(out: Path, student: str, stem: str) -> Path:
    return out / "autograded" / student / stem / f"{stem}.ipynb"


def _is_whole(path: Path) -> bool:
    """Whether a graded notebook is there, and was neither cut short nor changed into none."""
    try:
        notebook = json.loads(path.read_bytes())
        parts = {"cell_type", "source", "metadata"}
        return bool(notebook["nbformat"] and notebook["cells"]) and all(
            parts <= cell.keys() for cell in notebook["cells"]
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return False


def read_record(out: Path, student: str, stem: str) -> Outcome | None:
    """What an earlier run kept of a submission, or None."""
    try:
        return Outcome(**json.loads(record_path(out, student, stem).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_record(out: Path, student: str, stem: str, outcome: Outcome) -> None:
    write_changed(
        record_path(out, student, stem),
        json.dumps(asdict(outcome), ensure_ascii=False, sort_keys=True) + "\n",
    )


#: Of the package what makes pages, editions and commands, and reads or checks sources: no grade
#: comes of these, so a change in them lets every grade stand. Grading imports none of them, and no
#: assignment does.
NOT_IN_A_GRADE = (
    "__main__.py",
    "editions",
    "in_page",
    "lab",
    "live",
    "notebooks",
    "public",
    "publishing",
    "site",
    "validation",
    "wheel.py",
    *(
        f"coursework/{name}.py"
        for name in ("__main__", "checking", "form", "handout", "pages", "reports")
    ),
)


def circumstances(package: Path = PACKAGE) -> str:
    """Digest of all that a grade depends on besides the submission and its assignment: modules of
    the package, dataset, lock.
    """
    outside = [package / name for name in NOT_IN_A_GRADE]
    modules = [
        path
        for path in package.rglob("*.py")
        if not any(path.is_relative_to(place) for place in outside)
    ]
    files = [
        *sorted(modules),
        *sorted(path for path in data_folder().rglob("*") if path.is_file()),
        LOCK,
    ]
    return digest(*(f"{path.name}\0{file_digest(path)}" for path in files))


def _child(job: Job, examiner: Examiner, out: Path) -> None:
    """What the process of one submission does: it ends with its record written, or without."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: not without its parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that ends the parent, which ends this
    lower("AS", CHILD_MEMORY)
    lower("CORE", 0)
    try:
        hidden = tuple(filter(None, (job.root, out)))
        outcome, notebook = grade(
            job.assignment, job.path, list(job.notes), examiner, job.key, job.others, hidden
        )
    except Interrupted as error:
        outcome, notebook = Outcome(job.key, "failed", str(error)), None
    except Exception as error:  # noqa: BLE001 (one submission's fault stops no class)
        outcome, notebook = (
            Outcome(job.key, "failed", f"{type(error).__name__}: {error}"[:300]),
            None,
        )
    try:
        if notebook is not None:
            write_notebook(graded_path(out, job.student, job.assignment.stem), notebook)
        _write_record(out, job.student, job.assignment.stem, outcome)
    except OSError:  # no room, say: its parent says so
        os._exit(1)
    if examiner.renewed:
        os._exit(_RENEWED)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Holds an interrupt back: in the midst of a fork it would be lost in what Python does around
    one, and just behind it the process would be one that nobody knows of and ends.
    """
    came = []
    heard = signal.getsignal(signal.SIGINT)
    if not callable(heard):  # it is ignored, say
        yield
        return
    # A handler, and no mask: with libraries come threads, and each may take the signal.
    signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
    if came:
        heard(signal.SIGINT, None)


def _begin(slot: _Slot, job: Job, out: Path) -> Outcome | None:
    """Starts the process of one submission; what to say of it, if this machine cannot."""
    try:
        if slot.examiner is None or slot.examiner.assignment is not job.assignment:
            slot.stop()
            slot.examiner = Examiner(job.assignment)
        process = multiprocessing.get_context("fork").Process(
            target=_child, args=(job, slot.examiner, out)
        )
        with _uninterrupted():
            process.start()
            slot.now = _Now(job, process)
    except (Stopped, RuntimeError, OSError) as error:
        return Outcome(job.key, "failed", f"its grading could not begin: {error}"[:300])
    return None


def _end(slot: _Slot, now: _Now, out: Path) -> tuple[Job, Outcome]:
    """Takes the result of a slot's process, which has ended or is ended now: without one there is
    no grade.
    """
    job, late = now.job, now.process.is_alive()
    if late:
        now.process.kill()
    now.process.join()
    ending = now.process.exitcode or 0
    now.process.close()
    outcome = (
        read_record(out, job.student, job.assignment.stem) if ending in (0, _RENEWED) else None
    )
    if outcome is None or outcome.key != job.key:
        how = (
            f"it took longer than {CHILD_SECONDS} seconds"
            if late
            else f"it was ended from outside (signal {-ending})"
            if ending < 0
            else "it could not write its result"
        )
        outcome = Outcome(job.key, "failed", f"the process that graded it left no result: {how}")
    if ending:
        slot.stop()
    slot.now = None
    return job, outcome


def run(
    jobs: Iterable[Job],
    out: Path,
    book: Book,
    side_by_side: int,
    progress: Callable[[str], object],
) -> dict[tuple[str, str], Outcome]:
    """Grades all jobs, and puts each into the grade book as soon as it is done; what became of
    each, by student and assignment.
    """
    waiting = list(jobs)[::-1]
    outcomes: dict[tuple[str, str], Outcome] = {}
    total, done = len(waiting), 0
    slots = [_Slot() for _ in range(max(1, min(side_by_side, total)))]
    try:
        finished: list[tuple[Job, Outcome]] = []
        while waiting or finished or any(slot.now for slot in slots):
            for slot in slots:
                while slot.now is None and waiting:
                    job = waiting.pop()
                    if failed := _begin(slot, job, out):
                        finished.append((job, failed))
            for job, outcome in finished:
                done += 1
                outcomes[job.student, job.assignment.stem] = outcome
                save(out, book, job.student, job.assignment.stem, outcome)
                line = _line(job.student, job.assignment.stem, outcome, job.assignment, book)
                points = (
                    f"{line.score:g} of {line.max_score:g} points"
                    if outcome.notebook
                    else line.message[:60]
                )
                progress(
                    f"{done} of {total}: {line.student}, {line.assignment}: {line.status}, {points}"
                )
            finished = []
            busy = [(slot, slot.now) for slot in slots if slot.now]
            before = time.monotonic()
            wait([now.process.sentinel for _, now in busy], timeout=1)
            passed = min(time.monotonic() - before, 2)  # more, and this process itself was stopped
            for slot, now in busy:
                now.left -= passed
                if not now.process.is_alive() or now.left <= 0:
                    finished.append(_end(slot, now, out))
    finally:
        for slot in slots:
            if slot.now:
                slot.now.process.kill()
                slot.now.process.join()
            slot.stop()
    return outcomes


def save(out: Path, book: Book, student: str, stem: str, outcome: Outcome) -> None:
    """Puts a graded notebook into the grade book, and notes that this is done; of what failed
    nothing is kept.
    """
    if outcome.status == "failed":
        record_path(out, student, stem).unlink(missing_ok=True)
        return
    if outcome.notebook:
        book.save(nbformat.read(graded_path(out, student, stem), as_version=4), student, stem)
    outcome.saved = True
    _write_record(out, student, stem, outcome)


@dataclass(frozen=True)
class Line:
    """One line of the grade file."""

    student: str
    assignment: str
    score: float
    max_score: float
    status: str
    message: str


def _to_terminal(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def grade_all(
    folder: Path,
    out: Path,
    assignments: list[Assignment],
    side_by_side: int | None = None,
    progress: Callable[[str], object] = _to_terminal,
) -> list[Line]:
    """Grades all submissions below a folder into another; what an earlier run graded and nothing
    has changed since is kept.

    Raises ``GradingError`` if grading cannot begin here.
    """
    _check_folders(folder, out)
    probe()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError as error:  # some systems of files refuse folders in this way
        raise GradingError(f"{out} cannot be made ({error.strerror}): name another OUT") from None
    with open(out / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GradingError(f"another run is grading into {out} just now") from error
        sweep(out)
        prepare(out, assignments)
        with Book(out) as book:
            lines = _grade_all(
                folder,
                out,
                {assignment.stem: assignment for assignment in assignments},
                book,
                side_by_side or os.cpu_count() or 1,
                progress,
            )
    return lines


def _check_folders(folder: Path, out: Path) -> None:
    if folder.is_file():
        raise GradingError(
            f"{folder} is a file; if it is a zip of submissions, unpack it and name the "
            f"folder that comes out"
        )
    if not folder.is_dir():
        raise GradingError(
            f"there is no folder {folder}; expected "
            f"SUBMISSIONS/<student>/<assignment>/<assignment>.ipynb"
        )
    if out.exists() and not out.is_dir():
        raise GradingError(f"{out} is a file; results go to a folder: name another OUT")
    if is_of_others(out):
        raise GradingError(
            f"{out} has a grade book or settings of another course, which grading would write "
            f"over: name another OUT"
        )
    inner, outer = out.resolve(), folder.resolve()
    if inner == outer or inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise GradingError(
            f"results go to a folder apart from the submissions, which stay untouched: "
            f"{out} and {folder} lie in one another"
        )


def _grade_all(
    folder: Path,
    out: Path,
    assignments: dict[str, Assignment],
    book: Book,
    side_by_side: int,
    progress: Callable[[str], object],
) -> list[Line]:
    around = circumstances()
    collected = collect(folder, assignments.values())
    for passed in collected.passed_over:
        progress(f"Passed over: {passed}")
    handed_in, closed = collected.places, collected.closed
    asked = sorted(
        {
            *(stem for stems in handed_in.values() for stem in stems if stem in assignments),
            *(
                stray.stem
                for stray in collected.strays
                if stray.stem and stray.student in handed_in
            ),  # handed in, though in the wrong place
        }
    ) or [NO_ASSIGNMENT]
    settled = {
        (student, stem): Outcome("", "unreadable", problem)
        for student, problem in closed.items()
        for stem in asked
    }
    jobs, kept_count = [], 0
    for student, stems in handed_in.items():
        for stem in sorted({*stems, *asked}):
            if (student, stem) in settled:
                continue
            if stem == NO_ASSIGNMENT:
                if not stems:
                    settled[student, stem] = Outcome(
                        "",
                        "missing",
                        _astray(collected, student, "<assignment>")
                        or "there is no folder of an assignment in the student's folder",
                    )
                continue
            if stem not in assignments:
                settled[student, stem] = Outcome(
                    "",
                    "unknown",
                    f"there is no assignment of this name; there is: {', '.join(assignments)}",
                )
                continue
            notes: list[str] = []
            try:
                path, notes = collecting.find(stems.get(stem, ()), stem, collected.said)
                if path is None:
                    settled[student, stem] = Outcome(
                        "", "missing", _astray(collected, student, stem)
                    )
                    continue
                content = digest(submissions.contents(path))
            except submissions.Unreadable as problem:
                message = "; ".join([str(problem), *notes])
                settled[student, stem] = Outcome("", "unreadable", message)
                continue
            except OSError as error:
                settled[student, stem] = Outcome(
                    "", "unreadable", f"it cannot be opened ({error.strerror})"
                )
                continue
            key = digest(around, assignments[stem].digest, content, *notes)
            kept = read_record(out, student, stem)
            if (
                kept
                and kept.key == key
                and kept.final
                and (not kept.notebook or _is_whole(graded_path(out, student, stem)))
            ):
                kept_count += 1
                settled[student, stem] = kept
                if not kept.saved or kept.notebook and not book.has(student, stem):
                    save(out, book, student, stem, kept)
            else:
                jobs.append(
                    Job(
                        student,
                        assignments[stem],
                        path,
                        tuple(notes),
                        key,
                        tuple(assignments.values()),
                        folder.resolve(),
                    )
                )
    rest = {student: collected.rest(student) for student in handed_in}
    for student, kinds in rest.items():
        for words in chain(*kinds.values()):
            progress(f"Passed over: {student}/{words}")
    jobs.sort(key=lambda job: (job.assignment.stem, job.student))
    if kept_count:
        progress(f"{kept_count} graded before and unchanged since")
    settled |= run(jobs, out, book, side_by_side, progress)
    return [
        _line(
            student,
            stem,
            outcome,
            assignments.get(stem),
            book,
            [
                *collected.beside.get(student, ()),
                *rest[student].get(stem, ()),
                *rest[student].get(None, ()),
            ],
        )
        for (student, stem), outcome in sorted(settled.items())
    ]


def collect(folder: Path, assignments: Iterable[Assignment]) -> collecting.Collected:
    """All that lies below a folder of submissions for these assignments."""
    headings = {assignment.stem: submissions.headings(assignment) for assignment in assignments}
    return collecting.collect(folder, headings, headings)


def _astray(collected: collecting.Collected, student: str, stem: str) -> str:
    """What to say of all that a student put into wrong places where a notebook for this assignment
    is missing.
    """
    strays = [
        stray.belongs(stem)
        for stray in collected.strays
        if stray.student == student and stray.stem in (stem, None)
    ]
    return _cut("; ".join(strays))


def _line(
    student: str,
    stem: str,
    outcome: Outcome,
    assignment: Assignment | None,
    book: Book,
    beside: Iterable[str] = (),
) -> Line:
    """``beside`` is what was passed over in the student's folder, whatever became of the rest."""
    score, status, message = 0.0, outcome.status, inert.printable(outcome.message)
    if outcome.notebook:
        score, waits = book.score(student, stem)
        if waits and status == "graded":
            status = "essay waits"
        elif waits:
            message = "; ".join(filter(None, [message, "an essay waits to be marked"]))
    message = "; ".join(filter(None, [message, *beside]))
    return Line(student, stem, score, assignment.max_score if assignment else 0.0, status, message)
