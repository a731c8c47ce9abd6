"""Grades a folder of submissions: each in a process of its own, side by side, resumable.

A submission goes through: read -> rebuilt from the official cells -> the student's cells run in
a sandbox -> answers cross as plain data -> official tests run in a clean process -> nbgrader reads
the points from their outputs -> grade book. Everything about one submission happens in a child
process with bounds, so that none can stop another; the grade book has one writer, the parent.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from multiprocessing.connection import wait
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unsigned_peace.coursework import collecting, inert, submissions
from unsigned_peace.coursework.assignments import Assignment, grade_id
from unsigned_peace.coursework.course import Book, prepare, write_notebook, write_whole
from unsigned_peace.coursework.runner import lower
from unsigned_peace.coursework.sandbox import Interrupted, Limits, Process, Stopped, memory_left, probe
from unsigned_peace.coursework.scoring import Examiner, Outputs, Told, ask_cell
from unsigned_peace.dataset import data_folder
from unsigned_peace.paths import LOCK, PACKAGE

LIMITS = Limits()
#: Bounds of the child process that handles one submission: seconds, and bytes of memory. It has time
#: for all that its submission may take, and for an examiner whom every answer delays.
CHILD_SECONDS, CHILD_MEMORY = 600, 4 * 2**30
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
    "failed": "there is no grade: the grader failed, or something outside the submission stopped it; the message says what, and the next run grades it again",
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
    #: Points of each task.
    tasks: dict[str, float] | None = None
    #: Whether the grade book has it.
    saved: bool = False
    #: Whether the next run may keep it, if nothing has changed.
    final: bool = True


# one submission ----------------------------------------------------------------------------------

def execute(
    assignment: Assignment, submission: submissions.Submission, examiner: Examiner, limits: Limits = LIMITS, hidden: tuple[Path, ...] = (),
) -> tuple[str, dict[str, float], list[str], bool]:
    """Runs a rebuilt submission and its tests, and puts all outputs into its notebook; of ``hidden`` folders its code sees nothing.

    Returns the status, the points of each task, notes, and whether this is final. An answer is read where
    its check stands, so what comes later cannot take away what was right before. Raises ``Interrupted`` if
    something that the submission did not do ended it.
    """
    tasks = {f"{task.name}-check": task for task in assignment.tasks}
    status, points, notes, count = "graded", {}, [], 0
    reasons: list[str] = []

    def stopped_by(reason: str) -> str:
        reasons.append(reason)
        return "stopped: " + {"clock": "time", "killed": "exit"}.get(reason, reason)

    with Process(limits, hidden, always=True) as process:
        alive = True
        try:
            process.start()
        except Stopped as stopped:
            raise RuntimeError(f"the sandbox did not start: {process.said() or stopped.reason}") from stopped
        for position, cell in enumerate(submission.notebook.cells):
            if cell.cell_type != "code":
                continue
            name, told = grade_id(cell), Told()
            task = tasks.get(name)
            count += 1
            try:
                if task is None:
                    outputs = Outputs()
                    if alive:
                        outputs, _, why = ask_cell(process, {"run": cell.source}, limits.total if name == "setup" else None)  # ours, and on a busy machine slow
                        if why and status == "graded":
                            status = stopped_by(why)
                    cell["outputs"] = outputs.list
                    untouched = name is not None and cell.source == assignment.official.cells[assignment.places[name]].source
                    if outputs.error and not (untouched and outputs.error == "NotImplementedError"):
                        notes.append(f"{submissions.cell_named(name)} ended with {re.sub(r'[^A-Za-z0-9_.]', '', outputs.error)[:60]}")
                elif alive:
                    _, told, _ = ask_cell(process, {"tell": list(task.answers)})
            except Stopped as stopped:
                alive = False
                status = stopped_by(stopped.reason)
                # Whether code that runs wild is stopped in a task's cell or before its check depends on the machine's load.
                place = submissions.cell_named(name.removesuffix("-check") if name else name)
                notes = [note for note in notes if not note.startswith(f"{place} ended with")]
                notes.append(f"the code was stopped in {place}")
                cell["outputs"] = getattr(stopped, "outputs", Outputs()).list
            cell["execution_count"] = count
            if task is not None:
                checked, points[task.name] = examiner.test(task, told)
                cell["outputs"] = checked.outputs
                notes += [f"{submissions.named(task.name)}: {answer} is {problem}" for answer, problem in told.problems.items() if problem != "missing"]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output["execution_count"] = count
        if process.disturbed and alive:  # of a process that was stopped, what it still wrote is a matter of moments
            notes.append("wrote into the channel of the grader, without effect")
        if process.exceeded and alive:
            status = stopped_by(process.exceeded)
            notes.append("what it left running was stopped")
    if final := "clock" not in reasons:
        return status, points, notes, final
    return status, points, [*notes, "it waited and did not compute, which a busy machine can cause too: the next run tries it again"], final


def grade(
    assignment: Assignment, path: Path, notes: list[str], examiner: Examiner, key: str, others: Iterable[Assignment] = (), hidden: tuple[Path, ...] = (),
) -> tuple[Outcome, NotebookNode | None]:
    """Grades one submitted file; never raises for what is in it, but for lack of memory on this machine."""
    try:
        cells = submissions.read(submissions.contents(path))
        if other := submissions.wrong_assignment(cells, assignment, others):
            return Outcome(key, "unreadable", f"it is the notebook of another assignment: {other}"), None
        submission = submissions.rebuild(assignment, cells)
    except submissions.Unreadable as problem:
        return Outcome(key, "unreadable", str(problem)), None
    except MemoryError:
        if (left := memory_left()) is not None and left < CHILD_MEMORY or lower("AS", CHILD_MEMORY):
            raise MemoryError("this machine has, or allows, less memory than reading it may take") from None
        return Outcome(key, "unreadable", "it needs more memory to be read than it may have"), None
    status, points, more, final = execute(assignment, submission, examiner, hidden=hidden)
    message = "; ".join(dict.fromkeys([*notes, *submission.notes, *more]))
    return Outcome(key, status, message[:400], notebook=True, tasks=points, final=final), submission.notebook


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
class _Slot:
    """A place where one submission at a time is graded, with an examiner kept warm."""

    job: Job | None = None
    process: multiprocessing.Process | None = None
    examiner: Examiner | None = None
    #: Seconds that it has left.
    left: float = 0.0


def record_path(out: Path, student: str, stem: str) -> Path:
    return out / "records" / student / f"{stem}.json"


def graded_path(out: Path, student: str, stem: str) -> Path:
    return out / "autograded" / student / stem / f"{stem}.ipynb"


def read_record(out: Path, student: str, stem: str) -> Outcome | None:
    """What an earlier run kept of a submission, or None."""
    try:
        return Outcome(**json.loads(record_path(out, student, stem).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_record(out: Path, student: str, stem: str, outcome: Outcome) -> None:
    write_whole(record_path(out, student, stem), json.dumps(asdict(outcome), ensure_ascii=False, sort_keys=True) + "\n")


def circumstances() -> str:
    """Digest of all that a grade depends on besides the submission and its assignment: package, dataset, lock."""
    digest = hashlib.sha256()
    for path in [*sorted(PACKAGE.rglob("*.py")), *sorted(path for path in data_folder().rglob("*") if path.is_file()), LOCK]:
        digest.update(f"{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _child(job: Job, examiner: Examiner, out: Path) -> None:
    """What the process of one submission does: it ends with its record written, or without."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: not without its parent
    lower("AS", CHILD_MEMORY)
    lower("CORE", 0)
    try:
        hidden = tuple(filter(None, (job.root, out)))
        outcome, notebook = grade(job.assignment, job.path, list(job.notes), examiner, job.key, job.others, hidden)
    except Interrupted as error:
        outcome, notebook = Outcome(job.key, "failed", str(error)), None
    except Exception as error:
        outcome, notebook = Outcome(job.key, "failed", f"{type(error).__name__}: {error}"[:300]), None
    if notebook is not None:
        write_notebook(graded_path(out, job.student, job.assignment.stem), notebook)
    _write_record(out, job.student, job.assignment.stem, outcome)
    if examiner.renewed:
        os._exit(_RENEWED)


def _begin(slot: _Slot, job: Job, out: Path) -> None:
    if slot.examiner is None or slot.examiner.assignment is not job.assignment:
        if slot.examiner:
            slot.examiner.stop()
        slot.examiner = Examiner(job.assignment)
    slot.job, slot.left = job, CHILD_SECONDS
    slot.process = multiprocessing.get_context("fork").Process(target=_child, args=(job, slot.examiner, out))
    slot.process.start()


def _end(slot: _Slot, out: Path) -> tuple[Job, Outcome]:
    """Takes the result of a slot's process, which has ended or is ended now: without one there is no grade."""
    job, late = slot.job, slot.process.is_alive()
    if late:
        slot.process.kill()
    slot.process.join()
    ending = slot.process.exitcode
    slot.process.close()
    outcome = read_record(out, job.student, job.assignment.stem) if ending in (0, _RENEWED) else None
    if outcome is None or outcome.key != job.key:
        how = f"it took longer than {CHILD_SECONDS} seconds" if late else f"it was ended from outside (signal {-ending})" if ending < 0 else "it could not write its result"
        outcome = Outcome(job.key, "failed", f"the process that graded it left no result: {how}")
    if ending != 0 and slot.examiner:
        slot.examiner.stop()
        slot.examiner = None
    slot.job = slot.process = None
    return job, outcome


def run(jobs: Iterable[Job], out: Path, book: Book, side_by_side: int, progress) -> dict[tuple[str, str], Outcome]:
    """Grades all jobs, and puts each into the grade book as soon as it is done; what became of each, by student and assignment."""
    waiting = list(jobs)[::-1]
    outcomes: dict[tuple[str, str], Outcome] = {}
    total, done = len(waiting), 0
    slots = [_Slot() for _ in range(max(1, min(side_by_side, total)))]
    try:
        while waiting or any(slot.job for slot in slots):
            for slot in slots:
                if slot.job is None and waiting:
                    _begin(slot, waiting.pop(), out)
            busy = [slot for slot in slots if slot.job]
            before = time.monotonic()
            wait([slot.process.sentinel for slot in busy], timeout=1)
            passed = min(time.monotonic() - before, 2)  # more, and this process itself was stopped
            finished = []
            for slot in busy:
                slot.left -= passed
                if not slot.process.is_alive() or slot.left <= 0:
                    finished.append(_end(slot, out))
                    if waiting:
                        _begin(slot, waiting.pop(), out)
            for job, outcome in finished:
                done += 1
                outcomes[job.student, job.assignment.stem] = outcome
                save(out, book, job.student, job.assignment.stem, outcome)
                line = _line(job.student, job.assignment.stem, outcome, job.assignment, book)
                points = f"{line.score:g} of {line.max_score:g} points" if outcome.notebook else line.message[:60]
                progress(f"{done} of {total}: {line.student}, {line.assignment}: {line.status}, {points}")
    finally:
        for slot in slots:
            if slot.process:
                slot.process.kill()
                slot.process.join()
            if slot.examiner:
                slot.examiner.stop()
    return outcomes


def save(out: Path, book: Book, student: str, stem: str, outcome: Outcome) -> None:
    """Puts a graded notebook into the grade book, and notes that this is done; of what failed nothing is kept."""
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


def grade_all(folder: Path, out: Path, assignments: list[Assignment], side_by_side: int | None = None, progress=lambda text: print(text, file=sys.stderr, flush=True)) -> list[Line]:
    """Grades all submissions below a folder into another; what an earlier run graded and nothing has changed since is kept.

    Raises ``GradingError`` if grading cannot begin here.
    """
    _check_folders(folder, out)
    probe()
    out.mkdir(parents=True, exist_ok=True)
    with open(out / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GradingError(f"another run is grading into {out} just now") from error
        prepare(out, assignments)
        with Book(out) as book:
            lines = _grade_all(folder, out, {assignment.stem: assignment for assignment in assignments}, book, side_by_side or os.cpu_count() or 1, progress)
    return lines


def _check_folders(folder: Path, out: Path) -> None:
    if folder.is_file():
        raise GradingError(f"{folder} is a file; if it is a zip of submissions, unpack it and name the folder that comes out")
    if not folder.is_dir():
        raise GradingError(f"there is no folder {folder}; expected SUBMISSIONS/<student>/<assignment>/<assignment>.ipynb")
    inner, outer = out.resolve(), folder.resolve()
    if inner == outer or inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise GradingError(f"results go to a folder apart from the submissions, which stay untouched: {out} and {folder} lie in one another")


def _grade_all(folder: Path, out: Path, assignments: dict[str, Assignment], book: Book, side_by_side: int, progress) -> list[Line]:
    around = circumstances()
    collected = collecting.collect(folder, assignments)
    for passed in collected.passed_over[:collecting.MAX_STRAYS]:
        progress(f"Passed over: {passed}")
    handed_in, closed = collected.places, collected.closed
    asked = sorted({
        *(stem for stems in handed_in.values() for stem in stems if stem in assignments),
        *(stray.stem for stray in collected.strays if stray.stem and stray.student in handed_in),  # handed in, though in the wrong place
    }) or [NO_ASSIGNMENT]
    settled = {(student, stem): Outcome("", "unreadable", problem) for student, problem in closed.items() for stem in asked}
    jobs, kept_count = [], 0
    for student, stems in handed_in.items():
        for stem in sorted({*stems, *asked}):
            if (student, stem) in settled:
                continue
            if stem == NO_ASSIGNMENT:
                if not stems:
                    settled[student, stem] = Outcome("", "missing", _astray(collected.strays, student, "<assignment>") or "there is no folder of an assignment in the student's folder")
                continue
            if stem not in assignments:
                settled[student, stem] = Outcome("", "unknown", f"there is no assignment of this name; there is: {', '.join(assignments)}")
                continue
            try:
                path, notes = collecting.find(stems.get(stem, ()), stem)
                if path is None:
                    settled[student, stem] = Outcome("", "missing", _astray(collected.strays, student, stem))
                    continue
                content = submissions.digest(submissions.contents(path))
            except submissions.Unreadable as problem:
                settled[student, stem] = Outcome("", "unreadable", str(problem))
                continue
            except OSError as error:
                settled[student, stem] = Outcome("", "unreadable", f"it cannot be opened ({error.strerror})")
                continue
            key = hashlib.sha256("\0".join([around, assignments[stem].digest, content, *notes]).encode()).hexdigest()
            kept = read_record(out, student, stem)
            if kept and kept.key == key and kept.final and (not kept.notebook or graded_path(out, student, stem).exists()):
                kept_count += 1
                if not kept.saved or kept.notebook and not book.has(student, stem):
                    save(out, book, student, stem, kept)
            else:
                jobs.append(Job(student, assignments[stem], path, tuple(notes), key, tuple(assignments.values()), folder.resolve()))
    jobs.sort(key=lambda job: (job.assignment.stem, job.student))
    if kept_count:
        progress(f"{kept_count} graded before and unchanged since")
    graded = run(jobs, out, book, side_by_side, progress)
    lines = []
    for student, stems in sorted(handed_in.items()):
        for stem in sorted({*stems, *asked} - ({NO_ASSIGNMENT} if stems else set())):
            outcome = settled.get((student, stem)) or graded.get((student, stem)) or read_record(out, student, stem)
            lines.append(_line(student, stem, outcome, assignments.get(stem), book))
    return lines


def _astray(strays: list[collecting.Stray], student: str, stem: str) -> str:
    """What to say of a student's notebooks in wrong places where one for this assignment is missing."""
    return "; ".join(stray.belongs(stem) for stray in strays if stray.student == student and stray.stem in (stem, None))[:400]


def _line(student: str, stem: str, outcome: Outcome, assignment: Assignment | None, book: Book) -> Line:
    score, status, message = 0.0, outcome.status, inert.printable(outcome.message)
    if outcome.notebook:
        score, waits = book.score(student, stem)
        if waits and status == "graded":
            status = "essay waits"
        elif waits:
            message = "; ".join(filter(None, [message, "an essay waits to be marked"]))
    return Line(student, stem, score, assignment.max_score if assignment else 0.0, status, message)
